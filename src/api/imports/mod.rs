//! Imports as jobs: an upload is read and compared, looked at, read in another way, committed, taken back.

mod body;
mod form;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Path, RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::api::AppState;
use crate::api::conditional::untagged;
use crate::api::problem::{Problem, json_zh};
use crate::api::received::json_only;
use crate::import::{
    ImportError, Upload, Wishes, batches, forget_profile, keep_profile, profile, profiles,
};

use form::Form;

/// The longest text field of a form, bytes.
const MOST_FIELD: usize = 16 << 10;

/// `POST /api/imports`: a file, as the body with its `name` or in a form with the parameters.
pub(super) async fn create(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    let mut upload = app.imports.receive()?;
    let mut form = Form::of_query(query.as_deref());
    let kind = request.headers().get(header::CONTENT_TYPE);
    let is_form = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"));
    if is_form {
        take_form(request, &mut upload, &mut form).await?;
    } else {
        let name = form.take("name").ok_or(ImportError::NoFile)?;
        upload.begin(&name).await?;
        let mut body = request.into_body().into_data_stream();
        while let Some(chunk) = body.next().await {
            upload.write(&chunk.map_err(|_gone| cut_off())?).await?;
        }
    }
    let asked = form.finish()?;
    let mut wishes = asked.wishes;
    if let Some(name) = &asked.profile {
        wishes = wishes.over(profile(app.imports.store(), name).await?);
    }
    if let Some(name) = &asked.save_profile {
        keep_profile(app.imports.store(), name, &wishes).await?;
    }
    let job = app.imports.start(upload, wishes, asked.is_dry_run).await?;
    let mut response = told(StatusCode::ACCEPTED, &body::status(&job.status()));
    let place = format!("/api/imports/{}", job.status().id);
    if let Ok(place) = HeaderValue::try_from(place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

async fn take_form(request: Request, upload: &mut Upload, form: &mut Form) -> Result<(), Problem> {
    let bad = |error: MultipartError| {
        Problem::body(
            "表单内容无法读取，应为带文件的 multipart/form-data",
            format!("the form cannot be read: {error}"),
        )
    };
    let mut parts = Multipart::from_request(request, &())
        .await
        .map_err(|error| {
            Problem::body(
                "表单内容无法读取，应为带文件的 multipart/form-data",
                format!("the form cannot be read: {error}"),
            )
        })?;
    while let Some(mut part) = parts.next_field().await.map_err(bad)? {
        if let Some(name) = part.file_name().map(str::to_owned) {
            upload.begin(&name).await?;
            while let Some(chunk) = part.chunk().await.map_err(bad)? {
                upload.write(&chunk).await?;
            }
            continue;
        }
        let name = part.name().unwrap_or_default().to_owned();
        let mut text = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(bad)? {
            text.extend_from_slice(&chunk);
            if text.len() > MOST_FIELD {
                let (zh, en) = ("内容过长", "is too long");
                return Err(Problem::parameter(
                    &name,
                    format!("{name} {zh}"),
                    format!("{name} {en}"),
                ));
            }
        }
        form.add(name, String::from_utf8_lossy(&text).into_owned());
    }
    Ok(())
}

fn cut_off() -> Problem {
    Problem::body("上传中断", "the upload was cut off")
}

/// `GET /api/imports`: those of this run, and every batch that was written.
pub(super) async fn list(State(app): State<AppState>) -> Result<Response, Problem> {
    let written = batches(app.imports.store()).await?;
    let jobs: Vec<Value> = app
        .imports
        .all()
        .iter()
        .map(|job| body::brief(&job.peek()))
        .collect();
    let batches: Vec<Value> = written.iter().map(body::batch).collect();
    Ok(told(
        StatusCode::OK,
        &json!({ "imports": jobs, "batches": batches, "most_mib": app.imports.limits().most_mib }),
    ))
}

/// `GET /api/imports/{id}`
pub(super) async fn one(
    State(app): State<AppState>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let body = match app.imports.job(&id) {
        Ok(job) => body::status(&job.status()),
        Err(_) => body::over(&app.imports.batch(&id).await?),
    };
    Ok(told(StatusCode::OK, &body))
}

/// `PATCH /api/imports/{id}`: reads the file anew, in another way.
pub(super) async fn change(
    State(app): State<AppState>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let job = app.imports.job(&id)?;
    let mut form = Form::of_query(query.as_deref());
    let mut wishes = job.peek().wishes;
    if let Some(name) = form.take("profile") {
        wishes = profile(app.imports.store(), &name).await?.over(wishes);
    }
    let wishes = form.changed(wishes)?;
    app.imports.change(&job, wishes)?;
    Ok(told(StatusCode::ACCEPTED, &body::status(&job.status())))
}

/// `DELETE /api/imports/{id}`: stops it and forgets it; what it has committed stays.
pub(super) async fn forget(
    State(app): State<AppState>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let job = app.imports.job(&id)?;
    app.imports.forget(&job);
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST /api/imports/{id}/commit` and `…/undo`
pub(super) async fn act(
    State(app): State<AppState>,
    Path((id, what)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut form = Form::of_query(query.as_deref());
    match what.as_str() {
        "commit" => {
            let job = app.imports.job(&id)?;
            let save_as = form.take("save-profile");
            form.nothing_else()?;
            if let Some(name) = save_as {
                keep_profile(app.imports.store(), &name, &job.peek().wishes).await?;
            }
            app.imports.commit(&job)?;
            Ok(told(StatusCode::ACCEPTED, &body::status(&job.status())))
        }
        "undo" => {
            form.nothing_else()?;
            let undone = app.imports.undo(&id).await?;
            Ok(told(StatusCode::OK, &body::over(&undone)))
        }
        _ => Err(no_part(&what)),
    }
}

fn no_part(what: &str) -> Problem {
    Problem::missing(
        format!("导入没有 {what}"),
        format!("an import has no {what:?}"),
    )
}

/// `GET /api/imports/{id}/report.json`, `.xlsx`, `.html`, and `…/preview`
pub(super) async fn part(
    State(app): State<AppState>,
    Path((id, what)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let job = app.imports.job(&id)?;
    if what == "preview" {
        let (preview, report) = job.preview();
        let body = body::preview(&preview, report.as_deref());
        return Ok(file("application/geo+json", body.to_string(), None));
    }
    let form = what.strip_prefix("report.").ok_or_else(|| no_part(&what))?;
    let report = job.status().report.ok_or_else(not_read)?;
    let name = format!("import-{id}.{form}");
    let made = move || match what.strip_prefix("report.") {
        Some("json") => Ok(file("application/json", report.to_json().to_string(), None)),
        Some("html") => Ok(file("text/html; charset=utf-8", report.to_html(), None)),
        Some("xlsx") => {
            let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            let bytes = report.to_xlsx().map_err(ImportError::from)?;
            Ok(file(kind, bytes, Some(&name)))
        }
        _ => Err(no_part(&what)),
    };
    tokio::task::spawn_blocking(made)
        .await
        .map_err(|error| Problem::internal(&error))?
}

fn not_read() -> Problem {
    Problem::missing(
        "文件还没有读完,暂时没有报告",
        "the file is not read yet, there is no report",
    )
}

/// `GET /api/import-profiles`
pub(super) async fn list_profiles(State(app): State<AppState>) -> Result<Response, Problem> {
    let all = profiles(app.imports.store()).await?;
    let each: Vec<Value> = all
        .iter()
        .map(|(name, wishes)| json!({ "name": name, "settings": wishes }))
        .collect();
    Ok(told(StatusCode::OK, &json!({ "profiles": each })))
}

/// `PUT /api/import-profiles/{name}`
pub(super) async fn put_profile(
    State(app): State<AppState>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    json_only(&headers)?;
    let is_there = is_kept(&app, &name).await?;
    untagged(&headers, is_there)?;
    // an object only: serde would take a list for the fields in their order
    let read = serde_json::from_slice::<serde_json::Map<String, Value>>(&body)
        .and_then(|members| serde_json::from_value::<Wishes>(Value::Object(members)));
    let wishes = read.map_err(|error| {
        Problem::body(
            format!("方案内容有误：{}", json_zh(&error)),
            format!("the profile cannot be read: {error}"),
        )
    })?;
    keep_profile(app.imports.store(), &name, &wishes).await?;
    Ok(told(
        StatusCode::OK,
        &json!({ "name": name, "settings": wishes }),
    ))
}

async fn is_kept(app: &AppState, name: &str) -> Result<bool, Problem> {
    let all = profiles(app.imports.store()).await?;
    Ok(all.iter().any(|(kept, _)| kept.as_str() == name.trim()))
}

/// `DELETE /api/import-profiles/{name}`
pub(super) async fn delete_profile(
    State(app): State<AppState>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if is_kept(&app, &name).await? {
        untagged(&headers, true)?;
    }
    forget_profile(app.imports.store(), &name).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// JSON that only the one who asked may keep, and not for long.
fn told(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A file of one kind; with a name it is to be kept, not shown.
fn file(kind: &'static str, bytes: impl Into<Body>, name: Option<&str>) -> Response {
    let mut response = Response::new(bytes.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let disposition = name.map(|name| format!("attachment; filename=\"{name}\""));
    if let Some(Ok(disposition)) = disposition.map(HeaderValue::try_from) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

//! Records are written one by one, with the revision that the writer has seen.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};

use crate::api::collections::layer_at;
use crate::api::conditional::is_there_already;
use crate::api::draft::{draft, merge};
use crate::api::freshness::followed;
use crate::api::items::id_of;
use crate::api::json::{self, Selection};
use crate::api::precondition::{IfMatch, Key, record_tag};
use crate::api::problem::{Pointed, Problem, json_zh};
use crate::api::write::{Sent, Written, freshest, write};
use crate::api::{AppState, answer, persons, received, rules};
use crate::check::Fault;
use crate::domain::{Draft, Edit, Feature, FeatureId, FieldClass, LayerId};
use crate::map::MapSnapshot;
use crate::query::QueryError;
use crate::store::{Answered, Happened};

/// Says that a write with this key was done before and is only answered again.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// How often a patch of whatever is there is laid on anew, where others come between.
const TRIES: usize = 8;

const EVERYTHING: Selection = Selection {
    fields: None,
    skip_geometry: false,
    up_to: FieldClass::Restricted,
};

/// `POST /api/collections/{layer}/items`
pub(super) async fn create(
    State(app): State<AppState>,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let layer = layer_at(&name)?;
    let key = Key::of(&headers, uri.path(), &body)?;
    let edit = Edit::Insert {
        layer,
        id: None,
        draft: draft_in(layer, &received::record(&headers, &body)?)?,
    };
    match write(&app, vec![Sent::alone(edit, IfMatch::Any)], key).await? {
        Written::New(done) => {
            let id = done.ids.first().copied().unwrap_or(FeatureId(0));
            told(&done.map, layer, id, StatusCode::CREATED, &done.warnings)
        }
        Written::Again(answered) => again(&app, layer, &answered).await,
    }
}

/// `PUT /api/collections/{layer}/items/{id}`
pub(super) async fn replace(
    State(app): State<AppState>,
    Path((name, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let layer = layer_at(&name)?;
    let id = id_of(layer, &id)?;
    not_excluded(&app, layer, id, &headers).await?;
    let wanted = IfMatch::of(&headers)?;
    let draft = draft_in(layer, &received::record(&headers, &body)?)?;
    update(&app, layer, id, wanted, draft).await
}

/// `PATCH /api/collections/{layer}/items/{id}`: RFC 7396 on `properties` and `geometry`
pub(super) async fn patch(
    State(app): State<AppState>,
    Path((name, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let layer = layer_at(&name)?;
    let id = id_of(layer, &id)?;
    not_excluded(&app, layer, id, &headers).await?;
    let wanted = IfMatch::of(&headers)?;
    let patch = received::patch(&headers, &body)?;
    for _ in 1..TRIES {
        let map = freshest(&app).await?;
        let (draft, seen) = patched(&map, layer, id, &patch, "")?;
        // the patch is for the record that was read, so that nothing of another's change is written back
        let wanted = match &wanted {
            IfMatch::Any => IfMatch::OneOf(vec![seen]),
            given @ IfMatch::OneOf(_) => given.clone(),
        };
        match update(&app, layer, id, wanted, draft).await {
            Err(problem) if problem.is_stale() && is_any(&headers) => {}
            done => return done,
        }
    }
    let map = freshest(&app).await?;
    let (draft, seen) = patched(&map, layer, id, &patch, "")?;
    update(&app, layer, id, IfMatch::OneOf(vec![seen]), draft).await
}

/// Whether the record may be written as far as `If-None-Match` goes.
///
/// # Errors
/// 412 where it excludes what is there, 404 where it asks that nothing be there: a record gets its id when it is added.
async fn not_excluded(
    app: &AppState,
    layer: LayerId,
    id: FeatureId,
    headers: &HeaderMap,
) -> Result<(), Problem> {
    let Some(excluded) = IfMatch::excluded(headers)? else {
        return Ok(());
    };
    let map = freshest(app).await?;
    match map.layer(layer).by_id(id) {
        Some(found) if excluded.takes(found.revision) => Err(is_there_already()),
        None if excluded == IfMatch::Any => Err(QueryError::NoSuchFeature { layer, id }.into()),
        _ => Ok(()),
    }
}

fn is_any(headers: &HeaderMap) -> bool {
    matches!(IfMatch::of(headers), Ok(IfMatch::Any))
}

/// `DELETE /api/collections/{layer}/items/{id}`
pub(super) async fn delete(
    State(app): State<AppState>,
    Path((name, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let layer = layer_at(&name)?;
    let id = id_of(layer, &id)?;
    not_excluded(&app, layer, id, &headers).await?;
    let edit = Edit::Delete {
        layer,
        id,
        expected: None,
    };
    let sent = Sent::alone(edit, IfMatch::of(&headers)?);
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Written::New(done) = write(&app, vec![sent], None).await? {
        rules::warn(response.headers_mut(), &done.warnings);
        let revision = HeaderValue::from(done.map.revision().0);
        response
            .headers_mut()
            .insert(crate::api::REVISION, revision);
    }
    Ok(response)
}

async fn update(
    app: &AppState,
    layer: LayerId,
    id: FeatureId,
    wanted: IfMatch,
    draft: Draft,
) -> Result<Response, Problem> {
    let edit = Edit::Update {
        layer,
        id,
        expected: None,
        draft,
    };
    match write(app, vec![Sent::alone(edit, wanted)], None).await? {
        Written::New(done) => told(&done.map, layer, id, StatusCode::OK, &done.warnings),
        Written::Again(answered) => again(app, layer, &answered).await,
    }
}

/// The record with `patch` laid over it, and the revision of what it was laid over.
///
/// # Errors
/// 404 where it is not there, and every fault of what comes out.
pub(super) fn patched(
    map: &MapSnapshot,
    layer: LayerId,
    id: FeatureId,
    patch: &Json,
    base: &str,
) -> Result<(Draft, crate::domain::Revision), Problem> {
    let found = map.layer(layer).by_id(id);
    let found = found.ok_or(QueryError::NoSuchFeature { layer, id })?;
    let mut faults = Vec::new();
    for (name, value) in patch.as_object().into_iter().flatten() {
        let is_same = match name.as_str() {
            "type" => value == "Feature",
            "id" => value.as_i64() == Some(id.0),
            "properties" | "geometry" => true,
            _ => false,
        };
        if !is_same {
            let (zh, en) = (
                "补丁只能改 properties 和 geometry",
                "a patch changes properties and geometry only",
            );
            faults.push(Pointed::new(format!("{base}/{name}"), zh, en));
        }
    }
    if !faults.is_empty() {
        return Err(bad_record(faults));
    }
    let mut record = own_record(layer, found);
    merge(&mut record, patch);
    let draft = draft(layer, &record, base).map_err(bad_record)?;
    Ok((draft, found.revision))
}

/// The record with what it says itself; nothing is filled in from its place.
fn own_record(layer: LayerId, feature: &Feature) -> Json {
    let nowhere = MapSnapshot::build(&crate::domain::Change::default());
    json::feature(&nowhere, layer.schema(), feature, &EVERYTHING)
}

/// The JSON of a body.
///
/// # Errors
/// 400 where it is none.
pub(super) fn feature_in(body: &[u8]) -> Result<Json, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        Problem::body(
            format!("内容应为一个 GeoJSON Feature：{}", json_zh(&error)),
            format!("the body must be one GeoJSON Feature: {error}"),
        )
    })
}

fn draft_in(layer: LayerId, feature: &Json) -> Result<Draft, Problem> {
    draft(layer, feature, "").map_err(bad_record)
}

/// 400 with every fault of a record; 422 where personal data is one.
pub(super) fn bad_record(faults: Vec<Pointed>) -> Problem {
    let join = |text: fn(&Pointed) -> &str| {
        let each: Vec<&str> = faults.iter().map(text).collect();
        each.join("；")
    };
    let told = (join(|fault| &fault.zh), join(|fault| &fault.en));
    let is_personal = faults
        .iter()
        .any(|fault| fault.more.contains_key(persons::KIND));
    let (status, slug) = if is_personal {
        (StatusCode::UNPROCESSABLE_ENTITY, "personal-data")
    } else {
        (StatusCode::BAD_REQUEST, "bad-record")
    };
    Problem::pointed(status, slug, told, faults)
}

/// The record as it is after the write, with what the write has brought out of order.
fn told(
    map: &MapSnapshot,
    layer: LayerId,
    id: FeatureId,
    status: StatusCode,
    warnings: &[Fault],
) -> Result<Response, Problem> {
    let found = map.layer(layer).by_id(id);
    let found = found.ok_or(QueryError::NoSuchFeature { layer, id })?;
    let mut body = json::feature(map, layer.schema(), found, &EVERYTHING);
    if let (false, Some(body)) = (warnings.is_empty(), body.as_object_mut()) {
        let warnings = warnings.iter().map(rules::told);
        body.insert("warnings".to_owned(), warnings.collect());
    }
    let mut response = answer(map, "application/geo+json", body.to_string());
    *response.status_mut() = status;
    rules::warn(response.headers_mut(), warnings);
    identified(response, layer, found, &body, status)
}

fn identified(
    mut response: Response,
    layer: LayerId,
    feature: &Feature,
    body: &Json,
    status: StatusCode,
) -> Result<Response, Problem> {
    let headers = response.headers_mut();
    headers.insert(header::ETAG, record_tag(feature.revision, body)?);
    if status == StatusCode::CREATED {
        let place = format!("/api/collections/{layer}/items/{}", feature.id);
        let place = HeaderValue::from_str(&place);
        let place = place.map_err(|error| Problem::internal(&error))?;
        headers.insert(header::LOCATION, place);
    }
    Ok(response)
}

/// What was answered to the first write with the key: the record as it was made.
async fn again(app: &AppState, layer: LayerId, answered: &Answered) -> Result<Response, Problem> {
    let answer_then: Json = serde_json::from_str(&answered.answer).unwrap_or_default();
    let id = answer_then.pointer("/0/1").and_then(Json::as_i64);
    let id = FeatureId(id.unwrap_or_default());
    let map = followed(app, answered.revision).await?;
    let versions = app.store.versions(layer, id).await?;
    let made = versions.into_iter().find_map(|version| {
        let is_it = version.happened == Happened::Added && version.revision <= answered.revision;
        version.feature.filter(|_| is_it)
    });
    let made = made.ok_or(QueryError::NoSuchFeature { layer, id })?;
    let body = if map.layer(layer).by_id(id) == Some(&made) {
        json::feature(&map, layer.schema(), &made, &EVERYTHING)
    } else {
        own_record(layer, &made)
    };
    let mut response = answer(&map, "application/geo+json", body.to_string());
    *response.status_mut() = StatusCode::CREATED;
    let headers = response.headers_mut();
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    identified(response, layer, &made, &body, StatusCode::CREATED)
}

/// The same for a batch.
pub(super) fn batch_again(map: &MapSnapshot, answered: &Answered) -> Response {
    let results: Json = serde_json::from_str(&answered.answer).unwrap_or_default();
    let results = results.as_array().into_iter().flatten();
    let results = results.map(|each| json!({ "layer": each[0], "id": each[1] }));
    let body = json!({ "revision": answered.revision.0, "results": results.collect::<Json>() });
    let mut response = answer(map, "application/json", body.to_string());
    let headers = response.headers_mut();
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

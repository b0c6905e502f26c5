//! The records of a layer, page by page and one by one.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::api::ask::{self, UP_TO};
use crate::api::collections::layer_at;
use crate::api::forms::{self, Form};
use crate::api::json::{self, Selection};
use crate::api::links::Base;
use crate::api::params::Params;
use crate::api::past::Shown;
use crate::api::problem::Problem;
use crate::api::{AppState, answer, fgb, html, systems};
use crate::domain::{Feature, FeatureId, LayerId};
use crate::geometry::crs::Crs;
use crate::map::MapSnapshot;
use crate::query::QueryError;
use crate::query::items as page;
use crate::query::order::Cursor;

const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");

/// The forms of a page of records.
pub(super) const FORMS: [Form; 4] = [Form::GeoJson, Form::Html, Form::Csv, Form::FlatGeobuf];

/// The forms of one record.
pub(super) const ONE_FORMS: [Form; 2] = [Form::GeoJson, Form::Html];

/// How many records of the page the form has no room for: those without a shape.
const LEFT_OUT: HeaderName = HeaderName::from_static("minqing-left-out");

/// `GET /api/collections/{layer}/items`
pub(super) async fn items(
    State(app): State<AppState>,
    Path(name): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let layer = layer_at(&name)?;
    let schema = layer.schema();
    let mut params = Params::of(query.as_deref())?;
    let form = forms::wanted(&mut params, &headers, &FORMS)?;
    let (ask, wanted, crs) = ask::records(&mut params, schema)?;
    let cells = params.cells()?;
    let shown = Shown::of(&app, &mut params).await?;
    params.finish()?;
    let map = &shown.map;
    let page = page::items(map.layer(layer), &ask);
    let path = format!("/api/collections/{layer}/items");
    let base = Base::of(&headers);
    let next = page.next.as_ref();
    let next = next.map(|next| base.at(&next_path(&path, query.as_deref(), next)));
    let mut response = match form {
        Form::Csv => {
            let table = json::csv_table(schema, &page.features, UP_TO, cells);
            let table = table.map_err(|error| Problem::internal(&error))?;
            answer(map, form.media_type(), table)
        }
        Form::FlatGeobuf => {
            let (file, left_out) = fgb::file(map, schema, &page.features, &wanted, crs)?;
            let mut response = answer(map, form.media_type(), file);
            if left_out > 0 {
                response.headers_mut().insert(LEFT_OUT, left_out.into());
            }
            response
        }
        _ => {
            let mut links = base.own(&path, query.as_deref(), form, &FORMS);
            if let Some(next) = &next {
                links.push(json!({ "rel": "next", "href": next, "type": form.media_type(), "title": "下一页" }));
            }
            links.push(base.link(
                "collection",
                &format!("/api/collections/{layer}"),
                "application/json",
                schema.title.zh,
            ));
            let features = told_all(map, layer, &page.features, &wanted, crs)?;
            let body = json!({
                "type": "FeatureCollection", "timeStamp": Timestamp::now().to_string(),
                "numberMatched": page.matched, "numberReturned": features.len(),
                "links": links, "features": features,
            });
            told(map, form, schema.title.zh, &path, &body)
        }
    };
    let headers = response.headers_mut();
    tell_crs(headers, crs);
    if let Some(next) = next
        && let Ok(next) = HeaderValue::try_from(format!("<{next}>; rel=\"next\""))
    {
        headers.insert(header::LINK, next);
    }
    Ok(shown.told(response))
}

fn told_all(
    map: &MapSnapshot,
    layer: LayerId,
    features: &[Arc<Feature>],
    wanted: &Selection,
    crs: Crs,
) -> Result<Vec<Json>, Problem> {
    let each = features.iter();
    each.map(|feature| told_one(map, layer, feature, wanted, crs))
        .collect()
}

fn told_one(
    map: &MapSnapshot,
    layer: LayerId,
    feature: &Feature,
    wanted: &Selection,
    crs: Crs,
) -> Result<Json, Problem> {
    let mut told = json::feature(map, layer.schema(), feature, wanted);
    if crs != Crs::Crs84
        && !wanted.skip_geometry
        && let (Some(geometry), Some(told)) = (&feature.geometry, told.as_object_mut())
    {
        let there = systems::written(geometry, crs)?;
        let shape = geojson::Geometry::new(geojson::GeometryValue::from(&there));
        told.insert("geometry".to_owned(), json!(shape));
    }
    Ok(told)
}

/// A document as JSON or as a page, by what was asked.
pub(super) fn told(
    map: &MapSnapshot,
    form: Form,
    title: &str,
    path: &str,
    body: &Json,
) -> Response {
    let mut response = if form == Form::Html {
        answer(map, form.media_type(), html::document(title, path, body))
    } else {
        answer(map, form.media_type(), body.to_string())
    };
    by_form(&mut response, form);
    response
}

/// Says that the answer depends on Accept, and gives a page an entity tag of its own.
pub(super) fn by_form(response: &mut Response, form: Form) {
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("accept"));
    let tag = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
    if form == Form::Html
        && let Some(tag) = tag
        && let Ok(tag) = HeaderValue::try_from(format!("{}-html\"", tag.trim_end_matches('"')))
    {
        headers.insert(header::ETAG, tag);
    }
}

fn tell_crs(headers: &mut HeaderMap, crs: Crs) {
    let value = crs
        .uri()
        .map(|uri| HeaderValue::try_from(format!("<{uri}>")));
    if let Some(Ok(value)) = value {
        headers.insert(CONTENT_CRS, value);
    }
}

fn next_path(path: &str, query: Option<&str>, next: &Cursor) -> String {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .filter(|(name, _)| name != "cursor");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .append_pair("cursor", &next.text())
        .finish();
    format!("{path}?{query}")
}

/// `GET /api/collections/{layer}/items/{id}`
pub(super) async fn item(
    State(app): State<AppState>,
    Path((name, id)): Path<(String, String)>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let layer = layer_at(&name)?;
    let schema = layer.schema();
    let id = id_of(layer, &id)?;
    let mut params = Params::of(query.as_deref())?;
    let form = forms::wanted(&mut params, &headers, &ONE_FORMS)?;
    let crs = systems::asked(&mut params, "crs")?;
    let wanted = ask::selection(&mut params, schema)?;
    let shown = Shown::of(&app, &mut params).await?;
    params.finish()?;
    let map = &shown.map;
    let feature = map.layer(layer).by_id(id);
    let feature = feature.ok_or(QueryError::NoSuchFeature { layer, id })?;
    let mut body = told_one(map, layer, feature, &wanted, crs)?;
    let path = format!("/api/collections/{layer}/items/{id}");
    let base = Base::of(&headers);
    let mut links = base.own(&path, query.as_deref(), form, &ONE_FORMS);
    let collection = format!("/api/collections/{layer}");
    links.push(base.link(
        "collection",
        &collection,
        "application/json",
        schema.title.zh,
    ));
    if let Some(body) = body.as_object_mut() {
        body.insert("links".to_owned(), json!(links));
    }
    let mut response = told(map, form, schema.title.zh, &path, &body);
    let headers = response.headers_mut();
    let tag = HeaderValue::try_from(format!("\"{}\"", feature.revision));
    headers.insert(
        header::ETAG,
        tag.map_err(|error| Problem::internal(&error))?,
    );
    tell_crs(headers, crs);
    if form == Form::Html {
        by_form(&mut response, form);
    }
    Ok(shown.told(response))
}

/// The record of `layer` that the address names.
///
/// # Errors
/// There is none with such an id.
pub(super) fn id_of(layer: LayerId, text: &str) -> Result<FeatureId, Problem> {
    let missing = |_| {
        Problem::missing(
            format!("{layer} 没有编号为 {text} 的记录"),
            format!("{layer} has no record {text:?}"),
        )
    };
    text.parse().map(FeatureId).map_err(missing)
}

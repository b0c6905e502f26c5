//! The records of a layer, page by page and one by one.

use std::mem;
use std::ops::ControlFlow;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::api::ask::{self, Paging, UP_TO};
use crate::api::collections::layer_at;
use crate::api::feature_writer::push_feature;
use crate::api::forms::{self, Form};
use crate::api::html::Page;
use crate::api::json::{self, Selection};
use crate::api::links::Base;
use crate::api::params::Params;
use crate::api::past::Shown;
use crate::api::precondition::record_tag;
use crate::api::problem::Problem;
use crate::api::streamed::Streamed;
use crate::api::workers::{self, Workers};
use crate::api::{AppState, answer, fgb, html, systems};
use crate::domain::{CellText, Feature, FeatureId, LayerId, LayerSchema};
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

/// How many records match, and how many of them the answer has.
const NUMBER_MATCHED: HeaderName = HeaderName::from_static("ogc-numbermatched");
const NUMBER_RETURNED: HeaderName = HeaderName::from_static("ogc-numberreturned");

/// Rows of a table that are written at once.
const ROWS_AT_ONCE: usize = 256;

/// How many records of the page the form has no room for: those without a shape.
const LEFT_OUT: HeaderName = HeaderName::from_static("minqing-left-out");

/// `GET /api/collections/{layer}/items`
pub(super) async fn items(
    State(app): State<AppState>,
    Path(name): Path<String>,
    base: Base,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let layer = layer_at(&name)?;
    let mut params = Params::of(query.as_deref())?;
    let shown = Shown::of(&app, &mut params).await?;
    let workers = app.workers.clone();
    let asked = Asked {
        layer,
        params,
        headers,
        base,
        query,
    };
    app.workers
        .attempt(move || asked.answer(&shown, workers))
        .await
}

/// A page that is asked for.
struct Asked {
    layer: LayerId,
    params: Params,
    headers: HeaderMap,
    base: Base,
    query: Option<String>,
}

impl Asked {
    fn answer(mut self, shown: &Shown, workers: Workers) -> Result<Response, Problem> {
        let layer = self.layer;
        let schema = layer.schema();
        let form = forms::wanted(&mut self.params, &self.headers, &FORMS)?;
        let map = Arc::clone(&shown.map);
        let (ask, wanted, crs) = ask::records(&mut self.params, &map, schema, paging(form))?;
        let cells = self.params.cells()?;
        self.params.finish()?;
        let page = page::items(map.layer(layer), &ask, &workers::budget())?;
        if crs != Crs::Crs84 && !wanted.skip_geometry {
            // a shape that has no place in the system is told before the answer begins
            for geometry in page
                .features
                .iter()
                .filter_map(|each| each.geometry.as_deref())
            {
                systems::written(geometry, crs)?;
            }
        }
        let (matched, returned) = (page.matched, page.features.len());
        let path = format!("/api/collections/{layer}/items");
        let base = &self.base;
        let query = self.query.as_deref();
        let next = page.next.as_ref();
        let next = next.map(|next| base.at(&next_path(&path, query, next)));
        let mut response = match form {
            Form::Csv => {
                let rows = csv_body(schema, page.features, cells)?;
                answer(&map, form.media_type(), rows.into_body(workers))
            }
            Form::FlatGeobuf => {
                let (file, left_out) = fgb::file(&map, schema, &page.features, &wanted, crs)?;
                let mut response = answer(&map, form.media_type(), file);
                if left_out > 0 {
                    response.headers_mut().insert(LEFT_OUT, left_out.into());
                }
                response
            }
            _ => {
                let mut links = base.own(&path, query, form, &FORMS);
                if let Some(next) = &next {
                    links.push(json!({ "rel": "next", "href": next, "type": form.media_type(), "title": "下一页" }));
                }
                links.push(base.link(
                    "collection",
                    &format!("/api/collections/{layer}"),
                    "application/json",
                    schema.title.zh,
                ));
                let mut head = json!({
                    "type": "FeatureCollection", "timeStamp": Timestamp::now().to_string(),
                    "numberMatched": matched, "numberReturned": returned, "links": links,
                });
                if form == Form::Html {
                    let features = told_all(&map, layer, &page.features, &wanted, crs)?;
                    json::add(&mut head, "features", features);
                    told(&map, form, schema.title.zh, &path, &head)
                } else {
                    let body = json_body(&map, layer, page.features, wanted, crs, &head);
                    let body = body.into_body(workers);
                    let mut response = answer(&map, form.media_type(), body);
                    by_form(&mut response, form);
                    response
                }
            }
        };
        let headers = response.headers_mut();
        headers.insert(NUMBER_MATCHED, matched.into());
        headers.insert(NUMBER_RETURNED, returned.into());
        tell_crs(headers, crs);
        if let Some(next) = next
            && let Ok(next) = HeaderValue::try_from(format!("<{next}>; rel=\"next\""))
        {
            headers.insert(header::LINK, next);
        }
        Ok(shown.told(response))
    }
}

const fn paging(form: Form) -> Paging {
    match form {
        Form::Csv | Form::FlatGeobuf => Paging::WHOLE,
        Form::Html => Paging {
            usual: Paging::PAGES.usual,
            most: html::MOST_ROWS,
        },
        _ => Paging::PAGES,
    }
}

/// A collection with the members of `head`, its features written as they are sent.
fn json_body(
    map: &Arc<MapSnapshot>,
    layer: LayerId,
    features: Vec<Arc<Feature>>,
    wanted: Selection,
    crs: Crs,
    head: &Json,
) -> Streamed {
    let map = Arc::clone(map);
    let schema = layer.schema();
    let mut opening = head.to_string();
    opening.pop();
    opening.push_str(",\"features\":[");
    let mut features = features.into_iter().enumerate();
    Streamed::begin(move |out| {
        out.extend_from_slice(mem::take(&mut opening).as_bytes());
        let Some((at, feature)) = features.next() else {
            out.extend_from_slice(b"]}");
            return ControlFlow::Break(());
        };
        if at > 0 {
            out.push(b',');
        }
        let own = feature.geometry.as_deref();
        let elsewhere = own
            .filter(|_| crs != Crs::Crs84 && !wanted.skip_geometry)
            .and_then(|geometry| systems::written(geometry, crs).ok());
        push_feature(
            out,
            &map,
            schema,
            &feature,
            &wanted,
            elsewhere.as_ref().or(own),
        );
        ControlFlow::Continue(())
    })
}

/// A table, its rows written as they are sent.
fn csv_body(
    schema: &'static LayerSchema,
    features: Vec<Arc<Feature>>,
    cells: CellText,
) -> Result<Streamed, Problem> {
    let failed = |error: csv::Error| Problem::internal(&error);
    let mut head = json::csv_head(schema, UP_TO).map_err(failed)?;
    let mut at = 0;
    Ok(Streamed::begin(move |out| {
        out.append(&mut head);
        let rows = features.get(at..).unwrap_or_default();
        let rows = rows.get(..ROWS_AT_ONCE).unwrap_or(rows);
        at += rows.len();
        // writing to memory does not fail
        if let Ok(mut rows) = json::csv_rows(schema, rows, UP_TO, cells) {
            out.append(&mut rows);
        }
        if at < features.len() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }))
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
        let mut response = answer(map, form.media_type(), Body::empty());
        let page = Page::document(title, path, body);
        response.extensions_mut().insert(page);
        response
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
        .filter(|(name, _)| name != "cursor" && name != "offset");
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
    base: Base,
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
    headers.insert(header::ETAG, record_tag(feature.revision, &body)?);
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

//! The layers as collections of OGC API Features.

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value as Json, json};

use crate::api::documents;
use crate::api::forms::{self, Form};
use crate::api::items::{FORMS, told};
use crate::api::links::Base;
use crate::api::params::Params;
use crate::api::problem::Problem;
use crate::api::tilesets::VECTOR_TILESETS;
use crate::api::{AppState, json, systems};
use crate::domain::{LayerId, LayerSchema};
use crate::geometry::crs::Crs;
use crate::map::MapSnapshot;
use crate::tile;

/// Documents are JSON, or a page.
pub(super) const DOCUMENT: [Form; 2] = [Form::Json, Form::Html];

const QUERYABLES: &str = "http://www.opengis.net/def/rel/ogc/1.0/queryables";
const SORTABLES: &str = "http://www.opengis.net/def/rel/ogc/1.0/sortables";
const SCHEMA: &str = "http://www.opengis.net/def/rel/ogc/1.0/schema";

fn described(map: &MapSnapshot, base: &Base, schema: &LayerSchema) -> Json {
    let table = map.layer(schema.id);
    let path = format!("/api/collections/{}", schema.id);
    let title = schema.title.zh;
    let mut extent = json!({});
    if let (Some(bbox), Some(extent)) = (table.extent(), extent.as_object_mut()) {
        let crs = Crs::Crs84.uri();
        extent.insert(
            "spatial".to_owned(),
            json!({ "bbox": [json::bbox(bbox)], "crs": crs }),
        );
    }
    let first = table.features().map(|feature| feature.updated_at).min();
    if let (Some(first), Some(extent)) = (first, extent.as_object_mut()) {
        let trs = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian";
        extent.insert(
            "temporal".to_owned(),
            json!({ "interval": [[first.to_string(), Json::Null]], "trs": trs }),
        );
    }
    let mut links = base.own(&path, None, Form::Json, &DOCUMENT);
    for form in FORMS {
        let items = format!("{path}/items?f={}", form.name());
        links.push(base.link("items", &items, form.media_type(), title));
    }
    let schema_type = Form::Schema.media_type();
    links.push(base.link(SCHEMA, &format!("{path}/schema"), schema_type, "结构"));
    links.push(base.link(
        QUERYABLES,
        &format!("{path}/queryables"),
        schema_type,
        "可筛选的属性",
    ));
    links.push(base.link(
        SORTABLES,
        &format!("{path}/sortables"),
        schema_type,
        "可排序的属性",
    ));
    if tile::drawable(&[schema.id]).is_ok() {
        let json = Form::Json.media_type();
        links.push(base.link(
            VECTOR_TILESETS,
            &format!("{path}/tiles"),
            json,
            "矢量瓦片集",
        ));
    }
    json!({
        "id": schema.id.as_str(), "title": title, "description": schema.title.en, "itemType": "feature",
        "extent": extent, "crs": systems::uris(), "storageCrs": Crs::Crs84.uri(), "itemCount": table.len(),
        "links": links,
    })
}

/// `GET /api/collections`
pub(super) async fn collections(
    State(app): State<AppState>,
    base: Base,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let form = forms::wanted(&mut params, &headers, &DOCUMENT)?;
    params.finish()?;
    let map = app.map.current();
    let body = |base: &Base| {
        let all: Vec<Json> = map
            .layers()
            .map(|table| described(&map, base, table.schema()))
            .collect();
        let links = base.own("/api/collections", query.as_deref(), form, &DOCUMENT);
        json!({ "links": links, "crs": systems::uris(), "collections": all })
    };
    if form == Form::Html {
        let body = body(&base);
        return Ok(told(&map, form, "图层", "/api/collections", &body));
    }
    // the links name the query, which is f=json or nothing here
    let asked = query.as_deref().unwrap_or_default().as_bytes();
    let path = match form_urlencoded::parse(asked).next() {
        None => "/api/collections",
        Some(_) => "/api/collections?f=json",
    };
    documents::kept(&app, &map, (&base, &headers), (path, form), |base| {
        body(base).to_string()
    })
    .await
}

/// `GET /api/collections/{layer}`
pub(super) async fn collection(
    State(app): State<AppState>,
    Path(name): Path<String>,
    base: Base,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let schema = layer_at(&name)?.schema();
    let mut params = Params::of(query.as_deref())?;
    let form = forms::wanted(&mut params, &headers, &DOCUMENT)?;
    params.finish()?;
    let map = app.map.current();
    let body = described(&map, &base, schema);
    let path = format!("/api/collections/{}", schema.id);
    Ok(told(&map, form, schema.title.zh, &path, &body))
}

/// The layer that the address names.
///
/// # Errors
/// There is none of this name.
pub(super) fn layer_at(name: &str) -> Result<LayerId, Problem> {
    LayerId::parse(name).ok_or_else(|| {
        Problem::missing(
            format!("没有图层 {name}"),
            format!("there is no layer {name:?}"),
        )
    })
}

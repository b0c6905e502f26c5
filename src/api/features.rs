//! Layers and their records: read page by page, written one by one with the revision that the writer has seen.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use geojson::Feature as GeoJsonFeature;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::api::freshness::after_write;
use crate::api::json::{self, Selection};
use crate::api::params::Params;
use crate::api::problem::Problem;
use crate::api::{AppState, answer};
use crate::domain::{
    Draft, Edit, FeatureId, FieldClass, LayerId, LayerRole, LayerSchema, Revision, Value, layers,
};
use crate::geometry::{BBox, Geometry, validity};
use crate::query::QueryError;
use crate::query::filter::Filter;
use crate::query::items as page;

/// Who writes while there are no accounts.
const WRITER: &str = "local";

fn collection_json(app: &AppState, schema: &LayerSchema) -> Json {
    let map = app.map.current();
    let table = map.layer(schema.id);
    let href = format!("/api/collections/{}", schema.id);
    let extent = table
        .extent()
        .map(|extent| json!({ "spatial": { "bbox": [json::bbox(extent)] } }));
    json!({
        "id": schema.id.as_str(), "title": schema.title.zh, "description": schema.title.en, "itemType": "feature",
        "extent": extent, "crs": ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"], "itemCount": table.len(),
        "links": [
            { "rel": "self", "href": href, "type": "application/json" },
            { "rel": "items", "href": format!("{href}/items"), "type": "application/geo+json" },
        ],
    })
}

/// `GET /api/collections`
pub(super) async fn collections(State(app): State<AppState>) -> Response {
    let shown = layers::ALL
        .iter()
        .filter(|schema| schema.role != LayerRole::Register);
    let all: Vec<Json> = shown.map(|schema| collection_json(&app, schema)).collect();
    let body = json!({ "collections": all, "links": [{ "rel": "self", "href": "/api/collections", "type": "application/json" }] });
    answer(&app.map.current(), "application/json", body.to_string())
}

/// `GET /api/collections/{layer}`
pub(super) async fn collection(
    State(app): State<AppState>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let schema = layer_at(&name)?.schema();
    Ok(answer(
        &app.map.current(),
        "application/json",
        collection_json(&app, schema).to_string(),
    ))
}

/// `GET /api/collections/{layer}/items`
pub(super) async fn items(
    State(app): State<AppState>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let layer = layer_at(&name)?;
    let schema = layer.schema();
    let mut params = Params::of(query.as_deref())?;
    let (filter, cursor, form) = (
        params.text("filter"),
        params.text("cursor"),
        params.text("f"),
    );
    let ask = page::Ask {
        window: params.bbox("bbox")?,
        filter: filter
            .as_deref()
            .map(|text| Filter::parse(text, schema, FieldClass::Restricted))
            .transpose()?,
        after: cursor
            .map(|cursor| {
                cursor
                    .parse()
                    .map(FeatureId)
                    .map_err(|_not_ours| QueryError::BadCursor { cursor })
            })
            .transpose()?,
        limit: params.limit("limit", 100, 10_000)?,
    };
    let wanted = Selection {
        fields: params
            .text("properties")
            .map(|text| fields_called(schema, &text))
            .transpose()?,
        skip_geometry: params
            .value("skipGeometry", ("true 或 false", "true or false"))?
            .unwrap_or(false),
        up_to: FieldClass::Restricted,
    };
    params.finish()?;
    let map = app.map.current();
    let page = page::items(map.layer(layer), &ask);
    if form.as_deref() == Some("csv") {
        let table = json::csv_table(schema, &page.features, FieldClass::Restricted)
            .map_err(|error| Problem::internal(&error))?;
        return Ok(answer(&map, "text/csv; charset=utf-8", table));
    }
    if !matches!(form.as_deref(), None | Some("geojson" | "json")) {
        return Err(Problem::parameter(
            "f",
            "f 应为 geojson 或 csv",
            "f must be geojson or csv",
        ));
    }
    let here = format!("/api/collections/{layer}/items");
    let mut links = vec![json!({ "rel": "self", "href": here, "type": "application/geo+json" })];
    if let Some(next) = page.next {
        links.push(json!({ "rel": "next", "href": next_link(&here, query.as_deref(), next), "type": "application/geo+json" }));
    }
    let features: Vec<Json> = page
        .features
        .iter()
        .map(|feature| json::feature(&map, schema, feature, &wanted))
        .collect();
    let body = json!({
        "type": "FeatureCollection", "numberMatched": page.matched, "numberReturned": features.len(),
        "links": links, "features": features,
    });
    Ok(answer(&map, "application/geo+json", body.to_string()))
}

fn next_link(here: &str, query: Option<&str>, next: FeatureId) -> String {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .filter(|(name, _)| name != "cursor");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .append_pair("cursor", &next.to_string())
        .finish();
    format!("{here}?{query}")
}

/// `GET /api/collections/{layer}/items/{id}`
pub(super) async fn item(
    State(app): State<AppState>,
    Path((name, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let layer = layer_at(&name)?;
    one(&app, layer, id_of(layer, &id)?, StatusCode::OK)
}

fn one(
    app: &AppState,
    layer: LayerId,
    id: FeatureId,
    status: StatusCode,
) -> Result<Response, Problem> {
    let map = app.map.current();
    let feature = map
        .layer(layer)
        .by_id(id)
        .ok_or(QueryError::NoSuchFeature { layer, id })?;
    let wanted = Selection {
        fields: None,
        skip_geometry: false,
        up_to: FieldClass::Restricted,
    };
    let body = json::feature(&map, layer.schema(), feature, &wanted);
    let mut response = answer(&map, "application/geo+json", body.to_string());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let text =
        |text: String| HeaderValue::from_str(&text).map_err(|error| Problem::internal(&error));
    headers.insert(header::ETAG, text(format!("\"{}\"", feature.revision))?);
    if status == StatusCode::CREATED {
        headers.insert(
            header::LOCATION,
            text(format!("/api/collections/{layer}/items/{id}"))?,
        );
    }
    Ok(response)
}

/// `POST /api/collections/{layer}/items`
pub(super) async fn create(
    State(app): State<AppState>,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let layer = layer_at(&name)?;
    let draft = draft(layer, &body)?;
    let edit = Edit::Insert {
        layer,
        id: None,
        draft,
    };
    let applied = app.store.apply(&[edit], WRITER, Timestamp::now()).await?;
    after_write(&app, applied.revision).await?;
    one(
        &app,
        layer,
        applied.ids.first().copied().unwrap_or(FeatureId(0)),
        StatusCode::CREATED,
    )
}

/// `PUT /api/collections/{layer}/items/{id}`
pub(super) async fn replace(
    State(app): State<AppState>,
    Path((name, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let layer = layer_at(&name)?;
    let (id, expected) = (id_of(layer, &id)?, Some(seen_revision(&headers)?));
    let edit = Edit::Update {
        layer,
        id,
        expected,
        draft: draft(layer, &body)?,
    };
    let applied = app.store.apply(&[edit], WRITER, Timestamp::now()).await?;
    after_write(&app, applied.revision).await?;
    one(&app, layer, id, StatusCode::OK)
}

/// `DELETE /api/collections/{layer}/items/{id}`
pub(super) async fn delete(
    State(app): State<AppState>,
    Path((name, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let layer = layer_at(&name)?;
    let edit = Edit::Delete {
        layer,
        id: id_of(layer, &id)?,
        expected: Some(seen_revision(&headers)?),
    };
    let applied = app.store.apply(&[edit], WRITER, Timestamp::now()).await?;
    after_write(&app, applied.revision).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn seen_revision(headers: &HeaderMap) -> Result<Revision, Problem> {
    let given = headers
        .get(header::IF_MATCH)
        .ok_or_else(Problem::precondition_required)?;
    let text = given
        .to_str()
        .unwrap_or_default()
        .trim_start_matches("W/")
        .trim_matches('"');
    text.parse().map(Revision).map_err(|_not_ours| {
        Problem::parameter(
            "If-Match",
            "If-Match 应为修订号，例如 \"12\"",
            "If-Match must be a revision such as \"12\"",
        )
    })
}

fn layer_at(name: &str) -> Result<LayerId, Problem> {
    LayerId::parse(name).ok_or_else(|| {
        Problem::missing(
            format!("没有图层 {name}"),
            format!("there is no layer {name:?}"),
        )
    })
}

fn id_of(layer: LayerId, text: &str) -> Result<FeatureId, Problem> {
    let missing = |_| {
        Problem::missing(
            format!("{layer} 没有编号为 {text} 的记录"),
            format!("{layer} has no record {text:?}"),
        )
    };
    text.parse().map(FeatureId).map_err(missing)
}

fn fields_called(schema: &LayerSchema, text: &str) -> Result<Vec<String>, Problem> {
    let common = [
        "code",
        "name",
        "revision",
        "updated_at",
        "updated_by",
        "derived",
    ];
    let known = |name: &str| common.contains(&name) || schema.field(name).is_some();
    let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    match names.iter().find(|name| !known(name)) {
        Some(name) => Err(Problem::parameter(
            "properties",
            format!("没有属性 {name}"),
            format!("there is no property {name:?}"),
        )),
        None => Ok(names),
    }
}

/// The record in `body`, a GeoJSON feature; each fault names the property.
fn draft(layer: LayerId, body: &[u8]) -> Result<Draft, Problem> {
    let feature: GeoJsonFeature = serde_json::from_slice(body).map_err(|error| {
        Problem::body(
            format!("内容应为一个 GeoJSON Feature：{error}"),
            format!("the body must be one GeoJSON Feature: {error}"),
        )
    })?;
    let schema = layer.schema();
    let mut draft = Draft::new(schema, "", "");
    for (name, given) in feature.properties.unwrap_or_default() {
        match name.as_str() {
            "code" => draft.code = given.as_str().unwrap_or_default().into(),
            "name" => draft.name = given.as_str().unwrap_or_default().into(),
            "revision" | "updated_at" | "updated_by" | "derived" => {}
            name => set(&mut draft, schema, name, &given)?,
        }
    }
    if draft.code.trim().is_empty() {
        return Err(Problem::parameter(
            "code",
            "编码不能为空",
            "code must not be empty",
        ));
    }
    if let Some(geometry) = feature.geometry {
        let geometry = Geometry::try_from(geometry.value).map_err(|error| {
            Problem::parameter(
                "geometry",
                format!("图形无法读取：{error}"),
                error.to_string(),
            )
        })?;
        let on_earth = BBox::of(&geometry)
            .map(|bbox| BBox::new(bbox.west, bbox.south, bbox.east, bbox.north))
            .transpose()?;
        let mended = validity::mend(geometry)
            .map_err(|error| Problem::parameter("geometry", error.zh(), error.to_string()))?;
        draft.geometry = on_earth.map(|_| mended.geometry);
    }
    Ok(draft)
}

fn set(draft: &mut Draft, schema: &LayerSchema, name: &str, given: &Json) -> Result<(), Problem> {
    let Some((at, field)) = schema
        .fields
        .iter()
        .enumerate()
        .find(|(_, field)| field.name == name)
    else {
        return Err(Problem::parameter(
            name,
            format!("没有属性 {name}"),
            format!("there is no property {name:?}"),
        ));
    };
    let text = match given {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let value = Value::parse(field.kind, &text).map_err(|error| {
        Problem::parameter(
            name,
            format!("{}：{error}", field.label.zh),
            format!("{name}: {error}"),
        )
    })?;
    if let Some(slot) = draft.attributes.get_mut(at) {
        *slot = value;
    }
    Ok(())
}

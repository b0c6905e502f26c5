//! Layers and their records, read page by page.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Value as Json, json};

use crate::api::json::{self, Selection};
use crate::api::params::Params;
use crate::api::past::Shown;
use crate::api::problem::Problem;
use crate::api::{AppState, answer};
use crate::domain::{FeatureId, FieldClass, LayerId, LayerRole, LayerSchema, layers};
use crate::map::MapSnapshot;
use crate::query::QueryError;
use crate::query::filter::Filter;
use crate::query::items as page;

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
    let shown = Shown::of(&app, &mut params).await?;
    params.finish()?;
    let map = &shown.map;
    let page = page::items(map.layer(layer), &ask);
    if form.as_deref() == Some("csv") {
        let table = json::csv_table(schema, &page.features, FieldClass::Restricted)
            .map_err(|error| Problem::internal(&error))?;
        return Ok(shown.told(answer(map, "text/csv; charset=utf-8", table)));
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
        .map(|feature| json::feature(map, schema, feature, &wanted))
        .collect();
    let body = json!({
        "type": "FeatureCollection", "numberMatched": page.matched, "numberReturned": features.len(),
        "links": links, "features": features,
    });
    Ok(shown.told(answer(map, "application/geo+json", body.to_string())))
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
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let layer = layer_at(&name)?;
    let mut params = Params::of(query.as_deref())?;
    let shown = Shown::of(&app, &mut params).await?;
    params.finish()?;
    let found = one(&shown.map, layer, id_of(layer, &id)?, StatusCode::OK)?;
    Ok(shown.told(found))
}

pub(super) fn one(
    map: &MapSnapshot,
    layer: LayerId,
    id: FeatureId,
    status: StatusCode,
) -> Result<Response, Problem> {
    let feature = map
        .layer(layer)
        .by_id(id)
        .ok_or(QueryError::NoSuchFeature { layer, id })?;
    let wanted = Selection {
        fields: None,
        skip_geometry: false,
        up_to: FieldClass::Restricted,
    };
    let body = json::feature(map, layer.schema(), feature, &wanted);
    let mut response = answer(map, "application/geo+json", body.to_string());
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

pub(super) fn layer_at(name: &str) -> Result<LayerId, Problem> {
    LayerId::parse(name).ok_or_else(|| {
        Problem::missing(
            format!("没有图层 {name}"),
            format!("there is no layer {name:?}"),
        )
    })
}

pub(super) fn id_of(layer: LayerId, text: &str) -> Result<FeatureId, Problem> {
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

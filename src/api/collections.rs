//! The layers as collections of OGC API Features.

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value as Json, json};

use crate::api::problem::Problem;
use crate::api::{AppState, answer, json};
use crate::domain::{LayerId, LayerRole, LayerSchema, layers};

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

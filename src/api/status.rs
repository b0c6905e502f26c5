//! Is it alive, is it ready, what does it serve?

use axum::extract::State;
use axum::response::Response;
use serde_json::{Map, Value as Json, json};

use crate::api::{AppState, answer, json as wire};

/// `GET /health/live`
pub(super) async fn live() -> &'static str {
    "live"
}

/// `GET /health/ready`: `degraded` where reads go on while the store is away
pub(super) async fn ready(State(app): State<AppState>) -> Response {
    let map = app.map.current();
    let counts: Map<String, Json> = map
        .layers()
        .map(|table| (table.schema().id.to_string(), json!(table.len())))
        .collect();
    let mut body = json!({ "status": "ready", "revision": map.revision().0, "layers": counts });
    if let (Some(stale), Some(body)) = (app.health.stale(), body.as_object_mut()) {
        body.insert("status".to_owned(), json!("degraded"));
        body.insert("stale_seconds".to_owned(), json!(stale.as_secs()));
        body.insert("reason".to_owned(), json!(app.health.seen().trouble));
    }
    answer(&map, "application/json", body.to_string())
}

/// `GET /api/catalogue`: what the web app needs to know at its start.
pub(super) async fn catalogue(State(app): State<AppState>) -> Response {
    let map = app.map.current();
    let extent = map.layer(crate::domain::LayerId::SUBDISTRICTS).extent();
    let extent = extent.or_else(|| {
        map.layers()
            .filter_map(crate::map::LayerTable::extent)
            .reduce(crate::geometry::BBox::union)
    });
    let latest = || {
        let all = map.layers().flat_map(crate::map::LayerTable::features);
        all.map(|feature| feature.updated_at).max()
    };
    let as_of = app.as_of.or_else(latest);
    let body = json!({
        "title": { "zh": app.title.0, "en": app.title.1 }, "demo": app.is_demo, "revision": map.revision().0,
        "as_of": as_of.map(|at| at.to_string()), "extent": extent.map(wire::bbox),
        "layers": map.layers().map(|table| wire::layer(&map, table.schema())).collect::<Json>(),
    });
    answer(&map, "application/json", body.to_string())
}

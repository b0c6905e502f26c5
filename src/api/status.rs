//! Is it alive, is it ready, what does it serve?

use axum::extract::State;
use axum::response::Response;
use serde_json::{Map, Value as Json, json};

use crate::api::{AppState, answer, json as wire};
use crate::domain::FieldClass;
use crate::map::MapSnapshot;

/// `GET /health/live`
pub(super) async fn live() -> &'static str {
    "live"
}

/// So many faults of records are named one by one; `minqing check` names all.
const MOST_FAULTS: usize = 20;

/// `GET /health/ready`: `degraded` where reads go on while the store is away, or while something is wrong that someone
/// should look after
pub(super) async fn ready(State(app): State<AppState>) -> Response {
    let map = app.map.current();
    let counts: Map<String, Json> = map
        .layers()
        .map(|table| (table.schema().id.to_string(), json!(table.len())))
        .collect();
    let mut body = json!({ "status": "ready", "revision": map.revision().0, "layers": counts });
    if let Some(body) = body.as_object_mut() {
        let before = body.len();
        if let Some(stale) = app.health.stale() {
            body.insert("stale_seconds".to_owned(), json!(stale.as_secs()));
            body.insert("reason".to_owned(), json!(app.health.seen().trouble));
        }
        if map.faulty_records() > 0 {
            body.insert("faults".to_owned(), faults(&map));
        }
        let failures = app.health.failures();
        if !failures.is_empty() {
            body.insert("failures".to_owned(), json!(failures));
        }
        if body.len() > before {
            body.insert("status".to_owned(), json!("degraded"));
        }
    }
    answer(&map, "application/json", body.to_string())
}

/// The records that other programs spoiled. Of a restricted layer only ids are named: anyone may ask how the service is.
fn faults(map: &MapSnapshot) -> Json {
    let each = map.faults().take(MOST_FAULTS).map(|fault| {
        let is_open = fault.layer.schema().class != FieldClass::Restricted;
        json!({
            "layer": fault.layer.as_str(),
            "id": fault.id.0,
            "code": is_open.then_some(&*fault.code),
            "field": fault.field,
            "zh": is_open.then(|| fault.why.zh()),
            "en": is_open.then(|| fault.why.en()),
        })
    });
    json!({ "records": map.faulty_records(), "first": each.collect::<Json>() })
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

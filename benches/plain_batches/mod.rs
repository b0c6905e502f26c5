//! `POST /api/locate` as one would write it first: `serde_json` in and out, on the same index.

use std::sync::Arc;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::any;
use minqing::domain::LayerId;
use minqing::geometry::LonLat;
use minqing::map::MapSnapshot;
use minqing::query::owners::owners;
use minqing::store::{Store, StoreLocation};
use tokio::runtime::Runtime;

#[derive(serde::Deserialize)]
struct Batch {
    points: Vec<[f64; 2]>,
    layers: Vec<String>,
}

#[derive(serde::Serialize)]
struct Codes<'a> {
    revision: i64,
    layers: Vec<&'static str>,
    codes: Vec<Vec<Option<&'a str>>>,
}

/// Answers batches as one would write it first.
pub(crate) fn answer_with_serde(store: &str) {
    Runtime::new().unwrap().block_on(async {
        let store = Store::open(&StoreLocation::parse(store).unwrap(), None)
            .await
            .unwrap();
        let map = Arc::new(MapSnapshot::build(&store.load_all().await.unwrap().change));
        let answer = move |axum::Json(asked): axum::Json<Batch>| async move {
            let places: Vec<LonLat> = asked
                .points
                .iter()
                .map(|[lon, lat]| LonLat::new(*lon, *lat).unwrap())
                .collect();
            let layers: Vec<LayerId> = asked
                .layers
                .iter()
                .map(|name| LayerId::parse(name).unwrap())
                .collect();
            let found: Vec<_> = layers
                .iter()
                .map(|layer| owners(&map, &places, *layer))
                .collect();
            let codes = (0..places.len()).map(|at| {
                let own = found
                    .iter()
                    .map(|owners| owners[at].map(|owner| &*owner.code));
                own.collect()
            });
            let told = Codes {
                revision: map.revision().0,
                layers: layers.iter().map(|layer| layer.as_str()).collect(),
                codes: codes.collect(),
            };
            (
                [(CONTENT_TYPE, "application/json")],
                serde_json::to_vec(&told).unwrap(),
            )
        };
        crate::bare::serve(Router::new().fallback(any(answer))).await;
    });
}

//! The edge: HTTP in, one snapshot, JSON or bytes out. [`router`] is the whole list of addresses.

mod arrow;
mod ask;
mod batch;
mod changes;
mod collections;
mod conditional;
mod content_coding;
mod documents;
mod draft;
mod edge;
mod edits;
mod entity_tags;
mod events;
mod feature_writer;
mod fgb;
mod final_slash;
mod former_codes;
mod forms;
mod freshness;
mod front;
mod heads;
mod history;
mod html;
mod imports;
mod items;
mod json;
mod landing;
mod links;
mod locate;
mod openapi;
mod params;
mod past;
mod persons;
mod points;
mod precondition;
mod problem;
mod questions;
mod received;
mod rules;
mod schemas;
mod sent;
mod status;
mod streamed;
mod systems;
mod table;
mod tile_cache;
mod tiles;
mod tilesets;
mod waiting;
mod web;
mod weights;
mod workers;
mod write;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Response, header};
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::{any, get, post, put};
use tokio::sync::Notify;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::check::Rules;
use crate::import::Desk;
use crate::map::{LiveMap, MapSnapshot};
use crate::store::{Health, Store};

pub use edge::{
    Activity, BasePath, Edge, EdgeSettings, HostName, Network, Origin, Patience, Proxies,
    raw_refusal,
};
pub use front::Front;
pub use locate::KeptForms;
pub use past::PastMaps;
pub use problem::Problem;
pub use tile_cache::TileCache;
pub use waiting::{Stage, Starting, Waiting};
pub use workers::Workers;

/// Records as files have them, the same as on the wire.
pub mod wire {
    pub use super::batch::USUAL_LAYERS;
    pub use super::json::{Selection, csv_table, feature};
    pub use super::table::locate_csv;
}

/// The largest body that is read: a million points as JSON.
const MOST_BYTES: usize = 64 << 20;

/// So many headers has an answer, those of the server itself included.
const USUAL_HEADERS: usize = 20;

/// Each may keep it for itself, and asks every time whether it is still true.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");

const REVISION: HeaderName = HeaderName::from_static("minqing-revision");

/// What every handler has at hand.
#[derive(Debug, Clone)]
pub struct AppState {
    /// The current map.
    pub map: Arc<LiveMap>,
    /// Where writes go.
    pub store: Store,
    /// What the map is called, in Chinese and English.
    pub title: Arc<(String, String)>,
    /// Whether the data is made up.
    pub is_demo: bool,
    /// The day on which made-up data plays; the time of the newest record where there is none.
    pub as_of: Option<jiff::Timestamp>,
    /// Wakes the one who follows the change log, so that a writer need not wait for the next look.
    pub wake: Arc<Notify>,
    /// How it stands with the store.
    pub health: Arc<Health>,
    /// The tiles that were asked for lately.
    pub tiles: TileCache,
    /// Where imports are taken in.
    pub imports: Arc<Desk>,
    /// The rules that refuse an edit.
    pub rules: Arc<Rules>,
    /// The earlier maps that were asked for lately.
    pub past: PastMaps,
    /// The answers of `locate` that were given lately.
    pub forms: Arc<KeptForms>,
    /// Where questions run that read many records.
    pub workers: Workers,
}

/// Every address of the service.
pub fn router(state: AppState, edge: Edge) -> Front {
    let routes = Router::new()
        .route("/health/live", get(status::live))
        .route("/health/ready", get(status::ready))
        .route("/metrics", get(freshness::metrics))
        .route("/api", get(landing::landing))
        .route("/api/conformance", get(landing::conformance))
        .route("/api/functions", get(schemas::functions))
        .route("/api/openapi.json", get(openapi::document))
        .route("/api/docs", get(openapi::docs))
        .route("/api/catalogue", get(status::catalogue))
        .route("/api/collections", get(collections::collections))
        .route("/api/collections/{layer}", get(collections::collection))
        .route("/api/collections/{layer}/schema", get(schemas::schema))
        .route(
            "/api/collections/{layer}/queryables",
            get(schemas::queryables),
        )
        .route(
            "/api/collections/{layer}/sortables",
            get(schemas::sortables),
        )
        .route(
            "/api/collections/{layer}/items",
            get(items::items).post(edits::create),
        )
        .route(
            "/api/collections/{layer}/items/{id}",
            get(items::item)
                .put(edits::replace)
                .patch(edits::patch)
                .delete(edits::delete),
        )
        .route(
            "/api/collections/{layer}/items/{id}/versions",
            get(history::versions),
        )
        .route("/api/collections/{layer}/changes", get(history::changes))
        .route("/api/events", get(events::events))
        .route("/api/changes", post(changes::change))
        .route("/api/changes/{revision}/undo", post(changes::undo))
        .route(
            "/api/locate",
            get(locate::locate_one).post(batch::locate_many),
        )
        .route("/api/nearest", get(questions::nearest))
        .route("/api/summary", get(questions::summary))
        .route("/api/search", get(questions::search))
        .route(
            "/api/imports",
            get(imports::list)
                .post(imports::create)
                // a file is written to the disk as it comes in, and the desk knows how much it takes
                .layer(DefaultBodyLimit::disable()),
        )
        .route(
            "/api/imports/{id}",
            get(imports::one)
                .patch(imports::change)
                .delete(imports::forget),
        )
        .route(
            "/api/imports/{id}/{part}",
            get(imports::part).post(imports::act),
        )
        .route("/api/import-profiles", get(imports::list_profiles))
        .route(
            "/api/import-profiles/{name}",
            put(imports::put_profile).delete(imports::delete_profile),
        )
        .route("/api/{*rest}", any(questions::nothing_here))
        .merge(tile_routes())
        .fallback(web::asset)
        .layer(middleware::from_fn(html::in_the_readers_language))
        .layer(middleware::from_fn(edge::under_the_base))
        .layer(CompressionLayer::new())
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(CatchPanicLayer::custom(
            |_: Box<dyn std::any::Any + Send>| {
                Problem::internal(&std::io::Error::other("a handler panicked")).into_response()
            },
        ))
        .layer(middleware::from_fn(conditional::only_what_was_named))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            freshness::at_least_what_was_seen,
        ))
        .layer(middleware::from_fn(problem::in_the_callers_language))
        .with_state(state.clone());
    Front::new(state, routes, edge)
}

/// The addresses of tiles: the plain ones, and those of OGC API Tiles.
fn tile_routes() -> Router<AppState> {
    Router::new()
        .route("/tiles/{layers}", get(tiles::tilejson))
        .route("/tiles/{layers}/{z}/{x}/{y}", get(tiles::tile))
        .route("/api/tileMatrixSets", get(tilesets::matrix_sets))
        .route(
            "/api/tileMatrixSets/{tileMatrixSetId}",
            get(tilesets::matrix_set),
        )
        .route("/api/tiles", get(tilesets::dataset_tilesets))
        .route(
            "/api/tiles/{tileMatrixSetId}",
            get(tilesets::dataset_tileset),
        )
        .route(
            "/api/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
            get(tilesets::dataset_tile),
        )
        .route(
            "/api/collections/{layer}/tiles",
            get(tilesets::layer_tilesets),
        )
        .route(
            "/api/collections/{layer}/tiles/{tileMatrixSetId}",
            get(tilesets::layer_tileset),
        )
        .route(
            "/api/collections/{layer}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
            get(tilesets::layer_tile),
        )
}

/// An answer from `map`: what it is, and which revision it shows.
fn answer<B>(map: &MapSnapshot, kind: &'static str, body: impl Into<B>) -> Response<B> {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.reserve(USUAL_HEADERS);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, PRIVATE);
    headers.insert(header::ETAG, tag(map.revision().0));
    headers.insert(REVISION, HeaderValue::from(map.revision().0));
    response
}

/// The entity tag of a revision; weak, for the same answer may be compressed in several ways.
fn tag(revision: i64) -> HeaderValue {
    HeaderValue::try_from(format!("W/\"{revision}\""))
        .unwrap_or_else(|_impossible| HeaderValue::from_static("W/\"0\""))
}

//! The edge: HTTP in, one snapshot, JSON or bytes out. [`router`] is the whole list of addresses.

mod batch;
mod features;
mod json;
mod params;
mod points;
mod problem;
mod questions;
mod status;
mod table;
mod tile_cache;
mod tiles;
mod web;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::Notify;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::map::{LiveMap, MapSnapshot};
use crate::store::Store;

pub use problem::Problem;
pub use tile_cache::TileCache;

/// Records as files have them, the same as on the wire.
pub mod wire {
    pub use super::json::{Selection, csv_table, feature};
    pub use super::table::locate_csv;
}

/// The largest body that is read: a million points as JSON.
const MOST_BYTES: usize = 64 << 20;

const REVISION: HeaderName = HeaderName::from_static("minqing-revision");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

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
    /// The tiles that were asked for lately.
    pub tiles: TileCache,
    /// Numbers the requests.
    pub requests: Arc<AtomicU64>,
}

/// Every address of the service.
pub fn router(state: AppState) -> Router {
    Router::new()
        .route("/health/live", get(status::live))
        .route("/health/ready", get(status::ready))
        .route("/api", get(status::landing))
        .route("/api/catalogue", get(status::catalogue))
        .route("/api/collections", get(features::collections))
        .route("/api/collections/{layer}", get(features::collection))
        .route(
            "/api/collections/{layer}/items",
            get(features::items).post(features::create),
        )
        .route(
            "/api/collections/{layer}/items/{id}",
            get(features::item)
                .put(features::replace)
                .delete(features::delete),
        )
        .route(
            "/api/locate",
            get(questions::locate_one).post(batch::locate_many),
        )
        .route("/api/nearest", get(questions::nearest))
        .route("/api/summary", get(questions::summary))
        .route("/api/search", get(questions::search))
        .route("/api/{*rest}", get(questions::nothing_here))
        .route("/tiles/{layers}", get(tiles::tilejson))
        .route("/tiles/{layers}/{z}/{x}/{y}", get(tiles::tile))
        .fallback(web::asset)
        .layer(CompressionLayer::new())
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(CatchPanicLayer::custom(
            |_: Box<dyn std::any::Any + Send>| {
                Problem::internal(&std::io::Error::other("a handler panicked")).into_response()
            },
        ))
        .layer(middleware::from_fn(problem::in_the_callers_language))
        .layer(middleware::from_fn_with_state(state.clone(), mark))
        .with_state(state)
}

/// Puts on every answer: the request's number, who may read it, and not modified where nothing changed.
async fn mark(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let number = state.requests.fetch_add(1, Ordering::Relaxed);
    let preflight = request.method() == Method::OPTIONS;
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();
    let reading = matches!(*request.method(), Method::GET | Method::HEAD);
    let mut response = if preflight {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    let tag = response.headers().get(header::ETAG).cloned();
    if reading && response.status() == StatusCode::OK && known.is_some() && known == tag {
        let headers = response.headers().clone();
        response = StatusCode::NOT_MODIFIED.into_response();
        for name in [header::ETAG, header::CACHE_CONTROL, header::VARY, REVISION] {
            if let Some(value) = headers.get(&name) {
                response.headers_mut().insert(name, value.clone());
            }
        }
    }
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, HeaderValue::from(number));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("minqing-revision, etag, link"),
    );
    if preflight {
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, HEAD, POST, OPTIONS"),
        );
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("content-type, accept-language"),
        );
    }
    headers
        .entry(REVISION)
        .or_insert_with(|| HeaderValue::from(state.map.current().revision().0));
    response
}

/// An answer from `map`: what it is, and which revision it shows.
fn answer(map: &MapSnapshot, kind: &'static str, body: impl Into<axum::body::Body>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-cache"),
        ),
        (header::ETAG, tag(map.revision().0)),
        (REVISION, HeaderValue::from(map.revision().0)),
    ];
    (headers, body.into()).into_response()
}

/// The entity tag of a revision; weak, for the same answer may be compressed in several ways.
fn tag(revision: i64) -> HeaderValue {
    HeaderValue::from_str(&format!("W/\"{revision}\""))
        .unwrap_or_else(|_impossible| HeaderValue::from_static("W/\"0\""))
}

//! What is answered while the store has not been reached yet: alive, not ready, and why.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::api::problem::{self, Problem};
use crate::api::status;

/// Why the map is not there yet.
pub type Reason = Arc<Mutex<String>>;

/// The addresses of a service that has no map yet: each is refused with the reason, but for `/health/live`.
pub fn waiting_router(reason: Reason) -> Router {
    Router::new()
        .route("/health/live", get(status::live))
        .fallback(not_yet)
        .layer(middleware::from_fn(problem::in_the_callers_language))
        .with_state(reason)
}

async fn not_yet(State(reason): State<Reason>) -> Response {
    let reason = reason
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    Problem::not_ready(&reason).into_response()
}

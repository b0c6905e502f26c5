//! What is answered while there is no map yet: alive, not ready, and what is going on.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::api::problem::{self, Problem};
use crate::api::status;

/// What a service does before it has a map.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Stage {
    /// The store is being opened and brought up to date.
    #[default]
    Opening,
    /// The store cannot be reached.
    Unreachable {
        /// Why.
        reason: String,
    },
    /// The demonstration is being made.
    MakingDemo,
    /// The records are being read.
    Loading,
    /// The indexes of the map are being built.
    Indexing,
}

/// How far a service is on its way to its first map; shared by the one who starts it and the edge.
#[derive(Debug, Default)]
pub struct Starting {
    stage: Mutex<Stage>,
    /// How many records have been read.
    pub records: AtomicU64,
}

impl Starting {
    /// From now on that is going on; whether it is something else than before.
    pub fn enter(&self, stage: Stage) -> bool {
        let mut now = self.stage();
        let is_new = *now != stage;
        *now = stage;
        is_new
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The addresses of a service that has no map yet: each is refused with what is going on, but for `/health/live`.
pub fn waiting_router(starting: Arc<Starting>) -> Router {
    Router::new()
        .route("/health/live", get(status::live))
        .fallback(not_yet)
        .layer(middleware::from_fn(problem::in_the_callers_language))
        .with_state(starting)
}

async fn not_yet(State(starting): State<Arc<Starting>>) -> Response {
    let stage = starting.stage().clone();
    let records = starting.records.load(Ordering::Relaxed);
    Problem::not_ready(&stage, records).into_response()
}

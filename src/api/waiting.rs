//! What is answered while there is no map yet: alive, not ready, and what is going on.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::Request;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper::body::Incoming;
use hyper::service::Service;
use tower_service::Service as _;

use crate::api::edge::{Edge, is_page};
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

/// A service that has no map yet: each address is refused with what is going on, but for `/health/live`.
#[derive(Debug, Clone)]
pub struct Waiting {
    router: Router,
    edge: Arc<Edge>,
    /// Who is at the other end of the connection.
    peer: IpAddr,
}

impl Waiting {
    /// A service that is `starting`.
    pub fn new(starting: Arc<Starting>, edge: Edge) -> Self {
        let router = Router::new()
            .route("/health/live", get(status::live))
            .fallback(not_yet)
            .layer(middleware::from_fn(problem::in_the_callers_language))
            .with_state(starting);
        Self {
            router,
            edge: Arc::new(edge),
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
        }
    }

    /// The same for the requests of one connection.
    #[must_use]
    pub fn of_connection(&self, peer: IpAddr) -> Self {
        Self {
            peer,
            ..self.clone()
        }
    }

    /// Who is trusted to say for whom he asks.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.edge.trusts(address)
    }
}

impl Service<Request<Incoming>> for Waiting {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        let (edge, peer) = (Arc::clone(&self.edge), self.peer);
        let target = (request.uri(), request.version());
        let admitted = edge.admit(peer, request.method(), target, request.headers());
        if let Some(Ok(uri)) = edge.mounted(peer, request.uri(), request.headers()) {
            *request.uri_mut() = uri;
        }
        let mut router = self.router.clone();
        Box::pin(async move {
            let (mut response, admitted) = match admitted {
                Ok(admitted) => {
                    let Ok(response) = router.call(request).await;
                    (response, Some(admitted))
                }
                Err(problem) => (problem.answer(request.headers()).map(Body::new), None),
            };
            let is_page = is_page(admitted.as_ref(), response.headers());
            edge.put(admitted.as_ref(), is_page, response.headers_mut());
            Ok(response)
        })
    }
}

async fn not_yet(State(starting): State<Arc<Starting>>) -> Response {
    let stage = starting.stage().clone();
    let records = starting.records.load(Ordering::Relaxed);
    Problem::not_ready(&stage, records).into_response()
}

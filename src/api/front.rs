//! The outermost service: answers at once what is asked most, and hands the rest to the router.
//!
//! To find a place takes a tenth of a microsecond, the router with its layers some ten. So a place and a tile that was
//! asked for lately are answered before them; both have an ordinary handler too, which also says what is wrong with a
//! question. Every answer, of either way, leaves through [`Front::finish`].

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use futures_util::future::Either;
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::service::Service;
use tower_service::Service as _;

use crate::api::conditional::{Known, not_modified, tag_by_coding};
use crate::api::content_coding::{settle, tell_coding};
use crate::api::edge::{Activity, Admitted, Client, Edge, Paced, is_page};
use crate::api::final_slash::without_final_slash;
use crate::api::freshness::{MIN_REVISION, STALE_SECONDS};
use crate::api::heads::Heads;
use crate::api::problem::Problem;
use crate::api::sent::FrontBody;
use crate::api::tile_cache::{compressed_once, is_worth_it_once};
use crate::api::{AppState, MOST_BYTES, REVISION, locate, tiles};

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Where files are taken that are written to the disk as they come.
const IMPORTS: &str = "/api/imports";

/// The service as it is served; made by [`router`](crate::api::router).
#[derive(Debug, Clone)]
pub struct Front {
    app: Arc<AppState>,
    router: Router,
    /// Numbers the requests.
    requests: Arc<AtomicU64>,
    heads: Arc<Heads>,
    edge: Arc<Edge>,
    /// Who is at the other end of the connection.
    peer: IpAddr,
    /// What the connection does.
    activity: Arc<Activity>,
}

/// What of a question is needed when its answer leaves.
struct Asked {
    /// The entity tags that the client has.
    known: Option<Known>,
    /// `None` where the request is refused.
    admitted: Option<Admitted>,
}

/// An answer as it leaves.
pub(super) type Leaving = axum::http::Response<FrontBody>;

/// An answer that is there, or one that takes its time.
type Answer = Either<
    Ready<Result<Leaving, Infallible>>,
    Pin<Box<dyn Future<Output = Result<Leaving, Infallible>> + Send>>,
>;

impl Front {
    pub(super) fn new(app: AppState, router: Router, edge: Edge) -> Self {
        Self {
            app: Arc::new(app),
            router,
            requests: Arc::default(),
            heads: Arc::default(),
            edge: Arc::new(edge),
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
            activity: Arc::default(),
        }
    }

    /// The same for the requests of one connection.
    #[must_use]
    pub fn of_connection(&self, peer: IpAddr, activity: Arc<Activity>) -> Self {
        Self {
            peer,
            activity,
            ..self.clone()
        }
    }

    /// Who is trusted to say for whom he asks.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.edge.trusts(address)
    }

    /// The answer to a question that needs nothing but the snapshot; `None` for all others and for what is wrong.
    fn at_once(&self, request: &Request<Incoming>) -> Option<Leaving> {
        let (uri, headers) = (request.uri(), request.headers());
        // of an answer to HEAD the connection sends what GET has before the body
        if !matches!(*request.method(), Method::GET | Method::HEAD)
            || headers.contains_key(MIN_REVISION)
            || headers.contains_key(header::IF_MATCH)
        {
            return None;
        }
        if uri.path() == "/api/locate" {
            let map = self.app.map.current();
            let body = locate::located(&map, &self.app.forms, uri.query()).ok()?;
            let is_large = is_worth_it_once(body.len());
            let (body, coding) = match compressed_once(&body, headers) {
                Some((body, coding)) => (FrontBody::from(body), Some(coding)),
                None => (FrontBody::from(body), None),
            };
            let mut response = Leaving::new(body);
            *response.headers_mut() = self.heads.of(&map, is_large);
            if coding.is_some() {
                tell_coding(response.headers_mut(), coding);
            }
            return Some(response);
        }
        tiles::at_once(&self.app, uri, headers)
    }

    /// Puts on every answer: the request's number, what browsers need to know, and not modified where nothing changed.
    fn finish(&self, asked: &Asked, mut response: Leaving) -> Leaving {
        let is_page = is_page(asked.admitted.as_ref(), response.headers());
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        tag_by_coding(response.headers_mut());
        let known = asked.known.as_ref();
        if known.is_some_and(|known| known.has(&response)) {
            response = not_modified(response.into_parts().0.headers);
        }
        let headers = response.headers_mut();
        headers.insert(REQUEST_ID, HeaderValue::from(number));
        self.edge.put(asked.admitted.as_ref(), is_page, headers);
        if let Some(stale) = self.app.health.stale() {
            headers.insert(STALE_SECONDS, HeaderValue::from(stale.as_secs()));
        }
        headers
            .entry(REVISION)
            .or_insert_with(|| HeaderValue::from(self.app.map.current().revision().0));
        response
    }
}

impl Service<Request<Incoming>> for Front {
    type Response = Leaving;
    type Error = Infallible;
    type Future = Answer;

    fn call(&self, mut request: Request<Incoming>) -> Answer {
        let reading = matches!(*request.method(), Method::GET | Method::HEAD);
        let target = (request.uri(), request.version());
        let admitted = self
            .edge
            .admit(self.peer, request.method(), target, request.headers());
        let admitted = match admitted {
            Ok(admitted) => admitted,
            Err(problem) => return Either::Left(ready(Ok(self.refuse(&problem, &request)))),
        };
        match self
            .edge
            .mounted(self.peer, request.uri(), request.headers())
        {
            None => {}
            Some(Ok(uri)) => *request.uri_mut() = uri,
            Some(Err(place)) => return Either::Left(ready(Ok(self.moved(admitted, &place)))),
        }
        // an upload is counted as it comes; of all else the length is said, or counted where it is read
        let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX);
        if request.body().size_hint().lower() > most && request.uri().path() != IMPORTS {
            let problem = Problem::body_too_large(MOST_BYTES);
            return Either::Left(ready(Ok(self.refuse(&problem, &request))));
        }
        let asked = Asked {
            known: Known::of(request.method(), request.headers()),
            admitted: Some(admitted),
        };
        // a question that panics is asked again by the router, which has its own guard
        let at_once = catch_unwind(AssertUnwindSafe(|| self.at_once(&request)));
        if let Some(response) = at_once.ok().flatten() {
            return Either::Left(ready(Ok(self.finish(&asked, response))));
        }
        if let Some(uri) = without_final_slash(request.uri()) {
            *request.uri_mut() = uri;
        }
        let compressed_while_sent = request.uri().path().starts_with("/api/");
        settle(request.headers_mut(), compressed_while_sent);
        let what_is_allowed = request.method() == Method::OPTIONS;
        let base = self.edge.base(self.peer, request.headers());
        request.extensions_mut().insert(base);
        let client = Client(self.edge.client(self.peer, request.headers()));
        request.extensions_mut().insert(client);
        let headers = request.headers().clone();
        let (parts, body) = request.into_parts();
        let (body, late) = Paced::new(body, Arc::clone(&self.activity));
        let request = Request::from_parts(parts, body);
        let front = self.clone();
        Either::Right(Box::pin(async move {
            let response = match front.router.clone().call(request).await {
                Ok(_) if late.is_so() => too_slow(&headers),
                // no handler takes OPTIONS: what the router refuses, it refuses with the methods that it has
                Ok(response) if what_is_allowed => {
                    allowed(&asked, &response).unwrap_or_else(|| response.map(FrontBody::Routed))
                }
                Ok(response) => response.map(FrontBody::Routed),
                Err(never) => match never {},
            };
            if !reading {
                tracing::debug!(client = %client.0, status = response.status().as_u16(), "answered");
            }
            Ok(front.finish(&asked, response))
        }))
    }
}

impl Front {
    /// The answer to one who may not ask.
    fn refuse(&self, problem: &Problem, request: &Request<Incoming>) -> Leaving {
        tracing::debug!(client = %self.edge.client(self.peer, request.headers()), %problem, "a request is refused");
        let response = problem.answer(request.headers()).map(FrontBody::Routed);
        let asked = Asked {
            known: None,
            admitted: None,
        };
        self.finish(&asked, response)
    }

    /// The answer to one who asks for the path under which the service is mounted, without its final slash.
    fn moved(&self, admitted: Admitted, place: &str) -> Leaving {
        let mut response = Leaving::new(FrontBody::default());
        *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
        if let Ok(place) = HeaderValue::try_from(place) {
            response.headers_mut().insert(header::LOCATION, place);
        }
        let asked = Asked {
            known: None,
            admitted: Some(admitted),
        };
        self.finish(&asked, response)
    }
}

/// The answer where the body did not come in time; nothing more is read from the connection.
fn too_slow(headers: &HeaderMap) -> Leaving {
    let mut response = Problem::too_slow().answer(headers).map(FrontBody::Routed);
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
    response
}

/// The answer to OPTIONS: the methods of the resource, and those of them that a page of another origin may use. `None`
/// where there is none.
fn allowed<B>(asked: &Asked, refused: &axum::http::Response<B>) -> Option<Leaving> {
    let methods = refused.headers().get(header::ALLOW)?.to_str().ok()?;
    let mut methods: Vec<&str> = methods.split(',').map(str::trim).collect();
    methods.push("OPTIONS");
    let methods = HeaderValue::try_from(methods.join(", ")).ok()?;
    let mut response = Leaving::new(FrontBody::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    if let Some(admitted) = &asked.admitted {
        admitted.grant(&methods, headers);
    }
    headers.insert(header::ALLOW, methods);
    Some(response)
}

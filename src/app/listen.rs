//! The door: connections come in, each is answered until it closes or the program is told to stop.

use std::convert::Infallible;
use std::error::Error;
use std::future::poll_fn;
use std::io::{ErrorKind, Write};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::http::{Request, Response, StatusCode};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::connections::{Connections, Place};
use super::seldom::Seldom;
use super::socket::Socket;
use super::watched::Watched;
use crate::api::{Activity, Front, Patience, Waiting, raw_refusal};

/// The largest head of a request.
const LARGEST_HEAD: usize = 128 << 10;

/// How long nothing is taken where no file handle is left.
const UNTIL_ONE_IS_FREE: Duration = Duration::from_millis(50);

/// How long those who are being answered have when the program is told to stop.
const LAST_WORDS: Duration = Duration::from_secs(10);

pub(super) async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; is another program using the port?"))
}

/// What answers the requests of one connection.
pub(super) trait Serving {
    /// Of one connection.
    type Service: Service<Request<Incoming>>;

    /// That of a connection from `peer`.
    fn of_connection(&self, peer: IpAddr, activity: &Arc<Activity>) -> Self::Service;

    /// Whether `peer` is a proxy, which asks for many.
    fn is_proxy(&self, peer: IpAddr) -> bool;
}

impl Serving for Front {
    type Service = Self;

    fn of_connection(&self, peer: IpAddr, activity: &Arc<Activity>) -> Self {
        Self::of_connection(self, peer, Arc::clone(activity))
    }

    fn is_proxy(&self, peer: IpAddr) -> bool {
        self.trusts(peer)
    }
}

impl Serving for Waiting {
    type Service = Self;

    fn of_connection(&self, peer: IpAddr, _activity: &Arc<Activity>) -> Self {
        Self::of_connection(self, peer)
    }

    fn is_proxy(&self, peer: IpAddr) -> bool {
        self.trusts(peer)
    }
}

/// Answers whoever comes in by `listener` until `stop`; then whoever is being answered is answered to the end.
pub(super) async fn answer_until<T, B>(
    listener: &TcpListener,
    connections: &Arc<Connections>,
    serving: T,
    stop: impl Future<Output = ()>,
) where
    T: Serving,
    T::Service: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>
        + Send
        + Unpin
        + 'static,
    <T::Service as Service<Request<Incoming>>>::Future: Send + Unpin,
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let none_left = Seldom::default();
    tokio::pin!(stop);
    loop {
        let came = tokio::select! {
            () = &mut stop => break,
            came = listener.accept() => came,
        };
        match came {
            Ok((stream, peer)) => {
                let peer = peer.ip();
                let Some(place) = connections.take(peer, serving.is_proxy(peer)) else {
                    refuse(stream);
                    continue;
                };
                // a small answer must not wait for the next; without it the answer is late, not wrong
                let _late = stream.set_nodelay(true);
                let service = serving.of_connection(peer, &place.activity);
                tokio::spawn(attend(stream, service, place));
                connections.settle().await;
            }
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::ConnectionAborted
                        | ErrorKind::ConnectionReset
                        | ErrorKind::ConnectionRefused
                ) => {}
            Err(error) => {
                // no file handle is left, or memory
                if let Some(left_out) = none_left.is_time() {
                    tracing::error!(%error, left_out, "no connection can be taken now");
                }
                connections.make_room();
                sleep(UNTIL_ONE_IS_FREE).await;
            }
        }
    }
    if timeout(LAST_WORDS, connections.end()).await.is_err() {
        tracing::warn!("some connections were still open and are cut");
    }
}

/// Says that all connections are busy, where the client takes it at once.
fn refuse(stream: TcpStream) {
    if let Ok(mut stream) = stream.into_std() {
        let _untold = stream.write(&raw_refusal(StatusCode::SERVICE_UNAVAILABLE));
    }
}

/// What happens next on a connection.
enum Next {
    Done(hyper::Result<()>),
    Told { is_to_close: bool },
    Look,
}

/// Answers the requests of one connection until its client goes or keeps us waiting.
async fn attend<S, B>(stream: TcpStream, service: S, place: Place)
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Unpin,
    S::Future: Unpin,
    B: Body + Unpin + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let activity = &place.activity;
    let socket = TokioIo::new(Socket::new(stream, Arc::clone(activity)));
    let service = Watched::new(service, Arc::clone(activity));
    let mut connection = http1::Builder::new()
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(socket, service);
    let look = sleep_until(Instant::now());
    tokio::pin!(look);
    let mut said = None;
    loop {
        let next = tokio::select! {
            biased;
            done = poll_fn(|context| connection.poll_without_shutdown(context)) => Next::Done(done),
            is_to_close = activity.told() => Next::Told { is_to_close },
            () = &mut look => Next::Look,
        };
        match next {
            Next::Done(done) => {
                if let Err(error) = done {
                    tracing::debug!(%error, "a connection ended early");
                }
                break;
            }
            Next::Told { is_to_close: true } => break,
            Next::Told { is_to_close: false } => Pin::new(&mut connection).graceful_shutdown(),
            Next::Look => match activity.patience() {
                Patience::For(left) => look.as_mut().reset(Instant::now() + left),
                Patience::Over => break,
                Patience::OverWithin => {
                    said = Some(StatusCode::REQUEST_TIMEOUT);
                    break;
                }
            },
        }
    }
    let socket = connection.into_parts().io.into_inner();
    if activity.is_closing() {
        return;
    }
    socket.end(said).await;
}

/// Returns when the program is told to stop.
pub(super) async fn told_to_stop() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

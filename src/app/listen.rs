//! The door: connections come in, each is answered until it closes or the program is told to stop.

use std::convert::Infallible;
use std::error::Error;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use axum::http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{sleep, timeout};

/// How long those who are being answered have when the program is told to stop.
const LAST_WORDS: Duration = Duration::from_secs(10);

pub(super) async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; is another program using the port?"))
}

/// Answers whoever comes in by `listener` until `stop`; then whoever is being answered is answered to the end.
pub(super) async fn answer_until<S, B>(
    listener: &TcpListener,
    service: S,
    stop: impl Future<Output = ()>,
) where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let open = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let came = tokio::select! {
            () = &mut stop => break,
            came = listener.accept() => came,
        };
        match came {
            Ok((stream, _)) => {
                // a small answer must not wait for the next; without it the answer is late, not wrong
                let _late = stream.set_nodelay(true);
                let connection =
                    http1::Builder::new().serve_connection(TokioIo::new(stream), service.clone());
                let connection = open.watch(connection);
                tokio::spawn(async move {
                    if let Err(error) = connection.await {
                        tracing::debug!(%error, "a connection ended early");
                    }
                });
            }
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::ConnectionAborted
                        | ErrorKind::ConnectionReset
                        | ErrorKind::ConnectionRefused
                ) => {}
            Err(error) => {
                // no file handle is left, or memory: it passes when others close
                tracing::error!(%error, "no connection can be taken now");
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
    if timeout(LAST_WORDS, open.shutdown()).await.is_err() {
        tracing::warn!("some connections were still open and are cut");
    }
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

//! A service of one connection that says when it answers and when its answer is made.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::service::Service;

use crate::api::Activity;

#[derive(Debug)]
pub(super) struct Watched<S> {
    service: S,
    activity: Arc<Activity>,
}

/// Says that the answer is made when it is dropped: all of it was given, or nobody takes it any more.
#[derive(Debug)]
struct Answering(Arc<Activity>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.answered();
    }
}

#[derive(Debug)]
pub(super) struct WatchedAnswer<F> {
    answer: F,
    answering: Option<Answering>,
}

#[derive(Debug)]
pub(super) struct WatchedBody<B> {
    body: B,
    _answering: Option<Answering>,
}

impl<S> Watched<S> {
    pub(super) fn new(service: S, activity: Arc<Activity>) -> Self {
        Self { service, activity }
    }
}

impl<S, B> Service<Request<Incoming>> for Watched<S>
where
    S: Service<Request<Incoming>, Response = Response<B>>,
    S::Future: Unpin,
{
    type Response = Response<WatchedBody<B>>;
    type Error = S::Error;
    type Future = WatchedAnswer<S::Future>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.activity.answering();
        WatchedAnswer {
            answering: Some(Answering(Arc::clone(&self.activity))),
            answer: self.service.call(request),
        }
    }
}

impl<F, B, E> Future for WatchedAnswer<F>
where
    F: Future<Output = Result<Response<B>, E>> + Unpin,
{
    type Output = Result<Response<WatchedBody<B>>, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = Pin::new(&mut self.answer).poll(context);
        answer.map_ok(|response| {
            let answering = self.answering.take();
            response.map(|body| WatchedBody {
                body,
                _answering: answering,
            })
        })
    }
}

impl<B: Body + Unpin> Body for WatchedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

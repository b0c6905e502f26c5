//! Bodies of answers: those that are there in one piece or two, and those of the router.

use std::convert::Infallible;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Error;
use axum::body::{Body, Bytes};
use http_body::{Frame, SizeHint};

/// A body that is there, in two pieces, of which the second is shared and not copied.
#[derive(Debug, Default)]
pub struct Written {
    head: Bytes,
    tail: Bytes,
}

impl Written {
    pub(super) fn new(head: impl Into<Bytes>, tail: Bytes) -> Self {
        Self {
            head: head.into(),
            tail,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.head.len() + self.tail.len()
    }

    pub(super) fn to_vec(&self) -> Vec<u8> {
        [&*self.head, &*self.tail].concat()
    }

    fn next(&mut self) -> Option<Bytes> {
        let mut next = mem::take(&mut self.head);
        if next.is_empty() {
            next = mem::take(&mut self.tail);
        }
        (!next.is_empty()).then_some(next)
    }
}

impl http_body::Body for Written {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.next().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.len() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(u64::try_from(self.len()).unwrap_or(u64::MAX))
    }
}

impl From<Written> for Body {
    fn from(written: Written) -> Self {
        Self::new(written)
    }
}

/// The body of an answer as it leaves; what is there needs no box.
#[derive(Debug)]
pub enum FrontBody {
    /// It is there.
    Ready(Written),
    /// The router's.
    Routed(Body),
}

impl Default for FrontBody {
    fn default() -> Self {
        Self::Ready(Written::default())
    }
}

impl From<Written> for FrontBody {
    fn from(written: Written) -> Self {
        Self::Ready(written)
    }
}

impl From<Bytes> for FrontBody {
    fn from(whole: Bytes) -> Self {
        Self::Ready(Written::new(whole, Bytes::new()))
    }
}

impl http_body::Body for FrontBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match &mut *self {
            Self::Ready(written) => Poll::Ready(written.next().map(|piece| Ok(Frame::data(piece)))),
            Self::Routed(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Ready(written) => written.is_end_stream(),
            Self::Routed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Ready(written) => written.size_hint(),
            Self::Routed(body) => body.size_hint(),
        }
    }
}

//! The body of a request, which has to make progress: a client that stops, or that sends a byte now and then to hold a
//! connection, is no longer waited for.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

use super::activity::Activity;

/// How long the next part of a body may take.
const FOR_A_PART: Duration = Duration::from_secs(10);

/// How long a body may take before its rate counts.
const BEFORE_THE_RATE: Duration = Duration::from_secs(15);

/// The least that has to come in a second on average: a tenth of what the slowest mobile network carries.
const BYTES_PER_SECOND: u64 = 512;

/// A body with the time that it has been waited for.
#[derive(Debug)]
pub(in crate::api) struct Paced<B> {
    body: B,
    /// Where there is something to wait for.
    pace: Option<Pace>,
}

#[derive(Debug)]
struct Pace {
    activity: Arc<Activity>,
    is_late: Arc<AtomicBool>,
    came: u64,
    waited: Duration,
    /// Since when the next part is waited for, and until when.
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

/// Whether a body has not come in time.
#[derive(Debug, Clone, Default)]
pub(in crate::api) struct Late(Arc<AtomicBool>);

impl Late {
    pub(in crate::api) fn is_so(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl<B: Body> Paced<B> {
    pub(in crate::api) fn new(body: B, activity: Arc<Activity>) -> (Self, Late) {
        let late = Late::default();
        let pace = (!body.is_end_stream()).then(|| Pace {
            activity,
            is_late: Arc::clone(&late.0),
            came: 0,
            waited: Duration::ZERO,
            waiting: None,
        });
        (Self { body, pace }, late)
    }
}

impl Pace {
    fn awaits(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let (_, end) = self.waiting.get_or_insert_with(|| {
            self.activity.awaiting_body();
            (Instant::now(), Box::pin(sleep(FOR_A_PART)))
        });
        end.as_mut().poll(context)
    }

    /// Whether so much has come as has to.
    fn has(&mut self, bytes: usize) -> bool {
        if let Some((since, _)) = self.waiting.take() {
            self.waited += since.elapsed();
            self.activity.body_came();
        }
        self.came = self
            .came
            .saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        self.waited < BEFORE_THE_RATE
            || self.came >= BYTES_PER_SECOND.saturating_mul(self.waited.as_secs())
    }

    fn late(&self) -> io::Error {
        self.is_late.store(true, Ordering::Relaxed);
        self.activity.body_came();
        io::Error::new(io::ErrorKind::TimedOut, "the body did not come in time")
    }
}

impl<B> Body for Paced<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<axum::BoxError>,
{
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        let this = &mut *self;
        let frame = Pin::new(&mut this.body).poll_frame(context);
        let Some(pace) = &mut this.pace else {
            return frame.map_err(Into::into);
        };
        match frame {
            Poll::Pending => match pace.awaits(context) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(()) => Poll::Ready(Some(Err(pace.late().into()))),
            },
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                if pace.has(bytes) {
                    Poll::Ready(Some(Ok(frame)))
                } else {
                    Poll::Ready(Some(Err(pace.late().into())))
                }
            }
            ended @ Poll::Ready(_) => {
                pace.has(0);
                ended.map_err(Into::into)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_now_and_then_is_no_progress() {
        let pace = |waited: u64, came: u64| Pace {
            activity: Arc::default(),
            is_late: Arc::default(),
            came,
            waited: Duration::from_secs(waited),
            waiting: None,
        };
        assert!(pace(14, 1).has(1));
        assert!(!pace(20, 2).has(1));
        assert!(pace(20, 20 * BYTES_PER_SECOND - 1).has(1));
    }
}

//! What a connection is doing, and since when: the one who closes idle connections looks at it.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// How long a client may take for the head of a request.
const FOR_A_HEAD: Duration = Duration::from_secs(10);

/// How long a connection may be idle after an answer.
const FOR_THE_NEXT: Duration = Duration::from_mins(1);

/// How soon one that is busy is looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// What a connection does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// Nothing was sent since it was opened or since the last answer.
    Idle,
    /// A part of a request's head has come.
    Head,
    /// The rest of a request's body is waited for.
    Body,
    /// A request is answered.
    Answer,
}

impl Doing {
    const fn of(number: u8) -> Self {
        match number {
            0 => Self::Idle,
            1 => Self::Head,
            2 => Self::Body,
            _ => Self::Answer,
        }
    }

    const fn number(self) -> u8 {
        match self {
            Self::Idle => 0,
            Self::Head => 1,
            Self::Body => 2,
            Self::Answer => 3,
        }
    }
}

/// How it stands with the client of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// Look again after this time.
    For(Duration),
    /// It has been idle for long enough.
    Over,
    /// The head of a request was begun and not ended in time.
    OverWithin,
}

/// The state of one connection, shared by its socket, its service and the one who counts connections.
#[derive(Debug)]
pub struct Activity {
    opened: Instant,
    doing: AtomicU8,
    /// Since when, milliseconds after it was opened.
    since: AtomicU64,
    was_answered: AtomicBool,
    /// Whether an answer of the service may not be written out yet.
    is_writing: AtomicBool,
    is_to_close: AtomicBool,
    told: Notify,
}

impl Default for Activity {
    fn default() -> Self {
        Self {
            opened: Instant::now(),
            doing: AtomicU8::new(Doing::Idle.number()),
            since: AtomicU64::new(0),
            was_answered: AtomicBool::new(false),
            is_writing: AtomicBool::new(false),
            is_to_close: AtomicBool::new(false),
            told: Notify::new(),
        }
    }
}

impl Activity {
    fn doing(&self) -> Doing {
        Doing::of(self.doing.load(Ordering::Relaxed))
    }

    fn begin(&self, doing: Doing) {
        let since = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.since.store(since, Ordering::Relaxed);
        self.doing.store(doing.number(), Ordering::Relaxed);
    }

    /// Bytes have come from the client.
    pub fn heard(&self) {
        if self.doing() == Doing::Idle {
            self.begin(Doing::Head);
        }
    }

    /// The head of a request is whole, and it is answered.
    pub fn answering(&self) {
        self.is_writing.store(true, Ordering::Relaxed);
        self.begin(Doing::Answer);
    }

    /// The answer waits for more of the request's body.
    pub(super) fn awaiting_body(&self) {
        self.begin(Doing::Body);
    }

    /// More of the body has come, or it has ended.
    pub(super) fn body_came(&self) {
        if self.doing() == Doing::Body {
            self.begin(Doing::Answer);
        }
    }

    /// The answer is made.
    pub fn answered(&self) {
        self.was_answered.store(true, Ordering::Relaxed);
        self.begin(Doing::Idle);
    }

    /// All that was to be written is written.
    pub fn written(&self) {
        if !matches!(self.doing(), Doing::Answer | Doing::Body) {
            self.is_writing.store(false, Ordering::Relaxed);
        }
    }

    /// Whether what is written now cannot be an answer of the service.
    pub fn is_before_an_answer(&self) -> bool {
        !self.is_writing.load(Ordering::Relaxed)
    }

    /// For how long the client is waited for from now on.
    pub fn patience(&self) -> Patience {
        let (limit, over) = match self.doing() {
            Doing::Answer | Doing::Body => return Patience::For(LOOK_AGAIN),
            Doing::Head => (FOR_A_HEAD, Patience::OverWithin),
            Doing::Idle if self.was_answered.load(Ordering::Relaxed) => {
                (FOR_THE_NEXT, Patience::Over)
            }
            Doing::Idle => (FOR_A_HEAD, Patience::Over),
        };
        match limit.checked_sub(self.waited()) {
            None | Some(Duration::ZERO) => over,
            Some(left) => Patience::For(left.min(LOOK_AGAIN)),
        }
    }

    fn waited(&self) -> Duration {
        let since = Duration::from_millis(self.since.load(Ordering::Relaxed));
        self.opened.elapsed().saturating_sub(since)
    }

    /// For how long the client has been waited for, where it is; one that has never had an answer and keeps us waiting
    /// for a second counts before all others.
    pub fn idle(&self) -> Option<(bool, Duration)> {
        if self.doing() == Doing::Answer || self.is_closing() {
            return None;
        }
        let waited = self.waited();
        let was_answered = self.was_answered.load(Ordering::Relaxed) && self.doing() != Doing::Body;
        Some((!was_answered && waited > Duration::from_secs(1), waited))
    }

    /// The connection is to be closed now.
    pub fn close(&self) {
        self.is_to_close.store(true, Ordering::Relaxed);
        self.told.notify_one();
    }

    /// Whether it is to be closed now.
    pub fn is_closing(&self) -> bool {
        self.is_to_close.load(Ordering::Relaxed)
    }

    /// The connection is to be closed after the answer that is being given.
    pub fn end(&self) {
        self.told.notify_one();
    }

    /// Returns when the connection is to be closed, now (`true`) or after its answer.
    pub async fn told(&self) -> bool {
        self.told.notified().await;
        self.is_closing()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_client_that_is_waited_for_may_be_closed() {
        let activity = Activity::default();
        assert!(activity.idle().is_some());
        activity.heard();
        assert!(matches!(activity.patience(), Patience::For(left) if left <= FOR_A_HEAD));
        activity.answering();
        assert_eq!(
            (activity.idle(), activity.is_before_an_answer()),
            (None, false)
        );
        activity.heard();
        assert_eq!(activity.idle(), None);
        activity.awaiting_body();
        assert!(activity.idle().is_some());
        activity.body_came();
        assert_eq!(activity.idle(), None);
        activity.answered();
        assert!(activity.idle().is_some());
        assert!(!activity.is_before_an_answer());
        activity.written();
        assert!(activity.is_before_an_answer());
        activity.close();
        assert_eq!(activity.idle(), None);
    }
}

//! How it stands with the store, as the one who follows its change log last saw it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// For how long a failure is told after it has happened; one that goes on happens again before.
const TOLD_FOR: Duration = Duration::from_mins(1);

/// Shared by the follower, who reports, and the edge, which tells; readers of the map never wait for it.
#[derive(Debug)]
pub struct Health {
    in_trouble: AtomicBool,
    seen: Mutex<Seen>,
    /// The tasks that have panicked, and when last.
    failed: Mutex<BTreeMap<&'static str, Instant>>,
}

/// What the follower saw last.
#[derive(Debug, Clone)]
pub struct Seen {
    /// When the map was last known to be what the store holds.
    pub confirmed: Instant,
    /// Why it is not known any more.
    pub trouble: Option<String>,
    /// From commit to visible, of the last change.
    pub lag: Option<Duration>,
    /// How many rows of the change log were taken over.
    pub log_rows: u64,
    /// How many times everything was read anew.
    pub reloads: u64,
}

impl Default for Health {
    /// As after the first reading.
    fn default() -> Self {
        Self {
            in_trouble: AtomicBool::new(false),
            seen: Mutex::new(Seen {
                confirmed: Instant::now(),
                trouble: None,
                lag: None,
                log_rows: 0,
                reloads: 0,
            }),
            failed: Mutex::default(),
        }
    }
}

impl Health {
    /// The map is what the store held at `asked`; gives what the trouble was that has passed with it.
    pub fn confirm(&self, asked: Instant) -> Option<String> {
        let mut seen = self.lock();
        seen.confirmed = asked;
        self.in_trouble.store(false, Ordering::Relaxed);
        seen.trouble.take()
    }

    /// So many rows of the change log were taken over; `lag` is the time from the commit of the oldest until now, where
    /// the store tells it.
    pub fn changed(&self, log_rows: u64, lag: Option<Duration>) {
        let mut seen = self.lock();
        seen.lag = lag.or(seen.lag);
        seen.log_rows += log_rows;
    }

    /// Everything was read anew.
    pub fn reloaded(&self) {
        self.lock().reloads += 1;
    }

    /// The store could not be asked; gives whether that is new.
    pub fn fail(&self, reason: String) -> bool {
        self.in_trouble.store(true, Ordering::Relaxed);
        self.lock().trouble.replace(reason).is_none()
    }

    /// For how long it has not been known whether the map is still what the store holds; `None` while it is.
    pub fn stale(&self) -> Option<Duration> {
        self.in_trouble
            .load(Ordering::Relaxed)
            .then(|| self.lock().confirmed.elapsed())
    }

    /// A task has panicked just now.
    pub fn failed(&self, task: &'static str) {
        self.failures_by_task().insert(task, Instant::now());
    }

    /// The tasks that have panicked lately.
    pub fn failures(&self) -> Vec<&'static str> {
        let mut failed = self.failures_by_task();
        failed.retain(|_, at| at.elapsed() < TOLD_FOR);
        failed.keys().copied().collect()
    }

    fn failures_by_task(&self) -> MutexGuard<'_, BTreeMap<&'static str, Instant>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the follower saw last.
    pub fn seen(&self) -> Seen {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        // plain numbers, never half written in a way that matters
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! A line of the log that may have reason to come a thousand times a second, and comes twice a minute.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The least time between two such lines.
const BETWEEN: Duration = Duration::from_secs(30);

/// When the line was written last, and how often it was left out since.
#[derive(Debug, Default)]
pub(super) struct Seldom(Mutex<(Option<Instant>, u64)>);

impl Seldom {
    /// How often it has been left out, where it is time to write it.
    pub(super) fn is_time(&self) -> Option<u64> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.0.is_some_and(|at| at.elapsed() < BETWEEN) {
            last.1 += 1;
            return None;
        }
        let left_out = last.1;
        *last = (Some(Instant::now()), 0);
        Some(left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_written_and_the_rest_is_counted() {
        let seldom = Seldom::default();
        assert_eq!(seldom.is_time(), Some(0));
        assert_eq!((seldom.is_time(), seldom.is_time()), (None, None));
        seldom.0.lock().unwrap().0 = Instant::now().checked_sub(BETWEEN);
        assert_eq!(seldom.is_time(), Some(2));
    }
}

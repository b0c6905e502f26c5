//! How much CPU time one question may take.

use std::cell::Cell;
use std::time::Duration;

use crate::query::QueryError;

/// The CPU time that every question may take, nanoseconds.
const BASE_NS: u64 = 70_000_000;

/// The same for each record that it reads.
const PER_RECORD_NS: u64 = 1_000;

/// Work below this is charged as estimated: to measure it would take as long.
const WORTH_MEASURING_NS: u64 = 1_000;

/// A build without optimisations takes longer for the same work.
const SLOWDOWN: u64 = if cfg!(debug_assertions) { 12 } else { 1 };

/// CPU time that a question may take, charged record by record.
///
/// A closure that decides on records cannot fail: it decides through [`Budget::spend`], which refuses all further records
/// once the budget is spent, and whoever called it asks [`Budget::finish`].
#[derive(Debug)]
pub struct Budget {
    /// CPU time of this thread so far; `None` where there is no limit.
    clock: Option<fn() -> Duration>,
    limit_ns: Cell<u64>,
    spent_ns: Cell<u64>,
}

impl Budget {
    /// A budget that is never spent.
    pub const fn unlimited() -> Self {
        Self {
            clock: None,
            limit_ns: Cell::new(u64::MAX),
            spent_ns: Cell::new(0),
        }
    }

    /// The usual budget, by a `clock` that counts the CPU time of the calling thread.
    pub const fn of_thread(clock: fn() -> Duration) -> Self {
        Self {
            clock: Some(clock),
            limit_ns: Cell::new(BASE_NS * SLOWDOWN),
            spent_ns: Cell::new(0),
        }
    }

    /// Grants the time to read `records` with about `cost_ns` of work each.
    ///
    /// # Errors
    /// [`QueryError::TooExpensive`] where that is plainly too much, before anything is read.
    pub fn admit(&self, records: usize, cost_ns: u64) -> Result<(), QueryError> {
        if self.clock.is_none() {
            return Ok(());
        }
        let records = u64::try_from(records).unwrap_or(u64::MAX);
        let granted = records.saturating_mul(PER_RECORD_NS);
        if records.saturating_mul(cost_ns) > BASE_NS.saturating_add(granted) {
            return Err(QueryError::TooExpensive);
        }
        let limit = self.limit_ns.get();
        self.limit_ns
            .set(limit.saturating_add(granted.saturating_mul(SLOWDOWN)));
        Ok(())
    }

    /// What `decide` says of a record, at a cost of about `cost_ns`; `false` once the budget is spent.
    pub fn spend(&self, cost_ns: u64, decide: impl FnOnce() -> bool) -> bool {
        let Some(clock) = self.clock else {
            return decide();
        };
        if self.is_spent() {
            return false;
        }
        if cost_ns < WORTH_MEASURING_NS {
            self.charge(cost_ns);
            return decide();
        }
        let began = clock();
        let decision = decide();
        let took = clock().saturating_sub(began);
        self.charge(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
        decision
    }

    /// Whether everything that was asked for was decided.
    ///
    /// # Errors
    /// [`QueryError::TooExpensive`] when something was not.
    pub fn finish(&self) -> Result<(), QueryError> {
        if self.is_spent() {
            return Err(QueryError::TooExpensive);
        }
        Ok(())
    }

    fn charge(&self, cost_ns: u64) {
        let spent = self.spent_ns.get();
        self.spent_ns.set(spent.saturating_add(cost_ns));
    }

    fn is_spent(&self) -> bool {
        self.spent_ns.get() > self.limit_ns.get()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    thread_local! {
        static NOW: RefCell<Duration> = const { RefCell::new(Duration::ZERO) };
    }

    fn clock() -> Duration {
        NOW.with_borrow(|now| *now)
    }

    fn pass_time(by: Duration) {
        NOW.with_borrow_mut(|now| *now += by);
    }

    #[test]
    fn a_spent_budget_stays_spent() {
        let budget = Budget::of_thread(clock);
        assert!(budget.spend(5_000, || true));
        assert_eq!(budget.finish(), Ok(()));
        let slow = || {
            pass_time(Duration::from_secs(2));
            true
        };
        assert!(budget.spend(5_000, slow));
        assert!(!budget.spend(1, || true));
        assert_eq!(budget.finish(), Err(QueryError::TooExpensive));
    }

    #[test]
    fn time_between_decisions_is_not_charged() {
        let budget = Budget::of_thread(clock);
        for _ in 0..10 {
            pass_time(Duration::from_secs(2));
            assert!(budget.spend(5_000, || true));
        }
        assert_eq!(budget.finish(), Ok(()));
    }

    #[test]
    fn plain_excess_is_refused_before_work_begins() {
        let budget = Budget::of_thread(clock);
        assert_eq!(budget.admit(30_000, 500), Ok(()));
        assert_eq!(budget.admit(30_000, 100_000), Err(QueryError::TooExpensive));
        assert_eq!(Budget::unlimited().admit(usize::MAX, u64::MAX), Ok(()));
    }
}

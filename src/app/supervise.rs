//! Whoever works beside the requests is watched: a panic is logged, told by `/health/ready`, and the work goes on.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinHandle, JoinSet, spawn_blocking};
use tokio::time::sleep;

use crate::store::Health;

/// How long after a panic the work begins again.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs what `work` makes until it ends by itself; after a panic it is made anew. Aborted, it ends with its work.
pub(super) fn keep<F>(
    name: &'static str,
    health: Arc<Health>,
    mut work: impl FnMut() -> F + Send + 'static,
) -> JoinHandle<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    tokio::spawn(async move {
        loop {
            // a set, since it ends its tasks when it is dropped
            let mut running = JoinSet::new();
            running.spawn(work());
            match running.join_next().await {
                Some(Err(ended)) if ended.is_panic() => {
                    failed(name, &health, &*ended.into_panic());
                }
                _ => break,
            }
            sleep(PAUSE).await;
        }
    })
}

/// Does `work` once on a thread that may be kept busy.
pub(super) fn once(
    name: &'static str,
    health: Arc<Health>,
    work: impl FnOnce() + Send + 'static,
) -> JoinHandle<()> {
    spawn_blocking(move || {
        caught(name, &health, work);
    })
}

/// What `work` gives; `None` where it panicked.
pub(super) fn caught<T>(
    name: &'static str,
    health: &Health,
    work: impl FnOnce() -> T,
) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => Some(done),
        Err(panic) => {
            failed(name, health, &*panic);
            None
        }
    }
}

fn failed(name: &'static str, health: &Health, panic: &(dyn Any + Send)) {
    let said = panic.downcast_ref::<&str>().copied();
    let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(
        task = name,
        said = said.unwrap_or_default(),
        "a task panicked; it goes on"
    );
    health.failed(name);
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn work_that_panics_is_told_and_begins_again() {
        let (health, begun, again) = (
            Arc::new(Health::default()),
            Arc::new(AtomicUsize::new(0)),
            Arc::new(Notify::new()),
        );
        let (counted, woken) = (Arc::clone(&begun), Arc::clone(&again));
        let kept = keep("test", Arc::clone(&health), move || {
            let (counted, woken) = (Arc::clone(&counted), Arc::clone(&woken));
            async move {
                assert!(
                    counted.fetch_add(1, Ordering::Relaxed) > 0,
                    "the first time"
                );
                woken.notify_one();
            }
        });
        again.notified().await;
        kept.await.unwrap();
        assert_eq!(begun.load(Ordering::Relaxed), 2);
        assert_eq!(health.failures(), ["test"]);
    }

    #[tokio::test]
    async fn work_done_once_does_not_panic_on() {
        let health = Arc::new(Health::default());
        once("test", Arc::clone(&health), || panic!("once"))
            .await
            .unwrap();
        assert_eq!(health.failures(), ["test"]);
        assert_eq!(caught("test", &health, || 7), Some(7));
    }
}

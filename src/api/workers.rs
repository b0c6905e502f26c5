//! Work that takes longer than a moment, off the threads that answer.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use cpu_time::ThreadTime;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::api::problem::Problem;
use crate::query::Budget;

/// How long a request waits for its turn before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs jobs on threads of their own, as many at once as the machine has cores.
///
/// The threads that answer stay free for what takes microseconds: health, `locate`, tiles that are kept.
#[derive(Debug, Clone)]
pub struct Workers {
    permits: Arc<Semaphore>,
}

impl Default for Workers {
    fn default() -> Self {
        let cores = available_parallelism().map_or(2, NonZeroUsize::get);
        Self {
            permits: Arc::new(Semaphore::new(cores)),
        }
    }
}

impl Workers {
    /// What `job` returns. A job that was begun ends, also when the caller has gone.
    ///
    /// # Errors
    /// 503 `busy` when no thread was free for ten seconds, 500 when the job panicked.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = timeout(PATIENCE, Arc::clone(&self.permits).acquire_owned()).await;
        let permit = turn
            .map_err(|_elapsed| busy())?
            .map_err(|closed| Problem::internal(&closed))?;
        let done = spawn_blocking(move || {
            let _held_until_done = permit;
            job()
        });
        done.await.map_err(|panicked| Problem::internal(&panicked))
    }

    /// As [`Workers::run`], for a job that can be refused.
    ///
    /// # Errors
    /// As [`Workers::run`], and what the job says.
    pub(super) async fn attempt<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run(job).await?
    }
}

/// The budget of a question that runs on the calling thread, to be made there.
pub(super) fn budget() -> Budget {
    Budget::of_thread(|| ThreadTime::now().as_duration())
}

fn busy() -> Problem {
    Problem::unavailable(
        "busy",
        "正在处理的查询较多，请稍后再试",
        "too many questions are being worked on; try again in a moment",
    )
    .retry_after(2)
}

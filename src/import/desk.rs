//! Where uploads are taken in: a bounded number of jobs, one of which is worked on at a time.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::spawn_blocking;

use crate::import::batch::id_of;
use crate::import::spool::Spool;
use crate::import::{
    Batch, ImportError, Job, JobId, Plan, Preview, State, Wishes, batch, carry_out, dry_run, undo,
};
use crate::ingest::{self, MapAtHand, Report};
use crate::store::Store;

pub use crate::import::spool::Upload;

/// Who writes, as long as there are no accounts.
const WRITER: &str = "import";

/// How much a desk takes.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The largest upload, MiB.
    pub most_mib: u64,
    /// How many uploads are kept at once.
    pub most_open: usize,
    /// How many imports are remembered that are over.
    pub most_over: usize,
    /// How long an upload is kept that nobody asks for.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            most_mib: 512,
            most_open: 8,
            most_over: 32,
            patience: Duration::from_hours(1),
        }
    }
}

/// Where uploads are taken in.
#[derive(Debug)]
pub struct Desk {
    store: Store,
    spool: Spool,
    limits: Limits,
    jobs: Mutex<BTreeMap<JobId, Arc<Job>>>,
    /// A place for each upload that may be open, from its first byte until its file is gone.
    places: Arc<Semaphore>,
    /// The map that rows are placed by and doubtful coordinates are held against.
    at_hand: Arc<dyn MapAtHand>,
    /// One import at a time: each takes a core and the store's one writer.
    turn: Arc<Semaphore>,
    /// Woken when something was committed.
    wake: Arc<Notify>,
}

impl Desk {
    /// A desk whose uploads lie within `root`; what a killed program left there is removed.
    ///
    /// # Errors
    /// What the system says of the folder.
    pub fn open(
        store: Store,
        root: &Path,
        limits: Limits,
        at_hand: Arc<dyn MapAtHand>,
        wake: Arc<Notify>,
    ) -> std::io::Result<Arc<Self>> {
        let desk = Arc::new(Self {
            store,
            spool: Spool::open(root)?,
            limits,
            jobs: Mutex::default(),
            places: Arc::new(Semaphore::new(limits.most_open)),
            at_hand,
            turn: Arc::new(Semaphore::new(1)),
            wake,
        });
        let swept = Arc::downgrade(&desk);
        let every = (limits.patience / 4).clamp(Duration::from_millis(50), Duration::from_secs(30));
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(every).await;
                match swept.upgrade() {
                    Some(desk) => {
                        // a panic at one job must not leave the uploads of all others lying
                        let swept = catch_unwind(AssertUnwindSafe(|| desk.sweep()));
                        if swept.is_err() {
                            tracing::error!("uploads could not be looked through");
                        }
                    }
                    None => break,
                }
            }
        });
        Ok(desk)
    }

    fn jobs(&self) -> MutexGuard<'_, BTreeMap<JobId, Arc<Job>>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How much is taken.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The store that imports go to.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Room for the files of an upload; where there is none, the oldest that has failed makes room.
    ///
    /// # Errors
    /// [`ImportError::TooMany`] where as many come in or are kept as may be.
    pub fn receive(&self) -> Result<Upload, ImportError> {
        let place = || Arc::clone(&self.places).try_acquire_owned();
        let place = place().or_else(|_full| {
            self.end_failed();
            place()
        });
        let place = place.map_err(|_full| ImportError::TooMany {
            most: self.limits.most_open,
        })?;
        let upload = self.spool.upload(self.limits.most_mib)?;
        Ok(upload.in_place(place))
    }

    /// Ends the oldest import that has failed and still keeps its file.
    fn end_failed(&self) {
        let jobs = self.jobs();
        let failed = jobs.values().find(|job| {
            let inner = job.inner();
            inner.state == State::Failed && inner.upload.is_some()
        });
        if let Some(job) = failed {
            job.inner().end(State::Failed);
        }
    }

    /// Makes a job of an upload. It is read at once; with `is_dry_run` it then waits to be committed, else it is
    /// committed where it can be.
    ///
    /// # Errors
    /// [`ImportError`] where a wish cannot be met, or no file came.
    pub async fn start(
        self: &Arc<Self>,
        mut upload: Upload,
        wishes: Wishes,
        is_dry_run: bool,
    ) -> Result<Arc<Job>, ImportError> {
        wishes.options()?;
        upload.end().await?;
        let file = ingest::shown(upload.main()?.0);
        let mut jobs = self.jobs();
        let mut id = id_of(Timestamp::now());
        while jobs.contains_key(&id) {
            id.push('0');
        }
        let job = Arc::new(Job::new(id.clone(), file, wishes, upload));
        jobs.insert(id, Arc::clone(&job));
        drop(jobs);
        self.work(&job, !is_dry_run);
        Ok(job)
    }

    /// The import called `id`.
    ///
    /// # Errors
    /// [`ImportError::NoSuchImport`].
    pub fn job(&self, id: &str) -> Result<Arc<Job>, ImportError> {
        let found = self.jobs().get(id).cloned();
        found.ok_or_else(|| ImportError::NoSuchImport { id: id.to_owned() })
    }

    /// Every import that is known, the newest first.
    pub fn all(&self) -> Vec<Arc<Job>> {
        self.jobs().values().rev().cloned().collect()
    }

    /// Reads the file of a job anew, in another way.
    ///
    /// # Errors
    /// [`ImportError`] where a wish cannot be met, or the job is being written or is over.
    pub fn change(self: &Arc<Self>, job: &Arc<Job>, wishes: Wishes) -> Result<(), ImportError> {
        wishes.options()?;
        {
            let mut inner = job.inner();
            needs(
                inner.state,
                &[State::Queued, State::Reading, State::Ready, State::Failed],
                NEEDS_FILE,
            )?;
            if inner.upload.is_none() {
                return Err(not_now(inner.state, NEEDS_FILE));
            }
            inner.wishes = wishes;
        }
        self.work(job, false);
        Ok(())
    }

    /// Writes a job that was read.
    ///
    /// # Errors
    /// [`ImportError::NotNow`] in any other state.
    pub fn commit(self: &Arc<Self>, job: &Arc<Job>) -> Result<(), ImportError> {
        needs(job.inner().state, &[State::Ready], NEEDS_READY)?;
        self.work(job, true);
        Ok(())
    }

    /// Takes back what the import called `id` has written, also one from before this program was started.
    ///
    /// # Errors
    /// [`ImportError::ChangedSince`] with the records that would be lost.
    pub async fn undo(&self, id: &str) -> Result<Batch, ImportError> {
        let job = self.job(id).ok();
        let batch_id = match &job {
            Some(job) => {
                let inner = job.inner();
                needs(inner.state, &[State::Done, State::Undone], NEEDS_DONE)?;
                let batch = inner.batch.as_ref();
                batch
                    .map(|batch| batch.id.clone())
                    .ok_or_else(|| not_now(inner.state, NEEDS_DONE))?
            }
            None => id.to_owned(),
        };
        let undone = undo(&self.store, &batch_id, WRITER).await?;
        self.wake.notify_one();
        if let Some(job) = job {
            let mut inner = job.inner();
            inner.state = State::Undone;
            inner.batch = Some(undone.clone());
        }
        Ok(undone)
    }

    /// The batch that an import from before this program was started has written.
    ///
    /// # Errors
    /// [`ImportError::NoSuchImport`].
    pub async fn batch(&self, id: &str) -> Result<Batch, ImportError> {
        batch(&self.store, id).await
    }

    /// Stops a job and forgets it, with everything of it but what it has committed.
    pub fn forget(&self, job: &Arc<Job>) {
        self.jobs().remove(job.id());
        let mut inner = job.inner();
        inner.stop.send_replace(true);
        let state = inner.state;
        inner.end(state);
    }

    /// Works on the job from now on, and not in the way it did before.
    fn work(self: &Arc<Self>, job: &Arc<Job>, is_to_write: bool) {
        let stop = watch::Sender::new(false);
        let stopped = stop.subscribe();
        {
            let mut inner = job.inner();
            inner.stop.send_replace(true);
            inner.stop = stop;
            inner.state = State::Queued;
            inner.failure = None;
            inner.touched = Instant::now();
        }
        job.set_rows(0);
        // its place in the line is that of the question, not that of the first time its task is looked at
        let mut turn = Box::pin(Arc::clone(&self.turn).acquire_owned());
        let at_once = (&mut turn).now_or_never();
        let turn = async move {
            match at_once {
                Some(turn) => turn,
                None => turn.await,
            }
        };
        let (desk, job) = (Arc::clone(self), Arc::clone(job));
        tokio::spawn(async move {
            let mut waiting = stopped.clone();
            let turn = tokio::select! {
                _ = waiting.wait_for(|is| *is) => return,
                turn = turn => turn,
            };
            let Ok(_turn) = turn else { return };
            // comparing and checking rows takes the time of a core: the threads that answer stay free of it
            let work = {
                let (desk, job) = (Arc::clone(&desk), Arc::clone(&job));
                let runtime = Handle::current();
                move || runtime.block_on(desk.take_turn(&job, is_to_write, stopped))
            };
            if spawn_blocking(work).await.is_err() {
                tracing::error!(import = job.id(), "an import panicked");
                let mut inner = job.inner();
                inner.state = State::Failed;
                inner.failure = Some(Arc::new(ImportError::ReaderGone));
                inner.touched = Instant::now();
            }
        });
    }

    async fn take_turn(&self, job: &Arc<Job>, is_to_write: bool, stopped: watch::Receiver<bool>) {
        let done = if is_to_write {
            self.write(job, stopped.clone()).await
        } else {
            self.read(job, stopped.clone()).await
        };
        let mut inner = job.inner();
        if *stopped.borrow() && !matches!(done, Ok(true)) {
            // It was forgotten, or is being read in another way by now.
            return;
        }
        inner.touched = Instant::now();
        match done {
            Ok(true) => inner.end(State::Done),
            Ok(false) => inner.state = State::Ready,
            Err(error) => {
                tracing::info!(import = job.id(), "an import could not be done");
                if let ImportError::AlreadyThere { report, .. } = &error {
                    inner.report = Some(Arc::new(Report::clone(report)));
                }
                inner.state = State::Failed;
                inner.failure = Some(Arc::new(error));
            }
        }
        drop(inner);
        self.drop_old();
    }

    /// What is to be done with the job's file as it is asked for now.
    fn plan(&self, job: &Job, state: State) -> Result<Plan, ImportError> {
        let (upload, wishes) = {
            let mut inner = job.inner();
            inner.state = state;
            let upload = inner.upload.clone().ok_or(ImportError::Cancelled)?;
            (upload, inner.wishes.clone())
        };
        let source = ingest::open(upload.main()?.1)?;
        let (mut options, on_conflict) = wishes.options()?;
        options.map_at_hand = Some(Arc::clone(&self.at_hand));
        let mut inner = job.inner();
        inner.progress = source.progress.clone();
        inner.length = source.bytes;
        Ok(Plan {
            new_layer: None,
            source,
            options,
            on_conflict,
        })
    }

    async fn read(
        &self,
        job: &Arc<Job>,
        mut stopped: watch::Receiver<bool>,
    ) -> Result<bool, ImportError> {
        let plan = self.plan(job, State::Reading)?;
        let (mut preview, mut rows) = (Preview::default(), 0);
        let mut look = |settled: &[crate::import::Settled]| {
            rows += u64::try_from(settled.len()).unwrap_or_default();
            job.set_rows(rows);
            preview.take(settled);
        };
        let report = tokio::select! {
            biased;
            _ = stopped.wait_for(|is| *is) => return Err(ImportError::Cancelled),
            report = dry_run(Some(&self.store), plan, &mut look) => report?,
        };
        job.set_rows(report.features);
        let mut inner = job.inner();
        inner.report = Some(Arc::new(report));
        inner.preview = Arc::new(preview);
        Ok(false)
    }

    async fn write(
        &self,
        job: &Arc<Job>,
        mut stopped: watch::Receiver<bool>,
    ) -> Result<bool, ImportError> {
        let plan = self.plan(job, State::Writing)?;
        let mut rows = 0;
        let mut look = |settled: &[crate::import::Settled]| {
            rows += u64::try_from(settled.len()).unwrap_or_default();
            job.set_rows(rows);
        };
        let stop = async {
            let _gone = stopped.wait_for(|is| *is).await;
        };
        let (report, batch) = carry_out(&self.store, plan, WRITER, stop, &mut look).await?;
        self.wake.notify_one();
        job.set_rows(report.features);
        tracing::info!(import = job.id(), layer = %report.layer, taken = report.taken, refused = report.refused, "imported");
        let mut inner = job.inner();
        inner.report = Some(Arc::new(report));
        inner.batch = batch;
        Ok(true)
    }

    /// Ends what nobody asks for any more.
    fn sweep(&self) {
        let all = self.all();
        for job in all {
            let mut inner = job.inner();
            let is_due = inner.upload.is_some()
                && !inner.state.is_busy()
                && inner.touched.elapsed() >= self.limits.patience;
            if is_due {
                inner.report = None;
                inner.end(State::Expired);
                tracing::info!(
                    import = job.id(),
                    "an upload was not committed in time and is removed"
                );
            }
        }
        self.drop_old();
    }

    /// Forgets the oldest imports that are over, above the number that is remembered.
    fn drop_old(&self) {
        let mut jobs = self.jobs();
        let over: Vec<JobId> = jobs
            .iter()
            .filter(|(_, job)| {
                let inner = job.inner();
                inner.upload.is_none() && !inner.state.is_busy()
            })
            .map(|(id, _)| id.clone())
            .collect();
        let surplus = over.len().saturating_sub(self.limits.most_over);
        for id in over.into_iter().take(surplus) {
            jobs.remove(&id);
        }
    }
}

type Needs = (&'static str, &'static str);

const NEEDS_READY: Needs = (
    "还没有试读完成,或已经提交,现在不能提交",
    "it can be committed once it was read, and once only",
);
const NEEDS_FILE: Needs = (
    "正在写入或已经了结,不能再改读法;请重新上传",
    "it is being written or is over; upload the file again",
);
const NEEDS_DONE: Needs = (
    "还没有写入,没有可撤销的内容",
    "nothing of it is written that could be undone",
);

fn needs(state: State, one_of: &[State], (zh, en): Needs) -> Result<(), ImportError> {
    if one_of.contains(&state) {
        Ok(())
    } else {
        Err(not_now(state, (zh, en)))
    }
}

fn not_now(state: State, (needs_zh, needs_en): Needs) -> ImportError {
    ImportError::NotNow {
        state: state.as_str(),
        needs_zh,
        needs_en,
    }
}

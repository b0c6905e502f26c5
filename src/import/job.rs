//! One upload on its way to the map, and what is known of it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::watch;

use crate::import::spool::Upload;
use crate::import::{Batch, ImportError, Preview, Wishes};
use crate::ingest::{Progress, Report};

/// By which an import is asked for.
pub type JobId = String;

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It waits for another to end.
    Queued,
    /// The file is read; nothing is written.
    Reading,
    /// The file was read; nothing is written yet.
    Ready,
    /// The file is read once more and written.
    Writing,
    /// It is in the store.
    Done,
    /// It could not be read or written; nothing of it is in the store.
    Failed,
    /// It was taken back.
    Undone,
    /// It was not committed in time and is gone.
    Expired,
}

impl State {
    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Reading => "reading",
            Self::Ready => "ready",
            Self::Writing => "writing",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Undone => "undone",
            Self::Expired => "expired",
        }
    }

    /// Whether something is still being done.
    pub fn is_busy(self) -> bool {
        matches!(self, Self::Queued | Self::Reading | Self::Writing)
    }
}

/// What is known of an import at one moment.
#[derive(Debug, Clone)]
pub struct Status {
    /// Its id; the same as of its batch.
    pub id: JobId,
    /// The name of the file, without personal data.
    pub file: String,
    /// How the file is to be read.
    pub wishes: Wishes,
    /// How far it is.
    pub state: State,
    /// Records read so far.
    pub rows: u64,
    /// Bytes read so far, and those of the file.
    pub bytes: (u64, u64),
    /// What became of the file, once it was read.
    pub report: Option<Arc<Report>>,
    /// What is in the store, once it is.
    pub batch: Option<Batch>,
    /// Why it failed.
    pub failure: Option<Arc<ImportError>>,
}

/// One upload on its way to the map.
#[derive(Debug)]
pub struct Job {
    id: JobId,
    file: String,
    inner: Mutex<Inner>,
    rows: AtomicU64,
}

/// What changes.
#[derive(Debug)]
pub(super) struct Inner {
    pub(super) wishes: Wishes,
    pub(super) state: State,
    /// The raw files, as long as they are needed.
    pub(super) upload: Option<Arc<Upload>>,
    pub(super) report: Option<Arc<Report>>,
    pub(super) preview: Arc<Preview>,
    pub(super) batch: Option<Batch>,
    pub(super) failure: Option<Arc<ImportError>>,
    pub(super) progress: Progress,
    pub(super) length: u64,
    /// Ends what is being done.
    pub(super) stop: watch::Sender<bool>,
    /// When someone last asked or something was last done.
    pub(super) touched: Instant,
}

impl Job {
    pub(super) fn new(id: JobId, file: String, wishes: Wishes, upload: Upload) -> Self {
        Self {
            id,
            file,
            rows: AtomicU64::new(0),
            inner: Mutex::new(Inner {
                wishes,
                state: State::Queued,
                upload: Some(Arc::new(upload)),
                report: None,
                preview: Arc::default(),
                batch: None,
                failure: None,
                progress: Progress::default(),
                length: 0,
                stop: watch::Sender::new(false),
                touched: Instant::now(),
            }),
        }
    }

    pub(super) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn set_rows(&self, rows: u64) {
        self.rows.store(rows, Ordering::Relaxed);
    }

    /// What is known of it now, for the one whose import it is: it is not over as long as that one asks.
    pub fn status(&self) -> Status {
        self.inner().touched = Instant::now();
        self.peek()
    }

    /// What is known of it now.
    pub fn peek(&self) -> Status {
        let inner = self.inner();
        Status {
            id: self.id.clone(),
            file: self.file.clone(),
            wishes: inner.wishes.clone(),
            state: inner.state,
            rows: self.rows.load(Ordering::Relaxed),
            bytes: (inner.progress.bytes().min(inner.length), inner.length),
            report: inner.report.clone(),
            batch: inner.batch.clone(),
            failure: inner.failure.clone(),
        }
    }

    /// The records of the file as the map may show them, with what became of the file.
    pub fn preview(&self) -> (Arc<Preview>, Option<Arc<Report>>) {
        let inner = self.inner();
        (Arc::clone(&inner.preview), inner.report.clone())
    }
}

impl Inner {
    /// Ends it, so that nothing of the raw file is left: not the file, nor its values.
    pub(super) fn end(&mut self, state: State) {
        self.state = state;
        self.upload = None;
        self.preview = Arc::default();
        if let Some(report) = &self.report
            && report
                .columns
                .iter()
                .any(|column| !column.samples.is_empty())
        {
            let mut kept = Report::clone(report);
            for column in &mut kept.columns {
                column.samples.clear();
            }
            self.report = Some(Arc::new(kept));
        }
    }
}

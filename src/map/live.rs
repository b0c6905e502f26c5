//! The one place where the current snapshot is published.

use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::watch;

use crate::domain::{Change, Revision};
use crate::map::MapSnapshot;

/// The current map: readers take an `Arc` of it and never wait for the one writer.
#[derive(Debug)]
pub struct LiveMap {
    current: ArcSwap<MapSnapshot>,
    revision: watch::Sender<Revision>,
}

impl LiveMap {
    /// Starts with `first`.
    pub fn new(first: MapSnapshot) -> Self {
        let (revision, _) = watch::channel(first.revision());
        Self {
            current: ArcSwap::from_pointee(first),
            revision,
        }
    }

    /// The map as it is now; one request takes it once.
    pub fn current(&self) -> Arc<MapSnapshot> {
        self.current.load_full()
    }

    /// Publishes the map after `change`.
    pub fn apply(&self, change: &Change) {
        let next = self.current().with(change);
        let revision = next.revision();
        self.current.store(Arc::new(next));
        self.revision.send_replace(revision);
    }

    /// The map once it shows `revision`; waits as long as it takes.
    pub async fn at_least(&self, revision: Revision) -> Arc<MapSnapshot> {
        let mut seen = self.revision.subscribe();
        // the sender lives as long as `self`, so waiting cannot fail
        let _ = seen.wait_for(|shown| *shown >= revision).await;
        self.current()
    }
}

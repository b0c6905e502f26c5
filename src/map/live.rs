//! The one place where the current snapshot is published.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use tokio::sync::{broadcast, watch};

use crate::domain::{Change, Revision};
use crate::map::MapSnapshot;
use crate::map::outlive::outlive_readers;
use crate::map::told::{Told, What};

/// So many of the latest changes are kept for those who listen slowly.
const MOST_TOLD: usize = 256;

/// The current map: readers take an `Arc` of it and never wait for the one writer.
#[derive(Debug)]
pub struct LiveMap {
    pub(super) current: ArcSwap<MapSnapshot>,
    /// Held while the next snapshot is made, so that none is lost. Readers do not know it.
    publishing: Mutex<()>,
    revision: watch::Sender<Revision>,
    told: broadcast::Sender<Arc<Told>>,
}

impl LiveMap {
    /// Starts with `first`.
    pub fn new(first: MapSnapshot) -> Self {
        let (revision, _) = watch::channel(first.revision());
        Self {
            current: ArcSwap::from_pointee(first),
            publishing: Mutex::new(()),
            revision,
            told: broadcast::channel(MOST_TOLD).0,
        }
    }

    /// The map as it is now; one request takes it once.
    pub fn current(&self) -> Arc<MapSnapshot> {
        self.current.load_full()
    }

    /// Publishes the map after `change`.
    pub fn apply(&self, change: &Change) {
        let _publishing = self.publishing();
        let before = self.current();
        let next = before.with(change);
        let revision = next.revision();
        self.current.store(Arc::new(next));
        self.revision.send_replace(revision);
        if self.told.receiver_count() > 0 {
            self.tell(Told::of(&before, change));
        }
    }

    /// Publishes a map that was made from nothing; one that was being settled is left.
    pub fn replace(&self, next: MapSnapshot) {
        let _publishing = self.publishing();
        let revision = next.revision();
        let before = self.current.swap(Arc::new(next));
        self.revision.send_replace(revision);
        self.tell(Told::new(revision, What::Anew));
        outlive_readers(before);
    }

    /// Hears of each change from now on, after the map shows it; who does not listen for long misses some and is told so.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Told>> {
        self.told.subscribe()
    }

    /// Says to all who listen that nothing more will come.
    pub fn end(&self) {
        self.tell(Told::new(self.current().revision(), What::End));
    }

    fn tell(&self, told: Told) {
        // where nobody listens nothing is lost
        let _nobody = self.told.send(Arc::new(told));
    }

    /// Whether so much has changed that [`LiveMap::settle`] is worth its time.
    pub fn is_unsettled(&self) -> bool {
        self.current().unsettled().next().is_some()
    }

    /// Builds the indexes of places anew where many records have changed; takes its time. Changes and readers go on
    /// meanwhile: what is changed during the work lies on top of the new indexes.
    pub fn settle(&self) {
        let layers: Vec<_> = self.current().unsettled().map(|(id, _)| id).collect();
        for id in layers {
            // of this layer alone: the map of then would keep the old indexes of those that are done
            let then = self.current().layers.get(id).cloned();
            let Some(table) = then.filter(|table| table.is_unsettled()) else {
                continue;
            };
            let base = table.new_base();
            let seen = self.current();
            let settled = seen.layer(id).on(base, &table);
            // whoever changes the map now waits, so only what came in the last moment is left to do
            let _publishing = self.publishing();
            let now = self.current();
            let settled = settled.caught_up(seen.layer(id), now.layer(id));
            self.current.store(Arc::new(now.with_table(id, settled)));
            drop((seen, table));
            outlive_readers(now);
        }
    }

    fn publishing(&self) -> impl Drop + '_ {
        // the lock guards no data that a panic could leave half done
        self.publishing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The map once it shows `revision`; waits as long as it takes.
    pub async fn at_least(&self, revision: Revision) -> Arc<MapSnapshot> {
        let mut seen = self.revision.subscribe();
        // the sender lives as long as `self`, so waiting cannot fail
        let _ = seen.wait_for(|shown| *shown >= revision).await;
        self.current()
    }
}

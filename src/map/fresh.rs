//! The places of records that have come or changed since the base was built.

use std::sync::Arc;

use rstar::{AABB, ParentNode, RTree};

use super::base::Entry;
use crate::domain::FeatureId;

/// So many changes are copied with every change; then they join the older ones.
const RECENT: usize = 64;

/// Records that have come or changed since the base was built. A copy shares the older ones, so it costs little.
#[derive(Debug, Clone, Default)]
pub(super) struct Fresh {
    older: Arc<RTree<Entry>>,
    /// Older ones that have left again or changed.
    left: Vec<FeatureId>,
    recent: RTree<Entry>,
}

impl Fresh {
    /// These records.
    pub(super) fn of(entries: Vec<Entry>) -> Self {
        Self {
            older: Arc::new(RTree::bulk_load(entries)),
            ..Self::default()
        }
    }

    /// Takes a record in; it must not be there.
    pub(super) fn insert(&mut self, entry: Entry) {
        self.recent.insert(entry);
        self.join();
    }

    /// Takes a record out, where it is there.
    pub(super) fn remove(&mut self, entry: &Entry) {
        let id = entry.feature.id;
        if self.recent.remove(entry).is_none()
            && !self.left.contains(&id)
            && self.older.contains(entry)
        {
            self.left.push(id);
            self.join();
        }
    }

    fn join(&mut self) {
        if self.recent.size() + self.left.len() > RECENT {
            *self = Self::of(self.each().cloned().collect());
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.older.size() - self.left.len() + self.recent.size()
    }

    /// All of them.
    pub(super) fn each(&self) -> impl Iterator<Item = &Entry> {
        let older = self.older.iter().filter(|entry| self.stays(entry));
        older.chain(&self.recent)
    }

    /// Those whose envelopes meet `window`, edges included.
    pub(super) fn meeting(&self, window: AABB<[f64; 2]>) -> impl Iterator<Item = &Entry> {
        let older = self.older.locate_in_envelope_intersecting(&window);
        let older = older.filter(|entry| self.stays(entry));
        older.chain(self.recent.locate_in_envelope_intersecting(&window))
    }

    /// The roots of the older and of the recent ones.
    pub(super) fn roots(&self) -> [&ParentNode<Entry>; 2] {
        [self.older.root(), self.recent.root()]
    }

    /// Whether one of the older ones has not left again.
    pub(super) fn stays(&self, entry: &Entry) -> bool {
        !self.left.contains(&entry.feature.id)
    }
}

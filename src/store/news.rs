//! What the store says has happened, with what could not be read of it.

use std::time::Duration;

use crate::domain::{Change, FeatureId, LayerId};

/// A value in the store that is not what its field takes; another program wrote it. The record is loaded without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFault {
    /// The layer.
    pub layer: LayerId,
    /// The record.
    pub id: FeatureId,
    /// The field, or `geom`.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

/// The history in which revisions were given: another server, or one set back, begins another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timeline(pub(super) String);

/// What was read, with what could not be read of it.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The records.
    pub change: Change,
    /// The values that had to be left out.
    pub faults: Vec<RecordFault>,
    /// The history that it was read in.
    pub timeline: Timeline,
    /// How many rows of the change log that were; a record that was changed twice has two.
    pub log_rows: u64,
    /// How long ago the oldest of the changes was committed, by the store's own clock.
    pub oldest: Option<Duration>,
    /// How many records belong to no administrative area; an instance with a scope does not show them.
    pub without_area: u64,
}

/// What has happened since a revision.
#[derive(Debug)]
pub enum News {
    /// Nothing.
    None,
    /// The last state of each record touched.
    Changes(Loaded),
    /// Every record, for what happened in between is not known or too much.
    Anew {
        /// The records.
        loaded: Loaded,
        /// Why, for the log.
        why: String,
    },
}

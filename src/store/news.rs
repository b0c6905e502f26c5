//! What the store says has happened.

use std::time::Duration;

use crate::domain::Change;

/// The history in which revisions were given: another server, or one set back, begins another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timeline(pub(super) String);

/// What was read.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The records, with what could not be read of them.
    pub change: Change,
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

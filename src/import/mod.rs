//! An import from the file to the map: what it would change, the change itself as one, and how it is taken back.
//!
//! [`Wishes`] say how a file is to be read, from flags, parameters and a kept profile. [`dry_run`] compares a file with
//! the store and writes nothing; [`carry_out`] writes it as one atomic change and keeps a [`Batch`] by which [`undo`]
//! takes it back. [`Desk`] does the same for uploads, as jobs. What becomes of a record is decided in `fate.rs`, which
//! is pure.

mod batch;
mod desk;
mod error;
mod fate;
mod job;
mod preview;
mod profile;
mod run;
mod spool;
mod wishes;

pub use batch::{Batch, Undone, batch, batches, undo};
pub use desk::{Desk, Limits, Upload};
pub use error::ImportError;
pub use fate::{Fate, OnConflict, Part, Settled, settle};
pub use job::{Job, JobId, State, Status};
pub use preview::Preview;
pub use profile::{forget_profile, keep_profile, profile, profiles};
pub use run::{Look, Plan, carry_out, dry_run};
pub use wishes::Wishes;

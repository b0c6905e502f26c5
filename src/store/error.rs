//! What can go wrong with a store, by what the caller can do about it.

use std::path::PathBuf;

use sqlx::migrate::MigrateError;
use thiserror::Error;

use crate::domain::{FeatureId, LayerId, Revision};

/// A store that cannot do what was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Not a place where a store can be.
    #[error("{given:?} is not the path of a GeoPackage file (.gpkg)")]
    UnknownLocation {
        /// As given.
        given: String,
    },
    /// There is no file.
    #[error("there is no store at {path}; `minqing serve --demo` or `minqing import` makes one")]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// There is a file already.
    #[error("{path} is already there; nothing was changed")]
    AlreadyThere {
        /// Where it is.
        path: PathBuf,
    },
    /// The file is no GeoPackage.
    #[error("{path} is not a GeoPackage")]
    NotAGeoPackage {
        /// The file.
        path: PathBuf,
    },
    /// The file is a GeoPackage, but none of ours.
    #[error("{path} is a GeoPackage of another program; bring its layers in with `minqing import`")]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a newer release.
    #[error("{path} was written by a newer release (migration {migration}); use that one")]
    Newer {
        /// The file.
        path: PathBuf,
        /// The first migration that this release does not know.
        migration: i64,
    },
    /// A migration did not go through; the file is as before.
    #[error("{path} could not be brought up to date")]
    Migration {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: MigrateError,
    },
    /// The file is damaged.
    #[error("the store file is damaged: {reason}")]
    Damaged {
        /// What the database says.
        reason: String,
    },
    /// Another program keeps the file locked.
    #[error("another program is writing to the store and did not finish in time; try again")]
    Busy,
    /// No space is left.
    #[error("the disk is full; nothing of this change was written")]
    DiskFull,
    /// The file or its folder cannot be written.
    #[error("the store cannot be written: file or folder is read-only")]
    ReadOnly,
    /// The record has moved on since the writer saw it.
    #[error(
        "{layer} {id} is at revision {current}, not {expected}: someone else changed it meanwhile"
    )]
    Stale {
        /// The layer.
        layer: LayerId,
        /// The record.
        id: FeatureId,
        /// The revision that the writer has seen.
        expected: Revision,
        /// The revision that it has now.
        current: Revision,
    },
    /// There is no such record.
    #[error("{layer} has no record {id}")]
    NoSuchFeature {
        /// The layer.
        layer: LayerId,
        /// The record.
        id: FeatureId,
    },
    /// Two records would have one code or one id.
    #[error("{layer} already has a record with the code {code:?} or its id")]
    Duplicate {
        /// The layer.
        layer: LayerId,
        /// The code.
        code: String,
    },
    /// Anything else that the database says.
    #[error("the store failed")]
    Database {
        /// What it says.
        #[source]
        source: sqlx::Error,
    },
}

impl From<sqlx::Error> for StoreError {
    fn from(source: sqlx::Error) -> Self {
        // primary result codes of https://www.sqlite.org/rescode.html are the low byte of the extended ones
        let code = source
            .as_database_error()
            .and_then(|error| error.code()?.parse::<i64>().ok())
            .map(|code| code & 0xff);
        match code {
            Some(5 | 6) => Self::Busy,
            Some(13) => Self::DiskFull,
            Some(8 | 14) => Self::ReadOnly,
            Some(11 | 26) => Self::Damaged {
                reason: source.to_string(),
            },
            _ => Self::Database { source },
        }
    }
}

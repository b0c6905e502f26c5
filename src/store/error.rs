//! What can go wrong with a store, by what the caller can do about it.

use std::path::PathBuf;

use sqlx::migrate::MigrateError;
use sqlx::postgres::PgDatabaseError;
use thiserror::Error;

use crate::domain::{FeatureId, LayerId, Revision};
use crate::store::postgis::fault;

/// A store that cannot do what was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Not a place where a store can be.
    #[error(
        "{given:?} is neither the path of a GeoPackage file (.gpkg) nor postgres://user@host/database"
    )]
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
    #[error("{store} is already there; nothing was changed")]
    AlreadyThere {
        /// Where it is.
        store: String,
    },
    /// The file is no GeoPackage.
    #[error("{path} is not a GeoPackage")]
    NotAGeoPackage {
        /// The file.
        path: PathBuf,
    },
    /// A GeoPackage or a database, but none of ours.
    #[error(
        "{store} holds the tables of another program; bring its layers in with `minqing import`"
    )]
    Foreign {
        /// The file or database.
        store: String,
    },
    /// The store was written by a newer release.
    #[error("{store} was written by a newer release (migration {migration}); use that one")]
    Newer {
        /// The file or database.
        store: String,
        /// The first migration that this release does not know.
        migration: i64,
    },
    /// A migration did not go through; the store is as before.
    #[error("{store} could not be brought up to date")]
    Migration {
        /// The file or database.
        store: String,
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
    /// Another program, or another writer of this one, keeps the store locked.
    #[error("someone else is writing to the store and did not finish in time; try again")]
    Busy,
    /// The file was deleted or moved while it was in use.
    #[error(
        "the store file was deleted or moved while it was in use; put it back, or restart the service"
    )]
    Gone,
    /// Another file has taken the place of the one in use.
    #[error("the store file was replaced by another while it was in use; restart the service")]
    Replaced,
    /// No space is left.
    #[error("the disk is full; nothing of this change was written")]
    DiskFull,
    /// The file or its folder cannot be written.
    #[error("the store cannot be written: it is read-only")]
    ReadOnly,
    /// The database cannot be reached, or not now.
    #[error("the database is not available: {reason}")]
    Unavailable {
        /// What it says, or why it could not be asked.
        reason: String,
    },
    /// The database does not let us in.
    #[error("the database refuses: {reason}")]
    Refused {
        /// What it says.
        reason: String,
    },
    /// The connection was lost during the commit, and nobody can be asked whether it was made.
    #[error(
        "the database went away during the commit; look whether the change is there before you write it again"
    )]
    InDoubt,
    /// The file is no copy of such a store.
    #[error("{path} {}", if *.is_archive {
        "is an archive of pg_dump: it becomes a database, --store postgres://…"
    } else {
        "is no archive of pg_dump: it becomes a file, --store PATH.gpkg"
    })]
    NotABackup {
        /// The file.
        path: PathBuf,
        /// Whether it is an archive of `pg_dump`.
        is_archive: bool,
    },
    /// One of the database's own programs failed.
    #[error("{name} failed: {said}")]
    Program {
        /// Which.
        name: &'static str,
        /// What it said.
        said: String,
    },
    /// A file cannot be read or written.
    #[error("a file cannot be read or written")]
    File {
        /// Why.
        #[from]
        source: std::io::Error,
    },
    /// The record lies outside the part that this instance serves.
    #[error("{layer}: the record belongs to {}, this instance serves {scope}", area.as_deref().unwrap_or("no area"))]
    OutOfScope {
        /// The layer.
        layer: LayerId,
        /// The prefix that is served.
        scope: String,
        /// The administrative code of the record's area.
        area: Option<String>,
    },
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
    /// Nothing is known of so early a revision.
    #[error("the history begins at revision {first}; revision {revision} is not known any more")]
    BeforeHistory {
        /// What was asked.
        revision: Revision,
        /// The first that is known.
        first: Revision,
    },
    /// The description of a layer that a user brought is none.
    #[error("the layer {layer:?} cannot be used: {en}")]
    BadLayer {
        /// Its name.
        layer: String,
        /// Why, in Chinese.
        zh: String,
        /// Why, in English.
        en: String,
    },
    /// There is no such change.
    #[error("there is no change with the revision {revision}")]
    NoSuchChange {
        /// What was asked.
        revision: Revision,
    },
    /// A change cannot be taken back, for its records have moved on.
    #[error("{} of the records have changed since, such as {}; nothing was taken back", records.len(),
        records.first().map(|(layer, id)| format!("{layer} {id}")).unwrap_or_default())]
    ChangedSince {
        /// Which.
        records: Vec<(LayerId, FeatureId)>,
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
        match &source {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => {
                return Self::Unavailable {
                    reason: source.to_string(),
                };
            }
            sqlx::Error::Database(said) => {
                if let Some(said) = said.try_downcast_ref::<PgDatabaseError>() {
                    return fault(said).unwrap_or(Self::Database { source });
                }
            }
            _ => {}
        }
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

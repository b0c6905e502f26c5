//! Where the map is kept: what was acknowledged here survives anything.
//!
//! A write goes through [`Writer`] or [`Store::apply`]; the change log that triggers keep is the only way out, so an
//! edit by QGIS, psql or sqlite3 counts as much as our own. `sqlx` types never leave this module. Start from [`Store`].

mod answered;
mod backup;
mod copy;
mod error;
mod geopackage;
mod health;
mod history;
mod layers;
mod location;
mod news;
mod postgis;
mod record;
mod undo;
mod wkb;
mod writer;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::Notify;

use crate::domain::{Draft, Edit, Feature, FeatureId, LayerId, Revision, Scope};

pub use answered::{Answered, KEPT_HOURS};
pub use backup::{backup, restore};
pub use copy::{Contents, LayerSum, LogRow};
pub use error::StoreError;
pub use geopackage::{export_geopackage, export_one_layer};
pub use health::{Health, Seen};
pub use history::{Difference, Happened, HistoryStart, Kept, Version};
pub use location::StoreLocation;
pub use news::{Loaded, News, Timeline};
pub use writer::Writer;

/// How often a file's change log is asked: an edit by another program is on the map well within a second.
const LOOK_AT_FILE: Duration = Duration::from_millis(50);

/// How often a database's change log is asked where its notifications are not heard.
const LOOK_AT_DATABASE: Duration = Duration::from_millis(500);

/// How often one who loads a large map is told how far it is.
const TELL_EVERY: Duration = Duration::from_secs(3);

/// An acknowledged write.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The revision after it.
    pub revision: Revision,
    /// The record of each edit, in the same order.
    pub ids: Vec<FeatureId>,
}

/// The durable store.
#[derive(Debug, Clone)]
pub enum Store {
    /// One GeoPackage file.
    GeoPackage(Arc<geopackage::GeoPackage>),
    /// One PostgreSQL database with PostGIS.
    Postgis(postgis::Postgis),
}

impl Store {
    /// Whether there is a store at the place.
    ///
    /// # Errors
    /// [`StoreError`] when that cannot be seen.
    pub async fn is_there(location: &StoreLocation) -> Result<bool, StoreError> {
        match location {
            StoreLocation::GeoPackage(path) => Ok(path.exists()),
            StoreLocation::Postgis(database) => postgis::Postgis::is_there(database).await,
        }
    }

    /// Makes a new store with every layer empty.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`] where something is at the place, else what the system says.
    pub async fn create(location: &StoreLocation) -> Result<Self, StoreError> {
        Ok(match location {
            StoreLocation::GeoPackage(path) => {
                Self::GeoPackage(Arc::new(geopackage::GeoPackage::create(path).await?))
            }
            StoreLocation::Postgis(database) => {
                Self::Postgis(postgis::Postgis::create(database).await?)
            }
        })
    }

    /// Opens a store and brings its tables up to date; in an empty database it makes them. With a `scope`, only what
    /// belongs to it is read and written.
    ///
    /// # Errors
    /// Says what the place is instead: missing, no GeoPackage, another program's, newer, damaged.
    pub async fn open(location: &StoreLocation, scope: Option<Scope>) -> Result<Self, StoreError> {
        let store = match location {
            StoreLocation::GeoPackage(path) => {
                Self::GeoPackage(Arc::new(geopackage::GeoPackage::open(path, scope).await?))
            }
            StoreLocation::Postgis(database) => {
                Self::Postgis(postgis::Postgis::open(database, scope).await?)
            }
        };
        // from here on the layers of users are known by their names
        layers::described(&store.settings_named(layers::PREFIX).await?)?;
        Ok(store)
    }

    /// Ends every connection; what was written is in the store itself then.
    pub async fn close(&self) {
        match self {
            Self::GeoPackage(store) => store.close().await,
            Self::Postgis(store) => store.close().await,
        }
    }

    /// Every record of every layer at one revision.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read; a bad value is no error but a fault.
    pub async fn load_all(&self) -> Result<Loaded, StoreError> {
        self.load_all_counted(&AtomicU64::new(0)).await
    }

    /// The same, with the number of records read so far in `read`.
    ///
    /// # Errors
    /// As [`Store::load_all`].
    pub async fn load_all_counted(&self, read: &AtomicU64) -> Result<Loaded, StoreError> {
        match self {
            Self::GeoPackage(store) => store.load_all(read).await,
            Self::Postgis(store) => store.load_all(read).await,
        }
    }

    /// The revision of the last committed change.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn revision(&self) -> Result<Revision, StoreError> {
        match self {
            Self::GeoPackage(store) => store.revision().await,
            Self::Postgis(store) => store.revision().await,
        }
    }

    /// What has happened after `seen`, which was read in the history `seen_in`.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn news_since(&self, seen: Revision, seen_in: &Timeline) -> Result<News, StoreError> {
        match self {
            Self::GeoPackage(store) => store.news_since(seen).await,
            Self::Postgis(store) => store.news_since(seen, seen_in).await,
        }
    }

    /// How often [`Store::news_since`] should be asked by whoever is not woken.
    pub fn look_every(&self) -> Duration {
        match self {
            Self::GeoPackage(_) => LOOK_AT_FILE,
            Self::Postgis(_) => LOOK_AT_DATABASE,
        }
    }

    /// What listens for commits and wakes `wake` with each, as long as it runs, where the store can say that one has
    /// come.
    pub fn listener_of_commits(
        &self,
        wake: &Arc<Notify>,
    ) -> Option<impl FnMut() -> BoxFuture<'static, ()> + Send + use<>> {
        match self {
            Self::GeoPackage(_) => None,
            Self::Postgis(store) => {
                let (store, wake) = (store.clone(), Arc::clone(wake));
                Some(move || store.clone().listen(Arc::clone(&wake)).boxed())
            }
        }
    }

    /// Brings what is on the disk into the store file itself, as far as that hinders nobody; whether all of it is there
    /// now. For an idle moment: offices copy the one file.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be asked.
    pub async fn tidy(&self) -> Result<bool, StoreError> {
        match self {
            Self::GeoPackage(store) => store.checkpoint().await,
            Self::Postgis(_) => Ok(true),
        }
    }

    /// After a failure: looks for the database's primary, which may be another host by now.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where there is none.
    pub async fn seek(&self) -> Result<(), StoreError> {
        match self {
            Self::GeoPackage(_) => Ok(()),
            Self::Postgis(store) => store.seek_primary().await,
        }
    }

    /// Begins one atomic change of any size; without [`Writer::commit`] nothing of it stays.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where another writer does not finish in time.
    pub async fn begin(&self, by: &str, now: Timestamp) -> Result<Writer, StoreError> {
        Ok(match self {
            Self::GeoPackage(store) => Writer::GeoPackage(Box::new(store.begin(by, now).await?)),
            Self::Postgis(store) => Writer::Postgis(Box::new(store.begin(by, now).await?)),
        })
    }

    /// Writes `edits` as one atomic change.
    ///
    /// # Errors
    /// [`StoreError`] naming the record; nothing is written then, but for [`StoreError::InDoubt`].
    pub async fn apply(
        &self,
        edits: &[Edit],
        by: &str,
        now: Timestamp,
    ) -> Result<Applied, StoreError> {
        self.begin(by, now).await?.finish(edits).await
    }

    /// A setting that is kept in the store itself.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        match self {
            Self::GeoPackage(store) => store.setting(name).await,
            Self::Postgis(store) => store.setting(name).await,
        }
    }

    /// Keeps a setting in the store itself.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub async fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        match self {
            Self::GeoPackage(store) => store.set_setting(name, value).await,
            Self::Postgis(store) => store.set_setting(name, value).await,
        }
    }

    /// The settings whose names begin with `prefix`, by name.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn settings_named(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreError> {
        match self {
            Self::GeoPackage(store) => store.settings_named(prefix).await,
            Self::Postgis(store) => store.settings_named(prefix).await,
        }
    }

    /// Takes a setting away; whether it was there.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub async fn forget_setting(&self, name: &str) -> Result<bool, StoreError> {
        match self {
            Self::GeoPackage(store) => store.forget_setting(name).await,
            Self::Postgis(store) => store.forget_setting(name).await,
        }
    }

    /// The records of `layer` that have one of `codes` or one of `ids`.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn records(
        &self,
        layer: LayerId,
        codes: &[&str],
        ids: &[FeatureId],
    ) -> Result<Vec<Feature>, StoreError> {
        match self {
            Self::GeoPackage(store) => store.records(layer, codes, ids).await,
            Self::Postgis(store) => store.records(layer, codes, ids).await,
        }
    }

    /// The places, among `drafts`, of those that lie outside the scope of this instance and would be refused.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn outside(
        &self,
        layer: LayerId,
        drafts: &[&Draft],
    ) -> Result<Vec<usize>, StoreError> {
        match self {
            Self::GeoPackage(store) => Ok(store.outside(layer, drafts)),
            Self::Postgis(store) => store.outside(layer, drafts).await,
        }
    }

    /// Whether `layer` has any record.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn has_records(&self, layer: LayerId) -> Result<bool, StoreError> {
        match self {
            Self::GeoPackage(store) => store.has_records(layer).await,
            Self::Postgis(store) => store.has_records(layer).await,
        }
    }
}

/// Records of a layer for a file of their own.
pub type LayerRecords = (LayerId, Vec<Arc<Feature>>);

#[cfg(test)]
mod tests;

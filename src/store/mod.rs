//! Where the map is kept: what was acknowledged here survives anything.
//!
//! A write goes through [`Writer`] or [`Store::apply`]; the change log that triggers keep is the only way out, so an
//! edit by QGIS or sqlite3 counts as much as our own. `sqlx` types never leave this module. Start from [`Store`].

mod error;
mod geopackage;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{Change, Edit, Feature, FeatureId, LayerId, Revision};

pub use error::StoreError;
pub use geopackage::{Writer, export_geopackage};

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

/// What was read, with what could not be read of it.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The records.
    pub change: Change,
    /// The values that had to be left out.
    pub faults: Vec<RecordFault>,
}

/// An acknowledged write.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The revision after it.
    pub revision: Revision,
    /// The record of each edit, in the same order.
    pub ids: Vec<FeatureId>,
}

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreLocation {
    /// One GeoPackage file.
    GeoPackage(PathBuf),
}

impl StoreLocation {
    /// The location that `text` names: the path of a `.gpkg` file.
    ///
    /// # Errors
    /// [`StoreError::UnknownLocation`].
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        if text.contains("://") || text.is_empty() {
            return Err(StoreError::UnknownLocation {
                given: text.to_owned(),
            });
        }
        Ok(Self::GeoPackage(PathBuf::from(text)))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        let Self::GeoPackage(path) = self;
        path
    }
}

/// The durable store.
#[derive(Debug, Clone)]
pub enum Store {
    /// One GeoPackage file.
    GeoPackage(Arc<geopackage::GeoPackage>),
}

impl Store {
    /// Makes a new store with every layer empty.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`] where something is at the place, else what the system says.
    pub async fn create(location: &StoreLocation) -> Result<Self, StoreError> {
        let StoreLocation::GeoPackage(path) = location;
        Ok(Self::GeoPackage(Arc::new(
            geopackage::GeoPackage::create(path).await?,
        )))
    }

    /// Opens a store and brings its tables up to date.
    ///
    /// # Errors
    /// Says what the file is instead: missing, no GeoPackage, another program's, newer, damaged.
    pub async fn open(location: &StoreLocation) -> Result<Self, StoreError> {
        let StoreLocation::GeoPackage(path) = location;
        Ok(Self::GeoPackage(Arc::new(
            geopackage::GeoPackage::open(path).await?,
        )))
    }

    /// Every record of every layer at one revision.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read; a bad value is no error but a fault.
    pub async fn load_all(&self) -> Result<Loaded, StoreError> {
        let Self::GeoPackage(store) = self;
        store.load_all().await
    }

    /// The revision of the last committed change.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn revision(&self) -> Result<Revision, StoreError> {
        let Self::GeoPackage(store) = self;
        store.revision().await
    }

    /// What has happened after `seen`: the last state of each record touched; `None` when nothing has.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn changes_since(&self, seen: Revision) -> Result<Option<Loaded>, StoreError> {
        let Self::GeoPackage(store) = self;
        store.changes_since(seen).await
    }

    /// Begins one atomic change of any size; without [`Writer::commit`] nothing of it stays.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where another writer does not finish in time.
    pub async fn begin(&self, by: &str, now: Timestamp) -> Result<Writer, StoreError> {
        let Self::GeoPackage(store) = self;
        store.begin(by, now).await
    }

    /// Writes `edits` as one atomic change.
    ///
    /// # Errors
    /// [`StoreError`] naming the record; nothing is written then.
    pub async fn apply(
        &self,
        edits: &[Edit],
        by: &str,
        now: Timestamp,
    ) -> Result<Applied, StoreError> {
        let mut writer = self.begin(by, now).await?;
        let ids = writer.apply(edits).await?;
        Ok(Applied {
            revision: writer.commit().await?,
            ids,
        })
    }

    /// A setting that is kept in the store itself.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        let Self::GeoPackage(store) = self;
        store.setting(name).await
    }

    /// Keeps a setting in the store itself.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub async fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let Self::GeoPackage(store) = self;
        store.set_setting(name, value).await
    }
}

/// Records of a layer for a file of their own.
pub type LayerRecords = (LayerId, Vec<Arc<Feature>>);

#[cfg(test)]
mod tests;

//! One atomic change, whichever store it goes to.

use crate::domain::layers::LayerDefinition;
use crate::domain::{Edit, Feature, FeatureId, LayerId, Revision};
use crate::store::geopackage::GeoPackageWriter;
use crate::store::postgis::PostgisWriter;
use crate::store::{Applied, StoreError};

/// A change that is being written; dropped without [`Writer::commit`] nothing of it stays.
#[derive(Debug)]
pub enum Writer {
    /// Into the file.
    GeoPackage(Box<GeoPackageWriter>),
    /// Into the database.
    Postgis(Box<PostgisWriter>),
}

impl Writer {
    /// Writes `edits` in their order; may be called again and again before the commit.
    ///
    /// # Errors
    /// [`StoreError`] naming the record; the change should be dropped then.
    pub async fn apply(&mut self, edits: &[Edit]) -> Result<Vec<FeatureId>, StoreError> {
        match self {
            Self::GeoPackage(writer) => writer.apply(edits).await,
            Self::Postgis(writer) => writer.apply(edits).await,
        }
    }

    /// Makes everything last and says the revision after it.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot make it last; nothing of it stays then, but for
    /// [`StoreError::InDoubt`], where that is not known.
    pub async fn commit(self) -> Result<Revision, StoreError> {
        match self {
            Self::GeoPackage(writer) => writer.commit().await,
            Self::Postgis(writer) => writer.commit().await,
        }
    }

    /// The records of `layer` that have one of `codes` or one of `ids`, as this change sees them.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn records(
        &mut self,
        layer: LayerId,
        codes: &[&str],
        ids: &[FeatureId],
    ) -> Result<Vec<Feature>, StoreError> {
        match self {
            Self::GeoPackage(writer) => writer.records(layer, codes, ids).await,
            Self::Postgis(writer) => writer.records(layer, codes, ids).await,
        }
    }

    /// Whether `layer` has any record.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn has_records(&mut self, layer: LayerId) -> Result<bool, StoreError> {
        match self {
            Self::GeoPackage(writer) => writer.has_records(layer).await,
            Self::Postgis(writer) => writer.has_records(layer).await,
        }
    }

    /// The revision that the commit will have, when all edits are written: from here on other writers wait.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn revision(&mut self) -> Result<Revision, StoreError> {
        match self {
            Self::GeoPackage(writer) => writer.revision().await,
            Self::Postgis(writer) => writer.revision().await,
        }
    }

    /// Makes a layer of a user's, with this change or not at all.
    ///
    /// # Errors
    /// [`StoreError::BadLayer`] where its description is none; when the store cannot be written, or has it already.
    pub async fn add_layer(&mut self, definition: &LayerDefinition) -> Result<LayerId, StoreError> {
        match self {
            Self::GeoPackage(writer) => writer.add_layer(definition).await,
            Self::Postgis(writer) => writer.add_layer(definition).await,
        }
    }

    /// Keeps a setting with this change, or not at all.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub async fn set_setting(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        match self {
            Self::GeoPackage(writer) => writer.set_setting(name, value).await,
            Self::Postgis(writer) => writer.set_setting(name, value).await,
        }
    }

    /// Writes `edits` and commits.
    pub(super) async fn finish(mut self, edits: &[Edit]) -> Result<Applied, StoreError> {
        let ids = self.apply(edits).await?;
        Ok(Applied {
            revision: self.commit().await?,
            ids,
        })
    }
}

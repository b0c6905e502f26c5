//! One atomic change, whichever store it goes to.

use crate::domain::{Edit, FeatureId, LayerId, Revision};
use crate::store::geopackage::GeoPackageWriter;
use crate::store::postgis::PostgisWriter;
use crate::store::{Applied, StoreError};

/// A change that is being written; dropped without [`Writer::commit`] nothing of it stays.
#[derive(Debug)]
pub enum Writer {
    /// Into the file.
    GeoPackage(GeoPackageWriter),
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

    /// The id of the record with `code`.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn id_of_code(
        &mut self,
        layer: LayerId,
        code: &str,
    ) -> Result<Option<FeatureId>, StoreError> {
        match self {
            Self::GeoPackage(writer) => writer.id_of_code(layer, code).await,
            Self::Postgis(writer) => writer.id_of_code(layer, code).await,
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

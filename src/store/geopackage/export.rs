//! Records into a GeoPackage of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::GeoPackage;
use crate::domain::{Draft, Edit};
use crate::store::{LayerRecords, StoreError};

/// Writes `layers` into a fresh GeoPackage at `path`, ids kept; it is a store of its own.
///
/// # Errors
/// [`StoreError::AlreadyThere`], or what the system says; a file that was begun is taken away again.
pub async fn export_geopackage(
    path: &Path,
    layers: &[LayerRecords],
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let store = GeoPackage::create(path).await?;
    let written = fill(&store, layers, by, now).await;
    store.close().await;
    if written.is_err() {
        for file in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(PathBuf::from(format!("{}{file}", path.display())));
        }
    }
    written
}

async fn fill(
    store: &GeoPackage,
    layers: &[LayerRecords],
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut writer = store.begin(by, now).await?;
    for (layer, features) in layers {
        for some in features.chunks(RECORDS_AT_ONCE) {
            let edits: Vec<Edit> = some
                .iter()
                .map(|feature| Edit::Insert {
                    layer: *layer,
                    id: Some(feature.id),
                    draft: Draft {
                        code: Arc::clone(&feature.code),
                        name: Arc::clone(&feature.name),
                        geometry: feature.geometry.as_deref().cloned(),
                        attributes: feature.attributes.to_values(),
                    },
                })
                .collect();
            writer.apply(&edits).await?;
        }
    }
    writer.commit().await?;
    Ok(())
}

/// How many records are handed to the writer at once.
const RECORDS_AT_ONCE: usize = 512;

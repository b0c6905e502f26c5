//! Records into a GeoPackage of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection};

use super::{GeoPackage, ddl};
use crate::domain::layers::LayerDefinition;
use crate::domain::{Draft, Edit};
use crate::geometry::BBox;
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
    keep_if(written, path)
}

/// Writes one layer into a fresh GeoPackage at `path`, ids kept, with nothing else in it: most programs read the first
/// layer of a file. It is no store.
///
/// # Errors
/// As [`export_geopackage`].
pub async fn export_one_layer(
    path: &Path,
    layer: &LayerRecords,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    export_geopackage(path, std::slice::from_ref(layer), by, now).await?;
    keep_if(leave_alone(path, layer).await, path)
}

fn keep_if(written: Result<(), StoreError>, path: &Path) -> Result<(), StoreError> {
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
        if !layer.is_own() {
            writer
                .add_layer(&LayerDefinition::of(layer.schema()))
                .await?;
        }
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

/// Takes out of the store at `path` all that is not the layer, and leaves a file that needs no log beside it.
async fn leave_alone(path: &Path, (layer, features): &LayerRecords) -> Result<(), StoreError> {
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Delete)
        .foreign_keys(false)
        .connect()
        .await?;
    let mut change = connection.begin().await?;
    for kind in ["trigger", "table"] {
        let sql = "SELECT name FROM sqlite_master WHERE type = ? AND name <> ? AND name NOT LIKE 'gpkg!_%' ESCAPE '!' \
                   AND name NOT LIKE 'sqlite!_%' ESCAPE '!'";
        let others = sqlx::query(sql)
            .bind(kind)
            .bind(layer.as_str())
            .fetch_all(&mut *change)
            .await?;
        for other in others {
            let name: String = other.get_unchecked(0);
            let sql = format!("DROP {kind} {}", ddl::quoted(&name));
            run(&mut change, sql).await?;
        }
    }
    for register in [
        "gpkg_data_columns",
        "gpkg_geometry_columns",
        "gpkg_contents",
    ] {
        run(
            &mut change,
            format!("DELETE FROM {register} WHERE table_name <> '{layer}'"),
        )
        .await?;
    }
    let sql = "DELETE FROM gpkg_data_column_constraints WHERE constraint_name NOT IN \
               (SELECT constraint_name FROM gpkg_data_columns WHERE constraint_name IS NOT NULL)";
    run(&mut change, sql.to_owned()).await?;
    run(
        &mut change,
        format!("DELETE FROM sqlite_sequence WHERE name <> '{layer}'"),
    )
    .await?;
    let boxes = features
        .iter()
        .filter_map(|feature| BBox::of(feature.geometry.as_deref()?));
    if let Some(extent) = boxes.reduce(BBox::union) {
        let sql = "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ?";
        sqlx::query(sql)
            .bind(extent.west)
            .bind(extent.south)
            .bind(extent.east)
            .bind(extent.north)
            .execute(&mut *change)
            .await?;
    }
    change.commit().await?;
    run(&mut connection, "VACUUM".to_owned()).await?;
    connection.close().await?;
    Ok(())
}

async fn run(connection: &mut SqliteConnection, sql: String) -> Result<(), StoreError> {
    sqlx::query(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

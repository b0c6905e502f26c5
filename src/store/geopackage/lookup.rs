//! What a writer asks before it writes: which records are there already.

use futures_util::TryStreamExt;
use serde_json::json;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use super::areas::Areas;
use super::{ddl, rows};
use crate::domain::{Feature, FeatureId, LayerId, Sharing};
use crate::store::StoreError;

/// The records of `layer` that have one of `codes` or one of `ids`, of those that are served.
pub(super) async fn records(
    connection: &mut SqliteConnection,
    areas: Option<&Areas>,
    layer: LayerId,
    codes: &[&str],
    ids: &[FeatureId],
) -> Result<Vec<Feature>, StoreError> {
    let sql = format!(
        "SELECT {} FROM {layer} WHERE code IN (SELECT value FROM json_each(?)) OR id IN (SELECT value FROM json_each(?))",
        ddl::columns(layer)
    );
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let mut found = sqlx::query(AssertSqlSafe(sql))
        .bind(json!(codes).to_string())
        .bind(json!(ids).to_string())
        .fetch(connection);
    let (mut records, mut sharing, mut faults) = (Vec::new(), Sharing::default(), Vec::new());
    while let Some(row) = found.try_next().await? {
        let feature = rows::feature(layer, &row, &mut sharing, &mut faults);
        if areas.is_none_or(|areas| areas.shows(layer, &feature)) {
            records.push(feature);
        }
    }
    Ok(records)
}

/// Whether `layer` has any record.
pub(super) async fn has_records(
    connection: &mut SqliteConnection,
    layer: LayerId,
) -> Result<bool, StoreError> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM {layer})");
    let row = sqlx::query(AssertSqlSafe(sql))
        .fetch_one(connection)
        .await?;
    Ok(row.get_unchecked::<i64, _>(0) != 0)
}

/// The settings whose names begin with `prefix`, by name.
pub(super) async fn settings(
    connection: &mut SqliteConnection,
    prefix: &str,
) -> Result<Vec<(String, String)>, StoreError> {
    let rows = sqlx::query(
        "SELECT name, value FROM minqing_setting WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name",
    )
    .bind(prefix.to_owned())
    .fetch_all(connection)
    .await?;
    let pairs = rows.iter();
    Ok(pairs
        .map(|row| (row.get_unchecked(0), row.get_unchecked(1)))
        .collect())
}

/// Keeps a setting.
pub(super) async fn keep(
    connection: &mut SqliteConnection,
    name: &str,
    value: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO minqing_setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    sqlx::query(sql)
        .bind(name.to_owned())
        .bind(value.to_owned())
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes a setting away; whether it was there.
pub(super) async fn forget(
    connection: &mut SqliteConnection,
    name: &str,
) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM minqing_setting WHERE name = ?")
        .bind(name.to_owned())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() > 0)
}

//! What a writer asks before it writes: which records are there already.

use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::{ddl, rows};
use crate::domain::{Feature, FeatureId, LayerId, Sharing};
use crate::store::StoreError;

/// The records of `layer` that have one of `codes` or one of `ids`, of those that meet the condition `scope`.
pub(super) async fn records(
    connection: &mut PgConnection,
    scope: &str,
    layer: LayerId,
    codes: &[&str],
    ids: &[FeatureId],
) -> Result<Vec<Feature>, StoreError> {
    let sql = format!(
        "SELECT {} FROM {layer} WHERE (code = ANY($1) OR id = ANY($2)) AND {scope}",
        ddl::columns(layer)
    );
    let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let found = sqlx::query(AssertSqlSafe(sql))
        .bind(codes)
        .bind(ids)
        .fetch_all(connection)
        .await?;
    let (mut sharing, mut faults) = (Sharing::default(), Vec::new());
    let records = found.iter();
    Ok(records
        .map(|row| rows::feature(layer, row, &mut sharing, &mut faults))
        .collect())
}

/// Whether `layer` has any record.
pub(super) async fn has_records(
    connection: &mut PgConnection,
    layer: LayerId,
) -> Result<bool, StoreError> {
    let sql = format!("SELECT EXISTS (SELECT FROM {layer})");
    let row = sqlx::query(AssertSqlSafe(sql))
        .fetch_one(connection)
        .await?;
    Ok(row.try_get(0)?)
}

/// The settings whose names begin with `prefix`, by name.
pub(super) async fn settings(
    connection: &mut PgConnection,
    prefix: &str,
) -> Result<Vec<(String, String)>, StoreError> {
    let sql = "SELECT name, value FROM minqing_setting WHERE starts_with(name, $1) ORDER BY name COLLATE \"C\"";
    let rows = sqlx::query(sql)
        .bind(prefix.to_owned())
        .fetch_all(connection)
        .await?;
    let pairs = rows.iter();
    pairs
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect()
}

/// Keeps a setting.
pub(super) async fn keep(
    connection: &mut PgConnection,
    name: &str,
    value: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO minqing_setting VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    sqlx::query(sql)
        .bind(name.to_owned())
        .bind(value.to_owned())
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes a setting away; whether it was there.
pub(super) async fn forget(connection: &mut PgConnection, name: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM minqing_setting WHERE name = $1")
        .bind(name.to_owned())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() > 0)
}

//! What a writer asks before it writes: which records are there already.

use sqlx::postgres::PgArguments;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::{ddl, rows};
use crate::domain::{
    AreaLink, Draft, Feature, FeatureId, GeometryKind, LayerId, Sharing, area_links,
};
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

/// The area of each draft, as the trigger of its layer would find it.
pub(super) async fn areas(
    connection: &mut PgConnection,
    layer: LayerId,
    drafts: &[&Draft],
) -> Result<Vec<Option<String>>, StoreError> {
    let schema = layer.schema();
    let links = area_links(layer).into_iter().map(|link| match link {
        AreaLink::Own => "u.code".to_owned(),
        AreaLink::Of { field, layer } => {
            let field = ddl::quoted(field);
            format!("(SELECT p.area FROM {layer} p WHERE p.code = u.{field})")
        }
    });
    let covering = (schema.geometry != GeometryKind::None)
        .then(|| "CASE WHEN u.geom IS NOT NULL THEN minqing_area_at(u.geom) END".to_owned());
    let ways: Vec<String> = links.chain(covering).collect();
    let sql = format!(
        "SELECT coalesce({}, NULL::text) FROM {} u ORDER BY n",
        ways.join(", "),
        rows::unnested(schema, 1)
    );
    let mut arguments = PgArguments::default();
    rows::arguments(schema, drafts, &mut arguments).map_err(|reason| StoreError::Database {
        source: sqlx::Error::Encode(reason),
    })?;
    let found = sqlx::query_with(AssertSqlSafe(sql), arguments)
        .fetch_all(connection)
        .await?;
    found.iter().map(|row| Ok(row.try_get(0)?)).collect()
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

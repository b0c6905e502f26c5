//! The log and the settings as they are, and a database filled from another store without a row logged anew.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use sqlx::postgres::PgArguments;
use sqlx::{Arguments, AssertSqlSafe, PgConnection, Row};

use super::history::{LOG, log_row};
use super::tables;
use super::{Postgis, ddl, rows};
use crate::domain::{Draft, Feature, LayerId};
use crate::store::StoreError;
use crate::store::copy::{Contents, LogRow};
use crate::store::layers::{and_own, described};

/// How many records one statement writes.
const RECORDS_A_STATEMENT: usize = 1000;

impl Postgis {
    pub(in crate::store) async fn log(&self) -> Result<Vec<LogRow>, StoreError> {
        let rows = sqlx::query(AssertSqlSafe(format!("{LOG} ORDER BY seq")))
            .fetch_all(self.pool())
            .await?;
        rows.iter().map(log_row).collect()
    }

    pub(in crate::store) async fn settings(&self) -> Result<Vec<(String, String)>, StoreError> {
        let rows = sqlx::query("SELECT name, value FROM minqing_setting ORDER BY name")
            .fetch_all(self.pool())
            .await?;
        rows.into_iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect()
    }

    pub(in crate::store) async fn fill_as_is(&self, contents: &Contents) -> Result<(), StoreError> {
        let mut transaction = self.pool().begin().await?;
        sqlx::query("SELECT set_config('minqing.as_is', 'on', true)")
            .execute(&mut *transaction)
            .await?;
        let others = described(&contents.settings)?;
        for schema in &others {
            sqlx::raw_sql(AssertSqlSafe(tables::whole(schema)))
                .execute(&mut *transaction)
                .await?;
        }
        for schema in and_own(&others) {
            let of_layer = contents
                .features
                .iter()
                .filter(|(layer, _)| *layer == schema.id);
            let features: Vec<_> = of_layer.map(|(_, feature)| Arc::clone(feature)).collect();
            for some in features.chunks(RECORDS_A_STATEMENT) {
                insert(&mut transaction, schema.id, some, None).await?;
            }
            let of_layer = contents.versions.iter();
            let of_layer = of_layer.filter(|kept| kept.layer == schema.id);
            let (features, ends): (Vec<_>, Vec<_>) = of_layer
                .map(|kept| (Arc::clone(&kept.feature), kept.until))
                .unzip();
            for (some, ends) in features
                .chunks(RECORDS_A_STATEMENT)
                .zip(ends.chunks(RECORDS_A_STATEMENT))
            {
                insert(&mut transaction, schema.id, some, Some(ends)).await?;
            }
            let sql = format!(
                "SELECT setval('{0}_id', greatest((SELECT max(id) FROM {0}), 1))",
                schema.id
            );
            sqlx::query(AssertSqlSafe(sql))
                .execute(&mut *transaction)
                .await?;
        }
        commits(&mut transaction, &contents.log).await?;
        for some in contents.log.chunks(RECORDS_A_STATEMENT) {
            log(&mut transaction, some).await?;
        }
        for (name, value) in &contents.settings {
            sqlx::query("INSERT INTO minqing_setting VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
                .bind(name.clone())
                .bind(value.clone())
                .execute(&mut *transaction)
                .await?;
        }
        sqlx::query("SELECT setval('minqing_revision', greatest((SELECT max(revision) FROM minqing_commit), 1))")
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Adds records, or earlier versions that ended with the log rows `ends`.
async fn insert(
    connection: &mut PgConnection,
    layer: LayerId,
    features: &[Arc<Feature>],
    ends: Option<&[i64]>,
) -> Result<(), StoreError> {
    let schema = layer.schema();
    let columns = ddl::written(layer).join(", ");
    let (table, until) = match ends {
        None => (layer.to_string(), ""),
        // the trigger that finds a record's area is not on the table of earlier versions
        Some(_) => (format!("{layer}_history"), ", until"),
    };
    let (first, end) = match ends {
        None => (5, ""),
        Some(_) => (6, ", ($5::bigint[])[n::int]"),
    };
    let sql = format!(
        "INSERT INTO {table} (id, revision, updated_at, updated_by, {columns}{until}) SELECT ($1::bigint[])[n::int], \
         ($2::bigint[])[n::int], (($3::text[])[n::int])::timestamptz, ($4::text[])[n::int], {columns}{end} FROM {} u",
        rows::unnested(schema, first)
    );
    let drafts: Vec<Draft> = features
        .iter()
        .map(|feature| Draft {
            code: Arc::clone(&feature.code),
            name: Arc::clone(&feature.name),
            geometry: feature.geometry.as_deref().cloned(),
            attributes: feature.attributes.to_values(),
        })
        .collect();
    let mut arguments = PgArguments::default();
    let encoded = |error| StoreError::Database {
        source: sqlx::Error::Encode(error),
    };
    let numbers = |number: fn(&Feature) -> i64| -> Vec<i64> {
        features.iter().map(|feature| number(feature)).collect()
    };
    let texts = |text: fn(&Feature) -> String| -> Vec<String> {
        features.iter().map(|feature| text(feature)).collect()
    };
    arguments
        .add(numbers(|feature| feature.id.0))
        .map_err(encoded)?;
    arguments
        .add(numbers(|feature| feature.revision.0))
        .map_err(encoded)?;
    arguments
        .add(texts(|feature| feature.updated_at.to_string()))
        .map_err(encoded)?;
    arguments
        .add(texts(|feature| feature.updated_by.to_string()))
        .map_err(encoded)?;
    if let Some(ends) = ends {
        arguments.add(ends.to_vec()).map_err(encoded)?;
    }
    let drafts: Vec<&Draft> = drafts.iter().collect();
    rows::arguments(schema, &drafts, &mut arguments).map_err(encoded)?;
    sqlx::query_with(AssertSqlSafe(sql), arguments)
        .execute(connection)
        .await?;
    Ok(())
}

/// The changes that the rows of the log are parts of.
async fn commits(connection: &mut PgConnection, rows: &[LogRow]) -> Result<(), StoreError> {
    let each: BTreeMap<i64, Timestamp> = rows.iter().map(|row| (row.commit, row.at)).collect();
    let each: Vec<(i64, String)> = each
        .into_iter()
        .map(|(revision, at)| (revision, at.to_string()))
        .collect();
    for some in each.chunks(RECORDS_A_STATEMENT) {
        let (revisions, times): (Vec<i64>, Vec<String>) = some.iter().cloned().unzip();
        let sql = "INSERT INTO minqing_commit (revision, at) SELECT revision, at::timestamptz \
                   FROM unnest($1::bigint[], $2::text[]) AS g(revision, at) ORDER BY revision";
        sqlx::query(sql)
            .bind(revisions)
            .bind(times)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn log(connection: &mut PgConnection, rows: &[LogRow]) -> Result<(), StoreError> {
    let sql = "INSERT INTO minqing_change (seq, tx, layer, feature_id, op, by) \
               SELECT seq, tx, layer, feature_id, op, by \
               FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::text[]) \
               AS g(seq, layer, feature_id, op, commit, by) JOIN minqing_commit ON revision = g.commit";
    let numbers = |number: fn(&LogRow) -> i64| rows.iter().map(number).collect::<Vec<_>>();
    let texts = |text: fn(&LogRow) -> String| rows.iter().map(text).collect::<Vec<_>>();
    sqlx::query(sql)
        .bind(numbers(|row| row.seq))
        .bind(texts(|row| row.layer.clone()))
        .bind(numbers(|row| row.feature.0))
        .bind(texts(|row| row.op.clone()))
        .bind(numbers(|row| row.commit))
        .bind(texts(|row| row.by.clone()))
        .execute(connection)
        .await?;
    Ok(())
}

//! The log and the settings as they are, and a database filled from another store without a row logged anew.

use std::sync::Arc;

use jiff::Timestamp;
use sqlx::postgres::PgArguments;
use sqlx::{Arguments, AssertSqlSafe, PgConnection, Row};

use super::{Postgis, ddl, rows};
use crate::domain::{Draft, Feature, FeatureId, LayerId, layers};
use crate::store::StoreError;
use crate::store::copy::{Contents, LogRow};

/// How many records one statement writes.
const RECORDS_A_STATEMENT: usize = 1000;

impl Postgis {
    pub(in crate::store) async fn log(&self) -> Result<Vec<LogRow>, StoreError> {
        let sql = "SELECT seq, layer, feature_id, op, (extract(epoch FROM at) * 1000000)::bigint, by \
                   FROM minqing_change JOIN minqing_commit USING (tx) ORDER BY seq";
        let rows = sqlx::query(sql).fetch_all(self.pool()).await?;
        let read = rows.into_iter().map(|row| {
            Ok(LogRow {
                seq: row.try_get(0)?,
                layer: row.try_get(1)?,
                feature: FeatureId(row.try_get(2)?),
                op: row.try_get(3)?,
                at: Timestamp::from_microsecond(row.try_get(4)?).unwrap_or(Timestamp::UNIX_EPOCH),
                by: row.try_get(5)?,
            })
        });
        read.collect()
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
        for schema in layers::ALL {
            let of_layer = contents
                .features
                .iter()
                .filter(|(layer, _)| *layer == schema.id);
            let features: Vec<_> = of_layer.map(|(_, feature)| Arc::clone(feature)).collect();
            for some in features.chunks(RECORDS_A_STATEMENT) {
                insert(&mut transaction, schema.id, some).await?;
            }
            let sql = format!(
                "SELECT setval('{0}_id', greatest((SELECT max(id) FROM {0}), 1))",
                schema.id
            );
            sqlx::query(AssertSqlSafe(sql))
                .execute(&mut *transaction)
                .await?;
        }
        for some in contents.log.chunks(RECORDS_A_STATEMENT) {
            log(&mut transaction, some).await?;
        }
        for (name, value) in &contents.settings {
            sqlx::query("INSERT INTO minqing_setting VALUES ($1, $2)")
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

async fn insert(
    connection: &mut PgConnection,
    layer: LayerId,
    features: &[Arc<Feature>],
) -> Result<(), StoreError> {
    let schema = layer.schema();
    let columns = ddl::written(layer).join(", ");
    let sql = format!(
        "INSERT INTO {layer} (id, revision, updated_at, updated_by, {columns}) SELECT ($1::bigint[])[n::int], \
         ($2::bigint[])[n::int], (($3::text[])[n::int])::timestamptz, ($4::text[])[n::int], {columns} FROM {} u",
        rows::unnested(schema, 5)
    );
    let drafts: Vec<Draft> = features
        .iter()
        .map(|feature| Draft {
            code: Arc::clone(&feature.code),
            name: Arc::clone(&feature.name),
            geometry: feature.geometry.clone(),
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
    let drafts: Vec<&Draft> = drafts.iter().collect();
    rows::arguments(schema, &drafts, &mut arguments).map_err(encoded)?;
    sqlx::query_with(AssertSqlSafe(sql), arguments)
        .execute(connection)
        .await?;
    Ok(())
}

/// Each row of the log becomes a commit of its own.
async fn log(connection: &mut PgConnection, rows: &[LogRow]) -> Result<(), StoreError> {
    let sql = "WITH given AS (SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[]) \
                              AS g(seq, layer, feature_id, op, at, by)), \
               made AS (INSERT INTO minqing_commit (revision, at) SELECT seq, at::timestamptz FROM given ORDER BY seq RETURNING tx, revision) \
               INSERT INTO minqing_change (seq, tx, layer, feature_id, op, by) \
               SELECT seq, tx, layer, feature_id, op, by FROM given JOIN made ON made.revision = given.seq";
    let numbers = |number: fn(&LogRow) -> i64| rows.iter().map(number).collect::<Vec<_>>();
    let texts = |text: fn(&LogRow) -> String| rows.iter().map(text).collect::<Vec<_>>();
    sqlx::query(sql)
        .bind(numbers(|row| row.seq))
        .bind(texts(|row| row.layer.clone()))
        .bind(numbers(|row| row.feature.0))
        .bind(texts(|row| row.op.clone()))
        .bind(texts(|row| row.at.to_string()))
        .bind(texts(|row| row.by.clone()))
        .execute(connection)
        .await?;
    Ok(())
}

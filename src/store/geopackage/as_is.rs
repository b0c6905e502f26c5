//! The log and the settings as they are, a file filled from another store without a row logged anew, and its copies.

use std::path::Path;
use std::sync::Arc;

use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, Row, SqliteConnection};

use super::{GeoPackage, rows, writer};
use crate::domain::{Draft, FeatureId};
use crate::store::StoreError;
use crate::store::copy::{Contents, LogRow};

impl GeoPackage {
    pub(in crate::store) async fn log(&self) -> Result<Vec<LogRow>, StoreError> {
        let sql = "SELECT seq, layer, feature_id, op, at, by FROM minqing_change ORDER BY seq";
        let rows = sqlx::query(sql).fetch_all(&self.readers).await?;
        let read = rows.into_iter().map(|row| LogRow {
            seq: row.get_unchecked(0),
            layer: row.get_unchecked(1),
            feature: FeatureId(row.get_unchecked(2)),
            op: row.get_unchecked(3),
            at: row
                .get_unchecked::<String, _>(4)
                .parse()
                .unwrap_or_default(),
            by: row.get_unchecked(5),
        });
        Ok(read.collect())
    }

    pub(in crate::store) async fn settings(&self) -> Result<Vec<(String, String)>, StoreError> {
        let rows = sqlx::query("SELECT name, value FROM minqing_setting ORDER BY name")
            .fetch_all(&self.readers)
            .await?;
        let read = rows
            .into_iter()
            .map(|row| (row.get_unchecked(0), row.get_unchecked(1)));
        Ok(read.collect())
    }

    pub(in crate::store) async fn fill_as_is(&self, contents: &Contents) -> Result<(), StoreError> {
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        // SQLite cannot switch triggers off; those of the log are taken out and put back, seen by nobody in between
        let triggers = sqlx::query(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%minqing_change%'",
        )
        .fetch_all(&mut *transaction)
        .await?;
        let triggers: Vec<(String, String)> = triggers
            .into_iter()
            .map(|row| (row.get_unchecked(0), row.get_unchecked(1)))
            .collect();
        for (name, _) in &triggers {
            run(&mut transaction, format!("DROP TRIGGER {name}")).await?;
        }
        for (layer, feature) in &contents.features {
            let draft = Draft {
                code: Arc::clone(&feature.code),
                name: Arc::clone(&feature.name),
                geometry: feature.geometry.clone(),
                attributes: feature.attributes.to_values(),
            };
            let (names, marks) = writer::column_list(*layer);
            let sql = format!(
                "INSERT INTO {layer} ({names}, id, revision) VALUES ({marks}, {}, {})",
                feature.id, feature.revision
            );
            let at = rows::moment(feature.updated_at);
            let arguments =
                rows::arguments(*layer, &draft, &feature.updated_by, &at).map_err(|reason| {
                    StoreError::Database {
                        source: sqlx::Error::Encode(reason),
                    }
                })?;
            sqlx::query_with(AssertSqlSafe(sql), arguments)
                .execute(&mut *transaction)
                .await?;
        }
        for row in &contents.log {
            let mut arguments = SqliteArguments::default();
            let added = arguments
                .add(row.seq)
                .and_then(|()| arguments.add(row.layer.clone()))
                .and_then(|()| arguments.add(row.feature.0))
                .and_then(|()| arguments.add(row.op.clone()))
                .and_then(|()| arguments.add(rows::moment(row.at)))
                .and_then(|()| arguments.add(row.by.clone()));
            added.map_err(|reason| StoreError::Database {
                source: sqlx::Error::Encode(reason),
            })?;
            let sql = "INSERT INTO minqing_change (seq, layer, feature_id, op, at, by) VALUES (?, ?, ?, ?, ?, ?)";
            sqlx::query_with(sql, arguments)
                .execute(&mut *transaction)
                .await?;
        }
        for (name, value) in &contents.settings {
            sqlx::query("INSERT INTO minqing_setting VALUES (?, ?)")
                .bind(name.clone())
                .bind(value.clone())
                .execute(&mut *transaction)
                .await?;
        }
        for (_, sql) in triggers {
            run(&mut transaction, sql).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// A consistent copy of the file as it is at this moment, while others read and write.
    pub(in crate::store) async fn backup(&self, file: &Path) -> Result<(), StoreError> {
        sqlx::query("VACUUM INTO ?")
            .bind(file.display().to_string())
            .execute(&self.readers)
            .await?;
        Ok(())
    }

    /// What SQLite finds wrong with the file; empty where it is whole.
    pub(in crate::store) async fn damage(&self) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query("PRAGMA integrity_check(10)")
            .fetch_all(&self.readers)
            .await?;
        let said = rows
            .into_iter()
            .map(|row| row.get_unchecked::<String, _>(0));
        Ok(said.filter(|line| line != "ok").collect())
    }
}

async fn run(connection: &mut SqliteConnection, sql: String) -> Result<(), StoreError> {
    sqlx::query(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

//! The log and the settings as they are, a file filled from another store without a row logged anew, and its copies.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, Row, SqliteConnection};

use super::history::{LOG, log_row};
use super::{GeoPackage, rows, tables, writer};
use crate::domain::{Draft, Feature, LayerId};
use crate::store::StoreError;
use crate::store::copy::{Contents, LogRow};
use crate::store::layers::described;

impl GeoPackage {
    pub(in crate::store) async fn log(&self) -> Result<Vec<LogRow>, StoreError> {
        let sql = format!("{LOG} ORDER BY l.seq");
        let rows = sqlx::query(AssertSqlSafe(sql))
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.iter().map(log_row).collect())
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
        let mut transaction = self.begin_writing().await?;
        for schema in described(&contents.settings)? {
            sqlx::raw_sql(AssertSqlSafe(tables::whole(schema)))
                .execute(&mut *transaction)
                .await?;
        }
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
            insert(&mut transaction, *layer, feature, None).await?;
        }
        for kept in &contents.versions {
            insert(
                &mut transaction,
                kept.layer,
                &kept.feature,
                Some(kept.until),
            )
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
        for (first, revision, at) in commits(&contents.log) {
            sqlx::query("INSERT INTO minqing_commit (first, revision, at) VALUES (?, ?, ?)")
                .bind(first)
                .bind(revision)
                .bind(rows::moment(at))
                .execute(&mut *transaction)
                .await?;
        }
        // a database counts its commits too; their numbers are not given to rows
        let last = contents.log.iter().map(|row| row.commit).max();
        sqlx::query("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'minqing_change'")
            .bind(last.unwrap_or_default())
            .execute(&mut *transaction)
            .await?;
        for (name, value) in &contents.settings {
            sqlx::query("INSERT OR REPLACE INTO minqing_setting VALUES (?, ?)")
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

/// Adds a record, or an earlier version of one that ended with the log row `until`.
async fn insert(
    connection: &mut SqliteConnection,
    layer: LayerId,
    feature: &Feature,
    until: Option<i64>,
) -> Result<(), StoreError> {
    let draft = Draft {
        code: Arc::clone(&feature.code),
        name: Arc::clone(&feature.name),
        geometry: feature.geometry.as_deref().cloned(),
        attributes: feature.attributes.to_values(),
    };
    let (names, marks) = writer::column_list(layer);
    let (id, revision) = (feature.id, feature.revision);
    let sql = match until {
        None => format!(
            "INSERT INTO {layer} ({names}, id, revision) VALUES ({marks}, {id}, {revision})"
        ),
        Some(until) => format!(
            "INSERT INTO {layer}_history ({names}, id, revision, until) VALUES ({marks}, {id}, {revision}, {until})"
        ),
    };
    let at = rows::moment(feature.updated_at);
    let arguments = rows::arguments(layer, &draft, &feature.updated_by, &at).map_err(|reason| {
        StoreError::Database {
            source: sqlx::Error::Encode(reason),
        }
    })?;
    sqlx::query_with(AssertSqlSafe(sql), arguments)
        .execute(connection)
        .await?;
    Ok(())
}

/// The changes of several rows that stand together in the log: first row, revision, time. In a database changes may
/// have been written side by side; the rows of such stand alone here.
fn commits(log: &[LogRow]) -> Vec<(i64, i64, Timestamp)> {
    let mut together: Vec<(i64, i64, Timestamp)> = Vec::new();
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for row in log {
        *counts.entry(row.commit).or_default() += 1;
    }
    for part in log.chunk_by(|a, b| a.commit == b.commit) {
        if let [first, ..] = part
            && counts.get(&first.commit) == Some(&part.len())
            && first.commit > first.seq
        {
            together.push((first.seq, first.commit, first.at));
        }
    }
    together
}

async fn run(connection: &mut SqliteConnection, sql: String) -> Result<(), StoreError> {
    sqlx::query(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

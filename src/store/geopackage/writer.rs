//! One atomic change: edits go in, a commit makes them last.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sqlx::{AssertSqlSafe, Row, Sqlite, SqliteConnection, Transaction};

use super::areas::Areas;
use super::{ddl, rows};
use crate::domain::{Draft, Edit, FeatureId, GeometryKind, LayerId, Revision};
use crate::store::StoreError;

/// A change that is being written; dropped without [`GeoPackageWriter::commit`] nothing of it stays.
#[derive(Debug)]
pub struct GeoPackageWriter {
    pub(super) transaction: Transaction<'static, Sqlite>,
    /// The key that was taken for this change.
    pub(super) claimed: Option<String>,
    by: String,
    at: String,
    touched: Vec<LayerId>,
    /// The revision before.
    before: Revision,
    areas: Option<Arc<Areas>>,
}

impl GeoPackageWriter {
    pub(super) async fn new(
        mut transaction: Transaction<'static, Sqlite>,
        areas: Option<Arc<Areas>>,
        by: &str,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            before: revision(&mut transaction).await?,
            areas,
            claimed: None,
            transaction,
            by: by.to_owned(),
            at: rows::moment(now),
            touched: Vec::new(),
        })
    }

    /// Writes `edits` in their order; may be called again and again before the commit.
    ///
    /// # Errors
    /// [`StoreError`] naming the record; the change should be dropped then.
    pub async fn apply(&mut self, edits: &[Edit]) -> Result<Vec<FeatureId>, StoreError> {
        let mut ids = Vec::with_capacity(edits.len());
        for edit in edits {
            ids.push(match edit {
                Edit::Insert { layer, id, draft } => self.insert(*layer, *id, draft).await?,
                Edit::Update {
                    layer,
                    id,
                    expected,
                    draft,
                } => {
                    let last = self.expect(*layer, *id, *expected).await?;
                    self.update(*layer, *id, draft, last).await?
                }
                Edit::Delete {
                    layer,
                    id,
                    expected,
                } => {
                    self.expect(*layer, *id, *expected).await?;
                    self.delete(*layer, *id).await?
                }
            });
        }
        Ok(ids)
    }

    /// Makes everything last and says the revision after it.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot make it last; nothing of it stays then.
    pub async fn commit(mut self) -> Result<Revision, StoreError> {
        for layer in std::mem::take(&mut self.touched) {
            self.register(layer).await?;
        }
        let revision = revision(&mut self.transaction).await?;
        if revision > self.before {
            let sql = "INSERT INTO minqing_commit (first, revision, at) VALUES (?, ?, strftime('%Y-%m-%dT%H:%M:%fZ','now'))";
            sqlx::query(sql)
                .bind(self.before.0 + 1)
                .bind(revision.0)
                .execute(&mut *self.transaction)
                .await?;
        }
        self.seal(revision).await?;
        self.transaction.commit().await?;
        Ok(revision)
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
        let sql = format!("SELECT id FROM {layer} WHERE code = ?");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(code.to_owned())
            .fetch_optional(&mut *self.transaction)
            .await?;
        Ok(row.map(|row| FeatureId(row.get_unchecked(0))))
    }

    async fn insert(
        &mut self,
        layer: LayerId,
        id: Option<FeatureId>,
        draft: &Draft,
    ) -> Result<FeatureId, StoreError> {
        let (mut names, mut marks) = column_list(layer);
        if let Some(id) = id {
            names.push_str(", id");
            marks.push_str(", ");
            marks.push_str(&id.0.to_string());
        }
        let sql = format!("INSERT INTO {layer} ({names}) VALUES ({marks})");
        let at = self.at.clone();
        let done = self.run(layer, draft, sql, &at).await?;
        self.touch(layer);
        Ok(id.unwrap_or(FeatureId(done)))
    }

    async fn update(
        &mut self,
        layer: LayerId,
        id: FeatureId,
        draft: &Draft,
        last: Option<String>,
    ) -> Result<FeatureId, StoreError> {
        let (names, _) = column_list(layer);
        let sets = names
            .split(", ")
            .map(|name| format!("{name} = ?"))
            .collect::<Vec<_>>()
            .join(", ");
        // the trigger takes an update that leaves the time as it is for one of another program
        let at = match last.and_then(|last| last.parse::<Timestamp>().ok()) {
            Some(last) if rows::moment(last) == self.at => {
                rows::moment(last + SignedDuration::from_millis(1))
            }
            _ => self.at.clone(),
        };
        let sql = format!("UPDATE {layer} SET {sets} WHERE id = {}", id.0);
        self.run(layer, draft, sql, &at).await?;
        self.touch(layer);
        Ok(id)
    }

    async fn delete(&mut self, layer: LayerId, id: FeatureId) -> Result<FeatureId, StoreError> {
        sqlx::query(AssertSqlSafe(format!("DELETE FROM {layer} WHERE id = ?")))
            .bind(id.0)
            .execute(&mut *self.transaction)
            .await?;
        // the trigger cannot know who deletes; the log shall
        sqlx::query(
            "UPDATE minqing_change SET by = ? WHERE seq = (SELECT max(seq) FROM minqing_change)",
        )
        .bind(self.by.clone())
        .execute(&mut *self.transaction)
        .await?;
        self.touch(layer);
        Ok(id)
    }

    async fn run(
        &mut self,
        layer: LayerId,
        draft: &Draft,
        sql: String,
        at: &str,
    ) -> Result<i64, StoreError> {
        if let Some(areas) = &self.areas {
            areas.is_within(layer, draft)?;
        }
        let arguments =
            rows::arguments(layer, draft, &self.by, at).map_err(|reason| StoreError::Database {
                source: sqlx::Error::Encode(reason),
            })?;
        let done = sqlx::query_with(AssertSqlSafe(sql), arguments)
            .execute(&mut *self.transaction)
            .await;
        match done {
            Ok(done) => Ok(done.last_insert_rowid()),
            Err(error)
                if error
                    .as_database_error()
                    .is_some_and(sqlx::error::DatabaseError::is_unique_violation) =>
            {
                Err(StoreError::Duplicate {
                    layer,
                    code: draft.code.to_string(),
                })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Refuses a record that has moved on; says when it was last changed.
    async fn expect(
        &mut self,
        layer: LayerId,
        id: FeatureId,
        expected: Option<Revision>,
    ) -> Result<Option<String>, StoreError> {
        let sql = format!("SELECT revision, updated_at FROM {layer} WHERE id = ?");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(id.0)
            .fetch_optional(&mut *self.transaction)
            .await?;
        let row = row.ok_or(StoreError::NoSuchFeature { layer, id })?;
        let current = Revision(row.get_unchecked(0));
        match expected {
            Some(expected) if expected != current => Err(StoreError::Stale {
                layer,
                id,
                expected,
                current,
            }),
            _ => Ok(row.get_unchecked(1)),
        }
    }

    fn touch(&mut self, layer: LayerId) {
        if !self.touched.contains(&layer) {
            self.touched.push(layer);
        }
    }

    /// Keeps the layer's entry in `gpkg_contents` true: when it changed, and that its extent is to be asked anew.
    async fn register(&mut self, layer: LayerId) -> Result<(), StoreError> {
        let extent = if layer.schema().geometry == GeometryKind::None {
            ""
        } else {
            ", min_x = NULL, max_x = NULL, min_y = NULL, max_y = NULL"
        };
        let sql = format!("UPDATE gpkg_contents SET last_change = ?{extent} WHERE table_name = ?");
        sqlx::query(AssertSqlSafe(sql))
            .bind(self.at.clone())
            .bind(layer.as_str())
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }
}

/// The names of the columns that a draft fills, in the order of `rows::arguments`, and as many question marks.
pub(super) fn column_list(layer: LayerId) -> (String, String) {
    let schema = layer.schema();
    let geometry = (schema.geometry != GeometryKind::None).then(|| "geom".to_owned());
    let common = ["code", "name", "updated_by", "updated_at"]
        .into_iter()
        .map(str::to_owned);
    let fields = schema.fields.iter().map(|field| ddl::quoted(field.name));
    let names: Vec<String> = common.chain(geometry).chain(fields).collect();
    (names.join(", "), vec!["?"; names.len()].join(", "))
}

pub(super) async fn revision(connection: &mut SqliteConnection) -> Result<Revision, StoreError> {
    let row = sqlx::query("SELECT coalesce(max(seq), 0) FROM minqing_change")
        .fetch_one(connection)
        .await?;
    Ok(Revision(row.get_unchecked(0)))
}

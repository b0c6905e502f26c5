//! One atomic change: edits go in, a commit makes them last.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sqlx::{AssertSqlSafe, Row, Sqlite, SqliteConnection, Transaction};

use super::areas::Areas;
use super::open_file::OpenFile;
use super::tables;
use super::{ddl, inserts, lookup, rows};
use crate::domain::layers::LayerDefinition;
use crate::domain::{Draft, Edit, Feature, FeatureId, GeometryKind, LayerId, Revision};
use crate::store::StoreError;
use crate::store::layers::{described, setting};

/// A change that is being written; dropped without [`GeoPackageWriter::commit`] nothing of it stays.
#[derive(Debug)]
pub struct GeoPackageWriter {
    pub(super) transaction: Transaction<'static, Sqlite>,
    /// The key that was taken for this change.
    pub(super) claimed: Option<String>,
    by: Arc<str>,
    at: Arc<str>,
    /// The layers that were written to, each with the fields that added records have had a value for.
    pub(super) touched: BTreeMap<LayerId, BTreeSet<usize>>,
    /// The revision before.
    before: Revision,
    areas: Option<Arc<Areas>>,
    file: OpenFile,
    /// The number that the change log gives next, where it is known.
    next_change: Option<i64>,
}

impl GeoPackageWriter {
    pub(super) async fn new(
        mut transaction: Transaction<'static, Sqlite>,
        areas: Option<Arc<Areas>>,
        file: OpenFile,
        by: &str,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            before: revision(&mut transaction).await?,
            areas,
            file,
            claimed: None,
            transaction,
            by: by.into(),
            at: rows::moment(now).into(),
            touched: BTreeMap::new(),
            next_change: None,
        })
    }

    /// Writes `edits` in their order; may be called again and again before the commit.
    ///
    /// # Errors
    /// [`StoreError`] naming the record; the change should be dropped then.
    pub async fn apply(&mut self, edits: &[Edit]) -> Result<Vec<FeatureId>, StoreError> {
        let mut ids = Vec::with_capacity(edits.len());
        // each edit gives one id
        while let Some(rest @ [edit, ..]) = edits.get(ids.len()..) {
            match edit {
                Edit::Insert { layer, .. } => {
                    let run = inserts::at_the_front(rest, *layer);
                    ids.extend(self.insert_all(*layer, &run).await?);
                }
                Edit::Update {
                    layer,
                    id,
                    expected,
                    draft,
                } => {
                    self.forget_next_change();
                    let (last, code) = self.expect(*layer, *id, *expected).await?;
                    if code != *draft.code {
                        self.takes_code(*layer, &draft.code)?;
                    }
                    ids.push(self.update(*layer, *id, draft, last).await?);
                }
                Edit::Delete {
                    layer,
                    id,
                    expected,
                } => {
                    self.forget_next_change();
                    self.expect(*layer, *id, *expected).await?;
                    ids.push(self.delete(*layer, *id).await?);
                }
            }
        }
        Ok(ids)
    }

    /// Makes everything last and says the revision after it.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot make it last; nothing of it stays then.
    pub async fn commit(mut self) -> Result<Revision, StoreError> {
        for layer in std::mem::take(&mut self.touched).into_keys() {
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
        // what is acknowledged must be in the file that has the name
        self.file.is_still_there()?;
        self.transaction.commit().await?;
        Ok(revision)
    }

    pub(in crate::store) async fn add_layer(
        &mut self,
        definition: &LayerDefinition,
    ) -> Result<LayerId, StoreError> {
        let setting = setting(definition)?;
        let added = described([&setting])?;
        let sql: String = added.iter().map(|schema| tables::whole(schema)).collect();
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut *self.transaction)
            .await?;
        lookup::keep(&mut self.transaction, &setting.0, &setting.1).await?;
        let id = added.first().map(|schema| schema.id);
        id.ok_or_else(|| StoreError::BadLayer {
            layer: definition.name.clone(),
            zh: String::new(),
            en: String::new(),
        })
    }

    pub(in crate::store) async fn records(
        &mut self,
        layer: LayerId,
        codes: &[&str],
        ids: &[FeatureId],
    ) -> Result<Vec<Feature>, StoreError> {
        let areas = self.areas.as_deref();
        lookup::records(&mut self.transaction, areas, layer, codes, ids).await
    }

    pub(in crate::store) async fn has_records(
        &mut self,
        layer: LayerId,
    ) -> Result<bool, StoreError> {
        lookup::has_records(&mut self.transaction, layer).await
    }

    pub(in crate::store) async fn revision(&mut self) -> Result<Revision, StoreError> {
        revision(&mut self.transaction).await
    }

    pub(in crate::store) async fn set_setting(
        &mut self,
        name: &str,
        value: &str,
    ) -> Result<(), StoreError> {
        lookup::keep(&mut self.transaction, name, value).await
    }

    pub(super) fn by(&self) -> &Arc<str> {
        &self.by
    }

    pub(super) fn at(&self) -> &Arc<str> {
        &self.at
    }

    /// The numbers that the change log gives to the next `count` records that are added.
    pub(super) async fn next_changes(&mut self, count: i64) -> Result<Range<i64>, StoreError> {
        let first = if let Some(next) = self.next_change {
            next
        } else {
            let sql = "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'minqing_change'";
            let row = sqlx::query(sql).fetch_one(&mut *self.transaction).await?;
            row.get_unchecked(0)
        };
        self.next_change = Some(first + count);
        Ok(first..first + count)
    }

    /// The change log is not as it was thought to be: it is asked again.
    pub(super) fn forget_next_change(&mut self) {
        self.next_change = None;
    }

    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }

    /// Refuses a new code of another part than the one that is served.
    pub(super) fn takes_code(&self, layer: LayerId, code: &str) -> Result<(), StoreError> {
        match &self.areas {
            Some(areas) => areas.takes_code(layer, code),
            None => Ok(()),
        }
    }

    /// Refuses a record outside of the part that is served.
    pub(super) fn is_within(&self, layer: LayerId, draft: &Draft) -> Result<(), StoreError> {
        match &self.areas {
            Some(areas) => areas.is_within(layer, draft),
            None => Ok(()),
        }
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
            Some(last) if rows::moment(last) == *self.at => {
                rows::moment(last + SignedDuration::from_millis(1))
            }
            _ => self.at.to_string(),
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
        .bind(Arc::clone(&self.by))
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
        self.is_within(layer, draft)?;
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

    /// Refuses a record that has moved on; says when it was last changed, and its code.
    async fn expect(
        &mut self,
        layer: LayerId,
        id: FeatureId,
        expected: Option<Revision>,
    ) -> Result<(Option<String>, String), StoreError> {
        let sql = format!("SELECT revision, updated_at, code FROM {layer} WHERE id = ?");
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
            // another program may have written any bytes
            _ => Ok((
                row.get_unchecked(1),
                row.try_get_unchecked(2).unwrap_or_default(),
            )),
        }
    }

    pub(super) fn touch(&mut self, layer: LayerId) {
        self.touched.entry(layer).or_default();
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
            .bind(Arc::clone(&self.at))
            .bind(layer.as_str())
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }
}

/// The names of the columns that a draft fills, in the order of `rows::arguments`, and as many question marks.
pub(super) fn column_list(layer: LayerId) -> (String, String) {
    columns_of(layer, 0..layer.schema().fields.len())
}

/// As [`column_list`], with the fields at these places of the schema alone.
pub(super) fn columns_of(layer: LayerId, fields: impl Iterator<Item = usize>) -> (String, String) {
    let schema = layer.schema();
    let geometry = (schema.geometry != GeometryKind::None).then(|| "geom".to_owned());
    let common = ["code", "name", "updated_by", "updated_at"]
        .into_iter()
        .map(str::to_owned);
    let fields = fields
        .filter_map(|at| schema.fields.get(at))
        .map(|field| ddl::quoted(field.name));
    let names: Vec<String> = common.chain(geometry).chain(fields).collect();
    (names.join(", "), vec!["?"; names.len()].join(", "))
}

pub(super) async fn revision(connection: &mut SqliteConnection) -> Result<Revision, StoreError> {
    let row = sqlx::query("SELECT coalesce(max(seq), 0) FROM minqing_change")
        .fetch_one(connection)
        .await?;
    Ok(Revision(row.get_unchecked(0)))
}

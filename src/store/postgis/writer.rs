//! One atomic change, written record by record or many at once.

use jiff::Timestamp;
use sqlx::postgres::{PgArguments, PgDatabaseError};
use sqlx::{Arguments, AssertSqlSafe, Postgres, Row, Transaction};

use super::fate::Commit;
use super::follow::TIMELINE;
use super::{Postgis, ddl, lookup, rows};
use crate::domain::{Draft, Edit, Feature, FeatureId, LayerId, Revision};
use crate::store::{StoreError, Timeline};

/// How many records one statement adds.
const RECORDS_A_STATEMENT: usize = 1000;

/// A change that is being written; dropped without [`PostgisWriter::commit`] nothing of it stays.
#[derive(Debug)]
pub struct PostgisWriter {
    pub(super) transaction: Transaction<'static, Postgres>,
    /// The key that was taken for this change.
    pub(super) claimed: Option<String>,
    /// The transaction's number, by which its fate is asked where the answer to the commit is lost.
    number: String,
    /// The history of the server that it began in.
    timeline: Timeline,
    store: Postgis,
}

impl PostgisWriter {
    pub(super) async fn begin(
        store: &Postgis,
        by: &str,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let mut transaction = store.pool().begin().await?;
        // what is acknowledged must be on the disk, whatever the database's own default
        let sql = format!(
            "SELECT set_config('minqing.by', $1, true), set_config('minqing.at', $2, true), \
            set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN ('off', 'local') \
            THEN 'on' ELSE current_setting('synchronous_commit') END, true), pg_current_xact_id()::text, {TIMELINE}"
        );
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(by.to_owned())
            .bind(format!("{now:.3}"))
            .fetch_one(&mut *transaction)
            .await?;
        let timeline = Timeline(row.try_get(4)?);
        store.is_followed(&timeline)?;
        Ok(Self {
            number: row.try_get(3)?,
            timeline,
            transaction,
            claimed: None,
            store: store.clone(),
        })
    }

    pub(in crate::store) async fn apply(
        &mut self,
        edits: &[Edit],
    ) -> Result<Vec<FeatureId>, StoreError> {
        let mut ids = Vec::with_capacity(edits.len());
        let mut rest = edits;
        while let Some(edit) = rest.first() {
            let mut taken = 1;
            match edit {
                Edit::Insert { layer, .. } => {
                    let run = inserts_at_the_front(rest, *layer);
                    taken = run.len();
                    ids.extend(self.insert(*layer, &run).await?);
                }
                Edit::Update {
                    layer,
                    id,
                    expected,
                    draft,
                } => {
                    self.expect(*layer, *id, *expected).await?;
                    self.update(*layer, *id, draft).await?;
                    ids.push(*id);
                }
                Edit::Delete {
                    layer,
                    id,
                    expected,
                } => {
                    self.expect(*layer, *id, *expected).await?;
                    let sql = format!("DELETE FROM {layer} WHERE id = $1");
                    sqlx::query(AssertSqlSafe(sql))
                        .bind(id.0)
                        .execute(&mut *self.transaction)
                        .await?;
                    ids.push(*id);
                }
            }
            rest = rest.get(taken..).unwrap_or_default();
        }
        Ok(ids)
    }

    pub(in crate::store) async fn commit(mut self) -> Result<Revision, StoreError> {
        let revision = self.revision().await?;
        self.seal(revision).await?;
        let at = "SELECT max(at)::text FROM minqing_commit WHERE revision = $1";
        let at = sqlx::query(at)
            .bind(revision.0)
            .fetch_one(&mut *self.transaction)
            .await?
            .try_get(0)?;
        match self.transaction.commit().await.map_err(StoreError::from) {
            Ok(()) => Ok(revision),
            Err(StoreError::Unavailable { .. }) => {
                let wanted = Commit {
                    number: self.number,
                    at,
                    timeline: self.timeline,
                };
                self.store.fate_of(&wanted).await?;
                Ok(revision)
            }
            Err(error) => Err(error),
        }
    }

    pub(in crate::store) async fn records(
        &mut self,
        layer: LayerId,
        codes: &[&str],
        ids: &[FeatureId],
    ) -> Result<Vec<Feature>, StoreError> {
        let scope = self.store.in_scope();
        lookup::records(&mut self.transaction, &scope, layer, codes, ids).await
    }

    pub(in crate::store) async fn has_records(
        &mut self,
        layer: LayerId,
    ) -> Result<bool, StoreError> {
        lookup::has_records(&mut self.transaction, layer).await
    }

    /// Gives the transaction its revision now, under the lock, so that it can be told.
    pub(in crate::store) async fn revision(&mut self) -> Result<Revision, StoreError> {
        sqlx::query("SET CONSTRAINTS minqing_commit_close IMMEDIATE")
            .execute(&mut *self.transaction)
            .await?;
        super::revision(&mut self.transaction).await
    }

    pub(in crate::store) async fn set_setting(
        &mut self,
        name: &str,
        value: &str,
    ) -> Result<(), StoreError> {
        lookup::keep(&mut self.transaction, name, value).await
    }

    /// Adds many records of one layer; where one of them is there already, it is named.
    async fn insert(
        &mut self,
        layer: LayerId,
        drafts: &[(Option<FeatureId>, &Draft)],
    ) -> Result<Vec<FeatureId>, StoreError> {
        if let [one] = drafts {
            return self.insert_at_once(layer, std::slice::from_ref(one)).await;
        }
        sqlx::query("SAVEPOINT many")
            .execute(&mut *self.transaction)
            .await?;
        match self.insert_at_once(layer, drafts).await {
            Err(StoreError::Duplicate { .. }) => {
                sqlx::query("ROLLBACK TO SAVEPOINT many")
                    .execute(&mut *self.transaction)
                    .await?;
                let mut ids = Vec::with_capacity(drafts.len());
                for one in drafts {
                    ids.extend(
                        self.insert_at_once(layer, std::slice::from_ref(one))
                            .await?,
                    );
                }
                Ok(ids)
            }
            done => {
                let ids = done?;
                sqlx::query("RELEASE SAVEPOINT many")
                    .execute(&mut *self.transaction)
                    .await?;
                Ok(ids)
            }
        }
    }

    async fn insert_at_once(
        &mut self,
        layer: LayerId,
        drafts: &[(Option<FeatureId>, &Draft)],
    ) -> Result<Vec<FeatureId>, StoreError> {
        let schema = layer.schema();
        let columns = ddl::written(layer).join(", ");
        let sql = format!(
            "INSERT INTO {layer} (id, {columns}) SELECT coalesce(($1::bigint[])[n::int], nextval('{layer}_id')), {columns} \
             FROM {} u ORDER BY n RETURNING id, area",
            rows::unnested(schema, 2)
        );
        let mut arguments = PgArguments::default();
        let ids: Vec<Option<i64>> = drafts.iter().map(|(id, _)| id.map(|id| id.0)).collect();
        arguments.add(ids).map_err(encode)?;
        let all: Vec<&Draft> = drafts.iter().map(|(_, draft)| *draft).collect();
        rows::arguments(schema, &all, &mut arguments).map_err(encode)?;
        let rows = sqlx::query_with(AssertSqlSafe(sql), arguments)
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(|error| duplicate(layer, all.first().copied(), error))?;
        let mut made = Vec::with_capacity(rows.len());
        for row in rows {
            self.store.is_within(layer, row.try_get(1)?)?;
            made.push(FeatureId(row.try_get(0)?));
        }
        Ok(made)
    }

    async fn update(
        &mut self,
        layer: LayerId,
        id: FeatureId,
        draft: &Draft,
    ) -> Result<(), StoreError> {
        let schema = layer.schema();
        let sets: Vec<String> = ddl::written(layer)
            .into_iter()
            .map(|name| format!("{name} = u.{name}"))
            .collect();
        let sql = format!(
            "UPDATE {layer} t SET {} FROM {} u WHERE t.id = $1 RETURNING t.area",
            sets.join(", "),
            rows::unnested(schema, 2)
        );
        let mut arguments = PgArguments::default();
        arguments.add(id.0).map_err(encode)?;
        rows::arguments(schema, &[draft], &mut arguments).map_err(encode)?;
        let row = sqlx::query_with(AssertSqlSafe(sql), arguments)
            .fetch_one(&mut *self.transaction)
            .await
            .map_err(|error| duplicate(layer, Some(draft), error))?;
        self.store.is_within(layer, row.try_get(0)?)
    }

    /// Keeps the record from other writers until the end, and refuses one that has moved on.
    async fn expect(
        &mut self,
        layer: LayerId,
        id: FeatureId,
        expected: Option<Revision>,
    ) -> Result<(), StoreError> {
        let sql = format!("SELECT revision, area FROM {layer} WHERE id = $1 FOR UPDATE");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(id.0)
            .fetch_optional(&mut *self.transaction)
            .await?
            .ok_or(StoreError::NoSuchFeature { layer, id })?;
        self.store.is_within(layer, row.try_get(1)?)?;
        let current = Revision(row.try_get(0)?);
        match expected {
            Some(expected) if expected != current => Err(StoreError::Stale {
                layer,
                id,
                expected,
                current,
            }),
            _ => Ok(()),
        }
    }
}

/// The inserts into `layer` that `edits` begins with, as many as one statement takes: all with an id of their own, or
/// none, so that an id that is given is known before the next is chosen.
fn inserts_at_the_front(edits: &[Edit], layer: LayerId) -> Vec<(Option<FeatureId>, &Draft)> {
    let run = edits
        .iter()
        .take(RECORDS_A_STATEMENT)
        .map_while(|edit| match edit {
            Edit::Insert {
                layer: same,
                id,
                draft,
            } if *same == layer => Some((*id, draft)),
            _ => None,
        });
    let mut run = run.peekable();
    let is_given = run.peek().is_some_and(|(id, _)| id.is_some());
    run.take_while(|(id, _)| id.is_some() == is_given).collect()
}

fn encode(reason: sqlx::error::BoxDynError) -> StoreError {
    StoreError::Database {
        source: sqlx::Error::Encode(reason),
    }
}

fn duplicate(layer: LayerId, draft: Option<&Draft>, error: sqlx::Error) -> StoreError {
    let is_ours = error
        .as_database_error()
        .and_then(|said| said.try_downcast_ref::<PgDatabaseError>())
        .is_some_and(|said| said.code() == "23505");
    match draft {
        Some(draft) if is_ours => StoreError::Duplicate {
            layer,
            code: draft.code.to_string(),
        },
        _ => error.into(),
    }
}

//! One atomic change, written record by record or many at once.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use sqlx::postgres::{PgArguments, PgDatabaseError, PgRow};
use sqlx::{Arguments, AssertSqlSafe, Postgres, Row, Transaction};

use super::fate::Commit;
use super::follow::TIMELINE;
use super::tables;
use super::{LOCK_WAIT, Postgis, ddl, lookup, rows};
use crate::domain::layers::LayerDefinition;
use crate::domain::{Draft, Edit, Feature, FeatureId, LayerId, Revision};
use crate::store::layers::{described, setting};
use crate::store::{StoreError, Timeline};

/// How long is waited for a lock at least, where the time is used up: a lock of this program's own lasts no longer.
const LEAST_WAIT: Duration = Duration::from_millis(500);

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
    /// How long it may still wait for others.
    may_wait: Duration,
    store: Postgis,
}

impl PostgisWriter {
    pub(super) async fn begin(
        store: &Postgis,
        by: &str,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let asked = Instant::now();
        let connection = store.connection_to_write().await?;
        let mut transaction = Transaction::begin(connection, None).await?;
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
            may_wait: LOCK_WAIT.saturating_sub(asked.elapsed()),
            store: store.clone(),
        })
    }

    /// Has the statements that follow wait for locks for what is left of [`LOCK_WAIT`], and no longer. The database's own
    /// `lock_timeout` counts for each lock by itself, and the second of two who want one row waits for two: for the row's
    /// queue, and for who holds it. So the whole statement that locks is bounded.
    async fn bound_wait(&mut self, is_bounded: bool) -> Result<(), StoreError> {
        let lock = self.may_wait.max(LEAST_WAIT).as_millis();
        let statement = if is_bounded { lock } else { 0 };
        let sql = "SELECT set_config('lock_timeout', $1, true), set_config('statement_timeout', $2, true)";
        sqlx::query(sql)
            .bind(lock.to_string())
            .bind(statement.to_string())
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
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
                    let code = self.expect(*layer, *id, *expected).await?;
                    if code != *draft.code {
                        self.may_add(*layer, &[draft]).await?;
                    }
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
        let all: Vec<&Draft> = drafts.iter().map(|(_, draft)| *draft).collect();
        self.may_add(layer, &all).await?;
        let mut arguments = PgArguments::default();
        let ids: Vec<Option<i64>> = drafts.iter().map(|(id, _)| id.map(|id| id.0)).collect();
        arguments.add(ids).map_err(encode)?;
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

    /// Refuses what lies outside of the scope before it is held against the codes of others: whether one of these is taken
    /// is not to be learnt so.
    async fn may_add(&mut self, layer: LayerId, drafts: &[&Draft]) -> Result<(), StoreError> {
        if self.store.scope.is_none() {
            return Ok(());
        }
        for draft in drafts {
            self.store.takes_code(layer, &draft.code)?;
        }
        for area in lookup::areas(&mut self.transaction, layer, drafts).await? {
            self.store.is_within(layer, area)?;
        }
        Ok(())
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

    /// The record's revision and area, once whoever has it locked lets it go.
    async fn wait_for(&mut self, layer: LayerId, id: FeatureId) -> Result<PgRow, StoreError> {
        self.bound_wait(true).await?;
        let asked = Instant::now();
        let sql = format!("SELECT revision, area, code FROM {layer} WHERE id = $1 FOR UPDATE");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(id.0)
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(busy)?;
        self.may_wait = self.may_wait.saturating_sub(asked.elapsed());
        self.bound_wait(false).await?;
        row.ok_or(StoreError::NoSuchFeature { layer, id })
    }

    /// Keeps the record from other writers until the end, and refuses one that has moved on; gives its code.
    async fn expect(
        &mut self,
        layer: LayerId,
        id: FeatureId,
        expected: Option<Revision>,
    ) -> Result<String, StoreError> {
        // most rows are free, and the two statements more are for those that are not
        let sql = format!(
            "SELECT revision, area, code FROM {layer} WHERE id = $1 FOR UPDATE SKIP LOCKED"
        );
        let free = sqlx::query(AssertSqlSafe(sql))
            .bind(id.0)
            .fetch_optional(&mut *self.transaction)
            .await?;
        let row = match free {
            Some(row) => row,
            None => self.wait_for(layer, id).await?,
        };
        self.store.is_within(layer, row.try_get(1)?)?;
        let current = Revision(row.try_get(0)?);
        match expected {
            Some(expected) if expected != current => Err(StoreError::Stale {
                layer,
                id,
                expected,
                current,
            }),
            _ => Ok(row.try_get(2)?),
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

/// A statement that was given up since it waited too long: `query_canceled`.
fn busy(error: sqlx::Error) -> StoreError {
    let said = error.as_database_error();
    if said.is_some_and(|said| said.code().as_deref() == Some("57014")) {
        return StoreError::Busy;
    }
    error.into()
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

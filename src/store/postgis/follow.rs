//! Reading the tables and following the change log: every commit once and in order, see docs/change-log.md.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use sqlx::postgres::{PgConnection, PgListener};
use sqlx::{AssertSqlSafe, Row};
use tokio::sync::Notify;
use tokio::time::sleep;

use super::fate::not_followed;
use super::lookup;
use super::{Postgis, ddl, revision, rows};
use crate::domain::LayerSchema;
use crate::domain::{FeatureId, LayerId, Revision, Sharing};
use crate::store::layers::{PREFIX, and_own, described};
use crate::store::{Loaded, News, StoreError, TELL_EVERY, Timeline};
use sqlx::postgres::PgRow;

/// How many records one statement asks for by id.
const IDS_A_QUERY: usize = 10_000;

/// With more changed records than this behind, all is read anew.
const FARTHEST_BEHIND: i64 = 500_000;

/// How long after a lost connection the next is tried.
const LISTEN_AGAIN: Duration = Duration::from_millis(500);

impl Postgis {
    pub(in crate::store) async fn load_all(&self, read: &AtomicU64) -> Result<Loaded, StoreError> {
        let mut transaction = self.pool().begin_with(ONE_MOMENT).await?;
        let loaded = self.read_all(&mut transaction, read).await?;
        transaction.commit().await?;
        self.follows(&loaded.timeline);
        Ok(loaded)
    }

    async fn read_all(
        &self,
        connection: &mut PgConnection,
        read: &AtomicU64,
    ) -> Result<Loaded, StoreError> {
        let mut loaded = Loaded {
            timeline: timeline(connection).await?,
            ..Loaded::default()
        };
        loaded.change.revision = revision(connection).await?;
        let mut told = Instant::now();
        let mut sharing = Sharing::default();
        let others = others(connection).await?;
        loaded.change.others = others.iter().map(|schema| schema.id).collect();
        for schema in and_own(&others) {
            let sql = format!(
                "SELECT {} FROM {} WHERE {} ORDER BY id",
                ddl::columns(schema.id),
                schema.id,
                self.in_scope()
            );
            let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut *connection);
            while let Some(row) = rows.try_next().await? {
                let feature =
                    rows::feature(schema.id, &row, &mut sharing, &mut loaded.change.faults);
                loaded.change.upserts.push((schema.id, Arc::new(feature)));
                read.fetch_add(1, Ordering::Relaxed);
                if told.elapsed() > TELL_EVERY {
                    told = Instant::now();
                    let records = loaded.change.upserts.len();
                    tracing::info!(records, layer = %schema.id, "the map is being loaded");
                }
            }
        }
        loaded.without_area = self.without_area(connection).await?;
        Ok(loaded)
    }

    pub(in crate::store) async fn news_since(
        &self,
        seen: Revision,
        seen_in: &Timeline,
    ) -> Result<News, StoreError> {
        let mut transaction = self.pool().begin_with(ONE_MOMENT).await?;
        let connection = &mut *transaction;
        let now_in = timeline(connection).await?;
        let now = revision(connection).await?;
        let news = if now_in != *seen_in || now < seen {
            drop(transaction);
            self.after_a_break(seen, now_in).await?
        } else if now == seen {
            transaction.commit().await?;
            News::None
        } else {
            let behind: i64 = sqlx::query(
                "SELECT count(*) FROM minqing_change JOIN minqing_commit USING (tx) WHERE minqing_commit.revision > $1",
            )
            .bind(seen.0)
            .fetch_one(&mut *connection)
            .await?
            .try_get(0)?;
            let news = if behind > FARTHEST_BEHIND {
                News::Anew {
                    loaded: self.read_all(connection, &AtomicU64::new(0)).await?,
                    why: format!("{behind} changes behind"),
                }
            } else {
                let mut loaded = self.read_changes(connection, seen, now).await?;
                loaded.log_rows = u64::try_from(behind).unwrap_or_default();
                News::Changes(loaded)
            };
            transaction.commit().await?;
            news
        };
        Ok(news)
    }

    /// The server is another than before, or one that was set back. Where commits were lost with it, numbers that were
    /// seen could be given a second time; so the numbers begin anew above all that was seen, and all is read anew. Until
    /// then [`Postgis::is_followed`] lets nobody write.
    async fn after_a_break(&self, seen: Revision, now_in: Timeline) -> Result<News, StoreError> {
        let mut transaction = self.pool().begin().await?;
        sqlx::query(
            "SELECT setval('minqing_revision', $1) FROM minqing_revision WHERE last_value < $1",
        )
        .bind(seen.0)
        .execute(&mut *transaction)
        .await?;
        sqlx::query("SELECT minqing_open()")
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        let mut transaction = self.pool().begin_with(ONE_MOMENT).await?;
        let loaded = self.read_all(&mut transaction, &AtomicU64::new(0)).await?;
        transaction.commit().await?;
        if loaded.timeline != now_in {
            return Err(not_followed());
        }
        self.follows(&now_in);
        Ok(News::Anew {
            loaded,
            why: "the database was replaced or set back".to_owned(),
        })
    }

    async fn read_changes(
        &self,
        connection: &mut PgConnection,
        seen: Revision,
        now: Revision,
    ) -> Result<Loaded, StoreError> {
        let mut loaded = Loaded {
            timeline: timeline(connection).await?,
            ..Loaded::default()
        };
        loaded.change.revision = now;
        let sql = "SELECT DISTINCT layer, feature_id FROM minqing_change JOIN minqing_commit USING (tx) \
                   WHERE minqing_commit.revision > $1";
        let mut touched: BTreeMap<LayerId, Vec<i64>> = BTreeMap::new();
        let log = sqlx::query(sql)
            .bind(seen.0)
            .fetch_all(&mut *connection)
            .await?;
        let is_unknown = |row: &PgRow| {
            let name = row.try_get::<String, _>(0);
            name.is_ok_and(|name| LayerId::parse(&name).is_none())
        };
        if log.iter().any(is_unknown) {
            // another program has brought a layer since
            let others = others(connection).await?;
            loaded.change.others = others.iter().map(|schema| schema.id).collect();
        }
        for row in log {
            if let Some(layer) = LayerId::parse(&row.try_get::<String, _>(0)?) {
                touched.entry(layer).or_default().push(row.try_get(1)?);
            }
        }
        let oldest = "SELECT extract(epoch FROM clock_timestamp() - min(at))::float8 FROM minqing_commit WHERE revision > $1";
        let oldest = sqlx::query(oldest)
            .bind(seen.0)
            .fetch_one(&mut *connection)
            .await?;
        loaded.oldest = oldest
            .try_get::<Option<f64>, _>(0)?
            .and_then(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).ok());
        for (layer, ids) in touched {
            for some in ids.chunks(IDS_A_QUERY) {
                self.read_some(connection, layer, some, &mut loaded).await?;
            }
        }
        Ok(loaded)
    }

    /// Reads the records `ids` of `layer` as they are now; those that are not there any more are removals.
    async fn read_some(
        &self,
        connection: &mut PgConnection,
        layer: LayerId,
        ids: &[i64],
        loaded: &mut Loaded,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT {} FROM {layer} WHERE id = ANY($1) AND {} ORDER BY id",
            ddl::columns(layer),
            self.in_scope()
        );
        let mut gone: BTreeSet<i64> = ids.iter().copied().collect();
        let mut sharing = Sharing::default();
        let mut rows = sqlx::query(AssertSqlSafe(sql))
            .bind(ids.to_vec())
            .fetch(connection);
        while let Some(row) = rows.try_next().await? {
            let feature = rows::feature(layer, &row, &mut sharing, &mut loaded.change.faults);
            gone.remove(&feature.id.0);
            loaded.change.upserts.push((layer, Arc::new(feature)));
        }
        let gone = gone.into_iter().map(|id| (layer, FeatureId(id)));
        loaded.change.removals.extend(gone);
        Ok(())
    }

    /// How many records belong to no area, so that no instance with a scope shows them.
    async fn without_area(&self, connection: &mut PgConnection) -> Result<u64, StoreError> {
        if self.scope.is_none() {
            return Ok(0);
        }
        let others = others(connection).await?;
        let counts: Vec<String> = and_own(&others)
            .iter()
            .map(|schema| format!("(SELECT count(*) FROM {} WHERE area IS NULL)", schema.id))
            .collect();
        let sql = format!("SELECT {}", counts.join(" + "));
        let row = sqlx::query(AssertSqlSafe(sql))
            .fetch_one(connection)
            .await?;
        Ok(u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default())
    }

    /// The condition of the rows that this instance serves; a scope is digits only.
    pub(super) fn in_scope(&self) -> String {
        match &self.scope {
            None => "true".to_owned(),
            Some(scope) => format!("area LIKE '{scope}%'"),
        }
    }

    /// Wakes whoever waits for `wake` with each commit, as long as it runs.
    pub(in crate::store) async fn listen(self, wake: Arc<Notify>) {
        loop {
            if let Err(error) = self.listen_once(&wake).await {
                tracing::debug!(%error, "the database's notifications are not heard");
            }
            // what happened meanwhile is found by looking
            wake.notify_one();
            sleep(LISTEN_AGAIN).await;
        }
    }

    async fn listen_once(&self, wake: &Notify) -> Result<(), sqlx::Error> {
        let mut listener = PgListener::connect_with(self.pool()).await?;
        listener.eager_reconnect(false);
        listener.listen("minqing_change").await?;
        while listener.try_recv().await?.is_some() {
            wake.notify_one();
        }
        Ok(())
    }
}

/// The layers that users brought.
pub(super) async fn others(
    connection: &mut PgConnection,
) -> Result<Vec<&'static LayerSchema>, StoreError> {
    described(&lookup::settings(connection, PREFIX).await?)
}

/// All that is read in such a transaction is as it was at one moment.
const ONE_MOMENT: &str = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// What tells a server's history: another after each promotion, and in another cluster.
pub(super) const TIMELINE: &str = "(SELECT system_identifier FROM pg_control_system()) || '/' || \
    left(pg_walfile_name(pg_current_wal_lsn()), 8) || '/' || \
    (SELECT oid FROM pg_database WHERE datname = current_database())";

/// The history that the server is in.
async fn timeline(connection: &mut PgConnection) -> Result<Timeline, StoreError> {
    let sql = format!("SELECT {TIMELINE}");
    let row = sqlx::query(AssertSqlSafe(sql))
        .fetch_one(connection)
        .await?;
    Ok(Timeline(row.try_get(0)?))
}

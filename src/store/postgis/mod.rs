//! The store as a PostgreSQL database with PostGIS: many instances, one change log, one primary at a time.
//!
//! The primary may change host; whoever finds it gone looks for it among the hosts given ([`Postgis::seek_primary`]).

mod answered;
mod as_is;
mod ddl;
mod fate;
mod fault;
mod follow;
mod history;
mod lookup;
#[cfg(test)]
mod migration_text;
mod place;
mod rows;
mod tables;
mod writer;

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use log::LevelFilter;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Postgres, Row};
use tokio::time::timeout;

use crate::domain::{Draft, Feature, FeatureId, LayerId, Revision, Scope, layers};
use crate::store::{StoreError, Timeline};

pub(super) use fault::fault;
pub(super) use place::{Database, PrimaryUrl};
pub(super) use writer::PostgisWriter;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgis");

/// How long a connection may take to come.
const CONNECT_WAIT: Duration = Duration::from_secs(5);

/// Connections of one instance for those who write...
const WRITERS: u32 = 10;
/// ... and for those who read: the follower, the listener, those who look something up. Of their own, so that writers
/// who wait behind another program's lock keep nobody from reading.
const READERS: u32 = 6;

/// How long a write waits for other writers, of this program and of others.
const LOCK_WAIT: Duration = Duration::from_secs(10);

/// An open database.
#[derive(Clone)]
pub struct Postgis {
    pool: PgPool,
    writers: PgPool,
    database: Arc<Database>,
    scope: Option<Scope>,
    /// The history of the server that the map was last read from, where there is a map.
    followed: Arc<Mutex<Option<Timeline>>>,
}

impl fmt::Debug for Postgis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgis")
            .field("database", &self.database)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

impl Postgis {
    /// Whether the database holds a store.
    pub(super) async fn is_there(database: &Database) -> Result<bool, StoreError> {
        let mut connection = primary(database).await?.connect().await?;
        let is_there = kind_of(&mut connection).await? == Kind::Ours;
        connection.close().await?;
        Ok(is_there)
    }

    /// Makes the tables in a database that has none of them.
    pub(super) async fn create(database: &Database) -> Result<Self, StoreError> {
        if Self::is_there(database).await? {
            return Err(StoreError::AlreadyThere {
                store: database.to_string(),
            });
        }
        Self::open(database, None).await
    }

    /// Opens the database and brings its tables up to date, from nothing where there are none.
    pub(super) async fn open(
        database: &Database,
        scope: Option<Scope>,
    ) -> Result<Self, StoreError> {
        let options = primary(database).await?;
        let mut connection = options.connect().await?;
        if kind_of(&mut connection).await? == Kind::Foreign {
            return Err(StoreError::Foreign {
                store: database.to_string(),
            });
        }
        migrate(&mut connection, database).await?;
        connection.close().await?;
        let pool = |size| {
            PgPoolOptions::new()
                .max_connections(size)
                .acquire_timeout(CONNECT_WAIT)
                // a primary that has become a standby is as good as gone
                .test_before_acquire(false)
                .before_acquire(|connection, _| {
                    Box::pin(async move {
                        let row = sqlx::query("SELECT pg_is_in_recovery()")
                            .fetch_one(connection)
                            .await?;
                        Ok(!row.try_get::<bool, _>(0)?)
                    })
                })
        };
        Ok(Self {
            pool: pool(READERS).connect_lazy_with(options.clone()),
            writers: pool(WRITERS).connect_lazy_with(options),
            database: Arc::new(database.clone()),
            scope,
            followed: Arc::default(),
        })
    }

    pub(super) async fn begin(
        &self,
        by: &str,
        now: Timestamp,
    ) -> Result<PostgisWriter, StoreError> {
        PostgisWriter::begin(self, by, now).await
    }

    pub(super) async fn close(&self) {
        self.writers.close().await;
        self.pool.close().await;
    }

    /// A connection for one who writes.
    async fn connection_to_write(&self) -> Result<PoolConnection<Postgres>, StoreError> {
        match self.writers.acquire().await {
            // all of them wait behind a lock
            Err(sqlx::Error::PoolTimedOut) if self.writers.size() >= WRITERS => {
                Err(StoreError::Busy)
            }
            acquired => Ok(acquired?),
        }
    }

    pub(super) async fn revision(&self) -> Result<Revision, StoreError> {
        revision(&mut *self.pool.acquire().await?).await
    }

    pub(super) async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        let row = sqlx::query("SELECT value FROM minqing_setting WHERE name = $1")
            .bind(name.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    pub(super) async fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        lookup::keep(&mut *self.connection_to_write().await?, name, value).await
    }

    pub(super) async fn settings_named(
        &self,
        prefix: &str,
    ) -> Result<Vec<(String, String)>, StoreError> {
        lookup::settings(&mut *self.pool.acquire().await?, prefix).await
    }

    pub(super) async fn forget_setting(&self, name: &str) -> Result<bool, StoreError> {
        lookup::forget(&mut *self.connection_to_write().await?, name).await
    }

    pub(super) async fn records(
        &self,
        layer: LayerId,
        codes: &[&str],
        ids: &[FeatureId],
    ) -> Result<Vec<Feature>, StoreError> {
        let scope = self.in_scope();
        lookup::records(&mut *self.pool.acquire().await?, &scope, layer, codes, ids).await
    }

    pub(super) async fn outside(
        &self,
        layer: LayerId,
        drafts: &[&Draft],
    ) -> Result<Vec<usize>, StoreError> {
        if self.scope.is_none() || drafts.is_empty() {
            return Ok(Vec::new());
        }
        let areas = lookup::areas(&mut *self.pool.acquire().await?, layer, drafts).await?;
        let is_outside = |(draft, area): (&&Draft, Option<String>)| {
            self.takes_code(layer, &draft.code).is_err() || self.is_within(layer, area).is_err()
        };
        let each = drafts.iter().zip(areas).map(is_outside).enumerate();
        Ok(each
            .filter(|(_, is_outside)| *is_outside)
            .map(|(at, _)| at)
            .collect())
    }

    pub(super) async fn has_records(&self, layer: LayerId) -> Result<bool, StoreError> {
        lookup::has_records(&mut *self.pool.acquire().await?, layer).await
    }

    const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Looks for the host that is the primary now; new connections go there.
    pub(super) async fn seek_primary(&self) -> Result<(), StoreError> {
        let options = primary(&self.database).await?;
        self.pool.set_connect_options(options.clone());
        self.writers.set_connect_options(options);
        Ok(())
    }

    /// Refuses a code that begins with that of an area outside the scope of this instance.
    fn takes_code(&self, layer: LayerId, code: &str) -> Result<(), StoreError> {
        match &self.scope {
            Some(scope) if !scope.may_hold(code) => Err(StoreError::OutOfScope {
                layer,
                scope: scope.to_string(),
                area: None,
            }),
            _ => Ok(()),
        }
    }

    /// Refuses a record whose area lies outside the scope of this instance.
    fn is_within(&self, layer: LayerId, area: Option<String>) -> Result<(), StoreError> {
        match &self.scope {
            Some(scope) if !scope.holds(area.as_deref()) => Err(StoreError::OutOfScope {
                layer,
                scope: scope.to_string(),
                area,
            }),
            _ => Ok(()),
        }
    }
}

/// How to connect to the host that takes writes; the first that does.
async fn primary(database: &Database) -> Result<PgConnectOptions, StoreError> {
    let mut last = StoreError::Unavailable {
        reason: "no host was given".to_owned(),
    };
    for host in database.hosts() {
        let host = host
            .clone()
            .options([("lock_timeout", "10s"), ("statement_timeout", "0")])
            // to read or write a whole layer takes its time and is no cause for alarm
            .log_slow_statements(LevelFilter::Debug, Duration::from_secs(1));
        match timeout(CONNECT_WAIT, takes_writes(&host)).await {
            Ok(Ok(true)) => return Ok(host),
            Ok(Ok(false)) => {
                last = StoreError::Unavailable {
                    reason: format!("{}:{} is a standby", host.get_host(), host.get_port()),
                };
            }
            Ok(Err(error)) => last = error.into(),
            Err(_elapsed) => {
                last = StoreError::Unavailable {
                    reason: format!("{}:{} does not answer", host.get_host(), host.get_port()),
                };
            }
        }
    }
    Err(last)
}

async fn takes_writes(host: &PgConnectOptions) -> Result<bool, sqlx::Error> {
    let mut connection = host.connect().await?;
    let row = sqlx::query("SELECT pg_is_in_recovery()")
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    Ok(!row.try_get::<bool, _>(0)?)
}

/// Whose tables a database holds.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Ours,
    Empty,
    Foreign,
}

async fn kind_of(connection: &mut PgConnection) -> Result<Kind, StoreError> {
    let names: Vec<String> = layers::ALL
        .iter()
        .map(|schema| schema.id.to_string())
        .collect();
    let sql = "SELECT to_regclass('minqing_commit') IS NOT NULL, \
               EXISTS (SELECT FROM unnest($1) AS name WHERE to_regclass(name) IS NOT NULL)";
    let row = sqlx::query(sql).bind(names).fetch_one(connection).await?;
    Ok(match (row.try_get(0)?, row.try_get(1)?) {
        (true, _) => Kind::Ours,
        (false, true) => Kind::Foreign,
        (false, false) => Kind::Empty,
    })
}

/// The number of the newest migration that this release knows.
pub(super) fn newest_migration() -> i64 {
    MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or_default()
}

/// Runs the migrations; `sqlx` holds an advisory lock meanwhile, so instances that start together take turns.
async fn migrate(connection: &mut PgConnection, database: &Database) -> Result<(), StoreError> {
    match MIGRATIONS.run(connection).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(migration)) => Err(StoreError::Newer {
            store: database.to_string(),
            migration,
        }),
        Err(source) => Err(StoreError::Migration {
            store: database.to_string(),
            source,
        }),
    }
}

/// The revision of the last commit that is visible to this connection.
async fn revision(connection: &mut PgConnection) -> Result<Revision, StoreError> {
    let row = sqlx::query("SELECT coalesce(max(revision), 0) FROM minqing_commit")
        .fetch_one(connection)
        .await?;
    Ok(Revision(row.try_get(0)?))
}

/// Makes the tables that the release before made.
#[cfg(test)]
pub(super) async fn as_before(url: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    MIGRATIONS.run_to(1, &mut connection).await.unwrap();
    connection.close().await.unwrap();
}

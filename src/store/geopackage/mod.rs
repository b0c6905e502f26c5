//! The store as one GeoPackage file: SQLite in WAL mode, every commit on the disk before it is acknowledged.

mod answered;
mod areas;
mod as_is;
mod blob;
#[cfg(test)]
mod catalogue_tests;
mod ddl;
mod export;
mod functions;
mod history;
mod inserts;
mod lookup;
mod open_file;
mod rows;
mod tables;
mod writer;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use jiff::Timestamp;
use log::LevelFilter;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Row, SqlSafeStr, Sqlite, SqliteConnection,
    Transaction,
};

use crate::domain::LayerSchema;
use crate::domain::{Change, Draft, Feature, FeatureId, LayerId, Revision, Scope, Sharing};
use crate::store::layers::{PREFIX, and_own, described};
use crate::store::{Loaded, News, StoreError, TELL_EVERY};
use sqlx::sqlite::SqliteRow;

use areas::Areas;
use open_file::OpenFile;

pub use export::{export_geopackage, export_one_layer};
pub(super) use writer::GeoPackageWriter;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/geopackage");

/// How long a write waits for other writers, of this program and of others.
const LOCK_WAIT: Duration = Duration::from_secs(10);

/// How much of the file the writer keeps in memory, KiB as SQLite wants it: the index of codes of a large layer, which
/// come in no order.
const WRITER_CACHE: &str = "-8192";

/// What SQLite says of a file that is none of its own (`SQLITE_NOTADB`).
const NOT_A_DATABASE: &str = "26";

/// How many records one statement asks for by id.
const IDS_A_QUERY: usize = 500;

/// An open GeoPackage: many readers, one writer.
#[derive(Debug)]
pub struct GeoPackage {
    readers: SqlitePool,
    writer: SqlitePool,
    /// The file that the connections have open.
    file: OpenFile,
    /// Where a part is served only.
    areas: Option<Arc<Areas>>,
}

impl GeoPackage {
    pub(super) async fn create(path: &Path) -> Result<Self, StoreError> {
        if path.exists() {
            return Err(StoreError::AlreadyThere {
                store: path.display().to_string(),
            });
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|source| StoreError::Database {
                source: sqlx::Error::Io(source),
            })?;
        }
        Self::connect(path, true, None).await
    }

    pub(super) async fn open(path: &Path, scope: Option<Scope>) -> Result<Self, StoreError> {
        if !path.exists() {
            return Err(StoreError::Missing {
                path: path.to_owned(),
            });
        }
        // Looked at through SQLite and before anything is set on it. To open the file by other means would be wrong:
        // POSIX drops all of a process's locks on a file when it closes any handle of it, and then another program
        // takes itself for the last one and deletes the log under us.
        match kind_of(path).await {
            Ok(Kind::Ours) => {}
            Ok(Kind::OtherGeoPackage) => {
                return Err(StoreError::Foreign {
                    store: path.display().to_string(),
                });
            }
            Ok(Kind::OtherDatabase) => {
                return Err(StoreError::NotAGeoPackage {
                    path: path.to_owned(),
                });
            }
            Err(sqlx::Error::Database(said)) if said.code().as_deref() == Some(NOT_A_DATABASE) => {
                return Err(StoreError::NotAGeoPackage {
                    path: path.to_owned(),
                });
            }
            Err(error) => return Err(error.into()),
        }
        Self::connect(path, false, scope).await
    }

    async fn connect(path: &Path, create: bool, scope: Option<Scope>) -> Result<Self, StoreError> {
        if create {
            open_file::create(path)?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(create)
            // what is deleted is overwritten: it may be about persons
            .pragma("secure_delete", "ON")
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(LOCK_WAIT)
            .foreign_keys(false)
            // to read or write a whole layer takes its time and is no cause for alarm
            .log_slow_statements(LevelFilter::Debug, Duration::from_secs(1));
        let pool = |size| {
            SqlitePoolOptions::new()
                .max_connections(size)
                .acquire_timeout(LOCK_WAIT)
                // where SQLite itself rolled back (a full disk), sqlx believes for ever that a transaction is open
                .before_acquire(|connection, _| {
                    let whole = !connection.is_in_transaction();
                    Box::pin(async move { Ok(whole) })
                })
                .after_connect(|connection, _| {
                    Box::pin(async move { functions::register(connection).await })
                })
        };
        let writing = options.clone().pragma("cache_size", WRITER_CACHE);
        // by a connection of its own: of a whole table being written anew not everything belongs into memory
        let making = pool(1).connect_with(writing.clone()).await?;
        migrate(&making, path).await?;
        // what a statement with many records would take back is else written to a file, and is more than the records
        let writing = writing.pragma("temp_store", "MEMORY");
        let writer = pool(1).connect_with(writing).await?;
        making.close().await;
        if create {
            // the header, which tells other programs what the file is, must not wait in the log
            sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
                .execute(&writer)
                .await?;
        }
        let readers = pool(4).connect_with(options).await?;
        Ok(Self {
            readers,
            writer,
            file: OpenFile::at(path)?,
            areas: scope.map(|scope| Arc::new(Areas::new(scope))),
        })
    }

    pub(super) async fn begin(
        &self,
        by: &str,
        now: Timestamp,
    ) -> Result<GeoPackageWriter, StoreError> {
        let transaction = self.begin_writing().await?;
        let file = self.file.clone();
        GeoPackageWriter::new(transaction, self.areas.clone(), file, by, now).await
    }

    /// The transaction of the one who writes. Writers wait for each other and for other programs, in all for
    /// [`LOCK_WAIT`].
    pub(super) async fn begin_writing(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        let connection = self.connection_to_write().await?;
        let transaction = Transaction::begin(connection, Some("BEGIN IMMEDIATE".into_sql_str()));
        Ok(transaction.await?)
    }

    /// The connection that writes, once it is free; it waits for other programs for what is left of [`LOCK_WAIT`].
    async fn connection_to_write(&self) -> Result<PoolConnection<Sqlite>, StoreError> {
        self.file.is_still_there()?;
        let asked = Instant::now();
        let mut connection = match self.writer.acquire().await {
            Err(sqlx::Error::PoolTimedOut) => return Err(StoreError::Busy),
            acquired => acquired?,
        };
        let left = LOCK_WAIT.saturating_sub(asked.elapsed());
        let sql = format!("PRAGMA busy_timeout = {}", left.as_millis());
        sqlx::query(AssertSqlSafe(sql))
            .execute(&mut *connection)
            .await?;
        Ok(connection)
    }

    /// Copies what the write-ahead log holds into the file, as far as no reader or writer is in the way; whether all of
    /// it is there.
    pub(super) async fn checkpoint(&self) -> Result<bool, StoreError> {
        let row = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")
            .fetch_one(&self.readers)
            .await?;
        let (in_log, copied): (i64, i64) = (row.get_unchecked(1), row.get_unchecked(2));
        Ok(in_log == copied)
    }

    /// Ends every connection, so that all is in the file itself.
    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    pub(super) async fn revision(&self) -> Result<Revision, StoreError> {
        writer::revision(&mut *self.readers.acquire().await?).await
    }

    pub(super) async fn load_all(&self, read: &AtomicU64) -> Result<Loaded, StoreError> {
        let mut transaction = self.readers.begin().await?;
        let mut loaded = Loaded::default();
        let mut sharing = Sharing::default();
        loaded.change.revision = writer::revision(&mut transaction).await?;
        let mut told = Instant::now();
        let others = others(&mut transaction).await?;
        loaded.change.others = others.iter().map(|schema| schema.id).collect();
        for schema in and_own(&others) {
            let sql = format!(
                "SELECT {} FROM {} ORDER BY id",
                ddl::columns(schema.id),
                schema.id
            );
            // row by row: SQLite's form of all of them is larger than ours
            let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut *transaction);
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
        if let Some(areas) = &self.areas {
            loaded.without_area = areas.begin(&mut loaded.change);
        }
        Ok(loaded)
    }

    pub(super) async fn news_since(&self, seen: Revision) -> Result<News, StoreError> {
        self.file.is_still_there()?;
        let Some(mut loaded) = self.changes_since(seen).await? else {
            return Ok(News::None);
        };
        if let Some(areas) = &self.areas
            && !areas.follow(&mut loaded.change)
        {
            return Ok(News::Anew {
                loaded: self.load_all(&AtomicU64::new(0)).await?,
                why: "areas have changed".to_owned(),
            });
        }
        Ok(News::Changes(loaded))
    }

    async fn changes_since(&self, seen: Revision) -> Result<Option<Loaded>, StoreError> {
        let mut transaction = self.readers.begin().await?;
        let log = sqlx::query("SELECT layer, feature_id, max(seq), count(*) FROM minqing_change WHERE seq > ? GROUP BY layer, feature_id")
            .bind(seen.0)
            .fetch_all(&mut *transaction)
            .await?;
        let mut touched: BTreeMap<LayerId, Vec<i64>> = BTreeMap::new();
        let mut loaded = Loaded {
            change: Change {
                revision: seen,
                ..Change::default()
            },
            ..Loaded::default()
        };
        let is_unknown = |row: &SqliteRow| LayerId::parse(row.get_unchecked(0)).is_none();
        if log.iter().any(is_unknown) {
            // another program has brought a layer since
            let others = others(&mut transaction).await?;
            loaded.change.others = others.iter().map(|schema| schema.id).collect();
        }
        for row in log {
            let (name, id, seq, count): (String, i64, i64, i64) = (
                row.get_unchecked(0),
                row.get_unchecked(1),
                row.get_unchecked(2),
                row.get_unchecked(3),
            );
            loaded.log_rows += u64::try_from(count).unwrap_or_default();
            loaded.change.revision = loaded.change.revision.max(Revision(seq));
            if let Some(layer) = LayerId::parse(&name) {
                touched.entry(layer).or_default().push(id);
            }
        }
        if loaded.change.revision == seen {
            return Ok(None);
        }
        for (layer, ids) in touched {
            for some in ids.chunks(IDS_A_QUERY) {
                read_some(&mut transaction, layer, some, &mut loaded).await?;
            }
        }
        Ok(Some(loaded))
    }

    pub(super) async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        let row =
            sqlx::query("SELECT value FROM minqing_setting WHERE name = ?").bind(name.to_owned());
        Ok(row
            .fetch_optional(&self.readers)
            .await?
            .map(|row| row.get_unchecked(0)))
    }

    pub(super) async fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        lookup::keep(&mut *self.connection_to_write().await?, name, value).await
    }

    pub(super) async fn settings_named(
        &self,
        prefix: &str,
    ) -> Result<Vec<(String, String)>, StoreError> {
        lookup::settings(&mut *self.readers.acquire().await?, prefix).await
    }

    pub(super) async fn forget_setting(&self, name: &str) -> Result<bool, StoreError> {
        lookup::forget(&mut *self.connection_to_write().await?, name).await
    }

    pub(super) fn outside(&self, layer: LayerId, drafts: &[&Draft]) -> Vec<usize> {
        let Some(areas) = &self.areas else {
            return Vec::new();
        };
        let each = drafts.iter().enumerate();
        let is_outside = |draft: &Draft| {
            areas.takes_code(layer, &draft.code).is_err() || areas.is_within(layer, draft).is_err()
        };
        each.filter(|(_, draft)| is_outside(draft))
            .map(|(at, _)| at)
            .collect()
    }

    pub(super) async fn records(
        &self,
        layer: LayerId,
        codes: &[&str],
        ids: &[FeatureId],
    ) -> Result<Vec<Feature>, StoreError> {
        let areas = self.areas.as_deref();
        lookup::records(
            &mut *self.readers.acquire().await?,
            areas,
            layer,
            codes,
            ids,
        )
        .await
    }

    pub(super) async fn has_records(&self, layer: LayerId) -> Result<bool, StoreError> {
        lookup::has_records(&mut *self.readers.acquire().await?, layer).await
    }
}

/// The layers that users brought.
async fn others(
    connection: &mut SqliteConnection,
) -> Result<Vec<&'static LayerSchema>, StoreError> {
    described(&lookup::settings(connection, PREFIX).await?)
}

/// Reads the records `ids` of `layer` as they are now; those that are not there any more are removals.
async fn read_some(
    connection: &mut SqliteConnection,
    layer: LayerId,
    ids: &[i64],
    loaded: &mut Loaded,
) -> Result<(), StoreError> {
    let list = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    let sql = format!(
        "SELECT {} FROM {layer} WHERE id IN ({list}) ORDER BY id",
        ddl::columns(layer)
    );
    let mut gone: BTreeSet<i64> = ids.iter().copied().collect();
    let mut sharing = Sharing::default();
    let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(connection);
    while let Some(row) = rows.try_next().await? {
        let feature = rows::feature(layer, &row, &mut sharing, &mut loaded.change.faults);
        gone.remove(&feature.id.0);
        loaded.change.upserts.push((layer, Arc::new(feature)));
    }
    loaded
        .change
        .removals
        .extend(gone.into_iter().map(|id| (layer, FeatureId(id))));
    Ok(())
}

/// `GPKG`, the application id of a GeoPackage since version 1.2.
const APPLICATION_ID: i64 = 0x4750_4B47;

/// Whose file it is.
enum Kind {
    Ours,
    OtherGeoPackage,
    OtherDatabase,
}

async fn kind_of(path: &Path) -> Result<Kind, sqlx::Error> {
    let mut probe = SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(LOCK_WAIT)
        .connect()
        .await?;
    let id: i64 = sqlx::query("PRAGMA application_id")
        .fetch_one(&mut probe)
        .await?
        .get_unchecked(0);
    let sql =
        "SELECT count(*) FROM sqlite_master WHERE name IN ('minqing_change', 'gpkg_contents')";
    let found: i64 = sqlx::query(sql)
        .fetch_one(&mut probe)
        .await?
        .get_unchecked(0);
    probe.close().await?;
    Ok(match (id, found) {
        (APPLICATION_ID, 2) => Kind::Ours,
        (APPLICATION_ID, _) => Kind::OtherGeoPackage,
        _ => Kind::OtherDatabase,
    })
}

async fn migrate(pool: &SqlitePool, path: &Path) -> Result<(), StoreError> {
    MIGRATIONS.run(pool).await.map_err(|source| match source {
        MigrateError::VersionMissing(migration) => StoreError::Newer {
            store: path.display().to_string(),
            migration,
        },
        source => StoreError::Migration {
            store: path.display().to_string(),
            source,
        },
    })
}

/// Makes the file that the release before made.
#[cfg(test)]
pub(super) async fn as_before(path: &Path) {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal);
    let mut connection = options.connect().await.unwrap();
    MIGRATIONS.run_to(1, &mut connection).await.unwrap();
    connection.close().await.unwrap();
}

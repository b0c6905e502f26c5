//! What only the store in a database promises, on a PostGIS that `scripts/with-postgis` starts.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::{insert, run};
use crate::domain::{GeometryKind, LayerId, layers};
use crate::store::{News, Store, StoreError, StoreLocation};

/// The address of a new database on the test server.
pub(super) async fn fresh_database() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = server();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("store_{}_{number}", std::process::id());
    let mut admin = PgConnection::connect(&server).await.unwrap();
    let sql = format!("CREATE DATABASE {name}");
    admin.execute(AssertSqlSafe(sql)).await.unwrap();
    let (before, _) = server.rsplit_once('/').unwrap();
    format!("{before}/{name}")
}

#[expect(
    clippy::disallowed_methods,
    reason = "the address of the test server is no setting of the program"
)]
fn server() -> String {
    std::env::var("MINQING_POSTGIS").expect(
        "no PostGIS was started for the tests: `make test`, or `scripts/with-postgis cargo test`",
    )
}

fn psql(url: &str, sql: &str) -> String {
    run(
        "psql",
        &["-q", "-At", "-v", "ON_ERROR_STOP=1", url, "-c", sql],
    )
}

async fn fresh() -> (String, Store) {
    let url = fresh_database().await;
    let store = Store::create(&StoreLocation::parse(&url).unwrap())
        .await
        .unwrap();
    (url, store)
}

#[tokio::test]
async fn commits_are_seen_once_and_in_order_though_transactions_overlap() {
    let (url, store) = fresh().await;
    let begun = store.load_all().await.unwrap();
    let mut first = PgConnection::connect(&url).await.unwrap();
    let mut second = PgConnection::connect(&url).await.unwrap();
    let add = |code: &str| {
        AssertSqlSafe(format!(
            "INSERT INTO grids (code, kind) VALUES ('{code}', 'basic')"
        ))
    };
    // the first begins, and takes its numbers, before the second, and commits after it
    first.execute("BEGIN").await.unwrap();
    first.execute(add("FIRST")).await.unwrap();
    second.execute("BEGIN").await.unwrap();
    second.execute(add("SECOND")).await.unwrap();
    second.execute("COMMIT").await.unwrap();
    let seen = store
        .news_since(begun.change.revision, &begun.timeline)
        .await
        .unwrap();
    let News::Changes(seen) = seen else {
        panic!("{seen:?}")
    };
    let codes = |loaded: &crate::store::Loaded| -> Vec<String> {
        loaded
            .change
            .upserts
            .iter()
            .map(|(_, feature)| feature.code.to_string())
            .collect()
    };
    assert_eq!(codes(&seen), ["SECOND"]);
    // one that is rolled back in part, and one wholly
    first.execute("SAVEPOINT part").await.unwrap();
    first.execute(add("UNDONE")).await.unwrap();
    first.execute("ROLLBACK TO SAVEPOINT part").await.unwrap();
    first.execute("COMMIT").await.unwrap();
    second.execute("BEGIN").await.unwrap();
    second.execute(add("NEVER")).await.unwrap();
    second.execute("ROLLBACK").await.unwrap();
    let then = store
        .news_since(seen.change.revision, &begun.timeline)
        .await
        .unwrap();
    let News::Changes(then) = then else {
        panic!("{then:?}")
    };
    assert_eq!(codes(&then), ["FIRST"]);
    let last = store
        .news_since(then.change.revision, &begun.timeline)
        .await
        .unwrap();
    assert!(matches!(last, News::None));
}

#[tokio::test]
async fn a_commit_wakes_whoever_listens() {
    let (url, store) = fresh().await;
    let wake = Arc::new(Notify::new());
    let mut listen = store.listener_of_commits(&wake).unwrap();
    let task = tokio::spawn(listen());
    tokio::time::sleep(Duration::from_millis(300)).await;
    psql(&url, "INSERT INTO grids (code) VALUES ('G1')");
    timeout(Duration::from_secs(2), wake.notified())
        .await
        .unwrap();
    task.abort();
}

#[tokio::test]
async fn truncate_and_copy_count_as_edits_too() {
    let (url, store) = fresh().await;
    let begun = store.load_all().await.unwrap();
    psql(
        &url,
        "COPY households (code, floor) FROM PROGRAM 'printf \"610113002001-1\\t3\\n610114001001-1\\t4\\n\"'",
    );
    let seen = store
        .news_since(begun.change.revision, &begun.timeline)
        .await
        .unwrap();
    let News::Changes(seen) = seen else {
        panic!("{seen:?}")
    };
    assert_eq!(seen.change.upserts.len(), 2);
    psql(&url, "TRUNCATE households");
    let then = store
        .news_since(seen.change.revision, &begun.timeline)
        .await
        .unwrap();
    let News::Changes(then) = then else {
        panic!("{then:?}")
    };
    assert_eq!(then.change.removals.len(), 2);
}

#[tokio::test]
async fn a_partition_of_its_own_changes_nothing_that_is_seen() {
    let (url, store) = fresh().await;
    psql(
        &url,
        "INSERT INTO households (code) SELECT p || '002001-' || n FROM unnest(ARRAY['610113', '610114']) p, generate_series(1, 50) n",
    );
    let before = store.load_all().await.unwrap();
    psql(&url, "CALL minqing_partition('610113')");
    assert_eq!(
        psql(&url, "SELECT count(*) FROM households_610113").trim(),
        "50"
    );
    let seen = store
        .news_since(before.change.revision, &before.timeline)
        .await
        .unwrap();
    assert!(matches!(seen, News::None), "{seen:?}");
    assert_eq!(store.load_all().await.unwrap().change, before.change);
    // an edit that names the partition itself is logged as well
    psql(
        &url,
        "UPDATE households_610113 SET floor = 7 WHERE code = '610113002001-7'",
    );
    let seen = store
        .news_since(before.change.revision, &before.timeline)
        .await
        .unwrap();
    let News::Changes(seen) = seen else {
        panic!("{seen:?}")
    };
    assert_eq!(&*seen.change.upserts[0].1.code, "610113002001-7");
    let layer = LayerId::HOUSEHOLDS.schema();
    assert_eq!(
        seen.change.upserts[0]
            .1
            .attribute(layer, "floor")
            .as_integer(),
        Some(7)
    );
}

#[tokio::test]
async fn a_server_that_was_set_back_is_read_anew_and_its_numbers_go_on_above() {
    let (url, store) = fresh().await;
    let applied = store
        .apply(&[insert("G1"), insert("G2")], "test", Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    let seen = store.load_all().await.unwrap();
    // as after a failover to a standby that had not got the last commit
    psql(
        &url,
        "ALTER TABLE grids DISABLE TRIGGER ALL; DELETE FROM grids WHERE code = 'G2'; TRUNCATE minqing_commit, minqing_change; SELECT setval('minqing_revision', 1)",
    );
    let news = store
        .news_since(seen.change.revision, &seen.timeline)
        .await
        .unwrap();
    let News::Anew { loaded, .. } = news else {
        panic!("{news:?}")
    };
    assert_eq!(loaded.change.upserts.len(), 1);
    assert!(loaded.change.revision > applied.revision);
}

#[tokio::test]
async fn an_instance_that_is_too_far_behind_reads_everything_anew_and_says_so() {
    let (url, store) = fresh().await;
    let begun = store.load_all().await.unwrap();
    // the log of half a million changes, written at once
    psql(
        &url,
        "WITH made AS (INSERT INTO minqing_commit DEFAULT VALUES RETURNING tx) \
         INSERT INTO minqing_change SELECT nextval('minqing_revision'), tx, 'grids', n, 'update', 'test' \
         FROM made, generate_series(1, 500001) n",
    );
    let news = store
        .news_since(begun.change.revision, &begun.timeline)
        .await
        .unwrap();
    let News::Anew { loaded, why } = news else {
        panic!("{news:?}")
    };
    assert_eq!(why, "500001 changes behind");
    assert!(loaded.change.revision > begun.change.revision);
}

#[tokio::test]
async fn databases_that_are_no_store_are_told_apart() {
    let url = fresh_database().await;
    psql(&url, "CREATE TABLE grids (id int)");
    let foreign = Store::open(&StoreLocation::parse(&url).unwrap(), None).await;
    assert!(
        matches!(foreign, Err(StoreError::Foreign { .. })),
        "{foreign:?}"
    );
    let nobody = format!("{url}_not_there");
    let refused = Store::open(&StoreLocation::parse(&nobody).unwrap(), None).await;
    assert!(
        matches!(refused, Err(StoreError::Refused { .. })),
        "{refused:?}"
    );
    let closed = "postgres://minqing@127.0.0.1:1/map";
    let away = Store::open(&StoreLocation::parse(closed).unwrap(), None).await;
    assert!(
        matches!(away, Err(StoreError::Unavailable { .. })),
        "{away:?}"
    );
}

#[tokio::test]
async fn gdal_reads_the_tables_as_they_are_and_edits_them() {
    let (url, store) = fresh().await;
    store
        .apply(&[insert("G1")], "test", Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    let before = store.load_all().await.unwrap();
    let gdal = url.replace("postgres://", "postgresql://");
    let said = run("ogrinfo", &["-al", &gdal, "grids"]);
    assert!(
        said.contains("东一网格")
            && said.contains("Geometry: Multi Polygon")
            && said.contains("EPSG\",4326"),
        "{said}"
    );
    run(
        "ogrinfo",
        &[
            "-q",
            &gdal,
            "-sql",
            "UPDATE grids SET household_count = 7 WHERE code = 'G1'",
        ],
    );
    let seen = store
        .news_since(before.change.revision, &before.timeline)
        .await
        .unwrap();
    let News::Changes(seen) = seen else {
        panic!("{seen:?}")
    };
    let count = seen.change.upserts[0]
        .1
        .attribute(LayerId::GRIDS.schema(), "household_count");
    assert_eq!(count.as_integer(), Some(7));
    let titles = psql(&url, "SELECT obj_description('grids'::regclass)");
    assert_eq!(titles.trim(), "网格");
}

#[tokio::test]
async fn the_migrated_tables_have_the_columns_of_the_catalogue() {
    let (url, store) = fresh().await;
    drop(store);
    for schema in layers::ALL {
        let layer = schema.id;
        let mut wanted: BTreeSet<&str> = schema.fields.iter().map(|field| field.name).collect();
        let common = ["id", "code", "name", "revision", "updated_at", "updated_by"];
        wanted.extend(common);
        wanted.insert("area");
        if schema.geometry != GeometryKind::None {
            wanted.insert("geom");
        }
        for table in [layer.to_string(), format!("{layer}_history")] {
            let sql = format!(
                "SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass \
                 AND attnum > 0 AND NOT attisdropped AND attname <> 'until'"
            );
            let found = psql(&url, &sql);
            assert_eq!(found.lines().collect::<BTreeSet<_>>(), wanted, "{table}");
        }
    }
}

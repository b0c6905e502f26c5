//! The store as its callers see it, on real files.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use jiff::Timestamp;
use tempfile::TempDir;

use super::*;
use crate::domain::{Draft, LayerId, Value};
use crate::geometry::{MultiPolygon, Polygon};

fn square(at: f64) -> MultiPolygon {
    let ring = vec![
        (at, 34.0),
        (at + 0.01, 34.0),
        (at + 0.01, 34.01),
        (at, 34.01),
        (at, 34.0),
    ];
    MultiPolygon::new(vec![Polygon::new(ring.into(), vec![])])
}

fn grid(code: &str) -> Draft {
    let schema = LayerId::GRIDS.schema();
    Draft::new(schema, code, "东一网格")
        .with(schema, "kind", "basic")
        .with(schema, "household_count", 300)
        .at(square(108.9))
}

fn insert(code: &str) -> Edit {
    Edit::Insert {
        layer: LayerId::GRIDS,
        id: None,
        draft: grid(code),
    }
}

async fn fresh() -> (TempDir, StoreLocation, Store) {
    let folder = tempfile::tempdir().unwrap();
    let location = StoreLocation::GeoPackage(folder.path().join("map.gpkg"));
    let store = Store::create(&location).await.unwrap();
    (folder, location, store)
}

fn run(program: &str, arguments: &[&str]) -> String {
    let done = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
    assert!(done.status.success(), "{program} {arguments:?}: {said}");
    said
}

fn sqlite3(path: &Path, sql: &str) -> String {
    run("sqlite3", &[path.to_str().unwrap(), sql])
}

#[tokio::test]
async fn what_is_written_comes_back_after_reopening() {
    let (_folder, location, store) = fresh().await;
    let applied = store
        .apply(&[insert("G1"), insert("G2")], "test", Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    drop(store);
    let loaded = Store::open(&location)
        .await
        .unwrap()
        .load_all()
        .await
        .unwrap();
    assert_eq!(loaded.faults, []);
    assert_eq!(loaded.change.revision, applied.revision);
    let (layer, first) = &loaded.change.upserts[0];
    assert_eq!(
        (*layer, first.id, &*first.code, &*first.name),
        (LayerId::GRIDS, applied.ids[0], "G1", "东一网格")
    );
    assert_eq!(first.geometry, Some(square(108.9).into()));
    assert_eq!(
        first.attribute(layer.schema(), "household_count"),
        &Value::Integer(300)
    );
    assert_eq!(
        (&*first.updated_by, first.updated_at),
        ("test", Timestamp::UNIX_EPOCH)
    );
}

#[tokio::test]
async fn an_edit_by_another_program_is_in_the_change_log() {
    let (_folder, location, store) = fresh().await;
    let seen = store
        .apply(&[insert("G1"), insert("G2")], "test", Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    sqlite3(
        location.path(),
        "UPDATE grids SET name = '改名' WHERE code = 'G1'; DELETE FROM grids WHERE code = 'G2'",
    );
    let loaded = store.changes_since(seen.revision).await.unwrap().unwrap();
    let (_, changed) = &loaded.change.upserts[0];
    assert_eq!(
        (&*changed.name, &*changed.updated_by),
        ("改名", "another program")
    );
    assert!(changed.revision > seen.revision && changed.updated_at > Timestamp::UNIX_EPOCH);
    assert_eq!(loaded.change.removals, [(LayerId::GRIDS, seen.ids[1])]);
    assert!(
        store
            .changes_since(loaded.change.revision)
            .await
            .unwrap()
            .is_none()
    );
    let path = location.path().to_str().unwrap();
    let sql = "UPDATE grids SET household_count = 7, kind = 'basic' WHERE code = 'G1'";
    run(
        "ogrinfo",
        &["-q", path, "-dialect", "OGRSQL", "-sql", "SELECT 1"],
    );
    run("ogrinfo", &["-q", path, "-sql", sql]);
    let again = store
        .changes_since(loaded.change.revision)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        again.change.upserts[0]
            .1
            .attribute(LayerId::GRIDS.schema(), "household_count"),
        &Value::Integer(7)
    );
}

#[tokio::test]
async fn a_dropped_writer_leaves_nothing_and_a_stale_or_doubled_one_is_refused() {
    let (_folder, _location, store) = fresh().await;
    let first = store
        .apply(&[insert("G1")], "test", Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    let mut writer = store.begin("test", Timestamp::UNIX_EPOCH).await.unwrap();
    writer.apply(&[insert("G2")]).await.unwrap();
    drop(writer);
    assert_eq!(store.revision().await.unwrap(), first.revision);
    let double = store
        .apply(&[insert("G3"), insert("G1")], "test", Timestamp::UNIX_EPOCH)
        .await;
    assert!(matches!(double, Err(StoreError::Duplicate { code, .. }) if code == "G1"));
    let update = |expected| Edit::Update {
        layer: LayerId::GRIDS,
        id: first.ids[0],
        expected,
        draft: grid("G9"),
    };
    let second = store
        .apply(
            &[update(Some(first.revision))],
            "test",
            Timestamp::UNIX_EPOCH,
        )
        .await
        .unwrap();
    let stale = store
        .apply(
            &[update(Some(first.revision))],
            "test",
            Timestamp::UNIX_EPOCH,
        )
        .await;
    assert!(matches!(stale, Err(StoreError::Stale { current, .. }) if current == second.revision));
    let gone = Edit::Delete {
        layer: LayerId::GRIDS,
        id: FeatureId(99),
        expected: None,
    };
    assert!(matches!(
        store.apply(&[gone], "test", Timestamp::UNIX_EPOCH).await,
        Err(StoreError::NoSuchFeature { .. })
    ));
    assert_eq!(store.load_all().await.unwrap().change.upserts.len(), 1);
}

#[tokio::test]
async fn a_change_that_sqlite_rolled_back_itself_does_not_stop_the_next() {
    let (_folder, location, store) = fresh().await;
    // RAISE(ROLLBACK) ends the transaction as a full disk does: without a word from us
    sqlite3(
        location.path(),
        "CREATE TRIGGER full BEFORE INSERT ON grids WHEN NEW.code = 'FULL' BEGIN SELECT RAISE(ROLLBACK, 'full'); END",
    );
    let change = [insert("BEFORE"), insert("FULL")];
    let refused = store.apply(&change, "test", Timestamp::UNIX_EPOCH).await;
    assert!(refused.is_err());
    let next = [insert("NEXT")];
    let applied = store.apply(&next, "test", Timestamp::UNIX_EPOCH).await;
    applied.unwrap();
    assert_eq!(
        sqlite3(location.path(), "SELECT code FROM grids").trim(),
        "NEXT"
    );
}

#[tokio::test]
async fn a_spatial_index_that_gdal_added_does_not_stop_us() {
    let (_folder, location, store) = fresh().await;
    store
        .apply(&[insert("G1")], "test", Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    run(
        "ogrinfo",
        &[
            "-q",
            location.path().to_str().unwrap(),
            "-sql",
            "SELECT CreateSpatialIndex('grids', 'geom')",
        ],
    );
    assert!(
        sqlite3(
            location.path(),
            "SELECT count(*) FROM sqlite_master WHERE sql LIKE '%ST_MinX%'"
        )
        .trim()
            != "0"
    );
    let added = store
        .apply(&[insert("G2")], "test", Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    let delete = Edit::Delete {
        layer: LayerId::GRIDS,
        id: added.ids[0],
        expected: Some(added.revision),
    };
    store
        .apply(&[delete], "test", Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    assert_eq!(
        sqlite3(location.path(), "SELECT count(*) FROM rtree_grids_geom").trim(),
        "1"
    );
}

#[tokio::test]
async fn values_that_another_program_spoiled_are_left_out_and_named() {
    let (_folder, location, store) = fresh().await;
    store
        .apply(&[insert("G1")], "test", Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    sqlite3(
        location.path(),
        "UPDATE grids SET kind = 'round', household_count = 'many', geom = x'4750000102'",
    );
    let loaded = store.load_all().await.unwrap();
    let fields: Vec<_> = loaded.faults.iter().map(|fault| fault.field).collect();
    assert_eq!(fields, ["geom", "kind", "household_count"]);
    assert_eq!(loaded.change.upserts[0].1.geometry, None);
}

#[tokio::test]
async fn files_that_are_no_store_are_told_apart() {
    let (folder, location, store) = fresh().await;
    drop(store);
    assert!(matches!(
        Store::create(&location).await,
        Err(StoreError::AlreadyThere { .. })
    ));
    let at = |name: &str| StoreLocation::GeoPackage(folder.path().join(name));
    assert!(matches!(
        Store::open(&at("none.gpkg")).await,
        Err(StoreError::Missing { .. })
    ));
    std::fs::write(at("text.gpkg").path(), "not a database").unwrap();
    assert!(matches!(
        Store::open(&at("text.gpkg")).await,
        Err(StoreError::NotAGeoPackage { .. })
    ));
    let points = folder.path().join("points.csv");
    std::fs::write(&points, "x,y\n108.9,34.2\n").unwrap();
    let foreign = at("foreign.gpkg");
    run(
        "ogr2ogr",
        &[
            "-f",
            "GPKG",
            foreign.path().to_str().unwrap(),
            points.to_str().unwrap(),
        ],
    );
    assert!(matches!(
        Store::open(&foreign).await,
        Err(StoreError::Foreign { .. })
    ));
    sqlite3(
        location.path(),
        "UPDATE _sqlx_migrations SET version = 99 WHERE version = 1",
    );
    assert!(matches!(
        Store::open(&location).await,
        Err(StoreError::Newer { migration: 99, .. })
    ));
    assert!(matches!(
        StoreLocation::parse("postgres://host/map"),
        Err(StoreError::UnknownLocation { .. })
    ));
}

#[tokio::test]
async fn gdal_finds_a_valid_geopackage_with_chinese_names() {
    let (folder, location, store) = fresh().await;
    store
        .apply(&[insert("G1")], "test", Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    let copy = folder.path().join("copy.gpkg");
    let features = store
        .load_all()
        .await
        .unwrap()
        .change
        .upserts
        .into_iter()
        .map(|(_, feature)| feature)
        .collect();
    export_geopackage(
        &copy,
        &[(LayerId::GRIDS, features)],
        "test",
        Timestamp::UNIX_EPOCH,
    )
    .await
    .unwrap();
    for path in [location.path(), &copy] {
        let path = path.to_str().unwrap();
        run(
            "/usr/bin/python3",
            &["-m", "osgeo_utils.samples.validate_gpkg", path],
        );
        let said = run("ogrinfo", &["-al", path, "grids"]);
        assert!(
            said.contains("IDENTIFIER=网格") && said.contains("东一网格"),
            "{said}"
        );
    }
    let titles = sqlite3(
        location.path(),
        "SELECT title FROM gpkg_data_columns WHERE table_name = 'grids'",
    );
    assert!(titles.contains("网格类型"), "{titles}");
    let _: Arc<Feature> = store.load_all().await.unwrap().change.upserts.remove(0).1;
}

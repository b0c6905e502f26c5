//! What only the store in one file promises, on real files.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use tempfile::TempDir;

use super::{insert, run};
use crate::domain::{Edit, Feature, LayerId, layers};
use crate::store::{Store, StoreError, StoreLocation, export_geopackage, export_one_layer};

async fn fresh() -> (TempDir, StoreLocation, Store) {
    let folder = tempfile::tempdir().unwrap();
    let location = StoreLocation::GeoPackage(folder.path().join("map.gpkg"));
    let store = Store::create(&location).await.unwrap();
    (folder, location, store)
}

fn path_of(location: &StoreLocation) -> &Path {
    match location {
        StoreLocation::GeoPackage(path) => path,
        StoreLocation::Postgis(_) => panic!("{location} is no file"),
    }
}

fn sqlite3(path: &Path, sql: &str) -> String {
    run("sqlite3", &[path.to_str().unwrap(), sql])
}

#[tokio::test]
async fn a_change_that_sqlite_rolled_back_itself_does_not_stop_the_next() {
    let (_folder, location, store) = fresh().await;
    // RAISE(ROLLBACK) ends the transaction as a full disk does: without a word from us
    sqlite3(
        path_of(&location),
        "CREATE TRIGGER full BEFORE INSERT ON grids WHEN NEW.code = 'FULL' BEGIN SELECT RAISE(ROLLBACK, 'full'); END",
    );
    let change = [insert("BEFORE"), insert("FULL")];
    let refused = store.apply(&change, "test", Timestamp::UNIX_EPOCH).await;
    assert!(refused.is_err());
    let next = [insert("NEXT")];
    let applied = store.apply(&next, "test", Timestamp::UNIX_EPOCH).await;
    applied.unwrap();
    assert_eq!(
        sqlite3(path_of(&location), "SELECT code FROM grids").trim(),
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
            path_of(&location).to_str().unwrap(),
            "-sql",
            "SELECT CreateSpatialIndex('grids', 'geom')",
        ],
    );
    assert!(
        sqlite3(
            path_of(&location),
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
        sqlite3(path_of(&location), "SELECT count(*) FROM rtree_grids_geom").trim(),
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
        path_of(&location),
        "UPDATE grids SET kind = 'round', household_count = 'many', geom = x'4750000102'",
    );
    let loaded = store.load_all().await.unwrap();
    let fields: Vec<_> = loaded
        .change
        .faults
        .iter()
        .map(|fault| fault.field)
        .collect();
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
        Store::open(&at("none.gpkg"), None).await,
        Err(StoreError::Missing { .. })
    ));
    std::fs::write(path_of(&at("text.gpkg")), "not a database").unwrap();
    assert!(matches!(
        Store::open(&at("text.gpkg"), None).await,
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
            path_of(&foreign).to_str().unwrap(),
            points.to_str().unwrap(),
        ],
    );
    assert!(matches!(
        Store::open(&foreign, None).await,
        Err(StoreError::Foreign { .. })
    ));
    sqlite3(
        path_of(&location),
        "UPDATE _sqlx_migrations SET version = 99 WHERE version = 1",
    );
    assert!(matches!(
        Store::open(&location, None).await,
        Err(StoreError::Newer { migration: 99, .. })
    ));
    assert!(matches!(
        StoreLocation::parse("mysql://host/map"),
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
    for path in [path_of(&location), &copy] {
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
        path_of(&location),
        "SELECT title FROM gpkg_data_columns WHERE table_name = 'grids'",
    );
    assert!(titles.contains("网格类型"), "{titles}");
    let _: Arc<Feature> = store.load_all().await.unwrap().change.upserts.remove(0).1;
}

/// Every layer's earlier versions have the columns of the layer's own table, or triggers would fail on a writer.
#[tokio::test]
async fn earlier_versions_have_the_columns_of_their_layer() {
    let (_folder, location, _store) = fresh().await;
    for schema in layers::ALL {
        let columns = |table: String| {
            let sql = format!(
                "SELECT group_concat(name) FROM (SELECT name FROM pragma_table_info('{table}') WHERE name <> 'until' ORDER BY name)"
            );
            sqlite3(path_of(&location), &sql)
        };
        let (own, kept) = (
            columns(schema.id.to_string()),
            columns(format!("{}_history", schema.id)),
        );
        assert_eq!(own, kept);
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_store_is_readable_by_its_owner_alone_and_forgets_what_is_deleted() {
    let (_folder, location, store) = fresh().await;
    let path = path_of(&location);
    let now = Timestamp::UNIX_EPOCH;
    let made = store.apply(&[insert("G1")], "test", now).await.unwrap();
    for end in ["", "-wal", "-shm"] {
        let file = format!("{}{end}", path.display());
        assert_eq!(mode(Path::new(&file)), 0o600, "{file}");
    }
    store.set_setting("secret", "13912345678").await.unwrap();
    assert!(store.forget_setting("secret").await.unwrap());
    let delete = Edit::Delete {
        layer: LayerId::GRIDS,
        id: made.ids[0],
        expected: None,
    };
    store.apply(&[delete], "test", now).await.unwrap();
    store.close().await;
    let bytes = std::fs::read(path).unwrap();
    assert!(!bytes.windows(11).any(|some| some == b"13912345678"));
}

/// Offices copy the one file while it is served.
#[tokio::test]
async fn a_copy_of_the_file_alone_has_every_edit_once_the_store_was_tidied() {
    let (folder, location, store) = fresh().await;
    let path = path_of(&location);
    let now = Timestamp::UNIX_EPOCH;
    store.apply(&[insert("G1")], "test", now).await.unwrap();
    let copied = |name: &str| {
        let copy = folder.path().join(name);
        // by another program: to open and close the file here would drop the locks of this process
        run("cp", &[path.to_str().unwrap(), copy.to_str().unwrap()]);
        sqlite3(&copy, "SELECT count(*) FROM grids")
            .trim()
            .to_owned()
    };
    assert_eq!(copied("before.gpkg"), "0");
    assert!(store.tidy().await.unwrap());
    assert_eq!(copied("after.gpkg"), "1");
    // a reader in the way is not waited for, and the rest is copied later
    let mut reader = store.begin("test", now).await.unwrap();
    reader.apply(&[insert("G2")]).await.unwrap();
    assert!(store.tidy().await.unwrap());
    reader.commit().await.unwrap();
    assert!(store.tidy().await.unwrap());
    assert_eq!(copied("last.gpkg"), "2");
}

/// What is written to a file without a name is lost with the last handle, so nobody may be told that it is kept.
#[tokio::test]
async fn a_file_that_was_deleted_or_replaced_takes_no_writes() {
    let (folder, location, store) = fresh().await;
    let path = path_of(&location);
    let now = Timestamp::UNIX_EPOCH;
    store.apply(&[insert("G1")], "test", now).await.unwrap();
    let seen = store.load_all().await.unwrap();
    let news = async || {
        let news = store.news_since(seen.change.revision, &seen.timeline);
        news.await.err()
    };
    let away = folder.path().join("away.gpkg");
    let mut begun = store.begin("test", now).await.unwrap();
    begun.apply(&[insert("G2")]).await.unwrap();
    std::fs::rename(path, &away).unwrap();
    assert!(matches!(begun.commit().await, Err(StoreError::Gone)));
    let written = store.apply(&[insert("G3")], "test", now).await;
    assert!(matches!(written, Err(StoreError::Gone)), "{written:?}");
    assert!(matches!(
        store.set_setting("a", "b").await,
        Err(StoreError::Gone)
    ));
    assert!(matches!(news().await, Some(StoreError::Gone)));
    std::fs::write(path, "another file").unwrap();
    let written = store.apply(&[insert("G3")], "test", now).await;
    assert!(matches!(written, Err(StoreError::Replaced)), "{written:?}");
    assert!(matches!(news().await, Some(StoreError::Replaced)));
    std::fs::rename(&away, path).unwrap();
    store.apply(&[insert("G4")], "test", now).await.unwrap();
    assert_eq!(
        sqlite3(path, "SELECT group_concat(code) FROM grids").trim(),
        "G1,G4"
    );
}

/// Most programs read the first layer of a file, and no other.
#[tokio::test]
async fn an_export_of_one_layer_has_one_layer_in_it() {
    let (folder, _location, store) = fresh().await;
    let now = Timestamp::UNIX_EPOCH;
    let edits = [insert("G1"), insert("G2")];
    store.apply(&edits, "test", now).await.unwrap();
    let features = store.load_all().await.unwrap().change.upserts;
    let features = features.into_iter().map(|(_, feature)| feature).collect();
    let file = folder.path().join("grids.gpkg");
    export_one_layer(&file, &(LayerId::GRIDS, features), "test", now)
        .await
        .unwrap();
    let path = file.to_str().unwrap();
    let sql = "SELECT group_concat(table_name), min_x, max_y FROM gpkg_contents";
    assert_eq!(sqlite3(&file, sql).trim(), "grids|108.9|34.01");
    let sql = "SELECT group_concat(name) FROM sqlite_master WHERE name LIKE 'minqing%' OR type = 'trigger'";
    assert_eq!(sqlite3(&file, sql).trim(), "", "nothing of a store");
    run(
        "/usr/bin/python3",
        &["-m", "osgeo_utils.samples.validate_gpkg", path],
    );
    let said = run("ogrinfo", &["-al", "-so", path]);
    assert!(
        said.contains("Feature Count: 2") && !said.contains("Layer name: roads"),
        "{said}"
    );
    assert!(matches!(
        Store::open(&StoreLocation::GeoPackage(file.clone()), None).await,
        Err(StoreError::Foreign { .. })
    ));
}

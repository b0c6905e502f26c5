use std::fmt::Write as _;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use super::*;
use crate::domain::layers::ShapeKind;
use crate::ingest::described::describe;

/// A GeoPackage with one record in the table `gates`, whose geometry is this well-known binary; what its own tables call
/// the table and the column is `registered`.
fn geopackage(path: &Path, registered: (&str, &str), binary: &[u8]) {
    let mut blob = b"GP\0\x01\0\0\0\0".to_vec();
    blob.extend(binary);
    let hex = blob.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02X}").unwrap();
        hex
    });
    let (table, column) = registered;
    let sql = format!(
        "CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT); \
         CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER); \
         CREATE TABLE gpkg_spatial_ref_sys (srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER, \
            definition TEXT, srs_name TEXT); \
         CREATE TABLE gates (fid INTEGER PRIMARY KEY, code TEXT, geom BLOB); \
         INSERT INTO gpkg_contents VALUES ('gates', 'features'); \
         INSERT INTO gpkg_geometry_columns VALUES ('{table}', '{column}', 0); \
         INSERT INTO gates VALUES (1, 'G-1', x'{hex}')"
    );
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(async {
        let options = SqliteConnectOptions::new().filename(path);
        let mut file = options.create_if_missing(true).connect().await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
            .execute(&mut file)
            .await
            .unwrap();
        file.close().await.unwrap();
    });
}

/// Well-known binary of a type with these coordinates, of which it says how many there are, if it is a line.
fn binary(kind: u32, coordinates: &[(f64, f64)]) -> Vec<u8> {
    let mut bytes = vec![1];
    bytes.extend(kind.to_le_bytes());
    if kind != 1 {
        bytes.extend(u32::try_from(coordinates.len()).unwrap().to_le_bytes());
    }
    for (x, y) in coordinates {
        bytes.extend(x.to_le_bytes());
        bytes.extend(y.to_le_bytes());
    }
    bytes
}

#[test]
fn a_geometry_column_is_found_in_any_case() {
    for registered in [("gates", "geom"), ("gates", "GEOM"), ("GATES", "Geom")] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("g.gpkg");
        geopackage(&path, registered, &binary(1, &[(108.97, 34.22)]));
        let mut options = Options::new(LayerId::FACILITIES);
        options.crs = Some(Crs::Crs84);
        let (records, report) = read_path(&path, &options).unwrap();
        assert_eq!((records.len(), report.refused), (1, 0), "{registered:?}");
        assert!(records[0].draft.geometry.is_some(), "{registered:?}");
        let columns: Vec<&str> = report
            .columns
            .iter()
            .map(|column| &*column.header)
            .collect();
        assert_eq!(columns, ["fid", "code"], "{registered:?}");
    }
}

#[test]
fn a_layer_of_curves_alone_is_refused_as_curves_and_not_for_want_of_shapes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.gpkg");
    let curve = binary(8, &[(108.97, 34.22), (108.971, 34.221), (108.972, 34.22)]);
    geopackage(&path, ("gates", "geom"), &curve);
    let options = Options::new(LayerId::ROADS);
    let source = open(&path).unwrap();
    let described = describe(&source, &Options::new(LayerId::LAND_USE), "curves").unwrap();
    assert_eq!(described.definition.geometry, ShapeKind::Any);
    let (records, report) = read_path(&path, &options).unwrap();
    assert!(records.is_empty());
    let refused = &report.entries[0];
    assert_eq!(refused.reason, Reason::UnknownShape);
    assert!(refused.zh().contains("曲线"), "{}", refused.zh());
}

//! What is exported comes back as it was, in every form and reference system, and other programs read it.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value as Json;
use tempfile::TempDir;

use crate::connect_clients::python;
use crate::driver::{demo_store, run, said};

/// One community of the demo as a store of its own: what `export all --scope` writes is one.
fn one_community() -> &'static Path {
    static MADE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, store) = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("community.gpkg");
        export(demo_store(), "all", &store, &["--scope", "610113902001"]);
        (folder, store)
    });
    store
}

fn export(store: &Path, layer: &str, to: &Path, more: &[&str]) {
    let (store, to) = (store.to_str().unwrap(), to.to_str().unwrap());
    let mut arguments = vec!["export", layer, "--store", store, "--to", to];
    arguments.extend(more);
    let done = run(&arguments);
    assert!(done.status.success(), "{layer} {to}: {}", said(&done));
}

/// The attributes and the corners of each record, by code.
type Records = BTreeMap<String, (Json, Vec<(f64, f64)>)>;

fn records(folder: &TempDir, store: &Path, layer: &str) -> Records {
    let to = folder.path().join("compare.geojson");
    let _none_yet = std::fs::remove_file(&to);
    export(store, layer, &to, &[]);
    let all: Json = serde_json::from_slice(&std::fs::read(&to).unwrap()).unwrap();
    let each = all["features"].as_array().unwrap().iter();
    each.map(|record| {
        let mut properties = record["properties"].clone();
        // An import keeps the word of its source beside our code: here that is our code.
        properties
            .as_object_mut()
            .unwrap()
            .retain(|field, _| !field.starts_with("source_"));
        let code = properties["code"].as_str().unwrap().to_owned();
        for own in ["revision", "updated_at", "updated_by", "derived"] {
            properties.as_object_mut().unwrap().remove(own);
        }
        let mut corners = Vec::new();
        collect(&record["geometry"]["coordinates"], &mut corners);
        // an outline may begin at another corner
        corners.sort_by(|a, b| a.partial_cmp(b).unwrap());
        corners.dedup();
        (code, (properties, corners))
    })
    .collect()
}

fn collect(json: &Json, all: &mut Vec<(f64, f64)>) {
    match (json[0].as_f64(), json[1].as_f64()) {
        (Some(x), Some(y)) => all.push((x, y)),
        _ => json
            .as_array()
            .into_iter()
            .flatten()
            .for_each(|part| collect(part, all)),
    }
}

#[test]
fn every_form_and_reference_system_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    for (layer, file, export_with, import_with, metres) in [
        ("compounds", "a.geojson", &[][..], &[][..], 0.0),
        ("compounds", "a.geojsonl", &[], &[], 0.0),
        ("compounds", "a.csv", &[], &[], 0.0),
        ("compounds", "a.xlsx", &[], &[], 0.0),
        ("compounds", "a.fgb", &[], &[], 0.0),
        ("compounds", "a.shp.zip", &[], &[], 0.0),
        (
            "compounds",
            "a.shp.zip",
            &["--encoding", "GBK", "--crs", "EPSG:4524"],
            &[],
            1e-4,
        ),
        ("compounds", "a.gpkg", &[], &["--part", "compounds"], 0.0),
        (
            "risk_points",
            "a.geojson",
            &["--crs", "EPSG:4545"],
            &[],
            1e-4,
        ),
        ("risk_points", "a.geojson", &["--crs", "GCJ02"], &[], 1e-3),
        ("risk_points", "a.csv", &["--crs", "BD09"], &[], 1e-3),
        (
            "risk_points",
            "a.xlsx",
            &["--crs", "EPSG:4508"],
            &["--crs", "EPSG:4508"],
            1e-4,
        ),
        ("risk_points", "a.fgb", &["--crs", "EPSG:3857"], &[], 1e-4),
        ("entrances", "a.shp.zip", &["--crs", "EPSG:4490"], &[], 1e-4),
        ("households", "a.csv", &["--filter", "floor = 3"], &[], 0.0),
        ("roads", "a.fgb", &[], &[], 0.0),
    ] {
        let to = folder.path().join(file);
        let _none_yet = std::fs::remove_file(&to);
        export(one_community(), layer, &to, export_with);
        let store = folder.path().join("back.gpkg");
        for end in ["", "-wal", "-shm"] {
            let _none_yet = std::fs::remove_file(format!("{}{end}", store.display()));
        }
        let (text, store_text) = (to.to_str().unwrap(), store.to_str().unwrap());
        let mut arguments = vec!["import", text, "--layer", layer, "--store", store_text];
        arguments.extend(import_with);
        let done = run(&arguments);
        assert!(
            matches!(done.status.code(), Some(0 | 1)),
            "{layer} {file} {export_with:?}: {}",
            said(&done)
        );
        let filtered = export_with.contains(&"--filter");
        let mut was = records(&folder, one_community(), layer);
        was.retain(|_, (properties, _)| !filtered || properties["floor"] == 3);
        let is = records(&folder, &store, layer);
        assert_eq!(was.len(), is.len(), "{layer} {file}: {}", said(&done));
        for (code, (properties, corners)) in &was {
            let (back, again) = is
                .get(code)
                .unwrap_or_else(|| panic!("{layer} {file}: no {code}"));
            for (field, value) in properties.as_object().unwrap() {
                // What the place tells is derived again only where the areas are there.
                let is_parent = field.ends_with("_code") && back[field].is_null();
                assert!(
                    is_parent || back[field] == *value,
                    "{layer} {file} {code}.{field}: {} {value}",
                    back[field]
                );
            }
            assert_eq!(corners.len(), again.len(), "{layer} {file} {code}");
            let off = 1e-9 + metres / 90_000.0;
            for (a, b) in corners.iter().zip(again) {
                let fits = (a.0 - b.0).abs() <= off && (a.1 - b.1).abs() <= off;
                assert!(
                    fits || metres > 0.0
                        && corners
                            .iter()
                            .any(|c| (c.0 - b.0).abs() <= off && (c.1 - b.1).abs() <= off),
                    "{layer} {file} {code}: {a:?} {b:?}"
                );
            }
        }
    }
}

#[test]
fn gdal_reads_what_is_exported() {
    let folder = tempfile::tempdir().unwrap();
    let count = records(&folder, one_community(), "compounds").len();
    for (file, more) in [
        ("b.geojson", &[][..]),
        ("b.geojsonl", &[]),
        ("b.gpkg", &[]),
        ("b.fgb", &["--crs", "EPSG:4524"]),
        ("b.csv", &[]),
        ("b.xlsx", &[]),
        ("b.shp.zip", &["--crs", "EPSG:4545"]),
        ("c.shp.zip", &["--encoding", "GBK"]),
    ] {
        let to: PathBuf = folder.path().join(file);
        export(one_community(), "compounds", &to, more);
        let name = if file.ends_with(".geojsonl") {
            format!("GeoJSONSeq:{}", to.display())
        } else {
            to.display().to_string()
        };
        let mut arguments = vec!["-al".to_owned(), name];
        if file.ends_with(".gpkg") {
            arguments.extend(["-where".to_owned(), "1=1".to_owned()]);
            // the first and only layer, as most programs take it
            arguments = vec![
                "-geom=NO".to_owned(),
                "-al".to_owned(),
                arguments[1].clone(),
            ];
        }
        let done = Command::new("ogrinfo").args(&arguments).output();
        let done = done.expect("ogrinfo is not installed: scripts/install-test-tools");
        let told = said(&done);
        assert!(
            told.contains(&format!("Feature Count: {count}")),
            "{file}: {}",
            &told[..told.len().min(1500)]
        );
        assert!(
            told.contains("文霞新村") && told.contains("青池巷1号"),
            "{file}: {}",
            &told[..told.len().min(3000)]
        );
        if file.ends_with(".zip") || file == "b.fgb" {
            assert!(
                told.contains("CGCS2000") || file == "c.shp.zip",
                "{file}: {}",
                &told[..told.len().min(1500)]
            );
        }
    }
}

/// Prints for each file how many records geopandas finds without being given a layer, a name of one, and the system.
const GEOPANDAS: &str = r"
import geopandas, sys
for path in sys.argv[1:]:
    frame = geopandas.read_file(path)
    names = frame[next(c for c in frame.columns if c in ('name', '名称'))]
    print(len(frame), '文霞新村' in set(names), frame.geometry.is_valid.all(), frame.crs.to_epsg(), len(frame.geometry.dropna()))
";

#[test]
fn geopandas_reads_the_layer_of_an_export_without_being_given_its_name() {
    let Some(python) = python("python") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let count = records(&folder, one_community(), "compounds").len();
    let files = ["b.gpkg", "b.geojson", "b.fgb", "b.shp.zip"].map(|file| folder.path().join(file));
    for file in &files {
        export(one_community(), "compounds", file, &[]);
    }
    let done = Command::new(python)
        .args(["-c", GEOPANDAS])
        .args(&files)
        .env("PYTHONIOENCODING", "utf-8")
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", said(&done));
    let lines = String::from_utf8_lossy(&done.stdout).into_owned();
    let read: Vec<&str> = lines.lines().collect();
    assert_eq!(
        read,
        [format!("{count} True True 4326 {count}").as_str(); 4],
        "{files:?}"
    );
}

#[test]
fn a_scope_and_what_a_form_cannot_hold() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("scope.geojson");
    export(demo_store(), "grids", &to, &["--scope", "610113902001"]);
    let all: Json = serde_json::from_slice(&std::fs::read(&to).unwrap()).unwrap();
    let grids = all["features"].as_array().unwrap();
    assert!(
        !grids.is_empty()
            && grids.iter().all(|grid| grid["properties"]["code"]
                .as_str()
                .unwrap()
                .starts_with("610113902001"))
    );
    let store = one_community().to_str().unwrap();
    for (layer, file, more, words) in [
        ("posts", "a.fgb", &[][..], "no shapes"),
        ("households", "a.fgb", &[], "have no shape"),
        ("compounds", "a.dwg", &[], ".shp.zip"),
        ("compounds", "a.gpkg", &["--crs", "EPSG:4545"], "EPSG:4326"),
        ("compounds", "a.csv", &["--encoding", "GBK"], "--encoding"),
        (
            "compounds",
            "a.shp.zip",
            &["--encoding", "Big5"],
            "UTF-8 or GBK",
        ),
        ("all", "a.csv", &[], "one layer"),
        ("compounds", "scope.geojson", &[], "already"),
        (
            "compounds",
            "x.geojson",
            &["--crs", "EPSG:2381"],
            "local transformation",
        ),
    ] {
        let to = folder.path().join(file);
        let mut arguments = vec![
            "export",
            layer,
            "--store",
            store,
            "--to",
            to.to_str().unwrap(),
        ];
        arguments.extend(more);
        let done = run(&arguments);
        assert_eq!(done.status.code(), Some(2), "{layer} {file}");
        assert!(
            said(&done).contains(words),
            "{layer} {file}: {}",
            said(&done)
        );
    }
}

/// The entries of a directory of `PMTiles`: number, offset, length.
fn entries(bytes: &[u8]) -> Vec<(u64, u64, u64)> {
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(bytes)
        .read_to_end(&mut text)
        .unwrap();
    let mut rest = text.into_iter();
    let mut number = || {
        let (mut value, mut shift) = (0_u64, 0);
        loop {
            let byte = rest.next().unwrap();
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return value;
            }
            shift += 7;
        }
    };
    let count = number();
    let mut columns: Vec<Vec<u64>> = Vec::new();
    for _ in 0..4 {
        columns.push((0..count).map(|_| number()).collect());
    }
    let (mut id, mut end) = (0, 0);
    (0..columns[0].len())
        .map(|at| {
            id += columns[0][at];
            let offset = if columns[3][at] == 0 {
                end
            } else {
                columns[3][at] - 1
            };
            end = offset + columns[2][at];
            (id, offset, columns[2][at])
        })
        .collect()
}

#[test]
fn tiles_in_one_file_are_those_that_are_served() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("grids.pmtiles");
    export(one_community(), "grids", &to, &[]);
    let file = std::fs::read(&to).unwrap();
    let number = |at: usize| u64::from_le_bytes(file[at..at + 8].try_into().unwrap()) as usize;
    assert_eq!(&file[..8], b"PMTiles\x03");
    let part = |at: usize| &file[number(at)..number(at) + number(at + 8)];
    assert_eq!(number(56) + number(64), file.len());
    let all = entries(part(8));
    assert_eq!(number(72), all.len());
    assert!(all.len() > 15 && all[0].0 == 0, "{all:?}");
    for (_, offset, length) in &all {
        let tile = &part(56)[*offset as usize..(*offset + *length) as usize];
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(tile)
            .read_to_end(&mut bytes)
            .unwrap();
        // a layer, and its name
        assert_eq!(bytes[0], 0x1A);
        assert!(bytes.windows(5).any(|word| word == b"grids"));
    }
    let mut about = String::new();
    flate2::read::GzDecoder::new(part(24))
        .read_to_string(&mut about)
        .unwrap();
    let about: Json = serde_json::from_str(&about).unwrap();
    assert_eq!(about["vector_layers"][0]["id"], "grids");
    let west = i32::from_le_bytes(file[102..106].try_into().unwrap());
    assert!((1_089_000_000..1_090_000_000).contains(&west), "{west}");
}

//! Readers that others wrote see in a vector tile what the GeoJSON tile of the same address says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use minqing::domain::LayerId;
use minqing::map::MapSnapshot;
use minqing::tile::{TileAddress, TileRequest, geojson, mvt};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value;

use crate::map::{feature, snapshot, with};
use crate::shapes::{root, shape};

const LAYERS: [LayerId; 3] = [LayerId::RISK_POINTS, LayerId::GRIDS, LayerId::ROADS];

/// Ids by layer, each with the kind of its geometry and its properties.
type Contents = BTreeMap<String, Vec<(i64, String, Value)>>;

/// Three layers of shapes of every kind with attributes, the same at each run.
fn mixed_map() -> MapSnapshot {
    let mut runner = TestRunner::deterministic();
    let shapes = shape();
    snapshot((1..=600_i64).map(|id| {
        let layer = LAYERS[usize::try_from(id % 3).unwrap()];
        let shape = shapes.new_tree(&mut runner).unwrap().current();
        let mut record = feature(layer, id, shape);
        record.name = format!("第{id}号 \"{layer}\"").into();
        let record = match layer {
            LayerId::GRIDS => with(record, layer, "resident_count", id * 7 - 300),
            LayerId::ROADS => with(record, layer, "width_m", 0.1 * id as f64),
            _ => with(record, layer, "level", "red"),
        };
        (layer, record)
    }))
}

/// Tiles of every zoom that are not empty, with what the GeoJSON tile says is in them.
fn tiles(folder: &Path) -> Vec<(TileAddress, PathBuf, Contents)> {
    let map = mixed_map();
    let mut address = root();
    let mut tiles = Vec::new();
    while address.z() < 19 {
        let request = TileRequest::new(LAYERS.to_vec(), address);
        let bytes = mvt(&map, &request).unwrap();
        let said: Value = serde_json::from_slice(&geojson(&map, &request).unwrap().body).unwrap();
        let mut contents = Contents::new();
        for feature in said["features"].as_array().unwrap() {
            let mut properties = feature["properties"].clone();
            let layer = properties.as_object_mut().unwrap().remove("layer").unwrap();
            contents
                .entry(layer.as_str().unwrap().to_owned())
                .or_default()
                .push(seen(feature, &properties));
        }
        let file = folder.join(format!("{}.mvt", address.z()));
        std::fs::write(&file, bytes).unwrap();
        let children = address.children().unwrap();
        tiles.push((address, file, contents));
        // Down where most is.
        address = children
            .into_iter()
            .max_by_key(|child| {
                mvt(&map, &TileRequest::new(LAYERS.to_vec(), *child))
                    .unwrap()
                    .len()
            })
            .unwrap();
    }
    tiles
}

fn seen(feature: &Value, properties: &Value) -> (i64, String, Value) {
    let kind = feature["geometry"]["type"]
        .as_str()
        .unwrap()
        .trim_start_matches("Multi")
        .to_owned();
    (feature["id"].as_i64().unwrap(), kind, properties.clone())
}

fn run(command: &mut Command) -> Vec<u8> {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?} is needed by this test: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

#[test]
fn the_reader_of_map_libraries_sees_the_features_of_the_geojson_tile() {
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tile-clients");
    if !clients.join("node_modules/pbf").exists() {
        run(Command::new("npm")
            .args(["ci", "--no-fund", "--no-audit"])
            .current_dir(&clients));
    }
    let folder = tempfile::tempdir().unwrap();
    let tiles = tiles(folder.path());
    assert_eq!(tiles.len(), 7);
    let mut command = Command::new("node");
    command.arg(clients.join("read.js"));
    for (address, file, _) in &tiles {
        command.arg(file).args(
            [address.z().into(), address.x(), address.y()].map(|number: u32| number.to_string()),
        );
    }
    let read: Vec<Value> = serde_json::from_slice(&run(&mut command)).unwrap();
    let mut count = 0;
    for ((address, _, expected), layers) in tiles.iter().zip(&read) {
        let mut found = Contents::new();
        for (name, layer) in layers.as_object().unwrap() {
            assert_eq!(
                (layer["version"].as_i64(), layer["extent"].as_i64()),
                (Some(2), Some(4096))
            );
            let features = layer["features"].as_array().unwrap();
            count += features.len();
            found.insert(
                name.clone(),
                features
                    .iter()
                    .map(|feature| seen(feature, &feature["properties"]))
                    .collect(),
            );
        }
        assert_eq!(found.len(), expected.len(), "{address}");
        for ((layer, found), expected) in found.iter().zip(expected.values()) {
            assert_eq!(found.len(), expected.len(), "{layer} of {address}");
            for (found, expected) in found.iter().zip(expected) {
                assert_eq!(found, expected, "{layer} of {address}");
            }
        }
    }
    assert!(count > 500, "{count} features were read");
}

#[test]
fn gdal_sees_the_features_of_the_geojson_tile() {
    let folder = tempfile::tempdir().unwrap();
    let mut count = 0;
    for (address, file, expected) in tiles(folder.path()) {
        for (layer, features) in &expected {
            let option = |name: &str, number: u32| format!("{name}={number}");
            let output = run(Command::new("ogr2ogr")
                .args(["-f", "GeoJSON", "/vsistdout/"])
                .args(["-oo", "CLIP=NO"])
                .args(["-oo", &option("Z", address.z().into())])
                .args(["-oo", &option("X", address.x())])
                .args(["-oo", &option("Y", address.y())])
                .arg(format!("MVT:{}", file.display()))
                .arg(layer));
            let read: Value = serde_json::from_slice(&output).unwrap();
            let found: Vec<(i64, String)> = read["features"]
                .as_array()
                .unwrap()
                .iter()
                .map(|feature| {
                    let (id, kind, _) = seen(
                        &serde_json::json!({"id": feature["properties"]["mvt_id"], "geometry": feature["geometry"]}),
                        &Value::Null,
                    );
                    (id, kind)
                })
                .collect();
            let features: Vec<_> = features
                .iter()
                .map(|(id, kind, _)| (*id, kind.clone()))
                .collect();
            assert_eq!(found, features, "{layer} of {address}");
            count += found.len();
        }
    }
    assert!(count > 500, "{count} features were read");
}

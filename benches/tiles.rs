//! Tiles against Martin on PostGIS and against geojson-vt:
//! `scripts/with-postgis cargo bench --bench tiles [-- encode | postgis | mvt | geojson | size]`.
//!
//! `postgis` asks PostGIS alone for what Martin asks it, over four connections: no server on it is quicker than that.
//! `encode` needs no peer: vector tiles in process, on one thread, by the first way and from prepared shapes.
//!
//! 300,000 buildings with name and id. Vector tiles over HTTP, uncached: `minqing serve` on a GeoPackage and Martin on a
//! PostGIS table are asked for the same tiles by `wrk` in turns. GeoJSON in process: one thread of ours and geojson-vt
//! in Node. Ids are compared before anything is timed. PostGIS is at `MINQING_POSTGIS`; `scripts/bench-peers` installs
//! the peers.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::disallowed_methods,
    reason = "a program that prints a table and stops at the first surprise"
)]

mod asking;
#[expect(dead_code, reason = "other sets are for other benchmarks")]
mod data;
#[expect(dead_code, reason = "only ids are compared")]
#[path = "../tests/tile/decode.rs"]
mod decode;
#[path = "tiles/postgis.rs"]
mod postgis;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;
use std::{env, fs, hint};

use asking::{Server, median, told, wrk};
use geojson::FeatureWriter;
use jiff::Timestamp;
use minqing::domain::{Draft, Edit, FeatureId, LayerId, Value};
use minqing::geometry::{BBox, Geometry};
use minqing::map::MapSnapshot;
use minqing::store::{Store, StoreLocation};
use minqing::tile::{self, TileAddress, TileRequest, tiles_touching};
use postgis::{in_postgis, postgis, postgis_alone};

const TURNS: usize = 5;
const BUILDINGS: usize = 300_000;
/// Tiles of each zoom that are asked for.
const TILES: usize = 200;

fn main() {
    let words: Vec<String> = env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let wanted = |name: &str| words.is_empty() || words.iter().any(|word| word == name);
    let shapes = data::buildings(4, 4e4, u32::try_from(BUILDINGS).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let store = folder.join("city.gpkg");
    let map = runtime.block_on(stored(&store, &shapes));
    let extent = map.layer(LayerId::BUILDINGS).extent().unwrap();
    if wanted("encode") {
        encode(&map, extent);
    }
    if wanted("postgis") {
        postgis_alone(folder, &map, &shapes, extent);
    }
    if wanted("mvt") {
        mvt(folder, &store, &shapes, extent);
    }
    if wanted("geojson") {
        geojson(folder, &map, &shapes, extent);
    }
    if wanted("size") {
        sizes(&map, extent);
    }
}

/// Writes the buildings into a store and loads them again, as the service does.
async fn stored(path: &Path, shapes: &[Geometry]) -> MapSnapshot {
    let store = Store::create(&StoreLocation::parse(path.to_str().unwrap()).unwrap())
        .await
        .unwrap();
    let fields = LayerId::BUILDINGS.schema().fields.len();
    let edits = (1..).zip(shapes).map(|(id, shape)| {
        let shape = match shape {
            Geometry::Polygon(polygon) => Geometry::MultiPolygon(polygon.clone().into()),
            other => other.clone(),
        };
        Edit::Insert {
            layer: LayerId::BUILDINGS,
            id: Some(FeatureId(id)),
            draft: Draft {
                code: format!("L{id}").into(),
                name: name(id).into(),
                geometry: Some(shape),
                attributes: vec![Value::Null; fields].into(),
            },
        }
    });
    let edits: Vec<Edit> = edits.collect();
    store
        .apply(&edits, "bench", Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    let start = Instant::now();
    let map = MapSnapshot::build(&store.load_all().await.unwrap().change);
    println!(
        "{BUILDINGS} buildings loaded and indexed in {:.1} s",
        start.elapsed().as_secs_f64()
    );
    map
}

fn name(id: i64) -> String {
    format!("{}号楼", id % 97 + 1)
}

/// Tiles all over the city, the same in every run.
fn tiles(extent: BBox, zoom: u8) -> Vec<TileAddress> {
    let all: Vec<TileAddress> = tiles_touching(extent, zoom).collect();
    // a step that is prime to most counts spreads them
    let step = (all.len() / TILES).max(1);
    all.into_iter().step_by(step).take(TILES).collect()
}

fn path(at: TileAddress) -> String {
    format!("{}/{}/{}", at.z(), at.x(), at.y())
}

/// Vector tiles in process, before and after the shapes are prepared.
fn encode(map: &MapSnapshot, extent: BBox) {
    let rate = |zoom: u8, fields: Option<Vec<&'static str>>| {
        let tiles = tiles(extent, zoom);
        let turn = || {
            let start = Instant::now();
            for at in &tiles {
                let mut request = TileRequest::new(vec![LayerId::BUILDINGS], *at);
                request.fields.clone_from(&fields);
                hint::black_box(tile::mvt(map, &request).unwrap());
            }
            tiles.len() as f64 / start.elapsed().as_secs_f64()
        };
        median((0..TURNS).map(|_| turn()).collect())
    };
    let zooms = [14, 15, 16];
    let all = || zooms.map(|zoom| [rate(zoom, Some(vec!["name"])), rate(zoom, None)]);
    let before = all();
    let start = Instant::now();
    tile::prepare(map);
    println!(
        "shapes of {BUILDINGS} buildings prepared for three zooms in {:.2} s",
        start.elapsed().as_secs_f64()
    );
    println!(
        "| vector tiles in process, a second | name, drawn anew | name, prepared | all fields, drawn anew | all fields, prepared |"
    );
    println!("|---|---:|---:|---:|---:|");
    for ((zoom, [name, whole]), [name_prepared, whole_prepared]) in
        zooms.iter().zip(before).zip(all())
    {
        println!("| z{zoom} | {name:.0} | {name_prepared:.0} | {whole:.0} | {whole_prepared:.0} |");
    }
}

fn mvt(folder: &Path, store: &Path, shapes: &[Geometry], extent: BBox) {
    in_postgis(folder, shapes);
    let store = store.to_str().unwrap();
    let ours = Server::start(
        Command::new(env!("CARGO_BIN_EXE_minqing")).args([
            "serve",
            "--store",
            store,
            "--listen",
            "127.0.0.1:18081",
            "--tile-cache-mib",
            "0",
        ]),
        "http://127.0.0.1:18081",
        "/health/ready",
    );
    let martin = martin(folder);
    println!(
        "| vector tiles | ours, tiles a second | Martin on PostGIS | ratio | bytes, ours / Martin |"
    );
    println!("|---|---:|---:|---:|---:|");
    for zoom in [14, 15, 16] {
        let tiles = tiles(extent, zoom);
        let our_paths: Vec<String> = tiles
            .iter()
            .map(|at| format!("/tiles/buildings/{}.mvt?properties=name", path(*at)))
            .collect();
        let their_paths: Vec<String> = tiles
            .iter()
            .map(|at| format!("/buildings/{}", path(*at)))
            .collect();
        let (mut size, mut count, mut buffer) = ([0, 0], 0, 0);
        for (our, their) in our_paths.iter().zip(&their_paths) {
            let bodies = [ours.get(our), martin.get(their)];
            let [our, their] = bodies.each_ref().map(|body| ids(body));
            // a house in the buffer only is drawn by nobody; Martin takes it by its box, we by its outline
            let missing: Vec<_> = their.difference(&our).collect();
            let more = our.difference(&their).count();
            buffer += missing.len() + more;
            count += our.len();
            assert!(
                missing.len() + more <= 2 + our.len() / 100,
                "{missing:?} are only Martin's, {more} only ours"
            );
            for (size, body) in size.iter_mut().zip(&bodies) {
                *size += body.len();
            }
        }
        let mut rates = [Vec::new(), Vec::new()];
        for _ in 0..TURNS {
            rates[0].push(wrk(folder, &ours.url, &our_paths));
            rates[1].push(wrk(folder, &martin.url, &their_paths));
        }
        let [ours, theirs] = rates.map(median);
        let [our_size, their_size] = size.map(|size| size / tiles.len());
        println!(
            "| z{zoom}: {count} houses in {} tiles, {buffer} in one of the two only | {ours:.0} | {theirs:.0} | {:.1} | {our_size} / {their_size} |",
            tiles.len(),
            ours / theirs,
        );
    }
}

fn ids(body: &[u8]) -> BTreeSet<u64> {
    let layers = decode::decode(body);
    layers.iter().flat_map(decode::Layer::ids).collect()
}

fn martin(folder: &Path) -> Server {
    let config = format!(
        "listen_addresses: '127.0.0.1:18082'
cache_size_mb: 0
postgres:
  connection_string: '{}'
  auto_publish: false
  tables:
    buildings:
      schema: public
      table: buildings
      srid: 4326
      geometry_column: geom
      id_column: id
      geometry_type: POLYGON
      extent: 4096
      buffer: 64
      clip_geom: true
      properties: {{ name: text }}
",
        postgis()
    );
    let file = folder.join("martin.yaml");
    fs::write(&file, config).unwrap();
    let martin = env::var("MINQING_BENCH_MARTIN")
        .unwrap_or_else(|_| "target/bench-martin/bin/martin".to_owned());
    Server::start(
        Command::new(martin).arg("--config").arg(file),
        "http://127.0.0.1:18082",
        "/health",
    )
}

fn geojson(folder: &Path, map: &MapSnapshot, shapes: &[Geometry], extent: BBox) {
    write_features(&folder.join("features.json"), shapes);
    fs::write(folder.join("turns"), TURNS.to_string()).unwrap();
    // as the service does before it serves
    tile::prepare(map);
    println!(
        "| GeoJSON tiles in process | ours, ms | geojson-vt, ms | ratios | bytes, ours / theirs |"
    );
    println!("|---|---:|---:|---:|---:|");
    for zoom in [14, 15, 16] {
        let tiles = tiles(extent, zoom);
        let list: Vec<String> = tiles.iter().map(|at| path(*at)).collect();
        fs::write(folder.join("list"), list.join("\n")).unwrap();
        let write = |at: &TileAddress| {
            let mut request = TileRequest::new(vec![LayerId::BUILDINGS], *at);
            request.fields = Some(vec!["name"]);
            tile::geojson(map, &request).unwrap().body
        };
        let turn = || {
            let start = Instant::now();
            let bytes: usize = tiles.iter().map(|at| write(at).len()).sum();
            (start.elapsed().as_secs_f64() * 1e3, bytes)
        };
        let before: Vec<(f64, usize)> = (0..TURNS).map(|_| turn()).collect();
        let theirs = told(
            Command::new("node")
                .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench-node/geojson_vt.mjs"))
                .arg(folder),
        );
        let after: Vec<(f64, usize)> = (0..TURNS).map(|_| turn()).collect();
        let mut different = 0;
        let found = fs::read_to_string(folder.join("ids")).unwrap();
        for (at, line) in tiles.iter().zip(found.split('\n')) {
            let theirs: BTreeSet<u64> = line
                .split_whitespace()
                .map(|id| id.parse().unwrap())
                .collect();
            let tile: serde_json::Value = serde_json::from_slice(&write(at)).unwrap();
            let ours: BTreeSet<u64> = tile["features"]
                .as_array()
                .unwrap()
                .iter()
                .map(|feature| feature["id"].as_u64().unwrap())
                .collect();
            let here = ours.symmetric_difference(&theirs).count();
            assert!(
                here <= 2 + ours.len() / 100,
                "{}: {here} of {} differ",
                path(*at),
                ours.len()
            );
            different += here;
        }
        let mut way_down = Vec::new();
        let mut theirs_alone = Vec::new();
        for line in theirs.lines() {
            let mut numbers = line.split(' ').map(|number| number.parse::<f64>().unwrap());
            way_down.push(numbers.next().unwrap());
            theirs_alone.push((numbers.next().unwrap(), numbers.next().unwrap() as usize));
        }
        let theirs = theirs_alone;
        let count = tiles.len() as f64;
        let our_bytes = before[0].1 / tiles.len();
        let their_bytes = theirs[0].1 / tiles.len();
        let ms = |turns: Vec<(f64, usize)>| {
            median(turns.into_iter().map(|(ms, _)| ms).collect()) / count
        };
        let (ours, theirs) = (ms([before, after].concat()), ms(theirs));
        let first = theirs + median(way_down) / count;
        println!(
            "| z{zoom}, {different} houses in one of the two only | {ours:.3} | {theirs:.3}, with the way down {first:.2} | {:.1}, {:.1} | {our_bytes} / {their_bytes} |",
            theirs / ours,
            first / ours
        );
    }
}

fn write_features(path: &Path, shapes: &[Geometry]) {
    let mut out =
        FeatureWriter::from_writer(std::io::BufWriter::new(fs::File::create(path).unwrap()));
    for (id, shape) in (1..).zip(shapes) {
        let feature = geojson::Feature {
            id: Some(geojson::feature::Id::Number(id.into())),
            geometry: Some(geojson::Geometry::new(shape.into())),
            properties: Some([("name".to_owned(), name(id).into())].into_iter().collect()),
            ..geojson::Feature::default()
        };
        out.write_feature(&feature).unwrap();
    }
    out.finish().unwrap();
}

/// Tiles of the whole city, where everything crowds.
fn sizes(map: &MapSnapshot, extent: BBox) {
    println!("| whole city | largest MVT, gzip | largest GeoJSON, gzip |");
    println!("|---|---:|---:|");
    for zoom in 10..=13 {
        let gzip = |body: &[u8]| {
            let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
            out.write_all(body).unwrap();
            out.finish().unwrap().len()
        };
        let (mut largest_mvt, mut largest_geojson) = (0, 0);
        for at in tiles_touching(extent, zoom) {
            let request = TileRequest::new(vec![LayerId::BUILDINGS], at);
            let vector = gzip(&tile::mvt(map, &request).unwrap());
            let geojson = gzip(&tile::geojson(map, &request).unwrap().body);
            (largest_mvt, largest_geojson) =
                (largest_mvt.max(vector), largest_geojson.max(geojson));
            assert!(
                vector.max(geojson) <= 500_000,
                "{}: {vector} {geojson}",
                path(at)
            );
        }
        println!("| z{zoom} | {largest_mvt} | {largest_geojson} |");
    }
}

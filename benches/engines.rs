//! Point location against whole engines: `scripts/with-postgis cargo bench --bench engines [-- street | city]`.
//!
//! PostGIS joins over a `GiST` index, `SedonaDB` joins in memory, shapely asks its tree of prepared GEOS shapes. They and we
//! answer the same places in the same run; elapsed time, medians of five turns; every answer is compared. PostGIS is
//! at `MINQING_POSTGIS`, the Python packages at `MINQING_BENCH_PYTHON`.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a program that prints a table and stops at the first surprise"
)]

#[expect(dead_code, reason = "servers are for another benchmark")]
mod asking;
#[expect(dead_code, reason = "one set is for another benchmark")]
mod data;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;
use std::{env, fs, thread};

use asking::{median, told};
use geozero::{CoordDimensions, ToWkb};
use minqing::geometry::cells::{CellIndex, NONE};
use minqing::geometry::{Geometry, LonLat};

const TURNS: usize = 5;

/// The engines that work on two cores, and places they are given: so many that a turn takes some seconds at most.
const POSTGIS_PLACES: usize = 200_000;

/// A name, the side of its square in metres, and how it is made.
type Set = (&'static str, f64, fn() -> Vec<Geometry>);

fn main() {
    let words: Vec<String> = env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let sets: [Set; 4] = [
        ("street grids", 4e3, || data::grids(1, 4e3, 11, 8, 32)),
        ("street buildings", 4e3, || data::buildings(2, 4e3, 631)),
        ("city grids", 4e4, || data::grids(3, 4e4, 200, 100, 28)),
        ("city buildings", 4e4, || data::buildings(4, 4e4, 300_000)),
    ];
    println!(
        "| | million places a second | two threads of ours are faster by | one thread of ours |"
    );
    println!("|---|---:|---:|---:|");
    for (name, side, shapes) in sets {
        if words.is_empty() || words.iter().any(|word| name.contains(word.as_str())) {
            compare(name, &shapes(), &data::places(9, side, 1_000_000));
        }
    }
}

fn compare(name: &str, shapes: &[Geometry], places: &[LonLat]) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(folder, shapes, places);
    let index = CellIndex::build(shapes.iter().map(Some));
    let mut ours = Vec::new();
    index.first_many(places, &mut ours);
    let mut one = Vec::new();
    let mut two = Vec::new();
    let mut rate = |engine: &str, count: usize, ask: &dyn Fn() -> (Vec<f64>, Vec<u32>)| {
        // before and after each engine, so that whatever else the machine does is in both
        let before = (elapsed(&index, places, 1), elapsed(&index, places, 2));
        let (seconds, found) = ask();
        let after = (elapsed(&index, places, 1), elapsed(&index, places, 2));
        assert!(
            found == ours[..count],
            "{name}: {engine} differs: {}",
            first_difference(&found, &ours)
        );
        let theirs = median(seconds) / count as f64;
        let per = |a: f64, b: f64| f64::midpoint(a, b) / places.len() as f64;
        let (ours_one, ours_two) = (per(before.0, after.0), per(before.1, after.1));
        one.push(ours_one);
        two.push(ours_two);
        println!(
            "| {name}: {engine} | {:.3} | {:.0} times | {:.0} times |",
            1e-6 / theirs,
            theirs / ours_two,
            theirs / ours_one
        );
    };
    rate("PostGIS", POSTGIS_PLACES, &|| {
        postgis(folder, POSTGIS_PLACES)
    });
    rate("SedonaDB", places.len(), &|| {
        python("sedona_join.py", folder, places.len())
    });
    rate("shapely", places.len(), &|| {
        python("shapely_join.py", folder, places.len())
    });
    println!(
        "| {name}: ours, one thread / two | {:.1} / {:.1} | | |",
        1e-6 / median(one),
        1e-6 / median(two)
    );
}

fn first_difference(theirs: &[u32], ours: &[u32]) -> String {
    let at = theirs
        .iter()
        .zip(ours)
        .position(|(theirs, ours)| theirs != ours);
    at.map_or_else(String::new, |at| {
        format!("place {at}: {} and {} here", theirs[at], ours[at])
    })
}

/// What the engines read.
fn write(folder: &Path, shapes: &[Geometry], places: &[LonLat]) {
    let mut polygons = String::new();
    let mut copy = String::new();
    for (slot, shape) in shapes.iter().enumerate() {
        let wkb = shape.to_wkb(CoordDimensions::xy()).unwrap();
        let mut hex = String::with_capacity(wkb.len() * 2);
        for byte in wkb {
            write!(hex, "{byte:02x}").unwrap();
        }
        writeln!(polygons, "{hex}").unwrap();
        writeln!(copy, "{slot}\t{hex}").unwrap();
    }
    let bytes = places
        .iter()
        .flat_map(|at| [at.lon(), at.lat()])
        .flat_map(f64::to_le_bytes);
    let mut rows = String::new();
    for (number, at) in places[..POSTGIS_PLACES].iter().enumerate() {
        writeln!(rows, "{number}\t{}\t{}", at.lon(), at.lat()).unwrap();
    }
    fs::write(folder.join("polygons"), polygons).unwrap();
    fs::write(folder.join("polygons.copy"), copy).unwrap();
    fs::write(folder.join("places"), bytes.collect::<Vec<u8>>()).unwrap();
    fs::write(folder.join("places.copy"), rows).unwrap();
    fs::write(folder.join("turns"), TURNS.to_string()).unwrap();
}

/// Elapsed seconds for all places, a median of turns.
fn elapsed(index: &CellIndex, places: &[LonLat], threads: usize) -> f64 {
    let turn = |_| {
        let start = Instant::now();
        thread::scope(|scope| {
            for part in places.chunks(places.len().div_ceil(threads)) {
                scope.spawn(move || {
                    let mut out = Vec::with_capacity(part.len());
                    index.first_many(part, &mut out);
                    std::hint::black_box(out.len())
                });
            }
        });
        start.elapsed().as_secs_f64()
    };
    median((0..TURNS).map(turn).collect())
}

/// The join over a `GiST` index, with the parallel workers that `PostgreSQL` chooses.
fn postgis(folder: &Path, count: usize) -> (Vec<f64>, Vec<u32>) {
    let folder = folder.display();
    let join = "FROM places JOIN polygons ON ST_Intersects(polygons.shape, places.place)";
    let turns = format!("SELECT count(*), sum(slot) {join};\n").repeat(TURNS + 1);
    let script = format!(
        "SET client_min_messages = warning;
         DROP TABLE IF EXISTS polygons, places, rows;
         CREATE UNLOGGED TABLE polygons (slot int, shape geometry);
         \\copy polygons FROM '{folder}/polygons.copy'
         CREATE INDEX ON polygons USING gist (shape);
         CREATE UNLOGGED TABLE rows (number int, lon float8, lat float8);
         \\copy rows FROM '{folder}/places.copy'
         CREATE UNLOGGED TABLE places AS SELECT number, ST_Point(lon, lat) AS place FROM rows;
         VACUUM ANALYZE polygons; VACUUM ANALYZE places;
         \\timing on
         {turns}
         \\timing off
         \\copy (SELECT number, min(slot) {join} GROUP BY number) TO '{folder}/found.copy'\n"
    );
    // psql takes backslash commands only at the start of a line
    let script: Vec<&str> = script.lines().map(str::trim_start).collect();
    let file = format!("{folder}/join.sql");
    fs::write(&file, script.join("\n")).unwrap();
    let address = env::var("MINQING_POSTGIS").expect("MINQING_POSTGIS, see scripts/with-postgis");
    let told = told(Command::new("psql").args([
        "-X",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "-f",
        &file,
        &address,
    ]));
    let seconds = told
        .lines()
        .filter_map(|line| line.strip_prefix("Time: ")?.split(' ').next());
    let seconds = seconds.map(|millis| millis.parse::<f64>().unwrap() / 1e3);
    let mut found = vec![NONE; count];
    for line in fs::read_to_string(format!("{folder}/found.copy"))
        .unwrap()
        .lines()
    {
        let (number, slot) = line.split_once('\t').unwrap();
        found[number.parse::<usize>().unwrap()] = slot.parse().unwrap();
    }
    // the first turn fills the caches
    (seconds.skip(1).collect(), found)
}

fn python(script: &str, folder: &Path, count: usize) -> (Vec<f64>, Vec<u32>) {
    let python = env::var("MINQING_BENCH_PYTHON")
        .unwrap_or_else(|_| "target/bench-python/bin/python".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("benches/engines")
        .join(script);
    let told = told(Command::new(python).arg(script).arg(folder));
    let bytes = fs::read(folder.join("found")).unwrap();
    let found = bytes
        .as_chunks::<4>()
        .0
        .iter()
        .map(|four| u32::from_le_bytes(*four));
    let found: Vec<u32> = found.collect();
    assert_eq!(found.len(), count);
    (
        told.lines().map(|line| line.parse().unwrap()).collect(),
        found,
    )
}

//! A whole city from its store: `cargo bench --bench city_load [-- --households N] [--store LOCATION]`.
//!
//! Makes the store once, below the target folder: the areas and buildings of `minqing demo --size city`, and with
//! `--households` so many synthetic households in them. A process of its own then loads it as `minqing serve` does, and says
//! how long it took, how much memory the process had at most, and the bytes a record takes, layer by layer: those that
//! were asked of the allocator, for the records and for the indexes of the map. A store that is already there is loaded
//! as it is. Beside a PostGIS (`scripts/with-postgis`) the store is then moved into that and loaded from there.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a program that prints a table and stops at the first surprise"
)]

use std::alloc::System;
use std::path::Path;
use std::process::Command;
use std::time::Instant;
use std::{env, fs};

use cap::Cap;
use jiff::Timestamp;
use minqing::demo::{DemoOptions, DemoSize, generate};
use minqing::domain::{Change, Draft, Edit, FeatureId, LayerId, layers};
use minqing::map::MapSnapshot;
use minqing::store::{Store, StoreLocation, Writer};

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// Records that are handed to the store at once.
const AT_ONCE: usize = 10_000;

fn main() {
    let words: Vec<String> = env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let value = |name: &str| {
        let at = words.iter().position(|word| word == name);
        at.map(|at| words.get(at + 1).unwrap().clone())
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if let Some(location) = value("--load") {
        return runtime.block_on(load(
            &location,
            words.iter().any(|word| word == "--by-layer"),
        ));
    }
    let households = value("--households").map_or(0, |count| count.parse().unwrap());
    let location = value("--store").unwrap_or_else(|| {
        let target = env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
        fs::create_dir_all(&target).unwrap();
        format!("{target}/bench-city-{households}.gpkg")
    });
    if !Path::new(&location).exists() && !location.contains("://") {
        let start = Instant::now();
        runtime.block_on(make(&location, households));
        println!("{location} made in {:.0} s", start.elapsed().as_secs_f64());
    }
    drop(runtime);
    let own = env::current_exe().unwrap();
    let load = |location: &str, more: Option<&str>| {
        let mut again = Command::new(&own);
        again.args(["--load", location]).args(more);
        assert!(again.status().unwrap().success());
    };
    load(&location, None);
    load(&location, Some("--by-layer"));
    if let Ok(database) = env::var("MINQING_POSTGIS") {
        let mut migrate = Command::new(env!("CARGO_BIN_EXE_minqing"));
        migrate.args(["migrate", "--from", &location, "--to", &database]);
        assert!(migrate.status().unwrap().success());
        println!("the same from PostGIS:");
        load(&database, None);
    }
}

async fn make(location: &str, households: usize) {
    let part = format!("{location}.part");
    let _ = fs::remove_file(&part);
    let store = Store::create(&StoreLocation::parse(&part).unwrap())
        .await
        .unwrap();
    let mut writer = store.begin("demo", Timestamp::UNIX_EPOCH).await.unwrap();
    let options = DemoOptions {
        size: DemoSize::City,
        ..DemoOptions::default()
    };
    // the measured store has areas and houses alone, as it had before the city got roads and facilities
    let measured = [
        LayerId::SUBDISTRICTS,
        LayerId::COMMUNITIES,
        LayerId::GRIDS,
        LayerId::COMPOUNDS,
        LayerId::BUILDINGS,
    ];
    let mut city = generate(&options).records;
    city.retain(|(layer, ..)| measured.contains(layer));
    let houses: Vec<String> = city
        .iter()
        .filter(|(layer, ..)| *layer == LayerId::BUILDINGS)
        .map(|(.., draft)| draft.code.to_string())
        .collect();
    let city = city
        .into_iter()
        .map(|(layer, id, draft)| insert(layer, id, draft));
    write(&mut writer, city).await;
    let homes = (0..households).map(|n| household(&houses, n, households));
    write(&mut writer, homes).await;
    writer.commit().await.unwrap();
    drop(store);
    // what is still in the log goes into the file when the last one closes it
    let store = Store::open(&StoreLocation::parse(&part).unwrap(), None)
        .await
        .unwrap();
    drop(store);
    for end in ["", "-wal", "-shm"] {
        let _ = fs::rename(format!("{part}{end}"), format!("{location}{end}"));
    }
}

fn insert(layer: LayerId, id: FeatureId, draft: Draft) -> Edit {
    Edit::Insert {
        layer,
        id: Some(id),
        draft,
    }
}

async fn write(writer: &mut Writer, edits: impl Iterator<Item = Edit>) {
    let mut edits = edits.peekable();
    while edits.peek().is_some() {
        let some: Vec<Edit> = edits.by_ref().take(AT_ONCE).collect();
        writer.apply(&some).await.unwrap();
    }
}

/// A flat of a house, as full of facts as those of the demonstration.
fn household(houses: &[String], n: usize, all: usize) -> Edit {
    let schema = LayerId::HOUSEHOLDS.schema();
    let house = n * houses.len() / all;
    let in_house = n - house * all / houses.len();
    let (unit, floor, door) = (in_house % 2 + 1, in_house / 4 + 1, in_house / 2 % 2 + 1);
    let whole = |number: usize| i64::try_from(number).unwrap();
    let code = format!("{}-{unit}-{floor:02}{door:02}-{n}", houses[house]);
    let pick = |of: &[&'static str]| of[n * 7 % of.len()];
    let draft = Draft::new(
        schema,
        code,
        format!("{}号楼{unit}单元{floor}{door:02}", house % 97),
    )
    .with(schema, "entrance_code", format!("{}-{unit}", houses[house]))
    .with(schema, "building_code", houses[house].as_str())
    .with(schema, "floor", whole(floor))
    .with(schema, "room_label", format!("{floor}{door:02}"))
    .with(
        schema,
        "dwelling_use",
        pick(&["owner", "owner", "let", "vacant", "unknown"]),
    )
    .with(schema, "area_band", pick(&["under_50", "50_90", "90_144"]))
    .with(schema, "room_count", whole(n % 4 + 1))
    .with(
        schema,
        "occupants_band",
        pick(&["0", "1", "2", "3_4", "5_plus"]),
    )
    .with(schema, "gas_kind", pick(&["piped", "bottled", "none"]))
    .with(schema, "indoor_ebike_charging", n.is_multiple_of(11))
    .with(schema, "smoke_alarm", n.is_multiple_of(3))
    .with(schema, "needs_visit", n.is_multiple_of(40))
    .with(
        schema,
        "last_checked_on",
        jiff::civil::date(
            2026,
            1 + i8::try_from(n % 11).unwrap(),
            1 + i8::try_from(n % 28).unwrap(),
        ),
    )
    .with(schema, "source", "入户核查");
    insert(LayerId::HOUSEHOLDS, FeatureId(whole(n) + 1), draft)
}

/// Loads the store and says what it took.
async fn load(location: &str, by_layer: bool) {
    let start = Instant::now();
    let store = Store::open(&StoreLocation::parse(location).unwrap(), None)
        .await
        .unwrap();
    let loaded = store.load_all().await.unwrap();
    assert!(
        loaded.change.faults.is_empty(),
        "{:?}",
        loaded.change.faults.first()
    );
    let read = start.elapsed().as_secs_f64();
    if by_layer {
        return bytes(loaded.change);
    }
    let map = MapSnapshot::from(loaded.change);
    let all = start.elapsed().as_secs_f64();
    let count: usize = map.layers().map(minqing::map::LayerTable::len).sum();
    println!(
        "{count} records in {all:.1} s ({read:.1} s to read them), {} MiB at most, {} MiB in the end",
        status("VmHWM") / 1024,
        status("VmRSS") / 1024
    );
    if let Some(tile_ready) = env::var_os("MINQING_BENCH_PREPARE") {
        drop(tile_ready);
        let start = Instant::now();
        minqing::tile::prepare(&map);
        println!(
            "tiles prepared in {:.1} s, {} MiB at most",
            start.elapsed().as_secs_f64(),
            status("VmHWM") / 1024
        );
    }
}

/// The bytes of each layer: of its records, and of its indexes.
fn bytes(mut change: Change) {
    println!("| layer | records | bytes a record | bytes of indexes a record |");
    println!("|---|---:|---:|---:|");
    for schema in layers::ALL {
        let is_own = |(layer, _): &(LayerId, _)| *layer == schema.id;
        let own = Change {
            revision: change.revision,
            upserts: change
                .upserts
                .iter()
                .filter(|record| is_own(record))
                .cloned()
                .collect(),
            removals: Vec::new(),
            others: Vec::new(),
            faults: Vec::new(),
        };
        let count = own.upserts.len();
        if count == 0 {
            continue;
        }
        let before = MEMORY.allocated();
        let map = MapSnapshot::build(&own);
        let indexes = MEMORY.allocated() - before;
        drop((map, own));
        let before = MEMORY.allocated();
        change.upserts.retain(|record| !is_own(record));
        let records = before - MEMORY.allocated();
        let each = |bytes: usize| bytes as f64 / count as f64;
        println!(
            "| {} | {count} | {:.0} | {:.0} |",
            schema.id,
            each(records),
            each(indexes)
        );
    }
}

/// A figure of this process, in KiB.
fn status(name: &str) -> u64 {
    let all = fs::read_to_string("/proc/self/status").unwrap();
    let line = all.lines().find(|line| line.starts_with(name));
    line.unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap()
}

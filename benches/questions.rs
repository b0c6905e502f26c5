//! What is near, and what is called this: `cargo bench --bench questions [-- nearest | search]`.
//!
//! 1,000,000 buildings in 30,000 compounds, in memory. Each way beside the one that was before: a box around the place that
//! grows until it holds enough, and every record read at each question. Answers are compared first. CPU time of the thread.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a program that prints a table and stops at the first surprise"
)]

#[expect(dead_code, reason = "other sets are for other benchmarks")]
mod data;

use std::convert::Infallible;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs};

use cpu_time::ThreadTime;
use data::Dice;
use jiff::Timestamp;
use minqing::domain::{Change, Feature, FeatureId, LayerId, Revision, Value};
use minqing::geometry::measure::{degrees_around, distance_to_m};
use minqing::geometry::{Geometry, LonLat};
use minqing::map::{LayerTable, MapSnapshot};
use minqing::query::nearest::nearest;
use minqing::query::search;

const BUILDINGS: u32 = 1_000_000;
const COMPOUNDS: u32 = 30_000;
const SIDE_M: f64 = 7.3e4;

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    let wanted = |word: &str| {
        let mut named = words
            .iter()
            .filter(|word| !word.starts_with('-'))
            .peekable();
        named.peek().is_none() || named.any(|named| named == word)
    };
    let map = city();
    println!("{} buildings, {} MiB", BUILDINGS, resident() / 1024);
    if wanted("nearest") {
        near(map.layer(LayerId::BUILDINGS));
    }
    if wanted("search") {
        called(&map);
    }
}

fn near(table: &LayerTable) {
    let middle = LonLat::new(108.96, 34.22).unwrap();
    // the data reach 0.4 degrees to the east and 0.33 to the north
    let all = [
        ("among them", data::places(5, SIDE_M * 0.9, 2000), 200),
        ("7 km off", vec![at(108.96 + 0.397 + 0.076, 34.22)], 5),
        (
            "7 km off a corner",
            vec![at(108.96 + 0.397 + 0.054, 34.22 + 0.33 + 0.045)],
            5,
        ),
        ("50 km off", vec![at(108.96, 35.0)], 2),
        ("1,000 km off", vec![at(120.0, 34.0), at(109.0, 43.2)], 1),
        ("on the other side of the earth", vec![at(-71.0, -34.2)], 1),
        ("in the middle, all refused but 30 km away", vec![middle], 1),
    ];
    println!("\n| nearest, milliseconds | new | old | times |\n|---|---:|---:|---:|");
    for (name, places, old_turns) in all {
        let is_refused = name.contains("refused");
        let accept = |feature: &Feature| !is_refused || feature.id.0 == 1;
        for limit in [1, 10] {
            let new = |place| {
                let Ok(hits) = nearest(table, place, limit, None, |feature| {
                    Ok::<_, Infallible>(accept(feature))
                });
                let told = hits.iter().map(|hit| (hit.distance_m, hit.feature.id));
                told.collect::<Vec<_>>()
            };
            let old = |place| widening(table, place, limit, accept);
            for place in places.iter().take(3) {
                assert_eq!(new(*place), old(*place), "{name}");
            }
            let turns = places.len().max(7);
            let [new, old] = [
                median(turns, |turn| new(places[turn % places.len()]).len()),
                median(old_turns, |turn| old(places[turn % places.len()]).len()),
            ];
            println!(
                "| {limit} {name} | {:.3} | {:.3} | {:.1} |",
                new * 1e3,
                old * 1e3,
                old / new
            );
        }
    }
}

/// The way before: a box that grows by 4 until it holds enough.
fn widening(
    table: &LayerTable,
    place: LonLat,
    limit: usize,
    accept: impl Fn(&Feature) -> bool,
) -> Vec<(f64, FeatureId)> {
    let farthest_m = 20_037_600.0;
    let mut radius_m = 100.0_f64;
    loop {
        let mut near: Vec<(f64, FeatureId)> = table
            .in_envelope(degrees_around(place, radius_m))
            .filter(|feature| accept(feature))
            .filter_map(|feature| {
                let metres = distance_to_m(place, feature.geometry.as_deref()?);
                (metres <= radius_m).then_some((metres, feature.id))
            })
            .collect();
        if near.len() >= limit || radius_m >= farthest_m {
            near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            near.truncate(limit);
            return near;
        }
        radius_m = (radius_m * 4.0).min(farthest_m);
    }
}

/// The questions that are asked the other way too.
const COMPARED: [&str; 5] = [
    "翠明家属院12号楼",
    "1",
    "cuimingjiashuyuan12haolou",
    "翠mingjsy12号楼",
    "没有这个名字",
];

fn called(map: &MapSnapshot) {
    let questions = [
        "翠明家属院",
        "翠明家属院12号楼",
        "家属院",
        "12号楼",
        "号",
        "1",
        "6101130000012345",
        "cmjsy",
        "cuimingjiashuyuan",
        "cuimingjiashuyuan12haolou",
        "yuan",
        "a",
        "翠mingjsy12号楼",
        "雁翠路77号",
        "没有这个名字",
        "nothinghere",
    ];
    let ask = |asked: &str| {
        let found = search::search(map, asked, 20);
        let hits = found.hits.iter();
        let hits = hits.map(|hit| (hit.layer, hit.feature.id, hit.matched));
        (found.matched, hits.collect::<Vec<_>>())
    };
    // to read every record takes seconds: each kind of question once
    let one_by_one = questions.map(|asked| {
        COMPARED.contains(&asked).then(|| {
            let began = ThreadTime::now();
            let hits = ask(asked);
            (hits, began.elapsed().as_secs_f64())
        })
    });
    let before = resident();
    let began = ThreadTime::now();
    search::prepare(map);
    let bytes = (resident() - before) * 1024;
    println!(
        "\nnames made in {:.1} s, {} MiB, {} bytes a record",
        began.elapsed().as_secs_f64(),
        bytes >> 20,
        bytes / u64::from(BUILDINGS + COMPOUNDS)
    );
    println!("\n| search, milliseconds | found | by names | one by one | times |");
    println!("|---|---:|---:|---:|---:|");
    for (asked, one_by_one) in questions.iter().zip(one_by_one) {
        let hits = ask(asked);
        let new = median(9, |_| ask(asked).0);
        let beside = one_by_one.map_or_else(
            || "| ".to_owned(),
            |(plainly, old)| {
                assert_eq!(hits, plainly, "{asked}");
                format!("{:.0} | {:.0}", old * 1e3, old / new)
            },
        );
        println!("| {asked} | {} | {:.2} | {beside} |", hits.0, new * 1e3);
    }
}

fn city() -> MapSnapshot {
    let mut dice = Dice::new(11);
    let syllables: Vec<char> = "翠明文霞雁兰青林朝阳安平都行长东南园绿城水秀春晓金桂玉泉"
        .chars()
        .collect();
    let kinds = ["小区", "家属院", "花园", "公寓", "新村", "苑"];
    let mut part = |of: usize| usize::try_from(dice.below(u32::try_from(of).unwrap())).unwrap();
    let compounds: Vec<String> = (0..COMPOUNDS)
        .map(|n| {
            if n == 0 {
                return "翠明家属院".to_owned();
            }
            let mut name: String = (0..2 + part(2))
                .map(|_| syllables[part(syllables.len())])
                .collect();
            name.push_str(kinds[part(kinds.len())]);
            name
        })
        .collect();
    let mut upserts = Vec::new();
    for (n, name) in compounds.iter().enumerate() {
        let code = format!("610113{:06}X{:02}", n / 30, n % 30);
        let address = format!("雁翠路{}号", n % 900);
        let says = [("address", &*address), ("aliases", "老家属院")];
        let says = if n % 4 == 0 { &says[..] } else { &says[..1] };
        upserts.push((
            LayerId::COMPOUNDS,
            record(LayerId::COMPOUNDS, n, &code, name, None, says),
        ));
    }
    let shapes = data::buildings(4, SIDE_M, BUILDINGS);
    for (n, shape) in shapes.into_iter().enumerate() {
        let compound = n % compounds.len();
        let number = n / compounds.len() + 1;
        // as in a town: some with the name of the compound, some without
        let name = if compound.is_multiple_of(3) {
            format!("{number}号楼")
        } else {
            format!("{}{number}号楼", compounds[compound])
        };
        let above = format!("610113{:06}X{:02}", compound / 30, compound % 30);
        let address = format!("雁翠路{}号{number}号楼", compound % 900);
        let says = [("compound_code", &*above), ("address", &*address)];
        let code = format!("610113{n:010}");
        upserts.push((
            LayerId::BUILDINGS,
            record(LayerId::BUILDINGS, n, &code, &name, Some(shape), &says),
        ));
    }
    MapSnapshot::from(Change {
        revision: Revision(1),
        upserts,
        ..Change::default()
    })
}

fn record(
    layer: LayerId,
    number: usize,
    code: &str,
    name: &str,
    shape: Option<Geometry>,
    says: &[(&str, &str)],
) -> Arc<Feature> {
    let schema = layer.schema();
    let mut attributes = vec![Value::Null; schema.fields.len()];
    for (field, text) in says {
        attributes[schema.position(field).unwrap()] = (*text).into();
    }
    Arc::new(Feature {
        id: FeatureId(i64::try_from(number).unwrap() + 1),
        code: code.into(),
        name: name.into(),
        geometry: shape.map(Box::new),
        attributes: attributes.into(),
        revision: Revision(1),
        updated_at: Timestamp::UNIX_EPOCH,
        updated_by: "bench".into(),
    })
}

fn at(lon: f64, lat: f64) -> LonLat {
    LonLat::new(lon, lat).unwrap()
}

/// The median of CPU seconds.
fn median<T>(turns: usize, mut work: impl FnMut(usize) -> T) -> f64 {
    let mut times: Vec<Duration> = (0..turns)
        .map(|turn| {
            let began = ThreadTime::now();
            black_box(work(turn));
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64()
}

/// Resident memory, KiB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

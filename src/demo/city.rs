//! A city: many towns side by side, of which the areas, the houses with their entrances, the roads, the facilities and the
//! inspection targets are kept, for benchmarks and scale tests. Roads from town to town make the network one.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use geo::MapCoords;
use jiff::civil::Date;

use super::dice::Dice;
use super::names::NameBook;
use super::plane::{P, lines, p};
use super::records::{Ledger, Records, Row};
use super::survey::Survey;
use super::town::Town;
use super::{areas, base, gates, homes, services, targets, town};
use crate::domain::{Draft, LayerId, Value};
use crate::geometry::{Coord, Geometry};

/// Subdistricts: with 88 grids each there are 20,064.
pub(super) const SUBDISTRICTS: usize = 228;
/// Subdistricts in a row.
const COLUMNS: usize = 16;
/// From one subdistrict to the next, metres; a town is 2.6 km wide.
const PITCH_M: f64 = 2_700.0;
/// Of so many shops and offices one is kept, which makes about 285,000 buildings.
const ONE_SHOP_IN: usize = 3;
/// A surveyed border has a corner every so many metres, about 100 a grid.
const CORNER_EVERY_M: f64 = 16.0;

const KEPT: [LayerId; 10] = [
    LayerId::SUBDISTRICTS,
    LayerId::COMMUNITIES,
    LayerId::GRIDS,
    LayerId::COMPOUNDS,
    LayerId::BUILDINGS,
    LayerId::ENTRANCES,
    LayerId::FACILITIES,
    LayerId::INSPECTION_TARGETS,
    LayerId::ROADS,
    LayerId::GATES,
];

/// Layers whose codes count from 1 in every town; in the city the code of the subdistrict comes first.
const NUMBERED: [LayerId; 3] = [
    LayerId::FACILITIES,
    LayerId::INSPECTION_TARGETS,
    LayerId::ROADS,
];

/// Corners of a town's outline from which roads lead to the towns around: east, west, north, south. The net begins with
/// the corners of the outline, see [`super::streets`].
const EAST: usize = 8;
const WEST: usize = 20;
const NORTH: usize = 16;
const SOUTH: usize = 2;

/// A town of the city: its records, and where its roads go on.
struct District {
    at: usize,
    records: Records,
    /// East, west, north, south.
    ends: [P; 4],
}

/// The records of the city.
pub(super) fn build(seed: u64, as_of: Date) -> Records {
    part(seed, as_of, SUBDISTRICTS, COLUMNS)
}

/// The records of the first `count` towns, `columns` in a row.
pub(super) fn part(seed: u64, as_of: Date, count: usize, columns: usize) -> Records {
    let mut book = NameBook::default();
    let mut dice = Dice::new(seed, 30);
    let names: Vec<String> = (0..count).map(|_| book.stem(&mut dice) + "街道").collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(name) = names.get(at) else {
                return done;
            };
            done.push(district(seed, at, columns, name, as_of));
        }
    };
    let mut towns: Vec<District> = thread::scope(|scope| {
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .flat_map(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    });
    towns.sort_by_key(|town| town.at);
    let mut city = Records::default();
    links(&towns, columns, &mut city);
    for town in towns {
        city.extend(town.records, Some);
    }
    city
}

/// The roads from town to town.
fn links(towns: &[District], columns: usize, city: &mut Records) {
    let mut number = 0;
    let mut link = |from: P, to: P| {
        number += 1;
        city.push(
            Row::new(LayerId::ROADS, &format!("DL-L{number:04}"), "")
                .at(lines(&[vec![from, to]]))
                .set("class", "arterial")
                .set("width_m", 26.0)
                .set("state", "existing"),
        );
    };
    for town in towns {
        if let Some(east) = towns.get(town.at + 1)
            && !east.at.is_multiple_of(columns)
        {
            link(town.ends[0], east.ends[1]);
        }
        if let Some(north) = towns.get(town.at + columns) {
            link(town.ends[2], north.ends[3]);
        }
    }
}

/// The kept records of town `at`, where it stands in the city.
fn district(seed: u64, at: usize, columns: usize, name: &str, as_of: Date) -> District {
    let seed = Dice::new(seed, 1_000 + at as u64).below(usize::MAX) as u64;
    let mut town = town::build(seed);
    town.net.surveyed_every_m = CORNER_EVERY_M;
    let code = format!("610113{:03}", 301 + at);
    let all = written(&town, seed, &code, name, as_of);
    let shift = p(
        ((at % columns) as f64 - columns as f64 / 2.0) * PITCH_M,
        ((at / columns) as f64 - (SUBDISTRICTS / COLUMNS) as f64 / 2.0) * PITCH_M,
    );
    let ends = [EAST, WEST, NORTH, SOUTH].map(|corner| {
        let (place, by, from) = (town.net.cells[corner], shift.cell(), p(0.0, 0.0).cell());
        P::of((place.0 + by.0 - from.0, place.1 + by.1 - from.1))
    });
    let field = |layer: LayerId, name: &str| layer.schema().position(name);
    let use_at = field(LayerId::BUILDINGS, "use");
    let house_at = field(LayerId::INSPECTION_TARGETS, "building_code");
    let post_at = field(LayerId::INSPECTION_TARGETS, "responsible_post");
    let mut shops = 0;
    let mut gone: HashSet<Arc<str>> = HashSet::new();
    let mut kept = Records::default();
    kept.extend(all, |(layer, mut draft)| {
        if !KEPT.contains(&layer) {
            return None;
        }
        let purpose = use_at.and_then(|at| draft.attributes.get(at)?.as_text());
        if layer == LayerId::BUILDINGS && matches!(purpose, Some("commercial" | "office")) {
            shops += 1;
            if shops % ONE_SHOP_IN != 0 {
                gone.insert(Arc::clone(&draft.code));
                return None;
            }
        }
        if NUMBERED.contains(&layer) {
            draft.code = format!("{code}-{}", draft.code).into();
        }
        if layer == LayerId::INSPECTION_TARGETS {
            // the city has no posts, and not every house
            let is_gone = |at: usize| {
                let house = draft.attributes.get(at).and_then(Value::as_text);
                house.is_some_and(|house| gone.contains(house))
            };
            let emptied = house_at
                .filter(|at| is_gone(*at))
                .into_iter()
                .chain(post_at);
            for at in emptied.collect::<Vec<_>>() {
                if let Some(value) = draft.attributes.get_mut(at) {
                    *value = Value::Null;
                }
            }
        }
        let geometry = draft.geometry.as_ref().map(|shape| moved(shape, shift));
        Some((layer, Draft { geometry, ..draft }))
    });
    District {
        at,
        records: kept,
        ends,
    }
}

/// All that is written of a town.
fn written(town: &Town, seed: u64, code: &str, name: &str, as_of: Date) -> Records {
    let ledger = Ledger::of(town, code, &mut Dice::new(seed, 10));
    let mut all = Records::default();
    areas::write(town, name, &ledger, &mut all, &mut Dice::new(seed, 11));
    let watched = homes::write_without_households(
        town,
        &ledger,
        &mut all,
        as_of,
        &mut Survey::of(town, Dice::new(seed, 20)),
        &mut Dice::new(seed, 12),
    );
    gates::write(town, &ledger, &mut all, &mut Dice::new(seed, 22));
    services::write(
        town,
        &ledger,
        &mut all,
        &mut Dice::new(seed, 13),
        &mut Dice::new(seed, 21),
    );
    let mut dice = Dice::new(seed, 15);
    let targets = targets::choose(town, &watched, &[], as_of, &mut dice);
    targets::write(town, &ledger, &targets, &[], as_of, &mut all, &mut dice);
    base::write(town, &mut all);
    all
}

/// The shape on another part of the lattice, to the last digit the same.
fn moved(shape: &Geometry, by: P) -> Geometry {
    let (x, y) = by.cell();
    let (x0, y0) = p(0.0, 0.0).cell();
    let onto = |value: f64, shift: i64| ((value * 1e7).round() as i64 + shift) as f64 / 1e7;
    shape.map_coords(|at| Coord {
        x: onto(at.x, x - x0),
        y: onto(at.y, y - y0),
    })
}

//! A city: many towns side by side, of which only the areas and the buildings are kept, for benchmarks and scale tests.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use geo::MapCoords;
use jiff::civil::Date;

use super::dice::Dice;
use super::names::NameBook;
use super::plane::{P, p};
use super::records::{Ledger, Records};
use super::{areas, homes, town};
use crate::domain::{Draft, LayerId};
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

const KEPT: [LayerId; 5] = [
    LayerId::SUBDISTRICTS,
    LayerId::COMMUNITIES,
    LayerId::GRIDS,
    LayerId::COMPOUNDS,
    LayerId::BUILDINGS,
];

/// The records of the city.
pub(super) fn build(seed: u64, as_of: Date) -> Records {
    let mut book = NameBook::default();
    let mut dice = Dice::new(seed, 30);
    let names: Vec<String> = (0..SUBDISTRICTS)
        .map(|_| book.stem(&mut dice) + "街道")
        .collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(name) = names.get(at) else {
                return done;
            };
            done.push((at, district(seed, at, name, as_of)));
        }
    };
    let mut towns: Vec<(usize, Records)> = thread::scope(|scope| {
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
    towns.sort_by_key(|(at, _)| *at);
    let mut city = Records::default();
    for (_, records) in towns {
        city.extend(records, Some);
    }
    city
}

/// The kept records of town `at`, where it stands in the city.
fn district(seed: u64, at: usize, name: &str, as_of: Date) -> Records {
    let seed = Dice::new(seed, 1_000 + at as u64).below(usize::MAX) as u64;
    let mut town = town::build(seed);
    town.net.surveyed_every_m = CORNER_EVERY_M;
    let code = format!("610113{:03}", 301 + at);
    let ledger = Ledger::of(&town, &code, &mut Dice::new(seed, 10));
    let mut all = Records::default();
    areas::write(&town, name, &ledger, &mut all, &mut Dice::new(seed, 11));
    homes::write_houses(&town, &ledger, &mut all, as_of, &mut Dice::new(seed, 12));
    let shift = p(
        ((at % COLUMNS) as f64 - COLUMNS as f64 / 2.0) * PITCH_M,
        ((at / COLUMNS) as f64 - (SUBDISTRICTS / COLUMNS) as f64 / 2.0) * PITCH_M,
    );
    let use_at = LayerId::BUILDINGS.schema().position("use");
    let mut shops = 0;
    let mut kept = Records::default();
    kept.extend(all, |(layer, draft)| {
        if !KEPT.contains(&layer) {
            return None;
        }
        let purpose = use_at.and_then(|at| draft.attributes.get(at)?.as_text());
        if layer == LayerId::BUILDINGS && matches!(purpose, Some("commercial" | "office")) {
            shops += 1;
            if shops % ONE_SHOP_IN != 0 {
                return None;
            }
        }
        let geometry = draft.geometry.as_ref().map(|shape| moved(shape, shift));
        Some((layer, Draft { geometry, ..draft }))
    });
    kept
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

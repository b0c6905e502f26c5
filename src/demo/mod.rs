//! A demonstration subdistrict that nobody lives in: generated from a seed, the same bytes for the same seed.
//!
//! The order of work: the street plan ([`streets`] on a planar [`net`]), what stands on the blocks ([`town`]), then the
//! records, layer by layer. Start from [`generate`].
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    clippy::similar_names,
    clippy::too_many_arguments,
    clippy::too_many_lines,
    reason = "a drawing of known size: every number and place in it was made here"
)]

mod areas;
mod base;
mod blocks;
mod cases;
mod city;
mod cutting;
mod dice;
mod dissolve;
mod facility_kinds;
mod findings;
mod gates;
mod grounds;
mod hazards;
mod homes;
mod houses;
mod lots;
mod names;
mod net;
mod outlines;
mod plane;
mod posts;
mod raster;
mod records;
mod services;
mod spots;
mod steps;
mod streets;
mod survey;
mod targets;
mod town;
mod village;
mod ways;
mod works;
mod write;
mod yards;

use jiff::civil::{Date, date};

use crate::domain::{Draft, FeatureId, LayerId};
use dice::Dice;
use records::{Ledger, Records, SUBDISTRICT};
use survey::Survey;

pub use write::write;

/// How much is generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DemoSize {
    /// One subdistrict with every layer.
    #[default]
    Subdistrict,
    /// 20,064 grids and about 285,000 buildings for benchmarks: areas, houses with their entrances, roads, facilities and
    /// inspection targets, but no households and no matters.
    City,
}

/// What is generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoOptions {
    /// The same seed gives the same records.
    pub seed: u64,
    /// How much.
    pub size: DemoSize,
    /// The day on which the demonstration plays: what is open, due or overdue is so on this day.
    pub as_of: Date,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            size: DemoSize::default(),
            as_of: date(2026, 11, 20),
        }
    }
}

/// Generated records.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoSet {
    /// The seed they were made from.
    pub seed: u64,
    /// How much of them there is.
    pub size: DemoSize,
    /// The day on which they play.
    pub as_of: Date,
    /// Layers in the order of the catalogue, in each the order of codes, ids from 1.
    pub records: Vec<(LayerId, FeatureId, Draft)>,
}

/// Generates the records; the same options give the same ones.
pub fn generate(options: &DemoOptions) -> DemoSet {
    let (seed, as_of) = (options.seed, options.as_of);
    let records = match options.size {
        DemoSize::Subdistrict => subdistrict(seed, as_of),
        DemoSize::City => city::build(seed, as_of),
    };
    DemoSet {
        seed,
        size: options.size,
        as_of,
        records: records.numbered(),
    }
}

fn subdistrict(seed: u64, as_of: Date) -> Records {
    let town = town::build(seed);
    let ledger = Ledger::of(&town, SUBDISTRICT, &mut Dice::new(seed, 10));
    let mut records = Records::default();
    let dedicated = areas::write(
        &town,
        "翠池街道",
        &ledger,
        &mut records,
        &mut Dice::new(seed, 11),
    );
    let watched = homes::write(
        &town,
        &ledger,
        &mut records,
        as_of,
        &mut Survey::of(&town, Dice::new(seed, 20)),
        &mut Dice::new(seed, 12),
    );
    gates::write(&town, &ledger, &mut records, &mut Dice::new(seed, 22));
    gates::write_vacant(
        &town,
        &ledger,
        &mut records,
        as_of,
        &mut Dice::new(seed, 23),
    );
    services::write(
        &town,
        &ledger,
        &mut records,
        &mut Dice::new(seed, 13),
        &mut Dice::new(seed, 21),
    );
    let sites = works::write(
        &town,
        &ledger,
        &mut records,
        as_of,
        &mut Dice::new(seed, 14),
    );
    let mut dice = Dice::new(seed, 15);
    let targets = targets::choose(&town, &watched, &sites, as_of, &mut dice);
    let mut steps = steps::Steps::default();
    let findings = hazards::write(
        &town,
        &ledger,
        &watched,
        &targets,
        as_of,
        &mut records,
        &mut steps,
        &mut Dice::new(seed, 16),
    );
    targets::write(
        &town,
        &ledger,
        &targets,
        &findings,
        as_of,
        &mut records,
        &mut dice,
    );
    cases::write(
        &town,
        &ledger,
        as_of,
        &mut records,
        &mut steps,
        &mut Dice::new(seed, 17),
        &mut Dice::new(seed, 19),
    );
    steps.write(&mut records);
    posts::write(
        &town,
        &ledger,
        &dedicated,
        &mut records,
        Dice::new(seed, 18),
    );
    base::write(&town, &mut records);
    records
}

#[cfg(test)]
mod planning_tests;
#[cfg(test)]
mod street_tests;
#[cfg(test)]
mod tests;

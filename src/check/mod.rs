//! Is the map in order? Topology, links, ledgers and dates of one snapshot; pure, nothing is changed.
//!
//! Areas are compared in metres. A border that two areas share point by point never shows; see [`LEAST_AREA_M2`]
//! and [`LEAST_WIDTH_M`] for what is too little to be a fault. Start from [`check`].

mod across;
mod code_rules;
mod drawing;
mod edit;
mod fault;
mod flat;
mod houses;
mod ledger;
mod links;
mod output;
mod placement;
mod rules;
mod shapes;
mod tiling;

use crate::map::MapSnapshot;

pub use edit::new_faults;
pub use fault::{Fault, FaultKind};
pub use output::{to_geojson, to_html, to_json};
pub use placement::off_parent;
pub use rules::{Rules, RulesError};

/// Overlaps and gaps below this are no fault: half a sheet of newspaper. Two surveys of one corner agree to some
/// centimetres, and over the few metres next to a corner that is less than this.
pub const LEAST_AREA_M2: f64 = 0.05;

/// Overlaps and gaps narrower than this on average are rounding and not drawing: seven decimals of a degree put a
/// corner up to 7 mm off the straight side it lies on, which makes triangles half as wide.
pub const LEAST_WIDTH_M: f64 = 0.005;

/// Below this an overlap or gap of areas that tile is a sliver: the borders were meant to be one, two hands drew it.
pub const SLIVER_WIDTH_M: f64 = 0.02;

/// Houses and compounds may lie over each other, or reach out, by less than this: the thickness of a wall's plaster
/// and the accuracy of the survey of a house.
pub const HOUSE_WIDTH_M: f64 = 0.10;

/// How far an entrance may be off its building, metres: the accuracy of a telephone's position in a street.
pub const ENTRANCE_REACH_M: f64 = 5.0;

/// How dedicated grids stand to basic ones (DESIGN.md §2, a setting of the subdistrict).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DedicatedGrids {
    /// They lie over the basic grids, which alone tile the community.
    #[default]
    LieOver,
    /// They are cut out of the basic grids and tile the community with them.
    CutOut,
}

/// Which rule the codes of areas and buildings follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CodeRule {
    /// None: any text, used once.
    #[default]
    None,
    /// Xi'an's DB6101/T 3185-2024: a grid's code begins with that of its community and ends in its number, counted
    /// from west to east and north to south; a building's ends in five digits from 00001.
    Db6101,
    /// Unit grids of fifteen digits: district 6, subdistrict 3, community 3, number 3.
    UnitGrid15,
}

/// What the checks follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// How dedicated grids stand to basic ones.
    pub dedicated: DedicatedGrids,
    /// Which rule the codes follow.
    pub code_rule: CodeRule,
}

/// Everything that is not in order on the map, under the usual settings: topology first, then links, ledgers, dates.
pub fn check(map: &MapSnapshot) -> Vec<Fault> {
    check_with(map, Settings::default())
}

/// As [`check`], under `settings`.
pub fn check_with(map: &MapSnapshot, settings: Settings) -> Vec<Fault> {
    let mut faults = Vec::new();
    shapes::unread(map, &mut faults);
    shapes::check(map, &mut faults);
    tiling::check(map, settings, &mut faults);
    houses::check(map, &mut faults);
    links::check(map, &mut faults);
    placement::check(map, &mut faults);
    code_rules::check(map, settings.code_rule, &mut faults);
    ledger::check(map, &mut faults);
    faults
}

#[cfg(test)]
mod record_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod town;

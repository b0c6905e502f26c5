//! Which of many polygons cover a place? Exact, boundary included, in a few dozen nanoseconds.
//!
//! A raster lies over the polygons, finer where they are denser. A cell that lies wholly in one polygon, or in none,
//! answers at once. A mixed cell has a record: which polygons hold its centre, and the few edges that touch it, in
//! 16-bit units of the cell. The way from the centre to the place flips a polygon's bit at each of its edges. A place
//! so near to an edge that the rounding of the units could matter is decided by robust predicates on the outlines.
//!
//! `frame` maps degrees to cells, `outlines` and `stripes` answer exactly, `simple` tells which outlines crossings
//! decide, `build`, `block` and `links` make the raster, `codes` and `record` are its format, `query` and `flight` read it.

mod block;
mod build;
mod codes;
mod flight;
mod frame;
mod links;
mod machine;
mod outlines;
mod query;
mod record;
mod simple;
mod stripes;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod trial;

use build::Raster;
use outlines::Outlines;

use super::measure::Cover;
use super::{Geometry, LonLat};

/// No slot: nothing covers the place.
pub const NONE: u32 = u32::MAX;

/// Which of many polygons cover a place? Never changes; build another for other polygons.
#[derive(Debug, Clone, Default)]
pub struct CellIndex {
    outlines: Outlines,
    raster: Raster,
}

impl CellIndex {
    /// An index of `shapes`: slot n of the answers is the n-th item. Items without area never cover anything.
    pub fn build<'a>(shapes: impl IntoIterator<Item = Option<&'a Geometry>>) -> Self {
        let outlines = Outlines::of(shapes);
        let raster = Raster::of(&outlines);
        Self { outlines, raster }
    }

    /// Calls `visit` with every slot whose shape covers `at`, ascending; [`Cover::Outside`] never comes.
    /// The same answer as [`covers`](super::measure::covers) for polygons.
    pub fn covering(&self, at: LonLat, mut visit: impl FnMut(u32, Cover)) {
        self.visit_one(at, &mut visit);
    }

    /// Asks the machine for what a look-up of `at` reads first, and says of which cell it is; changes no answer. Worth it
    /// where several indexes are asked for one place: what all of them read comes at the same time.
    pub fn approach(&self, at: LonLat) -> u32 {
        self.approach_cell(at)
    }

    /// The next step after [`CellIndex::approach`], which said which `cell`.
    pub fn approach_record(&self, cell: u32) {
        self.approach_mixed(cell);
    }

    /// [`CellIndex::covering`] for many places, `visit` gets the place's number first. Much faster than one by one
    /// when the index exceeds the processor's caches.
    pub fn covering_many(&self, points: &[LonLat], mut visit: impl FnMut(usize, u32, Cover)) {
        self.visit_many(points, &mut visit);
    }

    /// The lowest slot that covers `at`, or [`NONE`].
    pub fn first(&self, at: LonLat) -> u32 {
        self.first_one(at)
    }

    /// Appends the lowest slot that covers each place, or [`NONE`], to `out`.
    pub fn first_many(&self, points: &[LonLat], out: &mut Vec<u32>) {
        self.first_of_many(points, out);
    }

    /// The corners and centres of the raster's cells, coarse cell by coarse cell: where an error of ours would show.
    pub fn cell_places(&self) -> impl Iterator<Item = LonLat> {
        self.raster.places()
    }

    /// Bytes of the raster and its records, beside the outlines.
    pub fn memory_bytes(&self) -> usize {
        self.raster.memory_bytes()
    }

    /// Bytes of the outlines, which the index keeps for exact answers.
    pub fn outline_bytes(&self) -> usize {
        self.outlines.memory_bytes()
    }
}

//! How one place is looked up.
#![expect(
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "offsets that the build wrote"
)]

use super::build::Coarse;
use super::codes::MIXED;
use super::frame::local;
use super::machine::fetch;
use super::record::{Record, Short};
use super::{CellIndex, NONE};
use crate::geometry::measure::{Cover, covers};
use crate::geometry::{Coord, LonLat};

/// The cell of a place and where in it the place lies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pending {
    /// The coarse cell.
    pub(super) coarse: Coarse,
    /// The number of the cell.
    pub(super) cell: u32,
    pub(super) code: u8,
    /// Where in its coarse cell the place lies.
    pub(super) within: [u32; 2],
}

impl Pending {
    fn local(&self) -> u32 {
        local(self.within, self.coarse.shift())
    }
}

/// What is known of a place after the fast way.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fast {
    /// Inside of this slot and no other; or [`NONE`].
    One(u32),
    /// Several slots, or a border is near.
    Other,
}

impl CellIndex {
    #[inline]
    fn pending(&self, at: Coord) -> Pending {
        let spot = self.raster.frame.spot(at);
        let coarse = self.raster.coarse[spot.coarse as usize];
        let cell = coarse.first() + spot.cell(coarse.shift());
        if self.raster.is_far() {
            // on their way while the code is
            fetch(&self.raster.tables, coarse.table() as usize);
            self.raster.codes.fetch_record(cell);
        }
        Pending {
            coarse,
            cell,
            code: self.raster.codes.of(cell),
            within: spot.within,
        }
    }

    #[inline]
    pub(super) fn approach_cell(&self, at: LonLat) -> u32 {
        let spot = self.raster.frame.spot(coord(at));
        let coarse = self.raster.coarse[spot.coarse as usize];
        let cell = coarse.first() + spot.cell(coarse.shift());
        self.raster.codes.fetch(cell);
        self.raster.codes.fetch_record(cell);
        fetch(&self.raster.tables, coarse.table() as usize);
        cell
    }

    #[inline]
    pub(super) fn approach_mixed(&self, cell: u32) {
        if self.raster.codes.of(cell) >= MIXED {
            fetch(&self.raster.words, self.raster.codes.record(cell));
        }
    }

    /// An entry of the table of a coarse cell.
    #[inline]
    pub(super) fn entry(&self, coarse: Coarse, place: u32) -> u32 {
        self.raster.tables[(coarse.table() + place) as usize]
    }

    /// The words from the record of a mixed cell on.
    #[inline]
    pub(super) fn record(&self, pending: &Pending) -> &[u32] {
        &self.raster.words[self.raster.codes.record(pending.cell)..]
    }

    #[inline]
    pub(super) fn first_one(&self, at: LonLat) -> u32 {
        let at = coord(at);
        if !self.outlines.wild.is_empty() {
            return self.first_or_wild(at);
        }
        let pending = self.pending(at);
        if pending.code < MIXED {
            self.entry(pending.coarse, u32::from(pending.code))
        } else {
            self.first_mixed(pending.coarse, pending.cell, pending.within, at)
        }
    }

    /// What is known of the place comes as single numbers, which stay in registers: most places need none of them.
    #[inline(never)]
    fn first_mixed(&self, coarse: Coarse, cell: u32, within: [u32; 2], at: Coord) -> u32 {
        let words = &self.raster.words[self.raster.codes.record(cell)..];
        let local = local(within, coarse.shift());
        self.lowest(coarse, local, words, at)
    }

    #[cold]
    #[inline(never)]
    fn first_or_wild(&self, at: Coord) -> u32 {
        let pending = self.pending(at);
        let slot = if pending.code < MIXED {
            self.entry(pending.coarse, u32::from(pending.code))
        } else {
            self.lowest(pending.coarse, pending.local(), self.record(&pending), at)
        };
        slot.min(self.first_wild(at))
    }

    /// The lowest slot at the place `local` of a mixed cell in `coarse` with the record `words`.
    #[inline]
    pub(super) fn lowest(&self, coarse: Coarse, local: u32, words: &[u32], at: Coord) -> u32 {
        if let Some(record) = Short::read(words)
            && let Some(bits) = record.holders(local)
        {
            // the table's first entry is that there is none: no branch, which half the places would take
            let place = record.place(bits.trailing_zeros());
            let place = if bits == 0 { 0 } else { place };
            return self.outlines.slot(self.entry(coarse, place));
        }
        self.lowest_of_many(coarse, local, words, at)
    }

    #[inline(never)]
    fn lowest_of_many(&self, coarse: Coarse, local: u32, words: &[u32], at: Coord) -> u32 {
        if let Some(record) = Short::read(words) {
            let places = (0..record.touched()).map(|n| record.place(n));
            let touched = places.map(|place| self.entry(coarse, place));
            return self.first_exact(touched, at);
        }
        let record = Record::read(words);
        let whole = record.whole.first().copied().unwrap_or(NONE);
        let touched = match record.holders(local) {
            Some(bits) => {
                let area = record.touched.get(bits.trailing_zeros() as usize);
                area.map_or(NONE, |area| self.outlines.slot(*area))
            }
            None => self.first_exact(record.touched.iter().copied(), at),
        };
        whole.min(touched)
    }

    fn first_exact(&self, mut touched: impl Iterator<Item = u32>, at: Coord) -> u32 {
        touched
            .find(|area| self.outlines.position(*area, at) != Cover::Outside)
            .map_or(NONE, |area| self.outlines.slot(area))
    }

    #[cold]
    #[inline(never)]
    pub(super) fn first_wild(&self, at: Coord) -> u32 {
        let mut first = NONE;
        self.each_wild(at, |slot, _| first = first.min(slot));
        first
    }

    fn each_wild(&self, at: Coord, mut visit: impl FnMut(u32, Cover)) {
        let Ok(place) = LonLat::new(at.x, at.y) else {
            return;
        };
        for (slot, shape) in &self.outlines.wild {
            match covers(shape, place) {
                Cover::Outside => {}
                cover => visit(*slot, cover),
            }
        }
    }

    #[inline]
    pub(super) fn visit_one(&self, at: LonLat, visit: &mut impl FnMut(u32, Cover)) {
        let at = coord(at);
        match self.fast(at) {
            Fast::One(NONE) => {}
            Fast::One(slot) => visit(slot, Cover::Inside),
            Fast::Other => self.each(at, visit),
        }
    }

    /// The answer when one slot at most is concerned and no border is near.
    #[inline]
    fn fast(&self, at: Coord) -> Fast {
        if !self.outlines.wild.is_empty() {
            return Fast::Other;
        }
        let pending = self.pending(at);
        if pending.code < MIXED {
            return Fast::One(self.entry(pending.coarse, u32::from(pending.code)));
        }
        self.fast_at(pending.coarse, pending.cell, pending.within)
    }

    #[inline(never)]
    fn fast_at(&self, coarse: Coarse, cell: u32, within: [u32; 2]) -> Fast {
        let words = &self.raster.words[self.raster.codes.record(cell)..];
        let local = local(within, coarse.shift());
        self.fast_mixed(coarse, local, words)
    }

    /// [`CellIndex::fast`] for the place `local` of a mixed cell in `coarse` with the record `words`.
    #[inline]
    pub(super) fn fast_mixed(&self, coarse: Coarse, local: u32, words: &[u32]) -> Fast {
        if let Some(record) = Short::read(words) {
            return match record.holders(local) {
                Some(0) => Fast::One(NONE),
                Some(bits @ (1 | 2)) => {
                    let area = self.entry(coarse, record.place(bits - 1));
                    Fast::One(self.outlines.slot(area))
                }
                _ => Fast::Other,
            };
        }
        self.fast_plain(words, local)
    }

    #[inline(never)]
    fn fast_plain(&self, words: &[u32], local: u32) -> Fast {
        let record = Record::read(words);
        match (record.holders(local), record.whole) {
            (Some(0), []) => Fast::One(NONE),
            (Some(0), [slot]) => Fast::One(*slot),
            (Some(bits), []) if bits.is_power_of_two() => {
                let area = record.touched[bits.trailing_zeros() as usize];
                Fast::One(self.outlines.slot(area))
            }
            _ => Fast::Other,
        }
    }

    /// Every answer, in general.
    #[inline(never)]
    pub(super) fn each(&self, at: Coord, visit: &mut impl FnMut(u32, Cover)) {
        let pending = self.pending(at);
        let mut found: Vec<(u32, Cover)> = Vec::new();
        if pending.code < MIXED {
            let slot = self.entry(pending.coarse, u32::from(pending.code));
            found.extend((slot != NONE).then_some((slot, Cover::Inside)));
        } else {
            self.each_mixed(&pending, at, &mut found);
        }
        self.each_wild(at, |slot, cover| found.push((slot, cover)));
        // The parts of a slot are one answer: the strongest.
        found.sort_unstable_by_key(|(slot, cover)| (*slot, *cover != Cover::Inside));
        found.dedup_by_key(|(slot, _)| *slot);
        for (slot, cover) in found {
            visit(slot, cover);
        }
    }

    fn each_mixed(&self, pending: &Pending, at: Coord, found: &mut Vec<(u32, Cover)>) {
        let (words, local) = (self.record(pending), pending.local());
        let mut two = [0, 0];
        let (touched, whole, holders) = if let Some(record) = Short::read(words) {
            for (n, area) in (0..record.touched()).zip(&mut two) {
                *area = self.entry(pending.coarse, record.place(n));
            }
            let touched = &two[..record.touched() as usize];
            (touched, &[][..], record.holders(local))
        } else {
            let record = Record::read(words);
            (record.touched, record.whole, record.holders(local))
        };
        found.extend(whole.iter().map(|slot| (*slot, Cover::Inside)));
        for (n, area) in touched.iter().enumerate() {
            let cover = match holders {
                Some(bits) if bits >> n & 1 == 1 => Cover::Inside,
                Some(_) => Cover::Outside,
                None => self.outlines.position(*area, at),
            };
            if cover != Cover::Outside {
                found.push((self.outlines.slot(*area), cover));
            }
        }
    }
}

#[inline]
pub(super) fn coord(at: LonLat) -> Coord {
    Coord {
        x: at.lon(),
        y: at.lat(),
    }
}

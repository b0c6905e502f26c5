//! How one place is looked up.
#![expect(
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "offsets that the build wrote"
)]

use super::build::{Coarse, EMPTY, RECORD, SHORT};
use super::frame::Spot;
use super::record::{Record, Short};
use super::{CellIndex, NONE};
use crate::geometry::measure::{Cover, covers};
use crate::geometry::{Coord, LonLat};

/// A cell's value and where in the cell the place lies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pending {
    pub(super) value: u32,
    /// The coarse cell.
    pub(super) coarse: Coarse,
    pub(super) spot: Spot,
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
        let coarse = self.raster.coarse[spot.coarse];
        let word = coarse.at + spot.cell(coarse.level);
        Pending {
            value: self.raster.words[word as usize],
            coarse,
            spot,
        }
    }

    /// The area with a number in a short record.
    #[inline]
    fn touched(&self, pending: Pending, record: &Short<'_>, number: u32) -> u32 {
        self.raster.words[(pending.coarse.at - 1 - record.place(number)) as usize]
    }

    /// The first area in the table of a coarse cell that has mixed cells.
    #[inline]
    pub(super) fn table(&self, coarse: Coarse) -> u32 {
        self.raster.words[coarse.at as usize - 1]
    }

    /// The words from the record of a mixed cell on.
    #[inline]
    pub(super) fn record(&self, value: u32) -> &[u32] {
        &self.raster.words[(value & !SHORT) as usize..]
    }

    #[inline]
    pub(super) fn first_one(&self, at: LonLat) -> u32 {
        let at = coord(at);
        let pending = self.pending(at);
        let slot = if pending.value & RECORD == 0 {
            pending.value.wrapping_sub(1)
        } else {
            self.lowest(pending, at)
        };
        if self.outlines.wild.is_empty() {
            slot
        } else {
            slot.min(self.first_wild(at))
        }
    }

    /// The lowest slot at a place in a mixed cell.
    #[inline]
    pub(super) fn lowest(&self, pending: Pending, at: Coord) -> u32 {
        if pending.value & SHORT == SHORT {
            let record = Short::read(self.record(pending.value));
            match record.holders(pending.spot.local(pending.coarse.level)) {
                None => {}
                Some(0) => return NONE,
                Some(bits) => {
                    let area = self.touched(pending, &record, bits.trailing_zeros());
                    return self.outlines.slot(area);
                }
            }
        }
        self.lowest_of_many(pending, at)
    }

    #[inline(never)]
    fn lowest_of_many(&self, pending: Pending, at: Coord) -> u32 {
        if pending.value & SHORT == SHORT {
            let record = Short::read(self.record(pending.value));
            let touched = (0..record.touched()).map(|n| self.touched(pending, &record, n));
            return self.first_exact(touched, at);
        }
        let record = Record::read(self.record(pending.value));
        let whole = record.whole.first().copied().unwrap_or(NONE);
        let touched = match record.holders(pending.spot.local(pending.coarse.level)) {
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
        let pending = self.pending(at);
        match self.fast(pending) {
            Fast::One(NONE) => {}
            Fast::One(slot) => visit(slot, Cover::Inside),
            Fast::Other => self.each(pending, at, visit),
        }
    }

    /// The answer when one slot at most is concerned and no border is near.
    #[inline]
    pub(super) fn fast(&self, pending: Pending) -> Fast {
        if !self.outlines.wild.is_empty() {
            return Fast::Other;
        }
        if pending.value & RECORD == 0 {
            return Fast::One(pending.value.wrapping_sub(1));
        }
        let local = pending.spot.local(pending.coarse.level);
        if pending.value & SHORT == SHORT {
            let record = Short::read(self.record(pending.value));
            return match record.holders(local) {
                Some(0) => Fast::One(NONE),
                Some(bits @ (1 | 2)) => {
                    let area = self.touched(pending, &record, bits - 1);
                    Fast::One(self.outlines.slot(area))
                }
                _ => Fast::Other,
            };
        }
        self.fast_plain(pending.value, local)
    }

    #[inline(never)]
    fn fast_plain(&self, value: u32, local: [i32; 2]) -> Fast {
        let record = Record::read(self.record(value));
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
    pub(super) fn each(&self, pending: Pending, at: Coord, visit: &mut impl FnMut(u32, Cover)) {
        let local = pending.spot.local(pending.coarse.level);
        let mut two = [0, 0];
        let (touched, whole, holders) = if pending.value & RECORD == 0 {
            (&[][..], &[][..], Some(0))
        } else if pending.value & SHORT == SHORT {
            let record = Short::read(self.record(pending.value));
            for (n, area) in (0..record.touched()).zip(&mut two) {
                *area = self.touched(pending, &record, n);
            }
            let touched = &two[..record.touched() as usize];
            (touched, &[][..], record.holders(local))
        } else {
            let record = Record::read(self.record(pending.value));
            (record.touched, record.whole, record.holders(local))
        };
        let mut found: Vec<(u32, Cover)> = Vec::with_capacity(touched.len() + whole.len() + 1);
        if pending.value & RECORD == 0 && pending.value != EMPTY {
            found.push((pending.value - 1, Cover::Inside));
        }
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
        self.each_wild(at, |slot, cover| found.push((slot, cover)));
        // The parts of a slot are one answer: the strongest.
        found.sort_unstable_by_key(|(slot, cover)| (*slot, *cover != Cover::Inside));
        found.dedup_by_key(|(slot, _)| *slot);
        for (slot, cover) in found {
            visit(slot, cover);
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

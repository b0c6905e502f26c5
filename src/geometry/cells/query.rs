//! How places are looked up, one by one and many in flight.
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "offsets that the build wrote; stages share the bounds of a block"
)]

use super::build::{EMPTY, RECORD};
use super::frame::Spot;
use super::record::Record;
use super::{CellIndex, NONE};
use crate::geometry::measure::{Cover, covers};
use crate::geometry::{Coord, LonLat};

/// Places in flight.
const FLIGHT: usize = 64;

/// What the stages before the last found out about a place.
#[derive(Debug, Clone, Copy)]
struct Pending {
    /// The cell's value.
    value: u32,
    /// The place in the cell.
    local: [i32; 2],
}

impl CellIndex {
    #[inline]
    fn pending(&self, at: Coord) -> Pending {
        let outside = Pending {
            value: EMPTY,
            local: [0, 0],
        };
        let Some(spot) = self.raster.frame.spot(at) else {
            return outside;
        };
        let (word, level) = self.word(spot);
        Pending {
            value: self.raster.words[word as usize],
            local: spot.local(level),
        }
    }

    #[inline]
    fn word(&self, spot: Spot) -> (u32, u32) {
        let coarse = self.raster.coarse[spot.coarse as usize];
        (coarse.at + spot.cell(coarse.level), coarse.level)
    }

    #[inline]
    pub(super) fn first_one(&self, at: LonLat) -> u32 {
        let at = coord(at);
        let slot = self.lowest(self.pending(at), at);
        if self.outlines.wild.is_empty() {
            slot
        } else {
            slot.min(self.first_wild(at))
        }
    }

    #[inline]
    fn lowest(&self, pending: Pending, at: Coord) -> u32 {
        if pending.value & RECORD == 0 {
            return pending.value.wrapping_sub(1);
        }
        let record = Record::read(&self.raster.words[(pending.value & !RECORD) as usize..]);
        let whole = record.whole.first().copied().unwrap_or(NONE);
        match record.holders(pending.local) {
            Some(0) => whole,
            Some(bits) => {
                let area = record.touched[bits.trailing_zeros() as usize];
                whole.min(self.outlines.slot(area))
            }
            None => whole.min(self.first_exact(&record, at)),
        }
    }

    #[cold]
    #[inline(never)]
    fn first_exact(&self, record: &Record<'_>, at: Coord) -> u32 {
        let mut touched = record.touched.iter();
        touched
            .find(|area| self.outlines.position(**area, at) != Cover::Outside)
            .map_or(NONE, |area| self.outlines.slot(*area))
    }

    #[cold]
    #[inline(never)]
    fn first_wild(&self, at: Coord) -> u32 {
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
        self.each(self.pending(at), at, visit);
    }

    #[inline]
    fn each(&self, pending: Pending, at: Coord, visit: &mut impl FnMut(u32, Cover)) {
        if !self.outlines.wild.is_empty() {
            return self.each_slowly(pending, at, visit);
        }
        if pending.value & RECORD == 0 {
            if pending.value != EMPTY {
                visit(pending.value - 1, Cover::Inside);
            }
            return;
        }
        let record = Record::read(&self.raster.words[(pending.value & !RECORD) as usize..]);
        match record.holders(pending.local) {
            None => self.each_slowly(pending, at, visit),
            Some(bits) if record.whole.is_empty() && bits & bits.wrapping_sub(1) == 0 => {
                if bits != 0 {
                    let area = record.touched[bits.trailing_zeros() as usize];
                    visit(self.outlines.slot(area), Cover::Inside);
                }
            }
            Some(bits) => self.each_inside(&record, bits, visit),
        }
    }

    /// Several slots, all inside: merges the touched ones with those that hold the whole cell.
    fn each_inside(&self, record: &Record<'_>, mut bits: u32, visit: &mut impl FnMut(u32, Cover)) {
        let mut whole = record.whole.iter().copied().peekable();
        let mut last = NONE;
        while bits != 0 {
            let slot = self
                .outlines
                .slot(record.touched[bits.trailing_zeros() as usize]);
            bits &= bits - 1;
            while let Some(before) = whole.next_if(|other| *other < slot) {
                visit(before, Cover::Inside);
            }
            if slot != last && whole.peek() != Some(&slot) {
                visit(slot, Cover::Inside);
            }
            last = slot;
        }
        for slot in whole {
            visit(slot, Cover::Inside);
        }
    }

    /// Collects every answer, exactly where borders are near, and gives the strongest for each slot.
    #[cold]
    #[inline(never)]
    fn each_slowly(&self, pending: Pending, at: Coord, visit: &mut impl FnMut(u32, Cover)) {
        let mut found: Vec<(u32, Cover)> = Vec::new();
        if pending.value & RECORD != 0 {
            let record = Record::read(&self.raster.words[(pending.value & !RECORD) as usize..]);
            found.extend(record.whole.iter().map(|slot| (*slot, Cover::Inside)));
            for area in record.touched {
                let cover = self.outlines.position(*area, at);
                found.push((self.outlines.slot(*area), cover));
            }
            found.retain(|(_, cover)| *cover != Cover::Outside);
        } else if pending.value != EMPTY {
            found.push((pending.value - 1, Cover::Inside));
        }
        self.each_wild(at, |slot, cover| found.push((slot, cover)));
        found.sort_unstable_by_key(|(slot, cover)| (*slot, *cover != Cover::Inside));
        found.dedup_by_key(|(slot, _)| *slot);
        for (slot, cover) in found {
            visit(slot, cover);
        }
    }

    pub(super) fn visit_many(&self, points: &[LonLat], visit: &mut impl FnMut(usize, u32, Cover)) {
        let mut flight = Flight::default();
        for (block, points) in points.chunks(FLIGHT).enumerate() {
            flight.start(self, points);
            for (n, at) in points.iter().enumerate() {
                let number = block * FLIGHT + n;
                self.each(flight.pending(n), coord(*at), &mut |slot, cover| {
                    visit(number, slot, cover);
                });
            }
        }
    }

    pub(super) fn first_of_many(&self, points: &[LonLat], out: &mut Vec<u32>) {
        out.reserve(points.len());
        let wild = !self.outlines.wild.is_empty();
        let mut flight = Flight::default();
        for points in points.chunks(FLIGHT) {
            flight.start(self, points);
            let base = out.len();
            // Answers of whole cells first, without a branch for each; then the mixed ones.
            out.extend(
                flight.values[..points.len()]
                    .iter()
                    .map(|value| value.wrapping_sub(1)),
            );
            for n in &flight.mixed[..flight.mixed_count] {
                let n = usize::from(*n);
                out[base + n] = self.lowest(flight.pending(n), coord(points[n]));
            }
            if wild {
                for (slot, at) in out[base..].iter_mut().zip(points) {
                    *slot = (*slot).min(self.first_wild(coord(*at)));
                }
            }
        }
    }
}

/// A block of places, each stage done for all before the next, so that their memory accesses overlap.
#[derive(Debug)]
struct Flight {
    words: [u32; FLIGHT],
    local: [[i32; 2]; FLIGHT],
    values: [u32; FLIGHT],
    /// Places in mixed cells.
    mixed: [u8; FLIGHT],
    mixed_count: usize,
    /// Keeps the early reads of the records alive.
    seen: u32,
}

impl Default for Flight {
    fn default() -> Self {
        Self {
            words: [0; FLIGHT],
            local: [[0; 2]; FLIGHT],
            values: [0; FLIGHT],
            mixed: [0; FLIGHT],
            mixed_count: 0,
            seen: 0,
        }
    }
}

impl Flight {
    #[inline]
    fn pending(&self, n: usize) -> Pending {
        Pending {
            value: self.values[n],
            local: self.local[n],
        }
    }

    #[inline]
    fn start(&mut self, index: &CellIndex, points: &[LonLat]) {
        for (n, at) in points.iter().enumerate() {
            let (word, local) = match index.raster.frame.spot(coord(*at)) {
                Some(spot) => {
                    let (word, level) = index.word(spot);
                    (word, spot.local(level))
                }
                None => (NONE, [0, 0]),
            };
            self.words[n] = word;
            self.local[n] = local;
        }
        let words = index.raster.words.as_slice();
        for (word, value) in self.words.iter().zip(&mut self.values).take(points.len()) {
            *value = words.get(*word as usize).copied().unwrap_or(EMPTY);
        }
        self.mixed_count = 0;
        for n in 0..points.len() {
            self.mixed[self.mixed_count] = n as u8;
            self.mixed_count += usize::from(self.values[n] & RECORD != 0);
        }
        let mut seen = 0;
        for n in &self.mixed[..self.mixed_count] {
            seen ^= words[(self.values[usize::from(*n)] & !RECORD) as usize];
        }
        self.seen = std::hint::black_box(seen);
    }
}

#[inline]
fn coord(at: LonLat) -> Coord {
    Coord {
        x: at.lon(),
        y: at.lat(),
    }
}

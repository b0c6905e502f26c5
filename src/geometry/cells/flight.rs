//! How many places are looked up at once.
//!
//! What a place needs next is asked for long before it is read. Waves of places follow each other, each a step behind
//! the one before, so that while one wave waits for memory the others are worked on: a miss of the caches costs a tenth
//! of what it costs alone.
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "offsets that the build wrote; steps share the bounds of a wave"
)]

use super::build::Coarse;
use super::codes::MIXED;
use super::fetch::fetch;
use super::frame::Spot;
use super::query::{Fast, Pending, coord};
use super::{CellIndex, NONE};
use crate::geometry::LonLat;
use crate::geometry::measure::Cover;

/// Places in a wave.
const WAVE: usize = 32;
/// Waves under way: one sets out, one lands.
const WAVES: usize = 4;
/// Words of a record that are asked for in a second line of the cache.
const LINE: usize = 16;
/// A raster of fewer bytes is always near: nothing is asked for in advance.
const NEAR_BYTES: usize = 1 << 20;
/// An answer that is not one slot: the general way decides.
const OTHER: u32 = NONE - 1;

/// Some places that go the same way together.
#[derive(Debug)]
struct Wave {
    spots: [Spot; WAVE],
    pending: [Pending; WAVE],
    /// Where the slots of whole cells are written.
    entries: [u32; WAVE],
    /// Places in mixed cells.
    mixed: [u8; WAVE],
    /// Where the records of these are.
    records: [u32; WAVE],
    /// How many these are.
    count: usize,
    /// Places in all.
    len: usize,
}

impl Wave {
    fn new() -> Self {
        let spot = Spot {
            coarse: 0,
            within: [0, 0],
        };
        let pending = Pending {
            code: 0,
            cell: 0,
            coarse: Coarse::default(),
            within: [0, 0],
        };
        Self {
            spots: [spot; WAVE],
            pending: [pending; WAVE],
            entries: [0; WAVE],
            mixed: [0; WAVE],
            records: [0; WAVE],
            count: 0,
            len: 0,
        }
    }

    /// Finds the coarse cells of `points`.
    #[inline]
    fn start<const FAR: bool>(&mut self, index: &CellIndex, points: &[LonLat]) {
        self.len = points.len();
        let frame = index.raster.frame;
        for (at, spot) in points.iter().zip(&mut self.spots) {
            *spot = frame.spot(coord(*at));
            if FAR {
                fetch(&index.raster.coarse, spot.coarse);
            }
        }
    }

    /// Finds the cells.
    #[inline]
    fn find_cells<const FAR: bool>(&mut self, index: &CellIndex) {
        let raster = &index.raster;
        let all = self.pending.iter_mut().zip(&self.spots).take(self.len);
        for (pending, spot) in all {
            pending.coarse = raster.coarse[spot.coarse];
            pending.within = spot.within;
            pending.cell = pending.coarse.first() + spot.cell(pending.coarse.level());
            if FAR {
                raster.codes.fetch(pending.cell);
            }
        }
    }

    /// Reads the codes of the cells, parts whole from mixed ones, and finds what answers for them.
    #[inline]
    fn read_codes<const FAR: bool>(&mut self, index: &CellIndex) {
        let raster = &index.raster;
        self.count = 0;
        let all = self.pending.iter_mut().zip(&mut self.entries);
        for (n, (pending, entry)) in all.take(self.len).enumerate() {
            pending.code = raster.codes.of(pending.cell);
            let is_mixed = pending.code >= MIXED;
            self.mixed[self.count] = n as u8;
            self.count += usize::from(is_mixed);
            let place = if is_mixed { 0 } else { pending.code };
            *entry = pending.coarse.table() + u32::from(place);
            if FAR {
                fetch(&raster.tables, *entry as usize);
            }
        }
        let mixed = self.mixed[..self.count].iter();
        for (n, record) in mixed.zip(&mut self.records) {
            let pending = &self.pending[usize::from(*n)];
            let at = raster.codes.record(pending.cell, pending.code);
            if FAR {
                fetch(&raster.words, at);
                fetch(&raster.words, at + LINE / 2);
            }
            *record = at as u32;
        }
    }

    /// The places in mixed cells, and where their records are.
    #[inline]
    fn mixed(&self) -> impl Iterator<Item = (usize, usize)> {
        let records = self.records.iter().map(|record| *record as usize);
        let mixed = self.mixed[..self.count].iter();
        mixed.map(|n| usize::from(*n)).zip(records)
    }
}

impl CellIndex {
    /// Calls `land` with the number of its first place and each wave when all it needs is near.
    #[inline]
    fn fly(&self, points: &[LonLat], mut land: impl FnMut(usize, &Wave)) {
        if self.raster.memory_bytes() < NEAR_BYTES {
            let mut wave = Wave::new();
            for (number, points) in points.chunks(WAVE).enumerate() {
                wave.start::<false>(self, points);
                wave.find_cells::<false>(self);
                wave.read_codes::<false>(self);
                land(number * WAVE, &wave);
            }
            return;
        }
        let mut waves: [Wave; WAVES] = std::array::from_fn(|_| Wave::new());
        let count = points.len().div_ceil(WAVE);
        let mut rest = points.chunks(WAVE);
        for step in 0..count + WAVES - 1 {
            // the wave that set out `ago` steps before this one
            let of = |ago: usize| {
                let number = step.checked_sub(ago).filter(|number| *number < count)?;
                Some((number, number % WAVES))
            };
            if let Some(points) = rest.next() {
                waves[step % WAVES].start::<true>(self, points);
            }
            if let Some((_, wave)) = of(1) {
                waves[wave].find_cells::<true>(self);
            }
            if let Some((_, wave)) = of(2) {
                waves[wave].read_codes::<true>(self);
            }
            if let Some((number, wave)) = of(3) {
                land(number * WAVE, &waves[wave]);
            }
        }
    }

    pub(super) fn first_of_many(&self, points: &[LonLat], out: &mut Vec<u32>) {
        out.reserve(points.len());
        self.fly(points, |first, wave| {
            let base = out.len();
            let entries = wave.entries[..wave.len].iter();
            out.extend(entries.map(|entry| self.raster.tables[*entry as usize]));
            let answers = &mut out[base..];
            for (n, record) in wave.mixed() {
                let words = &self.raster.words[record..];
                answers[n] = self.lowest(&wave.pending[n], words, coord(points[first + n]));
            }
            if !self.outlines.wild.is_empty() {
                for (slot, at) in answers.iter_mut().zip(&points[first..]) {
                    *slot = (*slot).min(self.first_wild(coord(*at)));
                }
            }
        });
    }

    pub(super) fn visit_many(&self, points: &[LonLat], visit: &mut impl FnMut(usize, u32, Cover)) {
        let mut answers = [NONE; WAVE];
        let wild = !self.outlines.wild.is_empty();
        self.fly(points, |first, wave| {
            for (answer, entry) in answers.iter_mut().zip(&wave.entries[..wave.len]) {
                *answer = self.raster.tables[*entry as usize];
            }
            if wild {
                answers.fill(OTHER);
            } else {
                for (n, record) in wave.mixed() {
                    let words = &self.raster.words[record..];
                    answers[n] = match self.fast_mixed(&wave.pending[n], words) {
                        Fast::One(slot) => slot,
                        Fast::Other => OTHER,
                    };
                }
            }
            for (n, answer) in answers[..wave.len].iter().enumerate() {
                let number = first + n;
                match *answer {
                    NONE => {}
                    OTHER => {
                        let at = coord(points[number]);
                        self.each(&wave.pending[n], at, &mut |slot, cover| {
                            visit(number, slot, cover);
                        });
                    }
                    slot => visit(number, slot, Cover::Inside),
                }
            }
        });
    }
}

//! How many places are looked up at once.
//!
//! Each stage is done for a whole block before the next, and within a stage no step waits for another: the reads of a
//! block overlap, and a miss of the caches costs a tenth of what it costs alone.
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "offsets that the build wrote; stages share the bounds of a block"
)]

use super::build::{Coarse, RECORD};
use super::frame::Spot;
use super::query::{Fast, Pending, coord};
use super::{CellIndex, NONE};
use crate::geometry::LonLat;
use crate::geometry::measure::Cover;

/// Places in a block.
const FLIGHT: usize = 64;
/// An answer that is not one slot: the general way decides.
const OTHER: u32 = NONE - 1;

/// A block of places under way.
#[derive(Debug)]
struct Flight {
    pending: [Pending; FLIGHT],
    words: [u32; FLIGHT],
    /// Places in mixed cells.
    mixed: [u8; FLIGHT],
    count: usize,
}

impl Flight {
    fn new() -> Self {
        let pending = Pending {
            value: 0,
            coarse: Coarse { at: 0, level: 0 },
            spot: Spot {
                coarse: 0,
                within: [0, 0],
            },
        };
        Self {
            pending: [pending; FLIGHT],
            words: [0; FLIGHT],
            mixed: [0; FLIGHT],
            count: 0,
        }
    }

    /// Reads the cells of the block, and the heads of the records of mixed ones.
    #[inline]
    fn start(&mut self, index: &CellIndex, points: &[LonLat]) {
        let (frame, raster) = (index.raster.frame, &index.raster);
        for (at, pending) in points.iter().zip(&mut self.pending) {
            pending.spot = frame.spot(coord(*at));
        }
        for (pending, word) in self
            .pending
            .iter_mut()
            .zip(&mut self.words)
            .take(points.len())
        {
            let coarse = raster.coarse[pending.spot.coarse];
            pending.coarse = coarse;
            *word = coarse.at + pending.spot.cell(coarse.level);
        }
        for (pending, word) in self.pending.iter_mut().zip(&self.words).take(points.len()) {
            pending.value = raster.words[*word as usize];
        }
        self.count = 0;
        for (n, pending) in self.pending.iter().take(points.len()).enumerate() {
            self.mixed[self.count] = n as u8;
            self.count += usize::from(pending.value & RECORD != 0);
        }
        let mut seen = 0;
        for n in &self.mixed[..self.count] {
            let pending = self.pending[usize::from(*n)];
            seen ^= index.record(pending.value)[0] ^ index.table(pending.coarse);
        }
        std::hint::black_box(seen);
    }
}

impl CellIndex {
    pub(super) fn first_of_many(&self, points: &[LonLat], out: &mut Vec<u32>) {
        out.reserve(points.len());
        let mut flight = Flight::new();
        for points in points.chunks(FLIGHT) {
            flight.start(self, points);
            let base = out.len();
            // Answers of whole cells without a branch for each, then the mixed ones.
            let whole = flight.pending.iter().take(points.len());
            out.extend(whole.map(|pending| pending.value.wrapping_sub(1)));
            let answers = &mut out[base..];
            for n in &flight.mixed[..flight.count] {
                let n = usize::from(*n);
                answers[n] = self.lowest(flight.pending[n], coord(points[n]));
            }
            if !self.outlines.wild.is_empty() {
                for (slot, at) in answers.iter_mut().zip(points) {
                    *slot = (*slot).min(self.first_wild(coord(*at)));
                }
            }
        }
    }

    pub(super) fn visit_many(&self, points: &[LonLat], visit: &mut impl FnMut(usize, u32, Cover)) {
        let mut flight = Flight::new();
        let mut answers = [NONE; FLIGHT];
        let wild = !self.outlines.wild.is_empty();
        for (block, points) in points.chunks(FLIGHT).enumerate() {
            flight.start(self, points);
            for (answer, pending) in answers.iter_mut().zip(&flight.pending) {
                *answer = if wild {
                    OTHER
                } else {
                    pending.value.wrapping_sub(1)
                };
            }
            for n in &flight.mixed[..flight.count] {
                let n = usize::from(*n);
                answers[n] = match self.fast(flight.pending[n]) {
                    Fast::One(slot) => slot,
                    Fast::Other => OTHER,
                };
            }
            for (n, at) in points.iter().enumerate() {
                let number = block * FLIGHT + n;
                match answers[n] {
                    NONE => {}
                    OTHER => self.each(flight.pending[n], coord(*at), &mut |slot, cover| {
                        visit(number, slot, cover);
                    }),
                    slot => visit(number, slot, Cover::Inside),
                }
            }
        }
    }
}

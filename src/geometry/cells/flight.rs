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
use super::frame::Spot;
use super::machine::fetch;
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

/// Some places that go the same way together; a list a quantity, so that several places share a register.
#[derive(Debug)]
struct Wave {
    /// The number of the coarse cell of each place.
    numbers: [u32; WAVE],
    /// Where in the coarse cell it lies.
    within: [[u32; WAVE]; 2],
    coarse: [Coarse; WAVE],
    /// The number of its cell.
    cells: [u32; WAVE],
    codes: [u8; WAVE],
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
        Self {
            numbers: [0; WAVE],
            within: [[0; WAVE]; 2],
            coarse: [Coarse::default(); WAVE],
            cells: [0; WAVE],
            codes: [0; WAVE],
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
        for (n, at) in points.iter().enumerate().take(WAVE) {
            let spot = frame.spot_of_many(coord(*at));
            self.numbers[n] = spot.coarse;
            self.within[0][n] = spot.within[0];
            self.within[1][n] = spot.within[1];
        }
        if FAR {
            for number in &self.numbers[..self.len] {
                fetch(&index.raster.coarse, *number as usize);
            }
        }
    }

    /// Finds the cells.
    #[inline]
    fn find_cells<const FAR: bool>(&mut self, index: &CellIndex) {
        let raster = &index.raster;
        for n in 0..self.len.min(WAVE) {
            let coarse = raster.coarse[self.numbers[n] as usize];
            self.coarse[n] = coarse;
            self.cells[n] = coarse.first() + self.spot(n).cell(coarse.level());
            if FAR {
                raster.codes.fetch(self.cells[n]);
            }
        }
    }

    /// Reads the codes of the cells, parts whole from mixed ones, and finds what answers for them.
    #[inline]
    fn read_codes<const FAR: bool>(&mut self, index: &CellIndex) {
        let raster = &index.raster;
        self.count = 0;
        for n in 0..self.len.min(WAVE) {
            let code = raster.codes.of(self.cells[n]);
            self.codes[n] = code;
            let is_mixed = code >= MIXED;
            self.mixed[self.count] = n as u8;
            self.count += usize::from(is_mixed);
            let place = if is_mixed { 0 } else { code };
            self.entries[n] = self.coarse[n].table() + u32::from(place);
            if FAR {
                fetch(&raster.tables, self.entries[n] as usize);
            }
        }
        for (n, record) in self.mixed[..self.count].iter().zip(&mut self.records) {
            let n = usize::from(*n);
            let at = raster.codes.record(self.cells[n], self.codes[n]);
            if FAR {
                fetch(&raster.words, at);
                fetch(&raster.words, at + LINE / 2);
            }
            *record = at as u32;
        }
    }

    #[inline]
    fn spot(&self, n: usize) -> Spot {
        Spot {
            coarse: self.numbers[n],
            within: [self.within[0][n], self.within[1][n]],
        }
    }

    /// What is known of the n-th place.
    #[inline]
    fn pending(&self, n: usize) -> Pending {
        Pending {
            code: self.codes[n],
            cell: self.cells[n],
            coarse: self.coarse[n],
            within: self.spot(n).within,
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

/// What is done with a wave when all it needs is near; `first` is the number of its first place.
trait Landing {
    fn land(&mut self, index: &CellIndex, first: usize, points: &[LonLat], wave: &Wave);
}

/// Keeps the lowest slot of each place.
struct Lowest<'a> {
    out: &'a mut Vec<u32>,
}

impl Landing for Lowest<'_> {
    #[inline]
    fn land(&mut self, index: &CellIndex, _first: usize, points: &[LonLat], wave: &Wave) {
        let base = self.out.len();
        let entries = wave.entries[..wave.len].iter();
        self.out
            .extend(entries.map(|entry| index.raster.tables[*entry as usize]));
        let answers = &mut self.out[base..];
        for (n, record) in wave.mixed() {
            let words = &index.raster.words[record..];
            answers[n] = index.lowest(&wave.pending(n), words, coord(points[n]));
        }
        if !index.outlines.wild.is_empty() {
            for (slot, at) in answers.iter_mut().zip(points) {
                *slot = (*slot).min(index.first_wild(coord(*at)));
            }
        }
    }
}

/// Tells every slot of each place.
struct Each<'a, V> {
    visit: &'a mut V,
}

impl<V: FnMut(usize, u32, Cover)> Landing for Each<'_, V> {
    #[inline]
    fn land(&mut self, index: &CellIndex, first: usize, points: &[LonLat], wave: &Wave) {
        let mut answers = [OTHER; WAVE];
        if index.outlines.wild.is_empty() {
            for (answer, entry) in answers.iter_mut().zip(&wave.entries[..wave.len]) {
                *answer = index.raster.tables[*entry as usize];
            }
            for (n, record) in wave.mixed() {
                let words = &index.raster.words[record..];
                answers[n] = match index.fast_mixed(&wave.pending(n), words) {
                    Fast::One(slot) => slot,
                    Fast::Other => OTHER,
                };
            }
        }
        for (n, answer) in answers[..wave.len].iter().enumerate() {
            match *answer {
                NONE => {}
                OTHER => index.each(&wave.pending(n), coord(points[n]), &mut |slot, cover| {
                    (self.visit)(first + n, slot, cover);
                }),
                slot => (self.visit)(first + n, slot, Cover::Inside),
            }
        }
    }
}

impl CellIndex {
    #[inline]
    fn fly(&self, points: &[LonLat], landing: &mut impl Landing) {
        if self.raster.memory_bytes() < NEAR_BYTES {
            let mut wave = Wave::new();
            for (number, points) in points.chunks(WAVE).enumerate() {
                wave.start::<false>(self, points);
                wave.find_cells::<false>(self);
                wave.read_codes::<false>(self);
                landing.land(self, number * WAVE, points, &wave);
            }
            return;
        }
        let mut waves: [Wave; WAVES] = std::array::from_fn(|_| Wave::new());
        let count = points.len().div_ceil(WAVE);
        let mut setting_out = points.chunks(WAVE);
        let mut coming_in = points.chunks(WAVE);
        for step in 0..count + WAVES - 1 {
            // the wave that set out `ago` steps before this one
            let of = |ago: usize| {
                let number = step.checked_sub(ago).filter(|number| *number < count)?;
                Some((number, number % WAVES))
            };
            if let Some(points) = setting_out.next() {
                waves[step % WAVES].start::<true>(self, points);
            }
            if let Some((_, wave)) = of(1) {
                waves[wave].find_cells::<true>(self);
            }
            if let Some((_, wave)) = of(2) {
                waves[wave].read_codes::<true>(self);
            }
            if let Some((number, wave)) = of(3)
                && let Some(points) = coming_in.next()
            {
                landing.land(self, number * WAVE, points, &waves[wave]);
            }
        }
    }

    pub(super) fn first_of_many(&self, points: &[LonLat], out: &mut Vec<u32>) {
        out.reserve(points.len());
        self.fly(points, &mut Lowest { out });
    }

    pub(super) fn visit_many(&self, points: &[LonLat], visit: &mut impl FnMut(usize, u32, Cover)) {
        self.fly(points, &mut Each { visit });
    }
}

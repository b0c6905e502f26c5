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
use super::frame::local;
use super::machine::fetch;
use super::query::{Fast, coord};
use super::{CellIndex, NONE};
use crate::geometry::LonLat;
use crate::geometry::measure::Cover;

/// Places in a wave.
const WAVE: usize = 64;
/// Waves under way: one sets out, one lands.
const WAVES: usize = 4;
/// Words of a record that are asked for in a second line of the cache.
const LINE: usize = 16;
/// An answer that is not one slot: the general way decides.
const OTHER: u32 = NONE - 1;

/// Some places that go the same way together.
#[derive(Debug)]
struct Wave {
    /// Where in its coarse cell each place lies, as in [`Spot`].
    within: [[u32; 2]; WAVE],
    coarse: [Coarse; WAVE],
    /// The number of the cell of each place.
    cells: [u32; WAVE],
    /// Where the slots of whole cells are written.
    entries: [u32; WAVE],
    /// Places in mixed cells.
    mixed: [u8; WAVE],
    /// How many these are.
    count: usize,
    /// Where the records of these are.
    records: [u32; WAVE],
}

impl Wave {
    const NEW: Self = Self {
        within: [[0; 2]; WAVE],
        coarse: [Coarse::EMPTY; WAVE],
        cells: [0; WAVE],
        entries: [0; WAVE],
        mixed: [0; WAVE],
        count: 0,
        records: [0; WAVE],
    };

    /// Finds the cells of `points`; the coarse cells are few and always near. With fewer places than there is room, some of
    /// the wave before take part to the end.
    #[inline]
    fn start<const FAR: bool>(&mut self, index: &CellIndex, points: &[LonLat]) {
        let raster = &index.raster;
        let found = self
            .within
            .iter_mut()
            .zip(&mut self.coarse)
            .zip(&mut self.cells);
        for (at, ((within, coarse), cell)) in points.iter().zip(found) {
            let spot = raster.frame.spot(coord(*at));
            *within = spot.within;
            *coarse = raster.coarse[spot.coarse as usize];
            *cell = coarse.first() + spot.cell(coarse.shift());
            if FAR {
                raster.codes.fetch(*cell);
            }
        }
    }

    /// Reads the codes of the cells, parts whole from mixed ones, and finds what answers for them.
    #[inline]
    fn read_codes<const FAR: bool>(&mut self, index: &CellIndex) {
        let raster = &index.raster;
        // in a register: the memory of the wave would hold up the next place
        let mut count = 0;
        let places = self.cells.iter().zip(&self.coarse).zip(&mut self.entries);
        for (n, ((cell, coarse), entry)) in (0..).zip(places) {
            let code = raster.codes.of(*cell);
            let is_mixed = code >= MIXED;
            self.mixed[count % WAVE] = n;
            count += usize::from(is_mixed);
            let place = if is_mixed { 0 } else { code };
            *entry = coarse.table() + u32::from(place);
            if FAR {
                fetch(&raster.tables, *entry as usize);
            }
        }
        self.count = count;
        if FAR {
            for n in &self.mixed[..self.count] {
                raster.codes.fetch_record(self.cells[usize::from(*n)]);
            }
        }
    }

    /// Finds the records of mixed cells.
    #[inline]
    fn find_records<const FAR: bool>(&mut self, index: &CellIndex) {
        let raster = &index.raster;
        for (n, record) in self.mixed[..self.count].iter().zip(&mut self.records) {
            let at = raster.codes.record(self.cells[usize::from(*n)]);
            if FAR {
                fetch(&raster.words, at);
                fetch(&raster.words, at + LINE / 2);
            }
            *record = at as u32;
        }
    }

    /// The places in mixed cells, each with where its record is.
    #[inline]
    fn mixed(&self) -> impl Iterator<Item = (usize, usize)> {
        let records = self.records.iter().map(|record| *record as usize);
        let mixed = self.mixed[..self.count].iter();
        mixed.map(|n| usize::from(*n)).zip(records)
    }

    /// The n-th place in the units of its cell.
    #[inline]
    fn local(&self, n: usize) -> u32 {
        local(self.within[n], self.coarse[n].shift())
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
        let entries = wave.entries.iter().zip(points);
        self.out
            .extend(entries.map(|(entry, _)| index.raster.tables[*entry as usize]));
        let answers = &mut self.out[base..];
        for (n, record) in wave.mixed() {
            // none beyond the last place
            let (Some(answer), Some(at)) = (answers.get_mut(n), points.get(n)) else {
                continue;
            };
            let words = &index.raster.words[record..];
            *answer = index.lowest(wave.coarse[n], wave.local(n), words, coord(*at));
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
            for (answer, entry) in answers.iter_mut().zip(&wave.entries) {
                *answer = index.raster.tables[*entry as usize];
            }
            for (n, record) in wave.mixed() {
                let words = &index.raster.words[record..];
                answers[n] = match index.fast_mixed(wave.coarse[n], wave.local(n), words) {
                    Fast::One(slot) => slot,
                    Fast::Other => OTHER,
                };
            }
        }
        for (n, (answer, at)) in answers.iter().zip(points).enumerate() {
            match *answer {
                NONE => {}
                OTHER => index.each(coord(*at), &mut |slot, cover| {
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
        if !self.raster.is_far() {
            let mut wave = Wave::NEW;
            for (number, points) in points.chunks(WAVE).enumerate() {
                wave.start::<false>(self, points);
                wave.read_codes::<false>(self);
                wave.find_records::<false>(self);
                landing.land(self, number * WAVE, points, &wave);
            }
            return;
        }
        let mut waves = [const { Wave::NEW }; WAVES];
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
                waves[wave].read_codes::<true>(self);
            }
            if let Some((_, wave)) = of(2) {
                waves[wave].find_records::<true>(self);
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

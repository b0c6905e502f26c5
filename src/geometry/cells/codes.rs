//! The cells of the raster, one byte each.
//!
//! Most places lie in a cell without a border, and are answered from this array and a table of a few entries: the less
//! memory it takes, the more of it stays in the processor's caches.
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "offsets of 32 bits into arrays that are built with them"
)]

use super::machine::{fetch, settle};
use super::record::STEP;

/// Codes below are places in the table of the coarse cell; the entry there is the slot that holds the whole cell. From
/// here on a code says where the record of the cell is: so many steps behind where the records of its group begin.
pub(super) const MIXED: u8 = 128;
/// The record is too far behind, see [`Codes::far`].
const FAR: u8 = 255;
/// Cells in a group, as a power of two.
const GROUP_BITS: u32 = 4;

/// The cells of all coarse cells, one after the other.
#[derive(Debug, Clone)]
pub(super) struct Codes {
    codes: Vec<u8>,
    /// Where the first record of each group of cells begins.
    records: Vec<u32>,
    /// Cells whose records are too far behind those of their group, and where they are; in the order of cells.
    far: Vec<(u32, u32)>,
}

impl Default for Codes {
    /// One cell that nothing covers.
    fn default() -> Self {
        Self {
            codes: vec![0],
            records: vec![0],
            far: Vec::new(),
        }
    }
}

impl Codes {
    /// The number of cells, which the next will have.
    pub(super) fn len(&self) -> u32 {
        self.codes.len() as u32
    }

    /// Adds a cell that the slot at `place` of its table holds. `words` are the records of all cells before.
    pub(super) fn push_whole(&mut self, place: u8, words: &[u32]) {
        self.push(words, |_| place);
    }

    /// Adds a cell whose record comes next, at the end of `words`.
    pub(super) fn push_mixed(&mut self, words: &[u32]) {
        let (cell, at) = (self.len(), words.len() as u32);
        let code = self.push(words, |records| {
            let steps = ((at - records) / STEP).min(u32::from(FAR - MIXED));
            MIXED + steps as u8
        });
        if code == FAR {
            self.far.push((cell, at));
        }
    }

    fn push(&mut self, words: &[u32], code: impl FnOnce(u32) -> u8) -> u8 {
        let group = (self.len() >> GROUP_BITS) as usize;
        if group == self.records.len() {
            self.records.push(words.len() as u32);
        }
        let code = code(self.records[group]);
        self.codes.push(code);
        code
    }

    /// Brings a cell near.
    #[inline]
    pub(super) fn fetch(&self, cell: u32) {
        fetch(&self.codes, cell as usize);
    }

    /// The code of a cell.
    #[inline]
    pub(super) fn of(&self, cell: u32) -> u8 {
        self.codes[cell as usize]
    }

    /// Brings near what [`Codes::record`] reads for a cell.
    #[inline]
    pub(super) fn fetch_record(&self, cell: u32) {
        fetch(&self.records, (cell >> GROUP_BITS) as usize);
    }

    /// Where the record of a mixed cell begins.
    #[inline]
    pub(super) fn record(&self, cell: u32) -> usize {
        let code = self.of(cell);
        if code == FAR {
            return self.far_record(cell);
        }
        let first = self.records[(cell >> GROUP_BITS) as usize];
        (first + u32::from(code - MIXED) * STEP) as usize
    }

    #[cold]
    fn far_record(&self, cell: u32) -> usize {
        let at = self.far.partition_point(|(other, _)| *other < cell);
        self.far[at].1 as usize
    }

    /// No more cells come.
    pub(super) fn settle(&mut self) {
        settle(&mut self.codes);
        settle(&mut self.records);
        self.far.shrink_to_fit();
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.codes.capacity() + self.records.capacity() * 4 + self.far.capacity() * 8
    }
}

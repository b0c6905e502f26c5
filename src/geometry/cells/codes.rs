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
/// Cells in a group.
const GROUP: u32 = 12;

/// Some cells in a row; never in two lines of the cache.
#[derive(Debug, Clone, Copy)]
#[repr(align(16))]
struct Group {
    /// Where its first record begins.
    records: u32,
    codes: [u8; GROUP as usize],
}

/// The cells of all coarse cells, one after the other.
#[derive(Debug, Clone)]
pub(super) struct Codes {
    groups: Vec<Group>,
    len: u32,
    /// Cells whose records are too far behind those of their group, and where they are; in the order of cells.
    far: Vec<(u32, u32)>,
}

impl Default for Codes {
    /// One cell that nothing covers.
    fn default() -> Self {
        Self {
            groups: vec![Group::at(0)],
            len: 1,
            far: Vec::new(),
        }
    }
}

impl Group {
    fn at(records: u32) -> Self {
        Self {
            records,
            codes: [0; GROUP as usize],
        }
    }
}

impl Codes {
    /// The number of cells, which the next will have.
    pub(super) fn len(&self) -> u32 {
        self.len
    }

    /// Adds a cell that the slot at `place` of its table holds. `words` are the records of all cells before.
    pub(super) fn push_whole(&mut self, place: u8, words: &[u32]) {
        self.push(words, |_| place);
    }

    /// Adds a cell whose record comes next, at the end of `words`.
    pub(super) fn push_mixed(&mut self, words: &[u32]) {
        let (cell, at) = (self.len, words.len() as u32);
        let code = self.push(words, |records| {
            let steps = ((at - records) / STEP).min(u32::from(FAR - MIXED));
            MIXED + steps as u8
        });
        if code == FAR {
            self.far.push((cell, at));
        }
    }

    fn push(&mut self, words: &[u32], code: impl FnOnce(u32) -> u8) -> u8 {
        let at = (self.len % GROUP) as usize;
        if at == 0 {
            self.groups.push(Group::at(words.len() as u32));
        }
        let group = &mut self.groups[(self.len / GROUP) as usize];
        group.codes[at] = code(group.records);
        self.len += 1;
        group.codes[at]
    }

    /// Brings a cell near.
    #[inline]
    pub(super) fn fetch(&self, cell: u32) {
        fetch(&self.groups, (cell / GROUP) as usize);
    }

    /// The code of a cell.
    #[inline]
    pub(super) fn of(&self, cell: u32) -> u8 {
        self.groups[(cell / GROUP) as usize].codes[(cell % GROUP) as usize]
    }

    /// Where the record of a mixed cell begins.
    #[inline]
    pub(super) fn record(&self, cell: u32, code: u8) -> usize {
        if code == FAR {
            return self.far_record(cell);
        }
        let group = &self.groups[(cell / GROUP) as usize];
        (group.records + u32::from(code - MIXED) * STEP) as usize
    }

    #[cold]
    fn far_record(&self, cell: u32) -> usize {
        let at = self.far.partition_point(|(other, _)| *other < cell);
        self.far[at].1 as usize
    }

    /// No more cells come.
    pub(super) fn settle(&mut self) {
        settle(&mut self.groups);
        self.far.shrink_to_fit();
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.groups.capacity() * size_of::<Group>() + self.far.capacity() * 8
    }
}

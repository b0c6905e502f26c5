//! Readers that count: what is unpacked of a file, and what is read between two records. A megabyte can claim to be a
//! gigabyte, and a text that never ends would be in memory as a whole.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use crate::ingest::source::Progress;

/// A packed file may unpack to this much whatever its size, bytes.
const FREE: u64 = 64 << 20;

/// Beyond that, to so many times its size: texts of maps are packed to a twentieth, hardly ever to a fiftieth.
const RATIO: u64 = 100;

/// The most that is unpacked of any file, bytes.
const MOST: u64 = 4 << 30;

/// The most that `packed` bytes may unpack to.
pub(super) fn most_unpacked(packed: u64) -> u64 {
    packed.saturating_mul(RATIO).clamp(FREE, MOST)
}

/// What is unpacked of a file of a certain size. More than an honest file has is an error, and noted.
pub(super) struct Unpacked<R> {
    inner: R,
    left: u64,
    progress: Progress,
}

impl<R> Unpacked<R> {
    /// What `inner` unpacks of `packed` bytes.
    pub(super) fn new(inner: R, packed: u64, progress: Progress) -> Self {
        Self {
            inner,
            left: most_unpacked(packed),
            progress,
        }
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let left = self.left.checked_sub(u64::try_from(read).unwrap_or(0));
        self.left = left.ok_or_else(|| {
            self.progress.overflow();
            io::Error::from(io::ErrorKind::FileTooLarge)
        })?;
        Ok(read)
    }
}

/// Text of which only so much may be read between two records.
pub(super) struct Fenced<R> {
    inner: R,
    left: Rc<Cell<u64>>,
}

impl<R> Fenced<R> {
    /// `inner`, of which `left` says how much more may be read; whoever reads sets it again with each record.
    pub(super) fn new(inner: R, left: Rc<Cell<u64>>) -> Self {
        Self { inner, left }
    }
}

impl<R: Read> Read for Fenced<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let left = self
            .left
            .get()
            .checked_sub(u64::try_from(read).unwrap_or(0));
        self.left
            .set(left.ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?);
        Ok(read)
    }
}

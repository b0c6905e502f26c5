//! The text of a record as it stands in the file: its line, and whether its quotation marks are in order.

use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;

/// A reader whose bytes can be looked at again.
pub(super) struct Kept<R> {
    inner: R,
    kept: Rc<RefCell<Vec<u8>>>,
}

/// What a [`Kept`] has read and nobody has taken yet.
pub(super) struct Raw {
    kept: Rc<RefCell<Vec<u8>>>,
    taken: std::cell::Cell<u64>,
}

impl<R> Kept<R> {
    pub(super) fn new(inner: R) -> (Self, Raw) {
        let kept = Rc::new(RefCell::new(Vec::new()));
        let raw = Raw {
            kept: Rc::clone(&kept),
            taken: std::cell::Cell::new(0),
        };
        (Self { inner, kept }, raw)
    }
}

impl<R: Read> Read for Kept<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let bytes = buffer.get(..read).unwrap_or_default();
        self.kept.borrow_mut().extend_from_slice(bytes);
        Ok(read)
    }
}

impl Raw {
    /// The bytes from where the last call ended to `place`, counted from the beginning of the text.
    pub(super) fn up_to(&self, place: u64) -> Vec<u8> {
        let length = usize::try_from(place.saturating_sub(self.taken.get())).unwrap_or(usize::MAX);
        self.taken.set(self.taken.get().max(place));
        let mut kept = self.kept.borrow_mut();
        let length = length.min(kept.len());
        kept.drain(..length).collect()
    }
}

/// Counts lines, whatever ends them.
#[derive(Debug, Default)]
pub(super) struct Lines {
    passed: u64,
    is_after_return: bool,
}

impl Lines {
    /// Passes the text of a record; says on which line it begins, from 1, and how many lines it has.
    pub(super) fn pass(&mut self, raw: &[u8]) -> (u64, u64) {
        let blank = raw
            .iter()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .count();
        let (before, record) = raw.split_at(blank);
        self.count(before);
        let first = self.passed;
        self.count(record);
        let ends = u64::from(record.ends_with(b"\n") || record.ends_with(b"\r"));
        (first + 1, self.passed - first + 1 - ends)
    }

    fn count(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let is_second_half = *byte == b'\n' && self.is_after_return;
            self.passed += u64::from(matches!(byte, b'\r' | b'\n') && !is_second_half);
            self.is_after_return = *byte == b'\r';
        }
    }
}

/// Whether the quotation marks of a record are not those of one record: a cell begins with one and does not end with
/// one, or a mark that was left open is closed by that of a later row, so that every line is a whole row by itself.
/// `width` is the number of cells of the row before.
pub(super) fn is_broken(raw: &[u8], delimiter: u8, width: Option<usize>) -> bool {
    let raw = raw.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(raw);
    leaves_open(raw, delimiter) || has_swallowed(raw, delimiter, width)
}

/// Whether a cell of a row begins with a quotation mark and does not end with one.
fn leaves_open(raw: &[u8], delimiter: u8) -> bool {
    let (mut at_start, mut quoted) = (true, false);
    let mut bytes = raw.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if !quoted {
            quoted = at_start && byte == b'"';
            at_start = byte == delimiter || matches!(byte, b'\r' | b'\n');
        } else if byte == b'"' && bytes.next_if_eq(&b'"').is_none() {
            quoted = false;
            at_start = false;
            let ends = |next: &u8| *next == delimiter || matches!(next, b'\r' | b'\n');
            if !bytes.peek().is_none_or(ends) {
                return true;
            }
        }
    }
    quoted
}

/// Fewer cells than this do not tell a row from a line of text.
const FEWEST_CELLS: usize = 3;

fn has_swallowed(raw: &[u8], delimiter: u8, width: Option<usize>) -> bool {
    let mut lines = raw
        .split(|byte| matches!(byte, b'\r' | b'\n'))
        .filter(|line| !line.is_empty());
    let Some(first) = lines.next().map(|line| cells_of_line(line, delimiter)) else {
        return false;
    };
    let mut rest = lines.peekable();
    first >= FEWEST_CELLS
        && width.is_none_or(|width| width == first)
        && rest.peek().is_some()
        && rest.all(|line| cells_of_line(line, delimiter) == first)
}

/// How many cells a line has by itself; a quotation mark that is not closed in it counts as any letter.
fn cells_of_line(line: &[u8], delimiter: u8) -> usize {
    let (mut count, mut rest) = (1, line);
    loop {
        let closed = rest.strip_prefix(b"\"").and_then(|inner| {
            let ends = |at: &usize| {
                let next = inner.get(at + 1);
                inner.get(*at) == Some(&b'"') && next.is_none_or(|next| *next == delimiter)
            };
            inner.get((0..inner.len()).find(ends)? + 1..)
        });
        let from = closed.unwrap_or(rest);
        let Some(at) = from.iter().position(|byte| *byte == delimiter) else {
            return count;
        };
        count += 1;
        rest = from.get(at + 1..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_whatever_ends_them() {
        for end in ["\n", "\r\n", "\r"] {
            let mut lines = Lines::default();
            let pass =
                |lines: &mut Lines, text: &str| lines.pass(text.replace('\n', end).as_bytes());
            assert_eq!(pass(&mut lines, "a,b\n"), (1, 1), "{end:?}");
            assert_eq!(pass(&mut lines, "\n\nc,\"x\ny\"\n"), (4, 2), "{end:?}");
            assert_eq!(pass(&mut lines, "d,e"), (6, 1), "{end:?}");
        }
        // as the reader of rows leaves it
        let mut lines = Lines::default();
        assert_eq!(lines.pass(b"a,b\r"), (1, 1));
        assert_eq!(lines.pass(b"\nc,d\r"), (2, 1));
        assert_eq!(lines.pass(b"\n\r\ne,f"), (4, 1));
    }

    #[test]
    fn a_mark_that_swallows_rows_is_seen_and_text_of_several_lines_is_not() {
        for (raw, is) in [
            ("R2,\"东门,1,2\n", true),
            ("R2,\"东门,1,2\nR3,西门,1,2\nR4,翠苑\",1,2\n", true),
            ("R2,\"东门,1,2\r\nR4,\"\"翠苑\",1,2\r\n", true),
            ("R2,\"a\"b,1,2\n", true),
            ("R2,a\"b,1,2\n", false),
            ("R2,\"东门\n二层,靠里\",1,2\n", false),
            ("R2,\"一\n二\n三\",1,2\n", false),
            ("R2,\"a,b\",1,2\n", false),
            ("\"x\ny\",2\n", false),
        ] {
            assert_eq!(is_broken(raw.as_bytes(), b',', Some(4)), is, "{raw}");
        }
    }
}

//! What the reader of workbooks does not tell of a sheet: which rows are hidden, which formulas have no result, which cells
//! of `OpenDocument` are merged.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Seek};

use calamine::Dimensions;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event as Xml};
use zip::ZipArchive;

use super::workbook::Kind;

/// Hidden rows and merges beyond this number are not looked at.
const MOST: usize = 100_000;
/// How many cells are named where something is said of them.
const MOST_NAMED: usize = 10;
/// The longest part of a workbook that is looked at, bytes.
const LONGEST: u64 = 4 << 30;

/// How a sheet is laid out.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Rows that are not shown, from 1.
    pub(super) hidden: Vec<u64>,
    /// Merged cells, of `OpenDocument` only.
    pub(super) merged: Vec<Dimensions>,
    /// How many formulas have no result, and the first of their cells.
    pub(super) unsolved: u64,
    pub(super) first_unsolved: Vec<String>,
}

/// The layout of the sheet `name`; empty where the workbook does not tell it.
pub(super) fn of(file: impl Read + Seek, kind: Kind, name: &str) -> Layout {
    let mut layout = Layout::default();
    let Ok(mut parts) = ZipArchive::new(file) else {
        return layout;
    };
    // A part that is damaged here is damaged for the reader of cells too, and that one says so.
    let _seen = match kind {
        Kind::Xlsx => path_of(&mut parts, name)
            .and_then(|path| cells_of_excel(&mut parts, &path, &mut layout)),
        Kind::Ods => {
            let mut walk = Walk::default();
            each(&mut parts, "content.xml", &mut |tag, begins| {
                walk.tag(tag, begins, name, &mut layout);
            })
        }
        Kind::Xls => None,
    };
    layout
}

/// Calls `see` with every tag of a part; `true` for one that begins or is empty.
fn each<R: Read + Seek>(
    parts: &mut ZipArchive<R>,
    path: &str,
    see: &mut dyn FnMut(&BytesStart<'_>, bool),
) -> Option<()> {
    let part = parts.by_name(path).ok()?.take(LONGEST);
    let mut reader = Reader::from_reader(BufReader::with_capacity(1 << 16, part));
    let mut buffer = Vec::new();
    tags(&mut reader, &mut buffer, see)
}

fn tags<R: BufRead>(
    reader: &mut Reader<R>,
    buffer: &mut Vec<u8>,
    see: &mut dyn FnMut(&BytesStart<'_>, bool),
) -> Option<()> {
    loop {
        buffer.clear();
        match reader.read_event_into(buffer).ok()? {
            Xml::Start(tag) | Xml::Empty(tag) => see(&tag, true),
            Xml::End(tag) => {
                let name = String::from_utf8_lossy(tag.name().as_ref()).into_owned();
                see(&BytesStart::new(name), false);
            }
            Xml::Eof => return Some(()),
            _ => {}
        }
    }
}

/// A cell of Excel while it is read.
#[derive(Default)]
struct OpenCell {
    has_formula: bool,
    has_result: bool,
    /// Whether its result is a text, which may be an empty one.
    is_text: bool,
}

/// Walks through the cells of a sheet of Excel. Rows and cells need not say where they are: then they follow the one before.
fn cells_of_excel<R: Read + Seek>(
    parts: &mut ZipArchive<R>,
    path: &str,
    layout: &mut Layout,
) -> Option<()> {
    let part = parts.by_name(path).ok()?.take(LONGEST);
    let mut reader = Reader::from_reader(BufReader::with_capacity(1 << 16, part));
    let mut buffer = Vec::new();
    let (mut row, mut column) = (0_u32, 0_u32);
    let (mut cell, mut is_in_value) = (OpenCell::default(), false);
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer).ok()?;
        let is_empty = matches!(event, Xml::Empty(_));
        match event {
            Xml::Start(tag) | Xml::Empty(tag) => match tag.local_name().as_ref() {
                b"row" => {
                    row = number(&tag, b"r").unwrap_or(row.saturating_add(1));
                    column = 0;
                    layout.row(&tag);
                }
                b"c" => {
                    let place = text(&tag, b"r").as_deref().and_then(column_of);
                    column = place.unwrap_or(column.saturating_add(1));
                    cell = OpenCell {
                        is_text: text(&tag, b"t").is_some_and(|kind| kind == "str"),
                        ..OpenCell::default()
                    };
                }
                b"f" => cell.has_formula = true,
                b"v" => {
                    cell.has_result |= cell.is_text;
                    is_in_value = !is_empty;
                }
                b"is" => cell.has_result = true,
                _ => {}
            },
            Xml::Text(text) => cell.has_result |= is_in_value && !text.is_empty(),
            Xml::End(tag) => match tag.local_name().as_ref() {
                b"v" => is_in_value = false,
                b"c" if cell.has_formula && !cell.has_result => layout.unsolved(row, column),
                _ => {}
            },
            Xml::Eof => return Some(()),
            _ => {}
        }
    }
}

/// The number of the column in a name such as `AB12`, from 1.
fn column_of(cell: &str) -> Option<u32> {
    let letters = cell.bytes().take_while(u8::is_ascii_alphabetic);
    letters.take(4).try_fold(0_u32, |sum, letter| {
        sum.checked_mul(26)?
            .checked_add(u32::from(letter.to_ascii_uppercase() - b'A') + 1)
    })
}

/// The name of a cell by the numbers of its row and column, from 1.
fn cell_name(row: u32, mut column: u32) -> String {
    let mut letters = Vec::new();
    while column > 0 {
        letters.push(char::from(
            b'A' + u8::try_from((column - 1) % 26).unwrap_or(0),
        ));
        column = (column - 1) / 26;
    }
    let letters: String = letters.into_iter().rev().collect();
    format!("{letters}{row}")
}

/// Where the cells of a sheet of Excel are.
fn path_of<R: Read + Seek>(parts: &mut ZipArchive<R>, sheet: &str) -> Option<String> {
    let mut id = None;
    each(parts, "xl/workbook.xml", &mut |tag, begins| {
        if begins
            && tag.local_name().as_ref() == b"sheet"
            && text(tag, b"name").is_some_and(|name| name == sheet)
        {
            id = text(tag, b"id");
        }
    })?;
    let mut paths = BTreeMap::new();
    each(parts, "xl/_rels/workbook.xml.rels", &mut |tag, begins| {
        if begins && let (Some(id), Some(target)) = (text(tag, b"Id"), text(tag, b"Target")) {
            paths.insert(id, target);
        }
    })?;
    let target = paths.remove(&id?)?;
    Some(match target.strip_prefix('/') {
        Some(whole) => whole.to_owned(),
        None => format!("xl/{target}"),
    })
}

/// The value of an attribute, whatever stands before its colon.
fn text(tag: &BytesStart<'_>, name: &[u8]) -> Option<String> {
    let found = tag
        .attributes()
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name)?;
    let value = String::from_utf8_lossy(&found.value).into_owned();
    let plain = quick_xml::escape::unescape(&value).ok()?.into_owned();
    Some(plain)
}

fn number(tag: &BytesStart<'_>, name: &[u8]) -> Option<u32> {
    text(tag, name)?.parse().ok()
}

impl Layout {
    /// Notes a formula without a result.
    fn unsolved(&mut self, row: u32, column: u32) {
        self.unsolved += 1;
        if self.first_unsolved.len() < MOST_NAMED {
            self.first_unsolved.push(cell_name(row, column));
        }
    }

    /// A row of Excel.
    fn row(&mut self, tag: &BytesStart<'_>) {
        let is_hidden = tag.local_name().as_ref() == b"row"
            && text(tag, b"hidden").is_some_and(|said| said == "1" || said == "true");
        if is_hidden && self.hidden.len() < MOST {
            self.hidden.extend(number(tag, b"r").map(u64::from));
        }
    }
}

/// A walk through the sheets of `OpenDocument`.
#[derive(Debug, Default)]
struct Walk {
    is_here: bool,
    /// The row and column that come next, from 0.
    row: u32,
    column: u32,
    /// How many rows the one that is open stands for.
    rows: u32,
}

impl Walk {
    fn tag(&mut self, tag: &BytesStart<'_>, begins: bool, sheet: &str, layout: &mut Layout) {
        match (tag.local_name().as_ref(), begins) {
            (b"table", true) => {
                self.is_here = text(tag, b"name").is_some_and(|name| name == sheet);
                (self.row, self.rows) = (0, 0);
            }
            (b"table", false) => self.is_here = false,
            (b"table-row", true) if self.is_here => {
                self.row = self.row.saturating_add(self.rows);
                self.rows = number(tag, b"number-rows-repeated").unwrap_or(1);
                self.column = 0;
                let is_hidden = text(tag, b"visibility").is_some_and(|said| said != "visible");
                if is_hidden && self.rows < 1000 && layout.hidden.len() < MOST {
                    let first = u64::from(self.row) + 1;
                    layout.hidden.extend(first..first + u64::from(self.rows));
                }
            }
            (b"table-cell" | b"covered-table-cell", true) if self.is_here => {
                let down = number(tag, b"number-rows-spanned").unwrap_or(1);
                let across = number(tag, b"number-columns-spanned").unwrap_or(1);
                if (down > 1 || across > 1) && layout.merged.len() < MOST {
                    let end = (
                        self.row.saturating_add(down.max(1) - 1),
                        self.column.saturating_add(across.max(1) - 1),
                    );
                    layout
                        .merged
                        .push(Dimensions::new((self.row, self.column), end));
                }
                let has_result = text(tag, b"value-type").is_some();
                if text(tag, b"formula").is_some() && !has_result {
                    layout.unsolved(self.row.saturating_add(1), self.column.saturating_add(1));
                }
                let cells = number(tag, b"number-columns-repeated").unwrap_or(1);
                self.column = self.column.saturating_add(cells);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{cell_name, column_of};

    #[test]
    fn cells_have_names_of_letters_and_numbers() {
        for (name, row, column) in [
            ("A1", 1, 1),
            ("Z9", 9, 26),
            ("AB12", 12, 28),
            ("XFD3", 3, 16_384),
        ] {
            assert_eq!(cell_name(row, column), name);
            assert_eq!(column_of(name), Some(column));
        }
    }
}

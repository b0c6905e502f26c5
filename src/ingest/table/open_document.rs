//! What is looked at in an `OpenDocument` before its reader gets it.
//!
//! The reader looks for the end of what is open for ever, and writes out every repetition, of cells, rows and blanks: a
//! file of a few hundred bytes would have it fill the memory.

use std::io::{Read, Seek};

use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event as Xml};
use zip::ZipArchive;

use super::xml_part::{self, damaged};
use crate::ingest::IngestError;
use crate::ingest::fence::most_unpacked;

/// The most that the sheets together may take when every repetition is written out, bytes.
const MOST: u64 = 512 << 20;
/// What a cell takes beside its text, bytes.
const CELL: u64 = 64;
/// No sheet has more columns and rows; the reader stops there as well.
const COLUMNS: u64 = 1 << 14;
const ROWS: u64 = 1 << 20;

/// Refuses a document with a part that does not end, or that grows beyond all measure when it is read.
///
/// # Errors
/// [`IngestError::Damaged`], [`IngestError::TooLarge`].
pub(super) fn look(file: impl Read + Seek) -> Result<(), IngestError> {
    // What cannot be opened here cannot be opened by the reader either, which says so.
    let Ok(mut parts) = ZipArchive::new(file) else {
        return Ok(());
    };
    let Ok(part) = parts.by_name("content.xml") else {
        return Ok(());
    };
    let most = most_unpacked(part.compressed_size());
    let mut whole = part.take(most);
    match measure(&mut whole) {
        Err(_) if whole.limit() == 0 => Err(IngestError::UnpacksTooLarge),
        measured => measured,
    }
}

fn measure(part: impl Read) -> Result<(), IngestError> {
    let mut reader = xml_part::reader(part)?;
    let (mut buffer, mut open, mut size) = (Vec::new(), 0_u64, Size::default());
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Xml::Start(tag)) => {
                open += 1;
                size.begin(&tag)?;
            }
            Ok(Xml::Empty(tag)) => {
                size.begin(&tag)?;
                size.end(tag.name().as_ref());
            }
            Ok(Xml::End(tag)) => {
                open = open.saturating_sub(1);
                size.end(tag.name().as_ref());
            }
            Ok(Xml::Decl(says)) => xml_part::is_utf_8(&says)?,
            Ok(Xml::Text(text)) => size.grow(length(&text)),
            Ok(Xml::Eof) if open == 0 => return Ok(()),
            Ok(Xml::Eof) => return Err(damaged("a part of content.xml does not end")),
            Ok(_) => {}
            Err(error) => return Err(damaged(error)),
        }
        if size.total() > MOST {
            return Err(IngestError::TooLarge {
                what: "the workbook with its repeated cells".to_owned(),
                limit: MOST,
            });
        }
    }
}

/// How often a cell or a row stands, or how many blanks.
fn times(tag: &BytesStart<'_>, attribute: &str) -> Result<u64, IngestError> {
    let said = tag.try_get_attribute(attribute).map_err(damaged)?;
    let said = said.map(|said| String::from_utf8_lossy(&said.value).into_owned());
    let said = said.map(|said| unescape(&said).map(|said| said.parse()));
    // What is no number is a fault to the reader.
    Ok(match said {
        Some(Ok(Ok(times))) => times,
        _ => 1,
    })
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// How much the tables take as their reader writes them out.
#[derive(Debug, Default)]
struct Size {
    /// The tables that have ended.
    before: u64,
    table: Table,
    row: Row,
    cell: Cell,
}

#[derive(Debug, Default)]
struct Table {
    rows: u64,
    /// The last row that has something in it, and the last column of any row.
    last_row: u64,
    last_column: u64,
    texts: u64,
}

#[derive(Debug, Default)]
struct Row {
    repeated: u64,
    columns: u64,
    /// The last column that has something in it.
    last_column: u64,
    texts: u64,
}

#[derive(Debug, Default)]
struct Cell {
    repeated: u64,
    is_filled: bool,
    text: u64,
}

impl Size {
    fn begin(&mut self, tag: &BytesStart<'_>) -> Result<(), IngestError> {
        match tag.name().as_ref() {
            b"table:table" => self.finish(),
            b"table:table-row" => {
                self.row = Row {
                    repeated: times(tag, "table:number-rows-repeated")?.min(ROWS),
                    ..Row::default()
                }
            }
            b"table:table-cell" | b"table:covered-table-cell" => {
                // A value stands in an attribute or, where one names its kind, in the text.
                let is_filled = tag.attributes().flatten().any(|attribute| {
                    let key = attribute.key.as_ref();
                    key == b"table:formula"
                        || key.starts_with(b"office:")
                        || key.starts_with(b"calcext:")
                });
                self.cell = Cell {
                    repeated: times(tag, "table:number-columns-repeated")?.min(COLUMNS),
                    is_filled,
                    text: length(tag),
                }
            }
            b"text:s" => self.grow(times(tag, "text:c")?),
            _ => {}
        }
        Ok(())
    }

    /// Text in the cell that is open.
    fn grow(&mut self, length: u64) {
        self.cell.text = self.cell.text.saturating_add(length);
    }

    fn end(&mut self, name: &[u8]) {
        match name {
            b"table:table" => self.finish(),
            b"table:table-row" => {
                let row = std::mem::take(&mut self.row);
                let table = &mut self.table;
                table.rows = (table.rows + row.repeated).min(ROWS);
                if row.last_column > 0 {
                    table.last_row = table.rows;
                    table.last_column = table.last_column.max(row.last_column);
                }
                let texts = row.texts.saturating_mul(row.repeated);
                table.texts = table.texts.saturating_add(texts);
            }
            b"table:table-cell" | b"table:covered-table-cell" => {
                let cell = std::mem::take(&mut self.cell);
                let row = &mut self.row;
                row.columns = (row.columns + cell.repeated).min(COLUMNS);
                if cell.is_filled {
                    row.last_column = row.columns;
                    let texts = cell.text.saturating_mul(cell.repeated);
                    row.texts = row.texts.saturating_add(texts);
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self) {
        self.before = self.total();
        (self.table, self.row, self.cell) = Default::default();
    }

    fn total(&self) -> u64 {
        let Table {
            last_row,
            last_column,
            texts,
            ..
        } = self.table;
        let cells = last_row.saturating_mul(last_column).saturating_mul(CELL);
        [cells, texts, self.row.texts, self.cell.text]
            .into_iter()
            .fold(self.before, u64::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(rows: &str) -> String {
        format!("<a><table:table table:name=\"x\">{rows}</table:table></a>")
    }

    #[test]
    fn sheets_as_programs_write_them_are_let_pass() {
        let cells = r#"<table:table-cell office:value-type="string"><text:p>a<text:s text:c="3"/></text:p></table:table-cell>"#;
        let rest =
            r#"<table:table-cell table:style-name="ce1" table:number-columns-repeated="16383"/>"#;
        let below = r#"<table:table-row table:number-rows-repeated="1048575"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>"#;
        let rows = format!("<table:table-row>{cells}{rest}</table:table-row>{below}");
        measure(sheet(&rows).as_bytes()).unwrap();
    }

    #[test]
    fn what_does_not_end_is_refused() {
        for cut in [
            r#"<?xml version="1.0" encoding="UTF-8"?><a><table:table table:name="x"><table:table-row>"#,
            // The end is that of a table within a remark, whose own end is looked for for ever.
            r#"<a><table:table table:name="x"><table:table-row><table:table-cell office:value-type="string"><office:annotation><table:table></table:table>"#,
        ] {
            let refused = measure(cut.as_bytes()).unwrap_err().to_string();
            assert!(refused.contains("does not end"), "{refused}");
        }
    }

    #[test]
    fn text_that_the_reader_would_decode_is_refused() {
        let utf_16: Vec<u8> = sheet("")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let declared = format!("<?xml version='1.0' encoding='UTF-7'?>{}", sheet(""));
        for text in [utf_16.as_slice(), declared.as_bytes()] {
            let refused = measure(text).unwrap_err().to_string();
            assert!(refused.contains("UTF-8"), "{refused}");
        }
    }

    #[test]
    fn repetitions_that_fill_the_memory_are_refused() {
        let cell = |attributes: &str, text: &str| {
            format!(
                r#"<table:table-cell office:value-type="string" {attributes}>{text}</table:table-cell>"#
            )
        };
        let long = format!("<text:p>{}</text:p>", "x".repeat(100_000));
        for row in [
            format!(
                "<table:table-row>{}</table:table-row>",
                cell("", r#"<text:s text:c="4000000000"/>"#)
            ),
            format!(
                "<table:table-row>{}</table:table-row>",
                cell(r#"table:number-columns-repeated="16384""#, &long)
            ),
            format!(
                r#"<table:table-row table:number-rows-repeated="1048576">{}</table:table-row>"#,
                cell(r#"table:number-columns-repeated="16384""#, "")
            ),
            // The same twice as far apart: what lies between is written out too.
            format!(
                r#"<table:table-row>{0}</table:table-row><table:table-row table:number-rows-repeated="1000000"/><table:table-row>{1}{0}</table:table-row>"#,
                cell("", ""),
                r#"<table:table-cell table:number-columns-repeated="1000"/>"#
            ),
        ] {
            assert!(
                matches!(
                    measure(sheet(&row).as_bytes()),
                    Err(IngestError::TooLarge { .. })
                ),
                "{row:.200}"
            );
        }
    }
}

//! A table in text that is held whole: its encoding and delimiter are found as an import finds them.

use csv::StringRecord;

use super::delimited::{choose, delimiter};
use super::raw::{Lines, is_broken};
use crate::domain::without_guard;
use crate::ingest::IngestError;

/// A table in text.
#[derive(Debug)]
pub struct TextTable {
    text: String,
    delimiter: u8,
}

/// One row, with the line that it begins on, from 1.
pub type TextRow = (u64, StringRecord);

impl TextTable {
    /// The table in `bytes`: in UTF-8, UTF-16, GB 18030 or Big5, with any usual delimiter.
    ///
    /// # Errors
    /// [`IngestError::Damaged`] where the bytes are no text.
    pub fn of(bytes: &[u8]) -> Result<Self, IngestError> {
        let head = bytes.get(..1 << 18).unwrap_or(bytes);
        let choice = choose(head, None)?;
        let (text, _, has_errors) = choice.encoding.decode(bytes);
        if has_errors {
            return Err(IngestError::NotText {
                encoding: choice.encoding.name(),
            });
        }
        let start = text.get(..text.floor_char_boundary(1 << 18));
        let delimiter = delimiter(start.unwrap_or(&text));
        Ok(Self {
            delimiter,
            text: text.into_owned(),
        })
    }

    /// What parts its cells.
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// Its rows from the first; a row whose quotation marks do not close ends them with its line.
    pub fn rows(&self) -> Rows<'_> {
        let bytes = self.text.as_bytes();
        Rows {
            text: &self.text,
            delimiter: self.delimiter,
            reader: csv::ReaderBuilder::new()
                .delimiter(self.delimiter)
                .flexible(true)
                .has_headers(false)
                .from_reader(bytes),
            lines: Lines::default(),
            width: None,
        }
    }
}

/// The rows of a [`TextTable`].
#[derive(Debug)]
pub struct Rows<'t> {
    text: &'t str,
    delimiter: u8,
    reader: csv::Reader<&'t [u8]>,
    lines: Lines,
    /// The cells of the row before.
    width: Option<usize>,
}

impl Iterator for Rows<'_> {
    type Item = Result<TextRow, IngestError>;

    fn next(&mut self) -> Option<Self::Item> {
        let place = |reader: &csv::Reader<&[u8]>| {
            usize::try_from(reader.position().byte()).unwrap_or(usize::MAX)
        };
        let mut record = StringRecord::new();
        let from = place(&self.reader);
        let more = self.reader.read_record(&mut record);
        let raw = self.text.get(from..place(&self.reader)).unwrap_or_default();
        let (line, spans) = self.lines.pass(raw.as_bytes());
        match more {
            Ok(false) => None,
            Ok(true) if is_broken(raw.as_bytes(), self.delimiter, self.width) => {
                Some(Err(IngestError::LoneQuote { line }))
            }
            Ok(true) => {
                if spans < 2 {
                    self.width = Some(record.len());
                }
                let cells = record.iter().map(without_guard);
                Some(Ok((line, cells.collect())))
            }
            Err(error) => Some(Err(IngestError::damaged(
                "CSV",
                format!("line {line}"),
                error,
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::GB18030;

    use super::*;

    fn read(bytes: &[u8]) -> Vec<(u64, Vec<String>)> {
        let table = TextTable::of(bytes).unwrap();
        let rows = table.rows().map(|row| {
            let (line, cells) = row.unwrap();
            (line, cells.iter().map(str::to_owned).collect())
        });
        rows.collect()
    }

    #[test]
    fn a_table_is_the_same_in_every_encoding_and_with_every_delimiter() {
        let text = "name,lon,lat\n甲,108.97,34.23\n乙,108.96,34.24\n";
        let rows = read(text.as_bytes());
        assert_eq!(rows.len(), 3);
        assert_eq!(
            rows[1],
            (2, ["甲", "108.97", "34.23"].map(String::from).into())
        );
        let with_mark = format!("\u{feff}{text}");
        assert_eq!(read(with_mark.as_bytes()), rows);
        assert_eq!(read(&GB18030.encode(text).0), rows);
        let wide = |text: &str| {
            text.encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<u8>>()
        };
        assert_eq!(read(&wide(&with_mark)), rows);
        for delimiter in [";", "\t", "|"] {
            assert_eq!(
                read(text.replace(',', delimiter).as_bytes()),
                rows,
                "{delimiter}"
            );
        }
        assert_eq!(read(text.replace('\n', "\r\n").as_bytes()), rows);
    }

    #[test]
    fn rows_have_their_lines_and_a_lone_quotation_mark_is_named() {
        let rows = read(b"a,b\n\n\n\"x\ny\",2\n3,4\n");
        let lines: Vec<_> = rows.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 4, 6]);
        for (text, line) in [
            ("a,b\n\"x,1\ny,2\n", 2),
            ("a,b\n1,2\n3,\"4\n5,6\n7,\"8\n", 3),
            ("a,b\n\"x\"y,1\n", 2),
        ] {
            let table = TextTable::of(text.as_bytes()).unwrap();
            let fault = table.rows().find_map(Result::err).unwrap();
            assert!(
                matches!(fault, IngestError::LoneQuote { line: at } if at == line),
                "{text}: {fault}"
            );
        }
        assert_eq!(read(b"a,b\n3\" pipe,\"say \"\"hi\"\"\"\n").len(), 2);
    }
}

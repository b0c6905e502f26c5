//! The attributes of a shapefile (or a table of dBase alone), record by record, as bytes first.
//!
//! Reading is ours: the known crate decodes while it reads, so nothing can be looked at before the encoding is decided;
//! one bad number or a character cut at the end of its field loses the record, and deleted records shift the rest.

use std::io::Read;

use encoding_rs::Encoding;
use serde_json::{Map, Number, Value as Json};

use crate::ingest::IngestError;

/// One column.
#[derive(Debug)]
pub(super) struct Column {
    name: Vec<u8>,
    kind: u8,
    length: usize,
}

/// A table, read from its beginning.
pub(super) struct Dbf<R> {
    reader: R,
    pub(super) columns: Vec<Column>,
    /// The language byte.
    pub(super) language: u8,
    record_length: usize,
    records: u32,
    read: u32,
}

/// One record as it is in the file.
#[derive(Debug)]
pub(super) struct RawRecord {
    bytes: Vec<u8>,
}

impl RawRecord {
    /// Whether the record is marked as deleted.
    pub(super) fn is_deleted(&self) -> bool {
        self.bytes.first() == Some(&b'*')
    }
}

impl<R: Read> Dbf<R> {
    pub(super) fn open(mut reader: R) -> Result<Self, IngestError> {
        let damaged = |why: &str| IngestError::damaged("dBase table", "its header", why);
        let mut header = [0; 32];
        reader
            .read_exact(&mut header)
            .map_err(|_short| damaged("the .dbf is shorter than its header"))?;
        let mut fixed = header.as_slice();
        let mut take = |count: usize| {
            let (head, rest) = fixed.split_at_checked(count).unwrap_or_default();
            fixed = rest;
            head.iter()
                .rev()
                .fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte))
        };
        let (_version_and_date, records) = (take(4), take(4));
        let (header_length, record_length) = (take(2), take(2));
        let language = header.get(29).copied().unwrap_or(0);
        let length = usize::try_from(header_length).unwrap_or(0);
        let mut rest = vec![
            0;
            length
                .checked_sub(32)
                .ok_or_else(|| damaged("the length of the header cannot be"))?
        ];
        reader
            .read_exact(&mut rest)
            .map_err(|_short| damaged("the .dbf ends within its header"))?;
        let columns: Vec<Column> = rest
            .chunks_exact(32)
            .take_while(|field| field.first() != Some(&0x0D))
            .map(|field| Column {
                name: field
                    .iter()
                    .take(11)
                    .copied()
                    .take_while(|byte| *byte != 0)
                    .collect(),
                kind: field.get(11).copied().unwrap_or(b'C'),
                length: field_length(field),
            })
            .collect();
        let record_length = usize::try_from(record_length).unwrap_or(0);
        let needed = columns.iter().map(|column| column.length).sum::<usize>() + 1;
        if columns.is_empty() || record_length < needed {
            return Err(damaged("the columns are longer than a record"));
        }
        Ok(Self {
            reader,
            columns,
            language,
            record_length,
            records,
            read: 0,
        })
    }

    /// The next record; `None` at the end. A table that is shorter than it says ends there.
    pub(super) fn next(&mut self) -> Result<Option<RawRecord>, IngestError> {
        if self.read >= self.records {
            return Ok(None);
        }
        let mut bytes = Vec::with_capacity(self.record_length);
        let limit = u64::try_from(self.record_length).unwrap_or(0);
        let read = self.reader.by_ref().take(limit).read_to_end(&mut bytes);
        if read.map_err(IngestError::read)? < self.record_length {
            self.records = self.read;
            return Ok(None);
        }
        self.read += 1;
        Ok(Some(RawRecord { bytes }))
    }
}

/// Character fields of FoxPro and of large tables keep the high byte of the length where others keep decimals.
fn field_length(field: &[u8]) -> usize {
    let low = field.get(16).copied().map_or(0, usize::from);
    let high = field.get(17).copied().map_or(0, usize::from);
    if field.get(11) == Some(&b'C') {
        low + 256 * high
    } else {
        low
    }
}

impl Column {
    /// The name in `encoding`; a character that was cut at the tenth byte is dropped.
    pub(super) fn name(&self, encoding: &'static Encoding) -> String {
        decoded(&self.name, encoding).trim().to_owned()
    }
}

/// The cells of `record`, trimmed, undecoded: what the encoding is told from.
pub(super) fn texts<'a>(
    columns: &'a [Column],
    record: &'a RawRecord,
) -> impl Iterator<Item = &'a [u8]> + Clone {
    fields(columns, record)
        .filter(|(column, _)| column.kind == b'C')
        .map(|(_, bytes)| bytes)
}

/// The names of `columns`, undecoded.
pub(super) fn names(columns: &[Column]) -> impl Iterator<Item = &[u8]> + Clone {
    columns.iter().map(|column| column.name.as_slice())
}

fn fields<'a>(
    columns: &'a [Column],
    record: &'a RawRecord,
) -> impl Iterator<Item = (&'a Column, &'a [u8])> + Clone {
    columns.iter().scan(1_usize, |at, column| {
        let bytes = record
            .bytes
            .get(*at..*at + column.length)
            .unwrap_or_default();
        *at += column.length;
        let end = bytes
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(bytes.len());
        Some((column, bytes.get(..end).unwrap_or_default().trim_ascii()))
    })
}

/// The cells of `record` by the names of their columns.
pub(super) fn cells(
    columns: &[Column],
    headers: &[String],
    record: &RawRecord,
    encoding: &'static Encoding,
) -> Map<String, Json> {
    fields(columns, record)
        .zip(headers)
        .map(|((column, bytes), header)| (header.clone(), value(column, bytes, encoding)))
        .collect()
}

fn value(column: &Column, bytes: &[u8], encoding: &'static Encoding) -> Json {
    if bytes.is_empty() {
        return Json::Null;
    }
    let text = decoded(bytes, encoding);
    match column.kind {
        // A number that does not fit its column is written as asterisks.
        b'N' | b'F' if text.bytes().all(|byte| byte == b'*') => Json::Null,
        b'N' | b'F' => number(&text).unwrap_or(Json::String(text)),
        b'L' => match bytes {
            b"T" | b"t" | b"Y" | b"y" => Json::Bool(true),
            b"F" | b"f" | b"N" | b"n" => Json::Bool(false),
            _ => Json::Null,
        },
        b'D' => day(&text),
        // Memos are in another file; binary kinds are no text.
        b'M' | b'G' | b'B' | b'P' | b'I' | b'O' | b'@' | b'T' | b'0' => Json::Null,
        _ => Json::String(text),
    }
}

fn number(text: &str) -> Option<Json> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Json::Number(whole.into()));
    }
    // Some writers use the comma of their locale.
    let float = text.replace(',', ".").parse::<f64>().ok()?;
    Number::from_f64(float).map(Json::Number)
}

fn day(text: &str) -> Json {
    match (text.get(..4), text.get(4..6), text.get(6..8)) {
        (Some("0000"), ..) => Json::Null,
        (Some(year), Some(month), Some(day)) if text.len() == 8 => {
            Json::String(format!("{year}-{month}-{day}"))
        }
        _ => Json::String(text.to_owned()),
    }
}

/// Text of a field; a character that was cut at its end is dropped.
fn decoded(bytes: &[u8], encoding: &'static Encoding) -> String {
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    if had_errors && text.ends_with('\u{fffd}') {
        return text.trim_end_matches('\u{fffd}').to_owned();
    }
    text.into_owned()
}

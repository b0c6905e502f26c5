//! The attributes of a shapefile (or a table of dBase alone), record by record, as bytes first.
//!
//! Reading is ours: the known crate decodes while it reads, so nothing can be looked at before the encoding is decided;
//! one bad number or a character cut at the end of its field loses the record, and deleted records shift the rest.

use std::io::Read;

use encoding_rs::Encoding;

use super::cell;
use super::memo::Memo;
use crate::ingest::IngestError;

/// One column.
#[derive(Debug)]
pub(super) struct Column {
    name: Vec<u8>,
    /// The letter of its kind.
    pub(super) letter: u8,
    pub(super) kind: cell::Kind,
    length: usize,
}

/// A table, read from its beginning.
pub(super) struct Dbf<'a, R> {
    reader: R,
    memo: Option<Memo<'a>>,
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
    /// The long texts of its columns of memos, in their order; `None` for one that cannot be read.
    memos: Vec<Option<Vec<u8>>>,
}

impl RawRecord {
    /// Whether the record is marked as deleted.
    pub(super) fn is_deleted(&self) -> bool {
        self.bytes.first() == Some(&b'*')
    }

    /// How many bytes it holds.
    pub(super) fn size(&self) -> usize {
        let memos = self.memos.iter().flatten().map(Vec::len);
        self.bytes.len() + memos.sum::<usize>()
    }
}

/// Where the fields stand in a header.
#[derive(Clone, Copy)]
struct Layout {
    begin: usize,
    width: usize,
    name: usize,
    letter: usize,
    length: usize,
}

/// The fields as dBase III to V and FoxPro have them.
const COMMON: Layout = Layout {
    begin: 32,
    width: 32,
    name: 11,
    letter: 11,
    length: 16,
};
/// The fields as dBase 7 has them.
const SEVENTH: Layout = Layout {
    begin: 68,
    width: 48,
    name: 32,
    letter: 32,
    length: 33,
};

impl<'a, R: Read> Dbf<'a, R> {
    pub(super) fn open(mut reader: R, memo: Option<Memo<'a>>) -> Result<Self, IngestError> {
        let damaged = |why: &str| IngestError::damaged("dBase table", "its header", why);
        let mut header = vec![0; 32];
        reader
            .read_exact(&mut header)
            .map_err(|_short| damaged("the .dbf is shorter than its header"))?;
        let number = |from: usize, to: usize| {
            let bytes = header.get(from..to).unwrap_or_default();
            let bytes = bytes.iter().rev();
            bytes.fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte))
        };
        let (records, header_length) = (number(4, 8), number(8, 10));
        let record_length = usize::try_from(number(10, 12)).unwrap_or(0);
        let version = header.first().copied().unwrap_or(0);
        let language = header.get(29).copied().unwrap_or(0);
        let length = usize::try_from(header_length).unwrap_or(0);
        if length < 32 {
            return Err(damaged("the length of the header cannot be"));
        }
        header.resize(length, 0);
        reader
            .read_exact(header.get_mut(32..).unwrap_or_default())
            .map_err(|_short| damaged("the .dbf ends within its header"))?;
        let is_seventh = version & 7 == 4;
        let mut columns = columns(&header, COMMON, version);
        if is_seventh {
            let other = self::columns(&header, SEVENTH, version);
            if width(&other) == record_length {
                columns = other;
            }
        }
        if columns.is_empty() || record_length < width(&columns) {
            return Err(damaged("the columns are longer than a record"));
        }
        Ok(Self {
            reader,
            memo,
            columns,
            language,
            record_length,
            records,
            read: 0,
        })
    }

    /// Whether the file of long texts is there.
    pub(super) fn has_memo(&self) -> bool {
        self.memo.is_some()
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
        let mut record = RawRecord {
            bytes,
            memos: Vec::new(),
        };
        if let Some(memo) = &mut self.memo {
            let places = fields(&self.columns, &record).filter(|(column, _)| column.is_memo());
            let numbers: Vec<Option<u32>> = places.map(|(_, bytes)| cell::block(bytes)).collect();
            let texts = numbers.into_iter().map(|number| match number {
                Some(0) => Some(Vec::new()),
                number => memo.text(number?),
            });
            record.memos = texts.collect();
        }
        Ok(Some(record))
    }
}

fn columns(header: &[u8], layout: Layout, version: u8) -> Vec<Column> {
    let fields = header.get(layout.begin..).unwrap_or_default();
    let fields = fields
        .chunks_exact(layout.width)
        .take_while(|field| field.first() != Some(&0x0D));
    fields
        .map(|field| {
            let letter = field.get(layout.letter).copied().unwrap_or(b'C');
            let low = field.get(layout.length).copied().map_or(0, usize::from);
            let high = field.get(layout.length + 1).copied().map_or(0, usize::from);
            // Character fields of FoxPro and of large tables keep the high byte where others keep decimals.
            let length = low + if letter == b'C' { 256 * high } else { 0 };
            let name = field.iter().take(layout.name).copied();
            Column {
                name: name.take_while(|byte| *byte != 0).collect(),
                letter,
                kind: cell::Kind::of(letter, length, version),
                length,
            }
        })
        .collect()
}

/// How long a record with these columns is.
fn width(columns: &[Column]) -> usize {
    columns.iter().map(|column| column.length).sum::<usize>() + 1
}

impl Column {
    /// The name in `encoding`; a character that was cut at the tenth byte is dropped.
    pub(super) fn name(&self, encoding: &'static Encoding) -> String {
        cell::decoded(&self.name, encoding).trim().to_owned()
    }

    pub(super) fn is_memo(&self) -> bool {
        self.kind == cell::Kind::Memo
    }
}

/// The texts of `record`, undecoded: what the encoding is told from.
pub(super) fn texts<'a>(
    columns: &'a [Column],
    record: &'a RawRecord,
) -> impl Iterator<Item = &'a [u8]> + Clone {
    let short = fields(columns, record)
        .filter(|(column, _)| column.kind == cell::Kind::Text)
        .map(|(_, bytes)| cell::trimmed(bytes));
    short.chain(record.memos.iter().flatten().map(Vec::as_slice))
}

/// The names of `columns`, undecoded.
pub(super) fn names(columns: &[Column]) -> impl Iterator<Item = &[u8]> + Clone {
    columns.iter().map(|column| column.name.as_slice())
}

/// The columns with their bytes in `record`.
pub(super) fn fields<'a>(
    columns: &'a [Column],
    record: &'a RawRecord,
) -> impl Iterator<Item = (&'a Column, &'a [u8])> + Clone {
    columns.iter().scan(1_usize, |at, column| {
        let bytes = record.bytes.get(*at..*at + column.length);
        *at += column.length;
        Some((column, bytes.unwrap_or_default()))
    })
}

/// The long texts of `record`, one for each column of memos.
pub(super) fn memos(record: &RawRecord) -> impl Iterator<Item = Option<&[u8]>> {
    record.memos.iter().map(Option::as_deref)
}

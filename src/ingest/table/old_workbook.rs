//! What is looked at in a workbook of the old kind (.xls) before its reader gets it.
//!
//! The reader follows the container's chains wherever they lead, and makes room for the whole box around the cells of a
//! sheet: a damaged file of some kilobytes would have it fill the memory. So the container is written anew around the one
//! stream that matters, and the records that name cells are looked at first.

use std::io::{self, Cursor, Read, Seek, Write};

use cfb::{CompoundFile, Version};

use crate::ingest::IngestError;

/// A workbook in the old format has no more columns.
const MOST_COLUMNS: u16 = 256;
/// Where the number of rows no longer fits into 16 bits.
const MOST_ROWS: u32 = 65_536;

/// The records that are looked at, by their numbers in the format.
const DIMENSIONS: u16 = 0x0200;
const SHEET: u16 = 0x0085;
/// Records that begin with a row and a column.
const CELLS: [u16; 8] = [
    0x0006, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E,
];
/// Records of several cells of a row: the first column comes after the row, the last one at the end.
const RUNS: [u16; 2] = [0x00BD, 0x00BE];

/// The workbook in a sound container, once its records ask for no more than the format allows.
///
/// # Errors
/// [`IngestError::Damaged`]; [`IngestError::TooLarge`] beyond `most` bytes.
pub(super) fn sound<R: Read + Seek>(reader: R, most: u64) -> Result<Cursor<Vec<u8>>, IngestError> {
    let mut book = CompoundFile::open(reader).map_err(container)?;
    if book.is_stream("/EncryptedPackage") {
        return Err(container("it is encrypted"));
    }
    let name = ["/Workbook", "/Book"]
        .into_iter()
        .find(|name| book.is_stream(name))
        .ok_or_else(|| container("there is no workbook in it"))?;
    let mut records = Vec::new();
    let stream = book.open_stream(name).map_err(container)?;
    stream
        .take(most + 1)
        .read_to_end(&mut records)
        .map_err(container)?;
    if u64::try_from(records.len()).is_ok_and(|length| length > most) {
        return Err(IngestError::TooLarge {
            what: "the workbook".to_owned(),
            limit: most,
        });
    }
    look(&records, 0)?;
    for (_, kind, body) in Records::from(&records, 0) {
        if let (SHEET, Some(start)) = (kind, body.first_chunk()) {
            let start = usize::try_from(u32::from_le_bytes(*start)).unwrap_or(usize::MAX);
            look(&records, start)?;
        }
    }
    let written = CompoundFile::create_with_version(Version::V3, Cursor::new(Vec::new()));
    let mut written = written.map_err(container)?;
    let mut stream = written.create_stream(name).map_err(container)?;
    stream.write_all(&records).map_err(container)?;
    stream.flush().map_err(container)?;
    drop(stream);
    written.flush().map_err(container)?;
    let mut written = written.into_inner();
    written.set_position(0);
    Ok(written)
}

/// Why a container cannot be used.
struct Why(String);

impl From<io::Error> for Why {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<&str> for Why {
    fn from(why: &str) -> Self {
        Self(why.to_owned())
    }
}

fn container(why: impl Into<Why>) -> IngestError {
    let Why(why) = why.into();
    let why = if why.contains("encrypted") {
        "it is protected by a password: take the password off and save it again".to_owned()
    } else {
        why
    };
    IngestError::damaged("workbook", "its container", why)
}

/// Refuses records from `start` on that name a cell which no such workbook can have.
fn look(records: &[u8], start: usize) -> Result<(), IngestError> {
    for (at, kind, body) in Records::from(records, start) {
        let short = |n: usize| {
            let two = body.get(n..).and_then(<[u8]>::first_chunk);
            two.map_or(0, |two| u16::from_le_bytes(*two))
        };
        let columns = match kind {
            // rows in 32 bits in the later form, in 16 in the earlier
            DIMENSIONS if body.len() >= 14 => {
                let rows = body.get(4..).and_then(<[u8]>::first_chunk);
                let rows = rows.map_or(0, |four| u32::from_le_bytes(*four));
                if rows > MOST_ROWS {
                    return Err(beyond(at, rows));
                }
                short(10)
            }
            DIMENSIONS => short(6),
            kind if RUNS.contains(&kind) => {
                let last = short(body.len().saturating_sub(2));
                last.max(short(2)).saturating_add(1)
            }
            kind if CELLS.contains(&kind) => short(2).saturating_add(1),
            _ => 0,
        };
        if columns > MOST_COLUMNS {
            return Err(beyond(at, u32::from(columns)));
        }
    }
    Ok(())
}

fn beyond(at: usize, number: u32) -> IngestError {
    let why = format!("a cell beyond what the format has: row or column {number}");
    IngestError::damaged("workbook", format!("byte {at} of its records"), why)
}

/// The records of a workbook: where each is, its number and its body; a last one that is cut off is left out.
struct Records<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    fn from(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = (usize, u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.bytes.get(self.at..)?;
        let (head, body) = rest.split_first_chunk::<4>()?;
        let [a, b, c, d] = *head;
        let body = body.get(..usize::from(u16::from_le_bytes([c, d])))?;
        let at = self.at;
        self.at += 4 + body.len();
        Some((at, u16::from_le_bytes([a, b]), body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEDGER: &[u8] = include_bytes!("../../../tests/fixtures/ingest/ledger.xls");

    fn records() -> Vec<u8> {
        let mut book = CompoundFile::open(Cursor::new(LEDGER)).unwrap();
        let mut records = Vec::new();
        let name = ["/Workbook", "/Book"]
            .into_iter()
            .find(|name| book.is_stream(name));
        let mut stream = book.open_stream(name.unwrap()).unwrap();
        stream.read_to_end(&mut records).unwrap();
        records
    }

    #[test]
    fn a_sound_workbook_keeps_every_record() {
        let mut again = CompoundFile::open(sound(Cursor::new(LEDGER), 1 << 20).unwrap()).unwrap();
        let name = ["/Workbook", "/Book"]
            .into_iter()
            .find(|name| again.is_stream(name));
        let mut kept = Vec::new();
        again
            .open_stream(name.unwrap())
            .unwrap()
            .read_to_end(&mut kept)
            .unwrap();
        assert_eq!(kept, records());
        assert!(matches!(
            sound(Cursor::new(LEDGER), 100),
            Err(IngestError::TooLarge { .. })
        ));
    }

    #[test]
    fn a_cell_that_no_such_workbook_has_is_refused_with_its_place() {
        let records = records();
        look(&records, 0).unwrap();
        let cell = Records::from(&records, 0).find(|(_, kind, _)| CELLS.contains(kind));
        let (at, _, _) = cell.unwrap();
        let mut far = records.clone();
        far[at + 6..at + 8].copy_from_slice(&60_000_u16.to_le_bytes());
        let refused = look(&far, 0).unwrap_err().to_string();
        assert!(
            refused.contains(&format!("byte {at} ")) && refused.contains("60001"),
            "{refused}"
        );
        let size = Records::from(&records, 0).find(|(_, kind, _)| *kind == DIMENSIONS);
        let (at, _, _) = size.unwrap();
        let mut vast = records;
        vast[at + 8..at + 12].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(look(&vast, 0).is_err());
    }
}

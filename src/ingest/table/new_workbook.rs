//! What is looked at in a workbook of the new kind (.xlsx) before its reader gets it: the reader makes room for as many
//! texts as the file says it has.

use std::io::{self, Read, Seek};

use quick_xml::events::Event as Xml;
use zip::ZipArchive;
use zip::read::ZipFile;

use super::xml_part::{self, damaged};
use crate::ingest::IngestError;

/// No workbook that can be read has more texts.
const MOST: u64 = 20_000_000;

/// Refuses a workbook that claims more texts than it can have.
///
/// # Errors
/// [`IngestError::Damaged`].
pub(super) fn look(file: impl Read + Seek) -> Result<(), IngestError> {
    // What cannot be opened here cannot be opened by the reader either, which says so.
    let Ok(mut parts) = ZipArchive::new(file) else {
        return Ok(());
    };
    for at in 0..parts.len() {
        let Ok(mut part) = parts.by_index(at) else {
            continue;
        };
        let name = part.name_raw().to_ascii_lowercase();
        let has_cells = name.ends_with(b".xml") && contains(&name, b"xl/");
        if has_cells {
            is_honest(&mut part)?;
        }
        drop(part);
        let Ok(part) = parts.by_index(at) else {
            continue;
        };
        if name.ends_with(b"sharedstrings.xml") {
            texts(part)?;
        }
    }
    Ok(())
}

fn contains(name: &[u8], word: &[u8]) -> bool {
    name.windows(word.len()).any(|window| window == word)
}

/// Sheets are packed to a thirtieth at most; what is below this needs no measure, bytes.
const FREE: u64 = 48 << 20;

/// Refuses a part that unpacks to far more than a sheet of its size.
fn is_honest<R: Read + ?Sized>(part: &mut ZipFile<'_, R>) -> Result<(), IngestError> {
    let most = part.compressed_size().saturating_mul(50).max(FREE);
    let unpacked = io::copy(&mut part.take(most + 1), &mut io::sink());
    match unpacked {
        Ok(unpacked) if unpacked > most => Err(IngestError::UnpacksTooLarge),
        // what cannot be unpacked the reader says
        _ => Ok(()),
    }
}

fn texts(part: impl Read) -> Result<(), IngestError> {
    let (mut reader, mut buffer) = (xml_part::reader(part)?, Vec::new());
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Xml::Decl(says)) => xml_part::is_utf_8(&says)?,
            Ok(Xml::Start(tag) | Xml::Empty(tag)) if tag.local_name().as_ref() == b"sst" => {
                for attribute in tag.attributes().with_checks(false) {
                    let attribute = attribute.map_err(damaged)?;
                    let claimed = String::from_utf8_lossy(&attribute.value);
                    if attribute.key.as_ref() == b"uniqueCount"
                        && claimed
                            .trim()
                            .parse()
                            .is_ok_and(|claimed: u64| claimed > MOST)
                    {
                        return Err(damaged(format!("it claims {claimed} texts")));
                    }
                }
                return Ok(());
            }
            Ok(Xml::Eof) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(damaged(error)),
        }
    }
}

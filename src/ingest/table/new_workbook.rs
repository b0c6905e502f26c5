//! What is looked at in a workbook of the new kind (.xlsx) before its reader gets it: the reader makes room for as many
//! texts as the file says it has.

use std::io::{self, Cursor, Read, Seek, Write};
use std::ops::Range;

use quick_xml::events::Event as Xml;
use zip::read::ZipFile;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::xml_part::{self, damaged};
use crate::ingest::IngestError;

/// No workbook that can be read has more texts.
const MOST: u64 = 20_000_000;

/// How much of a sheet is looked at for its dimension, which stands before its cells, bytes.
const HEAD: u64 = 1 << 16;

/// A part of a workbook with bytes that are to be left out of it.
pub(super) struct Wrong {
    part: usize,
    bytes: Range<usize>,
}

/// Refuses a workbook that claims more texts than it can have; gives the dimensions of sheets that are none. They are
/// a hint of the writer's, but the reader refuses the workbook over them.
///
/// # Errors
/// [`IngestError::Damaged`].
pub(super) fn look(file: impl Read + Seek) -> Result<Vec<Wrong>, IngestError> {
    let mut wrong = Vec::new();
    // What cannot be opened here cannot be opened by the reader either, which says so.
    let Ok(mut parts) = ZipArchive::new(file) else {
        return Ok(wrong);
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
        if has_cells
            && contains(&name, b"sheets/")
            && let Ok(mut part) = parts.by_index(at)
        {
            let mut head = Vec::new();
            // what cannot be unpacked the reader says
            let _the_cut = part.by_ref().take(HEAD).read_to_end(&mut head);
            wrong.extend(wrong_dimension(&head).map(|bytes| Wrong { part: at, bytes }));
        }
        let Ok(part) = parts.by_index(at) else {
            continue;
        };
        if name.ends_with(b"sharedstrings.xml") {
            texts(part)?;
        }
    }
    Ok(wrong)
}

/// The workbook without what is wrong in it.
///
/// # Errors
/// [`IngestError::Damaged`].
pub(super) fn mended(file: impl Read + Seek, wrong: &[Wrong]) -> Result<Vec<u8>, IngestError> {
    let mut parts = ZipArchive::new(file).map_err(damaged)?;
    let mut whole = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..parts.len() {
        let mut part = parts.by_index(at).map_err(damaged)?;
        let Some(wrong) = wrong.iter().find(|wrong| wrong.part == at) else {
            whole.raw_copy_file(part).map_err(damaged)?;
            continue;
        };
        let name = part.name().map_err(damaged)?.into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).map_err(IngestError::read)?;
        drop(part);
        bytes.drain(wrong.bytes.clone());
        let options = SimpleFileOptions::default().large_file(bytes.len() >= 1 << 32);
        whole.start_file(name, options).map_err(damaged)?;
        whole.write_all(&bytes).map_err(IngestError::read)?;
    }
    Ok(whole.finish().map_err(damaged)?.into_inner())
}

/// Where the element `dimension` stands in the beginning of a sheet, if it names no range of cells.
fn wrong_dimension(head: &[u8]) -> Option<Range<usize>> {
    let word = b"dimension";
    let at = head.windows(word.len()).position(|window| window == word)?;
    let begin = head.get(..at)?.iter().rposition(|byte| *byte == b'<')?;
    let close = |from: usize| {
        let rest = head.get(from..)?;
        Some(from + rest.iter().position(|byte| *byte == b'>')? + 1)
    };
    let mut end = close(at)?;
    let tag = String::from_utf8_lossy(head.get(begin..end)?).into_owned();
    if !tag.ends_with("/>") {
        end = close(end)?;
    }
    let value = tag.split_once("ref=").map(|(_, value)| value);
    let value = value.and_then(|value| {
        let mark = value.chars().next()?;
        value.split(mark).nth(1)
    });
    (!is_range(value.unwrap_or_default())).then_some(begin..end)
}

/// Whether a text names a cell or a range of cells, `A1` or `A1:E3`.
fn is_range(text: &str) -> bool {
    let is_cell = |text: &str| {
        let digits = text.trim_start_matches(|c: char| c.is_ascii_uppercase());
        let letters = text.len() - digits.len();
        (1..=3).contains(&letters)
            && !digits.starts_with('0')
            && digits.parse::<u32>().is_ok_and(|row| row > 0)
    };
    match text.split_once(':') {
        Some((from, to)) => is_cell(from) && is_cell(to),
        None => is_cell(text),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_that_name_no_range() {
        let sheet = |dimension: &str| format!("<worksheet>{dimension}<sheetData/></worksheet>");
        for dimension in [
            r#"<dimension ref="A1"/>"#,
            r"<dimension ref='A1:XFD1048576'/>",
            "",
            "<x:dimension ref=\"B2:C9\"></x:dimension>",
        ] {
            assert_eq!(
                wrong_dimension(sheet(dimension).as_bytes()),
                None,
                "{dimension}"
            );
        }
        for dimension in [
            r#"<dimension ref="A0:E3"/>"#,
            r#"<dimension ref=""/>"#,
            r"<dimension/>",
            r#"<dimension ref="$A$1:$E$3"/>"#,
            r#"<x:dimension ref="A:E"></x:dimension>"#,
        ] {
            let text = sheet(dimension);
            let range = wrong_dimension(text.as_bytes()).unwrap();
            assert_eq!(text.get(range), Some(dimension));
        }
    }
}

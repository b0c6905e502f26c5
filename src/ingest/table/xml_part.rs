//! Parts of workbooks that are looked at before the reader of workbooks gets them.

use std::io::{BufRead, BufReader, Read};

use quick_xml::Reader;
use quick_xml::events::BytesDecl;

use crate::ingest::IngestError;

/// The reader of workbooks would decode it, which a look at it does not.
const OTHER_ENCODING: &str = "a part of it is not in UTF-8";

/// A reader of a part that begins as UTF-8.
///
/// # Errors
/// [`IngestError::Damaged`].
pub(super) fn reader<R: Read>(part: R) -> Result<Reader<BufReader<R>>, IngestError> {
    let mut text = BufReader::with_capacity(1 << 16, part);
    let head = text.fill_buf().map_err(damaged)?;
    if head.starts_with(&[0xFE, 0xFF]) || head.starts_with(&[0xFF, 0xFE]) || head.contains(&0) {
        return Err(damaged(OTHER_ENCODING));
    }
    Ok(Reader::from_reader(text))
}

/// Refuses a part whose declaration names another encoding.
///
/// # Errors
/// [`IngestError::Damaged`].
pub(super) fn is_utf_8(declaration: &BytesDecl<'_>) -> Result<(), IngestError> {
    match declaration.encoding() {
        None => Ok(()),
        Some(Ok(name)) if name.eq_ignore_ascii_case(b"UTF-8") => Ok(()),
        Some(_) => Err(damaged(OTHER_ENCODING)),
    }
}

/// The fault of a workbook that its structure has.
pub(super) fn damaged(why: impl ToString) -> IngestError {
    IngestError::damaged("workbook", "its structure", why)
}

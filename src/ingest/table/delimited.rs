//! CSV, TSV and other text with a record a line: encoding and delimiter by looking at the beginning.

use std::cell::Cell;
use std::io;
use std::io::{Cursor, Read};
use std::rc::Rc;

use encoding_rs::{Encoding, UTF_8};
use encoding_rs_io::DecodeReaderBytesBuilder;
use serde_json::Value as Json;

use super::place::is_place_header;
use super::raw::{Kept, Lines, is_broken};
use super::{Cells, Table, WIDEST, columns};
use crate::domain::without_guard;
use crate::ingest::columns::is_known_header;
use crate::ingest::encoding::{self, Choice};
use crate::ingest::fence::Fenced;
use crate::ingest::row::{Event, Sink, Verdict, tell};
use crate::ingest::source::Stream;
use crate::ingest::{IngestError, Options, Said};

/// How much of the text is looked at, bytes.
const PEEK: u64 = 1 << 18;
/// The longest record, bytes: an open quotation mark would else swallow the file.
const LONGEST: u64 = 16 << 20;
/// What can stand between cells.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// Hands the records of a text to `sink`.
pub(in crate::ingest) fn rows(
    mut text: Stream<'_>,
    options: &Options,
    sink: Sink<'_>,
) -> Result<(), IngestError> {
    let mut head = Vec::new();
    text.by_ref()
        .take(PEEK)
        .read_to_end(&mut head)
        .map_err(|cause| IngestError::Read { line: 1, cause })?;
    let choice = choose(&head, options.encoding.as_deref())?;
    tell!(sink, choice.decision());
    let (start, _, _) = choice.encoding.decode(&head);
    let delimiter = delimiter(&start);
    let shown = if delimiter == b'\t' {
        "TAB".to_owned()
    } else {
        char::from(delimiter).to_string()
    };
    tell!(
        sink,
        Event::decision(
            "format",
            format!("分隔符:{shown}。"),
            format!("Delimiter: {shown}.")
        )
    );
    let left = Rc::new(Cell::new(LONGEST));
    let decoded = DecodeReaderBytesBuilder::new()
        .encoding(Some(choice.encoding))
        .bom_override(true)
        .build(Cursor::new(head).chain(text));
    let (kept, raw) = Kept::new(Fenced::new(decoded, Rc::clone(&left)));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(kept);
    let (columns, mut next_record) = (columns(options)?, 0);
    let mut table = Table::new(0, &columns, &mut next_record).refusing_surplus();
    let mut record = csv::StringRecord::new();
    let (mut lines, mut width) = (Lines::default(), None);
    loop {
        let more = reader.read_record(&mut record);
        let raw = raw.up_to(reader.position().byte());
        let (line, spans) = lines.pass(&raw);
        match more {
            Ok(false) => break,
            Ok(true) => left.set(LONGEST),
            Err(error) if is_broken(&raw, delimiter, width) && is_too_long(&error) => {
                return Err(IngestError::LoneQuote { line });
            }
            Err(error) => return Err(failed(error, line)),
        }
        if is_broken(&raw, delimiter, width) {
            return Err(IngestError::LoneQuote { line });
        }
        if spans < 2 {
            width = Some(record.len());
        }
        let values = record
            .iter()
            .take(WIDEST)
            .map(|cell| Json::String(as_meant(cell.trim()).to_owned()))
            .collect();
        let row = Cells {
            number: line,
            values,
            fill: Vec::new(),
        };
        if let Verdict::Break(end) = table.push(row, sink) {
            return end.map_or(Ok(()), Err);
        }
    }
    match table.finish(sink)? {
        Ok(_) => Ok(()),
        Err(why) => Err(IngestError::NoHeader(Said::new(
            format!("文本中没有表头:{}", why.zh),
            format!("the text has no header: {}", why.en),
        ))),
    }
}

fn is_too_long(error: &csv::Error) -> bool {
    matches!(error.kind(), csv::ErrorKind::Io(cause) if cause.kind() == io::ErrorKind::FileTooLarge)
}

/// A cell without what keeps a spreadsheet from making a number of it: `="0012"`, `'0012`.
fn as_meant(cell: &str) -> &str {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let formula = cell
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|text| !text.contains('"'));
    let marked = || cell.strip_prefix('\'').filter(|rest| is_digits(rest));
    formula
        .or_else(marked)
        .unwrap_or_else(|| without_guard(cell))
}

fn failed(error: csv::Error, line: u64) -> IngestError {
    match error.into_kind() {
        csv::ErrorKind::Io(cause) if cause.kind() == io::ErrorKind::FileTooLarge => {
            IngestError::LineTooLong {
                line,
                limit: LONGEST,
            }
        }
        csv::ErrorKind::Io(cause) => IngestError::Read { line, cause },
        other => IngestError::damaged("CSV", format!("line {line}"), format!("{other:?}")),
    }
}

/// The encoding: a byte order mark, as asked, else by the content.
pub(super) fn choose(head: &[u8], asked: Option<&str>) -> Result<Choice, IngestError> {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return Ok(Choice::new(
            encoding,
            "有字节顺序标记(BOM)",
            "it begins with a byte order mark",
        ));
    }
    if let Some(choice) = encoding::asked(asked)? {
        return Ok(choice);
    }
    if let Some(choice) = encoding::wide(head) {
        return Ok(choice);
    }
    let choice = encoding::detect(std::iter::once(head));
    debug_assert!(
        choice.encoding == UTF_8 || !head.is_ascii(),
        "ASCII is UTF-8"
    );
    Ok(choice)
}

/// The delimiter of a text: as Excel's first line `sep=;` says; else the one by which a line has the most known headers,
/// and of those that tell nothing the one that parts the first lines into the same number of cells, and the most of them.
pub(super) fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default().trim();
    if let Some(said) = first.strip_prefix("sep=").map(str::as_bytes)
        && let [said] = said
        && DELIMITERS.contains(said)
    {
        return *said;
    }
    let mut lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(LOOKED_AT)
        .collect();
    // the last one may have been cut
    if lines.len() > 2 && lines.len() < LOOKED_AT && !text.ends_with(['\n', '\r']) {
        lines.pop();
    }
    let worth = |delimiter: u8| {
        let rows: Vec<Vec<&str>> = lines.iter().map(|line| cells(line, delimiter)).collect();
        let mut counts: Vec<usize> = rows.iter().map(|row| row.len() - 1).collect();
        counts.sort_unstable();
        let usual = counts.get(counts.len() / 2).copied().unwrap_or(0);
        let same = counts.iter().filter(|count| **count == usual).count();
        let known = rows.iter().map(|row| {
            let is_header = |cell: &&&str| is_known_header(cell) || is_place_header(cell);
            row.iter().filter(is_header).count()
        });
        let known = known.max().unwrap_or(0);
        (usual > 0).then_some((if known < 2 { 0 } else { known }, same, usual))
    };
    DELIMITERS
        .into_iter()
        .filter_map(|delimiter| Some((worth(delimiter)?, std::cmp::Reverse(delimiter))))
        .max()
        .map_or(b',', |(_, std::cmp::Reverse(delimiter))| delimiter)
}

/// How many lines the delimiter is told from.
const LOOKED_AT: usize = 20;

/// The cells of a line, without the quotation marks around them.
fn cells(line: &str, delimiter: u8) -> Vec<&str> {
    let (mut found, mut quoted, mut from) = (Vec::new(), false, 0);
    for (at, byte) in line.bytes().enumerate() {
        if byte == b'"' {
            quoted = !quoted;
        } else if byte == delimiter && !quoted {
            found.push(line.get(from..at).unwrap_or_default());
            from = at + 1;
        }
    }
    found.push(line.get(from..).unwrap_or_default());
    found
        .into_iter()
        .map(|cell| cell.trim().trim_matches('"'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_says_what_parts_the_cells_and_then_the_lines_that_agree() {
        for (text, wanted) in [
            (
                "name\twkt\tcode\n甲\tPOLYGON((1 2,3 4,5 6,1 2))\tA-1\n乙\tPOLYGON((1 2,3 4,5 6,7 8,1 2))\tA-2\n",
                b'\t',
            ),
            (
                "名称;经度;纬度;地址\n甲;108,97;34,22;路,1号,2楼,东\n乙;108,98;34,23;巷,3号,1楼,西\n",
                b';',
            ),
            ("编号|名称|描述\n1|甲|a,b,c,d\n2|乙|e,f,g,h\n", b'|'),
            ("p;q;r\n1;2,5;a\n2;3,5;b\n", b';'),
            ("某街道台账\n名称,经度,纬度\n甲,108.9,34.2\n", b','),
            ("sep=;\na;b,c,d\n1;2,3,4\n", b';'),
            ("a,b\n\"x;y;z\",2\n\"u;v;w\",3\n", b','),
            ("only one column\nx\n", b','),
        ] {
            assert_eq!(char::from(delimiter(text)), char::from(wanted), "{text}");
        }
    }

    #[test]
    fn what_keeps_a_spreadsheet_from_making_a_number_is_no_part_of_the_code() {
        for (cell, text) in [
            ("=\"330106001001\"", "330106001001"),
            ("'330106001001", "330106001001"),
            ("'0012", "0012"),
            ("=\"0012\"", "0012"),
            ("'老'字号", "'老'字号"),
            ("'", "'"),
            ("'=1", "=1"),
            ("=A1&\"x\"", "=A1&\"x\""),
        ] {
            assert_eq!(as_meant(cell), text, "{cell}");
        }
    }
}

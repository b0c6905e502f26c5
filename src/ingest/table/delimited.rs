//! CSV, TSV and other text with a record a line: encoding and delimiter by looking at the beginning.

use std::cell::Cell;
use std::io;
use std::io::{Cursor, Read};
use std::rc::Rc;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use encoding_rs_io::DecodeReaderBytesBuilder;
use serde_json::Value as Json;

use super::{Cells, Table, WIDEST, columns};
use crate::domain::without_guard;
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
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(Fenced::new(decoded, Rc::clone(&left)));
    let (columns, mut next_record) = (columns(options)?, 0);
    let mut table = Table::new(0, &columns, &mut next_record);
    let mut record = csv::StringRecord::new();
    loop {
        let more = reader.read_record(&mut record);
        let line = record.position().map_or(1, csv::Position::line);
        match more {
            Ok(false) => break,
            Ok(true) => left.set(LONGEST),
            Err(error) => return Err(failed(error, line)),
        }
        let values = record
            .iter()
            .take(WIDEST)
            .map(|cell| Json::String(without_guard(cell.trim()).to_owned()))
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
    // Every other byte of UTF-16 text of ASCII is zero; no other text has zeros.
    let zeros = |odd: usize| {
        head.iter()
            .skip(odd)
            .step_by(2)
            .take(200)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    if even.max(odd) > 0 && even.max(odd) * 4 >= head.len().min(400) / 2 {
        let encoding = if odd > even { UTF_16LE } else { UTF_16BE };
        return Ok(Choice::new(
            encoding,
            "每隔一个字节为零",
            "every other byte is zero",
        ));
    }
    let choice = encoding::detect(std::iter::once(head));
    debug_assert!(
        choice.encoding == UTF_8 || !head.is_ascii(),
        "ASCII is UTF-8"
    );
    Ok(choice)
}

/// The delimiter that parts the first lines into the same number of cells, and the most of them.
pub(super) fn delimiter(text: &str) -> u8 {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(20)
        .collect();
    let counts = |delimiter: u8| {
        let mut counts: Vec<usize> = lines
            .iter()
            .map(|line| {
                let (mut quoted, mut count) = (false, 0);
                for byte in line.bytes() {
                    match byte {
                        b'"' => quoted = !quoted,
                        _ if byte == delimiter && !quoted => count += 1,
                        _ => {}
                    }
                }
                count
            })
            .collect();
        counts.sort_unstable();
        counts.get(counts.len() / 2).copied().unwrap_or(0)
    };
    DELIMITERS
        .into_iter()
        .map(|delimiter| (counts(delimiter), delimiter))
        .filter(|(count, _)| *count > 0)
        .max_by_key(|(count, delimiter)| (*count, std::cmp::Reverse(*delimiter)))
        .map_or(b',', |(_, delimiter)| delimiter)
}

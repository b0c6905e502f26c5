//! Sheets as offices make them, written as xlsx, xls, ods and text.

use std::io::{Cursor, Write};
use std::process::{Command, Stdio};

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::{Value as Json, json};
use zip::write::SimpleFileOptions;

/// What stands in a cell.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    Blank,
    Text(String),
    Number(f64),
    Yes(bool),
    /// A day that the program keeps as a number with a format.
    Day(u16, u8, u8),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() {
            Self::Blank
        } else {
            Self::Text(text.to_owned())
        }
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<i32> for Cell {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<bool> for Cell {
    fn from(yes: bool) -> Self {
        Self::Yes(yes)
    }
}

/// One row of cells.
macro_rules! row {
    ($($cell:expr),* $(,)?) => { vec![$(crate::ledgers::cells::Cell::from($cell)),*] };
}
pub(super) use row;

/// One sheet; places are rows and columns from 0.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    name: String,
    rows: Vec<Vec<Cell>>,
    /// First row, first column, last row, last column.
    merged: Vec<(u32, u16, u32, u16)>,
    hidden_rows: Vec<u32>,
    is_hidden: bool,
}

impl Sheet {
    pub(super) fn new(name: &str, rows: Vec<Vec<Cell>>) -> Self {
        Self {
            name: name.to_owned(),
            rows,
            ..Self::default()
        }
    }

    pub(super) fn merge(mut self, merged: &[(u32, u16, u32, u16)]) -> Self {
        self.merged.extend_from_slice(merged);
        self
    }

    pub(super) fn hide_rows(mut self, rows: &[u32]) -> Self {
        self.hidden_rows.extend_from_slice(rows);
        self
    }

    pub(super) fn hidden(mut self) -> Self {
        self.is_hidden = true;
        self
    }

    fn cells(&self) -> impl Iterator<Item = (u32, u16, &Cell)> {
        self.rows.iter().zip(0u32..).flat_map(|(cells, row)| {
            cells
                .iter()
                .zip(0u16..)
                .map(move |(cell, column)| (row, column, cell))
        })
    }

    fn span(&self, row: u32, column: u16) -> Option<(u32, u16)> {
        let merge = self
            .merged
            .iter()
            .find(|(top, left, ..)| (*top, *left) == (row, column))?;
        Some((merge.2 - row + 1, merge.3 - column + 1))
    }
}

pub(super) fn xlsx(sheets: &[Sheet]) -> Vec<u8> {
    let mut book = Workbook::new();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    for sheet in sheets {
        let target = book.add_worksheet();
        target.set_name(&sheet.name).unwrap();
        for (top, left, bottom, right) in &sheet.merged {
            target
                .merge_range(*top, *left, *bottom, *right, "", &Format::new())
                .unwrap();
        }
        for (row, column, cell) in sheet.cells() {
            match cell {
                Cell::Blank => {}
                Cell::Text(text) => drop(target.write_string(row, column, text).unwrap()),
                Cell::Number(number) => drop(target.write_number(row, column, *number).unwrap()),
                Cell::Yes(yes) => drop(target.write_boolean(row, column, *yes).unwrap()),
                Cell::Day(y, m, d) => {
                    let at = ExcelDateTime::from_ymd(*y, *m, *d).unwrap();
                    target
                        .write_datetime_with_format(row, column, &at, &day)
                        .unwrap();
                }
            }
        }
        for row in &sheet.hidden_rows {
            target.set_row_hidden(*row).unwrap();
        }
        target.set_hidden(sheet.is_hidden);
    }
    book.save_to_buffer().unwrap()
}

/// Excel 97, as `xlwt` writes it; `None` where that is not there (scripts/install-test-tools).
pub(super) fn xls(sheets: &[Sheet]) -> Option<Vec<u8>> {
    const SCRIPT: &str = "
import json, sys, datetime, xlwt
book = xlwt.Workbook(encoding='utf-8')
day = xlwt.easyxf(num_format_str='YYYY-MM-DD')
for sheet in json.load(sys.stdin):
    target = book.add_sheet(sheet['name'])
    spans = {(m[0], m[1]): m for m in sheet['merged']}
    for row, column, kind, value in sheet['cells']:
        if kind == 'day': value = datetime.date(*value)
        style = day if kind == 'day' else xlwt.Style.default_style
        span = spans.get((row, column))
        if span: target.write_merge(span[0], span[2], span[1], span[3], value, style)
        else: target.write(row, column, value, style)
    for row in sheet['hidden']: target.row(row).hidden = True
book.save(sys.stdout.buffer)
";
    let told: Vec<Json> = sheets
        .iter()
        .map(|sheet| {
            let cells: Vec<Json> = sheet
                .cells()
                .filter_map(|(row, column, cell)| {
                    Some(match cell {
                        Cell::Blank => return None,
                        Cell::Text(text) => json!([row, column, "text", text]),
                        Cell::Number(number) => json!([row, column, "number", number]),
                        Cell::Yes(yes) => json!([row, column, "yes", yes]),
                        Cell::Day(y, m, d) => json!([row, column, "day", [y, m, d]]),
                    })
                })
                .collect();
            json!({ "name": sheet.name, "cells": cells, "merged": sheet.merged, "hidden": sheet.hidden_rows })
        })
        .collect();
    let mut program = Command::new("/usr/bin/python3")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    program
        .stdin
        .take()?
        .write_all(json!(told).to_string().as_bytes())
        .ok()?;
    let done = program.wait_with_output().ok()?;
    done.status.success().then_some(done.stdout)
}

/// `OpenDocument` as LibreOffice writes it: what a merge covers stands as covered cells.
pub(super) fn ods(sheets: &[Sheet]) -> Vec<u8> {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content \
         xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
         xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" office:version=\"1.2\">\
         <office:body><office:spreadsheet>",
    );
    for sheet in sheets {
        text += &format!("<table:table table:name=\"{}\">", sheet.name);
        for (cells, row) in sheet.rows.iter().zip(0u32..) {
            text += "<table:table-row>";
            for (cell, column) in cells.iter().zip(0u16..) {
                let covered = sheet.merged.iter().any(|(top, left, bottom, right)| {
                    (*top..=*bottom).contains(&row)
                        && (*left..=*right).contains(&column)
                        && (*top, *left) != (row, column)
                });
                if covered {
                    text += "<table:covered-table-cell/>";
                    continue;
                }
                let span = sheet.span(row, column).map_or_else(String::new, |(rows, columns)| {
                    format!(" table:number-rows-spanned=\"{rows}\" table:number-columns-spanned=\"{columns}\"")
                });
                text += &match cell {
                    Cell::Blank => format!("<table:table-cell{span}/>"),
                    Cell::Text(word) => format!(
                        "<table:table-cell{span} office:value-type=\"string\"><text:p>{word}</text:p></table:table-cell>"
                    ),
                    Cell::Number(number) => format!(
                        "<table:table-cell{span} office:value-type=\"float\" office:value=\"{number}\"><text:p>{number}</text:p></table:table-cell>"
                    ),
                    Cell::Yes(yes) => format!(
                        "<table:table-cell{span} office:value-type=\"boolean\" office:boolean-value=\"{yes}\"><text:p>{yes}</text:p></table:table-cell>"
                    ),
                    Cell::Day(y, m, d) => format!(
                        "<table:table-cell{span} office:value-type=\"date\" office:date-value=\"{y:04}-{m:02}-{d:02}\"><text:p>{y}-{m}-{d}</text:p></table:table-cell>"
                    ),
                };
            }
            text += "</table:table-row>";
        }
        text += "</table:table>";
    }
    text += "</office:spreadsheet></office:body></office:document-content>";
    let mut book = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let manifest = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><manifest:manifest \
         xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"><manifest:file-entry \
         manifest:full-path=\"/\" manifest:media-type=\"application/vnd.oasis.opendocument.spreadsheet\"/></manifest:manifest>";
    for (name, part) in [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", text.as_str()),
        ("META-INF/manifest.xml", manifest),
    ] {
        book.start_file(name, stored).unwrap();
        book.write_all(part.as_bytes()).unwrap();
    }
    book.finish().unwrap().into_inner()
}

/// Text in an encoding.
pub(super) fn text(encoding: &'static encoding_rs::Encoding, text: &str) -> Vec<u8> {
    let (bytes, _, unmapped) = encoding.encode(text);
    assert!(!unmapped, "{} has no such character", encoding.name());
    bytes.into_owned()
}

/// UTF-16 with its mark, as Excel saves "Unicode text".
pub(super) fn utf16(text: &str) -> Vec<u8> {
    [0xFF, 0xFE]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect()
}

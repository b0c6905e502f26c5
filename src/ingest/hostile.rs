//! Small files that made a reader run, grow or fall: made by hand, or found by the targets of `fuzz/`.

use std::io::{Cursor, Write};
use std::ops::ControlFlow;

use super::*;

/// Reads bytes as a file of this name.
fn read_as(name: &str, bytes: &[u8], options: &Options) -> Result<Report, IngestError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    read(open(&path)?, options, &mut |_| ControlFlow::Continue(()))
}

fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(*name, options).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A workbook with one sheet of these rows, and what stands behind them.
fn workbook(rows: &str, behind: &str) -> Vec<u8> {
    workbook_with(rows, behind, r#"<sst uniqueCount="0"></sst>"#)
}

/// As [`workbook`], with these texts.
fn workbook_with(rows: &str, behind: &str, texts: &str) -> Vec<u8> {
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData>{behind}</worksheet>");
    zipped(&[
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#,
        ),
        (
            "_rels/.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        ("xl/worksheets/sheet1.xml", &sheet),
        ("xl/sharedStrings.xml", texts),
    ])
}

/// An `OpenDocument` whose content is this.
fn open_document(content: &str) -> Vec<u8> {
    let kind = "application/vnd.oasis.opendocument.spreadsheet";
    let manifest = r#"<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>"#;
    zipped(&[
        ("mimetype", kind),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", content),
    ])
}

fn cell(place: &str, text: &str) -> String {
    format!(r#"<c r="{place}" t="str"><v>{text}</v></c>"#)
}

#[test]
fn a_cell_far_outside_of_the_sheet_makes_no_row_of_its_width() {
    for place in ["ZZZZZZ2", "XFE2", "A1048577"] {
        let rows = format!(
            r#"<row r="1">{}{}</row><row>{}</row>"#,
            cell("A1", "编号"),
            cell("B1", "地址"),
            cell(place, "x")
        );
        let read = read_as(
            "x.xlsx",
            &workbook(&rows, ""),
            &Options::new(LayerId::INSPECTIONS),
        );
        let refused = read.unwrap_err().to_string();
        assert!(refused.contains("beyond"), "{place}: {refused}");
    }
}

#[test]
fn cells_that_are_merged_over_each_other_fill_a_row_once() {
    let header = [("A1", "编号"), ("B1", "地址"), ("C1", "名称")];
    let header: String = header
        .iter()
        .map(|(place, text)| cell(place, text))
        .collect();
    let rows: Vec<String> = (2..4000)
        .map(|row| {
            let code = cell(&format!("A{row}"), &format!("F-{row}"));
            let place = cell(&format!("B{row}"), "雁塔路1号");
            format!(r#"<row r="{row}">{code}{place}</row>"#)
        })
        .collect();
    let merged: Vec<String> = (2..4000)
        .map(|row| format!(r#"<mergeCell ref="B{row}:C1048576"/>"#))
        .collect();
    let book = workbook(
        &format!(r#"<row r="1">{header}</row>{}"#, rows.concat()),
        &format!("<mergeCells>{}</mergeCells>", merged.concat()),
    );
    let report = read_as("x.xlsx", &book, &Options::new(LayerId::INSPECTIONS)).unwrap();
    assert_eq!(report.features, 3998);
}

#[test]
fn texts_that_are_only_claimed_take_no_room() {
    let rows = format!(
        r#"<row r="1">{}{}</row>"#,
        cell("A1", "编号"),
        cell("B1", "地址")
    );
    // the most that its reader would make room for ends the whole program
    let texts = r#"<?xml version="1.0" encoding="UTF-8"?><sst uniqueCount="4000000000000"></sst>"#;
    let book = workbook_with(&rows, "", texts);
    let read = read_as("x.xlsx", &book, &Options::new(LayerId::INSPECTIONS));
    let refused = read.unwrap_err().to_string();
    assert!(refused.contains("claims 4000000000000 texts"), "{refused}");
}

#[test]
fn an_open_document_that_does_not_end_or_repeats_without_end_is_refused() {
    let begin = r#"<office:spreadsheet><table:table table:name="a"><table:table-row>"#;
    let cell = r#"<table:table-cell office:value-type="string">"#;
    let blanks = format!(
        r#"{begin}{cell}<text:p>x<text:s text:c="2147483647"/></text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>"#
    );
    for content in [
        // its reader looks for the end for ever, and in the second for that of the remark
        format!("{begin}</table:table-row>"),
        format!("{begin}{cell}<office:annotation><table:table></table:table>"),
        blanks,
    ] {
        let book = open_document(&content);
        let read = read_as("x.ods", &book, &Options::new(LayerId::INSPECTIONS));
        assert!(
            matches!(
                read,
                Err(IngestError::Damaged { .. } | IngestError::TooLarge { .. })
            ),
            "{content}: {read:?}"
        );
    }
}

#[test]
fn a_line_of_millions_of_cells_is_read_as_far_as_a_row_goes() {
    let text = format!("编号,名称,地址\nF-1{}\n", ",".repeat(10_000_000));
    let report = read_as(
        "x.csv",
        text.as_bytes(),
        &Options::new(LayerId::INSPECTIONS),
    )
    .unwrap();
    assert_eq!(report.features, 1);
}

#[test]
fn a_table_of_thousands_of_columns_of_one_name_keeps_its_names_short() {
    let (columns, records) = (2000_u16, 300_u32);
    let mut table = vec![0_u8; 32];
    table[4..8].copy_from_slice(&records.to_le_bytes());
    table[8..10].copy_from_slice(&(33 + 32 * columns).to_le_bytes());
    table[10..12].copy_from_slice(&1_u16.to_le_bytes());
    for _ in 0..columns {
        let mut column = [0_u8; 32];
        column[0] = b'a';
        column[11] = b'C';
        table.extend(column);
    }
    table.push(0x0D);
    table.extend(std::iter::repeat_n(b' ', usize::try_from(records).unwrap()));
    let report = read_as("x.dbf", &table, &Options::new(LayerId::INSPECTIONS)).unwrap();
    assert_eq!(report.features, u64::from(records));
    assert!(report.columns.iter().all(|column| column.header.len() < 8));
}

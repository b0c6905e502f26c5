//! Files as other programs write them, also against the rules of their formats: what becomes of each.

mod documents;
mod geopackages;
mod shapefiles;
mod tables;
mod workbooks;

use std::path::Path;

use super::tests::attribute;
use super::*;

/// Files of these names and bytes in a folder of their own, of which the first is read.
fn read_files(
    files: &[(&str, &[u8])],
    options: &Options,
) -> Result<(Vec<Record>, Report), IngestError> {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    read_path(&folder.path().join(files[0].0), options)
}

fn read_path(path: &Path, options: &Options) -> Result<(Vec<Record>, Report), IngestError> {
    let mut records = Vec::new();
    let report = read(open(path)?, options, &mut |batch| {
        records.extend(batch);
        ControlFlow::Continue(())
    })?;
    assert_eq!(report.taken + report.refused, report.features);
    Ok((records, report))
}

/// Everything that was decided, Chinese.
fn decided(report: &Report) -> String {
    let decisions = report.decisions.iter();
    let texts: Vec<&str> = decisions.map(|decision| &*decision.said.zh).collect();
    texts.join("\n")
}

fn names(records: &[Record]) -> Vec<&str> {
    records.iter().map(|record| &*record.draft.name).collect()
}

/// One field of a dBase table: its name, the letter of its kind, its length and decimals.
type Field<'a> = (&'a str, u8, u8, u8);

/// A dBase table whose records are these bytes.
fn table(version: u8, language: u8, fields: &[Field<'_>], records: &[Vec<u8>]) -> Vec<u8> {
    let length = 1 + fields.iter().map(|field| u16::from(field.2)).sum::<u16>();
    let header = u16::try_from(33 + 32 * fields.len()).unwrap();
    let mut bytes = vec![version, 126, 11, 30];
    bytes.extend(u32::try_from(records.len()).unwrap().to_le_bytes());
    bytes.extend(header.to_le_bytes());
    bytes.extend(length.to_le_bytes());
    bytes.resize(29, 0);
    bytes.extend([language, 0, 0]);
    for (name, kind, length, decimals) in fields {
        let mut field = name.as_bytes().to_vec();
        field.resize(11, 0);
        field.extend([*kind, 0, 0, 0, 0, *length, *decimals]);
        field.resize(32, 0);
        bytes.extend(field);
    }
    bytes.push(0x0D);
    for record in records {
        assert_eq!(record.len() + 1, usize::from(length), "{record:?}");
        bytes.push(b' ');
        bytes.extend(record);
    }
    bytes.push(0x1A);
    bytes
}

/// Texts filled up with blanks to these lengths.
fn padded(texts: &[(&[u8], usize)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (text, length) in texts {
        assert!(text.len() <= *length);
        bytes.extend(*text);
        bytes.resize(bytes.len() + length - text.len(), b' ');
    }
    bytes
}

/// The main file of a shapefile with records of this type and these contents behind it.
fn main_file(kind: i32, contents: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 0x27, 0x0A];
    bytes.resize(100, 0);
    bytes[28..32].copy_from_slice(&1000_i32.to_le_bytes());
    bytes[32..36].copy_from_slice(&kind.to_le_bytes());
    for (number, content) in (1_i32..).zip(contents) {
        bytes.extend(number.to_be_bytes());
        bytes.extend(i32::try_from(content.len() / 2).unwrap().to_be_bytes());
        bytes.extend(content);
    }
    bytes
}

/// The content of a point.
fn point(x: f64, y: f64) -> Vec<u8> {
    [&1_i32.to_le_bytes()[..], &x.to_le_bytes(), &y.to_le_bytes()].concat()
}

/// The content of a polygon of type 5, or with heights of type 15.
fn polygon(kind: i32, rings: &[Vec<(f64, f64)>]) -> Vec<u8> {
    let count = |count: usize| i32::try_from(count).unwrap().to_le_bytes();
    let mut bytes = kind.to_le_bytes().to_vec();
    bytes.resize(36, 0);
    let positions = rings.iter().map(Vec::len).sum();
    bytes.extend(count(rings.len()));
    bytes.extend(count(positions));
    let mut from = 0;
    for ring in rings {
        bytes.extend(count(from));
        from += ring.len();
    }
    for (x, y) in rings.iter().flatten() {
        bytes.extend(x.to_le_bytes());
        bytes.extend(y.to_le_bytes());
    }
    if kind == 15 {
        bytes.resize(bytes.len() + 16, 0);
        for _ in 0..positions {
            bytes.extend(412.5_f64.to_le_bytes());
        }
    }
    bytes
}

/// A square in the degrees of the office, clockwise as outlines are.
fn square(west: f64, south: f64, side: f64) -> Vec<(f64, f64)> {
    let corners = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)];
    let corners = corners.map(|(x, y)| {
        (
            108.9 + (west + x * side) / 1e3,
            34.2 + (south + y * side) / 1e3,
        )
    });
    corners.to_vec()
}

const WGS84: &str = r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;

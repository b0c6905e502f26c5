//! The table beside the shapes of a shapefile.

use anyhow::{anyhow, bail};
use encoding_rs::{Encoding, GBK};

use super::Chosen;
use crate::domain::{CellText, Feature, FieldKind, Value};

/// The longest text of dBase, bytes.
const LONGEST: usize = 254;

/// One column: its name, its kind as dBase writes it, its cells as bytes.
struct Column {
    name: String,
    kind: u8,
    decimals: u8,
    cells: Vec<Vec<u8>>,
}

/// The table of `records`, under the short names of [`LayerSchema::short_names`](crate::domain::LayerSchema::short_names).
pub(super) fn table(chosen: &Chosen<'_>, records: &[&Feature]) -> anyhow::Result<Vec<u8>> {
    let encoded = |text: &str, record: &Feature| encoded(text, record, chosen.encoding);
    let texts = |name: &str, of: &dyn Fn(&Feature) -> String| -> anyhow::Result<Column> {
        let cells: Result<_, _> = records
            .iter()
            .map(|record| encoded(&of(record), record))
            .collect();
        Ok(Column {
            name: name.to_owned(),
            kind: b'C',
            decimals: 0,
            cells: cells?,
        })
    };
    let mut columns = vec![
        texts("code", &|record| record.code.to_string())?,
        texts("name", &|record| record.name.to_string())?,
    ];
    let fields = chosen.schema.fields.iter().zip(chosen.schema.short_names());
    for (at, (field, name)) in fields.enumerate() {
        let value = |record: &Feature| record.attributes.get(at).cloned().unwrap_or(Value::Null);
        let mut column = texts(&name, &|record| written(&value(record)))?;
        (column.kind, column.decimals) = match field.kind {
            FieldKind::Integer => (b'N', 0),
            FieldKind::Real => (b'N', decimals(&column.cells)),
            FieldKind::Boolean => (b'L', 0),
            FieldKind::Date => (b'D', 0),
            FieldKind::Text | FieldKind::Code(_) | FieldKind::Time => (b'C', 0),
        };
        columns.push(column);
    }
    assembled(&columns, records.len(), chosen.encoding)
}

/// A value as dBase has it; nothing where it is not known.
fn written(value: &Value) -> String {
    match value {
        Value::Boolean(true) => "T".to_owned(),
        Value::Boolean(false) => "F".to_owned(),
        Value::Date(day) => day.strftime("%Y%m%d").to_string(),
        other => CellText::Raw.value(other).into_owned(),
    }
}

fn decimals(cells: &[Vec<u8>]) -> u8 {
    let after_point = |cell: &Vec<u8>| match cell.iter().position(|byte| *byte == b'.') {
        Some(point) => cell.len() - point - 1,
        None => 0,
    };
    let most = cells.iter().map(after_point).max().unwrap_or(0);
    u8::try_from(most.min(15)).unwrap_or(15)
}

fn encoded(text: &str, record: &Feature, encoding: &'static Encoding) -> anyhow::Result<Vec<u8>> {
    let (bytes, _, has_unknown) = encoding.encode(text);
    if has_unknown {
        bail!(
            "{}: {} has no place for a character of {text:?}: write UTF-8",
            record.code,
            encoding.name()
        );
    }
    if bytes.len() > LONGEST {
        bail!(
            "{}: a shapefile takes texts of {LONGEST} bytes, {} are needed: choose .gpkg, .geojson, .fgb or .csv",
            record.code,
            bytes.len()
        );
    }
    Ok(bytes.into_owned())
}

fn assembled(
    columns: &[Column],
    records: usize,
    encoding: &'static Encoding,
) -> anyhow::Result<Vec<u8>> {
    let too_long = || anyhow!("the table is longer than a shapefile takes");
    let widths: Vec<u8> = columns
        .iter()
        .map(|column| match column.kind {
            b'L' => 1,
            b'D' => 8,
            _ => {
                let widest = column.cells.iter().map(Vec::len).max().unwrap_or(0);
                u8::try_from(widest.clamp(1, LONGEST)).unwrap_or(u8::MAX)
            }
        })
        .collect();
    let record_length = 1 + widths.iter().map(|width| u16::from(*width)).sum::<u16>();
    let header_length = u16::try_from(32 + 32 * columns.len() + 1)?;
    let count = u32::try_from(records).map_err(|_overflow| too_long())?;
    let mut bytes = vec![3, 126, 1, 1];
    bytes.extend(count.to_le_bytes());
    bytes.extend(header_length.to_le_bytes());
    bytes.extend(record_length.to_le_bytes());
    bytes.extend([0; 17]);
    // 0x4D is code page 936; UTF-8 has no byte of its own, the .cpg says it.
    bytes.push(if encoding == GBK { 0x4D } else { 0 });
    bytes.extend([0; 2]);
    for (column, width) in columns.iter().zip(&widths) {
        let mut name = column.name.clone().into_bytes();
        name.resize(11, 0);
        bytes.extend(name);
        bytes.push(column.kind);
        bytes.extend([0; 4]);
        bytes.extend([*width, column.decimals.min(width.saturating_sub(2))]);
        bytes.extend([0; 14]);
    }
    bytes.push(0x0D);
    for record in 0..records {
        bytes.push(b' ');
        for (column, width) in columns.iter().zip(&widths) {
            let cell = column
                .cells
                .get(record)
                .map(Vec::as_slice)
                .unwrap_or_default();
            let blanks = usize::from(*width).saturating_sub(cell.len());
            let blank = if column.kind == b'L' { b'?' } else { b' ' };
            if column.kind == b'N' {
                bytes.extend(std::iter::repeat_n(blank, blanks));
                bytes.extend(cell);
            } else {
                bytes.extend(cell);
                bytes.extend(std::iter::repeat_n(blank, blanks));
            }
        }
    }
    bytes.push(0x1A);
    Ok(bytes)
}

//! Tables: CSV that Excel opens, and workbooks. The shape is WKT in a column whose name says its reference system.

use anyhow::bail;
use rust_xlsxwriter::{Format, Workbook};
use wkt::ToWkt;

use super::Chosen;
use crate::domain::{CellText, GeometryKind, Value};
use crate::geometry::crs::Crs;

/// The most characters that a cell of Excel takes.
const CELL: usize = 32_767;
/// The most rows that a sheet of Excel takes, with the header.
const ROWS: usize = 1_048_576;

/// A column of shapes that an import knows again; metres do not say their zone, it is told at the import.
fn shape_header(crs: Crs) -> String {
    match crs {
        Crs::Crs84 | Crs::Wgs84 => "wkt_wgs84".to_owned(),
        Crs::Cgcs2000 => "wkt_cgcs2000".to_owned(),
        Crs::Gcj02 => "wkt_gcj02".to_owned(),
        Crs::Bd09 => "wkt_bd09".to_owned(),
        _ => "wkt".to_owned(),
    }
}

fn headers(chosen: &Chosen<'_>) -> Vec<String> {
    let fields = chosen
        .schema
        .fields
        .iter()
        .map(|field| field.name.to_owned());
    let mut headers: Vec<String> = ["id", "code", "name"].map(str::to_owned).into();
    headers.extend(fields);
    if chosen.schema.geometry != GeometryKind::None {
        headers.push(shape_header(chosen.crs));
    }
    headers
}

/// UTF-8 with a byte order mark: without it Excel shows garbage.
pub(super) fn csv(chosen: &Chosen<'_>) -> anyhow::Result<Vec<u8>> {
    let mut table = csv::Writer::from_writer(b"\xEF\xBB\xBF".to_vec());
    table.write_record(headers(chosen))?;
    for record in &chosen.features {
        let mut row = vec![
            record.id.to_string(),
            chosen.cells.write(&record.code).into_owned(),
            chosen.cells.write(&record.name).into_owned(),
        ];
        let values = record.attributes.iter();
        row.extend(values.map(|value| chosen.cells.value(value).into_owned()));
        if chosen.schema.geometry != GeometryKind::None {
            let shape = chosen.shape(record)?;
            row.push(shape.map(|shape| shape.wkt_string()).unwrap_or_default());
        }
        table.write_record(row)?;
    }
    Ok(table
        .into_inner()
        .map_err(csv::IntoInnerError::into_error)?)
}

/// A workbook with one sheet: codes stay text, numbers are numbers.
pub(super) fn workbook(chosen: &Chosen<'_>) -> anyhow::Result<Vec<u8>> {
    if chosen.features.len() >= ROWS {
        bail!(
            "{} records are more than a sheet takes: choose .csv",
            chosen.features.len()
        );
    }
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(chosen.schema.title.zh)?;
    let bold = Format::new().set_bold();
    for (column, header) in (0..).zip(headers(chosen)) {
        sheet.write_string_with_format(0, column, header, &bold)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (row, record) in (1..).zip(&chosen.features) {
        sheet.write_string(row, 0, record.id.to_string())?;
        sheet.write_string(row, 1, &*record.code)?;
        sheet.write_string(row, 2, &*record.name)?;
        let mut column = 3;
        for value in &record.attributes {
            match value {
                Value::Null => {}
                // Whole numbers that a cell would round stay text.
                Value::Integer(number) if number.unsigned_abs() < 1 << 53 => {
                    sheet.write_number(row, column, number.to_string().parse::<f64>()?)?;
                }
                Value::Real(number) => drop(sheet.write_number(row, column, *number)?),
                Value::Boolean(yes) => drop(sheet.write_boolean(row, column, *yes)?),
                other => drop(sheet.write_string(row, column, CellText::Raw.value(other))?),
            }
            column += 1;
        }
        if let Some(shape) = chosen.shape(record)? {
            let text = shape.wkt_string();
            if text.len() > CELL {
                bail!(
                    "the outline of {} is longer than a cell of Excel takes ({CELL} characters): choose .csv, .geojson, .gpkg or .shp.zip",
                    record.code
                );
            }
            sheet.write_string(row, column, text)?;
        }
    }
    Ok(book.save_to_buffer()?)
}

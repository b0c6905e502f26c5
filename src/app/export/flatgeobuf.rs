//! FlatGeobuf, with its index.

use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geozero::{ColumnValue, PropertyProcessor};

use super::Chosen;
use crate::domain::{CellText, FieldKind, GeometryKind, Value};
use crate::geometry::crs::Crs;

pub(super) fn file(chosen: &Chosen<'_>) -> anyhow::Result<Vec<u8>> {
    chosen.needs_shapes("FlatGeobuf")?;
    let name = chosen.crs.to_string();
    let code = match chosen.crs {
        Crs::Crs84 => Some(4326),
        other => other.epsg(),
    };
    let crs = FgbCrs {
        org: code.map(|_| "EPSG"),
        code: code.and_then(|code| i32::try_from(code).ok()).unwrap_or(0),
        name: Some(&name),
        ..FgbCrs::default()
    };
    let options = FgbWriterOptions {
        write_index: true,
        promote_to_multi: false,
        detect_type: true,
        crs,
        ..FgbWriterOptions::default()
    };
    let shapes = match chosen.schema.geometry {
        GeometryKind::Point => GeometryType::Point,
        GeometryKind::MultiPolygon => GeometryType::MultiPolygon,
        GeometryKind::MultiLineString => GeometryType::MultiLineString,
        _ => GeometryType::Unknown,
    };
    let mut file = FgbWriter::create_with_options(chosen.schema.id.as_str(), shapes, options)?;
    file.add_column("id", ColumnType::Long, |_, _| {});
    file.add_column("code", ColumnType::String, |_, _| {});
    file.add_column("name", ColumnType::String, |_, _| {});
    for field in chosen.schema.fields {
        let kind = match field.kind {
            FieldKind::Integer => ColumnType::Long,
            FieldKind::Real => ColumnType::Double,
            FieldKind::Boolean => ColumnType::Bool,
            FieldKind::Date | FieldKind::Time => ColumnType::DateTime,
            FieldKind::Text | FieldKind::Code(_) => ColumnType::String,
        };
        file.add_column(field.name, kind, |_, _| {});
    }
    for record in &chosen.features {
        let Some(shape) = chosen.shape(record)? else {
            continue;
        };
        let mut written = Ok(false);
        file.add_feature_geom(shape, |row| {
            let mut put = |at: usize, name: &str, value: &ColumnValue<'_>| {
                if written.is_ok() {
                    written = row.property(at, name, value);
                }
            };
            put(0, "id", &ColumnValue::Long(record.id.0));
            put(1, "code", &ColumnValue::String(&record.code));
            put(2, "name", &ColumnValue::String(&record.name));
            for (at, (field, value)) in
                (3..).zip(chosen.schema.fields.iter().zip(&record.attributes))
            {
                let text = CellText::Raw.value(value);
                let value = match value {
                    Value::Null => continue,
                    Value::Integer(number) => ColumnValue::Long(*number),
                    Value::Real(number) => ColumnValue::Double(*number),
                    Value::Boolean(yes) => ColumnValue::Bool(*yes),
                    Value::Date(_) | Value::Time(_) => ColumnValue::DateTime(&text),
                    Value::Text(_) => ColumnValue::String(&text),
                };
                put(at, field.name, &value);
            }
        })?;
        written?;
    }
    let mut bytes = Vec::new();
    file.write(&mut bytes)?;
    Ok(bytes)
}

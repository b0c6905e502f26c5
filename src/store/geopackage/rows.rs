//! A row of a layer's table ↔ a [`Feature`]. Another program may have written anything, so reading never fails.

use std::sync::Arc;

use jiff::Timestamp;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, Row, TypeInfo, ValueRef};

use super::blob;
use crate::domain::{
    Draft, Feature, FeatureId, FieldKind, GeometryKind, LayerId, Revision, Sharing, Value,
};
use crate::geometry::Geometry;
use crate::store::RecordFault;
use crate::store::record::fitting;

/// Columns before the geometry, see `ddl::columns`.
const GEOMETRY_AT: usize = 6;

/// Columns before the first field.
pub(super) const FIELDS_AT: usize = GEOMETRY_AT + 1;

/// The record in `row`, whose columns are those of `ddl::columns`; what cannot be read is unknown and in `faults`.
pub(super) fn feature(
    layer: LayerId,
    row: &SqliteRow,
    sharing: &mut Sharing,
    faults: &mut Vec<RecordFault>,
) -> Feature {
    let schema = layer.schema();
    let id = FeatureId(row.try_get_unchecked(0).unwrap_or_default());
    let mut fault = |field: &'static str, reason: String| {
        faults.push(RecordFault {
            layer,
            id,
            field,
            reason,
        });
    };
    let geometry = match row
        .try_get_unchecked::<Option<Vec<u8>>, _>(GEOMETRY_AT)
        .ok()
        .flatten()
    {
        None => None,
        Some(bytes) => match blob::decode(&bytes).and_then(|shape| {
            shape
                .map(|shape| fitting(schema.geometry, shape))
                .transpose()
        }) {
            Ok(geometry) => geometry,
            Err(reason) => {
                fault("geom", reason);
                None
            }
        },
    };
    let attributes = schema.fields.iter().enumerate().map(|(at, field)| {
        let (value, reason) = value(row, FIELDS_AT + at, field.kind);
        if let Some(reason) = reason {
            fault(field.name, reason);
        }
        value
    });
    let attributes = sharing.attributes(schema, attributes);
    let text = |at: usize| text(row, at).unwrap_or_default();
    Feature {
        id,
        code: text(1).into(),
        name: sharing.short_text(&text(2)),
        geometry: geometry.map(Box::new),
        attributes,
        revision: Revision(row.try_get_unchecked(3).unwrap_or_default()),
        updated_at: text(4).parse().unwrap_or(Timestamp::UNIX_EPOCH),
        updated_by: sharing.author(&text(5)),
    }
}

fn text(row: &SqliteRow, at: usize) -> Option<String> {
    row.try_get_unchecked::<Option<String>, _>(at)
        .ok()
        .flatten()
}

fn value(row: &SqliteRow, at: usize, kind: FieldKind) -> (Value, Option<String>) {
    let Ok(raw) = row.try_get_raw(at) else {
        return (Value::Null, Some("the column is missing".to_owned()));
    };
    if raw.is_null() {
        return (Value::Null, None);
    }
    let stored = raw.type_info().name().to_owned();
    let read = match (kind, stored.as_str()) {
        (FieldKind::Integer, "INTEGER") => row.try_get_unchecked(at).map(Value::Integer).ok(),
        (FieldKind::Boolean, "INTEGER" | "BOOLEAN") => row
            .try_get_unchecked::<i64, _>(at)
            .map(|n| Value::Boolean(n != 0))
            .ok(),
        (FieldKind::Real, "REAL" | "INTEGER") => row.try_get_unchecked(at).map(Value::Real).ok(),
        _ => None,
    };
    if let Some(value) = read {
        return (value, None);
    }
    let text = text(row, at).unwrap_or_default();
    if kind == FieldKind::Text {
        // as it was written: to parse would trim it
        return (Value::Text(text.into()), None);
    }
    match Value::parse(kind, &text) {
        Ok(value) => (value, None),
        Err(error) => (Value::Null, Some(error.to_string())),
    }
}

/// The arguments of an insert or update of `draft`: code, name, who, when, geometry where the layer has one, fields.
pub(super) fn arguments(
    layer: LayerId,
    draft: &Draft,
    by: &str,
    at: &str,
) -> Result<SqliteArguments, sqlx::error::BoxDynError> {
    let mut arguments = SqliteArguments::default();
    add_record(&mut arguments, layer, draft, (&by.into(), &at.into()))?;
    for value in &draft.attributes {
        add_value(&mut arguments, value)?;
    }
    Ok(arguments)
}

/// Adds what every record has: code, name, who, when, geometry where the layer has one.
pub(super) fn add_record(
    arguments: &mut SqliteArguments,
    layer: LayerId,
    draft: &Draft,
    (by, at): (&Arc<str>, &Arc<str>),
) -> Result<(), sqlx::error::BoxDynError> {
    for text in [&draft.code, &draft.name, by, at] {
        arguments.add(Arc::clone(text))?;
    }
    if layer.schema().geometry != GeometryKind::None {
        let kind = layer.schema().geometry;
        let blob = match (kind, &draft.geometry) {
            (_, None) => None,
            (GeometryKind::MultiPolygon, Some(shape @ Geometry::MultiPolygon(_))) => {
                blob::encode(shape)
            }
            (kind, Some(shape)) => blob::encode(&fitting(kind, shape.clone())?),
        };
        arguments.add(blob)?;
    }
    Ok(())
}

/// Adds the value of a field.
pub(super) fn add_value(
    arguments: &mut SqliteArguments,
    value: &Value,
) -> Result<(), sqlx::error::BoxDynError> {
    match value {
        Value::Null => arguments.add(None::<i64>),
        Value::Boolean(yes) => arguments.add(*yes),
        Value::Integer(number) => arguments.add(*number),
        Value::Real(number) => arguments.add(*number),
        Value::Text(text) => arguments.add(Arc::clone(text)),
        Value::Date(date) => arguments.add(date.to_string()),
        Value::Time(at) => arguments.add(moment(*at)),
    }
}

/// A moment as a GeoPackage writes it: UTC, milliseconds.
pub(super) fn moment(at: Timestamp) -> String {
    format!("{at:.3}")
}

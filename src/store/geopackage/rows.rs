//! A row of a layer's table ↔ a [`Feature`]. Another program may have written anything, so reading never fails.

use std::sync::Arc;

use jiff::Timestamp;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, Row, TypeInfo, ValueRef};

use super::blob;
use crate::domain::{
    Draft, Feature, FeatureId, FieldKind, GeometryKind, LayerId, RecordFault, Revision, SHAPE,
    Sharing, Unreadable, Value,
};
use crate::geometry::Geometry;
use crate::store::record::{
    fitting, legible, legible_code, nobodys, nobodys_code, shown, value_of_text,
};

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
    let (code, why) = nobodys_code(id, code(row));
    let code: Arc<str> = code.into();
    let mut fault = |field: &'static str, why: Option<Unreadable>| {
        let found = why.map(|why| RecordFault {
            layer,
            id,
            code: Arc::clone(&code),
            field,
            why,
        });
        faults.extend(found);
    };
    fault("code", why);
    let blob = row.try_get_unchecked::<Option<Vec<u8>>, _>(GEOMETRY_AT);
    let (geometry, why) = match blob.ok().flatten() {
        Some(bytes) => shown(schema.geometry, || blob::decode(&bytes)),
        None => (None, None),
    };
    fault(SHAPE, why);
    let attributes = schema.fields.iter().enumerate().map(|(at, field)| {
        let read = value(row, FIELDS_AT + at, field.kind);
        let (value, why) = nobodys(schema, field.name, read);
        fault(field.name, why);
        value
    });
    let attributes = sharing.attributes(schema, attributes);
    let (name, why) = nobodys(schema, "name", value(row, 2, FieldKind::Text));
    fault("name", why);
    let text = |at: usize| text(row, at).ok().flatten().unwrap_or_default();
    Feature {
        id,
        name: sharing.short_text(name.as_text().unwrap_or_default()),
        geometry: geometry.map(Box::new),
        attributes,
        revision: Revision(row.try_get_unchecked(3).unwrap_or_default()),
        updated_at: text(4).parse().unwrap_or(Timestamp::UNIX_EPOCH),
        updated_by: sharing.author(legible(text(5)).0.as_deref().unwrap_or_default()),
        code,
    }
}

fn text(row: &SqliteRow, at: usize) -> Result<Option<String>, Unreadable> {
    let read = row.try_get_unchecked::<Option<String>, _>(at);
    read.map_err(|_not_utf8| Unreadable::NotText)
}

/// The code as far as it can be read, for a record must have one.
fn code(row: &SqliteRow) -> (String, Option<Unreadable>) {
    match text(row, 1) {
        Ok(code) => legible_code(code.unwrap_or_default()),
        Err(why) => {
            let bytes: Vec<u8> = row.try_get_unchecked(1).unwrap_or_default();
            let (code, _) = legible_code(String::from_utf8_lossy(&bytes).into_owned());
            (code, Some(why))
        }
    }
}

fn value(row: &SqliteRow, at: usize, kind: FieldKind) -> (Value, Option<Unreadable>) {
    let Ok(raw) = row.try_get_raw(at) else {
        return (Value::Null, Some(Unreadable::NoColumn));
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
        (FieldKind::Real, "REAL" | "INTEGER") => match row.try_get_unchecked::<f64, _>(at) {
            Ok(number) if number.is_finite() => Some(Value::Real(number)),
            _ => return (Value::Null, Some(Unreadable::WrongKind { wanted: kind })),
        },
        _ => None,
    };
    if let Some(value) = read {
        return (value, None);
    }
    match text(row, at) {
        Ok(text) => value_of_text(kind, text.unwrap_or_default()),
        Err(why) => (Value::Null, Some(why)),
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

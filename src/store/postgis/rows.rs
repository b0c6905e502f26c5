//! A row of a layer's table ↔ a [`Feature`], and records as the columns that one statement writes.

use std::sync::Arc;

use jiff::Timestamp;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{Arguments, Decode, Postgres, Row, Type};

use geozero::{CoordDimensions, ToWkb};

use super::ddl::{field_type, quoted};
use crate::domain::{
    Draft, Feature, FeatureId, FieldKind, GeometryKind, LayerId, LayerSchema, RecordFault,
    Revision, SHAPE, Sharing, Unreadable, Value,
};
use crate::store::record::{
    fitting, legible, legible_code, nobodys, nobodys_code, shown, value_of_text,
};
use crate::store::wkb;

/// Columns before the geometry, see `ddl::columns`.
const GEOMETRY_AT: usize = 6;

/// Columns before the first field.
pub(super) const FIELDS_AT: usize = GEOMETRY_AT + 1;

/// The record in `row`, whose columns are those of `ddl::columns`; what cannot be read is unknown and in `faults`.
pub(super) fn feature(
    layer: LayerId,
    row: &PgRow,
    sharing: &mut Sharing,
    faults: &mut Vec<RecordFault>,
) -> Feature {
    let schema = layer.schema();
    let id = FeatureId(get(row, 0).unwrap_or_default());
    let text = |at| get::<String>(row, at).unwrap_or_default();
    let (code, why) = nobodys_code(id, legible_code(text(1)));
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
    let (geometry, why) = match get::<Vec<u8>>(row, GEOMETRY_AT) {
        Some(bytes) => shown(schema.geometry, || wkb::decode(&bytes)),
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
    Feature {
        id,
        name: sharing.short_text(name.as_text().unwrap_or_default()),
        geometry: geometry.map(Box::new),
        attributes,
        revision: Revision(get(row, 3).unwrap_or_default()),
        updated_at: get(row, 4)
            .and_then(|at| Timestamp::from_microsecond(at).ok())
            .unwrap_or(Timestamp::UNIX_EPOCH),
        updated_by: sharing.author(legible(text(5)).0.as_deref().unwrap_or_default()),
        code,
    }
}

fn get<'r, T: Decode<'r, Postgres> + Type<Postgres>>(row: &'r PgRow, at: usize) -> Option<T> {
    row.try_get::<Option<T>, _>(at).ok().flatten()
}

fn value(row: &PgRow, at: usize, kind: FieldKind) -> (Value, Option<Unreadable>) {
    let wrong = || (Value::Null, Some(Unreadable::WrongKind { wanted: kind }));
    let read = match kind {
        FieldKind::Integer => row
            .try_get::<Option<i64>, _>(at)
            .map(|value| value.map(Value::Integer)),
        FieldKind::Boolean => row
            .try_get::<Option<bool>, _>(at)
            .map(|value| value.map(Value::Boolean)),
        FieldKind::Real => match row.try_get::<Option<f64>, _>(at) {
            Ok(Some(number)) if !number.is_finite() => return wrong(),
            read => read.map(|value| value.map(Value::Real)),
        },
        FieldKind::Time => match row.try_get::<Option<i64>, _>(at) {
            Ok(Some(at)) => match Timestamp::from_microsecond(at) {
                Ok(at) => Ok(Some(Value::Time(at))),
                Err(_) => return wrong(),
            },
            read => read.map(|_| None),
        },
        FieldKind::Text | FieldKind::Date | FieldKind::Code(_) => {
            match row.try_get::<Option<String>, _>(at) {
                Ok(Some(text)) => return value_of_text(kind, text),
                read => read.map(|_| None),
            }
        }
    };
    match read {
        Ok(value) => (value.unwrap_or(Value::Null), None),
        Err(sqlx::Error::ColumnIndexOutOfBounds { .. } | sqlx::Error::ColumnNotFound(_)) => {
            (Value::Null, Some(Unreadable::NoColumn))
        }
        Err(_) => wrong(),
    }
}

/// `(SELECT … FROM unnest($first, …))` that gives records of `schema` row by row: `n` counts them, then the columns of
/// `ddl::written`, each with its own type; [`arguments`] fills it.
pub(super) fn unnested(schema: &LayerSchema, first: usize) -> String {
    let mut next = first;
    let mut parameter = |element: &str| {
        let text = format!("${next}::{element}[]");
        next += 1;
        text
    };
    let mut arrays = vec![parameter("text"), parameter("text")];
    let mut names = vec!["code".to_owned(), "name".to_owned()];
    let mut given = names.clone();
    if schema.geometry != GeometryKind::None {
        arrays.push(parameter("bytea"));
        names.push("geom".to_owned());
        given.push("ST_GeomFromWKB(geom, 4326) AS geom".to_owned());
    }
    for field in schema.fields {
        let (name, wanted) = (quoted(field.name), field_type(field.kind));
        let sent = sent_type(field.kind);
        arrays.push(parameter(sent));
        given.push(if sent == wanted {
            name.clone()
        } else {
            format!("{name}::{wanted} AS {name}")
        });
        names.push(name);
    }
    format!(
        "(SELECT n, {} FROM unnest({}) WITH ORDINALITY AS u({}, n))",
        given.join(", "),
        arrays.join(", "),
        names.join(", ")
    )
}

/// The type that a field's values are sent in: days and moments as text, which the database reads.
const fn sent_type(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Date | FieldKind::Time => "text",
        kind => field_type(kind),
    }
}

/// The arguments of [`unnested`] for `drafts`.
pub(super) fn arguments(
    schema: &LayerSchema,
    drafts: &[&Draft],
    arguments: &mut PgArguments,
) -> Result<(), sqlx::error::BoxDynError> {
    let texts = |text: fn(&Draft) -> &str| -> Vec<String> {
        drafts.iter().map(|draft| text(draft).to_owned()).collect()
    };
    arguments.add(texts(|draft| &draft.code))?;
    arguments.add(texts(|draft| &draft.name))?;
    if schema.geometry != GeometryKind::None {
        let shapes = drafts.iter().map(|draft| {
            let shape = draft.geometry.clone();
            let shape = shape
                .map(|shape| fitting(schema.geometry, shape))
                .transpose()?;
            let shape = shape.map(|shape| shape.to_wkb(CoordDimensions::xy()));
            shape.transpose().map_err(|error| error.to_string())
        });
        arguments.add(shapes.collect::<Result<Vec<Option<Vec<u8>>>, String>>()?)?;
    }
    for (at, field) in schema.fields.iter().enumerate() {
        let values = drafts
            .iter()
            .map(|draft| draft.attributes.get(at).unwrap_or(&Value::Null));
        match sent_type(field.kind) {
            "bigint" => arguments.add(column(values, Value::as_integer)?)?,
            "double precision" => arguments.add(column(values, Value::as_number)?)?,
            "boolean" => arguments.add(column(values, boolean)?)?,
            _ => arguments.add(column(values, text)?)?,
        }
    }
    Ok(())
}

/// The values of one column; one of another kind than the field's is an error, never left out.
fn column<'a, T>(
    values: impl Iterator<Item = &'a Value>,
    read: impl Fn(&Value) -> Option<T>,
) -> Result<Vec<Option<T>>, String> {
    values
        .map(|value| match (value, read(value)) {
            (Value::Null, _) => Ok(None),
            (_, Some(read)) => Ok(Some(read)),
            (value, None) => Err(format!("{value:?} is not of the field's kind")),
        })
        .collect()
}

fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Boolean(yes) => Some(*yes),
        _ => None,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.to_string()),
        Value::Date(date) => Some(date.to_string()),
        Value::Time(at) => Some(at.to_string()),
        _ => None,
    }
}

//! A row of a layer's table ↔ a [`Feature`], and records as the columns that one statement writes.

use jiff::Timestamp;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{Arguments, Decode, Postgres, Row, Type};

use geozero::{CoordDimensions, ToWkb};

use super::ddl::{field_type, quoted};
use crate::domain::{
    Draft, Feature, FeatureId, FieldKind, GeometryKind, LayerId, LayerSchema, Revision, Sharing,
    Value,
};
use crate::store::RecordFault;
use crate::store::record::fitting;
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
    let mut fault = |field: &'static str, reason: String| {
        faults.push(RecordFault {
            layer,
            id,
            field,
            reason,
        });
    };
    let shape = get::<Vec<u8>>(row, GEOMETRY_AT).map(|bytes| {
        wkb::decode(&bytes)?
            .map(|shape| fitting(schema.geometry, shape))
            .transpose()
    });
    let geometry = match shape.transpose() {
        Ok(shape) => shape.flatten(),
        Err(reason) => {
            fault("geom", reason);
            None
        }
    };
    let attributes = schema.fields.iter().enumerate().map(|(at, field)| {
        value(row, FIELDS_AT + at, field.kind).unwrap_or_else(|reason| {
            fault(field.name, reason);
            Value::Null
        })
    });
    let attributes = sharing.attributes(schema, attributes);
    let text = |at| get::<String>(row, at).unwrap_or_default();
    Feature {
        id,
        code: text(1).into(),
        name: sharing.short_text(&text(2)),
        geometry: geometry.map(Box::new),
        attributes,
        revision: Revision(get(row, 3).unwrap_or_default()),
        updated_at: get(row, 4)
            .and_then(|at| Timestamp::from_microsecond(at).ok())
            .unwrap_or(Timestamp::UNIX_EPOCH),
        updated_by: sharing.author(&text(5)),
    }
}

fn get<'r, T: Decode<'r, Postgres> + Type<Postgres>>(row: &'r PgRow, at: usize) -> Option<T> {
    row.try_get::<Option<T>, _>(at).ok().flatten()
}

fn value(row: &PgRow, at: usize, kind: FieldKind) -> Result<Value, String> {
    let or_null = |value: Option<Value>| Ok(value.unwrap_or(Value::Null));
    match kind {
        FieldKind::Integer => or_null(get(row, at).map(Value::Integer)),
        FieldKind::Boolean => or_null(get(row, at).map(Value::Boolean)),
        FieldKind::Real => match get::<f64>(row, at) {
            Some(number) if !number.is_finite() => Err(format!("{number} is no finite number")),
            number => or_null(number.map(Value::Real)),
        },
        FieldKind::Time => {
            let at = get(row, at).map(Timestamp::from_microsecond).transpose();
            or_null(at.map_err(|error| error.to_string())?.map(Value::Time))
        }
        FieldKind::Text => or_null(get::<String>(row, at).map(|text| Value::Text(text.into()))),
        FieldKind::Date | FieldKind::Code(_) => {
            let text: Option<String> = get(row, at);
            let value = text.map(|text| Value::parse(kind, &text)).transpose();
            or_null(value.map_err(|error| error.to_string())?)
        }
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

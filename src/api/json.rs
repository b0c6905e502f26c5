//! Features as JSON and CSV: the only place where a record gets its shape on the wire.

use std::sync::Arc;

use geojson::GeometryValue;
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use crate::domain::LayerRole;
use crate::domain::{CellText, Feature, FieldClass, GeometryKind, LayerSchema, Value};
use crate::geometry::BBox;
use crate::map::MapSnapshot;
use crate::query::parents;

/// What of a record is wanted.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Only these fields; all where `None`.
    pub fields: Option<Vec<String>>,
    /// Whether the shape is left out.
    pub skip_geometry: bool,
    /// The strictest class of field that may be said.
    pub up_to: FieldClass,
}

/// Adds a member to an object.
pub(super) fn add(told: &mut Json, name: &str, value: impl Into<Json>) {
    if let Some(told) = told.as_object_mut() {
        told.insert(name.to_owned(), value.into());
    }
}

/// One attribute value; a date as 2026-03-05, a time in RFC 3339.
pub(super) fn value(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Boolean(yes) => json!(yes),
        Value::Integer(number) => json!(number),
        Value::Real(number) => json!(number),
        Value::Text(text) => json!(&**text),
        Value::Date(date) => json!(date.to_string()),
        Value::Time(at) => json!(at.to_string()),
    }
}

/// What stands in one property.
#[derive(Debug, Clone, Copy)]
pub(super) enum Told<'a> {
    /// An attribute.
    Value(&'a Value),
    /// A text of ours.
    Text(&'a str),
    /// A whole number of ours.
    Number(i64),
    /// When the record was last changed.
    Time(Timestamp),
    /// The one field that was worked out.
    Derived(&'static str),
}

/// Calls `put` with each property of the record that is wanted. A parent that it does not name but that its place tells
/// is filled in and named in `derived`.
pub(super) fn each_property(
    snapshot: &MapSnapshot,
    schema: &LayerSchema,
    feature: &Feature,
    wanted: &Selection,
    mut put: impl FnMut(&'static str, Told<'_>),
) {
    let is_wanted = |name: &str| {
        wanted
            .fields
            .as_ref()
            .is_none_or(|fields| fields.iter().any(|field| field == name))
    };
    let mut missing = schema.parents.iter().filter(|link| {
        link.derivable && is_wanted(link.field) && feature.attribute(schema, link.field).is_null()
    });
    let derived = missing.next().and_then(|first| {
        let held = parents::parent(snapshot, schema, feature).filter(|held| held.derived)?;
        let link = [first].into_iter().chain(missing);
        let link = link.into_iter().find(|link| link.layer == held.layer)?;
        Some((link.field, held.parent))
    });
    let mut put = |name: &'static str, told: Told<'_>| {
        if is_wanted(name) {
            put(name, told);
        }
    };
    put("code", Told::Text(&feature.code));
    put("name", Told::Text(&feature.name));
    for (field, attribute) in schema.fields.iter().zip(&feature.attributes) {
        if schema.class_of(field) <= wanted.up_to {
            match &derived {
                Some((name, parent)) if *name == field.name => {
                    put(field.name, Told::Text(&parent.code));
                }
                _ => put(field.name, Told::Value(attribute)),
            }
        }
    }
    if let Some((name, _)) = derived {
        put("derived", Told::Derived(name));
    }
    put("revision", Told::Number(feature.revision.0));
    put("updated_at", Told::Time(feature.updated_at));
    put("updated_by", Told::Text(&feature.updated_by));
}

fn properties(
    snapshot: &MapSnapshot,
    schema: &LayerSchema,
    feature: &Feature,
    wanted: &Selection,
) -> Map<String, Json> {
    let mut all = Map::new();
    each_property(snapshot, schema, feature, wanted, |name, told| {
        let told = match told {
            Told::Value(attribute) => value(attribute),
            Told::Text(text) => json!(text),
            Told::Number(number) => json!(number),
            Told::Time(at) => json!(at.to_string()),
            Told::Derived(field) => json!([field]),
        };
        all.insert(name.to_owned(), told);
    });
    all
}

/// The record as a GeoJSON feature (RFC 7946).
pub fn feature(
    snapshot: &MapSnapshot,
    schema: &LayerSchema,
    feature: &Feature,
    wanted: &Selection,
) -> Json {
    let geometry = feature
        .geometry
        .as_deref()
        .filter(|_| !wanted.skip_geometry);
    let geometry = geometry.map(|geometry| geojson::Geometry::new(GeometryValue::from(geometry)));
    let properties = properties(snapshot, schema, feature, wanted);
    json!({ "type": "Feature", "id": feature.id.0, "geometry": geometry, "properties": properties })
}

/// The columns of a table of records: id, code, name, then the fields that may be said.
pub(super) fn csv_header(
    schema: &LayerSchema,
    up_to: FieldClass,
) -> impl Iterator<Item = &'static str> + use<'_> {
    let fields = schema.fields.iter();
    let fields = fields.filter(move |field| schema.class_of(field) <= up_to);
    let own = fields.map(|field| field.name);
    ["id", "code", "name"].into_iter().chain(own)
}

/// Writes one record in the columns of [`csv_header`].
///
/// # Errors
/// What the CSV writer says.
pub(super) fn csv_row(
    table: &mut csv::Writer<impl std::io::Write>,
    schema: &LayerSchema,
    feature: &Feature,
    up_to: FieldClass,
    cells: CellText,
) -> Result<(), csv::Error> {
    table.write_field(feature.id.to_string())?;
    table.write_field(&*cells.write(&feature.code))?;
    table.write_field(&*cells.write(&feature.name))?;
    for (field, value) in schema.fields.iter().zip(&feature.attributes) {
        if schema.class_of(field) <= up_to {
            table.write_field(&*cells.value(value))?;
        }
    }
    table.write_record(None::<&[u8]>)
}

/// A table of records, UTF-8 with BOM so that Excel reads Chinese.
///
/// # Errors
/// What the CSV writer says; writing to memory does not fail.
pub fn csv_table(
    schema: &LayerSchema,
    features: &[Arc<Feature>],
    up_to: FieldClass,
    cells: CellText,
) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv_head(schema, up_to)?;
    table.append(&mut csv_rows(schema, features, up_to, cells)?);
    Ok(table)
}

/// The first line of [`csv_table`].
///
/// # Errors
/// As [`csv_table`].
pub(super) fn csv_head(schema: &LayerSchema, up_to: FieldClass) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::Writer::from_writer(b"\xEF\xBB\xBF".to_vec());
    table.write_record(csv_header(schema, up_to))?;
    finished(table)
}

/// The lines of [`csv_table`] for `features`.
///
/// # Errors
/// As [`csv_table`].
pub(super) fn csv_rows(
    schema: &LayerSchema,
    features: &[Arc<Feature>],
    up_to: FieldClass,
    cells: CellText,
) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    for feature in features {
        csv_row(&mut table, schema, feature, up_to, cells)?;
    }
    finished(table)
}

fn finished(table: csv::Writer<Vec<u8>>) -> Result<Vec<u8>, csv::Error> {
    table
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

/// A box as west, south, east, north.
pub(super) fn bbox(bbox: BBox) -> Json {
    json!([bbox.west, bbox.south, bbox.east, bbox.north])
}

/// The layer as the catalogue tells it.
pub(super) fn layer(snapshot: &MapSnapshot, schema: &LayerSchema) -> Json {
    let table = snapshot.layer(schema.id);
    let fields = schema.fields.iter().map(|field| {
        let mut told = json!({
            "name": field.name, "title": { "zh": field.label.zh, "en": field.label.en },
            "type": kind(field.kind), "class": class(schema.class_of(field)),
        });
        if let (crate::domain::FieldKind::Code(list), Some(told)) = (field.kind, told.as_object_mut()) {
            let codes = list.iter().map(|item| json!({ "code": item.code, "title": { "zh": item.label.zh, "en": item.label.en } }));
            told.insert("codes".to_owned(), codes.collect());
        }
        told
    });
    json!({
        "id": schema.id.as_str(), "title": { "zh": schema.title.zh, "en": schema.title.en },
        "role": role(schema.role), "class": class(schema.class), "geometry": geometry(schema.geometry),
        "count": table.len(), "extent": table.extent().map(bbox), "fields": fields.collect::<Json>(),
        "parents": schema.parents.iter().map(|link| json!({ "layer": link.layer.as_str(), "field": link.field })).collect::<Json>(),
    })
}

fn kind(kind: crate::domain::FieldKind) -> &'static str {
    use crate::domain::FieldKind as K;
    match kind {
        K::Text => "text",
        K::Integer => "integer",
        K::Real => "real",
        K::Boolean => "boolean",
        K::Date => "date",
        K::Time => "time",
        K::Code(_) => "code",
    }
}

fn class(class: FieldClass) -> &'static str {
    match class {
        FieldClass::Public => "public",
        FieldClass::Internal => "internal",
        FieldClass::Restricted => "restricted",
    }
}

fn geometry(kind: GeometryKind) -> &'static str {
    match kind {
        GeometryKind::None => "none",
        GeometryKind::Point => "Point",
        GeometryKind::MultiPolygon => "MultiPolygon",
        GeometryKind::MultiLineString => "MultiLineString",
        GeometryKind::Any { .. } => "any",
    }
}

const fn role(role: LayerRole) -> &'static str {
    match role {
        LayerRole::Map => "map",
        LayerRole::Register => "register",
        LayerRole::Base => "base",
        LayerRole::Other { .. } => "other",
    }
}

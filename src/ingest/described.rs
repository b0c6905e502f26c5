//! What layer a file would make: its columns, what their values are, and which shapes it has.

use std::ops::ControlFlow;

use serde_json::Value as Json;

use crate::domain::layers::{FieldDefinition, LayerDefinition, ShapeKind, ValueKind, field_name};
use crate::domain::{FieldKind, Value};
use crate::geometry::Geometry;
use crate::ingest::personal::by_header;
use crate::ingest::row::{Event, Given};
use crate::ingest::values::text_of;
use crate::ingest::{IngestError, Options, Source};

/// More columns than this are not a layer.
const MOST_FIELDS: usize = 200;

/// A layer that was found in a file, and which of its columns is for which field.
#[derive(Debug)]
pub struct Described {
    /// The layer.
    pub definition: LayerDefinition,
    /// Columns with their field, as [`Options::map`] takes them.
    pub map: Vec<(String, String)>,
}

/// Reads the whole file once and says what layer called `name` its records make. Columns of personal data have no field,
/// and so the import leaves them out.
///
/// # Errors
/// [`IngestError`] when the source cannot be read.
pub fn describe(source: &Source, options: &Options, name: &str) -> Result<Described, IngestError> {
    let mut columns: Vec<(String, Option<ValueKind>)> = Vec::new();
    let mut shapes = Shapes::default();
    source.events(options, &mut |event| {
        if let Event::Row(row) = event {
            for (header, value) in &row.cells {
                let place = columns.iter().position(|(known, _)| known == header);
                let at = place.unwrap_or_else(|| {
                    columns.push((header.clone(), None));
                    columns.len() - 1
                });
                if let (Some(kind), Some((_, known))) = (kind_of(value), columns.get_mut(at)) {
                    *known = Some(known.map_or(kind, |known| both(known, kind)));
                }
            }
            shapes.see(&row.shape);
        }
        ControlFlow::Continue(())
    })?;
    let mut described = Described {
        definition: LayerDefinition {
            name: name.to_owned(),
            title: name.to_owned(),
            geometry: shapes.kind(),
            fields: Vec::new(),
            read_only: false,
        },
        map: Vec::new(),
    };
    let mut names = Vec::new();
    for (header, kind) in columns.into_iter().take(MOST_FIELDS) {
        if matches!(header.as_str(), "code" | "name") {
            described.map.push((header.clone(), header));
            continue;
        }
        if by_header(&header).is_some() {
            continue;
        }
        let field = field_name(&header, &names);
        names.push(field.clone());
        described.map.push((header.clone(), field.clone()));
        described.definition.fields.push(FieldDefinition {
            name: field,
            title: header,
            kind: kind.unwrap_or(ValueKind::Text),
        });
    }
    Ok(described)
}

fn kind_of(value: &Json) -> Option<ValueKind> {
    let text = text_of(value);
    match value {
        Json::Null => None,
        Json::Bool(_) => Some(ValueKind::Boolean),
        Json::Number(number) if number.is_i64() || number.is_u64() => Some(ValueKind::Integer),
        Json::Number(_) => Some(ValueKind::Real),
        Json::String(_) if text.is_empty() => None,
        Json::String(_) => {
            let is = |kind| Value::parse(kind, &text).is_ok();
            // what begins with a nought is a code, not a number
            let is_code = text.len() > 1 && text.starts_with('0') && !text.contains('.');
            let lower = text.to_lowercase();
            Some(
                if ["true", "false", "yes", "no", "是", "否"].contains(&lower.as_str()) {
                    ValueKind::Boolean
                } else if is(FieldKind::Date) {
                    ValueKind::Date
                } else if is(FieldKind::Time) || is_local_time(&text) {
                    ValueKind::Time
                } else if !is_code && text.len() < 16 && is(FieldKind::Integer) {
                    ValueKind::Integer
                } else if !is_code && text.len() < 24 && is(FieldKind::Real) {
                    ValueKind::Real
                } else {
                    ValueKind::Text
                },
            )
        }
        Json::Array(_) | Json::Object(_) => Some(ValueKind::Text),
    }
}

/// A moment without a zone is read as UTC.
fn is_local_time(text: &str) -> bool {
    text.contains(':') && Value::parse(FieldKind::Time, &format!("{text}Z")).is_ok()
}

/// The kind that takes values of both.
fn both(one: ValueKind, other: ValueKind) -> ValueKind {
    use ValueKind::{Integer, Real};
    match (one, other) {
        _ if one == other => one,
        (Integer, Real) | (Real, Integer) => Real,
        _ => ValueKind::Text,
    }
}

/// Which kinds of shapes there are.
#[derive(Default)]
struct Shapes {
    kinds: Vec<ShapeKind>,
    /// Whether there are any that cannot be read; they are refused one by one, with the reason.
    has_bad: bool,
}

impl Shapes {
    fn see(&mut self, given: &Given) {
        let kind = match given {
            Given::Bad { .. } => {
                self.has_bad = true;
                return;
            }
            Given::Nothing => "",
            Given::Json(json) => json.get("type").and_then(Json::as_str).unwrap_or_default(),
            Given::Shape { geometry, .. } => match geometry {
                Geometry::Point(_) => "Point",
                Geometry::LineString(_) => "LineString",
                Geometry::MultiLineString(_) => "MultiLineString",
                Geometry::Polygon(_) => "Polygon",
                Geometry::MultiPolygon(_) => "MultiPolygon",
                _ => "GeometryCollection",
            },
        };
        let kind = match kind {
            "Point" => ShapeKind::Point,
            "LineString" | "MultiLineString" => ShapeKind::MultiLineString,
            "Polygon" | "MultiPolygon" => ShapeKind::MultiPolygon,
            "" => ShapeKind::None,
            _ => ShapeKind::Any,
        };
        if !self.kinds.contains(&kind) {
            self.kinds.push(kind);
        }
    }

    fn kind(&self) -> ShapeKind {
        match self.kinds.as_slice() {
            [] | [ShapeKind::None] if self.has_bad => ShapeKind::Any,
            [] => ShapeKind::None,
            [only] => *only,
            _ => ShapeKind::Any,
        }
    }
}

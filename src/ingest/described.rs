//! What layer a file would make: its columns, what their values are, and which shapes it has.

use std::ops::ControlFlow;

use serde_json::Value as Json;

use crate::domain::layers::{FieldDefinition, LayerDefinition, ShapeKind, ValueKind, field_name};
use crate::domain::personal::ColumnNumbers;
use crate::domain::{FieldKind, Value};
use crate::geometry::Geometry;
use crate::ingest::dates;
use crate::ingest::numbers::{is_no_number, is_real_as_written, is_whole_as_written};
use crate::ingest::personal::by_header;
use crate::ingest::row::{Event, Given};
use crate::ingest::values::text_of;
use crate::ingest::{IngestError, Options, Source};

/// More columns than this are not a layer.
const MOST_FIELDS: usize = 200;
/// Whole numbers at and above this are not the same in every program that reads JSON.
const MOST_WHOLE: u64 = 1 << 53;

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
    let mut columns: Vec<Seen> = Vec::new();
    let typing = if source.has_types() {
        Typing::Declared
    } else {
        Typing::None
    };
    let mut shapes = Shapes::default();
    source.events(options, &mut |event| {
        if let Event::Row(row) = event {
            for (header, value) in &row.cells {
                let place = columns.iter().position(|seen| seen.header == *header);
                let at = place.unwrap_or_else(|| {
                    columns.push(Seen::new(header));
                    columns.len() - 1
                });
                if let Some(seen) = columns.get_mut(at) {
                    seen.see(value, typing);
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
    for seen in columns.into_iter().take(MOST_FIELDS) {
        let is_of_codes = seen.numbers.are_nobodys(&seen.header);
        let Seen { header, kind, .. } = seen;
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
            codes: is_of_codes,
        });
    }
    Ok(described)
}

/// What was seen of a column.
struct Seen {
    header: String,
    kind: Option<ValueKind>,
    numbers: ColumnNumbers,
}

impl Seen {
    fn new(header: &str) -> Self {
        Self {
            header: header.to_owned(),
            kind: None,
            numbers: ColumnNumbers::default(),
        }
    }

    fn see(&mut self, value: &Json, typing: Typing) {
        if !matches!(value, Json::Array(_) | Json::Object(_)) {
            self.numbers.see(&text_of(value));
        }
        if let Some(kind) = kind_of(value, typing) {
            self.kind = Some(self.kind.map_or(kind, |known| both(known, kind)));
        }
    }
}

/// Whether the source says what its values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Typing {
    /// It does: what it calls text stays text.
    Declared,
    /// All is text, and what comes back letter by letter may be a number.
    None,
}

/// The kind of a value; `None` where it says nothing of its column.
fn kind_of(value: &Json, typing: Typing) -> Option<ValueKind> {
    match value {
        Json::Null => None,
        Json::Bool(_) => Some(ValueKind::Boolean),
        Json::Number(number) => {
            let whole = number.as_i64().map(i64::unsigned_abs);
            let whole = whole.or_else(|| number.as_u64());
            Some(match whole {
                Some(whole) if whole < MOST_WHOLE => ValueKind::Integer,
                Some(_) => ValueKind::Text,
                None => ValueKind::Real,
            })
        }
        Json::String(_) => {
            let text = text_of(value);
            (!text.is_empty() && !is_no_number(&text)).then(|| kind_of_text(&text, typing))
        }
        Json::Array(_) | Json::Object(_) => Some(ValueKind::Text),
    }
}

fn kind_of_text(text: &str, typing: Typing) -> ValueKind {
    // neither JSON nor the readers have a kind for days and moments
    if dates::day(text, None).is_ok_and(|day| day.to_string() == text) {
        return ValueKind::Date;
    }
    if Value::parse(FieldKind::Time, text).is_ok() {
        return ValueKind::Time;
    }
    if typing == Typing::Declared {
        return ValueKind::Text;
    }
    let lower = text.to_lowercase();
    if ["true", "false", "yes", "no", "是", "否"].contains(&lower.as_str()) {
        ValueKind::Boolean
    } else if is_whole_as_written(text) {
        ValueKind::Integer
    } else if is_real_as_written(text) {
        ValueKind::Real
    } else {
        ValueKind::Text
    }
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

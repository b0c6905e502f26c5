//! What becomes of a record of a file beside what the map has: pure, nothing is read or written here.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use geo::CoordsIter;

use crate::domain::{Draft, Edit, Feature, FeatureId, FieldKind, LayerId, LayerSchema, Value};
use crate::geometry::Geometry;
use crate::geometry::measure::{area_m2, distance_m, inner_point};
use crate::ingest::{Becomes, FieldChange, Reason, Record, Said};

/// Positions that differ by less are the same, degrees: a tenth of a millimetre, what a round trip through metres costs.
const SAME_DEGREES: f64 = 1e-9;

/// What is done with a record whose code the map has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnConflict {
    /// Nothing of the file is imported.
    #[default]
    Error,
    /// The record that is there stays.
    Skip,
    /// The record that is there gets the values that the file gives.
    Update,
}

impl OnConflict {
    /// The word for it, as flags and parameters have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Skip => "skip",
            Self::Update => "update",
        }
    }

    /// The one that `word` stands for.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Error, Self::Skip, Self::Update]
            .into_iter()
            .find(|one| one.as_str() == word)
    }
}

/// A part of a record that can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What people call it.
    Name,
    /// The shape.
    Shape,
    /// The attribute at this place of the schema.
    Field(usize),
}

/// What becomes of a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// The map gets it.
    New,
    /// The record that is there becomes what the draft says now.
    Changed {
        /// The record as it is there.
        there: Box<Feature>,
        /// What changes.
        parts: Vec<Part>,
    },
    /// The record that is there is the same.
    Unchanged,
    /// The record that is there stays, as asked.
    Skipped,
    /// It cannot be taken beside what is there.
    Refused(Reason),
}

/// A record with what becomes of it; the draft is what is to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// The record.
    pub record: Record,
    /// What becomes of it.
    pub fate: Fate,
    /// Whether the identity that the file gives it belongs to another record and is not kept.
    pub id_is_taken: bool,
}

/// Decides the fate of each of `records`, in their order, beside those that are `there` with their codes or ids.
///
/// A value that the file does not give, or that could not be read, leaves what is there: an update never erases.
pub fn settle(
    layer: LayerId,
    records: Vec<Record>,
    there: Vec<Feature>,
    how: OnConflict,
) -> Vec<Settled> {
    let schema = layer.schema();
    let ids: HashSet<FeatureId> = there.iter().map(|one| one.id).collect();
    let mut by_code: HashMap<String, Feature> = there
        .into_iter()
        .map(|one| (one.code.to_string(), one))
        .collect();
    let each = records.into_iter().map(|mut record| {
        let beside = by_code.remove(&*record.draft.code);
        let fate = fate(schema, &mut record, beside, how);
        let id_is_taken = fate == Fate::New && record.id.is_some_and(|id| ids.contains(&id));
        if id_is_taken {
            record.id = None;
        }
        Settled {
            record,
            fate,
            id_is_taken,
        }
    });
    each.collect()
}

fn fate(
    schema: &LayerSchema,
    record: &mut Record,
    there: Option<Feature>,
    how: OnConflict,
) -> Fate {
    let Some(there) = there else {
        return Fate::New;
    };
    if record.code_is_made && how != OnConflict::Error && !is_same_place(&record.draft, &there) {
        return Fate::Refused(Reason::NoKey);
    }
    match how {
        OnConflict::Error => Fate::Refused(Reason::AlreadyThere),
        OnConflict::Skip => Fate::Skipped,
        OnConflict::Update => {
            complete(&mut record.draft, &there);
            let parts = parts(schema, &record.draft, &there);
            if parts.is_empty() {
                Fate::Unchanged
            } else {
                Fate::Changed {
                    there: Box::new(there),
                    parts,
                }
            }
        }
    }
}

/// Fills what the draft does not say from the record that is there.
fn complete(draft: &mut Draft, there: &Feature) {
    if draft.name.is_empty() {
        draft.name = Arc::clone(&there.name);
    }
    if draft.geometry.is_none() {
        draft.geometry = there.geometry.as_deref().cloned();
    }
    for (slot, value) in draft.attributes.iter_mut().zip(&there.attributes) {
        if slot.is_null() {
            *slot = value.clone();
        }
    }
}

fn parts(schema: &LayerSchema, draft: &Draft, there: &Feature) -> Vec<Part> {
    let mut parts = Vec::new();
    if draft.name != there.name {
        parts.push(Part::Name);
    }
    if !is_same_place(draft, there) {
        parts.push(Part::Shape);
    }
    let values = draft.attributes.iter().zip(&there.attributes);
    let fields = schema.fields.iter().zip(values).enumerate();
    parts.extend(
        fields
            .filter(|(_, (field, (new, old)))| !is_same_value(field.kind, new, old))
            .map(|(at, _)| Part::Field(at)),
    );
    parts
}

/// A moment is kept to the millisecond.
fn is_same_value(kind: FieldKind, new: &Value, old: &Value) -> bool {
    match (kind, new, old) {
        (FieldKind::Time, Value::Time(new), Value::Time(old)) => {
            new.as_millisecond() == old.as_millisecond()
        }
        _ => new == old,
    }
}

fn is_same_place(draft: &Draft, there: &Feature) -> bool {
    match (&draft.geometry, &there.geometry) {
        (None, None) => true,
        (Some(new), Some(old)) => is_same_shape(new, old),
        _ => false,
    }
}

fn is_same_shape(new: &Geometry, old: &Geometry) -> bool {
    let parts = |shape: &Geometry| match shape {
        Geometry::MultiPolygon(areas) => areas.iter().map(|area| area.interiors().len()).collect(),
        Geometry::MultiLineString(lines) => lines.iter().map(|line| line.0.len()).collect(),
        Geometry::Polygon(area) => vec![area.interiors().len()],
        _ => Vec::new(),
    };
    let near = |a: f64, b: f64| (a - b).abs() <= SAME_DEGREES;
    new.coords_count() == old.coords_count()
        && parts(new) == parts(old)
        && new
            .coords_iter()
            .zip(old.coords_iter())
            .all(|(a, b)| near(a.x, b.x) && near(a.y, b.y))
}

impl Settled {
    /// What becomes of it, in the words of the report; `None` where it is refused.
    pub fn becomes(&self) -> Option<Becomes> {
        Some(match self.fate {
            Fate::New => Becomes::New,
            Fate::Changed { .. } => Becomes::Changed,
            Fate::Unchanged => Becomes::Unchanged,
            Fate::Skipped => Becomes::Skipped,
            Fate::Refused(_) => return None,
        })
    }

    /// The write that is to be asked of the store, where one is.
    pub fn into_edit(self, layer: LayerId) -> Option<Edit> {
        let Record { id, draft, .. } = self.record;
        match self.fate {
            Fate::New => Some(Edit::Insert { layer, id, draft }),
            Fate::Changed { there, .. } => Some(Edit::Update {
                layer,
                id: there.id,
                expected: Some(there.revision),
                draft,
            }),
            Fate::Unchanged | Fate::Skipped | Fate::Refused(_) => None,
        }
    }

    /// The fields that change.
    pub fn fields(&self, schema: &'static LayerSchema) -> Vec<&'static str> {
        let Fate::Changed { parts, .. } = &self.fate else {
            return Vec::new();
        };
        parts.iter().map(|part| name_of(schema, *part)).collect()
    }

    /// The fields that change with their values, for people.
    pub fn changes(&self, schema: &'static LayerSchema) -> Vec<FieldChange> {
        let Fate::Changed { there, parts } = &self.fate else {
            return Vec::new();
        };
        let draft = &self.record.draft;
        let each = parts.iter().map(|part| match *part {
            Part::Name => FieldChange::new(
                "name",
                Said::new("名称", "name"),
                &alike(&there.name),
                &alike(&draft.name),
            ),
            Part::Shape => shape_change(draft.geometry.as_ref(), there.geometry.as_deref()),
            Part::Field(at) => {
                let field = schema.fields.get(at);
                let label = field.map_or((name_of(schema, *part), ""), |field| {
                    (field.label.zh, field.label.en)
                });
                let shown = |value: Option<&Value>| {
                    value.map_or_else(Said::default, |value| {
                        shown(field.map_or(FieldKind::Text, |field| field.kind), value)
                    })
                };
                FieldChange::new(
                    name_of(schema, *part),
                    Said::new(label.0, label.1),
                    &shown(there.attributes.get(at)),
                    &shown(draft.attributes.get(at)),
                )
            }
        });
        each.collect()
    }
}

fn name_of(schema: &'static LayerSchema, part: Part) -> &'static str {
    match part {
        Part::Name => "name",
        Part::Shape => "geometry",
        Part::Field(at) => schema.fields.get(at).map_or("", |field| field.name),
    }
}

fn alike(text: &str) -> Said {
    Said::new(text, text)
}

fn shown(kind: FieldKind, value: &Value) -> Said {
    match (kind, value) {
        (_, Value::Null) => Said::default(),
        (_, Value::Boolean(yes)) => Said::new(
            if *yes { "是" } else { "否" },
            if *yes { "yes" } else { "no" },
        ),
        (FieldKind::Code(items), Value::Text(code)) => {
            items.iter().find(|item| *item.code == **code).map_or_else(
                || alike(code),
                |item| Said::new(item.label.zh, item.label.en),
            )
        }
        (_, Value::Text(text)) => alike(text),
        (_, Value::Integer(number)) => alike(&number.to_string()),
        (_, Value::Real(number)) => alike(&number.to_string()),
        (_, Value::Date(date)) => alike(&date.to_string()),
        (_, Value::Time(at)) => alike(&at.to_string()),
    }
}

/// A shape by its size, and by how far it moves.
fn shape_change(new: Option<&Geometry>, old: Option<&Geometry>) -> FieldChange {
    let size = |shape: Option<&Geometry>| match shape {
        None => Said::new("无", "none"),
        Some(shape) => {
            let area = area_m2(shape);
            if area > 0.0 {
                Said::new(format!("{area:.0} 平方米"), format!("{area:.0} m²"))
            } else {
                Said::new("有", "there")
            }
        }
    };
    let moved = new
        .and_then(inner_point)
        .zip(old.and_then(inner_point))
        .map(|(new, old)| distance_m(new, old));
    let mut after = size(new);
    if let Some(moved) = moved {
        after.zh = format!("{},移动 {moved:.1} 米", after.zh);
        after.en = format!("{}, moved by {moved:.1} m", after.en);
    }
    FieldChange::new("geometry", Said::new("图形", "shape"), &size(old), &after)
}

#[cfg(test)]
mod tests;

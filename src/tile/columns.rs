//! Which properties a tile carries: never a restricted one.

use crate::domain::{Feature, FieldClass, LayerId, LayerSchema, Value};

use super::TileError;

/// One property of a layer's features.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    /// The property's name.
    pub(super) name: &'static str,
    source: Source,
}

#[derive(Debug, Clone, Copy)]
enum Source {
    Code,
    Name,
    Attribute(usize),
}

/// A value of a property, borrowed from its feature.
#[derive(Debug, Clone, Copy)]
pub(super) enum Property<'a> {
    /// Not known.
    Null,
    /// Text of the record itself.
    Text(&'a str),
    /// A typed attribute that is known.
    Value(&'a Value),
}

impl Column {
    /// The value of this property.
    pub(super) fn of(self, feature: &Feature) -> Property<'_> {
        let text = |text: &'_ str| !text.is_empty();
        match self.source {
            Source::Code => Property::Text(&feature.code),
            Source::Name if text(&feature.name) => Property::Text(&feature.name),
            Source::Name => Property::Null,
            Source::Attribute(at) => match feature.attributes.get(at) {
                None | Some(Value::Null) => Property::Null,
                Some(Value::Text(text)) => Property::Text(text),
                Some(value) => Property::Value(value),
            },
        }
    }
}

/// The properties of `schema` that `fields` selects, in the order of the schema; all that may be shown for `None`.
pub(super) fn columns(schema: &LayerSchema, fields: Option<&[&'static str]>) -> Vec<Column> {
    let wanted = |name: &&str| fields.is_none_or(|fields| fields.contains(name));
    let common = [("code", Source::Code), ("name", Source::Name)];
    let attributes = schema
        .fields
        .iter()
        .enumerate()
        .filter(|(_, field)| schema.class_of(field) != FieldClass::Restricted)
        .map(|(at, field)| (field.name, Source::Attribute(at)));
    common
        .into_iter()
        .chain(attributes)
        .filter(|(name, _)| wanted(name))
        .map(|(name, source)| Column { name, source })
        .collect()
}

/// Refuses selected fields that no layer has or that one of them keeps restricted.
pub(super) fn check_fields(
    layers: &[LayerId],
    fields: Option<&[&'static str]>,
) -> Result<(), TileError> {
    for &field in fields.unwrap_or_default() {
        let mut known = matches!(field, "code" | "name");
        for &layer in layers {
            let schema = layer.schema();
            let Some(found) = schema.field(field) else {
                continue;
            };
            if schema.class_of(found) == FieldClass::Restricted {
                return Err(TileError::RestrictedField { layer, field });
            }
            known = true;
        }
        if !known {
            return Err(TileError::NoSuchField { field });
        }
    }
    Ok(())
}

//! One record of a layer.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{Attributes, Author, LayerSchema, Value};
use crate::geometry::Geometry;

/// The identity of a feature within its layer: opaque, positive, never reused, below 2^53 so that JSON keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeatureId(pub i64);

impl fmt::Display for FeatureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A point in the store's change log; grows with each change of any record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Revision(pub i64);

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One record of a layer as the store holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Identity; stays when code, name or outline change.
    pub id: FeatureId,
    /// The human code, unique within the layer at one time.
    pub code: Arc<str>,
    /// What people call it; empty when it has no name.
    pub name: Arc<str>,
    /// Shape in CRS84; `None` for records without a place of their own. In a box, since most records are households, which
    /// have none.
    pub geometry: Option<Box<Geometry>>,
    /// Typed attributes in the order of [`LayerSchema::fields`].
    pub attributes: Attributes,
    /// The revision of its last change.
    pub revision: Revision,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Who changed it last.
    pub updated_by: Author,
}

impl Feature {
    /// The attribute called `field`; [`Value::Null`] when the layer has no such field.
    pub fn attribute(&self, schema: &LayerSchema, field: &str) -> &Value {
        schema
            .position(field)
            .and_then(|at| self.attributes.get(at))
            .unwrap_or(&Value::Null)
    }

    /// The text of the attribute called `field`; `None` when unknown or not text.
    pub fn text(&self, schema: &LayerSchema, field: &str) -> Option<&str> {
        self.attribute(schema, field).as_text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With the two counts of its `Arc` and the allocator's own word that is 128: eight more would cost sixteen, a hundred
    /// megabytes in a city.
    #[test]
    fn a_record_is_small() {
        assert_eq!(size_of::<Feature>(), 104);
    }
}

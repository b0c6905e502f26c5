//! What is asked of the store ([`Edit`]) and what the store says has happened ([`Change`]).

use std::sync::Arc;

use crate::domain::{Feature, FeatureId, LayerId, LayerSchema, RecordFault, Revision, Value};
use crate::geometry::Geometry;

/// A record that is to be written; the store adds identity, revision and time.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The human code.
    pub code: Arc<str>,
    /// What people call it; may be empty.
    pub name: Arc<str>,
    /// Shape in CRS84.
    pub geometry: Option<Geometry>,
    /// Typed attributes in the order of [`LayerSchema::fields`].
    pub attributes: Box<[Value]>,
}

impl Draft {
    /// A record of `schema` whose attributes are all unknown.
    pub fn new(schema: &LayerSchema, code: impl Into<Arc<str>>, name: impl Into<Arc<str>>) -> Self {
        let attributes = vec![Value::Null; schema.fields.len()].into_boxed_slice();
        Self {
            code: code.into(),
            name: name.into(),
            geometry: None,
            attributes,
        }
    }

    /// The same record with `field` set; a name that the layer does not have changes nothing.
    #[must_use]
    pub fn with(mut self, schema: &LayerSchema, field: &str, value: impl Into<Value>) -> Self {
        debug_assert!(
            schema.position(field).is_some(),
            "{}.{field} is not in the schema",
            schema.id
        );
        if let Some(slot) = schema
            .position(field)
            .and_then(|at| self.attributes.get_mut(at))
        {
            *slot = value.into();
        }
        self
    }

    /// The same record with a shape.
    #[must_use]
    pub fn at(mut self, geometry: impl Into<Geometry>) -> Self {
        self.geometry = Some(geometry.into());
        self
    }
}

/// One write that is asked of the store.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Adds a record; `id` is kept when given and free, else the store chooses one.
    Insert {
        /// Which layer.
        layer: LayerId,
        /// The identity to keep, where the source has one.
        id: Option<FeatureId>,
        /// What to write.
        draft: Draft,
    },
    /// Replaces a record.
    Update {
        /// Which layer.
        layer: LayerId,
        /// Which record.
        id: FeatureId,
        /// The revision the writer has seen; a record that has moved on refuses the edit.
        expected: Option<Revision>,
        /// What to write.
        draft: Draft,
    },
    /// Takes a record away.
    Delete {
        /// Which layer.
        layer: LayerId,
        /// Which record.
        id: FeatureId,
        /// The revision the writer has seen; a record that has moved on refuses the edit.
        expected: Option<Revision>,
    },
}

/// What has happened in the store up to a revision: the one thing that a snapshot is made of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    /// The revision after this change.
    pub revision: Revision,
    /// Records that are new or different, as they are at `revision`.
    pub upserts: Vec<(LayerId, Arc<Feature>)>,
    /// Records that are gone.
    pub removals: Vec<(LayerId, FeatureId)>,
    /// The layers that users brought, as far as they are new; they may be empty.
    pub others: Vec<LayerId>,
    /// What another program wrote to `upserts` that could not be read as it is.
    pub faults: Vec<RecordFault>,
}

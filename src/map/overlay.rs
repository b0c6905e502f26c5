//! The records of a layer that have changed since its base was built, by id, by code, by the codes of their parents.

use std::sync::Arc;

use imbl::{HashMap, OrdMap};

use crate::domain::{Feature, FeatureId, LayerSchema};

/// What differs from the base. A copy shares with the original all that does not change.
#[derive(Debug, Clone, Default)]
pub(super) struct Overlay {
    /// Records as they are now; `None` for one that is gone, of the base or not: a base that is being built may have it.
    pub(super) changed: OrdMap<FeatureId, Option<Arc<Feature>>>,
    /// Those of them that are there, by code.
    codes: HashMap<Arc<str>, FeatureId>,
    /// The same by the text of a field; ids ascending.
    links: HashMap<(&'static str, Arc<str>), Vec<FeatureId>>,
}

impl Overlay {
    /// Takes a record in; it must not be there.
    pub(super) fn insert(&mut self, schema: &LayerSchema, feature: Arc<Feature>) {
        self.codes.insert(Arc::clone(&feature.code), feature.id);
        for field in linked_fields(schema) {
            let Some(text) = feature.text(schema, field) else {
                continue;
            };
            let ids = self.links.entry((field, text.into())).or_default();
            ids.insert(ids.partition_point(|other| *other < feature.id), feature.id);
        }
        self.changed.insert(feature.id, Some(feature));
    }

    /// Takes a record out.
    pub(super) fn remove(&mut self, schema: &LayerSchema, gone: &Feature) {
        if self.codes.get(&gone.code) == Some(&gone.id) {
            self.codes.remove(&gone.code);
        }
        for field in linked_fields(schema) {
            let Some(text) = gone.text(schema, field) else {
                continue;
            };
            let key = (field, text.into());
            if let Some(ids) = self.links.get_mut(&key) {
                ids.retain(|other| *other != gone.id);
                if ids.is_empty() {
                    self.links.remove(&key);
                }
            }
        }
        self.changed.insert(gone.id, None);
    }

    /// Whether the record is not as the base has it.
    pub(super) fn knows(&self, id: FeatureId) -> bool {
        !self.changed.is_empty() && self.changed.contains_key(&id)
    }

    /// The changed record with the code.
    pub(super) fn by_code(&self, code: &str) -> Option<FeatureId> {
        self.codes.get(code).copied()
    }

    /// The changed records whose `field` says `text`, ids ascending.
    pub(super) fn linked(&self, field: &'static str, text: &str) -> &[FeatureId] {
        if self.links.is_empty() {
            return &[];
        }
        let ids = self.links.get(&(field, text.into()));
        ids.map_or(&[], |ids| ids.as_slice())
    }
}

/// The fields by whose texts records are found.
pub(super) fn linked_fields(schema: &LayerSchema) -> impl Iterator<Item = &'static str> {
    let parents = schema.parents.iter().map(|parent| parent.field);
    parents.chain(schema.indexed.iter().copied())
}

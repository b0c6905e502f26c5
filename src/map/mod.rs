//! The map in memory: one immutable [`MapSnapshot`] of all layers at one revision.
//!
//! Readers hold an `Arc` of it and never wait; `app` publishes the next one. No input or output, and no clock but to see
//! when readers have let go of an old map.

mod base;
mod fresh;
mod layer;
mod live;
mod lookup;
mod order;
mod outlive;
mod overlay;
mod place;
mod prepared;
mod squares;
mod tables;
mod told;
mod touched;
mod walk;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::{Change, Feature, FeatureId, LayerId, Revision, layers};
use crate::geometry::BBox;

pub use base::Base;
pub use layer::LayerTable;
pub use live::LiveMap;
pub use prepared::{Holding, Prepared};
use tables::Tables;
pub use told::{LayerTold, Told, What};

/// All layers at one revision.
#[derive(Debug, Clone)]
pub struct MapSnapshot {
    revision: Revision,
    layers: Tables,
}

impl MapSnapshot {
    /// The map as the store describes it from nothing: every layer is there, most may be empty.
    ///
    /// A change that is not needed any more takes less memory by [`MapSnapshot::from`].
    pub fn build(contents: &Change) -> Self {
        Self::empty().with(contents)
    }

    fn empty() -> Self {
        let all = layers::ALL.iter();
        Self {
            revision: Revision::default(),
            layers: all
                .map(|schema| (schema.id, Arc::new(LayerTable::empty(schema))))
                .collect(),
        }
    }

    /// The map after `change`; layers that it does not touch are shared, not copied.
    #[must_use]
    pub fn with(&self, change: &Change) -> Self {
        let mut upserts = Upserts::new();
        for (layer, feature) in &change.upserts {
            upserts.entry(*layer).or_default().push(Arc::clone(feature));
        }
        self.among(&change.others)
            .after(upserts, &change.removals, change.revision)
    }

    /// The same with an empty table for each of `others` that has none.
    fn among(&self, others: &[LayerId]) -> Self {
        let mut next = self.clone();
        for id in others {
            if next.layers.get(*id).is_none() {
                let table = LayerTable::empty(id.schema());
                next.layers.put(*id, Arc::new(table));
            }
        }
        next
    }

    fn after(
        &self,
        mut upserts: Upserts,
        removals: &[(LayerId, FeatureId)],
        revision: Revision,
    ) -> Self {
        let mut gone: BTreeMap<LayerId, Vec<FeatureId>> = BTreeMap::new();
        for (layer, id) in removals {
            gone.entry(*layer).or_default().push(*id);
        }
        let each = self.layers.iter().map(|(id, table)| {
            let new = upserts.remove(&id).unwrap_or_default();
            let gone = gone.remove(&id).unwrap_or_default();
            let next = if new.is_empty() && gone.is_empty() {
                Arc::clone(table)
            } else {
                Arc::new(table.with(new, &gone, revision))
            };
            (id, next)
        });
        Self {
            layers: each.collect(),
            revision,
        }
    }

    /// The tables that have changed so much that their indexes of places should be built anew, see [`LiveMap::settle`].
    fn unsettled(&self) -> impl Iterator<Item = (LayerId, &Arc<LayerTable>)> {
        let all = self.layers.iter();
        all.filter(|(_, table)| table.is_unsettled())
    }

    /// The same map with `table` in the place of the layer's own.
    fn with_table(&self, id: LayerId, table: LayerTable) -> Self {
        let mut next = self.clone();
        next.layers.put(id, Arc::new(table));
        next
    }

    /// The revision that this snapshot shows.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// The records of one layer.
    pub fn layer(&self, id: LayerId) -> &LayerTable {
        static NOTHING: std::sync::LazyLock<LayerTable> =
            std::sync::LazyLock::new(|| LayerTable::empty(LayerId::LAND_USE.schema()));
        self.layers.get(id).map_or(&NOTHING, |table| table)
    }

    /// The last revision that may have changed what `layers` show in `window`; never too low. What was made of them at
    /// that revision or later is still true.
    pub fn touched(&self, layers: &[LayerId], window: BBox) -> Revision {
        let each = layers
            .iter()
            .map(|layer| self.layer(*layer).touched(window));
        each.max().unwrap_or_default()
    }

    /// Every layer in the order of the catalogue.
    pub fn layers(&self) -> impl Iterator<Item = &LayerTable> {
        self.layers.iter().map(|(_, table)| &**table)
    }
}

/// New and changed records by layer.
type Upserts = BTreeMap<LayerId, Vec<Arc<Feature>>>;

impl From<Change> for MapSnapshot {
    fn from(contents: Change) -> Self {
        let mut upserts = Upserts::new();
        for (layer, feature) in contents.upserts {
            upserts.entry(layer).or_default().push(feature);
        }
        Self::empty()
            .among(&contents.others)
            .after(upserts, &contents.removals, contents.revision)
    }
}

#[cfg(test)]
mod tests;

//! The map in memory: one immutable [`MapSnapshot`] of all layers at one revision.
//!
//! Readers hold an `Arc` of it and never wait; `app` publishes the next one. No input or output, no clock.

mod base;
mod layer;
mod live;
mod lookup;
mod order;
mod overlay;
mod place;
mod prepared;
mod touched;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::{Change, Feature, FeatureId, LayerId, Revision, layers};
use crate::geometry::BBox;

pub use base::Base;
pub use layer::LayerTable;
pub use live::LiveMap;
pub use prepared::Prepared;

/// All layers at one revision.
#[derive(Debug, Clone)]
pub struct MapSnapshot {
    revision: Revision,
    layers: BTreeMap<LayerId, Arc<LayerTable>>,
}

impl MapSnapshot {
    /// The map as the store describes it from nothing: every layer is there, most may be empty.
    pub fn build(contents: &Change) -> Self {
        let empty = Self {
            revision: Revision::default(),
            layers: layers::ALL
                .iter()
                .map(|schema| (schema.id, Arc::new(LayerTable::empty(schema))))
                .collect(),
        };
        empty.with(contents)
    }

    /// The map after `change`; layers that it does not touch are shared, not copied.
    #[must_use]
    pub fn with(&self, change: &Change) -> Self {
        let mut upserts: BTreeMap<LayerId, Vec<Arc<Feature>>> = BTreeMap::new();
        for (layer, feature) in &change.upserts {
            upserts.entry(*layer).or_default().push(Arc::clone(feature));
        }
        let mut removals: BTreeMap<LayerId, Vec<FeatureId>> = BTreeMap::new();
        for (layer, id) in &change.removals {
            removals.entry(*layer).or_default().push(*id);
        }
        let layers = self
            .layers
            .iter()
            .map(|(id, table)| {
                let (new, gone) = (
                    upserts.remove(id).unwrap_or_default(),
                    removals.remove(id).unwrap_or_default(),
                );
                let touched = !new.is_empty() || !gone.is_empty();
                (
                    *id,
                    if touched {
                        Arc::new(table.with(new, &gone, change.revision))
                    } else {
                        Arc::clone(table)
                    },
                )
            })
            .collect();
        Self {
            revision: change.revision,
            layers,
        }
    }

    /// The tables that have changed so much that their indexes of places should be built anew, see [`LiveMap::settle`].
    fn unsettled(&self) -> impl Iterator<Item = (LayerId, &Arc<LayerTable>)> {
        let all = self.layers.iter().map(|(id, table)| (*id, table));
        all.filter(|(_, table)| table.is_unsettled())
    }

    /// The same map with `table` in the place of the layer's own.
    fn with_table(&self, id: LayerId, table: LayerTable) -> Self {
        let mut next = self.clone();
        next.layers.insert(id, Arc::new(table));
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
        self.layers.get(&id).map_or(&NOTHING, |table| table)
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
        self.layers.values().map(|table| &**table)
    }
}

#[cfg(test)]
mod tests;

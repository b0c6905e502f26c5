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

use imbl::OrdMap;

use crate::domain::{Change, Feature, FeatureId, LayerId, RecordFault, Revision, layers};
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
    /// What another program wrote that is not on the map as it is in the store.
    faults: OrdMap<(LayerId, FeatureId), Vec<RecordFault>>,
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
            faults: OrdMap::new(),
        }
    }

    /// The map after `change`; layers that it does not touch are shared, not copied.
    #[must_use]
    pub fn with(&self, change: &Change) -> Self {
        let mut upserts = Upserts::new();
        for (layer, feature) in &change.upserts {
            upserts.entry(*layer).or_default().push(Arc::clone(feature));
        }
        let faults = self.faults_after(change);
        let mut next = self
            .among(&change.others)
            .after(upserts, &change.removals, change.revision);
        next.faults = faults;
        next
    }

    /// Of a record that has changed or gone only what is wrong with it now counts.
    fn faults_after(&self, change: &Change) -> OrdMap<(LayerId, FeatureId), Vec<RecordFault>> {
        let mut faults = self.faults.clone();
        if !faults.is_empty() {
            let changed = change.upserts.iter();
            let changed = changed.map(|(layer, feature)| (*layer, feature.id));
            for record in changed.chain(change.removals.iter().copied()) {
                faults.remove(&record);
            }
        }
        for fault in &change.faults {
            let of_record = faults.entry((fault.layer, fault.id)).or_default();
            of_record.push(fault.clone());
        }
        faults
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
            faults: OrdMap::new(),
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

    /// What another program wrote that is not on the map as it is in the store, by layer and record.
    pub fn faults(&self) -> impl Iterator<Item = &RecordFault> {
        self.faults.values().flatten()
    }

    /// How many records have such faults.
    pub fn faulty_records(&self) -> usize {
        self.faults.len()
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
        let faults = Self::empty().faults_after(&contents);
        let mut upserts = Upserts::new();
        for (layer, feature) in contents.upserts {
            upserts.entry(layer).or_default().push(feature);
        }
        let mut map = Self::empty().among(&contents.others).after(
            upserts,
            &contents.removals,
            contents.revision,
        );
        map.faults = faults;
        map
    }
}

#[cfg(test)]
mod tests;

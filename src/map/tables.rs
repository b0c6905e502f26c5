//! The table of each layer, found by the layer's number.

use std::sync::Arc;

use super::layer::LayerTable;
use crate::domain::LayerId;

/// At most one table a layer. Every question looks up several, so it is a step, not a search.
#[derive(Debug, Clone, Default)]
pub(super) struct Tables(Vec<Option<Arc<LayerTable>>>);

impl Tables {
    #[inline]
    pub(super) fn get(&self, id: LayerId) -> Option<&Arc<LayerTable>> {
        self.0.get(usize::from(id.number()))?.as_ref()
    }

    /// Puts the table of the layer `id` there, in the place of the one before.
    pub(super) fn put(&mut self, id: LayerId, table: Arc<LayerTable>) {
        let at = usize::from(id.number());
        if self.0.len() <= at {
            self.0.resize(at + 1, None);
        }
        if let Some(place) = self.0.get_mut(at) {
            *place = Some(table);
        }
    }

    /// In the order of the catalogue, then those that users brought.
    pub(super) fn iter(&self) -> impl Iterator<Item = (LayerId, &Arc<LayerTable>)> {
        let tables = self.0.iter().flatten();
        tables.map(|table| (table.schema().id, table))
    }
}

impl FromIterator<(LayerId, Arc<LayerTable>)> for Tables {
    fn from_iter<T: IntoIterator<Item = (LayerId, Arc<LayerTable>)>>(tables: T) -> Self {
        let mut all = Self::default();
        for (id, table) in tables {
            all.put(id, table);
        }
        all
    }
}

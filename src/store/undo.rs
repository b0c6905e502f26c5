//! A change is taken back by another change, whole or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{Draft, Edit, Feature, FeatureId, LayerId, Revision};
use crate::store::{Applied, Store, StoreError};

impl Store {
    /// Makes every record of the change `revision` what it was before, as a change of its own. `revision` is that after
    /// the change, or that of one of its records.
    ///
    /// # Errors
    /// [`StoreError::NoSuchChange`]; [`StoreError::ChangedSince`] naming every record that has moved on, nothing is
    /// written then; else what [`Store::apply`] says.
    pub async fn undo(
        &self,
        revision: Revision,
        by: &str,
        now: Timestamp,
    ) -> Result<Applied, StoreError> {
        let edits = self.undoing(revision).await?;
        if edits.is_empty() {
            // nothing of it is left to be taken back, or it lies outside of the scope as a whole
            return Err(StoreError::NoSuchChange { revision });
        }
        match self.apply(&edits, by, now).await {
            // between reading and writing
            Err(StoreError::Stale { layer, id, .. } | StoreError::NoSuchFeature { layer, id }) => {
                Err(StoreError::ChangedSince {
                    records: vec![(layer, id)],
                })
            }
            done => done,
        }
    }

    /// The edits that take the change `revision` back.
    ///
    /// # Errors
    /// As [`Store::undo`].
    pub async fn undoing(&self, revision: Revision) -> Result<Vec<Edit>, StoreError> {
        let done = self.done_at(revision).await?;
        let mut by_layer: BTreeMap<LayerId, BTreeSet<i64>> = BTreeMap::new();
        for (layer, id) in done.records.keys() {
            by_layer.entry(*layer).or_default().insert(id.0);
        }
        let (mut edits, mut moved_on) = (Vec::new(), Vec::new());
        for (layer, ids) in by_layer {
            let before = by_id(self.states(layer, &ids, done.before).await?);
            let after = by_id(self.states(layer, &ids, done.after).await?);
            let now = by_id(self.states(layer, &ids, Revision(i64::MAX)).await?);
            for id in ids.into_iter().map(FeatureId) {
                let revision = |of: &BTreeMap<FeatureId, Arc<Feature>>| {
                    of.get(&id).map(|feature| feature.revision)
                };
                if revision(&now) != revision(&after) {
                    moved_on.push((layer, id));
                    continue;
                }
                let draft = before.get(&id).map(|feature| draft_of(feature));
                edits.extend(undoing_one(layer, id, revision(&after), draft));
            }
        }
        if !moved_on.is_empty() {
            return Err(StoreError::ChangedSince { records: moved_on });
        }
        // a code that is given back must be free: children go before their parents, and both before what comes back
        edits.sort_by_key(|edit| match edit {
            Edit::Delete { layer, .. } => (0, -i16::from(layer.number())),
            Edit::Update { layer, .. } => (1, i16::from(layer.number())),
            Edit::Insert { layer, .. } => (2, i16::from(layer.number())),
        });
        Ok(edits)
    }
}

fn undoing_one(
    layer: LayerId,
    id: FeatureId,
    expected: Option<Revision>,
    before: Option<Draft>,
) -> Option<Edit> {
    match (before, expected) {
        (None, None) => None,
        (None, expected) => Some(Edit::Delete {
            layer,
            id,
            expected,
        }),
        (Some(draft), None) => Some(Edit::Insert {
            layer,
            id: Some(id),
            draft,
        }),
        (Some(draft), expected) => Some(Edit::Update {
            layer,
            id,
            expected,
            draft,
        }),
    }
}

fn by_id(features: Vec<Arc<Feature>>) -> BTreeMap<FeatureId, Arc<Feature>> {
    let each = features.into_iter();
    each.map(|feature| (feature.id, feature)).collect()
}

/// What is to be written so that the record is as it was.
fn draft_of(feature: &Feature) -> Draft {
    Draft {
        code: Arc::clone(&feature.code),
        name: Arc::clone(&feature.name),
        geometry: feature.geometry.as_deref().cloned(),
        attributes: feature.attributes.to_values(),
    }
}

//! What is told of each change to those who look at the map: which records, and which ground they touch.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::domain::{Change, FeatureId, LayerId, Revision};
use crate::geometry::BBox;
use crate::map::MapSnapshot;

/// So many boxes of a layer are told one by one; of more only the box around them.
const MOST_BOXES: usize = 64;

/// What has happened to the map.
#[derive(Debug)]
pub struct Told {
    /// The revision after it.
    pub revision: Revision,
    /// What.
    pub what: What,
    /// The words in which it is told, once somebody has found them.
    pub words: OnceLock<Arc<str>>,
}

/// What has happened.
#[derive(Debug)]
pub enum What {
    /// Some records are others.
    Changed(Vec<LayerTold>),
    /// Everything may be another.
    Anew,
    /// Nothing more will be told: the program ends.
    End,
}

/// What has happened to a layer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LayerTold {
    /// The layer.
    pub layer: Option<LayerId>,
    /// The records, ascending.
    pub ids: Vec<FeatureId>,
    /// The ground that they cover and did cover; one box around it where it is much.
    pub boxes: Vec<BBox>,
}

impl LayerTold {
    /// The box around it all.
    pub fn extent(&self) -> Option<BBox> {
        self.boxes.iter().copied().reduce(BBox::union)
    }

    /// Adds a record with the box that it had and the one that it has.
    pub fn add(&mut self, id: FeatureId, boxes: impl IntoIterator<Item = BBox>) {
        self.ids.push(id);
        for new in boxes {
            if !self.boxes.contains(&new) {
                self.boxes.push(new);
            }
        }
        if self.boxes.len() > MOST_BOXES {
            self.boxes = self.extent().into_iter().collect();
        }
    }
}

impl Told {
    pub(super) const fn new(revision: Revision, what: What) -> Self {
        Self {
            revision,
            what,
            words: OnceLock::new(),
        }
    }

    /// What `change` does to the map `before`.
    pub(super) fn of(before: &MapSnapshot, change: &Change) -> Self {
        let mut layers: BTreeMap<LayerId, LayerTold> = BTreeMap::new();
        let bbox_before = |layer: LayerId, id: FeatureId| {
            let record = before.layer(layer).by_id(id)?;
            BBox::of(record.geometry.as_deref()?)
        };
        let gone = change
            .removals
            .iter()
            .map(|(layer, id)| (*layer, *id, None));
        let came = change.upserts.iter().map(|(layer, feature)| {
            let bbox = feature.geometry.as_deref().and_then(BBox::of);
            (*layer, feature.id, bbox)
        });
        for (layer, id, bbox) in gone.chain(came) {
            let told = layers.entry(layer).or_default();
            told.layer = Some(layer);
            told.add(id, bbox_before(layer, id).into_iter().chain(bbox));
        }
        for told in layers.values_mut() {
            told.ids.sort_unstable();
        }
        Self::new(
            change.revision,
            What::Changed(layers.into_values().collect()),
        )
    }
}

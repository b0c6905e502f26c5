//! The records of one layer with their indexes: by id, by code, by parent, by place.

use std::collections::HashMap;
use std::sync::Arc;

use rstar::{AABB, RTree, RTreeObject};

use crate::domain::{Feature, FeatureId, LayerSchema, Revision};
use crate::geometry::{BBox, LonLat};

/// One record in the R-tree: its envelope, and the record itself so that a hit needs no second look-up.
#[derive(Debug, Clone)]
struct Entry {
    envelope: AABB<[f64; 2]>,
    feature: Arc<Feature>,
}

impl RTreeObject for Entry {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        self.envelope
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.feature.id == other.feature.id
    }
}

/// The records of one layer at one revision.
#[derive(Debug, Clone)]
pub struct LayerTable {
    schema: &'static LayerSchema,
    revision: Revision,
    features: Vec<Arc<Feature>>,
    by_code: HashMap<Arc<str>, FeatureId>,
    children: HashMap<(&'static str, Arc<str>), Vec<FeatureId>>,
    tree: RTree<Entry>,
    extent: Option<BBox>,
}

impl LayerTable {
    /// A layer without records.
    pub fn empty(schema: &'static LayerSchema) -> Self {
        Self {
            schema,
            revision: Revision::default(),
            features: Vec::new(),
            by_code: HashMap::new(),
            children: HashMap::new(),
            tree: RTree::new(),
            extent: None,
        }
    }

    /// The layer after `upserts` and `removals`. Few changes go into a copy of the indexes; many rebuild them.
    #[must_use]
    pub fn with(
        &self,
        upserts: Vec<Arc<Feature>>,
        removals: &[FeatureId],
        revision: Revision,
    ) -> Self {
        if (upserts.len() + removals.len()) * 8 > self.features.len() {
            let mut all: HashMap<FeatureId, Arc<Feature>> = self
                .features
                .iter()
                .map(|feature| (feature.id, Arc::clone(feature)))
                .collect();
            for id in removals {
                all.remove(id);
            }
            all.extend(upserts.into_iter().map(|feature| (feature.id, feature)));
            return Self::bulk(self.schema, all.into_values().collect(), revision);
        }
        let mut next = self.clone();
        next.revision = revision;
        for id in removals {
            next.remove(*id);
        }
        for feature in upserts {
            next.remove(feature.id);
            next.insert(feature);
        }
        next.extent = extent_of(&next.tree);
        next
    }

    fn bulk(
        schema: &'static LayerSchema,
        mut features: Vec<Arc<Feature>>,
        revision: Revision,
    ) -> Self {
        features.sort_unstable_by_key(|feature| feature.id);
        let mut children: HashMap<_, Vec<FeatureId>> = HashMap::new();
        for feature in &features {
            for key in link_keys(schema, feature) {
                children.entry(key).or_default().push(feature.id);
            }
        }
        let by_code = features
            .iter()
            .map(|feature| (Arc::clone(&feature.code), feature.id))
            .collect();
        let tree = RTree::bulk_load(features.iter().filter_map(entry).collect());
        let extent = extent_of(&tree);
        Self {
            schema,
            revision,
            features,
            by_code,
            children,
            tree,
            extent,
        }
    }

    fn remove(&mut self, id: FeatureId) {
        let Ok(at) = self
            .features
            .binary_search_by_key(&id, |feature| feature.id)
        else {
            return;
        };
        let gone = self.features.remove(at);
        if self.by_code.get(&gone.code) == Some(&id) {
            self.by_code.remove(&gone.code);
        }
        for key in link_keys(self.schema, &gone) {
            if let Some(ids) = self.children.get_mut(&key) {
                ids.retain(|child| *child != id);
            }
        }
        if let Some(entry) = entry(&gone) {
            self.tree.remove(&entry);
        }
    }

    fn insert(&mut self, feature: Arc<Feature>) {
        let at = self.features.partition_point(|other| other.id < feature.id);
        self.by_code.insert(Arc::clone(&feature.code), feature.id);
        for key in link_keys(self.schema, &feature) {
            let ids = self.children.entry(key).or_default();
            ids.insert(ids.partition_point(|other| *other < feature.id), feature.id);
        }
        if let Some(entry) = entry(&feature) {
            self.tree.insert(entry);
        }
        self.features.insert(at, feature);
    }

    /// What the layer is.
    pub fn schema(&self) -> &'static LayerSchema {
        self.schema
    }

    /// The last revision that changed a record of this layer, as far as this snapshot has followed.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// Every record, in the order of ids.
    pub fn features(&self) -> &[Arc<Feature>] {
        &self.features
    }

    /// The box around all records; `None` when none has a place.
    pub fn extent(&self) -> Option<BBox> {
        self.extent
    }

    /// The record with `id`.
    pub fn by_id(&self, id: FeatureId) -> Option<&Arc<Feature>> {
        self.features
            .binary_search_by_key(&id, |feature| feature.id)
            .ok()
            .and_then(|at| self.features.get(at))
    }

    /// The record with the code `code`.
    pub fn by_code(&self, code: &str) -> Option<&Arc<Feature>> {
        self.by_code.get(code).and_then(|id| self.by_id(*id))
    }

    /// The records that name `code` in their field `field`, a parent link or an indexed field; in the order of ids.
    pub fn children(&self, field: &'static str, code: &str) -> impl Iterator<Item = &Arc<Feature>> {
        self.children
            .get(&(field, Arc::from(code)))
            .into_iter()
            .flatten()
            .filter_map(|id| self.by_id(*id))
    }

    /// The records whose envelopes meet `window`, edges included, in no order. Envelopes only: outlines may not meet it.
    pub fn in_envelope(&self, window: BBox) -> impl Iterator<Item = &Arc<Feature>> {
        let window = AABB::from_corners([window.west, window.south], [window.east, window.north]);
        self.tree
            .locate_in_envelope_intersecting(&window)
            .map(|entry| &entry.feature)
    }

    /// The records whose envelopes hold `place`, edges included, in no order.
    pub fn at_envelope(&self, place: LonLat) -> impl Iterator<Item = &Arc<Feature>> {
        let (lon, lat) = (place.lon(), place.lat());
        self.in_envelope(BBox {
            west: lon,
            south: lat,
            east: lon,
            north: lat,
        })
    }
}

fn entry(feature: &Arc<Feature>) -> Option<Entry> {
    let bbox = BBox::of(feature.geometry.as_ref()?)?;
    let envelope = AABB::from_corners([bbox.west, bbox.south], [bbox.east, bbox.north]);
    Some(Entry {
        envelope,
        feature: Arc::clone(feature),
    })
}

fn extent_of(tree: &RTree<Entry>) -> Option<BBox> {
    (tree.size() > 0).then(|| {
        let envelope = tree.root().envelope();
        let ([west, south], [east, north]) = (envelope.lower(), envelope.upper());
        BBox {
            west,
            south,
            east,
            north,
        }
    })
}

fn link_keys(
    schema: &'static LayerSchema,
    feature: &Feature,
) -> impl Iterator<Item = (&'static str, Arc<str>)> {
    let fields = schema
        .parents
        .iter()
        .map(|parent| parent.field)
        .chain(schema.indexed.iter().copied());
    fields.filter_map(|field| Some((field, Arc::from(feature.text(schema, field)?))))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::{LayerId, Value};
    use crate::geometry::Point;

    fn entrance(id: i64, code: &str, building: &str, lon: f64) -> Arc<Feature> {
        let schema = LayerId::ENTRANCES.schema();
        let mut attributes = vec![Value::Null; schema.fields.len()];
        attributes[0] = building.into();
        Arc::new(Feature {
            id: FeatureId(id),
            code: code.into(),
            name: "".into(),
            geometry: Some(Point::new(lon, 34.0).into()),
            attributes: attributes.into(),
            revision: Revision(id),
            updated_at: Timestamp::UNIX_EPOCH,
            updated_by: "test".into(),
        })
    }

    #[test]
    fn small_and_large_changes_lead_to_the_same_table() {
        let all: Vec<_> = (1..=100)
            .map(|i| {
                entrance(
                    i,
                    &format!("E{i}"),
                    &format!("B{}", i % 7),
                    108.0 + f64::from(i32::try_from(i).unwrap()) / 1e3,
                )
            })
            .collect();
        let empty = LayerTable::empty(LayerId::ENTRANCES.schema());
        let whole = empty.with(all.clone(), &[], Revision(100));
        let moved = entrance(5, "E5", "B9", 109.5);
        let small = whole.with(vec![Arc::clone(&moved)], &[FeatureId(7)], Revision(101));
        let mut rest: Vec<_> = all
            .into_iter()
            .filter(|f| f.id != FeatureId(7) && f.id != FeatureId(5))
            .collect();
        rest.push(moved);
        let large = empty.with(rest, &[], Revision(101));
        assert_eq!(small.features(), large.features());
        assert_eq!(small.extent(), large.extent());
        for code in ["B0", "B5", "B9"] {
            let ids = |table: &LayerTable| {
                table
                    .children("building_code", code)
                    .map(|f| f.id)
                    .collect::<Vec<_>>()
            };
            assert_eq!(ids(&small), ids(&large));
        }
        assert!(small.by_code("E7").is_none() && small.by_code("E5").is_some());
        assert_eq!(
            small.at_envelope(LonLat::new(109.5, 34.0).unwrap()).count(),
            1
        );
    }
}

//! The records of one layer with their indexes: by id, by code, by parent, by place.

use std::sync::Arc;

use foldhash::fast::RandomState;
use imbl::shared_ptr::DefaultSharedPtr;
use imbl::{GenericHashMap, OrdMap};

use super::place::{Base, PlaceIndex};
use super::touched::Touched;
use crate::domain::{Feature, FeatureId, LayerSchema, Revision};
use crate::geometry::measure::Cover;
use crate::geometry::{BBox, LonLat};

/// Values by code.
type ByCode<T> = GenericHashMap<Arc<str>, T, RandomState, DefaultSharedPtr>;

/// The records that name a code in one field.
#[derive(Debug, Clone)]
struct Children {
    field: &'static str,
    ids: ByCode<Vec<FeatureId>>,
}

/// The records of one layer at one revision. A changed table shares with the one before it all that did not change.
#[derive(Debug, Clone)]
pub struct LayerTable {
    schema: &'static LayerSchema,
    revision: Revision,
    features: OrdMap<FeatureId, Arc<Feature>>,
    by_code: ByCode<FeatureId>,
    children: Vec<Children>,
    places: PlaceIndex,
    touched: Touched,
}

impl LayerTable {
    /// A layer without records.
    pub fn empty(schema: &'static LayerSchema) -> Self {
        let parents = schema.parents.iter().map(|parent| parent.field);
        let fields = parents.chain(schema.indexed.iter().copied());
        let children = fields.map(|field| Children {
            field,
            ids: ByCode::default(),
        });
        Self {
            schema,
            revision: Revision::default(),
            features: OrdMap::new(),
            by_code: ByCode::default(),
            children: children.collect(),
            places: PlaceIndex::default(),
            touched: Touched::default(),
        }
    }

    /// The layer after `upserts` and `removals`. Few changes cost what they are; many rebuild the index of places.
    #[must_use]
    pub fn with(
        &self,
        upserts: Vec<Arc<Feature>>,
        removals: &[FeatureId],
        revision: Revision,
    ) -> Self {
        let rebuilds = (upserts.len() + removals.len()) * 8 > self.features.len();
        let mut next = self.clone();
        next.revision = revision;
        let mut touched = Vec::new();
        let mut places = (!rebuilds).then(|| next.places.clone());
        for id in removals {
            touched.extend(
                next.remove(*id, places.as_mut())
                    .and_then(|gone| bbox(&gone)),
            );
        }
        for feature in upserts {
            let gone = next.remove(feature.id, places.as_mut());
            touched.extend(gone.and_then(|gone| bbox(&gone)));
            touched.extend(bbox(&feature));
            if let Some(places) = &mut places {
                places.insert(&feature);
            }
            next.insert(feature);
        }
        next.touched.add(revision, &touched);
        next.places = places.unwrap_or_else(|| PlaceIndex::of(next.features.values()));
        next
    }

    fn remove(&mut self, id: FeatureId, places: Option<&mut PlaceIndex>) -> Option<Arc<Feature>> {
        let gone = self.features.remove(&id)?;
        if self.by_code.get(&gone.code) == Some(&id) {
            self.by_code.remove(&gone.code);
        }
        for children in &mut self.children {
            if let Some(ids) = gone
                .text(self.schema, children.field)
                .and_then(|code| children.ids.get_mut(code))
            {
                ids.retain(|child| *child != id);
            }
        }
        if let Some(places) = places {
            places.remove(&gone);
        }
        Some(gone)
    }

    fn insert(&mut self, feature: Arc<Feature>) {
        self.by_code.insert(Arc::clone(&feature.code), feature.id);
        for children in &mut self.children {
            let Some(code) = feature.text(self.schema, children.field) else {
                continue;
            };
            match children.ids.get_mut(code) {
                Some(ids) => {
                    ids.insert(ids.partition_point(|other| *other < feature.id), feature.id);
                }
                None => {
                    children.ids.insert(code.into(), vec![feature.id]);
                }
            }
        }
        self.features.insert(feature.id, feature);
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
    pub fn features(&self) -> impl ExactSizeIterator<Item = &Arc<Feature>> {
        self.features.values()
    }

    /// The number of records.
    pub fn len(&self) -> usize {
        self.features.len()
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.features.is_empty()
    }

    /// The box around all records; `None` when none has a place.
    pub fn extent(&self) -> Option<BBox> {
        self.places.extent()
    }

    /// The last revision that may have changed a record whose envelope meets `window`; never too low.
    pub(super) fn touched(&self, window: BBox) -> Revision {
        self.touched.last_in(window)
    }

    /// The record with `id`.
    pub fn by_id(&self, id: FeatureId) -> Option<&Arc<Feature>> {
        self.features.get(&id)
    }

    /// The record with the code `code`.
    pub fn by_code(&self, code: &str) -> Option<&Arc<Feature>> {
        self.by_code.get(code).and_then(|id| self.by_id(*id))
    }

    /// The records that name `code` in their field `field`, a parent link or an indexed field; in the order of ids.
    pub fn children(&self, field: &'static str, code: &str) -> impl Iterator<Item = &Arc<Feature>> {
        let of_field = self
            .children
            .iter()
            .find(|children| children.field == field);
        of_field
            .and_then(|children| children.ids.get(code))
            .into_iter()
            .flatten()
            .filter_map(|id| self.by_id(*id))
    }

    /// The records whose envelopes meet `window`, edges included, in no order. Envelopes only: outlines may not meet it.
    pub fn in_envelope(&self, window: BBox) -> impl Iterator<Item = &Arc<Feature>> {
        self.places.in_envelope(window)
    }

    /// [`LayerTable::in_envelope`] with the envelope of each.
    pub fn with_boxes_in(&self, window: BBox) -> impl Iterator<Item = (BBox, &Arc<Feature>)> {
        self.places.with_boxes_in(window)
    }

    /// Calls `visit` with each record that covers `place`, exactly, in no order; [`Cover::Outside`] never comes.
    pub fn covering<'a>(&'a self, place: LonLat, visit: impl FnMut(&'a Arc<Feature>, Cover)) {
        self.places.covering(place, visit);
    }

    /// [`LayerTable::covering`] for many places at once, which is faster; `visit` gets the place's number first.
    pub fn covering_many<'a>(
        &'a self,
        places: &[LonLat],
        visit: impl FnMut(usize, &'a Arc<Feature>, Cover),
    ) {
        self.places.covering_many(places, visit);
    }

    /// The one record that owns `place` among those that `accept` takes: inside before boundary, then the smallest id.
    ///
    /// The rule gives every point of a shared border to exactly one area, for good: ids do not change.
    pub fn owner(
        &self,
        place: LonLat,
        accept: impl Fn(&Feature) -> bool,
    ) -> Option<(&Arc<Feature>, Cover)> {
        let mut best = None;
        self.covering(place, |feature, cover| {
            if accept(feature) {
                best = Some(stronger(best, (feature, cover)));
            }
        });
        best
    }

    /// [`LayerTable::owner`] of each place, in their order.
    pub fn owners(
        &self,
        places: &[LonLat],
        accept: impl Fn(&Feature) -> bool,
    ) -> Vec<Option<(&Arc<Feature>, Cover)>> {
        let mut best = vec![None; places.len()];
        self.covering_many(places, |number, feature, cover| {
            if let Some(best) = best.get_mut(number)
                && accept(feature)
            {
                *best = Some(stronger(*best, (feature, cover)));
            }
        });
        best
    }

    /// Whether so many records have changed that [`LayerTable::new_base`] is worth its time.
    pub(super) fn is_unsettled(&self) -> bool {
        self.places.is_unsettled()
    }

    /// New indexes of places for the records as they are now; takes its time.
    pub(super) fn new_base(&self) -> Base {
        Base::of(self.features.values())
    }

    /// The same records on `base`, which [`LayerTable::new_base`] of `then` made; as it is when another base has come
    /// since.
    #[must_use]
    pub(super) fn on(&self, base: Base, then: &Self) -> Self {
        if !Arc::ptr_eq(self.places.base(), then.places.base()) {
            return self.clone();
        }
        let current = |id| self.features.get(&id).cloned();
        Self {
            places: self.places.on(Arc::new(base), current),
            ..self.clone()
        }
    }
}

fn bbox(feature: &Feature) -> Option<BBox> {
    BBox::of(feature.geometry.as_ref()?)
}

type Owner<'a> = (&'a Arc<Feature>, Cover);

fn stronger<'a>(best: Option<Owner<'a>>, other: Owner<'a>) -> Owner<'a> {
    let rank = |(feature, cover): &Owner<'_>| (*cover != Cover::Inside, feature.id);
    match best {
        Some(best) if rank(&best) <= rank(&other) => best,
        _ => other,
    }
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
        assert!(small.features().eq(large.features()));
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
            small
                .owner(LonLat::new(109.5, 34.0).unwrap(), |_| true)
                .map(|(feature, _)| feature.id),
            Some(FeatureId(5))
        );
    }
}

//! The records of one layer with their indexes: by id, by code, by parent, by place.

use std::ops::ControlFlow;
use std::sync::Arc;

use imbl::ordmap::DiffItem;

use super::base::Base;
use super::order::{Features, in_order};
use super::overlay::Overlay;
use super::place::PlaceIndex;
use super::prepared::{Holding, Prepared};
use super::touched::Touched;
use super::walk;
use crate::domain::{Feature, FeatureId, LayerSchema, Revision};
use crate::geometry::measure::Cover;
use crate::geometry::{BBox, LonLat};

/// So many records may have changed since the base was built before another base is worth its time, and one of so many.
const MANY: usize = 512;
const MANY_OF: usize = 256;

/// The records of one layer at one revision. A changed table shares with the one before it all that did not change.
#[derive(Debug, Clone)]
pub struct LayerTable {
    schema: &'static LayerSchema,
    revision: Revision,
    len: usize,
    /// What has changed since the base of `places` was built.
    overlay: Overlay,
    places: PlaceIndex,
    touched: Touched,
}

impl LayerTable {
    /// A layer without records.
    pub fn empty(schema: &'static LayerSchema) -> Self {
        Self {
            schema,
            revision: Revision::default(),
            len: 0,
            overlay: Overlay::default(),
            places: PlaceIndex::default(),
            touched: Touched::default(),
        }
    }

    /// The layer after `removals`, then `upserts`. Few changes cost what they are; many rebuild the indexes.
    #[must_use]
    pub fn with(
        &self,
        upserts: Vec<Arc<Feature>>,
        removals: &[FeatureId],
        revision: Revision,
    ) -> Self {
        if (upserts.len() + removals.len()) * 8 > self.len {
            return self.rebuilt(upserts, removals, revision);
        }
        let mut next = self.clone();
        next.revision = revision;
        let mut touched = Vec::new();
        for id in removals {
            touched.extend(next.remove(*id).and_then(|gone| bbox(&gone)));
        }
        for feature in upserts {
            touched.extend(bbox(&feature));
            let before = next.put(feature);
            touched.extend(before.and_then(|before| bbox(&before)));
        }
        next.touched.add(revision, &touched);
        next
    }

    /// The same as [`LayerTable::with`], on a base of its own.
    fn rebuilt(
        &self,
        mut upserts: Vec<Arc<Feature>>,
        removals: &[FeatureId],
        revision: Revision,
    ) -> Self {
        let mut touched = self.touched.clone();
        if upserts.len() + removals.len() <= Touched::MOST / 2 {
            let new = upserts.iter().map(|feature| &feature.id);
            let gone = removals.iter().chain(new).filter_map(|id| self.by_id(*id));
            let boxes = gone.chain(&upserts).filter_map(|feature| bbox(feature));
            touched.add(revision, &boxes.collect::<Vec<_>>());
        } else {
            touched.add_everything(revision);
        }
        // stable: of several with one id the last comes last
        upserts.sort_by_key(|feature| feature.id);
        let mut records = if self.len > 0 {
            self.replaced(&upserts, removals)
        } else {
            upserts
        };
        records.reverse();
        records.dedup_by_key(|feature| feature.id);
        records.reverse();
        // with millions of records the room of a list that grew is tens of megabytes
        records.shrink_to_fit();
        Self {
            revision,
            touched,
            ..Self::on_base(self.schema, Arc::new(Base::of(self.schema, records)))
        }
    }

    /// The records without `removals` and with `upserts`, both in the order of ids.
    fn replaced(&self, upserts: &[Arc<Feature>], removals: &[FeatureId]) -> Vec<Arc<Feature>> {
        let mut gone: Vec<FeatureId> = removals.to_vec();
        gone.extend(upserts.iter().map(|feature| feature.id));
        gone.sort_unstable();
        let stays = |feature: &&Arc<Feature>| gone.binary_search(&feature.id).is_err();
        let stay = self.features().filter(stays);
        in_order(stay, upserts.iter()).cloned().collect()
    }

    fn on_base(schema: &'static LayerSchema, base: Arc<Base>) -> Self {
        Self {
            len: base.records().len(),
            places: PlaceIndex::of(base),
            ..Self::empty(schema)
        }
    }

    fn remove(&mut self, id: FeatureId) -> Option<Arc<Feature>> {
        let gone = Arc::clone(self.by_id(id)?);
        self.overlay.remove(self.schema, &gone);
        self.places.remove(&gone);
        self.len -= 1;
        Some(gone)
    }

    /// Takes the record in, and gives the one that it replaces.
    fn put(&mut self, feature: Arc<Feature>) -> Option<Arc<Feature>> {
        let before = self.by_id(feature.id).cloned();
        let is_renewed = (before.as_ref()).is_some_and(|old| self.places.renew(old, &feature));
        if let Some(before) = &before {
            self.overlay.remove(self.schema, before);
            if !is_renewed {
                self.places.remove(before);
            }
        } else {
            self.len += 1;
        }
        if !is_renewed {
            self.places.insert(&feature);
        }
        self.overlay.insert(self.schema, feature);
        before
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
        Features::of(
            self.places.base().records(),
            &self.overlay.changed,
            self.len,
        )
    }

    /// The number of records.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.len == 0
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
        match self.overlay.changed.get(&id) {
            Some(changed) => changed.as_ref(),
            None => self.places.base().by_id(id),
        }
    }

    /// The record with the code `code`.
    pub fn by_code(&self, code: &str) -> Option<&Arc<Feature>> {
        if let Some(id) = self.overlay.by_code(code) {
            return self.by_id(id);
        }
        let record = self.places.base().by_code(code);
        record.filter(|record| !self.overlay.knows(record.id))
    }

    /// The records that name `code` in their field `field`, a parent link or an indexed field; in the order of ids.
    pub fn children(&self, field: &'static str, code: &str) -> impl Iterator<Item = &Arc<Feature>> {
        let unchanged = self.places.base().linked(field, code);
        let unchanged = unchanged.filter(|record| !self.overlay.knows(record.id));
        let changed = self.overlay.linked(field, code).iter();
        in_order(unchanged, changed.filter_map(|id| self.by_id(*id)))
    }

    /// The records whose envelopes meet `window`, edges included, in no order. Envelopes only: outlines may not meet it.
    pub fn in_envelope(&self, window: BBox) -> impl Iterator<Item = &Arc<Feature>> {
        self.places.in_envelope(window)
    }

    /// Calls `visit` with each record of [`LayerTable::in_envelope`] and its envelope; faster where all are wanted.
    pub fn each_box_in<'a>(&'a self, window: BBox, visit: impl FnMut(BBox, &'a Arc<Feature>)) {
        self.places.each_box_in(window, visit);
    }

    /// Calls `visit` with the records that `accept` takes and the metres to each from `place` (0 where it covers it), nearest
    /// first, then by id, until it breaks or what is left is farther than `farthest_m`. Exact.
    ///
    /// # Errors
    /// The first of `accept`, which ends the walk. It is asked of every record that is come across, also of many that are
    /// not visited.
    pub fn nearest_first<'a, E>(
        &'a self,
        place: LonLat,
        farthest_m: f64,
        accept: impl FnMut(&Feature) -> Result<bool, E>,
        visit: impl FnMut(f64, &'a Arc<Feature>) -> ControlFlow<()>,
    ) -> Result<(), E> {
        walk::nearest_first(&self.places, place, farthest_m, accept, visit)
    }

    /// Makes and keeps `T` for the records as they were when their indexes were built; takes its time.
    pub fn prepare<T: Prepared>(&self) {
        self.places.base().prepare::<T>(self.schema);
    }

    /// The records as they were when their indexes were built, with these.
    pub fn base(&self) -> &Arc<Base> {
        self.places.base()
    }

    /// The records that have changed since, in the order of ids: as they are now, `None` for one that is gone. One that is
    /// as it was may be among them.
    pub fn changed(&self) -> impl Iterator<Item = (FeatureId, Option<&Arc<Feature>>)> {
        let changed = self.overlay.changed.iter();
        changed.map(|(id, now)| (*id, now.as_ref()))
    }

    /// Whether the record is among [`LayerTable::changed`].
    pub fn has_changed(&self, id: FeatureId) -> bool {
        self.overlay.knows(id)
    }

    /// What [`LayerTable::prepare`] made, and what of it no longer holds in `window`; `None` where it was not made.
    pub fn prepared_in<T: Prepared>(&self, window: BBox) -> Option<Holding<'_, T>> {
        self.places.prepared_in(window)
    }

    /// Calls `visit` with each record that covers `place`, exactly, in no order; [`Cover::Outside`] never comes.
    pub fn covering<'a>(&'a self, place: LonLat, visit: impl FnMut(&'a Arc<Feature>, Cover)) {
        self.places.covering(place, visit);
    }

    /// See [`CellIndex::approach`](crate::geometry::cells::CellIndex::approach).
    pub fn approach(&self, place: LonLat) -> u32 {
        self.places.base().cells.approach(place)
    }

    /// See [`CellIndex::approach_record`](crate::geometry::cells::CellIndex::approach_record).
    pub fn approach_record(&self, cell: u32) {
        self.places.base().cells.approach_record(cell);
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
        let many = MANY.max(self.places.base().records().len() / MANY_OF);
        self.places.is_unsettled() || self.overlay.changed.len() > many
    }

    /// New indexes for the records as they are now; takes its time.
    pub(super) fn new_base(&self) -> Base {
        let base = Base::of(self.schema, self.features().cloned().collect());
        base.shelf
            .follow(&self.places.base().shelf, self.schema, &base);
        base
    }

    /// The same records on `base`, which [`LayerTable::new_base`] of `then` made; as it is when another base has come
    /// since.
    #[must_use]
    pub(super) fn on(&self, base: Base, then: &Self) -> Self {
        if !Arc::ptr_eq(self.places.base(), then.places.base()) {
            return self.clone();
        }
        let mut overlay = Overlay::default();
        for (id, now) in &self.overlay.changed {
            match (base.by_id(*id), now) {
                (Some(then), Some(now)) if Arc::ptr_eq(then, now) => {}
                (None, None) => {}
                (then, now) => {
                    if let Some(then) = then {
                        overlay.remove(self.schema, then);
                    }
                    if let Some(now) = now {
                        overlay.insert(self.schema, Arc::clone(now));
                    }
                }
            }
        }
        let current = |id| self.by_id(id).cloned();
        Self {
            overlay,
            places: self.places.on(Arc::new(base), current),
            ..self.clone()
        }
    }

    /// The records of `now` on the base of this table, which [`LayerTable::on`] made of `then`; `now` as it is when another
    /// base has come since.
    #[must_use]
    pub(super) fn caught_up(self, then: &Self, now: &Self) -> Self {
        if !Arc::ptr_eq(now.places.base(), then.places.base()) {
            return now.clone();
        }
        let mut next = self;
        for item in then.overlay.changed.diff(&now.overlay.changed) {
            let (DiffItem::Add(id, _)
            | DiffItem::Remove(id, _)
            | DiffItem::Update { new: (id, _), .. }) = item;
            if let Some(record) = now.by_id(*id) {
                next.put(Arc::clone(record));
            } else {
                next.remove(*id);
            }
        }
        Self {
            revision: now.revision,
            touched: now.touched.clone(),
            ..next
        }
    }
}

fn bbox(feature: &Feature) -> Option<BBox> {
    BBox::of(feature.geometry.as_deref()?)
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
            geometry: Some(Box::new(Point::new(lon, 34.0).into())),
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

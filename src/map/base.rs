//! The indexes of many records; never changes.

use std::ops::ControlFlow;
use std::sync::Arc;

use rstar::{AABB, RTree, RTreeObject};

use super::lookup::{Codes, Links};
use super::overlay::linked_fields;
use super::prepared::{Prepared, Shelf};
use crate::domain::{Feature, FeatureId, LayerSchema};
use crate::geometry::cells::CellIndex;
use crate::geometry::{BBox, Geometry};

/// One record in the R-tree: its envelope, and the record itself so that a hit needs no second look-up.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) envelope: AABB<[f64; 2]>,
    /// Its number in [`Base::records`]; of no meaning outside of a base.
    pub(super) slot: u32,
    pub(super) feature: Arc<Feature>,
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

/// The records of a layer as they were when their indexes were built, with these.
#[derive(Debug, Default)]
pub struct Base {
    /// In the order of ids: slot n of the indexes.
    pub(super) records: Vec<Arc<Feature>>,
    codes: Codes,
    links: Vec<Links>,
    pub(super) tree: RTree<Entry>,
    pub(super) cells: CellIndex,
    /// Whether some records are points or lines, for which the cells do not answer.
    pub(super) has_thin: bool,
    pub(super) shelf: Shelf,
}

impl Base {
    /// The indexes of `records`, which come in the order of ids; takes its time.
    pub(super) fn of(schema: &LayerSchema, records: Vec<Arc<Feature>>) -> Self {
        let entries = (0..).zip(&records);
        let entries = entries.filter_map(|(slot, record)| entry(slot, record));
        let tree = RTree::bulk_load(entries.collect());
        let areas = || records.iter().map(|record| area(record));
        // a number for each of millions of records without outlines would be kept for nothing
        let has_areas = areas().any(|area| area.is_some());
        let cells = if has_areas {
            CellIndex::build(areas())
        } else {
            CellIndex::default()
        };
        let is_thin = |record: &Arc<Feature>| record.geometry.is_some() && area(record).is_none();
        let links = linked_fields(schema).map(|field| Links::of(schema, field, &records));
        Self {
            codes: Codes::of(&records),
            links: links.collect(),
            tree,
            cells,
            has_thin: records.iter().any(is_thin),
            records,
            shelf: Shelf::default(),
        }
    }

    /// Every record, by its slot; slots follow the order of ids.
    pub fn records(&self) -> &[Arc<Feature>] {
        &self.records
    }

    /// The slots of the records whose envelopes meet `window`, edges included, in no order.
    pub fn slots_in(&self, window: BBox) -> impl Iterator<Item = u32> {
        let found = self.tree.locate_in_envelope_intersecting(&corners(window));
        found.map(|entry| entry.slot)
    }

    /// Calls `visit` with each of [`Base::slots_in`] and its envelope; faster where all are wanted.
    pub fn each_slot_in(&self, window: BBox, mut visit: impl FnMut(BBox, u32)) {
        let window = corners(window);
        let tree = &self.tree;
        let _all_seen = tree.locate_in_envelope_intersecting_int(&window, |entry| {
            visit(boxed(entry.envelope), entry.slot);
            ControlFlow::<()>::Continue(())
        });
    }

    /// The record with the id.
    pub(super) fn by_id(&self, id: FeatureId) -> Option<&Arc<Feature>> {
        self.records.get(self.place(id)?)
    }

    fn place(&self, id: FeatureId) -> Option<usize> {
        // most layers have their ids without gaps
        let first = self.records.first()?.id;
        let guess = usize::try_from(id.0.checked_sub(first.0)?).ok()?;
        let is_it = |record: &Arc<Feature>| record.id == id;
        if self.records.get(guess).is_some_and(is_it) {
            return Some(guess);
        }
        let slot = self.records.binary_search_by_key(&id, |record| record.id);
        slot.ok()
    }

    /// The slot of the record with the id.
    pub fn slot(&self, id: FeatureId) -> Option<u32> {
        u32::try_from(self.place(id)?).ok()
    }

    /// The record with the code.
    pub(super) fn by_code(&self, code: &str) -> Option<&Arc<Feature>> {
        self.at(self.slot_by_code(code)?)
    }

    /// The slot of the record with the code.
    pub fn slot_by_code(&self, code: &str) -> Option<u32> {
        self.codes.find(&self.records, code)
    }

    /// The records whose `field` says `text`, in the order of ids.
    pub(super) fn linked(&self, field: &str, text: &str) -> impl Iterator<Item = &Arc<Feature>> {
        let links = self.links.iter().find(|links| links.field == field);
        let slots = links.map_or(&[][..], |links| links.find(&self.records, text));
        slots.iter().filter_map(|slot| self.at(*slot))
    }

    /// The record at a slot.
    pub fn at(&self, slot: u32) -> Option<&Arc<Feature>> {
        self.records.get(usize::try_from(slot).ok()?)
    }

    /// Makes and keeps `T`, where nothing is kept yet.
    pub(super) fn prepare<T: Prepared>(&self, schema: &LayerSchema) {
        self.shelf.prepare::<T>(schema, self);
    }

    /// What [`LayerTable::prepare`](super::LayerTable::prepare) made of these records; `None` where it was not made.
    pub fn kept<T: Prepared>(&self) -> Option<&T> {
        self.shelf.get()
    }
}

/// The shape of a record that is one or more polygons.
pub(super) fn area(feature: &Feature) -> Option<&Geometry> {
    let shape = feature.geometry.as_deref()?;
    matches!(shape, Geometry::Polygon(_) | Geometry::MultiPolygon(_)).then_some(shape)
}

/// `None` for a record without a place: a tree whose boxes cannot be compared panics, and an extent is no longer a box.
pub(super) fn entry(slot: u32, feature: &Arc<Feature>) -> Option<Entry> {
    let bbox = BBox::of(feature.geometry.as_deref()?).filter(|bbox| bbox.is_on_the_earth())?;
    Some(Entry {
        envelope: corners(bbox),
        slot,
        feature: Arc::clone(feature),
    })
}

pub(super) fn corners(window: BBox) -> AABB<[f64; 2]> {
    AABB::from_corners([window.west, window.south], [window.east, window.north])
}

pub(super) fn boxed(envelope: AABB<[f64; 2]>) -> BBox {
    let ([west, south], [east, north]) = (envelope.lower(), envelope.upper());
    BBox {
        west,
        south,
        east,
        north,
    }
}

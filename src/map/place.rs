//! Where the records of a layer lie: a large base that never changes, and the few records that changed since.
//!
//! An edit copies what changed since the base was built, never the base; see [`PlaceIndex::is_unsettled`].

use std::ops::ControlFlow;
use std::sync::Arc;

use foldhash::fast::RandomState;
use imbl::GenericHashMap;
use imbl::shared_ptr::DefaultSharedPtr;
use rstar::{AABB, ParentNode, RTree, RTreeNode, RTreeObject};

use super::base::{Base, Entry, area, boxed, corners, entry};
use super::fresh::Fresh;
use super::prepared::{Holding, Prepared};
use super::squares::Squares;
use super::walk::Tree;
use crate::domain::{Feature, FeatureId};
use crate::geometry::measure::{Cover, covers};
use crate::geometry::{BBox, LonLat};

/// So many records may have changed since the base was built before another base is worth its time.
const MANY: usize = 512;

/// The slot of what is in no base.
const NO_SLOT: u32 = u32::MAX;

/// What has become of records since a base was built: the record as it is now where it lies as it did, `None` where it has
/// gone or lies elsewhere.
pub(super) type Since =
    GenericHashMap<FeatureId, Option<Arc<Feature>>, RandomState, DefaultSharedPtr>;

/// Where the records of one layer lie, at one revision.
#[derive(Debug, Clone, Default)]
pub(super) struct PlaceIndex {
    base: Arc<Base>,
    /// Records that have changed or gone since, of the base or not.
    since: Since,
    /// Records that have come since or lie elsewhere.
    fresh: Fresh,
    /// Where one of these is or was; elsewhere the base answers alone.
    changed: Squares,
    extent: Option<BBox>,
}

impl PlaceIndex {
    /// The index of the records of `base`.
    pub(super) fn of(base: Arc<Base>) -> Self {
        let extent = extent_of(&base.tree);
        Self {
            base,
            extent,
            changed: Squares::over(extent),
            ..Self::default()
        }
    }

    /// Takes the record in; it must not be there.
    pub(super) fn insert(&mut self, feature: &Arc<Feature>) {
        if let Some(entry) = entry(NO_SLOT, feature) {
            let own = boxed(entry.envelope);
            self.extent = Some(self.extent.map_or(own, |extent| extent.union(own)));
            self.changed.mark(own);
            self.fresh.insert(entry);
        }
    }

    /// Takes the record out.
    pub(super) fn remove(&mut self, feature: &Arc<Feature>) {
        let Some(entry) = entry(NO_SLOT, feature) else {
            return;
        };
        self.fresh.remove(&entry);
        self.since.insert(feature.id, None);
        let own = boxed(entry.envelope);
        self.changed.mark(own);
        let reached = self.extent.is_some_and(|extent| {
            own.west <= extent.west
                || own.south <= extent.south
                || own.east >= extent.east
                || own.north >= extent.north
        });
        if reached {
            self.extent = self.extent_of_what_is_left();
        }
    }

    /// Takes `new` in for `old`, where it lies as the base has it; else nothing is done, and it must be taken out and in.
    /// The indexes of places then stay as they are, which most edits come to.
    pub(super) fn renew(&mut self, old: &Arc<Feature>, new: &Arc<Feature>) -> bool {
        let Some(bbox) = new.geometry.as_deref().and_then(BBox::of) else {
            return false;
        };
        let is_as_built = if let Some(since) = self.since.get(&old.id) {
            since.is_some()
        } else {
            let built = self.base.by_id(old.id);
            built.is_some_and(|built| Arc::ptr_eq(built, old))
        };
        if !is_as_built || old.geometry != new.geometry {
            return false;
        }
        self.since.insert(new.id, Some(Arc::clone(new)));
        self.changed.mark(bbox);
        true
    }

    /// The outermost records on each side are looked for from the top of the trees, so few are looked at.
    fn extent_of_what_is_left(&self) -> Option<BBox> {
        let is_there = |entry: &Entry| now(Some(&self.since), &entry.feature).is_some();
        let outermost = |side: fn(AABB<[f64; 2]>) -> f64| {
            let mut found = f64::NEG_INFINITY;
            outermost(self.base.tree.root(), side, &is_there, &mut found);
            let fresh = self.fresh.each().map(|entry| side(entry.envelope));
            fresh.fold(found, f64::max)
        };
        let extent = BBox {
            west: -outermost(|of| -of.lower()[0]),
            south: -outermost(|of| -of.lower()[1]),
            east: outermost(|of| of.upper()[0]),
            north: outermost(|of| of.upper()[1]),
        };
        (extent.west <= extent.east).then_some(extent)
    }

    /// The box around all records; `None` when none has a place.
    pub(super) fn extent(&self) -> Option<BBox> {
        self.extent
    }

    /// Whether so much has changed since the base was built that another one is worth its time.
    pub(super) fn is_unsettled(&self) -> bool {
        self.since.len() + self.fresh.len() > MANY
    }

    pub(super) fn base(&self) -> &Arc<Base> {
        &self.base
    }

    /// The same records on `base`, which was built after this index's own base and before now. `current` gives the
    /// record with an id as it is now.
    #[must_use]
    pub(super) fn on(
        &self,
        base: Arc<Base>,
        current: impl Fn(FeatureId) -> Option<Arc<Feature>>,
    ) -> Self {
        let mut since = Since::default();
        let mut fresh = Vec::new();
        let mut changed = Squares::over(extent_of(&base.tree));
        let fresh_ids = self.fresh.each().map(|entry| &entry.feature.id);
        let fresh_ids = fresh_ids.filter(|id| !self.since.contains_key(*id));
        for id in self.since.keys().chain(fresh_ids) {
            let (then, now) = (base.by_id(*id), current(*id));
            if let (Some(then), Some(now)) = (then, &now) {
                if Arc::ptr_eq(then, now) {
                    continue;
                }
                if then.geometry == now.geometry {
                    let bbox = now.geometry.as_deref().and_then(BBox::of);
                    if let Some(bbox) = bbox {
                        changed.mark(bbox);
                        since.insert(*id, Some(Arc::clone(now)));
                    }
                    continue;
                }
            }
            if let Some(then) = then {
                since.insert(*id, None);
                if let Some(entry) = entry(NO_SLOT, then) {
                    changed.mark(boxed(entry.envelope));
                }
            }
            if let Some(entry) = now.as_ref().and_then(|now| entry(NO_SLOT, now)) {
                changed.mark(boxed(entry.envelope));
                fresh.push(entry);
            }
        }
        Self {
            base,
            since,
            fresh: Fresh::of(fresh),
            changed,
            extent: self.extent,
        }
    }

    /// What has become of records, where something has changed in `window`.
    fn since_in(&self, window: BBox) -> Option<&Since> {
        self.changed.meet(window).then_some(&self.since)
    }

    /// The records whose envelopes meet `window`, edges included, in no order.
    pub(super) fn in_envelope(&self, window: BBox) -> impl Iterator<Item = &Arc<Feature>> {
        let since = self.since_in(window);
        let window = corners(window);
        let old = self.base.tree.locate_in_envelope_intersecting(&window);
        let old = old.filter_map(move |entry| now(since, &entry.feature));
        let fresh = since.map(|_| self.fresh.meeting(window));
        old.chain(fresh.into_iter().flatten().map(|entry| &entry.feature))
    }

    /// Calls `visit` with each record of [`PlaceIndex::in_envelope`] and its envelope; faster where all are wanted.
    pub(super) fn each_box_in<'a>(
        &'a self,
        window: BBox,
        mut visit: impl FnMut(BBox, &'a Arc<Feature>),
    ) {
        let since = self.since_in(window);
        let window = corners(window);
        let tree = &self.base.tree;
        let _all_seen = tree.locate_in_envelope_intersecting_int(&window, |entry| {
            if let Some(record) = now(since, &entry.feature) {
                visit(boxed(entry.envelope), record);
            }
            ControlFlow::<()>::Continue(())
        });
        if since.is_some() {
            for entry in self.fresh.meeting(window) {
                visit(boxed(entry.envelope), &entry.feature);
            }
        }
    }

    /// The roots of the trees that hold the records; what a leaf stands for says [`PlaceIndex::record_of`].
    pub(super) fn roots(&self) -> [(&ParentNode<Entry>, Tree); 3] {
        let [older, recent] = self.fresh.roots();
        let base = self.base.tree.root();
        [
            (base, Tree::Base),
            (older, Tree::Older),
            (recent, Tree::Recent),
        ]
    }

    /// The record of a leaf of `tree` as it is now; `None` where it has gone or lies elsewhere.
    pub(super) fn record_of<'a>(
        &'a self,
        entry: &'a Entry,
        tree: Tree,
    ) -> Option<&'a Arc<Feature>> {
        match tree {
            Tree::Base if self.since.is_empty() => Some(&entry.feature),
            Tree::Base => now(Some(&self.since), &entry.feature),
            Tree::Older => self.fresh.stays(entry).then_some(&entry.feature),
            Tree::Recent => Some(&entry.feature),
        }
    }

    /// What is kept of the records with the base, and what has changed since where it meets `window`.
    pub(super) fn prepared_in<T: Prepared>(&self, window: BBox) -> Option<Holding<'_, T>> {
        let made = self.base.shelf.get()?;
        let since = self.since_in(window);
        Some(Holding::new(made, &self.base, since, self.moved_in(window)))
    }

    /// The envelopes that meet `window` of records that lie elsewhere since the base was built, as they were and as they
    /// are.
    fn moved_in(&self, window: BBox) -> Vec<BBox> {
        let Some(since) = self.since_in(window) else {
            return Vec::new();
        };
        let window = corners(window);
        let old = self.base.tree.locate_in_envelope_intersecting(&window);
        let old = old.filter(|entry| now(Some(since), &entry.feature).is_none());
        let all = old.chain(self.fresh.meeting(window));
        all.map(|entry| boxed(entry.envelope)).collect()
    }

    /// Calls `visit` with each record that covers `place`, in no order; [`Cover::Outside`] never comes.
    pub(super) fn covering<'a>(
        &'a self,
        place: LonLat,
        mut visit: impl FnMut(&'a Arc<Feature>, Cover),
    ) {
        let since = self.since_at(place);
        self.base.cells.covering(place, |slot, cover| {
            self.visit_slot(slot, since, cover, &mut visit);
        });
        self.beside_cells(place, since, &mut visit);
    }

    /// What has become of records, where something has changed at `place`.
    #[inline]
    fn since_at(&self, place: LonLat) -> Option<&Since> {
        self.changed.hold(place).then_some(&self.since)
    }

    /// [`PlaceIndex::covering`] for many places, `visit` gets the place's number first.
    pub(super) fn covering_many<'a>(
        &'a self,
        places: &[LonLat],
        mut visit: impl FnMut(usize, &'a Arc<Feature>, Cover),
    ) {
        let since = |number: usize| {
            let place = places.get(number);
            place.and_then(|place| self.since_at(*place))
        };
        self.base
            .cells
            .covering_many(places, |number, slot, cover| {
                self.visit_slot(slot, since(number), cover, &mut |feature, cover| {
                    visit(number, feature, cover);
                });
            });
        if self.base.has_thin || self.fresh.len() > 0 {
            for (number, place) in places.iter().enumerate() {
                let mut visit = |feature, cover| visit(number, feature, cover);
                self.beside_cells(*place, since(number), &mut visit);
            }
        }
    }

    #[inline]
    fn visit_slot<'a>(
        &'a self,
        slot: u32,
        since: Option<&'a Since>,
        cover: Cover,
        visit: &mut impl FnMut(&'a Arc<Feature>, Cover),
    ) {
        let record = self.base.at(slot);
        if let Some(record) = record.and_then(|record| now(since, record)) {
            visit(record, cover);
        }
    }

    /// The records that the cells do not know: points, lines, and, where something has changed, what came since.
    fn beside_cells<'a>(
        &'a self,
        place: LonLat,
        since: Option<&'a Since>,
        visit: &mut impl FnMut(&'a Arc<Feature>, Cover),
    ) {
        let at = AABB::from_point([place.lon(), place.lat()]);
        let mut look = |feature: &'a Arc<Feature>| {
            let cover = feature
                .geometry
                .as_deref()
                .map(|shape| covers(shape, place));
            if let Some(cover @ (Cover::Inside | Cover::Boundary)) = cover {
                visit(feature, cover);
            }
        };
        if self.base.has_thin {
            let thin = self.base.tree.locate_in_envelope_intersecting(&at);
            let thin = thin.filter(|entry| area(&entry.feature).is_none());
            thin.filter_map(|entry| now(since, &entry.feature))
                .for_each(&mut look);
        }
        if since.is_some() {
            for entry in self.fresh.meeting(at) {
                look(&entry.feature);
            }
        }
    }
}

/// The record of the base as it is now, by what has become of records `since`; `None` where it has gone or lies elsewhere.
#[inline]
pub(super) fn now<'a>(
    since: Option<&'a Since>,
    built: &'a Arc<Feature>,
) -> Option<&'a Arc<Feature>> {
    match since.and_then(|since| since.get(&built.id)) {
        None => Some(built),
        Some(since) => since.as_ref(),
    }
}

/// Raises `found` to the outermost side of the entries below `node` that are there.
fn outermost(
    node: &ParentNode<Entry>,
    side: fn(AABB<[f64; 2]>) -> f64,
    is_there: &dyn Fn(&Entry) -> bool,
    found: &mut f64,
) {
    for child in node.children() {
        let reaches = side(child.envelope());
        if reaches > *found {
            match child {
                RTreeNode::Leaf(entry) if is_there(entry) => *found = reaches,
                RTreeNode::Leaf(_) => {}
                RTreeNode::Parent(node) => outermost(node, side, is_there, found),
            }
        }
    }
}

fn extent_of(tree: &RTree<Entry>) -> Option<BBox> {
    (tree.size() > 0).then(|| boxed(tree.root().envelope()))
}

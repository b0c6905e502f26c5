//! Where the records of a layer lie: a large base that never changes, and the few records that changed since.
//!
//! An edit copies what changed since the base was built, never the base; see [`PlaceIndex::is_unsettled`].

use std::sync::Arc;

use imbl::HashSet;
use rstar::{AABB, RTree, RTreeObject};

use crate::domain::{Feature, FeatureId};
use crate::geometry::cells::CellIndex;
use crate::geometry::measure::{Cover, covers};
use crate::geometry::{BBox, Geometry, LonLat};

/// So many records may have changed since the base was built before another base is worth its time.
const MANY: usize = 512;

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

/// The indexes of many records; never changes.
#[derive(Debug, Default)]
pub(super) struct Base {
    /// The records that have a place, in the order of ids: slot n of the cells.
    records: Vec<Arc<Feature>>,
    tree: RTree<Entry>,
    cells: CellIndex,
    /// Whether some records are points or lines, for which the cells do not answer.
    has_thin: bool,
}

impl Base {
    /// The indexes of `features`, which come in the order of ids; takes its time.
    pub(super) fn of<'a>(features: impl Iterator<Item = &'a Arc<Feature>>) -> Self {
        let records: Vec<_> = features
            .filter(|feature| feature.geometry.is_some())
            .cloned()
            .collect();
        let tree = RTree::bulk_load(records.iter().filter_map(entry).collect());
        let areas = records.iter().map(|record| area(record));
        let cells = CellIndex::build(areas);
        let has_thin = records.iter().any(|record| area(record).is_none());
        Self {
            records,
            tree,
            cells,
            has_thin,
        }
    }

    fn by_id(&self, id: FeatureId) -> Option<&Arc<Feature>> {
        let at = self
            .records
            .binary_search_by_key(&id, |feature| feature.id)
            .ok()?;
        self.records.get(at)
    }
}

/// Where the records of one layer lie, at one revision.
#[derive(Debug, Clone, Default)]
pub(super) struct PlaceIndex {
    base: Arc<Base>,
    /// Records that have changed or gone since, of the base or not.
    gone: HashSet<FeatureId>,
    /// Records that have come or changed since.
    fresh: RTree<Entry>,
    extent: Option<BBox>,
}

impl PlaceIndex {
    /// The index of `features`, which come in the order of ids.
    pub(super) fn of<'a>(features: impl Iterator<Item = &'a Arc<Feature>>) -> Self {
        let base = Base::of(features);
        let extent = extent_of(&base.tree);
        Self {
            base: Arc::new(base),
            extent,
            ..Self::default()
        }
    }

    /// Takes the record in; it must not be there.
    pub(super) fn insert(&mut self, feature: &Arc<Feature>) {
        if let Some(entry) = entry(feature) {
            let own = boxed(entry.envelope);
            self.extent = Some(self.extent.map_or(own, |extent| extent.union(own)));
            self.fresh.insert(entry);
        }
    }

    /// Takes the record out.
    pub(super) fn remove(&mut self, feature: &Arc<Feature>) {
        let Some(entry) = entry(feature) else {
            return;
        };
        self.fresh.remove(&entry);
        self.gone.insert(feature.id);
        let own = boxed(entry.envelope);
        let reached = self.extent.is_some_and(|extent| {
            own.west <= extent.west
                || own.south <= extent.south
                || own.east >= extent.east
                || own.north >= extent.north
        });
        if reached {
            let everywhere = AABB::from_corners([-f64::INFINITY; 2], [f64::INFINITY; 2]);
            let all = self.entries(everywhere);
            self.extent = all.map(|entry| boxed(entry.envelope)).reduce(BBox::union);
        }
    }

    /// The box around all records; `None` when none has a place.
    pub(super) fn extent(&self) -> Option<BBox> {
        self.extent
    }

    /// Whether so much has changed since the base was built that another one is worth its time.
    pub(super) fn is_unsettled(&self) -> bool {
        self.gone.len() + self.fresh.size() > MANY
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
        let mut gone = HashSet::new();
        let mut fresh = RTree::new();
        let mut changed = self.gone.clone();
        changed.extend(self.fresh.iter().map(|entry| entry.feature.id));
        for id in &changed {
            let (then, now) = (base.by_id(*id), current(*id));
            if let (Some(then), Some(now)) = (then, &now)
                && Arc::ptr_eq(then, now)
            {
                continue;
            }
            if then.is_some() {
                gone.insert(*id);
            }
            if let Some(entry) = now.as_ref().and_then(entry) {
                fresh.insert(entry);
            }
        }
        Self {
            base,
            gone,
            fresh,
            extent: self.extent,
        }
    }

    fn entries(&self, window: AABB<[f64; 2]>) -> impl Iterator<Item = &Entry> {
        let is_there =
            |entry: &&Entry| self.gone.is_empty() || !self.gone.contains(&entry.feature.id);
        let old = self.base.tree.locate_in_envelope_intersecting(&window);
        old.filter(is_there)
            .chain(self.fresh.locate_in_envelope_intersecting(&window))
    }

    /// The records whose envelopes meet `window`, edges included, in no order.
    pub(super) fn in_envelope(&self, window: BBox) -> impl Iterator<Item = &Arc<Feature>> {
        self.with_boxes_in(window).map(|(_, feature)| feature)
    }

    /// [`PlaceIndex::in_envelope`] with the envelope of each.
    pub(super) fn with_boxes_in(
        &self,
        window: BBox,
    ) -> impl Iterator<Item = (BBox, &Arc<Feature>)> {
        let window = AABB::from_corners([window.west, window.south], [window.east, window.north]);
        self.entries(window)
            .map(|entry| (boxed(entry.envelope), &entry.feature))
    }

    /// Calls `visit` with each record that covers `place`, in no order; [`Cover::Outside`] never comes.
    pub(super) fn covering<'a>(
        &'a self,
        place: LonLat,
        mut visit: impl FnMut(&'a Arc<Feature>, Cover),
    ) {
        self.base.cells.covering(place, |slot, cover| {
            self.visit_slot(slot, cover, &mut visit);
        });
        self.beside_cells(place, &mut visit);
    }

    /// [`PlaceIndex::covering`] for many places, `visit` gets the place's number first.
    pub(super) fn covering_many<'a>(
        &'a self,
        places: &[LonLat],
        mut visit: impl FnMut(usize, &'a Arc<Feature>, Cover),
    ) {
        self.base
            .cells
            .covering_many(places, |number, slot, cover| {
                self.visit_slot(slot, cover, &mut |feature, cover| {
                    visit(number, feature, cover);
                });
            });
        if self.base.has_thin || self.fresh.size() > 0 {
            for (number, place) in places.iter().enumerate() {
                self.beside_cells(*place, &mut |feature, cover| visit(number, feature, cover));
            }
        }
    }

    #[inline]
    fn visit_slot<'a>(
        &'a self,
        slot: u32,
        cover: Cover,
        visit: &mut impl FnMut(&'a Arc<Feature>, Cover),
    ) {
        let record = usize::try_from(slot).ok();
        if let Some(record) = record.and_then(|slot| self.base.records.get(slot))
            && (self.gone.is_empty() || !self.gone.contains(&record.id))
        {
            visit(record, cover);
        }
    }

    /// The records that the cells do not know: points, lines, and what changed since.
    fn beside_cells<'a>(&'a self, place: LonLat, visit: &mut impl FnMut(&'a Arc<Feature>, Cover)) {
        let at = AABB::from_point([place.lon(), place.lat()]);
        let mut look = |feature: &'a Arc<Feature>| {
            let cover = feature.geometry.as_ref().map(|shape| covers(shape, place));
            if let Some(cover @ (Cover::Inside | Cover::Boundary)) = cover {
                visit(feature, cover);
            }
        };
        if self.base.has_thin {
            let thin = self.base.tree.locate_in_envelope_intersecting(&at);
            let thin = thin.filter(|entry| area(&entry.feature).is_none());
            for entry in thin.filter(|entry| !self.gone.contains(&entry.feature.id)) {
                look(&entry.feature);
            }
        }
        if self.fresh.size() > 0 {
            for entry in self.fresh.locate_in_envelope_intersecting(&at) {
                look(&entry.feature);
            }
        }
    }
}

/// The shape of a record that is one or more polygons.
fn area(feature: &Feature) -> Option<&Geometry> {
    let shape = feature.geometry.as_ref()?;
    matches!(shape, Geometry::Polygon(_) | Geometry::MultiPolygon(_)).then_some(shape)
}

fn entry(feature: &Arc<Feature>) -> Option<Entry> {
    let bbox = BBox::of(feature.geometry.as_ref()?)?;
    let envelope = AABB::from_corners([bbox.west, bbox.south], [bbox.east, bbox.north]);
    Some(Entry {
        envelope,
        feature: Arc::clone(feature),
    })
}

fn boxed(envelope: AABB<[f64; 2]>) -> BBox {
    let ([west, south], [east, north]) = (envelope.lower(), envelope.upper());
    BBox {
        west,
        south,
        east,
        north,
    }
}

fn extent_of(tree: &RTree<Entry>) -> Option<BBox> {
    (tree.size() > 0).then(|| boxed(tree.root().envelope()))
}

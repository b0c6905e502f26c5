//! Flat storage for the shapes of a tile: one run of positions, and where parts and polygons end in it.
#![expect(
    clippy::indexing_slicing,
    reason = "what `part_ends` and `polygons` hold were lengths of the runs they point into"
)]

use std::ops::Range;

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// One part that is all the points.
    Point,
    /// A part for each line.
    Line,
    /// A part for each ring, without the closing position; the first ring of a polygon is its outline.
    Polygon,
}

/// The shapes of one kind of one feature, as a stretch of [`Parts`].
#[derive(Debug, Clone)]
pub(super) struct Span {
    /// What the parts are.
    pub(super) kind: Kind,
    /// Whether it stays a multi-geometry though it has one part only.
    pub(super) multi: bool,
    /// Which parts.
    pub(super) parts: Range<usize>,
    /// Which polygons; empty for points and lines.
    pub(super) polygons: Range<usize>,
}

/// Positions of many parts in one run.
#[derive(Debug, Clone)]
pub(super) struct Parts<P> {
    points: Vec<P>,
    part_ends: Vec<usize>,
    polygons: Vec<Range<usize>>,
}

impl<P: Copy> Parts<P> {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self {
            points: Vec::new(),
            part_ends: Vec::new(),
            polygons: Vec::new(),
        }
    }

    /// Forgets everything, keeps the memory.
    pub(super) fn clear(&mut self) {
        self.points.clear();
        self.part_ends.clear();
        self.polygons.clear();
    }

    /// Adds a position to the part that is being written.
    pub(super) fn push(&mut self, point: P) {
        self.points.push(point);
    }

    /// Adds a whole part.
    pub(super) fn push_part(&mut self, points: impl IntoIterator<Item = P>) {
        self.points.extend(points);
        self.end_part();
    }

    /// Closes the part that is being written.
    pub(super) fn end_part(&mut self) {
        self.part_ends.push(self.points.len());
    }

    /// Makes a polygon of the parts from `first` on; none where there are none.
    pub(super) fn end_polygon(&mut self, first: usize) {
        if self.part_ends.len() > first {
            self.polygons.push(first..self.part_ends.len());
        }
    }

    /// The position last written to the open part.
    pub(super) fn last_of_open_part(&self) -> Option<P> {
        let open = self.part_ends.last().copied().unwrap_or(0);
        (self.points.len() > open)
            .then(|| self.points.last().copied())
            .flatten()
    }

    /// Drops the positions of the open part.
    pub(super) fn drop_open_part(&mut self) {
        self.points
            .truncate(self.part_ends.last().copied().unwrap_or(0));
    }

    /// The open part, to be changed in place.
    pub(super) fn open_part(&mut self) -> &mut Vec<P> {
        &mut self.points
    }

    /// Where the open part starts in [`Parts::open_part`].
    pub(super) fn open_start(&self) -> usize {
        self.part_ends.last().copied().unwrap_or(0)
    }

    /// How many parts are closed.
    pub(super) fn part_count(&self) -> usize {
        self.part_ends.len()
    }

    /// How many polygons are closed.
    pub(super) fn polygon_count(&self) -> usize {
        self.polygons.len()
    }

    /// Puts every position elsewhere.
    pub(super) fn move_points(&mut self, to: impl Fn(P) -> P) {
        self.points.iter_mut().for_each(|point| *point = to(*point));
    }

    /// Every position.
    pub(super) fn points(&self) -> &[P] {
        &self.points
    }

    /// Where the positions of part `index` lie.
    pub(super) fn part_range(&self, index: usize) -> Range<usize> {
        let start = index
            .checked_sub(1)
            .map_or(0, |before| self.part_ends[before]);
        start..self.part_ends[index]
    }

    /// The positions of part `index`.
    pub(super) fn part(&self, index: usize) -> &[P] {
        &self.points[self.part_range(index)]
    }

    /// Which parts are the rings of polygon `index`.
    pub(super) fn rings(&self, index: usize) -> Range<usize> {
        self.polygons[index].clone()
    }
}

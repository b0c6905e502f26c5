//! Settles a shape on the whole-number grid of a format, so that what is written is valid there.
//!
//! GeoJSON has a grid of 1e-7 degrees, a vector tile one of 4096 units. Rounding can make rings touch, cross or
//! collapse; here they are made valid again, and a shape that collapses becomes the smallest one there is:
//! nothing is dropped.

use geo::Validation;

use crate::geometry::overlay::{FillRule, filled_on_grid};
use crate::geometry::{Coord, LineString, MultiPolygon, Polygon};

use super::grid::{Cell, area2, holds_cell, is_simple, tidy};
use super::parts::{Kind, Parts, Span};

/// A shape on the grid. Rings are open, outlines have positive [`area2`], holes negative.
#[derive(Debug)]
pub(super) struct Settler {
    parts: Parts<Cell>,
}

impl Settler {
    /// An empty one; reuse it for the next shape.
    pub(super) fn new() -> Self {
        Self {
            parts: Parts::new(),
        }
    }

    /// The shape `span` of `source` on the grid of `project`.
    ///
    /// `keep` says which positions the generalisation keeps; where the result would not be valid, all are kept.
    /// `straighten` drops positions in the middle of straight runs.
    pub(super) fn settle(
        &mut self,
        source: &Parts<Coord>,
        span: &Span,
        keep: Option<&[bool]>,
        straighten: bool,
        mut project: impl FnMut(Coord) -> Cell,
    ) -> &Parts<Cell> {
        let kept = |at: usize| keep.is_none_or(|keep| keep.get(at).copied().unwrap_or(true));
        match span.kind {
            Kind::Point => self.settle_points(source, span, project),
            Kind::Line => self.settle_lines(source, span, straighten, &kept, &mut project),
            Kind::Polygon => {
                let thinned = span
                    .parts
                    .clone()
                    .any(|part| source.part_range(part).any(|at| !kept(at)));
                if thinned
                    && self.try_polygons(source, span, straighten, &kept, &mut project)
                        == Fit::Sound
                {
                    return &self.parts;
                }
                let all = |_: usize| true;
                match self.try_polygons(source, span, straighten, &all, &mut project) {
                    Fit::Sound | Fit::Smaller => {}
                    Fit::Crossing => self.repair(straighten),
                    Fit::Collapsed => {
                        let place = span
                            .parts
                            .clone()
                            .find_map(|part| source.part(part).first());
                        self.smallest_polygon(place.map_or([0, 0], |place| project(*place)));
                    }
                }
            }
        }
        &self.parts
    }

    fn settle_points(
        &mut self,
        source: &Parts<Coord>,
        span: &Span,
        mut project: impl FnMut(Coord) -> Cell,
    ) {
        self.parts.clear();
        for part in span.parts.clone() {
            let cells = source.part(part).iter().map(|place| project(*place));
            self.parts.push_part(cells);
        }
    }

    fn settle_lines(
        &mut self,
        source: &Parts<Coord>,
        span: &Span,
        straighten: bool,
        kept: &dyn Fn(usize) -> bool,
        project: &mut dyn FnMut(Coord) -> Cell,
    ) {
        self.parts.clear();
        let mut somewhere = None;
        for part in span.parts.clone() {
            self.project_part(source, part, kept, project);
            let start = self.parts.open_start();
            tidy(self.parts.open_part(), start, false, straighten);
            somewhere = somewhere.or_else(|| self.parts.last_of_open_part());
            if self.parts.open_part().len() - start > 1 {
                self.parts.end_part();
            } else {
                self.parts.drop_open_part();
            }
        }
        if let (Some([x, y]), 0) = (somewhere, self.parts.part_count()) {
            self.parts.push_part([[x, y], [x + 1, y]]);
        }
    }

    fn project_part(
        &mut self,
        source: &Parts<Coord>,
        part: usize,
        kept: &dyn Fn(usize) -> bool,
        project: &mut dyn FnMut(Coord) -> Cell,
    ) {
        let first = source.part_range(part).start;
        for (at, place) in source.part(part).iter().enumerate() {
            if kept(first + at) {
                let cell = project(*place);
                if self.parts.last_of_open_part() != Some(cell) {
                    self.parts.push(cell);
                }
            }
        }
    }

    /// Rounds the rings, drops those that collapse, turns them the right way round and says what came of it.
    fn try_polygons(
        &mut self,
        source: &Parts<Coord>,
        span: &Span,
        straighten: bool,
        kept: &dyn Fn(usize) -> bool,
        project: &mut dyn FnMut(Coord) -> Cell,
    ) -> Fit {
        self.parts.clear();
        let mut lost = false;
        for polygon in span.polygons.clone() {
            let rings = source.rings(polygon);
            let first = self.parts.part_count();
            for ring in rings.clone() {
                self.project_part(source, ring, kept, project);
                let is_there = self.end_ring(ring == rings.start, straighten);
                lost |= !is_there;
                if !is_there && ring == rings.start {
                    break;
                }
            }
            self.parts.end_polygon(first);
        }
        match self.fit() {
            Fit::Sound if lost => Fit::Smaller,
            fit => fit,
        }
    }

    /// Closes the open ring; `false` when it has collapsed and is dropped.
    fn end_ring(&mut self, is_outline: bool, straighten: bool) -> bool {
        let start = self.parts.open_start();
        tidy(self.parts.open_part(), start, true, straighten);
        let cells = self.parts.open_part().get_mut(start..).unwrap_or_default();
        let area = area2(cells);
        if cells.len() < 3 || area == 0 {
            self.parts.drop_open_part();
            return false;
        }
        if (area > 0) != is_outline {
            cells.reverse();
        }
        self.parts.end_part();
        true
    }

    fn fit(&self) -> Fit {
        if self.parts.polygon_count() == 0 {
            return Fit::Collapsed;
        }
        let holes_lie_inside = (0..self.parts.polygon_count()).all(|polygon| {
            let mut rings = self.parts.rings(polygon);
            let outline = rings.next().map_or(&[][..], |ring| self.parts.part(ring));
            rings.all(|hole| {
                let first = self.parts.part(hole).first();
                first.is_some_and(|first| holds_cell(outline, *first))
            })
        });
        if holes_lie_inside && is_simple(&self.parts) {
            Fit::Sound
        } else {
            Fit::Crossing
        }
    }

    /// Unites the crossing rings into valid polygons; they may touch themselves in a point.
    fn repair(&mut self, straighten: bool) {
        let somewhere = self.parts.points().first().copied();
        let rings = 0..self.parts.part_count();
        let united = filled_on_grid(rings.map(|ring| self.parts.part(ring)), FillRule::NonZero);
        self.parts.clear();
        for polygon in united {
            let first = self.parts.part_count();
            for (index, ring) in polygon.into_iter().enumerate() {
                for cell in ring {
                    self.parts.push(cell);
                }
                if !self.end_ring(index == 0, straighten) && index == 0 {
                    break;
                }
            }
            self.parts.end_polygon(first);
        }
        if self.parts.polygon_count() == 0 {
            self.smallest_polygon(somewhere.unwrap_or([0, 0]));
        } else if !self.to_polygons().is_valid() {
            // now and then, once in 100,000 tangles, the union gives a hole to the wrong outline
            match self.largest_sound_ring() {
                Some(ring) => {
                    self.parts.clear();
                    self.parts.push_part(ring);
                    self.parts.end_polygon(0);
                }
                None => self.smallest_polygon(somewhere.unwrap_or([0, 0])),
            }
        }
    }

    fn largest_sound_ring(&self) -> Option<Vec<Cell>> {
        (0..self.parts.polygon_count())
            .map(|polygon| self.parts.part(self.parts.rings(polygon).start))
            .filter(|ring| {
                let mut alone = Parts::new();
                alone.push_part(ring.iter().copied());
                is_simple(&alone)
            })
            .max_by_key(|ring| area2(ring))
            .map(<[Cell]>::to_vec)
    }

    fn to_polygons(&self) -> MultiPolygon {
        let ring = |index: usize| -> LineString {
            let cells = self.parts.part(index).iter();
            cells.map(|cell| place_of(*cell)).collect()
        };
        let polygon = |index: usize| {
            let mut rings = self.parts.rings(index).map(ring);
            let outline = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
            Polygon::new(outline, rings.collect())
        };
        (0..self.parts.polygon_count()).map(polygon).collect()
    }

    fn smallest_polygon(&mut self, [x, y]: Cell) {
        self.parts.clear();
        self.parts
            .push_part([[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1]]);
        self.parts.end_polygon(0);
    }
}

/// What rounding made of a polygon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// Valid, and every ring is there.
    Sound,
    /// Valid; holes or polygons too small for the grid are gone.
    Smaller,
    /// Rings touch or cross.
    Crossing,
    /// Nothing is left.
    Collapsed,
}

/// The nearest whole number.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "grid numbers of places on the earth are far below 2^53"
)]
pub(super) fn rounded(number: f64) -> i64 {
    number.round() as i64
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "grid numbers of places on the earth are far below 2^53"
)]
pub(super) fn place_of([x, y]: Cell) -> Coord {
    Coord {
        x: x as f64,
        y: y as f64,
    }
}

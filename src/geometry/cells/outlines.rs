//! The exact outlines, in flat arrays, and the exact answer for one of them.
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "offsets of 32 bits into arrays that are built with them"
)]

use std::borrow::Cow;

use geo::algorithm::kernels::{Kernel, Orientation, RobustKernel};

use super::NONE;
use crate::geometry::measure::Cover;
use crate::geometry::{Coord, Geometry, Polygon};

/// Coordinates beyond this are no places; such an outline is kept off the raster.
const WILD: f64 = 1000.0;

/// Polygons by area number. Area n is the first polygon of slot n, further polygons of a slot follow behind all slots.
#[derive(Debug, Clone, Default)]
pub(super) struct Outlines {
    coords: Vec<Coord>,
    /// Where each ring begins, and the end.
    rings: Vec<u32>,
    /// Where each area's rings begin, and the end; the first ring is the exterior.
    areas: Vec<u32>,
    /// Slots of the areas behind the last slot.
    extra: Vec<u32>,
    slots: u32,
    /// Polygons with coordinates off the earth, with their slots.
    pub(super) wild: Vec<(u32, Geometry)>,
}

impl Outlines {
    pub(super) fn of<'a>(shapes: impl IntoIterator<Item = Option<&'a Geometry>>) -> Self {
        let mut all = Self {
            rings: vec![0],
            areas: vec![0],
            ..Self::default()
        };
        let mut later = Vec::new();
        let mut parts = Vec::new();
        for shape in shapes {
            parts.clear();
            if let Some(shape) = shape {
                polygons(shape, &mut parts);
            }
            let slot = all.slots;
            parts.retain(|part| {
                let wild = is_wild(part);
                if wild {
                    let part = part.clone().into_owned();
                    all.wild.push((slot, Geometry::Polygon(part)));
                }
                !wild
            });
            let mut parts = parts.drain(..);
            if let Some(first) = parts.next() {
                all.push_rings(&first);
            }
            later.extend(parts.map(|part| (slot, part)));
            all.areas.push(all.rings.len() as u32 - 1);
            all.slots += 1;
        }
        for (slot, part) in later {
            all.push_rings(&part);
            all.areas.push(all.rings.len() as u32 - 1);
            all.extra.push(slot);
        }
        all.coords.shrink_to_fit();
        all.rings.shrink_to_fit();
        all.areas.shrink_to_fit();
        all
    }

    fn push_rings(&mut self, polygon: &Polygon) {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        for ring in rings.filter(|ring| !ring.0.is_empty()) {
            self.coords.extend_from_slice(&ring.0);
            if let [only] = ring.0.as_slice() {
                self.coords.push(*only);
            }
            self.rings.push(self.coords.len() as u32);
        }
    }

    /// Areas in all, empty ones too.
    pub(super) fn areas(&self) -> u32 {
        self.areas.len() as u32 - 1
    }

    /// Vertices in all.
    pub(super) fn vertices(&self) -> usize {
        self.coords.len()
    }

    /// The slot that `area` belongs to; [`NONE`] of [`NONE`].
    #[inline]
    pub(super) fn slot(&self, area: u32) -> u32 {
        if self.extra.is_empty() || area < self.slots || area == NONE {
            area
        } else {
            self.extra[(area - self.slots) as usize]
        }
    }

    /// Ranges of the vertices of each ring, the exterior first.
    pub(super) fn rings(&self, area: u32) -> impl Iterator<Item = std::ops::Range<u32>> {
        let (from, to) = (self.areas[area as usize], self.areas[area as usize + 1]);
        self.rings[from as usize..=to as usize]
            .windows(2)
            .map(|ends| ends[0]..ends[1])
    }

    /// Number of vertices of an area.
    pub(super) fn area_vertices(&self, area: u32) -> u32 {
        let (from, to) = (self.areas[area as usize], self.areas[area as usize + 1]);
        self.rings[to as usize] - self.rings[from as usize]
    }

    /// The vertices of a ring, the first again at the end.
    pub(super) fn ring(&self, ring: std::ops::Range<u32>) -> &[Coord] {
        &self.coords[ring.start as usize..ring.end as usize]
    }

    /// Both ends of the edge that starts at the vertex `edge`.
    #[inline]
    pub(super) fn edge(&self, edge: u32) -> [Coord; 2] {
        [self.coords[edge as usize], self.coords[edge as usize + 1]]
    }

    /// The box around an area; `None` for an empty one.
    pub(super) fn bounds(&self, area: u32) -> Option<[Coord; 2]> {
        self.rings(area)
            .filter_map(|ring| bounds_of(self.ring(ring)))
            .reduce(join)
    }

    /// How `area` stands to `at`, exactly.
    pub(super) fn position(&self, area: u32, at: Coord) -> Cover {
        in_rings(self.rings(area).map(|ring| {
            let mut winding = Winding::new(at);
            self.ring(ring)
                .windows(2)
                .all(|ends| winding.pass(ends[0], ends[1]));
            winding.cover()
        }))
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.coords.capacity() * size_of::<Coord>()
            + (self.rings.capacity() + self.areas.capacity() + self.extra.capacity()) * 4
    }
}

/// The answer for a polygon from the answers of its rings, the exterior first.
pub(super) fn in_rings(mut rings: impl Iterator<Item = Cover>) -> Cover {
    match rings.next() {
        Some(Cover::Inside) => {}
        Some(other) => return other,
        None => return Cover::Outside,
    }
    match rings.find(|hole| *hole != Cover::Outside) {
        None => Cover::Inside,
        Some(Cover::Boundary) => Cover::Boundary,
        Some(_) => Cover::Outside,
    }
}

/// How often a ring winds around a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Winding {
    at: Coord,
    turns: i32,
    on: bool,
}

impl Winding {
    pub(super) fn new(at: Coord) -> Self {
        Self {
            at,
            turns: 0,
            on: false,
        }
    }

    /// Passes one edge; false when the place lies on it and the rest no longer matters.
    #[inline]
    pub(super) fn pass(&mut self, start: Coord, end: Coord) -> bool {
        let at = self.at;
        let up = start.y <= at.y;
        if (up && end.y < at.y) || (!up && end.y > at.y) {
            return true;
        }
        let (west, east) = (start.x.min(end.x), start.x.max(end.x));
        if at.x > east {
            return true;
        }
        if at.x < west {
            if up && end.y > at.y {
                self.turns += 1;
            } else if !up {
                self.turns -= 1;
            }
            return true;
        }
        match RobustKernel::orient2d(start, end, at) {
            Orientation::Collinear => self.on = true,
            Orientation::CounterClockwise if up && end.y > at.y => self.turns += 1,
            Orientation::Clockwise if !up => self.turns -= 1,
            _ => {}
        }
        !self.on
    }

    pub(super) fn cover(self) -> Cover {
        if self.on {
            Cover::Boundary
        } else if self.turns == 0 {
            Cover::Outside
        } else {
            Cover::Inside
        }
    }
}

pub(super) fn bounds_of(coords: &[Coord]) -> Option<[Coord; 2]> {
    coords.iter().map(|at| [*at, *at]).reduce(join)
}

pub(super) fn join(a: [Coord; 2], b: [Coord; 2]) -> [Coord; 2] {
    [
        Coord {
            x: a[0].x.min(b[0].x),
            y: a[0].y.min(b[0].y),
        },
        Coord {
            x: a[1].x.max(b[1].x),
            y: a[1].y.max(b[1].y),
        },
    ]
}

fn is_wild(polygon: &Polygon) -> bool {
    std::iter::once(polygon.exterior())
        .chain(polygon.interiors())
        .flat_map(|ring| &ring.0)
        // Written so that NaN is wild.
        .any(|at| !(at.x.abs() <= WILD && at.y.abs() <= WILD))
}

fn polygons<'a>(shape: &'a Geometry, parts: &mut Vec<Cow<'a, Polygon>>) {
    let mut push = |polygon: Cow<'a, Polygon>| {
        if !polygon.exterior().0.is_empty() {
            parts.push(polygon);
        }
    };
    match shape {
        Geometry::Polygon(polygon) => push(Cow::Borrowed(polygon)),
        Geometry::MultiPolygon(many) => many.iter().map(Cow::Borrowed).for_each(push),
        Geometry::Rect(rect) => push(Cow::Owned(rect.to_polygon())),
        Geometry::Triangle(triangle) => push(Cow::Owned(triangle.to_polygon())),
        Geometry::GeometryCollection(each) => {
            each.iter().for_each(|shape| polygons(shape, parts));
        }
        Geometry::Point(_)
        | Geometry::MultiPoint(_)
        | Geometry::Line(_)
        | Geometry::LineString(_)
        | Geometry::MultiLineString(_) => {}
    }
}

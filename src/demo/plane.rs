//! The drawing board: metres east and north of the centre, and the lattice of 1e-7 degrees that everything ends on.
//!
//! One fixed scale for the whole sheet instead of a projection: the town is invented, so it cannot be distorted, and
//! without trigonometry every machine draws the same bytes.

use std::ops::{Add, Mul, Neg, Sub};

use crate::geometry::{Coord, Geometry, LineString, MultiLineString, MultiPolygon, Point, Polygon};

/// The centre of the sheet in 1e-7 degrees, longitude first.
const CENTRE: (i64, i64) = (1_089_600_000, 342_200_000);
/// Metres per degree of longitude at 34.22 N.
const METRES_PER_LON: f64 = 92_146.0;
/// Metres per degree of latitude at 34.22 N.
const METRES_PER_LAT: f64 = 110_926.0;

/// A place on the board or a step on it, metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct P {
    /// East.
    pub(super) x: f64,
    /// North.
    pub(super) y: f64,
}

/// A place on the lattice: longitude and latitude in 1e-7 degrees.
pub(super) type Cell = (i64, i64);

/// The place `x` east and `y` north of the centre.
pub(super) const fn p(x: f64, y: f64) -> P {
    P { x, y }
}

impl P {
    pub(super) fn dot(self, other: Self) -> f64 {
        self.x * other.x + self.y * other.y
    }

    pub(super) fn cross(self, other: Self) -> f64 {
        self.x * other.y - self.y * other.x
    }

    pub(super) fn length(self) -> f64 {
        self.dot(self).sqrt()
    }

    pub(super) fn to(self, other: Self) -> f64 {
        (other - self).length()
    }

    pub(super) fn unit(self) -> Self {
        let length = self.length();
        if length > 0.0 {
            self * (1.0 / length)
        } else {
            p(1.0, 0.0)
        }
    }

    /// A quarter turn to the left.
    pub(super) fn left(self) -> Self {
        p(-self.y, self.x)
    }

    /// The nearest place on the lattice.
    pub(super) fn cell(self) -> Cell {
        (
            CENTRE.0 + (self.x / METRES_PER_LON * 1e7).round() as i64,
            CENTRE.1 + (self.y / METRES_PER_LAT * 1e7).round() as i64,
        )
    }

    /// The place of a lattice point.
    pub(super) fn of(cell: Cell) -> Self {
        p(
            (cell.0 - CENTRE.0) as f64 / 1e7 * METRES_PER_LON,
            (cell.1 - CENTRE.1) as f64 / 1e7 * METRES_PER_LAT,
        )
    }
}

impl Add for P {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        p(self.x + other.x, self.y + other.y)
    }
}

impl Sub for P {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        p(self.x - other.x, self.y - other.y)
    }
}

impl Mul<f64> for P {
    type Output = Self;
    fn mul(self, by: f64) -> Self {
        p(self.x * by, self.y * by)
    }
}

impl Neg for P {
    type Output = Self;
    fn neg(self) -> Self {
        p(-self.x, -self.y)
    }
}

/// Axes of a lot: `u` along its rows, `v` to the left of it (mostly north).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    pub(super) u: P,
}

impl Frame {
    /// The place at `u`, `v`.
    pub(super) fn at(self, u: f64, v: f64) -> P {
        self.u * u + self.u.left() * v
    }

    /// Where `place` lies along the axes.
    pub(super) fn of(self, place: P) -> P {
        p(place.dot(self.u), place.dot(self.u.left()))
    }
}

/// A polygon on the board; rings are not closed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Shape {
    pub(super) outer: Vec<P>,
    pub(super) holes: Vec<Vec<P>>,
}

/// Twice the area of a ring, positive when it runs counter-clockwise.
pub(super) fn doubled(ring: &[P]) -> f64 {
    (0..ring.len())
        .map(|i| ring[i].cross(ring[(i + 1) % ring.len()]))
        .sum()
}

/// The sides of a ring.
pub(super) fn sides(ring: &[P]) -> impl Iterator<Item = (P, P)> {
    (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()]))
}

/// How far `place` is from the straight line between `a` and `b`.
pub(super) fn off_segment(place: P, a: P, b: P) -> f64 {
    let along = b - a;
    let t = ((place - a).dot(along) / along.dot(along).max(1e-9)).clamp(0.0, 1.0);
    place.to(a + along * t)
}

/// Whether the lines a-b and c-d cross or touch.
pub(super) fn meet(a: P, b: P, c: P, d: P) -> bool {
    let side = |p: P, q: P, r: P| (q - p).cross(r - p);
    let (one, two) = (side(a, b, c), side(a, b, d));
    let (three, four) = (side(c, d, a), side(c, d, b));
    one * two <= 0.0 && three * four <= 0.0 && (one - two).abs() + (three - four).abs() > 0.0
}

/// Whether `place` lies within the ring.
pub(super) fn within(place: P, ring: &[P]) -> bool {
    let mut inside = false;
    for (a, b) in sides(ring) {
        if (a.y > place.y) != (b.y > place.y)
            && place.x < (b.x - a.x) * (place.y - a.y) / (b.y - a.y) + a.x
        {
            inside = !inside;
        }
    }
    inside
}

impl Shape {
    /// A shape without holes.
    pub(super) fn new(outer: Vec<P>) -> Self {
        Self {
            outer,
            holes: Vec::new(),
        }
    }

    /// Square metres.
    pub(super) fn area(&self) -> f64 {
        let holes: f64 = self.holes.iter().map(|hole| doubled(hole).abs()).sum();
        (doubled(&self.outer).abs() - holes) / 2.0
    }

    /// The middle of the outline.
    pub(super) fn centre(&self) -> P {
        let (mut sum, mut weight) = (p(0.0, 0.0), 0.0);
        let base = self.outer[0];
        for (a, b) in sides(&self.outer) {
            let part = (a - base).cross(b - base);
            sum = sum + ((a - base) + (b - base)) * part;
            weight += part;
        }
        if weight.abs() < 1e-6 {
            base
        } else {
            base + sum * (1.0 / (3.0 * weight))
        }
    }

    /// Whether `place` is on the ground of the shape.
    pub(super) fn has(&self, place: P) -> bool {
        within(place, &self.outer) && !self.holes.iter().any(|hole| within(place, hole))
    }

    /// How far `place` is from the outline.
    pub(super) fn off(&self, place: P) -> f64 {
        self.rings()
            .flat_map(sides)
            .map(|(a, b)| off_segment(place, a, b))
            .fold(f64::INFINITY, f64::min)
    }

    /// The outer ring and the holes.
    pub(super) fn rings(&self) -> impl Iterator<Item = &[P]> {
        std::iter::once(self.outer.as_slice()).chain(self.holes.iter().map(Vec::as_slice))
    }

    /// Whether `other` lies within this shape, at least `clear` metres off its outline.
    pub(super) fn holds(&self, other: &Self, clear: f64) -> bool {
        other.outer.iter().all(|corner| self.has(*corner)) && self.outline_off(other) >= clear
    }

    /// Whether the two have no ground in common and are at least `gap` metres apart.
    pub(super) fn apart(&self, other: &Self, gap: f64) -> bool {
        !self.has(other.outer[0]) && !other.has(self.outer[0]) && self.outline_off(other) >= gap
    }

    /// The least distance between the two outlines; 0 where they cross.
    fn outline_off(&self, other: &Self) -> f64 {
        let mut least = f64::INFINITY;
        for (a, b) in self.rings().flat_map(sides) {
            for (c, d) in sides(&other.outer) {
                if meet(a, b, c, d) {
                    return 0.0;
                }
                least = least
                    .min(off_segment(a, c, d))
                    .min(off_segment(b, c, d))
                    .min(off_segment(c, a, b))
                    .min(off_segment(d, a, b));
            }
        }
        least
    }

    /// The lowest and highest corner along the axes of `frame`.
    pub(super) fn extent(&self, frame: Frame) -> (P, P) {
        let first = frame.of(self.outer[0]);
        self.outer
            .iter()
            .fold((first, first), |(low, high), corner| {
                let at = frame.of(*corner);
                (
                    p(low.x.min(at.x), low.y.min(at.y)),
                    p(high.x.max(at.x), high.y.max(at.y)),
                )
            })
    }

    /// The shape on the map: outer ring counter-clockwise, holes clockwise, on the lattice.
    pub(super) fn polygon(&self) -> Polygon {
        let ring = |ring: &[P], ccw: bool| {
            let mut cells: Vec<Cell> = ring.iter().map(|corner| corner.cell()).collect();
            cells.dedup();
            if (doubled(ring) > 0.0) != ccw {
                cells.reverse();
            }
            closed(&cells)
        };
        Polygon::new(
            ring(&self.outer, true),
            self.holes.iter().map(|hole| ring(hole, false)).collect(),
        )
    }

    /// The shape as the geometry of a record.
    pub(super) fn geometry(&self) -> Geometry {
        MultiPolygon(vec![self.polygon()]).into()
    }
}

/// A lattice point in degrees.
pub(super) fn degrees(cell: Cell) -> Coord {
    Coord {
        x: cell.0 as f64 / 1e7,
        y: cell.1 as f64 / 1e7,
    }
}

/// A ring of lattice points, closed.
pub(super) fn closed(cells: &[Cell]) -> LineString {
    cells
        .iter()
        .chain(cells.first())
        .map(|cell| degrees(*cell))
        .collect()
}

/// A place as the geometry of a record.
pub(super) fn point(place: P) -> Geometry {
    Point(degrees(place.cell())).into()
}

/// Lines as the geometry of a record.
pub(super) fn lines(paths: &[Vec<P>]) -> Geometry {
    let line = |path: &Vec<P>| -> LineString {
        let mut cells: Vec<Cell> = path.iter().map(|place| place.cell()).collect();
        cells.dedup();
        cells.into_iter().map(degrees).collect()
    };
    MultiLineString(paths.iter().map(line).collect()).into()
}

/// The band between `from` and `to` metres to the left of a path.
pub(super) fn band(path: &[P], from: f64, to: f64) -> Shape {
    let offset = |by: f64| -> Vec<P> {
        (0..path.len())
            .map(|i| {
                let before = (path[i] - path[i.saturating_sub(1)]).unit();
                let after = (path[(i + 1).min(path.len() - 1)] - path[i]).unit();
                let turn = match i {
                    0 => after.left(),
                    _ if i + 1 == path.len() => before.left(),
                    _ => {
                        let middle = (before.left() + after.left()).unit();
                        middle * (1.0 / middle.dot(after.left()).max(0.5))
                    }
                };
                path[i] + turn * by
            })
            .collect()
    };
    let mut ring = offset(from);
    ring.extend(offset(to).into_iter().rev());
    Shape::new(ring)
}

/// The board to the left of the line from `from` along `along`, as far as the town reaches.
pub(super) fn half_plane(from: P, along: P) -> Shape {
    const FAR: f64 = 5_000.0;
    let (along, left) = (along.unit(), along.unit().left());
    Shape::new(vec![
        from - along * FAR,
        from + along * FAR,
        from + along * FAR + left * FAR,
        from - along * FAR + left * FAR,
    ])
}

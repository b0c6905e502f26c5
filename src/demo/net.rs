//! Streets as a planar net: every corner is one lattice point that all blocks around it share.
//!
//! The net starts as one face and is cut by streets. A street that ends on another puts a corner into the blocks on
//! both sides of it, so blocks, and every union of blocks, tile the ground exactly.

use std::collections::{BTreeMap, HashMap};

use super::cutting::without;
use super::plane::{Cell, P, Shape, half_plane, meet, p, sides, within};

/// A named street.
#[derive(Debug, Clone)]
pub(super) struct Street {
    pub(super) class: Class,
    pub(super) name: String,
    /// Runs of corners; a street that goes on beyond a crossing has several.
    pub(super) paths: Vec<Vec<usize>>,
}

/// Rank of a street, widest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Arterial,
    Secondary,
    Street,
    Lane,
}

impl Class {
    /// Width between the plots on both sides, metres.
    pub(super) fn width(self) -> f64 {
        match self {
            Self::Arterial => 44.0,
            Self::Secondary => 28.0,
            Self::Street => 18.0,
            Self::Lane => 11.0,
        }
    }

    /// The code of the road class.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Arterial => "arterial",
            Self::Secondary => "secondary",
            Self::Street => "street",
            Self::Lane => "lane",
        }
    }
}

/// Corners closer than this become one, so that streets meet in crossings and not beside each other.
const SNAP_M: f64 = 24.0;

/// Where a cut meets the outline of a face: the side from the first to the second corner, and the place on it.
type Spot = (usize, usize, P);

/// The net.
#[derive(Debug, Default)]
pub(super) struct Net {
    pub(super) cells: Vec<Cell>,
    /// Rings of corners, counter-clockwise.
    pub(super) faces: Vec<Vec<usize>>,
    pub(super) streets: Vec<Street>,
    /// The face to the left of each directed side.
    owner: HashMap<(usize, usize), usize>,
    /// The street of each side, by its lower and higher corner.
    street_of: BTreeMap<(usize, usize), usize>,
    /// Metres between the corners of a border that was walked with an instrument; straight from corner to corner if 0.
    pub(super) surveyed_every_m: f64,
}

pub(super) fn side(a: usize, b: usize) -> (usize, usize) {
    (a.min(b), a.max(b))
}

impl Net {
    /// A net of one face.
    pub(super) fn new(outline: &[P]) -> Self {
        let mut net = Self::default();
        let ring: Vec<usize> = outline.iter().map(|corner| net.corner(*corner)).collect();
        for i in 0..ring.len() {
            net.owner.insert((ring[i], ring[(i + 1) % ring.len()]), 0);
        }
        net.faces.push(ring);
        net
    }

    fn corner(&mut self, place: P) -> usize {
        self.cells.push(place.cell());
        self.cells.len() - 1
    }

    /// Where corner `node` is.
    pub(super) fn at(&self, node: usize) -> P {
        P::of(self.cells[node])
    }

    /// The outline of a face.
    pub(super) fn shape(&self, face: usize) -> Shape {
        Shape::new(self.faces[face].iter().map(|node| self.at(*node)).collect())
    }

    /// The face that holds `place`.
    pub(super) fn face_at(&self, place: P) -> Option<usize> {
        (0..self.faces.len()).find(|face| within(place, &self.shape(*face).outer))
    }

    /// A new street.
    pub(super) fn street(&mut self, class: Class, name: String) -> usize {
        self.streets.push(Street {
            class,
            name,
            paths: Vec::new(),
        });
        self.streets.len() - 1
    }

    /// Makes the sides along `path` part of `street`.
    pub(super) fn lay(&mut self, street: usize, path: Vec<usize>) {
        for pair in path.windows(2) {
            self.street_of.insert(side(pair[0], pair[1]), street);
        }
        self.streets[street].paths.push(path);
    }

    /// The street between two neighbouring corners.
    pub(super) fn street_between(&self, a: usize, b: usize) -> Option<usize> {
        self.street_of.get(&side(a, b)).copied()
    }

    /// The face on the other side of the side a-b of a face.
    pub(super) fn across(&self, a: usize, b: usize) -> Option<usize> {
        self.owner.get(&(b, a)).copied()
    }

    /// The streets that end or pass at a corner, with the direction in which they leave it.
    pub(super) fn leaving(&self, node: usize) -> Vec<(usize, P)> {
        let mut found = Vec::new();
        for (id, street) in self.streets.iter().enumerate() {
            for path in &street.paths {
                for (i, at) in path.iter().enumerate() {
                    if *at == node {
                        for next in [i.checked_sub(1), Some(i + 1)].into_iter().flatten() {
                            if let Some(other) = path.get(next) {
                                found.push((id, (self.at(*other) - self.at(node)).unit()));
                            }
                        }
                    }
                }
            }
        }
        found
    }

    /// Where the line through `origin`, which lies in the face, first leaves it on both sides.
    pub(super) fn crossing(&self, face: usize, origin: P, along: P) -> Option<(Spot, Spot)> {
        let ring = &self.faces[face];
        let mut back: Option<(f64, Spot)> = None;
        let mut front: Option<(f64, Spot)> = None;
        for i in 0..ring.len() {
            let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
            let (from, to) = (self.at(a), self.at(b));
            let slope = along.cross(to - from);
            if slope.abs() < 1e-9 {
                continue;
            }
            let t = (from - origin).cross(to - from) / slope;
            let s = (from - origin).cross(along) / slope;
            if !(0.0..=1.0).contains(&s) {
                continue;
            }
            let spot = (a, b, origin + along * t);
            let slot = if t < 0.0 { &mut back } else { &mut front };
            if slot.is_none_or(|(best, _)| t.abs() < best.abs()) {
                *slot = Some((t, spot));
            }
        }
        Some((back?.1, front?.1))
    }

    /// The corner at `spot`: one of the corners near by, or a new one on both faces of the side.
    fn settle(&mut self, (a, b, place): Spot) -> usize {
        if let Some(near) = [a, b].into_iter().find(|n| self.at(*n).to(place) < SNAP_M) {
            return near;
        }
        let node = self.corner(place);
        for (from, to) in [(a, b), (b, a)] {
            if let Some(face) = self.owner.remove(&(from, to)) {
                let ring = &mut self.faces[face];
                if let Some(i) = ring.iter().position(|n| *n == from) {
                    ring.insert(i + 1, node);
                }
                self.owner.insert((from, node), face);
                self.owner.insert((node, to), face);
            }
        }
        if let Some(street) = self.street_of.remove(&side(a, b)) {
            self.street_of.insert(side(a, node), street);
            self.street_of.insert(side(node, b), street);
            for path in &mut self.streets[street].paths {
                if let Some(i) = path.windows(2).position(|w| side(w[0], w[1]) == side(a, b)) {
                    path.insert(i + 1, node);
                }
            }
        }
        node
    }

    /// Whether the two ends can be joined through `via` without touching the outline of the face.
    fn clear(&self, face: usize, ends: (P, P), via: &[P]) -> bool {
        let path: Vec<P> = std::iter::once(ends.0)
            .chain(via.iter().copied())
            .chain([ends.1])
            .collect();
        let outline = self.shape(face).outer;
        if ends.0.to(ends.1) < 60.0 || !within((ends.0 + ends.1) * 0.5, &outline) {
            return false;
        }
        let inner = |place: P| ends.0.to(place) > 1.0 && ends.1.to(place) > 1.0;
        via.iter().all(|place| within(*place, &outline))
            && path.windows(2).all(|leg| {
                sides(&outline).all(|(a, b)| {
                    let near = |end: P| super::plane::off_segment(end, a, b) < 0.5;
                    if near(leg[0]) || near(leg[1]) {
                        // A side on which the cut ends may only be left, not run along.
                        let other = if near(leg[0]) { leg[1] } else { leg[0] };
                        return !near(other)
                            && ((inner(a) && super::plane::off_segment(a, leg[0], leg[1]) > 8.0)
                                || !inner(a));
                    }
                    !meet(leg[0], leg[1], a, b)
                })
            })
    }

    /// Cuts a face in two from one spot to the other through `via` (given for the straight line between the ends as
    /// shares along and metres to the left), as part of `street`. The new face is the one to the right of the cut.
    pub(super) fn cut(
        &mut self,
        face: usize,
        spots: (Spot, Spot),
        via: &[(f64, f64)],
        street: usize,
    ) -> Option<usize> {
        let snapped = |spot: Spot| {
            [spot.0, spot.1]
                .into_iter()
                .map(|n| self.at(n))
                .find(|at| at.to(spot.2) < SNAP_M)
                .unwrap_or(P::of(spot.2.cell()))
        };
        let ends = (snapped(spots.0), snapped(spots.1));
        let step = ends.1 - ends.0;
        let left = step.unit().left();
        let mut via: Vec<P> = via
            .iter()
            .map(|(share, off)| ends.0 + step * *share + left * *off)
            .collect();
        if !self.clear(face, ends, &via) {
            via.clear();
            if !self.clear(face, ends, &via) {
                return None;
            }
        }
        let (start, end) = (self.settle(spots.0), self.settle(spots.1));
        let middle: Vec<usize> = via.into_iter().map(|place| self.corner(place)).collect();
        let mut ring = self.faces[face].clone();
        let first = ring.iter().position(|node| *node == start)?;
        ring.rotate_left(first);
        let last = ring.iter().position(|node| *node == end)?;
        let mut right: Vec<usize> = ring[..=last].to_vec();
        right.extend(middle.iter().rev());
        let mut left: Vec<usize> = ring[last..].to_vec();
        left.push(start);
        left.extend(&middle);
        let new = self.faces.len();
        self.faces[face] = left;
        self.faces.push(right);
        for face in [face, new] {
            for i in 0..self.faces[face].len() {
                let ring = &self.faces[face];
                self.owner
                    .insert((ring[i], ring[(i + 1) % ring.len()]), face);
            }
        }
        let mut path = vec![start];
        path.extend(middle);
        path.push(end);
        self.lay(street, path);
        Some(new)
    }

    /// The plot of a face: what its streets leave, at their own widths.
    pub(super) fn plot(&self, face: usize) -> Option<Shape> {
        let ring = &self.faces[face];
        let taken: Vec<Shape> = (0..ring.len())
            .map(|i| {
                let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
                let width = self
                    .street_between(a, b)
                    .map_or(14.0, |street| self.streets[street].class.width());
                let (a, b) = (self.at(a), self.at(b));
                let (along, half) = ((b - a).unit(), width / 2.0);
                let left = along.left() * half;
                Shape::new(vec![
                    a - along * (half * 0.6) - left,
                    b + along * (half * 0.6) - left,
                    b + along * (half * 0.6) + left,
                    a - along * (half * 0.6) + left,
                ])
            })
            .collect();
        without(&self.shape(face), &taken).into_iter().next()
    }
}

/// How far `from` has to be turned clockwise onto `to`, as a number that grows from 0 to 4 (no angles needed).
pub(super) fn clock(to: P, from: P) -> f64 {
    let quarter = |d: P| {
        let d = d.unit();
        if d.y >= 0.0 { 1.0 - d.x } else { 3.0 + d.x }
    };
    let turned = quarter(from) - quarter(to);
    if turned <= 0.0 { turned + 4.0 } else { turned }
}

/// Cuts `shape` by the line through `at` along `along`: the largest piece on each side.
pub(super) fn split(shape: &Shape, at: P, along: P, gap: f64) -> Option<(Shape, Shape)> {
    let along = along.unit();
    let half = along.left() * (gap / 2.0);
    let left = without(shape, &[half_plane(at + half, p(-along.x, -along.y))]);
    let right = without(shape, &[half_plane(at - half, along)]);
    Some((left.into_iter().next()?, right.into_iter().next()?))
}

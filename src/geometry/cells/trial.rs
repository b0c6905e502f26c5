//! A trial of the index: places where it hurts, all ways to ask, and the plain predicate beside them.

use std::f64::consts::TAU;

use geo::{CoordsIter, LinesIter};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::frame::{HALF, Lattice};
use super::{CellIndex, NONE};
use crate::geometry::measure::{Cover, covers};
use crate::geometry::{BBox, Coord, Geometry, LineString, LonLat, Polygon};

pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    pub(super) fn below(&mut self, n: u32) -> u32 {
        self.0.next_u32() % n
    }

    pub(super) fn unit(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / f64::from(u32::MAX)
    }

    pub(super) fn within(&mut self, low: f64, high: f64) -> f64 {
        low + self.unit() * (high - low)
    }
}

/// Seven decimals, as real data have.
pub(super) fn rounded(at: [f64; 2]) -> Coord {
    let round = |x: f64| (x * 1e7).round() / 1e7;
    Coord {
        x: round(at[0]),
        y: round(at[1]),
    }
}

pub(super) fn polygon(exterior: Vec<Coord>, holes: Vec<Vec<Coord>>) -> Polygon {
    Polygon::new(
        LineString::new(exterior),
        holes.into_iter().map(LineString::new).collect(),
    )
}

/// A ring around a centre, wavy, never crossing itself.
pub(super) fn star(dice: &mut Dice, centre: [f64; 2], radius: f64, corners: u32) -> Vec<Coord> {
    (0..corners)
        .map(|i| {
            let (sin, cos) = (f64::from(i) / f64::from(corners) * TAU).sin_cos();
            let r = radius * dice.within(0.4, 1.0);
            rounded([centre[0] + r * cos, centre[1] + r * sin])
        })
        .collect()
}

pub(super) fn adversarial(index: &CellIndex, shapes: &[Option<Geometry>]) -> Vec<Coord> {
    let mut points = Vec::new();
    let mut around = |at: Coord| {
        for x in [at.x.next_down(), at.x, at.x.next_up()] {
            for y in [at.y.next_down(), at.y, at.y.next_up()] {
                points.push(Coord { x, y });
            }
        }
    };
    for shape in shapes.iter().flatten() {
        shape.coords_iter().for_each(&mut around);
        let lines: Vec<_> = match shape {
            Geometry::Polygon(polygon) => polygon.lines_iter().collect(),
            Geometry::MultiPolygon(many) => many.lines_iter().collect(),
            _ => Vec::new(),
        };
        for line in lines {
            for share in [0.5, 0.25, 0.9] {
                around(line.start + (line.end - line.start) * share);
            }
        }
    }
    let frame = &index.raster.frame;
    for (n, coarse) in (0..).zip(&index.raster.coarse[..frame.cells()]).take(2000) {
        let lattice = Lattice::within(frame, n, coarse.level());
        for cell in 0..(1_u32 << (2 * coarse.level())).min(256) {
            for by in [
                [0, 0],
                [-HALF, -HALF],
                [HALF - 1, HALF - 1],
                [-HALF, 0],
                [1, 1],
            ] {
                points.push(frame.degrees(lattice.at(cell, by)));
            }
        }
    }
    points
}

/// Compares all three ways to ask with the plain predicate; returns how many places were on a boundary.
pub(super) fn check(index: &CellIndex, shapes: &[Option<Geometry>], points: &[Coord]) -> usize {
    let points: Vec<_> = points
        .iter()
        .filter_map(|at| LonLat::new(at.x, at.y).ok())
        .collect();
    let boxes: Vec<_> = shapes
        .iter()
        .map(|shape| shape.as_ref().and_then(BBox::of))
        .collect();
    let mut many = vec![Vec::new(); points.len()];
    index.covering_many(&points, |n, slot, cover| many[n].push((slot, cover)));
    let mut first = Vec::new();
    index.first_many(&points, &mut first);
    assert_eq!(first.len(), points.len());
    let mut boundary = 0;
    for (n, at) in points.iter().enumerate() {
        let mut wanted = Vec::new();
        for (slot, shape) in (0..).zip(shapes) {
            let Some(shape) = shape else { continue };
            let near = boxes[usize::try_from(slot).unwrap()].is_some_and(|b| {
                !(at.lon() < b.west
                    || at.lon() > b.east
                    || at.lat() < b.south
                    || at.lat() > b.north)
            });
            let area = !matches!(
                shape,
                Geometry::Point(_)
                    | Geometry::MultiPoint(_)
                    | Geometry::Line(_)
                    | Geometry::LineString(_)
                    | Geometry::MultiLineString(_)
            );
            if near && area {
                match covers(shape, *at) {
                    Cover::Outside => {}
                    cover => wanted.push((slot, cover)),
                }
            }
        }
        boundary += wanted.iter().filter(|(_, c)| *c == Cover::Boundary).count();
        let mut one = Vec::new();
        index.covering(*at, |slot, cover| one.push((slot, cover)));
        assert_eq!(one, wanted, "one by one at {at:?}");
        assert_eq!(many[n], wanted, "many at {at:?}");
        let lowest = wanted.first().map_or(NONE, |(slot, _)| *slot);
        assert_eq!(
            (index.first(*at), first[n]),
            (lowest, lowest),
            "first at {at:?}"
        );
    }
    boundary
}

pub(super) fn check_all(shapes: &[Option<Geometry>], seed: u64, random: u32) -> usize {
    let index = CellIndex::build(shapes.iter().map(Option::as_ref));
    let mut points = adversarial(&index, shapes);
    let mut dice = Dice::new(seed);
    if let Some(all) = shapes
        .iter()
        .flatten()
        .filter_map(BBox::of)
        .reduce(BBox::union)
    {
        let (w, h) = (
            (all.east - all.west).max(1e-9),
            (all.north - all.south).max(1e-9),
        );
        for _ in 0..random {
            points.push(Coord {
                x: dice.within(all.west - 0.1 * w, all.east + 0.1 * w),
                y: dice.within(all.south - 0.1 * h, all.north + 0.1 * h),
            });
        }
        for (x, y) in [
            (all.west, all.south),
            (all.east, all.north),
            (all.west, all.north),
            (all.east, all.south),
        ] {
            for (dx, dy) in [
                (0.0, 0.0),
                (w, 0.0),
                (-w, 0.0),
                (0.0, h),
                (0.0, -h),
                (1e-13, 0.0),
                (0.0, -1e-13),
            ] {
                points.push(Coord {
                    x: x + dx,
                    y: y + dy,
                });
            }
        }
    }
    points.push(Coord {
        x: -180.0,
        y: -90.0,
    });
    points.push(Coord { x: 180.0, y: 90.0 });
    points.push(Coord { x: 0.0, y: 0.0 });
    check(&index, shapes, &points)
}

//! Rings of a shapefile's polygon to outlines with their holes.
//!
//! Which is which is told by what lies in what: a ring in none, or in a hole, is an outline, a ring in an outline is a hole
//! of the smallest that holds it. In a sound file that is what the direction of the rings says too; many writers do not
//! know the rule, and rings may touch each other.

use geo::coordinate_position::{CoordPos, coord_pos_relative_to_ring};
use geo::winding_order::WindingOrder;
use geo::{Area, BoundingRect, Winding};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use crate::geometry::validity::ShapeError;
use crate::geometry::{Coord, LineString, MultiPolygon, Polygon};
use crate::ingest::row::Given;
use crate::ingest::{Reason, Said};

/// Boxes and positions of one shape that are looked at to tell what lies in what.
const MOST_LOOKS: usize = 200_000_000;
/// What a box that is found counts for: it costs as much as so many positions.
const BOX: usize = 50;

/// The polygons that rings make.
pub(super) struct Polygons {
    /// `None` where it would take too long to tell; then how many positions there are.
    areas: Result<MultiPolygon, usize>,
    unclosed: usize,
    /// Whether the direction of a ring says otherwise than where it lies.
    pub(super) is_turned: bool,
}

impl Polygons {
    pub(super) fn given(self, heights: bool) -> Given {
        match self.areas {
            Ok(areas) => Given::Shape {
                geometry: areas.into(),
                heights,
                unclosed: self.unclosed,
            },
            Err(positions) => {
                let fault = ShapeError::TooIntricate { positions };
                Given::Bad {
                    reason: Reason::TooIntricate,
                    why: Said::new(fault.zh(), fault.to_string()),
                }
            }
        }
    }
}

/// The polygons that `rings` make.
pub(super) fn polygons(rings: Vec<Vec<Coord>>) -> Polygons {
    let mut unclosed = 0;
    let rings: Vec<Ring> = rings
        .into_iter()
        .filter(|ring| !ring.is_empty())
        .map(|mut ring| {
            if ring.first() != ring.last() {
                unclosed += 1;
                ring.extend(ring.first().copied());
            }
            Ring::new(LineString::new(ring))
        })
        .collect();
    let positions = rings.iter().map(|ring| ring.line.0.len()).sum();
    let mut is_turned = false;
    let areas = nested(&rings).map(|parents| {
        let mut places = vec![0; rings.len()];
        let mut areas: Vec<Polygon> = Vec::new();
        for (at, ring) in rings.iter().enumerate() {
            let is_outline = parents.get(at).is_none_or(Option::is_none);
            is_turned |= ring.is_clockwise.is_some_and(|turn| turn != is_outline);
            if is_outline {
                if let Some(place) = places.get_mut(at) {
                    *place = areas.len();
                }
                areas.push(Polygon::new(ring.line.clone(), Vec::new()));
            }
        }
        for (ring, parent) in rings.iter().zip(&parents) {
            let area = parent
                .and_then(|parent| places.get(parent))
                .and_then(|place| areas.get_mut(*place));
            if let Some(area) = area {
                area.interiors_push(ring.line.clone());
            }
        }
        MultiPolygon::new(areas)
    });
    Polygons {
        areas: areas.ok_or(positions),
        unclosed,
        is_turned,
    }
}

struct Ring {
    line: LineString,
    area: f64,
    around: AABB<[f64; 2]>,
    /// `None` for one that encloses nothing.
    is_clockwise: Option<bool>,
}

impl Ring {
    fn new(line: LineString) -> Self {
        let around = line
            .bounding_rect()
            .map_or(AABB::from_point([f64::NAN, f64::NAN]), |rect| {
                AABB::from_corners(rect.min().into(), rect.max().into())
            });
        let turn = line.winding_order();
        let polygon = Polygon::new(line, Vec::new());
        let area = polygon.unsigned_area();
        let (line, _) = polygon.into_inner();
        Self {
            line,
            area,
            around,
            is_clockwise: turn.map(|turn| turn == WindingOrder::Clockwise),
        }
    }

    /// Whether `inner` lies in it, by the first of its positions that is not on the line; one that has none is drawn along
    /// the line, and by the middles of its edges. `None` where `left` does not suffice.
    fn holds(&self, inner: &Self, left: &mut usize) -> Option<bool> {
        let middles = inner.line.lines().map(|edge| Coord {
            x: f64::midpoint(edge.start.x, edge.end.x),
            y: f64::midpoint(edge.start.y, edge.end.y),
        });
        for at in inner.line.0.iter().copied().chain(middles) {
            *left = left.checked_sub(self.line.0.len())?;
            match coord_pos_relative_to_ring(at, &self.line) {
                CoordPos::Inside => return Some(true),
                CoordPos::Outside => return Some(false),
                CoordPos::OnBoundary => {}
            }
        }
        Some(false)
    }
}

/// For each ring the outline that it is a hole of; `None` for all where it would take too long to tell.
fn nested(rings: &[Ring]) -> Option<Vec<Option<usize>>> {
    let mut parents = vec![None; rings.len()];
    if rings.len() < 2 {
        return Some(parents);
    }
    let boxes = rings.iter().enumerate().map(|(at, ring)| {
        GeomWithData::new(
            Rectangle::from_corners(ring.around.lower(), ring.around.upper()),
            at,
        )
    });
    let tree: Tree = RTree::bulk_load(boxes.collect());
    let mut order: Vec<usize> = (0..rings.len()).collect();
    let area = |at: &usize| rings.get(*at).map_or(0.0, |ring| ring.area);
    // From the largest, so that what holds a ring is known before it.
    order.sort_by(|a, b| area(b).total_cmp(&area(a)));
    let mut is_hole = vec![false; rings.len()];
    let knows_the_rule = rings.iter().any(|ring| ring.is_clockwise == Some(true));
    let mut left = MOST_LOOKS;
    for at in order {
        let ring = rings.get(at)?;
        let first = ring.line.0.first()?;
        let mut around: Vec<usize> = Vec::new();
        for found in tree.locate_all_at_point(&[first.x, first.y]) {
            left = left.checked_sub(BOX)?;
            let other = rings.get(found.data)?;
            if other.area > ring.area && contains(&other.around, &ring.around) {
                around.push(found.data);
            }
        }
        around.sort_by(|a, b| area(a).total_cmp(&area(b)));
        let mut holder = None;
        for outer in around {
            if rings.get(outer)?.holds(ring, &mut left)? {
                holder = Some(outer);
                break;
            }
        }
        if holder.is_none() && knows_the_rule && ring.is_clockwise == Some(false) {
            for found in tree.locate_in_envelope_intersecting(&ring.around) {
                left = left.checked_sub(BOX)?;
                if crosses(rings.get(found.data)?, ring, &mut left)? {
                    holder = Some(found.data);
                    break;
                }
            }
        }
        if let Some(outer) = holder.filter(|outer| is_hole.get(*outer) == Some(&false)) {
            *parents.get_mut(at)? = Some(outer);
            *is_hole.get_mut(at)? = true;
        }
    }
    Some(parents)
}

type Tree = RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>;

/// Whether `outer` has a part of `hole` in it; that this is no sound hole is seen further on. `None` where `left` does not
/// suffice.
fn crosses(outer: &Ring, hole: &Ring, left: &mut usize) -> Option<bool> {
    if outer.area <= hole.area {
        return Some(false);
    }
    for at in &hole.line.0 {
        *left = left.checked_sub(outer.line.0.len())?;
        if coord_pos_relative_to_ring(*at, &outer.line) == CoordPos::Inside {
            return Some(true);
        }
    }
    Some(false)
}

fn contains(outer: &AABB<[f64; 2]>, inner: &AABB<[f64; 2]>) -> bool {
    let ([west, south], [east, north]) = (outer.lower(), outer.upper());
    let ([w, s], [e, n]) = (inner.lower(), inner.upper());
    west <= w && south <= s && east >= e && north >= n
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A square, clockwise as outlines are.
    fn square(at: f64, side: f64) -> Vec<Coord> {
        [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)]
            .map(|(x, y)| Coord {
                x: at + x * side,
                y: at + y * side,
            })
            .into()
    }

    fn back(mut ring: Vec<Coord>) -> Vec<Coord> {
        ring.reverse();
        ring
    }

    /// The areas of the polygons and the numbers of their holes; whether a ring is turned.
    fn read(rings: Vec<Vec<Coord>>) -> (Vec<(f64, usize)>, bool) {
        let read = polygons(rings);
        let areas = read.areas.unwrap();
        let each = areas.iter().map(|area| {
            let size = (area.unsigned_area() * 1e6).round() / 1e6;
            (size, area.interiors().len())
        });
        (each.collect(), read.is_turned)
    }

    #[test]
    fn holes_find_the_smallest_outline_that_holds_them() {
        let (outer, hole) = (square(0.0, 10.0), square(1.0, 8.0));
        let (island, its_hole) = (square(2.0, 6.0), square(3.0, 4.0));
        for (what, rings, wanted, turned) in [
            (
                "as it should be",
                vec![outer.clone(), back(hole.clone())],
                vec![(36.0, 1)],
                false,
            ),
            (
                "hole before its outline",
                vec![back(hole.clone()), outer.clone()],
                vec![(36.0, 1)],
                false,
            ),
            (
                "both the wrong way round",
                vec![back(outer.clone()), hole.clone()],
                vec![(36.0, 1)],
                true,
            ),
            (
                "both clockwise",
                vec![outer.clone(), hole.clone()],
                vec![(36.0, 1)],
                true,
            ),
            (
                "both counter-clockwise",
                vec![back(outer.clone()), back(hole.clone())],
                vec![(36.0, 1)],
                true,
            ),
            (
                "an island in a hole with a hole of its own",
                vec![outer.clone(), back(hole), island, back(its_hole)],
                vec![(36.0, 1), (20.0, 1)],
                false,
            ),
            (
                "a second island the wrong way round",
                vec![outer.clone(), back(square(20.0, 1.0))],
                vec![(100.0, 0), (1.0, 0)],
                true,
            ),
            (
                "a hole that begins on its outline, beside another outline",
                vec![
                    outer,
                    square(20.0, 1.0),
                    back(vec![
                        Coord { x: 0.0, y: 5.0 },
                        Coord { x: 2.0, y: 6.0 },
                        Coord { x: 2.0, y: 4.0 },
                        Coord { x: 0.0, y: 5.0 },
                    ]),
                ],
                vec![(98.0, 1), (1.0, 0)],
                false,
            ),
            (
                "two beside each other along an edge",
                vec![square(0.0, 1.0), {
                    let mut beside = square(0.0, 1.0);
                    for at in &mut beside {
                        at.x += 1.0;
                    }
                    beside
                }],
                vec![(1.0, 0), (1.0, 0)],
                false,
            ),
        ] {
            assert_eq!(read(rings), (wanted, turned), "{what}");
        }
    }

    #[test]
    fn a_hole_that_reaches_over_its_outline_stays_one() {
        let rings = vec![square(0.0, 10.0), back(square(9.0, 3.0))];
        assert_eq!(read(rings).0, [(91.0, 1)]);
    }

    #[test]
    fn a_hole_whose_corners_all_stand_on_its_outline_is_one() {
        let corner = |x, y| Coord { x, y };
        let middles = [(5.0, 0.0), (10.0, 5.0), (5.0, 10.0), (0.0, 5.0), (5.0, 0.0)];
        let hole = middles.map(|(x, y)| corner(x, y)).to_vec();
        assert_eq!(read(vec![square(0.0, 10.0), hole]).0, [(50.0, 1)]);
    }

    #[test]
    fn many_rings_beside_each_other_are_read_at_once() {
        let rings = (0..30_000).map(|at| square(f64::from(at) * 2.0, 1.0));
        assert_eq!(polygons(rings.collect()).areas.unwrap().0.len(), 30_000);
    }

    #[test]
    fn many_rings_in_each_other_are_refused_and_not_looked_at_for_ever() {
        let rings = (0..30_000).map(|at| {
            let side = f64::from(30_000 - at);
            square(-side / 2.0, side)
        });
        assert!(matches!(
            polygons(rings.collect()).given(false),
            Given::Bad {
                reason: Reason::TooIntricate,
                ..
            }
        ));
    }
}

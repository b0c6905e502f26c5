//! The first fault among the rings of an area: crossings, touches, overlaps, nesting.

use std::collections::HashMap;

use geo::coordinate_position::{CoordPos, coord_pos_relative_to_ring};
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{BoundingRect, Intersects, Rect};
use rstar::{AABB, Envelope, RTree, RTreeObject};

use super::ShapeError;
use crate::geometry::{Coord, LineString, MultiPolygon};

/// How many pairs of edges or positions are looked at before a shape counts as too intricate: about a second,
/// and 64 more for each position, of which an honest outline needs about ten.
const MOST_LOOKS: usize = 4_000_000;

/// One edge: ring, place in the ring, ends.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Edge {
    ring: usize,
    at: usize,
    line: geo::Line,
}

impl RTreeObject for Edge {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        let (a, b) = (self.line.start, self.line.end);
        AABB::from_corners([a.x.min(b.x), a.y.min(b.y)], [a.x.max(b.x), a.y.max(b.y)])
    }
}

/// One ring of a part: the outline or a hole.
#[derive(Debug)]
struct Ring<'a> {
    part: usize,
    is_hole: bool,
    line: &'a LineString,
    rect: Rect,
}

/// Touch points of two rings, with the edge of each on which they lie.
type Touches = HashMap<(usize, usize), Vec<(Coord, usize, usize)>>;

/// The first fault of rings that are closed, finite, of four positions or more and free of repeats; `None` if sound.
pub(super) fn first_fault(areas: &MultiPolygon) -> Option<ShapeError> {
    let mut rings = Vec::new();
    for (part, polygon) in areas.iter().enumerate() {
        let lines = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        for (i, line) in lines.enumerate() {
            let rect = line.bounding_rect()?;
            rings.push(Ring {
                part,
                is_hole: i > 0,
                line,
                rect,
            });
        }
    }
    let positions: usize = rings.iter().map(|ring| ring.line.0.len()).sum();
    let mut looks = Looks {
        left: MOST_LOOKS + 64 * positions,
        positions,
    };
    let touches = match crossings(&rings, &mut looks) {
        Ok(touches) => touches,
        Err(fault) => return Some(fault),
    };
    nesting(&rings, &touches, &mut looks)
        .and_then(|()| in_one_piece(&rings, &touches))
        .err()
}

/// What may still be looked at.
struct Looks {
    left: usize,
    positions: usize,
}

impl Looks {
    fn spend(&mut self, looks: usize) -> Result<(), ShapeError> {
        self.left = self
            .left
            .checked_sub(looks)
            .ok_or(ShapeError::TooIntricate {
                positions: self.positions,
            })?;
        Ok(())
    }
}

/// How many pairs of edges meet other than at the end of one and the beginning of the next, counted up to `most`.
pub(super) fn meetings(areas: &MultiPolygon, most: usize) -> usize {
    let lines = areas
        .iter()
        .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
        .enumerate();
    let edges: Vec<Edge> = lines
        .flat_map(|(ring, r)| {
            r.lines()
                .enumerate()
                .map(move |(at, line)| Edge { ring, at, line })
        })
        .collect();
    let tree = RTree::bulk_load(edges.clone());
    let mut found = 0;
    for edge in &edges {
        for other in tree.locate_in_envelope_intersecting(&edge.envelope()) {
            let later = (other.ring, other.at) > (edge.ring, edge.at);
            let adjacent = edge.line.end == other.line.start || edge.line.start == other.line.end;
            if later && !adjacent && edge.line.intersects(&other.line) {
                found += 1;
                if found >= most {
                    return found;
                }
            }
        }
    }
    found
}

fn crossings(rings: &[Ring<'_>], looks: &mut Looks) -> Result<Touches, ShapeError> {
    let edges: Vec<Edge> = rings
        .iter()
        .enumerate()
        .flat_map(|(ring, r)| {
            r.line
                .lines()
                .enumerate()
                .map(move |(at, line)| Edge { ring, at, line })
        })
        .collect();
    let mut touches = Touches::new();
    if edges.len() <= FEW_EDGES {
        let boxes: Vec<AABB<[f64; 2]>> = edges.iter().map(Edge::envelope).collect();
        let boxed = || edges.iter().zip(&boxes).enumerate();
        for (at, (edge, bounds)) in boxed() {
            for (_, (later, others)) in boxed().skip(at + 1) {
                if bounds.intersects(others) {
                    looks.spend(1)?;
                    meet(rings, edge, later, &mut touches)?;
                }
            }
        }
        return Ok(touches);
    }
    let tree = RTree::bulk_load(edges.clone());
    for edge in &edges {
        for other in tree.locate_in_envelope_intersecting(&edge.envelope()) {
            looks.spend(1)?;
            if (other.ring, other.at) > (edge.ring, edge.at) {
                meet(rings, edge, other, &mut touches)?;
            }
        }
    }
    Ok(touches)
}

/// Of so few edges each is compared with each: a house has a dozen, and a tree of them takes longer to build.
const FEW_EDGES: usize = 40;

/// Where `edge` and the later edge `other` meet: as neighbours in a ring, as rings that touch, or wrongly.
fn meet(
    rings: &[Ring<'_>],
    edge: &Edge,
    other: &Edge,
    touches: &mut Touches,
) -> Result<(), ShapeError> {
    match line_intersection(edge.line, other.line) {
        None => {}
        Some(LineIntersection::Collinear { intersection }) => {
            return Err(ShapeError::Crossing {
                at: intersection.start,
            });
        }
        Some(LineIntersection::SinglePoint {
            intersection,
            is_proper,
        }) => {
            if edge.ring == other.ring {
                let count = rings.get(edge.ring).map_or(0, |ring| ring.line.0.len() - 1);
                let next = other.at == edge.at + 1 && edge.line.end == intersection;
                let around =
                    edge.at == 0 && other.at + 1 == count && edge.line.start == intersection;
                if !next && !around {
                    return Err(ShapeError::Crossing { at: intersection });
                }
            } else if is_proper {
                return Err(ShapeError::Crossing { at: intersection });
            } else {
                let places = touches.entry((edge.ring, other.ring)).or_default();
                places.push((intersection, edge.at, other.at));
            }
        }
    }
    Ok(())
}

/// Where the ring `of` lies to the ring `to`, from places of `of` that are on neither touch point.
/// Rings that do not cross between touches lie on one side from touch to touch, so one place for each stretch does.
fn side(
    of: &Ring<'_>,
    to: &Ring<'_>,
    on: &[(Coord, usize)],
    looks: &mut Looks,
) -> Result<Option<CoordPos>, ShapeError> {
    let mut probes: Vec<Coord> = Vec::new();
    if on.is_empty() {
        probes.extend(of.line.0.first());
    }
    let lines: Vec<geo::Line> = if on.is_empty() {
        Vec::new()
    } else {
        of.line.lines().collect()
    };
    for (_, at) in on {
        let Some(line) = lines.get(*at) else { continue };
        let along = |c: Coord| (c.x - line.start.x).hypot(c.y - line.start.y);
        let mut stops = vec![line.start, line.end];
        stops.extend(on.iter().filter(|(_, other)| other == at).map(|(c, _)| *c));
        stops.sort_by(|a, b| along(*a).total_cmp(&along(*b)));
        stops.dedup();
        probes.extend(
            stops
                .iter()
                .zip(stops.iter().skip(1))
                .map(|(a, b)| (*a + *b) / 2.0),
        );
    }
    let mut found = None;
    for probe in probes {
        looks.spend(to.line.0.len() / 8 + 1)?;
        let position = if to.rect.intersects(&probe) {
            coord_pos_relative_to_ring(probe, to.line)
        } else {
            CoordPos::Outside
        };
        match (found, position) {
            (_, CoordPos::OnBoundary) => {}
            (None, _) => found = Some(position),
            (Some(before), _) if before != position => {
                return Err(ShapeError::Crossing { at: probe });
            }
            _ => {}
        }
    }
    Ok(found)
}

fn nesting(rings: &[Ring<'_>], touches: &Touches, looks: &mut Looks) -> Result<(), ShapeError> {
    for (i, a) in rings.iter().enumerate() {
        for (j, b) in rings.iter().enumerate().skip(i + 1) {
            looks.spend(1)?;
            let same_part = a.part == b.part;
            let at = b.line.0.first().copied().unwrap_or_default();
            let must_nest = same_part && !a.is_hole && b.is_hole;
            if !a.rect.intersects(&b.rect) {
                if must_nest {
                    return Err(ShapeError::Nesting { at });
                }
                continue;
            }
            let on = touches.get(&(i, j)).map(Vec::as_slice).unwrap_or_default();
            let on_b: Vec<_> = on.iter().map(|(c, _, at)| (*c, *at)).collect();
            let on_a: Vec<_> = on.iter().map(|(c, at, _)| (*c, *at)).collect();
            let b_in_a = side(b, a, &on_b, looks)?;
            if must_nest {
                if b_in_a != Some(CoordPos::Inside) {
                    return Err(ShapeError::Nesting { at });
                }
                continue;
            }
            let a_in_b = side(a, b, &on_a, looks)?;
            let apart = b_in_a != Some(CoordPos::Inside) && a_in_b != Some(CoordPos::Inside);
            // A part may lie in a hole of another part; that is settled between outlines below.
            if same_part && !apart {
                return Err(ShapeError::Nesting { at });
            }
            if !same_part && !a.is_hole && !b.is_hole && !apart {
                let (inner, outer) = if b_in_a == Some(CoordPos::Inside) {
                    (j, i)
                } else {
                    (i, j)
                };
                in_a_hole(rings, touches, inner, outer, looks)?;
            }
        }
    }
    Ok(())
}

/// Whether the outline `inner`, which lies within the outline `outer` of another part, lies in one of its holes.
fn in_a_hole(
    rings: &[Ring<'_>],
    touches: &Touches,
    inner: usize,
    outer: usize,
    looks: &mut Looks,
) -> Result<(), ShapeError> {
    let (Some(a), Some(b)) = (rings.get(inner), rings.get(outer)) else {
        return Ok(());
    };
    for (k, hole) in rings
        .iter()
        .enumerate()
        .filter(|(_, ring)| ring.is_hole && ring.part == b.part)
    {
        let on: Vec<_> = if inner < k {
            touches
                .get(&(inner, k))
                .into_iter()
                .flatten()
                .map(|(c, at, _)| (*c, *at))
                .collect()
        } else {
            touches
                .get(&(k, inner))
                .into_iter()
                .flatten()
                .map(|(c, _, at)| (*c, *at))
                .collect()
        };
        if side(a, hole, &on, looks)? == Some(CoordPos::Inside) {
            return Ok(());
        }
    }
    Err(ShapeError::Nesting {
        at: a.line.0.first().copied().unwrap_or_default(),
    })
}

/// Rings that touch in a circle, or twice, cut the inside in two. Touch points and rings are the nodes of a graph;
/// sound rings make it a forest. Parts may touch each other as often as they like.
fn in_one_piece(rings: &[Ring<'_>], touches: &Touches) -> Result<(), ShapeError> {
    let key = |c: Coord| (c.x.to_bits(), c.y.to_bits());
    let mut places: HashMap<(u64, u64), (Coord, Vec<usize>)> = HashMap::new();
    let part = |ring: &usize| rings.get(*ring).map(|ring| ring.part);
    for ((a, b), on) in touches.iter().filter(|((a, b), _)| part(a) == part(b)) {
        for (at, _, _) in on {
            let entry = places.entry(key(*at)).or_insert_with(|| (*at, Vec::new()));
            entry.1.extend([*a, *b]);
        }
    }
    let mut root: HashMap<usize, usize> = HashMap::new();
    for (at, mut rings) in places.into_values() {
        rings.sort_unstable();
        rings.dedup();
        let mut before: Option<usize> = None;
        for ring in rings {
            let mine = find(&root, ring);
            if let Some(other) = before {
                let other = find(&root, other);
                if other == mine {
                    return Err(ShapeError::Crossing { at });
                }
                root.insert(mine, other);
            }
            before = Some(ring);
        }
    }
    Ok(())
}

fn find(root: &HashMap<usize, usize>, mut ring: usize) -> usize {
    while let Some(next) = root.get(&ring) {
        ring = *next;
    }
    ring
}

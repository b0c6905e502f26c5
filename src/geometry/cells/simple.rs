//! Whether a polygon's outline is so plain that counting crossings answers for it.
#![expect(clippy::indexing_slicing, reason = "indices come from the same slices")]

use geo::algorithm::kernels::{Kernel, Orientation, RobustKernel};

use super::outlines::{Outlines, bounds_of};
use crate::geometry::Coord;
use crate::geometry::measure::Cover;

/// An edge with its box.
#[derive(Debug, Clone, Copy)]
struct Edge {
    ends: [Coord; 2],
    min: Coord,
    max: Coord,
    ring: usize,
    at: usize,
    ring_len: usize,
}

/// True only when no two edges of `area` meet but neighbours in their common vertex, and the holes lie side by side
/// within the exterior. Then parity and winding number say the same everywhere. False is always safe.
pub(super) fn is_simple(outlines: &Outlines, area: u32, scratch: &mut Scratch) -> bool {
    let edges = &mut scratch.edges;
    edges.clear();
    for (number, ring) in outlines.rings(area).enumerate() {
        let ring = outlines.ring(ring);
        let from = edges.len();
        for ends in ring.windows(2).filter(|ends| ends[0] != ends[1]) {
            let (a, b) = (ends[0], ends[1]);
            edges.push(Edge {
                ends: [a, b],
                min: Coord {
                    x: a.x.min(b.x),
                    y: a.y.min(b.y),
                },
                max: Coord {
                    x: a.x.max(b.x),
                    y: a.y.max(b.y),
                },
                ring: number,
                at: edges.len() - from,
                ring_len: 0,
            });
        }
        let ring_len = edges.len() - from;
        if ring_len < 3 || ring.first() != ring.last() {
            return false;
        }
        for edge in &mut edges[from..] {
            edge.ring_len = ring_len;
        }
    }
    edges.sort_unstable_by(|a, b| a.min.x.total_cmp(&b.min.x));
    for (i, a) in edges.iter().enumerate() {
        let beside = edges[i + 1..].iter().take_while(|b| b.min.x <= a.max.x);
        for b in beside.filter(|b| b.min.y <= a.max.y && a.min.y <= b.max.y) {
            if clash(a, b) {
                return false;
            }
        }
    }
    holes_lie_well(outlines, area)
}

/// Buffers that many calls share.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    edges: Vec<Edge>,
}

/// Whether two edges with common boxes meet otherwise than neighbours do.
fn clash(a: &Edge, b: &Edge) -> bool {
    let next = |a: &Edge, b: &Edge| a.ring == b.ring && (a.at + 1) % a.ring_len == b.at;
    if next(a, b) {
        return folds_back(a, b);
    }
    if next(b, a) {
        return folds_back(b, a);
    }
    let side = |edge: &Edge, at: Coord| RobustKernel::orient2d(edge.ends[0], edge.ends[1], at);
    let apart = |edge: &Edge, other: &Edge| {
        let sides = other.ends.map(|at| side(edge, at));
        sides[0] == sides[1] && sides[0] != Orientation::Collinear
    };
    !(apart(a, b) || apart(b, a))
}

/// Whether `b`, which starts where `a` ends, runs back over `a`.
fn folds_back(a: &Edge, b: &Edge) -> bool {
    let within = |edge: &Edge, at: Coord| {
        edge.min.x <= at.x && at.x <= edge.max.x && edge.min.y <= at.y && at.y <= edge.max.y
    };
    RobustKernel::orient2d(a.ends[0], a.ends[1], b.ends[1]) == Orientation::Collinear
        && (within(a, b.ends[1]) || within(b, a.ends[0]))
}

/// For rings that do not meet: each hole within the exterior, none within another.
fn holes_lie_well(outlines: &Outlines, area: u32) -> bool {
    let mut rings = outlines.rings(area);
    let Some(exterior) = rings.next() else {
        return true;
    };
    let holes: Vec<_> = rings
        .map(|ring| {
            let ring = outlines.ring(ring);
            (ring, bounds_of(ring))
        })
        .collect();
    let exterior = outlines.ring(exterior);
    holes.iter().enumerate().all(|(i, (hole, _))| {
        let at = hole[0];
        let alone = holes.iter().enumerate().all(|(j, (other, bounds))| {
            let in_box = bounds.is_some_and(|[min, max]| {
                min.x <= at.x && at.x <= max.x && min.y <= at.y && at.y <= max.y
            });
            i == j || !in_box || ring_cover(other, at) == Cover::Outside
        });
        alone && ring_cover(exterior, at) == Cover::Inside
    })
}

fn ring_cover(ring: &[Coord], at: Coord) -> Cover {
    let mut winding = super::outlines::Winding::new(at);
    ring.windows(2).all(|ends| winding.pass(ends[0], ends[1]));
    winding.cover()
}

//! Which vertices a zoom can do without.
//!
//! Two shapes that share a border keep the same vertices of it, so no gap opens between them:
//! a vertex where shapes part or meet is always kept, and between such vertices the choice (Douglas and Peucker)
//! depends on the positions only, not on the direction or the shape. The runs end at the lines of a mesh that neighbouring
//! tiles share, so that they choose alike too.
#![expect(
    clippy::indexing_slicing,
    reason = "the indices are made from the lengths of the runs they index"
)]

use std::cell::OnceCell;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::Range;

use crate::geometry::Coord;

use super::address::{EXTENT, TileAddress};
use super::mixer::Mixing;
use super::parts::{Kind, Parts, Span};
use super::{BUFFER, FULL_DETAIL_ZOOM};

/// How far a line may move, in units of the tile's grid: an eighth of a pixel where a tile is 512 pixels wide.
const TOLERANCE: f64 = 1.0;

/// From this zoom on, latitudes within a tile are as good as evenly spaced.
const EVEN_ZOOM: u8 = 8;

/// A position in units of the tile's grid, x then y.
pub(super) type Place = [f64; 2];

/// Which positions of `parts` to keep at the zoom of `address`; `None` for all.
pub(super) fn generalise(
    parts: &Parts<Coord>,
    spans: &[Span],
    address: TileAddress,
) -> Option<Vec<bool>> {
    if address.z() >= FULL_DETAIL_ZOOM {
        return None;
    }
    Runs::of(parts, spans).kept(parts.points(), &in_units(parts.points(), address))
}

/// The lines and rings of some shapes.
#[derive(Debug)]
pub(super) struct Runs {
    /// Where the positions of each lie, and whether it is a ring.
    runs: Vec<(Range<usize>, bool)>,
    /// The same at every zoom.
    junctions: OnceCell<Vec<bool>>,
}

impl Runs {
    pub(super) fn of(parts: &Parts<Coord>, spans: &[Span]) -> Self {
        let thinnable = spans.iter().filter(|span| span.kind != Kind::Point);
        let runs = thinnable.flat_map(|span| {
            let is_ring = span.kind == Kind::Polygon;
            let each = span.parts.clone();
            each.map(move |part| (parts.part_range(part), is_ring))
        });
        Self {
            runs: runs.collect(),
            junctions: OnceCell::new(),
        }
    }

    /// Which of `points` to keep at a zoom in whose units they are `places`; `None` for all. The places are those of a
    /// tile, or of any whole number of tiles around it.
    pub(super) fn kept(&self, points: &[Coord], places: &[Place]) -> Option<Vec<bool>> {
        let thinnable =
            |(run, is_ring): &&(Range<usize>, bool)| may_thin(&places[run.clone()], *is_ring);
        let thinnable: Vec<_> = self.runs.iter().filter(thinnable).collect();
        if thinnable.is_empty() {
            return None;
        }
        let junctions = self.junctions.get_or_init(|| junctions(points, &self.runs));
        let mut keep = vec![true; places.len()];
        for (run, is_ring) in thinnable {
            let run = run.clone();
            thin(
                &places[run.clone()],
                &junctions[run.clone()],
                *is_ring,
                &mut keep[run],
            );
        }
        Some(keep)
    }
}

fn in_units(points: &[Coord], address: TileAddress) -> Vec<Place> {
    let extent = f64::from(EXTENT);
    if address.z() < EVEN_ZOOM {
        let side = f64::from(1_u32 << address.z());
        let (x, y) = (f64::from(address.x()), f64::from(address.y()));
        let unit = |point: &Coord| {
            let place = address.tiling().flat(*point);
            [(place.x * side - x) * extent, (place.y * side - y) * extent]
        };
        return points.iter().map(unit).collect();
    }
    let bounds = address.bounds();
    let per_lon = extent / (bounds.east - bounds.west);
    let per_lat = extent / (bounds.north - bounds.south);
    let unit = |point: &Coord| {
        [
            (point.x - bounds.west) * per_lon,
            (bounds.north - point.y) * per_lat,
        ]
    };
    points.iter().map(unit).collect()
}

/// Whether any vertex lies near enough to the line between its neighbours to be worth a closer look.
fn may_thin(places: &[Place], is_ring: bool) -> bool {
    let near = |a, b, c| distance2(b, a, c) <= 4.0 * TOLERANCE * TOLERANCE;
    let count = places.len();
    let inner = places
        .windows(3)
        .any(|triple| near(triple[0], triple[1], triple[2]));
    inner
        || is_ring
            && count > 3
            && (near(places[count - 2], places[count - 1], places[0])
                || near(places[count - 1], places[0], places[1]))
}

/// For each position, whether it is an end of a line or shapes part or meet there: more than two neighbours in all.
fn junctions(points: &[Coord], runs: &[(Range<usize>, bool)]) -> Vec<bool> {
    const NOBODY: usize = usize::MAX;
    let mut numbers: HashMap<[u64; 2], usize, Mixing> =
        HashMap::with_capacity_and_hasher(points.len(), Mixing::default());
    let place_numbers: Vec<usize> = points
        .iter()
        .map(|point| {
            let next = numbers.len();
            *numbers
                .entry([point.x.to_bits(), point.y.to_bits()])
                .or_insert(next)
        })
        .collect();
    let mut neighbours = vec![[NOBODY; 2]; numbers.len()];
    let mut is_junction = vec![false; numbers.len()];
    for (run, is_ring) in runs {
        let run = &place_numbers[run.clone()];
        let count = run.len();
        for (at, &here) in run.iter().enumerate() {
            if !is_ring && (at == 0 || at + 1 == count) {
                is_junction[here] = true;
                continue;
            }
            let before = run[if at == 0 { count - 1 } else { at - 1 }];
            let after = run[if at + 1 == count { 0 } else { at + 1 }];
            for other in [before, after] {
                match &mut neighbours[here] {
                    [one, two] if *one == other || *two == other => {}
                    [one, _] if *one == NOBODY => *one = other,
                    [_, two] if *two == NOBODY => *two = other,
                    _ => is_junction[here] = true,
                }
            }
        }
    }
    place_numbers
        .into_iter()
        .map(|number| is_junction[number])
        .collect()
}

/// Thins one line or ring: first the vertices that stay whatever happens, then the runs between them.
fn thin(places: &[Place], junctions: &[bool], is_ring: bool, keep: &mut [bool]) {
    let count = places.len();
    // The box of a tile with its buffer is a whole number of meshes of the buffer's width.
    let mesh = |place: Place| place.map(|number| (number / f64::from(BUFFER)).floor().to_bits());
    keep.copy_from_slice(junctions);
    for at in 0..count {
        let after = if at + 1 == count { 0 } else { at + 1 };
        if (is_ring || after > 0) && mesh(places[at]) != mesh(places[after]) {
            keep[at] = true;
            keep[after] = true;
        }
    }
    let kept = keep.iter().filter(|keep| **keep).count();
    if is_ring && kept < 2 {
        hold_ring(places, keep);
    }
    let held: Vec<usize> = (0..count).filter(|at| keep[*at]).collect();
    for pair in held.windows(2) {
        thin_run(places, pair[0], pair[1], keep);
    }
    if let (true, Some(first), Some(last)) = (is_ring, held.first(), held.last()) {
        thin_run(places, *last, first + count, keep);
    }
}

/// Holds a ring that nothing holds by its outermost vertices, so that at least a triangle stays.
fn hold_ring(places: &[Place], keep: &mut [bool]) {
    let all = || 0..places.len();
    let by_place = |a: &usize, b: &usize| in_order(places[*a], places[*b]);
    let (Some(low), Some(high)) = (all().min_by(by_place), all().max_by(by_place)) else {
        return;
    };
    let held = all().find(|at| keep[*at]).unwrap_or(low);
    let far = |from: Place, at: usize| (places[at][0] - from[0]).hypot(places[at][1] - from[1]);
    let opposite = if far(places[held], low) > far(places[held], high) {
        low
    } else {
        high
    };
    let (a, b) = ordered(places[held], places[opposite]);
    let widest = all().max_by(|one, other| {
        distance2(places[*one], a, b)
            .total_cmp(&distance2(places[*other], a, b))
            .then_with(|| by_place(other, one))
    });
    for at in [Some(held), Some(opposite), widest].into_iter().flatten() {
        keep[at] = true;
    }
}

/// Douglas and Peucker between two kept vertices; `to` may lie one round further on a ring.
fn thin_run(places: &[Place], from: usize, to: usize, keep: &mut [bool]) {
    let at = |index: usize| index % places.len();
    let mut open = vec![(from, to)];
    while let Some((from, to)) = open.pop() {
        let (a, b) = ordered(places[at(from)], places[at(to)]);
        let widest = (from + 1..to)
            .map(|index| (index, distance2(places[at(index)], a, b)))
            .max_by(|(one, near), (other, far)| {
                near.total_cmp(far)
                    .then_with(|| in_order(places[at(*other)], places[at(*one)]))
            });
        if let Some((index, distance2)) = widest
            && distance2 > TOLERANCE * TOLERANCE
        {
            keep[at(index)] = true;
            open.push((from, index));
            open.push((index, to));
        }
    }
}

fn in_order(a: Place, b: Place) -> Ordering {
    a[0].total_cmp(&b[0]).then_with(|| a[1].total_cmp(&b[1]))
}

/// The two in one order, whichever way they come, so that sums round alike.
fn ordered(a: Place, b: Place) -> (Place, Place) {
    if in_order(a, b) == Ordering::Greater {
        (b, a)
    } else {
        (a, b)
    }
}

/// The square of the distance from `place` to the segment `ab`.
fn distance2(place: Place, a: Place, b: Place) -> f64 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let (px, py) = (place[0] - a[0], place[1] - a[1]);
    let length2 = dx * dx + dy * dy;
    let along = if length2 > 0.0 {
        ((px * dx + py * dy) / length2).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let (ex, ey) = (px - along * dx, py - along * dy);
    ex * ex + ey * ey
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A zoom-14 tile in which the coordinates below are units of its grid.
    fn kept(rings: &[&[Place]]) -> Vec<Vec<Place>> {
        let address = TileAddress::new(14, 13149, 6518).unwrap();
        let bounds = address.bounds();
        let mut parts = Parts::new();
        let mut spans = Vec::new();
        for ring in rings {
            parts.push_part(ring.iter().map(|[x, y]| Coord {
                x: bounds.west + x / 4096.0 * (bounds.east - bounds.west),
                y: bounds.north - y / 4096.0 * (bounds.north - bounds.south),
            }));
            parts.end_polygon(parts.part_count() - 1);
            spans.push(Span {
                kind: Kind::Polygon,
                multi: false,
                parts: parts.part_count() - 1..parts.part_count(),
                polygons: parts.polygon_count() - 1..parts.polygon_count(),
            });
        }
        let keep = generalise(&parts, &spans, address).unwrap_or(vec![true; parts.points().len()]);
        rings
            .iter()
            .enumerate()
            .map(|(part, ring)| {
                let range = parts.part_range(part);
                ring.iter()
                    .zip(&keep[range])
                    .filter(|(_, keep)| **keep)
                    .map(|(place, _)| *place)
                    .collect()
            })
            .collect()
    }

    #[test]
    fn a_vertex_on_a_straight_edge_goes_and_a_corner_stays() {
        let ring: &[Place] = &[[10., 10.], [30., 10.4], [50., 10.], [50., 50.], [10., 50.]];
        let expected = vec![[10., 10.], [50., 10.], [50., 50.], [10., 50.]];
        assert_eq!(kept(&[ring]), [expected]);
    }

    #[test]
    fn a_small_ring_stays_a_triangle_at_least() {
        let ring: &[Place] = &[
            [10., 10.],
            [10.3, 10.],
            [10.4, 10.2],
            [10.3, 10.4],
            [10., 10.3],
        ];
        let left = kept(&[ring]);
        assert!(left[0].len() >= 3 && left[0].len() < ring.len(), "{left:?}");
    }

    #[test]
    fn neighbours_keep_the_same_vertices_of_their_border() {
        // A border that wobbles by less and more than the tolerance, on either side of it an area, and a third below.
        let border: Vec<Place> = (0..=40_i32)
            .map(|step| {
                [
                    200.0 + f64::from(step * step % 7) * 0.35,
                    f64::from(step) * 4.0 + 100.0,
                ]
            })
            .collect();
        let mut west = vec![[20.0, 260.0], [20.0, 100.0]];
        west.extend(&border);
        let mut east: Vec<Place> = border.iter().rev().copied().collect();
        east.extend([[400.0, 100.0], [400.0, 260.0]]);
        let south = vec![[20.0, 260.0], border[40], [400.0, 260.0], [200.0, 500.0]];
        let all = kept(&[&west, &east, &south]);
        let on_border = |ring: &Vec<Place>| {
            let mut places: Vec<Place> = ring
                .iter()
                .filter(|place| border.contains(place))
                .copied()
                .collect();
            places.sort_by(|a, b| in_order(*a, *b));
            places
        };
        assert_eq!(on_border(&all[0]), on_border(&all[1]));
        assert!(
            on_border(&all[0]).len() < border.len() / 2,
            "{:?}",
            on_border(&all[0])
        );
        assert!(all.iter().all(|ring| ring.contains(&border[40])));
    }
}

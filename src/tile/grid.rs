//! Exact geometry on whole numbers: areas, sides, crossings of rings.
#![expect(
    clippy::indexing_slicing,
    reason = "the indices are made from the lengths of the slices they index"
)]

use super::parts::Parts;

/// A position on a whole-number grid, x then y.
pub(super) type Cell = [i64; 2];

/// Twice the signed area of an open ring: positive where x turns towards y.
pub(super) fn area2(ring: &[Cell]) -> i128 {
    let Some(&origin) = ring.first() else {
        return 0;
    };
    ring.windows(2)
        .map(|pair| cross(origin, pair[0], pair[1]))
        .sum()
}

/// Twice the signed area of the triangle: positive where `c` lies on the side of `ab` to which x turns towards y.
fn cross(a: Cell, b: Cell, c: Cell) -> i128 {
    let product = |one: i64, other: i64| i128::from(one) * i128::from(other);
    product(b[0] - a[0], c[1] - a[1]) - product(b[1] - a[1], c[0] - a[0])
}

/// Drops repeated positions from `cells[start..]`, and with `straighten` those in the middle of straight runs and the
/// tips of spikes. For a ring the last and first position are neighbours.
pub(super) fn tidy(cells: &mut Vec<Cell>, start: usize, is_ring: bool, straighten: bool) {
    let mut end = start;
    for at in start..cells.len() {
        let cell = cells[at];
        while end > start && cells[end - 1] == cell
            || straighten
                && end > start + 1
                && needless(cells[end - 2], cells[end - 1], cell, is_ring)
        {
            end -= 1;
        }
        cells[end] = cell;
        end += 1;
    }
    cells.truncate(end);
    if !is_ring {
        return;
    }
    let mut first = start;
    loop {
        let count = cells.len() - first;
        if count < 3 {
            if count == 2 && cells[first] == cells[first + 1] {
                cells.pop();
            }
            break;
        }
        let (last, before) = (cells[cells.len() - 1], cells[cells.len() - 2]);
        if last == cells[first] || straighten && needless(before, last, cells[first], true) {
            cells.pop();
        } else if straighten && needless(last, cells[first], cells[first + 1], true) {
            first += 1;
        } else {
            break;
        }
    }
    cells.drain(start..first);
}

/// Whether `middle` adds nothing between its neighbours. A line keeps the tip where it turns back, a ring does not.
fn needless(before: Cell, middle: Cell, after: Cell, is_ring: bool) -> bool {
    let along = |axis: usize| (middle[axis] - before[axis], after[axis] - middle[axis]);
    let ((ax, bx), (ay, by)) = (along(0), along(1));
    let straight = i128::from(ax) * i128::from(by) == i128::from(ay) * i128::from(bx);
    let onwards = i128::from(ax) * i128::from(bx) + i128::from(ay) * i128::from(by) >= 0;
    straight && (is_ring || onwards)
}

/// Whether `place` lies within the open ring or on it.
pub(super) fn holds_cell(ring: &[Cell], place: Cell) -> bool {
    let Some(&last) = ring.last() else {
        return false;
    };
    let mut inside = false;
    let mut from = last;
    for &to in ring {
        let side = cross(from, to, place);
        if side == 0 && in_box(from, to, place) {
            return true;
        }
        if (from[1] > place[1]) != (to[1] > place[1]) && (side > 0) == (to[1] > from[1]) {
            inside = !inside;
        }
        from = to;
    }
    inside
}

fn in_box(a: Cell, b: Cell, place: Cell) -> bool {
    (0..2).all(|axis| a[axis].min(b[axis]) <= place[axis] && place[axis] <= a[axis].max(b[axis]))
}

#[derive(Clone, Copy)]
struct Edge {
    from: Cell,
    to: Cell,
    west: i64,
    east: i64,
    south: i64,
    north: i64,
    ring: usize,
    at: usize,
    ring_len: usize,
}

/// Whether no two edges of the rings share a position, but for neighbours, which share their vertex only.
pub(super) fn is_simple(rings: &Parts<Cell>) -> bool {
    if rings.part_count() == 1 && is_convex(rings.part(0)) {
        return true;
    }
    let mut edges = Vec::with_capacity(rings.points().len());
    for ring in 0..rings.part_count() {
        let cells = rings.part(ring);
        for (at, &from) in cells.iter().enumerate() {
            let to = cells[if at + 1 == cells.len() { 0 } else { at + 1 }];
            edges.push(Edge {
                from,
                to,
                west: from[0].min(to[0]),
                east: from[0].max(to[0]),
                south: from[1].min(to[1]),
                north: from[1].max(to[1]),
                ring,
                at,
                ring_len: cells.len(),
            });
        }
    }
    edges.sort_unstable_by_key(|edge| edge.west);
    edges.iter().enumerate().all(|(index, edge)| {
        edges[index + 1..]
            .iter()
            .take_while(|other| other.west <= edge.east)
            .all(|other| other.south > edge.north || other.north < edge.south || agree(edge, other))
    })
}

/// Whether the ring turns one way only and goes round once.
fn is_convex(ring: &[Cell]) -> bool {
    let count = ring.len();
    let at = |index: usize| ring[if index < count { index } else { index - count }];
    let turns_one_way = (0..count).all(|index| cross(at(index), at(index + 1), at(index + 2)) > 0);
    // Going round once, x grows in one stretch and shrinks in one.
    let grows = |index: usize| at(index + 1)[0] > at(index)[0];
    let changes = (0..count)
        .filter(|&index| grows(index) != grows(if index + 1 < count { index + 1 } else { 0 }))
        .count();
    count >= 3 && turns_one_way && changes == 2
}

/// Whether two edges whose boxes meet are apart, or are neighbours that share their vertex only.
fn agree(one: &Edge, other: &Edge) -> bool {
    let follows = |a: &Edge, b: &Edge| {
        a.ring == b.ring && (b.at == a.at + 1 || b.at == 0 && a.at + 1 == a.ring_len)
    };
    let (first, second) = match (follows(one, other), follows(other, one)) {
        (true, true) => return false,
        (true, false) => (one, other),
        (false, true) => (other, one),
        (false, false) => return !share(one, other),
    };
    // Neighbours overlap only when the second turns straight back onto the first.
    cross(first.from, first.to, second.to) != 0 || {
        let back = |axis: usize| {
            i128::from(first.to[axis] - first.from[axis])
                * i128::from(second.to[axis] - second.from[axis])
        };
        back(0) + back(1) > 0
    }
}

fn share(one: &Edge, other: &Edge) -> bool {
    let sides = |edge: &Edge, a: Cell, b: Cell| {
        (
            cross(edge.from, edge.to, a).signum(),
            cross(edge.from, edge.to, b).signum(),
        )
    };
    let (a, b) = sides(one, other.from, other.to);
    let (c, d) = sides(other, one.from, one.to);
    if a == 0 && b == 0 {
        // On one straight line, and the boxes meet.
        return true;
    }
    a * b <= 0 && c * d <= 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn simple(rings: &[&[Cell]]) -> bool {
        let mut parts = Parts::new();
        for ring in rings {
            parts.push_part(ring.iter().copied());
        }
        is_simple(&parts)
    }

    #[test]
    fn rings_that_touch_or_cross_are_not_simple() {
        assert!(simple(&[&[[0, 0], [4, 0], [4, 4], [0, 4]]]));
        assert!(simple(&[&[[0, 0], [4, 0], [0, 4]]]));
        assert!(simple(&[&[[0, 0], [4, 0], [4, 2], [2, 2], [2, 4], [0, 4]]]));
        // Turns one way only, but goes round twice.
        assert!(!simple(&[&[
            [0, 0],
            [9, 0],
            [9, 9],
            [1, 9],
            [1, 1],
            [8, 1],
            [8, 8],
            [0, 8]
        ]]));
        // A bow tie, a ring that touches itself in a vertex, a vertex on an edge, a spike, a doubled edge.
        assert!(!simple(&[&[[0, 0], [4, 4], [4, 0], [0, 4]]]));
        assert!(!simple(&[&[
            [0, 0],
            [2, 2],
            [4, 0],
            [4, 4],
            [2, 2],
            [0, 4]
        ]]));
        assert!(!simple(&[&[[0, 0], [4, 0], [4, 4], [2, 0], [0, 4]]]));
        assert!(!simple(&[&[[0, 0], [4, 0], [4, 4], [4, 0]]]));
        assert!(!simple(&[&[[0, 0], [4, 0]]]));
        // A hole inside, a hole that touches.
        let outline: &[Cell] = &[[0, 0], [9, 0], [9, 9], [0, 9]];
        assert!(simple(&[outline, &[[2, 2], [2, 4], [4, 4]]]));
        assert!(!simple(&[outline, &[[0, 2], [2, 4], [4, 4]]]));
    }

    #[test]
    fn tidying_a_ring_goes_round_its_seam() {
        let tidied = |cells: &[Cell]| {
            let mut cells = cells.to_vec();
            tidy(&mut cells, 0, true, true);
            cells
        };
        assert_eq!(
            tidied(&[[2, 0], [4, 0], [4, 0], [4, 4], [0, 4], [0, 0]]),
            [[4, 0], [4, 4], [0, 4], [0, 0]]
        );
        assert!(tidied(&[[0, 0], [1, 1], [2, 2], [1, 1]]).len() < 3);
        assert_eq!(
            tidied(&[[0, 0], [9, 0], [4, 0], [4, 4]]),
            [[0, 0], [4, 0], [4, 4]]
        );
    }

    #[test]
    fn a_line_keeps_the_tip_where_it_turns_back() {
        let mut cells = vec![[9, 9], [0, 0], [2, 0], [4, 0], [1, 0]];
        tidy(&mut cells, 1, false, true);
        assert_eq!(cells, [[9, 9], [0, 0], [4, 0], [1, 0]]);
    }

    #[test]
    fn a_ring_holds_what_is_in_it_and_on_it() {
        let ring = [[0, 0], [4, 0], [4, 4], [0, 4]];
        for (place, expected) in [
            ([2, 2], true),
            ([4, 2], true),
            ([0, 0], true),
            ([5, 2], false),
            ([-1, 0], false),
        ] {
            assert_eq!(holds_cell(&ring, place), expected, "{place:?}");
        }
    }
}

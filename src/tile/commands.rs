//! The commands that draw a shape in a vector tile: move, line, close.

use std::mem;

use super::grid::Cell;
use super::parts::{Kind, Parts};
use super::protobuf::{push_varint, unzigzag, varint, zigzag};

const MOVE_TO: u64 = 1;
const LINE_TO: u64 = 2;
const CLOSE_PATH: u64 = 7;

/// The move to where one stands.
pub(super) const FIRST_MOVE: [u8; 3] = [9, 0, 0];

/// Appends the commands that draw `shape` for one who stands at `cursor`. Where a line runs straight on, no vertex is
/// written: the line is the same.
pub(super) fn push_commands(out: &mut Vec<u8>, kind: Kind, shape: &Parts<Cell>, cursor: Cell) {
    let mut cursor = cursor;
    for part in 0..shape.part_count() {
        let cells = shape.part(part);
        if kind == Kind::Point {
            push_run(out, MOVE_TO, cells.iter().copied(), &mut cursor);
            continue;
        }
        let is_ring = kind == Kind::Polygon;
        push_run(
            out,
            MOVE_TO,
            cells.first().copied().into_iter(),
            &mut cursor,
        );
        push_run(out, LINE_TO, turns(cells, is_ring), &mut cursor);
        if is_ring {
            push_varint(out, CLOSE_PATH | 1 << 3);
        }
    }
}

/// The vertices after the first without those where the line, or the open ring, runs straight on.
fn turns(cells: &[Cell], is_ring: bool) -> impl Iterator<Item = Cell> + Clone {
    let (first, rest) = cells.split_at(cells.len().min(1));
    let closing = first.first().copied().filter(|_| is_ring);
    let next = rest.iter().skip(1).copied().map(Some).chain([closing]);
    let mut from = first.first().copied().unwrap_or_default();
    rest.iter()
        .copied()
        .zip(next)
        .filter_map(move |(at, next)| {
            let is_turn = next.is_none_or(|next| !runs_straight(from, at, next));
            is_turn.then(|| {
                from = at;
                at
            })
        })
}

fn runs_straight(from: Cell, at: Cell, next: Cell) -> bool {
    let [ax, ay] = [at[0] - from[0], at[1] - from[1]];
    let [bx, by] = [next[0] - at[0], next[1] - at[1]];
    ax * by == ay * bx && ax * bx + ay * by > 0
}

fn push_run(
    out: &mut Vec<u8>,
    command: u64,
    cells: impl Iterator<Item = Cell> + Clone,
    cursor: &mut Cell,
) {
    let count = u64::try_from(cells.clone().count()).unwrap_or(u64::MAX);
    push_varint(out, command | count << 3);
    for [x, y] in cells {
        push_varint(out, zigzag(x - cursor[0]));
        push_varint(out, zigzag(y - cursor[1]));
        *cursor = [x, y];
    }
}

/// Appends the move from the corner of the tile to where a shape starts.
pub(super) fn push_first_move(out: &mut Vec<u8>, start: Cell) {
    push_run(out, MOVE_TO, [start].into_iter(), &mut [0, 0]);
}

/// The line or rings of a shape that starts at `start`, from what [`push_commands`] wrote for one who stands there, but
/// without the first move. Open rings; of polygons, the first ring is always an outline, which has a positive area.
pub(super) fn parts_of(start: Cell, commands: &[u8]) -> Vec<Vec<Cell>> {
    let mut rest = commands;
    let mut next = || varint(&mut rest);
    let mut cursor = start;
    let mut parts = Vec::new();
    let mut open = vec![start];
    while let Some(word) = next() {
        let (command, count) = (word & 7, word >> 3);
        if command == CLOSE_PATH {
            continue;
        }
        if command == MOVE_TO {
            parts.push(mem::take(&mut open));
        }
        for _ in 0..count {
            let (Some(x), Some(y)) = (next(), next()) else {
                return parts;
            };
            cursor = [cursor[0] + unzigzag(x), cursor[1] + unzigzag(y)];
            open.push(cursor);
        }
    }
    parts.push(open);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_again() {
        let mut shape = Parts::new();
        shape.push_part([[700, -3], [900, -3], [900, 300]]);
        shape.push_part([[750, 0], [760, 40], [770, 40]]);
        for kind in [Kind::Line, Kind::Polygon] {
            let mut written = Vec::new();
            push_commands(&mut written, kind, &shape, [700, -3]);
            assert_eq!(written[..3], FIRST_MOVE);
            let read = parts_of([700, -3], &written[3..]);
            assert_eq!(read, [shape.part(0), shape.part(1)]);
        }
    }

    #[test]
    fn where_a_line_runs_straight_on_no_vertex_is_written() {
        let cells = [[0, 0], [4, 0], [8, 0], [8, 8], [8, 4], [0, 4], [0, 2]];
        let of_ring: Vec<_> = turns(&cells, true).collect();
        assert_eq!(
            of_ring,
            [[8, 0], [8, 8], [8, 4], [0, 4]],
            "a way back is a turn"
        );
        let of_line: Vec<_> = turns(&cells, false).collect();
        assert_eq!(of_line, [[8, 0], [8, 8], [8, 4], [0, 4], [0, 2]]);
        assert_eq!(turns(&[], true).count(), 0);
    }
}

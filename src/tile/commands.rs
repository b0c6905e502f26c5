//! The commands that draw a shape in a vector tile: move, line, close.

use std::mem;

use super::grid::Cell;
use super::parts::{Kind, Parts};
use super::protobuf::{push_varint, unzigzag, varint, varint_len, zigzag};

const MOVE_TO: u64 = 1;
const LINE_TO: u64 = 2;
const CLOSE_PATH: u64 = 7;

/// The move to where one stands.
pub(super) const FIRST_MOVE: [u8; 3] = [9, 0, 0];

/// Appends the commands that draw `shape` for one who stands at `cursor`. Where a line runs straight on, no vertex is
/// written: the line is the same. A ring starts where the edge that closes it, which is not written, saves most.
pub(super) fn push_commands(out: &mut Vec<u8>, kind: Kind, shape: &Parts<Cell>, cursor: Cell) {
    let mut cursor = cursor;
    for part in 0..shape.part_count() {
        let cells = shape.part(part);
        if kind == Kind::Point {
            push_run(out, MOVE_TO, cells.iter().copied(), &mut cursor);
            continue;
        }
        let is_ring = kind == Kind::Polygon;
        let way = Way::of(cells, is_ring);
        push_run(out, MOVE_TO, way.first().into_iter(), &mut cursor);
        push_run(out, LINE_TO, way.turns(), &mut cursor);
        if is_ring {
            push_varint(out, CLOSE_PATH | 1 << 3);
        }
    }
}

/// Where [`push_commands`] starts to draw.
pub(super) fn first_place(kind: Kind, shape: &Parts<Cell>) -> Option<Cell> {
    let cells = (shape.part_count() > 0).then(|| shape.part(0))?;
    Way::of(cells, kind == Kind::Polygon).first()
}

/// The vertices of a line or an open ring, in the order in which they are written.
#[derive(Clone, Copy)]
struct Way<'a> {
    cells: &'a [Cell],
    /// Those that come before the others in `cells` and after them here.
    last: &'a [Cell],
    is_ring: bool,
}

impl<'a> Way<'a> {
    fn of(cells: &'a [Cell], is_ring: bool) -> Self {
        let mut start = 0;
        if is_ring {
            let before = cells.last().into_iter().chain(cells);
            let mut most = 0;
            for (index, (from, to)) in before.zip(cells).enumerate() {
                let len = move_len(*from, *to);
                if len > most {
                    (start, most) = (index, len);
                }
            }
        }
        let (last, cells) = cells.split_at(start.min(cells.len()));
        Self {
            cells,
            last,
            is_ring,
        }
    }

    fn first(self) -> Option<Cell> {
        self.cells.first().copied()
    }

    /// The vertices after the first without those where the line, or the open ring, runs straight on.
    fn turns(self) -> impl Iterator<Item = Cell> + Clone {
        let rest = || self.cells.iter().chain(self.last).copied().skip(1);
        let closing = self.first().filter(|_| self.is_ring);
        let next = rest().skip(1).map(Some).chain([closing]);
        let mut from = self.first().unwrap_or_default();
        rest().zip(next).filter_map(move |(at, next)| {
            let is_turn = next.is_none_or(|next| !runs_straight(from, at, next));
            is_turn.then(|| {
                from = at;
                at
            })
        })
    }
}

/// How many bytes a move takes.
fn move_len(from: Cell, to: Cell) -> usize {
    varint_len(zigzag(to[0] - from[0])) + varint_len(zigzag(to[1] - from[1]))
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
        shape.push_part([[700, -3], [701, -4], [900, 300]]);
        shape.push_part([[750, 0], [760, 40], [770, 40]]);
        for kind in [Kind::Line, Kind::Polygon] {
            let mut written = Vec::new();
            assert_eq!(first_place(kind, &shape), Some([700, -3]));
            push_commands(&mut written, kind, &shape, [700, -3]);
            assert_eq!(written[..3], FIRST_MOVE);
            let read = parts_of([700, -3], &written[3..]);
            assert_eq!(read, [shape.part(0), shape.part(1)]);
        }
    }

    #[test]
    fn where_a_line_runs_straight_on_no_vertex_is_written() {
        let cells = [[0, 0], [4, 0], [8, 0], [8, 8], [8, 4], [0, 4], [0, 2]];
        let of_ring: Vec<_> = Way::of(&cells, true).turns().collect();
        assert_eq!(
            of_ring,
            [[8, 0], [8, 8], [8, 4], [0, 4]],
            "a way back is a turn"
        );
        let of_line: Vec<_> = Way::of(&cells, false).turns().collect();
        assert_eq!(of_line, [[8, 0], [8, 8], [8, 4], [0, 4], [0, 2]]);
        assert_eq!(Way::of(&[], true).turns().count(), 0);
    }

    #[test]
    fn a_ring_is_closed_by_its_longest_edge() {
        let cells = [[0, 0], [90, 0], [90, 70], [60, 70], [60, 30], [0, 30]];
        let mut ring = Parts::new();
        ring.push_part(cells);
        assert_eq!(first_place(Kind::Polygon, &ring), Some([90, 0]));
        assert_eq!(first_place(Kind::Line, &ring), Some([0, 0]));
        let mut written = Vec::new();
        push_commands(&mut written, Kind::Polygon, &ring, [90, 0]);
        let mut turned = cells;
        turned.rotate_left(1);
        assert_eq!(parts_of([90, 0], &written[3..]), [turned]);
        let nothing = Parts::new();
        assert_eq!(first_place(Kind::Polygon, &nothing), None);
    }
}

//! The commands that draw a shape in a vector tile: move, line, close.

use super::grid::Cell;
use super::parts::{Kind, Parts};
use super::protobuf::{push_varint, varint_len, zigzag};

const MOVE_TO: u64 = 1;
const LINE_TO: u64 = 2;
const CLOSE_PATH: u64 = 7;

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

#[cfg(test)]
mod tests {
    use super::*;

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
        let way = Way::of(&cells, true);
        assert_eq!(way.first(), Some([90, 0]));
        let others: Vec<_> = way.turns().collect();
        assert_eq!(others, [[90, 70], [60, 70], [60, 30], [0, 30], [0, 0]]);
        assert_eq!(Way::of(&cells, false).first(), Some([0, 0]));
        let mut ring = Parts::new();
        ring.push_part(cells);
        let mut written = Vec::new();
        push_commands(&mut written, Kind::Polygon, &ring, [90, 0]);
        let commands = [
            9, 0, 0, // here
            42, 0, 140, 1, 59, 0, 0, 79, 119, 0, 0, 59, // five lines on
            15,
        ];
        assert_eq!(written, commands);
    }
}

//! The open ground of a block in squares of two metres, to find ways around houses and walls.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::blocks::{RIVER, river_bands};
use super::plane::{P, Shape, p, sides};
use super::town::Town;

/// Side of a square, metres.
const CELL: f64 = 2.0;
/// The middle of a square that is walked on is at least so far from every house.
const CLEAR: f64 = 1.3;

/// Whose ground a square is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ground {
    Closed,
    Open,
    Compound(usize),
    Civic,
}

/// Whose ground a way may cross.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Through {
    /// That of its own compound alone.
    OwnGround,
    /// That of nobody as well.
    OpenGround,
    CivicPlots,
    Neighbours,
}

/// The squares of one block.
#[derive(Debug)]
pub(super) struct Raster {
    low: P,
    columns: usize,
    rows: usize,
    cells: Vec<Ground>,
}

impl Raster {
    /// The squares of `block`.
    pub(super) fn of(town: &Town, block: usize) -> Self {
        let outline = town.net.shape(town.blocks[block].face);
        let (low, high) = outline.extent(super::plane::Frame { u: p(1.0, 0.0) });
        let columns = ((high.x - low.x) / CELL).ceil() as usize + 1;
        let rows = ((high.y - low.y) / CELL).ceil() as usize + 1;
        let mut raster = Self {
            low,
            columns,
            rows,
            cells: vec![Ground::Closed; columns * rows],
        };
        raster.fill(&outline, 0.0, Ground::Open);
        for (at, compound) in town.compounds.iter().enumerate() {
            if compound.block == block {
                raster.fill(&compound.shape, 0.0, Ground::Compound(at));
            }
        }
        for (_, shape) in town.civic.iter().filter(|(at, _)| *at == block) {
            raster.fill(shape, 0.0, Ground::Civic);
        }
        for house in town.houses.iter().filter(|house| house.block == block) {
            raster.fill(&house.shape, CLEAR, Ground::Closed);
        }
        for water in water(town, block) {
            raster.fill(&water, CLEAR, Ground::Closed);
        }
        raster
    }

    fn centre(&self, cell: usize) -> P {
        let (column, row) = (cell % self.columns, cell / self.columns);
        self.low + p(column as f64 + 0.5, row as f64 + 0.5) * CELL
    }

    fn fill(&mut self, shape: &Shape, reach: f64, ground: Ground) {
        let (low, high) = shape.extent(super::plane::Frame { u: p(1.0, 0.0) });
        let place = |value: f64, from: f64, count: usize| {
            (((value - from) / CELL).floor().max(0.0) as usize).min(count - 1)
        };
        let columns = place(low.x - reach, self.low.x, self.columns)
            ..=place(high.x + reach, self.low.x, self.columns);
        let rows = place(low.y - reach, self.low.y, self.rows)
            ..=place(high.y + reach, self.low.y, self.rows);
        for row in rows {
            for column in columns.clone() {
                let cell = row * self.columns + column;
                let centre = self.centre(cell);
                if shape.has(centre) || (reach > 0.0 && shape.off(centre) < reach) {
                    self.cells[cell] = ground;
                }
            }
        }
    }

    fn is_free(&self, cell: usize, compound: usize, through: Through) -> bool {
        match self.cells[cell] {
            Ground::Closed => false,
            Ground::Open => through >= Through::OpenGround,
            Ground::Civic => through >= Through::CivicPlots,
            Ground::Compound(at) => at == compound || through >= Through::Neighbours,
        }
    }

    fn around(&self, cell: usize) -> impl Iterator<Item = (usize, u32)> {
        let (columns, rows) = (self.columns as i64, self.rows as i64);
        let (column, row) = (cell as i64 % columns, cell as i64 / columns);
        (-1..=1_i64)
            .flat_map(|dy| (-1..=1_i64).map(move |dx| (dx, dy)))
            .filter(|step| *step != (0, 0))
            .filter_map(move |(dx, dy)| {
                let (x, y) = (column + dx, row + dy);
                let inside = (0..columns).contains(&x) && (0..rows).contains(&y);
                let cost = if dx != 0 && dy != 0 { 14 } else { 10 };
                inside.then(|| ((y * columns + x) as usize, cost))
            })
    }

    /// The shortest way of `compound` from `from` to the first square whose middle `arrives`, by the middles of its squares.
    pub(super) fn route(
        &self,
        from: P,
        compound: usize,
        through: Through,
        arrives: impl Fn(P) -> bool,
    ) -> Option<Vec<P>> {
        let start = (0..self.cells.len())
            .filter(|cell| self.is_free(*cell, compound, through))
            .map(|cell| (self.centre(cell).to(from), cell))
            .filter(|(off, _)| *off < 3.0 * CELL)
            .min_by(|a, b| a.0.total_cmp(&b.0))?
            .1;
        let mut best = vec![u32::MAX; self.cells.len()];
        let mut before = vec![usize::MAX; self.cells.len()];
        let mut open = BinaryHeap::from([Reverse((0, start))]);
        best[start] = 0;
        while let Some(Reverse((cost, cell))) = open.pop() {
            if cost > best[cell] {
                continue;
            }
            if arrives(self.centre(cell)) {
                let mut path = vec![self.centre(cell)];
                let mut at = cell;
                while before[at] != usize::MAX {
                    at = before[at];
                    path.push(self.centre(at));
                }
                path.reverse();
                return Some(path);
            }
            for (next, step) in self.around(cell) {
                let sum = cost + step;
                if sum < best[next] && self.is_free(next, compound, through) {
                    best[next] = sum;
                    before[next] = cell;
                    open.push(Reverse((sum, next)));
                }
            }
        }
        None
    }
}

/// The river where it runs through `block`.
pub(super) fn water(town: &Town, block: usize) -> Vec<Shape> {
    let ring = &town.net.faces[town.blocks[block].face];
    let beside = (0..ring.len()).any(|i| {
        town.net.street_between(ring[i], ring[(i + 1) % ring.len()]) == Some(town.river_street)
    });
    if beside {
        river_bands(&town.net, town.river_street, RIVER)
    } else {
        Vec::new()
    }
}

/// The place on the lines that is nearest to `place`.
pub(super) fn nearest_on<'a>(
    lines: impl IntoIterator<Item = &'a [P]>,
    place: P,
) -> Option<(f64, P)> {
    lines
        .into_iter()
        .flat_map(|line| line.windows(2))
        .map(|pair| {
            let along = pair[1] - pair[0];
            let share = ((place - pair[0]).dot(along) / along.dot(along).max(1e-9)).clamp(0.0, 1.0);
            let on = pair[0] + along * share;
            (on.to(place), on)
        })
        .min_by(|a, b| a.0.total_cmp(&b.0))
}

/// The outline as one closed line.
pub(super) fn closed_line(shape: &Shape) -> Vec<P> {
    sides(&shape.outer)
        .map(|(from, _)| from)
        .chain(shape.outer.first().copied())
        .collect()
}

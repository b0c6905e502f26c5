//! Exact answers for large outlines without a look at every edge: edges by horizontal stripe.
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    reason = "stripe numbers are clamped to the table"
)]

use super::outlines::{Outlines, Winding, in_rings};
use crate::geometry::Coord;
use crate::geometry::measure::Cover;

/// Outlines with fewer vertices are looked at edge by edge.
const FEW: u32 = 24;

/// The edges of one area by stripe.
#[derive(Debug, Clone, Copy, Default)]
struct Table {
    south: f64,
    /// Stripes per degree.
    scale: f64,
    count: u32,
    /// Where its stripes begin.
    first: u32,
}

/// Stripes for every area with many vertices.
#[derive(Debug, Clone, Default)]
pub(super) struct Stripes {
    tables: Vec<Table>,
    /// Where each stripe's edges begin, and the end.
    starts: Vec<u32>,
    /// First vertices of edges, in the order of rings.
    edges: Vec<u32>,
}

impl Stripes {
    pub(super) fn of(outlines: &Outlines) -> Self {
        let mut all = Self::default();
        for area in 0..outlines.areas() {
            let vertices = outlines.area_vertices(area);
            let table = match outlines.bounds(area) {
                Some(bounds) if vertices >= FEW => all.add(outlines, area, vertices, bounds),
                _ => Table::default(),
            };
            all.tables.push(table);
        }
        all
    }

    fn add(&mut self, outlines: &Outlines, area: u32, vertices: u32, bounds: [Coord; 2]) -> Table {
        let count = vertices / 3;
        let height = (bounds[1].y - bounds[0].y).max(1e-9);
        let table = Table {
            south: bounds[0].y,
            scale: f64::from(count) / height,
            count,
            first: self.starts.len() as u32,
        };
        let range = |edge: u32| {
            let [a, b] = outlines.edge(edge);
            table.stripe(a.y.min(b.y))..=table.stripe(a.y.max(b.y))
        };
        let each = || {
            outlines
                .rings(area)
                .flat_map(|ring| ring.start..ring.end - 1)
        };
        let mut counts = vec![0_u32; count as usize + 1];
        for edge in each() {
            for stripe in range(edge) {
                counts[stripe as usize] += 1;
            }
        }
        let mut at = self.edges.len() as u32;
        for count in &mut counts {
            let n = *count;
            *count = at;
            at += n;
        }
        self.starts.extend_from_slice(&counts);
        self.edges.resize(at as usize, 0);
        for edge in each() {
            for stripe in range(edge) {
                let next = &mut counts[stripe as usize];
                self.edges[*next as usize] = edge;
                *next += 1;
            }
        }
        table
    }

    /// How `area` stands to `at`, exactly.
    pub(super) fn position(&self, outlines: &Outlines, area: u32, at: Coord) -> Cover {
        let table = self.tables[area as usize];
        if table.count == 0 {
            return outlines.position(area, at);
        }
        let stripe = (table.first + table.stripe(at.y)) as usize;
        let (from, to) = (self.starts[stripe], self.starts[stripe + 1]);
        let mut edges = self.edges[from as usize..to as usize]
            .iter()
            .copied()
            .peekable();
        in_rings(outlines.rings(area).map(|ring| {
            let mut winding = Winding::new(at);
            while let Some(edge) = edges.next_if(|edge| *edge < ring.end) {
                let [a, b] = outlines.edge(edge);
                winding.pass(a, b);
            }
            winding.cover()
        }))
    }
}

impl Table {
    /// The stripe of a latitude. It grows with it, so an edge that spans a place is found in the place's stripe.
    fn stripe(&self, y: f64) -> u32 {
        (((y - self.south) * self.scale) as u32).min(self.count - 1)
    }
}

//! How the raster is built: edges to coarse cells, then each coarse cell on its own.
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    reason = "cell numbers and offsets of 32 bits into tables of that size"
)]

use super::NONE;
use super::block::Block;
use super::codes::Codes;
use super::frame::{Frame, HALF, Lattice, Shift};
use super::machine::settle;
use super::outlines::{Outlines, join};
use super::simple::{Scratch, is_simple};
use super::stripes::Stripes;
use crate::geometry::measure::Cover;
use crate::geometry::{Coord, LonLat};

/// A raster of fewer cells lies in the processor's caches with all that it needs.
const MANY_CELLS: u32 = 1 << 18;

/// A coarse cell: where its cells begin, where its table begins (27 bits), and the size of its cells (5 bits).
#[derive(Debug, Clone, Copy)]
pub(super) struct Coarse {
    first: u32,
    table_and_shift: u32,
}

impl Default for Coarse {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl Coarse {
    /// Nothing is in it.
    pub(super) const EMPTY: Self = Self::new(0, 0, 0);

    pub(super) const fn new(first: u32, table: u32, level: u32) -> Self {
        Self {
            first,
            table_and_shift: table << 5 | Shift::of(level).0,
        }
    }

    /// The number of the first of its cells.
    #[inline]
    pub(super) fn first(self) -> u32 {
        self.first
    }

    /// Where its table begins.
    #[inline]
    pub(super) fn table(self) -> u32 {
        self.table_and_shift >> 5
    }

    /// The size of its cells.
    #[inline]
    pub(super) fn shift(self) -> Shift {
        Shift(self.table_and_shift)
    }

    /// It has `2^level` cells along each axis.
    pub(super) fn level(self) -> u32 {
        self.shift().level()
    }
}

/// The raster and its records.
#[derive(Debug, Clone)]
pub(super) struct Raster {
    pub(super) frame: Frame,
    pub(super) coarse: Vec<Coarse>,
    pub(super) codes: Codes,
    /// The tables of all coarse cells. The first entry of each is [`NONE`]; the others are slots that hold whole cells,
    /// and areas with a border in a cell.
    pub(super) tables: Vec<u32>,
    /// The records of the mixed cells, in the order of cells.
    pub(super) words: Vec<u32>,
}

/// What the whole build looks things up in.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) outlines: &'a Outlines,
    pub(super) stripes: Stripes,
    /// By area: whether crossings alone decide.
    pub(super) simple: Vec<bool>,
    /// By area: its box in units of the raster.
    pub(super) bounds: Vec<Option<[Coord; 2]>>,
    pub(super) frame: Frame,
}

impl Source<'_> {
    /// Whether `area` holds the place at `units`, which no border of it touches.
    pub(super) fn holds(&self, area: u32, units: Coord) -> Cover {
        self.stripes
            .position(self.outlines, area, self.frame.degrees(units))
    }
}

/// Values by cell, as one array and where each cell's part begins.
struct ByCell<T> {
    starts: Vec<u32>,
    values: Vec<T>,
}

impl<T: Copy + Default> ByCell<T> {
    fn collect(cells: usize, pairs: &[(u32, T)]) -> Self {
        let mut starts = vec![0_u32; cells + 2];
        for (cell, _) in pairs {
            starts[*cell as usize + 2] += 1;
        }
        for cell in 0..cells {
            starts[cell + 2] += starts[cell + 1];
        }
        let mut values = vec![T::default(); pairs.len()];
        for (cell, value) in pairs {
            let at = &mut starts[*cell as usize + 1];
            values[*at as usize] = *value;
            *at += 1;
        }
        Self { starts, values }
    }

    fn of(&self, cell: u32) -> &[T] {
        let cell = cell as usize;
        &self.values[self.starts[cell] as usize..self.starts[cell + 1] as usize]
    }
}

impl Default for Raster {
    fn default() -> Self {
        Self {
            frame: Frame::default(),
            coarse: vec![Coarse::default()],
            codes: Codes::default(),
            tables: vec![NONE],
            words: Vec::new(),
        }
    }
}

impl Raster {
    pub(super) fn of(outlines: &Outlines) -> Self {
        let boxes: Vec<_> = (0..outlines.areas())
            .map(|area| outlines.bounds(area))
            .collect();
        let Some([min, max]) = boxes.iter().copied().flatten().reduce(join) else {
            return Self::default();
        };
        let (density, in_coarse) = fineness(outlines);
        let cells = outlines.vertices() as f64 * density / in_coarse;
        let frame = Frame::over(min, max, cells);
        let mut scratch = Scratch::default();
        let source = Source {
            outlines,
            stripes: Stripes::of(outlines),
            simple: (0..outlines.areas())
                .map(|area| is_simple(outlines, area, &mut scratch))
                .collect(),
            bounds: boxes
                .iter()
                .map(|bounds| bounds.map(|bounds| bounds.map(|at| frame.units(at))))
                .collect(),
            frame,
        };
        let edges = edges_by_cell(&source);
        let whole = whole_by_cell(&source, &edges);
        let mut raster = Self {
            frame,
            coarse: vec![Coarse::default(); frame.cells()],
            ..Self::default()
        };
        let mut block = Block::default();
        // Neighbours lie near each other in memory too: nearby places share its pages.
        let mut order: Vec<_> = (0..frame.cells() as u32).collect();
        order.sort_by_cached_key(|cell| interleaved(cell % frame.size[0], cell / frame.size[0]));
        for cell in order {
            let (edges, whole) = (edges.of(cell), whole.of(cell));
            let level = level_for(edges.len() as f64 * density, frame.max_level);
            let coarse = block.append(&source, cell, level, edges, whole, &mut raster);
            raster.coarse[cell as usize] = coarse;
        }
        settle(&mut raster.coarse);
        raster.codes.settle();
        settle(&mut raster.tables);
        settle(&mut raster.words);
        raster
    }

    /// Whether it is so large that what is read next is worth asking for in advance.
    #[inline]
    pub(super) fn is_far(&self) -> bool {
        self.codes.len() > MANY_CELLS
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.coarse.capacity() * size_of::<Coarse>()
            + self.codes.memory_bytes()
            + (self.tables.capacity() + self.words.capacity()) * size_of::<u32>()
    }
}

impl Raster {
    /// For each cell its centre and both ends of its diagonal, as far as they are on the earth.
    pub(super) fn places(&self) -> impl Iterator<Item = LonLat> {
        const PLACES: [[i32; 2]; 3] = [[0, 0], [-HALF, -HALF], [HALF - 1, HALF - 1]];
        let frame = self.frame;
        (0..)
            .zip(&self.coarse[..frame.cells()])
            .flat_map(move |(number, coarse)| {
                let lattice = Lattice::within(&frame, number, coarse.level());
                (0..1_u32 << (2 * coarse.level())).flat_map(move |cell| {
                    PLACES.iter().filter_map(move |by| {
                        let at = frame.degrees(lattice.at(cell, *by));
                        LonLat::new(at.x, at.y).ok()
                    })
                })
            })
    }
}

/// Cells wanted for each edge, and on average in each coarse cell.
///
/// An index that fits the processor's caches is bound by arithmetic, and finer cells save some of it. A larger one is
/// bound by memory: finer cells cost more of it than they save, and the coarse cells alone should fit the caches. Small
/// polygons, of which most cells hold no border, get more cells while they are few. Where they are many, so many more would
/// make an answer faster by a twentieth and the build slower by a fifth.
fn fineness(outlines: &Outlines) -> (f64, f64) {
    let vertices = outlines.vertices();
    let large = vertices as f64 / f64::from(outlines.areas().max(1)) > 20.0;
    match (vertices > 200_000, large) {
        (true, true) => (4.5, 256.0),
        (true, false) => (2.5, 256.0),
        (false, true) => (4.5, 64.0),
        (false, false) => (11.0, 64.0),
    }
}

/// The bits of both numbers in turn: a curve that keeps neighbours together.
fn interleaved(x: u32, y: u32) -> u64 {
    (0..32).fold(0, |all, bit| {
        let pair = u64::from(x >> bit & 1) | u64::from(y >> bit & 1) << 1;
        all | pair << (2 * bit)
    })
}

/// The division that gives a coarse cell about as many cells as wanted.
fn level_for(wanted: f64, most: u32) -> u32 {
    (wanted.max(1.0).log2() / 2.0).round().min(f64::from(most)) as u32
}

/// Area and edge for each coarse cell that an edge touches, in the order of areas and edges.
fn edges_by_cell(source: &Source<'_>) -> ByCell<(u32, u32)> {
    let (outlines, frame) = (source.outlines, source.frame);
    let lattice = Lattice::coarse(&frame);
    let mut pairs = Vec::with_capacity(outlines.vertices());
    for area in 0..outlines.areas() {
        for edge in outlines
            .rings(area)
            .flat_map(|ring| ring.start..ring.end - 1)
        {
            let [a, b] = outlines.edge(edge).map(|at| frame.units(at));
            lattice.touched(a, b, |cell| pairs.push((cell, (area, edge))));
        }
    }
    ByCell::collect(frame.cells(), &pairs)
}

/// The areas that hold the whole of each coarse cell.
fn whole_by_cell(source: &Source<'_>, edges: &ByCell<(u32, u32)>) -> ByCell<u32> {
    let frame = source.frame;
    let lattice = Lattice::coarse(&frame);
    let touched = |cell: u32, area: u32| {
        let of = edges.of(cell);
        of.binary_search_by_key(&area, |(area, _)| *area).is_ok()
    };
    let mut found = Vec::new();
    for (area, bounds) in (0..).zip(&source.bounds) {
        let Some([[west, east], [south, north]]) =
            bounds.and_then(|[min, max]| lattice.range(min, max))
        else {
            continue;
        };
        for row in south..=north {
            let mut run = None;
            for col in west..=east {
                let cell = row * frame.size[0] + col;
                if touched(cell, area) {
                    run = None;
                    continue;
                }
                let inside = *run.get_or_insert_with(|| {
                    source.holds(area, lattice.at(cell, [0, 0])) == Cover::Inside
                });
                if inside {
                    found.push((cell, area));
                }
            }
        }
    }
    ByCell::collect(frame.cells(), &found)
}

//! One coarse cell: its division into cells and their records.
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "cell numbers and offsets of 32 bits into tables of that size"
)]

use super::NONE;
use super::build::{Coarse, Raster, Source};
use super::codes::MIXED;
use super::frame::{HALF, Lattice, rounded_down};
use super::links::Links;
use super::record::{self, Form};
use crate::geometry::Coord;
use crate::geometry::measure::Cover;

/// How many places of a cell are tried as the one where the truth is asked.
const TRIES: i32 = 40;

/// A place at each side of a cell in its own units: left, right, below, above.
const SIDES: [[i32; 2]; 4] = [[1 - HALF, 0], [HALF - 2, 0], [0, 1 - HALF], [0, HALF - 2]];

/// Buffers for the division of a coarse cell; one serves all.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// By cell: the last area with an edge in it, plus one.
    stamps: Vec<u32>,
    /// By cell, for the area at hand: 1 outside, 2 inside.
    states: Vec<u8>,
    borders: Borders,
    /// By cell: the borders that touch it.
    touches: Sorted<u32>,
    whole: Sorted<u32>,
    links: Links,
    areas: Vec<u32>,
    table: Table,
    places: Vec<u8>,
    slots: Vec<u32>,
}

/// Values that come with a cell, put in the order of cells.
#[derive(Debug)]
struct Sorted<T> {
    pairs: Vec<(u32, T)>,
    starts: Vec<u32>,
    values: Vec<T>,
}

impl<T> Default for Sorted<T> {
    fn default() -> Self {
        Self {
            pairs: Vec::new(),
            starts: Vec::new(),
            values: Vec::new(),
        }
    }
}

impl<T: Copy> Sorted<T> {
    fn sort(&mut self, cells: usize) {
        self.starts.clear();
        self.starts.resize(cells + 2, 0);
        self.values.clear();
        let Some((_, any)) = self.pairs.first() else {
            return;
        };
        self.values.resize(self.pairs.len(), *any);
        for (cell, _) in &self.pairs {
            self.starts[*cell as usize + 2] += 1;
        }
        for cell in 0..cells {
            self.starts[cell + 2] += self.starts[cell + 1];
        }
        for (cell, value) in &self.pairs {
            let at = &mut self.starts[*cell as usize + 1];
            self.values[*at as usize] = *value;
            *at += 1;
        }
    }

    fn of(&self, cell: usize) -> &[T] {
        &self.values[self.starts[cell] as usize..self.starts[cell + 1] as usize]
    }
}

/// The edges that touch a coarse cell, in the order of areas: read once, asked for in each of its cells.
#[derive(Debug, Default)]
pub(super) struct Borders {
    pub(super) areas: Vec<u32>,
    /// Both ends in units of the raster.
    pub(super) ends: Vec<[Coord; 2]>,
}

impl Borders {
    /// Reads `edges`, pairs of area and edge.
    fn read(&mut self, source: &Source<'_>, edges: &[(u32, u32)]) {
        self.areas.clear();
        self.areas.extend(edges.iter().map(|(area, _)| *area));
        self.ends.clear();
        let ends = |edge| source.outlines.edge(edge).map(|at| source.frame.units(at));
        self.ends.extend(edges.iter().map(|(_, edge)| ends(*edge)));
    }
}

impl Block {
    /// Appends the cells of `coarse`, their records and their table to `raster`.
    pub(super) fn append(
        &mut self,
        source: &Source<'_>,
        coarse: u32,
        level: u32,
        edges: &[(u32, u32)],
        whole: &[u32],
        raster: &mut Raster,
    ) -> Coarse {
        if edges.is_empty() && whole.is_empty() {
            return Coarse::default();
        }
        let lattice = Lattice::within(&source.frame, coarse, level);
        let cells = 1_usize << (2 * level);
        self.spread(source, &lattice, cells, edges, whole);
        self.table.clear();
        let first = raster.codes.len();
        for cell in 0..cells {
            self.cell(source, &lattice, cell as u32, raster);
        }
        let table = raster.tables.len() as u32;
        raster.tables.extend_from_slice(&self.table.entries);
        Coarse::new(first, table, level)
    }

    /// Fills in which edges touch each cell and which areas hold all of it.
    fn spread(
        &mut self,
        source: &Source<'_>,
        lattice: &Lattice,
        cells: usize,
        edges: &[(u32, u32)],
        whole: &[u32],
    ) {
        self.touches.pairs.clear();
        self.whole.pairs.clear();
        for cell in 0..cells as u32 {
            let held = whole.iter().map(|area| (cell, *area));
            self.whole.pairs.extend(held);
        }
        self.stamps.clear();
        self.stamps.resize(cells, 0);
        self.borders.read(source, edges);
        let mut number = 0;
        for part in edges.chunk_by(|a, b| a.0 == b.0) {
            let area = part[0].0;
            for _ in part {
                let [a, b] = self.borders.ends[number as usize];
                lattice.touched(a, b, |cell| {
                    self.touches.pairs.push((cell, number));
                    self.stamps[cell as usize] = area + 1;
                });
                number += 1;
            }
            if cells > 1 {
                self.fill(source, lattice, area);
            }
        }
        self.touches.sort(cells);
        self.whole.sort(cells);
    }

    /// Finds the cells that `area` holds without touching them: neighbours with no border between share the answer.
    fn fill(&mut self, source: &Source<'_>, lattice: &Lattice, area: u32) {
        let bounds = source.bounds[area as usize];
        let Some([[west, east], [south, north]]) =
            bounds.and_then(|[min, max]| lattice.range(min, max))
        else {
            return;
        };
        let width = lattice.size[0] as usize;
        self.states.resize(self.stamps.len(), 0);
        for row in south as usize..=north as usize {
            for col in west as usize..=east as usize {
                let cell = row * width + col;
                let state = if self.stamps[cell] == area + 1 {
                    0
                } else {
                    let left = (col > west as usize).then(|| self.states[cell - 1]);
                    let below = (row > south as usize).then(|| self.states[cell - width]);
                    let known = [left, below]
                        .into_iter()
                        .flatten()
                        .find(|state| *state != 0);
                    known.unwrap_or_else(|| {
                        let at = lattice.at(cell as u32, [0, 0]);
                        1 + u8::from(source.holds(area, at) == Cover::Inside)
                    })
                };
                self.states[cell] = state;
                if state == 2 {
                    self.whole.pairs.push((cell as u32, area));
                }
            }
        }
    }

    /// Appends a cell, and its record where it needs one.
    fn cell(&mut self, source: &Source<'_>, lattice: &Lattice, cell: u32, raster: &mut Raster) {
        let touches = self.touches.of(cell as usize);
        self.slots.clear();
        let whole = self.whole.of(cell as usize).iter();
        self.slots
            .extend(whole.map(|area| source.outlines.slot(*area)));
        self.slots.sort_unstable();
        self.slots.dedup();
        if touches.is_empty() && self.slots.len() < 2 {
            let slot = self.slots.first().copied().unwrap_or(NONE);
            if let Some(place) = self.table.place(slot).filter(|place| *place < MIXED) {
                raster.codes.push_whole(place, &raster.words);
                return;
            }
        }
        self.areas.clear();
        for border in touches {
            let area = self.borders.areas[*border as usize];
            if self.areas.last() != Some(&area) {
                self.areas.push(area);
            }
        }
        self.areas
            .sort_unstable_by_key(|area| source.outlines.slot(*area));
        let at = raster.words.len();
        raster.codes.push_mixed(&raster.words);
        let plain = self.areas.len() <= record::MOST_TOUCHED
            && self.areas.iter().all(|area| source.simple[*area as usize]);
        if plain {
            self.links
                .collect(&lattice.window(cell), touches, &self.borders, &self.areas);
            let chains = self.links.chains();
            self.places.clear();
            if self.areas.len() <= 2 {
                let table = &mut self.table;
                let places = self.areas.iter().filter_map(|area| table.place(*area));
                self.places.extend(places);
            }
            let words = &mut raster.words;
            if let Some(form) = record::write(words, &self.areas, &self.places, &self.slots, chains)
                && let words = &mut words[at..]
                && (self.settle_beside(lattice, cell, form, words)
                    || settle(source, lattice, cell, &self.areas, form, words))
            {
                record::pad(&mut raster.words);
                return;
            }
            raster.words.truncate(at);
        }
        record::write_dense(&mut raster.words, &self.areas, &self.slots);
        record::pad(&mut raster.words);
    }

    /// Sets the reference bits of the new record of `cell` from cells beside it; `false` where they do not tell.
    ///
    /// Whatever comes nearer to a cell than four of its units counts as touching it, so where an area does not touch the
    /// next cell, it stands to the near side of this one as to that.
    fn settle_beside(&self, lattice: &Lattice, cell: u32, form: Form, words: &mut [u32]) -> bool {
        let mut bits = 0;
        let width = lattice.size[0];
        let (col, row) = (cell % width, cell / width);
        let next = [
            (col > 0).then(|| cell - 1),
            (col + 1 < width).then(|| cell + 1),
            (row > 0).then(|| cell - width),
            (row + 1 < width).then(|| cell + width),
        ];
        let mut crossed = [None; 4];
        for (number, area) in self.areas.iter().enumerate() {
            let touches = |cell: u32| {
                let touches = self.touches.of(cell as usize).iter();
                touches
                    .copied()
                    .any(|border| self.borders.areas[border as usize] == *area)
            };
            let side = next
                .iter()
                .position(|next| next.is_some_and(|next| !touches(next)));
            let Some((side, next)) = side.and_then(|side| Some((side, next[side]?))) else {
                return false;
            };
            if crossed[side].is_none() {
                crossed[side] = record::holders(words, form, packed(SIDES[side]));
            }
            let Some(crossed) = crossed[side] else {
                return false;
            };
            let inside = self.whole.of(next as usize).contains(area);
            bits |= (crossed & 1 << number) ^ u32::from(inside) << number;
        }
        record::set_reference(words, form, bits);
        true
    }
}

/// What the cells of a coarse cell name by one byte: slots that hold a whole cell, and areas with a border in one.
#[derive(Debug, Default)]
struct Table {
    entries: Vec<u32>,
}

impl Table {
    /// Only [`NONE`] is in it, at the place 0.
    fn clear(&mut self) {
        self.entries.clear();
        self.entries.push(NONE);
    }

    /// Where `entry` is, from now on; `None` when there is no room.
    fn place(&mut self, entry: u32) -> Option<u8> {
        let known = self.entries.iter().position(|known| *known == entry);
        let place = known.unwrap_or(self.entries.len());
        let place = u8::try_from(place).ok()?;
        if known.is_none() {
            self.entries.push(entry);
        }
        Some(place)
    }
}

/// Sets the reference bits of a new record from the truth at a place away from all borders; `false` without one.
fn settle(
    source: &Source<'_>,
    lattice: &Lattice,
    cell: u32,
    areas: &[u32],
    form: Form,
    words: &mut [u32],
) -> bool {
    if areas.is_empty() {
        return true;
    }
    let window = lattice.window(cell);
    'places: for n in 0..TRIES {
        // The centre first, then places all over the cell in no order.
        let step = |by: i32| (n * by) % (2 * HALF - 64) - (HALF - 32);
        let by = if n == 0 {
            [0, 0]
        } else {
            [step(10_007), step(6_131)]
        };
        let units = lattice.at(cell, by);
        let place = source.frame.degrees(units);
        let Some(at) = whole_local(window.local(source.frame.units(place))) else {
            continue;
        };
        let Some(crossed) = record::holders(words, form, at) else {
            continue;
        };
        let mut bits = crossed;
        for (n, area) in areas.iter().enumerate() {
            match source.stripes.position(source.outlines, *area, place) {
                Cover::Inside => bits ^= 1 << n,
                Cover::Outside => {}
                Cover::Boundary => continue 'places,
            }
        }
        record::set_reference(words, form, bits);
        return true;
    }
    false
}

/// A place in the units of its cell, rounded down like every place, x in the low half; `None` outside of the cell.
fn whole_local(at: Coord) -> Option<u32> {
    let local = rounded_down(at);
    let is_in = local.iter().all(|part| (-HALF..HALF).contains(part));
    is_in.then_some(packed(local))
}

/// A place in a cell's own units, x in the low half.
fn packed([x, y]: [i32; 2]) -> u32 {
    x.cast_unsigned() & 0xffff | y.cast_unsigned() << 16
}

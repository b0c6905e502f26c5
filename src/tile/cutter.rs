//! Cuts a settled shape to the tiles that show something of it.

use super::address::{BUFFER, EXTENT, TileAddress};
use super::commands::push_commands;
use super::cut::cut;
use super::drawing::TOUCH;
use super::grid::Cell;
use super::membership::meets;
use super::mvt::projection;
use super::parts::{Kind, Parts, Span};
use super::settle::{Settler, place_of, rounded};
use crate::geometry::{
    BBox, Coord, Geometry, LineString, MultiLineString, MultiPolygon, Point, Polygon,
};

/// So far, in units, a settled shape may lie from the original: a unit for the generalisation, half a unit for the grid,
/// and the side of the smallest shape there is.
const ASTRAY: i64 = 3;

/// So many vertices are cut for one shape, once for each tile. A polygon of 4,000 vertices may lie in a thousand tiles.
const MOST_VERTICES: usize = 1 << 22;

/// Cuts one shape after the other.
#[derive(Debug)]
pub(super) struct Cutter {
    parts: Parts<Coord>,
    spans: Vec<Span>,
    settler: Settler,
    commands: Vec<u8>,
}

/// A shape on the grid of a whole zoom, and the original.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settled<'a> {
    pub(super) original: &'a Geometry,
    /// The box that holds the original, on the grid: parts too small for the grid may be missing in `shape`, and each tile
    /// that has nothing but such a part shows it.
    pub(super) corners: [Cell; 2],
    pub(super) kind: Kind,
    pub(super) shape: &'a Parts<Cell>,
}

impl Cutter {
    pub(super) fn new() -> Self {
        Self {
            parts: Parts::new(),
            spans: Vec::new(),
            settler: Settler::new(),
            commands: Vec::new(),
        }
    }

    /// Calls `put` with each tile of zoom `z` that shows something of the shape, with the commands that draw it there, and
    /// with whether it lies well within what the tile shows. `None`, and no call, where the shape is too large for this.
    pub(super) fn each_tile(
        &mut self,
        z: u8,
        settled: Settled<'_>,
        mut put: impl FnMut(TileAddress, &[u8], bool),
    ) -> Option<()> {
        let points = settled.shape.points();
        let [mut low, mut high] = settled.corners;
        for &[x, y] in points {
            low = [low[0].min(x), low[1].min(y)];
            high = [high[0].max(x), high[1].max(y)];
        }
        let extent = i64::from(EXTENT);
        let reach = i64::from(BUFFER) + ASTRAY;
        let last = (1_i64 << z) - 1;
        let tiles = |low: i64, high: i64| {
            let first = (low - reach).div_euclid(extent).max(0);
            first..=(high + reach).div_euclid(extent).min(last)
        };
        let (columns, rows) = (tiles(low[0], high[0]), tiles(low[1], high[1]));
        let most = i64::try_from(MOST_VERTICES.checked_div(points.len())?).ok()?;
        let along = |tiles: &std::ops::RangeInclusive<i64>| tiles.end() - tiles.start() + 1;
        if along(&columns).saturating_mul(along(&rows)) > most {
            return None;
        }
        for (row, column) in rows.flat_map(|row| columns.clone().map(move |column| (row, column))) {
            let (x, y) = (u32::try_from(column).ok()?, u32::try_from(row).ok()?);
            let address = TileAddress::new(z, x, y).ok()?;
            let corner = [column * extent, row * extent];
            let shown = i64::from(BUFFER) - ASTRAY;
            let is_within = (0..2).all(|axis| {
                let sides = low.get(axis).zip(high.get(axis)).zip(corner.get(axis));
                sides.is_some_and(|((low, high), corner)| {
                    low - corner >= -shown && high - corner <= extent + shown
                })
            });
            self.commands.clear();
            if is_within {
                push_commands(&mut self.commands, settled.kind, settled.shape, corner);
            } else if !meets(settled.original, address.reach())
                || !self.cut(address, settled, corner)
            {
                continue;
            }
            put(address, &self.commands, is_within);
        }
        Some(())
    }

    /// Writes what draws as much of the shape as the tile shows; `false` where nothing is left of it.
    fn cut(&mut self, address: TileAddress, settled: Settled<'_>, corner: Cell) -> bool {
        let shape = geometry_of(settled.kind, settled.shape, |[x, y]| {
            place_of([x - corner[0], y - corner[1]])
        });
        self.parts.clear();
        self.spans.clear();
        for grown in [0, TOUCH] {
            if self.spans.is_empty() {
                let (window, more) = (window(grown), window(grown + TOUCH));
                cut(&shape, window, more, &mut self.parts, &mut self.spans);
            }
        }
        if self.spans.is_empty() {
            // it touches what the tile shows, and rounding took it away from there
            let (reach, more) = (address.reach(), address.bounds_grown(BUFFER + TOUCH));
            cut(
                settled.original,
                reach,
                more,
                &mut self.parts,
                &mut self.spans,
            );
            self.write(settled.kind, projection(address))
        } else {
            self.write(settled.kind, |place| [rounded(place.x), rounded(place.y)])
        }
    }

    fn write(&mut self, kind: Kind, project: impl FnMut(Coord) -> Cell) -> bool {
        let Some(span) = self.spans.first() else {
            return false;
        };
        let settled = self.settler.settle(&self.parts, span, None, true, project);
        push_commands(&mut self.commands, kind, settled, [0, 0]);
        true
    }
}

/// The settled shape with each of its cells at its `place`.
pub(super) fn geometry_of(
    kind: Kind,
    shape: &Parts<Cell>,
    place: impl Fn(Cell) -> Coord,
) -> Geometry {
    let line = |part: usize| -> LineString {
        let cells = shape.part(part).iter();
        cells.map(|cell| place(*cell)).collect()
    };
    match kind {
        Kind::Point => {
            let first = shape.points().first().copied().unwrap_or_default();
            Point(place(first)).into()
        }
        Kind::Line => MultiLineString::new((0..shape.part_count()).map(line).collect()).into(),
        Kind::Polygon => {
            let polygon = |polygon: usize| {
                let mut rings = shape.rings(polygon).map(line);
                let outline = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
                Polygon::new(outline, rings.collect())
            };
            let polygons = (0..shape.polygon_count()).map(polygon);
            polygons.collect::<MultiPolygon>().into()
        }
    }
}

/// What a tile shows, in units of its grid, grown by some more.
fn window(grown: u32) -> BBox {
    let (buffer, extent) = (f64::from(BUFFER + grown), f64::from(EXTENT));
    BBox {
        west: -buffer,
        south: -buffer,
        east: extent + buffer,
        north: extent + buffer,
    }
}

//! The prepared shapes of one layer in one tile, and what the tile's edge cuts of them.

use super::address::{BUFFER, EXTENT, TileAddress};
use super::commands::{parts_of, push_commands};
use super::cut::cut;
use super::drawing::TOUCH;
use super::grid::{Cell, area2};
use super::membership::meets;
use super::mvt::projection;
use super::parts::{Kind, Parts, Span};
use super::prepared::{FLAT, PreparedShapes, Sheet};
use super::settle::{Settler, place_of, rounded};
use super::{FULL_DETAIL_ZOOM, MERGE_BELOW_ZOOM, TileRequest};
use crate::domain::{Feature, LayerId};
use crate::geometry::{
    BBox, Coord, Geometry, LineString, MultiLineString, MultiPolygon, Point, Polygon,
};
use crate::map::{Base, MapSnapshot};

/// So far, in units, a settled shape may lie from the original: a unit for the generalisation, half a unit for the grid,
/// and the side of the smallest shape there is.
const ASTRAY: i64 = 3;

/// So far, in units, a shape may hang over what the tile shows and is sent whole: to cut it takes longer than all the rest
/// of it, and the neighbour has the same shape. An eighth of a tile; programs that draw have room for twice a tile.
const OVERHANG: i64 = 512;

/// The prepared shapes of a layer that may be in a tile.
#[derive(Debug)]
pub(super) struct Ready<'a> {
    base: &'a Base,
    sheet: &'a Sheet,
    address: TileAddress,
    /// In the order of ids.
    slots: Vec<u32>,
}

/// A record near the tile, with its prepared shape.
#[derive(Debug)]
pub(super) struct ReadyShape<'a> {
    pub(super) feature: &'a Feature,
    pub(super) kind: Kind,
    /// Where it starts, in units of the tile.
    pub(super) start: Cell,
    /// What draws it from there.
    pub(super) commands: &'a [u8],
    /// How it lies to what the tile shows.
    pub(super) lie: Lie,
}

/// How a shape lies to what a tile shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lie {
    /// Wholly in it.
    Within,
    /// Within [`OVERHANG`] of it, partly in it or not at all.
    Over,
    /// Further out, partly in it or not at all.
    Beyond,
}

impl<'a> Ready<'a> {
    /// `None` where the layer is not prepared for the tiling and zoom, where something in the tile has changed since or is of a kind
    /// that is not prepared, and where only some records are asked for: to those who do not see the others, their borders
    /// are no borders.
    pub(super) fn of(
        snapshot: &'a MapSnapshot,
        request: &TileRequest<'_>,
        layer: LayerId,
    ) -> Option<Self> {
        let address = request.address;
        let zooms = MERGE_BELOW_ZOOM..FULL_DETAIL_ZOOM;
        let is_prepared = address.tiling() == FLAT && zooms.contains(&address.z());
        if request.filter.is_some() || !is_prepared {
            return None;
        }
        let table = snapshot.layer(layer);
        let (shapes, base, mut slots) = table.prepared_in::<PreparedShapes>(address.reach())?;
        let sheet = shapes.sheet(address.z())?;
        if slots.iter().any(|slot| sheet.mark(*slot).kind.is_none()) {
            return None;
        }
        slots.sort_unstable();
        Some(Self {
            base,
            sheet,
            address,
            slots,
        })
    }

    /// The shapes, in the order of ids.
    pub(super) fn each(&self) -> impl Iterator<Item = ReadyShape<'a>> {
        let extent = i64::from(EXTENT);
        let shown = i64::from(BUFFER) - ASTRAY;
        let corner = [self.address.x(), self.address.y()].map(|tile| i64::from(tile) * extent);
        let in_tile = move |[x, y]: [i32; 2]| -> Cell {
            [i64::from(x) - corner[0], i64::from(y) - corner[1]]
        };
        let (base, sheet) = (self.base, self.sheet);
        self.slots.iter().filter_map(move |slot| {
            let mark = sheet.mark(*slot);
            let (first, last) = (in_tile(mark.low), in_tile(mark.high));
            // how far it hangs over the tile on the side where it does most
            let over = [-first[0], -first[1], last[0] - extent, last[1] - extent];
            let lie = match over.into_iter().max()? {
                over if over <= shown => Lie::Within,
                over if over <= shown + OVERHANG => Lie::Over,
                _ => Lie::Beyond,
            };
            Some(ReadyShape {
                feature: base.at(*slot)?,
                kind: mark.kind?,
                start: in_tile(mark.start),
                commands: sheet.commands(mark),
                lie,
            })
        })
    }
}

/// Cuts shapes to a tile, in units of its grid.
#[derive(Debug)]
pub(super) struct Cutter {
    address: TileAddress,
    reach: BBox,
    parts: Parts<Coord>,
    spans: Vec<Span>,
    settler: Settler,
    commands: Vec<u8>,
}

impl Cutter {
    pub(super) fn new(address: TileAddress) -> Self {
        Self {
            address,
            reach: address.reach(),
            parts: Parts::new(),
            spans: Vec::new(),
            settler: Settler::new(),
            commands: Vec::new(),
        }
    }

    /// Whether the record is in the tile.
    pub(super) fn shows(&self, shape: &ReadyShape<'_>) -> bool {
        let geometry = shape.feature.geometry.as_ref();
        geometry.is_some_and(|geometry| meets(geometry, self.reach))
    }

    /// What draws as much of a shape in the tile as the tile shows.
    pub(super) fn cut(&mut self, shape: &ReadyShape<'_>) -> Option<&[u8]> {
        let geometry = shape.feature.geometry.as_ref()?;
        let settled = shape.geometry();
        self.parts.clear();
        self.spans.clear();
        for grown in [0, TOUCH] {
            if self.spans.is_empty() {
                let (window, more) = (window(grown), window(grown + TOUCH));
                cut(&settled, window, more, &mut self.parts, &mut self.spans);
            }
        }
        self.commands.clear();
        if self.spans.is_empty() {
            // it touches what the tile shows, and rounding took it away from there
            let more = self.address.bounds_grown(BUFFER + TOUCH);
            cut(geometry, self.reach, more, &mut self.parts, &mut self.spans);
            let project = projection(self.address);
            self.write(shape.kind, project)
        } else {
            self.write(shape.kind, |place| [rounded(place.x), rounded(place.y)])
        }
    }

    fn write(&mut self, kind: Kind, project: impl FnMut(Coord) -> Cell) -> Option<&[u8]> {
        let span = self.spans.first()?;
        let settled = self.settler.settle(&self.parts, span, None, true, project);
        push_commands(&mut self.commands, kind, settled, [0, 0]);
        Some(&self.commands)
    }
}

impl ReadyShape<'_> {
    /// The shape in units of the tile.
    fn geometry(&self) -> Geometry {
        let parts = parts_of(self.start, self.commands);
        let line = |cells: Vec<Cell>| -> LineString { cells.into_iter().map(place_of).collect() };
        match self.kind {
            Kind::Point => Point(place_of(self.start)).into(),
            Kind::Line => MultiLineString::new(parts.into_iter().map(line).collect()).into(),
            Kind::Polygon => {
                let mut polygons: Vec<Polygon> = Vec::new();
                for ring in parts {
                    let is_outline = area2(&ring) > 0;
                    match polygons.last_mut() {
                        Some(polygon) if !is_outline => polygon.interiors_push(line(ring)),
                        _ => polygons.push(Polygon::new(line(ring), Vec::new())),
                    }
                }
                MultiPolygon::new(polygons).into()
            }
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

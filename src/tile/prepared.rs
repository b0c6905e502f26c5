//! The shapes of a layer on the grids of the zooms that are generalised but not merged, made once for all their tiles.
//!
//! A shape is generalised and settled whole, then written as the commands that a vector tile has, from its first position
//! on: those are the same wherever a tile lies. What a tile cuts apart is cut from the settled shape. The choice of
//! vertices is the one of [`generalise`](super::generalise), whose rules do not depend on the tile.
//!
//! Only for the tiling that maps on the screen ask for; tiles of another are drawn anew.

use std::array;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::address::EXTENT;
use super::commands::{FIRST_MOVE, first_place, push_commands};
use super::cut::whole;
use super::generalise::{Place, Runs};
use super::grid::Cell;
use super::parts::{Kind, Parts, Span};
use super::settle::{Settler, rounded};
use super::tiling::Tiling;
use super::{FULL_DETAIL_ZOOM, MERGE_BELOW_ZOOM};
use crate::domain::Feature;
use crate::geometry::{BBox, Coord, Geometry};
use crate::map::{Base, Prepared};

/// The tiling that is prepared for.
pub(super) const FLAT: Tiling = Tiling::WebMercatorQuad;

/// How many zooms are prepared, from [`MERGE_BELOW_ZOOM`] on.
const ZOOMS: usize = 3;

const _: () = assert!(FULL_DETAIL_ZOOM - MERGE_BELOW_ZOOM == 3, "as many as ZOOMS");

/// The shapes of a block of the map of this zoom are prepared together, so that little is in memory at once.
const BLOCK_ZOOM: u8 = 12;

/// The shapes of a layer on the grids of the zooms from [`MERGE_BELOW_ZOOM`] up to [`FULL_DETAIL_ZOOM`].
#[derive(Debug)]
pub(super) struct PreparedShapes {
    sheets: [Sheet; ZOOMS],
}

/// The shapes on the grid of one zoom.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    marks: Vec<Mark>,
    /// What draws the shapes, each from its first position on.
    commands: Vec<u8>,
}

/// One shape, in units of the grid of the whole zoom, x then y.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mark {
    /// The north-western corner of its box.
    pub(super) low: [i32; 2],
    /// The south-eastern corner.
    pub(super) high: [i32; 2],
    /// Where its commands start.
    pub(super) start: [i32; 2],
    /// Where its commands begin.
    at: u32,
    /// How many bytes they are.
    len: u32,
    /// What it is; `None` for what is not prepared: collections, several points, edges of many hundred metres, places
    /// beyond the pyramid.
    pub(super) kind: Option<Kind>,
}

impl PreparedShapes {
    /// The shapes at zoom `z`; `None` for a zoom that is not prepared.
    pub(super) fn sheet(&self, z: u8) -> Option<&Sheet> {
        self.sheets
            .get(usize::from(z.checked_sub(MERGE_BELOW_ZOOM)?))
    }
}

impl Sheet {
    /// The shape of the record at `slot`.
    pub(super) fn mark(&self, slot: u32) -> Mark {
        let mark = usize::try_from(slot)
            .ok()
            .and_then(|slot| self.marks.get(slot));
        mark.copied().unwrap_or_default()
    }

    /// What draws the shape, but for the first move.
    pub(super) fn commands(&self, mark: Mark) -> &[u8] {
        let (Ok(at), Ok(len)) = (usize::try_from(mark.at), usize::try_from(mark.len)) else {
            return &[];
        };
        self.commands.get(at..at + len).unwrap_or_default()
    }

    /// Takes in a settled shape; leaves it out where a number is too large.
    fn put(&mut self, slot: u32, kind: Kind, shape: &Parts<Cell>, scratch: &mut Vec<u8>) {
        let Some(start) = first_place(kind, shape) else {
            return;
        };
        scratch.clear();
        push_commands(scratch, kind, shape, start);
        let commands = scratch.strip_prefix(&FIRST_MOVE);
        let mark = commands.and_then(|commands| {
            let (mut low, mut high) = (start, start);
            for &[x, y] in shape.points() {
                low = [low[0].min(x), low[1].min(y)];
                high = [high[0].max(x), high[1].max(y)];
            }
            Some(Mark {
                low: small(low)?,
                high: small(high)?,
                start: small(start)?,
                at: self.commands.len().try_into().ok()?,
                len: commands.len().try_into().ok()?,
                kind: Some(kind),
            })
        });
        let place = usize::try_from(slot)
            .ok()
            .and_then(|slot| self.marks.get_mut(slot));
        if let (Some(mark), Some(commands), Some(place)) = (mark, commands, place) {
            self.commands.extend_from_slice(commands);
            *place = mark;
        }
    }
}

fn small([x, y]: Cell) -> Option<[i32; 2]> {
    Some([x.try_into().ok()?, y.try_into().ok()?])
}

impl Prepared for PreparedShapes {
    fn of(base: &Base) -> Self {
        let records = base.records();
        let mut sheets = array::from_fn(|_| Sheet {
            marks: vec![Mark::default(); records.len()],
            commands: Vec::new(),
        });
        for block in blocks(records) {
            prepare(base, &block, &mut sheets);
        }
        for sheet in &mut sheets {
            sheet.commands.shrink_to_fit();
        }
        Self { sheets }
    }
}

/// Records that are prepared together.
#[derive(Debug, Default)]
struct Block {
    slots: Vec<u32>,
    /// Boxes that hold every shape of them.
    boxes: Vec<BBox>,
}

/// The records by the blocks of the map in which they begin; those that are larger than a block together.
fn blocks(records: &[Arc<Feature>]) -> Vec<Block> {
    let mut blocks: BTreeMap<(i64, i64), Block> = BTreeMap::new();
    let mut large = Block::default();
    let side = f64::from(1_u32 << BLOCK_ZOOM);
    for (slot, record) in (0..).zip(records) {
        let Some(bbox) = record.geometry.as_ref().and_then(on_the_map) else {
            continue;
        };
        let block = |x: f64, y: f64| {
            let place = FLAT.flat(Coord { x, y }) * side;
            (rounded(place.x.floor()), rounded(place.y.floor()))
        };
        let low = block(bbox.west, bbox.north);
        let high = block(bbox.east, bbox.south);
        if high.0 > low.0 + 1 || high.1 > low.1 + 1 {
            large.slots.push(slot);
            large.boxes.push(bbox);
        } else {
            let block = blocks.entry(low).or_default();
            block.slots.push(slot);
            let around = block.boxes.pop().map_or(bbox, |around| around.union(bbox));
            block.boxes.push(around);
        }
    }
    blocks.into_values().chain([large]).collect()
}

/// An edge that spans fewer degrees of latitude is as good as straight on any grid that is prepared.
const SHORT_EDGE: f64 = 0.005;

/// So far, in units, an edge may lie from where it is in the plane of longitude and latitude.
const MOST_BEND: f64 = 0.25;

/// Whether an edge is so long that it is no straight line on the map, where a tile would cut it in another place.
fn bends(parts: &Parts<Coord>, span: &Span) -> bool {
    let row = |latitude: f64| {
        FLAT.flat(Coord {
            x: 0.0,
            y: latitude,
        })
        .y * side()
    };
    let bends = |from: Coord, to: Coord| {
        (from.y - to.y).abs() > SHORT_EDGE && {
            let middle = row(f64::midpoint(from.y, to.y));
            (middle - f64::midpoint(row(from.y), row(to.y))).abs() > MOST_BEND
        }
    };
    let is_ring = span.kind == Kind::Polygon;
    span.kind != Kind::Point
        && span.parts.clone().any(|part| {
            let points = parts.part(part);
            let closing = points.last().zip(points.first()).filter(|_| is_ring);
            let along = points.iter().zip(points.iter().skip(1));
            along.chain(closing).any(|(from, to)| bends(*from, *to))
        })
}

/// The units around the whole earth at the deepest zoom that is prepared.
fn side() -> f64 {
    f64::from(1_u32 << (FULL_DETAIL_ZOOM - 1)) * f64::from(EXTENT)
}

/// No tile reaches so far north or south, where units are without end.
const RIM: f64 = 85.1;

/// The box of a shape that lies where tiles are.
fn on_the_map(geometry: &Geometry) -> Option<BBox> {
    BBox::of(geometry).filter(|bbox| bbox.south > -RIM && bbox.north < RIM)
}

/// Prepares the records of `block`, with an eye on all that they may share a border with.
fn prepare(base: &Base, block: &Block, sheets: &mut [Sheet; ZOOMS]) {
    let near = block.boxes.iter().flat_map(|window| base.slots_in(*window));
    let mut near: Vec<u32> = near.collect();
    near.sort_unstable();
    near.dedup();
    let mut parts = Parts::new();
    let mut spans: Vec<Span> = Vec::new();
    let mut own = Vec::new();
    for slot in near {
        let record = usize::try_from(slot)
            .ok()
            .and_then(|slot| base.records().get(slot));
        let Some(geometry) = record.and_then(|record| record.geometry.as_ref()) else {
            continue;
        };
        let first = spans.len();
        whole(geometry, &mut parts, &mut spans);
        let is_own = block.slots.binary_search(&slot).is_ok();
        if let [span] = spans.get(first..).unwrap_or_default()
            && is_own
            && !bends(&parts, span)
        {
            own.push((slot, first));
        }
    }
    parts.move_points(|place| FLAT.flat(place) * side());
    let runs = Runs::of(&parts, &spans);
    let mut settler = Settler::new();
    let mut scratch = Vec::new();
    let mut scale = 1.0;
    for sheet in sheets.iter_mut().rev() {
        let unit = |point: &Coord| -> Place { [point.x * scale, point.y * scale] };
        let places: Vec<Place> = parts.points().iter().map(unit).collect();
        let keep = runs.kept(parts.points(), &places);
        for (slot, at) in &own {
            let Some(span) = spans.get(*at) else {
                continue;
            };
            let shape = settler.settle(&parts, span, keep.as_deref(), true, |point| {
                [rounded(point.x * scale), rounded(point.y * scale)]
            });
            if span.kind != Kind::Point || shape.points().len() == 1 {
                sheet.put(*slot, span.kind, shape, &mut scratch);
            }
        }
        scale /= 2.0;
    }
}

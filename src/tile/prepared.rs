//! The shapes of a layer on the grids of the zooms that are generalised but not merged, made once for all their tiles.
//!
//! A shape is generalised and settled whole, cut to each tile that shows something of it, and written as the commands that
//! a vector tile has, and as an outline in degrees for GeoJSON. The choice of vertices is the one of
//! [`generalise`](super::generalise), whose rules do not depend on the tile.
//!
//! Only for the tiling that maps on the screen ask for; tiles of another are drawn anew.

use std::array;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::address::{EXTENT, TileAddress};
use super::cut::whole;
use super::cutter::{Cutter, Settled};
use super::generalise::{Place, Runs};
use super::outlines::Outlines;
use super::parts::{Kind, Parts, Span};
use super::pieces::{Drafts, InTile, Sheet};
use super::settle::{Settler, rounded};
use super::tiling::Tiling;
use super::tracer::{Thinned, Tracer};
use super::{FULL_DETAIL_ZOOM, MERGE_BELOW_ZOOM};
use crate::domain::{Feature, LayerSchema};
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
    /// The shapes of the pieces of all sheets, in degrees.
    pub(super) outlines: Outlines,
}

impl PreparedShapes {
    /// What is drawn in the tile, as [`Sheet::in_tile`]; `None` where it is not prepared: in other tilings and zooms, and
    /// where something in the tile is not prepared: collections, several points, edges of many hundred metres, places
    /// beyond the pyramid, and shapes of many vertices in many tiles.
    pub(super) fn in_tile(&self, address: TileAddress) -> Option<impl Iterator<Item = InTile<'_>>> {
        let zoom = address.z().checked_sub(MERGE_BELOW_ZOOM)?;
        let sheet = self.sheets.get(usize::from(zoom))?;
        (address.tiling() == FLAT).then(|| sheet.in_tile(address))?
    }
}

impl Prepared for PreparedShapes {
    fn of(_schema: &LayerSchema, base: &Base) -> Self {
        let records = base.records();
        let mut drafts = array::from_fn(|_| Drafts::default());
        let mut outlines = Outlines::default();
        for block in blocks(records) {
            prepare(base, &block, &mut drafts, &mut outlines);
        }
        outlines.shrink();
        let bbox = |record: &Arc<Feature>| BBox::of(record.geometry.as_deref()?);
        let boxes: Vec<Option<BBox>> = records.iter().map(bbox).collect();
        Self {
            sheets: drafts.map(|drafts| drafts.finish(&boxes)),
            outlines,
        }
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
        let Some(bbox) = record.geometry.as_deref().and_then(on_the_map) else {
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

/// A shape that is prepared.
struct Own<'a> {
    slot: u32,
    original: &'a Geometry,
    bbox: BBox,
    /// The corners of `bbox` in units of the deepest zoom that is prepared.
    corners: [Place; 2],
    /// Its number among the spans.
    at: usize,
    /// Where its outline is as the zoom before had it.
    outline: Option<u32>,
}

/// Where the north-west and the south-east corner of a box lie, in units of the deepest zoom that is prepared.
fn corners(bbox: &BBox) -> [Place; 2] {
    let corner = |x: f64, y: f64| {
        let place = FLAT.flat(Coord { x, y }) * side();
        [place.x, place.y]
    };
    [corner(bbox.west, bbox.north), corner(bbox.east, bbox.south)]
}

/// Prepares the records of `block`, with an eye on all that they may share a border with.
fn prepare(base: &Base, block: &Block, drafts: &mut [Drafts; ZOOMS], outlines: &mut Outlines) {
    let near = block.boxes.iter().flat_map(|window| base.slots_in(*window));
    let mut near: Vec<u32> = near.collect();
    near.sort_unstable();
    near.dedup();
    let mut parts = Parts::new();
    let mut spans: Vec<Span> = Vec::new();
    let mut own = Vec::new();
    for slot in near {
        let Some(geometry) = base.at(slot).and_then(|record| record.geometry.as_deref()) else {
            continue;
        };
        let at = spans.len();
        whole(geometry, &mut parts, &mut spans);
        let is_own = block.slots.binary_search(&slot).is_ok();
        if let ([span], Some(bbox)) = (spans.get(at..).unwrap_or_default(), BBox::of(geometry))
            && is_own
            && !bends(&parts, span)
        {
            own.push(Own {
                slot,
                original: geometry,
                bbox,
                corners: corners(&bbox),
                at,
                outline: None,
            });
        }
    }
    let degrees = parts.clone();
    parts.move_points(|place| FLAT.flat(place) * side());
    let runs = Runs::of(&parts, &spans);
    let (mut settler, mut cutter, mut tracer) = (Settler::new(), Cutter::new(), Tracer::new());
    let mut scale = 1.0;
    let mut before: Option<Vec<bool>> = None;
    for (z, drafts) in (MERGE_BELOW_ZOOM..FULL_DETAIL_ZOOM).zip(drafts).rev() {
        let unit = |point: &Coord| -> Place { [point.x * scale, point.y * scale] };
        let places: Vec<Place> = parts.points().iter().map(unit).collect();
        let keep = runs.kept(parts.points(), &places);
        for own in &mut own {
            let Some(span) = spans.get(own.at) else {
                continue;
            };
            let shape = settler.settle(&parts, span, keep.as_deref(), true, |point| {
                [rounded(point.x * scale), rounded(point.y * scale)]
            });
            if span.kind == Kind::Point && shape.points().len() != 1 {
                continue;
            }
            let thinned = Thinned {
                original: own.original,
                parts: &degrees,
                span,
                keep: keep.as_deref(),
            };
            if !are_alike(&parts, span, before.as_deref(), keep.as_deref()) {
                own.outline = None;
            }
            let (slot, kind) = (own.slot, span.kind);
            let settled = Settled {
                original: own.original,
                corners: own
                    .corners
                    .map(|corner| corner.map(|along| rounded(along * scale))),
                kind,
                shape,
            };
            tracer.begin();
            let mut has_room = true;
            let put = |address: TileAddress, commands: &[u8], is_within| {
                let outline = if is_within || address.reach().holds(own.bbox) {
                    own.outline = own.outline.or_else(|| tracer.whole(thinned, outlines));
                    own.outline
                } else {
                    tracer.cut(thinned, address, outlines)
                };
                has_room &= outline.is_some();
                let piece = InTile {
                    slot,
                    kind,
                    commands,
                    outline: outline.unwrap_or_default(),
                };
                drafts.put(address, piece);
            };
            if cutter.each_tile(z, settled, put).is_some() && has_room {
                drafts.done(slot);
            }
        }
        scale /= 2.0;
        before = keep;
    }
}

/// Whether two choices of vertices are the same for one shape; `None` keeps all.
fn are_alike(
    parts: &Parts<Coord>,
    span: &Span,
    one: Option<&[bool]>,
    other: Option<&[bool]>,
) -> bool {
    let kept = |of: Option<&[bool]>, at: usize| of.is_none_or(|of| of.get(at) != Some(&false));
    let mut points = span.parts.clone().flat_map(|part| parts.part_range(part));
    points.all(|at| kept(one, at) == kept(other, at))
}

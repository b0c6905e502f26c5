//! What a tile does with more records than it can carry: the small ones become counted blocks.
//!
//! Below [`MERGE_BELOW_ZOOM`] a layer with more than [`CROWD_LIMIT`] members in a tile is crowded. Its points and polygons
//! whose boxes are smaller than [`SMALL`] both ways are then merged by a mesh of blocks that is the same for all tiles of
//! a zoom. A record belongs to the block that holds the middle of its box:
//! - a block with several records becomes one shape that says how many they are, and nothing else of them;
//! - a record alone in its block stays itself;
//! - so does a member whose block lies beyond the tile's buffer: there is no whole block to count it in.
//!
//! Where more than [`CROWD_LIMIT`] points and polygons would still be too large to merge, large begins at twice the size,
//! and so on. Lines and collections always stay themselves: no block can stand for a line.
//!
//! Tile and buffer are whole blocks, and a block counts every record in it, so two crowded tiles that show the same block
//! show the same count. A tile that is not crowded shows each record, also in the buffer that it shares with one that is.

use std::collections::BTreeMap;

use geo::Area;

use crate::domain::Feature;
use crate::geometry::{BBox, Coord, Geometry};

use super::membership::meets;
use super::parts::{Kind, Parts, Span};
use super::settle::rounded;
use super::tiling::Tiling;
use super::{BUFFER, CROWD_LIMIT, EXTENT, MERGE_BELOW_ZOOM, TileAddress};

/// The one property of a merged block: how many records it stands for.
pub const MERGED_COUNT: &str = "merged_count";

/// What is smaller both ways, in units of the tile's grid, is small: four pixels where a tile is 512 pixels wide.
const SMALL: f64 = 32.0;

/// The side of a block in units of the tile's grid: eight pixels. It divides [`EXTENT`] and [`BUFFER`].
const BLOCK: u32 = 64;

/// A crowded layer in a tile.
#[derive(Debug)]
pub(super) struct Crowd<'a> {
    /// The members that stay themselves, in the order given.
    pub(super) kept: Vec<&'a Feature>,
    /// The blocks, from north to south, then from west to east.
    pub(super) blocks: Vec<Block>,
    /// How many members are counted in blocks.
    pub(super) merged: usize,
}

/// Several small records of one kind, merged.
#[derive(Debug)]
pub(super) struct Block {
    /// How many.
    pub(super) count: i64,
    shape: Shape,
}

/// Where a block is drawn, in units of the grid of the whole zoom, y downwards.
#[derive(Debug)]
enum Shape {
    /// The mean place of points.
    Point(Coord),
    /// A square in the middle of the block, as large as the polygons together but no larger than the block.
    Square { low: Coord, side: f64 },
}

/// Which block: row, column, and whether it is one of points.
type Key = (i64, i64, bool);

/// A record near the tile.
struct Candidate<'a> {
    feature: &'a Feature,
    is_member: bool,
    /// The longer side of its box in units.
    size: f64,
    /// Its block and the middle of its box in units; `None` for what is never merged here.
    block: Option<(Key, Coord)>,
}

/// What the records of a block add up to.
#[derive(Debug, Default)]
struct Tally {
    count: i64,
    area: f64,
    x: f64,
    y: f64,
}

/// The layer as a crowd; `None` where it is not crowded and every member stays itself.
/// `candidates` are all records that are asked for and whose boxes meet the tile's reach.
pub(super) fn crowd<'a>(candidates: &[&'a Feature], address: TileAddress) -> Option<Crowd<'a>> {
    if address.z() >= MERGE_BELOW_ZOOM || candidates.len() <= CROWD_LIMIT {
        return None;
    }
    let mesh = Mesh::of(address);
    let candidates: Vec<_> = candidates
        .iter()
        .filter_map(|feature| mesh.candidate(feature))
        .collect();
    let members = || candidates.iter().filter(|candidate| candidate.is_member);
    if members().count() <= CROWD_LIMIT {
        return None;
    }
    let mut small = SMALL;
    let too_large = |small| move |one: &&Candidate<'_>| one.block.is_some() && one.size >= small;
    while members().filter(too_large(small)).count() > CROWD_LIMIT {
        small *= 2.0;
    }
    let block_of = |one: &Candidate<'_>| one.block.filter(|_| one.size < small);

    let mut tallies: BTreeMap<Key, Tally> = BTreeMap::new();
    for candidate in &candidates {
        if let Some((key, middle)) = block_of(candidate) {
            let tally = tallies.entry(key).or_default();
            tally.count += 1;
            tally.area += mesh.area(candidate.feature);
            tally.x += middle.x;
            tally.y += middle.y;
        }
    }
    tallies.retain(|_, tally| tally.count > 1);
    let (mut kept, mut merged) = (Vec::new(), 0);
    for candidate in &candidates {
        if block_of(candidate).is_some_and(|(key, _)| tallies.contains_key(&key)) {
            merged += usize::from(candidate.is_member);
        } else if candidate.is_member {
            kept.push(candidate.feature);
        }
    }
    let blocks = tallies
        .into_iter()
        .map(|(key, tally)| block(key, &tally))
        .collect();
    Some(Crowd {
        kept,
        blocks,
        merged,
    })
}

impl Block {
    /// Appends the shape of the block, a point or a square.
    pub(super) fn draw(&self, address: TileAddress, parts: &mut Parts<Coord>) -> Span {
        let side = units_across(address);
        let place = |x: f64, y: f64| {
            let (x, y) = (x / side, y / side);
            address.tiling().place_at(Coord { x, y })
        };
        let (first_part, first_polygon) = (parts.part_count(), parts.polygon_count());
        let kind = match self.shape {
            Shape::Point(at) => {
                parts.push_part([place(at.x, at.y)]);
                Kind::Point
            }
            Shape::Square { low, side } => {
                let (west, north, east, south) = (low.x, low.y, low.x + side, low.y + side);
                parts.push_part([
                    place(west, south),
                    place(east, south),
                    place(east, north),
                    place(west, north),
                ]);
                parts.end_polygon(first_part);
                Kind::Polygon
            }
        };
        Span {
            kind,
            multi: false,
            parts: first_part..parts.part_count(),
            polygons: first_polygon..parts.polygon_count(),
        }
    }
}

fn block((row, column, is_point): Key, tally: &Tally) -> Block {
    let shape = if is_point {
        let count = number(tally.count);
        Shape::Point(Coord {
            x: tally.x / count,
            y: tally.y / count,
        })
    } else {
        // Whole units, so that both formats draw the same square and no two squares overlap.
        let block = f64::from(BLOCK);
        let side = tally.area.sqrt().round().clamp(1.0, block);
        let margin = ((block - side) / 2.0).floor();
        let low = Coord {
            x: number(column) * block + margin,
            y: number(row) * block + margin,
        };
        Shape::Square { low, side }
    };
    Block {
        count: tally.count,
        shape,
    }
}

/// The blocks of a zoom and which of them a tile shows.
struct Mesh {
    tiling: Tiling,
    reach: BBox,
    units_across: f64,
    rows: (i64, i64),
    columns: (i64, i64),
}

impl Mesh {
    fn of(address: TileAddress) -> Self {
        let shown = |tile: u32| {
            let (first, buffer) = (i64::from(tile) * i64::from(EXTENT), i64::from(BUFFER));
            let block = i64::from(BLOCK);
            (
                (first - buffer) / block,
                (first + i64::from(EXTENT) + buffer) / block,
            )
        };
        Self {
            tiling: address.tiling(),
            reach: address.reach(),
            units_across: units_across(address),
            rows: shown(address.y()),
            columns: shown(address.x()),
        }
    }

    /// `None` for a record without a place.
    fn candidate<'a>(&self, feature: &'a Feature) -> Option<Candidate<'a>> {
        let geometry = feature.geometry.as_deref()?;
        let bbox = BBox::of(geometry)?;
        let corner = |x: f64, y: f64| self.tiling.flat(Coord { x, y }) * self.units_across;
        let (low, high) = (corner(bbox.west, bbox.north), corner(bbox.east, bbox.south));
        let middle = (low + high) / 2.0;
        let of_block = |unit: f64| rounded((unit / f64::from(BLOCK)).floor());
        let (row, column) = (of_block(middle.y), of_block(middle.x));
        let is_shown = self.rows.0 <= row
            && row < self.rows.1
            && self.columns.0 <= column
            && column < self.columns.1;
        Some(Candidate {
            feature,
            is_member: self.reach.holds(bbox) || meets(geometry, self.reach),
            size: (high.x - low.x).max(high.y - low.y),
            block: mergeable(geometry)
                .filter(|_| is_shown)
                .map(|kind| ((row, column, kind == Kind::Point), middle)),
        })
    }

    /// The area of a small polygon in square units; 0 for points.
    fn area(&self, feature: &Feature) -> f64 {
        let Some(geometry) = &feature.geometry else {
            return 0.0;
        };
        let degrees2 = geometry.unsigned_area();
        if degrees2 == 0.0 {
            return 0.0;
        }
        let latitude = BBox::of(geometry).map_or(0.0, |bbox| f64::midpoint(bbox.south, bbox.north));
        let per_degree = self.units_across / 360.0;
        degrees2 * per_degree * per_degree / self.tiling.narrowing(latitude)
    }
}

/// Units of the grid around the whole earth at the zoom of `address`.
fn units_across(address: TileAddress) -> f64 {
    f64::from(1_u32 << address.z()) * f64::from(EXTENT)
}

/// What a block of such shapes is drawn as; `None` for shapes that are never merged.
fn mergeable(geometry: &Geometry) -> Option<Kind> {
    match geometry {
        Geometry::Point(_) | Geometry::MultiPoint(_) => Some(Kind::Point),
        Geometry::Polygon(_)
        | Geometry::MultiPolygon(_)
        | Geometry::Rect(_)
        | Geometry::Triangle(_) => Some(Kind::Polygon),
        _ => None,
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "counts and numbers of blocks are far below 2^53"
)]
fn number(whole: i64) -> f64 {
    whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tile_and_buffer_are_whole_blocks() {
        assert_eq!((EXTENT % BLOCK, BUFFER % BLOCK), (0, 0));
        let mesh = Mesh::of(TileAddress::new(10, 3, 0).unwrap());
        assert_eq!((mesh.columns, mesh.rows), ((191, 257), (-1, 65)));
    }

    #[test]
    fn a_square_is_as_large_as_its_records_and_stays_in_its_block() {
        let square = |area| {
            let tally = Tally {
                count: 2,
                area,
                ..Tally::default()
            };
            match block((3, 2, false), &tally).shape {
                Shape::Square { low, side } => (low.x, low.y, side),
                Shape::Point(at) => panic!("{at:?}"),
            }
        };
        assert_eq!(square(0.0), (159.0, 223.0, 1.0));
        assert_eq!(square(400.0), (150.0, 214.0, 20.0));
        assert_eq!(square(1e9), (128.0, 192.0, 64.0));
    }
}

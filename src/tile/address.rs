//! Which tile: the addresses of the tilings and the boxes they stand for.

use std::fmt;

use thiserror::Error;

use super::tiling::Tiling;
use crate::geometry::{BBox, Coord};

/// The deepest zoom that is served.
pub const MAX_ZOOM: u8 = 22;

/// Units of a tile's grid along one side (Mapbox Vector Tile `extent`).
pub const EXTENT: u32 = 4096;

/// How far a tile shows beyond its own edges, in units of its grid.
pub const BUFFER: u32 = 64;

/// A tile address that is not one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AddressError {
    /// A part of the address is not a whole number.
    #[error("tile {part} {given:?} is not a whole number from 0 up")]
    NotANumber {
        /// `z`, `x` or `y`, or in words.
        part: &'static str,
        /// The text as given.
        given: String,
    },
    /// The tiling has no such zoom.
    #[error("zoom {z} is not served: zooms go from {first} to {MAX_ZOOM}")]
    NoSuchZoom {
        /// The zoom as given.
        z: u64,
        /// The first one that there is.
        first: u8,
    },
    /// The column or row lies outside the pyramid at this zoom.
    #[error("tile {part} {given} does not exist at zoom {z}: it goes from 0 to {last}")]
    OutOfRange {
        /// `x` or `y`, or in words.
        part: &'static str,
        /// The number as given.
        given: u64,
        /// The zoom.
        z: u8,
        /// The largest column or row at this zoom.
        last: u32,
    },
}

impl AddressError {
    /// The same sentence in Chinese; the English one is `Display`.
    pub fn zh(&self) -> String {
        match self {
            Self::NotANumber { part, given } => {
                format!("{} “{given}”不是非负整数", part_zh(part))
            }
            Self::NoSuchZoom { z, first } => {
                format!("没有 {z} 级，级别为 {first} 至 {MAX_ZOOM}")
            }
            Self::OutOfRange {
                part,
                given,
                z,
                last,
            } => format!("{z} 级没有{} {given}，应为 0 至 {last}", part_zh(part)),
        }
    }
}

fn part_zh(part: &str) -> &str {
    match part {
        "matrix" => "级别",
        "row" => "行号",
        "column" => "列号",
        other => other,
    }
}

/// One tile; row 0 is the northernmost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileAddress {
    tiling: Tiling,
    z: u8,
    x: u32,
    y: u32,
}

impl TileAddress {
    /// The tile of `WebMercatorQuad` at zoom `z`, column `x`, row `y`.
    ///
    /// # Errors
    /// [`AddressError`] when the zoom is deeper than [`MAX_ZOOM`] or the tile lies outside the pyramid.
    pub fn new(z: u8, x: u32, y: u32) -> Result<Self, AddressError> {
        Self::new_in(Tiling::WebMercatorQuad, z, x, y)
    }

    /// The tile of `tiling` at zoom `z`, column `x`, row `y`.
    ///
    /// # Errors
    /// As [`TileAddress::new`].
    pub fn new_in(tiling: Tiling, z: u8, x: u32, y: u32) -> Result<Self, AddressError> {
        Self::checked(tiling, z.into(), ("x", x.into()), ("y", y.into()))
    }

    /// The tile of `WebMercatorQuad` that the three parts of a path name.
    ///
    /// # Errors
    /// [`AddressError`] for text that is no number, and as [`TileAddress::new`].
    pub fn parse(z: &str, x: &str, y: &str) -> Result<Self, AddressError> {
        let (z, x, y) = (number("z", z)?, number("x", x)?, number("y", y)?);
        Self::checked(Tiling::WebMercatorQuad, z, ("x", x), ("y", y))
    }

    /// The tile of `tiling` that the three parts of a path of OGC API Tiles name: the row comes before the column.
    ///
    /// # Errors
    /// As [`TileAddress::parse`].
    pub fn parse_in(
        tiling: Tiling,
        matrix: &str,
        row: &str,
        column: &str,
    ) -> Result<Self, AddressError> {
        let z = number("matrix", matrix)?;
        let (row, column) = (number("row", row)?, number("column", column)?);
        Self::checked(tiling, z, ("column", column), ("row", row))
    }

    fn checked(
        tiling: Tiling,
        z: u64,
        (x_name, x): (&'static str, u64),
        (y_name, y): (&'static str, u64),
    ) -> Result<Self, AddressError> {
        let first = tiling.first_zoom();
        let zoom = u8::try_from(z).ok();
        let (zoom, (columns, rows)) = zoom
            .and_then(|zoom| Some((zoom, tiling.size(zoom)?)))
            .ok_or(AddressError::NoSuchZoom { z, first })?;
        let within = |part, given: u64, count: u32| {
            u32::try_from(given)
                .ok()
                .filter(|number| *number < count)
                .ok_or(AddressError::OutOfRange {
                    part,
                    given,
                    z: zoom,
                    last: count - 1,
                })
        };
        Ok(Self {
            tiling,
            z: zoom,
            x: within(x_name, x, columns)?,
            y: within(y_name, y, rows)?,
        })
    }

    /// The tile of these numbers, which are known to be within the tiling.
    pub(super) fn of(tiling: Tiling, z: u8, x: u32, y: u32) -> Self {
        Self { tiling, z, x, y }
    }

    /// What it is a tile of.
    pub fn tiling(self) -> Tiling {
        self.tiling
    }

    /// Zoom, 0..=22.
    pub fn z(self) -> u8 {
        self.z
    }

    /// Column, from the antimeridian eastwards.
    pub fn x(self) -> u32 {
        self.x
    }

    /// Row, from the north southwards.
    pub fn y(self) -> u32 {
        self.y
    }

    /// The box of the tile itself. Neighbours share their edges to the last bit.
    pub fn bounds(self) -> BBox {
        self.bounds_grown(0)
    }

    /// The box of the tile with its buffer of [`BUFFER`] units: what a tile shows, and what decides membership.
    /// At the rim of the pyramid it is cut back to the range of longitude and latitude.
    pub fn reach(self) -> BBox {
        self.bounds_grown(BUFFER)
    }

    /// The box of the tile grown on every side by `units` of its grid.
    pub(super) fn bounds_grown(self, units: u32) -> BBox {
        let (units, extent) = (f64::from(units), f64::from(EXTENT));
        let side = f64::from(1_u32 << self.z) * extent;
        let (x, y) = (f64::from(self.x) * extent, f64::from(self.y) * extent);
        let place = |x: f64, y: f64| {
            let (x, y) = (x / side, y / side);
            self.tiling.place_at(Coord { x, y })
        };
        let north_west = place(x - units, y - units);
        let south_east = place(x + extent + units, y + extent + units);
        BBox {
            west: north_west.x.max(-180.0),
            south: south_east.y.max(-90.0),
            east: south_east.x.min(180.0),
            north: north_west.y.min(90.0),
        }
    }

    /// The tile one zoom up that holds this one; `None` at the first zoom.
    pub fn parent(self) -> Option<Self> {
        (self.z > self.tiling.first_zoom())
            .then(|| Self::of(self.tiling, self.z - 1, self.x / 2, self.y / 2))
    }

    /// The four tiles one zoom down; `None` at the deepest zoom.
    pub fn children(self) -> Option<[Self; 4]> {
        (self.z < MAX_ZOOM).then(|| {
            [(0, 0), (1, 0), (0, 1), (1, 1)]
                .map(|(dx, dy)| Self::of(self.tiling, self.z + 1, self.x * 2 + dx, self.y * 2 + dy))
        })
    }
}

impl fmt::Display for TileAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.z, self.x, self.y)
    }
}

/// [`Tiling::touching`] of `WebMercatorQuad`.
pub fn tiles_touching(bbox: BBox, z: u8) -> impl Iterator<Item = TileAddress> {
    Tiling::WebMercatorQuad.touching(bbox, z)
}

fn number(part: &'static str, given: &str) -> Result<u64, AddressError> {
    let digits = !given.is_empty() && given.bytes().all(|byte| byte.is_ascii_digit());
    digits
        .then(|| given.parse::<u64>().ok())
        .flatten()
        .ok_or_else(|| AddressError::NotANumber {
            part,
            given: given.to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_world_is_one_tile_at_zoom_0() {
        let world = TileAddress::new(0, 0, 0).unwrap().bounds();
        assert_eq!((world.west, world.east), (-180.0, 180.0));
        assert!(
            (world.north - 85.051_128_779_806_6).abs() < 1e-12,
            "{world:?}"
        );
        assert!((world.south + world.north).abs() < 1e-12);
    }

    #[test]
    fn neighbours_share_their_edges_to_the_last_bit() {
        for tiling in Tiling::ALL {
            for z in 2..=MAX_ZOOM {
                let (x, y) = ((1 << z) / 3, (1 << z) / 5);
                let tile = |x, y| TileAddress::new_in(tiling, z, x, y).unwrap().bounds();
                let (here, east, south) = (tile(x, y), tile(x + 1, y), tile(x, y + 1));
                assert_eq!(here.east.to_bits(), east.west.to_bits());
                assert_eq!(here.south.to_bits(), south.north.to_bits());
            }
        }
    }

    #[test]
    fn children_fill_their_parent_and_no_more() {
        for tiling in Tiling::ALL {
            for z in 1..MAX_ZOOM {
                let tile = TileAddress::new_in(tiling, z, (1 << z) - 1, (1 << z) / 3).unwrap();
                let children = tile.children().unwrap();
                assert!(children.iter().all(|child| child.parent() == Some(tile)));
                let boxes = children.map(TileAddress::bounds);
                let around = boxes.into_iter().reduce(BBox::union).unwrap();
                assert_eq!(around, tile.bounds());
                let [first, _, _, last] = boxes;
                assert_eq!(first.east.to_bits(), last.west.to_bits());
                assert_eq!(first.south.to_bits(), last.north.to_bits());
            }
        }
        let top = TileAddress::new_in(Tiling::Cgcs2000Quad, 1, 1, 0).unwrap();
        assert_eq!(top.parent(), None);
    }

    #[test]
    fn wrong_addresses_are_refused_in_plain_words() {
        let said = |z, x, y| TileAddress::parse(z, x, y).unwrap_err().to_string();
        assert_eq!(
            said("23", "0", "0"),
            "zoom 23 is not served: zooms go from 0 to 22"
        );
        assert_eq!(
            said("3", "8", "0"),
            "tile x 8 does not exist at zoom 3: it goes from 0 to 7"
        );
        assert_eq!(
            said("3", "0", "-1"),
            "tile y \"-1\" is not a whole number from 0 up"
        );
        assert_eq!(
            said("3", "+1", "0"),
            "tile x \"+1\" is not a whole number from 0 up"
        );
        assert!(TileAddress::parse("0", "99999999999999999999", "0").is_err());
        let said = |z, row, column| {
            let tile = TileAddress::parse_in(Tiling::Cgcs2000Quad, z, row, column);
            tile.unwrap_err().to_string()
        };
        assert_eq!(
            said("0", "0", "0"),
            "zoom 0 is not served: zooms go from 1 to 22"
        );
        assert_eq!(
            said("3", "4", "0"),
            "tile row 4 does not exist at zoom 3: it goes from 0 to 3"
        );
        assert_eq!(
            said("3", "3", "8"),
            "tile column 8 does not exist at zoom 3: it goes from 0 to 7"
        );
        assert_eq!(
            TileAddress::parse("16", "52603", "26075")
                .unwrap()
                .to_string(),
            "16/52603/26075"
        );
    }

    #[test]
    fn a_place_on_a_corner_of_four_tiles_touches_four() {
        let corner = TileAddress::new(12, 3287, 1629).unwrap().bounds();
        let point = BBox::new(corner.west, corner.north, corner.west, corner.north).unwrap();
        assert_eq!(tiles_touching(point, 12).count(), 4);
    }
}

//! Which tile: the addresses of the `WebMercatorQuad` pyramid and the boxes they stand for.
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "tile numbers stay below 2^22 and are clamped before the cast"
)]

use std::f64::consts::PI;
use std::fmt;

use thiserror::Error;

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
        /// `z`, `x` or `y`.
        part: &'static str,
        /// The text as given.
        given: String,
    },
    /// The zoom is deeper than the pyramid.
    #[error("zoom {z} is not served: zooms go from 0 to {MAX_ZOOM}")]
    NoSuchZoom {
        /// The zoom as given.
        z: u64,
    },
    /// The column or row lies outside the pyramid at this zoom.
    #[error("tile {part} {given} does not exist at zoom {z}: it goes from 0 to {last}")]
    OutOfRange {
        /// `x` or `y`.
        part: &'static str,
        /// The number as given.
        given: u64,
        /// The zoom.
        z: u8,
        /// The largest column or row at this zoom.
        last: u32,
    },
}

/// One tile of the `WebMercatorQuad` pyramid; row 0 is the northernmost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileAddress {
    z: u8,
    x: u32,
    y: u32,
}

impl TileAddress {
    /// The tile at zoom `z`, column `x`, row `y`.
    ///
    /// # Errors
    /// [`AddressError`] when the zoom is deeper than [`MAX_ZOOM`] or the tile lies outside the pyramid.
    pub fn new(z: u8, x: u32, y: u32) -> Result<Self, AddressError> {
        Self::checked(z.into(), x.into(), y.into())
    }

    /// The tile that the three parts of a path name.
    ///
    /// # Errors
    /// [`AddressError`] for text that is no number, and as [`TileAddress::new`].
    pub fn parse(z: &str, x: &str, y: &str) -> Result<Self, AddressError> {
        let number = |part: &'static str, given: &str| {
            let digits = !given.is_empty() && given.bytes().all(|byte| byte.is_ascii_digit());
            digits
                .then(|| given.parse::<u64>().ok())
                .flatten()
                .ok_or_else(|| AddressError::NotANumber {
                    part,
                    given: given.to_owned(),
                })
        };
        Self::checked(number("z", z)?, number("x", x)?, number("y", y)?)
    }

    fn checked(z: u64, x: u64, y: u64) -> Result<Self, AddressError> {
        let zoom = u8::try_from(z)
            .ok()
            .filter(|zoom| *zoom <= MAX_ZOOM)
            .ok_or(AddressError::NoSuchZoom { z })?;
        let last = (1_u32 << zoom) - 1;
        let within = |part, given: u64| {
            u32::try_from(given)
                .ok()
                .filter(|number| *number <= last)
                .ok_or(AddressError::OutOfRange {
                    part,
                    given,
                    z: zoom,
                    last,
                })
        };
        Ok(Self {
            z: zoom,
            x: within("x", x)?,
            y: within("y", y)?,
        })
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
        BBox {
            west: longitude((x - units) / side).max(-180.0),
            south: latitude((y + extent + units) / side),
            east: longitude((x + extent + units) / side).min(180.0),
            north: latitude((y - units) / side),
        }
    }

    /// The tile one zoom up that holds this one; `None` at zoom 0.
    pub fn parent(self) -> Option<Self> {
        let z = self.z.checked_sub(1)?;
        Some(Self {
            z,
            x: self.x / 2,
            y: self.y / 2,
        })
    }

    /// The four tiles one zoom down; `None` at the deepest zoom.
    pub fn children(self) -> Option<[Self; 4]> {
        (self.z < MAX_ZOOM).then(|| {
            [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(dx, dy)| Self {
                z: self.z + 1,
                x: self.x * 2 + dx,
                y: self.y * 2 + dy,
            })
        })
    }
}

impl fmt::Display for TileAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.z, self.x, self.y)
    }
}

/// Every tile of zoom `z` that can show something within `bbox`: its box plus buffer meets it, edges included.
/// These are the tiles that a change within `bbox` makes stale. Rows from the north, columns from the west.
/// Empty for a zoom deeper than [`MAX_ZOOM`].
pub fn tiles_touching(bbox: BBox, z: u8) -> impl Iterator<Item = TileAddress> {
    let last = (z <= MAX_ZOOM).then(|| (1_u32 << z) - 1);
    last.into_iter().flat_map(move |last| {
        let side = f64::from(last) + 1.0;
        // One tile more on each side than the arithmetic says; the exact boxes decide.
        let from = |n: f64| ((n * side).floor() - 1.0).clamp(0.0, f64::from(last)) as u32;
        let to = |n: f64| ((n * side).floor() + 1.0).clamp(0.0, f64::from(last)) as u32;
        let north_west = normalised(Coord {
            x: bbox.west,
            y: bbox.north,
        });
        let south_east = normalised(Coord {
            x: bbox.east,
            y: bbox.south,
        });
        let columns = from(north_west.x)..=to(south_east.x);
        (from(north_west.y)..=to(south_east.y)).flat_map(move |y| {
            columns
                .clone()
                .map(move |x| TileAddress { z, x, y })
                .filter(move |address| address.reach().meets(bbox))
        })
    })
}

/// Where `place` lies in the square of the whole pyramid: x 0..1 from west to east, y 0..1 from north to south.
/// Latitudes beyond the pyramid lie outside 0..1.
pub(super) fn normalised(place: Coord) -> Coord {
    let sine = place.y.to_radians().sin().clamp(-1.0, 1.0);
    Coord {
        x: (place.x + 180.0) / 360.0,
        y: 0.5 - sine.atanh() / (2.0 * PI),
    }
}

/// The place at `point` of that square; undoes [`normalised`].
pub(super) fn place_at(point: Coord) -> Coord {
    Coord {
        x: longitude(point.x),
        y: latitude(point.y),
    }
}

fn longitude(x: f64) -> f64 {
    x * 360.0 - 180.0
}

fn latitude(y: f64) -> f64 {
    (PI * (1.0 - 2.0 * y)).sinh().atan().to_degrees()
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
        for z in 1..=MAX_ZOOM {
            let (x, y) = ((1 << z) / 3, (1 << z) / 5);
            let here = TileAddress::new(z, x, y).unwrap().bounds();
            let east = TileAddress::new(z, x + 1, y).unwrap().bounds();
            let south = TileAddress::new(z, x, y + 1).unwrap().bounds();
            assert_eq!(here.east.to_bits(), east.west.to_bits());
            assert_eq!(here.south.to_bits(), south.north.to_bits());
        }
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
        assert_eq!(
            TileAddress::parse("16", "52603", "26075")
                .unwrap()
                .to_string(),
            "16/52603/26075"
        );
    }

    #[test]
    fn tiles_touching_a_box_are_those_whose_reach_meets_it() {
        for z in 0..=7 {
            for (west, south, east, north) in [
                (108.9, 34.2, 109.0, 34.3),
                (0.0, 0.0, 0.0, 0.0),
                (-180.0, -90.0, -179.0, 90.0),
                (179.0, 80.0, 180.0, 90.0),
            ] {
                let bbox = BBox::new(west, south, east, north).unwrap();
                let found: Vec<_> = tiles_touching(bbox, z).collect();
                let all: Vec<_> = (0..1_u32 << z)
                    .flat_map(|y| (0..1_u32 << z).map(move |x| TileAddress::new(z, x, y).unwrap()))
                    .filter(|tile| tile.reach().meets(bbox))
                    .collect();
                assert_eq!(found, all, "{bbox:?} at {z}");
            }
        }
        assert_eq!(
            tiles_touching(BBox::new(0., 0., 1., 1.).unwrap(), 23).count(),
            0
        );
    }

    #[test]
    fn a_place_on_a_corner_of_four_tiles_touches_four() {
        let corner = TileAddress::new(12, 3287, 1629).unwrap().bounds();
        let point = BBox::new(corner.west, corner.north, corner.west, corner.north).unwrap();
        assert_eq!(tiles_touching(point, 12).count(), 4);
    }
}

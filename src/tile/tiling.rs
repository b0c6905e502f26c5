//! How the earth is laid flat and cut into tiles: the tile matrix sets that are served (OGC 17-083r4).
//!
//! In both, a tile of zoom z is 360 / 2^z degrees of longitude wide, so that a zoom stands for the same detail.
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "tile numbers stay below 2^22 and are clamped before the cast"
)]

use std::f64::consts::PI;
use std::fmt;

use super::address::{MAX_ZOOM, TileAddress};
use crate::geometry::{BBox, Coord};

/// One way to lay the earth flat and cut it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tiling {
    /// Web Mercator (EPSG:3857), 2^z columns and rows from zoom 0 on.
    WebMercatorQuad,
    /// Latitude and longitude of CGCS2000 (EPSG:4490), 2^z columns and 2^(z-1) rows from zoom 1 on: the grid of the
    /// `_c` layers of Tianditu.
    Cgcs2000Quad,
}

impl Tiling {
    /// All that are served.
    pub const ALL: [Self; 2] = [Self::WebMercatorQuad, Self::Cgcs2000Quad];

    /// Its identifier, as in addresses.
    pub fn id(self) -> &'static str {
        match self {
            Self::WebMercatorQuad => "WebMercatorQuad",
            Self::Cgcs2000Quad => "CGCS2000Quad",
        }
    }

    /// The one with this identifier.
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tiling| tiling.id() == id)
    }

    /// The zoom with the fewest tiles; the last one is [`MAX_ZOOM`].
    pub fn first_zoom(self) -> u8 {
        match self {
            Self::WebMercatorQuad => 0,
            Self::Cgcs2000Quad => 1,
        }
    }

    /// How many columns and rows zoom `z` has; `None` where there is no such zoom.
    pub fn size(self, z: u8) -> Option<(u32, u32)> {
        (self.first_zoom()..=MAX_ZOOM).contains(&z).then(|| {
            let columns = 1 << z;
            match self {
                Self::WebMercatorQuad => (columns, columns),
                Self::Cgcs2000Quad => (columns, columns / 2),
            }
        })
    }

    /// Every tile of zoom `z` that can show something within `bbox`: its box plus buffer meets it, edges included.
    /// These are the tiles that a change within `bbox` makes stale. Rows from the north, columns from the west.
    /// Empty for a zoom that there is not.
    pub fn touching(self, bbox: BBox, z: u8) -> impl Iterator<Item = TileAddress> {
        self.size(z).into_iter().flat_map(move |(columns, rows)| {
            let side = f64::from(columns);
            // One tile more on each side than the arithmetic says; the exact boxes decide.
            let from =
                |n: f64, count: u32| ((n * side).floor() - 1.0).clamp(0.0, f64::from(count - 1));
            let to =
                |n: f64, count: u32| ((n * side).floor() + 1.0).clamp(0.0, f64::from(count - 1));
            let (x, y) = (bbox.west, bbox.north);
            let north_west = self.flat(Coord { x, y });
            let (x, y) = (bbox.east, bbox.south);
            let south_east = self.flat(Coord { x, y });
            let across = from(north_west.x, columns) as u32..=to(south_east.x, columns) as u32;
            let down = from(north_west.y, rows) as u32..=to(south_east.y, rows) as u32;
            down.flat_map(move |y| {
                let tiles = across.clone().map(move |x| TileAddress::of(self, z, x, y));
                tiles.filter(move |address| address.reach().meets(bbox))
            })
        })
    }

    /// Where `place` lies on the flat earth, whose width is 1: x from west to east, y from its upper edge southwards.
    /// Latitudes beyond the tiles lie outside it.
    pub(super) fn flat(self, place: Coord) -> Coord {
        let y = match self {
            Self::WebMercatorQuad => {
                let sine = place.y.to_radians().sin().clamp(-1.0, 1.0);
                0.5 - sine.atanh() / (2.0 * PI)
            }
            Self::Cgcs2000Quad => (90.0 - place.y) / 360.0,
        };
        Coord {
            x: (place.x + 180.0) / 360.0,
            y,
        }
    }

    /// The place at `point` of the flat earth; undoes [`Tiling::flat`].
    pub(super) fn place_at(self, point: Coord) -> Coord {
        Coord {
            x: point.x * 360.0 - 180.0,
            y: match self {
                Self::WebMercatorQuad => (PI * (1.0 - 2.0 * point.y)).sinh().atan().to_degrees(),
                Self::Cgcs2000Quad => 90.0 - point.y * 360.0,
            },
        }
    }

    /// How wide a degree of longitude is drawn at `latitude`, as a share of the height of one of latitude.
    pub(super) fn narrowing(self, latitude: f64) -> f64 {
        match self {
            Self::WebMercatorQuad => latitude.to_radians().cos(),
            Self::Cgcs2000Quad => 1.0,
        }
    }
}

impl fmt::Display for Tiling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_of_tianditu_begins_with_two_tiles_that_are_half_the_earth_each() {
        let tiling = Tiling::Cgcs2000Quad;
        assert_eq!(tiling.size(0), None);
        assert_eq!(tiling.size(1), Some((2, 1)));
        assert_eq!(tiling.size(18), Some((262_144, 131_072)));
        assert_eq!(tiling.size(23), None);
        let west = TileAddress::new_in(tiling, 1, 0, 0).unwrap().bounds();
        assert_eq!(
            (west.west, west.south, west.east, west.north),
            (-180.0, -90.0, 0.0, 90.0)
        );
        // 360 / 256 / 2^z degrees a pixel
        let deep = TileAddress::new_in(tiling, 14, 13_149, 2_535)
            .unwrap()
            .bounds();
        let pixel = 360.0 / 256.0 / 16_384.0;
        assert!((deep.east - deep.west - 256.0 * pixel).abs() < 1e-12);
        assert!((deep.north - deep.south - 256.0 * pixel).abs() < 1e-12);
        assert!((90.0 - deep.north - 2_535.0 * 256.0 * pixel).abs() < 1e-12);
    }

    #[test]
    fn tiles_touching_a_box_are_those_whose_reach_meets_it() {
        for tiling in Tiling::ALL {
            for z in tiling.first_zoom()..=7 {
                for (west, south, east, north) in [
                    (108.9, 34.2, 109.0, 34.3),
                    (0.0, 0.0, 0.0, 0.0),
                    (-180.0, -90.0, -179.0, 90.0),
                    (179.0, 80.0, 180.0, 90.0),
                ] {
                    let bbox = BBox::new(west, south, east, north).unwrap();
                    let found: Vec<_> = tiling.touching(bbox, z).collect();
                    let (columns, rows) = tiling.size(z).unwrap();
                    let all: Vec<_> = (0..rows)
                        .flat_map(|y| {
                            (0..columns).map(move |x| TileAddress::new_in(tiling, z, x, y).unwrap())
                        })
                        .filter(|tile| tile.reach().meets(bbox))
                        .collect();
                    assert_eq!(found, all, "{bbox:?} at {z} of {tiling}");
                }
            }
            let somewhere = BBox::new(0., 0., 1., 1.).unwrap();
            assert_eq!(tiling.touching(somewhere, 23).count(), 0);
        }
        let everywhere = BBox::new(-180., -90., 180., 90.).unwrap();
        assert_eq!(Tiling::Cgcs2000Quad.touching(everywhere, 0).count(), 0);
    }

    #[test]
    fn a_place_comes_back_from_the_flat_earth() {
        for tiling in Tiling::ALL {
            for (x, y) in [
                (108.95, 34.22),
                (-180.0, -85.0),
                (180.0, 85.0),
                (0.0, 0.0),
                (1e-7, -1e-7),
            ] {
                let back = tiling.place_at(tiling.flat(Coord { x, y }));
                assert!(
                    (back.x - x).abs() < 1e-12 && (back.y - y).abs() < 1e-12,
                    "{tiling} {x} {y}: {back:?}"
                );
            }
        }
    }
}

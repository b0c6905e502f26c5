//! The Gauss-Krüger zones of Xian 1980 and Beijing 1954: known by their parameters, of no use without control points.

use super::transverse::{Ellipsoid, IAG75, KRASSOWSKY, unproject};
use crate::geometry::Coord;

/// One zone of an old datum; its longitudes and latitudes are those of the old ellipsoid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OldZone {
    /// What the datum is called.
    pub datum: &'static str,
    epsg: u32,
    on: Ellipsoid,
    meridian: f64,
    false_easting: f64,
}

impl OldZone {
    /// The zone that a name means: `EPSG:2381` or its bare number; `None` for anything else.
    pub fn parse(name: &str) -> Option<Self> {
        let plain = name.trim().trim_matches(['[', ']']).to_ascii_uppercase();
        let number = plain.rsplit([':', '/', '#']).next()?;
        Self::from_epsg(number.parse().ok()?)
    }

    /// The zone with this EPSG code. Xian 1980 counts 6° and then 3°, Beijing 1954 the reverse, each first with the
    /// number of the zone before the easting.
    pub fn from_epsg(code: u32) -> Option<Self> {
        let (datum, on) = match code {
            2327..=2390 => ("Xian 1980", IAG75),
            2401..=2442 | 21413..=21423 | 21453..=21463 => ("Beijing 1954", KRASSOWSKY),
            _ => return None,
        };
        let (first, zone, is_wide, is_numbered) = match code {
            2327..=2337 => (2327, 13, true, true),
            2338..=2348 => (2338, 13, true, false),
            2349..=2369 => (2349, 25, false, true),
            2370..=2390 => (2370, 25, false, false),
            2401..=2421 => (2401, 25, false, true),
            2422..=2442 => (2422, 25, false, false),
            21413..=21423 => (21413, 13, true, true),
            _ => (21453, 13, true, false),
        };
        let zone = f64::from(code - first + zone);
        Some(Self {
            datum,
            epsg: code,
            on,
            meridian: if is_wide {
                zone * 6.0 - 3.0
            } else {
                zone * 3.0
            },
            false_easting: 500_000.0 + if is_numbered { zone * 1e6 } else { 0.0 },
        })
    }

    /// The EPSG code.
    pub fn epsg(self) -> u32 {
        self.epsg
    }

    /// Metres added to eastings.
    pub fn false_easting(self) -> f64 {
        self.false_easting
    }

    /// The ellipsoid of the datum.
    pub(super) fn ellipsoid(self) -> Ellipsoid {
        self.on
    }

    /// Longitude and latitude on the old ellipsoid, degrees, of easting and northing (x, y).
    pub(super) fn inverse(self, at: Coord) -> Coord {
        let plane = Coord {
            x: at.x - self.false_easting,
            y: at.y,
        };
        unproject(&self.on, self.meridian, plane)
    }
}

#[cfg(test)]
mod tests {
    use super::super::transverse::project;
    use super::*;

    #[test]
    fn the_same_degrees_in_old_zones_are_the_numbers_that_proj_gives() {
        // facts/coordinate_test_vectors.json, point A: 108.9723, 34.2319 taken as degrees of the old datum.
        for (code, x, y) in [
            (2381, 589_582.53, 3_789_814.210_4),
            (2433, 589_583.991, 3_789_879.667_4),
        ] {
            let zone = OldZone::from_epsg(code).unwrap();
            let at = Coord {
                x: 108.9723,
                y: 34.2319,
            };
            let plane = project(&zone.on, zone.meridian, at);
            assert!((plane.x + zone.false_easting - x).abs() < 1e-3 && (plane.y - y).abs() < 1e-3);
            let back = zone.inverse(Coord { x, y });
            assert!((back.x - at.x).abs() < 1e-8 && (back.y - at.y).abs() < 1e-8);
        }
        assert!(OldZone::parse("EPSG:4545").is_none());
        assert_eq!(
            OldZone::parse("epsg:2360").map(|zone| zone.meridian),
            Some(108.0)
        );
    }
}

//! The northern zones of UTM on WGS 84.

use super::transverse::{CGCS2000, project, unproject};
use crate::geometry::Coord;

/// Scale on the central meridian.
const SCALE: f64 = 0.9996;
/// Added to eastings, metres.
const FALSE_EASTING: f64 = 500_000.0;

/// One zone, six degrees wide. The ellipsoid of CGCS2000 stands for that of WGS 84: they differ by 0.1 mm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Utm {
    zone: u8,
}

impl Utm {
    /// The zone with the EPSG code `code`, 32601 to 32660.
    pub fn from_epsg(code: u32) -> Option<Self> {
        let zone = u8::try_from(code.checked_sub(32_600)?).ok()?;
        (1..=60).contains(&zone).then_some(Self { zone })
    }

    /// The zone with a central meridian in degrees.
    pub fn with_meridian(meridian: f64) -> Option<Self> {
        (1..=60u8)
            .map(|zone| Self { zone })
            .find(|zone| (zone.central_meridian() - meridian).abs() < 1e-6)
    }

    /// The EPSG code.
    pub fn epsg(self) -> u32 {
        32_600 + u32::from(self.zone)
    }

    /// Degrees east.
    pub fn central_meridian(self) -> f64 {
        f64::from(self.zone) * 6.0 - 183.0
    }

    /// Easting and northing (x, y) of longitude and latitude in degrees.
    pub(super) fn forward(self, at: Coord) -> Coord {
        let plane = project(&CGCS2000, self.central_meridian(), at);
        Coord {
            x: FALSE_EASTING + SCALE * plane.x,
            y: SCALE * plane.y,
        }
    }

    /// Longitude and latitude in degrees of easting and northing (x, y).
    pub(super) fn inverse(self, at: Coord) -> Coord {
        let plane = Coord {
            x: (at.x - FALSE_EASTING) / SCALE,
            y: at.y / SCALE,
        };
        unproject(&CGCS2000, self.central_meridian(), plane)
    }
}

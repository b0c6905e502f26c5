//! The Gauss-Krüger zones of CGCS2000, 3 and 6 degrees wide.

use super::transverse::{CGCS2000, project, unproject};
use crate::geometry::Coord;

/// How wide a zone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ZoneWidth {
    /// 3°带.
    Three,
    /// 6°带.
    Six,
}

/// One zone: transverse Mercator on CGCS2000, scale 1 on the central meridian, false easting 500 km.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GaussKruger {
    width: ZoneWidth,
    zone: u8,
    zone_in_easting: bool,
}

impl GaussKruger {
    /// The zone with the EPSG code `code`, 4491 to 4554: 6° and then 3°, each first with the zone number before
    /// the easting, then without.
    pub fn from_epsg(code: u32) -> Option<Self> {
        let (width, first, zone_in_easting, first_zone) = match code {
            4491..=4501 => (ZoneWidth::Six, 4491, true, 13),
            4502..=4512 => (ZoneWidth::Six, 4502, false, 13),
            4513..=4533 => (ZoneWidth::Three, 4513, true, 25),
            4534..=4554 => (ZoneWidth::Three, 4534, false, 25),
            _ => return None,
        };
        let zone = u8::try_from(code - first).ok()? + first_zone;
        Some(Self {
            width,
            zone,
            zone_in_easting,
        })
    }

    /// The EPSG code.
    pub fn epsg(self) -> u32 {
        let (first, first_zone) = match (self.width, self.zone_in_easting) {
            (ZoneWidth::Six, true) => (4491, 13),
            (ZoneWidth::Six, false) => (4502, 13),
            (ZoneWidth::Three, true) => (4513, 25),
            (ZoneWidth::Three, false) => (4534, 25),
        };
        first + u32::from(self.zone) - first_zone
    }

    /// How wide the zone is.
    pub fn width(self) -> ZoneWidth {
        self.width
    }

    /// The number of the zone: 25 to 45 of three degrees, 13 to 23 of six.
    pub fn zone(self) -> u8 {
        self.zone
    }

    /// Whether eastings begin with the number of the zone (8 digits before the point rather than 6).
    pub fn has_zone_in_easting(self) -> bool {
        self.zone_in_easting
    }

    /// The same zone written the other way: with the number where this is without, and the reverse.
    #[must_use]
    pub fn with_zone_in_easting(mut self, yes: bool) -> Self {
        self.zone_in_easting = yes;
        self
    }

    /// The zone of the same width and notation whose number is `zone`; `None` where China has no such zone.
    #[must_use]
    pub fn with_zone(mut self, zone: u8) -> Option<Self> {
        let known = match self.width {
            ZoneWidth::Three => 25..=45,
            ZoneWidth::Six => 13..=23,
        };
        self.zone = zone;
        known.contains(&zone).then_some(self)
    }

    /// Degrees east.
    pub fn central_meridian(self) -> f64 {
        match self.width {
            ZoneWidth::Three => f64::from(self.zone) * 3.0,
            ZoneWidth::Six => f64::from(self.zone) * 6.0 - 3.0,
        }
    }

    /// Metres added to eastings.
    pub fn false_easting(self) -> f64 {
        500_000.0
            + if self.zone_in_easting {
                f64::from(self.zone) * 1e6
            } else {
                0.0
            }
    }

    /// The zone with a central meridian in degrees and a false easting in metres; of a meridian that zones of both
    /// widths have, the one of three degrees, as the numbers are the same. `None` where China has no such zone.
    pub fn with_parameters(meridian: f64, false_easting: f64) -> Option<Self> {
        (4513..=4554)
            .chain(4491..=4512)
            .filter_map(Self::from_epsg)
            .find(|zone| {
                (zone.central_meridian() - meridian).abs() < 1e-6
                    && (zone.false_easting() - false_easting).abs() < 1e-3
            })
    }

    /// Easting and northing (x, y) of longitude and latitude in degrees.
    pub(super) fn forward(self, at: Coord) -> Coord {
        let plane = project(&CGCS2000, self.central_meridian(), at);
        Coord {
            x: self.false_easting() + plane.x,
            y: plane.y,
        }
    }

    /// Longitude and latitude in degrees of easting and northing (x, y).
    pub(super) fn inverse(self, at: Coord) -> Coord {
        let plane = Coord {
            x: at.x - self.false_easting(),
            y: at.y,
        };
        unproject(&CGCS2000, self.central_meridian(), plane)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_follow_the_rule() {
        for code in 4491..=4554 {
            assert_eq!(
                GaussKruger::from_epsg(code).map(GaussKruger::epsg),
                Some(code)
            );
        }
        assert!(GaussKruger::from_epsg(4490).is_none() && GaussKruger::from_epsg(4555).is_none());
        for (code, meridian, false_easting) in [
            (4524, 108.0, 36.5e6),
            (4545, 108.0, 5e5),
            (4497, 111.0, 19.5e6),
            (4508, 111.0, 5e5),
            (4534, 75.0, 5e5),
            (4501, 135.0, 23.5e6),
        ] {
            let zone = GaussKruger::from_epsg(code).unwrap();
            assert!((zone.central_meridian() - meridian).abs() < 1e-9);
            assert!((zone.false_easting() - false_easting).abs() < 1e-9);
        }
    }

    proptest! {
        #[test]
        fn there_and_back_within_a_micrometre(code in 4491u32..=4554, off in -4.5..4.5f64, lat in 3.0..54.0f64) {
            let zone = GaussKruger::from_epsg(code).unwrap();
            let place = Coord { x: zone.central_meridian() + off, y: lat };
            let back = zone.inverse(zone.forward(place));
            prop_assert!((back.x - place.x).abs() < 1e-11 && (back.y - place.y).abs() < 1e-11);
        }
    }
}

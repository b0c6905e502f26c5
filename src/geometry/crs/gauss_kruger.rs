//! The Gauss-Krüger zones of CGCS2000, 3 and 6 degrees wide.

use crate::geometry::Coord;

/// Semi-major axis of CGCS2000, metres (GB 22021-2008).
const A: f64 = 6_378_137.0;
/// Flattening of CGCS2000 (GB 22021-2008).
const F: f64 = 1.0 / 298.257_222_101;
/// Third flattening.
const N: f64 = F / (2.0 - F);

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
        let plane = project(self.central_meridian(), at);
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
        unproject(self.central_meridian(), plane)
    }
}

/// Transverse Mercator with scale 1 and no false easting: metres east of the meridian and north of the equator.
pub(super) fn project(meridian: f64, at: Coord) -> Coord {
    let (tau, lambda) = (at.y.to_radians().tan(), (at.x - meridian).to_radians());
    let conformal = conformal_tan(tau);
    let (sin, cos) = lambda.sin_cos();
    let xi = conformal.atan2(cos);
    let eta = (sin / conformal.hypot(cos)).asinh();
    let (north, east) = series(&ALPHA, xi, eta, 1.0);
    Coord {
        x: rectifying_radius() * east,
        y: rectifying_radius() * north,
    }
}

/// The inverse of [`project`].
pub(super) fn unproject(meridian: f64, at: Coord) -> Coord {
    let xi = at.y / rectifying_radius();
    let eta = at.x / rectifying_radius();
    let (xi, eta) = series(&BETA, xi, eta, -1.0);
    let (sin, cos) = xi.sin_cos();
    let conformal = sin / eta.sinh().hypot(cos);
    Coord {
        x: meridian + eta.sinh().atan2(cos).to_degrees(),
        y: geodetic_tan(conformal).atan().to_degrees(),
    }
}

/// Radius of the sphere whose meridian is as long as the ellipsoid's, metres.
fn rectifying_radius() -> f64 {
    let n2 = N * N;
    A / (1.0 + N) * (1.0 + n2 / 4.0 + n2 * n2 / 64.0 + n2 * n2 * n2 / 256.0)
}

/// Krüger's series in the third flattening, to its sixth power: row j, coefficient of n^(j+1) first.
/// Source: Karney (2011), "Transverse Mercator with an accuracy of a few nanometers", eqs. 35 and 36.
const ALPHA: [&[f64]; 6] = [
    &[
        1.0 / 2.0,
        -2.0 / 3.0,
        5.0 / 16.0,
        41.0 / 180.0,
        -127.0 / 288.0,
        7891.0 / 37800.0,
    ],
    &[
        13.0 / 48.0,
        -3.0 / 5.0,
        557.0 / 1440.0,
        281.0 / 630.0,
        -1_983_433.0 / 1_935_360.0,
    ],
    &[
        61.0 / 240.0,
        -103.0 / 140.0,
        15061.0 / 26880.0,
        167_603.0 / 181_440.0,
    ],
    &[
        49561.0 / 161_280.0,
        -179.0 / 168.0,
        6_601_661.0 / 7_257_600.0,
    ],
    &[34729.0 / 80640.0, -3_418_889.0 / 1_995_840.0],
    &[212_378_941.0 / 319_334_400.0],
];
/// The inverse series, as [`ALPHA`].
const BETA: [&[f64]; 6] = [
    &[
        1.0 / 2.0,
        -2.0 / 3.0,
        37.0 / 96.0,
        -1.0 / 360.0,
        -81.0 / 512.0,
        96199.0 / 604_800.0,
    ],
    &[
        1.0 / 48.0,
        1.0 / 15.0,
        -437.0 / 1440.0,
        46.0 / 105.0,
        -1_118_711.0 / 3_870_720.0,
    ],
    &[
        17.0 / 480.0,
        -37.0 / 840.0,
        -209.0 / 4480.0,
        5569.0 / 90720.0,
    ],
    &[4397.0 / 161_280.0, -11.0 / 504.0, -830_251.0 / 7_257_600.0],
    &[4583.0 / 161_280.0, -108_847.0 / 3_991_680.0],
    &[20_648_693.0 / 638_668_800.0],
];

fn series(rows: &[&[f64]; 6], xi: f64, eta: f64, way: f64) -> (f64, f64) {
    let (mut north, mut east) = (xi, eta);
    let (mut order, mut power) = (0.0, 1.0);
    for row in rows {
        order += 2.0;
        power *= N;
        // Horner's scheme over n, the highest power first.
        let coefficient = power * row.iter().rev().fold(0.0, |sum, c| sum * N + c);
        let (wave, slope) = (order * xi).sin_cos();
        north += way * coefficient * wave * (order * eta).cosh();
        east += way * coefficient * slope * (order * eta).sinh();
    }
    (north, east)
}

fn eccentricity() -> f64 {
    (F * (2.0 - F)).sqrt()
}

/// Tangent of the conformal latitude from that of the geodetic one.
fn conformal_tan(tau: f64) -> f64 {
    let e = eccentricity();
    let secant = tau.hypot(1.0);
    let sigma = (e * (e * tau / secant).atanh()).sinh();
    tau * sigma.hypot(1.0) - sigma * secant
}

/// The inverse of [`conformal_tan`] by Newton's method; two or three rounds reach the last digit.
fn geodetic_tan(conformal: f64) -> f64 {
    let e2 = F * (2.0 - F);
    let mut tau = conformal / (1.0 - e2);
    for _ in 0..6 {
        let found = conformal_tan(tau);
        let slope = (1.0 - e2) * found.hypot(1.0) * tau.hypot(1.0) / (1.0 + (1.0 - e2) * tau * tau);
        let step = (conformal - found) / slope;
        tau += step;
        if step.abs() <= 1e-15 * tau.abs().max(1.0) {
            break;
        }
    }
    tau
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

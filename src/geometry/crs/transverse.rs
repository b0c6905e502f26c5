//! Transverse Mercator on an ellipsoid.

use crate::geometry::Coord;

/// The size and shape of an ellipsoid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ellipsoid {
    /// Semi-major axis, metres.
    pub(super) a: f64,
    /// Flattening.
    pub(super) f: f64,
}

/// CGCS2000 (GB 22021-2008).
pub(super) const CGCS2000: Ellipsoid = Ellipsoid {
    a: 6_378_137.0,
    f: 1.0 / 298.257_222_101,
};

/// IAG 1975, of Xian 1980 (EPSG:7049).
pub(super) const IAG75: Ellipsoid = Ellipsoid {
    a: 6_378_140.0,
    f: 1.0 / 298.257,
};

/// Krassowsky 1940, of Beijing 1954 (EPSG:7024).
pub(super) const KRASSOWSKY: Ellipsoid = Ellipsoid {
    a: 6_378_245.0,
    f: 1.0 / 298.3,
};

/// Transverse Mercator with scale 1 and no false easting: metres east of the meridian and north of the equator.
pub(super) fn project(on: &Ellipsoid, meridian: f64, at: Coord) -> Coord {
    let (tau, lambda) = (at.y.to_radians().tan(), (at.x - meridian).to_radians());
    let conformal = on.conformal_tan(tau);
    let (sin, cos) = lambda.sin_cos();
    let xi = conformal.atan2(cos);
    let eta = (sin / conformal.hypot(cos)).asinh();
    let (north, east) = on.series(&ALPHA, xi, eta, 1.0);
    Coord {
        x: on.rectifying_radius() * east,
        y: on.rectifying_radius() * north,
    }
}

/// The inverse of [`project`].
pub(super) fn unproject(on: &Ellipsoid, meridian: f64, at: Coord) -> Coord {
    let xi = at.y / on.rectifying_radius();
    let eta = at.x / on.rectifying_radius();
    let (xi, eta) = on.series(&BETA, xi, eta, -1.0);
    let (sin, cos) = xi.sin_cos();
    let conformal = sin / eta.sinh().hypot(cos);
    Coord {
        x: meridian + eta.sinh().atan2(cos).to_degrees(),
        y: on.geodetic_tan(conformal).atan().to_degrees(),
    }
}

impl Ellipsoid {
    fn third_flattening(&self) -> f64 {
        self.f / (2.0 - self.f)
    }

    /// Radius of the sphere whose meridian is as long as the ellipsoid's, metres.
    fn rectifying_radius(&self) -> f64 {
        let n = self.third_flattening();
        let n2 = n * n;
        self.a / (1.0 + n) * (1.0 + n2 / 4.0 + n2 * n2 / 64.0 + n2 * n2 * n2 / 256.0)
    }

    fn series(&self, rows: &[&[f64]; 6], xi: f64, eta: f64, way: f64) -> (f64, f64) {
        let n = self.third_flattening();
        let (mut north, mut east) = (xi, eta);
        let (mut order, mut power) = (0.0, 1.0);
        for row in rows {
            order += 2.0;
            power *= n;
            // Horner's scheme over n, the highest power first.
            let coefficient = power * row.iter().rev().fold(0.0, |sum, c| sum * n + c);
            let (wave, slope) = (order * xi).sin_cos();
            north += way * coefficient * wave * (order * eta).cosh();
            east += way * coefficient * slope * (order * eta).sinh();
        }
        (north, east)
    }

    /// Square of the first eccentricity.
    pub(super) fn e2(&self) -> f64 {
        self.f * (2.0 - self.f)
    }

    /// Tangent of the conformal latitude from that of the geodetic one.
    fn conformal_tan(&self, tau: f64) -> f64 {
        let e = self.e2().sqrt();
        let secant = tau.hypot(1.0);
        let sigma = (e * (e * tau / secant).atanh()).sinh();
        tau * sigma.hypot(1.0) - sigma * secant
    }

    /// The inverse of [`Ellipsoid::conformal_tan`] by Newton's method; two or three rounds reach the last digit.
    fn geodetic_tan(&self, conformal: f64) -> f64 {
        let e2 = self.e2();
        let mut tau = conformal / (1.0 - e2);
        for _ in 0..6 {
            let found = self.conformal_tan(tau);
            let slope =
                (1.0 - e2) * found.hypot(1.0) * tau.hypot(1.0) / (1.0 + (1.0 - e2) * tau * tau);
            let step = (conformal - found) / slope;
            tau += step;
            if step.abs() <= 1e-15 * tau.abs().max(1.0) {
                break;
            }
        }
        tau
    }
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

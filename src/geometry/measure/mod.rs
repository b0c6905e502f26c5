//! Lengths, areas and distances on the WGS 84 ellipsoid: the only part that turns degrees into metres.
//!
//! Everything is in metres or square metres; positions are CRS84 degrees, longitude first. Shapes must not cross
//! the antimeridian. Edges of shapes are straight in longitude and latitude, as RFC 7946 §3.1.1 says.

mod bound;
mod cover;
mod flat;
mod frame;
mod nearest;
mod nearest_few;

use std::sync::LazyLock;

use geo::{CoordsIter, LineString, Polygon};
use geographiclib_rs::{Geodesic, InverseGeodesic, PolygonArea, Winding};

use crate::geometry::{Coord, Geometry, LonLat};

pub use bound::LeastDistance;
pub use cover::{Cover, covers, inner_point, share_of_disc};
use frame::metres_per_degree;
pub use frame::{LocalFrame, degrees_around};
pub use nearest::{distance_to_m, nearest_point, outline_distance_m};
pub use nearest_few::{Boxes, nearest_few, nearest_of};

static ELLIPSOID: LazyLock<Geodesic> = LazyLock::new(Geodesic::wgs84);

/// The length of the shortest way from `a` to `b` on the ellipsoid, in metres; exact to nanometres.
///
/// # Source
/// Karney (2013), "Algorithms for geodesics", doi:10.1007/s00190-012-0578-z.
pub fn distance_m(a: LonLat, b: LonLat) -> f64 {
    let (from, to) = (Coord::from(a.point()), Coord::from(b.point()));
    if let Some(short) = Short::between(from, to) {
        return short.metres();
    }
    ELLIPSOID.inverse(a.lat(), a.lon(), b.lat(), b.lon())
}

/// A way so short that the series of the middle latitude is exact to nanometres; a hundred times faster than the general
/// solution.
///
/// # Source
/// Gauss's middle latitude formulae; what they leave out is about s³/24R² · tan² φ, 1e-9 m here.
#[derive(Debug, Clone, Copy)]
struct Short {
    /// Metres to the east and to the north.
    way: Coord,
    /// Degrees of longitude that it spans, and the latitude of its middle.
    across: f64,
    middle: f64,
}

impl Short {
    /// `None` for a way that is not so short.
    fn between(from: Coord, to: Coord) -> Option<Self> {
        /// 0.0008 degrees are at most 90 m.
        const DEGREES: f64 = 0.0008;
        const TOO_FAR_NORTH: f64 = 60.0;
        let (across, up) = (to.x - from.x, to.y - from.y);
        let is_short = across.abs() < DEGREES && up.abs() < DEGREES && from.y.abs() < TOO_FAR_NORTH;
        if !is_short {
            return None;
        }
        let middle = f64::midpoint(from.y, to.y);
        let scale = metres_per_degree(middle);
        let way = Coord {
            x: across * scale.x,
            y: up * scale.y,
        };
        Some(Self {
            way,
            across,
            middle,
        })
    }

    fn metres(&self) -> f64 {
        (self.way.x * self.way.x + self.way.y * self.way.y).sqrt()
    }

    /// The direction of arrival, radians clockwise from north.
    fn arrival(&self) -> f64 {
        let turn = self.across.to_radians() * self.middle.to_radians().sin();
        self.way.x.atan2(self.way.y) + turn / 2.0
    }
}

/// The direction in which the shortest way from `a` to `b` sets out: degrees clockwise from north, `0.0..360.0`.
/// North where the two are one place.
pub fn bearing_deg(a: LonLat, b: LonLat) -> f64 {
    if a == b {
        return 0.0;
    }
    let (azimuth, _at_b, _arc): (f64, f64, f64) =
        ELLIPSOID.inverse(a.lat(), a.lon(), b.lat(), b.lon());
    let bearing = azimuth.rem_euclid(360.0);
    if bearing < 360.0 { bearing } else { 0.0 }
}

/// Metres from `from` to `to` and the direction of arrival at `to` in radians clockwise from north.
fn arrival(from: LonLat, to: Coord) -> (f64, f64) {
    if let Some(short) = Short::between(from.point().into(), to) {
        return (short.metres(), short.arrival());
    }
    let (metres, _departure, arrival, _arc): (f64, f64, f64, f64) =
        ELLIPSOID.inverse(from.lat(), from.lon(), to.y, to.x);
    (metres, arrival.to_radians())
}

/// The length of the lines of `geometry` in metres: of lines their own, of areas their outlines with holes, of points 0.
pub fn length_m(geometry: &Geometry) -> f64 {
    let along = |line: &LineString| {
        line.lines()
            .map(|edge| ELLIPSOID.inverse(edge.start.y, edge.start.x, edge.end.y, edge.end.x))
            .fold(0.0, |sum, metres: f64| sum + metres)
    };
    let around = |polygon: &Polygon| {
        along(polygon.exterior()) + polygon.interiors().iter().map(along).sum::<f64>()
    };
    match geometry {
        Geometry::Point(_) | Geometry::MultiPoint(_) => 0.0,
        Geometry::Line(line) => along(&LineString::from(*line)),
        Geometry::LineString(line) => along(line),
        Geometry::MultiLineString(lines) => lines.iter().map(along).sum(),
        Geometry::Polygon(polygon) => around(polygon),
        Geometry::MultiPolygon(polygons) => polygons.iter().map(around).sum(),
        Geometry::GeometryCollection(parts) => parts.iter().map(length_m).sum(),
        Geometry::Rect(rect) => around(&rect.to_polygon()),
        Geometry::Triangle(triangle) => around(&triangle.to_polygon()),
    }
}

/// The area of `geometry` on the ellipsoid in square metres, holes taken off; 0 for points and lines.
/// The order in which rings turn does not matter. Parts that overlap count twice.
///
/// # Source
/// Karney (2013), as [`distance_m`]; edges are taken as geodesics.
pub fn area_m2(geometry: &Geometry) -> f64 {
    let within = |polygon: &Polygon| {
        let holes: f64 = polygon.interiors().iter().map(ring_area_m2).sum();
        (ring_area_m2(polygon.exterior()) - holes).max(0.0)
    };
    match geometry {
        Geometry::Point(_)
        | Geometry::MultiPoint(_)
        | Geometry::Line(_)
        | Geometry::LineString(_)
        | Geometry::MultiLineString(_) => 0.0,
        Geometry::Polygon(polygon) => within(polygon),
        Geometry::MultiPolygon(polygons) => polygons.iter().map(within).sum(),
        Geometry::GeometryCollection(parts) => parts.iter().map(area_m2).sum(),
        Geometry::Rect(rect) => within(&rect.to_polygon()),
        Geometry::Triangle(triangle) => within(&triangle.to_polygon()),
    }
}

fn ring_area_m2(ring: &LineString) -> f64 {
    let corners = ring.0.len().saturating_sub(usize::from(ring.is_closed()));
    if corners < 3 {
        return 0.0;
    }
    let mut area = PolygonArea::new(&ELLIPSOID, Winding::CounterClockwise);
    for corner in ring.0.iter().take(corners) {
        area.add_point(corner.y, corner.x);
    }
    let (_perimeter, square_metres, _corners) = area.compute(true);
    square_metres.abs()
}

/// Whether every coordinate of `geometry` is a place on the earth, and there is at least one.
fn is_on_earth(geometry: &Geometry) -> bool {
    let mut coords = geometry.coords_iter().peekable();
    coords.peek().is_some() && coords.all(|at| LonLat::new(at.x, at.y).is_ok())
}

#[cfg(test)]
mod tests {
    use geo::{line_string, polygon};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn short_ways_are_as_exact_as_long_ones(
            lon in -180.0..180.0f64, lat in -59.9..59.9f64,
            across in -8e-4..8e-4f64, up in -8e-4..8e-4f64,
        ) {
            let from = LonLat::new(lon, lat).unwrap();
            let to = Coord { x: lon + across, y: lat + up };
            let short = Short::between(from.point().into(), to);
            let Some((metres, arrival)) = short.map(|short| (short.metres(), short.arrival())) else {
                return Ok(());
            };
            let (exact, _, azimuth, _): (f64, f64, f64, f64) =
                ELLIPSOID.inverse(lat, lon, to.y, to.x);
            prop_assert!((metres - exact).abs() < 1e-8, "{metres} {exact}");
            let off = (arrival - azimuth.to_radians()).sin().abs();
            prop_assert!(off * exact < 1e-6, "{arrival} {azimuth}");
        }
    }

    fn at(lon: f64, lat: f64) -> LonLat {
        LonLat::new(lon, lat).unwrap()
    }

    /// New York to London is `GeographicLib`'s own worked example; the degree lengths are those of the ellipsoid.
    #[test]
    fn known_distances_and_bearings() {
        let (new_york, london) = (at(-73.8, 40.6), at(-0.5, 51.6));
        let metres = distance_m(new_york, london);
        assert!((metres - 5_551_759.400).abs() < 1e-3, "{metres}");
        assert!((bearing_deg(new_york, london) - 51.198_883).abs() < 1e-6);
        assert!((distance_m(at(0.0, 0.0), at(1.0, 0.0)) - 111_319.490_793_273_57).abs() < 1e-6);
        assert!((distance_m(at(0.0, 0.0), at(0.0, 90.0)) - 10_001_965.729_313).abs() < 1e-5);
        assert!((bearing_deg(at(0.0, 0.0), at(1.0, 0.0)) - 90.0).abs() < 1e-9);
        assert!((bearing_deg(at(0.0, 0.0), at(-1.0, 0.0)) - 270.0).abs() < 1e-9);
        assert!(bearing_deg(at(108.9, 34.2), at(108.9, 34.2)).abs() < 1e-12);
    }

    /// The square degree at the equator has 12,308,778,361.469452 m² and 443,770.917248302 m (`GeographicLib`'s own example).
    #[test]
    fn known_areas_and_lengths() {
        let degree =
            polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0), (x: 1.0, y: 1.0), (x: 0.0, y: 1.0)];
        let shape = Geometry::from(degree.clone());
        assert!((area_m2(&shape) - 12_308_778_361.469_452).abs() < 1e-3);
        assert!((length_m(&shape) - 443_770.917_248_302).abs() < 1e-6);
        let mut turned = degree.exterior().clone();
        turned.0.reverse();
        assert!(
            (area_m2(&Polygon::new(turned, vec![]).into()) - 12_308_778_361.469_452).abs() < 1e-3
        );
        let line = Geometry::from(line_string![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0)]);
        assert!((length_m(&line) - 111_319.490_793).abs() < 1e-5 && area_m2(&line) == 0.0);
    }

    #[test]
    fn a_small_house_with_a_courtyard_has_its_area() {
        let frame = LocalFrame::around(at(108.96, 34.22));
        let ring = |half: f64| {
            LineString(
                [
                    (-half, -half),
                    (half, -half),
                    (half, half),
                    (-half, half),
                    (-half, -half),
                ]
                .map(|(x, y)| frame.to_degrees(Coord { x, y }))
                .to_vec(),
            )
        };
        let house = Polygon::new(ring(10.0), vec![ring(3.0)]);
        let area = area_m2(&house.into());
        assert!((area - 364.0).abs() < 0.01, "{area}");
    }
}

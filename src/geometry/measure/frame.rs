//! Flat metres around one place.

use crate::geometry::{BBox, Coord, LonLat};

/// Half the longer axis of WGS 84, metres (defining constant).
const A: f64 = 6_378_137.0;
/// First eccentricity squared of WGS 84, from its flattening 1/298.257223563.
const E2: f64 = 6.694_379_990_141_316e-3;

/// The smallest radius of curvature that there is, metres: of a meridian at the equator.
pub(super) const SHORTEST_RADIUS: f64 = A * (1.0 - E2);

/// A plane of metres that touches the ellipsoid at one place: x to the east, y to the north.
///
/// A linear map with the ellipsoid's own radii of curvature, so straight lines stay straight and shared borders stay
/// shared. Right at the place; off by about 1 part in 10,000 at 1 km (in mid latitudes, along the parallel).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LocalFrame {
    origin: Coord,
    metres_per_degree: Coord,
}

impl LocalFrame {
    /// The plane that touches the ellipsoid at `place`.
    pub fn around(place: LonLat) -> Self {
        let origin = Coord {
            x: place.lon(),
            y: place.lat(),
        };
        Self {
            origin,
            metres_per_degree: metres_per_degree(place.lat()),
        }
    }

    /// Degrees to metres from the place of touch.
    pub fn to_metres(self, at: Coord) -> Coord {
        Coord {
            x: (at.x - self.origin.x) * self.metres_per_degree.x,
            y: (at.y - self.origin.y) * self.metres_per_degree.y,
        }
    }

    /// Metres from the place of touch to degrees.
    pub fn to_degrees(self, at: Coord) -> Coord {
        Coord {
            x: at.x / self.metres_per_degree.x + self.origin.x,
            y: at.y / self.metres_per_degree.y + self.origin.y,
        }
    }
}

/// How many metres a degree of longitude (x) and of latitude (y) has at the latitude `lat`; never 0.
pub(super) fn metres_per_degree(lat: f64) -> Coord {
    let (sin, cos) = lat.to_radians().sin_cos();
    let w = 1.0 - E2 * sin * sin;
    let across = A / w.sqrt();
    let along = A * (1.0 - E2) / (w * w.sqrt());
    Coord {
        x: (across * cos.max(1e-12)).to_radians(),
        y: along.to_radians(),
    }
}

/// A box that surely holds every place within `radius_m` metres of `place`; hardly larger than needed.
/// Around a pole, and over the antimeridian, it takes in all longitudes. A radius below 0 or NaN counts as 0.
pub fn degrees_around(place: LonLat, radius_m: f64) -> BBox {
    // A way of r metres spans at most r over the smallest meridian radius a(1-e²), and at most r / (a cos φ)
    // of longitude, φ being the highest latitude that it reaches. The last term covers rounding.
    let radius = if radius_m > 0.0 { radius_m } else { 0.0 };
    let up = (radius / (A * (1.0 - E2))).to_degrees() * (1.0 + 1e-12) + 1e-12;
    let (south, north) = (place.lat() - up, place.lat() + up);
    let highest = south.abs().max(north.abs());
    let aside = if highest < 90.0 {
        (radius / (A * highest.to_radians().cos())).to_degrees() * (1.0 + 1e-12) + 1e-12
    } else {
        f64::INFINITY
    };
    let (west, east) = (place.lon() - aside, place.lon() + aside);
    let (west, east) = if west < -180.0 || east > 180.0 {
        (-180.0, 180.0)
    } else {
        (west, east)
    };
    BBox {
        west,
        south: south.max(-90.0),
        east,
        north: north.min(90.0),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geometry::measure::distance_m;

    #[test]
    fn metres_agree_with_the_geodesic_at_the_place() {
        let place = LonLat::new(108.9723, 34.2319).unwrap();
        let frame = LocalFrame::around(place);
        for (x, y) in [(100.0, 0.0), (0.0, 100.0), (-60.0, 80.0)] {
            let there = frame.to_degrees(Coord { x, y });
            let back = frame.to_metres(there);
            assert!((back.x - x).abs() < 1e-7 && (back.y - y).abs() < 1e-7);
            let metres = distance_m(place, LonLat::new(there.x, there.y).unwrap());
            assert!((metres - 100.0).abs() < 2e-3, "{metres}");
        }
    }

    proptest! {
        #[test]
        fn what_is_near_is_in_the_box(lon in -180.0..180.0f64, lat in -89.9..89.9f64, dx in -1.0..1.0f64, dy in -1.0..1.0f64) {
            let place = LonLat::new(lon, lat).unwrap();
            let Ok(other) = LonLat::new(lon + dx, lat + dy) else { return Ok(()) };
            let bbox = degrees_around(place, distance_m(place, other));
            let there = BBox { west: other.lon(), south: other.lat(), east: other.lon(), north: other.lat() };
            let held = bbox.holds(there);
            prop_assert!(held);
        }
    }

    #[test]
    fn the_box_is_tight_and_survives_poles_and_nonsense() {
        let place = LonLat::new(108.96, 34.22).unwrap();
        let bbox = degrees_around(place, 1000.0);
        let frame = LocalFrame::around(place);
        let corner = frame.to_metres(Coord {
            x: bbox.east,
            y: bbox.north,
        });
        assert!(corner.x < 1010.0 && corner.y < 1010.0, "{corner:?}");
        let pole = degrees_around(LonLat::new(10.0, 89.99).unwrap(), 5000.0);
        assert!(pole.west <= -180.0 && pole.east >= 180.0 && pole.north <= 90.0);
        let point = degrees_around(place, f64::NAN);
        assert!(point.east - point.west < 1e-11);
    }
}

//! How far a box is from a place at least, in metres: cheaply, and nearly exactly.

use geographiclib_rs::InverseGeodesic;

use super::ELLIPSOID;
use super::frame::{SHORTEST_RADIUS, metres_per_degree};
use crate::geometry::{BBox, LonLat};

/// Lower bounds of the distances from one place to boxes. No distance that this module's parent gives for a shape within a
/// box is below them.
#[derive(Debug)]
pub struct LeastDistance {
    place: LonLat,
    /// Sine and cosine of the latitude of the place.
    sin: f64,
    cos: f64,
}

/// What rounding may add: a nanodegree's part of a position, and the series for short ways.
const ROUNDING_M: f64 = 1e-6;

impl LeastDistance {
    /// From `place`.
    pub fn from(place: LonLat) -> Self {
        let (sin, cos) = place.lat().to_radians().sin_cos();
        Self { place, sin, cos }
    }

    /// At most a hundredth below the distance.
    ///
    /// The length of a way on the ellipsoid is that of (M dφ, N cos φ dλ). Both radii of curvature are nowhere below the
    /// smallest of the meridian, so a sphere of that radius shows every way too short, and on a sphere the nearest place of
    /// a box is known.
    pub fn to(&self, bbox: BBox) -> f64 {
        let (lon, lat) = (self.place.lon(), self.place.lat());
        let aside = aside(lon, bbox).to_radians();
        let angle = if aside <= 0.0 {
            (bbox.south - lat)
                .max(lat - bbox.north)
                .max(0.0)
                .to_radians()
        } else {
            self.to_meridian(aside, bbox)
        };
        (angle * SHORTEST_RADIUS * (1.0 - 1e-12) - ROUNDING_M).max(0.0)
    }

    /// The angle from the place to the side of the box that is nearer, `aside` radians of longitude away.
    fn to_meridian(&self, aside: f64, bbox: BBox) -> f64 {
        let (south, north) = (bbox.south.to_radians(), bbox.north.to_radians());
        let place = self.place.lat().to_radians();
        let half = (aside / 2.0).sin();
        let to = |lat: f64| {
            let up = ((lat - place) / 2.0).sin();
            let haversine = up * up + self.cos * lat.cos() * half * half;
            2.0 * haversine.sqrt().min(1.0).asin()
        };
        // where the great circle from the place meets the meridian at a right angle
        let foot = self.sin.atan2(self.cos * aside.cos());
        if (south..=north).contains(&foot) {
            to(foot)
        } else {
            to(south).min(to(north))
        }
    }

    /// How far [`LeastDistance::to_the_middle_of`] may be below the distance: the size of the box.
    pub fn slack_m(bbox: BBox) -> f64 {
        2.0 * half_diagonal_m(bbox)
    }

    /// The distance to the middle of the box without what lies between the middle and its corners: better than
    /// [`LeastDistance::to`] for a box that is small and far, and dearer.
    pub fn to_the_middle_of(&self, bbox: BBox) -> f64 {
        let (lon, lat) = (
            f64::midpoint(bbox.west, bbox.east),
            f64::midpoint(bbox.south, bbox.north),
        );
        let metres: f64 = ELLIPSOID.inverse(self.place.lat(), self.place.lon(), lat, lon);
        metres * (1.0 - 1e-12) - half_diagonal_m(bbox) - ROUNDING_M
    }
}

/// Degrees of longitude to the nearer side of the box, whichever way round; 0 within its longitudes.
fn aside(lon: f64, bbox: BBox) -> f64 {
    // of a box that reaches beyond the edge of the world nothing is known
    let is_on_earth = bbox.west >= -180.0 && bbox.east <= 180.0;
    if !is_on_earth || (bbox.west..=bbox.east).contains(&lon) {
        return 0.0;
    }
    let east = (bbox.west - lon).rem_euclid(360.0);
    let west = (lon - bbox.east).rem_euclid(360.0);
    east.min(west).min(180.0)
}

/// No place of the box is farther from its middle, metres.
fn half_diagonal_m(bbox: BBox) -> f64 {
    // a degree of longitude is longest next to the equator, one of latitude next to a pole
    let next_to_equator = if bbox.south <= 0.0 && bbox.north >= 0.0 {
        0.0
    } else {
        bbox.south.abs().min(bbox.north.abs())
    };
    let next_to_pole = bbox.south.abs().max(bbox.north.abs());
    let across = (bbox.east - bbox.west) * metres_per_degree(next_to_equator).x;
    let up = (bbox.north - bbox.south) * metres_per_degree(next_to_pole).y;
    across.hypot(up) / 2.0 * (1.0 + 1e-9)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geometry::measure::{distance_m, distance_to_m};

    /// Latitudes of which many are near a pole, longitudes of which many are near the antimeridian.
    fn somewhere() -> impl Strategy<Value = (f64, f64)> {
        let lon = prop_oneof![
            -180.0..=180.0f64,
            179.9..=180.0f64,
            -180.0..=-179.9f64,
            Just(180.0)
        ];
        let lat = prop_oneof![
            -90.0..=90.0f64,
            89.9..=90.0f64,
            -90.0..=-89.9f64,
            Just(90.0),
            -0.1..0.1f64
        ];
        (lon, lat)
    }

    fn size() -> impl Strategy<Value = f64> {
        prop_oneof![
            Just(0.0),
            1e-9..1e-6f64,
            1e-4..1e-2f64,
            0.1..10.0f64,
            10.0..200.0f64
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn no_place_of_a_box_is_nearer_than_its_bounds(
            place in somewhere(), corner in somewhere(), wide in size(), high in size(),
            inside in prop::collection::vec((0.0..=1.0f64, 0.0..=1.0f64), 8),
        ) {
            let place = LonLat::new(place.0, place.1).unwrap();
            let bbox = BBox {
                west: corner.0,
                south: corner.1,
                east: (corner.0 + wide).min(180.0),
                north: (corner.1 + high).min(90.0),
            };
            let least = LeastDistance::from(place);
            let (cheap, dear) = (least.to(bbox), least.to_the_middle_of(bbox));
            let across = [0.0, 0.5, 1.0].map(|x| [0.0, 0.5, 1.0].map(|y| (x, y)));
            let level = ((place.lat() - bbox.south) / (bbox.north - bbox.south)).clamp(0.0, 1.0);
            let all = across.into_iter().flatten().chain(inside).chain([(0.0, level), (1.0, level)]);
            for (x, y) in all {
                let lon = (bbox.west + x * (bbox.east - bbox.west)).clamp(bbox.west, bbox.east);
                let lat = if y.is_nan() { bbox.south } else { bbox.south + y * (bbox.north - bbox.south) };
                let there = LonLat::new(lon, lat.clamp(bbox.south, bbox.north)).unwrap();
                let metres = distance_m(place, there);
                prop_assert!(cheap <= metres, "{cheap} {metres} to {there:?} of {bbox:?}");
                prop_assert!(dear <= metres, "{dear} {metres} to {there:?} of {bbox:?}");
            }
            let shape = bbox.polygon().into();
            let metres = distance_to_m(place, &shape);
            prop_assert!(cheap.max(dear) <= metres, "{cheap} {dear} {metres} to {bbox:?}");
        }

        #[test]
        fn the_cheap_bound_is_a_hundredth_off_and_the_dear_one_by_the_size(
            place in somewhere(), corner in somewhere(),
        ) {
            let place = LonLat::new(place.0, place.1).unwrap();
            let (lon, lat) = (corner.0.min(179.99), corner.1.min(89.99));
            let bbox = BBox { west: lon, south: lat, east: lon + 1e-4, north: lat + 1e-4 };
            let least = LeastDistance::from(place);
            let metres = distance_to_m(place, &bbox.polygon().into());
            // one way round the earth is as long as the other there
            if metres < 1.9e7 {
                prop_assert!(least.to(bbox) >= metres * 0.989 - 1e-5, "{} {metres}", least.to(bbox));
            }
            prop_assert!(least.to_the_middle_of(bbox) >= metres - LeastDistance::slack_m(bbox) - 1e-3);
        }
    }
}

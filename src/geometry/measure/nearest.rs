//! The nearest point of a shape, and how far it is.

use geo::Line;

use super::flat::{Least, flat, flat_least, for_each_edge};
use super::frame::metres_per_degree;
use super::{Cover, LocalFrame, Short, arrival, covers, distance_m};
use crate::geometry::{Coord, Geometry, LonLat};

/// Earth's mean radius, metres: only to bound how far the flat frame is off.
const R: f64 = 6_371_000.0;

/// Metres from `place` to `geometry`: 0 inside and on the outline, else the true distance to the outline, line or
/// point. Infinite for a shape without coordinates.
///
/// Exact to well below 1 mm for what lies within 10 km. Cost: O(n) in vertices.
pub fn distance_to_m(place: LonLat, geometry: &Geometry) -> f64 {
    if let Geometry::Point(point) = geometry {
        return match LonLat::new(point.x(), point.y()) {
            Ok(there) if there == place => 0.0,
            Ok(there) => distance_m(place, there),
            Err(_) => f64::INFINITY,
        };
    }
    match covers(geometry, place) {
        Cover::Inside | Cover::Boundary => 0.0,
        Cover::Outside => outline_distance_m(place, geometry),
    }
}

/// Metres from `place` to the outline of `geometry`, also from inside; to the line or point where it has no area.
/// Infinite for a shape without coordinates. Exactness as [`distance_to_m`].
pub fn outline_distance_m(place: LonLat, geometry: &Geometry) -> f64 {
    let frame = LocalFrame::around(place);
    metres_to(&frame, place, geometry, &flat_least(&frame, geometry))
}

/// [`outline_distance_m`], where the nearest place of the flat frame is known.
pub(super) fn metres_to(
    frame: &LocalFrame,
    place: LonLat,
    geometry: &Geometry,
    least: &Least,
) -> f64 {
    let nearest = refined(frame, place, geometry, least);
    nearest.map_or(f64::INFINITY, |(metres, _)| metres)
}

/// The point of the outline, line or point set `geometry` that is nearest to `place`; `None` without coordinates.
///
/// A flat frame at `place` picks the edges that can hold it, then each is refined on the ellipsoid.
pub fn nearest_point(place: LonLat, geometry: &Geometry) -> Option<LonLat> {
    let frame = LocalFrame::around(place);
    let (_, at) = refined(&frame, place, geometry, &flat_least(&frame, geometry))?;
    LonLat::new(at.x, at.y).ok()
}

/// The nearest point and the metres to it; `least` is what the flat frame says.
fn refined(
    frame: &LocalFrame,
    place: LonLat,
    geometry: &Geometry,
    least: &Least,
) -> Option<(f64, Coord)> {
    if !least.metres2.is_finite() {
        return None;
    }
    let limit = may_be_nearest(place, least.metres2.sqrt()).powi(2);
    if least.elsewhere2 > limit
        && let Some(short) = Short::between(place.point().into(), least.at)
    {
        // what `refine` would say of the only place that can be it
        return Some((short.metres(), least.at));
    }
    let mut best: Option<(f64, Coord)> = None;
    for_each_edge(geometry, &mut |edge| {
        let (metres2, t) = flat(frame, edge);
        if metres2 <= limit {
            let (metres, at) = refine(place, edge, t);
            if best.is_none_or(|(least, _)| metres < least) {
                best = Some((metres, at));
            }
        }
    });
    best
}

/// The flat distance within which the truly nearest point must lie when the least flat distance is `best_flat`.
pub(super) fn may_be_nearest(place: LonLat, best_flat: f64) -> f64 {
    // Within this distance the frame's scale is off by at most tan φ · d/R (parallels shorten) plus terms of
    // second order, so whatever is truly nearest is within twice that of the flat minimum.
    let reach = best_flat / R;
    let slope = place.lat().to_radians().abs() + reach;
    let off = if slope < 1.1 {
        // the tangent is below 2, and to try a few more costs less than to work it out
        3.0 * reach
    } else if slope < 1.5 {
        (slope.tan() + 1.0) * reach
    } else {
        f64::INFINITY
    };
    best_flat * (1.0 + 3.0 * off + 1e-9) + 1e-6
}

/// The place on `edge` nearest on the ellipsoid, from a first guess: Newton steps with the geodesic's direction of
/// arrival. Each step leaves an error of the order of d/R of the one before.
fn refine(place: LonLat, edge: Line, first: f64) -> (f64, Coord) {
    let delta = edge.end - edge.start;
    let on_edge = |t: f64| {
        let at = edge.start + delta * t;
        // rounding may put the end of an edge beyond the pole, where no distance is known
        let (south, north) = (edge.start.y.min(edge.end.y), edge.start.y.max(edge.end.y));
        Coord {
            x: at.x,
            y: at.y.clamp(south, north),
        }
    };
    let mut t = first;
    let mut at = on_edge(t);
    if let Some(short) = Short::between(place.point().into(), at) {
        // The flat guess lies within d²/R · tan φ of the nearest place, 2 mm here at most: across the way to it, so that
        // the way is longer by the square of that over twice its length, some 1e-8 m.
        return (short.metres(), at);
    }
    let (mut metres, mut azimuth) = arrival(place, at);
    if delta.x == 0.0 && delta.y == 0.0 {
        return (metres, at);
    }
    for _ in 0..8 {
        let scale = metres_per_degree(at.y);
        let along = Coord {
            x: delta.x * scale.x,
            y: delta.y * scale.y,
        };
        let (sin, cos) = azimuth.sin_cos();
        let step =
            metres * (sin * along.x + cos * along.y) / (along.x * along.x + along.y * along.y);
        let next = (t - step).clamp(0.0, 1.0);
        let candidate = on_edge(next);
        let (next_metres, next_azimuth) = arrival(place, candidate);
        let moved = (next - t).abs() * along.x.hypot(along.y);
        // On edges of thousands of kilometres a step may overshoot: keep the better end, the result stays a bound.
        if next_metres >= metres {
            break;
        }
        (t, at, metres, azimuth) = (next, candidate, next_metres, next_azimuth);
        if moved < 1e-7 {
            break;
        }
    }
    (metres, at)
}

#[cfg(test)]
mod tests {
    use geo::{MultiPolygon, line_string, polygon};
    use proptest::prelude::*;

    use super::*;
    use crate::geometry::{LineString, Point};

    fn at(lon: f64, lat: f64) -> LonLat {
        LonLat::new(lon, lat).unwrap()
    }

    /// The least of many: every edge cut into parts, then the best part again, ten times over.
    fn brute(place: LonLat, geometry: &Geometry) -> f64 {
        let mut least = f64::INFINITY;
        for_each_edge(geometry, &mut |edge| {
            let (mut low, mut high) = (0.0, 1.0);
            for _ in 0..14 {
                let step = (high - low) / 16.0;
                let (mut best, mut best_t) = (f64::INFINITY, low);
                for i in 0..=16 {
                    let t = low + step * f64::from(i);
                    let there = edge.start + (edge.end - edge.start) * t;
                    let metres = distance_m(place, at(there.x, there.y));
                    if metres < best {
                        (best, best_t) = (metres, t);
                    }
                }
                least = least.min(best);
                (low, high) = ((best_t - step).max(0.0), (best_t + step).min(1.0));
            }
        });
        least
    }

    #[test]
    fn an_edge_up_to_the_pole_has_a_distance() {
        let place = LonLat::new(-137.316_843_281_936_68, 0.009_452_307_236_735_943).unwrap();
        let edge = line_string![(x: 0.0, y: -89.985_174_408_511_55), (x: 0.0, y: 90.0)];
        let metres = distance_to_m(place, &edge.into());
        assert!((metres - 1.0e7).abs() < 1e4, "{metres}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn within_a_tenth_of_a_millimetre_of_brute_force(
            lon in 73.0..135.0f64, lat in -60.0..60.0f64,
            corners in prop::collection::vec((-0.1..0.1f64, -0.09..0.09f64), 2..12),
        ) {
            let place = at(lon, lat);
            let line = corners.iter().map(|(x, y)| (lon + x, lat + y)).collect::<LineString>();
            let shape = Geometry::LineString(line);
            let (ours, theirs) = (distance_to_m(place, &shape), brute(place, &shape));
            prop_assert!((ours - theirs).abs() < 1e-4, "{ours} {theirs}");
        }
    }

    #[test]
    fn inside_on_and_outside() {
        let house = polygon![(x: 108.96, y: 34.22), (x: 108.961, y: 34.22), (x: 108.961, y: 34.221), (x: 108.96, y: 34.221)];
        let shape = Geometry::from(MultiPolygon::from(house));
        assert!(distance_to_m(at(108.9605, 34.2205), &shape) == 0.0);
        assert!(distance_to_m(at(108.96, 34.2205), &shape) == 0.0);
        let inside = outline_distance_m(at(108.9605, 34.2202), &shape);
        assert!((inside - distance_m(at(108.9605, 34.2202), at(108.9605, 34.22))).abs() < 1e-6);
        let west = distance_to_m(at(108.959, 34.2205), &shape);
        assert!((west - 92.14).abs() < 0.1, "{west}");
        let nearest = nearest_point(at(108.959, 34.2205), &shape).unwrap();
        assert!((nearest.lon() - 108.96).abs() < 1e-12);
    }

    #[test]
    fn points_lines_and_nothing() {
        let place = at(0.0, 0.0);
        let point = Geometry::from(Point::new(1.0, 0.0));
        assert!((distance_to_m(place, &point) - 111_319.490_793).abs() < 1e-5);
        let line = Geometry::from(line_string![(x: -1.0, y: 1.0), (x: 1.0, y: 1.0)]);
        assert!((distance_to_m(place, &line) - 110_574.388).abs() < 0.01);
        assert!(
            distance_to_m(place, &Geometry::MultiPolygon(MultiPolygon::new(vec![]))).is_infinite()
        );
        assert!(nearest_point(place, &Geometry::from(Point::new(f64::NAN, 0.0))).is_none());
    }
}

//! The nearest point of a shape, and how far it is.

use geo::{Line, LinesIter, Polygon};

use super::frame::metres_per_degree;
use super::{Cover, LocalFrame, Short, arrival, covers, distance_m};
use crate::geometry::{BBox, Coord, Geometry, LineString, LonLat};

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
    metres_to(&frame, place, geometry, flat_least(&frame, geometry))
}

/// [`outline_distance_m`], where the square of the least flat distance is known.
fn metres_to(frame: &LocalFrame, place: LonLat, geometry: &Geometry, best_flat: f64) -> f64 {
    let nearest = refined(frame, place, geometry, best_flat);
    nearest.map_or(f64::INFINITY, |(metres, _)| metres)
}

/// The point of the outline, line or point set `geometry` that is nearest to `place`; `None` without coordinates.
///
/// A flat frame at `place` picks the edges that can hold it, then each is refined on the ellipsoid.
pub fn nearest_point(place: LonLat, geometry: &Geometry) -> Option<LonLat> {
    let frame = LocalFrame::around(place);
    let (_, at) = refined(&frame, place, geometry, flat_least(&frame, geometry))?;
    LonLat::new(at.x, at.y).ok()
}

/// The nearest point and the metres to it; `best_flat` is the square of the least flat distance.
fn refined(
    frame: &LocalFrame,
    place: LonLat,
    geometry: &Geometry,
    best_flat: f64,
) -> Option<(f64, Coord)> {
    if !best_flat.is_finite() {
        return None;
    }
    let limit = may_be_nearest(place, best_flat.sqrt()).powi(2);
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

/// Of `shapes`, each with its box, those that may be the nearest to `place`, each with its [`distance_to_m`]. The
/// nearest is among them, and as a rule they are few: the flat frame sorts the others out at a fraction of the cost, most
/// of them by their boxes alone.
pub fn nearest_few<'a, T>(
    place: LonLat,
    shapes: impl Iterator<Item = (T, BBox, &'a Geometry)>,
) -> impl Iterator<Item = (f64, T)> {
    let frame = LocalFrame::around(place);
    let mut best_flat = f64::INFINITY;
    let mut limit = f64::INFINITY;
    let mut few: Vec<(f64, T, BBox, &Geometry)> = Vec::with_capacity(8);
    for (which, bbox, shape) in shapes {
        if flat_to_box(&frame, place, bbox) > limit {
            continue;
        }
        let least = flat_least(&frame, shape);
        if least < best_flat {
            best_flat = least;
            limit = may_be_nearest(place, best_flat.sqrt()).powi(2);
        }
        few.push((least, which, bbox, shape));
    }
    let here = BBox {
        west: place.lon(),
        south: place.lat(),
        east: place.lon(),
        north: place.lat(),
    };
    few.into_iter()
        .filter_map(move |(least, which, bbox, shape)| {
            let may_cover = bbox.meets(here);
            if least > limit && !may_cover {
                return None;
            }
            let metres = if may_cover || matches!(shape, Geometry::Point(_)) {
                distance_to_m(place, shape)
            } else {
                metres_to(&frame, place, shape, least)
            };
            Some((metres, which))
        })
}

/// Square of the flat distance from `place` to the box; nothing in it is nearer.
fn flat_to_box(frame: &LocalFrame, place: LonLat, bbox: BBox) -> f64 {
    let nearest = frame.to_metres(Coord {
        x: place.lon().max(bbox.west).min(bbox.east),
        y: place.lat().max(bbox.south).min(bbox.north),
    });
    nearest.x * nearest.x + nearest.y * nearest.y
}

/// The flat distance within which the truly nearest point must lie when the least flat distance is `best_flat`.
fn may_be_nearest(place: LonLat, best_flat: f64) -> f64 {
    // Within this distance the frame's scale is off by at most tan φ · d/R (parallels shorten) plus terms of
    // second order, so whatever is truly nearest is within twice that of the flat minimum.
    let reach = best_flat / R;
    let slope = place.lat().to_radians().abs() + reach;
    let off = if slope < 1.5 {
        (slope.tan() + 1.0) * reach
    } else {
        f64::INFINITY
    };
    best_flat * (1.0 + 3.0 * off + 1e-9) + 1e-6
}

/// The least of [`flat`] over all edges.
fn flat_least(frame: &LocalFrame, geometry: &Geometry) -> f64 {
    let mut least = f64::INFINITY;
    let mut line = |line: &LineString| {
        if let [only] = line.0.as_slice()
            && is_place(*only)
        {
            least = least.min(flat(frame, Line::new(*only, *only)).0);
        }
        // each vertex is taken to metres once, not for both of its edges
        let mut before: Option<Coord> = None;
        for at in &line.0 {
            let here = is_place(*at).then(|| frame.to_metres(*at));
            if let (Some(start), Some(end)) = (before, here) {
                least = least.min(from_origin(start, end).0);
            }
            before = here;
        }
    };
    let mut polygon = |polygon: &Polygon| {
        line(polygon.exterior());
        polygon.interiors().iter().for_each(&mut line);
    };
    match geometry {
        Geometry::Polygon(only) => polygon(only),
        Geometry::MultiPolygon(polygons) => polygons.iter().for_each(polygon),
        Geometry::LineString(only) => line(only),
        other => for_each_edge(other, &mut |edge| least = least.min(flat(frame, edge).0)),
    }
    least
}

/// Square of the flat distance from the frame's origin to `edge`, and where on it: 0 at the start, 1 at the end.
fn flat(frame: &LocalFrame, edge: Line) -> (f64, f64) {
    from_origin(frame.to_metres(edge.start), frame.to_metres(edge.end))
}

/// [`flat`] of an edge in metres.
fn from_origin(a: Coord, b: Coord) -> (f64, f64) {
    let along = b - a;
    let length2 = along.x * along.x + along.y * along.y;
    let t = if length2 > 0.0 {
        (-(a.x * along.x + a.y * along.y) / length2).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let at = a + along * t;
    (at.x * at.x + at.y * at.y, t)
}

/// The place on `edge` nearest on the ellipsoid, from a first guess: Newton steps with the geodesic's direction of
/// arrival. Each step leaves an error of the order of d/R of the one before.
fn refine(place: LonLat, edge: Line, first: f64) -> (f64, Coord) {
    let delta = edge.end - edge.start;
    let mut t = first;
    let mut at = edge.start + delta * t;
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
        let candidate = edge.start + delta * next;
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

/// Every edge of lines and outlines; a point counts as an edge of no length. Places that are none are passed over.
fn for_each_edge(geometry: &Geometry, visit: &mut impl FnMut(Line)) {
    let mut seen = |edge: Line| {
        if is_place(edge.start) && is_place(edge.end) {
            visit(edge);
        }
    };
    match geometry {
        Geometry::Point(point) => seen(Line::new(point.0, point.0)),
        Geometry::MultiPoint(points) => points.iter().for_each(|p| seen(Line::new(p.0, p.0))),
        Geometry::Line(line) => seen(*line),
        Geometry::LineString(line) => edges(line.0.as_slice(), &mut seen),
        Geometry::MultiLineString(lines) => {
            lines
                .iter()
                .for_each(|line| edges(line.0.as_slice(), &mut seen));
        }
        Geometry::Polygon(polygon) => rings(polygon, &mut seen),
        Geometry::MultiPolygon(polygons) => {
            polygons
                .iter()
                .for_each(|polygon| rings(polygon, &mut seen));
        }
        Geometry::GeometryCollection(parts) => {
            parts.iter().for_each(|part| for_each_edge(part, visit));
        }
        Geometry::Rect(rect) => rect.lines_iter().for_each(seen),
        Geometry::Triangle(triangle) => triangle.lines_iter().for_each(seen),
    }
}

fn is_place(at: Coord) -> bool {
    LonLat::new(at.x, at.y).is_ok()
}

fn rings(polygon: &Polygon, visit: &mut impl FnMut(Line)) {
    edges(polygon.exterior().0.as_slice(), visit);
    for hole in polygon.interiors() {
        edges(hole.0.as_slice(), visit);
    }
}

#[inline]
fn edges(line: &[Coord], visit: &mut impl FnMut(Line)) {
    if let [only] = line {
        visit(Line::new(*only, *only));
    }
    for pair in line.windows(2) {
        if let [start, end] = pair {
            visit(Line::new(*start, *end));
        }
    }
}

#[cfg(test)]
mod tests {
    use geo::{MultiPolygon, line_string, polygon};
    use proptest::prelude::*;

    use super::*;
    use crate::geometry::Point;

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

    proptest! {
        #[test]
        fn the_nearest_is_among_the_few(
            lon in 73.0..135.0f64, lat in -60.0..60.0f64,
            houses in prop::collection::vec((-0.01..0.01f64, -0.01..0.01f64, 1e-5..1e-3f64), 1..30),
        ) {
            let place = at(lon, lat);
            let shapes: Vec<Geometry> = houses.iter().map(|(x, y, size)| {
                let (x, y) = (lon + x, lat + y);
                polygon![(x: x, y: y), (x: x + size, y: y), (x: x + size, y: y + size), (x: x, y: y + size)].into()
            }).collect();
            let all = shapes.iter().map(|shape| distance_to_m(place, shape)).fold(f64::INFINITY, f64::min);
            let boxed = shapes.iter().enumerate().filter_map(|(n, shape)| Some((n, BBox::of(shape)?, shape)));
            let few: Vec<_> = nearest_few(place, boxed).collect();
            let least = few.iter().map(|(metres, _)| *metres).fold(f64::INFINITY, f64::min);
            prop_assert!(least.total_cmp(&all).is_eq(), "{} of {}: {least} {all}", few.len(), shapes.len());
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

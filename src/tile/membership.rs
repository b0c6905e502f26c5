//! Does a shape meet a box? The one rule that decides which features are in a tile.
//!
//! The test is on the shape, not on its envelope, in the plane of longitude and latitude; boundaries count.
//! Signs come from robust predicates, so an answer does not depend on rounding.

use geo::kernels::{Kernel, Orientation, RobustKernel};

use crate::geometry::{BBox, Coord, Geometry, LineString, Polygon};

/// Whether `geometry` and `window` share at least one point, boundaries included.
pub(super) fn meets(geometry: &Geometry, window: BBox) -> bool {
    match geometry {
        Geometry::Point(point) => holds(window, point.0),
        Geometry::MultiPoint(points) => points.iter().any(|point| holds(window, point.0)),
        Geometry::Line(line) => segment_meets(line.start, line.end, window),
        Geometry::LineString(line) => chain_meets(line, window),
        Geometry::MultiLineString(lines) => lines.iter().any(|line| chain_meets(line, window)),
        Geometry::Polygon(polygon) => polygon_meets(polygon, window),
        Geometry::MultiPolygon(polygons) => polygons
            .iter()
            .any(|polygon| polygon_meets(polygon, window)),
        Geometry::Rect(rect) => polygon_meets(&rect.to_polygon(), window),
        Geometry::Triangle(triangle) => polygon_meets(&triangle.to_polygon(), window),
        Geometry::GeometryCollection(members) => members.iter().any(|member| meets(member, window)),
    }
}

/// Whether `place` lies in `window`, edges included.
pub(super) fn holds(window: BBox, place: Coord) -> bool {
    window.west <= place.x
        && place.x <= window.east
        && window.south <= place.y
        && place.y <= window.north
}

fn chain_meets(line: &LineString, window: BBox) -> bool {
    line.0.iter().any(|place| holds(window, *place))
        || line
            .lines()
            .any(|segment| segment_meets(segment.start, segment.end, window))
}

/// Whether `polygon` and `window` share at least one point, boundaries included.
pub(super) fn polygon_meets(polygon: &Polygon, window: BBox) -> bool {
    let rings = || std::iter::once(polygon.exterior()).chain(polygon.interiors());
    if rings().any(|ring| chain_meets(ring, window)) {
        return true;
    }
    // No boundary comes near the box: it lies wholly inside or wholly outside, and one corner tells which.
    let corner = Coord {
        x: window.west,
        y: window.south,
    };
    let crossings = rings()
        .flat_map(LineString::lines)
        .filter(|edge| passes_right_of(edge.start, edge.end, corner))
        .count();
    crossings % 2 == 1
}

/// Whether the ray from `place` to the east crosses the edge; `place` is on no edge.
fn passes_right_of(start: Coord, end: Coord, place: Coord) -> bool {
    if (start.y > place.y) == (end.y > place.y) {
        return false;
    }
    let left = RobustKernel::orient2d(start, end, place) == Orientation::CounterClockwise;
    left == (end.y > start.y)
}

/// Separating axes: the two of the box, then the segment's own normal.
fn segment_meets(start: Coord, end: Coord, window: BBox) -> bool {
    let apart = start.x.max(end.x) < window.west
        || window.east < start.x.min(end.x)
        || start.y.max(end.y) < window.south
        || window.north < start.y.min(end.y);
    if apart {
        return false;
    }
    if holds(window, start) || holds(window, end) {
        return true;
    }
    let rises = (end.x > start.x) == (end.y > start.y);
    let (one, other) = if rises {
        ((window.west, window.north), (window.east, window.south))
    } else {
        ((window.west, window.south), (window.east, window.north))
    };
    let side = |(x, y)| RobustKernel::orient2d(start, end, Coord { x, y });
    let (one, other) = (side(one), side(other));
    one == Orientation::Collinear || one != other
}

#[cfg(test)]
mod tests {
    use geo::{Intersects, Rect, line_string, point, polygon};

    use super::*;

    fn check(geometry: impl Into<Geometry>, expected: bool) {
        let geometry = geometry.into();
        let window = BBox::new(0.0, 0.0, 2.0, 1.0).unwrap();
        assert_eq!(meets(&geometry, window), expected, "{geometry:?}");
        let rect = Rect::new((0.0, 0.0), (2.0, 1.0));
        assert_eq!(geometry.intersects(&rect), expected, "oracle {geometry:?}");
    }

    #[test]
    fn boundaries_count_and_envelopes_do_not() {
        check(point!(x: 2.0, y: 1.0), true);
        check(point!(x: 2.0, y: 1.000_000_1), false);
        // Passes the corner (2, 1) exactly, then just beside it; its envelope meets the box both times.
        check(line_string![(x: 1.0, y: 2.0), (x: 3.0, y: 0.0)], true);
        check(
            line_string![(x: 1.0, y: 2.000_000_1), (x: 3.0, y: 0.0)],
            false,
        );
        check(line_string![(x: -1.0, y: 0.5), (x: 3.0, y: 0.5)], true);
        check(
            line_string![(x: -1.0, y: -0.5), (x: -1.0, y: 3.0), (x: 3.0, y: 3.0)],
            false,
        );
    }

    #[test]
    fn a_polygon_around_the_box_meets_it_and_a_hole_around_it_does_not() {
        let around =
            polygon![(x: -9.0, y: -9.0), (x: 9.0, y: -9.0), (x: 9.0, y: 9.0), (x: -9.0, y: 9.0)];
        check(around.clone(), true);
        let hole = line_string![(x: -1.0, y: -1.0), (x: -1.0, y: 2.0), (x: 3.0, y: 2.0), (x: 3.0, y: -1.0), (x: -1.0, y: -1.0)];
        check(Polygon::new(around.exterior().clone(), vec![hole]), false);
        let touching = line_string![(x: 0.0, y: 0.0), (x: 0.0, y: 1.0), (x: 2.0, y: 1.0), (x: 2.0, y: 0.0), (x: 0.0, y: 0.0)];
        check(
            Polygon::new(around.exterior().clone(), vec![touching]),
            true,
        );
        check(Polygon::new(LineString::new(vec![]), vec![]), false);
    }
}

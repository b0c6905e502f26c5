//! What a shape covers: a place, and a share of a disc.

use std::f64::consts::{PI, TAU};

use geo::coordinate_position::{CoordPos, CoordinatePosition};
use geo::{BooleanOps, BoundingRect, InteriorPoint, Intersects, MapCoords, MultiPolygon, Polygon};

use super::{LocalFrame, is_on_earth};
use crate::geometry::{Coord, Geometry, LineString, LonLat};

/// How a shape stands to a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cover {
    /// Within the area.
    Inside,
    /// On the outline of an area, on a line, or the point itself.
    Boundary,
    /// Not part of it.
    Outside,
}

/// How `geometry` stands to `place`, exactly: predicates are adaptive, so no rounding moves a place over a border.
/// Points and lines have no inside. Parts of a collection are looked at one by one, the strongest answer holds.
pub fn covers(geometry: &Geometry, place: LonLat) -> Cover {
    let at = Coord {
        x: place.lon(),
        y: place.lat(),
    };
    match geometry {
        Geometry::Polygon(polygon) => in_polygon(polygon, at),
        Geometry::MultiPolygon(polygons) => {
            strongest(polygons.iter().map(|polygon| in_polygon(polygon, at)))
        }
        Geometry::GeometryCollection(parts) => {
            strongest(parts.iter().map(|part| covers(part, place)))
        }
        Geometry::Rect(rect) => in_polygon(&rect.to_polygon(), at),
        Geometry::Triangle(triangle) => in_polygon(&triangle.to_polygon(), at),
        Geometry::MultiPoint(points) => on(points.iter().any(|point| point.0 == at)),
        Geometry::Point(point) => on(point.0 == at),
        Geometry::Line(line) => on(line.intersects(&at)),
        Geometry::LineString(line) => on(line.intersects(&at)),
        Geometry::MultiLineString(lines) => on(lines.iter().any(|line| line.intersects(&at))),
    }
}

fn on(yes: bool) -> Cover {
    if yes { Cover::Boundary } else { Cover::Outside }
}

fn strongest(each: impl Iterator<Item = Cover>) -> Cover {
    let mut found = Cover::Outside;
    for cover in each {
        match cover {
            Cover::Inside => return Cover::Inside,
            Cover::Boundary => found = Cover::Boundary,
            Cover::Outside => {}
        }
    }
    found
}

fn in_polygon(polygon: &Polygon, at: Coord) -> Cover {
    let in_box = polygon
        .bounding_rect()
        .is_some_and(|rect| rect.intersects(&at));
    if !in_box {
        return Cover::Outside;
    }
    match polygon.coordinate_position(&at) {
        CoordPos::Inside => Cover::Inside,
        CoordPos::OnBoundary => Cover::Boundary,
        CoordPos::Outside => Cover::Outside,
    }
}

/// Corners of the polygon that stands for a disc; its radius is set so that its area is the disc's.
const DISC_CORNERS: u32 = 128;

/// How much of the disc of `radius_m` metres around `centre` the area of `geometry` covers, 0 to 1.
/// Points and lines cover nothing; a disc without a radius is its centre.
pub fn share_of_disc(centre: LonLat, radius_m: f64, geometry: &Geometry) -> f64 {
    if !(radius_m > 0.0 && radius_m.is_finite()) {
        return if covers(geometry, centre) == Cover::Outside {
            0.0
        } else {
            1.0
        };
    }
    if !is_on_earth(geometry) {
        return 0.0;
    }
    let frame = LocalFrame::around(centre);
    let disc = disc(radius_m);
    let disc_area = PI * radius_m * radius_m;
    let mut share = 0.0;
    for_each_polygon(geometry, &mut |polygon| {
        let flat = polygon.map_coords(|at| frame.to_metres(at));
        let near = match (flat.bounding_rect(), disc.bounding_rect()) {
            (Some(a), Some(b)) => a.intersects(&b),
            _ => false,
        };
        if near {
            share += flat_area(&disc.intersection(&flat)) / disc_area;
        }
    });
    share.clamp(0.0, 1.0)
}

fn disc(radius_m: f64) -> Polygon {
    let step = TAU / f64::from(DISC_CORNERS);
    let radius = radius_m * (step / step.sin()).sqrt();
    let ring = (0..=DISC_CORNERS)
        .map(|i| {
            let (sin, cos) = (f64::from(i % DISC_CORNERS) * step).sin_cos();
            Coord {
                x: radius * cos,
                y: radius * sin,
            }
        })
        .collect();
    Polygon::new(LineString::new(ring), vec![])
}

fn flat_area(polygons: &MultiPolygon) -> f64 {
    geo::Area::unsigned_area(polygons)
}

fn for_each_polygon(geometry: &Geometry, visit: &mut dyn FnMut(&Polygon)) {
    match geometry {
        Geometry::Polygon(polygon) => visit(polygon),
        Geometry::MultiPolygon(polygons) => polygons.iter().for_each(visit),
        Geometry::GeometryCollection(parts) => {
            parts.iter().for_each(|part| for_each_polygon(part, visit));
        }
        Geometry::Rect(rect) => visit(&rect.to_polygon()),
        Geometry::Triangle(triangle) => visit(&triangle.to_polygon()),
        Geometry::Point(_)
        | Geometry::MultiPoint(_)
        | Geometry::Line(_)
        | Geometry::LineString(_)
        | Geometry::MultiLineString(_) => {}
    }
}

/// A place that stands for `geometry`: well inside of an area, on a line, one of the points. `None` without coordinates.
pub fn inner_point(geometry: &Geometry) -> Option<LonLat> {
    if !is_on_earth(geometry) {
        return None;
    }
    let point = geometry.interior_point()?;
    LonLat::new(point.x(), point.y()).ok()
}

#[cfg(test)]
mod tests {
    use geo::{line_string, polygon};

    use super::*;
    use crate::geometry::Point;

    fn at(lon: f64, lat: f64) -> LonLat {
        LonLat::new(lon, lat).unwrap()
    }

    fn u_shape() -> Geometry {
        polygon![
            (x: 108.96, y: 34.22), (x: 108.963, y: 34.22), (x: 108.963, y: 34.223), (x: 108.962, y: 34.223),
            (x: 108.962, y: 34.221), (x: 108.961, y: 34.221), (x: 108.961, y: 34.223), (x: 108.96, y: 34.223),
        ]
        .into()
    }

    #[test]
    fn a_u_does_not_cover_its_mouth() {
        let shape = u_shape();
        assert_eq!(covers(&shape, at(108.9615, 34.222)), Cover::Outside);
        assert_eq!(covers(&shape, at(108.9615, 34.221)), Cover::Boundary);
        assert_eq!(covers(&shape, at(108.9605, 34.222)), Cover::Inside);
        let inner = inner_point(&shape).unwrap();
        assert_eq!(covers(&shape, inner), Cover::Inside);
    }

    #[test]
    fn points_and_lines_have_no_inside() {
        let line = Geometry::from(line_string![(x: 0.0, y: 0.0), (x: 2.0, y: 2.0)]);
        assert_eq!(covers(&line, at(1.0, 1.0)), Cover::Boundary);
        assert_eq!(covers(&line, at(1.0, 1.000_000_1)), Cover::Outside);
        let point = Geometry::from(Point::new(1.0, 1.0));
        assert_eq!(covers(&point, at(1.0, 1.0)), Cover::Boundary);
        assert_eq!(inner_point(&point), Some(at(1.0, 1.0)));
        assert_eq!(
            inner_point(&Geometry::from(Point::new(f64::NAN, 1.0))),
            None
        );
    }

    #[test]
    fn the_disc_is_shared_between_the_areas_that_tile_it() {
        let centre = at(108.962, 34.2215);
        let west = Geometry::from(
            polygon![(x: 108.9, y: 34.2), (x: 108.962, y: 34.2), (x: 108.962, y: 34.3), (x: 108.9, y: 34.3)],
        );
        let east = Geometry::from(
            polygon![(x: 108.962, y: 34.2), (x: 109.0, y: 34.2), (x: 109.0, y: 34.3), (x: 108.962, y: 34.3)],
        );
        let (a, b) = (
            share_of_disc(centre, 30.0, &west),
            share_of_disc(centre, 30.0, &east),
        );
        assert!(
            (a - 0.5).abs() < 1e-3 && (a + b - 1.0).abs() < 1e-5,
            "{a} {b}"
        );
        assert!(share_of_disc(at(108.95, 34.25), 30.0, &east) == 0.0);
        assert!(share_of_disc(at(108.95, 34.25), 0.0, &west) > 0.999);
    }
}

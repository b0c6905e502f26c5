//! Where an outline is nearest in the flat frame, which is nearly where it is nearest.

use geo::{Line, LinesIter, Polygon};

use super::LocalFrame;
use crate::geometry::{Coord, Geometry, LineString, LonLat};

/// The nearest place of a shape as the flat frame sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Least {
    /// The square of the metres to it; infinite for a shape without coordinates.
    pub(super) metres2: f64,
    /// Where it is, degrees.
    pub(super) at: Coord,
    /// The square of the metres to the nearest place of an edge that has it elsewhere.
    pub(super) elsewhere2: f64,
}

impl Least {
    const NONE: Self = Self {
        metres2: f64::INFINITY,
        at: Coord { x: 0.0, y: 0.0 },
        elsewhere2: f64::INFINITY,
    };

    /// Takes in that `edge` has its nearest place at `t`.
    #[inline]
    fn take(&mut self, edge: Line, (metres2, t): (f64, f64)) {
        if metres2 >= self.elsewhere2 {
            return;
        }
        // two edges that meet have their common end at one place, whatever is rounded
        let at = if t < 1.0 {
            edge.start + edge.delta() * t
        } else {
            edge.end
        };
        if metres2 >= self.metres2 {
            if at != self.at {
                self.elsewhere2 = metres2;
            }
            return;
        }
        if at != self.at {
            self.elsewhere2 = self.metres2;
        }
        self.metres2 = metres2;
        self.at = at;
    }
}

/// The least of [`flat`] over all edges.
pub(super) fn flat_least(frame: &LocalFrame, geometry: &Geometry) -> Least {
    let mut least = Least::NONE;
    let mut line = |line: &LineString| {
        if let [only] = line.0.as_slice()
            && is_place(*only)
        {
            let edge = Line::new(*only, *only);
            least.take(edge, flat(frame, edge));
        }
        // each vertex is taken to metres once, not for both of its edges
        let mut before: Option<(Coord, Coord)> = None;
        for at in &line.0 {
            let here = is_place(*at).then(|| (*at, frame.to_metres(*at)));
            if let (Some((start, a)), Some((end, b))) = (before, here) {
                least.take(Line::new(start, end), from_origin(a, b));
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
        other => for_each_edge(other, &mut |edge| least.take(edge, flat(frame, edge))),
    }
    least
}

/// Square of the flat distance from the frame's origin to `edge`, and where on it: 0 at the start, 1 at the end.
pub(super) fn flat(frame: &LocalFrame, edge: Line) -> (f64, f64) {
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

/// Every edge of lines and outlines; a point counts as an edge of no length. Places that are none are passed over.
pub(super) fn for_each_edge(geometry: &Geometry, visit: &mut impl FnMut(Line)) {
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

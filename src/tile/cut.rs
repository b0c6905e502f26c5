//! Cuts a shape to a box, in the plane of longitude and latitude.
//!
//! A polygon that the box cuts apart comes back as several polygons; no edge is invented that fakes area.
//! A shape that only touches the box keeps a sliver of itself, so that a member of a tile never vanishes.

use geo::{BooleanOps, Rect};

use crate::geometry::{BBox, Coord, Geometry, LineString, MultiPolygon, Polygon};

use super::membership::{holds, meets, polygon_meets};
use super::parts::{Kind, Parts, Span};

/// Appends what of `geometry` lies in `window` to `parts`: a span for each kind that is there.
/// `grown` is a box a little larger, for shapes that only touch `window`.
pub(super) fn cut(
    geometry: &Geometry,
    window: BBox,
    grown: BBox,
    parts: &mut Parts<Coord>,
    spans: &mut Vec<Span>,
) {
    if BBox::of(geometry).is_some_and(|envelope| window.holds(envelope)) {
        return whole(geometry, parts, spans);
    }
    each_kind(geometry, parts, spans, &mut |member, parts| {
        if !meets(member, window) {
            return;
        }
        match member {
            Geometry::Point(point) => parts.push(point.0),
            Geometry::MultiPoint(points) => points
                .iter()
                .filter(|point| holds(window, point.0))
                .for_each(|point| parts.push(point.0)),
            Geometry::LineString(line) => cut_line(line, window, parts),
            Geometry::MultiLineString(lines) => {
                lines.iter().for_each(|line| cut_line(line, window, parts));
            }
            Geometry::Polygon(polygon) => cut_polygon(polygon, window, grown, parts),
            Geometry::MultiPolygon(polygons) => polygons
                .iter()
                .filter(|polygon| polygon_meets(polygon, window))
                .for_each(|polygon| cut_polygon(polygon, window, grown, parts)),
            _ => {}
        }
    });
}

/// Appends all of `geometry` to `parts`: a span for each kind that is there.
pub(super) fn whole(geometry: &Geometry, parts: &mut Parts<Coord>, spans: &mut Vec<Span>) {
    each_kind(geometry, parts, spans, &mut |member, parts| match member {
        Geometry::Point(point) => parts.push(point.0),
        Geometry::MultiPoint(points) => points.iter().for_each(|point| parts.push(point.0)),
        Geometry::LineString(line) => parts.push_part(line.0.iter().copied()),
        Geometry::MultiLineString(lines) => lines
            .iter()
            .for_each(|line| parts.push_part(line.0.iter().copied())),
        Geometry::Polygon(polygon) => push_polygon(polygon, parts),
        Geometry::MultiPolygon(polygons) => polygons
            .iter()
            .for_each(|polygon| push_polygon(polygon, parts)),
        _ => {}
    });
}

/// Calls `add` for the members of each kind in turn and records what it added as one span.
fn each_kind(
    geometry: &Geometry,
    parts: &mut Parts<Coord>,
    spans: &mut Vec<Span>,
    add: &mut dyn FnMut(&Geometry, &mut Parts<Coord>),
) {
    if let Some((kind, multi)) = kind_of(geometry) {
        add_span(kind, multi, parts, spans, &mut |parts| add(geometry, parts));
        return;
    }
    for kind in [Kind::Point, Kind::Line, Kind::Polygon] {
        add_span(kind, false, parts, spans, &mut |parts| {
            each_member(geometry, &mut |member| {
                if kind_of(member).is_some_and(|(its, _)| its == kind) {
                    add(member, parts);
                }
            });
        });
    }
}

fn add_span(
    kind: Kind,
    multi: bool,
    parts: &mut Parts<Coord>,
    spans: &mut Vec<Span>,
    add: &mut dyn FnMut(&mut Parts<Coord>),
) {
    let (first_part, first_polygon) = (parts.part_count(), parts.polygon_count());
    add(parts);
    if kind == Kind::Point && parts.last_of_open_part().is_some() {
        parts.end_part();
    }
    if parts.part_count() > first_part {
        spans.push(Span {
            kind,
            multi,
            parts: first_part..parts.part_count(),
            polygons: first_polygon..parts.polygon_count(),
        });
    }
}

/// The kind of a shape and whether it is a multi-geometry; `None` for shapes that [`each_member`] takes apart.
fn kind_of(geometry: &Geometry) -> Option<(Kind, bool)> {
    match geometry {
        Geometry::Point(_) => Some((Kind::Point, false)),
        Geometry::MultiPoint(_) => Some((Kind::Point, true)),
        Geometry::LineString(_) => Some((Kind::Line, false)),
        Geometry::MultiLineString(_) => Some((Kind::Line, true)),
        Geometry::Polygon(_) => Some((Kind::Polygon, false)),
        Geometry::MultiPolygon(_) => Some((Kind::Polygon, true)),
        _ => None,
    }
}

fn each_member(geometry: &Geometry, visit: &mut dyn FnMut(&Geometry)) {
    match geometry {
        Geometry::Line(line) => visit(&Geometry::LineString((*line).into())),
        Geometry::Rect(rect) => visit(&Geometry::Polygon(rect.to_polygon())),
        Geometry::Triangle(triangle) => visit(&Geometry::Polygon(triangle.to_polygon())),
        Geometry::GeometryCollection(members) => {
            members.iter().for_each(|member| each_member(member, visit));
        }
        simple => visit(simple),
    }
}

fn push_polygon(polygon: &Polygon, parts: &mut Parts<Coord>) {
    if polygon.exterior().0.is_empty() {
        return;
    }
    let first = parts.part_count();
    for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
        let open = ring.0.split_last().map_or(&[][..], |(_, open)| open);
        parts.push_part(open.iter().copied());
    }
    parts.end_polygon(first);
}

fn cut_polygon(polygon: &Polygon, window: BBox, grown: BBox, parts: &mut Parts<Coord>) {
    if polygon.interiors().is_empty()
        && let Some(ring) = cut_ring(polygon.exterior(), window)
    {
        let first = parts.part_count();
        parts.push_part(ring);
        return parts.end_polygon(first);
    }
    for frame in [window, grown] {
        let frame = Rect::new((frame.west, frame.south), (frame.east, frame.north)).to_polygon();
        let MultiPolygon(pieces) = polygon.intersection(&frame);
        if !pieces.is_empty() {
            return pieces.iter().for_each(|piece| push_polygon(piece, parts));
        }
    }
    push_polygon(polygon, parts);
}

/// One ring cut to the box, where that is plain: each side of the box cuts it into at most one piece, and no vertex
/// touches the side from within. `None` where it is not, or where nothing is left.
fn cut_ring(ring: &LineString, window: BBox) -> Option<Vec<Coord>> {
    let mut ring = ring.0.split_last()?.1.to_vec();
    for side in [
        Side {
            is_x: true,
            at: window.west,
            keeps_above: true,
        },
        Side {
            is_x: true,
            at: window.east,
            keeps_above: false,
        },
        Side {
            is_x: false,
            at: window.south,
            keeps_above: true,
        },
        Side {
            is_x: false,
            at: window.north,
            keeps_above: false,
        },
    ] {
        ring = side.cut(ring)?;
    }
    (ring.len() >= 3).then_some(ring)
}

/// One side of the box: keeps what lies above or below `at` on its axis.
#[derive(Clone, Copy)]
struct Side {
    is_x: bool,
    at: f64,
    keeps_above: bool,
}

impl Side {
    /// How far within the side a place lies; negative outside.
    fn depth(self, place: Coord) -> f64 {
        let along = if self.is_x { place.x } else { place.y };
        if self.keeps_above {
            along - self.at
        } else {
            self.at - along
        }
    }

    /// The open ring cut by this side. A simple ring that crosses a line twice has all between the crossings within.
    fn cut(self, ring: Vec<Coord>) -> Option<Vec<Coord>> {
        let mut before = *ring.last()?;
        let (mut crossings, mut touches) = (0, false);
        for &place in &ring {
            crossings += usize::from((self.depth(before) < 0.0) != (self.depth(place) < 0.0));
            touches |= self.depth(place) == 0.0;
            before = place;
        }
        match crossings {
            0 if self.depth(before) >= 0.0 => return Some(ring),
            2 if !touches => {}
            _ => return None,
        }
        let mut cut = Vec::with_capacity(ring.len() + 2);
        for place in ring {
            if (self.depth(before) < 0.0) != (self.depth(place) < 0.0) {
                cut.push(self.crossing(before, place));
            }
            if self.depth(place) >= 0.0 {
                cut.push(place);
            }
            before = place;
        }
        Some(cut)
    }

    /// Where the edge crosses the side; the same to the last bit whichever way the edge goes.
    fn crossing(self, one: Coord, other: Coord) -> Coord {
        let (within, outside) = if self.depth(one) < 0.0 {
            (other, one)
        } else {
            (one, other)
        };
        let share = self.depth(within) / (self.depth(within) - self.depth(outside));
        let between = |from: f64, to: f64| from + (to - from) * share;
        if self.is_x {
            Coord {
                x: self.at,
                y: between(within.y, outside.y),
            }
        } else {
            Coord {
                x: between(within.x, outside.x),
                y: self.at,
            }
        }
    }
}

/// Cuts segment by segment; a line that only touches the box leaves a part of one position.
fn cut_line(line: &LineString, window: BBox, parts: &mut Parts<Coord>) {
    let first_part = parts.part_count();
    let mut touch = None;
    for segment in line.lines() {
        let Some((start, end)) = cut_segment(segment.start, segment.end, window) else {
            end_chain(parts);
            continue;
        };
        if parts.last_of_open_part() != Some(start) {
            end_chain(parts);
            parts.push(start);
        }
        if end == start {
            touch = Some(start);
        } else {
            parts.push(end);
        }
        if end != segment.end {
            end_chain(parts);
        }
    }
    end_chain(parts);
    if let (Some(place), true) = (touch, parts.part_count() == first_part) {
        parts.push_part([place]);
    }
}

fn end_chain(parts: &mut Parts<Coord>) {
    let start = parts.open_start();
    if parts.open_part().len() - start > 1 {
        parts.end_part();
    } else {
        parts.drop_open_part();
    }
}

/// The stretch of a segment within the box (Liang and Barsky); cut ends lie on the box's edge to the last bit.
fn cut_segment(start: Coord, end: Coord, window: BBox) -> Option<(Coord, Coord)> {
    let (dx, dy) = (end.x - start.x, end.y - start.y);
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (speed, room) in [
        (-dx, start.x - window.west),
        (dx, window.east - start.x),
        (-dy, start.y - window.south),
        (dy, window.north - start.y),
    ] {
        if speed == 0.0 {
            if room < 0.0 {
                return None;
            }
            continue;
        }
        let at = room / speed;
        if speed < 0.0 {
            enter = enter.max(at);
        } else {
            leave = leave.min(at);
        }
    }
    if enter > leave {
        return None;
    }
    let place = |at: f64| Coord {
        x: (start.x + at * dx).clamp(window.west, window.east),
        y: (start.y + at * dy).clamp(window.south, window.north),
    };
    Some((
        if enter > 0.0 { place(enter) } else { start },
        if leave < 1.0 { place(leave) } else { end },
    ))
}

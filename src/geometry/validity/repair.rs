//! Repairs of areas whose rings cross, touch or overlap, where all readings of the rings give one area.

use std::collections::BTreeMap;

use geo::{Area, BooleanOps, BoundingRect};

use super::{ShapeError, rings};
use crate::geometry::measure::LocalFrame;
use crate::geometry::overlay::{FillRule, filled};
use crate::geometry::{Coord, LineString, LonLat, MultiPolygon, Polygon};

/// Readings that differ by less than this are one: square metres, the area of a sheet of paper...
const LEAST_AREA_M2: f64 = 0.05;
/// ... or this part of the whole.
const LEAST_SHARE: f64 = 1e-6;
/// A shape with more positions than this is not repaired by force: the overlay would take seconds.
const MOST_POSITIONS: usize = 50_000;
/// Nor one whose outlines meet this often: what a scribble means is anybody's guess.
const MOST_MEETINGS: usize = 500;

/// The area that `areas`, with the fault `fault`, means.
///
/// Two readings are compared: what an odd number of outlines encloses, and the union of the parts, each without its
/// holes. A bow-tie, a spike, an outline that touches itself, parts that share an edge read the same both ways.
/// A pentagram, an outline drawn twice, a hole outside of its outline, parts that overlap do not: they are refused.
pub(super) fn resolve(areas: &MultiPolygon, fault: ShapeError) -> Result<MultiPolygon, ShapeError> {
    let positions: usize = areas.iter().flat_map(all_rings).map(|r| r.0.len()).sum();
    if positions > MOST_POSITIONS || rings::meetings(areas, MOST_MEETINGS) >= MOST_MEETINGS {
        return Err(ShapeError::TooIntricate { positions });
    }
    let odd = filled(areas.iter().flat_map(all_rings), FillRule::EvenOdd);
    let whole = |ring: &LineString| filled(std::iter::once(ring), FillRule::NonZero);
    let mut parts = MultiPolygon::new(vec![]);
    for polygon in areas {
        let mut part = whole(polygon.exterior());
        for hole in polygon.interiors() {
            part = part.difference(&whole(hole));
        }
        parts = parts.union(&part);
    }
    let to_m2 = square_metres_per_square_degree(areas).ok_or(fault)?;
    let (by_parity, by_parts) = (odd.unsigned_area() * to_m2, parts.unsigned_area() * to_m2);
    let one_reading = (by_parity - by_parts).abs() <= (by_parts * LEAST_SHARE).max(LEAST_AREA_M2);
    if by_parity <= LEAST_AREA_M2 || !one_reading {
        return Err(if by_parts <= LEAST_AREA_M2 && by_parity <= LEAST_AREA_M2 {
            no_area(areas, fault)
        } else {
            fault
        });
    }
    for candidate in [snapped(&odd, areas), odd] {
        let candidate = without_slivers(candidate, to_m2);
        if !candidate.0.is_empty() && rings::first_fault(&candidate).is_none() {
            return Ok(candidate);
        }
    }
    Err(fault)
}

fn all_rings(polygon: &Polygon) -> impl Iterator<Item = &LineString> {
    std::iter::once(polygon.exterior()).chain(polygon.interiors())
}

fn no_area(areas: &MultiPolygon, fault: ShapeError) -> ShapeError {
    areas
        .iter()
        .find_map(|polygon| polygon.exterior().0.first())
        .map_or(fault, |at| ShapeError::NoArea { at: *at })
}

fn square_metres_per_square_degree(areas: &MultiPolygon) -> Option<f64> {
    let middle = areas.bounding_rect()?.center();
    let frame = LocalFrame::around(LonLat::new(middle.x, middle.y).ok()?);
    let corner = frame.to_metres(Coord {
        x: middle.x + 1.0,
        y: middle.y + 1.0,
    });
    Some(corner.x * corner.y)
}

/// `result` with every position that came from a position of `given` put back on it: the overlay works on a fine
/// grid of whole numbers, and shared borders must stay shared to the last digit.
fn snapped(result: &MultiPolygon, given: &MultiPolygon) -> MultiPolygon {
    let extent = given
        .bounding_rect()
        .map_or(0.0, |rect| rect.width().max(rect.height()));
    // The overlay's grid has 2^30 steps or so over the extent.
    let reach = extent * 1e-8;
    let mut by_x: BTreeMap<i64, Vec<Coord>> = BTreeMap::new();
    let cell = |x: f64| {
        #[expect(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            reason = "a cell number; saturates"
        )]
        let cell = (x / (reach * 4.0).max(1e-15)).floor() as i64;
        cell
    };
    for polygon in given {
        for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
            for at in &ring.0 {
                by_x.entry(cell(at.x)).or_default().push(*at);
            }
        }
    }
    let snap = |at: &Coord| {
        let near = cell(at.x);
        by_x.range(near.saturating_sub(1)..=near.saturating_add(1))
            .flat_map(|(_, list)| list)
            .find(|c| (c.x - at.x).abs() <= reach && (c.y - at.y).abs() <= reach)
            .copied()
            .unwrap_or(*at)
    };
    let ring = |ring: &LineString| {
        let mut coords: Vec<Coord> = ring.0.iter().map(snap).collect();
        coords.dedup();
        LineString::new(coords)
    };
    let polygons = result.iter().map(|polygon| {
        Polygon::new(
            ring(polygon.exterior()),
            polygon.interiors().iter().map(ring).collect(),
        )
    });
    MultiPolygon::new(polygons.collect())
}

/// Without the crumbs that a crossing leaves: parts and holes of less than 10 cm².
fn without_slivers(areas: MultiPolygon, to_m2: f64) -> MultiPolygon {
    let is_crumb = |ring: &LineString| {
        ring.0.len() < 4 || Polygon::new(ring.clone(), vec![]).unsigned_area() * to_m2 < 1e-3
    };
    let kept = areas
        .into_iter()
        .filter(|polygon| !is_crumb(polygon.exterior()))
        .map(|polygon| {
            let (outline, holes) = polygon.into_inner();
            Polygon::new(
                outline,
                holes.into_iter().filter(|hole| !is_crumb(hole)).collect(),
            )
        });
    MultiPolygon::new(kept.collect())
}

//! Areas laid over each other, in metres.

use geo::{Area, BooleanOps, BoundingRect, CoordsIter, Distance, Euclidean, Length, MapCoords};

use crate::check::{LEAST_AREA_M2, LEAST_WIDTH_M};
use crate::domain::Feature;
use crate::geometry::measure::{LocalFrame, area_m2};
use crate::geometry::validity::areas_of;
use crate::geometry::{Geometry, LineString, LonLat, MultiPolygon, Point, Polygon};

/// A piece of ground with its true size.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    /// The outline in degrees.
    pub(super) geometry: Geometry,
    /// The outline in the frame's metres.
    pub(super) flat: Polygon,
    /// Square metres on the ellipsoid.
    pub(super) area_m2: f64,
    /// Twice the area over the outline: how wide a long thin piece is, metres.
    pub(super) width_m: f64,
}

/// Areas in one local frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sheet {
    frame: LocalFrame,
}

impl Sheet {
    /// A sheet around the middle of `record`; `None` where it has no area on the earth.
    pub(super) fn around(record: &Feature) -> Option<Self> {
        let middle = record.geometry.as_deref()?.bounding_rect()?.center();
        Some(Self {
            frame: LocalFrame::around(LonLat::new(middle.x, middle.y).ok()?),
        })
    }

    /// The areas of `record` on this sheet; `None` where it has none.
    pub(super) fn areas(self, record: &Feature) -> Option<MultiPolygon> {
        let areas = areas_of(record.geometry.as_deref()?)?;
        // Other programs write to the store too; what is not on the earth is reported by `shapes`, not laid over.
        if !areas
            .coords_iter()
            .all(|at| LonLat::new(at.x, at.y).is_ok())
        {
            return None;
        }
        Some(areas.map_coords(|at| self.frame.to_metres(at)))
    }

    /// The pieces of `flat` that are large and wide enough to be a fault.
    pub(super) fn pieces(self, flat: &MultiPolygon) -> Vec<Ground> {
        flat.iter()
            .filter_map(|piece| {
                let around: f64 = Euclidean.length(piece.exterior())
                    + piece
                        .interiors()
                        .iter()
                        .map(|ring| Euclidean.length(ring))
                        .sum::<f64>();
                let width_m = 2.0 * piece.unsigned_area() / around;
                if piece.unsigned_area() < LEAST_AREA_M2 || width_m < LEAST_WIDTH_M {
                    return None;
                }
                let geometry = Geometry::from(piece.map_coords(|at| self.frame.to_degrees(at)));
                let area_m2 = area_m2(&geometry);
                Some(Ground {
                    geometry,
                    flat: piece.clone(),
                    area_m2,
                    width_m,
                })
            })
            .collect()
    }
}

/// The ground that both cover; nothing where their boxes do not meet.
pub(super) fn common(a: &MultiPolygon, b: &MultiPolygon) -> MultiPolygon {
    if boxes_meet(a, b) {
        a.intersection(b)
    } else {
        MultiPolygon::new(vec![])
    }
}

/// The ground of `a` that `b` does not cover.
pub(super) fn without(a: &MultiPolygon, b: &MultiPolygon) -> MultiPolygon {
    if boxes_meet(a, b) {
        a.difference(b)
    } else {
        a.clone()
    }
}

fn boxes_meet(a: &MultiPolygon, b: &MultiPolygon) -> bool {
    match (a.bounding_rect(), b.bounding_rect()) {
        (Some(a), Some(b)) => {
            a.min().x < b.max().x
                && b.min().x < a.max().x
                && a.min().y < b.max().y
                && b.min().y < a.max().y
        }
        _ => false,
    }
}

/// Whether the outline of `area` runs along an edge of `piece`: within a centimetre of the middle of one.
pub(super) fn borders(piece: &Polygon, area: &MultiPolygon) -> bool {
    let near = 0.01;
    let Some(reach) = area.bounding_rect() else {
        return false;
    };
    let rings = || std::iter::once(piece.exterior()).chain(piece.interiors());
    rings().flat_map(LineString::lines).any(|edge| {
        let middle = Point((edge.start + edge.end) / 2.0);
        let in_reach = middle.x() >= reach.min().x - near
            && middle.x() <= reach.max().x + near
            && middle.y() >= reach.min().y - near
            && middle.y() <= reach.max().y + near;
        in_reach
            && area
                .iter()
                .flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()))
                .any(|outline| {
                    outline
                        .lines()
                        .any(|side| Euclidean.distance(&middle, &side) < near)
                })
    })
}

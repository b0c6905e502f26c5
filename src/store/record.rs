//! What both stores do alike with a record that is read: shapes as the layer keeps them.

use crate::domain::GeometryKind;
use crate::geometry::{Geometry, MultiLineString, MultiPolygon};

/// The shape as the layer keeps it: single ones as multi ones; a shape of another kind is refused.
pub(super) fn fitting(kind: GeometryKind, shape: Geometry) -> Result<Geometry, String> {
    match (kind, shape) {
        (GeometryKind::MultiPolygon, Geometry::Polygon(polygon)) => {
            Ok(MultiPolygon::new(vec![polygon]).into())
        }
        (GeometryKind::MultiLineString, Geometry::LineString(line)) => {
            Ok(MultiLineString::new(vec![line]).into())
        }
        (GeometryKind::MultiPolygon, shape @ Geometry::MultiPolygon(_))
        | (GeometryKind::MultiLineString, shape @ Geometry::MultiLineString(_))
        | (GeometryKind::Point, shape @ Geometry::Point(_))
        | (GeometryKind::Any { .. }, shape) => Ok(shape),
        (kind, _) => Err(format!("the shape is not a {kind:?}")),
    }
}

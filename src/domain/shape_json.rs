//! A shape out of GeoJSON.

use geojson::GeometryValue;

use crate::geometry::Geometry;

/// Why a text is no shape.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShapeJsonError {
    #[error(transparent)]
    GeoJson(#[from] geojson::Error),
    /// The crate would fail on it with a panic.
    #[error("a position has fewer than two numbers")]
    Position,
}

impl ShapeJsonError {
    /// The same in Chinese, without the words of the library.
    pub(crate) fn zh(&self) -> &'static str {
        match self {
            Self::GeoJson(_) => "应为 GeoJSON 的几何图形",
            Self::Position => "有的位置不足两个数字",
        }
    }
}

/// The shape that `text`, one GeoJSON geometry, is; heights are left out.
///
/// # Errors
/// What is no GeoJSON geometry, and a position without two numbers.
pub(crate) fn shape_in(text: &str) -> Result<Geometry, ShapeJsonError> {
    let read: geojson::Geometry = text.parse()?;
    if !is_whole(&read.value) {
        return Err(ShapeJsonError::Position);
    }
    Ok(Geometry::try_from(read.value)?)
}

fn is_whole(value: &GeometryValue) -> bool {
    let each =
        |positions: &[geojson::Position]| positions.iter().all(|at| at.as_slice().len() >= 2);
    match value {
        GeometryValue::Point { coordinates } => coordinates.as_slice().len() >= 2,
        GeometryValue::MultiPoint { coordinates } | GeometryValue::LineString { coordinates } => {
            each(coordinates)
        }
        GeometryValue::MultiLineString { coordinates } | GeometryValue::Polygon { coordinates } => {
            coordinates.iter().all(|line| each(line))
        }
        GeometryValue::MultiPolygon { coordinates } => {
            coordinates.iter().flatten().all(|ring| each(ring))
        }
        GeometryValue::GeometryCollection { geometries } => {
            geometries.iter().all(|part| is_whole(&part.value))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_has_two_numbers_or_more_in_every_kind_of_shape() {
        for (kind, whole, broken) in [
            ("Point", "[1,2]", "[1]"),
            ("MultiPoint", "[[1,2]]", "[[1,2],[]]"),
            ("LineString", "[[1,2],[3,4,5]]", "[[1,2],[3]]"),
            ("MultiLineString", "[[[1,2],[3,4]]]", "[[[1,2],[3]]]"),
            (
                "Polygon",
                "[[[1,2],[3,4],[5,6],[1,2]]]",
                "[[[1],[3,4],[5,6],[1,2]]]",
            ),
            (
                "MultiPolygon",
                "[[[[1,2],[3,4],[5,6],[1,2]]]]",
                "[[[[1],[3,4],[5,6],[1,2]]]]",
            ),
        ] {
            let text = |coordinates| format!(r#"{{"type":"{kind}","coordinates":{coordinates}}}"#);
            assert!(shape_in(&text(whole)).is_ok(), "{kind}");
            assert!(shape_in(&text(broken)).is_err(), "{kind}");
            let inside = format!(
                r#"{{"type":"GeometryCollection","geometries":[{}]}}"#,
                text(broken)
            );
            assert!(shape_in(&inside).is_err(), "{kind}");
        }
    }
}

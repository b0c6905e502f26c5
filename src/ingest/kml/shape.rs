//! The shape of a placemark: points, lines, areas, tracks, and several of them.

use crate::geometry::{
    Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};
use crate::ingest::row::Given;
use crate::ingest::values::shortened;
use crate::ingest::{Reason, Said};

use super::element::Element;

/// What was passed over while a shape was read.
#[derive(Default)]
struct Notes {
    heights: bool,
    unclosed: usize,
}

/// Why no shape can be made of what is there.
struct Bad(Reason, Said);

/// The shape of a placemark.
pub(super) fn of(placemark: &Element) -> Given {
    let mut notes = Notes::default();
    match notes.each(&placemark.children) {
        Ok(parts) => joined(parts).map_or(Given::Nothing, |geometry| Given::Shape {
            geometry,
            heights: notes.heights,
            unclosed: notes.unclosed,
        }),
        Err(Bad(reason, why)) => Given::Bad { reason, why },
    }
}

impl Notes {
    fn each(&mut self, elements: &[Element]) -> Result<Vec<Geometry>, Bad> {
        let mut parts = Vec::new();
        for element in elements {
            parts.extend(self.geometry(element)?);
        }
        Ok(parts)
    }

    /// The shape that an element is; `None` for one that is no shape.
    fn geometry(&mut self, element: &Element) -> Result<Option<Geometry>, Bad> {
        Ok(match element.name.as_str() {
            "Point" => {
                let at = self.coordinates(element)?.first().copied().ok_or_else(|| {
                    let why = Said::new("点没有坐标", "the point has no coordinates");
                    Bad(Reason::BadCoordinates, why)
                })?;
                Some(Point(at).into())
            }
            "LineString" | "LinearRing" => Some(LineString::new(self.coordinates(element)?).into()),
            "Polygon" => Some(self.polygon(element)?.into()),
            "MultiGeometry" => joined(self.each(&element.children)?),
            "Track" => Some(self.track(element)?.into()),
            "MultiTrack" => {
                let tracks = element
                    .children
                    .iter()
                    .filter(|child| child.name == "Track");
                let lines: Vec<LineString> = tracks
                    .map(|track| self.track(track))
                    .collect::<Result<_, _>>()?;
                let lines = lines.into_iter().filter(|line| !line.0.is_empty());
                Some(MultiLineString::new(lines.collect()).into())
            }
            "Model" => {
                let why = Said::new(
                    "是三维模型(Model),请先转为面",
                    "a Model is a body in space: turn it into a polygon first",
                );
                return Err(Bad(Reason::UnknownShape, why));
            }
            _ => None,
        })
    }

    fn polygon(&mut self, element: &Element) -> Result<Polygon, Bad> {
        let mut rings = |boundary: &str| -> Result<Vec<LineString>, Bad> {
            let boundaries = element.children.iter();
            let rings = boundaries
                .filter(|child| child.name == boundary)
                .flat_map(|child| &child.children)
                .filter(|child| child.name == "LinearRing");
            rings
                .map(|ring| {
                    let ring = LineString::new(self.coordinates(ring)?);
                    self.unclosed += usize::from(!ring.is_closed());
                    Ok(ring)
                })
                .collect()
        };
        let (outer, inner) = (rings("outerBoundaryIs")?, rings("innerBoundaryIs")?);
        let outer = outer.into_iter().next().ok_or_else(|| {
            let why = Said::new("面没有外环", "the polygon has no outer boundary");
            Bad(Reason::BadCoordinates, why)
        })?;
        Ok(Polygon::new(outer, inner))
    }

    /// The places of a track in their order; a moment without a place is none.
    fn track(&mut self, element: &Element) -> Result<LineString, Bad> {
        let places = element
            .children
            .iter()
            .filter(|child| child.name == "coord");
        let mut path = Vec::new();
        for place in places {
            let numbers: Vec<&str> = place.text.split_whitespace().collect();
            if !numbers.is_empty() {
                path.push(self.position(&numbers, &place.text)?);
            }
        }
        Ok(LineString::new(path))
    }

    fn coordinates(&mut self, element: &Element) -> Result<Vec<Coord>, Bad> {
        let Some(coordinates) = element.child("coordinates") else {
            return Ok(Vec::new());
        };
        tuples(&coordinates.text)
            .into_iter()
            .map(|tuple| {
                // A comma may end a tuple.
                let numbers: Vec<&str> = tuple.trim_end_matches(',').split(',').collect();
                self.position(&numbers, &tuple)
            })
            .collect()
    }

    /// Longitude, latitude and perhaps a height.
    fn position(&mut self, numbers: &[&str], written: &str) -> Result<Coord, Bad> {
        let number = |text: &&str| text.parse().ok().filter(|number: &f64| number.is_finite());
        let found: Option<Vec<f64>> = numbers.iter().map(number).collect();
        let bad = || {
            let written = shortened(written.trim());
            Bad(
                Reason::BadCoordinates,
                Said::new(
                    format!("坐标“{written}”不是“经度,纬度,高程”"),
                    format!("the coordinates {written:?} are not longitude, latitude and height"),
                ),
            )
        };
        match found.as_deref() {
            Some([x, y]) => Ok(Coord { x: *x, y: *y }),
            // Most writers put a zero behind every position.
            Some([x, y, height]) => {
                self.heights |= *height != 0.0;
                Ok(Coord { x: *x, y: *y })
            }
            _ => Err(bad()),
        }
    }
}

/// The tuples of a `coordinates` text; blanks beside commas, which the standard does not allow, part nothing.
fn tuples(text: &str) -> Vec<String> {
    let text = text.replace('，', ",");
    let mut found: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match found.last_mut() {
            Some(last) if goes_on(last, word) => last.push_str(word),
            _ => found.push(word.to_owned()),
        }
    }
    found
}

/// Whether `word` belongs to the tuple that was begun with `last`.
fn goes_on(last: &str, word: &str) -> bool {
    let commas = last.matches(',').count();
    word.starts_with(',')
        || (last.ends_with(',') && commas < 3 && !(commas == 2 && word.contains(',')))
}

/// The parts as one shape, of one kind where they are; `None` for no part.
fn joined(parts: Vec<Geometry>) -> Option<Geometry> {
    let mut flat = Vec::new();
    for part in parts {
        match part {
            Geometry::GeometryCollection(inner) => flat.extend(inner.0),
            Geometry::MultiPoint(inner) => flat.extend(inner.0.into_iter().map(Geometry::from)),
            Geometry::MultiLineString(inner) => {
                flat.extend(inner.0.into_iter().map(Geometry::from));
            }
            Geometry::MultiPolygon(inner) => flat.extend(inner.0.into_iter().map(Geometry::from)),
            other => flat.push(other),
        }
    }
    let (mut points, mut lines, mut areas) = (Vec::new(), Vec::new(), Vec::new());
    for part in &flat {
        match part {
            Geometry::Point(point) => points.push(*point),
            Geometry::LineString(line) => lines.push(line.clone()),
            Geometry::Polygon(area) => areas.push(area.clone()),
            _ => {}
        }
    }
    let count = flat.len();
    Some(match flat.as_slice() {
        [] => return None,
        [only] => only.clone(),
        _ if points.len() == count => MultiPoint::new(points).into(),
        _ if lines.len() == count => MultiLineString::new(lines).into(),
        _ if areas.len() == count => MultiPolygon::new(areas).into(),
        _ => Geometry::GeometryCollection(flat.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_beside_commas_part_nothing() {
        for (text, wanted) in [
            ("1,2,3 4,5,6", vec!["1,2,3", "4,5,6"]),
            ("\n\t1, 2, 3\n\t4, 5, 6\n", vec!["1,2,3", "4,5,6"]),
            ("1, 2\n4, 5", vec!["1,2", "4,5"]),
            ("1 ,2 ,3 4 ,5 ,6", vec!["1,2,3", "4,5,6"]),
            ("1,2, 3,4,", vec!["1,2,", "3,4,"]),
            ("1，2，0", vec!["1,2,0"]),
            ("  ", vec![]),
        ] {
            assert_eq!(tuples(text), wanted, "{text:?}");
        }
    }
}

//! The usual line: a feature with one plain shape, read without a tree of JSON values. Whatever else stands in a line is
//! left to the slow way, which also says what is wrong with it.

use std::fmt;

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::geometry::{Coord, Geometry, LineString, MultiLineString, MultiPolygon, Point, Polygon};
use crate::ingest::At;
use crate::ingest::row::{Event, Given, Row};

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(default)]
    id: Value,
    #[serde(default)]
    properties: Option<Map<String, Value>>,
    #[serde(default)]
    geometry: Option<Shape>,
}

/// A shape whose type stands before its coordinates, so that these are read as what they are at once.
struct Shape {
    geometry: Geometry,
    unclosed: usize,
}

type Positions = Vec<[f64; 2]>;

/// The row in `json`; `None` where it is not the usual line.
pub(super) fn row(json: &[u8], at: At) -> Option<Event> {
    let line: Line<'_> = serde_json::from_slice(json).ok()?;
    if line.kind != "Feature" {
        return None;
    }
    let shape = match line.geometry {
        None => Given::Nothing,
        Some(Shape { geometry, unclosed }) => Given::Shape {
            geometry,
            heights: false,
            unclosed,
        },
    };
    Some(Event::Row(Row {
        at,
        id: line.id,
        cells: line.properties.unwrap_or_default(),
        shape,
    }))
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_map(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a shape")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shape, A::Error> {
        let (mut kind, mut shape) = (None, None);
        while let Some(key) = map.next_key::<&str>()? {
            match (key, kind) {
                ("type", None) => kind = Some(map.next_value::<&str>()?),
                ("coordinates", Some(kind)) if shape.is_none() => {
                    shape = Some(coordinates(kind, &mut map)?);
                }
                ("type" | "coordinates", _) => return Err(A::Error::custom("unusual")),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        shape.ok_or_else(|| A::Error::custom("no coordinates"))
    }
}

fn coordinates<'de, A: MapAccess<'de>>(kind: &str, map: &mut A) -> Result<Shape, A::Error> {
    let mut unclosed = 0;
    let geometry: Geometry = match kind {
        "Point" => {
            let [x, y] = map.next_value()?;
            Point::new(x, y).into()
        }
        "LineString" => line(map.next_value()?).into(),
        "MultiLineString" => {
            let lines: Vec<Positions> = map.next_value()?;
            MultiLineString::new(lines.into_iter().map(line).collect()).into()
        }
        "Polygon" => polygon(map.next_value()?, &mut unclosed).into(),
        "MultiPolygon" => {
            let parts: Vec<Vec<Positions>> = map.next_value()?;
            let parts = parts.into_iter().map(|part| polygon(part, &mut unclosed));
            MultiPolygon::new(parts.collect()).into()
        }
        _ => return Err(A::Error::custom("unusual")),
    };
    Ok(Shape { geometry, unclosed })
}

fn line(positions: Positions) -> LineString {
    let each = positions.into_iter();
    LineString::new(each.map(|[x, y]| Coord { x, y }).collect())
}

fn polygon(rings: Vec<Positions>, unclosed: &mut usize) -> Polygon {
    let mut rings = rings.into_iter().map(line).inspect(|ring| {
        // `Polygon::new` closes rings without a word.
        *unclosed += usize::from(!ring.is_closed());
    });
    let outline = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
    Polygon::new(outline, rings.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::LayerId;
    use crate::ingest::{Options, Report, read_geojson};

    const AT: At = At {
        part: 0,
        line: 1,
        feature: 1,
    };

    #[test]
    fn only_the_usual_line_is_read_quickly() {
        for usual in [
            r#"{"type":"Feature","properties":{"a":1},"geometry":{"type":"Point","coordinates":[1,2]}}"#,
            r#"{"type":"Feature","geometry":null,"properties":null}"#,
            r#"{"type":"Feature","id":7,"bbox":[1,2,3,4],"properties":{},"geometry":{"type":"Polygon","coordinates":[]}}"#,
        ] {
            assert!(row(usual.as_bytes(), AT).is_some(), "{usual}");
        }
        for other in [
            r#"{"type":"FeatureCollection","features":[]}"#,
            r#"{"type":"Point","coordinates":[1,2]}"#,
            r#"{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[1,2,3]}}"#,
            r#"{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":["1","2"]}}"#,
            r#"{"type":"Feature","properties":[],"geometry":null}"#,
            r#"{"type":"Feature","properties":{},"geometry":{"coordinates":[1,2],"type":"Point"}}"#,
            r#"{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[1,2],"coordinates":[3,4]}}"#,
            r#"{"type":"Feature","properties":{},"geometry":{"type":"MultiPoint","coordinates":[[1,2]]}}"#,
            "{",
        ] {
            assert!(row(other.as_bytes(), AT).is_none(), "{other}");
        }
    }

    /// The same features a line each, and as a document, which knows no quick way.
    fn both_ways(features: &[&str]) -> [(Vec<String>, Report); 2] {
        let lines = features.join("\n");
        let document = format!(
            "{{\"type\":\"FeatureCollection\",\"features\":[\n{}\n]}}",
            features.join(",\n")
        );
        [lines, document].map(|text| {
            let mut taken = Vec::new();
            let report = read_geojson(
                text.as_bytes(),
                &Options::new(LayerId::BUILDINGS),
                &mut |batch| {
                    taken.extend(batch.iter().map(|record| format!("{:?}", record.draft)));
                    std::ops::ControlFlow::Continue(())
                },
            );
            (taken, report.unwrap())
        })
    }

    #[test]
    fn both_ways_give_the_same_records_and_reasons() {
        let [(lines, by_line), (document, whole)] = both_ways(&[
            r#"{"type":"Feature","properties":{"code":"A","storeys":6},"geometry":{"type":"Polygon","coordinates":[[[139.1,35.1],[139.1001,35.1],[139.1001,35.1001],[139.1,35.1]]]}}"#,
            r#"{"type":"Feature","properties":{"code":"B"},"geometry":{"type":"Polygon","coordinates":[[[139.1,35.1],[139.1001,35.1],[139.1001,35.1001]]]}}"#,
            r#"{"type":"Feature","properties":{"code":"C"},"geometry":{"type":"Polygon","coordinates":[[[139.1,35.1,4.5],[139.1001,35.1,4.5],[139.1001,35.1001,4.5],[139.1,35.1,4.5]]]}}"#,
            r#"{"type":"Feature","properties":{"code":"D"},"geometry":{"type":"Polygon","coordinates":[[[139.1,35.1],[139.1002,35.1002],[139.1002,35.1],[139.1,35.1002],[139.1,35.1]]]}}"#,
            r#"{"type":"Feature","properties":{"code":"E"},"geometry":{"type":"Polygon","coordinates":[]}}"#,
            r#"{"type":"Feature","properties":{"code":"F"},"geometry":{"type":"Point","coordinates":[139.1,35.1]}}"#,
            r#"{"type":"Feature","properties":{"code":"G"},"geometry":null}"#,
        ]);
        assert_eq!(lines, document);
        assert_eq!(by_line.reasons, whole.reasons);
        assert_eq!(
            (by_line.taken, by_line.repaired, by_line.refused),
            (whole.taken, whole.repaired, whole.refused)
        );
        assert!(by_line.taken >= 3 && by_line.refused >= 3, "{by_line:?}");
    }
}

//! Records as GeoJSON features, written straight to bytes.

use crate::api::json::{Selection, Told, each_property};
use crate::domain::json_text::{push_integer, push_real, push_string, push_time, push_value};
use crate::domain::{Feature, LayerSchema};
use crate::geometry::{Coord, Geometry, LineString, Polygon};
use crate::map::MapSnapshot;

/// Appends `feature` as [`crate::api::json::feature`] has it, with `geometry` for its shape.
pub(super) fn push_feature(
    out: &mut Vec<u8>,
    map: &MapSnapshot,
    schema: &LayerSchema,
    feature: &Feature,
    wanted: &Selection,
    geometry: Option<&Geometry>,
) {
    out.extend_from_slice(b"{\"type\":\"Feature\",\"id\":");
    push_integer(out, feature.id.0);
    out.extend_from_slice(b",\"geometry\":");
    match geometry.filter(|_| !wanted.skip_geometry) {
        Some(geometry) => push_geometry(out, geometry),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"properties\":{");
    let mut is_first = true;
    each_property(map, schema, feature, wanted, |name, told| {
        if !is_first {
            out.push(b',');
        }
        is_first = false;
        push_string(out, name);
        out.push(b':');
        match told {
            Told::Value(value) => push_value(out, value),
            Told::Text(text) => push_string(out, text),
            Told::Number(number) => push_integer(out, number),
            Told::Time(at) => push_time(out, at),
            Told::Derived(field) => {
                out.push(b'[');
                push_string(out, field);
                out.push(b']');
            }
        }
    });
    out.extend_from_slice(b"}}");
}

/// Appends a GeoJSON geometry; every coordinate in the fewest digits that give it back.
fn push_geometry(out: &mut Vec<u8>, geometry: &Geometry) {
    let (kind, is_collection) = kind(geometry);
    out.extend_from_slice(b"{\"type\":\"");
    out.extend_from_slice(kind.as_bytes());
    out.extend_from_slice(if is_collection {
        b"\",\"geometries\":"
    } else {
        b"\",\"coordinates\":"
    });
    match geometry {
        Geometry::Point(point) => push_coord(out, &point.0),
        Geometry::Line(line) => push_list(out, [line.start, line.end].iter(), push_coord),
        Geometry::LineString(line) => push_line(out, line),
        Geometry::Polygon(polygon) => push_polygon(out, polygon),
        Geometry::MultiPoint(points) => {
            push_list(out, points.iter(), |out, point| push_coord(out, &point.0));
        }
        Geometry::MultiLineString(lines) => push_list(out, lines.iter(), push_line),
        Geometry::MultiPolygon(polygons) => push_list(out, polygons.iter(), push_polygon),
        Geometry::GeometryCollection(parts) => push_list(out, parts.iter(), push_geometry),
        Geometry::Rect(rect) => push_polygon(out, &rect.to_polygon()),
        Geometry::Triangle(triangle) => push_polygon(out, &triangle.to_polygon()),
    }
    out.push(b'}');
}

/// The name of the kind, and whether its parts are geometries.
const fn kind(geometry: &Geometry) -> (&'static str, bool) {
    match geometry {
        Geometry::Point(_) => ("Point", false),
        Geometry::Line(_) | Geometry::LineString(_) => ("LineString", false),
        Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => ("Polygon", false),
        Geometry::MultiPoint(_) => ("MultiPoint", false),
        Geometry::MultiLineString(_) => ("MultiLineString", false),
        Geometry::MultiPolygon(_) => ("MultiPolygon", false),
        Geometry::GeometryCollection(_) => ("GeometryCollection", true),
    }
}

fn push_list<'a, T: 'a>(
    out: &mut Vec<u8>,
    items: impl Iterator<Item = &'a T>,
    push: impl Fn(&mut Vec<u8>, &T),
) {
    out.push(b'[');
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        push(out, item);
    }
    out.push(b']');
}

fn push_polygon(out: &mut Vec<u8>, polygon: &Polygon) {
    let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
    // a polygon without any ring is an empty list in GeoJSON
    let rings = rings.filter(|ring| !ring.0.is_empty());
    push_list(out, rings, push_line);
}

fn push_line(out: &mut Vec<u8>, line: &LineString) {
    push_list(out, line.0.iter(), push_coord);
}

fn push_coord(out: &mut Vec<u8>, at: &Coord) {
    out.push(b'[');
    push_real(out, at.x);
    out.push(b',');
    push_real(out, at.y);
    out.push(b']');
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use geo::{MultiLineString, MultiPoint, MultiPolygon, Point, Triangle, line_string, polygon};
    use serde_json::Value as Json;

    use super::*;
    use crate::api::json;
    use crate::domain::{Change, Feature, FeatureId, FieldClass, LayerId, Revision, Value};

    fn shapes() -> Vec<Option<Geometry>> {
        let square = polygon!(
            exterior: [(x: 108.9, y: 34.2), (x: 108.95, y: 34.2), (x: 108.95, y: 34.25), (x: 108.9, y: 34.25)],
            interiors: [[(x: 108.91, y: 34.21), (x: 108.92, y: 34.21), (x: 108.92, y: 34.22)]],
        );
        let line = line_string![(x: 108.0, y: 34.0), (x: 108.123_456_7, y: -0.000_000_1)];
        let parts = vec![Geometry::from(square.clone()), Point::new(1.0, 2.5).into()];
        vec![
            None,
            Some(Point::new(108.0, 34.5).into()),
            Some(line.clone().into()),
            Some(MultiPoint::from(vec![(1.0, 2.0), (3.5, 4.0)]).into()),
            Some(MultiLineString(vec![line.clone(), line]).into()),
            Some(square.clone().into()),
            Some(MultiPolygon(vec![square.clone(), square]).into()),
            Some(Triangle::new((0.0, 0.0).into(), (1.0, 0.0).into(), (0.0, 1.0).into()).into()),
            Some(Geometry::GeometryCollection(parts.into())),
        ]
    }

    #[test]
    fn a_record_is_written_as_the_tree_has_it() {
        let schema = LayerId::RISK_POINTS.schema();
        let upserts = (1..).zip(shapes()).map(|(id, geometry)| {
            let mut attributes = vec![Value::Null; schema.fields.len()];
            let mut set = |name: &str, value: Value| {
                attributes[schema.position(name).unwrap()] = value;
            };
            set("description", "楼道\"堆放\"杂物\n\\".into());
            set("level", "red".into());
            set(
                "found",
                "2026-03-05".parse::<jiff::civil::Date>().unwrap().into(),
            );
            let feature = Feature {
                id: FeatureId(id),
                code: format!("FX-{id}").into(),
                name: "".into(),
                geometry: geometry.map(Box::new),
                attributes: attributes.into(),
                revision: Revision(1),
                updated_at: "2026-03-01T00:00:00.5Z".parse().unwrap(),
                updated_by: "检查 \"1\"".into(),
            };
            (schema.id, Arc::new(feature))
        });
        let change = Change {
            revision: Revision(1),
            upserts: upserts.collect(),
            ..Change::default()
        };
        let map = MapSnapshot::build(&change);
        for fields in [None, Some(vec!["code".to_owned(), "level".to_owned()])] {
            let wanted = Selection {
                fields,
                skip_geometry: false,
                up_to: FieldClass::Restricted,
            };
            let mut written_ones = 0;
            for feature in map.layer(schema.id).features() {
                let mut out = Vec::new();
                let geometry = feature.geometry.as_deref();
                push_feature(&mut out, &map, schema, feature, &wanted, geometry);
                let written: Json = serde_json::from_slice(&out).unwrap();
                let tree = json::feature(&map, schema, feature, &wanted);
                // 108.0 and 108 are one number to a reader
                let normal = |json: &Json| {
                    let text = json.to_string();
                    text.replace(".0,", ",").replace(".0]", "]")
                };
                assert_eq!(normal(&written), normal(&tree));
                written_ones += 1;
            }
            assert_eq!(written_ones, shapes().len());
        }
    }
}

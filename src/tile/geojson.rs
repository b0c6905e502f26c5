//! GeoJSON tiles (RFC 7946), written straight to bytes.

use crate::domain::Value;
use crate::domain::json_text::{PER_DEGREE, push_degrees, push_integer, push_string, push_value};
use crate::geometry::Coord;
use crate::map::MapSnapshot;

use super::columns::{Property, check_fields, columns};
use super::crowd::MERGED_COUNT;
use super::drawing::{Drawing, draw};
use super::grid::Cell;
use super::parts::{Kind, Parts, Span};
use super::settle::{Settler, rounded};
use super::{TileError, TileRequest, drawable};

/// A tile as an RFC 7946 `FeatureCollection`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeoJsonTile {
    /// The document, UTF-8.
    pub body: Vec<u8>,
    /// How many features belong in the tile; `numberMatched` in the document.
    pub matched: usize,
    /// How many are written as themselves; `numberReturned` in the document.
    pub returned: usize,
    /// How many are only counted, in merged blocks: all that are not returned. `numberMerged` in the document, where there
    /// are any.
    pub merged: usize,
}

/// The tile as a `FeatureCollection` in longitude and latitude, 7 decimals, features by layer, then by id.
///
/// Properties are `layer`, then the request's fields, typed; unknown values are left out unless the field was asked for.
/// Rings are valid, closed and follow the right-hand rule.
/// With `clip`, shapes are cut to [`TileAddress::reach`](super::TileAddress::reach), and below
/// [`FULL_DETAIL_ZOOM`](super::FULL_DETAIL_ZOOM) they are generalised by less than half a pixel; without, they are whole.
/// With `clip`, too, small features that crowd a tile below [`MERGE_BELOW_ZOOM`](super::MERGE_BELOW_ZOOM) are merged: after
/// the features of their layer come its blocks, without id, with `layer` and `merged_count` alone, whatever fields are asked.
/// At the outer edge of the buffer a block may count a record that does not itself meet the tile; `numberMerged` does not.
///
/// # Errors
/// [`TileError`] for layers and fields that have no place in a tile.
pub fn geojson(
    snapshot: &MapSnapshot,
    request: &TileRequest<'_>,
) -> Result<GeoJsonTile, TileError> {
    let layers = drawable(&request.layers)?;
    let fields = request.fields.as_deref();
    check_fields(&layers, fields)?;
    let mut body = br#"{"type":"FeatureCollection","features":["#.to_vec();
    let mut settler = Settler::new();
    let (mut returned, mut merged) = (0, 0);
    let mut is_first = true;
    let mut open = |body: &mut Vec<u8>| {
        if !std::mem::take(&mut is_first) {
            body.push(b',');
        }
        body.extend_from_slice(br#"{"type":"Feature","#);
    };
    for layer in layers {
        let drawing = draw(snapshot, request, layer, request.clip);
        let columns: Vec<_> = columns(layer.schema(), fields)
            .into_iter()
            .map(|column| (column, format!(",\"{}\":", column.name).into_bytes()))
            .collect();
        for (feature, spans) in &drawing.features {
            open(&mut body);
            body.extend_from_slice(br#""id":"#);
            push_integer(&mut body, feature.id.0);
            body.extend_from_slice(br#","geometry":"#);
            let spans = drawing.spans.get(spans.clone()).unwrap_or_default();
            push_geometry(&mut body, &drawing, spans, &mut settler);
            body.extend_from_slice(br#","properties":{"layer":"#);
            push_string(&mut body, layer.as_str());
            for (column, key) in &columns {
                let property = column.of(feature);
                if fields.is_some() || !matches!(property, Property::Null) {
                    body.extend_from_slice(key);
                    push_property(&mut body, property);
                }
            }
            body.extend_from_slice(b"}}");
        }
        for (count, span) in &drawing.blocks {
            open(&mut body);
            body.extend_from_slice(br#""geometry":"#);
            let span = drawing.spans.get(*span..=*span).unwrap_or_default();
            push_geometry(&mut body, &drawing, span, &mut settler);
            body.extend_from_slice(br#","properties":{"layer":"#);
            push_string(&mut body, layer.as_str());
            body.extend_from_slice(format!(r#","{MERGED_COUNT}":{count}}}}}"#).as_bytes());
        }
        returned += drawing.features.len();
        merged += drawing.merged;
    }
    let matched = returned + merged;
    body.extend_from_slice(
        format!(r#"],"numberMatched":{matched},"numberReturned":{returned}"#).as_bytes(),
    );
    if merged > 0 {
        body.extend_from_slice(format!(r#","numberMerged":{merged}"#).as_bytes());
    }
    body.push(b'}');
    Ok(GeoJsonTile {
        body,
        matched,
        returned,
        merged,
    })
}

/// Appends a property.
fn push_property(out: &mut Vec<u8>, property: Property<'_>) {
    match property {
        Property::Null | Property::Value(Value::Null) => out.extend_from_slice(b"null"),
        Property::Text(text) => push_string(out, text),
        Property::Value(value) => push_value(out, value),
    }
}

fn push_geometry(out: &mut Vec<u8>, drawing: &Drawing<'_>, spans: &[Span], settler: &mut Settler) {
    let project =
        |place: Coord| -> Cell { [rounded(place.x * PER_DEGREE), rounded(place.y * PER_DEGREE)] };
    let mut push_span = |out: &mut Vec<u8>, span: &Span| {
        let keep = drawing.keep.as_deref();
        let shape = settler.settle(&drawing.parts, span, keep, false, project);
        push_shape(out, span, shape);
    };
    match spans {
        [only] => push_span(out, only),
        several => {
            out.extend_from_slice(br#"{"type":"GeometryCollection","geometries":["#);
            for (index, span) in several.iter().enumerate() {
                push_comma(out, index);
                push_span(out, span);
            }
            out.extend_from_slice(b"]}");
        }
    }
}

fn push_shape(out: &mut Vec<u8>, span: &Span, shape: &Parts<Cell>) {
    let count = match span.kind {
        Kind::Point => shape.points().len(),
        Kind::Line => shape.part_count(),
        Kind::Polygon => shape.polygon_count(),
    };
    let is_multi = span.multi || count != 1;
    out.extend_from_slice(match (span.kind, is_multi) {
        (Kind::Point, false) => br#"{"type":"Point","coordinates":"#,
        (Kind::Point, true) => br#"{"type":"MultiPoint","coordinates":["#,
        (Kind::Line, false) => br#"{"type":"LineString","coordinates":"#,
        (Kind::Line, true) => br#"{"type":"MultiLineString","coordinates":["#,
        (Kind::Polygon, false) => br#"{"type":"Polygon","coordinates":"#,
        (Kind::Polygon, true) => br#"{"type":"MultiPolygon","coordinates":["#,
    });
    for index in 0..count {
        push_comma(out, index);
        match span.kind {
            Kind::Point => {
                if let Some(place) = shape.points().get(index) {
                    push_place(out, *place);
                }
            }
            Kind::Line => push_chain(out, shape.part(index), false),
            Kind::Polygon => {
                out.push(b'[');
                for (at, ring) in shape.rings(index).enumerate() {
                    push_comma(out, at);
                    push_chain(out, shape.part(ring), true);
                }
                out.push(b']');
            }
        }
    }
    out.extend_from_slice(if is_multi { b"]}" } else { b"}" });
}

fn push_chain(out: &mut Vec<u8>, cells: &[Cell], close: bool) {
    out.push(b'[');
    let closing = cells.first().filter(|_| close);
    for (index, cell) in cells.iter().chain(closing).enumerate() {
        push_comma(out, index);
        push_place(out, *cell);
    }
    out.push(b']');
}

fn push_place(out: &mut Vec<u8>, [lon, lat]: Cell) {
    out.push(b'[');
    push_degrees(out, lon);
    out.push(b',');
    push_degrees(out, lat);
    out.push(b']');
}

fn push_comma(out: &mut Vec<u8>, index: usize) {
    if index > 0 {
        out.push(b',');
    }
}

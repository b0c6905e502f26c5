//! GeoJSON tiles (RFC 7946), written straight to bytes.

use crate::domain::json_text::{PER_DEGREE, push_integer, push_position, push_string, push_value};
use crate::domain::{Feature, LayerId, Value};
use crate::geometry::Coord;
use crate::map::MapSnapshot;

use super::columns::{Column, Property, check_fields, columns};
use super::crowd::MERGED_COUNT;
use super::drawing::{Drawing, draw};
use super::grid::Cell;
use super::parts::{Kind, Parts, Span};
use super::ready::{Ready, Shown};
use super::settle::{Settler, place_of, rounded};
use super::{FULL_DETAIL_ZOOM, TileError, TileRequest, drawable};

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
    let mut writer = Writer::new();
    let mut merged = 0;
    each_layer(&mut writer, request, |mut layer| {
        if layer.push_prepared(snapshot, request).is_none() {
            merged += layer.push_drawn(snapshot, request);
        }
        Some(())
    })?;
    Ok(writer.finish(merged))
}

/// [`geojson()`] where it is made in a small part of a millisecond, as [`quick_mvt`](super::quick_mvt). `None` where it takes
/// longer, and for what [`geojson()`] refuses.
pub fn quick_geojson(snapshot: &MapSnapshot, request: &TileRequest<'_>) -> Option<GeoJsonTile> {
    let mut writer = Writer::new();
    let made = each_layer(&mut writer, request, |mut layer| {
        if request.address.z() >= FULL_DETAIL_ZOOM {
            layer.push_drawn(snapshot, request);
            return Some(());
        }
        layer.push_prepared(snapshot, request)
    });
    made.ok()??;
    Some(writer.finish(0))
}

/// Has `push` append each layer; `None` as soon as it cannot.
fn each_layer(
    writer: &mut Writer,
    request: &TileRequest<'_>,
    mut push: impl FnMut(LayerWriter<'_>) -> Option<()>,
) -> Result<Option<()>, TileError> {
    let layers = drawable(&request.layers)?;
    let fields = request.fields.as_deref();
    check_fields(&layers, fields)?;
    let mut each = layers.into_iter().map(|layer| {
        let columns = columns(layer.schema(), fields);
        push(LayerWriter::new(writer, layer, &columns, fields.is_some()))
    });
    Ok(each.all(|pushed| pushed.is_some()).then_some(()))
}

/// About so many bytes has a feature beside its name, its outline and its attributes.
const FEATURE_BYTES: usize = 140;

/// So many bytes has a position of an outline.
const POSITION_BYTES: usize = 25;

/// A tile that is being written.
struct Writer {
    body: Vec<u8>,
    is_first: bool,
    /// How many features stand for themselves.
    returned: usize,
    settler: Settler,
}

impl Writer {
    fn new() -> Self {
        Self {
            body: br#"{"type":"FeatureCollection","features":["#.to_vec(),
            is_first: true,
            returned: 0,
            settler: Settler::new(),
        }
    }

    fn open(&mut self) {
        if !std::mem::take(&mut self.is_first) {
            self.body.push(b',');
        }
        self.body.extend_from_slice(br#"{"type":"Feature","#);
    }

    /// The tile, beside whose features `merged` records are counted.
    fn finish(self, merged: usize) -> GeoJsonTile {
        let Self {
            mut body, returned, ..
        } = self;
        let matched = returned + merged;
        body.extend_from_slice(
            format!(r#"],"numberMatched":{matched},"numberReturned":{returned}"#).as_bytes(),
        );
        if merged > 0 {
            body.extend_from_slice(format!(r#","numberMerged":{merged}"#).as_bytes());
        }
        body.push(b'}');
        GeoJsonTile {
            body,
            matched,
            returned,
            merged,
        }
    }
}

/// A layer of a tile that is being written.
struct LayerWriter<'a> {
    writer: &'a mut Writer,
    layer: LayerId,
    /// Each with what stands before its value.
    columns: Vec<(Column, Vec<u8>)>,
    /// Unknown values are written too.
    tells_null: bool,
}

impl<'a> LayerWriter<'a> {
    fn new(writer: &'a mut Writer, layer: LayerId, columns: &[Column], tells_null: bool) -> Self {
        let key = |column: &Column| format!(",\"{}\":", column.name).into_bytes();
        Self {
            writer,
            layer,
            columns: columns.iter().map(|of| (*of, key(of))).collect(),
            tells_null,
        }
    }

    /// Appends the layer from shapes that were prepared; `None`, and nothing, where they do not serve.
    fn push_prepared(&mut self, snapshot: &MapSnapshot, request: &TileRequest<'_>) -> Option<()> {
        let ready = Ready::of(snapshot, request, self.layer)?;
        let mut shape = Parts::new();
        let (outlines, drawing) = (ready.outlines(), ready.drawing());
        // what lies all over memory is first looked at together, so that one wait does for many; and what is missing is
        // known before anything is written
        let mut room = 0;
        ready.each(|shown| {
            if let Shown::Prepared(record, piece) = shown {
                let vertices = outlines.vertices(piece.outline).unwrap_or_default();
                room += FEATURE_BYTES + record.name.len() + POSITION_BYTES * vertices;
            }
        })?;
        self.writer.body.reserve(room);
        ready.each(|shown| match shown {
            Shown::Prepared(record, piece) => self.push(record, |out, _| {
                if let Some((kind, is_multi)) = outlines.read(piece.outline, &mut shape) {
                    push_shape(out, kind, is_multi, &shape);
                }
            }),
            Shown::Anew(n) => {
                if let Some(drawing) = drawing {
                    self.push_nth(drawing, n);
                }
            }
        })
    }

    /// Appends the layer as it is drawn anew, and says how many records are only counted.
    fn push_drawn(&mut self, snapshot: &MapSnapshot, request: &TileRequest<'_>) -> usize {
        let drawing = draw(snapshot, request, self.layer, request.clip);
        for n in 0..drawing.features.len() {
            self.push_nth(&drawing, n);
        }
        for (count, span) in &drawing.blocks {
            self.writer.open();
            let Writer { body, settler, .. } = &mut *self.writer;
            body.extend_from_slice(br#""geometry":"#);
            let span = drawing.spans.get(*span..=*span).unwrap_or_default();
            push_geometry(body, &drawing, span, settler);
            body.extend_from_slice(br#","properties":{"layer":"#);
            push_string(body, self.layer.as_str());
            body.extend_from_slice(format!(r#","{MERGED_COUNT}":{count}}}}}"#).as_bytes());
        }
        drawing.merged
    }

    /// Appends the n-th feature of `drawing`.
    fn push_nth(&mut self, drawing: &Drawing<'_>, n: usize) {
        if let Some((feature, spans)) = drawing.features.get(n) {
            let spans = drawing.spans.get(spans.clone()).unwrap_or_default();
            self.push(feature, |out, settler| {
                push_geometry(out, drawing, spans, settler);
            });
        }
    }

    /// Appends a feature whose geometry `push_geometry` writes.
    fn push(&mut self, feature: &Feature, geometry: impl FnOnce(&mut Vec<u8>, &mut Settler)) {
        self.writer.open();
        self.writer.returned += 1;
        let Writer { body, settler, .. } = &mut *self.writer;
        body.extend_from_slice(br#""id":"#);
        push_integer(body, feature.id.0);
        body.extend_from_slice(br#","geometry":"#);
        geometry(body, settler);
        body.extend_from_slice(br#","properties":{"layer":"#);
        push_string(body, self.layer.as_str());
        for (column, key) in &self.columns {
            let property = column.of(feature);
            if self.tells_null || !matches!(property, Property::Null) {
                body.extend_from_slice(key);
                push_property(body, property);
            }
        }
        body.extend_from_slice(b"}}");
    }
}

/// Appends a property.
fn push_property(out: &mut Vec<u8>, property: Property<'_>) {
    match property {
        Property::Null | Property::Value(Value::Null) => out.extend_from_slice(b"null"),
        Property::Text(text) => push_string(out, text),
        Property::Value(value) => push_value(out, value),
    }
}

/// The units of 1e-7 degrees at a place.
pub(super) fn ground(place: Coord) -> Cell {
    [rounded(place.x * PER_DEGREE), rounded(place.y * PER_DEGREE)]
}

/// The place at units of 1e-7 degrees: the number nearest to its seven decimals.
pub(super) fn on_ground(cell: Cell) -> Coord {
    let Coord { x, y } = place_of(cell);
    Coord {
        x: x / PER_DEGREE,
        y: y / PER_DEGREE,
    }
}

fn push_geometry(out: &mut Vec<u8>, drawing: &Drawing<'_>, spans: &[Span], settler: &mut Settler) {
    let mut push_span = |out: &mut Vec<u8>, span: &Span| {
        let keep = drawing.keep.as_deref();
        let shape = settler.settle(&drawing.parts, span, keep, false, ground);
        push_shape(out, span.kind, span.multi, shape);
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

fn push_shape(out: &mut Vec<u8>, kind: Kind, is_multi: bool, shape: &Parts<Cell>) {
    let count = match kind {
        Kind::Point => shape.points().len(),
        Kind::Line => shape.part_count(),
        Kind::Polygon => shape.polygon_count(),
    };
    let is_multi = is_multi || count != 1;
    out.extend_from_slice(match (kind, is_multi) {
        (Kind::Point, false) => br#"{"type":"Point","coordinates":"#,
        (Kind::Point, true) => br#"{"type":"MultiPoint","coordinates":["#,
        (Kind::Line, false) => br#"{"type":"LineString","coordinates":"#,
        (Kind::Line, true) => br#"{"type":"MultiLineString","coordinates":["#,
        (Kind::Polygon, false) => br#"{"type":"Polygon","coordinates":"#,
        (Kind::Polygon, true) => br#"{"type":"MultiPolygon","coordinates":["#,
    });
    for index in 0..count {
        push_comma(out, index);
        match kind {
            Kind::Point => {
                if let Some(place) = shape.points().get(index) {
                    push_position(out, *place);
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
        push_position(out, *cell);
    }
    out.push(b']');
}

fn push_comma(out: &mut Vec<u8>, index: usize) {
    if index > 0 {
        out.push(b',');
    }
}

//! Mapbox Vector Tiles, version 2.1: extent 4096, one layer for each map layer, named by its id.

use std::collections::HashMap;
use std::f64::consts::TAU;

use crate::domain::{LayerId, Value};
use crate::geometry::Coord;
use crate::map::MapSnapshot;

use super::address::{EXTENT, TileAddress, normalised};
use super::columns::{Column, Property, check_fields, columns};
use super::crowd::MERGED_COUNT;
use super::drawing::{Drawing, draw};
use super::grid::Cell;
use super::mixer::Mixing;
use super::parts::{Kind, Parts, Span};
use super::protobuf::{push_bytes, push_double, push_number, push_varint, zigzag};
use super::settle::{Settler, rounded};
use super::{FULL_DETAIL_ZOOM, TileError, TileRequest, drawable};

const MOVE_TO: u64 = 1;
const LINE_TO: u64 = 2;
const CLOSE_PATH: u64 = 7;

/// The tile as a Mapbox Vector Tile; no bytes at all when nothing is in it.
///
/// The same features and merged blocks as [`geojson`](super::geojson) with the same ids; a block has no id and the one
/// property `merged_count`. A shape too small for the grid becomes the smallest
/// polygon or line there is. Unknown values are left out, days and moments are ISO 8601 text.
/// A collection of points, lines and polygons becomes a feature for each kind, all with the one id.
///
/// # Errors
/// [`TileError`] for layers and fields that have no place in a tile.
pub fn mvt(snapshot: &MapSnapshot, request: &TileRequest<'_>) -> Result<Vec<u8>, TileError> {
    let layers = drawable(&request.layers)?;
    let fields = request.fields.as_deref();
    check_fields(&layers, fields)?;
    let mut tile = Vec::new();
    for layer in layers {
        let drawing = draw(snapshot, request, layer, true);
        if !drawing.features.is_empty() || !drawing.blocks.is_empty() {
            let columns = columns(layer.schema(), fields);
            push_bytes(
                &mut tile,
                3,
                &encode(layer, request.address, &drawing, &columns),
            );
        }
    }
    Ok(tile)
}

fn encode(
    layer: LayerId,
    address: TileAddress,
    drawing: &Drawing<'_>,
    columns: &[Column],
) -> Vec<u8> {
    let mut out = Vec::new();
    push_number(&mut out, 15, 2);
    push_bytes(&mut out, 1, layer.as_str().as_bytes());
    let straighten = address.z() < FULL_DETAIL_ZOOM;
    let project = projection(address);
    let mut settler = Settler::new();
    let mut dictionary = Dictionary::new(columns);
    let mut tags = Vec::new();
    let mut push_feature = |out: &mut Vec<u8>, id: Option<u64>, tags: &[u8], span: &Span| {
        let keep = drawing.keep.as_deref();
        let shape = settler.settle(&drawing.parts, span, keep, straighten, &project);
        let (mut message, mut commands) = (Vec::new(), Vec::new());
        push_commands(&mut commands, span, shape);
        if let Some(id) = id {
            push_number(&mut message, 1, id);
        }
        if !tags.is_empty() {
            push_bytes(&mut message, 2, tags);
        }
        let kind = match span.kind {
            Kind::Point => 1,
            Kind::Line => 2,
            Kind::Polygon => 3,
        };
        push_number(&mut message, 3, kind);
        push_bytes(&mut message, 4, &commands);
        push_bytes(out, 2, &message);
    };
    for (feature, spans) in &drawing.features {
        tags.clear();
        for (index, column) in columns.iter().enumerate() {
            dictionary.push_tag(&mut tags, index, column.of(feature));
        }
        for span in drawing.spans.get(spans.clone()).unwrap_or_default() {
            push_feature(&mut out, u64::try_from(feature.id.0).ok(), &tags, span);
        }
    }
    for (count, span) in &drawing.blocks {
        tags.clear();
        dictionary.push_known(&mut tags, columns.len(), Known::Integer(*count));
        if let Some(span) = drawing.spans.get(*span) {
            push_feature(&mut out, None, &tags, span);
        }
    }
    dictionary.finish(&mut out);
    push_number(&mut out, 5, EXTENT.into());
    out
}

/// From this zoom on, the series of [`Rows`] is exact to a millionth of a unit.
const SERIES_ZOOM: u8 = 10;

/// From longitude and latitude to the units of the tile, y downwards.
fn projection(address: TileAddress) -> impl Fn(Coord) -> Cell {
    let side = f64::from(1_u32 << address.z());
    let (x, y) = (f64::from(address.x()), f64::from(address.y()));
    let extent = f64::from(EXTENT);
    let rows = (address.z() >= SERIES_ZOOM).then(|| Rows::around(address));
    move |place| {
        let column = (place.x + 180.0) / 360.0;
        let row = rows.map_or_else(|| normalised(place).y, |rows| rows.row(place.y));
        [
            rounded((column * side - x) * extent),
            rounded((row * side - y) * extent),
        ]
    }
}

/// The Mercator row by Taylor's series around the middle of a tile: shapes are cut, so nothing is far from it.
#[derive(Clone, Copy)]
struct Rows {
    middle: f64,
    row: f64,
    terms: [f64; 4],
}

impl Rows {
    fn around(address: TileAddress) -> Self {
        let bounds = address.bounds();
        let middle = f64::midpoint(bounds.south, bounds.north);
        let (sine, cosine) = middle.to_radians().sin_cos();
        let (sec, tan) = (1.0 / cosine, sine / cosine);
        let radian = 1.0_f64.to_radians();
        // Derivatives of ln(tan(pi/4 + phi/2)), over the factorials, for degrees, as a share of the whole height.
        let derivatives = [
            sec,
            sec * tan / 2.0,
            sec * (sec * sec + tan * tan) / 6.0,
            sec * tan * (5.0 * sec * sec + tan * tan) / 24.0,
        ];
        let mut power = -1.0 / TAU;
        let terms = derivatives.map(|derivative| {
            power *= radian;
            derivative * power
        });
        let row = normalised(Coord { x: 0.0, y: middle }).y;
        Self { middle, row, terms }
    }

    fn row(self, latitude: f64) -> f64 {
        let d = latitude - self.middle;
        let [one, two, three, four] = self.terms;
        self.row + d * (one + d * (two + d * (three + d * four)))
    }
}

fn push_commands(out: &mut Vec<u8>, span: &Span, shape: &Parts<Cell>) {
    let mut cursor = [0, 0];
    for part in 0..shape.part_count() {
        let cells = shape.part(part);
        match span.kind {
            Kind::Point => push_run(out, MOVE_TO, cells, &mut cursor),
            Kind::Line | Kind::Polygon => {
                let (first, rest) = cells.split_at(cells.len().min(1));
                push_run(out, MOVE_TO, first, &mut cursor);
                push_run(out, LINE_TO, rest, &mut cursor);
                if span.kind == Kind::Polygon {
                    push_varint(out, CLOSE_PATH | 1 << 3);
                }
            }
        }
    }
}

fn push_run(out: &mut Vec<u8>, command: u64, cells: &[Cell], cursor: &mut Cell) {
    let count = u64::try_from(cells.len()).unwrap_or(u64::MAX);
    push_varint(out, command | count << 3);
    for &[x, y] in cells {
        push_varint(out, zigzag(x - cursor[0]));
        push_varint(out, zigzag(y - cursor[1]));
        *cursor = [x, y];
    }
}

/// The keys and values of a layer, each written once. The key after those of the columns is [`MERGED_COUNT`].
struct Dictionary<'a> {
    names: Vec<&'static str>,
    keys: Vec<Option<u64>>,
    key_bytes: Vec<u8>,
    key_count: u64,
    values: HashMap<Known<'a>, u64, Mixing>,
    value_bytes: Vec<u8>,
}

/// A value as it is told apart from others.
#[derive(PartialEq, Eq, Hash)]
enum Known<'a> {
    Text(&'a str),
    Written(String),
    Boolean(bool),
    Integer(i64),
    Real(u64),
}

impl<'a> Dictionary<'a> {
    fn new(columns: &[Column]) -> Self {
        Self {
            names: columns
                .iter()
                .map(|column| column.name)
                .chain([MERGED_COUNT])
                .collect(),
            keys: vec![None; columns.len() + 1],
            key_bytes: Vec::new(),
            key_count: 0,
            values: HashMap::default(),
            value_bytes: Vec::new(),
        }
    }

    /// Appends the numbers of key and value; nothing for a value that is not known.
    fn push_tag(&mut self, tags: &mut Vec<u8>, column: usize, property: Property<'a>) {
        let known = match property {
            Property::Null => return,
            Property::Text(text) => Known::Text(text),
            Property::Value(value) => match value {
                Value::Boolean(yes) => Known::Boolean(*yes),
                Value::Integer(number) => Known::Integer(*number),
                Value::Real(number) if number.is_finite() => Known::Real(number.to_bits()),
                Value::Null | Value::Real(_) => return,
                Value::Text(text) => Known::Text(text),
                Value::Date(date) => Known::Written(date.to_string()),
                Value::Time(time) => Known::Written(time.to_string()),
            },
        };
        self.push_known(tags, column, known);
    }

    fn push_known(&mut self, tags: &mut Vec<u8>, column: usize, known: Known<'a>) {
        let key = self.key(column);
        let next = u64::try_from(self.values.len()).unwrap_or(u64::MAX);
        let bytes = &mut self.value_bytes;
        let value = *self.values.entry(known).or_insert_with_key(|known| {
            push_value(bytes, known);
            next
        });
        push_varint(tags, key);
        push_varint(tags, value);
    }

    fn key(&mut self, column: usize) -> u64 {
        let (Some(slot), Some(name)) = (self.keys.get_mut(column), self.names.get(column)) else {
            return 0;
        };
        *slot.get_or_insert_with(|| {
            push_bytes(&mut self.key_bytes, 3, name.as_bytes());
            self.key_count += 1;
            self.key_count - 1
        })
    }

    fn finish(self, layer: &mut Vec<u8>) {
        layer.extend_from_slice(&self.key_bytes);
        layer.extend_from_slice(&self.value_bytes);
    }
}

fn push_value(out: &mut Vec<u8>, known: &Known<'_>) {
    let mut message = Vec::with_capacity(16);
    match known {
        Known::Text(text) => push_bytes(&mut message, 1, text.as_bytes()),
        Known::Written(text) => push_bytes(&mut message, 1, text.as_bytes()),
        Known::Boolean(yes) => push_number(&mut message, 7, u64::from(*yes)),
        Known::Integer(number) => push_number(&mut message, 6, zigzag(*number)),
        Known::Real(bits) => push_double(&mut message, 3, f64::from_bits(*bits)),
    }
    push_bytes(out, 4, &message);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_agrees_with_mercator() {
        for (z, x, y) in [
            (10, 822, 407),
            (10, 0, 0),
            (10, 0, 1023),
            (14, 13150, 6518),
            (22, 3_366_000, 1_668_000),
        ] {
            let address = TileAddress::new(z, x, y).unwrap();
            let (rows, reach) = (Rows::around(address), address.reach());
            for step in 0..=100 {
                let latitude = reach.south + (reach.north - reach.south) * f64::from(step) / 100.0;
                let exact = normalised(Coord {
                    x: 0.0,
                    y: latitude,
                })
                .y;
                let units =
                    (rows.row(latitude) - exact) * f64::from(1_u32 << z) * f64::from(EXTENT);
                assert!(units.abs() < 2e-5, "{address} {latitude}: {units} units");
            }
        }
    }
}

//! Mapbox Vector Tiles, version 2.1: extent 4096, one layer for each map layer, named by its id.

use std::f64::consts::TAU;

use crate::domain::{Feature, LayerId};
use crate::geometry::Coord;
use crate::map::MapSnapshot;

use super::address::{EXTENT, TileAddress};
use super::columns::{Column, check_fields, columns};
use super::commands::push_commands;
use super::dictionary::{Dictionary, Known};
use super::drawing::{Drawing, draw};
use super::grid::Cell;
use super::parts::{Kind, Span};
use super::pieces::InTile;
use super::protobuf::{field_len, push_bytes, push_head, push_number, varint_len};
use super::ready::{Ready, Shown};
use super::settle::{Settler, rounded};
use super::tiling::Tiling;
use super::{FULL_DETAIL_ZOOM, TileError, TileRequest, drawable};

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
    let made = each_layer(request, |layer, columns| {
        let ready = prepared(snapshot, request, layer, columns);
        Some(ready.unwrap_or_else(|| drawn(snapshot, request, layer, columns)))
    });
    made.map(Option::unwrap_or_default)
}

/// [`mvt`] where it is made in a small part of a millisecond: from shapes that were [prepared](super::prepare), or where a
/// tile is so small that there are few. `None` where it takes longer, and for what [`mvt`] refuses.
pub fn quick_mvt(snapshot: &MapSnapshot, request: &TileRequest<'_>) -> Option<Vec<u8>> {
    let zoom = request.address.z();
    let made = each_layer(request, |layer, columns| {
        if zoom >= FULL_DETAIL_ZOOM {
            Some(drawn(snapshot, request, layer, columns))
        } else {
            prepared(snapshot, request, layer, columns)
        }
    });
    made.ok()?
}

/// The tile whose layers `make` writes; `None` as soon as it has none for a layer.
fn each_layer(
    request: &TileRequest<'_>,
    mut make: impl FnMut(LayerId, &[Column]) -> Option<Vec<u8>>,
) -> Result<Option<Vec<u8>>, TileError> {
    let layers = drawable(&request.layers)?;
    let fields = request.fields.as_deref();
    check_fields(&layers, fields)?;
    let mut tile = Vec::new();
    for layer in layers {
        let Some(written) = make(layer, &columns(layer.schema(), fields)) else {
            return Ok(None);
        };
        if !written.is_empty() {
            push_bytes(&mut tile, 3, &written);
        }
    }
    Ok(Some(tile))
}

/// The layer from shapes that were prepared, no bytes where nothing is in the tile; `None` where they do not serve.
fn prepared(
    snapshot: &MapSnapshot,
    request: &TileRequest<'_>,
    layer: LayerId,
    columns: &[Column],
) -> Option<Vec<u8>> {
    let ready = Ready::of(snapshot, request, layer)?;
    let mut pen = ready
        .drawing()
        .map(|drawing| Pen::new(drawing, request.address));
    let mut writer = LayerWriter::new(layer, columns);
    ready.each(|shown| match shown {
        Shown::Prepared(record, piece) => writer.push_piece(record, piece),
        Shown::Anew(n) => {
            if let Some(pen) = &mut pen {
                pen.draw(n, &mut writer);
            }
        }
    })?;
    Some(writer.finish())
}

/// The layer as it is drawn anew, no bytes where nothing is in the tile.
fn drawn(
    snapshot: &MapSnapshot,
    request: &TileRequest<'_>,
    layer: LayerId,
    columns: &[Column],
) -> Vec<u8> {
    let drawing = draw(snapshot, request, layer, true);
    let mut pen = Pen::new(&drawing, request.address);
    let mut writer = LayerWriter::new(layer, columns);
    for n in 0..drawing.features.len() {
        pen.draw(n, &mut writer);
    }
    for (count, span) in &drawing.blocks {
        writer.count(*count);
        if let Some(span) = drawing.spans.get(*span) {
            pen.draw_span(None, span, &mut writer);
        }
    }
    writer.finish()
}

/// The id of a feature in a tile; none where it is negative.
fn number(feature: &Feature) -> Option<u64> {
    u64::try_from(feature.id.0).ok()
}

/// Puts what is drawn on the grid of a tile.
struct Pen<'a, P> {
    drawing: &'a Drawing<'a>,
    project: P,
    straighten: bool,
    settler: Settler,
    commands: Vec<u8>,
}

impl<'a> Pen<'a, ()> {
    fn new(
        drawing: &'a Drawing<'a>,
        address: TileAddress,
    ) -> Pen<'a, impl Fn(Coord) -> Cell + use<>> {
        Pen {
            drawing,
            project: projection(address),
            straighten: address.z() < FULL_DETAIL_ZOOM,
            settler: Settler::new(),
            commands: Vec::new(),
        }
    }
}

impl<'a, P: Fn(Coord) -> Cell> Pen<'a, P> {
    /// Writes the n-th feature.
    fn draw(&mut self, n: usize, writer: &mut LayerWriter<'a>) {
        let Some((feature, spans)) = self.drawing.features.get(n) else {
            return;
        };
        writer.describe(feature);
        for span in self.drawing.spans.get(spans.clone()).unwrap_or_default() {
            self.draw_span(number(feature), span, writer);
        }
    }

    fn draw_span(&mut self, id: Option<u64>, span: &Span, writer: &mut LayerWriter<'a>) {
        let (parts, keep) = (&self.drawing.parts, self.drawing.keep.as_deref());
        let settler = &mut self.settler;
        let shape = settler.settle(parts, span, keep, self.straighten, &self.project);
        self.commands.clear();
        push_commands(&mut self.commands, span.kind, shape, [0, 0]);
        writer.push_feature(id, span.kind, &self.commands);
    }
}

/// A layer of a tile that is being written.
struct LayerWriter<'a> {
    out: Vec<u8>,
    columns: &'a [Column],
    dictionary: Dictionary<'a>,
    /// Those of the features that come next.
    tags: Vec<u8>,
    is_empty: bool,
}

impl<'a> LayerWriter<'a> {
    fn new(layer: LayerId, columns: &'a [Column]) -> Self {
        let mut out = Vec::new();
        push_number(&mut out, 15, 2);
        push_bytes(&mut out, 1, layer.as_str().as_bytes());
        Self {
            out,
            columns,
            dictionary: Dictionary::new(columns),
            tags: Vec::new(),
            is_empty: true,
        }
    }

    /// Takes the properties of `feature` for what comes next.
    fn describe(&mut self, feature: &'a Feature) {
        self.tags.clear();
        for (index, column) in self.columns.iter().enumerate() {
            self.dictionary
                .push_tag(&mut self.tags, index, column.of(feature));
        }
    }

    /// Takes the number of records as the one property of what comes next.
    fn count(&mut self, count: i64) {
        self.tags.clear();
        let known = Known::Integer(count);
        self.dictionary
            .push_known(&mut self.tags, self.columns.len(), known);
    }

    /// Appends a record as it was prepared.
    fn push_piece(&mut self, record: &'a Feature, piece: InTile<'_>) {
        self.describe(record);
        self.push_feature(number(record), piece.kind, piece.commands);
    }

    /// Appends a feature that `commands` draw.
    fn push_feature(&mut self, id: Option<u64>, kind: Kind, commands: &[u8]) {
        let len = id.map_or(0, |id| 1 + varint_len(id))
            + if self.tags.is_empty() {
                0
            } else {
                field_len(self.tags.len())
            }
            + 2
            + field_len(commands.len());
        self.is_empty = false;
        let out = &mut self.out;
        push_head(out, 2, len);
        if let Some(id) = id {
            push_number(out, 1, id);
        }
        if !self.tags.is_empty() {
            push_bytes(out, 2, &self.tags);
        }
        push_number(
            out,
            3,
            match kind {
                Kind::Point => 1,
                Kind::Line => 2,
                Kind::Polygon => 3,
            },
        );
        push_bytes(out, 4, commands);
    }

    /// The layer; no bytes without a feature.
    fn finish(mut self) -> Vec<u8> {
        if self.is_empty {
            return Vec::new();
        }
        self.dictionary.finish(&mut self.out);
        push_number(&mut self.out, 5, EXTENT.into());
        self.out
    }
}

/// From this zoom on, the series of [`Rows`] is exact to a millionth of a unit.
const SERIES_ZOOM: u8 = 10;

/// From longitude and latitude to the units of the tile, y downwards.
pub(super) fn projection(address: TileAddress) -> impl Fn(Coord) -> Cell {
    let side = f64::from(1_u32 << address.z());
    let (x, y) = (f64::from(address.x()), f64::from(address.y()));
    let extent = f64::from(EXTENT);
    let tiling = address.tiling();
    let is_series = tiling == Tiling::WebMercatorQuad && address.z() >= SERIES_ZOOM;
    let rows = is_series.then(|| Rows::around(address));
    move |place: Coord| {
        let column = (place.x + 180.0) / 360.0;
        let row = rows.map_or_else(|| tiling.flat(place).y, |rows| rows.row(place.y));
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
        let row = mercator_row(middle);
        Self { middle, row, terms }
    }

    fn row(self, latitude: f64) -> f64 {
        let d = latitude - self.middle;
        let [one, two, three, four] = self.terms;
        self.row + d * (one + d * (two + d * (three + d * four)))
    }
}

fn mercator_row(latitude: f64) -> f64 {
    let (x, y) = (0.0, latitude);
    Tiling::WebMercatorQuad.flat(Coord { x, y }).y
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
                let exact = mercator_row(latitude);
                let units =
                    (rows.row(latitude) - exact) * f64::from(1_u32 << z) * f64::from(EXTENT);
                assert!(units.abs() < 2e-5, "{address} {latitude}: {units} units");
            }
        }
    }
}

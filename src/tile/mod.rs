//! Tiles cut from the map: GeoJSON and Mapbox Vector Tiles of any set of layers, and the `TileJSON` that describes them.
//!
//! **A feature is in a tile if and only if its shape meets the tile's box plus its buffer**
//! ([`TileAddress::reach`]), boundaries included, in the plane of longitude and latitude. The rule is the same for
//! both formats and every zoom: nothing is left out for being small, and nothing else is let in.
//!
//! **Each of them is drawn, or it is counted.** Below [`MERGE_BELOW_ZOOM`], where a layer has more than [`CROWD_LIMIT`]
//! features in a tile, points and polygons of less than four pixels are merged by blocks of eight; a block has no id and
//! one property, `merged_count`. Every other feature is drawn under its own id. `crowd` has the whole rule.
//!
//! Pure: a snapshot in, bytes out; no input or output, no clock. Start from [`TileRequest`], then [`geojson`] or [`mvt`].

pub mod address;

mod columns;
mod commands;
mod crowd;
mod cut;
mod cutter;
mod dictionary;
mod drawing;
mod generalise;
mod geojson;
mod grid;
mod membership;
mod mended;
mod mixer;
mod mvt;
mod outlines;
mod parts;
mod pieces;
mod prepared;
mod protobuf;
mod ready;
mod settle;
mod tilejson;
mod tiling;
mod tracer;

use std::fmt;

use thiserror::Error;

use crate::domain::{Feature, FieldClass, GeometryKind, LayerId, LayerSchema};
use crate::map::MapSnapshot;
use prepared::PreparedShapes;

pub use address::{AddressError, BUFFER, EXTENT, MAX_ZOOM, TileAddress, tiles_touching};
pub use crowd::MERGED_COUNT;
pub use geojson::{GeoJsonTile, geojson, quick_geojson};
pub use mvt::{mvt, quick_mvt};
pub use tilejson::tilejson;
pub use tiling::Tiling;

/// The zoom from which on every vertex is kept as it is.
pub const FULL_DETAIL_ZOOM: u8 = 17;

/// The zoom from which on every feature is drawn as itself, however many there are.
pub const MERGE_BELOW_ZOOM: u8 = 14;

/// How many features of a layer a tile below [`MERGE_BELOW_ZOOM`] draws as themselves before it merges the small ones:
/// with the attributes of a building they come to about 150 KB compressed.
pub const CROWD_LIMIT: usize = 4_000;

/// A tile that is not made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TileError {
    /// No layer was named.
    #[error("a tile needs at least one layer")]
    NoLayers,
    /// The layer is shown to nobody by way of tiles.
    #[error("layer {layer} is restricted and has no tiles")]
    Restricted {
        /// The layer.
        layer: LayerId,
    },
    /// The field is shown to nobody by way of tiles.
    #[error("field {field} of layer {layer} is restricted and is not in tiles")]
    RestrictedField {
        /// The layer.
        layer: LayerId,
        /// The field.
        field: &'static str,
    },
    /// The layer's records have no place.
    #[error("layer {layer} has no geometry and so no tiles")]
    NoGeometry {
        /// The layer.
        layer: LayerId,
    },
    /// None of the layers has the field.
    #[error("none of the layers has a field {field:?}")]
    NoSuchField {
        /// The field.
        field: &'static str,
    },
}

/// A test of one record, given by the caller.
pub type Filter<'a> = &'a dyn Fn(&LayerSchema, &Feature) -> bool;

/// What is asked of [`geojson`] and [`mvt`].
#[derive(Clone)]
pub struct TileRequest<'a> {
    /// Which layers, in the order in which they are written; a layer named twice is written once.
    pub layers: Vec<LayerId>,
    /// Which tile.
    pub address: TileAddress,
    /// Which properties; `None` for all that are not restricted. `code` and `name` count as fields.
    pub fields: Option<Vec<&'static str>>,
    /// Which records; `None` for all.
    pub filter: Option<Filter<'a>>,
    /// Whether shapes are cut to the tile, generalised for its zoom and merged where they crowd ([`geojson`] only; those
    /// of an MVT always are).
    pub clip: bool,
}

impl TileRequest<'_> {
    /// All that is to be seen of `layers` in the tile at `address`.
    pub fn new(layers: Vec<LayerId>, address: TileAddress) -> Self {
        Self {
            layers,
            address,
            fields: None,
            filter: None,
            clip: true,
        }
    }
}

impl fmt::Debug for TileRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TileRequest")
            .field("layers", &self.layers)
            .field("address", &self.address)
            .field("fields", &self.fields)
            .field("filtered", &self.filter.is_some())
            .field("clip", &self.clip)
            .finish()
    }
}

/// Prepares the shapes of every layer that has tiles, so that tiles from [`MERGE_BELOW_ZOOM`] up to
/// [`FULL_DETAIL_ZOOM`] are quick from now on; takes its time. What is prepared is prepared again whenever the snapshot's
/// indexes are built anew. Tiles look the same without.
pub fn prepare(snapshot: &MapSnapshot) {
    for table in snapshot.layers() {
        if drawable(&[table.schema().id]).is_ok() {
            table.prepare::<PreparedShapes>();
        }
    }
}

/// The layers, each once and in the order given, when all of them may be drawn.
///
/// # Errors
/// [`TileError::NoLayers`], [`TileError::Restricted`], [`TileError::NoGeometry`].
pub fn drawable(layers: &[LayerId]) -> Result<Vec<LayerId>, TileError> {
    let mut each_once: Vec<LayerId> = Vec::with_capacity(layers.len());
    for &layer in layers {
        let schema = layer.schema();
        if schema.class == FieldClass::Restricted {
            return Err(TileError::Restricted { layer });
        }
        if schema.geometry == GeometryKind::None {
            return Err(TileError::NoGeometry { layer });
        }
        if !each_once.contains(&layer) {
            each_once.push(layer);
        }
    }
    if each_once.is_empty() {
        return Err(TileError::NoLayers);
    }
    Ok(each_once)
}

//! Tiles: those of `/tiles`, and those of OGC API Tiles.
//!
//! The operations of OGC API Tiles end in the suffixes that the standard gives them, so that clients find them.

use serde_json::{Value as Json, json};

use super::super::parameters as take;
use super::super::parameters::{in_path, in_query};
use super::{DOCUMENT, JSON, MISSING, NEGOTIATED, Operation, VECTOR_TILE, get};
use crate::tile::Tiling;

const VECTOR: &[&str] = &[VECTOR_TILE, "application/geo+json"];
const TILESET: &[&str] = &[
    "application/json",
    "text/html",
    "application/vnd.mapbox.tile+json",
];
/// What an empty vector tile is.
const NOTHING: &str = "此处没有内容 (mvt)";
const PLACED: &[&str] = &["400", "403", "404", "500"];
const CUT: &[&str] = &["400", "403", "404", "406", "500"];

fn number(name: &str, description: &str) -> Json {
    in_path(
        name,
        &json!({ "type": "integer", "minimum": 0 }),
        description,
    )
}

/// What a tile shows, and how.
fn contents() -> [Json; 4] {
    [
        take::filter(),
        in_query(
            "properties",
            false,
            &take::property_list(),
            "只要这些属性，以逗号分隔",
        ),
        in_query(
            "clip",
            false,
            &json!({ "type": "boolean", "default": true }),
            "是否裁切 (geojson)",
        ),
        take::datetime(),
    ]
}

pub(super) fn plain() -> Vec<Operation> {
    let layers = || {
        in_path(
            "layers",
            &take::text(),
            "图层，以逗号分隔；说明文件以 .json 结尾",
        )
    };
    vec![
        get(
            "/tiles/{layers}",
            "tilejson",
            "瓦片的说明 (TileJSON 3.0)",
            JSON,
            PLACED,
        )
        .with([layers()]),
        get(
            "/tiles/{layers}/{z}/{x}/{y}",
            "tile",
            "一个瓦片",
            VECTOR,
            PLACED,
        )
        .or("204", NOTHING)
        .with([
            layers(),
            number("z", "级别，0 至 22"),
            number("x", "列"),
            in_path(
                "y",
                &json!({ "type": "string", "pattern": "^[0-9]+\\.(mvt|geojson)$" }),
                "行，以 .mvt 或 .geojson 结尾",
            ),
        ])
        .with(contents()),
    ]
}

fn matrix_set() -> Json {
    let ids = Tiling::ALL.map(Tiling::id);
    in_path(
        "tileMatrixSetId",
        &json!({ "type": "string", "enum": ids }),
        "瓦片矩阵集",
    )
}

/// The place of a tile: the row comes before the column.
fn place() -> [Json; 4] {
    [
        matrix_set(),
        in_path(
            "tileMatrix",
            &json!({ "type": "string", "pattern": "^[0-9]+$" }),
            "瓦片矩阵，即级别，至 22",
        ),
        number("tileRow", "行，自北而南"),
        number("tileCol", "列，自西而东"),
    ]
}

fn chosen() -> Json {
    let names = json!({ "type": "array", "minItems": 1, "items": take::layer_names() });
    in_query(
        "collections",
        false,
        &names,
        "只要这些图层，以逗号分隔，先后即叠放次序",
    )
}

pub(super) fn of_the_standard() -> Vec<Operation> {
    let document = || take::form(&["json", "html"]);
    let tileset = || take::form(&["json", "html", "tilejson"]);
    let tile = || take::form(&["mvt", "geojson"]);
    vec![
        get(
            "/api/tileMatrixSets",
            "getTileMatrixSetsList",
            "瓦片矩阵集",
            DOCUMENT,
            NEGOTIATED,
        )
        .with([document()]),
        get(
            "/api/tileMatrixSets/{tileMatrixSetId}",
            "getTileMatrixSet",
            "一个瓦片矩阵集的定义",
            DOCUMENT,
            MISSING,
        )
        .with([matrix_set(), document()]),
        get(
            "/api/tiles",
            "map.dataset.vector.getTileSetsList",
            "整个地图的矢量瓦片集",
            DOCUMENT,
            CUT,
        )
        .with([document(), chosen()]),
        get(
            "/api/tiles/{tileMatrixSetId}",
            "map.dataset.vector.getTileSet",
            "整个地图的一个矢量瓦片集",
            TILESET,
            CUT,
        )
        .with([matrix_set(), tileset(), chosen()]),
        get(
            "/api/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
            "map.dataset.vector.getTile",
            "整个地图的一个矢量瓦片",
            VECTOR,
            CUT,
        )
        .or("204", NOTHING)
        .with(place())
        .with([tile(), chosen()])
        .with(contents()),
        get(
            "/api/collections/{layer}/tiles",
            "layer.collection.vector.getTileSetsList",
            "图层的矢量瓦片集",
            DOCUMENT,
            CUT,
        )
        .with([take::layer(), document()]),
        get(
            "/api/collections/{layer}/tiles/{tileMatrixSetId}",
            "layer.collection.vector.getTileSet",
            "图层的一个矢量瓦片集",
            TILESET,
            CUT,
        )
        .with([take::layer(), matrix_set(), tileset()]),
        get(
            "/api/collections/{layer}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
            "layer.collection.vector.getTile",
            "图层的一个矢量瓦片",
            VECTOR,
            CUT,
        )
        .or("204", NOTHING)
        .with([take::layer()])
        .with(place())
        .with([tile()])
        .with(contents()),
    ]
}

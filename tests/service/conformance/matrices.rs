//! Tile matrix sets and the metadata of tilesets, OGC 17-083r4, as JSON.

use serde_json::Value as Json;

use super::tiles::{SETS, address, tileset};
use super::{Run, ask};
use crate::driver::TestService;

/// Whether each of the members is there and is of its type; one with a question mark may be absent.
fn has(value: &Json, members: &[(&str, &str)]) -> bool {
    members.iter().all(|(name, kind)| {
        let plain = name.trim_end_matches('?');
        match value.get(plain) {
            None => name.ends_with('?'),
            Some(found) => match *kind {
                "text" => found.is_string(),
                "uri" => found
                    .as_str()
                    .is_some_and(|text| text.starts_with("http://")),
                "number" => found.is_number(),
                "count" => found.as_u64().is_some(),
                "list" => found.as_array().is_some_and(|list| !list.is_empty()),
                "pair" => {
                    let pair = found.as_array().map(Vec::as_slice);
                    matches!(pair, Some([Json::Number(_), Json::Number(_)]))
                }
                "object" => found.is_object(),
                other => panic!("{other}"),
            },
        }
    })
}

const SET: [(&str, &str); 8] = [
    ("id", "text"),
    ("title", "text"),
    ("crs", "uri"),
    ("uri?", "uri"),
    ("wellKnownScaleSet?", "uri"),
    ("orderedAxes", "list"),
    ("boundingBox", "object"),
    ("tileMatrices", "list"),
];

const MATRIX: [(&str, &str); 9] = [
    ("id", "text"),
    ("scaleDenominator", "number"),
    ("cellSize", "number"),
    ("cornerOfOrigin", "text"),
    ("pointOfOrigin", "pair"),
    ("tileWidth", "count"),
    ("tileHeight", "count"),
    ("matrixWidth", "count"),
    ("matrixHeight", "count"),
];

const BOX: [(&str, &str); 3] = [
    ("lowerLeft", "pair"),
    ("upperRight", "pair"),
    ("crs", "uri"),
];

const LIMITS: [(&str, &str); 5] = [
    ("tileMatrix", "text"),
    ("minTileRow", "count"),
    ("maxTileRow", "count"),
    ("minTileCol", "count"),
    ("maxTileCol", "count"),
];

const TILESET: [(&str, &str); 9] = [
    ("title", "text"),
    ("dataType", "text"),
    ("crs", "uri"),
    ("tileMatrixSetURI?", "uri"),
    ("tileMatrixSetLimits", "list"),
    ("boundingBox", "object"),
    ("centerPoint", "object"),
    ("layers", "list"),
    ("links", "list"),
];

const LAYER: [(&str, &str); 7] = [
    ("id", "text"),
    ("dataType", "text"),
    ("geometryDimension?", "count"),
    ("minTileMatrix", "text"),
    ("maxTileMatrix", "text"),
    ("propertiesSchema", "object"),
    ("links", "list"),
];

/// Whether the tiles of each matrix together are the box of the set, and each matrix halves the one before.
fn is_a_pyramid(set: &Json) -> bool {
    let number = |value: &Json| value.as_f64().unwrap();
    let bounds = &set["boundingBox"];
    let (low, high) = (&bounds["lowerLeft"], &bounds["upperRight"]);
    let is_latitude_first = set["orderedAxes"][0] == "Lat";
    let (x, y) = if is_latitude_first { (1, 0) } else { (0, 1) };
    let mut before: Option<f64> = None;
    set["tileMatrices"]
        .as_array()
        .unwrap()
        .iter()
        .all(|matrix| {
            let cell = number(&matrix["cellSize"]);
            let side = cell * number(&matrix["tileWidth"]);
            let across = side * number(&matrix["matrixWidth"]);
            let down = side * number(&matrix["matrixHeight"]);
            let origin = &matrix["pointOfOrigin"];
            let close = |one: f64, other: f64| (one - other).abs() < 1e-9 * across;
            let halved = before.is_none_or(|before| close(before, 2.0 * cell));
            before = Some(cell);
            // 0.28 mm a pixel; a degree is a 360th of the equator
            let metres = if is_latitude_first {
                111_319.490_793_273_58
            } else {
                1.0
            };
            let scale = number(&matrix["scaleDenominator"]);
            halved
                && (scale * 0.000_28 / metres / cell - 1.0).abs() < 1e-12
                && close(number(&origin[x]), number(&low[x]))
                && close(number(&origin[y]), number(&high[y]))
                && close(number(&origin[x]) + across, number(&high[x]))
                && close(number(&origin[y]) - down, number(&low[y]))
        })
}

pub(super) async fn matrix_sets(service: &TestService, run: &mut Run) {
    let list = ask(service, "/api/tileMatrixSets").await;
    let all = list.json()["tileMatrixSets"].as_array().unwrap().clone();
    assert!(all.iter().map(|set| &set["id"]).eq(SETS));
    let (mut model, mut parsed, mut schema, mut kind) = (true, true, true, true);
    for each in &all {
        let told = ask(service, &address(service, &each["links"][0])).await;
        kind &= told.status == 200 && told.kind == "application/json";
        let set = told.json();
        parsed &= set.is_object();
        schema &= has(&set, &SET) && has(&set["boundingBox"], &BOX) && set["id"] == each["id"];
        let matrices = set["tileMatrices"].as_array().unwrap();
        schema &= matrices.iter().all(|matrix| has(matrix, &MATRIX));
        model &= is_a_pyramid(&set);
        let page = format!("/api/tileMatrixSets/{}?f=html", set["id"].as_str().unwrap());
        assert!(ask(service, &page).await.kind.starts_with("text/html"));
    }
    let missing = ask(service, "/api/tileMatrixSets/Moon").await;
    assert!(missing.is_problem(404), "{}", missing.text);
    run.class("tms/2.0/conf/tilematrixset");
    run.check("model", model && schema);
    run.class("tms/2.0/conf/json-tilematrixset");
    run.check("model", model);
    run.check("ietf", parsed);
    run.check("schema", schema);
    run.check("media-type", kind);
}

pub(super) async fn metadata(service: &TestService, run: &mut Run) {
    let (mut model, mut parsed, mut schema, mut kind) = (true, true, true, true);
    let (mut limited, mut limits_schema, mut identified) = (true, true, true);
    for of in [
        "/api",
        "/api/collections/grids",
        "/api/collections/risk_points",
    ] {
        for set in SETS {
            let told = tileset(service, of, set).await;
            kind &= told.kind == "application/json";
            let told = told.json();
            parsed &= told.is_object();
            schema &= has(&told, &TILESET) && has(&told["boundingBox"], &BOX);
            let layers = told["layers"].as_array().unwrap();
            for layer in layers {
                schema &= has(layer, &LAYER);
                let properties = &layer["propertiesSchema"];
                schema &= properties["type"] == "object" && properties["properties"].is_object();
                model &= layer["dataType"] == "vector";
            }
            model &= told["dataType"] == "vector" && (of == "/api") == (layers.len() > 1);

            let definition =
                told["links"].as_array().unwrap().iter().find(|link| {
                    link["rel"] == "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
                });
            let definition = ask(service, &address(service, definition.unwrap()))
                .await
                .json();
            identified &= definition["id"] == set && definition["crs"] == told["crs"];

            // each matrix of the set once, and no tile beyond it
            let limits = told["tileMatrixSetLimits"].as_array().unwrap();
            limits_schema &= limits.iter().all(|each| has(each, &LIMITS));
            let matrices = definition["tileMatrices"].as_array().unwrap();
            limited &= limits.len() == matrices.len();
            for (limit, matrix) in limits.iter().zip(matrices) {
                let number = |value: &Json| value.as_u64().unwrap();
                limited &= limit["tileMatrix"] == matrix["id"]
                    && number(&limit["minTileRow"]) <= number(&limit["maxTileRow"])
                    && number(&limit["maxTileRow"]) < number(&matrix["matrixHeight"])
                    && number(&limit["minTileCol"]) <= number(&limit["maxTileCol"])
                    && number(&limit["maxTileCol"]) < number(&matrix["matrixWidth"]);
            }
        }
    }
    run.class("tms/2.0/conf/tilematrixsetlimits");
    run.check("model", limited);
    run.class("tms/2.0/conf/json-tilematrixsetlimits");
    run.check("model", limited);
    run.check("ietf", parsed);
    run.check("schema", limits_schema);
    run.class("tms/2.0/conf/tilesetmetadata");
    run.check("identifier", identified);
    run.check("model", model);
    run.class("tms/2.0/conf/json-tilesetmetadata");
    run.check("model", model);
    run.check("ietf", parsed);
    run.check("schema", schema);
    run.check("media-type", kind);
}

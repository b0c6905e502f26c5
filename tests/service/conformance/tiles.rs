//! OGC API Tiles Part 1 (20-057): tilesets and their tiles. `matrices.rs` has the documents of 17-083r4.

use std::f64::consts::{PI, TAU};

use geojson::GeoJson;
use serde_json::Value as Json;

use super::{Run, Told, ask, ask_for, links};
use crate::decode::{Layer, area2, decode};
use crate::driver::TestService;

const REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/";
const MVT: &str = "application/vnd.mapbox-vector-tile";
const GEOJSON: &str = "application/geo+json";
pub(super) const SETS: [&str; 2] = ["WebMercatorQuad", "CGCS2000Quad"];

/// Row and column of the tile of zoom `z` that holds the place, by the rules of the two sets alone.
pub(super) fn tile_of(set: &str, lon: f64, lat: f64, z: u32) -> (u32, u32) {
    let many = f64::from(1_u32 << z);
    let y = if set == "WebMercatorQuad" {
        (1.0 - lat.to_radians().tan().asinh() / PI) / 2.0
    } else {
        (90.0 - lat) / 360.0
    };
    ((y * many) as u32, ((lon + 180.0) / 360.0 * many) as u32)
}

/// A tile as bytes.
async fn bytes(service: &TestService, path: &str) -> (u16, String, Vec<u8>) {
    let answer = service.request(reqwest::Method::GET, path).send();
    let answer = answer.await.unwrap();
    let kind = answer.headers().get("content-type");
    let kind = kind.map_or("", |kind| kind.to_str().unwrap()).to_owned();
    let status = answer.status().as_u16();
    (status, kind, answer.bytes().await.unwrap().to_vec())
}

/// The first link of `document` with this relation and media type.
fn link(document: &Json, rel: &str, kind: &str) -> Option<Json> {
    let mut all = document["links"].as_array()?.iter();
    all.find(|link| link["rel"] == rel && (kind.is_empty() || link["type"] == kind))
        .cloned()
}

/// The address of a link on this service.
pub(super) fn address(service: &TestService, link: &Json) -> String {
    let whole = link["href"].as_str().unwrap_or_default();
    whole
        .strip_prefix(&service.url)
        .unwrap_or_default()
        .to_owned()
}

/// The template of a tileset's tiles with its variables filled in.
fn filled(
    service: &TestService,
    tileset: &Json,
    kind: &str,
    (z, row, column): (u32, u32, u32),
) -> String {
    let template = link(tileset, "item", kind).unwrap_or_default();
    address(service, &template)
        .replace("{tileMatrix}", &z.to_string())
        .replace("{tileRow}", &row.to_string())
        .replace("{tileCol}", &column.to_string())
}

pub(super) async fn tileset(service: &TestService, of: &str, set: &str) -> Told {
    ask(service, &format!("{of}/tiles/{set}")).await
}

/// The middle of the layer, where something is drawn.
async fn middle(service: &TestService) -> (f64, f64) {
    let layer = ask(service, "/api/collections/grids").await.json();
    let extent = layer["extent"]["spatial"]["bbox"][0].clone();
    let [west, south, east, north]: [f64; 4] = serde_json::from_value(extent).unwrap();
    (f64::midpoint(west, east), f64::midpoint(south, north))
}

pub(super) async fn core(service: &TestService, run: &mut Run) {
    run.class("ogcapi-tiles-1/1.0/conf/core");
    let claimed = ask(service, "/api/conformance").await.json();
    let claims = claimed["conformsTo"].as_array().unwrap();
    let class = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core";
    run.check(
        "conformance-success",
        claims.iter().any(|each| each == class),
    );

    let (lon, lat) = middle(service).await;
    let (mut answered, mut right, mut wrong) = (true, true, true);
    for set in SETS {
        let told = tileset(service, "/api/collections/grids", set).await.json();
        for z in [11, 14, 17] {
            let (row, column) = tile_of(set, lon, lat, z);
            let at = |kind| filled(service, &told, kind, (z, row, column));
            let (status, kind, tile) = bytes(service, &at(MVT)).await;
            answered &= status == 200 && kind == MVT;
            let layers = decode(&tile);
            right &= layers.len() == 1 && layers[0].name == "grids";
            let said = ask(service, &at(GEOJSON)).await;
            answered &= said.status == 200 && said.kind == GEOJSON;
            right &= same_records(&layers[0], &said.json());
            right &= inside(set, (z, row, column), &said.json());
            // the same by the header
            let bare = at(MVT).replace("?f=mvt", "");
            right &= ask_for(service, &bare, Some(GEOJSON)).await.text == said.text;
            right &= ask_for(service, &bare, Some(MVT)).await.kind == MVT;
            wrong &= ask_for(service, &bare, Some("image/png"))
                .await
                .is_problem(406);
        }
        // outside the matrix, no such matrix, nothing there
        let rows = if set == "WebMercatorQuad" {
            16_384
        } else {
            8_192
        };
        for (place, status) in [
            ((14, rows, 0), 404),
            ((14, 0, 16_384), 404),
            ((23, 0, 0), 404),
            ((14, rows - 1, 0), 204),
        ] {
            let (said, ..) = bytes(service, &filled(service, &told, MVT, place)).await;
            wrong &= said == status;
        }
        let empty = ask(service, &filled(service, &told, GEOJSON, (14, 0, 0))).await;
        wrong &= empty.status == 200 && empty.json()["features"].as_array().unwrap().is_empty();
    }
    let before_the_first = "/api/collections/grids/tiles/CGCS2000Quad/0/0/0";
    wrong &= ask(service, before_the_first).await.is_problem(404);
    run.check("tc-op", answered);
    run.check("tc-success", right);
    run.check("tc-error", wrong);

    let document = ask(service, "/api/openapi.json").await.json();
    let tile = "/api/collections/{layer}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}";
    let parameters = document["paths"][tile]["get"]["parameters"].clone();
    let defined = |name: &str| {
        let mut all = parameters.as_array().unwrap().iter();
        all.any(|each| each["name"] == name && each["in"] == "path" && each["required"] == true)
    };
    run.check("tc-tilematrix-definition", defined("tileMatrix"));
    run.check("tc-tilerow-definition", defined("tileRow"));
    run.check("tc-tilecol-definition", defined("tileCol"));
}

fn same_records(layer: &Layer, said: &Json) -> bool {
    let said = said["features"].as_array().unwrap().iter();
    let ids: Vec<u64> = said.filter_map(|each| each["id"].as_u64()).collect();
    !ids.is_empty() && layer.ids() == ids
}

/// Whether all that is in the tile is within its box and a sixty-fourth of its side around it.
fn inside(set: &str, (z, row, column): (u32, u32, u32), said: &Json) -> bool {
    let positions = |shape: &Json| -> Vec<(f64, f64)> {
        let mut rest = vec![shape["coordinates"].clone()];
        let mut found = Vec::new();
        while let Some(each) = rest.pop() {
            match each.as_array().unwrap().as_slice() {
                [Json::Number(x), Json::Number(y)] => {
                    found.push((x.as_f64().unwrap(), y.as_f64().unwrap()));
                }
                parts => rest.extend_from_slice(parts),
            }
        }
        found
    };
    let degrees = 360.0 / f64::from(1_u32 << z);
    let features = said["features"].as_array().unwrap();
    let mut all = features
        .iter()
        .flat_map(|each| positions(&each["geometry"]));
    all.all(|(x, y)| {
        let side = degrees / 60.0;
        let west = f64::from(column) * degrees - 180.0;
        let across = west - side < x && x < west + degrees + side;
        let near = [y - side, y, y + side].map(|lat| tile_of(set, x, lat, z).0);
        across && near.contains(&row)
    })
}

pub(super) async fn tilesets(service: &TestService, run: &mut Run) {
    run.class("ogcapi-tiles-1/1.0/conf/tilesets-list");
    let (mut listed, mut described) = (true, true);
    for of in [
        "/api",
        "/api/collections/grids",
        "/api/collections/facilities",
    ] {
        let list = ask(service, &format!("{of}/tiles")).await;
        listed &= list.status == 200 && list.kind == "application/json";
        let list = list.json();
        let all = list["tilesets"].as_array().unwrap();
        listed &= all.len() == SETS.len();
        for (each, set) in all.iter().zip(SETS) {
            let own = address(service, &link(each, "self", "").unwrap_or_default());
            let scheme = link(each, &format!("{REL}tiling-scheme"), "application/json");
            listed &= own == format!("{of}/tiles/{set}") && scheme.is_some();
            let full = ask(service, &own).await;
            described &= full.status == 200 && full.kind == "application/json";
            let full = full.json();
            for name in ["title", "dataType", "crs", "tileMatrixSetURI"] {
                listed &= each[name] == full[name];
            }
            listed &= each["dataType"] == "vector" && each["crs"].is_string();
            described &= is_described(service, &full, set).await;
        }
        listed &= ask(service, &format!("{of}/tiles?f=html"))
            .await
            .kind
            .starts_with("text/html");
    }
    run.check("tileset-links", listed);
    run.class("ogcapi-tiles-1/1.0/conf/tileset");
    // TileJSON where it can be
    let of = "/api/collections/grids/tiles";
    let told = ask(service, &format!("{of}/WebMercatorQuad?f=tilejson")).await;
    let tilejson = told.json();
    described &= told.kind == "application/vnd.mapbox.tile+json" && tilejson["tilejson"] == "3.0.0";
    let template = tilejson["tiles"][0].as_str().unwrap();
    described &= template.ends_with("/WebMercatorQuad/{z}/{y}/{x}?f=mvt");
    described &= ask(service, &format!("{of}/CGCS2000Quad?f=tilejson"))
        .await
        .is_problem(400);
    run.check("description", described);
}

async fn is_described(service: &TestService, full: &Json, set: &str) -> bool {
    let registered = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad";
    let mut right = if set == "WebMercatorQuad" {
        full["tileMatrixSetURI"] == registered
    } else {
        full.get("tileMatrixSetURI").is_none()
    };
    let scheme = link(full, &format!("{REL}tiling-scheme"), "application/json");
    let scheme = ask(service, &address(service, &scheme.unwrap_or_default())).await;
    right &= scheme.status == 200 && scheme.json()["id"] == set;
    for kind in [MVT, GEOJSON] {
        let item = link(full, "item", kind).unwrap_or_default();
        let href = item["href"].as_str().unwrap_or_default();
        let variables = ["{tileMatrix}", "{tileRow}", "{tileCol}"];
        right &= item["templated"] == true && variables.iter().all(|each| href.contains(each));
    }
    right
}

pub(super) async fn resources(service: &TestService, run: &mut Run) {
    let vector = format!("{REL}tilesets-vector");
    run.class("ogcapi-tiles-1/1.0/conf/dataset-tilesets");
    let root = ask(service, "/api").await.json();
    let tilesets = link(&root, &vector, "application/json").unwrap_or_default();
    run.check("landingpage", address(service, &tilesets) == "/api/tiles");
    let list = ask(service, "/api/tiles").await.json();
    run.check(
        "operation",
        !list["tilesets"].as_array().unwrap().is_empty(),
    );
    assert!(links(
        &root,
        &format!("{REL}tiling-schemes"),
        "application/json"
    ));

    run.class("ogcapi-tiles-1/1.0/conf/geodata-tilesets");
    let collections = ask(service, "/api/collections").await.json();
    let (mut linked, mut there) = (true, true);
    for collection in collections["collections"].as_array().unwrap() {
        let id = collection["id"].as_str().unwrap();
        let path = format!("/api/collections/{id}/tiles");
        let list = ask(service, &path).await;
        match link(collection, &vector, "application/json") {
            Some(found) => {
                linked &= address(service, &found) == path;
                there &= list.status == 200;
            }
            // what nobody may draw, and what has no place
            None => there &= list.is_problem(403) || list.is_problem(404),
        }
    }
    run.check("desc-links", linked);
    run.check("operation", there);

    run.class("ogcapi-tiles-1/1.0/conf/collections-selection");
    let (lon, lat) = middle(service).await;
    let (mut taken, mut chosen) = (true, true);
    for set in SETS {
        let (row, column) = tile_of(set, lon, lat, 15);
        let path = format!("/api/tiles/{set}/15/{row}/{column}");
        let names = |tile: &[u8]| -> Vec<String> {
            decode(tile).into_iter().map(|layer| layer.name).collect()
        };
        let (status, _, tile) =
            bytes(service, &format!("{path}?collections=buildings,grids")).await;
        taken &= status == 200;
        chosen &= names(&tile) == ["buildings", "grids"];
        let (_, _, tile) = bytes(service, &path).await;
        chosen &= names(&tile).len() > 5 && !names(&tile).iter().any(|name| name == "households");
        let of = format!("/api/tiles/{set}?collections=buildings,grids");
        let told = ask(service, &of).await;
        taken &= told.status == 200;
        let told = told.json();
        let layers = told["layers"].as_array().unwrap();
        chosen &= layers
            .iter()
            .map(|layer| &layer["id"])
            .eq(["buildings", "grids"]);
        // what the description offers is of the same layers
        let (_, _, tile) = bytes(service, &filled(service, &told, MVT, (15, row, column))).await;
        chosen &= names(&tile) == ["buildings", "grids"];
        taken &= ask(service, &format!("{path}?collections=moon"))
            .await
            .is_problem(400);
        taken &= ask(service, &format!("{path}?collections=households"))
            .await
            .is_problem(403);
    }
    run.check("query-collections", taken);
    run.check("collections-response", chosen);
}

pub(super) async fn forms(service: &TestService, run: &mut Run) {
    let (lon, lat) = middle(service).await;
    let (mut drawn, mut said) = (true, true);
    for set in SETS {
        let (row, column) = tile_of(set, lon, lat, 16);
        let of = "/api/collections/entrances/tiles";
        let path = format!("{of}/{set}/16/{row}/{column}");
        let (_, kind, tile) = bytes(service, &path).await;
        let layers = decode(&tile);
        drawn &= kind == MVT && layers.len() == 1 && layers[0].extent == 4096;
        let told = ask(service, &format!("{path}?f=geojson")).await;
        said &= told.kind == GEOJSON;
        let Ok(GeoJson::FeatureCollection(collection)) = told.text.parse() else {
            panic!("{}", told.text);
        };
        for (feature, written) in layers[0].features.iter().zip(&collection.features) {
            drawn &= feature.kind == 1 && feature.parts[0].len() == 1;
            // longitude and latitude whatever the tiling; the tile's own units are linear in its reference system
            let geometry = serde_json::to_value(written.geometry.as_ref().unwrap()).unwrap();
            let at: [f64; 2] = serde_json::from_value(geometry["coordinates"].clone()).unwrap();
            said &= (at[0] - lon).abs() < 1.0 && (at[1] - lat).abs() < 1.0;
            let (x, y) = feature.parts[0][0];
            let many = 65_536.0;
            let across = (at[0] + 180.0) / 360.0 * many - f64::from(column);
            let down = if set == "CGCS2000Quad" {
                (90.0 - at[1]) / 360.0
            } else {
                let metres = at[1].to_radians().tan().asinh();
                0.5 - metres / TAU
            };
            let down = down * many - f64::from(row);
            drawn &= (across * 4096.0 - x as f64).abs() < 0.51;
            drawn &= (down * 4096.0 - y as f64).abs() < 0.51;
        }
        said &= !collection.features.is_empty();
        // areas are outlines with their holes, and nothing has no area
        let areas = format!("/api/collections/grids/tiles/{set}/16/{row}/{column}");
        let (_, _, tile) = bytes(service, &areas).await;
        for feature in decode(&tile).iter().flat_map(|layer| &layer.features) {
            let polygons = feature.polygons();
            drawn &= feature.kind == 3 && !polygons.is_empty();
            drawn &= polygons.iter().all(|rings| area2(&rings[0]) > 0);
        }
    }
    run.class("ogcapi-tiles-1/1.0/conf/mvt");
    run.check("content", drawn);
    run.class("ogcapi-tiles-1/1.0/conf/geojson");
    run.check("content", said);
}

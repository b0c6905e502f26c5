//! Tiles small enough to work out by hand.

use minqing::domain::LayerId;
use minqing::geometry::{Coord, LineString, Point, Polygon};
use minqing::tile::{TileAddress, TileError, TileRequest, geojson, mvt, tilejson};
use serde_json::{Value, json};

use crate::decode::{Scalar, area2, decode};
use crate::map::{feature, snapshot, with};

/// The corner that four tiles of zoom 14 share, and a square around it that reaches a quarter into each.
fn square_across_four_tiles() -> (Polygon, [TileAddress; 4]) {
    let tiles = [(13149, 6518), (13150, 6518), (13149, 6519), (13150, 6519)]
        .map(|(x, y)| TileAddress::new(14, x, y).unwrap());
    let (first, last) = (tiles[0].bounds(), tiles[3].bounds());
    // The middles of zoom-16 tiles: a quarter of a zoom-14 tile from the corner.
    let corner_of = |dx: u32, dy: u32| {
        TileAddress::new(16, 13150 * 4 - 1 + dx, 6519 * 4 - 1 + dy)
            .unwrap()
            .bounds()
    };
    let (north_west, south_east) = (corner_of(0, 0), corner_of(1, 1));
    assert!(
        first.holds(
            minqing::geometry::BBox::new(
                north_west.west,
                north_west.north,
                first.east,
                north_west.north
            )
            .unwrap()
        )
    );
    assert!(last.east > south_east.east);
    let ring: LineString = vec![
        (north_west.west, south_east.south),
        (south_east.east, south_east.south),
        (south_east.east, north_west.north),
        (north_west.west, north_west.north),
        (north_west.west, south_east.south),
    ]
    .into();
    (Polygon::new(ring, vec![]), tiles)
}

#[test]
fn a_square_across_four_tiles_is_a_quarter_in_each() {
    let (square, tiles) = square_across_four_tiles();
    let map = snapshot([(LayerId::BUILDINGS, feature(LayerId::BUILDINGS, 7, square))]);
    // 1024 units of the square reach into each tile, and 64 beyond the tile's edge.
    let expected = [
        [(3072, 3072), (4160, 4160)],
        [(-64, 3072), (1024, 4160)],
        [(3072, -64), (4160, 1024)],
        [(-64, -64), (1024, 1024)],
    ];
    for (address, [low, high]) in tiles.into_iter().zip(expected) {
        let request = TileRequest::new(vec![LayerId::BUILDINGS], address);
        let layers = decode(&mvt(&map, &request).unwrap());
        assert_eq!((layers.len(), layers[0].name.as_str()), (1, "buildings"));
        let drawn = &layers[0].features[0];
        assert_eq!(
            (drawn.id, drawn.kind, drawn.parts.len()),
            (Some(7), 3, 1),
            "{address}"
        );
        let mut corners = drawn.parts[0].clone();
        assert_eq!(
            area2(&corners),
            2 * 1088 * 1088,
            "outlines are positive, y downwards"
        );
        corners.sort_unstable();
        assert_eq!(
            corners,
            [low, (low.0, high.1), (high.0, low.1), high],
            "{address}"
        );

        let tile = geojson(&map, &request).unwrap();
        assert_eq!((tile.matched, tile.returned), (1, 1));
        let document: Value = serde_json::from_slice(&tile.body).unwrap();
        assert_eq!(document["features"][0]["id"], 7);
        assert_eq!(document["features"][0]["geometry"]["type"], "Polygon");
    }
}

#[test]
fn properties_are_typed_and_unknown_ones_are_left_out() {
    let layer = LayerId::BUILDINGS;
    let (square, tiles) = square_across_four_tiles();
    let mut building = feature(layer, 9, square);
    building.name = "1号楼 \"东\"".into();
    let building = with(building, layer, "storeys", 6_i64);
    let building = with(building, layer, "height_m", 18.5);
    let building = with(building, layer, "under_watch", true);
    let building = with(building, layer, "safety_grade", "C");
    let building = with(
        building,
        layer,
        "appraised_on",
        jiff::civil::date(2026, 3, 5),
    );
    let map = snapshot([(layer, building)]);
    let mut request = TileRequest::new(vec![layer], tiles[0]);
    let document = |request: &TileRequest<'_>| -> Value {
        serde_json::from_slice(&geojson(&map, request).unwrap().body).unwrap()
    };
    assert_eq!(
        document(&request)["features"][0]["properties"],
        json!({
            "layer": "buildings", "code": "buildings-9", "name": "1号楼 \"东\"", "storeys": 6, "height_m": 18.5,
            "safety_grade": "C", "appraised_on": "2026-03-05", "under_watch": true,
        })
    );
    let text = |text: &str| Scalar::Text(text.to_owned());
    let named = |pairs: &[(&str, Scalar)]| -> Vec<(String, Scalar)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect()
    };
    assert_eq!(
        decode(&mvt(&map, &request).unwrap())[0].features[0].properties,
        named(&[
            ("code", text("buildings-9")),
            ("name", text("1号楼 \"东\"")),
            ("storeys", Scalar::Signed(6)),
            ("height_m", Scalar::Double(18.5)),
            ("safety_grade", text("C")),
            ("appraised_on", text("2026-03-05")),
            ("under_watch", Scalar::Boolean(true)),
        ])
    );
    request.fields = Some(vec!["built_year", "storeys"]);
    assert_eq!(
        document(&request)["features"][0]["properties"],
        json!({"layer": "buildings", "storeys": 6, "built_year": null})
    );
    assert_eq!(
        decode(&mvt(&map, &request).unwrap())[0].features[0].properties,
        named(&[("storeys", Scalar::Signed(6))])
    );
}

#[test]
fn restricted_records_and_fields_never_leave() {
    let (square, tiles) = square_across_four_tiles();
    let door = tiles[0].bounds();
    let entrance = feature(LayerId::ENTRANCES, 1, Point::new(door.east, door.south));
    let entrance = with(entrance, LayerId::ENTRANCES, "doors_per_floor", 2_i64);
    let map = snapshot([
        (LayerId::HOUSEHOLDS, feature(LayerId::HOUSEHOLDS, 1, square)),
        (LayerId::ENTRANCES, entrance),
    ]);
    let refused = |layers: Vec<LayerId>, fields: Option<Vec<&'static str>>| {
        let mut request = TileRequest::new(layers, tiles[0]);
        request.fields = fields;
        let refusal = geojson(&map, &request).unwrap_err();
        assert_eq!(mvt(&map, &request).unwrap_err(), refusal);
        refusal
    };
    let layer = LayerId::HOUSEHOLDS;
    assert_eq!(
        refused(vec![LayerId::GRIDS, layer], None),
        TileError::Restricted { layer }
    );
    assert_eq!(
        tilejson(&[layer], "", None).unwrap_err(),
        TileError::Restricted { layer }
    );
    let layer = LayerId::POSTS;
    assert_eq!(refused(vec![layer], None), TileError::NoGeometry { layer });
    assert_eq!(refused(vec![], None), TileError::NoLayers);
    let (layer, field) = (LayerId::ENTRANCES, "doors_per_floor");
    assert_eq!(
        refused(vec![layer], Some(vec![field])),
        TileError::RestrictedField { layer, field }
    );
    assert_eq!(
        refused(vec![layer], Some(vec!["colour"])),
        TileError::NoSuchField { field: "colour" }
    );

    let request = TileRequest::new(vec![LayerId::ENTRANCES], tiles[0]);
    let body = String::from_utf8(geojson(&map, &request).unwrap().body).unwrap();
    assert!(
        body.contains("\"entrances-1\"") && !body.contains("doors_per_floor"),
        "{body}"
    );
    let layers = decode(&mvt(&map, &request).unwrap());
    assert_eq!(layers[0].keys, ["code"]);
    let described = tilejson(&[LayerId::ENTRANCES], "", None).unwrap();
    assert!(
        described["vector_layers"][0]["fields"]
            .get("doors_per_floor")
            .is_none()
    );
}

#[test]
fn an_empty_tile_is_no_bytes_or_an_empty_collection() {
    let map = snapshot([]);
    let request = TileRequest::new(
        vec![LayerId::GRIDS, LayerId::ROADS],
        TileAddress::new(0, 0, 0).unwrap(),
    );
    assert_eq!(mvt(&map, &request).unwrap(), b"");
    assert_eq!(
        String::from_utf8(geojson(&map, &request).unwrap().body).unwrap(),
        r#"{"type":"FeatureCollection","features":[],"numberMatched":0,"numberReturned":0}"#
    );
}

#[test]
fn a_filter_decides_in_both_formats_and_layers_come_in_the_order_asked() {
    let layer = LayerId::FACILITIES;
    let place = TileAddress::new(16, 52603, 26075).unwrap().bounds();
    let at = |id| feature(layer, id, Point::new(place.west, place.north));
    let road: LineString = vec![(place.west, place.north), (place.east, place.south)].into();
    let map = snapshot([
        (layer, at(3)),
        (layer, at(1)),
        (layer, at(2)),
        (LayerId::ROADS, feature(LayerId::ROADS, 4, road)),
    ]);
    let odd =
        |_: &minqing::domain::LayerSchema, feature: &minqing::domain::Feature| feature.id.0 != 2;
    let mut request = TileRequest::new(
        vec![LayerId::ROADS, layer, layer],
        TileAddress::new(16, 52603, 26075).unwrap(),
    );
    request.filter = Some(&odd);
    let layers = decode(&mvt(&map, &request).unwrap());
    let names: Vec<_> = layers
        .iter()
        .map(|layer| (layer.name.as_str(), layer.ids()))
        .collect();
    assert_eq!(names, [("roads", vec![4]), ("facilities", vec![1, 3])]);
    let tile = geojson(&map, &request).unwrap();
    assert_eq!((tile.matched, tile.returned), (3, 3));
}

#[test]
fn whole_features_keep_every_vertex_and_reach_beyond_the_tile() {
    let (square, tiles) = square_across_four_tiles();
    let corners: Vec<Coord> = square.exterior().0.clone();
    let map = snapshot([(LayerId::GRIDS, feature(LayerId::GRIDS, 1, square))]);
    let mut request = TileRequest::new(vec![LayerId::GRIDS], tiles[0]);
    request.clip = false;
    let document: Value = serde_json::from_slice(&geojson(&map, &request).unwrap().body).unwrap();
    let ring = document["features"][0]["geometry"]["coordinates"][0]
        .as_array()
        .unwrap();
    assert_eq!(ring.len(), corners.len());
    for (written, corner) in ring.iter().zip(corners) {
        assert!((written[0].as_f64().unwrap() - corner.x).abs() <= 5e-8);
        assert!((written[1].as_f64().unwrap() - corner.y).abs() <= 5e-8);
    }
}

#[test]
fn tilejson_describes_the_layers_in_chinese() {
    let extent = minqing::geometry::BBox::new(108.9, 34.2, 109.0, 34.3).unwrap();
    let document = tilejson(
        &[LayerId::GRIDS, LayerId::RISK_POINTS],
        "http://127.0.0.1:8080/tiles/grids,risk_points/{z}/{x}/{y}.mvt",
        Some(extent),
    )
    .unwrap();
    assert_eq!(document["tilejson"], "3.0.0");
    assert_eq!(
        document["tiles"],
        json!(["http://127.0.0.1:8080/tiles/grids,risk_points/{z}/{x}/{y}.mvt"])
    );
    assert_eq!(document["bounds"], json!([108.9, 34.2, 109.0, 34.3]));
    assert_eq!(document["vector_layers"][0]["id"], "grids");
    assert_eq!(
        document["vector_layers"][0]["fields"]["kind"],
        "网格类型(basic 基础网格,dedicated 专属网格)"
    );
    assert_eq!(document["vector_layers"][1]["description"], "风险点");
}

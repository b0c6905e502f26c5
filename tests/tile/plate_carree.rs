//! Tiles of the grid of CGCS2000: the coordinates of a vector tile are linear in degrees, and what others read in them is
//! where it is.

use std::f64::consts::TAU;
use std::process::Command;

use geo::{Distance, Euclidean, MapCoords};
use minqing::domain::LayerId;
use minqing::geometry::{BBox, Coord, Geometry, LineString, MultiPolygon, Point, Polygon};
use minqing::map::MapSnapshot;
use minqing::tile::{
    EXTENT, MAX_ZOOM, TileAddress, TileRequest, Tiling, geojson, mvt, prepare, quick_mvt,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::decode::decode;
use crate::map::{feature, snapshot};
use crate::shapes::{root, shape};

const LAYER: LayerId = LayerId::RISK_POINTS;
const GRID: Tiling = Tiling::Cgcs2000Quad;

/// The tile of `z` that holds the place.
fn tile_at(place: Coord, z: u8) -> TileAddress {
    let at = BBox::new(place.x, place.y, place.x, place.y).unwrap();
    let holds = |tile: &TileAddress| tile.bounds().holds(at);
    GRID.touching(at, z).find(holds).unwrap()
}

/// A shape of a tile on the earth, by the straight rule of the grid alone.
fn on_the_earth(address: TileAddress, at: (i64, i64)) -> Coord {
    let degrees = 360.0 / f64::from(1_u32 << address.z());
    let share = |unit: i64| unit as f64 / f64::from(EXTENT);
    Coord {
        x: -180.0 + (f64::from(address.x()) + share(at.0)) * degrees,
        y: 90.0 - (f64::from(address.y()) + share(at.1)) * degrees,
    }
}

proptest! {
    #![proptest_config(Config { cases: 200, ..Config::default() })]
    #[test]
    fn a_point_is_drawn_where_its_degrees_say(x in -180.0..180.0_f64, y in -90.0..90.0_f64, z in 1..=MAX_ZOOM) {
        let place = Coord { x, y };
        let map = snapshot([(LAYER, feature(LAYER, 1, Point(place)))]);
        let address = tile_at(place, z);
        let tile = decode(&mvt(&map, &TileRequest::new(vec![LAYER], address)).unwrap());
        let drawn = on_the_earth(address, tile[0].features[0].parts[0][0]);
        let unit = 360.0 / f64::from(1_u32 << z) / f64::from(EXTENT);
        let apart = (drawn.x - x).abs().max((drawn.y - y).abs());
        prop_assert!(apart <= unit * 0.500_01, "{address}: {} units", apart / unit);
    }

    #[test]
    fn an_address_is_the_tile_at_the_middle_of_its_box(z in 1..=MAX_ZOOM, x in 0.0..1.0_f64, y in 0.0..1.0_f64) {
        let (columns, rows) = GRID.size(z).unwrap();
        let of = |share: f64, count: u32| (share * f64::from(count)) as u32;
        let tile = TileAddress::new_in(GRID, z, of(x, columns), of(y, rows)).unwrap();
        let bounds = tile.bounds();
        let middle = Coord {
            x: f64::midpoint(bounds.west, bounds.east),
            y: f64::midpoint(bounds.south, bounds.north),
        };
        prop_assert_eq!(tile_at(middle, z), tile);
        let side = 360.0 / f64::from(columns);
        prop_assert!((bounds.east - bounds.west - side).abs() < 1e-12 && (bounds.north - bounds.south - side).abs() < 1e-12);
    }
}

/// The farthest that a vertex of `line` lies from the outlines of `shape`.
fn farthest(line: &LineString, shape: &Geometry) -> f64 {
    let each = line.0.iter().map(|at| match shape {
        Geometry::Polygon(polygon) => {
            let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
            let near = rings.map(|ring| Euclidean.distance(&Point::from(*at), ring));
            near.fold(f64::INFINITY, f64::min)
        }
        other => Euclidean.distance(&Geometry::Point(Point::from(*at)), other),
    });
    each.fold(0.0, f64::max)
}

/// Every shape that is drawn in the tile lies where the shape of its record does.
fn look(shapes: &[Geometry], map: &MapSnapshot, address: TileAddress) -> Result<(), TestCaseError> {
    let request = TileRequest::new(vec![LAYER], address);
    let unit = 360.0 / f64::from(1_u32 << address.z()) / f64::from(EXTENT);
    let in_units = |at: Coord| Coord {
        x: at.x / unit,
        y: at.y / unit,
    };
    // what the buffer cuts off has vertices that the shape has not
    let is_clear = |(x, y): &&(i64, i64)| {
        let clear = -62..=4158;
        clear.contains(x) && clear.contains(y)
    };
    let tile = decode(&mvt(map, &request).unwrap());
    for drawn in tile.iter().flat_map(|layer| &layer.features) {
        let original = &shapes[drawn.id.unwrap() as usize - 1];
        let original = original.map_coords(in_units);
        for part in &drawn.parts {
            let clear = part.iter().filter(is_clear);
            let line: LineString = clear.map(|at| on_the_earth(address, *at)).collect();
            let apart = farthest(&line.map_coords(in_units), &original);
            // a shape smaller than a unit becomes the smallest one there is
            prop_assert!(apart < 3.0, "{address} {:?}: {apart} units", drawn.id);
        }
    }
    Ok(())
}

#[test]
fn shapes_are_drawn_within_a_unit_and_a_half_of_where_they_are() {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let config = Config {
        cases: 200,
        max_shrink_iters: 40,
        ..Config::default()
    };
    let cases = (prop::collection::vec(shape(), 5..15), 8..=20_u8);
    TestRunner::new_with_rng(config, rng)
        .run(&cases, |(shapes, z)| {
            let records = (1..).zip(&shapes);
            let map =
                snapshot(records.map(|(id, shape)| (LAYER, feature(LAYER, id, shape.clone()))));
            for shape in &shapes {
                let bounds = BBox::of(shape).unwrap();
                let corner = Coord {
                    x: bounds.west,
                    y: bounds.south,
                };
                look(&shapes, &map, tile_at(corner, z))?;
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn what_is_prepared_for_web_mercator_is_not_taken() {
    let place = Coord {
        x: 108.95,
        y: 34.22,
    };
    let square = BBox::new(place.x, place.y, place.x + 0.003, place.y + 0.003).unwrap();
    let of = || {
        snapshot([(
            LAYER,
            feature(LAYER, 1, MultiPolygon::from(square.polygon())),
        )])
    };
    let (plain, prepared) = (of(), of());
    prepare(&prepared);
    for z in 13..=18 {
        let request = TileRequest::new(vec![LAYER], tile_at(place, z));
        let tile = mvt(&prepared, &request).unwrap();
        assert_eq!(tile, mvt(&plain, &request).unwrap());
        // at once only where every tile is drawn at once
        let at_once = quick_mvt(&prepared, &request);
        assert_eq!(at_once.is_some(), z >= 17);
        assert!(!tile.is_empty() && at_once.is_none_or(|quick| quick == tile));
    }
}

#[test]
fn both_forms_of_a_tile_show_the_same_records() {
    let mut runner = TestRunner::deterministic();
    let shapes: Vec<Geometry> = (0..300)
        .map(|_| shape().new_tree(&mut runner).unwrap().current())
        .collect();
    let records = (1..).zip(&shapes);
    let map = snapshot(records.map(|(id, shape)| (LAYER, feature(LAYER, id, shape.clone()))));
    let ground = root().bounds();
    let mut seen = 0;
    for address in GRID.touching(ground, 15).step_by(7) {
        let request = TileRequest::new(vec![LAYER], address);
        let said: Value = serde_json::from_slice(&geojson(&map, &request).unwrap().body).unwrap();
        let said = said["features"].as_array().unwrap();
        let ids: Vec<u64> = said.iter().map(|one| one["id"].as_u64().unwrap()).collect();
        let tile = decode(&mvt(&map, &request).unwrap());
        let drawn: Vec<u64> = tile.iter().flat_map(crate::decode::Layer::ids).collect();
        assert_eq!(drawn, ids, "{address}");
        seen += ids.len();
    }
    assert!(seen > 100, "{seen}");
}

/// A star of a few metres whose rings meet everywhere once they are on the grid of a low zoom.
#[test]
fn a_shape_that_falls_together_stays_in_its_place() {
    let radii = [1.0, 0.2, 0.9, 0.15, 1.0, 0.1, 0.8, 0.2, 0.95, 0.12, 0.7];
    let corner = |at: usize, size: f64| {
        let (up, across) = (at as f64 * TAU / radii.len() as f64).sin_cos();
        Coord {
            x: 108.909_4 + across * radii[at] * size,
            y: 34.478_35 + up * radii[at] * size,
        }
    };
    for size in (0..200).map(|step| 2e-6 * 1.05_f64.powi(step)) {
        let ring = |size| LineString::new((0..radii.len()).map(|at| corner(at, size)).collect());
        let star = Polygon::new(ring(size), vec![ring(size * 0.6)]);
        let map = snapshot([(LAYER, feature(LAYER, 1, star))]);
        for tiling in Tiling::ALL {
            for z in [4, 8, 12, 16] {
                let at = BBox::new(108.909_4, 34.478_35, 108.909_4, 34.478_35).unwrap();
                let address = tiling.touching(at, z).next().unwrap();
                let tile = decode(&mvt(&map, &TileRequest::new(vec![LAYER], address)).unwrap());
                let bounds = address.bounds();
                let unit = (bounds.east - bounds.west) / f64::from(EXTENT);
                let x = (108.909_4 - bounds.west) / unit;
                for (drawn, _) in tile[0].features[0].parts.iter().flatten() {
                    let far = (*drawn as f64 - x).abs();
                    let inside = (-64.0..=4160.0).contains(&(*drawn as f64));
                    assert!(
                        inside && far <= size / unit + 2.0,
                        "{tiling} {address} {size}: {far}"
                    );
                }
            }
        }
    }
}

/// GDAL takes a folder of tiles with the grid they are of, and gives degrees back.
#[test]
fn gdal_reads_a_tile_of_the_grid_where_it_is() {
    let place = Coord {
        x: 108.954_321,
        y: 34.218_765,
    };
    let map = snapshot([(LAYER, feature(LAYER, 7, Point(place)))]);
    let address = tile_at(place, 16);
    let folder = tempfile::tempdir().unwrap();
    let file = folder
        .path()
        .join(format!("16/{}/{}.pbf", address.x(), address.y()));
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let tile = mvt(&map, &TileRequest::new(vec![LAYER], address)).unwrap();
    std::fs::write(&file, tile).unwrap();
    let fields = json!({ "code": "String" });
    let layers = json!({ "vector_layers": [{ "id": LAYER.as_str(), "fields": fields }] });
    let told = json!({
        "json": layers.to_string(), "bounds": "108.9,34.2,109.0,34.3",
        "name": "tiles", "format": "pbf", "minzoom": "16", "maxzoom": "16", "crs": "EPSG:4490",
        "tile_origin_upper_left_x": -180.0, "tile_origin_upper_left_y": 90.0, "tile_dimension_zoom_0": 360.0,
    });
    std::fs::write(folder.path().join("metadata.json"), told.to_string()).unwrap();
    let output = Command::new("ogrinfo")
        .args(["-al", "-q"])
        .arg(format!("MVT:{}/16", folder.path().display()))
        .output()
        .expect("ogrinfo is needed by this test");
    let text = String::from_utf8_lossy(&output.stdout);
    let at = text.split("POINT (").nth(1).expect(&text);
    let numbers: Vec<f64> = at
        .split([' ', ')'])
        .take(2)
        .map(|number| number.parse().unwrap())
        .collect();
    let unit = 360.0 / 65_536.0 / 4096.0;
    assert!(
        (numbers[0] - place.x).abs() <= unit && (numbers[1] - place.y).abs() <= unit,
        "{text}"
    );
}

//! GeoJSON tiles from prepared shapes look like those that are drawn anew, also after a few edits.

use std::collections::BTreeMap;

use geo::{CoordsIter, Distance, Euclidean, MapCoords};
use minqing::domain::LayerId;
use minqing::geometry::{BBox, Coord, Geometry, Point};
use minqing::map::MapSnapshot;
use minqing::tile::{
    BUFFER, EXTENT, TileAddress, TileRequest, geojson as geojson_tile, prepare, quick_geojson,
    tiles_touching,
};
use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::Value;

use crate::map::{feature, snapshot};
use crate::mended::{apply, edit, prepared_town, town_map};
use crate::prepared::APART;
use crate::shapes::shape;

/// The features of a tile in their order, without the geometries, and these by id.
type Told = (Vec<Value>, BTreeMap<i64, Geometry>);

fn told(map: &MapSnapshot, layer: LayerId, address: TileAddress) -> Told {
    let request = TileRequest::new(vec![layer], address);
    let tile = geojson_tile(map, &request).unwrap();
    if let Some(quick) = quick_geojson(map, &request) {
        assert_eq!(quick, tile, "{address}");
    }
    let mut body: Value = serde_json::from_slice(&tile.body).unwrap();
    assert_eq!(body["numberReturned"], tile.returned);
    let features = body["features"].as_array_mut().unwrap();
    let geometries = features.iter_mut().map(|feature| {
        let geometry = serde_json::from_value(feature["geometry"].take());
        let geometry: geojson::Geometry = geometry.unwrap();
        let id = feature["id"].as_i64().unwrap();
        (id, Geometry::try_from(geometry).unwrap())
    });
    let geometries = geometries.collect();
    (features.clone(), geometries)
}

/// A shape in the units of a tile, flat: good enough within a tile.
fn units(bounds: BBox, shape: &Geometry) -> Geometry {
    let extent = f64::from(EXTENT);
    shape.map_coords(|at| Coord {
        x: (at.x - bounds.west) / (bounds.east - bounds.west) * extent,
        y: (bounds.north - at.y) / (bounds.north - bounds.south) * extent,
    })
}

/// The farthest that a vertex of `one` lies from `other`, both in units; where the tile's buffer is cut off, a line that
/// runs along the cut may slip far along it.
fn farthest(one: &Geometry, other: &Geometry) -> f64 {
    let cut = f64::from(BUFFER) - APART;
    let inside = -cut..=f64::from(EXTENT) + cut;
    let vertices = one.coords_iter();
    let vertices = vertices.filter(|at| inside.contains(&at.x) && inside.contains(&at.y));
    let each = vertices.map(|at| Euclidean.distance(&Geometry::Point(Point::from(at)), other));
    each.fold(0.0, f64::max)
}

/// Holds two drawings of one tile against each other; how many shapes are the same to the last digit, and how many differ.
fn compare(one: &Told, other: &Told, address: TileAddress) -> Result<[usize; 2], TestCaseError> {
    prop_assert_eq!(&one.0, &other.0, "{}", address);
    let mut counts = [0; 2];
    for ((id, first), second) in one.1.iter().zip(other.1.values()) {
        if first == second {
            counts[0] += 1;
            continue;
        }
        counts[1] += 1;
        let [first, second] = [first, second].map(|shape| units(address.bounds(), shape));
        let apart = farthest(&first, &second).max(farthest(&second, &first));
        prop_assert!(
            apart <= APART,
            "{}: {} is {} units apart: {:?} {:?}",
            address,
            id,
            apart,
            first,
            second
        );
    }
    Ok(counts)
}

#[test]
fn prepared_shapes_are_those_drawn_anew() {
    const LAYER: LayerId = LayerId::RISK_POINTS;
    let mut counts = [0; 2];
    let config = Config {
        cases: 100,
        ..Config::default()
    };
    let shapes = prop::collection::vec(shape(), 10..30);
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let total = std::cell::RefCell::new(&mut counts);
    runner
        .run(&shapes, |shapes| {
            let map = || {
                let records = (1..).zip(&shapes);
                snapshot(records.map(|(id, shape)| (LAYER, feature(LAYER, id, shape.clone()))))
            };
            let (plain, prepared) = (map(), map());
            prepare(&prepared);
            for zoom in 14..=16 {
                for shape in &shapes {
                    let all: Vec<_> = tiles_touching(BBox::of(shape).unwrap(), zoom).collect();
                    for address in all.iter().step_by((all.len() / 6).max(1)) {
                        let [one, other] =
                            [&plain, &prepared].map(|map| told(map, LAYER, *address));
                        let [same, differ] = compare(&one, &other, *address)?;
                        let mut total = total.borrow_mut();
                        total[0] += same;
                        total[1] += differ;
                    }
                }
            }
            Ok(())
        })
        .unwrap();
    let [same, differ] = counts;
    assert!(
        differ * 10 < same,
        "{differ} differ, {same} are the same to the last digit"
    );
}

proptest! {
    #![proptest_config(Config { cases: 100, ..Config::default() })]
    #[test]
    fn a_few_edits_leave_the_tiles_of_a_new_map(
        sways in prop::collection::vec((-0.3..0.3_f64, -0.3..0.3_f64), 40..60),
        size in 0.0005..0.02_f64,
        edits in prop::collection::vec(edit(), 1..5),
    ) {
        let (mut town, map) = prepared_town(size, &sways);
        let mut boxes = Vec::new();
        for (at, edit) in edits {
            boxes.extend(apply(&map, &mut town, at, edit).unwrap().0);
        }
        let new = town_map(&town);
        for zoom in 14..=16 {
            let tiles = boxes.iter().flat_map(|window| tiles_touching(*window, zoom));
            for address in tiles {
                let request = TileRequest::new(vec![LayerId::GRIDS], address);
                prop_assert!(quick_geojson(&map.current(), &request).is_some(), "{} is drawn anew whole", address);
                prop_assert!(quick_geojson(&new, &request).is_none(), "nothing is prepared");
                let [one, other] = [&*map.current(), &new].map(|map| told(map, LayerId::GRIDS, address));
                compare(&one, &other, address)?;
            }
        }
    }
}

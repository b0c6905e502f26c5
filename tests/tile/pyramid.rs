//! Every feature that meets a tile is in it and no other, over a whole pyramid, and what is written is sound.

use std::collections::BTreeSet;

use geo::{Area, BooleanOps, Intersects, Rect, Validation};
use geojson::GeoJson;
use minqing::domain::LayerId;
use minqing::geometry::{BBox, Coord, Geometry, LineString, MultiPolygon, Point, Polygon};
use minqing::map::MapSnapshot;
use minqing::tile::{TileAddress, TileRequest, Tiling, geojson as geojson_tile, mvt, prepare};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::decode::decode;
use crate::map::{feature, snapshot};
use crate::shapes::{root, shape};

const LAYER: LayerId = LayerId::RISK_POINTS;

/// The same shapes at each run.
fn seeded(config: Config) -> TestRunner {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(config, rng)
}

/// What a tile says of itself.
struct Seen {
    ids: BTreeSet<i64>,
    shapes: Vec<(i64, Geometry)>,
}

fn rect(bounds: BBox) -> Rect {
    Rect::new((bounds.west, bounds.south), (bounds.east, bounds.north))
}

fn polygons(geometry: &Geometry) -> Option<MultiPolygon> {
    match geometry {
        Geometry::Polygon(polygon) => Some(MultiPolygon::new(vec![polygon.clone()])),
        Geometry::MultiPolygon(polygons) => Some(polygons.clone()),
        _ => None,
    }
}

fn perimeter(polygons: &MultiPolygon) -> f64 {
    let rings = polygons
        .iter()
        .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    rings
        .flat_map(LineString::lines)
        .map(|edge| edge.dx().hypot(edge.dy()))
        .sum()
}

/// Half the maps are prepared, as the service prepares its own.
fn maybe_prepared(map: MapSnapshot, is_prepared: bool) -> MapSnapshot {
    if is_prepared {
        prepare(&map);
    }
    map
}

/// Reads both formats of a tile, holds them against each other and against the originals.
fn look(map: &MapSnapshot, originals: &[Geometry], address: TileAddress) -> Seen {
    let request = TileRequest::new(vec![LAYER], address);
    let reach = address.reach();
    let expected: Vec<i64> = (1..)
        .zip(originals)
        .filter(|(_, geometry)| geometry.intersects(&rect(reach)))
        .map(|(id, _)| id)
        .collect();

    let tile = geojson_tile(map, &request).unwrap();
    let GeoJson::FeatureCollection(collection) =
        std::str::from_utf8(&tile.body).unwrap().parse().unwrap()
    else {
        panic!("not a FeatureCollection");
    };
    let shapes: Vec<(i64, Geometry)> = collection
        .features
        .iter()
        .map(|feature| {
            let Some(geojson::feature::Id::Number(id)) = &feature.id else {
                panic!("no id");
            };
            let geometry = feature.geometry.clone().unwrap();
            (id.as_i64().unwrap(), geometry.try_into().unwrap())
        })
        .collect();
    let ids: Vec<i64> = shapes.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, expected, "GeoJSON {address}");
    assert_eq!((tile.matched, tile.returned), (ids.len(), ids.len()));

    let layers = decode(&mvt(map, &request).unwrap());
    let drawn: Vec<i64> = layers
        .iter()
        .flat_map(crate::decode::Layer::ids)
        .map(|id| id as i64)
        .collect();
    assert_eq!(drawn, expected, "MVT {address}");

    // How far a position may have moved, in degrees: a unit for the generalisation, and the decimals.
    let unit = (reach.east - reach.west) / 4224.0;
    let slack = if address.z() < 17 { unit * 1.2 } else { 0.0 } + 2e-7;
    for (id, written) in &shapes {
        let original = &originals[usize::try_from(*id).unwrap() - 1];
        assert!(
            written.is_valid(),
            "{address} {id}: {written:?} of {original:?}: {:?}",
            written.check_validation()
        );
        let bounds = BBox::of(written).unwrap();
        let room = BBox {
            west: reach.west - unit - 2e-7,
            south: reach.south - unit - 2e-7,
            east: reach.east + unit + 2e-7,
            north: reach.north + unit + 2e-7,
        };
        assert!(
            room.holds(bounds),
            "{address} {id} leaves {reach:?}: {bounds:?}"
        );
        if let (Some(written), Some(original)) = (polygons(written), polygons(original)) {
            let exact = original.intersection(&rect(reach).to_polygon());
            let (area, exact_area) = (written.unsigned_area(), exact.unsigned_area());
            // What only touches the box keeps a sliver one unit wide.
            let near = original.intersection(&rect(room).to_polygon());
            let allowed = if exact_area == 0.0 {
                perimeter(&near) * unit * 1.1 + 1e-13
            } else {
                (perimeter(&exact) + 8.0 * slack) * slack
            };
            assert!(
                (area - exact_area).abs() <= allowed,
                "{address} {id}: {area} for {exact_area} allowed {allowed}"
            );
            assert!(
                written.iter().all(right_handed),
                "{address} {id}: {written:?}"
            );
        }
    }
    for drawn in layers.iter().flat_map(|layer| &layer.features) {
        look_at_drawn(
            drawn,
            address,
            &originals[usize::try_from(drawn.id.unwrap()).unwrap() - 1],
        );
    }
    Seen {
        ids: ids.into_iter().collect(),
        shapes,
    }
}

/// RFC 7946 §3.1.6: outlines anticlockwise, holes clockwise.
fn right_handed(polygon: &Polygon) -> bool {
    let ring_area = |ring: &LineString| -> f64 {
        let origin = ring.0[0];
        ring.lines()
            .map(|edge| {
                (edge.start.x - origin.x) * (edge.end.y - origin.y)
                    - (edge.end.x - origin.x) * (edge.start.y - origin.y)
            })
            .sum()
    };
    ring_area(polygon.exterior()) > 0.0
        && polygon.interiors().iter().all(|ring| ring_area(ring) < 0.0)
}

fn look_at_drawn(drawn: &crate::decode::Feature, address: TileAddress, original: &Geometry) {
    for (x, y) in drawn.parts.iter().flatten() {
        assert!(
            (-66..=4162).contains(x) && (-66..=4162).contains(y),
            "{address}: {x} {y}"
        );
    }
    let kind = match original {
        Geometry::Point(_) | Geometry::MultiPoint(_) => 1,
        Geometry::LineString(_) | Geometry::MultiLineString(_) => 2,
        _ => 3,
    };
    assert_eq!(drawn.kind, kind);
    if kind == 3 {
        let ring = |cells: &Vec<(i64, i64)>| -> LineString {
            cells
                .iter()
                .map(|(x, y)| Coord {
                    x: *x as f64,
                    y: *y as f64,
                })
                .collect()
        };
        let polygons: MultiPolygon = drawn
            .polygons()
            .iter()
            .map(|rings| Polygon::new(ring(&rings[0]), rings[1..].iter().map(ring).collect()))
            .collect();
        assert!(
            polygons.is_valid(),
            "{address}: {polygons:?}: {:?}",
            polygons.check_validation()
        );
    } else if kind == 2 {
        assert!(drawn.parts.iter().all(|line| line.len() >= 2));
    }
}

/// Looks at a tile and all below it, down to zoom 18, and at how the children cover their parent.
fn descend(map: &MapSnapshot, originals: &[Geometry], address: TileAddress) -> (Seen, usize) {
    let here = look(map, originals, address);
    let Some(children) = address.children().filter(|_| address.z() < 18) else {
        return (here, 1);
    };
    let below: Vec<_> = children
        .map(|child| (child, descend(map, originals, child)))
        .into();
    let mut together: BTreeSet<i64> = BTreeSet::new();
    for (_, (child, _)) in &below {
        assert!(
            child.ids.is_subset(&here.ids),
            "a child shows nothing its parent does not"
        );
        together.extend(&child.ids);
    }
    for (id, geometry) in (1..).zip(originals) {
        if geometry.intersects(&rect(address.bounds())) {
            assert!(together.contains(&id), "{id} of {address} is in no child");
        }
        let Some(original) =
            polygons(geometry).filter(|_| address.z() >= 16 && here.ids.contains(&id))
        else {
            continue;
        };
        // At zoom 17 and 18 nothing is generalised: what lies in the four children is what lies in the parent.
        let within = |polygons: &MultiPolygon, bounds: BBox| {
            polygons
                .intersection(&rect(bounds).to_polygon())
                .unsigned_area()
        };
        let exact = within(&original, address.bounds());
        let sum: f64 = below
            .iter()
            .flat_map(|(child, (seen, _))| {
                seen.shapes
                    .iter()
                    .filter(|(its, _)| *its == id)
                    .map(move |(_, shape)| (child, shape))
            })
            .map(|(child, shape)| within(&polygons(shape).unwrap(), child.bounds()))
            .sum();
        let rim = perimeter(&original.intersection(&rect(address.reach()).to_polygon()));
        assert!(
            (sum - exact).abs() <= (rim + 1e-6) * 4e-7,
            "{address} {id}: {sum} for {exact}"
        );
    }
    let tiles = below.iter().map(|(_, (_, tiles))| tiles).sum::<usize>() + 1;
    (here, tiles)
}

/// Roots of pyramids in and around which the shapes lie, one of each tiling.
fn roots() -> [TileAddress; 2] {
    let middle = BBox::of(&Point::from(rect(root().bounds()).center()).into()).unwrap();
    let plate = Tiling::Cgcs2000Quad.touching(middle, 12).next().unwrap();
    [root(), plate]
}

#[test]
fn a_whole_pyramid_holds_what_meets_its_tiles_and_nothing_else() {
    let config = Config {
        cases: 3,
        max_shrink_iters: 40,
        ..Config::default()
    };
    let shapes = prop::collection::vec(shape(), 20..40);
    seeded(config)
        .run(&(shapes, any::<bool>()), |(originals, is_prepared)| {
            let map = snapshot(
                (1..)
                    .zip(&originals)
                    .map(|(id, shape)| (LAYER, feature(LAYER, id, shape.clone()))),
            );
            let map = maybe_prepared(map, is_prepared);
            for root in roots() {
                let (_, tiles) = descend(&map, &originals, root);
                prop_assert_eq!(tiles, 5461);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_deepest_and_the_shallowest_tiles_follow_the_same_rule() {
    let config = Config {
        cases: 20,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let shapes = prop::collection::vec(shape(), 10..20);
    seeded(config)
        .run(&(shapes, any::<bool>()), |(originals, is_prepared)| {
            let map = snapshot(
                (1..)
                    .zip(&originals)
                    .map(|(id, shape)| (LAYER, feature(LAYER, id, shape.clone()))),
            );
            let map = maybe_prepared(map, is_prepared);
            for geometry in &originals {
                let bounds = BBox::of(geometry).unwrap();
                let corner = BBox {
                    east: bounds.west,
                    south: bounds.north,
                    ..bounds
                };
                for z in (0..=11).chain(19..=22) {
                    for address in Tiling::ALL.iter().flat_map(|each| each.touching(corner, z)) {
                        look(&map, &originals, address);
                    }
                }
            }
            Ok(())
        })
        .unwrap();
}

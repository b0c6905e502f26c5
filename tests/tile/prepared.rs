//! Tiles from prepared shapes look like tiles that are drawn anew, and an edit is in the next tile.

use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::sync::Arc;

use geo::{Distance, Euclidean};
use minqing::domain::{Change, FeatureId, LayerId, Revision};
use minqing::geometry::{BBox, Coord, Geometry, LineString, MultiPolygon, Point, Polygon};
use minqing::map::{LiveMap, MapSnapshot};
use minqing::tile::{
    BUFFER, EXTENT, TileAddress, TileRequest, geojson, mvt, prepare, quick_geojson, quick_mvt,
    tiles_touching,
};
use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::Value;

use crate::decode::{Feature, decode};
use crate::map::{feature, snapshot};
use crate::shapes::{root, shape};

const LAYER: LayerId = LayerId::RISK_POINTS;

/// So far, in units, may two drawings of a shape lie apart: each may be a unit and a half from the original.
pub(crate) const APART: f64 = 3.0;

fn drawn(map: &MapSnapshot, address: TileAddress) -> BTreeMap<u64, Feature> {
    let layers = decode(&mvt(map, &TileRequest::new(vec![LAYER], address)).unwrap());
    let features = layers.into_iter().flat_map(|layer| layer.features);
    features
        .map(|feature| (feature.id.unwrap(), feature))
        .collect()
}

fn lines(feature: &Feature) -> Vec<LineString> {
    let place = |(x, y): &(i64, i64)| Coord {
        x: *x as f64,
        y: *y as f64,
    };
    let line = |part: &Vec<(i64, i64)>| -> LineString {
        let closing = part.first().filter(|_| feature.kind == 3);
        part.iter().chain(closing).map(place).collect()
    };
    feature.parts.iter().map(line).collect()
}

/// Where a tile with its buffer is cut off, a line that runs along the cut may slip far along it though it moved by
/// less than a unit across: only what lies inside by what two drawings may differ can be compared.
fn is_clear_of_the_cut(at: &Coord) -> bool {
    let cut = f64::from(BUFFER) - APART;
    let inside = -cut..=f64::from(EXTENT) + cut;
    inside.contains(&at.x) && inside.contains(&at.y)
}

/// How far the tip at the vertex `at` of a ring slips when an edge moves by one unit, against that unit: far where the ring
/// is a needle.
fn slips(ring: &[Coord], at: usize) -> f64 {
    let beside = |by: usize| ring[(at + by) % ring.len()];
    let way = |to: Coord| Point::from(to - ring[at]);
    let [one, other] = [beside(1), beside(ring.len() - 1)].map(way);
    let between = one.dot(other) / (one.dot(one) * other.dot(other)).sqrt();
    // the sine of half the angle between the edges
    1.0 / ((1.0 - between) / 2.0).max(1e-6).sqrt()
}

/// The farthest that a vertex of `one` lies from the lines of `other`, against how far it may slip.
pub(crate) fn farthest(one: &Feature, other: &Feature) -> f64 {
    let others = lines(other);
    let from = |at: Coord| {
        let near = others.iter().map(|line| match line.0.as_slice() {
            [single] => Euclidean.distance(Point::from(*single), Point::from(at)),
            _ => Euclidean.distance(&Point::from(at), line),
        });
        near.fold(f64::INFINITY, f64::min)
    };
    let lines = lines(one).into_iter();
    let each = lines.flat_map(|line| {
        let is_ring = one.kind == 3;
        let vertices = &line.0[..line.0.len() - usize::from(is_ring)];
        let clear = (0..vertices.len()).filter(|at| is_clear_of_the_cut(&vertices[*at]));
        let slip = |at: usize| if is_ring { slips(vertices, at) } else { 1.0 };
        let apart = clear.map(|at| from(vertices[at]) / slip(at));
        apart.collect::<Vec<_>>()
    });
    each.fold(0.0, f64::max)
}

fn of_shapes(shapes: &[Geometry]) -> MapSnapshot {
    let records = (1..).zip(shapes);
    snapshot(records.map(|(id, shape)| (LAYER, feature(LAYER, id, shape.clone()))))
}

proptest! {
    #![proptest_config(Config { cases: 100, ..Config::default() })]
    #[test]
    fn prepared_tiles_look_like_those_drawn_anew(shapes in prop::collection::vec(shape(), 10..30)) {
        let (plain, prepared) = (of_shapes(&shapes), of_shapes(&shapes));
        prepare(&prepared);
        let mut tiles: Vec<TileAddress> = Vec::new();
        for zoom in 14..=16 {
            for shape in &shapes {
                let all: Vec<_> = tiles_touching(BBox::of(shape).unwrap(), zoom).collect();
                tiles.extend(all.iter().step_by((all.len() / 6).max(1)));
            }
        }
        for address in tiles {
            let (one, other) = (drawn(&plain, address), drawn(&prepared, address));
            prop_assert!(
                one.keys().eq(other.keys()),
                "{}: {:?} and {:?}", address, one.keys(), other.keys()
            );
            for (first, second) in one.values().zip(other.values()) {
                prop_assert_eq!(first.kind, second.kind);
                let apart = farthest(first, second).max(farthest(second, first));
                // what the edge of the buffer leaves of a shape may be a speck in either
                let is_speck = |of: &Feature| of.kind == 3 && of.parts.iter().flatten().count() < 5;
                prop_assert!(
                    apart <= APART || is_speck(first) || is_speck(second),
                    "{}: {:?} is {} units apart: {:?} {:?}", address, first.id, apart, first.parts, second.parts
                );
            }
        }
    }
}

fn square(at: Coord, side: f64) -> Polygon {
    BBox::new(at.x, at.y, at.x + side, at.y + side)
        .unwrap()
        .polygon()
}

#[test]
fn an_edit_is_in_the_next_tile_and_stays_when_the_indexes_are_built_anew() {
    let bounds = TileAddress::new(15, root().x() * 8, root().y() * 8).unwrap();
    let corner = Coord {
        x: bounds.bounds().west,
        y: bounds.bounds().south,
    };
    let at = |n: u32| Coord {
        x: corner.x + f64::from(n % 40) * 2e-4,
        y: corner.y + f64::from(n / 40) * 2e-4,
    };
    let shapes: Vec<Geometry> = (0..1_000)
        .map(|n| MultiPolygon::from(square(at(n), 1e-4)).into())
        .collect();
    let map = LiveMap::new(of_shapes(&shapes));
    let request = TileRequest::new(vec![LAYER], bounds);
    assert!(
        quick_mvt(&map.current(), &request).is_none(),
        "nothing is prepared yet"
    );
    prepare(&map.current());
    assert_eq!(
        quick_mvt(&map.current(), &request).unwrap(),
        mvt(&map.current(), &request).unwrap()
    );
    let before = drawn(&map.current(), bounds);
    let mut moved = feature(
        LAYER,
        5,
        square(
            Coord {
                x: at(4).x + 3e-5,
                ..at(4)
            },
            1e-4,
        ),
    );
    moved.name = "moved".into();
    map.apply(&Change {
        revision: Revision(2),
        upserts: vec![(LAYER, Arc::new(moved))],
        removals: vec![(LAYER, FeatureId(3))],
        others: Vec::new(),
        faults: Vec::new(),
    });
    assert_eq!(
        quick_mvt(&map.current(), &request).unwrap(),
        mvt(&map.current(), &request).unwrap(),
        "the old shapes and the new one"
    );
    let look = |map: &MapSnapshot| {
        let after = drawn(map, bounds);
        assert!(before.contains_key(&3) && !after.contains_key(&3));
        assert_ne!(before[&5].parts, after[&5].parts);
        assert_eq!(before[&4].parts, after[&4].parts);
        after.len()
    };
    let count = look(&map.current());
    let many = (6..=600).map(|n| {
        let shape = shapes[n - 1].clone();
        (
            LAYER,
            Arc::new(feature(LAYER, i64::try_from(n).unwrap(), shape)),
        )
    });
    // one after the other, or they are so many that the layer is made anew
    for (revision, record) in (3..).zip(many) {
        map.apply(&Change {
            revision: Revision(revision),
            upserts: vec![record],
            removals: Vec::new(),
            others: Vec::new(),
            faults: Vec::new(),
        });
    }
    assert!(map.is_unsettled());
    map.settle();
    assert!(
        quick_mvt(&map.current(), &request).is_some(),
        "prepared again"
    );
    assert_eq!(look(&map.current()), count);
}

/// A star of ten kilometres, all of whose vertices count: at zoom 16 it lies in more tiles than are worth cutting it for.
#[test]
fn a_large_shape_of_many_vertices_is_drawn_anew_where_it_is_not_prepared() {
    let bounds = root().bounds();
    let centre = Coord {
        x: f64::midpoint(bounds.west, bounds.east),
        y: f64::midpoint(bounds.south, bounds.north),
    };
    let star = (0..3_000).map(|n| {
        let (sin, cos) = (f64::from(n) / 3_000.0 * TAU).sin_cos();
        let reach = 1.0 - f64::from(n % 2) / 1e3;
        Coord {
            x: centre.x + 0.11 * reach * cos,
            y: centre.y + 0.09 * reach * sin,
        }
    });
    let star: LineString = star.collect();
    let shapes = [
        Polygon::new(star.clone(), Vec::new()).into(),
        square(centre, 1e-4).into(),
    ];
    let (plain, prepared) = (of_shapes(&shapes), of_shapes(&shapes));
    prepare(&prepared);
    for (zoom, is_prepared) in [(14, true), (15, true), (16, false)] {
        for at in [centre, star.0[0], star.0[700]] {
            let at = BBox::new(at.x, at.y, at.x, at.y).unwrap();
            let address = tiles_touching(at, zoom).next().unwrap();
            let request = TileRequest::new(vec![LAYER], address);
            let quick = quick_mvt(&prepared, &request);
            assert_eq!(quick.is_some(), is_prepared, "{address}");
            let (one, other) = (drawn(&plain, address), drawn(&prepared, address));
            assert!(one.keys().eq(other.keys()), "{address}");
            for (first, second) in one.values().zip(other.values()) {
                let apart = farthest(first, second).max(farthest(second, first));
                assert!(apart <= APART, "{address}: {apart}");
            }
        }
    }
}

/// On the grid of a zoom one of two specks is enough for the record; a tile that has nothing but the other shows that.
#[test]
fn specks_of_one_record_far_apart_are_each_in_their_tile() {
    let bounds = root().bounds();
    let speck = |share: f64| {
        let at = |low: f64, high: f64| low + (high - low) * share;
        let (x, y) = (at(bounds.west, bounds.east), at(bounds.south, bounds.north));
        square(Coord { x, y }, 3e-7)
    };
    let specks = [speck(0.13), speck(0.86)];
    let places = specks.each_ref().map(|speck| speck.exterior().0[0]);
    let map = of_shapes(&[MultiPolygon::new(specks.to_vec()).into()]);
    prepare(&map);
    for zoom in 14..=16 {
        for place in places {
            let at = BBox::new(place.x, place.y, place.x, place.y).unwrap();
            let address = tiles_touching(at, zoom).next().unwrap();
            let request = TileRequest::new(vec![LAYER], address);
            assert!(quick_mvt(&map, &request).is_some(), "{address}");
            let shown = drawn(&map, address);
            assert_eq!(shown[&1].parts.len(), 1, "{address}: {shown:?}");
            let quick = quick_geojson(&map, &request).unwrap();
            assert_eq!(quick, geojson(&map, &request).unwrap(), "{address}");
            assert_eq!(quick.returned, 1, "{address}");
            let body: Value = serde_json::from_slice(&quick.body).unwrap();
            let polygons = &body["features"][0]["geometry"]["coordinates"];
            assert_eq!(polygons.as_array().unwrap().len(), 1, "{address}: {body}");
            let x = polygons[0][0][0][0].as_f64().unwrap();
            assert!((x - place.x).abs() < 1e-6, "{address}: {x}");
        }
    }
}

#[test]
fn what_lies_beyond_the_pyramid_harms_nobody() {
    let pole = BBox::new(0.0, 89.0, 10.0, 90.0).unwrap().polygon();
    let here = root().bounds();
    let middle = Coord {
        x: f64::midpoint(here.west, here.east),
        y: f64::midpoint(here.south, here.north),
    };
    let map = of_shapes(&[
        pole.into(),
        Point::new(0.0, -90.0).into(),
        square(middle, 1e-4).into(),
    ]);
    prepare(&map);
    let tile = tiles_touching(
        BBox::new(middle.x, middle.y, middle.x, middle.y).unwrap(),
        16,
    )
    .next();
    assert!(drawn(&map, tile.unwrap()).contains_key(&3));
    let top = TileAddress::new(14, 0, 0).unwrap();
    assert!(drawn(&map, top).is_empty());
}

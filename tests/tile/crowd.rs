//! A tile of a whole city stays small, and every record of it is drawn or counted.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use minqing::domain::{Feature, LayerId};
use minqing::geometry::{BBox, Coord, Geometry, LineString, Point};
use minqing::map::MapSnapshot;
use minqing::tile::{
    CROWD_LIMIT, EXTENT, TileAddress, TileRequest, Tiling, geojson, mvt, tilejson,
};
use serde_json::{Value, json};

use crate::decode::{Scalar, area2, decode};
use crate::map::{feature, snapshot, with};
use crate::shapes::root;

const LAYER: LayerId = LayerId::BUILDINGS;

/// What a compressed tile of zoom 10 to 13 may weigh.
const MOST_BYTES: usize = 500_000;

/// Numbers in 0..1, the same at each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / (1_u64 << 31) as f64
    }
}

/// A right-angled outline of six corners, as houses have.
fn house(south_west: Coord, width: f64, height: f64) -> Geometry {
    let at = |u: f64, v: f64| (south_west.x + u * width, south_west.y + v * height);
    let ring: LineString = vec![
        at(0.0, 0.0),
        at(1.0, 0.0),
        at(1.0, 0.6),
        at(0.7, 0.6),
        at(0.7, 1.0),
        at(0.0, 1.0),
        at(0.0, 0.0),
    ]
    .into();
    geo::Polygon::new(ring, vec![]).into()
}

/// `count` houses of 5 to 25 m, each thirtieth one up to 200 m, spread over `area`; more of them to the south-west.
fn city(area: BBox, count: i64, evenness: f64) -> Vec<Geometry> {
    let mut dice = Dice(7);
    (0..count)
        .map(|at| {
            let place = Coord {
                x: area.west + dice.roll().powf(evenness) * (area.east - area.west),
                y: area.south + dice.roll().powf(evenness) * (area.north - area.south),
            };
            let longest = if at % 30 == 0 { 200.0 } else { 25.0 };
            let metres = |share: f64| 5.0 + share * (longest - 5.0);
            let (width, height) = (metres(dice.roll()), metres(dice.roll()));
            house(place, width / 92_000.0, height / 111_000.0)
        })
        .collect()
}

fn map_of(shapes: &[Geometry]) -> MapSnapshot {
    snapshot((1..).zip(shapes).map(|(id, shape)| {
        let mut record = feature(LAYER, id, shape.clone());
        record.name = format!("{id}号楼").into();
        let record = with(record, LAYER, "storeys", 1 + id % 33);
        let record = with(record, LAYER, "height_m", 3.1 * (1 + id % 33) as f64);
        let record = with(record, LAYER, "floor_area_m2", (id * 7919 % 20_011) as f64);
        let record = with(
            record,
            LAYER,
            "address",
            format!("长安街{}号", id % 999).as_str(),
        );
        (LAYER, record)
    }))
}

/// A vector tile of one layer, taken apart.
#[derive(Default)]
struct Seen {
    ids: BTreeSet<i64>,
    /// The middle of each merged block, in units of the tile, and its count.
    blocks: BTreeMap<(i64, i64), i64>,
}

impl Seen {
    /// How many records are counted in blocks of the tile itself, without its buffer.
    fn counted_within(&self) -> i64 {
        let within = |at: i64| (0..i64::from(EXTENT)).contains(&at);
        let own = self
            .blocks
            .iter()
            .filter(|((x, y), _)| within(*x) && within(*y));
        own.map(|(_, count)| count).sum()
    }
}

fn block_of((x, y): (i64, i64)) -> (i64, i64) {
    (x.div_euclid(64) * 64 + 32, y.div_euclid(64) * 64 + 32)
}

fn see(tile: &[u8]) -> Seen {
    let mut seen = Seen::default();
    for drawn in decode(tile).iter().flat_map(|layer| &layer.features) {
        let Some(id) = drawn.id else {
            let [(key, Scalar::Signed(count))] = &drawn.properties[..] else {
                panic!("a block tells more than its count: {:?}", drawn.properties);
            };
            assert_eq!((key.as_str(), *count > 1), ("merged_count", true));
            // a ring may start at any of its corners, and the far ones belong to the blocks beyond
            let corners = drawn.parts[0].iter();
            let low = corners.copied().reduce(|a, b| (a.0.min(b.0), a.1.min(b.1)));
            let block = block_of(low.unwrap());
            if drawn.kind == 3 {
                let ring = &drawn.parts[0];
                assert!(drawn.parts.len() == 1 && ring.len() == 4 && area2(ring) > 0);
                for (x, y) in ring {
                    let near = (x - block.0).abs().max((y - block.1).abs());
                    assert!(near <= 32, "{ring:?} leaves its block");
                }
            }
            assert!(seen.blocks.insert(block, *count).is_none(), "{block:?}");
            continue;
        };
        assert!(seen.ids.insert(id as i64), "{id} is there twice");
        assert!(
            drawn
                .properties
                .iter()
                .all(|(key, _)| key != "merged_count")
        );
    }
    seen
}

fn gzipped(bytes: &[u8]) -> usize {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap().len()
}

fn middle(shape: &Geometry) -> Coord {
    let BBox {
        west,
        south,
        east,
        north,
    } = BBox::of(shape).unwrap();
    Coord {
        x: f64::midpoint(west, east),
        y: f64::midpoint(south, north),
    }
}

fn is_within(tile: TileAddress, place: Coord) -> bool {
    let bounds = tile.bounds();
    bounds.west <= place.x
        && place.x < bounds.east
        && bounds.south < place.y
        && place.y <= bounds.north
}

#[test]
fn every_record_is_drawn_or_counted_once_in_the_tile_that_holds_its_middle() {
    let bounds = root().bounds();
    let (width, height) = (bounds.east - bounds.west, bounds.north - bounds.south);
    let area = BBox {
        west: bounds.west - 0.7 * width,
        south: bounds.south - 0.4 * height,
        east: bounds.east + 0.8 * width,
        north: bounds.north + 0.5 * height,
    };
    let shapes = city(area, 40_000, 2.0);
    let map = map_of(&shapes);
    let zooms = [9, 10, 11, 12, 13, 14].map(|z| (Tiling::WebMercatorQuad, z));
    let plate = [11, 13].map(|z| (Tiling::Cgcs2000Quad, z));
    for (tiling, z) in zooms.into_iter().chain(plate) {
        let (mut drawn, mut counted) = (BTreeSet::new(), 0);
        let (mut crowded, mut sparse) = (0, 0);
        for address in tiling.touching(map.layer(LAYER).extent().unwrap(), z) {
            let request = TileRequest::new(vec![LAYER], address);
            let seen = see(&mvt(&map, &request).unwrap());
            let tile = geojson(&map, &request).unwrap();
            let body: Value = serde_json::from_slice(&tile.body).unwrap();
            let members: Vec<i64> = (1..)
                .zip(&shapes)
                .filter(|(_, shape)| geo::Intersects::intersects(*shape, &rect(address)))
                .map(|(id, _)| id)
                .collect();
            assert_eq!(tile.matched, members.len(), "{address}");
            assert_eq!(tile.matched, tile.returned + tile.merged, "{address}");
            assert_eq!(tile.returned, seen.ids.len(), "{address}");
            let said = |name: &str| body.get(name).and_then(Value::as_u64);
            assert_eq!(said("numberMatched"), Some(tile.matched as u64));
            assert_eq!(said("numberReturned"), Some(tile.returned as u64));
            assert_eq!(
                said("numberMerged"),
                (tile.merged > 0).then_some(tile.merged as u64)
            );
            same_in_geojson(&seen, &body);
            if members.len() <= CROWD_LIMIT || z == 14 {
                assert!(seen.blocks.is_empty(), "{address} is not crowded");
                sparse += usize::from(!members.is_empty());
            } else {
                crowded += 1;
            }
            assert!(seen.ids.iter().all(|id| members.binary_search(id).is_ok()));
            counted += seen.counted_within();
            for id in seen.ids {
                if is_within(address, middle(&shapes[id as usize - 1])) {
                    assert!(drawn.insert(id), "{id} is at home in two tiles of zoom {z}");
                }
            }
        }
        assert_eq!(drawn.len() as i64 + counted, 40_000, "zoom {z}");
        assert_eq!(crowded > 0, z < 14, "zoom {z}");
        assert!(sparse > 0 || z < 11, "zoom {z}");
    }
}

fn rect(address: TileAddress) -> geo::Rect {
    let reach = address.reach();
    geo::Rect::new((reach.west, reach.south), (reach.east, reach.north))
}

/// The GeoJSON tile has the same ids and the same counts.
fn same_in_geojson(seen: &Seen, body: &Value) {
    let (mut ids, mut counts) = (BTreeSet::new(), Vec::new());
    for written in body["features"].as_array().unwrap() {
        if let Some(id) = written.get("id") {
            ids.insert(id.as_i64().unwrap());
            continue;
        }
        let count = &written["properties"]["merged_count"];
        assert_eq!(
            written["properties"],
            json!({ "layer": LAYER.as_str(), "merged_count": count })
        );
        counts.push(count.as_i64().unwrap());
    }
    assert_eq!(ids, seen.ids);
    counts.sort_unstable();
    let mut expected: Vec<i64> = seen.blocks.values().copied().collect();
    expected.sort_unstable();
    assert_eq!(counts, expected);
}

#[test]
fn neighbours_show_the_same_blocks_with_the_same_counts() {
    let west = root();
    let east = TileAddress::new(12, west.x() + 1, west.y()).unwrap();
    let area = west.bounds().union(east.bounds());
    let map = map_of(&city(area, 40_000, 1.0));
    let strip = |address, first: i64| -> Vec<((i64, i64), i64)> {
        let request = TileRequest::new(vec![LAYER], address);
        let seen = see(&mvt(&map, &request).unwrap());
        let strip = first..first + 128;
        let blocks = seen.blocks.into_iter();
        blocks
            .filter(|((x, _), _)| strip.contains(x))
            .map(|((x, y), count)| ((x - first, y), count))
            .collect()
    };
    let shown = strip(west, 4032);
    assert!(shown.len() > 100);
    assert_eq!(shown, strip(east, -64));
}

#[test]
fn a_city_of_300_000_houses_fits_into_its_tiles() {
    let map = map_of(&city(root().bounds(), 300_000, 1.0));
    let mut address = root();
    let mut addresses = vec![address.children().unwrap()[3]];
    for _ in 10..=12 {
        addresses.push(address);
        address = address.parent().unwrap();
    }
    for address in addresses {
        let tile = mvt(&map, &TileRequest::new(vec![LAYER], address)).unwrap();
        let (size, seen) = (gzipped(&tile), see(&tile));
        assert!(size <= MOST_BYTES, "{address}: {size} bytes");
        let expected = if address.z() == 13 { 75_000 } else { 300_000 };
        let total = seen.blocks.values().sum::<i64>() + seen.ids.len() as i64;
        assert!(
            (total - expected).abs() < expected / 10,
            "{address}: {total}"
        );
    }
}

#[test]
fn what_is_too_large_to_merge_is_merged_where_there_is_still_too_much_of_it() {
    let bounds = root().bounds();
    let unit = (bounds.east - bounds.west) / f64::from(EXTENT);
    // A hundred by a hundred boxes, each 33 units wide and so not small.
    let boxes = (0..10_000).map(|at| {
        let (column, row) = (f64::from(at % 100), f64::from(at / 100));
        let place = Coord {
            x: bounds.west + (column + 0.1) * 40.0 * unit,
            y: bounds.south + (row + 0.1) * 40.0 * unit * 0.8,
        };
        house(place, 33.0 * unit, 20.0 * unit)
    });
    let shapes: Vec<Geometry> = boxes.collect();
    let request = TileRequest::new(vec![LAYER], root());
    let seen = see(&mvt(&map_of(&shapes), &request).unwrap());
    assert!(seen.ids.len() <= CROWD_LIMIT && !seen.blocks.is_empty());
    let counted: i64 = seen.blocks.values().sum();
    assert_eq!(seen.ids.len() as i64 + counted, 10_000);
    // As many as a tile takes stay as they are.
    let seen = see(&mvt(&map_of(&shapes[..CROWD_LIMIT]), &request).unwrap());
    assert_eq!((seen.ids.len(), seen.blocks.len()), (CROWD_LIMIT, 0));
}

#[test]
fn a_block_tells_its_count_and_nothing_else_whatever_is_asked() {
    let map = map_of(&city(root().bounds(), 20_000, 1.0));
    let mut request = TileRequest::new(vec![LAYER], root());
    request.fields = Some(vec!["name"]);
    let seen = see(&mvt(&map, &request).unwrap());
    assert!(!seen.blocks.is_empty());
    let body = serde_json::from_slice(&geojson(&map, &request).unwrap().body).unwrap();
    same_in_geojson(&seen, &body);

    // Whole records are asked for one by one, and a filter decides what is counted.
    request.clip = false;
    let whole = geojson(&map, &request).unwrap();
    assert_eq!(
        (whole.matched, whole.returned, whole.merged),
        (20_000, 20_000, 0)
    );
    request.clip = true;
    let even = |_: &minqing::domain::LayerSchema, feature: &Feature| feature.id.0 % 2 == 0;
    request.filter = Some(&even);
    let half = geojson(&map, &request).unwrap();
    assert_eq!(half.matched, 10_000);
    assert!(half.merged > 0);

    let described = tilejson(&[LAYER, LayerId::ROADS], "", None).unwrap();
    let fields = |at: usize| &described["vector_layers"][at]["fields"];
    assert!(fields(0)["merged_count"].is_string() && fields(1).get("merged_count").is_none());
}

#[test]
fn points_are_merged_into_their_mean_place_and_lines_never() {
    let bounds = root().bounds();
    let unit = (bounds.east - bounds.west) / f64::from(EXTENT);
    // Two heaps in one block, the eastern one three times as large, and each point of a heap in the same place.
    let (layer, count) = (LayerId::FACILITIES, 8_000);
    let points = (1..=count).map(|id| {
        let x = bounds.west + unit * if id % 4 == 0 { 10.0 } else { 50.0 };
        let point = Point::new(x, bounds.north - unit * 30.0);
        (layer, feature(layer, id, point))
    });
    let lines = (1..=5_000_i64).map(|id| {
        let start = (
            bounds.west + unit,
            bounds.south + unit * (id % 4_000) as f64 * 0.8,
        );
        let line: LineString = vec![start, (start.0 + unit * 3.0, start.1)].into();
        (LayerId::ROADS, feature(LayerId::ROADS, id, line))
    });
    let map = snapshot(points.chain(lines));
    let request = TileRequest::new(vec![layer, LayerId::ROADS], root());
    let layers = decode(&mvt(&map, &request).unwrap());
    let [block] = &layers[0].features[..] else {
        panic!("{:?}", layers[0].features);
    };
    assert_eq!((block.kind, block.id), (1, None));
    assert_eq!(block.parts[0][0].0, 40);
    assert_eq!(
        block.properties,
        [("merged_count".to_owned(), Scalar::Signed(count))]
    );
    assert_eq!(layers[1].features.len(), 5_000);
}

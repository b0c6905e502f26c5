//! Areas that tile a town tile it at every zoom: no gap of a tenth of a pixel opens between neighbours, none overlaps
//! another, and no line moves by a pixel.

use geo::{Area, Distance, Euclidean, Intersects, Length, MapCoords, Point, unary_union};
use geojson::GeoJson;
use minqing::domain::LayerId;
use minqing::geometry::{BBox, Coord, Geometry, LineString, MultiPolygon, Polygon};
use minqing::map::MapSnapshot;
use minqing::tile::{TileAddress, TileRequest, Tiling, geojson as geojson_tile, prepare};
use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::map::{feature, snapshot};

/// Vertices along the side of an area.
const BETWEEN: usize = 12;

/// Rows and columns of areas.
const SIDE: usize = 4;

/// Pixels of a tile: on a usual screen it is drawn 256 wide.
const PIXELS: f64 = 256.0;

/// Areas laid like bricks: those of every other row are shifted by half, so that three meet where one ends. Lines sway by
/// `sways`, in parts of the distance between vertices; coordinates have seven decimals as real ones do.
pub(crate) fn bricks(west: f64, south: f64, size: f64, sways: &[(f64, f64)]) -> Vec<Polygon> {
    let (wide, high) = (SIDE * BETWEEN + BETWEEN / 2, SIDE * BETWEEN);
    let step = size / high as f64;
    let at = |i: usize, j: usize| {
        let (x, y) = sways[(i * 31 + j * 17) % sways.len()];
        let degrees = |from: f64, n: usize, sway: f64| {
            ((from + (n as f64 + sway) * step) * 1e7).round() / 1e7
        };
        Coord {
            x: degrees(west, i, x),
            y: degrees(south, j, y),
        }
    };
    let mut all = Vec::new();
    for row in 0..SIDE {
        let mut ends: Vec<usize> = (0..=SIDE).map(|n| n * BETWEEN).collect();
        if row % 2 == 1 {
            ends = ends.iter().map(|end| end + BETWEEN / 2).collect();
            ends.insert(0, 0);
        } else {
            ends.push(wide);
        }
        let (bottom, top) = (row * BETWEEN, (row + 1) * BETWEEN);
        for pair in ends.windows(2) {
            let (left, right) = (pair[0], pair[1]);
            let mut ring: Vec<Coord> = (left..right).map(|i| at(i, bottom)).collect();
            ring.extend((bottom..top).map(|j| at(right, j)));
            ring.extend((left + 1..=right).rev().map(|i| at(i, top)));
            ring.extend((bottom + 1..=top).rev().map(|j| at(left, j)));
            all.push(Polygon::new(LineString::new(ring), vec![]));
        }
    }
    all
}

/// The areas of a tile by id.
fn drawn(map: &MapSnapshot, address: TileAddress) -> Vec<(usize, MultiPolygon)> {
    let request = TileRequest::new(vec![LayerId::GRIDS], address);
    let body = String::from_utf8(geojson_tile(map, &request).unwrap().body).unwrap();
    let GeoJson::FeatureCollection(tile) = body.parse().unwrap() else {
        panic!("{body}")
    };
    let each = tile.features.into_iter().filter_map(|feature| {
        let Some(geojson::feature::Id::Number(id)) = &feature.id else {
            panic!("{feature:?}")
        };
        let id = id.as_u64().unwrap() as usize;
        match Geometry::try_from(feature.geometry.unwrap()).unwrap() {
            Geometry::Polygon(polygon) => Some((id, polygon.into())),
            Geometry::MultiPolygon(polygons) => Some((id, polygons)),
            _ => None,
        }
    });
    each.collect()
}

/// Degrees to pixels of a tile, flat: good enough for lengths within a tile.
fn pixels(bounds: BBox, shape: &MultiPolygon) -> MultiPolygon {
    let x = PIXELS / (bounds.east - bounds.west);
    let y = PIXELS / (bounds.north - bounds.south);
    shape.map_coords(|at| Coord {
        x: (at.x - bounds.west) * x,
        y: (at.y - bounds.south) * y,
    })
}

fn outlines(shape: &MultiPolygon) -> Vec<LineString> {
    let rings = shape.iter().flat_map(|polygon| {
        let holes = polygon.interiors().iter();
        std::iter::once(polygon.exterior()).chain(holes)
    });
    rings.cloned().collect()
}

/// The farthest that a vertex of `from` within `window` lies from the outlines of `to`.
fn farthest(from: &MultiPolygon, to: &MultiPolygon, window: geo::Rect) -> f64 {
    let lines = outlines(to);
    let vertices = outlines(from).into_iter().flat_map(|line| line.0);
    let within = vertices.map(Point::from).filter(|at| window.intersects(at));
    let distances = within.map(|at| {
        let each = lines.iter().map(|line| Euclidean.distance(&at, line));
        each.fold(f64::INFINITY, f64::min)
    });
    distances.fold(0.0, f64::max)
}

fn check(
    originals: &[Polygon],
    map: &MapSnapshot,
    address: TileAddress,
) -> Result<(), TestCaseError> {
    let bounds = address.bounds();
    // the buffer is cut off by whoever draws the tile
    let tile = geo::Rect::new((0.0, 0.0), (PIXELS, PIXELS));
    let drawn: Vec<(usize, MultiPolygon)> = drawn(map, address)
        .into_iter()
        .map(|(id, shape)| (id, pixels(bounds, &shape)))
        .collect();
    if drawn.is_empty() {
        return Ok(());
    }
    let each: f64 = drawn.iter().map(|(_, shape)| shape.unsigned_area()).sum();
    let all = unary_union(drawn.iter().map(|(_, shape)| shape));
    let overlap = each - all.unsigned_area();
    prop_assert!(
        overlap < 0.25,
        "{address:?}: {overlap} square pixels overlap"
    );
    for polygon in &all {
        for gap in polygon.interiors() {
            let around = Euclidean.length(gap);
            let wide = 2.0 * Polygon::new(gap.clone(), vec![]).unsigned_area() / around;
            prop_assert!(wide < 0.1, "{address:?}: a gap of {wide} pixels");
        }
    }
    for (id, shape) in &drawn {
        let original = pixels(bounds, &originals[id - 1].clone().into());
        let lost = farthest(&original, shape, tile);
        prop_assert!(
            lost < 1.0,
            "{address:?}: grid {id} lost a vertex {lost} pixels off"
        );
        // a vertex on the tile's own edge is where it was cut
        let inner = geo::Rect::new((1.0, 1.0), (PIXELS - 1.0, PIXELS - 1.0));
        let moved = farthest(shape, &original, inner);
        prop_assert!(
            moved < 1.0,
            "{address:?}: grid {id} has a vertex {moved} pixels off"
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(Config { cases: 40, ..Config::default() })]
    #[test]
    fn neighbours_stay_neighbours_at_every_zoom(
        tiling in prop::sample::select(Tiling::ALL.to_vec()), west in 108.90..108.99_f64, south in 34.15..34.25_f64, size in prop::sample::select(vec![0.004, 0.02, 0.1]),
        sways in prop::collection::vec((-0.4..0.4_f64, -0.4..0.4_f64), 40..60), is_prepared in any::<bool>(),
    ) {
        let areas = bricks(west, south, size, &sways);
        let map = snapshot((1..).zip(&areas).map(|(id, area)| (LayerId::GRIDS, feature(LayerId::GRIDS, id, MultiPolygon::from(area.clone())))));
        if is_prepared {
            prepare(&map);
        }
        let extent = map.layer(LayerId::GRIDS).extent().unwrap();
        for zoom in 8..=18 {
            let tiles: Vec<TileAddress> = tiling.touching(extent, zoom).collect();
            for address in tiles.iter().step_by((tiles.len() / 6).max(1)) {
                check(&areas, &map, *address)?;
            }
        }
    }
}

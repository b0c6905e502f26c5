//! Random valid shapes of every kind, from a metre to several tiles across, some of them set on tile corners.

use std::f64::consts::TAU;

use minqing::geometry::{
    Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};
use minqing::tile::TileAddress;
use proptest::prelude::*;

/// The tile in and around which the shapes lie.
pub(crate) fn root() -> TileAddress {
    TileAddress::new(12, 3287, 1629).unwrap()
}

/// A place in the root tile or a little outside, a third of the time exactly on a corner of some tile's box.
fn place() -> impl Strategy<Value = Coord> {
    let bounds = root().bounds();
    let (width, height) = (bounds.east - bounds.west, bounds.north - bounds.south);
    (-0.1..1.1_f64, -0.1..1.1_f64, 0..6_u8, 12..=18_u8).prop_map(move |(u, v, snap, z)| {
        let free = Coord {
            x: bounds.west + u * width,
            y: bounds.south + v * height,
        };
        if snap > 1 {
            return free;
        }
        let side = f64::from(1 << (z - 12));
        let within =
            |n: f64, first: u32| first * (1 << (z - 12)) + (n.clamp(0.0, 0.99) * side) as u32;
        let address =
            TileAddress::new(z, within(u, root().x()), within(1.0 - v, root().y())).unwrap();
        let corner = if snap == 0 {
            address.bounds()
        } else {
            address.reach()
        };
        Coord {
            x: corner.west,
            y: corner.north,
        }
    })
}

/// Half the size of a shape in degrees: 0.5 m to 15 km, each order of magnitude alike.
fn size() -> impl Strategy<Value = f64> {
    (-5.3..-0.9_f64).prop_map(|exponent| 10_f64.powf(exponent))
}

/// A ring around `centre` that its rays cross once: simple, whatever the radii.
fn ring(centre: Coord, size: f64, radii: &[f64]) -> LineString {
    let step = TAU / radii.len() as f64;
    let mut ring: Vec<Coord> = radii
        .iter()
        .enumerate()
        .map(|(at, radius)| {
            let (up, across) = (at as f64 * step + 0.1).sin_cos();
            Coord {
                x: centre.x + across * radius * size,
                y: centre.y + up * radius * size,
            }
        })
        .collect();
    ring.push(ring[0]);
    LineString::new(ring)
}

fn polygon() -> impl Strategy<Value = Polygon> {
    let radii = prop::collection::vec(0.05..1.0_f64, 3..40);
    (place(), size(), radii, any::<bool>(), any::<bool>()).prop_map(
        |(centre, size, radii, holed, flipped)| {
            let mut outline = ring(centre, size, &radii);
            let smaller: Vec<f64> = radii.iter().map(|radius| radius * 0.6).collect();
            let holes = if holed {
                vec![ring(centre, size, &smaller)]
            } else {
                vec![]
            };
            if flipped {
                outline.0.reverse();
            }
            Polygon::new(outline, holes)
        },
    )
}

/// An axis-parallel box whose corner is a tile corner: its edges run along tile edges.
fn aligned() -> impl Strategy<Value = Polygon> {
    (place(), size()).prop_map(|(corner, size)| {
        geo::Rect::new(
            corner,
            Coord {
                x: corner.x + size,
                y: corner.y + size,
            },
        )
        .to_polygon()
    })
}

fn line() -> impl Strategy<Value = LineString> {
    let steps = prop::collection::vec((-1.0..1.0_f64, -1.0..1.0_f64), 1..30);
    (place(), size(), steps).prop_map(|(start, size, steps)| {
        let mut at = start;
        let mut line = vec![start];
        for (dx, dy) in steps {
            at = Coord {
                x: at.x + dx * size,
                y: at.y + dy * size,
            };
            line.push(at);
        }
        LineString::new(line)
    })
}

/// A shape of any kind a layer may hold.
pub(crate) fn shape() -> impl Strategy<Value = Geometry> {
    prop_oneof![
        place().prop_map(|place| Point(place).into()),
        prop::collection::vec(place(), 1..6)
            .prop_map(|places| MultiPoint::new(places.into_iter().map(Point).collect()).into()),
        line().prop_map(Geometry::from),
        prop::collection::vec(line(), 1..4).prop_map(|lines| MultiLineString::new(lines).into()),
        polygon().prop_map(Geometry::from),
        aligned().prop_map(Geometry::from),
        (polygon(), size()).prop_map(|(polygon, gap)| {
            // A second part of the same outline, moved clear of the first.
            let width = geo::BoundingRect::bounding_rect(&polygon).map_or(0.0, geo::Rect::width);
            let moved = geo::Translate::translate(&polygon, width + gap, 0.0);
            MultiPolygon::new(vec![polygon, moved]).into()
        }),
    ]
}

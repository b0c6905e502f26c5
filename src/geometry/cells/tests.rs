//! Every answer against the plain predicate, where it hurts: on borders, beside them, on the raster's own lines.

use std::collections::HashMap;
use std::slice;

use geo::{AffineOps, AffineTransform, Area};
use proptest::prelude::*;

use super::trial::{Dice, check_all, polygon, rounded, star};
use super::*;
use crate::geometry::{Coord, MultiPolygon, Point, Polygon};

/// Cells of a bent grid: corners are shared, borders have vertices between.
fn tiling(dice: &mut Dice, n: u32, between: u32, step: f64) -> Vec<Option<Geometry>> {
    let at = |i: f64, j: f64| [108.96 + i * step, 34.22 + j * step];
    let mut corner = HashMap::new();
    let mut bend = |dice: &mut Dice, i: u32, j: u32| {
        *corner.entry((i, j)).or_insert_with(|| {
            let by = |dice: &mut Dice| dice.within(-0.2, 0.2) / f64::from(between);
            let (dx, dy) = (by(dice), by(dice));
            rounded(at(
                f64::from(i) / f64::from(between) + dx,
                f64::from(j) / f64::from(between) + dy,
            ))
        })
    };
    let mut all = Vec::new();
    for i in 0..n {
        for j in 0..n {
            let (west, south) = (i * between, j * between);
            let mut ring = Vec::new();
            ring.extend((0..between).map(|k| bend(dice, west + k, south)));
            ring.extend((0..between).map(|k| bend(dice, west + between, south + k)));
            ring.extend((0..between).map(|k| bend(dice, west + between - k, south + between)));
            ring.extend((0..between).map(|k| bend(dice, west, south + between - k)));
            if dice.below(2) == 0 {
                ring.reverse();
            }
            all.push(Some(polygon(ring, vec![]).into()));
        }
    }
    all
}

#[test]
fn a_tiling_gives_every_place_its_polygon() {
    let mut dice = Dice::new(1);
    let shapes = tiling(&mut dice, 6, 9, 0.004);
    assert!(check_all(&shapes, 2, 2_000) > 500);
    let index = CellIndex::build(shapes.iter().map(Option::as_ref));
    let mut none = 0;
    for _ in 0..20_000 {
        let at = LonLat::new(
            dice.within(108.9605, 108.9835),
            dice.within(34.2205, 34.2435),
        )
        .unwrap();
        none += u32::from(index.first(at) == NONE);
    }
    assert_eq!(none, 0);
}

#[test]
fn overlapping_stars_with_holes_and_parts() {
    let mut dice = Dice::new(3);
    let mut shapes = Vec::new();
    for i in 0..60 {
        let centre = [dice.within(108.96, 108.97), dice.within(34.22, 34.23)];
        let radius = dice.within(0.0001, 0.003);
        let corners = 5 + dice.below(60);
        let exterior = star(&mut dice, centre, radius, corners);
        let hole = star(&mut dice, centre, radius * 0.3, 9);
        let holed = polygon(exterior, vec![hole]);
        shapes.push(match i % 4 {
            0 | 1 => Some(holed.into()),
            2 => {
                let far = [centre[0] + 0.004, centre[1]];
                let other = polygon(star(&mut dice, far, radius, 12), vec![]);
                Some(MultiPolygon::new(vec![holed, other]).into())
            }
            _ if i % 8 == 3 => None,
            _ => Some(Point::new(centre[0], centre[1]).into()),
        });
    }
    assert!(check_all(&shapes, 4, 2_000) > 500);
}

/// Rings of whole numbers, `x y, x y / x y, x y`: the exterior and the holes of a polygon.
fn drawn(rings: &str) -> Polygon {
    let ring = |ring: &str| -> Vec<Coord> {
        let pairs = ring
            .split(',')
            .filter_map(|pair| pair.trim().split_once(' '));
        let number = |text: &str| text.parse::<f64>().unwrap() * 1e-4;
        pairs
            .map(|(x, y)| Coord {
                x: 108.96 + number(x),
                y: 34.22 + number(y),
            })
            .collect()
    };
    let mut rings = rings.split('/').map(ring);
    polygon(rings.next().unwrap(), rings.collect())
}

#[test]
fn broken_outlines_answer_as_the_predicate_does() {
    let square = "0 0, 10 0, 10 10, 0 10";
    let many = |parts: &[&str]| -> Geometry {
        MultiPolygon::new(parts.iter().map(|rings| drawn(rings)).collect()).into()
    };
    let single = [
        ("bow tie", "0 0, 9 9, 9 0, 0 9"),
        ("spike", "0 0, 9 0, 20 0, 9 0, 9 7"),
        ("line", "3 3, 17 12"),
        ("point", "5 5"),
        (
            "twice around",
            "0 0, 10 0, 10 10, 0 10, 0 0, 10 0, 10 10, 0 10",
        ),
        ("doubled vertices", "1 1, 1 1, 8 1, 8 1, 8 9, 8 9"),
        ("slit", "0 0, 12 0, 12 0.0000001, 0 0.0000002"),
        (
            "two turns in a part",
            "0 0, 10 0, 10 10, 0 10, 0 0, 4 1, 4 4, 1 4",
        ),
        ("hole beside", "0 0, 10 0, 10 10, 0 10 / 20 0, 25 0, 25 5"),
        ("hole around", "4 4, 6 4, 6 6 / 0 0, 10 0, 10 10, 0 10"),
        (
            "holes overlap",
            "0 0, 10 0, 10 10, 0 10 / 2 2, 6 2, 6 6 / 3 1, 7 2, 5 8",
        ),
        (
            "hole in hole",
            "0 0, 10 0, 10 10, 0 10 / 1 1, 9 1, 9 9, 1 9 / 3 3, 5 3, 4 5",
        ),
        (
            "hole touches a corner",
            "0 0, 10 0, 10 10, 0 10 / 0 0, 6 2, 6 6",
        ),
        (
            "hole along an edge",
            "0 0, 10 0, 10 10, 0 10 / 0 2, 0 6, 6 6",
        ),
        ("nothing", ""),
        ("empty hole", "0 0, 10 0, 10 10, 0 10 /"),
    ];
    let single = single.map(|(_, rings)| Some(drawn(rings).into()));
    let corners = [drawn(square).exterior()[0], drawn(square).exterior()[2]];
    let triangle = geo::Triangle::new(
        corners[0],
        Coord {
            x: 108.9608,
            y: 34.22,
        },
        corners[1],
    );
    let parts = vec![Point::new(108.9607, 34.2203).into(), triangle.into()];
    let other = [
        None,
        Some(many(&[square, square])),
        Some(many(&[
            square,
            "10 0, 20 0, 20 10, 10 10",
            "20 10, 30 10, 30 20",
        ])),
        Some(geo::Rect::new(corners[0], corners[1]).into()),
        Some(Geometry::GeometryCollection(
            geo::GeometryCollection::new_from(parts),
        )),
    ];
    let shapes = [single.as_slice(), other.as_slice()].concat();
    assert!(check_all(&shapes, 5, 1_000) > 500);
    for shape in &shapes {
        check_all(slice::from_ref(shape), 6, 200);
    }
}

#[test]
fn squares_that_meet_in_corners_and_lie_on_each_other() {
    // Phases with the raster, many areas in one cell, the same outline often.
    let square = |x: f64, y: f64, side: f64| -> Option<Geometry> {
        let at = |dx: f64, dy: f64| Coord {
            x: x + dx,
            y: y + dy,
        };
        Some(
            polygon(
                vec![at(0.0, 0.0), at(side, 0.0), at(side, side), at(0.0, side)],
                vec![],
            )
            .into(),
        )
    };
    let mut shapes = Vec::new();
    for i in 0..12 {
        for j in 0..12 {
            shapes.push(square(f64::from(i) * 0.125, f64::from(j) * 0.125, 0.125));
        }
    }
    shapes.extend((0..40).map(|_| square(0.25, 0.25, 0.5)));
    shapes.extend((0..300).map(|_| square(-1.0, -1.0, 4.0)));
    for k in 0..40 {
        let turn = f64::from(k) * 0.15;
        let wedge = vec![
            Coord { x: 1.0, y: 1.0 },
            Coord {
                x: 1.0 + turn.cos(),
                y: 1.0 + turn.sin(),
            },
            Coord {
                x: 1.0 + (turn + 0.15).cos(),
                y: 1.0 + (turn + 0.15).sin(),
            },
        ];
        shapes.push(Some(polygon(wedge, vec![]).into()));
    }
    assert!(check_all(&shapes, 7, 300) > 500);
}

#[test]
fn dense_and_empty_regions_and_far_outliers() {
    let mut dice = Dice::new(8);
    let mut shapes = Vec::new();
    for _ in 0..300 {
        let centre = [dice.within(108.96, 108.962), dice.within(34.22, 34.222)];
        let corners = 4 + dice.below(6);
        shapes.push(Some(
            polygon(star(&mut dice, centre, 0.00005, corners), vec![]).into(),
        ));
    }
    let centre = [0.0, 0.0];
    shapes.push(Some(
        polygon(star(&mut dice, centre, 1e-4, 7), vec![]).into(),
    ));
    shapes.push(Some(
        polygon(star(&mut dice, [-170.0, -80.0], 9.0, 300), vec![]).into(),
    ));
    check_all(&shapes, 9, 2_000);
    let index = CellIndex::build(shapes.iter().map(Option::as_ref));
    assert!(index.memory_bytes() < 400_000, "{}", index.memory_bytes());
}

#[test]
fn slivers_and_points_off_the_earth() {
    let mut dice = Dice::new(10);
    let mut shapes: Vec<Option<Geometry>> = Vec::new();
    for _ in 0..120 {
        let a = rounded([dice.within(108.96, 108.97), dice.within(34.22, 34.23)]);
        let b = rounded([dice.within(108.96, 108.97), dice.within(34.22, 34.23)]);
        let c = Coord {
            x: f64::midpoint(a.x, b.x),
            y: f64::midpoint(a.y, b.y) + 1e-9 * f64::from(dice.below(4)),
        };
        shapes.push(Some(polygon(vec![a, b, c], vec![]).into()));
    }
    check_all(&shapes, 11, 2_000);
    let far = |x: f64| Coord { x, y: 34.0 };
    let wild = polygon(vec![far(f64::NAN), far(1.0), far(2.0)], vec![]);
    let huge = polygon(
        vec![
            Coord { x: -1e9, y: -1e9 },
            Coord { x: 1e9, y: -1e9 },
            Coord { x: 0.0, y: 1e9 },
        ],
        vec![],
    );
    assert!(huge.unsigned_area() > 1.0);
    let shapes = [Some(wild.into()), Some(huge.into()), shapes[0].clone()];
    let index = CellIndex::build(shapes.iter().map(Option::as_ref));
    let mut found = Vec::new();
    index.covering(LonLat::new(108.96, 34.2).unwrap(), |slot, cover| {
        found.push((slot, cover));
    });
    assert_eq!(found, [(1, Cover::Inside)]);
    let mut first = Vec::new();
    index.first_many(&[LonLat::new(0.0, 0.0).unwrap()], &mut first);
    assert_eq!(first, [1]);
}

#[test]
fn beside_the_raster_nothing_covers_a_place_among_many_either() {
    let corner = |x: f64, y: f64| Coord { x, y };
    let square = vec![
        corner(108.9, 34.2),
        corner(109.0, 34.2),
        corner(109.0, 34.3),
        corner(108.9, 34.3),
    ];
    let shape = Geometry::from(polygon(square, vec![]));
    let index = CellIndex::build([Some(&shape)]);
    let axis = |low: f64, high: f64, most: f64| {
        let near = [low.next_down(), low - 1e-4, high.next_up(), high + 1e-4];
        let inside = f64::midpoint(low, high);
        near.into_iter().chain([-most, 0.0, inside, most])
    };
    let places: Vec<LonLat> = axis(108.9, 109.0, 180.0)
        .flat_map(|x| axis(34.2, 34.3, 90.0).map(move |y| LonLat::new(x, y).ok()))
        .flatten()
        .collect();
    let mut first = Vec::new();
    index.first_many(&places, &mut first);
    let inside = first.iter().filter(|slot| **slot != NONE).count();
    assert_eq!(inside, 1, "the middle alone");
    for (at, slot) in places.iter().zip(&first) {
        assert_eq!(index.first(*at), *slot, "{at:?}");
    }
}

#[test]
fn nothing_to_index() {
    let index = CellIndex::build([None, Some(&Geometry::from(Point::new(1.0, 1.0)))]);
    assert_eq!(index.first(LonLat::new(1.0, 1.0).unwrap()), NONE);
    assert_eq!(
        CellIndex::default().first(LonLat::new(1.0, 1.0).unwrap()),
        NONE
    );
    let mut out = vec![7];
    index.first_many(&[LonLat::new(1.0, 1.0).unwrap(); 130], &mut out);
    assert_eq!(out.len(), 131);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Any rings at all, crossing themselves and each other, at any scale.
    #[test]
    fn any_rings(rings in prop::collection::vec(
        (prop::collection::vec((0_i32..12, 0_i32..12), 1..9), prop::collection::vec((0_i32..12, 0_i32..12), 0..5), 0_u8..3), 1..12),
        scale in prop::sample::select(vec![1.0, 1e-3, 1e-6, 1e-9, 1e-12]), turn in 0.0..1.0_f64)
    {
        let coords = |all: &[(i32, i32)]| -> Vec<Coord> {
            all.iter().map(|(x, y)| Coord { x: f64::from(*x), y: f64::from(*y) }).collect()
        };
        let place = AffineTransform::rotate(turn.round() * 31.0, Coord { x: 0.0, y: 0.0 })
            .scaled(scale, scale, Coord { x: 0.0, y: 0.0 })
            .translated(108.0, 34.0);
        let shapes: Vec<Option<Geometry>> = rings
            .iter()
            .map(|(exterior, hole, kind)| {
                let one = polygon(coords(exterior), if hole.is_empty() { vec![] } else { vec![coords(hole)] });
                let one = one.affine_transform(&place);
                Some(if *kind == 0 {
                    let other = polygon(coords(hole), vec![]).affine_transform(&place);
                    MultiPolygon::new(vec![one, other]).into()
                } else {
                    one.into()
                })
            })
            .collect();
        check_all(&shapes, 1, 100);
    }
}

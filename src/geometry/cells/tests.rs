//! Every answer against the plain predicate, where it hurts: on borders, beside them, on the raster's own lines.

use geo::{AffineOps, AffineTransform, Area};
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::frame::{HALF, Lattice};
use super::*;
use crate::geometry::measure::covers;
use crate::geometry::{Coord, LineString, MultiPolygon, Point, Polygon};

struct Dice(ChaCha8Rng);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    fn below(&mut self, n: u32) -> u32 {
        self.0.next_u32() % n
    }

    fn unit(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / f64::from(u32::MAX)
    }

    fn within(&mut self, low: f64, high: f64) -> f64 {
        low + self.unit() * (high - low)
    }
}

/// Seven decimals, as real data have.
fn rounded(at: [f64; 2]) -> Coord {
    let round = |x: f64| (x * 1e7).round() / 1e7;
    Coord {
        x: round(at[0]),
        y: round(at[1]),
    }
}

fn polygon(exterior: Vec<Coord>, holes: Vec<Vec<Coord>>) -> Polygon {
    Polygon::new(
        LineString::new(exterior),
        holes.into_iter().map(LineString::new).collect(),
    )
}

/// A ring around a centre, wavy, never crossing itself.
fn star(dice: &mut Dice, centre: [f64; 2], radius: f64, corners: u32) -> Vec<Coord> {
    (0..corners)
        .map(|i| {
            let (sin, cos) = (f64::from(i) / f64::from(corners) * std::f64::consts::TAU).sin_cos();
            let r = radius * dice.within(0.4, 1.0);
            rounded([centre[0] + r * cos, centre[1] + r * sin])
        })
        .collect()
}

fn adversarial(index: &CellIndex, shapes: &[Option<Geometry>]) -> Vec<Coord> {
    let mut points = Vec::new();
    let mut around = |at: Coord| {
        for x in [at.x.next_down(), at.x, at.x.next_up()] {
            for y in [at.y.next_down(), at.y, at.y.next_up()] {
                points.push(Coord { x, y });
            }
        }
    };
    for shape in shapes.iter().flatten() {
        use geo::{CoordsIter, LinesIter};
        shape.coords_iter().for_each(&mut around);
        let lines: Vec<_> = match shape {
            Geometry::Polygon(polygon) => polygon.lines_iter().collect(),
            Geometry::MultiPolygon(many) => many.lines_iter().collect(),
            _ => Vec::new(),
        };
        for line in lines {
            for share in [0.5, 0.25, 0.9] {
                around(line.start + (line.end - line.start) * share);
            }
        }
    }
    let frame = &index.raster.frame;
    for (n, coarse) in (0..).zip(&index.raster.coarse[..frame.cells()]).take(2000) {
        let lattice = Lattice::within(frame, n, coarse.level);
        for cell in 0..(1_u32 << (2 * coarse.level)).min(256) {
            for by in [
                [0, 0],
                [-HALF, -HALF],
                [HALF - 1, HALF - 1],
                [-HALF, 0],
                [1, 1],
            ] {
                points.push(frame.degrees(lattice.at(cell, by)));
            }
        }
    }
    points
}

/// Compares all three ways to ask with the plain predicate; returns how many places were on a boundary.
fn check(index: &CellIndex, shapes: &[Option<Geometry>], points: &[Coord]) -> usize {
    let points: Vec<_> = points
        .iter()
        .filter_map(|at| LonLat::new(at.x, at.y).ok())
        .collect();
    let boxes: Vec<_> = shapes
        .iter()
        .map(|shape| shape.as_ref().and_then(crate::geometry::BBox::of))
        .collect();
    let mut many = vec![Vec::new(); points.len()];
    index.covering_many(&points, |n, slot, cover| many[n].push((slot, cover)));
    let mut first = Vec::new();
    index.first_many(&points, &mut first);
    assert_eq!(first.len(), points.len());
    let mut boundary = 0;
    for (n, at) in points.iter().enumerate() {
        let mut wanted = Vec::new();
        for (slot, shape) in (0..).zip(shapes) {
            let Some(shape) = shape else { continue };
            let near = boxes[slot as usize].is_some_and(|b| {
                !(at.lon() < b.west
                    || at.lon() > b.east
                    || at.lat() < b.south
                    || at.lat() > b.north)
            });
            let area = !matches!(
                shape,
                Geometry::Point(_)
                    | Geometry::MultiPoint(_)
                    | Geometry::Line(_)
                    | Geometry::LineString(_)
                    | Geometry::MultiLineString(_)
            );
            if near && area {
                match covers(shape, *at) {
                    Cover::Outside => {}
                    cover => wanted.push((slot, cover)),
                }
            }
        }
        boundary += wanted.iter().filter(|(_, c)| *c == Cover::Boundary).count();
        let mut one = Vec::new();
        index.covering(*at, |slot, cover| one.push((slot, cover)));
        assert_eq!(one, wanted, "one by one at {at:?}");
        assert_eq!(many[n], wanted, "many at {at:?}");
        let lowest = wanted.first().map_or(NONE, |(slot, _)| *slot);
        assert_eq!(
            (index.first(*at), first[n]),
            (lowest, lowest),
            "first at {at:?}"
        );
    }
    boundary
}

fn check_all(shapes: &[Option<Geometry>], seed: u64, random: u32) -> usize {
    let index = CellIndex::build(shapes.iter().map(Option::as_ref));
    let mut points = adversarial(&index, shapes);
    let mut dice = Dice::new(seed);
    if let Some(all) = shapes
        .iter()
        .flatten()
        .filter_map(crate::geometry::BBox::of)
        .reduce(crate::geometry::BBox::union)
    {
        let (w, h) = (
            (all.east - all.west).max(1e-9),
            (all.north - all.south).max(1e-9),
        );
        for _ in 0..random {
            points.push(Coord {
                x: dice.within(all.west - 0.1 * w, all.east + 0.1 * w),
                y: dice.within(all.south - 0.1 * h, all.north + 0.1 * h),
            });
        }
        for (x, y) in [
            (all.west, all.south),
            (all.east, all.north),
            (all.west, all.north),
            (all.east, all.south),
        ] {
            for (dx, dy) in [
                (0.0, 0.0),
                (w, 0.0),
                (-w, 0.0),
                (0.0, h),
                (0.0, -h),
                (1e-13, 0.0),
                (0.0, -1e-13),
            ] {
                points.push(Coord {
                    x: x + dx,
                    y: y + dy,
                });
            }
        }
    }
    points.push(Coord {
        x: -180.0,
        y: -90.0,
    });
    points.push(Coord { x: 180.0, y: 90.0 });
    points.push(Coord { x: 0.0, y: 0.0 });
    check(&index, shapes, &points)
}

/// Cells of a bent grid: corners are shared, borders have vertices between.
fn tiling(dice: &mut Dice, n: u32, between: u32, step: f64) -> Vec<Option<Geometry>> {
    let at = |i: f64, j: f64| [108.96 + i * step, 34.22 + j * step];
    let mut corner = std::collections::HashMap::new();
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

#[test]
fn broken_outlines_answer_as_the_predicate_does() {
    let ring = |all: &[(f64, f64)]| -> Vec<Coord> {
        all.iter()
            .map(|(x, y)| Coord {
                x: 108.96 + x * 1e-4,
                y: 34.22 + y * 1e-4,
            })
            .collect()
    };
    let square = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)];
    let shapes: Vec<Option<Geometry>> = [
        // bow tie, spike, line, point, twice around, doubled vertices, a slit, winding 2 within
        polygon(
            ring(&[(0.0, 0.0), (9.0, 9.0), (9.0, 0.0), (0.0, 9.0)]),
            vec![],
        ),
        polygon(
            ring(&[(0.0, 0.0), (9.0, 0.0), (20.0, 0.0), (9.0, 0.0), (9.0, 7.0)]),
            vec![],
        ),
        polygon(ring(&[(3.0, 3.0), (17.0, 12.0)]), vec![]),
        polygon(ring(&[(5.0, 5.0)]), vec![]),
        polygon(ring(&[square, square].concat()), vec![]),
        polygon(
            ring(&[
                (1.0, 1.0),
                (1.0, 1.0),
                (8.0, 1.0),
                (8.0, 1.0),
                (8.0, 9.0),
                (8.0, 9.0),
            ]),
            vec![],
        ),
        polygon(
            ring(&[
                (0.0, 0.0),
                (12.0, 0.0),
                (12.0, 0.000_000_1),
                (0.0, 0.000_000_2),
            ]),
            vec![],
        ),
        polygon(
            ring(&[
                (0.0, 0.0),
                (10.0, 0.0),
                (10.0, 10.0),
                (0.0, 10.0),
                (0.0, 0.0),
                (4.0, 1.0),
                (4.0, 4.0),
                (1.0, 4.0),
            ]),
            vec![],
        ),
        // hole beside, hole around, holes that overlap, hole that touches at a corner, hole along an edge
        polygon(
            ring(&square),
            vec![ring(&[(20.0, 0.0), (25.0, 0.0), (25.0, 5.0)])],
        ),
        polygon(
            ring(&[(4.0, 4.0), (6.0, 4.0), (6.0, 6.0)]),
            vec![ring(&square)],
        ),
        polygon(
            ring(&square),
            vec![
                ring(&[(2.0, 2.0), (6.0, 2.0), (6.0, 6.0)]),
                ring(&[(3.0, 1.0), (7.0, 2.0), (5.0, 8.0)]),
            ],
        ),
        polygon(
            ring(&square),
            vec![ring(&[(0.0, 0.0), (6.0, 2.0), (6.0, 6.0)])],
        ),
        polygon(
            ring(&square),
            vec![ring(&[(0.0, 2.0), (0.0, 6.0), (6.0, 6.0)])],
        ),
        polygon(vec![], vec![]),
        polygon(ring(&square), vec![vec![]]),
    ]
    .into_iter()
    .map(|polygon| Some(polygon.into()))
    .chain([
        None,
        Some(
            MultiPolygon::new(vec![
                polygon(ring(&square), vec![]),
                polygon(ring(&square), vec![]),
            ])
            .into(),
        ),
        Some(
            MultiPolygon::new(vec![
                polygon(ring(&square), vec![]),
                polygon(
                    ring(&[(10.0, 0.0), (20.0, 0.0), (20.0, 10.0), (10.0, 10.0)]),
                    vec![],
                ),
                polygon(ring(&[(20.0, 10.0), (30.0, 10.0), (30.0, 20.0)]), vec![]),
            ])
            .into(),
        ),
        Some(geo::Rect::new(ring(&square)[0], ring(&square)[2]).into()),
        Some(Geometry::GeometryCollection(
            geo::GeometryCollection::new_from(vec![
                Point::new(108.9608, 34.2205).into(),
                geo::Triangle::new(ring(&square)[0], ring(&square)[1], ring(&square)[2]).into(),
            ]),
        )),
    ])
    .collect();
    assert!(check_all(&shapes, 5, 1_000) > 500);
    for shape in &shapes {
        check_all(std::slice::from_ref(shape), 6, 200);
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
        found.push((slot, cover))
    });
    assert_eq!(found, [(1, Cover::Inside)]);
    let mut first = Vec::new();
    index.first_many(&[LonLat::new(0.0, 0.0).unwrap()], &mut first);
    assert_eq!(first, [1]);
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

//! Seeded data sets for the benchmarks: areas that tile a town and the buildings in it, seven decimals as real data have.

use std::f64::consts::TAU;

use minqing::geometry::{Coord, Geometry, LineString, LonLat, MultiPolygon, Polygon};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The middle of every data set.
const MIDDLE: [f64; 2] = [108.96, 34.22];
/// Metres along a degree of latitude, and of longitude at the middle; near enough to lay a town out.
const METRES: [f64; 2] = [92_050.0, 110_930.0];

/// Numbers that are the same in every run.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The sequence of `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// 0 up to `n`, without `n`.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        self.0.next_u32() % n
    }

    /// `low` up to `high`.
    pub(crate) fn within(&mut self, low: f64, high: f64) -> f64 {
        let part = f64::from(self.0.next_u32()) * 2.0_f64.powi(-32)
            + f64::from(self.0.next_u32()) * 2.0_f64.powi(-64);
        low + part * (high - low)
    }
}

/// Metres east and north of the middle to degrees, seven decimals.
fn degrees(east: f64, north: f64) -> Coord {
    let round = |x: f64| (x * 1e7).round() / 1e7;
    Coord {
        x: round(MIDDLE[0] + east / METRES[0]),
        y: round(MIDDLE[1] + north / METRES[1]),
    }
}

/// `cols` x `rows` polygons that tile a square of `side` metres, with `between` vertices along each side of each.
pub(crate) fn grids(seed: u64, side: f64, cols: u32, rows: u32, between: u32) -> Vec<Geometry> {
    let mut dice = Dice::new(seed);
    let (nx, ny) = (cols * between + 1, rows * between + 1);
    let step = [side / f64::from(nx - 1), side / f64::from(ny - 1)];
    let sway = 0.35 * step[0].min(step[1]);
    let half = side / 2.0;
    // Rows of lines, then columns: only places on a border are used, but a lattice is simpler than a map of them.
    let mut lattice = Vec::new();
    for j in 0..ny {
        for i in 0..nx {
            if i % between == 0 || j % between == 0 {
                let east = f64::from(i) * step[0] - half + dice.within(-sway, sway);
                let north = f64::from(j) * step[1] - half + dice.within(-sway, sway);
                lattice.push(degrees(east, north));
            } else {
                lattice.push(Coord { x: 0.0, y: 0.0 });
            }
        }
    }
    let at = |i: u32, j: u32| lattice[usize::try_from(j * nx + i).expect("fits")];
    let mut all = Vec::new();
    for row in 0..rows {
        for col in 0..cols {
            let (west, south) = (col * between, row * between);
            let (east, north) = (west + between, south + between);
            let mut ring = Vec::new();
            ring.extend((0..between).map(|k| at(west + k, south)));
            ring.extend((0..between).map(|k| at(east, south + k)));
            ring.extend((0..between).map(|k| at(east - k, north)));
            ring.extend((0..between).map(|k| at(west, north - k)));
            all.push(Polygon::new(LineString::new(ring), vec![]).into());
        }
    }
    all
}

/// About `count` buildings over a square of `side` metres: rectangles, L, U, stairs and courtyards, none on another.
pub(crate) fn buildings(seed: u64, side: f64, count: u32) -> Vec<Geometry> {
    let mut dice = Dice::new(seed);
    let along = f64::from(count).sqrt().ceil();
    let step = side / along;
    let mut all = Vec::new();
    let mut place = 0.0;
    while all.len() < usize::try_from(count).expect("fits") {
        let (col, row) = (place % along, (place / along).floor());
        place += 1.0;
        let reach = step * dice.within(0.16, 0.30);
        let free = step / 2.0 - 1.45 * reach;
        let free = free.max(0.0);
        let centre = [
            (col + 0.5) * step - side / 2.0 + dice.within(-free, free),
            (row + 0.5) * step - side / 2.0 + dice.within(-free, free),
        ];
        all.push(building(&mut dice, centre, reach));
    }
    all
}

/// One building around `centre`, no corner further than 1.42 times `reach` from it.
fn building(dice: &mut Dice, centre: [f64; 2], reach: f64) -> Geometry {
    let (sin, cos) = dice.within(0.0, TAU).sin_cos();
    let (w, h) = (reach, reach * dice.within(0.4, 1.0));
    let ring = |corners: &[(f64, f64)]| {
        let turned = corners.iter().map(|(x, y)| {
            let (x, y) = (x * w, y * h);
            degrees(centre[0] + x * cos - y * sin, centre[1] + x * sin + y * cos)
        });
        LineString::new(turned.collect())
    };
    let box_of = |r: f64| [(-r, -r), (r, -r), (r, r), (-r, r)];
    let cut = dice.within(-0.4, 0.4);
    let polygon = match dice.below(100) {
        0..45 => Polygon::new(ring(&box_of(1.0)), vec![]),
        45..70 => Polygon::new(
            ring(&[
                (-1.0, -1.0),
                (1.0, -1.0),
                (1.0, cut),
                (cut, cut),
                (cut, 1.0),
                (-1.0, 1.0),
            ]),
            vec![],
        ),
        70..85 => Polygon::new(
            ring(&[
                (-1.0, -1.0),
                (1.0, -1.0),
                (1.0, 1.0),
                (0.5, 1.0),
                (0.5, cut),
                (-0.5, cut),
                (-0.5, 1.0),
                (-1.0, 1.0),
            ]),
            vec![],
        ),
        85..93 => Polygon::new(
            ring(&[
                (-1.0, -1.0),
                (1.0, -1.0),
                (1.0, -0.5),
                (0.8, -0.5),
                (0.8, 0.0),
                (1.0, 0.0),
                (1.0, 0.5),
                (0.8, 0.5),
                (0.8, 1.0),
                (-0.8, 1.0),
                (-0.8, 0.5),
                (-1.0, 0.5),
                (-1.0, 0.0),
                (-0.8, 0.0),
                (-0.8, -0.5),
                (-1.0, -0.5),
            ]),
            vec![],
        ),
        _ => {
            let mut yard = box_of(0.5);
            yard.reverse();
            Polygon::new(ring(&box_of(1.0)), vec![ring(&yard)])
        }
    };
    polygon.into()
}

/// Polygons of every awkward kind on one heap: holes, overlaps, parts, slivers, corners that touch, copies.
pub(crate) fn heap(seed: u64, side: f64, count: u32) -> Vec<Geometry> {
    let mut dice = Dice::new(seed);
    let half = side / 2.0;
    let mut all: Vec<Geometry> = Vec::new();
    let star = |dice: &mut Dice, east: f64, north: f64, reach: f64, corners: u32| {
        let ring = (0..corners).map(|k| {
            let turn = f64::from(k) / f64::from(corners) * TAU;
            let r = reach * dice.within(0.5, 1.0);
            degrees(east + r * turn.cos(), north + r * turn.sin())
        });
        LineString::new(ring.collect())
    };
    for n in 0..count {
        let (east, north) = (dice.within(-half, half), dice.within(-half, half));
        let reach = dice.within(3.0, 120.0);
        let corners = 5 + dice.below(60);
        let ring = star(&mut dice, east, north, reach, corners);
        all.push(match n % 6 {
            0 => Polygon::new(ring, vec![]).into(),
            1 => {
                let hole = star(&mut dice, east, north, reach * 0.4, 9);
                Polygon::new(ring, vec![hole]).into()
            }
            2 => {
                let hole = star(&mut dice, east, north, reach * 0.4, 9);
                let island = star(&mut dice, east, north, reach * 0.15, 6);
                let beside = star(&mut dice, east + 2.1 * reach, north, reach, 7);
                MultiPolygon::new(vec![
                    Polygon::new(ring, vec![hole]),
                    Polygon::new(island, vec![]),
                    Polygon::new(beside, vec![]),
                ])
                .into()
            }
            3 => {
                let far = degrees(east + reach * 3.0, north + dice.within(-reach, reach));
                let near = degrees(east, north);
                let between = Coord {
                    x: f64::midpoint(far.x, near.x),
                    y: f64::midpoint(far.y, near.y) + 1e-7 * f64::from(dice.below(3)),
                };
                Polygon::new(LineString::new(vec![near, far, between]), vec![]).into()
            }
            4 => {
                let square = |e: f64, n: f64| {
                    let ring = [(0.0, 0.0), (reach, 0.0), (reach, reach), (0.0, reach)];
                    let ring = ring.iter().map(|(x, y)| degrees(e + x, n + y));
                    Polygon::new(LineString::new(ring.collect()), vec![])
                };
                let pair = [square(east, north), square(east + reach, north + reach)];
                MultiPolygon::new(pair.to_vec()).into()
            }
            _ => all[all.len() - 1 - usize::try_from(dice.below(4)).expect("fits")].clone(),
        });
    }
    all
}

/// `count` places over a square of `side` metres around the middle.
pub(crate) fn places(seed: u64, side: f64, count: u32) -> Vec<LonLat> {
    let mut dice = Dice::new(seed);
    let half = side / 2.0;
    (0..count)
        .map(|_| {
            let (east, north) = (dice.within(-half, half), dice.within(-half, half));
            let (lon, lat) = (MIDDLE[0] + east / METRES[0], MIDDLE[1] + north / METRES[1]);
            LonLat::new(lon, lat).expect("a place")
        })
        .collect()
}

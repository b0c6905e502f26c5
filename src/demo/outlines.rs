//! Outlines of houses in their own axes: south-west corner of the box at 0,0, `u` along the house, `v` to the north.

use std::f64::consts::FRAC_1_SQRT_2;

use super::dice::Dice;
use super::plane::{Frame, P, Shape, p};

/// An outline with its box.
#[derive(Debug, Clone)]
pub(super) struct Outline {
    pub(super) ring: Vec<P>,
    pub(super) court: Option<Vec<P>>,
    pub(super) length: f64,
    pub(super) depth: f64,
}

impl Outline {
    fn new(ring: Vec<P>, length: f64, depth: f64) -> Self {
        Self {
            ring,
            court: None,
            length,
            depth,
        }
    }

    /// The outline on the ground, its box at `u`, `v` of `frame`.
    pub(super) fn placed(&self, frame: Frame, u: f64, v: f64) -> Shape {
        let ring = |ring: &[P]| ring.iter().map(|c| frame.at(u + c.x, v + c.y)).collect();
        Shape {
            outer: ring(&self.ring),
            holes: self.court.iter().map(|court| ring(court)).collect(),
        }
    }
}

/// A box.
pub(super) fn block(length: f64, depth: f64) -> Outline {
    let ring = vec![p(0.0, 0.0), p(length, 0.0), p(length, depth), p(0.0, depth)];
    Outline::new(ring, length, depth)
}

/// How the slabs of one compound are drawn: they were built from one set of plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slab {
    Plain,
    /// Stair wells stand out on the north side.
    Stairs,
    /// Every other unit stands back.
    Stepped,
    /// Balconies stand out on the south side.
    Balconies,
}

/// A slab house of `units` units.
pub(super) fn slab(style: Slab, units: usize, unit: f64, depth: f64) -> Outline {
    let length = unit * units as f64;
    let mut ring = Vec::new();
    match style {
        Slab::Plain => return block(length, depth),
        Slab::Stairs => {
            ring.extend([p(0.0, 0.0), p(length, 0.0), p(length, depth - 1.3)]);
            for i in (0..units).rev() {
                let middle = unit * (i as f64 + 0.5);
                ring.extend([
                    p(middle + 1.6, depth - 1.3),
                    p(middle + 1.6, depth),
                    p(middle - 1.6, depth),
                    p(middle - 1.6, depth - 1.3),
                ]);
            }
            ring.push(p(0.0, depth - 1.3));
        }
        Slab::Balconies => {
            ring.push(p(0.0, 1.4));
            for i in 0..units {
                let start = unit * i as f64;
                ring.extend([
                    p(start + 1.5, 1.4),
                    p(start + 1.5, 0.0),
                    p(start + unit - 1.5, 0.0),
                    p(start + unit - 1.5, 1.4),
                ]);
            }
            ring.extend([p(length, 1.4), p(length, depth), p(0.0, depth)]);
        }
        Slab::Stepped => {
            let back = |i: usize| if i % 2 == 1 { 1.8 } else { 0.0 };
            for i in 0..units {
                ring.extend([
                    p(unit * i as f64, back(i)),
                    p(unit * (i + 1) as f64, back(i)),
                ]);
            }
            for i in (0..units).rev() {
                let top = depth - 1.8 + back(i);
                ring.extend([p(unit * (i + 1) as f64, top), p(unit * i as f64, top)]);
            }
        }
    }
    Outline::new(ring, length, depth)
}

/// A tower: a cross, an H or a T of about `length` by `depth`.
pub(super) fn tower(form: usize, length: f64, depth: f64) -> Outline {
    let (l, d) = (length, depth);
    let share = |u: f64, v: f64| p(l * u, d * v);
    let ring: Vec<P> = match form {
        0 => [
            (0.0, 0.3),
            (0.28, 0.3),
            (0.28, 0.0),
            (0.72, 0.0),
            (0.72, 0.3),
            (1.0, 0.3),
            (1.0, 0.72),
            (0.72, 0.72),
            (0.72, 1.0),
            (0.28, 1.0),
            (0.28, 0.72),
            (0.0, 0.72),
        ]
        .map(|(u, v)| share(u, v))
        .to_vec(),
        1 => [
            (0.0, 0.0),
            (0.36, 0.0),
            (0.36, 0.22),
            (0.64, 0.22),
            (0.64, 0.0),
            (1.0, 0.0),
            (1.0, 1.0),
            (0.64, 1.0),
            (0.64, 0.82),
            (0.36, 0.82),
            (0.36, 1.0),
            (0.0, 1.0),
        ]
        .map(|(u, v)| share(u, v))
        .to_vec(),
        2 => [
            (0.0, 0.42),
            (0.3, 0.42),
            (0.3, 0.0),
            (0.7, 0.0),
            (0.7, 0.42),
            (1.0, 0.42),
            (1.0, 1.0),
            (0.0, 1.0),
        ]
        .map(|(u, v)| share(u, v))
        .to_vec(),
        _ => [
            (0.0, 0.12),
            (0.2, 0.12),
            (0.2, 0.0),
            (0.8, 0.0),
            (0.8, 0.12),
            (1.0, 0.12),
            (1.0, 0.88),
            (0.6, 0.88),
            (0.6, 1.0),
            (0.4, 1.0),
            (0.4, 0.88),
            (0.0, 0.88),
        ]
        .map(|(u, v)| share(u, v))
        .to_vec(),
    };
    Outline::new(ring, length, depth)
}

/// A house with wings: to the south at its west end, its east end or both.
pub(super) fn winged(length: f64, depth: f64, wing: f64, west: bool, east: bool) -> Outline {
    let total = depth + wing;
    let mut ring = Vec::new();
    if west {
        ring.extend([p(0.0, 0.0), p(depth, 0.0), p(depth, wing)]);
    } else {
        ring.push(p(0.0, wing));
    }
    if east {
        ring.extend([
            p(length - depth, wing),
            p(length - depth, 0.0),
            p(length, 0.0),
        ]);
    } else {
        ring.push(p(length, wing));
    }
    ring.extend([p(length, total), p(0.0, total)]);
    Outline::new(ring, length, total)
}

/// A house around a courtyard.
pub(super) fn court(length: f64, depth: f64, wing: f64) -> Outline {
    let mut outline = block(length, depth);
    outline.court = Some(vec![
        p(wing, wing),
        p(wing, depth - wing),
        p(length - wing, depth - wing),
        p(length - wing, wing),
    ]);
    outline
}

/// A comb: a long house with three wings to the south, as hospitals and schools are.
pub(super) fn comb(length: f64, depth: f64, wing: f64) -> Outline {
    let total = depth + wing;
    let middle = (length - depth) / 2.0;
    let ring = vec![
        p(0.0, 0.0),
        p(depth, 0.0),
        p(depth, wing),
        p(middle, wing),
        p(middle, wing * 0.3),
        p(middle + depth, wing * 0.3),
        p(middle + depth, wing),
        p(length - depth, wing),
        p(length - depth, 0.0),
        p(length, 0.0),
        p(length, total),
        p(0.0, total),
    ];
    Outline::new(ring, length, total)
}

/// Eighths of a quarter circle; written out so that no machine has to compute them.
const ARC: [(f64, f64); 7] = [
    (1.0, 0.0),
    (0.9659, 0.2588),
    (0.866, 0.5),
    (FRAC_1_SQRT_2, FRAC_1_SQRT_2),
    (0.5, 0.866),
    (0.2588, 0.9659),
    (0.0, 1.0),
];

/// A running track: two straights and two half circles.
pub(super) fn track(length: f64, depth: f64) -> Outline {
    let r = depth / 2.0;
    let mut ring = Vec::new();
    for (cos, sin) in ARC {
        ring.push(p(length - r + r * sin, r - r * cos));
    }
    for (cos, sin) in ARC.into_iter().skip(1) {
        ring.push(p(length - r + r * cos, r + r * sin));
    }
    for (cos, sin) in ARC {
        ring.push(p(r - r * sin, r + r * cos));
    }
    for (cos, sin) in ARC.into_iter().skip(1) {
        ring.push(p(r - r * cos, r - r * sin));
    }
    Outline::new(ring, length, depth)
}

/// Sixteen directions, written out so that no machine has to compute them.
const ROSE: [(f64, f64); 16] = [
    (1.0, 0.0),
    (0.9239, 0.3827),
    (FRAC_1_SQRT_2, FRAC_1_SQRT_2),
    (0.3827, 0.9239),
    (0.0, 1.0),
    (-0.3827, 0.9239),
    (-FRAC_1_SQRT_2, FRAC_1_SQRT_2),
    (-0.9239, 0.3827),
    (-1.0, 0.0),
    (-0.9239, -0.3827),
    (-FRAC_1_SQRT_2, -FRAC_1_SQRT_2),
    (-0.3827, -0.9239),
    (0.0, -1.0),
    (0.3827, -0.9239),
    (FRAC_1_SQRT_2, -FRAC_1_SQRT_2),
    (0.9239, -0.3827),
];

/// A soft outline around `centre`, such as a pond's.
pub(super) fn blob(dice: &mut Dice, centre: P, wide: f64, deep: f64) -> Shape {
    let mut ring: Vec<P> = ROSE
        .iter()
        .map(|(x, y)| {
            let reach = dice.range(0.72, 1.0);
            centre + p(x * wide * reach, y * deep * reach)
        })
        .collect();
    // Corner cutting, twice: every corner becomes two on its sides.
    for _ in 0..2 {
        ring = super::plane::sides(&ring)
            .flat_map(|(a, b)| [a * 0.75 + b * 0.25, a * 0.25 + b * 0.75])
            .collect();
    }
    Shape::new(ring)
}

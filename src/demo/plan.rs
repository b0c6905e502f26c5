//! The streets and the areas between them, in metres.
//!
//! Six rows of blocks lie between seven streets that wind from west to east; each row has its own cross streets, so
//! they meet in T-junctions, never in a chessboard. Every corner that two areas share is worked out once.

use super::dice::Dice;
use super::names::NameBook;
use crate::geometry::Coord;

pub(super) const ROWS: usize = 6;
/// Basic grids in each row, 75 in all; five communities share each row.
const GRIDS_IN_ROW: [usize; ROWS] = [12, 13, 12, 13, 12, 13];
const COMMUNITIES_IN_ROW: usize = 5;
const WIDTH: f64 = 2620.0;
const HEIGHT: f64 = 2560.0;

/// One basic grid: the strip between two cross streets.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    pub(super) community: usize,
    pub(super) outline: Vec<Coord>,
    /// South-west, south-east, north-east, north-west.
    pub(super) corners: [Coord; 4],
    /// The streets in the south, east, north and west.
    pub(super) streets: [String; 4],
}

/// One street.
#[derive(Debug, Clone)]
pub(super) struct Street {
    pub(super) name: String,
    pub(super) class: &'static str,
    pub(super) width_m: f64,
    pub(super) line: Vec<Coord>,
}

/// The streets and areas.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) grids: Vec<Grid>,
    /// The outline of each community.
    pub(super) communities: Vec<Vec<Coord>>,
    pub(super) outline: Vec<Coord>,
    pub(super) streets: Vec<Street>,
}

/// A cross street from one long street to the next.
struct Cross {
    line: Vec<Coord>,
    name: String,
}

impl Plan {
    pub(super) fn new(seed: u64) -> Self {
        let (mut dice, mut names) = (Dice::new(seed, 1), NameBook::default());
        let phase: Vec<f64> = (0..=ROWS).map(|_| dice.range(0.0, 6.0)).collect();
        let long = |row: usize, x: f64| {
            let base = HEIGHT * (row as f64) / (ROWS as f64)
                + [0.0, 18.0, -25.0, 20.0, -14.0, 26.0, 0.0][row];
            // a parabola instead of a sine: the same on every machine
            let t = ((x / WIDTH) * 3.0 + phase[row]) % 2.0 - 1.0;
            Coord {
                x,
                y: base
                    + 0.035 * x
                    + (1.0 - t * t) * if row.is_multiple_of(2) { 26.0 } else { -22.0 },
            }
        };
        let edge = |row: usize, east: bool| {
            let bulge = [0.0, 46.0, 70.0, 30.0, -24.0, 38.0, 10.0][row];
            if east {
                WIDTH + bulge
            } else {
                -bulge * 0.7 - 0.06 * HEIGHT * (row as f64) / (ROWS as f64)
            }
        };
        let mut rows: Vec<Vec<Cross>> = Vec::new();
        for (row, grids) in GRIDS_IN_ROW.into_iter().enumerate() {
            rows.push(crosses(&mut dice, &mut names, row, grids, &long, &edge));
        }
        let along: Vec<Vec<Coord>> = (0..=ROWS)
            .map(|row| nodes_along(row, &rows, &long, &edge))
            .collect();
        let long_names: Vec<String> = (0..=ROWS)
            .map(|row| {
                names.street(
                    &mut dice,
                    if row % 3 == 0 {
                        "大道"
                    } else if row % 2 == 0 {
                        "路"
                    } else {
                        "街"
                    },
                )
            })
            .collect();
        let (mut grids, mut communities) = (Vec::new(), Vec::new());
        for row in (0..ROWS).rev() {
            let crosses = &rows[row];
            let strip = |west: usize, east: usize| {
                strip(
                    &along[row],
                    &along[row + 1],
                    &crosses[west].line,
                    &crosses[east].line,
                )
            };
            let total = GRIDS_IN_ROW[row];
            let starts: Vec<usize> = (0..=COMMUNITIES_IN_ROW)
                .map(|c| (c * total).div_ceil(COMMUNITIES_IN_ROW))
                .collect();
            for community in 0..COMMUNITIES_IN_ROW {
                let (from, until) = (starts[community], starts[community + 1]);
                for at in from..until {
                    let (west, east) = (&crosses[at], &crosses[at + 1]);
                    let last = west.line.len() - 1;
                    grids.push(Grid {
                        community: communities.len(),
                        outline: strip(at, at + 1),
                        corners: [west.line[0], east.line[0], east.line[last], west.line[last]],
                        streets: [
                            long_names[row].clone(),
                            east.name.clone(),
                            long_names[row + 1].clone(),
                            west.name.clone(),
                        ],
                    });
                }
                communities.push(strip(from, until));
            }
        }
        let outline = outline(&along, &rows);
        let streets = streets(along, rows, long_names);
        Self {
            grids,
            communities,
            outline,
            streets,
        }
    }
}

fn crosses(
    dice: &mut Dice,
    names: &mut NameBook,
    row: usize,
    grids: usize,
    long: &dyn Fn(usize, f64) -> Coord,
    edge: &dyn Fn(usize, bool) -> f64,
) -> Vec<Cross> {
    let across =
        |row: usize, share: f64| edge(row, false) + share * (edge(row, true) - edge(row, false));
    (0..=grids)
        .map(|at| {
            let share = at as f64 / grids as f64;
            let is_edge = at == 0 || at == grids;
            let shift = if is_edge {
                0.0
            } else {
                dice.range(-0.018, 0.018)
            };
            let lean = if is_edge {
                0.0
            } else {
                dice.range(-0.006, 0.006)
            };
            let (south, north) = (
                long(row, across(row, share + shift)),
                long(row + 1, across(row + 1, share + shift + lean)),
            );
            let mut line = vec![south];
            let bend = if is_edge {
                6.0
            } else {
                dice.range(-16.0, 16.0)
            };
            for step in 1..5 {
                let t = f64::from(step) / 5.0;
                let aside = bend * 4.0 * t * (1.0 - t);
                line.push(Coord {
                    x: south.x + (north.x - south.x) * t + aside,
                    y: south.y + (north.y - south.y) * t,
                });
            }
            line.push(north);
            Cross {
                line,
                name: names.street(dice, if at % 4 == 2 { "路" } else { "巷" }),
            }
        })
        .collect()
}

/// Every corner of the long street `row` from west to east: where cross streets meet it, and its own bends.
fn nodes_along(
    row: usize,
    rows: &[Vec<Cross>],
    long: &dyn Fn(usize, f64) -> Coord,
    edge: &dyn Fn(usize, bool) -> f64,
) -> Vec<Coord> {
    let above = rows
        .get(row)
        .into_iter()
        .flatten()
        .map(|cross| cross.line[0]);
    let below = row
        .checked_sub(1)
        .and_then(|row| rows.get(row))
        .into_iter()
        .flatten()
        .map(|cross| cross.line[cross.line.len() - 1]);
    let mut nodes: Vec<Coord> = above.chain(below).collect();
    let (west, east) = (edge(row, false), edge(row, true));
    let mut x = west + 45.0;
    while x < east - 30.0 {
        if nodes.iter().all(|node| (node.x - x).abs() > 12.0) {
            nodes.push(long(row, x));
        }
        x += 52.0;
    }
    nodes.sort_by(|a, b| a.x.total_cmp(&b.x));
    nodes.dedup();
    nodes
}

fn strip(south: &[Coord], north: &[Coord], west: &[Coord], east: &[Coord]) -> Vec<Coord> {
    let last = west.len() - 1;
    let between = |line: &[Coord], from: Coord, until: Coord| -> Vec<Coord> {
        line.iter()
            .copied()
            .filter(|node| from.x < node.x && node.x < until.x)
            .collect()
    };
    let mut ring = vec![west[0]];
    ring.extend(between(south, west[0], east[0]));
    ring.extend(east);
    ring.extend(between(north, west[last], east[last]).into_iter().rev());
    ring.extend(west.iter().skip(1).rev());
    ring
}

fn outline(along: &[Vec<Coord>], rows: &[Vec<Cross>]) -> Vec<Coord> {
    let mut ring = along[0].clone();
    for crosses in rows {
        ring.extend(crosses[crosses.len() - 1].line.iter().skip(1));
    }
    ring.extend(along[along.len() - 1].iter().rev().skip(1));
    for crosses in rows.iter().rev() {
        let line = &crosses[0].line;
        ring.extend(line.iter().take(line.len() - 1).rev());
    }
    ring.pop();
    ring
}

fn streets(along: Vec<Vec<Coord>>, rows: Vec<Vec<Cross>>, names: Vec<String>) -> Vec<Street> {
    let long = along
        .into_iter()
        .zip(names)
        .enumerate()
        .map(|(row, (line, name))| match row % 3 {
            0 => Street {
                name,
                class: "arterial",
                width_m: 36.0,
                line,
            },
            _ => Street {
                name,
                class: "secondary",
                width_m: 22.0,
                line,
            },
        });
    let across = rows.into_iter().flat_map(|crosses| {
        crosses
            .into_iter()
            .enumerate()
            .map(|(at, Cross { line, name })| {
                let (class, width_m) = if at % 4 == 2 {
                    ("street", 14.0)
                } else {
                    ("lane", 9.0)
                };
                Street {
                    name,
                    class,
                    width_m,
                    line,
                }
            })
    });
    long.chain(across).collect()
}

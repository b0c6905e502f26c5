//! The roads as one network: lines are cut where they cross and where one ends within half a metre of another; bridges
//! and tunnels are not among them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::plane::{Cell, P, meet, off_segment};
use super::tests::{of, set, text};
use super::*;
use crate::geometry::{Coord, Geometry, LineString};

/// Lines that end so near to others meet them.
const TOLERANCE_M: f64 = 0.5;

fn place(at: Coord) -> P {
    let cell: Cell = ((at.x * 1e7).round() as i64, (at.y * 1e7).round() as i64);
    P::of(cell)
}

/// A leg of a line: its ends, and the line that it is of.
type Leg = (P, P, usize);

/// The pieces in which the roads hang together.
struct Network {
    legs: Vec<Leg>,
    piece: Vec<usize>,
    /// Legs by squares of 50 m.
    squares: HashMap<(i64, i64), Vec<usize>>,
}

fn squares(a: P, b: P, reach: f64) -> impl Iterator<Item = (i64, i64)> {
    let of = |value: f64| (value / 50.0).floor() as i64;
    let (west, east) = (of(a.x.min(b.x) - reach), of(a.x.max(b.x) + reach));
    let (south, north) = (of(a.y.min(b.y) - reach), of(a.y.max(b.y) + reach));
    (west..=east).flat_map(move |x| (south..=north).map(move |y| (x, y)))
}

impl Network {
    fn of<'a>(roads: impl Iterator<Item = &'a Draft>) -> Self {
        let mut lines: Vec<LineString> = Vec::new();
        for road in roads {
            let Some(Geometry::MultiLineString(parts)) = &road.geometry else {
                panic!("{} is no line", road.code);
            };
            lines.extend(parts.0.iter().cloned());
        }
        let legs: Vec<Leg> = lines
            .iter()
            .enumerate()
            .flat_map(|(at, line)| {
                let pairs = line.0.windows(2);
                pairs.map(move |pair| (place(pair[0]), place(pair[1]), at))
            })
            .collect();
        let mut places: HashMap<(i64, i64), Vec<usize>> = HashMap::new();
        for (at, (a, b, _)) in legs.iter().enumerate() {
            for square in squares(*a, *b, 1.0) {
                places.entry(square).or_default().push(at);
            }
        }
        let mut network = Self {
            piece: (0..lines.len()).collect(),
            legs,
            squares: places,
        };
        network.join();
        network
    }

    fn join(&mut self) {
        for legs in self.squares.values() {
            for (at, one) in legs.iter().enumerate() {
                for two in &legs[at + 1..] {
                    let ((a, b, line), (c, d, other)) = (self.legs[*one], self.legs[*two]);
                    let near = |p: P, q: P, r: P| off_segment(p, q, r) <= TOLERANCE_M;
                    if meet(a, b, c, d)
                        || near(a, c, d)
                        || near(b, c, d)
                        || near(c, a, b)
                        || near(d, a, b)
                    {
                        let (line, other) =
                            (root(&mut self.piece, line), root(&mut self.piece, other));
                        self.piece[line] = other;
                    }
                }
            }
        }
        for at in 0..self.piece.len() {
            self.piece[at] = root(&mut self.piece, at);
        }
    }

    fn pieces(&self) -> usize {
        self.piece.iter().collect::<BTreeSet<_>>().len()
    }

    /// How far `from` is from the nearest leg.
    fn off(&self, from: P) -> f64 {
        for reach in [10.0, 100.0, 600.0] {
            let near = squares(from, from, reach).filter_map(|square| self.squares.get(&square));
            let off = near
                .flatten()
                .map(|at| off_segment(from, self.legs[*at].0, self.legs[*at].1))
                .fold(f64::INFINITY, f64::min);
            if off <= reach {
                return off;
            }
        }
        f64::INFINITY
    }
}

fn root(piece: &mut [usize], mut at: usize) -> usize {
    while piece[at] != at {
        piece[at] = piece[piece[at]];
        at = piece[at];
    }
    at
}

fn point_of(draft: &Draft) -> P {
    let Some(Geometry::Point(at)) = &draft.geometry else {
        panic!("{} is no point", draft.code);
    };
    place(at.0)
}

#[test]
fn the_roads_are_one_network_whatever_the_seed() {
    for seed in [1, 2, 3] {
        let set = generate(&DemoOptions {
            seed,
            ..DemoOptions::default()
        });
        let network = Network::of(of(&set, LayerId::ROADS));
        assert_eq!(network.pieces(), 1, "seed {seed}");
        let existing = of(&set, LayerId::ROADS)
            .filter(|road| text(LayerId::ROADS, road, "state") == "existing");
        assert_eq!(Network::of(existing).pieces(), 1, "without planned ones");
    }
}

#[test]
fn every_entrance_has_a_way_of_its_own_compound_before_it_and_every_gate_lies_on_one() {
    let set = set();
    let roads = Network::of(of(set, LayerId::ROADS));
    for gate in of(set, LayerId::GATES) {
        assert!(roads.off(point_of(gate)) < 0.1, "{}", gate.code);
    }
    let mut off: Vec<f64> = of(set, LayerId::ENTRANCES)
        .map(|door| roads.off(point_of(door)))
        .collect();
    off.sort_by(f64::total_cmp);
    let at = |share: f64| off[(off.len() as f64 * share) as usize - 1];
    assert!(
        at(0.5) < 4.0 && at(0.9) < 6.0 && at(1.0) < 12.0,
        "{} {} {}",
        at(0.5),
        at(0.9),
        at(1.0)
    );
    // a way reaches into every compound
    let paths: Vec<P> = of(set, LayerId::ROADS)
        .filter(|road| text(LayerId::ROADS, road, "class") == "path")
        .flat_map(|road| {
            let Some(Geometry::MultiLineString(lines)) = &road.geometry else {
                panic!("a line");
            };
            let ends: Vec<P> = lines.0[0].0.iter().copied().map(place).collect();
            let middles: Vec<P> = ends.windows(2).map(|leg| (leg[0] + leg[1]) * 0.5).collect();
            ends.into_iter().chain(middles)
        })
        .collect();
    let town = town::build(1);
    for compound in &town.compounds {
        assert!(
            paths.iter().any(|place| compound.shape.has(*place)),
            "{}",
            compound.name
        );
    }
}

#[test]
fn no_way_leads_through_a_house_or_the_river() {
    let town = town::build(1);
    let mut through: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, _, path) in &town.paths {
        for leg in path.windows(2) {
            let crosses = |shape: &plane::Shape| {
                plane::sides(&shape.outer).any(|(a, b)| meet(leg[0], leg[1], a, b))
            };
            let mut count = |what, found: bool| {
                *through.entry(what).or_default() += usize::from(found);
            };
            count(
                "houses",
                town.houses.iter().any(|house| crosses(&house.shape)),
            );
            let rivers = town.water.iter().filter(|water| water.kind == "river");
            count(
                "river",
                rivers.into_iter().any(|water| crosses(&water.shape)),
            );
        }
    }
    assert_eq!(through, BTreeMap::from([("houses", 0), ("river", 0)]));
}

/// Six of the city's towns in two rows, which are joined as all of them are.
#[test]
fn the_city_is_one_network_with_facilities_entrances_and_targets() {
    let (towns, as_of) = (6, DemoOptions::default().as_of);
    let set = DemoSet {
        seed: 1,
        size: DemoSize::City,
        as_of,
        records: city::part(1, as_of, towns, 3).numbered(),
    };
    let count = |layer| of(&set, layer).count();
    assert_eq!(count(LayerId::GRIDS), towns * 88);
    assert_eq!(count(LayerId::COMPOUNDS), towns * 147);
    assert_eq!(count(LayerId::ENTRANCES), towns * 1_713);
    assert!((towns * 1_100..towns * 1_400).contains(&count(LayerId::BUILDINGS)));
    assert!(count(LayerId::FACILITIES) > towns * 550);
    assert!(count(LayerId::INSPECTION_TARGETS) > towns * 350);
    assert!(count(LayerId::GATES) > towns * 147);
    assert_eq!(count(LayerId::HOUSEHOLDS) + count(LayerId::POSTS), 0);
    assert_eq!(Network::of(of(&set, LayerId::ROADS)).pieces(), 1);
    let mut codes = BTreeSet::new();
    for (layer, _, draft) in &set.records {
        assert!(
            codes.insert((*layer, &*draft.code)),
            "{layer} {}",
            draft.code
        );
    }
    let houses: BTreeSet<&str> = of(&set, LayerId::BUILDINGS)
        .map(|draft| &*draft.code)
        .collect();
    for layer in [LayerId::ENTRANCES, LayerId::INSPECTION_TARGETS] {
        for draft in of(&set, layer) {
            let house = text(layer, draft, "building_code");
            assert!(house.is_empty() || houses.contains(house), "{}", draft.code);
        }
    }
}

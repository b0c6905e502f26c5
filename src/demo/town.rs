//! The town as built: communities, grids, blocks, compounds and houses, before they become records.

use super::blocks::{self, Block, Use, fronts};
use super::dice::Dice;
use super::houses::{self, Dwelling, Estate, frame_of};
use super::names::{self, NameBook};
use super::net::{Net, split};
use super::outlines::block as boxed;
use super::plane::{Frame, P, Shape, half_plane, opened, without};
use super::{grounds, streets, village, yards};

pub(super) const COMPOUNDS: usize = 147;
pub(super) const RESIDENTIAL: usize = 631;
pub(super) const ENTRANCES: usize = 1713;
/// Plots among the homes that serve everybody: kindergartens, halls, gardens.
const CIVIC: usize = 24;

/// A compound.
#[derive(Debug, Clone)]
pub(super) struct Compound {
    pub(super) block: usize,
    pub(super) shape: Shape,
    pub(super) estate: Estate,
    pub(super) year: i64,
    pub(super) name: String,
    pub(super) address: String,
}

/// A house.
#[derive(Debug, Clone)]
pub(super) struct House {
    pub(super) block: usize,
    pub(super) compound: Option<usize>,
    pub(super) shape: Shape,
    /// The code of its use.
    pub(super) purpose: &'static str,
    pub(super) name: String,
    pub(super) number: String,
    pub(super) address: String,
    pub(super) storeys: i64,
    pub(super) year: i64,
    pub(super) structure: &'static str,
    pub(super) entrances: usize,
    pub(super) doors: i64,
    pub(super) lift: bool,
    /// The homestead around a self-built house.
    pub(super) parcel: Option<Shape>,
}

/// A piece of ground on the base map.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) shape: Shape,
}

/// The whole town.
#[derive(Debug)]
pub(super) struct Town {
    pub(super) net: Net,
    pub(super) river_street: usize,
    pub(super) blocks: Vec<Block>,
    pub(super) communities: Vec<String>,
    pub(super) village: usize,
    pub(super) compounds: Vec<Compound>,
    pub(super) houses: Vec<House>,
    pub(super) grounds: Vec<Ground>,
    pub(super) water: Vec<Ground>,
    /// Ways within plots: class, width in metres, path.
    pub(super) paths: Vec<(&'static str, f64, Vec<P>)>,
    /// Civic plots: what stands there.
    pub(super) civic: Vec<(usize, Shape)>,
    /// House numbers given so far, by street.
    numbers: Vec<i64>,
}

/// Builds the town.
pub(super) fn build(seed: u64) -> Town {
    let mut book = NameBook::default();
    let plan = streets::draw(seed, &mut book);
    let blocks = blocks::assign(&plan);
    let mut dice = Dice::new(seed, 2);
    let village = blocks
        .iter()
        .find(|block| block.ground == Use::Village)
        .map_or(0, |block| block.community);
    let communities = (0..streets::COMMUNITIES)
        .map(|at| {
            let stem = book.stem(&mut dice);
            if at == village {
                return format!("{stem}村");
            }
            let middle = dice.weighted(&[(6, ""), (2, "路"), (1, "园"), (1, "里")]);
            format!("{stem}{middle}社区")
        })
        .collect();
    let numbers = plan.net.streets.iter().map(|_| 0).collect();
    let mut town = Town {
        net: plan.net,
        river_street: plan.river_street,
        blocks,
        communities,
        village,
        compounds: Vec::new(),
        houses: Vec::new(),
        grounds: Vec::new(),
        water: Vec::new(),
        paths: Vec::new(),
        civic: Vec::new(),
        numbers,
    };
    town.homes(&mut book, &mut dice);
    yards::build(&mut town, &mut Dice::new(seed, 5));
    village::build(&mut town, &mut Dice::new(seed, 3));
    grounds::build(&mut town, &mut book, &mut Dice::new(seed, 4));
    town
}

impl Town {
    /// The next address on the named street nearest to `place`.
    pub(super) fn address(&mut self, block: usize, place: P) -> String {
        let street = self.street_near(block, place);
        self.numbers[street] += 1;
        format!(
            "{}{}号",
            self.net.streets[street].name, self.numbers[street]
        )
    }

    /// The street of the block nearest to `place`.
    pub(super) fn street_near(&self, block: usize, place: P) -> usize {
        let ring = &self.net.faces[self.blocks[block].face];
        (0..ring.len())
            .filter_map(|i| {
                let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
                let off = super::plane::off_segment(place, self.net.at(a), self.net.at(b));
                Some((off, self.net.street_between(a, b)?))
            })
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map_or(0, |(_, street)| street)
    }

    /// Shops along a side of a plot; gives the strip of ground that they take.
    pub(super) fn shops(&mut self, block: usize, front: blocks::Front, dice: &mut Dice) -> Shape {
        const DEPTH: f64 = 14.5;
        let frame = Frame {
            u: (front.to - front.from).unit(),
        };
        let start = frame.of(front.from);
        let length = front.from.to(front.to);
        let mut u = dice.range(3.0, 9.0);
        while u + 12.0 < length - 3.0 {
            let (long, deep) = (
                dice.range(12.0, 44.0).min(length - 3.0 - u),
                dice.range(8.5, 11.5),
            );
            let shape = boxed(long, deep).placed(frame, start.x + u, start.y + 1.0);
            u += long + dice.weighted(&[(3, 1.2), (2, 6.0), (1, 14.0)]);
            let clear = self
                .houses
                .iter()
                .all(|house| house.block != block || house.shape.apart(&shape, 1.0));
            if !self.blocks[block].plot.holds(&shape, 0.5) || !clear {
                continue;
            }
            let address = self.address(block, shape.centre());
            let storeys = dice.weighted(&[(5, 2), (3, 1), (3, 3), (1, 4)]);
            self.houses.push(House {
                block,
                compound: None,
                shape,
                purpose: if storeys == 4 { "office" } else { "commercial" },
                name: format!("{address}商铺楼"),
                number: String::new(),
                address,
                storeys,
                year: dice.between(1986, 2014),
                structure: dice.pick(&["brick_concrete", "brick_precast", "frame"]),
                entrances: 0,
                doors: 0,
                lift: false,
                parcel: None,
            });
        }
        half_plane(front.from + frame.u.left() * DEPTH, -frame.u)
    }

    fn homes(&mut self, book: &mut NameBook, dice: &mut Dice) {
        let mut lots: Vec<(usize, Shape, f64)> = Vec::new();
        for block in 0..self.blocks.len() {
            if self.blocks[block].ground != Use::Homes {
                continue;
            }
            let mut strips = Vec::new();
            for front in fronts(&self.net, &self.blocks[block], 52.0) {
                if front.busy(&self.net) && dice.chance(0.55) {
                    strips.push(self.shops(block, front, dice));
                }
            }
            let plot = &self.blocks[block].plot;
            let rest = without(plot, &strips).into_iter().next();
            if let Some(lot) = rest.and_then(|rest| opened(&rest, 6.0)) {
                lots.push((block, lot, dice.range(0.7, 1.3)));
            }
        }
        while lots.len() < COMPOUNDS + CIVIC {
            let Some(at) =
                (0..lots.len()).max_by(|a, b| weight(&lots[*a]).total_cmp(&weight(&lots[*b])))
            else {
                break;
            };
            let (block, lot, bias) = lots.swap_remove(at);
            let (one, two) = halves(&lot, dice).unwrap_or((lot.clone(), lot));
            lots.push((block, one, bias * dice.range(0.85, 1.15)));
            lots.push((block, two, bias * dice.range(0.85, 1.15)));
        }
        self.keep_civic(&mut lots);
        lots.sort_by_key(|(block, lot, _)| (*block, lot.centre().cell()));
        self.settle(lots, book, dice);
    }

    /// The smallest plots serve everybody, but no grid gives its only one.
    fn keep_civic(&mut self, lots: &mut Vec<(usize, Shape, f64)>) {
        lots.sort_by(|a, b| a.1.area().total_cmp(&b.1.area()));
        let mut at = 0;
        while self.civic.len() < CIVIC && at < lots.len() {
            let grid = self.blocks[lots[at].0].grid;
            let peers = lots
                .iter()
                .filter(|(block, ..)| self.blocks[*block].grid == grid)
                .count();
            let there = self
                .civic
                .iter()
                .filter(|(block, _)| self.blocks[*block].grid == grid)
                .count();
            if peers > 1 && there == 0 {
                let (block, shape, _) = lots.remove(at);
                self.civic.push((block, shape));
            } else {
                at += 1;
            }
        }
    }

    /// Houses on every plot, as loose as gives enough of them; the shortest are left out again.
    fn settle(&mut self, lots: Vec<(usize, Shape, f64)>, book: &mut NameBook, dice: &mut Dice) {
        let estates: Vec<Estate> = lots
            .iter()
            .map(|(_, lot, _)| {
                let large = lot.area() > 11_000.0;
                dice.weighted(&[
                    (if large { 3 } else { 6 }, Estate::OldRows),
                    (if large { 3 } else { 4 }, Estate::WorkUnit),
                    (if large { 3 } else { 1 }, Estate::Commodity),
                    (1, Estate::Resettlement),
                ])
            })
            .collect();
        let stream = dice.below(usize::MAX) as u64;
        let filled = |room: f64| -> Vec<Vec<Dwelling>> {
            lots.iter()
                .enumerate()
                .map(|(at, (_, lot, _))| {
                    houses::fill(lot, estates[at], &mut Dice::new(stream, at as u64), room)
                })
                .collect()
        };
        let mut dwellings = Vec::new();
        for step in 0..16 {
            dwellings = filled(1.75 - 0.075 * f64::from(step));
            if dwellings.iter().map(Vec::len).sum::<usize>() >= RESIDENTIAL * 105 / 100 {
                break;
            }
        }
        while dwellings.iter().map(Vec::len).sum::<usize>() > RESIDENTIAL {
            let at = dice.below(dwellings.len());
            let small = (0..dwellings[at].len()).min_by_key(|i| dwellings[at][*i].entrances);
            if let Some(gone) = small.filter(|_| dwellings[at].len() > 2) {
                dwellings[at].remove(gone);
            }
        }
        adjust_entrances(&mut dwellings, dice);
        for (at, (block, shape, _)) in lots.into_iter().enumerate() {
            self.compound(
                block,
                shape,
                estates[at],
                std::mem::take(&mut dwellings[at]),
                book,
                dice,
            );
        }
    }

    fn compound(
        &mut self,
        block: usize,
        shape: Shape,
        estate: Estate,
        mut dwellings: Vec<Dwelling>,
        book: &mut NameBook,
        dice: &mut Dice,
    ) {
        let year = match estate {
            Estate::OldRows => dice.between(1981, 2000),
            Estate::WorkUnit => dice.between(1978, 1999),
            Estate::Commodity => dice.between(2001, 2019),
            Estate::Resettlement => dice.between(1998, 2012),
        };
        let address = self.address(block, shape.centre());
        let unit = if estate == Estate::WorkUnit {
            book.unit()
        } else {
            None
        };
        let name = match (estate, unit) {
            (Estate::WorkUnit, Some(unit)) => format!("{unit}家属院"),
            (Estate::Commodity, _) => {
                book.stem(dice)
                    + dice.weighted(&[
                        (3, "花园"),
                        (3, "公馆"),
                        (2, "名邸"),
                        (2, "国际"),
                        (2, "华府"),
                        (2, "新城"),
                    ])
            }
            (Estate::Resettlement, _) => book.stem(dice) + "佳苑",
            _ if dice.chance(0.4) => format!("{address}院"),
            _ => book.stem(dice) + dice.weighted(&[(5, "小区"), (2, "新村"), (2, "苑"), (1, "里")]),
        };
        let compound = self.compounds.len();
        let frame = frame_of(&shape);
        dwellings.sort_by(|a, b| {
            let (a, b) = (frame.of(a.shape.centre()), frame.of(b.shape.centre()));
            ((-a.y / 25.0).round(), a.x)
                .partial_cmp(&((-b.y / 25.0).round(), b.x))
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        let base = if year < 1990 { 5 } else { 6 };
        for (at, dwelling) in dwellings.into_iter().enumerate() {
            let storeys = match (estate, dwelling.high) {
                (Estate::Commodity, true)
                    if dwelling.most == 2 && dwelling.shape.outer.len() >= 8 =>
                {
                    dice.weighted(&[(3, 15), (3, 18), (2, 24), (1, 30)])
                }
                (_, true) => dice.weighted(&[(4, 9), (5, 11), (2, 16)]),
                _ => base + dice.weighted(&[(3, 0), (2, 1), (1, -1)]),
            };
            let year = year + dice.weighted(&[(6, 0), (2, 1), (1, 2)]);
            let structure = if storeys > 9 {
                "shear_wall"
            } else if year < 1984 && dice.chance(0.25) {
                "brick_timber"
            } else if year < 1996 {
                dice.weighted(&[(7, "brick_precast"), (3, "brick_concrete")])
            } else {
                dice.weighted(&[(6, "brick_concrete"), (2, "frame")])
            };
            let doors = if storeys > 17 {
                dice.between(2, 3)
            } else {
                dice.weighted(&[(7, 2), (2, 3)])
            };
            self.houses.push(House {
                block,
                compound: Some(compound),
                shape: dwelling.shape,
                purpose: "residential",
                name: format!("{name}{}号楼", at + 1),
                number: (at + 1).to_string(),
                address: format!("{address}{}号楼", at + 1),
                storeys,
                year,
                structure,
                entrances: dwelling.entrances,
                doors,
                lift: storeys > 7,
                parcel: None,
            });
        }
        self.compounds.push(Compound {
            block,
            shape,
            estate,
            year,
            name,
            address,
        });
    }
}

fn weight((_, lot, bias): &(usize, Shape, f64)) -> f64 {
    lot.area() * bias
}

/// A plot in two, across its length, with a passage between.
fn halves(lot: &Shape, dice: &mut Dice) -> Option<(Shape, Shape)> {
    let frame = frame_of(lot);
    let (low, high) = lot.extent(frame);
    let (wide, deep) = (high.x - low.x, high.y - low.y);
    let share = dice.range(0.42, 0.58);
    let (at, along) = if wide > deep * 0.9 {
        (
            frame.at(low.x + wide * share, low.y + deep / 2.0),
            frame.u.left(),
        )
    } else {
        (frame.at(low.x + wide / 2.0, low.y + deep * share), frame.u)
    };
    split(lot, at, along, 4.0)
}

/// Adds and takes entrances, within what the lengths of the houses allow, until the number is right.
fn adjust_entrances(dwellings: &mut [Vec<Dwelling>], dice: &mut Dice) {
    let total = |dwellings: &[Vec<Dwelling>]| -> usize {
        dwellings
            .iter()
            .flatten()
            .map(|dwelling| dwelling.entrances)
            .sum()
    };
    for _ in 0..40 {
        let mut order: Vec<(usize, usize)> = (0..dwellings.len())
            .flat_map(|lot| (0..dwellings[lot].len()).map(move |at| (lot, at)))
            .collect();
        dice.shuffle(&mut order);
        for (lot, at) in order {
            let sum = total(dwellings);
            let dwelling = &mut dwellings[lot][at];
            if sum < ENTRANCES && dwelling.entrances < dwelling.most {
                dwelling.entrances += 1;
            } else if sum > ENTRANCES && dwelling.entrances > dwelling.least {
                dwelling.entrances -= 1;
            } else if sum == ENTRANCES {
                return;
            }
        }
    }
}

/// The name of the street with its number of the compound, for houses that have none of their own.
pub(super) fn hall_name(stem: &str, what: &str, number: usize) -> String {
    format!("{stem}{}{what}", names::chinese(number))
}

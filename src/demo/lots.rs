//! Blocks cut into lots, and a compound with its houses on each.

use super::blocks::{Use, fronts};
use super::cutting::{opened, without};
use super::dice::Dice;
use super::houses::{self, Dwelling, Estate, frame_of};
use super::names::NameBook;
use super::net::split;
use super::plane::Shape;
use super::town::{CIVIC, COMPOUNDS, Compound, ENTRANCES, House, RESIDENTIAL, Town};

impl Town {
    pub(super) fn homes(&mut self, book: &mut NameBook, dice: &mut Dice) {
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

//! The town as built: communities, grids, blocks, compounds and houses, before they become records.

use super::blocks::{self, Block, Use};
use super::dice::Dice;
use super::houses::Estate;
use super::names::{self, NameBook};
use super::net::Net;
use super::outlines::block as boxed;
use super::plane::{Frame, P, Shape, half_plane};
use super::{grounds, streets, village, yards};

pub(super) const COMPOUNDS: usize = 147;
pub(super) const RESIDENTIAL: usize = 631;
pub(super) const ENTRANCES: usize = 1713;
/// Plots among the homes that serve everybody: kindergartens, halls, gardens.
pub(super) const CIVIC: usize = 24;

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
    /// The gates of compounds: whose, and where.
    pub(super) gates: Vec<(usize, P)>,
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
        gates: Vec::new(),
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
}

/// The name of the street with its number of the compound, for houses that have none of their own.
pub(super) fn hall_name(stem: &str, what: &str, number: usize) -> String {
    format!("{stem}{}{what}", names::chinese(number))
}

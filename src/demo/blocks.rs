//! What each block is for, and the plots that its streets leave.

use super::cutting::without;
use super::net::{Class, Net};
use super::plane::{P, Shape, band, p, sides};
use super::streets::Plan;

/// What a block is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Homes,
    Village,
    Campus,
    MiddleSchool,
    PrimarySchool,
    Hospital,
    Mall,
    Market,
    Office,
    Works,
    Station,
    Scenic,
    Park,
    Plaza,
}

/// A block with its plot.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) face: usize,
    pub(super) community: usize,
    pub(super) grid: usize,
    pub(super) plot: Shape,
    pub(super) ground: Use,
}

/// The river beside the first arterial: from, to, metres to the left of its middle.
pub(super) const RIVER: (f64, f64) = (29.0, 47.0);
/// River and its green banks.
pub(super) const BANKS: (f64, f64) = (20.0, 58.0);

/// What is wanted where: use, place, and how much a square metre of ground counts against a metre of way.
const WISHES: &[(Use, f64, f64, f64)] = &[
    (Use::Village, 1060.0, 900.0, 0.012),
    (Use::Village, 1060.0, 900.0, 0.0),
    (Use::Campus, -900.0, 120.0, 0.012),
    (Use::Scenic, 800.0, -680.0, 0.012),
    (Use::Campus, -1050.0, -120.0, 0.006),
    (Use::Hospital, -250.0, 330.0, 0.004),
    (Use::Hospital, 700.0, -120.0, 0.003),
    (Use::Mall, -330.0, 520.0, 0.002),
    (Use::Mall, 560.0, 330.0, 0.002),
    (Use::Plaza, -90.0, 60.0, 0.0),
    (Use::Park, 120.0, -60.0, 0.006),
    (Use::Market, -1080.0, -560.0, 0.0),
    (Use::Market, 250.0, -640.0, 0.0),
    (Use::Market, 880.0, 560.0, 0.0),
    (Use::Office, 350.0, 520.0, 0.0),
    (Use::Office, 360.0, -240.0, 0.0),
    (Use::Office, -360.0, -420.0, 0.0),
    (Use::Office, 620.0, 480.0, 0.0),
    (Use::Office, -1150.0, 520.0, 0.0),
    (Use::Office, 560.0, -420.0, 0.0),
    (Use::Works, -60.0, 1130.0, 0.003),
    (Use::Station, 1150.0, -260.0, 0.0),
    (Use::MiddleSchool, 250.0, 850.0, 0.004),
    (Use::MiddleSchool, -700.0, -850.0, 0.004),
    (Use::PrimarySchool, -700.0, 620.0, 0.001),
    (Use::PrimarySchool, 800.0, 200.0, 0.001),
    (Use::PrimarySchool, 60.0, -950.0, 0.001),
    (Use::PrimarySchool, 100.0, 330.0, 0.001),
    (Use::Park, -900.0, 700.0, 0.0),
    (Use::Park, -150.0, -700.0, 0.0),
    (Use::Park, -880.0, -480.0, 0.0),
    (Use::Park, 1000.0, 50.0, 0.0),
];

/// Plots of all blocks and their uses. Every grid keeps at least one block of homes.
pub(super) fn assign(plan: &Plan) -> Vec<Block> {
    let net = &plan.net;
    let river: Vec<Shape> = river_bands(net, plan.river_street, BANKS);
    let mut blocks: Vec<Block> = (0..net.faces.len())
        .filter_map(|face| {
            let plot = without(&net.plot(face)?, &river).into_iter().next()?;
            Some(Block {
                face,
                community: plan.community[face],
                grid: plan.grid[face],
                plot,
                ground: Use::Homes,
            })
        })
        .collect();
    for (ground, x, y, worth) in WISHES {
        let village = blocks
            .iter()
            .find(|block| block.ground == Use::Village)
            .map(|b| b.community);
        let free = |block: &Block| {
            if *ground == Use::Village {
                return block.ground == Use::Homes
                    && village.is_none_or(|it| it == block.community);
            }
            let homes = blocks
                .iter()
                .filter(|other| other.grid == block.grid && other.ground == Use::Homes)
                .count();
            block.ground == Use::Homes && homes > 1
        };
        let best = (0..blocks.len())
            .filter(|at| free(&blocks[*at]))
            .map(|at| {
                let plot = &blocks[at].plot;
                (plot.centre().to(p(*x, *y)) - plot.area() * worth, at)
            })
            .min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, at)) = best {
            blocks[at].ground = *ground;
        }
    }
    blocks
}

/// The bands beside the river street.
pub(super) fn river_bands(net: &Net, street: usize, (from, to): (f64, f64)) -> Vec<Shape> {
    net.streets[street]
        .paths
        .iter()
        .map(|path| {
            let path: Vec<P> = path.iter().map(|node| net.at(*node)).collect();
            band(&path, from, to)
        })
        .collect()
}

/// A side of a plot that faces a street: its ends, seen with the plot to the left, and the street.
#[derive(Debug, Clone, Copy)]
pub(super) struct Front {
    pub(super) from: P,
    pub(super) to: P,
    pub(super) street: usize,
}

/// The street-facing sides of a plot of at least `least` metres.
pub(super) fn fronts(net: &Net, block: &Block, least: f64) -> Vec<Front> {
    let ring = &net.faces[block.face];
    let mut found = Vec::new();
    for (from, to) in sides(&block.plot.outer) {
        if from.to(to) < least {
            continue;
        }
        let middle = (from + to) * 0.5;
        let street = (0..ring.len())
            .filter_map(|i| {
                let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
                let street = net.street_between(a, b)?;
                let off = super::plane::off_segment(middle, net.at(a), net.at(b));
                let reach = net.streets[street].class.width() / 2.0 + 1.5;
                (off < reach).then_some((off, street))
            })
            .min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, street)) = street {
            let (from, to) = if (to - from).cross(block.plot.centre() - from) > 0.0 {
                (from, to)
            } else {
                (to, from)
            };
            found.push(Front { from, to, street });
        }
    }
    found
}

impl Front {
    /// Whether shops stand well here.
    pub(super) fn busy(&self, net: &Net) -> bool {
        net.streets[self.street].class < Class::Lane
    }
}

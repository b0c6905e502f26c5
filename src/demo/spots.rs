//! Places for things that are not houses: in a house, at a wall, on a pavement, in a yard.

use super::blocks::fronts;
use super::dice::Dice;
use super::plane::P;
use super::town::Town;

/// A place with its block, its house if it is in or at one, and its address.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pub(super) place: P,
    pub(super) block: usize,
    pub(super) house: Option<usize>,
    pub(super) address: String,
}

/// A place on the ground of a house.
pub(super) fn in_house(town: &Town, house: usize, dice: &mut Dice) -> Spot {
    let record = &town.houses[house];
    let shape = &record.shape;
    let frame = super::houses::frame_of(shape);
    let (low, high) = shape.extent(frame);
    let place = (0..60)
        .map(|_| frame.at(dice.range(low.x, high.x), dice.range(low.y, high.y)))
        .find(|place| shape.has(*place) && shape.off(*place) > 1.2)
        .unwrap_or_else(|| shape.centre());
    Spot {
        place,
        block: record.block,
        house: Some(house),
        address: record.address.clone(),
    }
}

/// A place on the pavement before a plot, 3 m out into the street.
pub(super) fn on_pavement(town: &Town, block: usize, dice: &mut Dice) -> Option<Spot> {
    let found = fronts(&town.net, &town.blocks[block], 24.0);
    if found.is_empty() {
        return None;
    }
    let front = dice.pick(&found);
    let along = front.to - front.from;
    let place = front.from + along * dice.range(0.12, 0.88) - along.unit().left() * 3.0;
    let outline = town.net.shape(town.blocks[block].face);
    let street = &town.net.streets[front.street].name;
    outline.has(place).then(|| Spot {
        place,
        block,
        house: None,
        address: format!("{street}{}号门前", dice.between(1, 60)),
    })
}

/// A place in the yard of a compound, clear of its houses.
pub(super) fn in_yard(town: &Town, compound: usize, dice: &mut Dice) -> Spot {
    let record = &town.compounds[compound];
    let frame = super::houses::frame_of(&record.shape);
    let (low, high) = record.shape.extent(frame);
    let place = (0..200)
        .map(|_| frame.at(dice.range(low.x, high.x), dice.range(low.y, high.y)))
        .find(|place| {
            record.shape.has(*place)
                && record.shape.off(*place) > 2.0
                && town
                    .houses
                    .iter()
                    .filter(|house| house.compound == Some(compound))
                    .all(|house| !house.shape.has(*place) && house.shape.off(*place) > 1.0)
        })
        .unwrap_or_else(|| record.shape.centre());
    Spot {
        place,
        block: record.block,
        house: None,
        address: format!("{}院内", record.address),
    }
}

/// The houses that `wanted` picks, in a new order.
pub(super) fn houses(
    town: &Town,
    dice: &mut Dice,
    wanted: impl Fn(&super::town::House) -> bool,
) -> Vec<usize> {
    let mut found: Vec<usize> = (0..town.houses.len())
        .filter(|at| wanted(&town.houses[*at]))
        .collect();
    dice.shuffle(&mut found);
    found
}

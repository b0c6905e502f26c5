//! The village that the town has grown around: narrow lanes, homesteads, houses that people built themselves.

use super::blocks::Use;
use super::dice::Dice;
use super::houses::frame_of;
use super::outlines::{block, winged};
use super::plane::Shape;
use super::town::{House, Town};

/// Homesteads.
pub(super) const PARCELS: usize = 204;

/// Lanes and homesteads on the village's block.
pub(super) fn build(town: &mut Town, dice: &mut Dice) {
    let mut parcels: Vec<(usize, Shape)> = Vec::new();
    for at in 0..town.blocks.len() {
        if town.blocks[at].ground == Use::Village {
            let (face, plot) = (town.blocks[at].face, town.blocks[at].plot.clone());
            parcels.extend(
                homesteads(town, face, &plot, dice)
                    .into_iter()
                    .map(|parcel| (at, parcel)),
            );
        }
    }
    while parcels.len() > PARCELS {
        parcels.remove(dice.below(parcels.len()));
    }
    raise(town, parcels, dice);
}

/// Homesteads in double rows with lanes between.
fn homesteads(town: &mut Town, face: usize, plot: &Shape, dice: &mut Dice) -> Vec<Shape> {
    let frame = frame_of(plot);
    let (low, high) = plot.extent(frame);
    let mut parcels: Vec<Shape> = Vec::new();
    let mut v = low.y + 2.0;
    let mut row = 0;
    while v < high.y && row < 60 {
        let depth = dice.range(12.5, 15.0);
        let (mut u, mut run) = (low.x + dice.range(1.0, 4.0), 0.0);
        let mut strip: Vec<Shape> = Vec::new();
        while u < high.x {
            let wide = dice.range(9.0, 11.8);
            let parcel = block(wide, depth).placed(frame, u, v);
            if plot.holds(&parcel, 1.5) {
                strip.push(parcel);
            }
            u += wide;
            run += wide;
            if run > 62.0 {
                u += 3.6;
                run = 0.0;
            }
        }
        let any = !strip.is_empty();
        parcels.extend(strip);
        row += 1;
        if any && row % 2 == 0 {
            // Two rows stand back to back, then there is a lane.
            let lane = v + depth + 2.2;
            let path: Vec<_> = (0..=40)
                .map(|i| frame.at(low.x + (high.x - low.x) * f64::from(i) / 40.0, lane))
                .filter(|place| plot.has(*place))
                .collect();
            if path.len() > 3 {
                let ends = town.net.crossing(face, path[path.len() / 2], frame.u);
                let ends = ends.map_or((path[0], path[path.len() - 1]), |(a, b)| (a.2, b.2));
                town.paths.push(("lane", 3.5, vec![ends.0, ends.1]));
            }
            v += depth + 4.4;
        } else if any {
            v += depth;
        } else {
            v += 3.0;
            row -= 1;
        }
        if v > high.y {
            break;
        }
    }
    parcels
}

/// A house on every homestead.
fn raise(town: &mut Town, parcels: Vec<(usize, Shape)>, dice: &mut Dice) {
    let village = town.communities[town.village].clone();
    for (number, (at, parcel)) in parcels.into_iter().enumerate() {
        let frame = frame_of(&town.blocks[at].plot);
        let (near, far) = parcel.extent(frame);
        let (wide, deep) = (far.x - near.x, far.y - near.y);
        let (left, front) = (dice.range(0.3, 0.7), dice.range(0.4, 1.6));
        let (long, depth) = (wide - left - dice.range(0.3, 0.7), deep - front - 0.5);
        let outline = if dice.chance(0.45) {
            block(long, depth)
        } else {
            let wing = depth * dice.range(0.3, 0.5);
            let east = dice.chance(0.5);
            let thick = (long * 0.42).min(depth - wing);
            let mut outline = winged(long, thick, depth - thick, !east, east);
            outline.ring.dedup();
            outline
        };
        let address = format!("{village}{}号", number + 1);
        town.houses.push(House {
            block: at,
            compound: None,
            shape: outline.placed(frame, near.x + left, near.y + front),
            purpose: "self_built",
            name: format!("{address}自建房"),
            number: (number + 1).to_string(),
            address,
            storeys: dice.weighted(&[(2, 2), (5, 3), (5, 4), (3, 5), (1, 6)]),
            year: dice.between(1985, 2014),
            structure: dice.weighted(&[
                (4, "brick_precast"),
                (4, "brick_concrete"),
                (1, "brick_timber"),
                (1, "frame"),
            ]),
            entrances: 0,
            doors: 0,
            lift: false,
            parcel: Some(parcel),
        });
    }
}

//! What lies between the houses of a compound: ways to the doors, flower beds, places to park and to sit.

use super::dice::Dice;
use super::houses::frame_of;
use super::outlines::block;
use super::plane::{Frame, P, Shape};
use super::town::{Ground, Town};
use super::ways::{Site, gates};

/// Width of the ways, metres.
const WAY: f64 = 3.5;

/// Lays out every compound.
pub(super) fn build(town: &mut Town, dice: &mut Dice) {
    let mut raster = None;
    let mut all: Vec<(usize, Vec<P>)> = Vec::new();
    for compound in 0..town.compounds.len() {
        let shape = town.compounds[compound].shape.clone();
        let frame = frame_of(&shape);
        let houses: Vec<Shape> = town
            .houses
            .iter()
            .filter(|house| house.compound == Some(compound))
            .map(|house| house.shape.clone())
            .collect();
        let ways = Site::of(town, compound).ways(&mut raster);
        let mut taken: Vec<Shape> = houses.clone();
        for leg in ways.iter().flat_map(|way| way.windows(2)) {
            let along = (leg[1] - leg[0]).unit();
            let side = along.left() * (WAY / 2.0 + 0.6);
            taken.push(Shape::new(vec![
                leg[0] - side,
                leg[1] - side,
                leg[1] + side,
                leg[0] + side,
            ]));
        }
        beds(town, &shape, frame, &houses, &mut taken);
        places(town, &shape, frame, &mut taken, dice);
        let block = town.compounds[compound].block;
        all.extend(ways.into_iter().map(|way| (block, way)));
    }
    // a way of one compound may lead through the ground of another
    for compound in 0..town.compounds.len() {
        let block = town.compounds[compound].block;
        let ways = all.iter().filter(|(at, _)| *at == block);
        let shape = &town.compounds[compound].shape;
        let places = gates(shape, ways.map(|(_, way)| way.as_slice()));
        town.gates
            .extend(places.into_iter().map(|place| (compound, place)));
    }
    town.paths
        .extend(all.into_iter().map(|(_, way)| ("path", WAY, way)));
}

/// A bed on the sunny side of every house.
fn beds(town: &mut Town, shape: &Shape, frame: Frame, houses: &[Shape], taken: &mut Vec<Shape>) {
    for house in houses {
        let (near, far) = house.extent(frame);
        let length = far.x - near.x - 3.0;
        for deep in [7.5, 5.0, 3.2] {
            let bed = block(length, deep).placed(frame, near.x + 1.5, near.y - deep - 1.6);
            if free(shape, &bed, taken, 0.4) {
                taken.push(bed.clone());
                town.grounds.push(ground("green", bed));
                break;
            }
        }
    }
}

/// Gardens, car parks and small squares where there is room.
fn places(town: &mut Town, shape: &Shape, frame: Frame, taken: &mut Vec<Shape>, dice: &mut Dice) {
    let (low, high) = shape.extent(frame);
    let wanted = (shape.area() / 2_600.0).round() as usize;
    let mut found = 0;
    for attempt in 0..160 {
        if found >= wanted {
            return;
        }
        let size = if attempt < 60 { 1.0 } else { 0.55 };
        let outline = block(dice.range(14.0, 34.0) * size, dice.range(9.0, 24.0) * size);
        let place = outline.placed(frame, dice.range(low.x, high.x), dice.range(low.y, high.y));
        if free(shape, &place, taken, 1.0) {
            let kind = dice.weighted(&[(5, "green"), (3, "parking"), (2, "plaza"), (1, "sports")]);
            taken.push(place.clone());
            town.grounds.push(ground(kind, place));
            found += 1;
        }
    }
}

fn free(shape: &Shape, piece: &Shape, taken: &[Shape], gap: f64) -> bool {
    shape.holds(piece, 1.5) && taken.iter().all(|other| other.apart(piece, gap))
}

fn ground(kind: &'static str, shape: Shape) -> Ground {
    Ground {
        kind,
        name: String::new(),
        shape,
    }
}

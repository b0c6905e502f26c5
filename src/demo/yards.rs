//! What lies between the houses of a compound: ways to the doors, flower beds, places to park and to sit.

use super::dice::Dice;
use super::houses::frame_of;
use super::outlines::block;
use super::plane::{Frame, P, Shape, meet, off_segment, sides};
use super::town::{Ground, Town};

/// Width of the ways, metres.
const WAY: f64 = 3.5;

/// Lays out every compound.
pub(super) fn build(town: &mut Town, dice: &mut Dice) {
    for compound in 0..town.compounds.len() {
        let shape = town.compounds[compound].shape.clone();
        let frame = frame_of(&shape);
        let houses: Vec<Shape> = town
            .houses
            .iter()
            .filter(|house| house.compound == Some(compound))
            .map(|house| house.shape.clone())
            .collect();
        let mut ways = ways(town, compound, &shape, frame, &houses);
        let mut taken: Vec<Shape> = houses.clone();
        for (from, to) in &ways {
            let along = (*to - *from).unit();
            let side = along.left() * (WAY / 2.0 + 0.6);
            taken.push(Shape::new(vec![
                *from - side,
                *to - side,
                *to + side,
                *from + side,
            ]));
        }
        beds(town, &shape, frame, &houses, &mut taken);
        places(town, &shape, frame, &mut taken, dice);
        ways.retain(|(from, to)| from.to(*to) > 4.0);
        town.paths.extend(
            ways.into_iter()
                .map(|(from, to)| ("path", WAY, vec![from, to])),
        );
    }
}

/// Whether a way keeps `clear` metres off every house.
fn open(from: P, to: P, houses: &[Shape], clear: f64) -> bool {
    houses
        .iter()
        .flat_map(|house| sides(&house.outer))
        .all(|(a, b)| {
            !meet(from, to, a, b)
                && off_segment(a, from, to) >= clear
                && off_segment(from, a, b) >= clear
                && off_segment(to, a, b) >= clear
        })
        && !houses.iter().any(|house| house.has(from) || house.has(to))
}

/// One way through the compound from the street, and one along the doors of every row.
fn ways(
    town: &Town,
    compound: usize,
    shape: &Shape,
    frame: Frame,
    houses: &[Shape],
) -> Vec<(P, P)> {
    let (low, high) = shape.extent(frame);
    let middle = f64::midpoint(low.x, high.x);
    // The longest straight way from south to north that no house stands in, near the middle where there is a choice.
    let spine = (0..160)
        .map(|step| low.x + (high.x - low.x) * (f64::from(step) + 0.5) / 160.0)
        .filter_map(|u| {
            let inside: Vec<f64> = (0..=60)
                .map(|step| low.y + (high.y - low.y) * f64::from(step) / 60.0)
                .filter(|v| shape.has(frame.at(u, *v)) && shape.off(frame.at(u, *v)) > 2.2)
                .collect();
            let (from, to) = (*inside.first()?, *inside.last()?);
            let (from, to) = (frame.at(u, from), frame.at(u, to));
            let score = from.to(to) - (u - middle).abs() * 0.8;
            open(from, to, houses, 2.4).then_some((score, u, from, to))
        })
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let Some((_, u, from, to)) = spine else {
        return Vec::new();
    };
    let mut found = vec![gate(town, compound, (from, to), houses)];
    for house in houses {
        let (near, far) = house.extent(frame);
        let v = far.y + 3.0;
        let ends = (u.min(near.x + 2.0), u.max(far.x - 2.0));
        let (a, b) = (frame.at(ends.0, v), frame.at(ends.1, v));
        let inside = |place: P| shape.has(place) && shape.off(place) > 1.8;
        if inside(a) && inside(b) && open(a, b, houses, 1.2) {
            found.push((a, b));
        }
    }
    found
}

/// The spine drawn out to the street beyond the wall, at the end where that is nearer and nothing stands in the way.
fn gate(town: &Town, compound: usize, (from, to): (P, P), houses: &[Shape]) -> (P, P) {
    let block = town.compounds[compound].block;
    let outline = town.net.shape(town.blocks[block].face);
    let others: Vec<Shape> = town
        .houses
        .iter()
        .filter(|house| house.block == block && house.compound != Some(compound))
        .map(|house| house.shape.clone())
        .collect();
    let along = (to - from).unit();
    let out = |start: P, way: P| {
        (1..60)
            .map(|step| start + way * f64::from(step))
            .find(|place| !outline.has(*place))
            .filter(|end| open(start, *end, &others, 1.0) && open(start, *end, houses, 1.0))
    };
    let walls = town
        .compounds
        .iter()
        .enumerate()
        .filter(|(at, other)| *at != compound && other.block == block);
    let walls: Vec<Shape> = walls.map(|(_, other)| other.shape.clone()).collect();
    let south = out(from, -along).filter(|end| open(from, *end, &walls, 0.0));
    let north = out(to, along).filter(|end| open(to, *end, &walls, 0.0));
    match (south, north) {
        (Some(south), Some(north)) if south.to(from) > north.to(to) => (from, north),
        (Some(south), _) => (south, to),
        (None, Some(north)) => (from, north),
        (None, None) => (from, to),
    }
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

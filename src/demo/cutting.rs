//! Shapes less other shapes, by exact boolean operations.

use super::plane::{P, Shape, doubled, p};
use crate::geometry::{Coord, LineString, MultiPolygon, Polygon};

/// What is left of `ground` when `taken` is cut out: the pieces, largest first.
pub(super) fn without(ground: &Shape, taken: &[Shape]) -> Vec<Shape> {
    use geo::BooleanOps;
    let mut left = MultiPolygon(vec![flat(ground)]);
    for piece in taken {
        left = left.difference(&flat(piece));
    }
    shapes(&left)
}

/// `ground` without its tongues and spikes that are narrower than `2 * reach` metres.
pub(super) fn opened(ground: &Shape, reach: f64) -> Option<Shape> {
    use geo::BooleanOps;
    use geo::algorithm::buffer::{Buffer, BufferStyle, LineJoin};
    let style = |by: f64| BufferStyle::new(by).line_join(LineJoin::Miter(0.9));
    let flat = flat(ground);
    let core = MultiPolygon(vec![flat.clone()]).buffer_with_style(style(-reach));
    let back = core.buffer_with_style(style(reach)).intersection(&flat);
    shapes(&back).into_iter().next()
}

fn flat(shape: &Shape) -> Polygon {
    let ring = |ring: &[P]| -> LineString {
        ring.iter()
            .chain(ring.first())
            .map(|corner| Coord {
                x: corner.x,
                y: corner.y,
            })
            .collect()
    };
    Polygon::new(
        ring(&shape.outer),
        shape.holes.iter().map(|hole| ring(hole)).collect(),
    )
}

/// The pieces, largest first.
fn shapes(pieces: &MultiPolygon) -> Vec<Shape> {
    let ring = |line: &LineString| {
        let mut corners: Vec<P> = line.0.iter().map(|c| p(c.x, c.y)).collect();
        corners.pop();
        tidy(corners)
    };
    let mut pieces: Vec<Shape> = pieces
        .0
        .iter()
        .map(|piece| Shape {
            outer: ring(piece.exterior()),
            holes: piece
                .interiors()
                .iter()
                .map(ring)
                .filter(|hole| hole.len() >= 3 && doubled(hole).abs() > 8.0)
                .collect(),
        })
        .filter(|piece| piece.outer.len() >= 3 && piece.area() > 1.0)
        .collect();
    pieces.sort_by(|a, b| b.area().total_cmp(&a.area()));
    pieces
}

/// The ring without corners that stand closer than 0.3 m to the one before, or hardly off the straight line.
fn tidy(corners: Vec<P>) -> Vec<P> {
    let mut kept: Vec<P> = Vec::with_capacity(corners.len());
    for corner in corners {
        if kept.last().is_none_or(|last| last.to(corner) > 0.3) {
            kept.push(corner);
        }
    }
    while kept.len() > 3 && kept[0].to(kept[kept.len() - 1]) <= 0.3 {
        kept.pop();
    }
    kept
}

//! The pieces of a multipolygon's outline put together.

use geo::Contains;

use crate::geometry::{LineString, Point, Polygon};

/// Closed rings of node numbers from pieces that share their ends, in any order and direction; `None` where one stays
/// open.
pub(super) fn joined(mut pieces: Vec<Vec<i64>>) -> Option<Vec<Vec<i64>>> {
    let mut rings = Vec::new();
    while let Some(mut ring) = pieces.pop() {
        while ring.first() != ring.last() {
            let end = *ring.last()?;
            let next = pieces
                .iter()
                .position(|piece| piece.first() == Some(&end) || piece.last() == Some(&end))?;
            let mut piece = pieces.swap_remove(next);
            if piece.first() != Some(&end) {
                piece.reverse();
            }
            ring.extend(piece.into_iter().skip(1));
        }
        if ring.len() >= 4 {
            rings.push(ring);
        }
    }
    Some(rings)
}

/// Outlines with the holes that lie in them; a hole in no outline is left to the check of the shape.
pub(super) fn nested(outlines: Vec<LineString>, holes: Vec<LineString>) -> Vec<Polygon> {
    let mut polygons: Vec<Polygon> = outlines
        .into_iter()
        .map(|outline| Polygon::new(outline, Vec::new()))
        .collect();
    for hole in holes {
        let inside = hole.0.first().map(|at| Point(*at));
        let owner = match polygons.as_mut_slice() {
            [only] => Some(only),
            several => several.iter_mut().find(|polygon| {
                let outline = Polygon::new(polygon.exterior().clone(), Vec::new());
                inside.is_some_and(|at| outline.contains(&at))
            }),
        };
        if let Some(polygon) = owner {
            polygon.interiors_push(hole);
        }
    }
    polygons
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_in_any_direction() {
        let rings = joined(vec![vec![1, 2, 3], vec![5, 4, 3], vec![5, 6, 1]]).unwrap();
        assert_eq!(rings.len(), 1);
        assert_eq!(rings[0].len(), 7);
        assert_eq!(rings[0].first(), rings[0].last());
        let two = joined(vec![vec![1, 2, 3, 1], vec![7, 8, 9, 7]]).unwrap();
        assert_eq!(two.len(), 2);
        assert!(joined(vec![vec![1, 2, 3]]).is_none());
        assert_eq!(joined(Vec::new()), Some(Vec::new()));
    }
}

//! Where in a layer records have changed since the base was built: elsewhere the base answers alone.

use crate::geometry::{BBox, LonLat};

/// Squares along each side of the base's extent.
const SIDE: u8 = 128;

/// The squares of the base's extent that a changed record may reach into, as it was or as it is. What lies beyond the
/// extent counts to the squares on its edge.
#[derive(Debug, Clone, Default)]
pub(super) struct Squares {
    corner: [f64; 2],
    /// Squares a degree, by axis.
    scale: [f64; 2],
    /// From south to north, a bit for each square from west to east; none where nothing has changed.
    rows: Vec<u128>,
}

impl Squares {
    /// None yet, for a base of this extent.
    pub(super) fn over(extent: Option<BBox>) -> Self {
        let side = f64::from(SIDE);
        extent.map_or_else(Self::default, |extent| Self {
            corner: [extent.west, extent.south],
            scale: [
                side / (extent.east - extent.west),
                side / (extent.north - extent.south),
            ],
            rows: Vec::new(),
        })
    }

    /// Counts all squares that `bbox` meets.
    pub(super) fn mark(&mut self, bbox: BBox) {
        let (first, last, columns) = self.span(bbox);
        self.rows.resize(usize::from(SIDE), 0);
        let rows = self.rows.get_mut(first..=last).unwrap_or_default();
        for row in rows {
            *row |= columns;
        }
    }

    /// Whether a record that meets `window` may have changed.
    pub(super) fn meet(&self, window: BBox) -> bool {
        !self.rows.is_empty() && {
            let (first, last, columns) = self.span(window);
            let rows = self.rows.get(first..=last).unwrap_or_default();
            rows.iter().any(|row| row & columns != 0)
        }
    }

    /// Whether a record at `place` may have changed.
    pub(super) fn hold(&self, place: LonLat) -> bool {
        !self.rows.is_empty() && {
            let row = self.rows.get(usize::from(self.square(1, place.lat())));
            row.is_some_and(|row| row >> self.square(0, place.lon()) & 1 == 1)
        }
    }

    /// The first and the last row that `bbox` meets, and the columns as bits.
    fn span(&self, bbox: BBox) -> (usize, usize, u128) {
        let (west, east) = (self.square(0, bbox.west), self.square(0, bbox.east));
        let columns = (u128::MAX << west) & (u128::MAX >> (SIDE - 1 - east));
        let rows = [bbox.south, bbox.north].map(|side| usize::from(self.square(1, side)));
        (rows[0], rows[1], columns)
    }

    /// Rises with `number` or stays, so what lies between two numbers counts to a square between theirs.
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::indexing_slicing,
        reason = "a cast ends at the ends of the type; there are two axes"
    )]
    fn square(&self, axis: usize, number: f64) -> u8 {
        let squares = (number - self.corner[axis]) * self.scale[axis];
        (squares as u8).min(SIDE - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bbox(west: f64, south: f64, east: f64, north: f64) -> BBox {
        BBox {
            west,
            south,
            east,
            north,
        }
    }

    #[test]
    fn what_is_marked_is_met_and_far_from_it_nothing_is() {
        let extent = bbox(108.0, 34.0, 109.0, 34.5);
        let mut squares = Squares::over(Some(extent));
        assert!(!squares.meet(extent), "nothing has changed");
        let marks = [
            bbox(108.3, 34.1, 108.31, 34.11),
            bbox(107.0, 34.49, 108.001, 36.0),
            bbox(108.9, 33.0, 108.9, 33.0),
        ];
        for mark in marks {
            squares.mark(mark);
        }
        for mark in marks {
            for (lon, lat) in [(mark.west, mark.south), (mark.east, mark.north)] {
                assert!(squares.hold(LonLat::new(lon, lat).unwrap()), "{lon} {lat}");
                assert!(squares.meet(bbox(lon, lat, lon, lat)), "{lon} {lat}");
            }
            assert!(squares.meet(mark));
        }
        assert!(squares.meet(bbox(108.305, 34.0, 108.306, 34.5)), "across");
        assert!(!squares.meet(bbox(108.35, 34.05, 108.85, 34.4)));
        assert!(!squares.hold(LonLat::new(108.5, 34.2).unwrap()));
    }

    #[test]
    fn without_an_extent_everything_is_near() {
        for extent in [None, Some(bbox(108.0, 34.0, 108.0, 34.0))] {
            let mut squares = Squares::over(extent);
            squares.mark(bbox(108.0, 34.0, 108.0, 34.0));
            assert!(squares.hold(LonLat::new(108.0, 34.0).unwrap()));
            assert!(squares.meet(bbox(-180.0, -90.0, 180.0, 90.0)));
        }
    }
}

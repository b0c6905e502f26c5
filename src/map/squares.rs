//! Where in a layer records have changed since the base was built: elsewhere the base answers alone.

use std::ops::RangeInclusive;

use foldhash::fast::RandomState;
use imbl::GenericHashMap;
use imbl::shared_ptr::DefaultSharedPtr;

use crate::geometry::{BBox, LonLat};

/// Squares along each side of the base's extent.
const SIDE: usize = 128;

/// Parts along each side of a square: in a city they are 20 m wide, as its houses are.
const PARTS: usize = 16;

/// The parts of a square that are marked: a bit for each from west to east, row by row from south to north.
type Parts = [u16; PARTS];

/// Where in the base's extent a changed record may reach, as it was or as it is: squares, and parts of these. What lies
/// beyond the extent counts to the parts on its edge.
#[derive(Debug, Clone, Default)]
pub(super) struct Squares {
    corner: [f64; 2],
    /// Parts a degree, by axis.
    scale: [f64; 2],
    /// From south to north, a bit for each square from west to east; none where nothing has changed.
    rows: Vec<u128>,
    /// Of the squares that have a bit, by row and column; a copy shares what it has.
    parts: GenericHashMap<(u8, u8), Parts, RandomState, DefaultSharedPtr>,
}

/// The parts that a box meets, from west to east and from south to north.
#[derive(Debug, Clone, Copy)]
struct Span {
    across: (usize, usize),
    up: (usize, usize),
}

impl Squares {
    /// None yet, for a base of this extent.
    pub(super) fn over(extent: Option<BBox>) -> Self {
        // one rounding, and the side itself is exact
        let side = f64::from(u16::try_from(SIDE * PARTS).unwrap_or(u16::MAX));
        extent.map_or_else(Self::default, |extent| Self {
            corner: [extent.west, extent.south],
            scale: [
                side / (extent.east - extent.west),
                side / (extent.north - extent.south),
            ],
            ..Self::default()
        })
    }

    /// Marks all parts that `bbox` meets.
    pub(super) fn mark(&mut self, bbox: BBox) {
        let span = self.span(bbox);
        self.rows.resize(SIDE, 0);
        for row in squares(span.up) {
            if let Some(bits) = self.rows.get_mut(row) {
                *bits |= columns(span);
            }
            for column in squares(span.across) {
                let parts = self.parts.entry(key(row, column)).or_default();
                let bits = within(span.across, column);
                for up in rows_within(span.up, row) {
                    if let Some(part) = parts.get_mut(up) {
                        *part |= bits;
                    }
                }
            }
        }
    }

    /// Whether a record that meets `window` may have changed.
    pub(super) fn meet(&self, window: BBox) -> bool {
        !self.rows.is_empty() && {
            let span = self.span(window);
            squares(span.up).any(|row| {
                let bits = self.rows.get(row).copied().unwrap_or_default() & columns(span);
                bits != 0 && self.meet_in_row(span, row, bits)
            })
        }
    }

    /// [`Squares::meet`] for the squares of one row that have a bit in `bits`.
    fn meet_in_row(&self, span: Span, row: usize, mut bits: u128) -> bool {
        while bits != 0 {
            let column = usize::try_from(bits.trailing_zeros()).unwrap_or_default();
            bits &= bits - 1;
            let across = within(span.across, column);
            let parts = self.parts.get(&key(row, column));
            let parts = parts.map_or(&[][..], |parts| {
                parts.get(rows_within(span.up, row)).unwrap_or_default()
            });
            if parts.iter().any(|part| part & across != 0) {
                return true;
            }
        }
        false
    }

    /// Whether a record at `place` may have changed.
    #[inline]
    pub(super) fn hold(&self, place: LonLat) -> bool {
        !self.rows.is_empty() && {
            let (across, up) = (self.part(0, place.lon()), self.part(1, place.lat()));
            let (row, column) = (up / PARTS, across / PARTS);
            let bits = self.rows.get(row).copied().unwrap_or_default();
            bits >> column & 1 == 1 && self.holds_part(across, up)
        }
    }

    #[inline(never)]
    fn holds_part(&self, across: usize, up: usize) -> bool {
        let parts = self.parts.get(&key(up / PARTS, across / PARTS));
        let row = parts.and_then(|parts| parts.get(up % PARTS));
        row.is_some_and(|row| row >> (across % PARTS) & 1 == 1)
    }

    fn span(&self, bbox: BBox) -> Span {
        Span {
            across: (self.part(0, bbox.west), self.part(0, bbox.east)),
            up: (self.part(1, bbox.south), self.part(1, bbox.north)),
        }
    }

    /// Rises with `number` or stays, so what lies between two numbers counts to a part between theirs.
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::indexing_slicing,
        reason = "a cast ends at the ends of the type; there are two axes"
    )]
    fn part(&self, axis: usize, number: f64) -> usize {
        let parts = (number - self.corner[axis]) * self.scale[axis];
        (parts as usize).min(SIDE * PARTS - 1)
    }
}

/// The squares of the parts from the first to the last.
fn squares((first, last): (usize, usize)) -> RangeInclusive<usize> {
    first / PARTS..=last / PARTS
}

/// The columns of squares that the span meets, as bits.
fn columns(span: Span) -> u128 {
    let squares = squares(span.across);
    (u128::MAX << squares.start()) & (u128::MAX >> (SIDE - 1 - squares.end()))
}

/// The first and the last of the parts of one square, of those from the first to the last of all.
fn rows_within((first, last): (usize, usize), square: usize) -> RangeInclusive<usize> {
    let start = square * PARTS;
    first.saturating_sub(start)..=(last.saturating_sub(start)).min(PARTS - 1)
}

/// [`rows_within`] as bits.
fn within(span: (usize, usize), square: usize) -> u16 {
    let parts = rows_within(span, square);
    (u16::MAX << parts.start()) & (u16::MAX >> (PARTS - 1 - parts.end()))
}

fn key(row: usize, column: usize) -> (u8, u8) {
    // both are below SIDE
    let [row, column] = [row, column].map(|at| u8::try_from(at).unwrap_or(u8::MAX));
    (row, column)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn nothing_that_is_marked_is_missed_and_what_is_far_is_not_met(
            marks in prop::collection::vec((107.9..109.1f64, 33.9..34.6f64, 0.0..0.2f64, 0.0..0.02f64), 1..9),
            window in (107.9..109.1f64, 33.9..34.6f64, 0.0..0.1f64, 0.0..0.05f64),
        ) {
            let mut squares = Squares::over(Some(bbox(108.0, 34.0, 109.0, 34.5)));
            let boxed = |(west, south, wide, high)| bbox(west, south, west + wide, south + high);
            let marks: Vec<BBox> = marks.into_iter().map(boxed).collect();
            for mark in &marks {
                squares.mark(*mark);
            }
            let window = boxed(window);
            let meets = marks.iter().any(|mark| mark.meets(window));
            // within two parts of a mark, or of the rim that stands for what is beyond, it may be met
            let (wide, high) = (2.0 / 2048.0, 1.0 / 2048.0);
            let inside = |bbox: BBox| bbox.west > 108.0 && bbox.east < 109.0 && bbox.south > 34.0 && bbox.north < 34.5;
            let near = marks.iter().any(|mark| {
                !inside(*mark) || mark.meets(bbox(window.west - wide, window.south - high, window.east + wide, window.north + high))
            });
            prop_assert!(squares.meet(window) || !meets);
            if inside(window) && !near {
                prop_assert!(!squares.meet(window));
            }
            let place = LonLat::new(window.west, window.south).unwrap();
            let here = bbox(window.west, window.south, window.west, window.south);
            prop_assert_eq!(squares.hold(place), squares.meet(here));
        }
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

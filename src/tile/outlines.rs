//! Shapes on the grid of GeoJSON, a few bytes each: what [`Parts`] holds, as varints of the ways from vertex to vertex.

use super::grid::Cell;
use super::parts::{Kind, Parts};
use super::protobuf::{push_varint, zigzag};

/// Many shapes, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Outlines {
    bytes: Vec<u8>,
}

/// Beside the kind: it stays a multi-geometry though it has one part only.
const MULTI: u64 = 1 << 2;
/// Beside the kind: it has one part, and no number says so.
const PLAIN: u64 = 1 << 3;

impl Outlines {
    /// Takes a shape of one kind in, and says where it is; `None` where there is no room, behind four gigabytes.
    pub(super) fn put(&mut self, kind: Kind, is_multi: bool, shape: &Parts<Cell>) -> Option<u32> {
        let at = u32::try_from(self.bytes.len()).ok()?;
        let out = &mut self.bytes;
        let is_plain = shape.part_count() == 1;
        let kind_number = match kind {
            Kind::Point => 0,
            Kind::Line => 1,
            Kind::Polygon => 2,
        };
        let flag = |is_set: bool, flag: u64| if is_set { flag } else { 0 };
        let head = kind_number | flag(is_multi, MULTI) | flag(is_plain, PLAIN);
        push_varint(out, head);
        if !is_plain && kind == Kind::Polygon {
            push_count(out, shape.polygon_count());
            for polygon in 0..shape.polygon_count() {
                push_count(out, shape.rings(polygon).len());
            }
        } else if !is_plain {
            push_count(out, shape.part_count());
        }
        let mut before = [0, 0];
        for part in 0..shape.part_count() {
            let cells = shape.part(part);
            push_count(out, cells.len());
            for &[x, y] in cells {
                push_varint(out, zigzag(x - before[0]));
                push_varint(out, zigzag(y - before[1]));
                before = [x, y];
            }
        }
        Some(at)
    }

    /// Puts the shape at `at` into `shape`; its kind, and whether it stays a multi-geometry. `None` where none begins.
    pub(super) fn read(&self, at: u32, shape: &mut Parts<Cell>) -> Option<(Kind, bool)> {
        shape.clear();
        let mut bytes = self.bytes.get(usize::try_from(at).ok()?..)?;
        let bytes = &mut bytes;
        let head = varint(bytes)?;
        let kind = match head & 3 {
            0 => Kind::Point,
            1 => Kind::Line,
            _ => Kind::Polygon,
        };
        let is_plain = head & PLAIN != 0;
        let mut before = [0, 0];
        if kind != Kind::Polygon {
            let parts = if is_plain { 1 } else { varint(bytes)? };
            for _ in 0..parts {
                read_part(bytes, &mut before, shape)?;
            }
        } else if is_plain {
            read_part(bytes, &mut before, shape)?;
            shape.end_polygon(0);
        } else {
            // the numbers of rings come before the first ring
            let polygons = varint(bytes)?;
            let mut rings = *bytes;
            for _ in 0..polygons {
                varint(bytes)?;
            }
            for _ in 0..polygons {
                let first = shape.part_count();
                for _ in 0..varint(&mut rings)? {
                    read_part(bytes, &mut before, shape)?;
                }
                shape.end_polygon(first);
            }
        }
        Some((kind, head & MULTI != 0))
    }

    /// How many vertices the shape at `at` has, where it has one part.
    pub(super) fn vertices(&self, at: u32) -> Option<usize> {
        let mut bytes = self.bytes.get(usize::try_from(at).ok()?..)?;
        let head = varint(&mut bytes)?;
        if head & PLAIN == 0 {
            return None;
        }
        usize::try_from(varint(&mut bytes)?).ok()
    }

    /// Gives back the room that nothing came to need.
    pub(super) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
    }
}

fn push_count(out: &mut Vec<u8>, count: usize) {
    push_varint(out, u64::try_from(count).unwrap_or(u64::MAX));
}

fn read_part(bytes: &mut &[u8], before: &mut Cell, shape: &mut Parts<Cell>) -> Option<()> {
    for _ in 0..varint(bytes)? {
        let [x, y] = *before;
        *before = [x + back(varint(bytes)?), y + back(varint(bytes)?)];
        shape.push(*before);
    }
    shape.end_part();
    Some(())
}

/// The number that `bytes` begin with, which is taken from them.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(first & 0x7F) << shift;
        if *first < 0x80 {
            return Some(number);
        }
    }
    None
}

/// The number of which [`zigzag`] made this one.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_wrap,
    reason = "the bits are what the format has"
)]
fn back(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cells() -> impl Strategy<Value = Vec<Cell>> {
        let number = prop_oneof![-9_i64..9, -1_800_000_000_i64..1_800_000_000];
        prop::collection::vec([number.clone(), number], 1..9)
    }

    /// The cells of each ring of each polygon; of other kinds, each part.
    fn told(shape: &Parts<Cell>, kind: Kind) -> Vec<Vec<Vec<Cell>>> {
        let part = |at: usize| shape.part(at).to_vec();
        if kind == Kind::Polygon {
            let polygons = 0..shape.polygon_count();
            return polygons
                .map(|polygon| shape.rings(polygon).map(part).collect())
                .collect();
        }
        vec![(0..shape.part_count()).map(part).collect()]
    }

    proptest! {
        #[test]
        fn each_shape_comes_back_as_it_was(
            shapes in prop::collection::vec(
                (0..3_u8, any::<bool>(), prop::collection::vec(prop::collection::vec(cells(), 1..4), 1..4)),
                1..6,
            ),
        ) {
            let mut outlines = Outlines::default();
            let mut kept = Vec::new();
            for (kind, is_multi, polygons) in shapes {
                let kind = [Kind::Point, Kind::Line, Kind::Polygon][usize::from(kind)];
                let mut shape = Parts::new();
                for rings in polygons {
                    let first = shape.part_count();
                    for ring in rings {
                        shape.push_part(ring);
                    }
                    if kind == Kind::Polygon {
                        shape.end_polygon(first);
                    }
                }
                let at = outlines.put(kind, is_multi, &shape).unwrap();
                kept.push((at, kind, is_multi, told(&shape, kind)));
            }
            let mut shape = Parts::new();
            for (at, kind, is_multi, expected) in kept.iter().rev() {
                prop_assert_eq!(outlines.read(*at, &mut shape), Some((*kind, *is_multi)));
                prop_assert_eq!(&told(&shape, *kind), expected);
            }
        }
    }
}

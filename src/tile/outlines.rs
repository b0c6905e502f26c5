//! Shapes on the grid of GeoJSON, a few bytes each: what [`Parts`] holds, as the ways from vertex to vertex.

use super::grid::Cell;
use super::parts::{Kind, Parts};

/// Many shapes, one behind the other, all numbers with their lowest byte first.
///
/// A shape is its kind with flags, then unless it is [`PLAIN`] the number of its parts, of a polygon that of its polygons and of
/// the rings of each; then each part: how many vertices it has, where the first is, and the way to each further one.
#[derive(Debug, Default)]
pub(super) struct Outlines {
    bytes: Vec<u8>,
}

/// Beside the kind: it stays a multi-geometry though it has one part only.
const MULTI: u8 = 1 << 2;
/// Beside the kind: it has one part, and no number says so.
const PLAIN: u8 = 1 << 3;
/// Beside the kind: ways have 32 bits for each axis, not 16; 16 reach 300 m.
const WIDE: u8 = 1 << 4;

impl Outlines {
    /// Takes a shape of one kind in, and says where it is; `None` where there is no room, behind four gigabytes, and for
    /// what lies beyond 214 degrees.
    pub(super) fn put(&mut self, kind: Kind, is_multi: bool, shape: &Parts<Cell>) -> Option<u32> {
        let at = u32::try_from(self.bytes.len()).ok()?;
        let put = self.try_put(kind, is_multi, shape);
        if put.is_none() {
            self.bytes.truncate(usize::try_from(at).unwrap_or_default());
        }
        put.map(|()| at)
    }

    fn try_put(&mut self, kind: Kind, is_multi: bool, shape: &Parts<Cell>) -> Option<()> {
        let out = &mut self.bytes;
        let parts = || (0..shape.part_count()).map(|part| shape.part(part));
        let is_plain = shape.part_count() == 1;
        let is_wide = parts()
            .flat_map(ways)
            .flatten()
            .any(|way| i16::try_from(way).is_err());
        let kind_number = match kind {
            Kind::Point => 0,
            Kind::Line => 1,
            Kind::Polygon => 2,
        };
        let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
        let flags = flag(is_multi, MULTI) | flag(is_plain, PLAIN) | flag(is_wide, WIDE);
        out.push(kind_number | flags);
        if !is_plain && kind == Kind::Polygon {
            push(
                out,
                u32::try_from(shape.polygon_count()).ok()?.to_le_bytes(),
            );
            for polygon in 0..shape.polygon_count() {
                push(
                    out,
                    u32::try_from(shape.rings(polygon).len())
                        .ok()?
                        .to_le_bytes(),
                );
            }
        } else if !is_plain {
            push(out, u32::try_from(shape.part_count()).ok()?.to_le_bytes());
        }
        for cells in parts() {
            push(out, u32::try_from(cells.len()).ok()?.to_le_bytes());
            for number in cells.first().into_iter().flatten() {
                push(out, i32::try_from(*number).ok()?.to_le_bytes());
            }
            for way in ways(cells).flatten() {
                if is_wide {
                    push(out, i32::try_from(way).ok()?.to_le_bytes());
                } else {
                    push(out, i16::try_from(way).ok()?.to_le_bytes());
                }
            }
        }
        Some(())
    }

    /// Puts the shape at `at` into `shape`; its kind, and whether it stays a multi-geometry. `None` where none begins.
    pub(super) fn read(&self, at: u32, shape: &mut Parts<Cell>) -> Option<(Kind, bool)> {
        shape.clear();
        let mut bytes = self.bytes.get(usize::try_from(at).ok()?..)?;
        let bytes = &mut bytes;
        let [head] = take(bytes)?;
        let kind = match head & 3 {
            0 => Kind::Point,
            1 => Kind::Line,
            _ => Kind::Polygon,
        };
        let (is_plain, is_wide) = (head & PLAIN != 0, head & WIDE != 0);
        if kind != Kind::Polygon {
            let parts = if is_plain { 1 } else { count(bytes)? };
            for _ in 0..parts {
                read_part(bytes, is_wide, shape)?;
            }
        } else if is_plain {
            read_part(bytes, is_wide, shape)?;
            shape.end_polygon(0);
        } else {
            // the numbers of rings come before the first ring
            let polygons = count(bytes)?;
            let mut rings = *bytes;
            for _ in 0..polygons {
                count(bytes)?;
            }
            for _ in 0..polygons {
                let first = shape.part_count();
                for _ in 0..count(&mut rings)? {
                    read_part(bytes, is_wide, shape)?;
                }
                shape.end_polygon(first);
            }
        }
        Some((kind, head & MULTI != 0))
    }

    /// How many vertices the shape at `at` has, where it has one part.
    pub(super) fn vertices(&self, at: u32) -> Option<usize> {
        let mut bytes = self.bytes.get(usize::try_from(at).ok()?..)?;
        let [head] = take(&mut bytes)?;
        if head & PLAIN == 0 {
            return None;
        }
        count(&mut bytes)
    }

    /// Gives back the room that nothing came to need.
    pub(super) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
    }
}

/// The ways from each cell to the next.
fn ways(cells: &[Cell]) -> impl Iterator<Item = Cell> {
    let each = cells.iter().zip(cells.iter().skip(1));
    each.map(|([x, y], [next_x, next_y])| [next_x - x, next_y - y])
}

fn push<const N: usize>(out: &mut Vec<u8>, bytes: [u8; N]) {
    out.extend_from_slice(&bytes);
}

/// The bytes that `bytes` begin with, which are taken from them.
fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*first)
}

fn count(bytes: &mut &[u8]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(take(bytes)?)).ok()
}

fn read_part(bytes: &mut &[u8], is_wide: bool, shape: &mut Parts<Cell>) -> Option<()> {
    let further = count(bytes)?.checked_sub(1)?;
    let first: [[u8; 4]; 2] = [take(bytes)?, take(bytes)?];
    let mut here = first.map(|number| i64::from(i32::from_le_bytes(number)));
    shape.push(here);
    if is_wide {
        for _ in 0..further {
            for number in &mut here {
                *number += i64::from(i32::from_le_bytes(take(bytes)?));
            }
            shape.push(here);
        }
    } else {
        let (ways, rest) = bytes.split_at_checked(further * 4)?;
        *bytes = rest;
        for way in ways.as_chunks::<4>().0 {
            let [a, b, c, d] = *way;
            here[0] += i64::from(i16::from_le_bytes([a, b]));
            here[1] += i64::from(i16::from_le_bytes([c, d]));
            shape.push(here);
        }
    }
    shape.end_part();
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cells() -> impl Strategy<Value = Vec<Cell>> {
        let far = -1_800_000_000_i64..1_800_000_000;
        let near = prop::collection::vec([-9_i64..9, -40_000..40_000_i64], 1..9);
        let near = ([far.clone(), far.clone()], near).prop_map(|([x, y], ways)| {
            let each = ways.into_iter().map(|[east, north]| [x + east, y + north]);
            each.collect()
        });
        // ways of a quarter of the earth; those of the whole earth have no place in 32 bits
        let far = -500_000_000_i64..500_000_000;
        prop_oneof![near, prop::collection::vec([far.clone(), far], 1..9)]
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

    #[test]
    fn what_has_no_room_leaves_nothing_behind() {
        let mut outlines = Outlines::default();
        let shape = |cells: &[Cell]| {
            let mut shape = Parts::new();
            shape.push_part(cells.iter().copied());
            shape
        };
        let far = shape(&[[0, 0], [3_000_000_000, 0]]);
        assert_eq!(outlines.put(Kind::Line, false, &far), None);
        assert_eq!(outlines.put(Kind::Line, false, &shape(&[[1, 2]])), Some(0));
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

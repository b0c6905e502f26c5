//! The shapes of a shapefile, one record after the other, from the main file alone.
//!
//! Reading is ours: the known crate cannot go on after one bad record, and pairs shapes with attributes by counting,
//! which deleted attribute records upset. Layout: ESRI Shapefile Technical Description, July 1998.

use std::io;
use std::io::Read;

use geo::coordinate_position::{CoordPos, coord_pos_relative_to_ring};
use geo::{BoundingRect, Intersects, Rect, Winding};

use crate::geometry::validity::ShapeError;
use crate::geometry::{
    Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};
use crate::ingest::row::Given;
use crate::ingest::{IngestError, Reason, Said};

/// Length of the header of the main file, bytes.
const HEADER: usize = 100;
/// The longest record that is read, bytes: sixteen million positions.
const LONGEST: usize = 256 << 20;
/// Boxes and positions of one shape that are looked at to tell which hole is in which outline.
const MOST_LOOKS: usize = 200_000_000;

/// The main file, read from its beginning.
pub(super) struct Shapes<R> {
    reader: R,
    /// How many records were read.
    pub(super) record: u64,
}

impl<R: Read> Shapes<R> {
    pub(super) fn open(mut reader: R) -> Result<Self, IngestError> {
        let mut header = [0; HEADER];
        reader.read_exact(&mut header).map_err(|_short| {
            IngestError::damaged("Shapefile", "byte 0", "the .shp is shorter than its header")
        })?;
        if header.first_chunk() != Some(&[0, 0, 0x27, 0x0A]) {
            return Err(IngestError::damaged(
                "Shapefile",
                "byte 0",
                "the .shp does not begin as one",
            ));
        }
        Ok(Self { reader, record: 0 })
    }

    /// The next shape; `None` at the end. A record that cannot be read is a bad shape, a cut file is an error.
    pub(super) fn next(&mut self) -> Result<Option<Given>, IngestError> {
        let mut head = [0; 8];
        match self.reader.read_exact(&mut head) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(cause) => return Err(IngestError::read(cause)),
            Ok(()) => self.record += 1,
        }
        let [_, _, _, _, length @ ..] = head;
        let words = usize::try_from(i32::from_be_bytes(length)).ok();
        let Some(length) = words
            .and_then(|words| words.checked_mul(2))
            .filter(|n| *n <= LONGEST)
        else {
            return Err(self.damaged("the length of the record cannot be"));
        };
        let mut content = Vec::new();
        let limit = u64::try_from(length).unwrap_or(0);
        let read = self.reader.by_ref().take(limit).read_to_end(&mut content);
        if read.map_err(IngestError::read)? < length {
            return Err(self.damaged("the file ends within the record"));
        }
        Ok(Some(shape(&content).unwrap_or_else(|| Given::Bad {
            reason: Reason::DamagedRecord,
            why: Said::new(
                "记录长度与其内容不符",
                "the record's length is not that of its content",
            ),
        })))
    }

    fn damaged(&self, why: &str) -> IngestError {
        IngestError::damaged(
            "Shapefile",
            format!("record {} of the .shp", self.record),
            why,
        )
    }
}

/// Bytes that are taken from the front.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn count(&mut self) -> Option<usize> {
        usize::try_from(i32::from_le_bytes(self.take()?)).ok()
    }

    fn coord(&mut self) -> Option<Coord> {
        let (x, y) = (
            f64::from_le_bytes(self.take()?),
            f64::from_le_bytes(self.take()?),
        );
        Some(Coord { x, y })
    }

    /// `count` positions; as many as there are bytes for, whatever is claimed.
    fn coords(&mut self, count: usize) -> Option<Vec<Coord>> {
        if count > self.0.len() / 16 {
            return None;
        }
        (0..count).map(|_| self.coord()).collect()
    }
}

/// The shape of one record; `None` where the bytes are not enough.
fn shape(content: &[u8]) -> Option<Given> {
    let mut bytes = Bytes(content);
    let kind = i32::from_le_bytes(bytes.take()?);
    let heights = matches!(kind, 11 | 13 | 15 | 18 | 21 | 23 | 25 | 28);
    let geometry: Geometry = match kind {
        0 => return Some(Given::Nothing),
        1 | 11 | 21 => Point(bytes.coord()?).into(),
        8 | 18 | 28 => {
            bytes.take::<32>()?;
            let count = bytes.count()?;
            MultiPoint::new(bytes.coords(count)?.into_iter().map(Point).collect()).into()
        }
        3 | 13 | 23 => {
            let lines = parts(&mut bytes)?.into_iter().map(LineString::new);
            MultiLineString::new(lines.collect()).into()
        }
        5 | 15 | 25 => return Some(polygon(parts(&mut bytes)?, heights)),
        31 => {
            return Some(Given::Bad {
                reason: Reason::UnknownShape,
                why: Said::new(
                    "MultiPatch是三维表面,请先转为面",
                    "a MultiPatch is a surface in space: turn it into polygons first",
                ),
            });
        }
        _ => {
            return Some(Given::Bad {
                reason: Reason::UnknownShape,
                why: Said::new(
                    format!("图形类型 {kind} 不存在"),
                    format!("there is no shape type {kind}"),
                ),
            });
        }
    };
    Some(Given::Shape {
        geometry,
        heights,
        unclosed: 0,
    })
}

fn parts(bytes: &mut Bytes<'_>) -> Option<Vec<Vec<Coord>>> {
    bytes.take::<32>()?;
    let (n_parts, n_points) = (bytes.count()?, bytes.count()?);
    if n_parts > bytes.0.len() / 4 {
        return None;
    }
    let starts: Vec<usize> = (0..n_parts).map(|_| bytes.count()).collect::<Option<_>>()?;
    let points = bytes.coords(n_points)?;
    let ends = starts.iter().skip(1).copied().chain([points.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(from, to)| points.get(*from..to).map(<[Coord]>::to_vec))
        .collect()
}

/// Rings to polygons: clockwise rings are outlines, the others are holes of the outline that they lie in.
fn polygon(rings: Vec<Vec<Coord>>, heights: bool) -> Given {
    let unclosed = rings
        .iter()
        .filter(|ring| ring.first() != ring.last())
        .count();
    let rings = rings
        .into_iter()
        .filter(|ring| !ring.is_empty())
        .map(|mut ring| {
            if ring.first() != ring.last() {
                ring.extend(ring.first().copied());
            }
            LineString::new(ring)
        });
    let (mut holes, mut outlines): (Vec<_>, Vec<_>) = rings.partition(|ring| {
        ring.winding_order() == Some(geo::winding_order::WindingOrder::CounterClockwise)
    });
    // Writers that do not know the rule turn every ring the same way.
    if outlines.is_empty() {
        std::mem::swap(&mut outlines, &mut holes);
    }
    let positions: usize = outlines.iter().chain(&holes).map(|ring| ring.0.len()).sum();
    let mut outlines = Outlines::new(outlines);
    for hole in holes {
        if outlines.put(hole).is_none() {
            let fault = ShapeError::TooIntricate { positions };
            return Given::Bad {
                reason: Reason::TooIntricate,
                why: Said::new(fault.zh(), fault.to_string()),
            };
        }
    }
    Given::Shape {
        geometry: MultiPolygon::new(outlines.polygons).into(),
        heights,
        unclosed,
    }
}

/// The outlines of a shape while its holes are put into them.
struct Outlines {
    polygons: Vec<Polygon>,
    boxes: Vec<Option<Rect>>,
    /// How much may still be looked at.
    left: usize,
}

impl Outlines {
    fn new(rings: Vec<LineString>) -> Self {
        let mut outlines = Self {
            polygons: Vec::new(),
            boxes: Vec::new(),
            left: MOST_LOOKS,
        };
        for ring in rings {
            outlines.add(ring);
        }
        outlines
    }

    fn add(&mut self, outline: LineString) {
        self.boxes.push(outline.bounding_rect());
        self.polygons.push(Polygon::new(outline, Vec::new()));
    }

    /// Puts a hole into the outline that it lies in; a ring that lies in none is one of its own, turned the wrong way.
    /// `None` where that would take too long.
    fn put(&mut self, hole: LineString) -> Option<()> {
        if let [only] = self.polygons.as_mut_slice() {
            only.interiors_push(hole);
            return Some(());
        }
        let place = Point(*hole.0.first()?);
        self.left = self.left.checked_sub(self.polygons.len())?;
        for (polygon, around) in self.polygons.iter_mut().zip(&self.boxes) {
            if around.is_none_or(|around| !around.intersects(&place)) {
                continue;
            }
            self.left = self.left.checked_sub(polygon.exterior().0.len())?;
            let is_inside = coord_pos_relative_to_ring(place.0, polygon.exterior());
            if is_inside == CoordPos::Inside {
                polygon.interiors_push(hole);
                return Some(());
            }
        }
        self.add(hole);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(at: f64, side: f64, is_hole: bool) -> Vec<Coord> {
        let mut ring: Vec<Coord> = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)]
            .map(|(x, y)| Coord {
                x: at + x * side,
                y: at + y * side,
            })
            .into();
        if is_hole {
            ring.reverse();
        }
        ring
    }

    #[test]
    fn holes_find_their_outlines() {
        let rings = vec![
            square(0.0, 1.0, false),
            square(5.0, 1.0, false),
            square(5.1, 0.5, true),
            square(9.0, 1.0, true),
        ];
        let Given::Shape {
            geometry: Geometry::MultiPolygon(areas),
            ..
        } = polygon(rings, false)
        else {
            panic!()
        };
        let holes: Vec<usize> = areas.iter().map(|area| area.interiors().len()).collect();
        assert_eq!(holes, [0, 1, 0]);
    }

    #[test]
    fn many_rings_that_lie_in_none_are_refused_and_not_looked_at_for_ever() {
        let outlines = (0..2).map(|_| square(-5.0, 1.0, false));
        let holes = (0..30_000).map(|at| square(f64::from(at) * 2.0, 1.0, true));
        assert!(matches!(
            polygon(outlines.chain(holes).collect(), false),
            Given::Bad {
                reason: Reason::TooIntricate,
                ..
            }
        ));
    }
}

//! The shapes of a shapefile, one record after the other, from the main file alone.
//!
//! Reading is ours: the known crate cannot go on after one bad record, and pairs shapes with attributes by counting,
//! which deleted attribute records upset. Layout: ESRI Shapefile Technical Description, July 1998.

use std::io;
use std::io::Read;

use super::rings;
use crate::geometry::{Coord, Geometry, LineString, MultiLineString, MultiPoint, Point};
use crate::ingest::row::{Event, Given};
use crate::ingest::{IngestError, Reason, Said};

/// Length of the header of the main file, bytes.
const HEADER: usize = 100;
/// The longest record that is read, bytes: sixteen million positions.
const LONGEST: usize = 256 << 20;
/// How many records are named where something is said of them.
const MOST_NAMED: usize = 10;

/// The main file, read from its beginning.
pub(super) struct Shapes<R> {
    reader: R,
    /// How many records were read.
    pub(super) record: u64,
    /// How many have rings that are turned otherwise than the format says, and the first of them.
    turned: u64,
    first_turned: Vec<String>,
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
        Ok(Self {
            reader,
            record: 0,
            turned: 0,
            first_turned: Vec::new(),
        })
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
        let mut is_turned = false;
        let shape = shape(&content, &mut is_turned).unwrap_or_else(|| Given::Bad {
            reason: Reason::DamagedRecord,
            why: Said::new(
                "记录长度与其内容不符",
                "the record's length is not that of its content",
            ),
        });
        if is_turned {
            self.turned += 1;
            if self.first_turned.len() < MOST_NAMED {
                self.first_turned.push(self.record.to_string());
            }
        }
        Ok(Some(shape))
    }

    /// What is said of the shapes that were read.
    pub(super) fn said(&self) -> Option<Event> {
        let (mut zh, mut en) = (self.first_turned.join("、"), self.first_turned.join(", "));
        if self.turned > u64::try_from(MOST_NAMED).unwrap_or(0) {
            zh.push('…');
            en.push('…');
        }
        (self.turned > 0).then(|| {
            Event::decision(
                "rows",
                format!(
                    "{}个面的环方向不合规范(外环应顺时针,孔应逆时针),外环和孔按包含关系判定:第{zh}条记录。",
                    self.turned
                ),
                format!(
                    "{} polygons have rings that turn otherwise than the format says (outlines clockwise, holes not); outlines and holes were told by what lies in what: records {en}.",
                    self.turned
                ),
            )
        })
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
fn shape(content: &[u8], is_turned: &mut bool) -> Option<Given> {
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
        5 | 15 | 25 => {
            let read = rings::polygons(parts(&mut bytes)?);
            *is_turned = read.is_turned;
            return Some(read.given(heights));
        }
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

//! Reads well-known binary (OGC 06-103r4 §8, and the EWKB flags that some programs write), bounded by its bytes.
//!
//! Ours because the reader of `geozero` 0.14 reserves whatever count the bytes claim: one bad blob that another
//! program left in the store would end the service.

use crate::domain::Unreadable;
use crate::geometry::{
    Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};

/// Collections within collections, at most so deep.
const DEEPEST: u8 = 8;

/// There are fewer bytes than the shape claims.
pub(super) const ENDS_EARLY: Unreadable = damaged("数据不完整", "it ends too early");

/// The bytes are no geometry.
pub(super) const fn damaged(zh: &'static str, en: &'static str) -> Unreadable {
    Unreadable::NotAShape { zh, en }
}

struct Reader<'a> {
    bytes: &'a [u8],
    little: bool,
    /// Numbers a position has: 2, 3 with Z or M, 4 with both.
    numbers: u8,
}

/// The geometry in `bytes`, heights and measures dropped; `Ok(None)` for an empty point.
pub(super) fn decode(bytes: &[u8]) -> Result<Option<Geometry>, Unreadable> {
    let mut reader = Reader {
        bytes,
        little: true,
        numbers: 2,
    };
    reader.geometry(0)
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Unreadable> {
        let (head, rest) = self.bytes.split_first_chunk::<N>().ok_or(ENDS_EARLY)?;
        self.bytes = rest;
        Ok(*head)
    }

    fn number(&mut self) -> Result<f64, Unreadable> {
        let bytes = self.take::<8>()?;
        Ok(if self.little {
            f64::from_le_bytes(bytes)
        } else {
            f64::from_be_bytes(bytes)
        })
    }

    fn count(&mut self) -> Result<u32, Unreadable> {
        let bytes = self.take::<4>()?;
        Ok(if self.little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
    }

    fn coord(&mut self) -> Result<Coord, Unreadable> {
        let coord = Coord {
            x: self.number()?,
            y: self.number()?,
        };
        for _ in 2..self.numbers {
            self.number()?;
        }
        Ok(coord)
    }

    /// So many things, read one by one: nothing is reserved for what the bytes only claim.
    fn many<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, Unreadable>,
    ) -> Result<Vec<T>, Unreadable> {
        let count = self.count()?;
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(read(self)?);
        }
        Ok(all)
    }

    fn line(&mut self) -> Result<LineString, Unreadable> {
        Ok(LineString::new(self.many(Self::coord)?))
    }

    fn polygon(&mut self) -> Result<Polygon, Unreadable> {
        let mut rings = self.many(Self::line)?.into_iter();
        let outer = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
        Ok(Polygon::new(outer, rings.collect()))
    }

    fn geometry(&mut self, depth: u8) -> Result<Option<Geometry>, Unreadable> {
        if depth > DEEPEST {
            return Err(damaged("集合嵌套过深", "collections are nested too deeply"));
        }
        let [order] = self.take::<1>()?;
        self.little = match order {
            0 => false,
            1 => true,
            _ => return Err(damaged("字节序不明", "the byte order is none")),
        };
        let code = self.count()?;
        let kind = code & 0x0FFF_FFFF;
        let dimensions = kind / 1000;
        let (z, m) = (
            code & 0x8000_0000 != 0 || dimensions == 1 || dimensions == 3,
            code & 0x4000_0000 != 0 || dimensions >= 2,
        );
        self.numbers = 2 + u8::from(z) + u8::from(m);
        if code & 0x2000_0000 != 0 {
            self.count()?;
        }
        let members = |reader: &mut Self| {
            reader.many(|reader| {
                reader
                    .geometry(depth + 1)?
                    .ok_or_else(|| damaged("集合中有空图形", "an empty member of a collection"))
            })
        };
        Ok(Some(match kind % 1000 {
            1 => {
                let coord = self.coord()?;
                if coord.x.is_nan() && coord.y.is_nan() {
                    return Ok(None);
                }
                Point::from(coord).into()
            }
            2 => self.line()?.into(),
            3 => self.polygon()?.into(),
            4 => MultiPoint::new(each(members(self)?)?).into(),
            5 => MultiLineString::new(each(members(self)?)?).into(),
            6 => MultiPolygon::new(each(members(self)?)?).into(),
            7 => Geometry::GeometryCollection(members(self)?.into()),
            _ => return Err(Unreadable::UnknownShape { code: kind % 1000 }),
        }))
    }
}

fn each<T: TryFrom<Geometry>>(members: Vec<Geometry>) -> Result<Vec<T>, Unreadable> {
    let wrong = |_| {
        damaged(
            "集合成员类型不符",
            "a member is of another kind than its collection",
        )
    };
    members
        .into_iter()
        .map(|member| T::try_from(member).map_err(wrong))
        .collect()
}

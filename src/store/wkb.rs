//! Reads well-known binary (OGC 06-103r4 §8, and the EWKB flags that some programs write), bounded by its bytes.
//!
//! Ours because the reader of `geozero` 0.14 reserves whatever count the bytes claim: one bad blob that another
//! program left in the store would end the service.

use crate::geometry::{
    Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};

/// Collections within collections, at most so deep.
const DEEPEST: u8 = 8;

struct Reader<'a> {
    bytes: &'a [u8],
    little: bool,
    /// Numbers a position has: 2, 3 with Z or M, 4 with both.
    numbers: u8,
}

/// The geometry in `bytes`, heights and measures dropped; `Ok(None)` for an empty point.
pub(super) fn decode(bytes: &[u8]) -> Result<Option<Geometry>, String> {
    let mut reader = Reader {
        bytes,
        little: true,
        numbers: 2,
    };
    reader.geometry(0)
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (head, rest) = self
            .bytes
            .split_first_chunk::<N>()
            .ok_or("the geometry ends too early")?;
        self.bytes = rest;
        Ok(*head)
    }

    fn number(&mut self) -> Result<f64, String> {
        let bytes = self.take::<8>()?;
        Ok(if self.little {
            f64::from_le_bytes(bytes)
        } else {
            f64::from_be_bytes(bytes)
        })
    }

    fn count(&mut self) -> Result<u32, String> {
        let bytes = self.take::<4>()?;
        Ok(if self.little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
    }

    fn coord(&mut self) -> Result<Coord, String> {
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
        mut read: impl FnMut(&mut Self) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        let count = self.count()?;
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(read(self)?);
        }
        Ok(all)
    }

    fn line(&mut self) -> Result<LineString, String> {
        Ok(LineString::new(self.many(Self::coord)?))
    }

    fn polygon(&mut self) -> Result<Polygon, String> {
        let mut rings = self.many(Self::line)?.into_iter();
        let outer = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
        Ok(Polygon::new(outer, rings.collect()))
    }

    fn geometry(&mut self, depth: u8) -> Result<Option<Geometry>, String> {
        if depth > DEEPEST {
            return Err("collections are nested too deeply".to_owned());
        }
        let [order] = self.take::<1>()?;
        self.little = match order {
            0 => false,
            1 => true,
            other => return Err(format!("{other} is no byte order")),
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
                    .ok_or_else(|| "an empty member".to_owned())
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
            other => {
                return Err(format!(
                    "shapes of kind {other} (curves, surfaces) are not part of this map"
                ));
            }
        }))
    }
}

fn each<T: TryFrom<Geometry>>(members: Vec<Geometry>) -> Result<Vec<T>, String> {
    let wrong = |_| "a member is of another kind than its collection".to_owned();
    members
        .into_iter()
        .map(|member| T::try_from(member).map_err(wrong))
        .collect()
}

//! Well-known binary as other programs write it: either byte order, Z and M in the dialects of ISO and of PostGIS.
//!
//! Reading is ours, as in the store: the known reader reserves whatever a bad blob claims.

use geo::{GeometryCollection, MultiLineString, MultiPoint};

use crate::geometry::{Coord, Geometry, LineString, MultiPolygon, Point, Polygon};
use crate::ingest::row::Given;
use crate::ingest::{Reason, Said};

/// Deeper collections are no honest shape.
const DEEPEST: u8 = 16;

/// The shape in `bytes`.
pub(super) fn shape(bytes: &[u8]) -> Given {
    let mut reader = Reader {
        bytes,
        heights: false,
        unclosed: 0,
    };
    match reader.geometry(DEEPEST) {
        Ok(geometry) => Given::Shape {
            geometry,
            heights: reader.heights,
            unclosed: reader.unclosed,
        },
        Err(Fault::Cut) => Given::Bad {
            reason: Reason::DamagedRecord,
            why: Said::new("几何数据不完整", "the bytes of the shape are not enough"),
        },
        Err(Fault::Kind(kind)) => Given::Bad {
            reason: Reason::UnknownShape,
            why: Said::new(
                format!("几何类型 {kind} 是曲线或曲面,请先转为折线"),
                format!("shape type {kind} is a curve or a surface: turn it into lines first"),
            ),
        },
    }
}

enum Fault {
    Cut,
    Kind(u32),
}

struct Reader<'a> {
    bytes: &'a [u8],
    heights: bool,
    unclosed: usize,
}

/// Byte order and number of ordinates of the element that is read.
#[derive(Clone, Copy)]
struct Form {
    little: bool,
    ordinates: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (head, rest) = self.bytes.split_first_chunk::<N>().ok_or(Fault::Cut)?;
        self.bytes = rest;
        Ok(*head)
    }

    fn number(&mut self, form: Form) -> Result<u32, Fault> {
        let bytes = self.take()?;
        Ok(if form.little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
    }

    fn float(&mut self, form: Form) -> Result<f64, Fault> {
        let bytes = self.take()?;
        Ok(if form.little {
            f64::from_le_bytes(bytes)
        } else {
            f64::from_be_bytes(bytes)
        })
    }

    fn coord(&mut self, form: Form) -> Result<Coord, Fault> {
        let at = Coord {
            x: self.float(form)?,
            y: self.float(form)?,
        };
        for _ in 2..form.ordinates {
            self.float(form)?;
        }
        Ok(at)
    }

    /// A count of elements of at least `size` bytes each; more than there are bytes for is a fault.
    fn count(&mut self, form: Form, size: usize) -> Result<usize, Fault> {
        let count = usize::try_from(self.number(form)?).unwrap_or(usize::MAX);
        if count > self.bytes.len() / size.max(1) {
            return Err(Fault::Cut);
        }
        Ok(count)
    }

    fn line(&mut self, form: Form) -> Result<LineString, Fault> {
        let count = self.count(form, 8 * form.ordinates)?;
        (0..count)
            .map(|_| self.coord(form))
            .collect::<Result<Vec<_>, _>>()
            .map(LineString::new)
    }

    fn polygon(&mut self, form: Form) -> Result<Polygon, Fault> {
        let count = self.count(form, 4)?;
        let rings = (0..count)
            .map(|_| self.line(form))
            .collect::<Result<Vec<_>, _>>()?;
        // `Polygon::new` closes rings without a word.
        self.unclosed += rings.iter().filter(|ring| !ring.is_closed()).count();
        let mut rings = rings.into_iter();
        let outline = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
        Ok(Polygon::new(outline, rings.collect()))
    }

    fn geometry(&mut self, depth: u8) -> Result<Geometry, Fault> {
        let [order] = self.take()?;
        let mut form = Form {
            little: order == 1,
            ordinates: 2,
        };
        let kind = self.number(form)?;
        // PostGIS keeps Z, M and SRID in the high bits, ISO in the thousands.
        let (high, low) = (kind >> 28, kind & 0x0FFF_FFFF);
        let thousands = low / 1000;
        form.ordinates += usize::from(high & 8 != 0 || matches!(thousands, 1 | 3))
            + usize::from(high & 4 != 0 || matches!(thousands, 2 | 3));
        self.heights |= form.ordinates > 2;
        if high & 2 != 0 {
            self.number(form)?;
        }
        let parts = |reader: &mut Self| -> Result<Vec<Geometry>, Fault> {
            let depth = depth.checked_sub(1).ok_or(Fault::Cut)?;
            let count = reader.count(form, 5)?;
            (0..count).map(|_| reader.geometry(depth)).collect()
        };
        Ok(match low % 1000 {
            1 => Point(self.coord(form)?).into(),
            2 => self.line(form)?.into(),
            3 => self.polygon(form)?.into(),
            4 => {
                let points = parts(self)?
                    .into_iter()
                    .filter_map(|part| Point::try_from(part).ok());
                MultiPoint::new(points.collect()).into()
            }
            5 => {
                let lines = parts(self)?
                    .into_iter()
                    .filter_map(|part| LineString::try_from(part).ok());
                MultiLineString::new(lines.collect()).into()
            }
            6 => {
                let polygons = parts(self)?
                    .into_iter()
                    .filter_map(|part| Polygon::try_from(part).ok());
                MultiPolygon::new(polygons.collect()).into()
            }
            7 => Geometry::GeometryCollection(GeometryCollection(parts(self)?)),
            _ => return Err(Fault::Kind(kind)),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u32> = text
            .chars()
            .map(|digit| digit.to_digit(16).unwrap())
            .collect();
        digits
            .chunks(2)
            .map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap())
            .collect()
    }

    #[test]
    fn points_of_every_dialect() {
        // POINT (1 2), POINT Z (1 2 3) of ISO, SRID=4326;POINT Z (1 2 3) of PostGIS, POINT (1 2) big-endian.
        for (text, heights) in [
            ("0101000000000000000000f03f0000000000000040", false),
            (
                "01e9030000000000000000f03f00000000000000400000000000000840",
                true,
            ),
            (
                "01010000a0e6100000000000000000f03f00000000000000400000000000000840",
                true,
            ),
            ("00000000013ff00000000000004000000000000000", false),
        ] {
            let Given::Shape {
                geometry,
                heights: found,
                ..
            } = shape(&hex(text))
            else {
                panic!("{text}")
            };
            assert_eq!(
                (geometry, found),
                (Point::new(1.0, 2.0).into(), heights),
                "{text}"
            );
        }
        assert!(matches!(
            shape(&hex("0108000000")),
            Given::Bad {
                reason: Reason::UnknownShape,
                ..
            }
        ));
    }

    proptest! {
        #[test]
        fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _outcome = shape(&bytes);
        }
    }
}

//! A geometry ↔ the blob that a GeoPackage keeps (OGC 12-128r18 §2.1.3): header, envelope, WKB.

use geo::BoundingRect;
use geozero::{CoordDimensions, ToWkb};

use crate::domain::Unreadable;
use crate::geometry::Geometry;
use crate::store::wkb::{self, ENDS_EARLY, damaged};

/// The blob of `geometry` in WGS 84 with its envelope; `None` when it cannot be written.
pub(super) fn encode(geometry: &Geometry) -> Option<Vec<u8>> {
    let envelope = geometry.bounding_rect().map_or_else(Vec::new, |rect| {
        vec![rect.min().x, rect.max().x, rect.min().y, rect.max().y]
    });
    geometry
        .to_gpkg_wkb(CoordDimensions::xy(), Some(4326), envelope)
        .ok()
}

/// The geometry in `blob`, heights and measures dropped; `Ok(None)` for an empty one.
pub(super) fn decode(blob: &[u8]) -> Result<Option<Geometry>, Unreadable> {
    let flags = header(blob)
        .ok_or_else(|| damaged("不是 GeoPackage 图形", "it is not a GeoPackage geometry"))?;
    if flags & 0b0001_0000 != 0 {
        return Ok(None);
    }
    // envelope kinds 0 to 4 of the standard: none, xy, xyz, xym, xyzm
    let envelope_bytes = match (flags >> 1) & 0b111 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return Err(damaged("外框类型不明", "the envelope is of no known kind")),
    };
    wkb::decode(blob.get(8 + envelope_bytes..).ok_or(ENDS_EARLY)?)
}

/// The envelope `[min x, max x, min y, max y]` of the geometry in `blob`; `None` for an empty or unreadable one.
pub(super) fn envelope(blob: &[u8]) -> Option<[f64; 4]> {
    let rect = decode(blob).ok()??.bounding_rect()?;
    Some([rect.min().x, rect.max().x, rect.min().y, rect.max().y])
}

/// The flags byte of a blob that starts as the standard says.
fn header(blob: &[u8]) -> Option<u8> {
    match blob {
        [b'G', b'P', 0, flags, ..] if blob.len() >= 13 => Some(*flags),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geometry::{Coord, LineString, MultiPolygon, Polygon};

    proptest! {
        #[test]
        fn a_geometry_comes_back_as_it_went(x in -180.0..180.0f64, y in -90.0..89.0f64, d in 1e-7..0.5f64) {
            let ring = LineString::from(vec![(x, y), (x + d, y), (x + d, y + d), (x, y)]);
            let shapes: [Geometry; 4] = [
                MultiPolygon::new(vec![Polygon::new(ring.clone(), vec![])]).into(),
                ring.into(),
                geo::Point::new(x, y).into(),
                geo::MultiPoint::from(vec![(x, y), (y, x)]).into(),
            ];
            for shape in shapes {
                let blob = encode(&shape).unwrap();
                prop_assert_eq!(envelope(&blob).is_some(), true);
                prop_assert_eq!(decode(&blob).unwrap(), Some(shape));
            }
        }

        #[test]
        fn any_bytes_are_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let mut blob = vec![b'G', b'P', 0, 1];
            blob.extend(&bytes);
            let _ = (decode(&bytes), decode(&blob), envelope(&blob));
        }
    }

    #[test]
    fn an_empty_geometry_is_no_geometry() {
        let mut blob = encode(&geo::Point(Coord { x: 1.0, y: 2.0 }).into()).unwrap();
        blob[3] |= 0b0001_0000;
        assert_eq!(decode(&blob), Ok(None));
    }
}

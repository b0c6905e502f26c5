//! Other reference systems: what they are called, their axis order, and the way to CRS84 and back.
//!
//! **Axis order.** Files and the command line write x before y: longitude then latitude, easting then northing,
//! whatever the authority says, and that is what [`Crs::to_crs84`] takes and [`Crs::coords_of`] gives. Where a
//! caller asks for authority order (OGC API Features Part 2: `bbox-crs`, `crs`), [`Crs::is_north_first`] says whether
//! the pair must change places: EPSG:4326, EPSG:4490 and all Gauss-Krüger zones name north first.
//!
//! CGCS2000 and WGS 84 differ by centimetres and count as one (DOMAIN.md §2.1). Xian 1980 and Beijing 1954 differ by
//! tens of metres in a way that is not public: they are recognised and refused.

mod baidu;
pub mod detect;
mod error;
pub mod fit;
mod gauss_kruger;
mod old_datum;
pub mod prj;
pub mod prj_text;
mod shifted;
mod transverse;
mod utm;

use std::fmt;

use geo::MapCoords;

use crate::geometry::{Coord, Geometry, LonLat, PlaceError};

pub use error::CrsError;
pub use gauss_kruger::{GaussKruger, ZoneWidth};
pub use old_datum::OldZone;
pub use utm::Utm;

/// A reference system of positions that the service takes and gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Crs {
    /// WGS 84, longitude first: what GeoJSON and everything inside the service is in.
    Crs84,
    /// EPSG:4326, WGS 84; latitude first by authority.
    Wgs84,
    /// EPSG:4490, CGCS2000; latitude first by authority.
    Cgcs2000,
    /// EPSG:3857, the metres of web maps.
    WebMercator,
    /// EPSG:32601 to 32660, WGS 84 in the northern zones of UTM; easting first by authority.
    Utm(Utm),
    /// The metres of Baidu's maps (BD-09MC); known to about a metre.
    Bd09Mercator,
    /// EPSG:4491 to 4554, CGCS2000 in Gauss-Krüger zones; northing first by authority.
    GaussKruger(GaussKruger),
    /// 高德, 腾讯, 奥维; known to about a metre.
    Gcj02,
    /// 百度; known to about a metre.
    Bd09,
}

/// So far beyond its edge a place is still on the earth, degrees.
const EDGE_PLAY: f64 = 1e-9;

/// Half the side of the Web Mercator square, metres: half the equator.
const HALF_WORLD: f64 = 20_037_508.342_789_244;
/// Radius of the Web Mercator sphere, metres (EPSG:3857).
const MERCATOR_RADIUS: f64 = 6_378_137.0;
/// Northings of China, metres: from the Zengmu shoal (4° N, 442 km) to Mohe (53.6° N, 5,940 km), with a margin.
const NORTHINGS: (f64, f64) = (300_000.0, 6_200_000.0);

impl Crs {
    /// The system that `name` means: `CRS84`, `EPSG:4545` in any case, its bare number, the OGC's URIs and URNs,
    /// `WGS84`, `CGCS2000`, `GCJ02`, `BD09`, `BD09MC`.
    ///
    /// # Errors
    /// [`CrsError::NeedsLocalTransformation`] for Xian 1980 and Beijing 1954, else [`CrsError::Unknown`].
    pub fn parse(name: &str) -> Result<Self, CrsError> {
        let given = name.trim();
        let unknown = || CrsError::Unknown {
            given: given.to_owned(),
        };
        let plain: String = given
            .trim_matches(['[', ']', '<', '>'])
            .chars()
            .filter(|c| !matches!(c, '-' | '_' | ' '))
            .collect::<String>()
            .to_ascii_uppercase();
        match plain.as_str() {
            "CRS84" | "OGC:CRS84" | "WGS84" => return Ok(Self::Crs84),
            "CGCS2000" => return Ok(Self::Cgcs2000),
            "GCJ02" => return Ok(Self::Gcj02),
            "BD09" | "BD09LL" => return Ok(Self::Bd09),
            "BD09MC" => return Ok(Self::Bd09Mercator),
            "WEBMERCATOR" => return Ok(Self::WebMercator),
            _ => {}
        }
        let old = |datum| CrsError::NeedsLocalTransformation {
            given: given.to_owned(),
            datum,
        };
        if plain.contains("XIAN1980") || plain.contains("XIAN80") || given.contains("西安80") {
            return Err(old("Xian 1980"));
        }
        if plain.contains("BEIJING1954") || plain.contains("BEIJING54") || given.contains("北京54")
        {
            return Err(old("Beijing 1954"));
        }
        if is_crs84_uri(&plain) {
            return Ok(Self::Crs84);
        }
        let code = epsg_code(&plain).ok_or_else(unknown)?;
        match code {
            4326 => Ok(Self::Wgs84),
            4490 => Ok(Self::Cgcs2000),
            3857 => Ok(Self::WebMercator),
            // 6° with and without zone number, then 3°: EPSG's order for Xian 1980, the reverse for Beijing 1954.
            4610 | 2327..=2390 => Err(old("Xian 1980")),
            4214 | 2401..=2442 | 21413..=21423 | 21453..=21463 => Err(old("Beijing 1954")),
            _ => GaussKruger::from_epsg(code)
                .map(Self::GaussKruger)
                .or_else(|| Utm::from_epsg(code).map(Self::Utm))
                .ok_or_else(unknown),
        }
    }

    /// The OGC's URI; `None` for GCJ-02 and BD-09, which have none.
    pub fn uri(self) -> Option<String> {
        match self {
            Self::Crs84 => Some("http://www.opengis.net/def/crs/OGC/1.3/CRS84".to_owned()),
            Self::Gcj02 | Self::Bd09 | Self::Bd09Mercator => None,
            _ => self
                .epsg()
                .map(|code| format!("http://www.opengis.net/def/crs/EPSG/0/{code}")),
        }
    }

    /// The EPSG code; `None` for those without.
    pub fn epsg(self) -> Option<u32> {
        match self {
            Self::Crs84 | Self::Gcj02 | Self::Bd09 | Self::Bd09Mercator => None,
            Self::Wgs84 => Some(4326),
            Self::Cgcs2000 => Some(4490),
            Self::WebMercator => Some(3857),
            Self::GaussKruger(zone) => Some(zone.epsg()),
            Self::Utm(zone) => Some(zone.epsg()),
        }
    }

    /// Whether the authority names latitude or northing before longitude or easting.
    pub fn is_north_first(self) -> bool {
        matches!(self, Self::Wgs84 | Self::Cgcs2000 | Self::GaussKruger(_))
    }

    /// Whether positions are metres rather than degrees.
    pub fn is_metric(self) -> bool {
        matches!(
            self,
            Self::WebMercator | Self::GaussKruger(_) | Self::Utm(_) | Self::Bd09Mercator
        )
    }

    /// How far positions in this system may be off in WGS 84 by the system's own nature, metres.
    pub fn uncertainty_m(self) -> f64 {
        match self {
            Self::Gcj02 | Self::Bd09 | Self::Bd09Mercator => 1.0,
            Self::Cgcs2000 | Self::GaussKruger(_) => 0.1,
            _ => 0.0,
        }
    }

    /// The place that `x`, `y` means: longitude and latitude, or easting and northing, in this order.
    ///
    /// # Errors
    /// [`CrsError::Swapped`] or [`PlaceError::Swapped`] where only the exchanged pair is a place;
    /// [`CrsError::OtherZone`], [`CrsError::Degrees`], [`CrsError::OutOfRange`], [`PlaceError::OutOfRange`].
    pub fn to_crs84(self, x: f64, y: f64) -> Result<LonLat, CrsError> {
        let at = Coord { x, y };
        let place = match self {
            Self::Crs84 | Self::Wgs84 | Self::Cgcs2000 => within_edge(at),
            Self::Gcj02 => shifted::from_gcj02(checked_degrees(at)?),
            Self::Bd09 => shifted::from_bd09(checked_degrees(at)?),
            Self::WebMercator => {
                // A metre of play: writers round the edge of the world.
                let edge = HALF_WORLD + 1.0;
                if !(x.abs() <= edge && y.abs() <= edge) {
                    return Err(self.out_of_range(at, (-edge, edge), (-edge, edge)));
                }
                Coord {
                    x: (x / MERCATOR_RADIUS).to_degrees().clamp(-180.0, 180.0),
                    y: (y / MERCATOR_RADIUS).sinh().atan().to_degrees(),
                }
            }
            Self::GaussKruger(zone) => {
                self.check_zone(zone, at)?;
                zone.inverse(at)
            }
            Self::Utm(zone) => {
                let (east, north) = ((100_000.0, 900_000.0), (0.0, 9_400_000.0));
                let fits = |value: f64, (least, most)| (least..=most).contains(&value);
                if !(fits(x, east) && fits(y, north)) {
                    return Err(if fits(y, east) && fits(x, north) {
                        CrsError::Swapped { crs: self, x, y }
                    } else {
                        self.out_of_range(at, east, north)
                    });
                }
                zone.inverse(at)
            }
            Self::Bd09Mercator => {
                let (edge, top) = (HALF_WORLD + 1.0, baidu::TOP);
                if !(x.abs() <= edge && y.abs() <= top) {
                    return Err(self.out_of_range(at, (-edge, edge), (-top, top)));
                }
                shifted::from_bd09(checked_degrees(baidu::to_degrees(at))?)
            }
        };
        Ok(LonLat::new(place.x, place.y)?)
    }

    /// `place` in this system, x before y. Web Mercator stops at its edge, 85.06° north and south.
    pub fn coords_of(self, place: LonLat) -> Coord {
        let at = Coord {
            x: place.lon(),
            y: place.lat(),
        };
        match self {
            Self::Crs84 | Self::Wgs84 | Self::Cgcs2000 => at,
            Self::Gcj02 => shifted::to_gcj02(at),
            Self::Bd09 => shifted::to_bd09(at),
            Self::WebMercator => Coord {
                x: at.x.to_radians() * MERCATOR_RADIUS,
                y: (at.y.to_radians().tan().asinh() * MERCATOR_RADIUS)
                    .clamp(-HALF_WORLD, HALF_WORLD),
            },
            Self::GaussKruger(zone) => zone.forward(at),
            Self::Utm(zone) => zone.forward(at),
            Self::Bd09Mercator => baidu::to_metres(shifted::to_bd09(at)),
        }
    }

    /// `geometry` of this system, x before y, in CRS84.
    ///
    /// # Errors
    /// As [`Crs::to_crs84`], of the first position that is none.
    pub fn geometry_to_crs84(self, geometry: &Geometry) -> Result<Geometry, CrsError> {
        geometry.try_map_coords(|at| {
            self.to_crs84(at.x, at.y).map(|place| Coord {
                x: place.lon(),
                y: place.lat(),
            })
        })
    }

    /// The CRS84 shape `geometry` in this system, x before y.
    ///
    /// # Errors
    /// A position that is not on the earth.
    pub fn geometry_of(self, geometry: &Geometry) -> Result<Geometry, CrsError> {
        geometry.try_map_coords(|at| Ok(self.coords_of(LonLat::new(at.x, at.y)?)))
    }

    fn check_zone(self, zone: GaussKruger, at: Coord) -> Result<(), CrsError> {
        let Coord { x, y } = at;
        let fits = |zone: GaussKruger, x: f64| (x - zone.false_easting()).abs() < 500_000.0;
        let is_north = |y: f64| (NORTHINGS.0..=NORTHINGS.1).contains(&y);
        if fits(zone, x) && is_north(y) {
            return Ok(());
        }
        if fits(zone, y) && is_north(x) {
            return Err(CrsError::Swapped { crs: self, x, y });
        }
        if is_north(y)
            && let Some(other) = zone_of(zone, x)
        {
            return Err(CrsError::OtherZone {
                crs: self,
                easting: x,
                fits: Self::GaussKruger(other),
            });
        }
        if is_north(x)
            && let Some(other) = zone_of(zone, y)
        {
            return Err(CrsError::OtherZone {
                crs: self,
                easting: y,
                fits: Self::GaussKruger(other),
            });
        }
        if x.abs() <= 180.0 && y.abs() <= 180.0 {
            return Err(CrsError::Degrees { crs: self, x, y });
        }
        let middle = zone.false_easting();
        Err(self.out_of_range(at, (middle - 5e5, middle + 5e5), NORTHINGS))
    }

    fn out_of_range(self, at: Coord, x: (f64, f64), y: (f64, f64)) -> CrsError {
        CrsError::OutOfRange {
            crs: self,
            x: at.x,
            y: at.y,
            from_x: x.0,
            to_x: x.1,
            from_y: y.0,
            to_y: y.1,
        }
    }
}

impl fmt::Display for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crs84 => f.write_str("CRS84"),
            Self::Gcj02 => f.write_str("GCJ02"),
            Self::Bd09 => f.write_str("BD09"),
            Self::Bd09Mercator => f.write_str("BD09MC"),
            _ => write!(f, "EPSG:{}", self.epsg().unwrap_or_default()),
        }
    }
}

/// A tenth of a millimetre of play at the edge of the world, which writers round.
fn within_edge(at: Coord) -> Coord {
    let near = |value: f64, edge: f64| {
        if value.abs() - edge <= EDGE_PLAY {
            value.clamp(-edge, edge)
        } else {
            value
        }
    };
    Coord {
        x: near(at.x, 180.0),
        y: near(at.y, 90.0),
    }
}

fn checked_degrees(at: Coord) -> Result<Coord, PlaceError> {
    LonLat::new(at.x, at.y).map(|_| at)
}

/// The zone of the same width that an easting names with its first two digits, or the one without a number.
fn zone_of(like: GaussKruger, easting: f64) -> Option<GaussKruger> {
    if (0.0..1e6).contains(&easting) {
        return like
            .has_zone_in_easting()
            .then(|| like.with_zone_in_easting(false));
    }
    (13..=45u8)
        .find(|zone| (easting - f64::from(*zone) * 1e6 - 5e5).abs() < 5e5)
        .and_then(|zone| like.with_zone_in_easting(true).with_zone(zone))
}

fn is_crs84_uri(plain: &str) -> bool {
    let ogc =
        plain.starts_with("URN:OGC:DEF:CRS:OGC:") || plain.contains("OPENGIS.NET/DEF/CRS/OGC/");
    ogc && (plain.ends_with("CRS84") || plain.ends_with("CRS84H"))
}

/// The number in `EPSG:4545`, `4545`, `urn:ogc:def:crs:EPSG::4545`, `http://www.opengis.net/def/crs/EPSG/0/4545`
/// and `http://www.opengis.net/gml/srs/epsg.xml#4545`.
fn epsg_code(plain: &str) -> Option<u32> {
    let known_start = plain.starts_with("EPSG")
        || plain.starts_with("URN:OGC:DEF:CRS:EPSG:")
        || plain.starts_with("URN:XOGC:DEF:CRS:EPSG:")
        || plain.contains("OPENGIS.NET/DEF/CRS/EPSG/")
        || plain.contains("OPENGIS.NET/GML/SRS/EPSG.XML#")
        || plain.bytes().all(|byte| byte.is_ascii_digit());
    let number = plain.rsplit([':', '/', '#']).next()?;
    let number = number.strip_prefix("EPSG").unwrap_or(number);
    if known_start {
        number.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod proj_tests;
#[cfg(test)]
mod tests;

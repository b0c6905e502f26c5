//! Places on the earth: positions, boxes, reference systems, lengths and areas.
//!
//! Every coordinate inside the service is CRS84: WGS 84, degrees, **longitude first**.
//! Nothing here knows features, files or HTTP. Start from [`LonLat`].

pub mod cells;
pub mod crs;
pub mod measure;
pub(crate) mod overlay;
pub mod validity;

use geo::{BoundingRect, Rect};
use thiserror::Error;

pub use geo::{
    Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};

/// A position that is not on the earth, or a box that is not a box.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum PlaceError {
    /// Longitude or latitude is NaN, infinite or outside its range.
    #[error("longitude {lon} must lie in -180..180 and latitude {lat} in -90..90")]
    OutOfRange {
        /// Longitude as given, degrees.
        lon: f64,
        /// Latitude as given, degrees.
        lat: f64,
    },
    /// The pair is only a position when the two numbers change places.
    #[error(
        "latitude {lat} is outside -90..90, and {lat}, {lon} would be a place: longitude comes first"
    )]
    Swapped {
        /// First number as given.
        lon: f64,
        /// Second number as given.
        lat: f64,
    },
    /// `west > east` or `south > north`; boxes over the antimeridian are not supported by the map.
    #[error(
        "box west {west}, south {south}, east {east}, north {north}: west must not exceed east, nor south north"
    )]
    EmptyBox {
        /// Western edge, degrees.
        west: f64,
        /// Southern edge, degrees.
        south: f64,
        /// Eastern edge, degrees.
        east: f64,
        /// Northern edge, degrees.
        north: f64,
    },
}

/// A position in CRS84, checked at construction: finite and within the earth's ranges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LonLat {
    lon: f64,
    lat: f64,
}

impl PlaceError {
    /// The same sentence in Chinese; the English one is `Display`.
    pub fn zh(&self) -> String {
        match self {
            Self::OutOfRange { lon, lat } => {
                format!("经度 {lon} 应在 -180 至 180 之间,纬度 {lat} 应在 -90 至 90 之间")
            }
            Self::Swapped { lon, lat } => {
                format!("{lon}, {lat} 的经纬度颠倒了:经度应写在纬度前面")
            }
            Self::EmptyBox {
                west,
                south,
                east,
                north,
            } => {
                format!("范围 {west}, {south}, {east}, {north} 无效:西不得大于东,南不得大于北")
            }
        }
    }
}

impl LonLat {
    /// A position from longitude and latitude in degrees.
    ///
    /// # Errors
    /// [`PlaceError::Swapped`] where exchanging the two would make a place, else [`PlaceError::OutOfRange`].
    pub fn new(lon: f64, lat: f64) -> Result<Self, PlaceError> {
        let is_place =
            |lon: f64, lat: f64| (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat);
        if is_place(lon, lat) {
            Ok(Self { lon, lat })
        } else if is_place(lat, lon) {
            Err(PlaceError::Swapped { lon, lat })
        } else {
            Err(PlaceError::OutOfRange { lon, lat })
        }
    }

    /// Longitude in degrees.
    pub fn lon(self) -> f64 {
        self.lon
    }

    /// Latitude in degrees.
    pub fn lat(self) -> f64 {
        self.lat
    }

    /// The same position as a `geo` point, x = longitude.
    pub fn point(self) -> Point {
        Point::new(self.lon, self.lat)
    }
}

/// A box in CRS84 degrees, edges included; never crosses the antimeridian.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BBox {
    /// Western edge, degrees.
    pub west: f64,
    /// Southern edge, degrees.
    pub south: f64,
    /// Eastern edge, degrees.
    pub east: f64,
    /// Northern edge, degrees.
    pub north: f64,
}

impl BBox {
    /// A box from its edges.
    ///
    /// # Errors
    /// A corner that is not a [`LonLat`], or [`PlaceError::EmptyBox`].
    pub fn new(west: f64, south: f64, east: f64, north: f64) -> Result<Self, PlaceError> {
        LonLat::new(west, south)?;
        LonLat::new(east, north)?;
        if west > east || south > north {
            return Err(PlaceError::EmptyBox {
                west,
                south,
                east,
                north,
            });
        }
        Ok(Self {
            west,
            south,
            east,
            north,
        })
    }

    /// The smallest box that holds `geometry`; `None` when it has no coordinates.
    pub fn of(geometry: &Geometry) -> Option<Self> {
        if let Geometry::Point(at) = geometry {
            return Some(Self {
                west: at.x(),
                south: at.y(),
                east: at.x(),
                north: at.y(),
            });
        }
        let rect = geometry.bounding_rect()?;
        Some(Self {
            west: rect.min().x,
            south: rect.min().y,
            east: rect.max().x,
            north: rect.max().y,
        })
    }

    /// The same box as a polygon, counter-clockwise.
    pub fn polygon(self) -> Polygon {
        Rect::new(
            Coord {
                x: self.west,
                y: self.south,
            },
            Coord {
                x: self.east,
                y: self.north,
            },
        )
        .to_polygon()
    }

    /// The smallest box that holds both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
        }
    }

    /// Whether all four edges are numbers within the ranges of longitude and latitude.
    pub fn is_on_the_earth(self) -> bool {
        [self.west, self.east]
            .iter()
            .all(|lon| (-180.0..=180.0).contains(lon))
            && [self.south, self.north]
                .iter()
                .all(|lat| (-90.0..=90.0).contains(lat))
    }

    /// Whether the two share at least one point, edges included.
    pub fn meets(self, other: Self) -> bool {
        self.west <= other.east
            && other.west <= self.east
            && self.south <= other.north
            && other.south <= self.north
    }

    /// Whether `other` lies within `self`, edges included.
    pub fn holds(self, other: Self) -> bool {
        self.west <= other.west
            && other.east <= self.east
            && self.south <= other.south
            && other.north <= self.north
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swapped_coordinates_are_recognised() {
        assert_eq!(
            LonLat::new(34.22, 108.96),
            Err(PlaceError::Swapped {
                lon: 34.22,
                lat: 108.96
            })
        );
        assert!(matches!(
            LonLat::new(f64::NAN, 34.0),
            Err(PlaceError::OutOfRange { .. })
        ));
        assert!(LonLat::new(108.96, 34.22).is_ok());
    }

    #[test]
    fn boxes_meet_on_a_shared_edge() {
        let left = BBox::new(0.0, 0.0, 1.0, 1.0).unwrap();
        let right = BBox::new(1.0, 0.0, 2.0, 1.0).unwrap();
        assert!(left.meets(right) && left.union(right).holds(right));
        assert!(BBox::new(2.0, 0.0, 1.0, 1.0).is_err());
    }
}

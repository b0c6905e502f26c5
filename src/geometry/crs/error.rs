//! Why two numbers are no place.

use thiserror::Error;

use super::Crs;
use crate::geometry::PlaceError;

/// What stands between two numbers and a place.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum CrsError {
    /// The name is none that is known.
    #[error(
        "coordinate system {given:?} is not known; known are CRS84, EPSG:4326, EPSG:4490, EPSG:3857, EPSG:4491 to EPSG:4554 (CGCS2000 Gauss-Kruger), EPSG:32601 to EPSG:32660 (UTM), GCJ02, BD09 and BD09MC"
    )]
    Unknown {
        /// The name as given.
        given: String,
    },
    /// An old datum, whose shift to WGS 84 depends on the place and is not public.
    #[error(
        "{datum} ({given}) cannot be turned into WGS 84 without a local transformation: its shift is tens of metres, differs from place to place and is not public; convert the file to CGCS2000 first, or give control points"
    )]
    NeedsLocalTransformation {
        /// The name as given.
        given: String,
        /// What the datum is called.
        datum: &'static str,
    },
    /// Longitudes are counted from another meridian.
    #[error(
        "{given}: longitudes are counted from {meridian} ({longitude} degrees from Greenwich); convert the file to CGCS2000 first"
    )]
    OtherMeridian {
        /// The system as given.
        given: String,
        /// What the meridian is called.
        meridian: String,
        /// Where it is, degrees east of Greenwich.
        longitude: f64,
    },
    /// The system has a shift to WGS 84 of its own, so that it is another datum, whatever its ellipsoid.
    #[error(
        "{given}: it is shifted against WGS 84 (TOWGS84 {shift}), which is not CGCS2000; convert the file to CGCS2000 first, or give control points"
    )]
    Shifted {
        /// The system as given.
        given: String,
        /// The parameters of the shift.
        shift: String,
    },
    /// The pair is north and east, where the system's x is east.
    #[error(
        "x {x}, y {y} is northing before easting (Chinese survey writes X north, Y east): in {crs} exchanged they would be a place"
    )]
    Swapped {
        /// The system.
        crs: Crs,
        /// First number as given.
        x: f64,
        /// Second number as given.
        y: f64,
    },
    /// The easting belongs to the same kind of zone under another code.
    #[error("easting {easting} does not fit {crs}, it fits {fits}")]
    OtherZone {
        /// The system.
        crs: Crs,
        /// The easting as given.
        easting: f64,
        /// The system that the easting fits.
        fits: Crs,
    },
    /// The pair is degrees, where the system has metres.
    #[error("x {x}, y {y} look like degrees, {crs} has metres")]
    Degrees {
        /// The system.
        crs: Crs,
        /// First number as given.
        x: f64,
        /// Second number as given.
        y: f64,
    },
    /// The numbers lie outside of what the system describes.
    #[error("x {x}, y {y} lie outside {crs}: x {from_x}..{to_x}, y {from_y}..{to_y}")]
    OutOfRange {
        /// The system.
        crs: Crs,
        /// First number as given.
        x: f64,
        /// Second number as given.
        y: f64,
        /// Least x.
        from_x: f64,
        /// Largest x.
        to_x: f64,
        /// Least y.
        from_y: f64,
        /// Largest y.
        to_y: f64,
    },
    /// The pair of degrees is no place.
    #[error(transparent)]
    Place(#[from] PlaceError),
}

impl CrsError {
    /// The same sentence in Chinese; the English one is `Display`.
    pub fn zh(&self) -> String {
        match self {
            Self::Unknown { given } => format!(
                "坐标系“{given}”不认识;可用:CRS84、EPSG:4326、EPSG:4490、EPSG:3857、EPSG:4491 至 EPSG:4554(CGCS2000 高斯-克吕格)、EPSG:32601 至 EPSG:32660(UTM)、GCJ02、BD09、BD09MC"
            ),
            Self::NeedsLocalTransformation { given, datum } => format!(
                "{datum}({given})没有本地转换参数就不能转到 CGCS2000:偏移有几十米,各地不同且不公开;请先转换文件,或提供控制点"
            ),
            Self::OtherMeridian {
                given,
                meridian,
                longitude,
            } => format!("{given}:经度从{meridian}起算(距格林尼治{longitude}°),请先转换为CGCS2000"),
            Self::Shifted { given, shift } => format!(
                "{given}:带有到WGS 84的转换参数(TOWGS84 {shift}),不是CGCS2000;请先转换为CGCS2000,或提供控制点"
            ),
            Self::Swapped { crs, x, y } => {
                format!(
                    "x {x}、y {y} 是北坐标在前、东坐标在后(测绘习惯 X 为北、Y 为东):对调后才是 {crs} 中的位置"
                )
            }
            Self::OtherZone { crs, easting, fits } => {
                format!("东坐标 {easting} 不属于 {crs},而属于 {fits}")
            }
            Self::Degrees { crs, x, y } => format!("x {x}、y {y} 像是经纬度,{crs} 的单位是米"),
            Self::OutOfRange {
                crs,
                x,
                y,
                from_x,
                to_x,
                from_y,
                to_y,
            } => {
                format!("x {x}、y {y} 超出 {crs} 的范围:x {from_x} 至 {to_x},y {from_y} 至 {to_y}")
            }
            Self::Place(fault) => fault.zh(),
        }
    }
}

//! A local transformation from control points that the user gives: what Xian 1980, Beijing 1954 and the independent
//! systems of cities need, whose parameters are not public.
//!
//! Four parameters (two shifts, a turn, a scale) lead from any plane of metres to a zone of CGCS2000; seven (three
//! shifts, three turns, a scale about the middle of the points) from the old ellipsoid to that of CGCS2000, heights
//! taken as zero. Both are fitted by least squares. Start from [`Fit::of`].

mod ways;

use thiserror::Error;

use super::CrsError;
use super::old_datum::OldZone;
use crate::geometry::measure::distance_m;
use crate::geometry::{Coord, LonLat};
use ways::Way;

/// One place that is known in both systems.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlPoint {
    /// What it is called.
    pub name: String,
    /// Easting and northing in the file's system, metres.
    pub from: Coord,
    /// The place in CGCS2000 or WGS 84.
    pub to: LonLat,
}

/// How many parameters are fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// In the plane; of any system of metres.
    Four,
    /// In space; of a zone of an old datum.
    Seven,
}

/// What the fit leaves over at one point.
#[derive(Debug, Clone, PartialEq)]
pub struct Residual {
    /// What the point is called.
    pub name: String,
    /// Fitted less given, metres east.
    pub east_m: f64,
    /// Fitted less given, metres north.
    pub north_m: f64,
}

/// A transformation to CRS84 with how well it fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    way: Way,
    /// What is left over at each point.
    pub residuals: Vec<Residual>,
    /// Root of the mean square of what is left over, metres.
    pub rms_m: f64,
    /// Whether northing stood before easting in the points, so that the pairs of the file are exchanged too.
    pub is_north_first: bool,
    /// How many metres a metre of the file is.
    pub scale: f64,
    /// The middle of the points and how far they reach from it, in the file's metres.
    reach: (Coord, f64),
}

/// Why control points give no transformation.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum FitError {
    /// Fewer points than would show an error.
    #[error("{given} control points are too few: {needed} are needed, so that a wrong one shows")]
    TooFew {
        /// How many there are.
        given: usize,
        /// How many are needed.
        needed: usize,
    },
    /// The points stand too close or in one line.
    #[error("the control points are {what}: take points all around the area")]
    BadGeometry {
        /// What is wrong, in English.
        what: &'static str,
        /// The same in Chinese.
        what_zh: &'static str,
    },
    /// Seven parameters need to know the old ellipsoid.
    #[error(
        "seven parameters need the old zone by --crs, such as EPSG:2381 (Xian 1980, 108 E) or EPSG:2433 (Beijing 1954, 108 E)"
    )]
    WhichZone,
    /// The fit leaves too much over to be used.
    #[error(
        "the control points do not fit together: {rms_m:.2} m are left over on average, most at {worst} ({worst_m:.2} m); at most {limit_m} m are taken"
    )]
    DoesNotFit {
        /// What is left over on average, metres.
        rms_m: f64,
        /// The point that fits worst.
        worst: String,
        /// What is left over there, metres.
        worst_m: f64,
        /// The most that is taken, metres.
        limit_m: f64,
    },
    /// A metre of the file is no metre.
    #[error(
        "a metre of the file would be {scale:.4} m: its coordinates are no metres, or the points are wrong"
    )]
    Scale {
        /// Metres.
        scale: f64,
    },
}

impl FitError {
    /// The same sentence in Chinese; the English one is `Display`.
    pub fn zh(&self) -> String {
        match self {
            Self::TooFew { given, needed } => {
                format!("控制点只有{given}个,至少需要{needed}个,才能发现错误的点")
            }
            Self::BadGeometry { what_zh, .. } => format!("控制点{what_zh},请在测区四周选点"),
            Self::WhichZone => "七参数需要用 --crs 指明原坐标带,例如 EPSG:2381(西安80,108°E)或 EPSG:2433(北京54,108°E)".to_owned(),
            Self::DoesNotFit { rms_m, worst, worst_m, limit_m } => format!(
                "控制点互相矛盾:中误差{rms_m:.2}米,残差最大的是{worst}({worst_m:.2}米),超过{limit_m}米不予采用"
            ),
            Self::Scale { scale } => {
                format!("原坐标的1米相当于{scale:.4}米:坐标不是米,或控制点有误")
            }
        }
    }
}

/// The most that a fit may leave over on average, metres: old surveys of a subdistrict agree to decimetres.
pub const MOST_RMS_M: f64 = 2.0;
/// Points closer together than this tell nothing of the turn, metres.
const LEAST_REACH_M: f64 = 50.0;
/// Points whose breadth is a smaller part of their length stand in one line.
const LEAST_BREADTH: f64 = 0.05;

impl Fit {
    /// The transformation that leaves the least over at `points`; `zone` is the old zone for seven parameters.
    ///
    /// # Errors
    /// [`FitError`]; points that do not fit together are refused, with the worst by name.
    pub fn of(
        points: &[ControlPoint],
        method: Method,
        zone: Option<OldZone>,
    ) -> Result<Self, FitError> {
        let needed = match method {
            Method::Four => 3,
            Method::Seven => 4,
        };
        if points.len() < needed {
            return Err(FitError::TooFew {
                given: points.len(),
                needed,
            });
        }
        let way = |points: &[ControlPoint]| match method {
            Method::Four => Ok(Way::plane(points)),
            Method::Seven => Way::space(points, zone.ok_or(FitError::WhichZone)?),
        };
        check_geometry(points, method)?;
        let as_given = Self::with(way(points)?, points, false);
        let exchanged: Vec<ControlPoint> = points.iter().map(exchanged).collect();
        let fit = match way(&exchanged).map(|way| Self::with(way, &exchanged, true)) {
            // An exchange mirrors the plane: the right order fits ten times better, even with a wrong point.
            Ok(other) if other.rms_m * 10.0 < as_given.rms_m => other,
            _ => as_given,
        };
        if !(0.9..1.1).contains(&fit.scale) {
            return Err(FitError::Scale { scale: fit.scale });
        }
        if fit.rms_m.is_nan() || fit.rms_m > MOST_RMS_M {
            let size = |left: &Residual| left.east_m.hypot(left.north_m);
            let worst = fit
                .residuals
                .iter()
                .max_by(|a, b| size(a).total_cmp(&size(b)));
            return Err(FitError::DoesNotFit {
                rms_m: fit.rms_m,
                worst: worst.map(|left| left.name.clone()).unwrap_or_default(),
                worst_m: worst.map_or(f64::NAN, size),
                limit_m: MOST_RMS_M,
            });
        }
        Ok(fit)
    }

    fn with(way: Way, points: &[ControlPoint], is_north_first: bool) -> Self {
        let residuals: Vec<Residual> = points
            .iter()
            .map(|point| {
                let (east_m, north_m) = way
                    .place(point.from)
                    .map_or((f64::NAN, f64::NAN), |fitted| apart(point.to, fitted));
                Residual {
                    name: point.name.clone(),
                    east_m,
                    north_m,
                }
            })
            .collect();
        let squares: f64 = residuals
            .iter()
            .map(|left| left.east_m.powi(2) + left.north_m.powi(2))
            .sum();
        let middle = mean(points, |point| point.from);
        let reach = points
            .iter()
            .map(|point| (point.from.x - middle.x).hypot(point.from.y - middle.y))
            .fold(0.0, f64::max);
        let scale = match &way {
            Way::Plane { cos, sin, .. } => cos.hypot(*sin),
            Way::Space { scale, .. } => 1.0 + scale,
        };
        Self {
            way,
            rms_m: (squares / count(residuals.len())).sqrt(),
            residuals,
            is_north_first,
            scale,
            reach: (middle, reach),
        }
    }

    /// The place that `x`, `y` of the file means, in the order in which the control points have them.
    ///
    /// # Errors
    /// [`CrsError::Place`] where it leads off the earth.
    pub fn to_crs84(&self, x: f64, y: f64) -> Result<LonLat, CrsError> {
        let at = if self.is_north_first {
            Coord { x: y, y: x }
        } else {
            Coord { x, y }
        };
        self.way.place(at)
    }

    /// How many times farther from the middle of the control points than these reach `x`, `y` lies; above two the
    /// transformation is a guess.
    pub fn beyond(&self, x: f64, y: f64) -> f64 {
        let (middle, reach) = self.reach;
        let (x, y) = if self.is_north_first { (y, x) } else { (x, y) };
        (x - middle.x).hypot(y - middle.y) / reach.max(1.0)
    }
}

fn exchanged(point: &ControlPoint) -> ControlPoint {
    ControlPoint {
        from: Coord {
            x: point.from.y,
            y: point.from.x,
        },
        ..point.clone()
    }
}

/// Metres east and north from `from` to `to`.
fn apart(from: LonLat, to: LonLat) -> (f64, f64) {
    let corner = LonLat::new(to.lon(), from.lat()).unwrap_or(from);
    let east = distance_m(from, corner) * (to.lon() - from.lon()).signum();
    let north = distance_m(corner, to) * (to.lat() - from.lat()).signum();
    (east, north)
}

fn count(of: usize) -> f64 {
    f64::from(u32::try_from(of).unwrap_or(u32::MAX))
}

fn mean(points: &[ControlPoint], of: impl Fn(&ControlPoint) -> Coord) -> Coord {
    let sum = points
        .iter()
        .map(of)
        .fold(Coord::default(), |sum, at| sum + at);
    sum / count(points.len())
}

fn check_geometry(points: &[ControlPoint], method: Method) -> Result<(), FitError> {
    let middle = mean(points, |point| point.from);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for point in points {
        let d = point.from - middle;
        (xx, xy, yy) = (xx + d.x * d.x, xy + d.x * d.y, yy + d.y * d.y);
    }
    let (half, apart) = (f64::midpoint(xx, yy), ((xx - yy) / 2.0).hypot(xy));
    let (length, breadth) = ((half + apart).sqrt(), (half - apart).max(0.0).sqrt());
    if length.is_nan() || length < LEAST_REACH_M {
        return Err(FitError::BadGeometry {
            what: "less than 50 m apart",
            what_zh: "相距不足50米",
        });
    }
    if method == Method::Seven && breadth < length * LEAST_BREADTH {
        return Err(FitError::BadGeometry {
            what: "in one line",
            what_zh: "几乎在一条直线上",
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;

//! Is a shape well formed, and where not; what a repair changed.
//!
//! Well formed is what OGC Simple Features asks: places on the earth, closed rings of four positions or more that
//! neither cross nor touch themselves, holes within their outline, parts apart, the inside in one piece. [`mend`]
//! repairs what has one reading only and refuses the rest with the place. It ends on any input: a shape too
//! intricate to look at is refused, not looked at for ever.

mod repair;
mod rings;

use geo::{CoordsIter, Winding};
use thiserror::Error;

use crate::geometry::{
    Coord, Geometry, LineString, LonLat, MultiLineString, MultiPolygon, PlaceError, Point, Polygon,
};

/// Why a shape is refused, and where.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum ShapeError {
    /// A position is not on the earth.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// There is no position at all.
    #[error("the shape has no positions")]
    Empty,
    /// A line with fewer than two, or an outline with fewer than three places.
    #[error("too few positions near {}, {}: a line has two, an outline three and the first again", at.x, at.y)]
    TooFewPositions {
        /// Where, longitude and latitude.
        at: Coord,
    },
    /// An outline that encloses nothing.
    #[error("the outline near {}, {} encloses no area", at.x, at.y)]
    NoArea {
        /// Where, longitude and latitude.
        at: Coord,
    },
    /// The outline crosses itself in a way with more than one reading.
    #[error("the outline crosses or touches itself at {}, {}, and what is inside is not clear", at.x, at.y)]
    Crossing {
        /// The first such place, longitude and latitude.
        at: Coord,
    },
    /// A hole is not inside its outline, holes overlap, or parts overlap.
    #[error("holes or parts overlap or lie outside near {}, {}, and what is inside is not clear", at.x, at.y)]
    Nesting {
        /// A place on the ring that is out of order, longitude and latitude.
        at: Coord,
    },
    /// Looking at the shape would take too long.
    #[error("the shape is too intricate to be checked ({positions} positions)")]
    TooIntricate {
        /// How many positions it has.
        positions: usize,
    },
}

impl ShapeError {
    /// The same sentence in Chinese; the English one is `Display`.
    pub fn zh(&self) -> String {
        match self {
            Self::Place(fault) => fault.zh(),
            Self::Empty => "图形没有坐标".to_owned(),
            Self::TooFewPositions { at } => {
                format!(
                    "{}, {} 附近点数不足:线至少两点,轮廓至少三点并首尾相接",
                    at.x, at.y
                )
            }
            Self::NoArea { at } => format!("{}, {} 附近的轮廓没有面积", at.x, at.y),
            Self::Crossing { at } => {
                format!("轮廓在 {}, {} 处自相交或自相接,内外无法判定", at.x, at.y)
            }
            Self::Nesting { at } => {
                format!(
                    "{}, {} 附近的孔洞或部分相互重叠或越出轮廓,内外无法判定",
                    at.x, at.y
                )
            }
            Self::TooIntricate { positions } => format!("图形过于复杂({positions} 个点),无法检查"),
        }
    }

    /// Where the fault is; `None` when it is nowhere on the map.
    pub fn place(&self) -> Option<LonLat> {
        match self {
            Self::TooFewPositions { at }
            | Self::NoArea { at }
            | Self::Crossing { at }
            | Self::Nesting { at } => LonLat::new(at.x, at.y).ok(),
            Self::Place(_) | Self::Empty | Self::TooIntricate { .. } => None,
        }
    }
}

/// How often each kind of repair was needed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Repairs {
    /// Rings that did not end where they began.
    pub closed: usize,
    /// Positions that repeated the one before.
    pub repeated: usize,
    /// Rings turned to the right-hand rule (RFC 7946 §3.1.6).
    pub turned: usize,
    /// Holes that enclosed nothing.
    pub flat_holes: usize,
    /// Shapes whose self-crossings, spikes, touches or overlaps were resolved.
    pub crossings: usize,
}

impl Repairs {
    /// Whether nothing was done that a reader of the data should know; turning a ring is not worth a word.
    pub fn is_silent(&self) -> bool {
        self.closed + self.repeated + self.flat_holes + self.crossings == 0
    }
}

/// A well-formed shape and what it took to make it so.
#[derive(Debug, Clone, PartialEq)]
pub struct Mended {
    /// The shape.
    pub geometry: Geometry,
    /// What was done.
    pub repairs: Repairs,
}

/// `geometry` well formed. Rectangles and triangles become polygons; a polygon whose repair falls apart becomes a
/// multipolygon.
///
/// # Errors
/// [`ShapeError`] where the shape cannot be repaired without a guess.
pub fn mend(geometry: Geometry) -> Result<Mended, ShapeError> {
    let mut repairs = Repairs::default();
    let geometry = mend_any(geometry, &mut repairs)?;
    Ok(Mended { geometry, repairs })
}

/// Whether `geometry` is well formed as it stands; rings may turn either way and positions may repeat.
///
/// # Errors
/// The first fault.
pub fn check(geometry: &Geometry) -> Result<(), ShapeError> {
    let Repairs {
        closed,
        flat_holes,
        crossings,
        ..
    } = mend(geometry.clone())?.repairs;
    if closed + flat_holes + crossings == 0 {
        return Ok(());
    }
    let at = geometry.coords_iter().next().unwrap_or_default();
    let fault = areas_of(geometry).and_then(|areas| {
        let mut ignored = Repairs::default();
        tidy(areas, &mut ignored).map_or_else(Some, |areas| rings::first_fault(&areas))
    });
    Err(fault.unwrap_or(ShapeError::TooFewPositions { at }))
}

/// The areas of a polygon or multipolygon; `None` for every other shape.
pub fn areas_of(geometry: &Geometry) -> Option<MultiPolygon> {
    match geometry {
        Geometry::Polygon(polygon) => Some(MultiPolygon::new(vec![polygon.clone()])),
        Geometry::MultiPolygon(polygons) => Some(polygons.clone()),
        Geometry::Rect(rect) => Some(MultiPolygon::new(vec![rect.to_polygon()])),
        Geometry::Triangle(triangle) => Some(MultiPolygon::new(vec![triangle.to_polygon()])),
        Geometry::GeometryCollection(parts) => {
            let each: Option<Vec<_>> = parts.iter().map(areas_of).collect();
            each.map(|each| MultiPolygon::new(each.into_iter().flatten().collect()))
        }
        _ => None,
    }
}

/// As [`areas_of`], of a shape that is given away.
pub fn into_areas(geometry: Geometry) -> Option<MultiPolygon> {
    match geometry {
        Geometry::Polygon(polygon) => Some(MultiPolygon::new(vec![polygon])),
        Geometry::MultiPolygon(polygons) => Some(polygons),
        other => areas_of(&other),
    }
}

/// The lines of a line or multiline; `None` for every other shape.
pub fn lines_of(geometry: &Geometry) -> Option<MultiLineString> {
    match geometry {
        Geometry::Line(line) => Some(MultiLineString::new(vec![LineString::from(*line)])),
        Geometry::LineString(line) => Some(MultiLineString::new(vec![line.clone()])),
        Geometry::MultiLineString(lines) => Some(lines.clone()),
        Geometry::GeometryCollection(parts) => {
            let each: Option<Vec<_>> = parts.iter().map(lines_of).collect();
            each.map(|each| MultiLineString::new(each.into_iter().flatten().collect()))
        }
        _ => None,
    }
}

/// The point of a point, or of a multipoint or collection that holds one point only; `None` for every other shape.
pub fn point_of(geometry: &Geometry) -> Option<Point> {
    match geometry {
        Geometry::Point(point) => Some(*point),
        Geometry::MultiPoint(points) => match points.0.as_slice() {
            [only] => Some(*only),
            _ => None,
        },
        Geometry::GeometryCollection(parts) => match parts.0.as_slice() {
            [only] => point_of(only),
            _ => None,
        },
        _ => None,
    }
}

fn mend_any(geometry: Geometry, repairs: &mut Repairs) -> Result<Geometry, ShapeError> {
    match geometry {
        Geometry::Point(point) => {
            LonLat::new(point.x(), point.y())?;
            Ok(geometry)
        }
        Geometry::MultiPoint(ref points) => {
            if points.0.is_empty() {
                return Err(ShapeError::Empty);
            }
            for point in points {
                LonLat::new(point.x(), point.y())?;
            }
            Ok(geometry)
        }
        Geometry::Line(line) => mend_any(LineString::from(line).into(), repairs),
        Geometry::LineString(line) => Ok(mend_line(&line, repairs)?.into()),
        Geometry::MultiLineString(lines) => {
            if lines.0.is_empty() {
                return Err(ShapeError::Empty);
            }
            let lines: Result<Vec<_>, _> =
                lines.iter().map(|line| mend_line(line, repairs)).collect();
            Ok(MultiLineString::new(lines?).into())
        }
        Geometry::Polygon(polygon) => {
            let mut mended = mend_areas(MultiPolygon::new(vec![polygon]), repairs)?;
            if mended.0.len() == 1
                && let Some(only) = mended.0.pop()
            {
                return Ok(only.into());
            }
            Ok(mended.into())
        }
        Geometry::MultiPolygon(polygons) => Ok(mend_areas(polygons, repairs)?.into()),
        Geometry::Rect(rect) => mend_any(rect.to_polygon().into(), repairs),
        Geometry::Triangle(triangle) => mend_any(triangle.to_polygon().into(), repairs),
        Geometry::GeometryCollection(parts) => {
            if parts.0.is_empty() {
                return Err(ShapeError::Empty);
            }
            let parts: Result<Vec<_>, _> = parts
                .0
                .into_iter()
                .map(|part| mend_any(part, repairs))
                .collect();
            Ok(Geometry::GeometryCollection(geo::GeometryCollection(
                parts?,
            )))
        }
    }
}

fn mend_line(line: &LineString, repairs: &mut Repairs) -> Result<LineString, ShapeError> {
    let first = *line.0.first().ok_or(ShapeError::Empty)?;
    let line = without_repeats(line, repairs)?;
    if line.0.len() < 2 {
        return Err(ShapeError::TooFewPositions { at: first });
    }
    Ok(line)
}

fn without_repeats(line: &LineString, repairs: &mut Repairs) -> Result<LineString, ShapeError> {
    let mut kept: Vec<Coord> = Vec::with_capacity(line.0.len());
    for at in &line.0 {
        LonLat::new(at.x, at.y)?;
        if kept.last() == Some(at) {
            repairs.repeated += 1;
        } else {
            kept.push(*at);
        }
    }
    Ok(LineString::new(kept))
}

/// A closed ring without repeats, or `None` where it has fewer than three places.
fn mend_ring(ring: &LineString, repairs: &mut Repairs) -> Result<Option<LineString>, ShapeError> {
    let mut ring = without_repeats(ring, repairs)?;
    if !ring.is_closed() {
        ring.close();
        repairs.closed += 1;
    }
    Ok((ring.0.len() >= 4).then_some(ring))
}

fn mend_areas(given: MultiPolygon, repairs: &mut Repairs) -> Result<MultiPolygon, ShapeError> {
    let mut areas = tidy(given, repairs)?;
    match rings::first_fault(&areas) {
        None => {}
        Some(fault @ (ShapeError::Crossing { .. } | ShapeError::Nesting { .. })) => {
            areas = repair::resolve(&areas, fault)?;
            repairs.crossings += 1;
        }
        Some(fault) => return Err(fault),
    }
    for polygon in &mut areas {
        let mut turned = 0;
        polygon.exterior_mut(|ring| {
            turned += usize::from(ring.is_cw());
            ring.make_ccw_winding();
        });
        polygon.interiors_mut(|rings| {
            for ring in rings {
                turned += usize::from(ring.is_ccw());
                ring.make_cw_winding();
            }
        });
        repairs.turned += turned;
    }
    Ok(areas)
}

/// Rings on the earth, closed, without repeats and of four positions or more; what crosses still crosses.
fn tidy(given: MultiPolygon, repairs: &mut Repairs) -> Result<MultiPolygon, ShapeError> {
    let mut parts = Vec::with_capacity(given.0.len());
    for polygon in given {
        let at = *polygon.exterior().0.first().ok_or(ShapeError::Empty)?;
        let outline = mend_ring(polygon.exterior(), repairs)?;
        let outline = outline.ok_or(ShapeError::TooFewPositions { at })?;
        let mut holes = Vec::with_capacity(polygon.interiors().len());
        for hole in polygon.interiors() {
            match mend_ring(hole, repairs)? {
                Some(hole) => holes.push(hole),
                None => repairs.flat_holes += 1,
            }
        }
        parts.push(Polygon::new(outline, holes));
    }
    if parts.is_empty() {
        return Err(ShapeError::Empty);
    }
    Ok(MultiPolygon::new(parts))
}

#[cfg(test)]
mod jts;
#[cfg(test)]
mod tests;

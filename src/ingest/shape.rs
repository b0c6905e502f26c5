//! A shape as the source has it to a well-formed one in CRS84 of the kind that the layer takes.

use geo::{CoordsIter, GeometryCollection, MapCoords, MultiPoint};
use serde_json::Value;

use crate::domain::GeometryKind;
use crate::geometry::crs::fit::Fit;
use crate::geometry::crs::{Crs, CrsError};
use crate::geometry::measure::degrees_around;
use crate::geometry::validity::{
    Mended, Repairs, ShapeError, into_areas, lines_of, mend, point_of,
};
use crate::geometry::{
    Coord, Geometry, LineString, LonLat, MultiLineString, MultiPolygon, PlaceError, Point, Polygon,
};
use crate::ingest::row::Given;
use crate::ingest::{Reason, Said};

/// A shape with what was done to get it.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) geometry: Geometry,
    pub(super) repairs: Repairs,
    pub(super) heights_dropped: bool,
    pub(super) axes_exchanged: bool,
    /// Whether it is a square that was drawn around a point.
    pub(super) drawn_around_point: bool,
}

/// What reading the coordinates passed over.
#[derive(Debug, Default)]
struct Notes {
    heights: bool,
    unclosed: usize,
}

/// A refusal: its kind, the sentence in both languages, the place if it has one.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) reason: Reason,
    pub(super) zh: String,
    pub(super) en: String,
    pub(super) place: Option<LonLat>,
    /// What it is about, where that is not the whole record.
    pub(super) about: Option<Box<About>>,
}

/// The cell that a refusal is about.
#[derive(Debug)]
pub(super) struct About {
    pub(super) field: Option<String>,
    /// The value, shortened; never personal data.
    pub(super) value: Option<String>,
    pub(super) suggestion: Option<Said>,
}

impl Refusal {
    pub(super) fn new(reason: Reason, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            reason,
            zh: zh.into(),
            en: en.into(),
            place: None,
            about: None,
        }
    }
}

/// What leads from a file's coordinates to the map.
#[derive(Debug, Clone, Copy)]
pub(super) enum Frame<'a> {
    Known(Crs),
    /// Fitted to control points.
    Fitted(&'a Fit),
}

/// The shape that `given` describes, in `frame`, for a layer that takes `kind`; `radius_m` draws areas around points.
pub(super) fn read(
    given: Given,
    frame: Frame<'_>,
    kind: GeometryKind,
    radius_m: Option<f64>,
) -> Result<Shape, Refusal> {
    let mut notes = Notes::default();
    let given = match given {
        Given::Nothing => return Err(Refusal::new(Reason::NoGeometry, "", "")),
        Given::Bad { reason, why } => return Err(Refusal::new(reason, why.zh, why.en)),
        Given::Json(json) => geometry(&json, &mut notes)?,
        Given::Shape {
            geometry,
            heights,
            unclosed,
        } => {
            notes = Notes { heights, unclosed };
            geometry
        }
    };
    let given_kind = name_of(&given);
    let (mut placed, axes_exchanged) = match frame {
        Frame::Known(crs) => place(given, crs)?,
        Frame::Fitted(fit) => (fitted(&given, fit)?, fit.is_north_first),
    };
    let mut drawn_around_point = false;
    if kind == GeometryKind::MultiPolygon
        && let (Some(radius_m), Some(point)) = (radius_m, point_of(&placed))
        && let Ok(centre) = LonLat::new(point.x(), point.y())
    {
        placed = degrees_around(centre, radius_m).polygon().into();
        drawn_around_point = true;
    }
    let Mended {
        geometry: mended,
        mut repairs,
    } = mend(placed).map_err(|fault| {
        let reason = match fault {
            ShapeError::Place(_) => Reason::OutOfRange,
            ShapeError::Empty => Reason::NoGeometry,
            ShapeError::TooFewPositions { .. } => Reason::TooFewPositions,
            ShapeError::NoArea { .. } => Reason::NoArea,
            ShapeError::Crossing { .. } | ShapeError::Nesting { .. } => Reason::Crossing,
            ShapeError::TooIntricate { .. } => Reason::TooIntricate,
        };
        Refusal {
            place: fault.place(),
            ..Refusal::new(reason, fault.zh(), fault.to_string())
        }
    })?;
    let fitted = match kind {
        GeometryKind::Point => point_of(&mended).map(Geometry::from),
        GeometryKind::MultiPolygon => into_areas(mended).map(Geometry::from),
        GeometryKind::MultiLineString => lines_of(&mended).map(Geometry::from),
        GeometryKind::Any { .. } | GeometryKind::None => Some(mended),
    };
    let (wanted_zh, wanted) = match kind {
        GeometryKind::Point => ("点", "a Point"),
        GeometryKind::MultiPolygon => ("面", "a Polygon or MultiPolygon"),
        GeometryKind::MultiLineString => ("线", "a LineString or MultiLineString"),
        GeometryKind::Any { .. } | GeometryKind::None => ("图形", "any shape"),
    };
    let geometry = fitted.ok_or_else(|| {
        Refusal::new(
            Reason::WrongShape,
            format!("图层需要{wanted_zh},这里是 {given_kind}"),
            format!("the layer takes {wanted}, this is a {given_kind}"),
        )
    })?;
    repairs.closed += notes.unclosed;
    Ok(Shape {
        geometry,
        repairs,
        heights_dropped: notes.heights,
        axes_exchanged,
        drawn_around_point,
    })
}

fn name_of(geometry: &Geometry) -> &'static str {
    match geometry {
        Geometry::Point(_) => "Point",
        Geometry::MultiPoint(_) => "MultiPoint",
        Geometry::Line(_) | Geometry::LineString(_) => "LineString",
        Geometry::MultiLineString(_) => "MultiLineString",
        Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => "Polygon",
        Geometry::MultiPolygon(_) => "MultiPolygon",
        Geometry::GeometryCollection(_) => "GeometryCollection",
    }
}

/// `given` in CRS84. Where a metric system's pairs are all north before east, and cannot be anything else, they are
/// exchanged; degrees are not: a file that has latitude first is wrong as a whole and is told so.
fn place(given: Geometry, crs: Crs) -> Result<(Geometry, bool), Refusal> {
    // what is rounded beyond the edge of the world is put on it
    let is_beyond = |at: Coord| at.x.abs() > 180.0 || at.y.abs() > 90.0;
    let is_in_degrees = matches!(crs, Crs::Crs84 | Crs::Wgs84 | Crs::Cgcs2000);
    let failed = if is_in_degrees && !given.coords_iter().any(is_beyond) {
        // Degrees stay as they are: they are only looked at.
        let fault = given
            .coords_iter()
            .find_map(|at| crs.to_crs84(at.x, at.y).err());
        match fault {
            None => return Ok((given, false)),
            Some(failed) => failed,
        }
    } else {
        match crs.geometry_to_crs84(&given) {
            Ok(geometry) => return Ok((geometry, false)),
            Err(failed) => failed,
        }
    };
    if matches!(failed, CrsError::Swapped { .. }) {
        let exchanged = given.map_coords(|at| Coord { x: at.y, y: at.x });
        if let Ok(geometry) = crs.geometry_to_crs84(&exchanged) {
            return Ok((geometry, true));
        }
    }
    let reason = match failed {
        CrsError::Place(PlaceError::Swapped { .. }) | CrsError::Swapped { .. } => {
            Reason::LatitudeFirst
        }
        CrsError::OtherZone { .. } | CrsError::Degrees { .. } => Reason::OtherCrs,
        _ => Reason::OutOfRange,
    };
    Err(Refusal::new(reason, failed.zh(), failed.to_string()))
}

/// `given` by a fit; what lies more than twice as far out as the control points reach is refused.
fn fitted(given: &Geometry, fit: &Fit) -> Result<Geometry, Refusal> {
    let farthest = given
        .coords_iter()
        .map(|at| fit.beyond(at.x, at.y))
        .fold(0.0, f64::max);
    if farthest.is_nan() || farthest > 2.0 {
        return Err(Refusal::new(
            Reason::FarFromControl,
            format!("距控制点中心为控制点分布半径的{farthest:.1}倍"),
            format!(
                "{farthest:.1} times as far from the middle of the control points as they reach"
            ),
        ));
    }
    given
        .try_map_coords(|at| {
            fit.to_crs84(at.x, at.y).map(|place| Coord {
                x: place.lon(),
                y: place.lat(),
            })
        })
        .map_err(|failed| Refusal::new(Reason::OutOfRange, failed.zh(), failed.to_string()))
}

fn geometry(json: &Value, notes: &mut Notes) -> Result<Geometry, Refusal> {
    let kind = json.get("type").and_then(Value::as_str);
    let Some(kind) = kind else {
        return Err(Refusal::new(
            Reason::UnknownShape,
            "几何图形没有类型",
            "the geometry has no type",
        ));
    };
    let coordinates = json.get("coordinates").unwrap_or(&Value::Null);
    let bad = || {
        Refusal::new(
            Reason::BadCoordinates,
            format!("坐标不是 {kind} 的写法"),
            format!("the coordinates are not those of a {kind}"),
        )
    };
    let shape = match kind {
        "Point" => position(coordinates, notes).map(|c| Point(c).into()),
        "MultiPoint" => line(coordinates, notes)
            .map(|l| MultiPoint::new(l.0.into_iter().map(Point).collect()).into()),
        "LineString" => line(coordinates, notes).map(Geometry::from),
        "MultiLineString" => {
            each(coordinates, |l| line(l, notes)).map(|lines| MultiLineString::new(lines).into())
        }
        "Polygon" => polygon(coordinates, notes).map(Geometry::from),
        "MultiPolygon" => {
            each(coordinates, |p| polygon(p, notes)).map(|parts| MultiPolygon::new(parts).into())
        }
        "GeometryCollection" => {
            let parts = json
                .get("geometries")
                .and_then(Value::as_array)
                .ok_or_else(bad)?;
            let parts: Result<Vec<_>, _> = parts.iter().map(|part| geometry(part, notes)).collect();
            Some(Geometry::GeometryCollection(GeometryCollection(parts?)))
        }
        _ => {
            return Err(Refusal::new(
                Reason::UnknownShape,
                "类型不是 GeoJSON 的七种几何之一",
                "the type is none of GeoJSON's seven geometries",
            ));
        }
    };
    shape.ok_or_else(bad)
}

fn each<T>(json: &Value, read: impl FnMut(&Value) -> Option<T>) -> Option<Vec<T>> {
    json.as_array()?.iter().map(read).collect()
}

fn position(json: &Value, notes: &mut Notes) -> Option<Coord> {
    let numbers = json.as_array()?;
    if numbers.len() > 2 {
        notes.heights = true;
    }
    let [x, y, ..] = numbers.as_slice() else {
        return None;
    };
    Some(Coord {
        x: x.as_f64()?,
        y: y.as_f64()?,
    })
}

fn line(json: &Value, notes: &mut Notes) -> Option<LineString> {
    each(json, |at| position(at, notes)).map(LineString::new)
}

fn polygon(json: &Value, notes: &mut Notes) -> Option<Polygon> {
    let rings = each(json, |ring| line(ring, notes))?;
    // `Polygon::new` closes rings without a word.
    notes.unclosed += rings.iter().filter(|ring| !ring.is_closed()).count();
    let mut rings = rings.into_iter();
    let outline = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
    Some(Polygon::new(outline, rings.collect()))
}

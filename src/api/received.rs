//! A record as it is received: in a form that is taken, its shape brought to CRS84.

use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use geo::MapCoords;
use geojson::GeometryValue;
use serde_json::{Value as Json, json};

use crate::api::edge::is_json;
use crate::api::edits::feature_in;
use crate::api::problem::Problem;
use crate::api::systems::offered;
use crate::domain::shape_in;
use crate::geometry::Coord;
use crate::geometry::crs::Crs;

/// The reference system of what is sent.
const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");

/// The media types of a whole record. `OWSLib` calls every text that it posts `text/xml`; what is no JSON is refused anyway.
const RECORD: &[&str] = &["application/geo+json", "application/json", "text/xml"];

/// The media types of a patch.
const PATCH: &[&str] = &[
    "application/merge-patch+json",
    "application/geo+json",
    "application/json",
];

/// The record in `body`, which may be in any system of `Content-Crs`.
///
/// # Errors
/// 415 where it is of another kind, 400 where it is no JSON or its shape cannot be brought to CRS84.
pub(super) fn record(headers: &HeaderMap, body: &[u8]) -> Result<Json, Problem> {
    read(headers, body, RECORD)
}

/// The patch in `body`, likewise.
///
/// # Errors
/// As [`record`].
pub(super) fn patch(headers: &HeaderMap, body: &[u8]) -> Result<Json, Problem> {
    read(headers, body, PATCH)
}

/// Refuses a body that says it is of another type than one of JSON: a form of any page sends such.
///
/// # Errors
/// 415.
pub(super) fn json_only(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get(header::CONTENT_TYPE) {
        Some(kind) if !is_json(Some(kind.as_bytes())) => Err(Problem::not_json()),
        _ => Ok(()),
    }
}

fn read(headers: &HeaderMap, body: &[u8], takes: &[&str]) -> Result<Json, Problem> {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !takes.iter().any(|taken| taken.eq_ignore_ascii_case(kind)) {
        let first = takes.first().copied().unwrap_or_default();
        let told = (
            format!("Content-Type 应为 {first}"),
            format!("Content-Type must be {first}"),
        );
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Problem::pointed(status, "media-type", told, Vec::new()));
    }
    let mut feature = feature_in(body)?;
    let crs = system(headers)?;
    if crs != Crs::Crs84
        && let Some(given) = feature.get_mut("geometry")
        && !given.is_null()
    {
        let mut shape = shape_in(&given.to_string()).map_err(|error| {
            Problem::parameter(
                "geometry",
                format!("图形无法读取：{}", error.zh()),
                format!("the geometry cannot be read: {error}"),
            )
        })?;
        if crs.is_north_first() {
            shape = shape.map_coords(|at| Coord { x: at.y, y: at.x });
        }
        let shape = crs.geometry_to_crs84(&shape)?;
        *given = json!(GeometryValue::from(&shape));
    }
    Ok(feature)
}

/// The system that `Content-Crs` says by its URI; CRS84 where it is absent.
fn system(headers: &HeaderMap) -> Result<Crs, Problem> {
    let Some(given) = headers.get(CONTENT_CRS) else {
        return Ok(Crs::Crs84);
    };
    let uri = given.to_str().unwrap_or_default();
    let uri = uri.trim_matches(['<', '>', '[', ']']);
    let same = |crs: &Crs| crs.uri().is_some_and(|own| own == uri);
    offered().find(same).ok_or_else(|| {
        Problem::parameter(
            "Content-Crs",
            format!("Content-Crs {uri} 不是本服务提供的坐标系"),
            format!("Content-Crs {uri} is not a reference system of this service"),
        )
    })
}

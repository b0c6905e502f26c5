//! Reference systems by URI: what may be asked for, and shapes in the axis order of the authority.

use geo::MapCoords;

use crate::api::params::Params;
use crate::api::problem::Problem;
use crate::geometry::crs::{Crs, GaussKruger};
use crate::geometry::{Coord, Geometry};

/// What every collection is offered in: CRS84, WGS 84, CGCS2000, Web Mercator, and all zones of CGCS2000.
pub(super) fn offered() -> impl Iterator<Item = Crs> {
    let zones = (4491..=4554)
        .filter_map(GaussKruger::from_epsg)
        .map(Crs::GaussKruger);
    [Crs::Crs84, Crs::Wgs84, Crs::Cgcs2000, Crs::WebMercator]
        .into_iter()
        .chain(zones)
}

/// The URIs of [`offered`].
pub(super) fn uris() -> Vec<String> {
    offered().filter_map(Crs::uri).collect()
}

/// The system that parameter `name` says by its URI; CRS84 where it is absent.
///
/// # Errors
/// Anything that is not one of [`uris`].
pub(super) fn asked(params: &mut Params, name: &'static str) -> Result<Crs, Problem> {
    let Some(given) = params.text(name) else {
        return Ok(Crs::Crs84);
    };
    // a URI may stand in brackets, as in the header
    let uri = given.trim_matches(['[', ']']);
    let same = |crs: &Crs| crs.uri().is_some_and(|own| own == uri);
    offered().find(same).ok_or_else(|| {
        Problem::parameter(
            name,
            format!("{name}={given} 不是本服务提供的坐标系；应为网址形式，例如 http://www.opengis.net/def/crs/EPSG/0/4490，全部列在图层的 crs 中"),
            format!("{name}={given} is not a reference system of this service; it must be a URI such as http://www.opengis.net/def/crs/EPSG/0/4490, all are in the collection's crs"),
        )
    })
}

/// The CRS84 shape `geometry` in `crs`, each position in the axis order of the authority.
///
/// # Errors
/// A position that is not on the earth.
pub(super) fn written(geometry: &Geometry, crs: Crs) -> Result<Geometry, Problem> {
    if crs == Crs::Crs84 {
        return Ok(geometry.clone());
    }
    let there = crs.geometry_of(geometry)?;
    Ok(if crs.is_north_first() {
        there.map_coords(|at| Coord { x: at.y, y: at.x })
    } else {
        there
    })
}

//! The tile matrix sets, as OGC 17-083r4 writes them.

use std::f64::consts::PI;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value as Json, json};

use crate::api::AppState;
use crate::api::collections::DOCUMENT;
use crate::api::forms;
use crate::api::items::told;
use crate::api::json::add;
use crate::api::links::Base;
use crate::api::params::Params;
use crate::api::problem::Problem;
use crate::geometry::crs::Crs;
use crate::tile::{MAX_ZOOM, Tiling};

const PATH: &str = "/api/tileMatrixSets";

/// The pixels along one side of a tile.
const PIXELS: f64 = 256.0;

/// The side of a pixel on the screen of the standard, in metres.
const PIXEL_M: f64 = 0.000_28;

/// The equatorial radius of WGS 84 and of CGCS2000, in metres.
const RADIUS_M: f64 = 6_378_137.0;

/// `GET /api/tileMatrixSets`
pub(in crate::api) async fn matrix_sets(
    State(app): State<AppState>,
    base: Base,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let form = forms::wanted(&mut params, &headers, &DOCUMENT)?;
    params.finish()?;
    let each = Tiling::ALL.map(|tiling| {
        let mut told = named(tiling);
        add(
            &mut told,
            "links",
            json!([base.link("self", &path(tiling), "application/json", title(tiling))]),
        );
        told
    });
    let links = base.own(PATH, query.as_deref(), form, &DOCUMENT);
    let body = json!({ "links": links, "tileMatrixSets": each });
    Ok(told(&app.map.current(), form, "瓦片矩阵集", PATH, &body))
}

/// `GET /api/tileMatrixSets/{tileMatrixSetId}`
pub(in crate::api) async fn matrix_set(
    State(app): State<AppState>,
    Path(id): Path<String>,
    base: Base,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let tiling = tiling_at(&id)?;
    let mut params = Params::of(query.as_deref())?;
    let form = forms::wanted(&mut params, &headers, &DOCUMENT)?;
    params.finish()?;
    let path = path(tiling);
    let mut body = defined(tiling);
    add(
        &mut body,
        "links",
        json!(base.own(&path, query.as_deref(), form, &DOCUMENT)),
    );
    Ok(told(&app.map.current(), form, title(tiling), &path, &body))
}

/// The tile matrix set that the address names.
///
/// # Errors
/// There is none of this name.
pub(super) fn tiling_at(id: &str) -> Result<Tiling, Problem> {
    Tiling::parse(id).ok_or_else(|| {
        let all = Tiling::ALL.map(Tiling::id).join(", ");
        Problem::missing(
            format!("没有瓦片矩阵集 {id}；可用：{all}"),
            format!("there is no tile matrix set {id:?}; there are: {all}"),
        )
    })
}

/// Where its definition is.
pub(super) fn path(tiling: Tiling) -> String {
    format!("{PATH}/{tiling}")
}

/// What it is called.
pub(super) fn title(tiling: Tiling) -> &'static str {
    match tiling {
        Tiling::WebMercatorQuad => "Web 墨卡托 (EPSG:3857)",
        Tiling::Cgcs2000Quad => "CGCS2000 经纬度 (EPSG:4490)，即天地图 _c 图层的网格",
    }
}

/// The URI of its reference system.
pub(super) fn crs(tiling: Tiling) -> Option<String> {
    match tiling {
        Tiling::WebMercatorQuad => Crs::WebMercator.uri(),
        Tiling::Cgcs2000Quad => Crs::Cgcs2000.uri(),
    }
}

/// Its URI in the registry of the OGC, which does not have that of CGCS2000.
pub(super) fn registered(tiling: Tiling) -> Option<&'static str> {
    match tiling {
        Tiling::WebMercatorQuad => {
            Some("http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad")
        }
        Tiling::Cgcs2000Quad => None,
    }
}

/// Its identifier, title, and where it is registered.
fn named(tiling: Tiling) -> Json {
    let mut told = json!({ "id": tiling.id(), "title": title(tiling), "crs": crs(tiling) });
    if let Some(uri) = registered(tiling) {
        add(&mut told, "uri", json!(uri));
    }
    told
}

fn defined(tiling: Tiling) -> Json {
    let mut told = named(tiling);
    let half = PI * RADIUS_M;
    let (axes, low, high) = match tiling {
        Tiling::WebMercatorQuad => (["X", "Y"], [-half, -half], [half, half]),
        Tiling::Cgcs2000Quad => (["Lat", "Lon"], [-90.0, -180.0], [90.0, 180.0]),
    };
    if tiling == Tiling::WebMercatorQuad {
        add(
            &mut told,
            "wellKnownScaleSet",
            json!("http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible"),
        );
    }
    add(&mut told, "orderedAxes", json!(axes));
    add(
        &mut told,
        "boundingBox",
        json!({
            "lowerLeft": low, "upperRight": high, "orderedAxes": axes, "crs": crs(tiling),
        }),
    );
    let all = (tiling.first_zoom()..=MAX_ZOOM).filter_map(|z| matrix(tiling, z));
    add(&mut told, "tileMatrices", all.collect::<Vec<_>>());
    told
}

/// The matrix of zoom `z`, whose identifier is its number.
fn matrix(tiling: Tiling, z: u8) -> Option<Json> {
    let (columns, rows) = tiling.size(z)?;
    let (cell, _) = cell(tiling, z)?;
    let half = PI * RADIUS_M;
    let corner = match tiling {
        Tiling::WebMercatorQuad => [-half, half],
        Tiling::Cgcs2000Quad => [90.0, -180.0],
    };
    Some(json!({
        "id": z.to_string(), "scaleDenominator": scale(tiling, z)?, "cellSize": cell,
        "cornerOfOrigin": "topLeft", "pointOfOrigin": corner, "tileWidth": 256, "tileHeight": 256,
        "matrixWidth": columns, "matrixHeight": rows,
    }))
}

/// The side of a pixel at zoom `z`, in units of the reference system, and how many metres such a unit is.
fn cell(tiling: Tiling, z: u8) -> Option<(f64, f64)> {
    let (columns, _) = tiling.size(z)?;
    let (around, unit_m) = match tiling {
        Tiling::WebMercatorQuad => (2.0 * PI * RADIUS_M, 1.0),
        Tiling::Cgcs2000Quad => (360.0, PI * RADIUS_M / 180.0),
    };
    Some((around / PIXELS / f64::from(columns), unit_m))
}

/// The scale denominator of zoom `z` on a screen whose pixels are 0.28 mm wide.
pub(super) fn scale(tiling: Tiling, z: u8) -> Option<f64> {
    let (cell, unit_m) = cell(tiling, z)?;
    Some(cell * unit_m / PIXEL_M)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the OGC's registry (`opengeospatial/2D-Tile-Matrix-Set`, `registry/json/WebMercatorQuad.json`).
    #[test]
    fn web_mercator_is_as_it_is_registered() {
        for (z, expected_scale, expected_cell) in [
            (0, 559_082_264.028_717, 156_543.033_928_041),
            (11, 272_989.386_732_772, 76.437_028_285_176_2),
            (22, 133.295_598_990_611, 0.037_322_767_717_371_2),
        ] {
            let told = matrix(Tiling::WebMercatorQuad, z).unwrap();
            let close = |name: &str, expected: f64| {
                let number = told[name].as_f64().unwrap();
                assert!(
                    (number / expected - 1.0).abs() < 1e-13,
                    "{z} {name}: {number}"
                );
            };
            close("scaleDenominator", expected_scale);
            close("cellSize", expected_cell);
        }
        let corner = &matrix(Tiling::WebMercatorQuad, 5).unwrap()["pointOfOrigin"];
        assert!((corner[0].as_f64().unwrap() + 20_037_508.342_789_2).abs() < 1e-6);
        assert!((corner[1].as_f64().unwrap() - 20_037_508.342_789_2).abs() < 1e-6);
    }

    /// As `WGS1984Quad`, whose level 0 is the first of Tianditu's, has its numbers in the annexes of 17-083r4.
    #[test]
    fn the_grid_of_tianditu_has_its_levels() {
        let told = defined(Tiling::Cgcs2000Quad);
        let matrices = told["tileMatrices"].as_array().unwrap();
        assert_eq!(matrices.len(), 22);
        let first = &matrices[0];
        assert_eq!(first["id"], "1");
        assert_eq!(first["cellSize"], 0.703_125);
        assert_eq!(first["pointOfOrigin"], json!([90.0, -180.0]));
        assert_eq!(
            (&first["matrixWidth"], &first["matrixHeight"]),
            (&json!(2), &json!(1))
        );
        let scale = first["scaleDenominator"].as_f64().unwrap();
        assert!((scale / 279_541_132.014_358 - 1.0).abs() < 1e-13, "{scale}");
        let last = &matrices[21]["scaleDenominator"].as_f64().unwrap();
        assert!((last / 133.295_598_990_611 - 1.0).abs() < 1e-13, "{last}");
    }
}

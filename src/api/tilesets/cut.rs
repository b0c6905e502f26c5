//! One tile of OGC API Tiles: the row comes before the column.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::{TILE_FORMS, Tiled, tiling_at};
use crate::api::AppState;
use crate::api::forms::{self, Form};
use crate::api::params::Params;
use crate::api::problem::Problem;
use crate::api::tiles::{Place, answered};
use crate::tile::{TileAddress, Tiling};

/// `GET /api/collections/{layer}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}`
pub(in crate::api) async fn layer_tile(
    State(app): State<AppState>,
    Path((name, tiling, matrix, row, column)): Path<(String, String, String, String, String)>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let tiled = Tiled::layer(&name)?;
    let address = TileAddress::parse_in(tiling_at(&tiling)?, &matrix, &row, &column)?;
    let params = Params::of(query.as_deref())?;
    cut(&app, tiled, address, &headers, params).await
}

/// `GET /api/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}[?collections=]`
pub(in crate::api) async fn dataset_tile(
    State(app): State<AppState>,
    Path((tiling, matrix, row, column)): Path<(String, String, String, String)>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let address = TileAddress::parse_in(tiling_at(&tiling)?, &matrix, &row, &column)?;
    let mut params = Params::of(query.as_deref())?;
    let tiled = Tiled::dataset(&app, &mut params)?;
    cut(&app, tiled, address, &headers, params).await
}

async fn cut(
    app: &AppState,
    tiled: Tiled,
    address: TileAddress,
    headers: &HeaderMap,
    mut params: Params,
) -> Result<Response, Problem> {
    let form = forms::wanted(&mut params, headers, &TILE_FORMS)?;
    let names: Vec<_> = tiled.layers.iter().map(|layer| layer.as_str()).collect();
    // of Web Mercator, the same that `/tiles` keeps
    let place = format!("{}/{address}.{}", names.join(","), form.name());
    let kept_as = match address.tiling() {
        Tiling::WebMercatorQuad => place,
        tiling @ Tiling::Cgcs2000Quad => format!("{tiling}/{place}"),
    };
    let place = Place {
        layers: tiled.layers,
        address,
        is_geojson: form == Form::GeoJson,
    };
    let mut response = answered(app, headers, params, place, &kept_as).await?;
    let by_form = HeaderValue::from_static("accept");
    response.headers_mut().append(header::VARY, by_form);
    Ok(response)
}

//! Tiles: the address and the parameters in, bytes out.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::api::params::{Params, layer_called};
use crate::api::problem::Problem;
use crate::api::{AppState, answer};
use crate::domain::{Feature, FieldClass, LayerId, LayerSchema, layers};
use crate::map::MapSnapshot;
use crate::query::filter::Filter;
use crate::tile::{self, AddressError, TileAddress, TileError, TileRequest};

/// `GET /tiles/{layers}/{z}/{x}/{y}.geojson|.mvt[?filter=][&properties=][&clip=]`
pub(super) async fn tile(
    State(app): State<AppState>,
    Path((names, z, x, file)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let (filter, fields) = (params.text("filter"), params.text("properties"));
    let clip = params.value("clip", ("true 或 false", "true or false"))?;
    params.finish()?;
    let Some((y, form)) = file.split_once('.') else {
        return Err(no_such_form());
    };
    let layers = layers_called(&names)?;
    let filters = filter.map(|text| filters(&text, &layers)).transpose()?;
    let accept = |schema: &LayerSchema, feature: &Feature| {
        let own = filters
            .as_ref()
            .and_then(|filters| filters.iter().find(|(layer, _)| *layer == schema.id));
        own.is_none_or(|(_, filter)| filter.passes(feature))
    };
    let fields = fields
        .map(|text| {
            text.split(',')
                .map(|name| field_called(name.trim()))
                .collect()
        })
        .transpose()?;
    let request = TileRequest {
        layers,
        address: TileAddress::parse(&z, &x, y)?,
        fields,
        filter: filters.is_some().then_some(&accept),
        clip: clip.unwrap_or(true),
    };
    let map = app.map.current();
    match form {
        "geojson" => Ok(answer(
            &map,
            "application/geo+json",
            tile::geojson(&map, &request)?.body,
        )),
        "mvt" => vector_tile(&map, &request),
        _ => Err(no_such_form()),
    }
}

fn vector_tile(map: &MapSnapshot, request: &TileRequest<'_>) -> Result<Response, Problem> {
    let body = tile::mvt(map, request)?;
    let empty = body.is_empty();
    let mut response = answer(map, "application/vnd.mapbox-vector-tile", body);
    if empty {
        *response.status_mut() = StatusCode::NO_CONTENT;
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    Ok(response.into_response())
}

/// `GET /tiles/{layers}.json`
pub(super) async fn tilejson(
    State(app): State<AppState>,
    Path(file): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    Params::of(query.as_deref())?.finish()?;
    let names = file.strip_suffix(".json").ok_or_else(no_such_form)?;
    let layers = layers_called(names)?;
    let map = app.map.current();
    let extent = layers
        .iter()
        .filter_map(|layer| map.layer(*layer).extent())
        .reduce(crate::geometry::BBox::union);
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("127.0.0.1:8080");
    let document = tile::tilejson(&layers, &format!("http://{host}"), extent)?;
    Ok(answer(&map, "application/json", document.to_string()))
}

fn layers_called(names: &str) -> Result<Vec<LayerId>, Problem> {
    names
        .split(',')
        .map(|name| layer_called("layers", name))
        .collect()
}

/// One filter for every layer, which must fit each of them.
fn filters(text: &str, layers: &[LayerId]) -> Result<Vec<(LayerId, Filter)>, Problem> {
    let each = layers.iter().map(|layer| {
        Ok((
            *layer,
            Filter::parse(text, layer.schema(), FieldClass::Internal)?,
        ))
    });
    each.collect()
}

/// The name as the catalogue writes it.
fn field_called(name: &str) -> Result<&'static str, Problem> {
    let all = layers::ALL
        .iter()
        .flat_map(|schema| schema.fields)
        .map(|field| field.name);
    all.chain(["code", "name"])
        .find(|known| *known == name)
        .ok_or_else(|| {
            Problem::parameter(
                "properties",
                format!("没有属性 {name}"),
                format!("there is no property {name:?}"),
            )
        })
}

fn no_such_form() -> Problem {
    let zh = "瓦片地址形如 /tiles/grids,buildings/16/52600/26153.geojson（或 .mvt），说明文件形如 /tiles/grids.json";
    Problem::missing(
        zh,
        "a tile is /tiles/grids,buildings/16/52600/26153.geojson (or .mvt), its description /tiles/grids.json",
    )
}

impl From<AddressError> for Problem {
    fn from(error: AddressError) -> Self {
        Self::missing(format!("没有这个瓦片：{error}"), error.to_string())
    }
}

impl From<TileError> for Problem {
    fn from(error: TileError) -> Self {
        let en = error.to_string();
        match error {
            TileError::Restricted { layer } => Self::restricted(layer.as_str()),
            TileError::RestrictedField { layer, field } => {
                Self::restricted(&format!("{layer}.{field}"))
            }
            TileError::NoLayers => Self::parameter("layers", "请至少写一个图层", en),
            TileError::NoGeometry { layer } => Self::parameter(
                "layers",
                format!("{}没有位置，不能制成瓦片", layer.schema().title.zh),
                en,
            ),
            TileError::NoSuchField { field } => {
                Self::parameter("properties", format!("这些图层没有属性 {field}"), en)
            }
        }
    }
}

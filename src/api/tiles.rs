//! Tiles: the address and the parameters in, bytes out.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{self, HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;

use crate::api::content_coding::tell_coding;
use crate::api::forms::Form;
use crate::api::front::Leaving;
use crate::api::links::Base;
use crate::api::params::{Params, layer_called};
use crate::api::past::Shown;
use crate::api::problem::Problem;
use crate::api::tile_cache::{KeptTile, TileKey};
use crate::api::{AppState, PRIVATE, REVISION, USUAL_HEADERS, answer, workers};
use crate::domain::{Feature, FieldClass, LayerId, LayerSchema, layers};
use crate::map::MapSnapshot;
use crate::query::filter::Filter;
use crate::tile::{self, AddressError, TileAddress, TileError, TileRequest};

/// `GET /tiles/{layers}/{z}/{x}/{y}.geojson|.mvt[?filter=][&properties=][&clip=][&datetime=]`
pub(super) async fn tile(
    State(app): State<AppState>,
    Path((names, z, x, file)): Path<(String, String, String, String)>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let params = Params::of(query.as_deref())?;
    let place = Place::parse(&names, &z, &x, &file)?;
    answered(
        &app,
        &headers,
        params,
        place,
        &format!("{names}/{z}/{x}/{file}"),
    )
    .await
}

/// The tile at `place` as the rest of the parameters have it, made anew or kept as `kept_as`.
pub(super) async fn answered(
    app: &AppState,
    headers: &HeaderMap,
    mut params: Params,
    place: Place,
    kept_as: &str,
) -> Result<Response, Problem> {
    let (filter, fields) = (params.text("filter"), params.text("properties"));
    let clip = params.value("clip", ("true 或 false", "true or false"))?;
    let shown = Shown::of(app, &mut params).await?;
    params.finish()?;
    let clip = clip.unwrap_or(true);
    let map = &shown.map;
    let how = how(clip, fields.as_deref(), filter.as_deref());
    let key = place.key(map, kept_as, &how);
    let kind = place.kind();
    let is_geojson = place.is_geojson;
    let asked = Asked {
        layers: place.layers,
        address: place.address,
        fields,
        filter,
        clip,
    };
    let drawn = Arc::clone(map);
    let make = app.workers.attempt(move || asked.make(&drawn, is_geojson));
    let tile = app.tiles.get(key, make).await?;
    Ok(shown.told(sent(map, &tile, kind, headers)))
}

/// The tile at `uri` if it was asked for lately or is made in no time; else the way through [`tile`] is taken.
pub(super) fn at_once(app: &AppState, uri: &Uri, headers: &HeaderMap) -> Option<Leaving> {
    let asked = uri.path().strip_prefix("/tiles/")?;
    let fields = match uri.query() {
        None => None,
        Some(query) => Some(plain_properties(query)?),
    };
    let mut parts = asked.split('/');
    let (names, z, x, file) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let place = Place::parse(names, z, x, file).ok()?;
    let map = app.map.current();
    let key = place.key(&map, asked, &how(true, fields, None));
    let kind = place.kind();
    let tile = match app.tiles.peek(&key) {
        Some(tile) => tile,
        None => app.tiles.keep(key, place.quick(&map, fields)?),
    };
    Some(sent(&map, &tile, kind, headers))
}

/// The list of a query that says `properties` and nothing else, with no letter escaped.
fn plain_properties(query: &str) -> Option<&str> {
    let fields = query.strip_prefix("properties=")?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b',');
    (!fields.is_empty() && fields.bytes().all(is_plain)).then_some(fields)
}

/// The parameters as a key of the cache has them.
fn how(clip: bool, fields: Option<&str>, filter: Option<&str>) -> String {
    match (clip, fields, filter) {
        (true, None, None) => String::new(),
        _ => format!("?{clip}&{fields:?}&{filter:?}"),
    }
}

/// Which tile, in which form.
pub(super) struct Place {
    pub(super) layers: Vec<LayerId>,
    pub(super) address: TileAddress,
    pub(super) is_geojson: bool,
}

impl Place {
    fn parse(names: &str, z: &str, x: &str, file: &str) -> Result<Self, Problem> {
        let (y, is_geojson) = match file.split_once('.') {
            Some((y, "geojson")) => (y, true),
            Some((y, "mvt")) => (y, false),
            _ => return Err(no_such_form()),
        };
        Ok(Self {
            layers: layers_called(names)?,
            address: TileAddress::parse(z, x, y)?,
            is_geojson,
        })
    }

    /// The tile where it is made in no time.
    fn quick(self, map: &MapSnapshot, fields: Option<&str>) -> Option<Vec<u8>> {
        let mut request = TileRequest::new(self.layers, self.address);
        request.fields = fields.map(fields_called).transpose().ok()?;
        if self.is_geojson {
            return Some(tile::quick_geojson(map, &request)?.body);
        }
        tile::quick_mvt(map, &request)
    }

    fn kind(&self) -> &'static str {
        if self.is_geojson {
            Form::GeoJson.media_type()
        } else {
            Form::Mvt.media_type()
        }
    }

    fn key(&self, map: &MapSnapshot, path: &str, how: &str) -> TileKey {
        TileKey {
            asked: [path, how].concat().into(),
            version: map.touched(&self.layers, self.address.reach()),
        }
    }
}

fn sent<B: From<Bytes>>(
    map: &MapSnapshot,
    tile: &KeptTile,
    kind: &'static str,
    headers: &HeaderMap,
) -> http::Response<B> {
    let (body, coding) = tile.body(headers);
    let mut response = http::Response::new(body.into());
    let headers = response.headers_mut();
    headers.reserve(USUAL_HEADERS);
    if tile.is_empty() {
        *response.status_mut() = StatusCode::NO_CONTENT;
    } else {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, PRIVATE);
    headers.insert(header::ETAG, tile.tag.clone());
    headers.insert(REVISION, HeaderValue::from(map.revision().0));
    tell_coding(headers, coding);
    response
}

/// What is asked, as far as it is understood without looking at the map.
struct Asked {
    layers: Vec<LayerId>,
    address: TileAddress,
    fields: Option<String>,
    filter: Option<String>,
    clip: bool,
}

impl Asked {
    fn make(self, map: &MapSnapshot, geojson: bool) -> Result<Vec<u8>, Problem> {
        let filters = self
            .filter
            .map(|text| filters(&text, &self.layers))
            .transpose()?;
        let budget = workers::budget();
        let accept = |schema: &LayerSchema, feature: &Feature| {
            let own = filters
                .as_ref()
                .and_then(|filters| filters.iter().find(|(layer, _)| *layer == schema.id));
            own.is_none_or(|(_, filter)| budget.spend(filter.cost_ns(), || filter.passes(feature)))
        };
        let fields = self.fields.as_deref().map(fields_called).transpose()?;
        let request = TileRequest {
            layers: self.layers,
            address: self.address,
            fields,
            filter: filters.is_some().then_some(&accept),
            clip: self.clip,
        };
        let body = if geojson {
            tile::geojson(map, &request)?.body
        } else {
            tile::mvt(map, &request)?
        };
        budget.finish()?;
        Ok(body)
    }
}

/// `GET /tiles/{layers}.json`
pub(super) async fn tilejson(
    State(app): State<AppState>,
    Path(file): Path<String>,
    base: Base,
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
    let tiles = base.at(&format!("/tiles/{names}/{{z}}/{{x}}/{{y}}.mvt"));
    let document = tile::tilejson(&layers, &tiles, extent)?;
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

/// The names of a list, as the catalogue writes them.
fn fields_called(text: &str) -> Result<Vec<&'static str>, Problem> {
    let names = text.split(',');
    names.map(|name| field_called(name.trim())).collect()
}

/// The name as the catalogue writes it.
fn field_called(name: &str) -> Result<&'static str, Problem> {
    let all = layers::known()
        .into_iter()
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
        Self::missing(format!("没有这个瓦片：{}", error.zh()), error.to_string())
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

//! OGC API Tiles (20-057): the vector tiles of a layer and of the whole map, in each tile matrix set.
//!
//! The tiles themselves are those of `/tiles`, from the same cache.

mod cut;
mod matrices;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value as Json, json};

use crate::api::collections::{DOCUMENT, layer_at};
use crate::api::forms::{self, Form};
use crate::api::items::{by_form, told};
use crate::api::json::add;
use crate::api::links::Base;
use crate::api::params::Params;
use crate::api::problem::Problem;
use crate::api::{AppState, answer, schemas};
use crate::domain::{GeometryKind, LayerId, layers};
use crate::geometry::BBox;
use crate::geometry::crs::Crs;
use crate::map::MapSnapshot;
use crate::tile::{self, MAX_ZOOM, TileError, Tiling};

pub(super) use cut::{dataset_tile, layer_tile};
use matrices::{crs, path as scheme, registered, scale, tiling_at, title};
pub(super) use matrices::{matrix_set, matrix_sets};

/// Relations of the OGC.
const REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/";

/// The link to the tilesets of the layer or of the whole map.
pub(super) const VECTOR_TILESETS: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";

/// The forms of a tile.
const TILE_FORMS: [Form; 2] = [Form::Mvt, Form::GeoJson];

/// The zoom at which a layer is looked at first.
const USUAL_ZOOM: u8 = 14;

/// What is cut into tiles: one layer, or several of the whole map.
struct Tiled {
    /// The resource that has the tilesets.
    path: String,
    title: String,
    layers: Vec<LayerId>,
    /// The parameter that chose the layers.
    chosen: Option<String>,
}

impl Tiled {
    /// The layer that the address names.
    ///
    /// # Errors
    /// There is no such layer, it is restricted, or its records have no place.
    fn layer(name: &str) -> Result<Self, Problem> {
        let layer = layer_at(name)?;
        let title = layer.schema().title.zh;
        let layers = tile::drawable(&[layer]).map_err(|error| match error {
            TileError::NoGeometry { .. } => {
                Problem::missing(format!("{title}没有位置，没有瓦片"), error.to_string())
            }
            other => other.into(),
        })?;
        Ok(Self {
            path: format!("/api/collections/{layer}"),
            title: title.to_owned(),
            layers,
            chosen: None,
        })
    }

    /// The whole map: every layer that may be drawn, or those that `collections` names, in its order.
    ///
    /// # Errors
    /// A layer that there is not, or that may not be drawn.
    fn dataset(app: &AppState, params: &mut Params) -> Result<Self, Problem> {
        let layers = match params.layers("collections")? {
            Some(named) => (tile::drawable(&named)?, true),
            None => (every_layer(), false),
        };
        let names: Vec<_> = layers.0.iter().map(|layer| layer.as_str()).collect();
        Ok(Self {
            path: "/api".to_owned(),
            title: app.title.0.clone(),
            chosen: layers.1.then(|| names.join(",")),
            layers: layers.0,
        })
    }

    fn tilesets(&self) -> String {
        format!("{}/tiles", self.path)
    }

    fn tileset(&self, tiling: Tiling) -> String {
        format!("{}/{tiling}", self.tilesets())
    }

    fn name(&self, tiling: Tiling) -> String {
        format!("{}：{}", self.title, title(tiling))
    }

    /// The link to a tile in `form`, to be filled in.
    fn template(&self, base: &Base, tiling: Tiling, form: Form) -> Json {
        let path = format!(
            "{}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}?{}",
            self.tileset(tiling),
            self.query(form)
        );
        let mut link = base.link("item", &path, form.media_type(), "瓦片");
        add(&mut link, "templated", json!(true));
        link
    }

    /// The parameters of a tile in `form`.
    fn query(&self, form: Form) -> String {
        let chosen = self.chosen.as_ref();
        let chosen = chosen.map(|names| format!("&collections={names}"));
        format!("f={}{}", form.name(), chosen.unwrap_or_default())
    }

    fn extent(&self, map: &MapSnapshot) -> Option<BBox> {
        let each = self.layers.iter();
        each.filter_map(|layer| map.layer(*layer).extent())
            .reduce(BBox::union)
    }
}

/// Every layer that may be drawn.
fn every_layer() -> Vec<LayerId> {
    let all = layers::ALL.iter().map(|schema| schema.id);
    all.filter(|layer| tile::drawable(&[*layer]).is_ok())
        .collect()
}

/// `GET /api/collections/{layer}/tiles`
pub(super) async fn layer_tilesets(
    State(app): State<AppState>,
    Path(name): Path<String>,
    base: Base,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let params = Params::of(query.as_deref())?;
    listed(
        &app,
        &Tiled::layer(&name)?,
        (&base, &headers),
        params,
        query.as_deref(),
    )
}

/// `GET /api/tiles`
pub(super) async fn dataset_tilesets(
    State(app): State<AppState>,
    base: Base,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let tiled = Tiled::dataset(&app, &mut params)?;
    listed(&app, &tiled, (&base, &headers), params, query.as_deref())
}

/// `GET /api/collections/{layer}/tiles/{tileMatrixSetId}`
pub(super) async fn layer_tileset(
    State(app): State<AppState>,
    Path((name, tiling)): Path<(String, String)>,
    base: Base,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let (tiled, tiling) = (Tiled::layer(&name)?, tiling_at(&tiling)?);
    let params = Params::of(query.as_deref())?;
    shown(
        &app,
        &tiled,
        tiling,
        (&base, &headers),
        (params, query.as_deref()),
    )
}

/// `GET /api/tiles/{tileMatrixSetId}[?collections=]`
pub(super) async fn dataset_tileset(
    State(app): State<AppState>,
    Path(tiling): Path<String>,
    base: Base,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let tiling = tiling_at(&tiling)?;
    let mut params = Params::of(query.as_deref())?;
    let tiled = Tiled::dataset(&app, &mut params)?;
    shown(
        &app,
        &tiled,
        tiling,
        (&base, &headers),
        (params, query.as_deref()),
    )
}

fn listed(
    app: &AppState,
    tiled: &Tiled,
    (base, headers): (&Base, &HeaderMap),
    mut params: Params,
    query: Option<&str>,
) -> Result<Response, Problem> {
    let form = forms::wanted(&mut params, headers, &DOCUMENT)?;
    params.finish()?;
    let path = tiled.tilesets();
    let each = Tiling::ALL.map(|tiling| {
        let chosen = tiled.chosen.as_ref();
        let chosen = chosen.map(|names| format!("?collections={names}"));
        let own = tiled.tileset(tiling) + chosen.as_deref().unwrap_or_default();
        let mut told = named(tiled, tiling);
        add(
            &mut told,
            "links",
            json!([
                base.link("self", &own, "application/json", &tiled.name(tiling)),
                tiling_scheme(base, tiling),
            ]),
        );
        told
    });
    let links = base.own(&path, query, form, &DOCUMENT);
    let body = json!({ "links": links, "tilesets": each });
    let title = format!("{}：瓦片集", tiled.title);
    Ok(told(&app.map.current(), form, &title, &path, &body))
}

fn shown(
    app: &AppState,
    tiled: &Tiled,
    tiling: Tiling,
    (base, headers): (&Base, &HeaderMap),
    (mut params, query): (Params, Option<&str>),
) -> Result<Response, Problem> {
    // TileJSON knows no other tiling
    let all = [Form::Json, Form::Html, Form::TileJson];
    let offered = match tiling {
        Tiling::WebMercatorQuad => &all[..],
        Tiling::Cgcs2000Quad => &DOCUMENT[..],
    };
    let form = forms::wanted(&mut params, headers, offered)?;
    params.finish()?;
    let (map, path) = (app.map.current(), tiled.tileset(tiling));
    if form == Form::TileJson {
        let template = format!(
            "{}/{{z}}/{{y}}/{{x}}?{}",
            base.at(&path),
            tiled.query(Form::Mvt)
        );
        let body = tile::tilejson(&tiled.layers, &template, tiled.extent(&map))?;
        let mut response = answer(&map, form.media_type(), body.to_string());
        by_form(&mut response, form);
        return Ok(response);
    }
    let mut body = described(&map, base, tiled, tiling);
    let mut links = base.own(&path, query, form, offered);
    links.extend(TILE_FORMS.map(|form| tiled.template(base, tiling, form)));
    links.push(tiling_scheme(base, tiling));
    let kind = if tiled.path == "/api" {
        "dataset"
    } else {
        "geodata"
    };
    links.push(base.link(
        &format!("{REL}{kind}"),
        &tiled.path,
        "application/json",
        &tiled.title,
    ));
    add(&mut body, "links", json!(links));
    Ok(told(&map, form, &tiled.name(tiling), &path, &body))
}

fn tiling_scheme(base: &Base, tiling: Tiling) -> Json {
    let rel = format!("{REL}tiling-scheme");
    base.link(&rel, &scheme(tiling), "application/json", title(tiling))
}

/// What a list says of a tileset, and its own page too.
fn named(tiled: &Tiled, tiling: Tiling) -> Json {
    let mut told = json!({ "title": tiled.name(tiling), "dataType": "vector", "crs": crs(tiling) });
    if let Some(uri) = registered(tiling) {
        add(&mut told, "tileMatrixSetURI", json!(uri));
    }
    told
}

fn described(map: &MapSnapshot, base: &Base, tiled: &Tiled, tiling: Tiling) -> Json {
    let mut told = named(tiled, tiling);
    add(
        &mut told,
        "mediaTypes",
        json!(TILE_FORMS.map(Form::media_type)),
    );
    // wherever there is no record now there may be one soon, so the tiles of the whole earth are there
    let limits = (tiling.first_zoom()..=MAX_ZOOM).filter_map(|z| {
        let (columns, rows) = tiling.size(z)?;
        Some(json!({
            "tileMatrix": z.to_string(), "minTileRow": 0, "maxTileRow": rows - 1,
            "minTileCol": 0, "maxTileCol": columns - 1,
        }))
    });
    add(&mut told, "tileMatrixSetLimits", limits.collect::<Vec<_>>());
    if let Some(extent) = tiled.extent(map) {
        add(&mut told, "boundingBox", bounding_box(extent));
        let (x, y) = (
            f64::midpoint(extent.west, extent.east),
            f64::midpoint(extent.south, extent.north),
        );
        add(
            &mut told,
            "centerPoint",
            json!({
                "coordinates": [x, y], "crs": Crs::Crs84.uri(), "tileMatrix": USUAL_ZOOM.to_string(),
                "scaleDenominator": scale(tiling, USUAL_ZOOM),
            }),
        );
    }
    let each = tiled.layers.iter();
    add(
        &mut told,
        "layers",
        each.map(|layer| layer_of(map, base, *layer, tiling))
            .collect::<Vec<_>>(),
    );
    told
}

fn layer_of(map: &MapSnapshot, base: &Base, layer: LayerId, tiling: Tiling) -> Json {
    let schema = layer.schema();
    let path = format!("/api/collections/{layer}");
    let mut told = json!({
        "id": layer.as_str(), "title": schema.title.zh, "description": schema.title.en,
        "dataType": "vector", "crs": crs(tiling),
        "minTileMatrix": tiling.first_zoom().to_string(), "maxTileMatrix": MAX_ZOOM.to_string(),
        "propertiesSchema": schemas::of_tiles(schema),
        "links": [base.link(&format!("{REL}geodata"), &path, "application/json", schema.title.zh)],
    });
    let dimension = match schema.geometry {
        GeometryKind::Point => Some(0),
        GeometryKind::MultiLineString => Some(1),
        GeometryKind::MultiPolygon => Some(2),
        GeometryKind::None | GeometryKind::Any { .. } => None,
    };
    if let Some(dimension) = dimension {
        add(&mut told, "geometryDimension", json!(dimension));
    }
    if let Some(extent) = map.layer(layer).extent() {
        add(&mut told, "boundingBox", bounding_box(extent));
    }
    told
}

fn bounding_box(extent: BBox) -> Json {
    json!({
        "lowerLeft": [extent.west, extent.south], "upperRight": [extent.east, extent.north],
        "crs": Crs::Crs84.uri(),
    })
}

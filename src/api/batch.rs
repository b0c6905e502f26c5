//! `POST /api/locate`: many places in, the codes of the areas that own them out; as JSON, CSV or Arrow.

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;

use crate::api::params::{Params, layer_called};
use crate::api::points::Points;
use crate::api::problem::{Problem, json_zh};
use crate::api::{AppState, answer, arrow, table};
use crate::domain::json_text::push_string;
use crate::domain::{FieldClass, LayerId};
use crate::geometry::LonLat;
use crate::map::MapSnapshot;
use crate::query::owners::owners;

/// Points that one request may ask for.
pub(super) const MOST_POINTS: usize = 1_000_000;

/// Layers that one request may ask for.
pub(super) const MOST_LAYERS: usize = 16;

/// Answers, of a point in a layer, that one request may ask for.
const MOST_ANSWERS: usize = 4 * MOST_POINTS;

/// Refuses a batch whose answer would be too large.
///
/// # Errors
/// 413.
pub(super) fn check_size(points: usize, layers: usize) -> Result<(), Problem> {
    if points > MOST_POINTS {
        return Err(Problem::too_many_points());
    }
    if points.saturating_mul(layers) > MOST_ANSWERS {
        return Err(Problem::too_much(
            format!("点数与图层数之积最多 {MOST_ANSWERS}，请分批查询"),
            format!("at most {MOST_ANSWERS} points times layers at once: ask in parts"),
        ));
    }
    Ok(())
}

/// The layers that a batch is answered for where none is named.
pub const USUAL_LAYERS: [LayerId; 4] = [
    LayerId::COMMUNITIES,
    LayerId::GRIDS,
    LayerId::COMPOUNDS,
    LayerId::BUILDINGS,
];

/// `POST /api/locate[?layers=]`: many points, JSON, CSV or an Arrow stream in, and the same out. JSON may name the layers
/// in the body instead.
pub(super) async fn locate_many(
    State(app): State<AppState>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Result<Response, Problem> {
    let map = app.map.current();
    app.workers
        .attempt(move || located(&map, &headers, query.as_deref(), body))
        .await
}

fn located(
    map: &MapSnapshot,
    headers: &HeaderMap,
    query: Option<&str>,
    body: Bytes,
) -> Result<Response, Problem> {
    let is = |kind: &str| {
        let given = headers.get(header::CONTENT_TYPE);
        given.is_some_and(|given| given.as_bytes().starts_with(kind.as_bytes()))
    };
    let mut params = Params::of(query)?;
    let named = params.layers("layers")?;
    let cells = params.cells()?;
    params.finish()?;
    if is(arrow::STREAM) {
        let layers = allowed(named.unwrap_or_default())?;
        let located = arrow::locate_arrow(map, body, &layers)?;
        return Ok(answer(map, arrow::STREAM, located));
    }
    if is("text/csv") {
        let located = table::locate_csv(map, &body, &allowed(named.unwrap_or_default())?, cells)?;
        return Ok(answer(map, "text/csv; charset=utf-8", located));
    }
    let located = locate_json(map, &body, named)?;
    Ok(answer(map, "application/json", located))
}

fn locate_json(
    map: &MapSnapshot,
    body: &[u8],
    named: Option<Vec<LayerId>>,
) -> Result<Vec<u8>, Problem> {
    let asked = Points::parse(body).map_err(|error| {
        Problem::body(
            format!(
                "内容应为 {{\"points\":[[经度,纬度],…],\"layers\":[…]}}：{}",
                json_zh(&error)
            ),
            format!("not {{\"points\":[[lon,lat],…]}}: {error}"),
        )
    })?;
    if asked.points.len() > MOST_POINTS {
        return Err(Problem::too_many_points());
    }
    let layers = match named {
        None => batch_layers(&asked.layers)?,
        Some(layers) if asked.layers.is_empty() => allowed(layers)?,
        Some(_) => {
            let (zh, en) = (
                "图层已写在地址中，内容里不应再写",
                "the layers are named in the address and in the body",
            );
            return Err(Problem::parameter("layers", zh, en));
        }
    };
    check_size(asked.points.len(), layers.len())?;
    let mut places = Vec::with_capacity(asked.points.len());
    for (at, [lon, lat]) in asked.points.iter().enumerate() {
        places.push(LonLat::new(*lon, *lat).map_err(|error| {
            Problem::parameter(
                &format!("points[{at}]"),
                format!("第 {} 个点：{}", at + 1, error.zh()),
                format!("point {at}: {error}"),
            )
        })?);
    }
    Ok(codes(map, &places, &layers))
}

/// `{"revision":…,"layers":[…],"codes":[["…",null],…]}`, written as it goes: a tree of values would take longer than to
/// find the answers.
fn codes(map: &MapSnapshot, places: &[LonLat], layers: &[LayerId]) -> Vec<u8> {
    let columns = layers.iter().map(|layer| owners(map, places, *layer));
    let mut columns: Vec<_> = columns.map(Vec::into_iter).collect();
    let mut out = Vec::with_capacity(64 + places.len() * (2 + 20 * layers.len()));
    out.extend_from_slice(format!("{{\"revision\":{},\"layers\":[", map.revision()).as_bytes());
    for (at, layer) in layers.iter().enumerate() {
        separate(&mut out, at);
        push_string(&mut out, layer.as_str());
    }
    out.extend_from_slice(b"],\"codes\":[");
    for at in 0..places.len() {
        separate(&mut out, at);
        out.push(b'[');
        for (at, column) in columns.iter_mut().enumerate() {
            separate(&mut out, at);
            match column.next().flatten() {
                Some(owner) => push_string(&mut out, &owner.code),
                None => out.extend_from_slice(b"null"),
            }
        }
        out.push(b']');
    }
    out.extend_from_slice(b"]}");
    out
}

fn separate(out: &mut Vec<u8>, at: usize) {
    if at > 0 {
        out.push(b',');
    }
}

/// The layers of a batch by their names, see [`allowed`].
pub(super) fn batch_layers(names: &[String]) -> Result<Vec<LayerId>, Problem> {
    let layers = names.iter().map(|name| layer_called("layers", name));
    allowed(layers.collect::<Result<_, _>>()?)
}

/// The layers of a batch: those named, each once, else the areas and the building; restricted ones are refused.
fn allowed(layers: Vec<LayerId>) -> Result<Vec<LayerId>, Problem> {
    if layers.is_empty() {
        return Ok(USUAL_LAYERS.to_vec());
    }
    let mut each: Vec<LayerId> = Vec::new();
    for layer in layers {
        if layer.schema().class == FieldClass::Restricted {
            return Err(Problem::restricted(layer.as_str()));
        }
        if !each.contains(&layer) {
            each.push(layer);
        }
    }
    if each.len() > MOST_LAYERS {
        return Err(Problem::parameter(
            "layers",
            format!("一次最多 {MOST_LAYERS} 个图层"),
            format!("at most {MOST_LAYERS} layers at once"),
        ));
    }
    Ok(each)
}

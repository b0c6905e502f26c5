//! `nearest`, `summary`, `search`: parameters in, one snapshot, one answer out.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use geo::BoundingRect;
use serde_json::{Value as Json, json};

use crate::api::json::{self, Selection};
use crate::api::params::Params;
use crate::api::past::Shown;
use crate::api::problem::Problem;
use crate::api::{AppState, answer, table, workers};
use crate::domain::{Feature, FieldClass};
use crate::geometry::measure::inner_point;
use crate::geometry::{BBox, LonLat};
use crate::map::MapSnapshot;
use crate::query::filter::Filter;
use crate::query::summary::Measure;
use crate::query::{nearest as near, search as find, summary as sum};

/// Nanoseconds to come to the next nearest record, estimated.
const NEAREST_NS: u64 = 300;

/// `GET /api/nearest?lon=&lat=&layer=[&limit=][&max_distance_m=][&filter=]`
pub(super) async fn nearest(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    app.workers
        .attempt({
            let map = app.map.current();
            move || nearest_on(&map, query.as_deref())
        })
        .await
}

fn nearest_on(map: &MapSnapshot, query: Option<&str>) -> Result<Response, Problem> {
    let mut params = Params::of(query)?;
    let (place, layer, limit) = (
        params.place()?,
        params.layer("layer")?,
        params.limit("limit", 10, 1000)?,
    );
    let (max_distance_m, filter) = (
        params.metres("max_distance_m", 21_000_000.0)?,
        params.text("filter"),
    );
    params.finish()?;
    let schema = layer.schema();
    if schema.class == FieldClass::Restricted {
        return Err(Problem::restricted(layer.as_str()));
    }
    if schema.geometry == crate::domain::GeometryKind::None {
        return Err(crate::query::QueryError::NoPlaces { layer }.into());
    }
    let filter = filter
        .map(|text| Filter::parse(&text, schema, FieldClass::Internal))
        .transpose()?;
    let table = map.layer(layer);
    let budget = workers::budget();
    let cost_ns = NEAREST_NS + filter.as_ref().map_or(0, Filter::cost_ns);
    budget.admit(table.len(), cost_ns)?;
    let accept = |feature: &Feature| {
        let accepted = budget.spend(cost_ns, || {
            filter.as_ref().is_none_or(|filter| filter.passes(feature))
        });
        budget.finish().map(|()| accepted)
    };
    let hits = near::nearest(table, place, limit, max_distance_m, accept)?;
    let wanted = Selection {
        fields: None,
        skip_geometry: false,
        up_to: FieldClass::Internal,
    };
    let features = hits.iter().map(|hit| {
        let mut told = json::feature(map, schema, &hit.feature, &wanted);
        if let Some(properties) = told.get_mut("properties").and_then(Json::as_object_mut) {
            properties.insert("distance_m".to_owned(), json!(hit.distance_m));
            properties.insert("bearing_deg".to_owned(), json!(hit.bearing_deg));
        }
        told
    });
    let features: Vec<Json> = features.collect();
    let body = json!({ "type": "FeatureCollection", "numberReturned": features.len(), "features": features });
    Ok(answer(map, "application/geo+json", body.to_string()))
}

/// `GET /api/summary?layer=&by=[&filter=][&measure=][&f=json|csv|geojson][&datetime=]`
pub(super) async fn summary(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let shown = Shown::of(&app, &mut params).await?;
    app.workers
        .attempt(move || summary_of(&shown, params))
        .await
}

fn summary_of(shown: &Shown, mut params: Params) -> Result<Response, Problem> {
    let (layer, by) = (params.layer("layer")?, params.layer("by")?);
    let (filter, measure, form) = (
        params.text("filter"),
        params.text("measure"),
        params.text("f"),
    );
    let cells = params.cells()?;
    params.finish()?;
    let schema = layer.schema();
    let measure_name = measure.unwrap_or_else(|| "count".to_owned());
    let measure = Measure::parse(&measure_name, schema)?;
    let filter = filter
        .map(|text| Filter::parse(&text, schema, FieldClass::Internal))
        .transpose()?;
    let map = &shown.map;
    let budget = workers::budget();
    let told = sum::summary(map, layer, by, filter.as_ref(), measure, &budget)?;
    let area = |area: &sum::Area| {
        json!({
            "id": area.feature.id.0, "code": &*area.feature.code, "name": &*area.feature.name,
            "count": area.count, "value": area.value, "suppressed": area.count.is_none(),
        })
    };
    match form.as_deref() {
        None | Some("json") => {
            let body = json!({
                "layer": layer.as_str(), "by": by.as_str(), "measure": measure_name, "revision": map.revision().0,
                "areas": told.areas.iter().map(area).collect::<Json>(), "total": told.total,
                "unplaced": told.unplaced, "suppressed_areas": told.suppressed,
            });
            Ok(shown.told(answer(map, "application/json", body.to_string())))
        }
        Some("geojson") => {
            let wanted = Selection {
                fields: Some(Vec::new()),
                skip_geometry: false,
                up_to: FieldClass::Public,
            };
            let features = told.areas.iter().map(|each| {
                let mut feature = json::feature(map, by.schema(), &each.feature, &wanted);
                if let Some(feature) = feature.as_object_mut() {
                    feature.insert("properties".to_owned(), area(each));
                }
                feature
            });
            let body =
                json!({ "type": "FeatureCollection", "features": features.collect::<Json>() });
            Ok(shown.told(answer(map, "application/geo+json", body.to_string())))
        }
        Some("csv") => {
            let table =
                table::summary_csv(&told, cells).map_err(|error| Problem::internal(&error))?;
            Ok(shown.told(answer(map, "text/csv; charset=utf-8", table)))
        }
        Some(_) => Err(Problem::parameter(
            "f",
            "f 应为 json、csv 或 geojson",
            "f must be json, csv or geojson",
        )),
    }
}

/// `GET /api/search?q=[&limit=]`
pub(super) async fn search(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let (asked, limit) = (params.text("q"), params.limit("limit", 20, 200)?);
    params.finish()?;
    let asked = asked.filter(|text| !text.trim().is_empty() && text.chars().count() <= 100);
    let asked = asked.ok_or_else(|| {
        Problem::parameter("q", "请输入 1 至 100 个字", "q takes 1 to 100 characters")
    })?;
    let map = app.map.current();
    app.workers
        .run(move || search_on(&map, &asked, limit))
        .await
}

fn search_on(map: &MapSnapshot, asked: &str, limit: usize) -> Response {
    let found = find::search(map, asked, limit);
    let results: Vec<Json> = found.hits.iter().map(search_result).collect();
    let body = json!({ "q": asked, "revision": map.revision().0, "numberMatched": found.matched, "results": results });
    answer(map, "application/json", body.to_string())
}

fn search_result(hit: &find::Hit) -> Json {
    let geometry = hit.feature.geometry.as_deref();
    let place = geometry.and_then(inner_point);
    let bbox = geometry
        .filter(|geometry| geometry.bounding_rect().is_some())
        .and_then(BBox::of);
    json!({
        "layer": hit.layer.as_str(), "id": hit.feature.id.0, "code": &*hit.feature.code, "name": hit.title,
        "address": hit.feature.text(hit.layer.schema(), "address"), "matched": format!("{:?}", hit.matched).to_lowercase(),
        "lon": place.map(LonLat::lon), "lat": place.map(LonLat::lat), "bbox": bbox.map(json::bbox),
    })
}

/// Any other address under `/api`.
pub(super) async fn nothing_here() -> Response {
    Problem::missing("没有这个地址", "there is nothing at this address").into_response()
}

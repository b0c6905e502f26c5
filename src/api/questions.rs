//! `locate`, `nearest`, `summary`, `search`: parameters in, one snapshot, one answer out.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use geo::BoundingRect;
use serde_json::{Map, Value as Json, json};

use crate::api::json::{self, Selection};
use crate::api::params::Params;
use crate::api::problem::Problem;
use crate::api::{AppState, answer, table};
use crate::domain::{Feature, FieldClass, LayerId};
use crate::geometry::measure::inner_point;
use crate::geometry::{BBox, LonLat};
use crate::map::MapSnapshot;
use crate::query::filter::Filter;
use crate::query::locate::{self, Relation};
use crate::query::summary::Measure;
use crate::query::{nearest as near, search as find, summary as sum};

/// `GET /api/locate?lon=&lat=[&crs=][&floor=][&accuracy_m=][&layers=]`
pub(super) async fn locate_one(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let ask = locate::Ask {
        place: params.place()?,
        floor: params.value("floor", ("楼层数", "a floor number"))?,
        accuracy_m: params.metres("accuracy_m", 10_000.0)?,
        layers: params.layers("layers")?,
    };
    params.finish()?;
    let map = app.map.current();
    let found = locate::locate(&map, &ask);
    let chain: Vec<Json> = found
        .chain
        .iter()
        .map(|link| {
            let share = found
                .candidates
                .iter()
                .find(|c| c.layer == link.layer && c.feature.id == link.feature.id);
            let mut told = record(link.layer, &link.feature);
            told.insert("relation".to_owned(), json!(relation(link.relation)));
            told.insert("distance_m".to_owned(), json!(link.distance_m));
            told.insert("derived".to_owned(), json!(link.derived));
            told.insert(
                "share".to_owned(),
                json!(share.map(|candidate| candidate.share)),
            );
            Json::Object(told)
        })
        .collect();
    let all = Selection {
        fields: None,
        skip_geometry: true,
        up_to: FieldClass::Restricted,
    };
    let schema = LayerId::HOUSEHOLDS.schema();
    let households = found.households.iter().map(|(household, how)| {
        let mut told = Map::from_iter([
            ("id".to_owned(), json!(household.id.0)),
            ("relation".to_owned(), json!(relation(*how))),
        ]);
        told.extend(json::properties(&map, schema, household, &all));
        Json::Object(told)
    });
    let posts = found.posts.iter().map(|responsible| {
        let post = |field: &str| json::value(responsible.post.attribute(LayerId::POSTS.schema(), field));
        json!({
            "code": &*responsible.post.code, "level": post("level"), "title": post("title"), "holder": post("holder"),
            "phone": post("phone"), "duties": post("duties"), "target_layer": responsible.layer.as_str(),
            "target_code": &*responsible.area.code, "target_name": &*responsible.area.name,
        })
    });
    let candidates = found.candidates.iter().map(|candidate| {
        let mut told = record(candidate.layer, &candidate.feature);
        told.insert("share".to_owned(), json!(candidate.share));
        Json::Object(told)
    });
    let body = json!({
        "revision": map.revision().0, "lon": ask.place.lon(), "lat": ask.place.lat(), "chain": chain,
        "households": households.collect::<Json>(), "households_matched": found.households.len(),
        "posts": posts.collect::<Json>(), "candidates": candidates.collect::<Json>(),
    });
    Ok(answer(&map, "application/json", body.to_string()))
}

fn record(layer: LayerId, feature: &Feature) -> Map<String, Json> {
    let kind = layer
        .schema()
        .field("kind")
        .map(|field| json::value(feature.attribute(layer.schema(), field.name)));
    Map::from_iter([
        ("layer".to_owned(), json!(layer.as_str())),
        ("id".to_owned(), json!(feature.id.0)),
        ("code".to_owned(), json!(&*feature.code)),
        ("name".to_owned(), json!(&*feature.name)),
        ("kind".to_owned(), kind.unwrap_or_default()),
    ])
}

fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Inside => "inside",
        Relation::Boundary => "boundary",
        Relation::Near => "near",
    }
}

/// `GET /api/nearest?lon=&lat=&layer=[&limit=][&max_distance_m=][&filter=]`
pub(super) async fn nearest(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::of(query.as_deref())?;
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
    let map = app.map.current();
    let accept = |feature: &Feature| filter.as_ref().is_none_or(|filter| filter.passes(feature));
    let hits = near::nearest(map.layer(layer), place, limit, max_distance_m, accept);
    let wanted = Selection {
        fields: None,
        skip_geometry: false,
        up_to: FieldClass::Internal,
    };
    let features = hits.iter().map(|hit| {
        let mut told = json::feature(&map, schema, &hit.feature, &wanted);
        if let Some(properties) = told.get_mut("properties").and_then(Json::as_object_mut) {
            properties.insert("distance_m".to_owned(), json!(hit.distance_m));
            properties.insert("bearing_deg".to_owned(), json!(hit.bearing_deg));
        }
        told
    });
    let features: Vec<Json> = features.collect();
    let body = json!({ "type": "FeatureCollection", "numberReturned": features.len(), "features": features });
    Ok(answer(&map, "application/geo+json", body.to_string()))
}

/// `GET /api/summary?layer=&by=[&filter=][&measure=][&f=json|csv|geojson]`
pub(super) async fn summary(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let (layer, by) = (params.layer("layer")?, params.layer("by")?);
    let (filter, measure, form) = (
        params.text("filter"),
        params.text("measure"),
        params.text("f"),
    );
    params.finish()?;
    let schema = layer.schema();
    let measure_name = measure.unwrap_or_else(|| "count".to_owned());
    let measure = Measure::parse(&measure_name, schema)?;
    let filter = filter
        .map(|text| Filter::parse(&text, schema, FieldClass::Internal))
        .transpose()?;
    let map = app.map.current();
    let told = sum::summary(&map, layer, by, filter.as_ref(), measure)?;
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
            Ok(answer(&map, "application/json", body.to_string()))
        }
        Some("geojson") => {
            let wanted = Selection {
                fields: Some(Vec::new()),
                skip_geometry: false,
                up_to: FieldClass::Public,
            };
            let features = told.areas.iter().map(|each| {
                let mut feature = json::feature(&map, by.schema(), &each.feature, &wanted);
                if let Some(feature) = feature.as_object_mut() {
                    feature.insert("properties".to_owned(), area(each));
                }
                feature
            });
            let body =
                json!({ "type": "FeatureCollection", "features": features.collect::<Json>() });
            Ok(answer(&map, "application/geo+json", body.to_string()))
        }
        Some("csv") => {
            let table = table::summary_csv(&told).map_err(|error| Problem::internal(&error))?;
            Ok(answer(&map, "text/csv; charset=utf-8", table))
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
    let found = find::search(&map, &asked, limit);
    let results: Vec<Json> = found
        .hits
        .iter()
        .map(|hit| search_result(&map, hit))
        .collect();
    let body = json!({ "q": asked, "revision": map.revision().0, "numberMatched": found.matched, "results": results });
    Ok(answer(&map, "application/json", body.to_string()))
}

fn search_result(_map: &MapSnapshot, hit: &find::Hit) -> Json {
    let geometry = hit.feature.geometry.as_ref();
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

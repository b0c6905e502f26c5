//! The landing page and what the service conforms to.

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;

use crate::api::AppState;
use crate::api::collections::DOCUMENT;
use crate::api::forms::{self, Form};
use crate::api::items::told;
use crate::api::links::Base;
use crate::api::params::Params;
use crate::api::problem::Problem;
use crate::api::tilesets::VECTOR_TILESETS;

/// The conformance classes that are claimed: those of which `tests/service/conformance` runs every test, and those of CQL2 whose tables
/// `query/filter/standard_tests.rs` runs.
pub(super) const CLASSES: &[&str] = &[
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas31",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/features",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/update",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/optimistic-locking-etags",
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/schemas",
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/returnables-and-receivables",
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/sortables",
    "http://www.opengis.net/spec/ogcapi-features-8/1.0/conf/sortables",
    "http://www.opengis.net/spec/ogcapi-features-8/1.0/conf/sorting",
    "http://www.opengis.net/spec/ogcapi-features-8/1.0/conf/features-sorting",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/dataset-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/collections-selection",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/tms/2.0/conf/tilematrixset",
    "http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
    "http://www.opengis.net/spec/tms/2.0/conf/tilematrixsetlimits",
    "http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixsetlimits",
    "http://www.opengis.net/spec/tms/2.0/conf/tilesetmetadata",
    "http://www.opengis.net/spec/tms/2.0/conf/json-tilesetmetadata",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/accent-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
    "http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/arithmetic",
    "http://www.opengis.net/spec/cql2/1.0/conf/property-property",
];

/// `GET /api`
pub(super) async fn landing(
    State(app): State<AppState>,
    base: Base,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let form = forms::wanted(&mut params, &headers, &DOCUMENT)?;
    params.finish()?;
    let map = app.map.current();
    let json = Form::Json.media_type();
    let ogc = |name: &str| format!("http://www.opengis.net/def/rel/ogc/1.0/{name}");
    let mut links = base.own("/api", query.as_deref(), form, &DOCUMENT);
    links.extend([
        base.link(
            "service-desc",
            "/api/openapi.json",
            Form::OpenApi.media_type(),
            "接口说明 (OpenAPI 3.1)",
        ),
        base.link(
            "service-doc",
            "/api/docs",
            Form::Html.media_type(),
            "接口说明",
        ),
        base.link("conformance", "/api/conformance", json, "符合的标准"),
        base.link(&ogc("conformance"), "/api/conformance", json, "符合的标准"),
        base.link("data", "/api/collections", json, "图层"),
        base.link(&ogc("data"), "/api/collections", json, "图层"),
        base.link(&ogc("functions"), "/api/functions", json, "筛选可用的函数"),
        base.link(&ogc("catalogue"), "/api/catalogue", json, "目录与字段"),
        base.link(VECTOR_TILESETS, "/api/tiles", json, "矢量瓦片集"),
        base.link(
            &ogc("tiling-schemes"),
            "/api/tileMatrixSets",
            json,
            "瓦片矩阵集",
        ),
    ]);
    let body = json!({
        "title": app.title.0, "description": "社区民情图：图层、瓦片与空间查询", "links": links,
    });
    Ok(told(&map, form, &app.title.0, "/api", &body))
}

/// `GET /api/conformance`
pub(super) async fn conformance(
    State(app): State<AppState>,
    base: Base,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let form = forms::wanted(&mut params, &headers, &DOCUMENT)?;
    params.finish()?;
    let links = base.own("/api/conformance", query.as_deref(), form, &DOCUMENT);
    let body = json!({ "links": links, "conformsTo": CLASSES });
    Ok(told(
        &app.map.current(),
        form,
        "符合的标准",
        "/api/conformance",
        &body,
    ))
}

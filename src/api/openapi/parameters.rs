//! Every parameter of the service: its name, where it stands, what it takes.

use serde_json::{Value as Json, json};

use crate::api::ask::Paging;
use crate::api::systems;
use crate::domain::{LayerId, layers};

/// The parameter called `name` of the query.
pub(super) fn in_query(name: &str, required: bool, schema: &Json, description: &str) -> Json {
    let mut told = json!({
        "name": name, "in": "query", "required": required, "schema": schema, "description": description,
    });
    let is_list = schema.get("type").is_some_and(|kind| kind == "array");
    if let (true, Some(told)) = (is_list, told.as_object_mut()) {
        told.insert("style".to_owned(), json!("form"));
        told.insert("explode".to_owned(), json!(false));
    }
    told
}

/// The parameter called `name` of the path.
pub(super) fn in_path(name: &str, schema: &Json, description: &str) -> Json {
    json!({ "name": name, "in": "path", "required": true, "schema": schema, "description": description })
}

pub(super) fn text() -> Json {
    json!({ "type": "string", "minLength": 1 })
}

pub(super) fn number() -> Json {
    json!({ "type": "number" })
}

fn one_of(values: &[&str]) -> Json {
    json!({ "type": "string", "enum": values })
}

pub(super) fn form(values: &[&str]) -> Json {
    in_query("f", false, &one_of(values), "答复的格式；不写时按 Accept")
}

/// Whether text in CSV stays as it is.
pub(super) fn raw() -> Json {
    let schema = json!({ "type": "boolean", "default": false });
    let words = "仅用于 CSV：文本原样输出。不写时，以 = + - @ 或制表符等开头的文本前加 '，以免表格软件当作公式";
    in_query("raw", false, &schema, words)
}

pub(super) fn limit(usual: usize, most: usize) -> Json {
    let schema = json!({ "type": "integer", "minimum": 1, "maximum": most, "default": usual });
    in_query("limit", false, &schema, "最多几条；超过上限时按上限")
}

pub(super) fn layer_names() -> Json {
    let names: Vec<_> = layers::known()
        .iter()
        .map(|schema| schema.id.as_str())
        .collect();
    one_of(&names)
}

pub(super) fn layer() -> Json {
    in_path("layer", &layer_names(), "图层")
}

pub(super) fn id() -> Json {
    in_path(
        "id",
        &json!({ "type": "integer", "minimum": 1 }),
        "记录编号",
    )
}

pub(super) fn filter() -> Json {
    let schema = json!({ "type": "string", "minLength": 1, "format": "cql2-text" });
    in_query("filter", false, &schema, "CQL2 筛选条件")
}

/// The names of layers, with commas between them.
pub(super) fn layer_list() -> Json {
    json!({ "type": "array", "minItems": 1, "items": layer_names() })
}

/// The names of properties, with commas between them.
pub(super) fn property_list() -> Json {
    json!({ "type": "array", "minItems": 1, "items": { "type": "string", "pattern": "^[A-Za-z_0-9]+$" } })
}

/// A moment, or an interval of two with `..` or nothing for an open end.
const MOMENTS: &str = "^((\\d{4}-\\d{2}-\\d{2}T[0-9:.]+(Z|[+-]\\d{2}:\\d{2}))|\\.\\.)?/?((\\d{4}-\\d{2}-\\d{2}T[0-9:.]+(Z|[+-]\\d{2}:\\d{2}))|\\.\\.)?$";

/// The moment whose map is asked.
pub(super) fn datetime() -> Json {
    let words =
        "那一时刻的地图；时段以其终点为准，例如 2026-03-01T00:00:00Z 或 2026-03-01T00:00:00Z/..";
    let schema = json!({ "type": "string", "format": "moment-or-interval", "pattern": MOMENTS });
    in_query("datetime", false, &schema, words)
}

/// The key by which a write that is sent twice is done once.
pub(super) fn idempotency_key() -> Json {
    json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "schema": { "type": "string", "pattern": "^[!-~]{1,255}$" },
        "description": "同一个键重复提交只做一次",
    })
}

/// The reference system of the shape that is sent.
pub(super) fn content_crs() -> Json {
    json!({
        "name": "Content-Crs", "in": "header", "required": false,
        "schema": { "type": "string", "enum": systems::uris() }, "description": "所提交图形的坐标系；不写即 CRS84",
    })
}

/// A reference system by its URI.
pub(super) fn system(name: &str, description: &str) -> Json {
    let schema = json!({ "type": "string", "format": "uri", "enum": systems::uris() });
    in_query(name, false, &schema, description)
}

/// The properties of a record that are wanted.
pub(super) fn selection() -> Vec<Json> {
    vec![
        in_query(
            "properties",
            false,
            &property_list(),
            "只要这些属性，以逗号分隔",
        ),
        in_query(
            "skipGeometry",
            false,
            &json!({ "type": "boolean", "default": false }),
            "不要图形",
        ),
    ]
}

/// The parameters of `items`, without those of the properties, which differ by layer and are in its queryables.
pub(super) fn records() -> Vec<Json> {
    let bbox = json!({ "type": "array", "oneOf": [
        { "minItems": 4, "maxItems": 4 }, { "minItems": 6, "maxItems": 6 },
    ], "items": { "type": "number" } });
    let order = json!({ "type": "array", "minItems": 1, "items": { "type": "string", "pattern": "^[+-]?[A-Za-z_0-9]+$" } });
    let languages =
        json!({ "type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text" });
    let mut all = vec![
        form(&["geojson", "html", "csv", "fgb"]),
        raw(),
        in_query(
            "bbox",
            false,
            &bbox,
            "范围：西,南,东,北（或含高程的 6 个数）；西大于东即跨 180° 经线",
        ),
        system("bbox-crs", "bbox 的坐标系"),
        system("crs", "答复的坐标系，轴序依其主管机构"),
        datetime(),
        limit(Paging::PAGES.usual, Paging::PAGES.most),
        in_query("cursor", false, &text(), "翻页标记，取自 next 链接"),
        in_query(
            "offset",
            false,
            &json!({ "type": "integer", "minimum": 0, "default": 0 }),
            "跳过前若干条；翻页宜用 next 链接，其间有增删也不会错位",
        ),
        filter(),
        in_query(
            "area",
            false,
            &json!({ "type": "string", "pattern": "^[a-z_]+:.+$", "examples": ["communities:610113902016"] }),
            "只要属于这些区域的记录，写作“图层:编码”，几个编码以逗号分隔；归属与 /api/summary 的计数一致",
        ),
        in_query("filter-lang", false, &languages, "filter 的写法"),
        system("filter-crs", "filter 中坐标的坐标系"),
        in_query(
            "sortby",
            false,
            &order,
            "按这些属性排序，以逗号分隔；前加 - 为从大到小，未知者在后",
        ),
    ];
    all.extend(selection());
    let dynamic = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    all.push(json!({
        "name": "queryables", "in": "query", "required": false, "style": "form", "explode": true, "schema": dynamic,
        "description": "queryables 所列的任一属性等于此值，例如 level=red",
    }));
    all
}

/// A place.
pub(super) fn place() -> Vec<Json> {
    vec![
        in_query("lon", true, &number(), "经度，或东坐标"),
        in_query("lat", true, &number(), "纬度，或北坐标"),
        in_query("crs", false, &named_system(), "坐标系；不写即 CRS84"),
    ]
}

/// A reference system by its name.
fn named_system() -> Json {
    let pattern = "^(CRS84|EPSG:(4326|4490|3857|449[1-9]|45[0-4][0-9]|455[0-4]|326(0[1-9]|[1-5][0-9]|60))|GCJ02|BD09|BD09MC)$";
    json!({ "type": "string", "pattern": pattern, "examples": ["CRS84", "EPSG:4545", "GCJ02"] })
}

/// The layers that areas are.
pub(super) fn by() -> Json {
    let areas = [
        LayerId::SUBDISTRICTS,
        LayerId::COMMUNITIES,
        LayerId::GRIDS,
        LayerId::COMPOUNDS,
        LayerId::BUILDINGS,
        LayerId::ENTRANCES,
    ];
    let names = areas.map(LayerId::as_str);
    in_query("by", true, &one_of(&names), "按哪一层汇总")
}

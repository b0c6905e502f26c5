//! Questions about the map, and its tiles.

use serde_json::json;

use super::super::parameters as take;
use super::super::parameters::{in_path, in_query};
use super::{GEOJSON, JSON, Operation, PLACED, WRONG, get};

pub(super) fn questions() -> Vec<Operation> {
    let layer = || in_query("layer", true, &take::layer_names(), "图层");
    let number = |name, description| in_query(name, false, &take::number(), description);
    vec![
        get(
            "/api/locate",
            "locate",
            "此处属于哪些网格、楼栋、单元",
            JSON,
            WRONG,
        )
        .with(take::place())
        .with([
            in_query(
                "layers",
                false,
                &take::layer_list(),
                "只答这些图层，以逗号分隔",
            ),
            number("floor", "楼层"),
            number("accuracy_m", "定位精度，米"),
            take::datetime(),
        ]),
        get(
            "/api/locate",
            "locateMany",
            "许多点各属于哪里",
            &[
                "application/json",
                "text/csv",
                "application/vnd.apache.arrow.stream",
            ],
            &["400", "403", "413", "500"],
        )
        .writing(
            "post",
            &[
                "application/json",
                "text/csv",
                "application/vnd.apache.arrow.stream",
            ],
            "200",
        )
        .formed(Some("points"), Some("codes"))
        .with([in_query(
            "layers",
            false,
            &take::layer_list(),
            "答这些图层，以逗号分隔",
        )]),
        get(
            "/api/nearest",
            "nearest",
            "最近的记录，按米",
            GEOJSON,
            PLACED,
        )
        .with(take::place())
        .with([
            layer(),
            take::limit(10, 1000),
            number("max_distance_m", "最远几米"),
            take::filter(),
        ]),
        get(
            "/api/summary",
            "summary",
            "按区域汇总",
            &["application/json", "text/csv", "application/geo+json"],
            PLACED,
        )
        .with([
            layer(),
            take::by(),
            take::filter(),
            in_query(
                "measure",
                false,
                &json!({ "type": "string", "pattern": "^(count|share|(sum|mean):[a-z_]+)$" }),
                "count、share、sum:数字字段、mean:数字字段",
            ),
            take::form(&["json", "csv", "geojson"]),
            take::datetime(),
        ]),
        get(
            "/api/search",
            "search",
            "按编码、名称、地址、拼音查找",
            JSON,
            WRONG,
        )
        .with([
            in_query("q", true, &take::text(), "1 至 100 个字"),
            take::limit(20, 200),
        ]),
    ]
}

pub(super) fn tiles() -> Vec<Operation> {
    let layers = || {
        in_path(
            "layers",
            &take::text(),
            "图层，以逗号分隔；说明文件以 .json 结尾",
        )
    };
    let number = |name, description| {
        in_path(
            name,
            &json!({ "type": "integer", "minimum": 0 }),
            description,
        )
    };
    vec![
        get(
            "/tiles/{layers}",
            "tilejson",
            "瓦片的说明 (TileJSON 3.0)",
            JSON,
            &["400", "403", "404", "500"],
        )
        .with([layers()]),
        get(
            "/tiles/{layers}/{z}/{x}/{y}",
            "tile",
            "一个瓦片",
            &["application/vnd.mapbox-vector-tile", "application/geo+json"],
            &["400", "403", "404", "500"],
        )
        .or("204", "此处没有内容 (mvt)")
        .with([
            layers(),
            number("z", "级别，0 至 22"),
            number("x", "列"),
            in_path(
                "y",
                &json!({ "type": "string", "pattern": "^[0-9]+\\.(mvt|geojson)$" }),
                "行，以 .mvt 或 .geojson 结尾",
            ),
            take::filter(),
            in_query(
                "properties",
                false,
                &take::property_list(),
                "只要这些属性，以逗号分隔",
            ),
            in_query(
                "clip",
                false,
                &json!({ "type": "boolean", "default": true }),
                "是否裁切 (geojson)",
            ),
            take::datetime(),
        ]),
    ]
}

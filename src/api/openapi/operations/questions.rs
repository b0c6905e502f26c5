//! Questions about the map.

use serde_json::json;

use super::super::parameters as take;
use super::super::parameters::in_query;
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
        .with([
            in_query(
                "layers",
                false,
                &take::layer_list(),
                "答这些图层，以逗号分隔，至多 16 个",
            ),
            take::raw(),
        ]),
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
            take::raw(),
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

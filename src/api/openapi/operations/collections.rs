//! The service itself, its layers, their records and what became of them.

use serde_json::json;

use super::super::parameters as take;
use super::super::parameters::{in_path, in_query};
use super::{
    CREATED, DOCUMENT, GEOJSON, JSON, MISSING, NEGOTIATED, Operation, SCHEMA, WRITTEN, get,
};

pub(super) fn health() -> Vec<Operation> {
    let document = || [take::form(&["json", "html"])];
    vec![
        get(
            "/health/live",
            "live",
            "程序是否在运行",
            &["text/plain"],
            &[],
        ),
        get(
            "/health/ready",
            "ready",
            "地图是否可用，不可用时说明原因",
            JSON,
            &["503"],
        ),
        get(
            "/metrics",
            "metrics",
            "Prometheus 指标",
            &["application/openmetrics-text"],
            &["500"],
        ),
        get("/api", "landing", "首页", DOCUMENT, NEGOTIATED).with(document()),
        get(
            "/api/conformance",
            "conformance",
            "符合的标准",
            DOCUMENT,
            NEGOTIATED,
        )
        .with(document()),
        get(
            "/api/openapi.json",
            "openapi",
            "本说明",
            &[
                "application/vnd.oai.openapi+json;version=3.1",
                "application/json",
            ],
            NEGOTIATED,
        )
        .with([take::form(&["json"])]),
        get(
            "/api/docs",
            "docs",
            "本说明的网页",
            &["text/html"],
            NEGOTIATED,
        )
        .with([take::form(&["html"])]),
        get(
            "/api/catalogue",
            "catalogue",
            "目录：图层、字段与代码",
            JSON,
            &["500"],
        ),
    ]
}

pub(super) fn collections() -> Vec<Operation> {
    let document = || take::form(&["json", "html"]);
    let of = |path, id, summary, kinds| {
        get(path, id, summary, kinds, MISSING).with([take::layer(), document()])
    };
    vec![
        get(
            "/api/collections",
            "collections",
            "全部图层",
            DOCUMENT,
            NEGOTIATED,
        )
        .with([document()]),
        of(
            "/api/collections/{layer}",
            "collection",
            "一个图层",
            DOCUMENT,
        ),
        of(
            "/api/collections/{layer}/schema",
            "schema",
            "记录的结构",
            SCHEMA,
        ),
        of(
            "/api/collections/{layer}/queryables",
            "queryables",
            "可筛选的属性",
            SCHEMA,
        ),
        of(
            "/api/collections/{layer}/sortables",
            "sortables",
            "可排序的属性",
            SCHEMA,
        ),
        get(
            "/api/functions",
            "functions",
            "筛选条件中可用的函数",
            DOCUMENT,
            NEGOTIATED,
        )
        .with([document()]),
    ]
}

pub(super) fn records() -> Vec<Operation> {
    let (items, item) = (
        "/api/collections/{layer}/items",
        "/api/collections/{layer}/items/{id}",
    );
    let page = &[
        "application/geo+json",
        "text/html",
        "text/csv",
        "application/flatgeobuf",
    ];
    let seen = || {
        json!({
            "name": "If-Match", "in": "header", "required": true,
            "schema": { "type": "string", "pattern": "^(\\*|(W/)?\"[!#-~]{0,40}\"(, ?(W/)?\"[!#-~]{0,40}\")*)$" },
            "description": "所见的实体标签 ETag，即修订号，例如 \"12\"；可列多个，* 为不论",
        })
    };
    let mut one = vec![
        take::layer(),
        take::id(),
        take::form(&["geojson", "html"]),
        take::system("crs", "答复的坐标系"),
        take::datetime(),
    ];
    one.extend(take::selection());
    vec![
        get(items, "items", "记录，逐页", page, MISSING)
            .with([take::layer()])
            .with(take::records()),
        get(items, "createItem", "新增一条记录", GEOJSON, CREATED)
            .writing("post", GEOJSON, "201")
            .formed(Some("newFeature"), Some("feature"))
            .with([take::layer(), take::idempotency_key(), take::content_crs()]),
        get(
            item,
            "item",
            "一条记录",
            &["application/geo+json", "text/html"],
            MISSING,
        )
        .with(one),
        get(item, "replaceItem", "替换一条记录", GEOJSON, WRITTEN)
            .writing("put", GEOJSON, "200")
            .formed(Some("newFeature"), Some("feature"))
            .with([take::layer(), take::id(), seen(), take::content_crs()]),
        get(
            item,
            "patchItem",
            "修改一条记录的若干属性 (JSON Merge Patch)",
            GEOJSON,
            WRITTEN,
        )
        .writing("patch", &["application/merge-patch+json"], "200")
        .formed(Some("featurePatch"), Some("feature"))
        .with([take::layer(), take::id(), seen(), take::content_crs()]),
        get(item, "deleteItem", "删除一条记录", &[], WRITTEN)
            .writing("delete", &[], "204")
            .with([take::layer(), take::id(), seen()]),
    ]
}

pub(super) fn history() -> Vec<Operation> {
    let since = json!({ "type": "integer", "minimum": 0 });
    let moment = json!({ "type": "string", "format": "date-time" });
    vec![
        get("/api/collections/{layer}/items/{id}/versions", "versions", "一条记录的历次版本", JSON, &["400", "404", "503", "500"])
            .with([take::layer(), take::id()]),
        get("/api/collections/{layer}/changes", "difference", "两个时刻之间的变化", GEOJSON, &["400", "404", "503", "500"])
            .with([
                take::layer(),
                in_query("from", true, &moment, "起始时刻"),
                in_query("to", false, &moment, "终止时刻；不写即现在"),
                take::limit(1000, 10_000),
                in_query("cursor", false, &since, "翻页标记，取自 next 链接"),
            ]),
        get("/api/events", "events", "变化的事件流；断线后以 Last-Event-ID 接续", &["text/event-stream"], &["400", "503", "500"])
            .with([
                in_query("since", false, &since, "从这一修订号之后开始"),
                json!({
                    "name": "Last-Event-ID", "in": "header", "required": false,
                    "schema": { "type": "string", "pattern": "^[0-9]{1,18}$" }, "description": "最后收到的事件编号",
                }),
            ]),
        get("/api/changes", "change", "一次提交多条修改，全部成功或全部不做", JSON, WRITTEN)
            .writing("post", JSON, "200")
            .formed(Some("changes"), Some("changed"))
            .with([take::idempotency_key()]),
        get("/api/changes/{revision}/undo", "undoChange", "撤销一次修改，作为新的修改", JSON, WRITTEN)
            .writing("post", &[], "200")
            .with([in_path("revision", &since, "要撤销的修订号"), take::idempotency_key()]),
    ]
}

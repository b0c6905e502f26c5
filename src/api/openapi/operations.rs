//! Every operation of the router: what it takes, what it answers, what can be wrong.

use serde_json::{Map, Value as Json, json};

use super::parameters as take;
use super::parameters::{in_path, in_query};

/// One method of one address.
#[derive(Debug, Clone)]
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    parameters: Vec<Json>,
    /// The media types of a body.
    takes: &'static [&'static str],
    /// The status of success with the media types of its answer.
    gives: (&'static str, &'static [&'static str]),
    /// What else can come, each a problem.
    problems: &'static [&'static str],
}

const JSON: &[&str] = &["application/json"];
const GEOJSON: &[&str] = &["application/geo+json"];
const DOCUMENT: &[&str] = &["application/json", "text/html"];
const SCHEMA: &[&str] = &["application/schema+json", "text/html"];
const WRONG: &[&str] = &["400", "500"];
const NEGOTIATED: &[&str] = &["400", "406", "500"];
const MISSING: &[&str] = &["400", "404", "406", "500"];
const PLACED: &[&str] = &["400", "403", "500"];
const CREATED: &[&str] = &["400", "403", "404", "409", "413", "503", "500"];
const WRITTEN: &[&str] = &[
    "400", "403", "404", "409", "412", "413", "428", "503", "500",
];

fn get(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    gives: &'static [&'static str],
    problems: &'static [&'static str],
) -> Operation {
    Operation {
        method: "get",
        path,
        id,
        summary,
        parameters: Vec::new(),
        takes: &[],
        gives: ("200", gives),
        problems,
    }
}

impl Operation {
    fn with(mut self, parameters: impl IntoIterator<Item = Json>) -> Self {
        self.parameters.extend(parameters);
        self
    }

    fn writing(
        mut self,
        method: &'static str,
        takes: &'static [&'static str],
        status: &'static str,
    ) -> Self {
        self.method = method;
        self.takes = takes;
        self.gives.0 = status;
        self
    }

    /// Its parameters, each as OpenAPI has it.
    pub(super) fn parameters(&self) -> Vec<Json> {
        self.parameters.clone()
    }

    /// The operation as OpenAPI has it.
    pub(super) fn described(&self) -> Json {
        let mut answers = Map::new();
        answers.insert(self.gives.0.to_owned(), self.success());
        for status in self.problems {
            let content = json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/problem" } } });
            let told = json!({ "description": reason(status), "content": content });
            answers.insert((*status).to_owned(), told);
        }
        let mut told = json!({
            "operationId": self.id, "summary": self.summary, "parameters": self.parameters, "responses": answers,
        });
        if let (false, Some(told)) = (self.takes.is_empty(), told.as_object_mut()) {
            let content: Map<String, Json> = self.takes.iter().map(|kind| content(kind)).collect();
            let body = json!({ "required": true, "content": content });
            told.insert("requestBody".to_owned(), body);
        }
        told
    }

    fn success(&self) -> Json {
        let kinds: Map<String, Json> = self.gives.1.iter().map(|kind| content(kind)).collect();
        let header = |description: &str| json!({ "description": description, "schema": { "type": "string" } });
        let mut headers = json!({
            "minqing-revision": header("答复所依据的修订号"),
            "x-request-id": header("请求编号"),
            "ETag": header("版本标签"),
        });
        if let Some(headers) = headers.as_object_mut() {
            if self.path.contains("/items") && self.method == "get" {
                headers.insert("Content-Crs".to_owned(), header("答复的坐标系"));
            }
            if self.gives.0 == "201" {
                headers.insert("Location".to_owned(), header("新记录的地址"));
            }
        }
        let mut told = json!({ "description": "成功", "headers": headers });
        if let (false, Some(told)) = (kinds.is_empty(), told.as_object_mut()) {
            told.insert("content".to_owned(), json!(kinds));
        }
        told
    }
}

fn content(kind: &str) -> (String, Json) {
    let schema = match kind {
        "application/geo+json" => json!({ "oneOf": [
            { "$ref": "#/components/schemas/feature" }, { "$ref": "#/components/schemas/featureCollection" },
        ] }),
        "application/json" | "application/schema+json" => json!({ "type": "object" }),
        "application/flatgeobuf"
        | "application/vnd.mapbox-vector-tile"
        | "application/vnd.apache.arrow.stream" => json!({}),
        _ => json!({ "type": "string" }),
    };
    (kind.to_owned(), json!({ "schema": schema }))
}

fn reason(status: &str) -> &'static str {
    match status {
        "400" => "参数或内容有误，errors 指明是哪一个",
        "403" => "受限信息，不在此处提供",
        "404" => "没有这个图层、记录或瓦片",
        "406" => "没有 Accept 所要求的格式",
        "409" => "与已有数据冲突",
        "412" => "数据已被他人修改，内含现修订号",
        "413" => "内容过大",
        "428" => "缺少 If-Match",
        "503" => "暂时不可用，见 Retry-After",
        _ => "服务内部错误",
    }
}

/// Every operation, in the order of the router.
pub(super) fn all() -> Vec<Operation> {
    let mut all = health();
    all.extend(collections());
    all.extend(records());
    all.extend(questions());
    all.extend(tiles());
    all
}

fn health() -> Vec<Operation> {
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
            &["application/vnd.oai.openapi+json;version=3.1"],
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

fn collections() -> Vec<Operation> {
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

fn records() -> Vec<Operation> {
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
            "name": "If-Match", "in": "header", "required": true, "schema": { "type": "string" },
            "description": "所见的修订号，例如 \"12\"",
        })
    };
    let mut one = vec![
        take::layer(),
        take::id(),
        take::form(&["geojson", "html"]),
        take::system("crs", "答复的坐标系"),
    ];
    one.extend(take::selection());
    vec![
        get(items, "items", "记录，逐页", page, MISSING)
            .with([take::layer()])
            .with(take::records()),
        get(items, "createItem", "新增一条记录", GEOJSON, CREATED)
            .writing("post", GEOJSON, "201")
            .with([take::layer()]),
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
            .with([take::layer(), take::id(), seen()]),
        get(item, "deleteItem", "删除一条记录", &[], WRITTEN)
            .writing("delete", &[], "204")
            .with([take::layer(), take::id(), seen()]),
    ]
}

fn questions() -> Vec<Operation> {
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
            in_query("layers", false, &take::text(), "只答这些图层，以逗号分隔"),
            number("floor", "楼层"),
            number("accuracy_m", "定位精度，米"),
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
            &["400", "413", "500"],
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
        .with([in_query(
            "layers",
            false,
            &take::text(),
            "Arrow：答这些图层，以逗号分隔",
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
                &take::text(),
                "count、share、sum:数字字段、mean:数字字段",
            ),
            take::form(&["json", "csv", "geojson"]),
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

fn tiles() -> Vec<Operation> {
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
                &take::text(),
                "只要这些属性，以逗号分隔",
            ),
            in_query(
                "clip",
                false,
                &json!({ "type": "boolean", "default": true }),
                "是否裁切 (geojson)",
            ),
        ]),
    ]
}

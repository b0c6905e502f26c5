//! Every operation of the router: what it takes, what it answers, what can be wrong.

mod collections;
mod imports;
mod questions;
mod tiles;

use serde_json::{Map, Value as Json, json};

use super::schemas::reference;

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
    /// The component that a body of JSON is, where it has a form of its own.
    body: Option<&'static str>,
    /// The component that an answer of JSON is, likewise.
    answer: Option<&'static str>,
    /// The status of success with the media types of its answer.
    gives: (&'static str, &'static [&'static str]),
    /// Another status of success, and what it means.
    or: Option<(&'static str, &'static str)>,
    /// What else can come, each a problem.
    problems: &'static [&'static str],
}

const JSON: &[&str] = &["application/json"];
const GEOJSON: &[&str] = &["application/geo+json"];
const DOCUMENT: &[&str] = &["application/json", "text/html"];
const SCHEMA: &[&str] = &["application/schema+json", "text/html"];
const VECTOR_TILE: &str = "application/vnd.mapbox-vector-tile";
const WRONG: &[&str] = &["400", "500"];
const NEGOTIATED: &[&str] = &["400", "406", "500"];
const MISSING: &[&str] = &["400", "404", "406", "500"];
const PLACED: &[&str] = &["400", "403", "500"];
const CREATED: &[&str] = &[
    "400", "403", "404", "409", "413", "415", "422", "503", "500",
];
const WRITTEN: &[&str] = &[
    "400", "403", "404", "409", "412", "413", "415", "422", "428", "503", "500",
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
        body: None,
        answer: None,
        gives: ("200", gives),
        or: None,
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

    /// The components that its body and its answer are.
    const fn formed(mut self, body: Option<&'static str>, answer: Option<&'static str>) -> Self {
        self.body = body;
        self.answer = answer;
        self
    }

    /// Another status of success.
    const fn or(mut self, status: &'static str, meaning: &'static str) -> Self {
        self.or = Some((status, meaning));
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
        if let Some((status, meaning)) = self.or {
            let mut told = self.success();
            if let Some(told) = told.as_object_mut() {
                told.insert("description".to_owned(), json!(meaning));
                if status == "204" {
                    told.remove("content");
                }
            }
            answers.insert(status.to_owned(), told);
        }
        for status in self.problems {
            let content = json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/problem" } } });
            let told = json!({ "description": reason(status), "content": content });
            answers.insert((*status).to_owned(), told);
        }
        let mut told = json!({
            "operationId": self.id, "summary": self.summary, "parameters": self.parameters, "responses": answers,
        });
        if let (false, Some(told)) = (self.takes.is_empty(), told.as_object_mut()) {
            let content: Map<String, Json> = self
                .takes
                .iter()
                .map(|kind| content(kind, self.body))
                .collect();
            let body = json!({ "required": true, "content": content });
            told.insert("requestBody".to_owned(), body);
        }
        told
    }

    fn success(&self) -> Json {
        let kinds: Map<String, Json> = self
            .gives
            .1
            .iter()
            .map(|kind| content(kind, self.answer))
            .collect();
        let header = |description: &str| json!({ "description": description, "schema": { "type": "string" } });
        let mut headers = json!({
            "minqing-revision": header("答复所依据的修订号"),
            "x-request-id": header("请求编号"),
            "ETag": header("版本标签"),
        });
        if let Some(headers) = headers.as_object_mut() {
            if self.path.contains("/items") && self.method == "get" {
                headers.insert("Content-Crs".to_owned(), header("答复的坐标系"));
                let left_out = header("f=fgb 时没有图形、因而未写入的记录数");
                headers.insert("minqing-left-out".to_owned(), left_out);
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

/// What a body of this kind is: the component `named` where it is JSON and has one.
fn content(kind: &str, named: Option<&str>) -> (String, Json) {
    let schema = match kind {
        "text/csv" | "text/html" | "text/plain" => json!({ "type": "string" }),
        _ if kind.contains("json") && named.is_some() => reference(named.unwrap_or_default()),
        "text/event-stream" => reference("event"),
        "application/geo+json" => json!({ "oneOf": [
            { "$ref": "#/components/schemas/feature" }, { "$ref": "#/components/schemas/featureCollection" },
        ] }),
        "application/json" | "application/schema+json" | "application/vnd.mapbox.tile+json" => {
            json!({ "type": "object" })
        }
        "application/flatgeobuf" | VECTOR_TILE | "application/vnd.apache.arrow.stream" => json!({}),
        _ if kind.contains("json") => json!({ "type": "object" }),
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
        "412" => {
            "前提条件不成立：数据已被他人修改（内含现修订号），或 If-None-Match 所排除的内容已存在"
        }
        "413" => "内容过大",
        "415" => "内容类型不对",
        "422" => "违反规则，或 Idempotency-Key 已用于另一次写入",
        "428" => "缺少 If-Match",
        "503" => "暂时不可用，见 Retry-After",
        _ => "服务内部错误",
    }
}

/// Every operation, in the order of the router.
pub(super) fn all() -> Vec<Operation> {
    let mut all = collections::health();
    all.extend(collections::collections());
    all.extend(collections::records());
    all.extend(collections::history());
    all.extend(imports::imports());
    all.extend(questions::questions());
    all.extend(tiles::plain());
    all.extend(tiles::of_the_standard());
    all
}

//! RFC 9457 problem details: the only place where an error becomes HTTP.

mod causes;
mod edge;
mod foreign;
mod pointed;

use std::cmp::Reverse;
use std::error::Error;
use std::fmt;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as Json, json};

use crate::api::batch::MOST_POINTS;
use crate::api::waiting::Stage;
use crate::api::weights::preferences;

pub(super) use foreign::json_zh;
pub(super) use pointed::Pointed;

/// One answer that says what was wrong, in both languages; [`in_the_callers_language`] chooses.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    slug: &'static str,
    zh: String,
    en: String,
    parameter: Option<Box<str>>,
    /// Each fault with its place in the body.
    faults: Vec<Pointed>,
    /// Further members; few answers have any.
    more: Option<Box<Map<String, Json>>>,
    /// After how many seconds it is worth trying again.
    retry_after_s: Option<u16>,
}

impl Problem {
    fn new(
        status: StatusCode,
        slug: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            status,
            slug,
            zh: zh.into(),
            en: en.into(),
            parameter: None,
            faults: Vec::new(),
            more: None,
            retry_after_s: None,
        }
    }

    /// A parameter or field that is malformed, out of range or unknown.
    pub fn parameter(name: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::BAD_REQUEST, "bad-parameter", zh, en);
        Self {
            parameter: Some(name.into()),
            ..problem
        }
    }

    /// Something that is not there.
    pub fn missing(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", zh, en)
    }

    /// Something that this answer may not say.
    pub fn restricted(what: &str) -> Self {
        let zh = format!("{what} 属于受限信息，不在此处提供；请按地点查询");
        Self::new(
            StatusCode::FORBIDDEN,
            "restricted",
            zh,
            format!("{what} is restricted; ask for the place instead"),
        )
    }

    /// A body that is not what the route takes.
    pub fn body(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-body", zh, en)
    }

    /// A body over the limit.
    pub fn too_much(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-much", zh, en)
    }

    /// More points than one request may ask for.
    pub(super) fn too_many_points() -> Self {
        Self::too_much(
            format!("一次最多 {MOST_POINTS} 个点"),
            format!("at most {MOST_POINTS} points at once"),
        )
    }

    /// A write without the revision that the writer has seen.
    pub fn precondition_required() -> Self {
        let zh = "修改需要 If-Match 头，写明所见修订号，例如 If-Match: \"12\"";
        let en =
            "a write needs If-Match with the revision that you have seen, such as If-Match: \"12\"";
        Self::new(
            StatusCode::PRECONDITION_REQUIRED,
            "precondition-required",
            zh,
            en,
        )
    }

    /// A condition of the request that does not hold.
    pub(super) fn precondition_failed(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "precondition-failed",
            zh,
            en,
        )
    }

    /// An answer in a form that the route does not have.
    pub(super) fn not_acceptable(offered: &str) -> Self {
        Self::new(
            StatusCode::NOT_ACCEPTABLE,
            "not-acceptable",
            format!("不提供 Accept 所要求的格式；可用：{offered}"),
            format!("no form that Accept takes; there are: {offered}"),
        )
    }

    /// A method that the route does not have.
    pub fn method() -> Self {
        let zh = "此地址不支持这种请求方法";
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method",
            zh,
            "this address does not take this method",
        )
    }

    /// Something that will pass.
    pub(super) fn unavailable(
        slug: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, slug, zh, en)
    }

    /// The same, with the time after which it is worth trying again.
    #[must_use]
    pub(super) const fn retry_after(mut self, seconds: u16) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// There is no map yet: what is going on, and how many records have been read.
    pub(super) fn not_ready(stage: &Stage, records: u64) -> Self {
        let (slug, zh, en) = match stage {
            Stage::Opening => (
                "not-ready",
                "数据存储正在打开，地图尚未载入".to_owned(),
                "the store is being opened; there is no map yet".to_owned(),
            ),
            Stage::Unreachable { reason } => (
                "not-ready",
                format!("数据库暂时无法连接，地图尚未载入，正在重试：{reason}"),
                format!("the store is not reached yet, it is tried again: {reason}"),
            ),
            Stage::MakingDemo => (
                "making-demo",
                "正在生成演示数据，地图尚未载入".to_owned(),
                "the demonstration data is being made; there is no map yet".to_owned(),
            ),
            Stage::Loading => (
                "loading",
                format!("地图正在载入，已读取 {records} 条记录"),
                format!("the map is loading; {records} records are read so far"),
            ),
            Stage::Indexing => (
                "loading",
                format!("地图正在载入，{records} 条记录已读取，正在建立索引"),
                format!("the map is loading; {records} records are read and are being indexed"),
            ),
        };
        Self::unavailable(slug, zh, en)
            .retry_after(2)
            .with("state", json!(slug))
            .with("records", json!(records))
    }

    /// Hides the cause from the caller and logs its whole chain, once.
    pub fn internal(cause: &(dyn Error + 'static)) -> Self {
        tracing::error!(error = cause, "request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "服务内部错误，已记入日志",
            "internal error; see the log",
        )
    }

    /// What the answer would say, in Chinese and English.
    pub(super) fn texts(&self) -> (&str, &str) {
        (&self.zh, &self.en)
    }

    /// Its status.
    pub(super) const fn status(&self) -> StatusCode {
        self.status
    }

    /// The answer in the language of the one who asked with `headers`.
    pub(super) fn answer(&self, headers: &HeaderMap) -> Response {
        self.render(reads_chinese(headers))
    }

    fn render(&self, chinese: bool) -> Response {
        let kind = [(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        )];
        let mut response = (self.status, kind, self.text(chinese)).into_response();
        if let Some(seconds) = self.retry_after_s {
            let seconds = HeaderValue::from(seconds);
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }

    /// The body of the answer.
    pub(super) fn text(&self, chinese: bool) -> String {
        let title = self.status.canonical_reason().unwrap_or("error");
        let title = if chinese {
            chinese_title(self.status)
        } else {
            title
        };
        let detail = if chinese { &self.zh } else { &self.en };
        let mut body = json!({
            "type": format!("/problems/{}", self.slug), "title": title, "status": self.status.as_u16(), "detail": detail,
        });
        if let (Some(parameter), Some(body)) = (&self.parameter, body.as_object_mut()) {
            body.insert(
                "errors".to_owned(),
                json!([{ "parameter": parameter, "detail": detail }]),
            );
        }
        if let Some(body) = body.as_object_mut() {
            if !self.faults.is_empty() {
                let faults = self.faults.iter().map(|fault| fault.render(chinese));
                body.insert("errors".to_owned(), faults.collect());
            }
            body.extend(self.more.iter().flat_map(|more| more.as_ref().clone()));
        }
        body.to_string()
    }
}

fn chinese_title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "请求有误",
        StatusCode::FORBIDDEN => "无权查看",
        StatusCode::NOT_FOUND => "没有找到",
        StatusCode::METHOD_NOT_ALLOWED => "请求方法不对",
        StatusCode::NOT_ACCEPTABLE => "没有这种格式",
        StatusCode::REQUEST_TIMEOUT => "请求超时",
        StatusCode::URI_TOO_LONG => "地址过长",
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => "请求头过大",
        StatusCode::MISDIRECTED_REQUEST => "主机名不对",
        StatusCode::CONFLICT => "与已有数据冲突",
        StatusCode::PRECONDITION_FAILED => "前提条件不成立",
        StatusCode::PRECONDITION_REQUIRED => "缺少修订号",
        StatusCode::PAYLOAD_TOO_LARGE => "内容过大",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "内容类型不对",
        StatusCode::UNPROCESSABLE_ENTITY => "内容不合规则",
        StatusCode::SERVICE_UNAVAILABLE => "暂时不可用",
        _ => "服务出错",
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.zh, self.en)
    }
}

impl Error for Problem {}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.render(false);
        response.extensions_mut().insert(self);
        response
    }
}

/// Whether the caller prefers Chinese to English by Accept-Language; Chinese where nothing is asked.
pub(super) fn reads_chinese(headers: &HeaderMap) -> bool {
    let weight = |language: &str| {
        let all = preferences(headers, header::ACCEPT_LANGUAGE).enumerate();
        let own = all.filter(|(_, each)| {
            let primary = each.value.split('-').next().unwrap_or_default();
            primary.eq_ignore_ascii_case(language)
        });
        // of two that are liked alike the first
        own.map(|(place, each)| (each.weight, Reverse(place))).max()
    };
    let (chinese, english) = (weight("zh"), weight("en"));
    english.is_none_or(|english| english.0 == 0 || chinese > Some(english))
}

/// Middleware: writes a [`Problem`] in the language of the one who asked.
pub(super) async fn in_the_callers_language(request: Request, next: Next) -> Response {
    let chinese = reads_chinese(request.headers());
    let mut response = next.run(request).await;
    let mut told = match response.extensions().get::<Problem>() {
        Some(problem) => problem.render(chinese),
        None if response.status() == StatusCode::METHOD_NOT_ALLOWED => {
            Problem::method().render(chinese)
        }
        // what a part of the framework refuses it says in its own words
        None if response.status().is_client_error() && !is_ours(response.headers()) => {
            Problem::of_status(response.status()).render(chinese)
        }
        None => return response,
    };
    if let Some(methods) = response.headers_mut().remove(header::ALLOW) {
        told.headers_mut().insert(header::ALLOW, methods);
    }
    told
}

fn is_ours(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes() == b"application/problem+json")
}

//! RFC 9457 problem details: the only place where an error becomes HTTP.

use std::error::Error;
use std::fmt;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as Json, json};

use crate::api::batch::MOST_POINTS;
use crate::geometry::PlaceError;
use crate::geometry::crs::CrsError;
use crate::import::ImportError;
use crate::query::QueryError;
use crate::store::StoreError;

/// One answer that says what was wrong, in both languages; [`in_the_callers_language`] chooses.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    slug: &'static str,
    zh: String,
    en: String,
    parameter: Option<String>,
    /// Each fault with its place in the body.
    faults: Vec<Pointed>,
    /// Further members.
    more: Map<String, Json>,
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
            more: Map::new(),
            retry_after_s: None,
        }
    }

    /// A parameter or field that is malformed, out of range or unknown.
    pub fn parameter(name: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::BAD_REQUEST, "bad-parameter", zh, en);
        Self {
            parameter: Some(name.to_owned()),
            ..problem
        }
    }

    /// Faults of what was sent, each with its place.
    pub(super) fn pointed(
        status: StatusCode,
        slug: &'static str,
        (zh, en): (String, String),
        faults: Vec<Pointed>,
    ) -> Self {
        Self {
            faults,
            ..Self::new(status, slug, zh, en)
        }
    }

    /// The same with a further member.
    #[must_use]
    pub(super) fn with(mut self, name: &str, value: Json) -> Self {
        self.more.insert(name.to_owned(), value);
        self
    }

    /// Whether it says that a record has moved on.
    pub(super) fn is_stale(&self) -> bool {
        self.status == StatusCode::PRECONDITION_FAILED
    }

    /// What it says, in Chinese and English.
    pub(super) fn said(&self) -> (String, String) {
        (self.zh.clone(), self.en.clone())
    }

    /// Each fault with its place.
    pub(super) fn into_faults(self) -> Vec<Pointed> {
        self.faults
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

    /// The store has not been reached since the start.
    pub(super) fn not_ready(reason: &str) -> Self {
        Self::unavailable(
            "not-ready",
            format!("数据库暂时无法连接，地图尚未载入，正在重试：{reason}"),
            format!("the store is not reached yet, it is tried again: {reason}"),
        )
        .retry_after(2)
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

    fn render(&self, chinese: bool) -> Response {
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
            body.extend(self.more.clone());
        }
        let kind = [(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        )];
        let mut response = (self.status, kind, body.to_string()).into_response();
        if let Some(seconds) = self.retry_after_s {
            let seconds = HeaderValue::from(seconds);
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

/// One fault of what was sent: a JSON pointer (RFC 6901) to its place, and what is wrong there.
#[derive(Debug, Clone)]
pub(super) struct Pointed {
    pub(super) pointer: String,
    pub(super) zh: String,
    pub(super) en: String,
    pub(super) more: Map<String, Json>,
}

impl Pointed {
    pub(super) fn new(
        pointer: impl Into<String>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            pointer: pointer.into(),
            zh: zh.into(),
            en: en.into(),
            more: Map::new(),
        }
    }

    #[must_use]
    pub(super) fn with(mut self, name: &str, value: Json) -> Self {
        self.more.insert(name.to_owned(), value);
        self
    }

    fn render(&self, chinese: bool) -> Json {
        let detail = if chinese { &self.zh } else { &self.en };
        let mut told = json!({ "pointer": self.pointer, "detail": detail });
        if let Some(told) = told.as_object_mut() {
            told.extend(self.more.clone());
        }
        told
    }
}

fn chinese_title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "请求有误",
        StatusCode::FORBIDDEN => "无权查看",
        StatusCode::NOT_FOUND => "没有找到",
        StatusCode::METHOD_NOT_ALLOWED => "请求方法不对",
        StatusCode::CONFLICT => "与已有数据冲突",
        StatusCode::PRECONDITION_FAILED => "数据已被他人修改",
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

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.render(false);
        response.extensions_mut().insert(self);
        response
    }
}

/// Whether the caller reads Chinese: `zh` before `en` in Accept-Language; Chinese where nothing is asked.
fn reads_chinese(headers: &HeaderMap) -> bool {
    let asked = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("zh");
    let first = asked
        .split(',')
        .map(str::trim)
        .find(|tag| tag.starts_with("zh") || tag.starts_with("en"));
    first.is_none_or(|tag| tag.starts_with("zh"))
}

/// Middleware: writes a [`Problem`] in the language of the one who asked.
pub(super) async fn in_the_callers_language(request: Request, next: Next) -> Response {
    let chinese = reads_chinese(request.headers());
    let response = next.run(request).await;
    match response.extensions().get::<Problem>() {
        Some(problem) => problem.render(chinese),
        None if response.status() == StatusCode::METHOD_NOT_ALLOWED => {
            Problem::method().render(chinese)
        }
        None => response,
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        let en = error.to_string();
        match error {
            QueryError::BadFilter { .. } => {
                Self::parameter("filter", format!("筛选条件不是有效的 CQL2：{en}"), en)
            }
            QueryError::UnanswerableFilter { .. } => {
                Self::parameter("filter", format!("筛选条件无法执行：{en}"), en)
            }
            QueryError::NoSuchProperty {
                layer,
                property,
                known,
            } => Self::parameter(
                "filter",
                format!(
                    "{} 没有属性 {property}；可用：{known}",
                    layer.schema().title.zh
                ),
                en,
            ),
            QueryError::NoSuchFeature { layer, id } => Self::missing(
                format!("{} 没有编号为 {id} 的记录", layer.schema().title.zh),
                en,
            ),
            QueryError::NotAnArea { allowed, .. } => {
                Self::parameter("by", format!("只能按以下图层汇总：{allowed}"), en)
            }
            QueryError::BadMeasure { measure } => Self::parameter(
                "measure",
                format!(
                    "不认识的统计方式 {measure}；可用 count、share、sum:数字字段、mean:数字字段"
                ),
                en,
            ),
            QueryError::Restricted { what } => Self::restricted(&what),
            QueryError::NoPlaces { layer } => {
                Self::parameter("layer", format!("{}没有位置", layer.schema().title.zh), en)
            }
            QueryError::BadCursor { cursor } => Self::parameter(
                "cursor",
                format!("翻页标记 {cursor} 无效，请使用 next 链接"),
                en,
            ),
        }
    }
}

impl From<PlaceError> for Problem {
    fn from(error: PlaceError) -> Self {
        let name = if matches!(error, PlaceError::EmptyBox { .. }) {
            "bbox"
        } else {
            "lon"
        };
        Self::parameter(name, error.zh(), error.to_string())
    }
}

impl From<CrsError> for Problem {
    fn from(error: CrsError) -> Self {
        Self::parameter("crs", error.zh(), error.to_string())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::from(&error)
    }
}

impl From<&StoreError> for Problem {
    fn from(error: &StoreError) -> Self {
        let en = error.to_string();
        match error {
            StoreError::Stale { current, .. } => {
                let zh = format!("这条记录已被他人修改，现修订号为 {current}，请刷新后再改");
                Self::new(StatusCode::PRECONDITION_FAILED, "stale-revision", zh, en)
            }
            StoreError::NoSuchFeature { .. } => Self::missing("没有这条记录", en),
            StoreError::Duplicate { code, .. } => Self::new(
                StatusCode::CONFLICT,
                "duplicate",
                format!("编码 {code} 或其编号已存在"),
                en,
            ),
            StoreError::Busy => {
                Self::unavailable("store-busy", "其他程序正在写入，请稍后再试", en).retry_after(1)
            }
            StoreError::DiskFull => {
                Self::unavailable("disk-full", "磁盘已满，本次修改没有写入", en)
            }
            StoreError::ReadOnly => {
                Self::unavailable("read-only", "数据存储为只读，本次修改没有写入", en)
            }
            StoreError::Unavailable { .. } => {
                tracing::warn!(%error, "a write is refused");
                let zh = "数据库暂时无法连接，本次修改没有写入，请稍后再试";
                Self::unavailable("store-unavailable", zh, en).retry_after(2)
            }
            StoreError::InDoubt => {
                tracing::error!(%error, "a write is in doubt");
                let zh = "提交时数据库断开，不能确定是否已写入；请先查看，再决定是否重新提交";
                Self::unavailable("in-doubt", zh, en)
            }
            StoreError::OutOfScope { scope, .. } => Self::new(
                StatusCode::FORBIDDEN,
                "out-of-scope",
                format!("该记录不在本实例负责的区划 {scope} 之内，没有写入"),
                en,
            ),
            StoreError::BeforeHistory { first, .. } => {
                Self::missing(format!("历史记录自修订 {first} 起，更早的已无从得知"), en)
            }
            StoreError::NoSuchChange { revision } => {
                Self::missing(format!("没有修订号为 {revision} 的修改"), en)
            }
            StoreError::ChangedSince { records } => Self::new(
                StatusCode::CONFLICT,
                "changed-since",
                format!("有 {} 条记录之后又被修改，没有撤销", records.len()),
                en,
            ),
            StoreError::UnknownLocation { .. }
            | StoreError::Missing { .. }
            | StoreError::AlreadyThere { .. }
            | StoreError::NotAGeoPackage { .. }
            | StoreError::Foreign { .. }
            | StoreError::Newer { .. }
            | StoreError::Migration { .. }
            | StoreError::Damaged { .. }
            | StoreError::Refused { .. }
            | StoreError::NotABackup { .. }
            | StoreError::Program { .. }
            | StoreError::File { .. }
            | StoreError::Database { .. } => Self::internal(error),
        }
    }
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        let (zh, en) = (error.zh(), error.to_string());
        match &error {
            ImportError::Store(error) => Self::from(error),
            ImportError::Spool(_) | ImportError::Report(_) | ImportError::ReaderGone => {
                Self::internal(&error)
            }
            ImportError::Crs(error) => Self::from(error.clone()),
            ImportError::NoLayer
            | ImportError::NoSuchLayer { .. }
            | ImportError::BadMap { .. }
            | ImportError::NoSuchField { .. }
            | ImportError::BadValue { .. }
            | ImportError::NoSuchProfile { .. }
            | ImportError::BadProfileName
            | ImportError::PersonalProfile
            | ImportError::NoFile => Self::parameter(error.parameter(), zh, en),
            ImportError::TooLarge { .. } => Self::too_much(zh, en),
            ImportError::TooMany { .. } => {
                Self::unavailable("too-many-imports", zh, en).retry_after(60)
            }
            ImportError::NoSuchImport { .. } => Self::missing(zh, en),
            ImportError::Ingest(error) => Self::body(zh, error.en()),
            ImportError::NotNow { .. }
            | ImportError::Cancelled
            | ImportError::AlreadyThere { .. }
            | ImportError::ChangedSince { .. }
            | ImportError::UndoneAlready { .. } => {
                Self::new(StatusCode::CONFLICT, "import-conflict", zh, en)
            }
        }
    }
}

//! What is refused before anything is read: by its host, its origin, its size, its pace.

use axum::http::StatusCode;

use super::Problem;

impl Problem {
    /// A request that is addressed to another host.
    pub(in crate::api) fn misdirected(host: &str) -> Self {
        Self::new(
            StatusCode::MISDIRECTED_REQUEST,
            "misdirected",
            format!(
                "本服务不以“{host}”为名；请用 IP 地址或 localhost 访问，或以 --host 设置该名称"
            ),
            format!(
                "this service is not called {host:?}; use its IP address or localhost, or set the name by --host"
            ),
        )
    }

    /// A request whose host is missing, given twice or not well formed.
    pub(in crate::api) fn bad_host() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "bad-host",
            "请求应有且只有一个格式正确的 Host 头，并与请求地址一致",
            "a request needs one well-formed Host header that agrees with its target",
        )
    }

    /// More than one origin.
    pub(in crate::api) fn bad_origin() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "bad-origin",
            "请求只能有一个 Origin 头",
            "a request has one Origin header at most",
        )
    }

    /// A page of another origin that asks for what it may not have.
    pub(in crate::api) fn foreign_page() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "foreign-origin",
            "其他网站的网页不能修改数据，也不能读取非公开数据；确需如此的网站请以 --origin 设置",
            "a page of another origin may neither change anything nor read what is not public; list its origin by --origin where it should",
        )
    }

    /// A write that a form of any site could have sent.
    pub(in crate::api) fn not_from_a_form() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "media-type",
            "网页的写入请求应为 JSON 类型，或带有 minqing-request: 1 头",
            "a write of a page needs a JSON type or the header minqing-request: 1",
        )
    }

    /// A body of another media type than one of JSON.
    pub(in crate::api) fn not_json() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "media-type",
            "Content-Type 应为 application/json",
            "Content-Type must be application/json",
        )
    }

    /// An address that is too long.
    pub(in crate::api) fn target_too_long(most: usize) -> Self {
        Self::new(
            StatusCode::URI_TOO_LONG,
            "target-too-long",
            format!("请求地址过长，最多 {most} 字节"),
            format!("the address is too long; at most {most} bytes"),
        )
    }

    /// Headers that are too large or too many.
    pub(in crate::api) fn headers_too_large() -> Self {
        Self::new(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "headers-too-large",
            "请求头过大或过多",
            "the headers are too large or too many",
        )
    }

    /// A request that has not come in time.
    pub(in crate::api) fn too_slow() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "too-slow",
            "请求没有及时发送完毕",
            "the request did not come in time",
        )
    }

    /// A body that is larger than any that is read.
    pub(in crate::api) fn body_too_large(most: usize) -> Self {
        Self::too_much(
            format!("内容过大，最多 {} MiB", most >> 20),
            format!("the body is too large; at most {} MiB", most >> 20),
        )
    }

    /// What of a request could not be read, as far as the status says it.
    pub(in crate::api) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::missing("没有这个地址", "there is no such address"),
            StatusCode::METHOD_NOT_ALLOWED => Self::method(),
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_much("内容过大", "the body is too large"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                let (zh, en) = ("不支持这种内容类型", "this media type is not taken");
                Self::new(status, "media-type", zh, en)
            }
            StatusCode::BAD_REQUEST => Self::new(
                status,
                "bad-request",
                "请求的地址或内容无法读取",
                "the address or the body of the request cannot be read",
            ),
            other => Self::new(other, "refused", "请求被拒绝", "the request is refused"),
        }
    }

    /// Every connection is busy.
    pub(in crate::api) fn too_many_connections() -> Self {
        Self::unavailable(
            "too-many-connections",
            "连接过多，请稍后再试",
            "there are too many connections; try again later",
        )
        .retry_after(5)
    }

    /// What is no HTTP.
    pub(in crate::api) fn no_request() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "bad-request",
            "请求不符合 HTTP/1.1 格式",
            "this is no request of HTTP/1.1",
        )
    }
}

//! The conditions of requests (RFC 9110, 13): 304 to whoever has the answer, 412 to whoever has seen another.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use axum::middleware::Next;
use axum::response::IntoResponse;

use crate::api::entity_tags::{MalformedTags, Tags};
use crate::api::problem::Problem;

/// The headers of an answer that describe a body, which a 304 has none of.
const OF_A_BODY: [HeaderName; 7] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_RANGE,
    header::CONTENT_DISPOSITION,
    header::TRANSFER_ENCODING,
];

/// The conditions of a question, kept until its answer is there.
#[derive(Debug)]
pub(super) struct Known(Vec<HeaderValue>);

impl Known {
    /// What a question that only reads names in `If-None-Match`; `None` where it names nothing.
    pub(super) fn of(method: &Method, headers: &HeaderMap) -> Option<Self> {
        if !headers.contains_key(header::IF_NONE_MATCH) || !is_reading(method) {
            return None;
        }
        let lines = headers.get_all(header::IF_NONE_MATCH);
        Some(Self(lines.into_iter().cloned().collect()))
    }

    /// Whether the client has what `response` would bring.
    pub(super) fn has<B>(&self, response: &Response<B>) -> bool {
        // what is no list of tags is no condition
        response.status() == StatusCode::OK
            && Tags::of(&self.0).is_ok_and(|tags| {
                tags.is_some_and(|tags| tags.name(response.headers().get(header::ETAG)))
            })
    }
}

fn is_reading(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// The answer 304 to a client that has what `headers` describe.
pub(super) fn not_modified<B: Default>(mut headers: HeaderMap) -> Response<B> {
    for name in OF_A_BODY {
        headers.remove(name);
    }
    let mut response = Response::new(B::default());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    *response.headers_mut() = headers;
    response
}

/// Gives a compressed body a tag of its own where the tag promises the same bytes (RFC 9110, 8.8.3.3).
pub(super) fn tag_by_coding(headers: &mut HeaderMap) {
    let Some(coding) = headers.get(header::CONTENT_ENCODING) else {
        return;
    };
    let Some(tag) = headers.get(header::ETAG) else {
        return;
    };
    let (Ok(text), Ok(coding)) = (tag.to_str(), coding.to_str()) else {
        return;
    };
    let ending = format!("-{coding}\"");
    if text.starts_with("W/") || text.ends_with(&ending) {
        return;
    }
    let own = text.strip_suffix('"').map(|text| format!("{text}{ending}"));
    if let Some(Ok(own)) = own.map(HeaderValue::try_from) {
        headers.insert(header::ETAG, own);
    }
}

/// Middleware: a question with `If-Match` is answered where what is there is among what it names.
pub(super) async fn only_what_was_named(request: Request, next: Next) -> axum::response::Response {
    let asks = is_reading(request.method()) && request.headers().contains_key(header::IF_MATCH);
    if !asks {
        return next.run(request).await;
    }
    let lines = request.headers().get_all(header::IF_MATCH);
    let lines: Vec<HeaderValue> = lines.into_iter().cloned().collect();
    let named = match Tags::of(&lines) {
        Ok(named) => named,
        Err(MalformedTags) => return malformed(&header::IF_MATCH).into_response(),
    };
    let response = next.run(request).await;
    let current = response.headers().get(header::ETAG);
    let holds = named.is_none_or(|named| named.name(current));
    if holds || !response.status().is_success() {
        return response;
    }
    let current = current.cloned();
    let mut failed = changed().into_response();
    if let Some(current) = current {
        failed.headers_mut().insert(header::ETAG, current);
    }
    failed
}

/// Holds the conditions of a write to something that has no entity tag and `is_there` or not.
///
/// # Errors
/// 412 where they do not hold, 400 where they are none.
pub(super) fn untagged(headers: &HeaderMap, is_there: bool) -> Result<(), Problem> {
    let seen = Tags::of(headers.get_all(header::IF_MATCH));
    match seen.map_err(|_bad| malformed(&header::IF_MATCH))? {
        Some(Tags::Listed(_)) => return Err(changed()),
        Some(Tags::Any) if !is_there => return Err(changed()),
        _ => {}
    }
    let known = Tags::of(headers.get_all(header::IF_NONE_MATCH));
    match known.map_err(|_bad| malformed(&header::IF_NONE_MATCH))? {
        Some(Tags::Any) if is_there => Err(is_there_already()),
        _ => Ok(()),
    }
}

/// 400: the header `name` is no condition.
pub(super) fn malformed(name: &HeaderName) -> Problem {
    let name = if *name == header::IF_MATCH {
        "If-Match"
    } else {
        "If-None-Match"
    };
    Problem::parameter(
        name,
        format!("{name} 应为带引号的实体标签，例如 \"12\"，可用逗号分隔多个，或为 *"),
        format!(
            "{name} must be entity tags in quotation marks such as \"12\", separated by commas, or *"
        ),
    )
}

/// 412: what is there is not what `If-Match` names.
fn changed() -> Problem {
    Problem::precondition_failed(
        "现有内容与 If-Match 所列的都不相符",
        "what is there is none of what If-Match names",
    )
}

/// 412: what `If-None-Match` excludes is there.
pub(super) fn is_there_already() -> Problem {
    Problem::precondition_failed(
        "If-None-Match 所排除的内容已经存在",
        "what If-None-Match excludes is there",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_strong_tags_differ_by_coding_and_only_once() {
        for (tag, coding, expected) in [
            ("\"32\"", Some("zstd"), "\"32-zstd\""),
            ("\"32-html\"", Some("br"), "\"32-html-br\""),
            ("\"32-br\"", Some("br"), "\"32-br\""),
            ("\"32\"", None, "\"32\""),
            ("W/\"32\"", Some("gzip"), "W/\"32\""),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ETAG, HeaderValue::from_static(tag));
            if let Some(coding) = coding {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
            }
            tag_by_coding(&mut headers);
            assert_eq!(headers[header::ETAG], expected);
        }
    }

    #[test]
    fn what_has_no_tag_is_written_where_it_is_there_or_not() {
        let ask = |name: HeaderName, value: &'static str, is_there: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            untagged(&headers, is_there).is_ok()
        };
        for (name, value, there, absent) in [
            (header::IF_MATCH, "*", true, false),
            (header::IF_MATCH, "\"1\"", false, false),
            (header::IF_NONE_MATCH, "*", false, true),
            (header::IF_NONE_MATCH, "\"1\"", true, true),
            (header::IF_NONE_MATCH, "1", false, false),
        ] {
            assert_eq!(ask(name.clone(), value, true), there, "{name} {value}");
            assert_eq!(ask(name.clone(), value, false), absent, "{name} {value}");
        }
        assert!(untagged(&HeaderMap::new(), true).is_ok());
    }
}

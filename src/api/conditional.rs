//! Entity tags and the conditions on them (RFC 9110, 8.8.3 and 13).
//!
//! Tags are compared weakly everywhere, and without the name of a coding at their end: proxies that compress make a tag
//! weak or write `-gzip` into it, and what a writer has seen is the same record in every coding.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use axum::middleware::Next;
use axum::response::IntoResponse;
use thiserror::Error;

use crate::api::problem::Problem;

/// The codings that we and proxies name at the end of a tag.
const CODINGS: [&[u8]; 4] = [b"gzip", b"br", b"zstd", b"deflate"];

/// What stands between a tag and the coding.
const BEFORE_CODING: &[u8] = b"-;:";

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

/// A header that is neither `*` nor a list of entity tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the header is neither * nor a list of entity tags")]
pub(super) struct MalformedTags;

/// An entity tag.
#[derive(Debug, Clone, Copy)]
pub(super) struct EntityTag<'a> {
    /// What stands between the quotation marks, without a coding at its end.
    opaque: &'a [u8],
}

/// What `If-Match` or `If-None-Match` names.
#[derive(Debug, Clone)]
pub(super) enum Tags<'a> {
    /// `*`: whatever is there.
    Any,
    /// These.
    Listed(Vec<EntityTag<'a>>),
}

impl<'a> EntityTag<'a> {
    fn new(opaque: &'a [u8]) -> Self {
        Self {
            opaque: without_coding(opaque),
        }
    }

    /// The tag that `value` is, whole.
    fn of(value: &'a HeaderValue) -> Option<Self> {
        let (tag, rest) = Self::read(value.as_bytes())?;
        rest.is_empty().then_some(tag)
    }

    /// The tag at the start of `text`, and what follows it.
    fn read(text: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let text = text.strip_prefix(b"W/").unwrap_or(text);
        let text = text.strip_prefix(b"\"")?;
        let end = text.iter().position(|byte| *byte == b'"')?;
        let (opaque, rest) = text.split_at_checked(end)?;
        let is_right = |byte: &u8| matches!(byte, 0x21 | 0x23..=0x7E | 0x80..);
        if !opaque.iter().all(is_right) {
            return None;
        }
        let rest = rest.strip_prefix(b"\"")?;
        Some((Self::new(opaque), rest))
    }

    /// What the tag says, as text.
    pub(super) fn text(&self) -> Option<&'a str> {
        std::str::from_utf8(self.opaque).ok()
    }
}

impl<'a> Tags<'a> {
    /// What all lines of one header name; `None` where there is no line.
    ///
    /// # Errors
    /// [`MalformedTags`]; also where the list is empty.
    pub(super) fn of(
        lines: impl IntoIterator<Item = &'a HeaderValue>,
    ) -> Result<Option<Self>, MalformedTags> {
        let (mut is_there, mut any) = (false, 0_usize);
        let mut listed = Vec::new();
        for line in lines {
            is_there = true;
            let mut rest = line.as_bytes();
            loop {
                rest = without_blanks(rest, true);
                if rest.is_empty() {
                    break;
                }
                if let Some(after) = rest.strip_prefix(b"*") {
                    any += 1;
                    rest = after;
                } else {
                    let (tag, after) = EntityTag::read(rest).ok_or(MalformedTags)?;
                    listed.push(tag);
                    rest = without_coding_outside(after);
                }
                rest = without_blanks(rest, false);
                if !rest.is_empty() && !rest.starts_with(b",") {
                    return Err(MalformedTags);
                }
            }
        }
        match (is_there, any, listed.is_empty()) {
            (false, _, _) => Ok(None),
            (true, 1, true) => Ok(Some(Self::Any)),
            (true, 0, false) => Ok(Some(Self::Listed(listed))),
            _ => Err(MalformedTags),
        }
    }

    /// Whether they name a representation with the tag `current`, or any at all.
    fn name(&self, current: Option<&HeaderValue>) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(tags) => current.and_then(EntityTag::of).is_some_and(|current| {
                let mut tags = tags.iter();
                tags.any(|tag| tag.opaque == current.opaque)
            }),
        }
    }
}

/// Without blanks at the start, and without commas where a list may have empty elements.
fn without_blanks(text: &[u8], commas_too: bool) -> &[u8] {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t') || (commas_too && *byte == b',');
    let blanks = text.iter().take_while(|byte| is_blank(byte)).count();
    text.get(blanks..).unwrap_or_default()
}

/// Without the names of codings at the end.
fn without_coding(opaque: &[u8]) -> &[u8] {
    let mut left = opaque;
    while let Some(shorter) = CODINGS.iter().find_map(|coding| {
        let before = left.strip_suffix(*coding)?;
        let (last, before) = before.split_last()?;
        let is_mark = |byte: &u8| BEFORE_CODING.contains(byte);
        if !is_mark(last) {
            return None;
        }
        // one of the proxies writes the mark twice
        let twice = before.split_last().filter(|(last, _)| is_mark(last));
        Some(twice.map_or(before, |(_, before)| before))
    }) {
        left = shorter;
    }
    left
}

/// Without the name of a coding that a proxy has put after the quotation mark.
fn without_coding_outside(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| matches!(byte, b',' | b' '));
    let (word, rest) = text.split_at(end.unwrap_or(text.len()));
    if without_coding(word).is_empty() {
        rest
    } else {
        text
    }
}

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
    use proptest::prelude::*;

    use super::*;

    fn values(lines: &[&str]) -> Vec<HeaderValue> {
        let lines = lines.iter();
        lines
            .map(|line| HeaderValue::from_bytes(line.as_bytes()).unwrap())
            .collect()
    }

    fn named(lines: &[&str], current: &str) -> Result<Option<bool>, MalformedTags> {
        let lines = values(lines);
        let current = HeaderValue::from_str(current).unwrap();
        let tags = Tags::of(&lines)?;
        Ok(tags.map(|tags| tags.name(Some(&current))))
    }

    #[test]
    fn tags_are_found_in_lists_weak_and_with_what_proxies_add() {
        for current in ["\"32\"", "W/\"32\"", "\"32-zstd\""] {
            for lines in [
                &["\"32\""][..],
                &["W/\"32\""],
                &["*"],
                &["\"1\", \"32\""],
                &["\"1\",W/\"32\" ,, \"x\""],
                &["\"1\"", "\"32\""],
                &["", "\"32\""],
                &["\"a,b\", \"32\""],
                &["\"32-gzip\""],
                &["W/\"32-br\""],
                &["\"32;gzip\""],
                &["\"32--gzip\""],
                &["\"32:zstd\""],
                &["\"32-zstd-gzip\""],
                &["\"32\"-gzip"],
                &["\"32\";gzip, \"x\""],
                &["\"é\", \"32\""],
            ] {
                assert_eq!(named(lines, current), Ok(Some(true)), "{lines:?} {current}");
            }
            for lines in [
                &["\"3\""][..],
                &["\"321\""],
                &["\"\""],
                &["\"*\""],
                &["\"abc\""],
                &["\"32-html\""],
                &["\"32-html-gzip\""],
                &["\"-gzip\""],
                &["\"1,32\""],
                &["W/\"x\", \"y\""],
                &["\"32gzip\""],
            ] {
                assert_eq!(
                    named(lines, current),
                    Ok(Some(false)),
                    "{lines:?} {current}"
                );
            }
        }
        assert_eq!(named(&[], "\"32\""), Ok(None));
    }

    #[test]
    fn what_is_no_list_of_tags_is_refused_whole() {
        for lines in [
            &["32"][..],
            &[""],
            &[" , ,"],
            &["\"32"],
            &["32\""],
            &["w/\"32\""],
            &["W/32"],
            &["\"32\" \"33\""],
            &["\"32\"x"],
            &["\"32\"-foo"],
            &["\"3 2\""],
            &["*, \"32\""],
            &["\"32\", *"],
            &["*", "*"],
            &["**"],
            &["\"32\", abc"],
        ] {
            assert_eq!(named(lines, "\"32\""), Err(MalformedTags), "{lines:?}");
        }
    }

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

    proptest! {
        #[test]
        fn a_list_by_the_grammar_is_read_and_each_of_its_tags_found(
            all in prop::collection::vec(("[!#-~]{0,12}", any::<bool>(), "[ \t]{0,2}"), 1..6),
            lines in 1_usize..4,
        ) {
            let each: Vec<String> = all
                .iter()
                .map(|(opaque, is_weak, blank)| {
                    format!("{blank}{}\"{opaque}\"{blank}", if *is_weak { "W/" } else { "" })
                })
                .collect();
            let lines: Vec<String> = each.chunks(lines).map(|part| part.join(",")).collect();
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            for (opaque, _, _) in &all {
                prop_assert_eq!(named(&lines, &format!("\"{opaque}\"")), Ok(Some(true)));
            }
            let lines = values(&lines);
            match Tags::of(&lines) {
                Ok(Some(Tags::Listed(tags))) => prop_assert_eq!(tags.len(), all.len()),
                other => prop_assert!(false, "{other:?}"),
            }
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(line in prop::collection::vec(0x20_u8..=0xFF, 0..40)) {
            if let Ok(value) = HeaderValue::from_bytes(&line) {
                let _ = Tags::of([&value]).map(|tags| tags.map(|tags| tags.name(Some(&value))));
            }
        }
    }
}

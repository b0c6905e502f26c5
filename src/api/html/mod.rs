//! Pages made on the server: a document of the service as people read it. No script, nothing from elsewhere.
//!
//! A handler leaves a [`Page`] in its answer; [`in_the_readers_language`] writes it for the one who asked.

mod document;
mod words;

use std::borrow::Cow;
use std::fmt::Write;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::Value as Json;

use crate::api::openapi;
use crate::api::problem::reads_chinese;
pub(super) use document::MOST_ROWS;
use words::Words;

/// The style within every page, without what encloses it.
pub(super) const STYLE: &str = "body{margin:0;font:16px/1.6 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;color:#1d2733;background:#f6f7f9;overflow-wrap:anywhere}\
main,header{max-width:72rem;margin:0 auto;padding:1rem 1.5rem}header{padding-bottom:0;color:#4d5967;font-size:.9rem}\
h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.1rem;margin:1.5rem 0 .5rem}a{color:#0b5cad;text-decoration:underline;text-underline-offset:.15em}\
a:hover{text-decoration-thickness:.15em}:focus-visible{outline:.18rem solid #c2530a;outline-offset:.1rem}\
.scroll{overflow-x:auto;margin:.3rem 0}table{border-collapse:collapse;background:#fff;min-width:100%;overflow-wrap:normal}\
td,th{border:1px solid #dde2e8;padding:.3rem .6rem;text-align:left;vertical-align:top}th{background:#eef1f5;font-weight:600;white-space:nowrap}\
td{min-width:4rem}dl{margin:0;background:#fff;border:1px solid #dde2e8}dl>div{display:grid;grid-template-columns:minmax(7rem,14rem) minmax(0,1fr)}\
dl>div+div{border-top:1px solid #dde2e8}dt{padding:.3rem .6rem;background:#eef1f5;font-weight:600}dd{margin:0;padding:.3rem .6rem;min-width:0}\
code{background:#eef1f5;padding:.05rem .3rem;border-radius:.2rem}ul{margin:.3rem 0;padding-left:1.2rem}\
@media(max-width:40rem){main,header{padding-left:1rem;padding-right:1rem}dl>div{display:block}ul{padding-left:1rem}li{margin:.35rem 0}}";

/// A page that is not written yet: its language is known when the answer leaves.
#[derive(Debug, Clone)]
pub(super) struct Page {
    title: String,
    /// The address, which makes the way back.
    path: String,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    /// A JSON document: its members, its features as a table, its links.
    Document(Json),
    /// Every operation of the service.
    Operations,
}

impl Page {
    /// The page of a JSON document.
    pub(super) fn document(title: &str, path: &str, document: &Json) -> Self {
        Self {
            title: title.to_owned(),
            path: path.to_owned(),
            content: Content::Document(document.clone()),
        }
    }

    /// The page of all operations.
    pub(super) fn operations(title: &str, path: &str) -> Self {
        Self {
            title: title.to_owned(),
            path: path.to_owned(),
            content: Content::Operations,
        }
    }

    fn written(&self, words: &Words) -> String {
        let body = match &self.content {
            Content::Document(document) => document::body(words, document),
            Content::Operations => openapi::operations_page(&|zh| words.say(zh).into_owned()),
        };
        let mut way = format!("<a href=\"/\">{}</a>", words.say("民情图"));
        let mut so_far = String::new();
        for part in self.path.split('/').filter(|part| !part.is_empty()) {
            let _infallible = write!(so_far, "/{part}");
            let _infallible = write!(
                way,
                " / <a href=\"{}\">{}</a>",
                escaped(&so_far),
                escaped(part)
            );
        }
        let title = words.say(&self.title);
        let title = escaped(&title);
        format!(
            "<!DOCTYPE html>\n<html lang=\"{language}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
<title>{title}</title><style>{STYLE}</style></head>\n<body><header><nav aria-label=\"{nav}\">{way}</nav></header>\n<main><h1>{title}</h1>\n{body}\n</main></body></html>\n",
            language = words.language(),
            nav = words.say("所在位置"),
        )
    }
}

/// Middleware: writes a [`Page`] in the language of the one who asked.
pub(super) async fn in_the_readers_language(request: Request, next: Next) -> Response {
    let chinese = reads_chinese(request.headers());
    let mut response = next.run(request).await;
    let Some(page) = response.extensions_mut().remove::<Page>() else {
        return response;
    };
    let words = if chinese {
        Words::chinese()
    } else {
        Words::english()
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("accept-language"));
    headers.insert(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(words.language()),
    );
    let tag = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
    if !chinese
        && let Some(tag) = tag
        && let Ok(tag) = HeaderValue::try_from(format!("{}-en\"", tag.trim_end_matches('"')))
    {
        headers.insert(header::ETAG, tag);
    }
    *response.body_mut() = Body::from(page.written(&words));
    response
}

/// A table that scrolls by itself where it is wider than the page, with the keyboard too.
pub(super) fn scrolling(label: &str, table: &str) -> String {
    format!(
        "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"{}\">{table}</div>",
        escaped(label)
    )
}

/// `text` without letters that HTML takes for its own.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    Cow::Owned(safe)
}

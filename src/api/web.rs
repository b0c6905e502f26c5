//! The web app, built into the program. Its build has compressed each file once; a file goes out as it lies there.

use std::borrow::Cow;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{Embed, EmbeddedFile};

use crate::api::content_coding::{Coding, Wanted, tell_coding, wanted};
use crate::api::edge::styles_in;
use crate::api::problem::Problem;

#[derive(Embed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Assets;

/// The codings in which the build writes a file beside it, with the ends of their names.
const WRITTEN: [(Coding, &str); 2] = [(Coding::Brotli, ".br"), (Coding::Gzip, ".gz")];

/// The styles within the page of the web app, which the security policy has to name.
pub(super) fn inline_styles() -> Vec<String> {
    let page = Assets::get("index.html");
    page.map(|page| styles_in(&String::from_utf8_lossy(&page.data)))
        .unwrap_or_default()
}

/// The file of the web app at this address; the app itself at `/`.
pub(super) async fn asset(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    let is_copy = WRITTEN.iter().any(|(_, end)| path.ends_with(end));
    let Some(file) = Assets::get(path).filter(|_| !is_copy) else {
        return Problem::missing("没有这个页面", "there is no such page").into_response();
    };
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = Problem::method().into_response();
        let methods = HeaderValue::from_static("GET,HEAD");
        response.headers_mut().insert(header::ALLOW, methods);
        return response;
    }
    sent(path, file, request.headers())
}

fn sent(path: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let kind = HeaderValue::from_str(file.metadata.mimetype())
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    // names under /assets carry a hash of their content
    let lasting = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let tag = tag(&file);
    let (data, coding, has_copies) = chosen(path, file, headers);
    let mut response = Response::new(Body::from(bytes(data)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(lasting));
    if let Some(tag) = tag {
        headers.insert(header::ETAG, tag);
    }
    if has_copies {
        tell_coding(headers, coding);
    }
    response
}

/// The bytes to send and their coding, and whether there are copies in other codings at all.
fn chosen(
    path: &str,
    plain: EmbeddedFile,
    headers: &HeaderMap,
) -> (Cow<'static, [u8]>, Option<Coding>, bool) {
    let copies: Vec<(Coding, EmbeddedFile)> = WRITTEN
        .iter()
        .filter_map(|(coding, end)| Some((*coding, Assets::get(&format!("{path}{end}"))?)))
        .collect();
    let has_copies = !copies.is_empty();
    let offered: Vec<Coding> = copies.iter().map(|(coding, _)| *coding).collect();
    let coding = match wanted(headers, &offered) {
        Wanted::Coded(coding) | Wanted::Only(coding) => coding,
        Wanted::Identity => return (plain.data, None, has_copies),
    };
    let mut copies = copies.into_iter();
    match copies.find(|(own, _)| *own == coding) {
        Some((_, copy)) => (copy.data, Some(coding), has_copies),
        None => (plain.data, None, has_copies),
    }
}

/// The entity tag of a file as it is; in a coding it gets the name of that.
fn tag(file: &EmbeddedFile) -> Option<HeaderValue> {
    let hash = file.metadata.sha256_hash();
    let first: [u8; 8] = hash.first_chunk().copied()?;
    HeaderValue::try_from(format!("\"{:016x}\"", u64::from_be_bytes(first))).ok()
}

fn bytes(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(within) => Bytes::from_static(within),
        Cow::Owned(read) => Bytes::from(read),
    }
}

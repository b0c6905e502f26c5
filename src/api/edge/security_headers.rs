//! What every answer tells a browser about itself: its type is not guessed, it is in no frame, and a page runs nothing
//! but what the service brought along.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::api::{html, web};
use crate::ingest::REPORT_STYLE;

const CROSS_ORIGIN_RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const CROSS_ORIGIN_OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");

const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");
const DENY: HeaderValue = HeaderValue::from_static("DENY");
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
const CROSS_ORIGIN: HeaderValue = HeaderValue::from_static("cross-origin");

/// What is no page runs nothing, even where a browser is made to show it.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// The field app asks for the place; nothing else of the device is used.
const GEOLOCATION: HeaderValue =
    HeaderValue::from_static("geolocation=(self), camera=(), microphone=(), payment=(), usb=()");

/// The headers of pages, which depend on what is built in.
#[derive(Debug)]
pub(super) struct SecurityHeaders {
    /// What a page may load and run.
    page: HeaderValue,
}

impl SecurityHeaders {
    /// The styles within pages are known by their hashes, computed from what is built in.
    pub(super) fn new() -> Self {
        let mut styles = web::inline_styles();
        styles.extend([html::STYLE.to_owned(), REPORT_STYLE.to_owned()]);
        let mut hashes: Vec<String> = styles.iter().map(|style| source(style)).collect();
        hashes.sort_unstable();
        hashes.dedup();
        let policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self' {}; img-src 'self' data: blob:; font-src 'self'; \
             connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
             frame-ancestors 'none'",
            hashes.join(" ")
        );
        Self {
            page: HeaderValue::try_from(policy).unwrap_or(NOTHING),
        }
    }

    /// Those of an answer that is a page.
    pub(super) fn of_page(&self, headers: &mut HeaderMap) {
        put_usual(headers);
        headers.insert(header::CONTENT_SECURITY_POLICY, self.page.clone());
        headers.insert(CROSS_ORIGIN_OPENER, SAME_ORIGIN);
        headers.insert(PERMISSIONS, GEOLOCATION);
    }
}

/// Those of any other answer.
pub(in crate::api) fn of_data(headers: &mut HeaderMap) {
    put_usual(headers);
    headers.insert(header::CONTENT_SECURITY_POLICY, NOTHING);
}

fn put_usual(headers: &mut HeaderMap) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    headers.insert(header::REFERRER_POLICY, NO_REFERRER);
    headers.insert(header::X_FRAME_OPTIONS, DENY);
    headers.insert(CROSS_ORIGIN_RESOURCE, SAME_ORIGIN);
}

/// Says that pages of other origins may load the answer.
pub(super) fn open_to_all(headers: &mut HeaderMap) {
    headers.insert(CROSS_ORIGIN_RESOURCE, CROSS_ORIGIN);
}

/// A style as a policy names it.
fn source(style: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(style)))
}

/// The contents of the `style` elements of a page.
pub(in crate::api) fn styles_in(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once("<style") {
        let Some((_, after)) = after.split_once('>') else {
            break;
        };
        let Some((style, after)) = after.split_once("</style>") else {
            break;
        };
        found.push(style.to_owned());
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_each_style_that_is_in_it() {
        // the example of CSP Level 3 is of a script, the hash is made alike
        assert_eq!(
            source("alert('Hello, world.');"),
            "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
        );
        let page = "<style>a{}</style><p><style media=\"print\">b{}</style>";
        assert_eq!(styles_in(page), ["a{}", "b{}"]);
        assert_eq!(styles_in("<style>a{}"), Vec::<String>::new());
        let policy = SecurityHeaders::new().page;
        let policy = policy.to_str().unwrap();
        assert!(policy.contains(&source(html::STYLE)), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}

//! The headers that matter at the edge.

use axum::http::{HeaderMap, HeaderValue};

use super::OWN_REQUEST;
use super::proxy::Said;

/// The headers that matter here, found in one pass.
#[derive(Debug, Default)]
pub(super) struct Seen<'a> {
    pub(super) host: Option<&'a HeaderValue>,
    pub(super) hosts: usize,
    pub(super) origin: Option<&'a HeaderValue>,
    pub(super) origins: usize,
    pub(super) site: Option<&'a [u8]>,
    pub(super) mode: Option<&'a [u8]>,
    pub(super) dest: Option<&'a [u8]>,
    pub(super) kind: Option<&'a [u8]>,
    pub(super) has_cookie: bool,
    pub(super) has_own: bool,
    pub(super) takes_pages: bool,
    pub(super) said: Said<'a>,
}

impl<'a> Seen<'a> {
    pub(super) fn of(headers: &'a HeaderMap) -> Self {
        let mut seen = Self::default();
        for (name, value) in headers {
            match name.as_str() {
                "host" => {
                    seen.host = Some(value);
                    seen.hosts += 1;
                }
                "origin" => {
                    seen.origin = Some(value);
                    seen.origins += 1;
                }
                "sec-fetch-site" => seen.site = Some(value.as_bytes()),
                "sec-fetch-mode" => seen.mode = Some(value.as_bytes()),
                "sec-fetch-dest" => seen.dest = Some(value.as_bytes()),
                "content-type" => seen.kind = Some(value.as_bytes()),
                "cookie" => seen.has_cookie = true,
                OWN_REQUEST => seen.has_own = true,
                "accept" => {
                    let text = value.as_bytes();
                    seen.takes_pages |= text.windows(9).any(|part| part == b"text/html");
                }
                "forwarded" => seen.said.forwarded = Some(value),
                "x-forwarded-proto" => seen.said.proto = Some(value),
                "x-forwarded-host" => seen.said.host = Some(value),
                "x-forwarded-port" => seen.said.port = Some(value),
                "x-forwarded-prefix" => seen.said.prefix = Some(value),
                "x-forwarded-for" => seen.said.of = Some(value),
                _ => {}
            }
        }
        seen
    }
}

//! Who may ask at all: the host that a request is addressed to, the page that it comes from, the proxy that passes it on;
//! and what every answer says to browsers.
//!
//! There are no accounts yet, so whoever reaches the service may do everything. A browser on the same machine or in the
//! same network reaches it for every page that is open in it; what such a page may not do is kept from it here, before
//! anything is read.

mod activity;
mod address;
mod host;
mod mounted;
mod openness;
mod origin;
mod paced;
mod proxy;
mod raw;
mod security_headers;
mod seen;

use std::fmt;
use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderValue, Method, Uri, Version, header};

use crate::api::problem::Problem;

pub use activity::{Activity, Patience};
pub use host::HostName;
pub use origin::Origin;
pub use proxy::{BasePath, Network, Proxies};
pub use raw::raw_refusal;

pub(super) use mounted::under_the_base;
pub(super) use paced::Paced;
pub(super) use security_headers::{of_data, styles_in};

use host::Authority;
use openness::{Openness, openness};
use security_headers::{SecurityHeaders, open_to_all};
use seen::Seen;

/// A page says by it that it is not a form of another site; browsers do not let other origins send it.
pub(super) const OWN_REQUEST: &str = "minqing-request";

/// The longest target of a request, bytes.
const LONGEST_TARGET: usize = 48 << 10;

/// The headers that a page of another origin may send.
const SENT: HeaderValue = HeaderValue::from_static(
    "accept, accept-language, authorization, content-crs, content-type, idempotency-key, if-match, if-none-match, last-event-id, minqing-min-revision, minqing-request, prefer",
);

/// The headers that a page of another origin may read.
const TOLD: HeaderValue = HeaderValue::from_static(
    "allow, content-crs, etag, idempotency-replayed, link, location, minqing-as-of, minqing-before-history, minqing-history-from, minqing-revision, minqing-stale-seconds, minqing-warnings, retry-after, x-request-id",
);

const ANY: HeaderValue = HeaderValue::from_static("*");

/// What a page of any origin may do.
const READING: HeaderValue = HeaderValue::from_static("GET, HEAD");

/// The settings of the edge.
#[derive(Debug, Default, Clone)]
pub struct EdgeSettings {
    /// The names of the service, besides addresses and `localhost`.
    pub hosts: Vec<HostName>,
    /// Pages of these origins may do what our own may.
    pub origins: Vec<Origin>,
    /// Proxies whose word is taken.
    pub proxies: Proxies,
    /// The path under which the service is mounted.
    pub base_path: BasePath,
}

/// Who may ask, and what every answer says to browsers.
#[derive(Debug)]
pub struct Edge {
    settings: EdgeSettings,
    security: SecurityHeaders,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asking {
    /// A program, or one of our own pages that reads.
    Program,
    /// One of our own pages.
    OwnPage,
    /// A page of an origin that the settings list.
    ListedPage(HeaderValue),
    /// Any other page.
    ForeignPage,
}

/// Who asked first, as far as trusted proxies know it; among the extensions of a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Client(pub(super) IpAddr);

/// What of a request its answer depends on at the edge.
#[derive(Debug)]
pub(super) struct Admitted {
    asking: Asking,
    openness: Openness,
    /// Whether an answer without a type of its own may be one that a page is kept by.
    takes_pages: bool,
}

impl Edge {
    /// An edge with these settings.
    pub fn new(settings: EdgeSettings) -> Self {
        Self {
            settings,
            security: SecurityHeaders::new(),
        }
    }

    /// Whether `address` is that of a proxy which is believed.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.settings.proxies.trust(address)
    }

    /// Whether a request may be answered.
    ///
    /// # Errors
    /// 400 where its host is not well formed, 421 where it is not ours, 403 where a foreign page asks for what it may
    /// not have, 414 and 415.
    pub(super) fn admit(
        &self,
        peer: IpAddr,
        method: &Method,
        (uri, version): (&Uri, Version),
        headers: &HeaderMap,
    ) -> Result<Admitted, Problem> {
        let seen = Seen::of(headers);
        self.is_ours(uri, version, &seen)?;
        let length = uri.path().len() + uri.query().map_or(0, str::len);
        if length > LONGEST_TARGET {
            return Err(Problem::target_too_long(LONGEST_TARGET));
        }
        let asking = self.asking(peer, &seen)?;
        let (path, _) = self.within(peer, uri.path(), &seen);
        let openness = openness(path, uri.query());
        if matches!(*method, Method::GET | Method::HEAD) {
            let is_link = seen.mode == Some(b"navigate".as_slice())
                && seen.dest.is_none_or(|dest| dest == b"document");
            if asking == Asking::ForeignPage && openness == Openness::Closed && !is_link {
                return Err(Problem::foreign_page());
            }
        } else if *method != Method::OPTIONS {
            match asking {
                Asking::ForeignPage => return Err(Problem::foreign_page()),
                Asking::OwnPage | Asking::ListedPage(_) if !seen.has_own && !is_json(seen.kind) => {
                    return Err(Problem::not_from_a_form());
                }
                _ => {}
            }
        }
        Ok(Admitted {
            asking,
            openness,
            takes_pages: seen.takes_pages,
        })
    }

    /// Whether the request is addressed to this service.
    fn is_ours(&self, uri: &Uri, version: Version, seen: &Seen<'_>) -> Result<(), Problem> {
        let target = match uri.authority() {
            Some(target) => {
                let scheme = uri.scheme_str().unwrap_or("http");
                let is_web =
                    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
                let target = Authority::parse(target.as_str()).filter(|_| is_web);
                Some(target.ok_or_else(Problem::bad_host)?)
            }
            None => None,
        };
        let host = match (seen.hosts, seen.host) {
            (1, Some(host)) => {
                let host = host.to_str().ok().and_then(Authority::parse);
                Some(host.ok_or_else(Problem::bad_host)?)
            }
            // it was not asked for then
            (0, _) if version < Version::HTTP_11 => None,
            _ => return Err(Problem::bad_host()),
        };
        if let (Some(target), Some(host)) = (target, host)
            && !target.same(host, 80)
        {
            return Err(Problem::bad_host());
        }
        let mut each = host.iter().chain(&target);
        match each.find(|authority| !authority.is_ours(&self.settings.hosts)) {
            Some(foreign) => Err(Problem::misdirected(foreign.host)),
            None => Ok(()),
        }
    }

    fn asking(&self, peer: IpAddr, seen: &Seen<'_>) -> Result<Asking, Problem> {
        let is_elsewhere = match seen.site {
            None | Some(b"same-origin" | b"none") => false,
            Some(_) => true,
        };
        let Some(origin) = seen.origin else {
            return Ok(match seen.site {
                Some(_) if is_elsewhere => Asking::ForeignPage,
                None if !seen.has_cookie => Asking::Program,
                _ => Asking::OwnPage,
            });
        };
        if seen.origins > 1 {
            return Err(Problem::bad_origin());
        }
        let Some(page) = origin.to_str().ok().and_then(Origin::parse) else {
            return Ok(Asking::ForeignPage);
        };
        if self.settings.origins.contains(&page) {
            return Ok(Asking::ListedPage(origin.clone()));
        }
        let own = self.addressed(peer, seen);
        let own = Authority::parse(&own.host).map(|host| Origin::of(own.is_https, host));
        Ok(if own == Some(page) && !is_elsewhere {
            Asking::OwnPage
        } else {
            Asking::ForeignPage
        })
    }

    /// Puts on an answer what browsers need to know; `is_page` says whether it is HTML.
    pub(super) fn put(&self, admitted: Option<&Admitted>, is_page: bool, headers: &mut HeaderMap) {
        if is_page {
            self.security.of_page(headers);
        } else if !headers.contains_key(header::X_CONTENT_TYPE_OPTIONS) {
            of_data(headers);
        }
        let Some(admitted) = admitted else {
            return;
        };
        match &admitted.asking {
            Asking::ListedPage(origin) => {
                headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
                headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, TOLD);
                headers.append(header::VARY, HeaderValue::from_static("origin"));
                open_to_all(headers);
            }
            asking if admitted.openness == Openness::Public => {
                headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
                if *asking == Asking::ForeignPage {
                    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, TOLD);
                }
                open_to_all(headers);
            }
            _ if !self.settings.origins.is_empty() => {
                headers.append(header::VARY, HeaderValue::from_static("origin"));
            }
            _ => {}
        }
    }
}

impl Admitted {
    /// Says on an answer to OPTIONS what the page may do of `methods`, which the resource has.
    pub(super) fn grant(&self, methods: &HeaderValue, headers: &mut HeaderMap) {
        let granted = match self.asking {
            Asking::ListedPage(_) => methods.clone(),
            _ if self.openness == Openness::Public => READING,
            _ => return,
        };
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, granted);
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, SENT);
        headers.insert(
            header::ACCESS_CONTROL_MAX_AGE,
            HeaderValue::from_static("600"),
        );
    }
}

impl fmt::Display for Asking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Program => "a program",
            Self::OwnPage => "a page of our own",
            Self::ListedPage(_) => "a page of a listed origin",
            Self::ForeignPage => "a page of another origin",
        })
    }
}

/// What browsers run: pages, and scripts, whose policy is that of a worker which begins with them.
const RUNS: [&[u8]; 3] = [b"text/html", b"text/javascript", b"application/javascript"];

/// Whether an answer with these headers is run: by its type, or as one without a body may stand for.
pub(super) fn is_page(admitted: Option<&Admitted>, headers: &HeaderMap) -> bool {
    match headers.get(header::CONTENT_TYPE) {
        Some(kind) => RUNS.iter().any(|runs| kind.as_bytes().starts_with(runs)),
        None => admitted.is_some_and(|admitted| admitted.takes_pages),
    }
}

/// Whether the media type is one of JSON, which no form sends.
pub(super) fn is_json(kind: Option<&[u8]>) -> bool {
    let kind = kind.and_then(|kind| std::str::from_utf8(kind).ok());
    let kind = kind
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default();
    let kind = kind.trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

//! Where the service is for the one who asks, also through proxies and under a path.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, Uri};

use super::Edge;
use super::host::Authority;
use super::proxy::Said;
use super::seen::Seen;
use crate::api::links::Base;

const FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");

/// How the service is addressed by the one who asks.
#[derive(Debug)]
pub(super) struct Addressed {
    pub(super) is_https: bool,
    pub(super) host: String,
    prefix: String,
}

impl Edge {
    pub(super) fn addressed(&self, peer: IpAddr, seen: &Seen<'_>) -> Addressed {
        let is_trusted = !seen.said.is_nothing() && self.trusts(peer);
        let told = if is_trusted {
            seen.said.told()
        } else {
            Said::default().told()
        };
        let own = seen.host.and_then(|host| host.to_str().ok());
        let own = own.unwrap_or("localhost");
        let hosts = &self.settings.hosts;
        // where the names of the service are listed, a proxy has no others
        let known = told.host.as_deref().filter(|host| {
            hosts.is_empty() || Authority::parse(host).is_some_and(|host| host.is_ours(hosts))
        });
        let is_https = told.is_https.unwrap_or(false);
        let host = match Authority::parse(known.unwrap_or(own)) {
            Some(host) => {
                // a host that the proxy gives has the port of the client, ours has the port of the proxy
                let port = match (known.and(host.port), told.port) {
                    (Some(port), _) | (None, Some(port)) => Some(port),
                    (None, None) => host.port,
                };
                let usual = if is_https { 443 } else { 80 };
                let port = port.filter(|port| *port != usual);
                Authority { port, ..host }.to_string()
            }
            None => "localhost".to_owned(),
        };
        let prefix = told.prefix.unwrap_or(self.settings.base_path.as_str());
        Addressed {
            is_https,
            host,
            prefix: prefix.to_owned(),
        }
    }

    /// The path without what the service is mounted under, and whether that was in it.
    pub(super) fn within<'a>(
        &self,
        peer: IpAddr,
        path: &'a str,
        seen: &Seen<'_>,
    ) -> (&'a str, bool) {
        let told = (seen.said.prefix.is_some() && self.trusts(peer)).then(|| seen.said.told());
        let told = told.and_then(|told| told.prefix);
        for prefix in [told.unwrap_or_default(), self.settings.base_path.as_str()] {
            if !prefix.is_empty()
                && let Some(rest) = path.strip_prefix(prefix)
                && (rest.is_empty() || rest.starts_with('/'))
            {
                return (rest, true);
            }
        }
        (path, false)
    }

    /// The address under which the service is known to the one who asks.
    pub(in crate::api) fn base(&self, peer: IpAddr, headers: &HeaderMap) -> Base {
        let own = self.addressed(peer, &Seen::of(headers));
        let scheme = if own.is_https { "https" } else { "http" };
        Base::new(&format!("{scheme}://{}", own.host), &own.prefix)
    }

    /// The client, as far as trusted proxies know it.
    pub(in crate::api) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        Seen::of(headers).said.client(peer, &self.settings.proxies)
    }

    /// The target without what the service is mounted under, where that is in it; `Err` has the address to go to where
    /// only the final slash is missing.
    pub(in crate::api) fn mounted(
        &self,
        peer: IpAddr,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Option<Result<Uri, String>> {
        if self.settings.base_path.as_str().is_empty() && !headers.contains_key(FORWARDED_PREFIX) {
            return None;
        }
        let (path, was_there) = self.within(peer, uri.path(), &Seen::of(headers));
        if !was_there {
            return None;
        }
        let query = uri
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        if path.is_empty() {
            return Some(Err(format!("{}/{query}", uri.path())));
        }
        Some(
            format!("{path}{query}")
                .parse()
                .map_err(|_impossible| "/".to_owned()),
        )
    }
}

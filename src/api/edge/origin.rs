//! Origins of pages: the service's own, and those that the settings list.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::host::Authority;

/// Scheme, host and port of a page, as browsers send them in `Origin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

/// Why a text is no origin.
#[derive(Debug, Error)]
#[error(
    "{0:?} is no origin; one such as https://gis.example.gov.cn or http://10.1.2.3:8080 is needed, without a path"
)]
pub struct NotAnOrigin(String);

impl Origin {
    /// That of a page which `scheme` and `authority` address; the usual port of the scheme is left out.
    pub(super) fn of(is_https: bool, authority: Authority<'_>) -> Self {
        let (scheme, usual) = if is_https {
            ("https", 443)
        } else {
            ("http", 80)
        };
        let port = authority.port.filter(|port| *port != usual);
        Self(format!("{scheme}://{}", Authority { port, ..authority }))
    }

    /// `None` for `null` and whatever else is no address of a page.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        let is_https = scheme.eq_ignore_ascii_case("https");
        if !is_https && !scheme.eq_ignore_ascii_case("http") {
            return None;
        }
        Some(Self::of(is_https, Authority::parse(authority)?))
    }
}

impl FromStr for Origin {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        let plain = text.trim();
        let plain = plain.strip_suffix('/').unwrap_or(plain);
        Self::parse(plain).ok_or_else(|| NotAnOrigin(text.to_owned()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_the_same_in_any_case_and_with_its_usual_port() {
        let same = |a: &str, b: &str| Origin::parse(a).unwrap() == Origin::parse(b).unwrap();
        assert!(same("http://Map.Example", "HTTP://map.example:80"));
        assert!(same("https://[::1]:443", "https://[::1]"));
        assert!(!same("https://map.example", "http://map.example"));
        assert!(!same("http://map.example:8080", "http://map.example"));
    }

    #[test]
    fn what_is_no_origin_is_none() {
        for text in [
            "null",
            "",
            "file://",
            "http://",
            "ftp://a",
            "http://a/b",
            "http://a@b",
            "a",
            "*",
        ] {
            assert_eq!(Origin::parse(text), None, "{text}");
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
        assert!("https://gis.example.gov.cn/".parse::<Origin>().is_ok());
    }
}

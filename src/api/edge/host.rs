//! Which host a request is addressed to, and whether it is one of ours.
//!
//! A page whose name was rebound to this machine's address is of the same origin as the service in the eyes of the
//! browser; only the `Host` header, which no page can set, still names the other one.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use thiserror::Error;

/// The longest name that DNS has.
const LONGEST: usize = 253;

/// A host with its port, as `Host`, the request target and a proxy's headers give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Authority<'a> {
    /// An address, an IPv6 address in its brackets, or a name.
    pub(super) host: &'a str,
    pub(super) port: Option<u16>,
}

impl<'a> Authority<'a> {
    /// `None` where it is not well formed: another character, user information, a port that there is not.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (inner, after) = rest.split_once(']')?;
                inner.parse::<Ipv6Addr>().ok()?;
                let port = match after {
                    "" => None,
                    after => Some(after.strip_prefix(':')?),
                };
                (text.get(..inner.len() + 2)?, port)
            }
            None => match text.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            },
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        let is_name = !host.is_empty() && host.len() <= LONGEST && host.bytes().all(plain);
        if !is_name && !host.starts_with('[') {
            return None;
        }
        let port = match port {
            None | Some("") => None,
            Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(port.parse().ok().filter(|port| *port > 0)?)
            }
            Some(_) => return None,
        };
        Some(Self { host, port })
    }

    /// The same host and port, whatever the case; `default` is the port of the scheme.
    pub(super) fn same(self, other: Self, default: u16) -> bool {
        self.host.eq_ignore_ascii_case(other.host)
            && self.port.unwrap_or(default) == other.port.unwrap_or(default)
    }

    /// Whether it names this service: by an address, as the machine itself, or by a name of `hosts`.
    pub(super) fn is_ours(self, hosts: &[HostName]) -> bool {
        self.host.starts_with('[')
            || self.host.parse::<Ipv4Addr>().is_ok()
            || self.host.eq_ignore_ascii_case("localhost")
            || self.is_named(hosts)
    }

    fn is_named(self, hosts: &[HostName]) -> bool {
        let name = self.host.strip_suffix('.').unwrap_or(self.host);
        name.eq_ignore_ascii_case("localhost")
            || hosts
                .iter()
                .any(|known| name.eq_ignore_ascii_case(&known.0))
    }
}

impl fmt::Display for Authority<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.host.to_ascii_lowercase())?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// A name under which the service is reached, such as `map.example.gov.cn`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostName(String);

/// Why a text is no host name.
#[derive(Debug, Error)]
#[error(
    "{0:?} is no host name; one such as map.example.gov.cn is needed, without scheme, port or path"
)]
pub struct NotAHostName(String);

impl FromStr for HostName {
    type Err = NotAHostName;

    fn from_str(text: &str) -> Result<Self, NotAHostName> {
        let name = text.trim();
        let name = name.strip_suffix('.').unwrap_or(name);
        match Authority::parse(name) {
            Some(Authority { host, port: None }) if host.len() == name.len() => {
                Ok(Self(host.to_ascii_lowercase()))
            }
            _ => Err(NotAHostName(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_ours(text: &str) -> Option<bool> {
        let hosts = ["map.example.gov.cn".parse().unwrap()];
        Authority::parse(text).map(|authority| authority.is_ours(&hosts))
    }

    #[test]
    fn addresses_the_machine_itself_and_listed_names_are_ours() {
        for text in [
            "127.0.0.1",
            "127.0.0.1:8080",
            "10.1.2.3",
            "[::1]",
            "[::1]:8080",
            "[2001:db8::7]:80",
            "localhost",
            "LocalHost:8080",
            "localhost.",
            "map.example.gov.cn",
            "MAP.example.gov.cn.:8080",
            "127.0.0.1:",
        ] {
            assert_eq!(is_ours(text), Some(true), "{text}");
        }
    }

    #[test]
    fn other_names_are_not_ours() {
        for text in [
            "other.example",
            "rebind.example:8080",
            "127.0.0.1.other.example",
            "localhost.other.example",
            "xmap.example.gov.cn",
            "map.example.gov.cn.other",
            "127.1",
            "2130706433",
            "0x7f.0.0.1",
        ] {
            assert_eq!(is_ours(text), Some(false), "{text}");
        }
    }

    #[test]
    fn what_is_not_well_formed_is_none() {
        for text in [
            "",
            ":80",
            "a b",
            "user@127.0.0.1",
            "127.0.0.1:80:80",
            "127.0.0.1:port",
            "127.0.0.1:0",
            "127.0.0.1:65536",
            "127.0.0.1:+80",
            "[::1",
            "[::1]x",
            "[127.0.0.1]",
            "[fe80::1%25eth0]",
            "::1",
            "evil.example/x?",
            "例子.cn",
        ] {
            assert_eq!(is_ours(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_of_the_settings_has_no_scheme_and_no_port() {
        assert_eq!("Map.Example.".parse::<HostName>().unwrap().0, "map.example");
        for text in ["", "http://a", "a:80", "a/b", "*.a"] {
            assert!(text.parse::<HostName>().is_err(), "{text}");
        }
    }
}

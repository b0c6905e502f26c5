//! What a proxy in front says of the request it passes on: believed of those that are trusted, and only where it is
//! well formed.

use std::borrow::Cow;
use std::net::IpAddr;
use std::str::FromStr;

use axum::http::HeaderValue;
use thiserror::Error;

use super::host::Authority;

/// The longest path under which a service is mounted.
const LONGEST_PATH: usize = 200;

/// Addresses that begin alike, such as `10.1.0.0/16`; a single one too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    bits: u8,
}

/// Why a text is no network.
#[derive(Debug, Error)]
#[error("{0:?} is no address and no network such as 10.1.0.0/16 or fd00::/8")]
pub struct NotANetwork(String);

impl Network {
    pub(super) fn contains(self, address: IpAddr) -> bool {
        // an IPv4 peer of a socket that listens on both comes as ::ffff:a.b.c.d
        match (self.first, address.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                first.to_bits() & mask == address.to_bits() & mask
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                let mask = u128::MAX
                    .checked_shl(128 - u32::from(self.bits))
                    .unwrap_or(0);
                first.to_bits() & mask == address.to_bits() & mask
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let bad = || NotANetwork(text.to_owned());
        let (address, bits) = match text.trim().split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text.trim(), None),
        };
        let first: IpAddr = address.parse().map_err(|_not_one| bad())?;
        let all = if first.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => all,
            Some(bits) => bits.parse().map_err(|_not_one| bad())?,
        };
        if bits > all {
            return Err(bad());
        }
        Ok(Self { first, bits })
    }
}

/// Proxies that are believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(pub Vec<Network>);

impl Proxies {
    pub(super) fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

impl FromStr for Proxies {
    type Err = NotANetwork;

    /// A list with commas; `none` trusts no proxy.
    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        if text.trim() == "none" {
            return Ok(Self::default());
        }
        text.split(',')
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// The path under which the service is mounted, such as `/minqing`; empty at the root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BasePath(String);

/// Why a text is no such path.
#[derive(Debug, Error)]
#[error(
    "{0:?} is no base path; one such as /minqing is needed, of letters, digits, '-', '_', '.' and '~'"
)]
pub struct NotABasePath(String);

impl BasePath {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BasePath {
    type Err = NotABasePath;

    fn from_str(text: &str) -> Result<Self, NotABasePath> {
        let path = mounted(text.trim()).ok_or_else(|| NotABasePath(text.to_owned()))?;
        Ok(Self(path.to_owned()))
    }
}

/// `text` as a path without a final slash; `None` where it could lead elsewhere.
fn mounted(text: &str) -> Option<&str> {
    let path = text.strip_suffix('/').unwrap_or(text);
    if path.is_empty() {
        return Some(path);
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let is_plain =
        |part: &str| !part.is_empty() && part != "." && part != ".." && part.bytes().all(plain);
    let parts = path.strip_prefix('/')?;
    (path.len() <= LONGEST_PATH && parts.split('/').all(is_plain)).then_some(path)
}

/// The headers of a proxy, as they came.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) forwarded: Option<&'a HeaderValue>,
    pub(super) proto: Option<&'a HeaderValue>,
    pub(super) host: Option<&'a HeaderValue>,
    pub(super) port: Option<&'a HeaderValue>,
    pub(super) prefix: Option<&'a HeaderValue>,
    /// The last line of `X-Forwarded-For`.
    pub(super) of: Option<&'a HeaderValue>,
}

/// What of it is well formed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told<'a> {
    pub(super) is_https: Option<bool>,
    pub(super) host: Option<Cow<'a, str>>,
    pub(super) port: Option<u16>,
    pub(super) prefix: Option<&'a str>,
}

impl<'a> Said<'a> {
    pub(super) fn is_nothing(&self) -> bool {
        self.forwarded.is_none()
            && self.proto.is_none()
            && self.host.is_none()
            && self.port.is_none()
            && self.prefix.is_none()
    }

    /// The first of each list, which is what the client addressed; `Forwarded` (RFC 7239) goes before the other headers.
    pub(super) fn told(&self) -> Told<'a> {
        let standard = self.forwarded.and_then(|value| value.to_str().ok());
        let standard = standard.map(first_element).unwrap_or_default();
        let member = |name: &str| {
            let found = standard
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.clone())
        };
        let scheme = member("proto").or_else(|| first(self.proto).map(Cow::Borrowed));
        let host = member("host").or_else(|| first(self.host).map(Cow::Borrowed));
        Told {
            is_https: scheme.and_then(|scheme| match scheme {
                scheme if scheme.eq_ignore_ascii_case("https") => Some(true),
                scheme if scheme.eq_ignore_ascii_case("http") => Some(false),
                _ => None,
            }),
            host: host.filter(|host| Authority::parse(host).is_some()),
            port: first(self.port).and_then(|port| port.parse().ok().filter(|port| *port > 0)),
            prefix: first(self.prefix).and_then(mounted),
        }
    }

    /// Who asked first, as far as `trusted` proxies know: the last of `X-Forwarded-For` or of `Forwarded` that is none of them.
    pub(super) fn client(&self, peer: IpAddr, trusted: &Proxies) -> IpAddr {
        let addresses: Vec<IpAddr> = match (self.forwarded, self.of) {
            (Some(standard), _) => {
                let elements = split(standard.to_str().unwrap_or_default(), ',');
                let of = elements.filter_map(|element| {
                    let pairs = pairs(element);
                    let found = pairs
                        .into_iter()
                        .find(|(name, _)| name.eq_ignore_ascii_case("for"));
                    node(&found?.1)
                });
                of.collect()
            }
            (None, Some(list)) => list
                .to_str()
                .unwrap_or_default()
                .split(',')
                .filter_map(node)
                .collect(),
            (None, None) => Vec::new(),
        };
        let mut client = peer;
        for address in addresses.into_iter().rev() {
            if !trusted.trust(client) {
                break;
            }
            client = address;
        }
        client.to_canonical()
    }
}

/// An address with or without a port, as proxies name who asked them.
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    let host = Authority::parse(text)?.host;
    host.trim_matches(['[', ']']).parse().ok()
}

fn first(value: Option<&HeaderValue>) -> Option<&str> {
    let text = value?.to_str().ok()?;
    text.split(',').next().map(str::trim)
}

/// The pairs of the first element of `Forwarded`.
fn first_element(text: &str) -> Vec<(&str, Cow<'_, str>)> {
    split(text, ',').next().map(pairs).unwrap_or_default()
}

fn pairs(element: &str) -> Vec<(&str, Cow<'_, str>)> {
    let pairs = split(element, ';').filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((name.trim(), unquoted(value.trim())?))
    });
    pairs.collect()
}

/// The value of a token or a quoted string; `None` where the quotes do not match.
fn unquoted(value: &str) -> Option<Cow<'_, str>> {
    let Some(inner) = value.strip_prefix('"') else {
        return Some(Cow::Borrowed(value));
    };
    let inner = inner.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    let mut text = String::with_capacity(inner.len());
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        text.push(if letter == '\\' {
            letters.next()?
        } else {
            letter
        });
    }
    Some(Cow::Owned(text))
}

/// The parts of `text` between the separators that are not in quotes.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |letter: char| {
        if escaped {
            escaped = false;
            return false;
        }
        match letter {
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        !quoted && letter == separator
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &'static str) -> HeaderValue {
        HeaderValue::from_static(text)
    }

    #[test]
    fn networks_hold_the_addresses_that_begin_alike() {
        let holds = |network: &str, address: &str| {
            network
                .parse::<Network>()
                .unwrap()
                .contains(address.parse().unwrap())
        };
        assert!(holds("127.0.0.0/8", "127.1.2.3"));
        assert!(holds("127.0.0.0/8", "::ffff:127.0.0.1"));
        assert!(holds("10.1.2.3", "10.1.2.3"));
        assert!(!holds("10.1.2.3", "10.1.2.4"));
        assert!(holds("0.0.0.0/0", "8.8.8.8"));
        assert!(holds("fd00::/8", "fd12::1"));
        assert!(!holds("fd00::/8", "fe80::1"));
        assert!(!holds("0.0.0.0/0", "::1"));
        for text in [
            "",
            "10.0.0.0/33",
            "::/129",
            "a",
            "10.0.0.0/x",
            "10.0.0.0/-1",
        ] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
        assert_eq!("none".parse::<Proxies>().unwrap(), Proxies::default());
        assert_eq!("10.0.0.0/8, ::1".parse::<Proxies>().unwrap().0.len(), 2);
    }

    #[test]
    fn the_first_of_each_list_counts_and_forwarded_goes_before() {
        let (proto, host, port, prefix) = (
            value("HTTPS, http"),
            value("a.example, b"),
            value("8443"),
            value("/minqing/"),
        );
        let said = Said {
            proto: Some(&proto),
            host: Some(&host),
            port: Some(&port),
            prefix: Some(&prefix),
            ..Said::default()
        };
        let told = said.told();
        assert_eq!(told.is_https, Some(true));
        assert_eq!(told.host.as_deref(), Some("a.example"));
        assert_eq!((told.port, told.prefix), (Some(8443), Some("/minqing")));
        let standard =
            value("For=\"[2001:db8::1]:4711\";Proto=http;HOST=\"c.example:81\", for=10.0.0.1");
        let told = Said {
            forwarded: Some(&standard),
            ..said
        }
        .told();
        assert_eq!(told.is_https, Some(false));
        assert_eq!(told.host.as_deref(), Some("c.example:81"));
    }

    #[test]
    fn what_is_not_well_formed_is_as_if_it_were_not_there() {
        for (host, proto, port, prefix) in [
            ("evil.example/x?", "javascript", "0", "//evil.example"),
            ("a b", "", "x", "minqing"),
            ("user@a", "https://", "70000", "/a/../b"),
            ("", "ftp", "-1", "/a b"),
            ("a\"b", "h", "80x", "/a?b"),
        ] {
            let values =
                [host, proto, port, prefix].map(|text| HeaderValue::from_str(text).unwrap());
            let [host, proto, port, prefix] = values.each_ref();
            let said = Said {
                host: Some(host),
                proto: Some(proto),
                port: Some(port),
                prefix: Some(prefix),
                ..Said::default()
            };
            assert_eq!(said.told(), Told::default());
        }
        let standard = value("host=\"a.example;proto=https");
        let said = Said {
            forwarded: Some(&standard),
            ..Said::default()
        };
        assert_eq!(said.told(), Told::default());
    }

    #[test]
    fn the_client_is_the_last_that_no_trusted_proxy_is() {
        let trusted: Proxies = "127.0.0.0/8,10.0.0.0/8".parse().unwrap();
        let loopback: IpAddr = "127.0.0.1".parse().unwrap();
        let list = value("1.1.1.1, 203.0.113.9, 10.0.0.7");
        let said = Said {
            of: Some(&list),
            ..Said::default()
        };
        assert_eq!(said.client(loopback, &trusted).to_string(), "203.0.113.9");
        let stranger: IpAddr = "203.0.113.1".parse().unwrap();
        assert_eq!(said.client(stranger, &trusted), stranger);
        let standard = value("for=203.0.113.9:1234;proto=https, for=\"[fd00::1]\"");
        let said = Said {
            forwarded: Some(&standard),
            ..said
        };
        assert_eq!(said.client(loopback, &trusted).to_string(), "fd00::1");
    }

    #[test]
    fn a_base_path_leads_nowhere_else() {
        for (text, path) in [
            ("/minqing", "/minqing"),
            ("/gis/map/", "/gis/map"),
            ("/", ""),
            ("", ""),
        ] {
            assert_eq!(text.parse::<BasePath>().unwrap().as_str(), path);
        }
        for text in [
            "minqing", "//a", "/a//b", "/..", "/a/./b", "/a%2fb", "/a?b", "/民情",
        ] {
            assert!(text.parse::<BasePath>().is_err(), "{text}");
        }
    }
}

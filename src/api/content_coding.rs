//! Content codings: which one the client likes best (RFC 9110, 12.5.3), and how a body is written in it.

use std::fmt::Write as _;
use std::io::{self, Read, Write};

use axum::http::{HeaderMap, HeaderValue, header};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::api::weights::{FULL, preferences};

/// A way of compression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Brotli,
    Zstd,
    Gzip,
}

/// Every coding, the smallest body first.
pub(super) const SMALLEST_FIRST: &[Coding] = &[Coding::Brotli, Coding::Zstd, Coding::Gzip];

/// What is to be done with a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// It goes out as it is.
    Identity,
    /// It may be compressed where that is worth it.
    Coded(Coding),
    /// It is to be compressed however small it is: the client refuses it as it is.
    Only(Coding),
}

impl Coding {
    /// As `Content-Encoding` says it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }

    fn is_called(self, name: &str) -> bool {
        name.eq_ignore_ascii_case(self.name())
            || (self == Self::Gzip && name.eq_ignore_ascii_case("x-gzip"))
    }

    /// `plain` in this coding.
    ///
    /// # Errors
    /// What the encoder says.
    pub(super) fn encode(self, plain: &[u8]) -> io::Result<Vec<u8>> {
        let mut out = Vec::with_capacity(plain.len() / 3);
        match self {
            Self::Brotli => {
                brotli::CompressorReader::new(plain, 16 << 10, 5, 20).read_to_end(&mut out)?;
            }
            Self::Zstd => return zstd::bulk::compress(plain, 6),
            Self::Gzip => {
                let mut encoder = GzEncoder::new(out, Compression::new(6));
                encoder.write_all(plain)?;
                return encoder.finish();
            }
        }
        Ok(out)
    }
}

/// What `Accept-Encoding` says, each weight in thousandths.
#[derive(Debug, Clone, Copy, Default)]
struct Accepted {
    /// Of the codings in the order of [`SMALLEST_FIRST`].
    named: [Option<u16>; 3],
    identity: Option<u16>,
    any: Option<u16>,
}

impl Accepted {
    fn of(headers: &HeaderMap) -> Self {
        let mut all = Self::default();
        // what is refused once stays refused
        let lower = |known: &mut Option<u16>, weight: u16| {
            *known = Some(known.map_or(weight, |known| known.min(weight)));
        };
        for each in preferences(headers, header::ACCEPT_ENCODING) {
            let mut codings = SMALLEST_FIRST.iter().zip(&mut all.named);
            if let Some((_, known)) = codings.find(|(coding, _)| coding.is_called(each.value)) {
                lower(known, each.weight);
            } else if each.value == "*" {
                lower(&mut all.any, each.weight);
            } else if each.value.eq_ignore_ascii_case("identity") {
                lower(&mut all.identity, each.weight);
            }
        }
        all
    }

    fn weight(&self, coding: Coding) -> Option<u16> {
        let mut codings = SMALLEST_FIRST.iter().zip(self.named);
        codings.find(|(known, _)| **known == coding)?.1
    }

    fn refuses_identity(&self) -> bool {
        self.identity.or(self.any) == Some(0)
    }

    fn wanted(&self, offered: &[Coding]) -> Wanted {
        let mut best: Option<(u16, Coding)> = None;
        for coding in offered {
            if let Some(weight) = self.weight(*coding)
                && weight > best.map_or(0, |(weight, _)| weight)
            {
                best = Some((weight, *coding));
            }
        }
        match best {
            Some((_, coding)) if self.refuses_identity() => Wanted::Only(coding),
            Some((weight, _)) if self.identity.is_some_and(|identity| identity > weight) => {
                Wanted::Identity
            }
            Some((_, coding)) => Wanted::Coded(coding),
            None if self.refuses_identity() && self.any.is_some_and(|weight| weight > 0) => {
                // of the codings the oldest is read by most programs
                let mut oldest_first = offered.iter().rev();
                let allowed = oldest_first.find(|coding| self.weight(**coding).is_none());
                allowed.map_or(Wanted::Identity, |coding| Wanted::Only(*coding))
            }
            None => Wanted::Identity,
        }
    }
}

/// What the client wants of the codings `offered`; of those that it likes alike the first.
///
/// `*` alone brings no coding: it is sent by programs that read none. It counts for those who refuse a body as it is.
pub(super) fn wanted(headers: &HeaderMap, offered: &[Coding]) -> Wanted {
    if !headers.contains_key(header::ACCEPT_ENCODING) {
        return Wanted::Identity;
    }
    Accepted::of(headers).wanted(offered)
}

/// Whether the client may refuse a body as it is, so that even a small one has to be looked at.
pub(super) fn may_refuse_identity(headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(header::ACCEPT_ENCODING).into_iter();
    lines.any(|line| line.as_bytes().contains(&b';'))
}

/// Writes `Accept-Encoding` anew with nothing but what is acceptable, for a reader who knows less of its grammar.
/// Whoever accepts nothing at all is answered in no coding: a write that is done must not be answered 406.
///
/// With `compressed_while_sent` Brotli is left out where the client likes another coding as much: its encoder holds
/// 7 MB while a long answer is under way, that of gzip 0.3 MB, for a body that is a tenth smaller.
pub(super) fn settle(headers: &mut HeaderMap, compressed_while_sent: bool) {
    if !headers.contains_key(header::ACCEPT_ENCODING) {
        return;
    }
    let accepted = Accepted::of(headers);
    let mut list = String::new();
    let mut add = |name: &str, weight: u16| {
        let comma = if list.is_empty() { "" } else { ", " };
        let (whole, part) = (weight / 1000, weight % 1000);
        let _infallible = write!(list, "{comma}{name};q={whole}.{part:03}");
    };
    match accepted.wanted(SMALLEST_FIRST) {
        Wanted::Identity => {}
        Wanted::Only(coding) if accepted.weight(coding).is_none() => add(coding.name(), FULL),
        Wanted::Coded(_) | Wanted::Only(_) => {
            let brotli = accepted.weight(Coding::Brotli);
            let others = [Coding::Zstd, Coding::Gzip].map(|coding| accepted.weight(coding));
            let is_replaced = compressed_while_sent
                && others
                    .into_iter()
                    .flatten()
                    .any(|other| Some(other) >= brotli);
            for coding in SMALLEST_FIRST {
                let is_left_out = is_replaced && *coding == Coding::Brotli;
                if let Some(weight) = accepted
                    .weight(*coding)
                    .filter(|weight| *weight > 0 && !is_left_out)
                {
                    add(coding.name(), weight);
                }
            }
        }
    }
    if !list.is_empty() && accepted.refuses_identity() {
        list.push_str(", identity;q=0");
    }
    match HeaderValue::try_from(list) {
        Ok(list) if !list.is_empty() => {
            headers.insert(header::ACCEPT_ENCODING, list);
        }
        _ => {
            headers.remove(header::ACCEPT_ENCODING);
        }
    }
}

/// Says in `headers` that the body depends on what the client accepts, and in which coding it is.
pub(super) fn tell_coding(headers: &mut HeaderMap, coding: Option<Coding>) {
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = coding {
        let name = HeaderValue::from_static(coding.name());
        headers.insert(header::CONTENT_ENCODING, name);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn headers(accept: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::ACCEPT_ENCODING,
            HeaderValue::from_str(accept).unwrap(),
        );
        headers
    }

    #[test]
    fn the_client_chooses_and_refuses() {
        use Coding::{Brotli, Gzip, Zstd};
        use Wanted::{Coded, Identity, Only};
        for (accept, expected) in [
            ("gzip, deflate, br, zstd", Coded(Brotli)),
            ("br;q=0.5, gzip;q=0.9", Coded(Gzip)),
            ("br;q=0, gzip;q=0", Identity),
            ("br;Q=0, gzip;Q=1", Coded(Gzip)),
            ("br ; Q=0 , gzip", Coded(Gzip)),
            ("BR;q=0, zstd;q=0.001", Coded(Zstd)),
            ("br, br;q=0, gzip;q=0.1", Coded(Gzip)),
            ("GZIP", Coded(Gzip)),
            ("x-gzip", Coded(Gzip)),
            ("gzip;q=0.001", Coded(Gzip)),
            ("gzip;q=0", Identity),
            ("identity", Identity),
            ("identity, gzip;q=0.5", Identity),
            ("identity;q=0.5, gzip;q=0.5", Coded(Gzip)),
            ("*", Identity),
            ("*;q=0", Identity),
            ("gzip, *;q=0", Only(Gzip)),
            ("identity;q=0", Identity),
            ("identity;q=0, gzip;q=0.2", Only(Gzip)),
            ("identity;Q=0, *;q=0.1", Only(Gzip)),
            ("identity;q=0, gzip;q=0, *", Only(Zstd)),
            ("deflate, compress", Identity),
            ("br;q=x", Identity),
            ("br;q=2, gzip;q=0.5", Coded(Gzip)),
            ("", Identity),
            (",;,q=1,;q=0", Identity),
        ] {
            assert_eq!(
                wanted(&headers(accept), SMALLEST_FIRST),
                expected,
                "{accept}"
            );
        }
        assert_eq!(wanted(&HeaderMap::new(), SMALLEST_FIRST), Identity);
    }

    #[test]
    fn what_is_acceptable_is_written_anew() {
        let settled = |accept: &str| {
            let mut headers = headers(accept);
            settle(&mut headers, false);
            let left = headers.get(header::ACCEPT_ENCODING);
            left.map(|left| left.to_str().unwrap().to_owned())
        };
        let gzip_and_br = "br;q=1.000, gzip;q=0.500";
        assert_eq!(
            settled("GZIP;Q=0.5, br, zstd;q=0, deflate").as_deref(),
            Some(gzip_and_br)
        );
        let only = "gzip;q=1.000, identity;q=0";
        assert_eq!(settled("identity;q=0, *").as_deref(), Some(only));
        for nothing in ["*;q=0", "identity;q=0", "*", "deflate", "br;q=0", "x;q=y"] {
            assert_eq!(settled(nothing), None, "{nothing}");
        }
        let mut two = headers("zstd;q=0");
        two.append(header::ACCEPT_ENCODING, HeaderValue::from_static("br"));
        settle(&mut two, false);
        assert_eq!(two.get_all(header::ACCEPT_ENCODING).iter().count(), 1);
        assert_eq!(two[header::ACCEPT_ENCODING], "br;q=1.000");
    }

    #[test]
    fn each_way_gives_the_body_back() {
        let plain = "民情图 ".repeat(500).into_bytes();
        let mut back = Vec::new();
        let coded = Coding::Brotli.encode(&plain).unwrap();
        brotli::Decompressor::new(coded.as_slice(), 4096)
            .read_to_end(&mut back)
            .unwrap();
        assert_eq!(back, plain);
        let coded = Coding::Zstd.encode(&plain).unwrap();
        assert_eq!(zstd::bulk::decompress(&coded, 1 << 20).unwrap(), plain);
        let coded = Coding::Gzip.encode(&plain).unwrap();
        back.clear();
        flate2::read::GzDecoder::new(coded.as_slice())
            .read_to_end(&mut back)
            .unwrap();
        assert_eq!(back, plain);
    }

    proptest! {
        #[test]
        fn what_is_refused_is_never_sent(
            all in prop::collection::vec(
                (prop::sample::select(vec!["br", "GZIP", "zstd", "identity", "*"]), 0_u16..3, any::<bool>()),
                0..6,
            ),
        ) {
            let each = all.iter().map(|(name, weight, upper)| {
                format!("{name};{}=0.{weight}", if *upper { "Q" } else { "q" })
            });
            let accept = each.collect::<Vec<_>>().join(",");
            let refused = |coding: Coding| {
                let own = |weight: u16| {
                    all.iter().any(|(name, each, _)| coding.is_called(name) && *each == weight)
                };
                own(0)
            };
            match wanted(&headers(&accept), SMALLEST_FIRST) {
                Wanted::Coded(coding) | Wanted::Only(coding) => prop_assert!(!refused(coding), "{accept}"),
                Wanted::Identity => {}
            }
        }
    }
}

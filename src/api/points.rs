//! The body of a batch: `{"points":[[lon,lat],…],"layers":["…",…]}`.
//!
//! To read a number takes longer than to find its place, so the usual body is scanned in one pass without a general
//! parser. Whatever is not usual goes to `serde_json`, which also says what is wrong.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Points {
    pub(super) points: Vec<[f64; 2]>,
    #[serde(default, deserialize_with = "each_once")]
    pub(super) layers: Vec<String>,
}

/// More names than there are layers of the catalogue are none of a question.
const MOST_NAMES: usize = 64;

/// Names, each once: a body of a few megabytes can repeat one a million times.
fn each_once<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    struct Names;

    impl<'de> Visitor<'de> for Names {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of layers")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut given: A) -> Result<Vec<String>, A::Error> {
            let mut names = Vec::new();
            while let Some(name) = given.next_element::<String>()? {
                if !names.contains(&name) {
                    names.push(name);
                }
                if names.len() > MOST_NAMES {
                    return Err(A::Error::custom("too many layers"));
                }
            }
            Ok(names)
        }
    }

    from.deserialize_seq(Names)
}

/// Whole numbers up to here are exact in `f64`.
const EXACT: u64 = 1 << 53;

/// Powers of ten that are exact in `f64`; a quotient of two exact numbers is rounded once, as it should be.
const POWERS: [f64; 16] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

impl Points {
    /// What `body` asks.
    ///
    /// # Errors
    /// Where and why it is not of this form.
    pub(super) fn parse(body: &[u8]) -> Result<Self, serde_json::Error> {
        Scanner { rest: body }
            .points()
            .map_or_else(|| serde_json::from_slice(body), Ok)
    }
}

/// Reads the usual form; `None` where anything else comes.
struct Scanner<'a> {
    rest: &'a [u8],
}

impl Scanner<'_> {
    fn points(&mut self) -> Option<Points> {
        self.take(b'{')?;
        let (mut points, mut layers) = (None, None);
        loop {
            match self.name()? {
                b"points" if points.is_none() => points = Some(self.pairs()?),
                b"layers" if layers.is_none() => layers = Some(self.names()?),
                _ => return None,
            }
            match self.next()? {
                b',' => {}
                b'}' => break,
                _ => return None,
            }
        }
        self.skip_space();
        self.rest.is_empty().then_some(())?;
        Some(Points {
            points: points?,
            layers: layers.unwrap_or_default(),
        })
    }

    #[inline]
    fn skip_space(&mut self) {
        while let [b' ' | b'\n' | b'\r' | b'\t', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    #[inline]
    fn next(&mut self) -> Option<u8> {
        self.skip_space();
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    #[inline]
    fn take(&mut self, wanted: u8) -> Option<()> {
        (self.next()? == wanted).then_some(())
    }

    /// A text without escapes.
    fn text(&mut self) -> Option<&[u8]> {
        self.take(b'"')?;
        let end = self.rest.iter().position(|byte| *byte == b'"')?;
        let (text, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        self.take(b'"')?;
        let plain = text.iter().all(|byte| *byte >= b' ' && *byte != b'\\');
        plain.then_some(text)
    }

    fn name(&mut self) -> Option<&'static [u8]> {
        let name = match self.text()? {
            b"points" => &b"points"[..],
            b"layers" => &b"layers"[..],
            _ => return None,
        };
        self.take(b':')?;
        Some(name)
    }

    fn names(&mut self) -> Option<Vec<String>> {
        self.take(b'[')?;
        let mut names = Vec::new();
        self.skip_space();
        if let [b']', rest @ ..] = self.rest {
            self.rest = rest;
            return Some(names);
        }
        loop {
            let name = str::from_utf8(self.text()?).ok()?;
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
            if names.len() > MOST_NAMES {
                return None;
            }
            match self.next()? {
                b',' => {}
                b']' => return Some(names),
                _ => return None,
            }
        }
    }

    fn pairs(&mut self) -> Option<Vec<[f64; 2]>> {
        self.take(b'[')?;
        // a pair takes some 24 bytes in the usual seven decimals
        let mut pairs = Vec::with_capacity(self.rest.len() / 24);
        self.skip_space();
        if let [b']', rest @ ..] = self.rest {
            self.rest = rest;
            return Some(pairs);
        }
        loop {
            if let Some((pair, rest)) = usual_pair(self.rest) {
                self.rest = rest;
                pairs.push(pair);
            } else {
                self.take(b'[')?;
                let lon = self.number()?;
                self.take(b',')?;
                let lat = self.number()?;
                self.take(b']')?;
                pairs.push([lon, lat]);
            }
            match self.next()? {
                b',' => {}
                b']' => return Some(pairs),
                _ => return None,
            }
        }
    }

    /// A number without an exponent.
    #[inline]
    fn number(&mut self) -> Option<f64> {
        self.skip_space();
        let whole = self.rest;
        let negative = if let [b'-', rest @ ..] = self.rest {
            self.rest = rest;
            true
        } else {
            false
        };
        let start = self.rest;
        let (mantissa, count) = self.digits(0)?;
        // JSON has no numbers like 007
        if count > 1 && start.first() == Some(&b'0') {
            return None;
        }
        let (mantissa, decimals) = if let [b'.', rest @ ..] = self.rest {
            self.rest = rest;
            self.digits(mantissa)?
        } else {
            (mantissa, 0)
        };
        if let [b'e' | b'E', ..] = self.rest {
            return None;
        }
        let value = match POWERS.get(decimals) {
            Some(power) if mantissa <= EXACT => exact(mantissa) / power,
            _ => {
                let len = whole.len() - self.rest.len();
                let text = str::from_utf8(whole.get(..len)?).ok()?;
                return text.parse().ok();
            }
        };
        Some(if negative { -value } else { value })
    }

    /// Digits behind those of `value`, at least one, and how many; `None` where they pass 64 bits.
    #[inline]
    fn digits(&mut self, value: u64) -> Option<(u64, usize)> {
        let (mut value, before) = (value, self.rest.len());
        while let Some((eight, _)) = self.rest.split_first_chunk::<8>() {
            let (digits, count) = leading_digits(*eight);
            let power = *WHOLE_POWERS.get(count)?;
            value = value.checked_mul(power)?.checked_add(digits)?;
            self.rest = self.rest.get(count..)?;
            if count < 8 {
                break;
            }
        }
        while let [digit @ b'0'..=b'9', rest @ ..] = self.rest {
            value = value
                .checked_mul(10)?
                .checked_add(u64::from(digit - b'0'))?;
            self.rest = rest;
        }
        let count = before - self.rest.len();
        (count > 0).then_some((value, count))
    }
}

/// `[108.9601234,34.2212345]` at the head of `text`, without spaces or signs, and what follows.
#[inline]
fn usual_pair(text: &[u8]) -> Option<([f64; 2], &[u8])> {
    let [b'[', text @ ..] = text else {
        return None;
    };
    let (lon, text) = usual_number(text)?;
    let [b',', text @ ..] = text else {
        return None;
    };
    let (lat, text) = usual_number(text)?;
    let [b']', text @ ..] = text else {
        return None;
    };
    Some(([lon, lat], text))
}

/// A number of two or three digits and six or seven decimals, and what follows. Each length has a way of its own, so that
/// the processor, which guesses ways and not numbers, is at the next number before it has read this one.
#[inline]
fn usual_number(text: &[u8]) -> Option<(f64, &[u8])> {
    match text {
        [a, b, c, b'.', rest @ ..] if *a != b'0' => {
            let whole = digit(*a)? * 100 + digit(*b)? * 10 + digit(*c)?;
            usual_decimals(whole, rest)
        }
        [a, b, b'.', rest @ ..] if *a != b'0' => usual_decimals(digit(*a)? * 10 + digit(*b)?, rest),
        _ => None,
    }
}

#[inline]
fn digit(byte: u8) -> Option<u64> {
    let digit = byte.wrapping_sub(b'0');
    (digit < 10).then_some(u64::from(digit))
}

#[inline]
fn usual_decimals(whole: u64, text: &[u8]) -> Option<(f64, &[u8])> {
    let (eight, _) = text.split_first_chunk::<8>()?;
    let (decimals, places) = leading_digits(*eight);
    if places == 7 {
        let number = exact(whole * 10_000_000 + decimals) / 1e7;
        Some((number, text.get(7..)?))
    } else if places == 6 {
        let number = exact(whole * 1_000_000 + decimals) / 1e6;
        Some((number, text.get(6..)?))
    } else {
        None
    }
}

const WHOLE_POWERS: [u64; 9] = [
    1,
    10,
    100,
    1_000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
];

/// The value of the digits at the head of `text`, and how many they are; all eight bytes at once.
#[inline]
fn leading_digits(text: [u8; 8]) -> (u64, usize) {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // the first byte is the lowest; a digit becomes 0 to 9, and anything else has its highest bit set in `others`
    let digits = u64::from_le_bytes(text) ^ (EACH * 0x30);
    let others = ((digits & (EACH * 0x7f)) + EACH * 0x76) | digits;
    let count = (others & (EACH * 0x80)).trailing_zeros() / 8;
    if count == 0 {
        return (0, 0);
    }
    // zeros in front make them eight
    let eight = digits << (64 - 8 * count);
    let pairs = (eight * 10 + (eight >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    let value = (fours * 10_000 + (fours >> 32)) & 0xffff_ffff;
    (value, usize::try_from(count).unwrap_or(0))
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "only called up to 2^53, where nothing is lost"
)]
fn exact(mantissa: u64) -> f64 {
    mantissa as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn digits_are_read_as_one_by_one(text in any::<[u8; 8]>(), digits in 0..=8_usize, number in 0..100_000_000_u64) {
            let mut text = text;
            text[..digits].copy_from_slice(&format!("{number:08}").as_bytes()[8 - digits..]);
            let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let head = str::from_utf8(&text[..count]).unwrap();
            prop_assert_eq!(leading_digits(text), (head.parse().unwrap_or(0), count));
        }
    }

    #[test]
    fn usual_bodies_are_scanned_and_read_as_serde_reads_them() {
        for body in [
            r#"{"points":[[108.9601234,34.2212345]],"layers":["grids","buildings"]}"#,
            r#" { "layers" : [ ] , "points" : [ [ -1.5 , 0 ] , [0.1,10] ] } "#,
            r#"{"points":[]}"#,
            r#"{"points":[[108.96012345678901234,34.2],[108.96000000000001,-0.0]]}"#,
        ] {
            let scanned = Scanner {
                rest: body.as_bytes(),
            }
            .points();
            assert!(scanned.is_some(), "{body}");
            assert_eq!(scanned, serde_json::from_str(body).ok(), "{body}");
        }
    }

    #[test]
    fn other_bodies_are_read_or_refused_as_serde_does() {
        for body in [
            r#"{"points":[[1.0896e2,34.2]]}"#,
            r#"{"points":[[108.96,34.2]],"layers":["\u0067rids"]}"#,
            r#"{"points":[[01,2]]}"#,
            r#"{"points":[[1,2,3]]}"#,
            r#"{"points":[[1]]}"#,
            r#"{"points":[[1.,2]]}"#,
            r#"{"points":[[1,2],]}"#,
            r#"{"points":[[1,2]]}}"#,
            r#"{"points":[[1,2]],"points":[[1,2]]}"#,
            r#"{"points":[["1",2]]}"#,
            r#"{"points":[[1,2]],"other":1}"#,
            r#"{"layers":["grids"]}"#,
            "",
            "{",
            "[]",
        ] {
            let own = Points::parse(body.as_bytes());
            let serde: Result<Points, _> = serde_json::from_str(body);
            assert_eq!(own.is_ok(), serde.is_ok(), "{body}");
            assert_eq!(own.ok(), serde.ok(), "{body}");
        }
    }

    #[test]
    fn the_usual_pair_is_read_by_its_own_way_and_what_looks_like_it_is_not() {
        let usual = |text: &str| usual_pair(text.as_bytes()).map(|(pair, rest)| (pair, rest.len()));
        let read = usual("[108.9601234,34.2212345],[1");
        assert_eq!(read, Some(([108.960_123_4, 34.221_234_5], 3)));
        let read = usual("[10.000000,100.9999999]   ");
        assert_eq!(read, Some(([10.0, 100.999_999_9], 3)));
        for text in [
            "[008.9601234,34.2212345],",
            "[08.9601234,34.2212345],",
            "[108.9601234e1,34.2212345],",
            "[108.96012345,34.2212345],",
            "[108.9601234,34.221234",
            "[108.9601234 ,34.2212345],",
            "[-108.9601234,34.2212345],",
            "[1/8.9601234,34.2212345],",
            "[:8.9601234,34.2212345],",
        ] {
            assert_eq!(usual(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_number_is_read_as_serde_reads_it(lon in -180.0..180.0, lat in -90.0..90.0, places in 0_usize..18) {
            let body = format!(r#"{{"points":[[{lon:.places$},{lat:.places$}],[{lon},{lat}]]}}"#);
            let serde: Points = serde_json::from_str(&body).unwrap();
            prop_assert_eq!(Points::parse(body.as_bytes()).unwrap(), serde);
        }

        #[test]
        fn any_damage_is_met_as_serde_meets_it(at in 0_usize..60, byte in any::<u8>()) {
            let mut body = br#"{"points":[[108.96,34.2],[-1,0.5]],"layers":["grids","x"]}"#.to_vec();
            let at = at % body.len();
            body[at] = byte;
            let serde: Option<Points> = serde_json::from_slice(&body).ok();
            prop_assert_eq!(Points::parse(&body).ok(), serde);
        }
    }
}

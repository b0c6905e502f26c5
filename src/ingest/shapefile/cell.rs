//! One field of a dBase record to a value: what stands there as text, and what is in binary.

use encoding_rs::Encoding;
use jiff::civil::{Date, DateTime};
use jiff::{Span, ToSpan};
use serde_json::{Number, Value as Json};

use crate::ingest::Said;

/// Whole numbers beyond this are not whole in every reader of JSON, and so are handed on as their digits.
const MOST_WHOLE: i64 = 1 << 53;
/// The day before the first of the Julian count that dates of FoxPro and dBase 7 are in, and the days that are no garbage:
/// of the years 1600 to 2400.
const JULIAN: std::ops::RangeInclusive<i32> = 2_305_448..=2_597_642;

/// How a column keeps its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Logical,
    Day,
    /// Four bytes; those of dBase 7 begin with the highest, its sign turned.
    Whole {
        is_seventh: bool,
    },
    /// Eight bytes of a floating-point number.
    Double {
        is_seventh: bool,
        is_big: bool,
    },
    /// Eight bytes: days and milliseconds.
    Moment,
    /// Eight bytes: ten-thousandths.
    Money,
    /// The number of a block in another file.
    Memo,
    /// Marks that FoxPro keeps for itself.
    OwnMarks,
    /// Pictures, objects and other bytes.
    Bytes,
}

impl Kind {
    /// The kind of a column by its letter, its length, and the version of the file.
    pub(super) fn of(letter: u8, length: usize, version: u8) -> Self {
        let is_seventh = version & 7 == 4;
        match (letter, length) {
            (b'L', _) => Self::Logical,
            (b'D', _) => Self::Day,
            (b'I' | b'+', 4) => Self::Whole { is_seventh },
            (b'N' | b'F' | b'I' | b'+', _) => Self::Number,
            (b'O' | b'B', 8) => Self::Double {
                is_seventh,
                is_big: letter == b'O',
            },
            (b'@' | b'T', 8) => Self::Moment,
            (b'Y', 8) => Self::Money,
            (b'M', _) => Self::Memo,
            (b'0', _) => Self::OwnMarks,
            (b'G' | b'P' | b'B' | b'W' | b'Q' | b'O' | b'@' | b'T' | b'Y', _) => Self::Bytes,
            _ => Self::Text,
        }
    }
}

/// What stands in a field, where it is no value of its kind.
pub(super) struct Misread {
    pub(super) written: String,
    pub(super) why: Said,
}

/// The value of a field.
pub(super) fn value(
    kind: Kind,
    bytes: &[u8],
    encoding: &'static Encoding,
) -> Result<Json, Misread> {
    let text = || decoded(trimmed(bytes), encoding);
    Ok(match kind {
        Kind::Text | Kind::Memo => {
            let text = text();
            if text.is_empty() {
                Json::Null
            } else {
                Json::String(text)
            }
        }
        Kind::Number => return number(&text()),
        Kind::Day => return day(&text()),
        Kind::Logical => match trimmed(bytes) {
            b"" | b"?" => Json::Null,
            b"T" | b"t" | b"Y" | b"y" | b"1" => Json::Bool(true),
            b"F" | b"f" | b"N" | b"n" | b"0" => Json::Bool(false),
            _ => return Err(misread(text(), "不是是否值", "it is neither yes nor no")),
        },
        Kind::Whole { is_seventh } => match bytes.first_chunk::<4>() {
            None => Json::Null,
            Some([0, 0, 0, 0]) if is_seventh => Json::Null,
            Some(bytes) if is_seventh => {
                let [first, rest @ ..] = *bytes;
                let [a, b, c] = rest;
                Json::from(i32::from_be_bytes([first ^ 0x80, a, b, c]))
            }
            Some(bytes) => Json::from(i32::from_le_bytes(*bytes)),
        },
        Kind::Double { is_seventh, is_big } => match bytes.first_chunk::<8>() {
            None | Some([0, 0, 0, 0, 0, 0, 0, 0]) if is_seventh => Json::Null,
            None => Json::Null,
            Some(bytes) => return double(*bytes, is_seventh, is_big),
        },
        Kind::Moment => match bytes.first_chunk::<8>() {
            None => Json::Null,
            Some(bytes) => return moment(*bytes),
        },
        Kind::Money => bytes.first_chunk::<8>().map_or(Json::Null, |bytes| {
            let parts = i64::from_le_bytes(*bytes);
            #[expect(
                clippy::as_conversions,
                clippy::cast_precision_loss,
                reason = "an amount of money of 15 digits"
            )]
            let amount = parts as f64 / 10_000.0;
            Number::from_f64(amount).map_or(Json::Null, Json::Number)
        }),
        Kind::OwnMarks | Kind::Bytes => Json::Null,
    })
}

fn misread(written: String, zh: &str, en: &str) -> Misread {
    Misread {
        written,
        why: Said::new(zh, en),
    }
}

/// A number with all of its digits: one that is whole and too long for a number of JSON stays as it is written.
fn number(text: &str) -> Result<Json, Misread> {
    // A number that does not fit its column is written as asterisks.
    if text.bytes().all(|byte| byte == b'*') {
        return Ok(Json::Null);
    }
    let plain = text.strip_prefix('+').unwrap_or(text);
    let digits = plain.strip_prefix('-').unwrap_or(plain);
    if digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.is_empty() {
        return Ok(match plain.parse::<i64>() {
            Ok(whole) if (-MOST_WHOLE..=MOST_WHOLE).contains(&whole) => Json::from(whole),
            _ => Json::String(plain.to_owned()),
        });
    }
    // Some writers use the comma of their locale.
    let float = plain.replace(',', ".").parse::<f64>().ok();
    float
        .and_then(Number::from_f64)
        .map(Json::Number)
        .ok_or_else(|| misread(text.to_owned(), "不是数字", "it is no number"))
}

fn day(text: &str) -> Result<Json, Misread> {
    let digits: String = text
        .chars()
        .filter(|c| !matches!(c, '-' | '/' | '.'))
        .collect();
    if digits.bytes().all(|byte| matches!(byte, b'0' | b' ')) {
        return Ok(Json::Null);
    }
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<i16>().ok();
    let date = (digits.len() == 8)
        .then(|| {
            let month = i8::try_from(number(4, 6)?).ok()?;
            let day = i8::try_from(number(6, 8)?).ok()?;
            Date::new(number(0, 4)?, month, day).ok()
        })
        .flatten();
    date.map(|date| Json::String(date.to_string()))
        .ok_or_else(|| misread(text.to_owned(), "没有这一天", "there is no such day"))
}

/// A floating-point number in the order of bytes that makes one of a size that is measured on maps.
fn double(bytes: [u8; 8], is_seventh: bool, is_big: bool) -> Result<Json, Misread> {
    let little = f64::from_le_bytes(bytes);
    let big = f64::from_be_bytes(bytes);
    let [first, ..] = bytes;
    // dBase 7 turns the sign of positive numbers and every bit of negative ones, so that bytes sort as numbers.
    let sorted = if first & 0x80 == 0 {
        f64::from_bits(!u64::from_be_bytes(bytes))
    } else {
        f64::from_bits(u64::from_be_bytes(bytes) ^ (1 << 63))
    };
    let orders = match (is_seventh, is_big) {
        (true, true) => [sorted, big, little],
        (false, true) => [big, little, sorted],
        (_, false) => [little, big, sorted],
    };
    let is_usual = |number: &f64| *number == 0.0 || (1e-12..1e18).contains(&number.abs());
    let found = orders.into_iter().find(is_usual);
    found
        .and_then(Number::from_f64)
        .map(Json::Number)
        .ok_or_else(|| misread(String::new(), "不是数字", "it is no number"))
}

/// Days of the Julian count and milliseconds of the day.
fn moment(bytes: [u8; 8]) -> Result<Json, Misread> {
    let both = bytes
        .first_chunk::<4>()
        .copied()
        .zip(bytes.last_chunk::<4>().copied());
    let Some((days, ms)) = both.filter(|(days, _)| *days != [0; 4] && *days != [b' '; 4]) else {
        return Ok(Json::Null);
    };
    let orders = [
        (i32::from_le_bytes(days), i32::from_le_bytes(ms)),
        (i32::from_be_bytes(days), i32::from_be_bytes(ms)),
    ];
    let found = orders
        .into_iter()
        .find(|(days, ms)| JULIAN.contains(days) && (0..86_400_000).contains(ms));
    let text = found.and_then(|(days, ms)| {
        // Day 2,440,588 is the first of 1970.
        let since: Span = (days - 2_440_588).days();
        let date = Date::constant(1970, 1, 1).checked_add(since).ok()?;
        // Clocks of FoxPro are a millisecond off the second.
        let second = (ms + 500) / 1000;
        let at: DateTime = date.to_datetime(jiff::civil::Time::midnight());
        let at = at.checked_add(second.seconds()).ok()?;
        Some(if second == 0 {
            date.to_string()
        } else {
            at.to_string()
        })
    });
    text.map(Json::String)
        .ok_or_else(|| misread(String::new(), "不是时间", "it is no moment"))
}

/// The block that a field of a memo column names; 0 for none.
pub(super) fn block(bytes: &[u8]) -> Option<u32> {
    if let [a, b, c, d] = bytes {
        return Some(u32::from_le_bytes([*a, *b, *c, *d]));
    }
    let digits = trimmed(bytes);
    if digits.is_empty() {
        return Some(0);
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The bytes up to the first zero, without blanks around.
pub(super) fn trimmed(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| *byte == 0);
    let text = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
    text.trim_ascii()
}

/// Text of a field; a character that was cut at its end is dropped.
pub(super) fn decoded(bytes: &[u8], encoding: &'static Encoding) -> String {
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    if had_errors && text.ends_with('\u{fffd}') {
        return text.trim_end_matches('\u{fffd}').to_owned();
    }
    text.into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(letter: u8, version: u8, bytes: &[u8]) -> Option<Json> {
        let kind = Kind::of(letter, bytes.len(), version);
        value(kind, bytes, encoding_rs::UTF_8).ok()
    }

    #[test]
    fn numbers_keep_every_digit() {
        for (text, wanted) in [
            ("61011300201200100001", Some(json!("61011300201200100001"))),
            ("9223372036854775807", Some(json!("9223372036854775807"))),
            ("9007199254740992", Some(json!(9_007_199_254_740_992_i64))),
            ("610113002001", Some(json!(610_113_002_001_i64))),
            ("1.5E+03", Some(json!(1500.0))),
            ("1,5", Some(json!(1.5))),
            ("-2.0e-2", Some(json!(-0.02))),
            ("15293.14563266725", Some(json!(15_293.145_632_667_25))),
            ("********", Some(json!(null))),
            ("", Some(json!(null))),
            ("-1.#IND", None),
            ("nan", None),
        ] {
            assert_eq!(read(b'N', 3, text.as_bytes()), wanted, "{text}");
        }
    }

    #[test]
    fn days_that_are_none() {
        for (text, wanted) in [
            ("20260305", Some(json!("2026-03-05"))),
            ("2026-3-5", None),
            ("00000000", Some(json!(null))),
            ("        ", Some(json!(null))),
            ("0       ", Some(json!(null))),
            ("\0\0\0\0\0\0\0\0", Some(json!(null))),
            ("20260230", None),
            ("20261301", None),
        ] {
            assert_eq!(read(b'D', 3, text.as_bytes()), wanted, "{text}");
        }
    }

    #[test]
    fn binary_numbers_of_three_programs() {
        for (letter, version, bytes, wanted) in [
            (b'I', 0x30, vec![6, 0, 0, 0], json!(6)),
            (b'I', 0x30, vec![0xFF; 4], json!(-1)),
            (b'I', 0x04, vec![0x80, 0, 0, 6], json!(6)),
            (b'+', 0x8C, vec![0x7F, 0xFF, 0xFF, 0xFF], json!(-1)),
            (b'I', 0x04, vec![0; 4], json!(null)),
            (b'B', 0x30, 7.25_f64.to_le_bytes().to_vec(), json!(7.25)),
            (b'O', 0x03, 120.5_f64.to_be_bytes().to_vec(), json!(120.5)),
            (b'O', 0x03, 120.5_f64.to_le_bytes().to_vec(), json!(120.5)),
            (
                b'O',
                0x04,
                (-120.5_f64).to_be_bytes().to_vec(),
                json!(120.5),
            ),
            (
                b'O',
                0x04,
                (!(-120.5_f64).to_bits()).to_be_bytes().to_vec(),
                json!(-120.5),
            ),
            (
                b'Y',
                0x30,
                123_456_i64.to_le_bytes().to_vec(),
                json!(12.3456),
            ),
            (
                b'T',
                0x30,
                [2_461_105_i32.to_le_bytes(), 43_200_000_i32.to_le_bytes()].concat(),
                json!("2026-03-05T12:00:00"),
            ),
            (
                b'@',
                0x04,
                [2_461_105_i32.to_be_bytes(), 0_i32.to_be_bytes()].concat(),
                json!("2026-03-05"),
            ),
            (b'T', 0x30, vec![0; 8], json!(null)),
            (b'L', 0x03, vec![b'T'], json!(true)),
            (b'L', 0x03, vec![b'?'], json!(null)),
        ] {
            let shown = char::from(letter);
            assert_eq!(
                read(letter, version, &bytes),
                Some(wanted),
                "{shown} {bytes:?}"
            );
        }
        assert_eq!(read(b'L', 3, b"X"), None);
        assert_eq!(read(b'@', 3, &[0x7F; 8]), None);
    }
}

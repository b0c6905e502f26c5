//! Values as JSON written straight to bytes, with no tree in between.

use std::io::Write;

use crate::domain::Value;

/// How many decimals a coordinate has: 1e-7 degrees is about a centimetre.
const DECIMALS: usize = 7;

/// Units of 1e-7 degrees in one degree.
pub(crate) const PER_DEGREE: f64 = 1e7;

/// Appends an attribute value; a date as 2026-03-05, a time in RFC 3339.
pub(crate) fn push_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Boolean(true) => out.extend_from_slice(b"true"),
        Value::Boolean(false) => out.extend_from_slice(b"false"),
        Value::Integer(number) => push_integer(out, *number),
        Value::Real(number) if number.is_finite() => push_real(out, *number),
        Value::Null | Value::Real(_) => out.extend_from_slice(b"null"),
        Value::Text(text) => push_string(out, text),
        Value::Date(date) => push_quoted(out, date),
        Value::Time(time) => push_quoted(out, time),
    }
}

/// Appends a finite number in the fewest digits that give it back.
pub(crate) fn push_real(out: &mut Vec<u8>, number: f64) {
    if number == 0.0 && number.is_sign_positive() {
        // most distances of a chain
        out.push(b'0');
        return;
    }
    let mut digits = zmij::Buffer::new();
    let text = digits.format_finite(number);
    out.extend_from_slice(text.strip_suffix(".0").unwrap_or(text).as_bytes());
}

/// Appends a moment in RFC 3339, quoted.
pub(crate) fn push_time(out: &mut Vec<u8>, at: jiff::Timestamp) {
    push_quoted(out, at);
}

/// Appends a whole number.
pub(crate) fn push_integer(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    push_digits(out, number.unsigned_abs(), 1);
}

/// Appends a position, `[longitude,latitude]`, given in units of 1e-7 degrees.
pub(crate) fn push_position(out: &mut Vec<u8>, [lon, lat]: [i64; 2]) {
    const HUNDRED: i64 = 1_000_000_000;
    const TEN: i64 = 100_000_000;
    let is_usual = (HUNDRED..10 * HUNDRED).contains(&lon) && (TEN..HUNDRED).contains(&lat);
    if !is_usual {
        out.push(b'[');
        push_degrees(out, lon);
        out.push(b',');
        push_degrees(out, lat);
        out.push(b']');
        return;
    }
    // in China: three digits and two; one piece of known length takes half the time of five
    let (lon, _) = degrees(lon.unsigned_abs());
    let ([_, lat @ ..], _) = degrees(lat.unsigned_abs());
    let mut text = *b"[000.0000000,00.0000000]";
    if let Some(place) = text.get_mut(1..12) {
        place.copy_from_slice(&lon);
    }
    if let Some(place) = text.get_mut(13..23) {
        place.copy_from_slice(&lat);
    }
    out.extend_from_slice(&text);
}

/// Units of 1e-7 degrees in one degree.
const UNIT: u64 = 10_000_000;

/// Appends a coordinate given in units of 1e-7 degrees.
fn push_degrees(out: &mut Vec<u8>, units: i64) {
    if units < 0 {
        out.push(b'-');
    }
    let units = units.unsigned_abs();
    if units / UNIT > 999 {
        // no degree, but it is written as it is
        push_digits(out, units / UNIT, 1);
        out.push(b'.');
        push_digits(out, units % UNIT, DECIMALS);
        return;
    }
    let (three, whole) = degrees(units);
    let [_, two @ ..] = &three;
    let [_, one @ ..] = two;
    // lengths that are known are copied without a call
    if whole > 99 {
        out.extend_from_slice(&three);
    } else if whole > 9 {
        out.extend_from_slice(two);
    } else {
        out.extend_from_slice(one);
    }
}

/// A coordinate below 1,000 degrees with three digits, the point and seven decimals, and its whole degrees.
fn degrees(units: u64) -> ([u8; 11], u64) {
    let (whole, part) = (units / UNIT, units % UNIT);
    let [_, hundreds] = pair(whole / 100);
    let [tens, ones] = pair(whole % 100);
    let mut text = [hundreds, tens, ones, b'.', 0, 0, 0, 0, 0, 0, 0];
    // the seven decimals are three pairs and one
    for (at, scale) in [(4, 100_000), (6, 1_000), (8, 10)] {
        if let Some(two) = text.get_mut(at..at + 2) {
            two.copy_from_slice(&pair(part / scale % 100));
        }
    }
    let [.., last] = &mut text;
    [_, *last] = pair(part % 10);
    (text, whole)
}

/// The two digits of a number below 100.
fn pair(number: u64) -> [u8; 2] {
    const PAIRS: [[u8; 2]; 100] = {
        let mut pairs = [[b'0'; 2]; 100];
        let mut at: u8 = 0;
        while at < 100 {
            #[expect(
                clippy::as_conversions,
                clippy::indexing_slicing,
                reason = "at is below 100"
            )]
            {
                pairs[at as usize] = [b'0' + at / 10, b'0' + at % 10];
            }
            at += 1;
        }
        pairs
    };
    let at = usize::try_from(number).unwrap_or(0);
    PAIRS.get(at).copied().unwrap_or([b'0'; 2])
}

/// Appends `number` with at least `width` digits.
fn push_digits(out: &mut Vec<u8>, mut number: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut used = 0;
    for digit in digits.iter_mut().rev() {
        if number == 0 && used >= width {
            break;
        }
        *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
        used += 1;
    }
    out.extend_from_slice(digits.get(digits.len() - used..).unwrap_or_default());
}

/// Appends a quoted and escaped string.
pub(crate) fn push_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    // without a way out of the loop it takes many bytes at once
    let special = rest
        .iter()
        .fold(false, |any, byte| any | needs_escape(*byte));
    if !special {
        out.extend_from_slice(rest);
        out.push(b'"');
        return;
    }
    while let Some(at) = rest.iter().position(|byte| needs_escape(*byte)) {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain);
        if let Some((byte, after)) = special.split_first() {
            push_escaped(out, *byte);
            rest = after;
        }
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

fn push_escaped(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'\n' => out.extend_from_slice(b"\\n"),
        control => push_display(out, format_args!("\\u{control:04x}")),
    }
}

/// Appends the ISO 8601 text of a day or a moment, quoted; it has nothing to escape.
fn push_quoted(out: &mut Vec<u8>, text: impl std::fmt::Display) {
    out.push(b'"');
    push_display(out, text);
    out.push(b'"');
}

fn push_display(out: &mut Vec<u8>, text: impl std::fmt::Display) {
    // Writing to a `Vec` cannot fail.
    let _written = write!(out, "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: impl Into<Value>, expected: &str) {
        let mut out = Vec::new();
        push_value(&mut out, &value.into());
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn values_are_typed_json() {
        check(true, "true");
        check(-120_i64, "-120");
        check(0_i64, "0");
        check(i64::MIN, "-9223372036854775808");
        check(2.5, "2.5");
        check(f64::NAN, "null");
        check(1e300, "1e+300");
        check("a\"b\\c\nd\u{1}楼", r#""a\"b\\c\nd\u0001楼""#);
        check(jiff::civil::date(2026, 3, 5), "\"2026-03-05\"");
        check(jiff::Timestamp::UNIX_EPOCH, "\"1970-01-01T00:00:00Z\"");
    }

    #[test]
    fn coordinates_have_seven_decimals() {
        for (units, expected) in [
            (1_089_612_345, "108.9612345"),
            (-5, "-0.0000005"),
            (0, "0.0000000"),
            (-1_800_000_000, "-180.0000000"),
            (98_765_432, "9.8765432"),
            (342_000_001, "34.2000001"),
            (99_990_000_000, "9999.0000000"),
        ] {
            let mut out = Vec::new();
            push_degrees(&mut out, units);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }

    #[test]
    fn a_usual_position_is_written_as_any_other() {
        let edges = [
            -1_089_612_345,
            0,
            99_999_999,
            100_000_000,
            342_000_001,
            999_999_999,
            1_000_000_000,
            1_089_612_345,
            9_999_999_999,
            10_000_000_000,
        ];
        for (lon, lat) in edges.iter().flat_map(|lon| edges.map(|lat| (*lon, lat))) {
            let (mut position, mut expected) = (Vec::new(), b"[".to_vec());
            push_position(&mut position, [lon, lat]);
            push_degrees(&mut expected, lon);
            expected.push(b',');
            push_degrees(&mut expected, lat);
            expected.push(b']');
            assert_eq!(position, expected);
        }
    }
}

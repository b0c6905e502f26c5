//! Numbers as ledgers have them: with units, in tens of thousands, in per cent, with marks between thousands.

use crate::ingest::Said;

/// Units that stand behind a number and change nothing.
const UNITS: &[&str] = &[
    "平方米",
    "平米",
    "㎡",
    "m²",
    "m2",
    "米",
    "m",
    "户",
    "人",
    "栋",
    "幢",
    "座",
    "层",
    "个",
    "部",
    "台",
    "处",
    "间",
    "套",
    "单元",
    "车位",
    "口",
    "元",
    "次",
    "条",
    "家",
];

/// A number, or what may be meant.
pub(super) fn number(text: &str) -> Result<f64, Option<Said>> {
    let half: String = text
        .trim()
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '０'..='９' | '．' | '－' | '％' | '，' | '＋' => {
                char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c)
            }
            _ => c,
        })
        .collect();
    let (mut core, mut factor) = (half.as_str(), 1.0);
    if let Some(rest) = core.strip_suffix('%') {
        (core, factor) = (rest, 0.01);
    }
    for unit in UNITS {
        if let Some(rest) = core.strip_suffix(unit) {
            core = rest;
            break;
        }
    }
    if let Some(rest) = core.strip_suffix('万') {
        (core, factor) = (rest, 10_000.0 * factor);
    }
    let joined = without_thousands(core);
    if let Ok(number) = joined.parse::<f64>()
        && number.is_finite()
    {
        if !half.contains(['%', '万']) {
            return Ok(number);
        }
        // 1.2 times ten thousand is twelve thousand, not 12000.000000000002.
        return Ok((number * factor * 1e6).round() / 1e6);
    }
    let vague = core
        .trim_start_matches(['约', '近'])
        .trim_end_matches(['余', '多']);
    if vague.len() < core.len()
        && let Ok(number) = vague.parse::<f64>()
    {
        return Err(Some(Said::new(
            format!("不是确切的数;请写数字,例如 {}", number * factor),
            format!("no exact number: write digits, such as {}", number * factor),
        )));
    }
    Err(chinese(core).map(|number| {
        Said::new(
            format!("请写数字 {number}"),
            format!("write the digits {number}"),
        )
    }))
}

/// `1,234` and `12,345,678` without their marks; other commas stay and make the text no number.
fn without_thousands(text: &str) -> String {
    let mut groups = text.split(',');
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let whole = |group: &&str| {
        let digits = group.split('.').next().unwrap_or_default();
        digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !rest.is_empty()
        && (1..=3).contains(&first.trim_start_matches('-').len())
        && rest.iter().all(whole)
    {
        format!("{first}{}", rest.concat())
    } else {
        text.to_owned()
    }
}

/// Chinese numerals up to ninety-nine.
fn chinese(text: &str) -> Option<u32> {
    let digit = |c: char| {
        "零一二三四五六七八九"
            .chars()
            .position(|d| d == c)
            .or((c == '两').then_some(2))
    };
    let chars: Vec<char> = text.chars().collect();
    let value = match chars.as_slice() {
        ['十'] => 10,
        ['十', one] => 10 + digit(*one)?,
        [ten, '十'] => digit(*ten)? * 10,
        [ten, '十', one] => digit(*ten)? * 10 + digit(*one)?,
        [one] => digit(*one)?,
        _ => return None,
    };
    u32::try_from(value).ok()
}

/// Whether a whole number is written as it would be written again: no leading nought, no sign but a minus, and not so
/// long that a reader of JSON rounds it.
pub(super) fn is_whole_as_written(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_short = (1..=15).contains(&digits.len());
    is_short
        && text
            .parse()
            .is_ok_and(|number: i64| number.to_string() == text)
}

/// Whether a number with a decimal point is written as it would be written again: neither `12.10` nor `1E5` is.
pub(super) fn is_real_as_written(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_decimal = digits.split_once('.').is_some_and(|(whole, fraction)| {
        let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        is_digits(whole) && is_digits(fraction)
    });
    is_decimal
        && text
            .parse()
            .is_ok_and(|number: f64| number.to_string() == text)
}

/// What programs write for a number that they do not have.
pub(super) fn is_no_number(text: &str) -> bool {
    let plain = text
        .trim_start_matches(['-', '+', '#'])
        .to_ascii_lowercase();
    matches!(
        plain.as_str(),
        "nan"
            | "inf"
            | "infinity"
            | "1.#ind"
            | "1.#qnan"
            | "1.#snan"
            | "1.#inf"
            | "div/0!"
            | "n/a"
            | "num!"
            | "value!"
            | "ref!"
            | "null!"
            | "name?"
    )
}

/// What became of digits in a code that a spreadsheet may have turned into a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Code {
    /// It is text, or a number written in full.
    Plain,
    /// Scientific notation that has every digit.
    Restored(String),
    /// Scientific notation that has lost digits.
    Lost,
}

/// Looks whether a code is in scientific notation, and whether all of its digits are there.
pub(super) fn code(text: &str) -> Code {
    let plain = text.trim();
    let Some((mantissa, exponent)) = plain.split_once(['E', 'e']) else {
        return without_decimals(plain)
            .map_or(Code::Plain, |digits| Code::Restored(digits.to_owned()));
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let power = exponent.strip_prefix('+').unwrap_or(exponent);
    let is_notation = whole.len() == 1
        && digits(whole)
        && digits(fraction)
        && (1..=2).contains(&power.len())
        && digits(power);
    // "1E2" and "3E12" may be house numbers; a program goes over to the notation at twelve digits, and writes a sign or
    // a fraction.
    let is_of_program = exponent.starts_with('+') || mantissa.contains('.');
    let power = power.parse::<usize>().unwrap_or(0);
    if !is_notation || !is_of_program || power < 8 {
        return Code::Plain;
    }
    if fraction.len() == power {
        Code::Restored(format!("{whole}{fraction}"))
    } else {
        Code::Lost
    }
}

/// The digits of a code that a program has kept as a number with decimals: `330106001001.0`.
fn without_decimals(text: &str) -> Option<&str> {
    let (whole, fraction) = text.split_once('.')?;
    let is_code = whole.len() >= FEWEST_IN_CODE && whole.bytes().all(|byte| byte.is_ascii_digit());
    let is_nothing = !fraction.is_empty() && fraction.bytes().all(|byte| byte == b'0');
    (is_code && is_nothing).then_some(whole)
}

/// The digits of the shortest code that is told from a number by them: a county's.
const FEWEST_IN_CODE: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_one_that_comes_back_letter_by_letter() {
        for text in ["0", "-3", "12", "610113002001", "999999999999999"] {
            assert!(is_whole_as_written(text), "{text}");
        }
        for text in [
            "",
            "-",
            "-0",
            "+3",
            "007",
            "0012",
            "1E5",
            "12.0",
            "1,234",
            "１２",
            " 3",
            "6101130020120012",
            "610113002012001201",
            "61011300201200120100",
        ] {
            assert!(!is_whole_as_written(text), "{text}");
        }
        for text in ["0.5", "-0.25", "1.1", "108.9723", "15293.14563266725"] {
            assert!(is_real_as_written(text), "{text}");
        }
        for text in [
            "1.10",
            "12.0",
            ".5",
            "5.",
            "1E5",
            "1.5e3",
            "2024.10",
            "01.5",
            "nan",
            "inf",
            "0.10000000000000000001",
            "6101130020120012.5",
        ] {
            assert!(!is_real_as_written(text), "{text}");
        }
        for text in [
            "nan", "NaN", "-1.#IND", "1.#QNAN", "-inf", "#DIV/0!", "#N/A",
        ] {
            assert!(is_no_number(text), "{text}");
        }
        assert!(!is_no_number("南"));
    }

    #[test]
    fn numbers_with_what_people_write_around_them() {
        for (text, wanted) in [
            ("120", 120.0),
            ("120户", 120.0),
            ("3120.5㎡", 3120.5),
            ("1.2万㎡", 12_000.0),
            ("1,234", 1234.0),
            ("１２３", 123.0),
            ("85%", 0.85),
            ("6层", 6.0),
            ("-3", -3.0),
            ("12,345,678.9平方米", 12_345_678.9),
            ("2 部", 2.0),
        ] {
            assert_eq!(number(text), Ok(wanted), "{text}");
        }
        for (text, suggestion) in [
            ("六", Some("6")),
            ("十二层", Some("12")),
            ("约120户", Some("120")),
            ("120余", Some("120")),
            ("1,23", None),
            ("有", None),
            ("3-5", None),
            ("inf", None),
        ] {
            let doubt = number(text).unwrap_err();
            assert_eq!(doubt.is_some(), suggestion.is_some(), "{text}");
            assert!(
                doubt.is_none_or(|said| said.zh.contains(suggestion.unwrap_or_default())),
                "{text}"
            );
        }
    }

    #[test]
    fn codes_from_scientific_notation_only_where_every_digit_is_there() {
        assert_eq!(code("6.10113E+11"), Code::Lost);
        assert_eq!(code("6.1E+11"), Code::Lost);
        assert_eq!(
            code("6.10113002001E+11"),
            Code::Restored("610113002001".to_owned())
        );
        assert_eq!(
            code("330106001001.0"),
            Code::Restored("330106001001".to_owned())
        );
        for text in [
            "610113002001",
            "B-1E",
            "1E2",
            "3E",
            "E12",
            "甲E+11",
            "3E12",
            "12.0",
            "1.10",
            "6101.00",
            "610113002001.5",
        ] {
            assert_eq!(code(text), Code::Plain, "{text}");
        }
    }
}

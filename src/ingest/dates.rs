//! Dates and years as people write them.

use jiff::Span;
use jiff::civil::{Date, Time};

use crate::ingest::Said;

/// Why a text is no date for certain, with what may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Doubt {
    pub(super) suggestion: Option<Said>,
}

fn doubt(zh: impl Into<String>, en: impl Into<String>) -> Doubt {
    Doubt {
        suggestion: Some(Said::new(zh, en)),
    }
}

/// Days from 1899-12-30 that can be a date in a ledger: 1950 to 2100.
const SERIALS: std::ops::RangeInclusive<f64> = 18_264.0..=73_415.0;

/// The day that `text` means; `year` stands for one that is not written. A moment with a zone has the day that it has in
/// China: `2026-03-04T16:00:00Z` is the midnight with which 5 March begins there.
pub(super) fn day(text: &str, year: Option<i16>) -> Result<Date, Doubt> {
    let plain = plain(text);
    let date = written_day(&plain, year)?;
    Ok(in_china(&plain, date).unwrap_or(date))
}

/// Minutes by which China is ahead of UTC.
const CHINA: i64 = 8 * 60;

/// The day in China of a moment on `date` that has a time and a zone; `None` without these.
fn in_china(plain: &str, date: Date) -> Option<Date> {
    let (_, clock) = plain.split_once(['T', 't', ' '])?;
    let clock = clock.trim().to_ascii_uppercase();
    let (time, ahead) = zoned(&clock)?;
    let mut parts = time.trim().split(':');
    let hour = parts.next()?.parse().ok()?;
    let minute = parts.next()?.parse().ok()?;
    let moment = date.to_datetime(Time::new(hour, minute, 0, 0).ok()?);
    let span = Span::new().try_minutes(CHINA - ahead).ok()?;
    Some(moment.checked_add(span).ok()?.date())
}

/// A time of day without its zone, and the minutes that this is ahead of UTC.
fn zoned(clock: &str) -> Option<(&str, i64)> {
    if let Some(time) = ["Z", "UTC", "GMT"]
        .iter()
        .find_map(|zone| clock.strip_suffix(zone))
    {
        return Some((time, 0));
    }
    let at = clock.rfind(['+', '-'])?;
    let (time, offset) = (clock.get(..at)?, clock.get(at..)?);
    let time = time.trim_end_matches("UTC").trim_end_matches("GMT");
    let digits: String = offset.chars().filter(char::is_ascii_digit).collect();
    let is_offset = offset
        .chars()
        .skip(1)
        .all(|c| c.is_ascii_digit() || c == ':');
    let (hours, minutes): (i64, i64) = match digits.len() {
        1 | 2 => (digits.parse().ok()?, 0),
        4 => (
            digits.get(..2)?.parse().ok()?,
            digits.get(2..)?.parse().ok()?,
        ),
        _ => return None,
    };
    if !is_offset || hours > 14 || minutes > 59 {
        return None;
    }
    let ahead = hours * 60 + minutes;
    Some((
        time,
        if offset.starts_with('-') {
            -ahead
        } else {
            ahead
        },
    ))
}

fn written_day(plain: &str, year: Option<i16>) -> Result<Date, Doubt> {
    if let Some(date) = plain.parse::<f64>().ok().and_then(serial) {
        return Ok(date);
    }
    let numbers = numbers(plain);
    let written = |y: i64, m: i64, d: i64| {
        let date = Date::new(
            i16::try_from(y).ok()?,
            i8::try_from(m).ok()?,
            i8::try_from(d).ok()?,
        );
        date.ok()
            .filter(|date| (1900..=2100).contains(&date.year()))
    };
    let nothing = Doubt { suggestion: None };
    match numbers.as_slice() {
        [whole] if plain.len() == 8 => {
            let (y, m, d) = (whole / 10_000, whole / 100 % 100, whole % 100);
            written(y, m, d).ok_or(nothing)
        }
        [y, m, d, ..] if *y >= 1900 => written(*y, *m, *d).ok_or(nothing),
        // Day, month and year: certain only where the day cannot be a month.
        [first, second, y, ..] if *y >= 1900 && (*first > 12) != (*second > 12) => {
            let (m, d) = if *first > 12 {
                (*second, *first)
            } else {
                (*first, *second)
            };
            written(*y, m, d).ok_or(nothing)
        }
        [same, other, y, ..] if *y >= 1900 && same == other => {
            written(*y, *same, *other).ok_or(nothing)
        }
        [first, second, y] if *y >= 1900 => Err(
            match (written(*y, *first, *second), written(*y, *second, *first)) {
                (Some(one), Some(other)) => doubt(
                    format!("日月顺序不明:{one} 还是 {other}?"),
                    format!("day and month are not clear: {one} or {other}?"),
                ),
                _ => nothing,
            },
        ),
        [y, m, d] if *y < 100 => Err(match written(2000 + y, *m, *d) {
            Some(date) => doubt(
                format!("是否为 {date}?年份请写四位"),
                format!("is it {date}? Write the year with four digits"),
            ),
            None => nothing,
        }),
        [m, d] if *m <= 12 => match year {
            Some(year) => written(i64::from(year), *m, *d).ok_or(nothing),
            None => Err(doubt(
                "缺少年份;请写明年份,或用 --year 指定",
                "there is no year: write it, or say it with --year",
            )),
        },
        [y, m] if *y >= 1900 && (1..=12).contains(m) => Err(doubt(
            format!("只有年月;请写明日期,例如 {y}-{m:02}-01"),
            format!("only year and month: write the day too, such as {y}-{m:02}-01"),
        )),
        _ => Err(nothing),
    }
}

/// The year that `text` means: `1985`, `1985年`, `1985.6`, a date, or a date as a spreadsheet counts it.
pub(super) fn year(text: &str) -> Result<i64, Doubt> {
    let plain = plain(text);
    let is_year = |year: &i64| (1800..=2100).contains(year);
    // A range or a bound is no single year.
    if let [first, second] = numbers(&plain).as_slice()
        && is_year(first)
        && is_year(second)
    {
        return Err(doubt(
            format!("是一个区间;请写一个年份,例如 {first}"),
            format!("a range: write one year, such as {first}"),
        ));
    }
    if plain.contains(['前', '后', '约', '余', '左']) {
        return Err(doubt(
            "不是确切的年份;请写四位年份",
            "no exact year: write its four digits",
        ));
    }
    if plain.contains("年代") {
        let decade = decade(&plain);
        return Err(match decade {
            Some(year) => doubt(
                format!("只有年代;请写年份,例如 {}", year + 5),
                format!("only a decade: write a year, such as {}", year + 5),
            ),
            None => doubt(
                "只有年代;请写四位年份",
                "only a decade: write a year of four digits",
            ),
        });
    }
    if let Ok(number) = plain.parse::<f64>()
        && let Some(date) = serial(number)
    {
        return Ok(i64::from(date.year()));
    }
    if let Ok(date) = written_day(&plain, None)
        && let Some(date) = in_china(&plain, date)
    {
        return Ok(i64::from(date.year()));
    }
    match numbers(&plain).as_slice() {
        [whole] if plain.len() == 8 && is_year(&(whole / 10_000)) => Ok(whole / 10_000),
        [year, ..] if is_year(year) => Ok(*year),
        [short] if (50..=99).contains(short) => Err(doubt(
            format!("是否为 {}?年份请写四位", 1900 + short),
            format!("is it {}? Write the year with four digits", 1900 + short),
        )),
        _ => Err(Doubt { suggestion: None }),
    }
}

/// The first year of `80年代`, `九十年代`, `1980年代`.
fn decade(plain: &str) -> Option<i64> {
    let words = [
        ("五十", 1950),
        ("六十", 1960),
        ("七十", 1970),
        ("八十", 1980),
        ("九十", 1990),
    ];
    if let Some((_, year)) = words.iter().find(|(word, _)| plain.contains(word)) {
        return Some(*year);
    }
    match numbers(plain).as_slice() {
        [year] if (1900..2100).contains(year) => Some(year / 10 * 10),
        [short] if (50..100).contains(short) && short % 10 == 0 => Some(1900 + short),
        _ => None,
    }
}

/// The day of a spreadsheet's count from the end of 1899; Excel counts a 29 February 1900 that never was.
fn serial(number: f64) -> Option<Date> {
    if !SERIALS.contains(&number) {
        return None;
    }
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "the range was checked"
    )]
    let days = number.floor() as i32;
    let origin = Date::new(1899, 12, 30).ok()?;
    origin.checked_add(Span::new().try_days(days).ok()?).ok()
}

/// The runs of digits of a text, with the time of day cut off.
fn numbers(plain: &str) -> Vec<i64> {
    let day = plain.split(['T', 't', ' ']).next().unwrap_or(plain);
    day.split(|c: char| !c.is_ascii_digit())
        .filter(|run| !run.is_empty() && run.len() <= 8)
        .filter_map(|run| run.parse().ok())
        .collect()
}

/// Half-width, without spaces around the marks of a date.
fn plain(text: &str) -> String {
    let half: String = text
        .trim()
        .chars()
        .map(|c| match c {
            '０'..='９' | '．' | '／' | '－' => {
                char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c)
            }
            '\u{3000}' => ' ',
            _ => c,
        })
        .collect();
    let mut tight = half;
    for mark in ["年", "月", ".", "/", "-"] {
        tight = tight
            .replace(&format!(" {mark}"), mark)
            .replace(&format!("{mark} "), mark);
    }
    tight
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_every_spelling() {
        for text in [
            "2022-05-03",
            "2022.5.3",
            "2022/5/3",
            "2022年5月3日",
            "2022 年 5 月 3 日",
            "20220503",
            "44684",
            "44684.5",
            "2022-05-03T14:20:00",
            "2022/5/3 14:20",
            "２０２２．５．３",
            "2022.05.03.",
        ] {
            assert_eq!(day(text, None), Ok(Date::constant(2022, 5, 3)), "{text}");
        }
        assert_eq!(day("5月3日", Some(2022)), Ok(Date::constant(2022, 5, 3)));
        assert_eq!(day("5.3", Some(2022)), Ok(Date::constant(2022, 5, 3)));
        assert_eq!(day("25/5/2022", None), Ok(Date::constant(2022, 5, 25)));
        for (text, has_suggestion) in [
            ("5月3日", true),
            ("22.5.3", true),
            ("3/5/2022", true),
            ("2022年5月", true),
            ("2022-13-40", false),
            ("立即整改", false),
            ("99999999999", false),
            ("", false),
        ] {
            let doubt = day(text, None).unwrap_err();
            assert_eq!(doubt.suggestion.is_some(), has_suggestion, "{text}");
        }
    }

    #[test]
    fn moments_with_a_zone_have_the_day_that_they_have_in_china() {
        for text in [
            "2026-03-04T16:00:00.000Z",
            "2026-03-05T15:59:59Z",
            "2026-03-04 16:00:00+00",
            "2026/03/04 16:00:00 UTC",
            "2026-03-05T00:00:00+08:00",
            "2026-03-05T23:59:59+08:00",
            "2026-03-05T23:59:59+0800",
            "2026-03-05T01:00:00+09:00",
            "2026-03-04T11:00:00-05:00",
            "2026-03-04T11:00-0500",
            "2026-03-05 00:00:00 GMT+8",
            "2026/3/5 0:00",
            "2026-03-05T23:59:59",
            "2026-03-05Z",
        ] {
            assert_eq!(day(text, None), Ok(Date::constant(2026, 3, 5)), "{text}");
        }
        let last = day("2026-12-31T16:30:00Z", None);
        assert_eq!(last, Ok(Date::constant(2027, 1, 1)));
        assert_eq!(year("2025-12-31T16:00:00Z"), Ok(2026));
        assert_eq!(year("2025-12-31T15:00:00Z"), Ok(2025));
    }

    #[test]
    fn years_of_every_spelling() {
        for text in [
            "1985",
            "1985年",
            "1985.6",
            "1985年6月",
            "1985-06-01",
            "31048",
            "19850601",
            "建于1985年",
        ] {
            assert_eq!(year(text), Ok(1985), "{text}");
        }
        for text in [
            "80年代",
            "九十年代",
            "1985-1990",
            "2000年前",
            "85",
            "约1985年",
            "不详",
        ] {
            assert!(year(text).is_err(), "{text}");
        }
        let suggestion = year("八十年代").unwrap_err().suggestion.unwrap();
        assert!(suggestion.zh.contains("1985"));
    }
}

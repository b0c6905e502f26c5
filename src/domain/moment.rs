//! How a moment is written: RFC 3339, to the end of the year 9999 and with any number of decimals.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;

/// The decimals of a second that are kept.
const MOST_DECIMALS: usize = 9;

/// The moment that `text` is, with its zone; what lies beyond the latest one that can be kept is that one.
///
/// "No end" is written 9999-12-31T23:59:59Z, a day and some hours after it.
pub fn moment(text: &str) -> Option<Timestamp> {
    let text = cut_decimals(text);
    text.parse().ok().or_else(|| {
        let pieces = Pieces::parse(&*text).ok()?;
        let is_whole = pieces.time().is_some() && pieces.to_numeric_offset().is_some();
        (is_whole && pieces.date().year() == 9999).then_some(Timestamp::MAX)
    })
}

/// The moment at which `date` begins in UTC; the latest one for the last day of the year 9999.
pub fn start_of(date: Date) -> Timestamp {
    let start = date.to_zoned(TimeZone::UTC);
    start.map_or(Timestamp::MAX, |start| start.timestamp())
}

fn cut_decimals(text: &str) -> Cow<'_, str> {
    let Some((before, after)) = text.split_once('.') else {
        return Cow::Borrowed(text);
    };
    let decimals = after.bytes().take_while(u8::is_ascii_digit).count();
    let parts = after
        .split_at_checked(MOST_DECIMALS)
        .zip(after.split_at_checked(decimals));
    match parts {
        Some(((kept, _), (_, zone))) if decimals > MOST_DECIMALS => {
            Cow::Owned([before, ".", kept, zone].concat())
        }
        _ => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_to_the_end_of_the_calendar_and_with_any_decimals() {
        for (text, expected) in [
            ("2026-03-05T00:00:00Z", "2026-03-05T00:00:00Z"),
            ("2026-03-05T08:00:00+08:00", "2026-03-05T00:00:00Z"),
            ("2026-03-05t00:00:00z", "2026-03-05T00:00:00Z"),
            ("2026-03-05T00:00:00.5Z", "2026-03-05T00:00:00.5Z"),
            (
                "2026-03-05T00:00:00.1234567891Z",
                "2026-03-05T00:00:00.123456789Z",
            ),
            (
                "2026-03-05T08:00:00.00000000000000000000+08:00",
                "2026-03-05T00:00:00Z",
            ),
            ("9999-12-30T22:00:00Z", "9999-12-30T22:00:00Z"),
        ] {
            assert_eq!(moment(text).unwrap().to_string(), expected, "{text}");
        }
        for last in [
            "9999-12-31T23:59:59Z",
            "9999-12-31T23:59:59.999999999999Z",
            "9999-12-31T00:00:00+08:00",
            "9999-12-31T23:59:59-08:00",
        ] {
            assert!(
                moment(last).unwrap() > "9999-12-30T00:00:00Z".parse().unwrap(),
                "{last}"
            );
        }
        for wrong in [
            "",
            "now",
            "2026-03-05",
            "9999-12-31",
            "9999-12-31T23:59:59",
            "9999-13-31T00:00:00Z",
            "10000-01-01T00:00:00Z",
            "2026-03-05T00:00:00.Z",
            "2026-03-05T00:00:00.12345678912",
            "2026-03-05T00:00:00.123456789x1Z",
            "2026-03-05T00:00:00.1234567890民Z",
        ] {
            assert_eq!(moment(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_day_has_a_start_and_their_order_is_that_of_the_days() {
        let days: [Date; 3] =
            ["2026-03-05", "9999-12-30", "9999-12-31"].map(|day: &str| day.parse().unwrap());
        let starts = days.map(start_of);
        assert_eq!(starts[0].to_string(), "2026-03-05T00:00:00Z");
        assert!(starts.is_sorted_by(|one, next| one < next));
        assert_eq!(start_of(Date::MAX), Timestamp::MAX);
    }
}

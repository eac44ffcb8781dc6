//! Days and moments.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::Unreadable;

/// How shops write a day. A day before the month with slashes could be the other way round, so it is not here.
const FORMATS: [&str; 8] =
    ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y"];
/// There were no video cards before; a date far ahead is a slip of the pen.
const POSSIBLE_YEARS: std::ops::RangeInclusive<i32> = 1981..=2100;

/// The day of a release.
pub fn day(text: &str) -> Result<NaiveDate, Unreadable> {
    let text = text.trim();
    let day = FORMATS.iter().find_map(|format| NaiveDate::parse_from_str(text, format).ok());
    let day = day.or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.date_naive()));
    let day = day.ok_or(Unreadable::NotADay)?;
    if POSSIBLE_YEARS.contains(&day.year()) { Ok(day) } else { Err(Unreadable::Implausible) }
}

/// A moment in RFC 3339.
pub fn moment(text: &str) -> Result<DateTime<Utc>, Unreadable> {
    let moment = DateTime::parse_from_rfc3339(text.trim()).map_err(|_| Unreadable::NotATime)?;
    possible(moment.to_utc())
}

/// A moment in seconds since 1970.
pub fn moment_of_seconds(seconds: i64) -> Result<DateTime<Utc>, Unreadable> {
    possible(DateTime::from_timestamp(seconds, 0).ok_or(Unreadable::NotATime)?)
}

fn possible(moment: DateTime<Utc>) -> Result<DateTime<Utc>, Unreadable> {
    // A clock that starts at 1970 is wrong, and yet a clock: what it says is kept and orders nothing.
    if (1970..=2100).contains(&moment.year()) { Ok(moment) } else { Err(Unreadable::Implausible) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_in_every_way_that_has_one_meaning() {
        for text in [
            "2024-01-17",
            "2024/01/17",
            "17.01.2024",
            "January 17, 2024",
            "Jan 17, 2024",
            "17 Jan 2024",
            "2024-01-17T00:00:00Z",
        ] {
            assert_eq!(day(text), Ok(NaiveDate::from_ymd_opt(2024, 1, 17).unwrap()), "{text:?}");
        }
        for text in ["01/02/2024", "2024", "2024-02-30", "soon", "Q1 2024"] {
            assert_eq!(day(text), Err(Unreadable::NotADay), "{text:?}");
        }
        assert_eq!(day("1024-01-17"), Err(Unreadable::Implausible));
    }

    #[test]
    fn moments_are_in_utc_and_bounded() {
        assert_eq!(moment("2026-11-20T12:12:00+02:00").unwrap().to_rfc3339(), "2026-11-20T10:12:00+00:00");
        assert_eq!(moment("yesterday"), Err(Unreadable::NotATime));
        assert_eq!(moment_of_seconds(1_763_633_520).unwrap().to_rfc3339(), "2025-11-20T10:12:00+00:00");
        assert_eq!(moment_of_seconds(i64::MAX), Err(Unreadable::NotATime));
        assert_eq!(moment_of_seconds(1_763_633_520_000), Err(Unreadable::Implausible));
    }
}

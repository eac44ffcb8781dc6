//! Numbers that only grow: the versions of a listing, and the crawls of a shop.
//!
//! They follow the clock, and the last number where the clock is behind that. So they go on growing even if what was
//! counted is lost with the collector's database: were they to begin again at one, consumers would ignore all news as
//! old until they had caught up.

use chrono::{DateTime, Utc};

/// Midnight on the first of January 2020 in UTC, in milliseconds since 1970. Numbers stay far below 2^53, which
/// JavaScript can count to.
const ORIGIN_MS: i64 = 1_577_836_800_000;

/// The number that follows the last one; 0: there was none.
pub fn after(last: i64, now: DateTime<Utc>) -> i64 {
    (last + 1).max(now.timestamp_millis() - ORIGIN_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_grow_with_the_clock_and_where_it_stands_or_goes_back_by_one() {
        let at = |ms: i64| DateTime::from_timestamp_millis(ORIGIN_MS + ms).unwrap();
        let cases =
            [(0, at(5_000), 5_000), (4_999, at(5_000), 5_000), (5_000, at(5_000), 5_001), (7, at(-9), 8)];
        for (last, now, expected) in cases {
            assert_eq!(after(last, now), expected, "{last} at {now}");
        }
        assert_eq!(after(0, DateTime::UNIX_EPOCH), 1);
    }
}

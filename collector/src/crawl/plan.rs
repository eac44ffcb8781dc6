//! What a crawl asks for, how it treats a shop that fails, and when it gives up. All of it is pure.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use crate::{
    shops::{Position, Scope},
    store::CrawlBegun,
};

/// What changed so shortly before the mark is asked for again: clocks of a shop's machines differ, and its times
/// are whole seconds.
const OVERLAP: Duration = Duration::from_secs(5);
/// A sick shop gets one request in so long a time at most.
const SICK_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause on top of that: a shop that is well again is read within a poll and ten seconds.
const LONGEST_JITTER: Duration = Duration::from_secs(4);
/// How often a page is asked for before it is given up.
pub const ATTEMPTS: u32 = 4;
/// How often a page is put off by a shop that asks for pauses before it is given up: a shop that rations its
/// answers gets more patience than one that fails.
pub const MOST_PAUSES: u32 = 6;

/// What to ask for. `is_first` is the first crawl since this collector leads the shop: it may read better than
/// the one before it, and what that one left unfinished is not known.
pub fn scope(begun: &CrawlBegun, is_first: bool, full_crawl_every: u32) -> Scope {
    let is_due = begun
        .changes_since_full
        .and_then(|changes| u32::try_from(changes).ok())
        .is_none_or(|changes| changes.saturating_add(1) >= full_crawl_every);
    match begun.changed_mark {
        Some(mark) if !is_first && !is_due && !begun.is_unsettled => Scope::ChangedSince(mark - OVERLAP),
        _ => Scope::Full,
    }
}

/// How long to leave a shop alone after the `failures`th failure in a row (from 1): exponential, with full
/// jitter. `random` is from 0 to 1.
pub fn pause(failures: u32, random: f64) -> Duration {
    let widest = SICK_PAUSE.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
    SICK_PAUSE + widest.min(LONGEST_JITTER).mul_f64(random.clamp(0.0, 1.0))
}

/// Where a crawl has been, to see when a shop sends it round in a circle. It keeps a few bytes a page.
#[derive(Debug, Default)]
pub struct Visited {
    marks: HashSet<u64>,
}

impl Visited {
    /// Notes a position; false if it was there before.
    pub fn is_new_position(&mut self, position: &Position) -> bool {
        self.note(&("position", position))
    }

    /// Notes a page by what it holds; false if it was there before. In a live list a listing moves from one page
    /// to the next, so that a page of one alone can be seen twice.
    pub fn is_new_page(&mut self, ids: &[String]) -> bool {
        ids.len() < 2 || self.note(&("page", ids))
    }

    fn note(&mut self, what: &impl Hash) -> bool {
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        self.marks.insert(hasher.finish())
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn changes_are_asked_for_only_where_nothing_speaks_for_a_full_crawl() {
        let mark = DateTime::from_timestamp(1_000, 0);
        let settled =
            CrawlBegun { crawl: 9, changes_since_full: Some(0), changed_mark: mark, is_unsettled: false };
        let changes = Scope::ChangedSince(DateTime::from_timestamp(995, 0).unwrap());
        let cases = [
            ("after a full crawl", settled.clone(), false, 5, changes),
            ("the first", settled.clone(), true, 5, Scope::Full),
            (
                "the fourth in between",
                CrawlBegun { changes_since_full: Some(3), ..settled.clone() },
                false,
                5,
                changes,
            ),
            (
                "the fifth",
                CrawlBegun { changes_since_full: Some(4), ..settled.clone() },
                false,
                5,
                Scope::Full,
            ),
            ("always full", settled.clone(), false, 1, Scope::Full),
            (
                "no full one yet",
                CrawlBegun { changes_since_full: None, ..settled.clone() },
                false,
                5,
                Scope::Full,
            ),
            ("no mark", CrawlBegun { changed_mark: None, ..settled.clone() }, false, 5, Scope::Full),
            ("something is missing", CrawlBegun { is_unsettled: true, ..settled }, false, 5, Scope::Full),
        ];
        for (case, begun, is_first, every, expected) in cases {
            assert_eq!(scope(&begun, is_first, every), expected, "{case}");
        }
    }

    #[test]
    fn a_sick_shop_is_asked_once_a_second_at_most_and_within_five() {
        for (failures, random, expected_ms) in [
            (1, 0.0, 1_000),
            (1, 1.0, 2_000),
            (2, 0.5, 2_000),
            (3, 1.0, 5_000),
            (9, 1.0, 5_000),
            (u32::MAX, 0.0, 1_000),
        ] {
            assert_eq!(pause(failures, random), Duration::from_millis(expected_ms), "{failures} {random}");
        }
    }

    #[test]
    fn a_circle_is_seen() {
        let mut visited = Visited::default();
        let position = Position::Cursor(Some("a".to_owned()));
        assert!(visited.is_new_position(&position));
        assert!(!visited.is_new_position(&position));
        let ids = ["1".to_owned(), "2".to_owned()];
        assert!(visited.is_new_page(&ids));
        assert!(!visited.is_new_page(&ids));
        assert!(visited.is_new_page(&ids[..1]));
        assert!(visited.is_new_page(&ids[..1]), "a single listing can move to the next page");
    }
}

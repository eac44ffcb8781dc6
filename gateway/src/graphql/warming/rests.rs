//! How fast cards are read and written ahead, beside what else happens to the catalogue.

use std::time::{Duration, Instant};

/// How many cards change in a second where a backlog of events is applied.
const BACKLOG: u128 = 500;
/// Who rests longer doesn't see that the backlog has ended.
const LONGEST_REST: Duration = Duration::from_secs(5);
/// How often it is looked whether there is a backlog.
pub(super) const LOOK: Duration = Duration::from_millis(500);
/// How long it takes to see that there is none any more: between two batches of it nothing changes for a while.
const LOOK_FOR_END: Duration = Duration::from_secs(3);

/// How long the machine is left to others after reading or writing for a while, as a multiple of that while, where a backlog
/// is applied: that is waited for, and this is not.
const REST_IN_BACKLOG: u32 = 20;

/// How fast cards are read or written ahead, beside what else happens to the catalogue.
pub(super) struct Rests {
    /// How many cards had changed at the last look.
    seen: (u64, Instant),
    is_backlog: bool,
}

impl Rests {
    pub(super) fn new(cards_changed: u64, now: Instant) -> Self {
        Self { seen: (cards_changed, now), is_backlog: false }
    }

    /// Whether a backlog is applied, now that so many cards have changed.
    pub(super) fn is_backlog(&mut self, cards_changed: u64, now: Instant) -> bool {
        let (before, at) = self.seen;
        let since = now.duration_since(at);
        if since >= if self.is_backlog { LOOK_FOR_END } else { LOOK } {
            let changed = cards_changed.saturating_sub(before);
            self.is_backlog = u128::from(changed) * 1_000 > BACKLOG * since.as_millis();
            self.seen = (cards_changed, now);
        }
        self.is_backlog
    }

    /// How long to rest after reading or writing for a while, now that so many cards have changed: `usual` times as long, if
    /// there is no backlog.
    pub(super) fn after(&mut self, took: Duration, usual: u32, cards_changed: u64, now: Instant) -> Duration {
        let rest = if self.is_backlog(cards_changed, now) { REST_IN_BACKLOG } else { usual };
        (took * rest).min(LONGEST_REST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_ahead_gives_way_while_a_backlog_is_applied_and_then_goes_on_as_before() {
        let (began, read) = (Instant::now(), Duration::from_millis(30));
        let mut rests = Rests::new(7_000, began);
        let mut rest = |ms, changed| rests.after(read, 2, changed, began + Duration::from_millis(ms));
        let (short, long) = (read * 2, read * 20);
        let story = [
            // What is seen at once came in a while that is not over.
            (60, 8_000, short),
            (120, 8_000, short),
            (600, 12_000, long),
            // Between two batches.
            (1_200, 12_000, long),
            (2_400, 12_000, long),
            (3_600, 14_000, long),
            // A few prices are no backlog.
            (6_600, 14_300, short),
            (9_000, 15_000, short),
            (9_600, 16_000, long),
        ];
        for (ms, changed, expected) in story {
            assert_eq!(rest(ms, changed), expected, "after {ms} ms");
        }
        let minute = Duration::from_mins(1);
        assert_eq!(rests.after(minute, 2, 16_000, began + minute), LONGEST_REST, "however long that took");
    }
}

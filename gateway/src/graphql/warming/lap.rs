//! Going through all cards by their ids for those that lack, and again once others have changed or come.

use std::time::{Duration, Instant};

use catalogue_index::Index;

use super::AT_ONCE;

/// How many cards are looked at in one step: some ten microseconds' work.
const STEP: usize = 1_024;
/// From the end of one lap to the next: to look at a million cards takes some ten milliseconds.
pub(super) const PAUSE: Duration = Duration::from_secs(5);
/// Where one in so many of the cards that follow each other lacks, or fewer, they lie apart from each other.
const APART: i64 = 4;

/// One way through all cards.
pub(super) struct Lap {
    /// From which id on they haven't been looked at; `None`: all have been.
    next: Option<i64>,
    /// How many cards had changed when it began.
    changed: u64,
    /// How many steps have given out cards that are still being read.
    under_way: usize,
    /// Some of those cards lack after all.
    is_missed: bool,
    looked_at: Instant,
}

impl Lap {
    /// The first one: all cards that there are lack, as far as is known.
    pub(super) fn new(now: Instant) -> Self {
        Self { next: Some(i64::MIN), changed: 0, under_way: 0, is_missed: false, looked_at: now }
    }

    /// Whether there are cards to be looked at, now that so many have changed. Another lap may begin with that.
    pub(super) fn goes_on(&mut self, cards_changed: u64, now: Instant) -> bool {
        let may_find = self.is_missed || cards_changed != self.changed;
        if self.next.is_none() && may_find && now.duration_since(self.looked_at) >= PAUSE {
            *self = Self { changed: cards_changed, under_way: self.under_way, ..Self::new(now) };
        }
        self.next.is_some()
    }

    /// Whether all have been looked at, and none of those that lacked is being read any more.
    pub(super) fn is_over(&self) -> bool {
        self.next.is_none() && self.under_way == 0
    }

    /// One step: the cards that lack, [`AT_ONCE`] at most, and often none. Where there are some, it is [`Self::settle`]d.
    /// `lacking` says which of some do, or `None`: no more are wanted.
    pub(super) fn step(
        &mut self,
        index: &Index,
        lacking: impl FnOnce(&[i64]) -> Option<Vec<i64>>,
        now: Instant,
    ) -> Vec<i64> {
        self.looked_at = now;
        let Some(next) = self.next.take() else { return Vec::new() };
        let ids: Vec<i64> = index.ids_from(next).take(STEP).collect();
        let Some(last) = ids.last() else { return Vec::new() };
        let Some(mut found) = lacking(&ids) else { return Vec::new() };
        let cut = found.get(AT_ONCE).copied();
        found.truncate(AT_ONCE);
        self.next = cut.or_else(|| last.checked_add(1));
        self.under_way += usize::from(!found.is_empty());
        found
    }

    /// The cards of a step have been read, or still lack.
    pub(super) fn settle(&mut self, are_read: bool) {
        self.under_way -= 1;
        self.is_missed |= !are_read;
    }
}

/// Whether few of the cards from the first of these to the last are among them: to read each of them costs Postgres several
/// times as much.
pub(super) fn lie_apart(ids: &[i64]) -> bool {
    let Some((first, last)) = ids.first().zip(ids.last()) else { return false };
    let count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    last.saturating_sub(*first) / APART >= count
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use catalogue_index::CardFacts;

    use super::*;

    fn index(ids: impl IntoIterator<Item = i64>) -> Index {
        Index::build(ids.into_iter().map(|id| CardFacts { id, ..CardFacts::default() }))
    }

    /// What a lap finds to its end, where all that it gives out is there from then on.
    fn found(
        lap: &mut Lap,
        index: &Index,
        there: &mut BTreeSet<i64>,
        changed: u64,
        now: Instant,
    ) -> Vec<i64> {
        let mut found = Vec::new();
        while lap.goes_on(changed, now) {
            let lacking = |ids: &[i64]| Some(ids.iter().copied().filter(|id| !there.contains(id)).collect());
            let step = lap.step(index, lacking, now);
            assert!(step.len() <= AT_ONCE);
            if !step.is_empty() {
                assert!(!lap.is_over());
                lap.settle(true);
            }
            there.extend(&step);
            found.extend(step);
        }
        assert!(lap.is_over());
        found
    }

    #[test]
    fn all_cards_that_lack_are_found_and_again_those_that_have_changed() {
        let ids: Vec<i64> = (1..3_000).chain([i64::MAX]).collect();
        let (index, mut there) = (index(ids.clone()), BTreeSet::from([2, 1_500]));
        let expected: Vec<i64> = ids.into_iter().filter(|id| !there.contains(id)).collect();
        let began = Instant::now();
        let mut lap = Lap::new(began);
        assert_eq!(found(&mut lap, &index, &mut there, 0, began), expected);
        // Nothing has changed.
        let mut now = began + PAUSE;
        assert!(!lap.goes_on(0, now));
        there.remove(&7);
        assert_eq!(found(&mut lap, &index, &mut there, 1, now), [7]);
        there.remove(&8);
        assert!(!lap.goes_on(2, now), "not so soon");
        now += PAUSE;
        assert_eq!(found(&mut lap, &index, &mut there, 2, now), [8]);
    }

    #[test]
    fn what_was_missed_is_looked_for_again_though_nothing_changed() {
        let (index, began) = (index(1..10), Instant::now());
        let mut lap = Lap::new(began);
        assert_eq!(lap.step(&index, |ids| Some(ids.to_vec()), began).len(), 9);
        assert!(lap.step(&index, |_| None, began).is_empty());
        assert!(!lap.is_over());
        lap.settle(false);
        assert!(lap.is_over() && !lap.goes_on(0, began));
        let later = began + PAUSE;
        assert_eq!(found(&mut lap, &index, &mut BTreeSet::new(), 0, later).len(), 9);
        assert!(!lap.goes_on(0, later + PAUSE));
    }

    #[test]
    fn where_no_more_are_wanted_it_ends_until_something_changes() {
        let (index, began) = (index(1..10_000), Instant::now());
        let mut lap = Lap::new(began);
        assert!(lap.goes_on(0, began));
        assert!(lap.step(&index, |_| None, began).is_empty());
        assert!(!lap.goes_on(0, began + PAUSE) && lap.goes_on(1, began + PAUSE));
    }

    #[test]
    fn cards_lie_apart_where_most_between_them_are_not_among_them() {
        let each = |step| (i64::MIN..).step_by(step).take(AT_ONCE).collect::<Vec<_>>();
        assert_eq!([1, 2, 8, 1_000].map(|step| lie_apart(&each(step))), [false, false, true, true]);
        assert!(!lie_apart(&[]) && !lie_apart(&[7]) && lie_apart(&[i64::MIN, i64::MAX]));
    }
}

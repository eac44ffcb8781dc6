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
    /// Those that lack, and that nobody reads yet.
    found: Vec<i64>,
    /// How many readers have taken cards and aren't done with them.
    readers: usize,
    /// How many cards had changed when it began.
    changed: u64,
    looked_at: Instant,
}

impl Lap {
    /// The first one: all cards that there are lack, as far as is known.
    pub(super) fn new(now: Instant) -> Self {
        Self { next: Some(i64::MIN), found: Vec::new(), readers: 0, changed: 0, looked_at: now }
    }

    /// Whether all have been looked at, and none that lacked is read any more.
    pub(super) fn is_over(&self) -> bool {
        self.next.is_none() && self.found.is_empty() && self.readers == 0
    }

    /// Whether there are cards to be looked at or to be read, now that so many have changed. Another lap may begin with that.
    pub(super) fn goes_on(&mut self, cards_changed: u64, now: Instant) -> bool {
        let has_paused = now.duration_since(self.looked_at) >= PAUSE;
        if self.is_over() && cards_changed != self.changed && has_paused {
            *self = Self { changed: cards_changed, ..Self::new(now) };
        }
        self.next.is_some() || !self.found.is_empty()
    }

    /// Looks at some more cards. `lacking` says which of them lack, or `None`: no more are wanted.
    pub(super) fn look(
        &mut self,
        index: &Index,
        lacking: impl FnOnce(&[i64]) -> Option<Vec<i64>>,
        now: Instant,
    ) {
        let Some(next) = self.next.take() else { return };
        self.looked_at = now;
        let ids: Vec<i64> = index.ids_from(next).take(STEP).collect();
        let Some(last) = ids.last() else { return };
        let Some(found) = lacking(&ids) else { return };
        let room = AT_ONCE - self.found.len();
        self.found.extend(found.iter().take(room));
        self.next = found.get(room).copied().or_else(|| last.checked_add(1));
    }

    /// Cards to read, [`AT_ONCE`], or the last ones: until that is [`Self::done`] the lap isn't over.
    pub(super) fn take(&mut self) -> Option<Vec<i64>> {
        let is_last = self.next.is_none() && !self.found.is_empty();
        (is_last || self.found.len() == AT_ONCE).then(|| {
            self.readers += 1;
            std::mem::take(&mut self.found)
        })
    }

    /// One reader has read what it took, or has given it up.
    pub(super) fn done(&mut self) {
        self.readers -= 1;
    }
}

/// Whether few of the cards from the first of these to the last are among them: to read each of them costs Postgres several
/// times as much.
pub(super) fn lie_apart(ids: &[i64]) -> bool {
    let Some((first, last)) = ids.first().zip(ids.last()) else { return false };
    let others = i64::try_from(ids.len() - 1).unwrap_or(i64::MAX);
    last.saturating_sub(*first) / APART >= others
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use catalogue_index::CardFacts;

    use super::*;

    fn index(ids: impl IntoIterator<Item = i64>) -> Index {
        Index::build(ids.into_iter().map(|id| CardFacts { id, ..CardFacts::default() }))
    }

    /// What one lap gives out, if one begins, where all of it is there from then on.
    fn given(
        lap: &mut Lap,
        index: &Index,
        there: &mut BTreeSet<i64>,
        changed: u64,
        now: Instant,
    ) -> Vec<i64> {
        let mut given = Vec::new();
        while lap.goes_on(changed, now) {
            lap.look(index, |ids| Some(ids.iter().copied().filter(|id| !there.contains(id)).collect()), now);
            let Some(taken) = lap.take() else { continue };
            assert!(taken.len() == AT_ONCE || !lap.goes_on(changed, now), "only the last are fewer");
            assert!(!lap.is_over());
            lap.done();
            there.extend(&taken);
            given.extend(taken);
        }
        assert!(lap.is_over());
        given
    }

    #[test]
    fn all_cards_that_lack_are_given_out_and_again_those_that_have_changed() {
        let ids: Vec<i64> = (1..9_000).chain([i64::MAX]).collect();
        let (index, mut there) = (index(ids.clone()), BTreeSet::from([2, 1_500]));
        let expected: Vec<i64> = ids.iter().copied().filter(|id| !there.contains(id)).collect();
        let began = Instant::now();
        let mut lap = Lap::new(began);
        assert_eq!(given(&mut lap, &index, &mut there, 0, began), expected);
        // Nothing has changed.
        let mut now = began + PAUSE;
        assert!(!lap.goes_on(0, now));
        let apart: Vec<i64> = ids.into_iter().step_by(20).collect();
        there.retain(|id| !apart.contains(id));
        assert_eq!(given(&mut lap, &index, &mut there, 1, now), apart);
        there.remove(&8);
        assert!(!lap.goes_on(2, now), "not so soon");
        now += PAUSE;
        assert_eq!(given(&mut lap, &index, &mut there, 2, now), [8]);
    }

    #[test]
    fn no_other_lap_begins_while_cards_of_one_are_read() {
        let (index, began) = (index(1..10), Instant::now());
        let mut lap = Lap::new(began);
        lap.look(&index, |ids| Some(ids.to_vec()), began);
        // Is there one more?
        lap.look(&index, |ids| Some(ids.to_vec()), began);
        assert_eq!(lap.take().unwrap().len(), 9);
        assert!(!lap.goes_on(1, began + PAUSE) && !lap.is_over());
        lap.done();
        assert!(lap.is_over() && lap.goes_on(1, began + PAUSE));
    }

    #[test]
    fn where_no_more_are_wanted_it_ends_until_something_changes() {
        let (index, began) = (index(1..10_000), Instant::now());
        let mut lap = Lap::new(began);
        lap.look(&index, |_| None, began);
        assert!(lap.is_over() && lap.take().is_none());
        assert!(!lap.goes_on(0, began + PAUSE) && lap.goes_on(1, began + PAUSE));
    }

    #[test]
    fn cards_lie_apart_where_most_between_them_are_not_among_them() {
        let each = |step| (i64::MIN..).step_by(step).take(AT_ONCE).collect::<Vec<_>>();
        assert_eq!([1, 2, 8, 1_000].map(|step| lie_apart(&each(step))), [false, false, true, true]);
        assert!(
            !lie_apart(&[]) && lie_apart(&[7]) && !lie_apart(&[7, 8]) && lie_apart(&[i64::MIN, i64::MAX])
        );
    }
}

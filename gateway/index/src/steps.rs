//! An order that is cut into steps of one length, with the cards before each cut as a set.
//!
//! A range of numbers is a stretch of an order. Gathering a million cards one by one takes milliseconds; between two cuts
//! they are the difference of two sets, and only at both ends cards are put in, or taken out, one by one. To count those
//! among some other cards, not even that set is needed. The sets are made when they are first asked for, and stand as long
//! as nothing in the order moves. With them it is noted which numbers the order has here and there.

use std::ops::Range;

use crate::{
    cards::Axis,
    order::Order,
    slots::{Edit, SlotSet},
};

/// How many steps an order is cut into: at a million cards, the sets take 125 KB each.
const STEPS: usize = 64;
/// How many the order of prices is cut into, the sets before which share most of their parts: see [`crate::build`].
const STEPS_OF_PRICES: usize = 128;
/// How many ranks there are from one whose number is noted to the next.
const NOTED: usize = 64;
/// In fewer cards than this, reading the order is quick enough.
const LEAST_CARDS: usize = 4_096;

/// The cuts of an order.
#[derive(Clone, Debug)]
pub(crate) struct Steps {
    /// How many ranks a step has.
    every: usize,
    /// The cards of all ranks before each cut; the first is before all of them.
    before: Vec<SlotSet>,
    /// The number of every so many ranks, from the first: to look for one in the cards themselves is to wait for memory
    /// a score of times.
    noted: Vec<i64>,
}

impl Steps {
    /// Whether an order of so many cards is cut.
    pub(crate) fn are_worth_it(cards: usize) -> bool {
        cards >= LEAST_CARDS
    }

    /// How many ranks a step of so many cards has.
    pub(crate) fn length(cards: usize, axis: Axis) -> usize {
        let steps = if axis == Axis::Price { STEPS_OF_PRICES } else { STEPS };
        cards.div_ceil(steps).max(1)
    }

    /// Of the order of an axis, on which the card in a slot has a `number`.
    pub(crate) fn of(order: &Order, axis: Axis, number: impl Fn(u32) -> i64) -> Self {
        let every = Self::length(order.len(), axis);
        let mut before = vec![SlotSet::default()];
        for cut in 1..=order.len() / every {
            let mut cards = Edit::of(before[cut - 1].clone());
            cards.insert_all(order.stretches((cut - 1) * every..cut * every));
            before.push(cards.finish());
        }
        let noted = order.entries(0..order.len()).step_by(NOTED).map(number).collect();
        Self { every, before, noted }
    }

    /// Ranks among which is the first whose number doesn't `precede`; if it is none of them, it is the next one.
    pub(crate) fn around(&self, precede: impl Fn(i64) -> bool) -> Range<usize> {
        let next = self.noted.partition_point(|number| precede(*number));
        next.saturating_sub(1) * NOTED..next * NOTED
    }

    /// How many ranks a step has.
    pub(crate) fn every(&self) -> usize {
        self.every
    }

    /// The cards of all ranks before each cut, one every so many ranks, from the first of all.
    pub(crate) fn before(&self) -> &[SlotSet] {
        &self.before
    }

    /// The cut that is nearest to a rank.
    pub(crate) fn nearest(&self, rank: usize) -> usize {
        ((rank + self.every / 2) / self.every).min(self.before.len() - 1)
    }

    /// The cards of some ranks of the order that was cut; `None`: reading them is quicker.
    pub(crate) fn gather(&self, order: &Order, ranks: &Range<usize>) -> Option<SlotSet> {
        let cuts = self.nearest(ranks.start)..self.nearest(ranks.end);
        let (start, end) = (cuts.start * self.every, cuts.end * self.every);
        if ranks.start.abs_diff(start) + ranks.end.abs_diff(end) >= ranks.len() {
            return None;
        }
        let mut cards = Edit::of(self.before.get(cuts.end)?.and_not(self.before.get(cuts.start)?));
        for missing in [ranks.start..start, end..ranks.end] {
            cards.insert_all(order.stretches(missing));
        }
        for beyond in [start..ranks.start, ranks.end..end] {
            cards.remove_all(order.stretches(beyond));
        }
        Some(cards.finish())
    }

    /// How many of some cards stand in some ranks of the order that was cut; `all` has every card there is.
    pub(crate) fn count(&self, order: &Order, ranks: &Range<usize>, cards: &SlotSet, all: &SlotSet) -> usize {
        let ends = [ranks.start, ranks.end];
        let cuts = ends.map(|rank| self.nearest(rank));
        let counts = cards.count_each(&cuts.map(|cut| &self.before[cut]), all);
        let among = |ranks| cards.count_among(order.stretches(ranks));
        let before = |at: usize| {
            let (rank, cut) = (ends[at], cuts[at] * self.every);
            match rank {
                0 => 0,
                _ if rank == order.len() => cards.len(),
                _ if rank < cut => counts[at] - among(rank..cut),
                _ => counts[at] + among(cut..rank),
            }
        };
        before(1) - before(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_is_the_same_whether_it_is_gathered_by_steps_or_one_by_one() {
        const CARDS: u32 = 200_003;
        // In an order that has nothing to do with their slots.
        let entries: Vec<u32> = (0..CARDS).map(|rank| rank * 7_919 % CARDS).collect();
        let order = Order::from_sorted(&entries, |_| 0);
        let steps = Steps::of(&order, Axis::Price, i64::from);
        assert_eq!(steps.before().len(), CARDS as usize / steps.every() + 1);
        let every = steps.every();
        let (all, some) = ((0..CARDS).collect(), (0..CARDS).step_by(3).collect::<SlotSet>());
        let cases = [
            0..every,
            0..CARDS as usize,
            5..every * 3,
            every * 2..every * 9 + 1,
            every + 1..CARDS as usize - 1,
            // What lies between two cuts and the range is taken out, at either end or at both.
            every - 1..every * 3,
            every..every * 3 - 1,
            every * 2 - 3..every * 9 - 5,
            1..every,
            every..CARDS as usize,
        ];
        for ranks in cases {
            let plain: SlotSet = entries[ranks.clone()].iter().copied().collect();
            let gathered = steps.gather(&order, &ranks).unwrap();
            assert_eq!(gathered.len(), ranks.len(), "{ranks:?}");
            assert_eq!(gathered.and(&plain).len(), ranks.len(), "{ranks:?}");
            assert_eq!(steps.count(&order, &ranks, &some, &all), plain.and(&some).len(), "{ranks:?}");
        }
        let sorted =
            Steps::of(&Order::from_sorted(&(0..CARDS).collect::<Vec<_>>(), |_| 0), Axis::Price, i64::from);
        for rank in [0, 1, NOTED, NOTED + 1, every * 2 - 1, CARDS as usize - 1] {
            let number = i64::from(entries[rank]);
            let around = sorted.around(|other| other < number);
            assert!(around.len() <= NOTED && (around.start..=around.end).contains(&(entries[rank] as usize)));
        }
        // So few that the next cuts are farther away.
        for few in
            [every..every, 1..every / 2, every / 3..every / 3 * 2, every * 3 / 2 - 9..every * 3 / 2 + 9]
        {
            assert!(steps.gather(&order, &few).is_none(), "{few:?}");
            let plain = entries[few.clone()].iter().filter(|slot| some.contains(**slot)).count();
            assert_eq!(steps.count(&order, &few, &some, &all), plain, "{few:?}");
        }
    }
}

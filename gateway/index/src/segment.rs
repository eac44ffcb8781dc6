//! A part of a list that is read from one order of the cards.
//!
//! There are two ways to find the first cards of an order that a filter lets through: read the order and ask
//! for each card, which is quick where many are let through, or gather the cards that are and select the first
//! of them, which is quick where few are. Which it will be can't be known beforehand (all cards with a
//! technology may be dear), so the first way is tried for a while, and given up for the second.

use std::{cmp::Ordering, ops::Range};

use crate::{
    cards::{By, Probe},
    condition::{Condition, Field},
    list::List,
    order::Sought,
    slots::{Bits, SlotSet},
    sort::Position,
};

/// So few cards are gathered at once.
const FEW: usize = 1_000;
/// How many cards are asked for one by one before all are gathered: at least and at most.
const PATIENCE: (usize, usize) = (2_000, 8_000);
/// Where one in so many cards is let through, or fewer, the first are selected instead of looked for in order.
const RARE: usize = 32;

/// A part of a list.
pub(crate) struct Segment<'l> {
    pub(crate) list: &'l List,
    pub(crate) by: By,
    /// Whether the list begins at the order's end.
    pub(crate) backwards: bool,
    /// Where in the order it is.
    pub(crate) ranks: Range<usize>,
    /// The level of the search to which its cards belong.
    pub(crate) level: Option<usize>,
}

/// What is to be read of an order.
#[derive(Clone, Debug)]
pub(crate) struct Scan {
    pub(crate) ranks: Range<usize>,
    pub(crate) ascending: bool,
    /// The most cards that are wanted.
    pub(crate) limit: usize,
}

impl<'l> Segment<'l> {
    /// What a card is sorted by.
    pub(crate) fn probe(&self, slot: u32) -> Probe<'l> {
        self.list.index.cards.probe(self.by, slot)
    }

    /// How a card of this segment, which is the list's `number`th, stands to a place in the list.
    pub(crate) fn compare(&self, number: usize, slot: u32, place: &Position<'_>) -> Ordering {
        let ascending = self.probe(slot).cmp(&place.probe);
        number.cmp(&place.segment).then(if self.backwards { ascending.reverse() } else { ascending })
    }

    /// Leaves what lies beyond a place in the direction of the scan.
    pub(crate) fn cut(&self, scan: &mut Scan, place: &Probe<'_>, inclusive: bool) {
        // Whether the place's own card is before the cut, in ascending order.
        let own_is_before = scan.ascending != inclusive;
        let precedes = |slot| {
            let probe = self.probe(slot);
            if own_is_before { probe <= *place } else { probe < *place }
        };
        let cut = self.list.index.order(self.by).rank(&Sought { mark: place.mark(), precedes });
        if scan.ascending {
            scan.ranks.start = scan.ranks.start.max(cut);
        } else {
            scan.ranks.end = scan.ranks.end.min(cut);
        }
    }

    /// The first cards that a scan comes to.
    pub(crate) fn first(&self, scan: &Scan) -> Vec<u32> {
        let bound = self.bound();
        if scan.ranks.is_empty() || scan.limit == 0 || bound == 0 {
            return Vec::new();
        }
        if bound > FEW || scan.ranks.len() <= FEW {
            // As many as it would take if cards that can be in the list were spread evenly, and as many again.
            let even = scan.limit.saturating_mul(scan.ranks.len()) / bound;
            let patience = even.saturating_mul(2).clamp(PATIENCE.0, PATIENCE.1);
            let read = self.first_in_order(scan, patience, |slot| self.has(slot));
            if read.len() == scan.limit || scan.ranks.len() <= patience {
                return read;
            }
        }
        let cards = self.cards();
        if cards.len() <= scan.ranks.len() / RARE {
            return self.first_selected(scan, &cards);
        }
        let cards = Bits::of(&cards, self.list.index.cards.rows.len());
        self.first_in_order(scan, scan.ranks.len(), |slot| cards.contains(slot))
    }

    /// Whether the list has the card in a slot, here.
    fn has(&self, slot: u32) -> bool {
        let found = self.level.zip(self.list.found());
        let is_known = |(field, condition): &&(Field, Condition)| match (field, condition) {
            (Field::Search, _) => found.is_some(),
            // It is what the segment was cut by.
            (Field::Axis(axis), Condition::Range(_)) => self.by == By::Axis(*axis),
            _ => false,
        };
        let mut others = self.list.conditions.iter().filter(|condition| !is_known(condition));
        found.is_none_or(|(level, found)| found.has(level, slot))
            && others.all(|(_, condition)| condition.holds(&self.list.index, slot))
    }

    /// How many cards of the list can be here at the most.
    fn bound(&self) -> usize {
        let of_level = self.level.zip(self.list.found()).map(|(level, found)| found.count(level));
        let conditions = self.list.except(None).map(|condition| condition.bound(&self.list.index));
        conditions.chain(of_level).min().unwrap_or(usize::MAX)
    }

    /// All cards of the list that are here, and maybe some that are elsewhere.
    fn cards(&self) -> SlotSet {
        match self.level.zip(self.list.found()) {
            Some((level, found)) if self.list.only_searches() => found.only(level),
            Some((level, found)) => self.list.matching().and(&found.only(level)),
            None => self.list.matching().clone(),
        }
    }

    /// Reads the order, for so many cards as patience lasts.
    fn first_in_order(&self, scan: &Scan, patience: usize, has: impl Fn(u32) -> bool) -> Vec<u32> {
        let mut entries = self.list.index.order(self.by).entries(scan.ranks.clone());
        let next = std::iter::from_fn(|| if scan.ascending { entries.next() } else { entries.next_back() });
        next.take(patience).filter(|slot| has(*slot)).take(scan.limit).collect()
    }

    /// Selects the first of some cards.
    fn first_selected(&self, scan: &Scan, cards: &SlotSet) -> Vec<u32> {
        let order = self.list.index.order(self.by);
        let (first, last) = (order.get(scan.ranks.start), order.get(scan.ranks.end.saturating_sub(1)));
        let Some((first, last)) = first.zip(last) else { return Vec::new() };
        let here = self.probe(first)..=self.probe(last);
        let compare = |one: &(Probe<'_>, u32), two: &(Probe<'_>, u32)| {
            if scan.ascending { one.0.cmp(&two.0) } else { two.0.cmp(&one.0) }
        };
        let mut best: Vec<(Probe<'_>, u32)> = Vec::new();
        let mut worst = None;
        cards.for_each(|slot| {
            let candidate = (self.probe(slot), slot);
            let too_late = worst.as_ref().is_some_and(|worst| compare(&candidate, worst).is_ge());
            if too_late || !here.contains(&candidate.0) {
                return;
            }
            best.push(candidate);
            // From time to time, what can't be among the first any more is dropped.
            if best.len() > scan.limit.saturating_mul(2).max(64) {
                best.select_nth_unstable_by(scan.limit - 1, compare);
                best.truncate(scan.limit);
                worst = best.last().copied();
            }
        });
        best.sort_unstable_by(compare);
        best.into_iter().take(scan.limit).map(|(_, slot)| slot).collect()
    }
}

//! A set of slots of any size.

use super::{
    Bits,
    part::{Part, WORDS},
    words::each_word,
};

/// A set of slots.
#[derive(Clone, Debug, Default)]
pub(crate) struct SlotSet {
    /// By the slots' upper half, ascending.
    parts: Vec<(u16, Part)>,
}

/// One in so many slots is quicker to sort than to flag.
const MANY: usize = 256;

/// A slot's upper and lower half.
fn halves(slot: u32) -> (u16, u16) {
    ((slot >> 16) as u16, (slot & 0xffff) as u16)
}

pub(super) fn slot(high: u16, low: u16) -> u32 {
    u32::from(high) << 16 | u32::from(low)
}

impl SlotSet {
    pub(super) fn from_words(words: &[u64]) -> Self {
        let parts = words.as_chunks::<WORDS>().0.iter();
        let parts = (0..).zip(parts).filter_map(|(high, words)| Some((high, Part::of_words(words)?)));
        Self { parts: parts.collect() }
    }

    pub(super) fn add_to(&self, words: &mut [u64]) {
        let parts = words.as_chunks_mut::<WORDS>().0;
        for (high, part) in &self.parts {
            part.add_to(&mut parts[usize::from(*high)]);
        }
    }

    /// The part with a slot, as words.
    pub(super) fn to_words(&self, slot: u32) -> Vec<u64> {
        self.find(halves(slot).0).map_or_else(|_| Vec::new(), |at| self.parts[at].1.to_words())
    }

    /// Puts another part there, or none.
    pub(super) fn exchange(&mut self, high: u16, part: Option<Part>) {
        match (self.find(high), part) {
            (Ok(at), Some(part)) => self.parts[at].1 = part,
            (Err(at), Some(part)) => self.parts.insert(at, (high, part)),
            (Ok(at), None) => drop(self.parts.remove(at)),
            (Err(_), None) => {}
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.parts.iter().map(|(_, part)| part.len()).sum()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    fn find(&self, high: u16) -> Result<usize, usize> {
        // A set with slots all over has each part at its own number.
        match self.parts.get(usize::from(high)) {
            Some((found, _)) if *found == high => Ok(usize::from(high)),
            _ => self.parts.binary_search_by_key(&high, |(high, _)| *high),
        }
    }

    pub(crate) fn contains(&self, slot: u32) -> bool {
        let (high, low) = halves(slot);
        self.find(high).is_ok_and(|at| self.parts[at].1.contains(low))
    }

    /// How many of the slots of some stretches it has.
    pub(crate) fn count_among<'s>(&self, stretches: impl Iterator<Item = &'s [u32]>) -> usize {
        let mut count = 0;
        each_word(stretches, |number, bits| {
            let (high, low) = halves(64 * number);
            let word = self.part(high).map_or(0, |part| part.word(low / 64));
            count += (word & bits).count_ones() as usize;
        });
        count
    }

    /// Says whether it was new.
    pub(crate) fn insert(&mut self, slot: u32) -> bool {
        let (high, low) = halves(slot);
        match self.find(high) {
            Ok(at) => self.parts[at].1.insert(low),
            Err(at) => {
                self.parts.insert(at, (high, Part::of_one(low)));
                true
            }
        }
    }

    /// Says whether it was there.
    pub(crate) fn remove(&mut self, slot: u32) -> bool {
        let (high, low) = halves(slot);
        let Ok(at) = self.find(high) else { return false };
        let was_there = self.parts[at].1.remove(low);
        if self.parts[at].1.len() == 0 {
            self.parts.remove(at);
        }
        was_there
    }

    /// The smallest number that is not in the set.
    pub(crate) fn first_gap(&self) -> u32 {
        for (expected, (high, part)) in (0..).zip(&self.parts) {
            if *high != expected {
                return slot(expected, 0);
            }
            if let Some(gap) = part.first_gap() {
                return slot(*high, gap);
            }
        }
        u32::try_from(self.parts.len() << 16).unwrap_or(u32::MAX)
    }

    pub(crate) fn for_each(&self, mut act: impl FnMut(u32)) {
        for (high, part) in &self.parts {
            part.for_each(|low| act(slot(*high, low)));
        }
    }

    /// Those for which `keep` says yes.
    pub(crate) fn filter(&self, keep: impl Fn(u32) -> bool) -> Self {
        let mut words = Box::new([0; WORDS]);
        let mut parts = Vec::with_capacity(self.parts.len());
        for (high, part) in &self.parts {
            part.for_each(|low| {
                words[usize::from(low / 64)] |= u64::from(keep(slot(*high, low))) << (low % 64);
            });
            parts.extend(Part::of_words(&words[..]).map(|part| (*high, part)));
            words.fill(0);
        }
        Self { parts }
    }

    /// The parts, by the slots' upper half.
    pub(super) fn parts(&self) -> impl Iterator<Item = (u16, &Part)> {
        self.parts.iter().map(|(high, part)| (*high, part))
    }

    /// The parts of which both have some slots.
    fn common<'s>(&'s self, other: &'s Self) -> impl Iterator<Item = (u16, &'s Part, &'s Part)> {
        self.parts
            .iter()
            .filter_map(|(high, part)| Some((*high, part, &other.parts[other.find(*high).ok()?].1)))
    }

    pub(crate) fn and(&self, other: &Self) -> Self {
        let (few, many) = if self.parts.len() < other.parts.len() { (self, other) } else { (other, self) };
        let parts = few.common(many).filter_map(|(high, one, two)| Some((high, one.and(two)?)));
        Self { parts: parts.collect() }
    }

    /// About how long it takes to count how many slots it has of a set that lies all over it, in nanoseconds.
    pub(crate) fn counting_ns(&self) -> usize {
        self.parts.iter().map(|(_, part)| part.counting_ns()).sum()
    }

    /// How many slots each of several sets has in common with this one; none of them has one that is not in `all`.
    /// What neighbours among them share is counted once, and parts with all slots that there are need no counting.
    pub(crate) fn count_each(&self, sets: &[&Self], all: &Self) -> Vec<usize> {
        let mut counts = vec![0; sets.len()];
        let mut room = [0; WORDS];
        for (high, part, whole) in self.common(all) {
            let words = if part.len() < whole.len() { part.words(&mut room) } else { &[] };
            let mut counted: Option<(&Part, usize)> = None;
            for (count, set) in counts.iter_mut().zip(sets) {
                let Some(other) = set.part(high) else { continue };
                let common = match counted {
                    Some((same, common)) if same.is_shared_with(other) => common,
                    _ if other.len() == whole.len() => part.len(),
                    _ if part.len() == whole.len() => other.len(),
                    _ => other.count_in(part, words),
                };
                counted = Some((other, common));
                *count += common;
            }
        }
        counts
    }

    pub(super) fn part(&self, high: u16) -> Option<&Part> {
        self.find(high).ok().map(|at| &self.parts[at].1)
    }

    /// What is in this, and not in the other.
    pub(crate) fn and_not(&self, other: &Self) -> Self {
        let parts = self.parts.iter().filter_map(|(high, part)| match other.find(*high) {
            Ok(at) => Some((*high, part.and_not(&other.parts[at].1)?)),
            Err(_) => Some((*high, part.clone())),
        });
        Self { parts: parts.collect() }
    }

    /// What is in any of several.
    pub(crate) fn union<'s>(sets: impl IntoIterator<Item = &'s Self>) -> Self {
        let sets: Vec<&Self> = sets.into_iter().filter(|set| !set.is_empty()).collect();
        if let [only] = sets[..] {
            return only.clone();
        }
        let mut parts: Vec<(u16, &Part)> =
            sets.iter().flat_map(|set| &set.parts).map(|(high, part)| (*high, part)).collect();
        parts.sort_by_key(|(high, _)| *high);
        let united = parts.chunk_by(|(one, _), (two, _)| one == two).filter_map(|group| {
            let same: Vec<&Part> = group.iter().map(|(_, part)| *part).collect();
            Some((group.first()?.0, Part::union(&same)?))
        });
        Self { parts: united.collect() }
    }

    /// The same under other numbers: those that stand in `after` in the places of these.
    pub(crate) fn reordered(&self, after: &[u32]) -> Self {
        let mut reordered = if self.len() > after.len() / MANY {
            let mut bits = Bits::below(after.len());
            self.for_each(|slot| bits.insert(after[slot as usize]));
            bits.to_set()
        } else {
            let mut slots = Vec::with_capacity(self.len());
            self.for_each(|slot| slots.push(after[slot as usize]));
            slots.sort_unstable();
            slots.into_iter().collect()
        };
        reordered.shrink();
        reordered
    }

    /// Gives back memory that was taken in advance.
    pub(crate) fn shrink(&mut self) {
        self.parts.shrink_to_fit();
        self.parts.iter_mut().for_each(|(_, part)| part.shrink());
    }
}

impl FromIterator<u32> for SlotSet {
    fn from_iter<I: IntoIterator<Item = u32>>(slots: I) -> Self {
        let mut set = Self::default();
        slots.into_iter().for_each(|slot| {
            set.insert(slot);
        });
        set
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{super::Bits, *};

    /// Runs, so that there are parts of both kinds, and single slots.
    fn slots() -> impl Strategy<Value = BTreeSet<u32>> {
        prop::collection::vec((0..300_000_u32, 1..20_000_u32, 1..50_usize), 0..6).prop_map(|runs| {
            runs.into_iter().flat_map(|(from, count, step)| (from..from + count).step_by(step)).collect()
        })
    }

    fn few() -> impl Strategy<Value = SlotSet> {
        prop::collection::vec(0..100_000_u32, 0..300).prop_map(|few| few.into_iter().collect())
    }

    fn plain(set: &SlotSet) -> Vec<u32> {
        let mut slots = Vec::new();
        set.for_each(|slot| slots.push(slot));
        slots
    }

    #[test]
    fn the_first_gap_is_behind_the_last_slot_where_there_is_no_other() {
        for slots in [0, 1, 63, 64, 320, 321, 65_535, 65_536, 65_537, 65_600, 200_000] {
            let set: SlotSet = (0..slots).collect();
            assert_eq!(set.first_gap(), slots);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn it_does_what_a_plain_set_does(one in slots(), two in slots(), few in few()) {
            let (a, b): (SlotSet, SlotSet) = (one.iter().copied().collect(), two.iter().copied().collect());
            let both: Vec<u32> = one.intersection(&two).copied().collect();
            prop_assert_eq!(plain(&a), one.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(a.len(), one.len());
            prop_assert_eq!(&plain(&a.and(&b)), &both);
            prop_assert_eq!(plain(&a.and_not(&b)), one.difference(&two).copied().collect::<Vec<_>>());
            let united = SlotSet::union([&a, &b, &a]);
            prop_assert_eq!(plain(&united), one.union(&two).copied().collect::<Vec<_>>());
            prop_assert_eq!(plain(&a.filter(|slot| b.contains(slot))), plain(&a.and(&b)));
            let bits = Bits::of(&a, 400_000);
            prop_assert!(two.iter().all(|slot| bits.contains(*slot) == one.contains(slot)));
            prop_assert_eq!(plain(&bits.to_set()), plain(&a));
            prop_assert_eq!(a.count_each(&[&b, &a], &united), vec![both.len(), a.len()]);
            let (most, few) = (united.and_not(&few), few);
            prop_assert_eq!(most.count_each(&[&a, &united], &united), vec![a.and(&most).len(), most.len()]);
            let few = few.and(&a);
            let counts = vec![few.and(&b).len(), few.and(&most).len()];
            prop_assert_eq!(few.count_each(&[&b, &most], &united), counts);
            let backwards: Vec<u32> = (0..400_000).rev().collect();
            let mut expected: Vec<u32> = one.iter().map(|slot| 399_999 - slot).collect();
            expected.reverse();
            prop_assert_eq!(plain(&a.reordered(&backwards)), expected);
            prop_assert_eq!(plain(&few.reordered(&backwards).reordered(&backwards)), plain(&few));
            let of_two: Vec<u32> = two.iter().copied().collect();
            prop_assert_eq!(a.count_among(of_two.chunks(1_000)), both.len());
            let gap = (0..400_000).find(|slot| !one.contains(slot)).unwrap();
            prop_assert_eq!(a.first_gap(), gap);
            let mut less = a.clone();
            for slot in &two {
                prop_assert_eq!(less.remove(*slot), one.contains(slot));
            }
            prop_assert_eq!(plain(&less), plain(&a.and_not(&b)));
            prop_assert_eq!(less.is_empty(), one.is_subset(&two));
            for slot in &two {
                prop_assert!(less.insert(*slot));
            }
            prop_assert_eq!(plain(&less), plain(&united));
        }
    }
}

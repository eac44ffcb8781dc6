//! A set of slots of any size.

use super::{
    base::Base,
    part::{Part, WORDS},
};
use crate::known::KnownCounts;

/// A set of slots.
#[derive(Clone, Debug, Default)]
pub(crate) struct SlotSet {
    /// By the slots' upper half, ascending.
    parts: Vec<(u16, Part)>,
}

/// A slot's upper and lower half.
fn halves(slot: u32) -> (u16, u16) {
    ((slot >> 16) as u16, (slot & 0xffff) as u16)
}

fn slot(high: u16, low: u16) -> u32 {
    u32::from(high) << 16 | u32::from(low)
}

/// Adds how many slots each set has in common with a part.
fn count_in_part(counts: &mut [usize], sets: &[&SlotSet], high: u16, base: &Base<'_>) {
    let mut counted: Option<(&Part, usize)> = None;
    for (count, set) in counts.iter_mut().zip(sets) {
        let Ok(at) = set.find(high) else { continue };
        let other = &set.parts[at].1;
        let common = match counted {
            Some((same, common)) if same.is_shared_with(other) => common,
            _ => base.count(other),
        };
        counted = Some((other, common));
        *count += common;
    }
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

    /// The slots, 64 at once: those beside each other as the bits of a word, with the number of the first.
    pub(crate) fn each_word(&self, mut act: impl FnMut(u32, u64)) {
        for (high, part) in &self.parts {
            part.each_word(|low, word| act(slot(*high, low), word));
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

    /// About how long it takes to count this in [`SlotSet::count_each`], in nanoseconds.
    pub(crate) fn counting_ns(&self) -> usize {
        self.parts.iter().map(|(_, part)| part.counting_ns()).sum()
    }

    /// How many slots each of several sets has in common with this one; none of them has one that is not in `all`.
    /// What neighbours among them share is counted once, and parts with all slots that there are need no counting.
    pub(crate) fn count_each(&self, sets: &[&Self], all: &Self) -> Vec<usize> {
        self.count_each_by_known(sets, all, &[])
    }

    /// The same, of which some may be known: what other sets have in common with the `sets`, all of which have every slot of
    /// this one.
    pub(crate) fn count_each_by_known(
        &self,
        sets: &[&Self],
        all: &Self,
        known: &[KnownCounts<'_>],
    ) -> Vec<usize> {
        let mut counts = vec![0; sets.len()];
        let mut room = [0; WORDS];
        for (high, part, whole) in self.common(all) {
            let nearly = known.iter().find_map(|known| {
                let larger = known.cards().part(high)?;
                Some((known, larger, larger.lacking(part)?))
            });
            let Some((known, larger, lacking)) = nearly else {
                count_in_part(&mut counts, sets, high, &Base::new(part, whole, &mut room));
                continue;
            };
            let of_larger = known.of_part(high, || {
                let mut counts = vec![0; sets.len()];
                count_in_part(&mut counts, sets, high, &Base::new(larger, whole, &mut room));
                counts
            });
            for ((count, of_larger), set) in counts.iter_mut().zip(&*of_larger).zip(sets) {
                *count += *of_larger as usize - set.part(high).map_or(0, |other| lacking.count_in(other));
            }
        }
        counts
    }

    fn part(&self, high: u16) -> Option<&Part> {
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

//! A set beside larger ones of which more is known.
//!
//! What lies between both ends of a range of prices is, block by block, the same as what the rest of the filter lets
//! through there. So the values of all cards of a block are counted once, for whoever asks for another range, and what has
//! to be counted for one range are its ends, and blocks with cards that are elsewhere by now.

use super::{
    SlotSet,
    blocks::{BLOCK_BITS, BLOCKS, Rest, blocks, each_slot},
    part::{Part, WORDS},
    set::slot,
};
use crate::{
    cards::{Class, ClassColumn},
    facets::FacetId,
    known::KnownCards,
};

/// So few slots of a part are counted themselves, whatever is known of a larger set: to count all of that for the first
/// time takes so much longer, and what is known of sets with few cards would push out what is asked for more.
const FEW: usize = 512;
/// Where a block lacks so few slots of a larger set's, or fewer, each is looked for in every set.
const HARDLY_ANY: u16 = 8;
/// About how long it takes to look for a set's part, and where a block is in it, in nanoseconds.
const LOOKING_NS: usize = 20;
/// About how long it takes to ask a part for a slot, in nanoseconds.
const ASKING_NS: usize = 4;

/// How many slots of a part each of some sets has.
#[derive(Debug)]
pub(crate) struct PartCounts {
    /// In all of it.
    of_part: Vec<u32>,
    /// In each block: those of one beside each other, block after block.
    of_blocks: Vec<u16>,
}

impl PartCounts {
    /// How many bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.of_part) + size_of_val(&*self.of_blocks)
    }

    /// How many slots each set has of those that are flagged in words.
    pub(crate) fn of(sets: &[&SlotSet], high: u16, words: &[u64]) -> Self {
        let (mut of_part, mut of_blocks) = (vec![0; sets.len()], vec![0; BLOCKS * sets.len()]);
        for (number, set) in sets.iter().enumerate() {
            let Some(other) = set.part(high) else { continue };
            for (block, count) in other.count_blocks(words).into_iter().enumerate() {
                of_part[number] += u32::from(count);
                of_blocks[block * sets.len() + number] = count;
            }
        }
        Self { of_part, of_blocks }
    }

    /// Adds those in some blocks.
    fn add(&self, blocks: u16, counts: &mut [usize]) {
        if blocks == u16::MAX {
            counts.iter_mut().zip(&self.of_part).for_each(|(count, known)| *count += *known as usize);
            return;
        }
        for block in self::blocks(blocks) {
            let of_block = self.of_blocks.iter().skip(block * self.of_part.len());
            counts.iter_mut().zip(of_block).for_each(|(count, known)| *count += usize::from(*known));
        }
    }
}

/// A set, split by how it stands to larger ones.
pub(crate) struct Split<'s> {
    parts: Vec<SplitPart<'s>>,
    /// How many slots there are at all.
    of_all: usize,
}

struct SplitPart<'s> {
    high: u16,
    larger: KnownCards<'s>,
    larger_part: &'s Part,
    /// The blocks that are as they are in the larger part; a bit for each.
    equal: u16,
    /// Those of the others that lack fewer slots of the larger part's than they have.
    nearly: u16,
    /// Those of these that lack hardly any, and which.
    hardly_less: u16,
    lacking: Vec<u16>,
    /// What is neither equal nor hardly less.
    rest: Rest,
    /// How many slots are lacking in what is nearly equal, and are there in what isn't.
    to_tally: usize,
}

impl<'s> SplitPart<'s> {
    /// `None`: none of the larger sets has a slot there.
    fn of(high: u16, part: &Part, larger: &[KnownCards<'s>]) -> Option<Self> {
        let of_larger = larger.iter().filter_map(|larger| Some((*larger, larger.cards().part(high)?)));
        // If it lies within the others, all of their blocks that are equal are equal in the smallest.
        let (larger, larger_part) = of_larger.min_by_key(|(_, part)| part.len())?;
        let mut split = Self {
            high,
            larger,
            larger_part,
            equal: 0,
            nearly: 0,
            hardly_less: 0,
            lacking: Vec::new(),
            rest: Rest::default(),
            to_tally: 0,
        };
        if part.len() < FEW {
            split.to_tally = part.len();
            split.rest = Rest::of(part, u16::MAX);
        } else if part.len() == larger_part.len() {
            split.equal = u16::MAX;
        } else {
            split.compare(part);
        }
        Some(split)
    }

    /// Compares each block with that of the larger part.
    fn compare(&mut self, part: &Part) {
        let mut rest = 0;
        let lens = part.block_lens().into_iter().zip(self.larger_part.block_lens());
        for (block, (len, of_larger)) in lens.enumerate().filter(|(_, (len, _))| *len > 0) {
            let (bit, lacking) = (1 << block, of_larger - len);
            if lacking == 0 {
                self.equal |= bit;
            } else if lacking <= HARDLY_ANY.min(len - 1) {
                self.hardly_less |= bit;
            } else {
                rest |= bit;
            }
            if (1..len).contains(&lacking) {
                self.nearly |= bit;
            }
            self.to_tally += usize::from(lacking.min(len));
        }
        self.rest = Rest::of(part, rest);
        let mut lacking = Vec::new();
        self.each_lacking(self.hardly_less, |low| lacking.push(low));
        self.lacking = lacking;
    }

    /// The slots of the larger part that some of its blocks lack.
    fn each_lacking(&self, blocks: u16, act: impl FnMut(u16)) {
        let mut room = [0; WORDS];
        let larger = self.larger_part.words(&mut room);
        each_slot(
            blocks,
            |number| larger.get(number).copied().unwrap_or_default() & !self.rest.word(number),
            act,
        );
    }

    /// Adds what is known of some blocks of the larger part.
    fn add_known(&self, blocks: u16, facet: FacetId, sets: &[&SlotSet], counts: &mut [usize]) {
        if blocks == 0 {
            return;
        }
        let count = || {
            let mut room = [0; WORDS];
            PartCounts::of(sets, self.high, self.larger_part.words(&mut room))
        };
        self.larger.counts(facet, self.high, count).add(blocks, counts);
    }
}

impl<'s> Split<'s> {
    /// Splits a set by larger ones, each of which has all of its slots; the last one has all there are.
    pub(crate) fn of(set: &SlotSet, larger: &[KnownCards<'s>]) -> Self {
        let parts = set.parts().filter_map(|(high, part)| SplitPart::of(high, part, larger)).collect();
        Self { parts, of_all: larger.last().map_or(0, |all| all.cards().len()) }
    }

    /// The values of how many slots are read by [`Split::tally`].
    pub(crate) fn to_tally(&self) -> usize {
        self.parts.iter().map(|part| part.to_tally).sum()
    }

    /// About how long [`Split::count`] takes beside what is known, in nanoseconds.
    pub(crate) fn counting_ns(&self, sets: &[&SlotSet]) -> usize {
        let rests = self.parts.iter().map(|part| part.rest.blocks.count_ones() as usize);
        let (blocks, parts) =
            rests.filter(|rest| *rest > 0).fold((0, 0), |(blocks, parts), rest| (blocks + rest, parts + 1));
        let of_all: usize = sets.iter().map(|set| set.counting_ns()).sum();
        let share = of_all * (blocks << BLOCK_BITS) / self.of_all.max(1 << BLOCK_BITS);
        let lacking: usize = self.parts.iter().map(|part| part.lacking.len()).sum();
        share + sets.len() * (parts * LOOKING_NS + lacking * ASKING_NS)
    }

    /// How many slots each of the sets of a facet's values has in common with it.
    pub(crate) fn count(&self, facet: FacetId, sets: &[&SlotSet]) -> Vec<usize> {
        let mut counts = vec![0; sets.len()];
        for part in &self.parts {
            let SplitPart { high, equal, hardly_less, ref lacking, ref rest, .. } = *part;
            part.add_known(equal | hardly_less, facet, sets, &mut counts);
            if rest.blocks == 0 && lacking.is_empty() {
                continue;
            }
            for (count, set) in counts.iter_mut().zip(sets) {
                let Some(other) = set.part(high) else { continue };
                *count += rest.count_in(other);
                *count -= lacking.iter().filter(|low| other.contains(**low)).count();
            }
        }
        counts
    }

    /// The same for a facet of which a card has one value at the most: which one is read where little is left to be
    /// counted.
    pub(crate) fn tally(&self, facet: FacetId, sets: &[&SlotSet], class: &ClassColumn) -> Vec<usize> {
        let mut counts = vec![0; sets.len()];
        for part in &self.parts {
            let SplitPart { high, equal, nearly, ref rest, .. } = *part;
            part.add_known(equal | nearly, facet, sets, &mut counts);
            let mut add = |low: u16, count: isize| {
                let Class(value) = *class.get(slot(high, low));
                if let Some(counted) = counts.get_mut(value as usize) {
                    *counted = counted.wrapping_add_signed(count);
                }
            };
            each_slot(rest.blocks & !nearly, |number| rest.word(number), |low| add(low, 1));
            if nearly != 0 {
                part.each_lacking(nearly, |low| add(low, -1));
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, sync::Arc};

    use proptest::prelude::*;

    use super::*;
    use crate::{attribute::Value, known::Known};

    const LIMIT: u32 = 200_000;
    const VALUES: u32 = 7;

    /// Runs, so that there are blocks with all slots, with some and with none.
    fn slots() -> impl Strategy<Value = BTreeSet<u32>> {
        prop::collection::vec((0..LIMIT, 1..60_000_u32, 1..30_usize), 0..5).prop_map(|runs| {
            let run =
                |(from, count, step): (u32, u32, usize)| (from..(from + count).min(LIMIT)).step_by(step);
            runs.into_iter().flat_map(run).collect()
        })
    }

    fn set(slots: &BTreeSet<u32>) -> SlotSet {
        slots.iter().copied().collect()
    }

    fn value(slots: &BTreeSet<u32>) -> Arc<Value> {
        Arc::new(Value { key: "".into(), label: "".into(), cards: set(slots) })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_known_of_larger_sets_makes_no_difference(
            window in (0..LIMIT, 1..LIMIT),
            (rest, other, common) in (slots(), slots(), slots()),
            without in prop_oneof![Just(Vec::new()), prop::collection::vec(0..LIMIT, 0..300)],
            frequent in prop::bool::ANY,
        ) {
            // So few can have a value that they are listed.
            let class = |slot: u32| if frequent { slot % VALUES } else { (slot % 97).min(VALUES - 1) };
            let classes: ClassColumn = (0..LIMIT).map(|slot| Class(class(slot))).collect();
            let values: Vec<SlotSet> =
                (0..VALUES).map(|value| (0..LIMIT).filter(|slot| class(*slot) == value).collect()).collect();
            let sets: Vec<&SlotSet> = values.iter().collect();
            let (known, all) = (Known::default(), (0..LIMIT).collect());
            let (one, two) = (&rest | &common, &other | &common);
            let larger = [&one, &two].map(value);
            let larger: Vec<KnownCards<'_>> =
                larger.iter().map(|value| known.cards_with(value)).chain([known.all(&all)]).collect();
            let window = window.0..window.0 + window.1;
            // The first time what is known is counted, and then it is known.
            for _ in 0..2 {
                let of = [(one.clone(), [0, 2]), (&one & &two, [0, 1]), (&one | &two, [2, 2])];
                for (of, larger) in of.map(|(of, numbers)| (of, numbers.map(|number| larger[number]))) {
                    let mut cards: BTreeSet<u32> = of.into_iter().filter(|slot| window.contains(slot)).collect();
                    for slot in &without {
                        cards.remove(slot);
                    }
                    let has = |value: u32| cards.iter().filter(|slot| class(**slot) == value).count();
                    let expected: Vec<usize> = (0..VALUES).map(has).collect();
                    let cards = set(&cards);
                    let split = Split::of(&cards, &[larger[0], larger[1], known.all(&all)]);
                    prop_assert_eq!(&split.count(FacetId::Gpus, &sets), &expected);
                    prop_assert_eq!(&split.tally(FacetId::Gpus, &sets, &classes), &expected);
                }
            }
        }
    }
    /// Blocks of 4,096 slots from the first: all but so many, and a last one that has only some.
    #[test]
    fn where_one_way_of_counting_ends_the_next_begins() {
        let classes: ClassColumn = (0..LIMIT).map(|slot| Class(slot % VALUES)).collect();
        let values: Vec<SlotSet> =
            (0..VALUES).map(|value| (0..LIMIT).filter(|slot| slot % VALUES == value).collect()).collect();
        let sets: Vec<&SlotSet> = values.iter().collect();
        let (known, all) = (Known::default(), (0..LIMIT).collect());
        let lens = [1, FEW - 1, FEW, FEW + 1, 4_095, 4_096, 4_097, 65_535, 65_536, 65_537];
        let some = [0, 1, usize::from(HARDLY_ANY), usize::from(HARDLY_ANY) + 1, 2_047, 2_048, 2_049, 4_095];
        for (len, lacking) in lens.into_iter().flat_map(|len| some.map(|lacking| (len, lacking))) {
            let cards = (0..LIMIT).take(len).filter(|slot| (slot % 4_096) as usize >= lacking);
            let cards: BTreeSet<u32> = cards.collect();
            let has = |value: u32| cards.iter().filter(|slot| **slot % VALUES == value).count();
            let expected: Vec<usize> = (0..VALUES).map(has).collect();
            let split = Split::of(&set(&cards), &[known.all(&all)]);
            let counted = [split.count(FacetId::Gpus, &sets), split.tally(FacetId::Gpus, &sets, &classes)];
            assert!(counted.iter().all(|counted| *counted == expected), "{len} {lacking}");
        }
    }
}

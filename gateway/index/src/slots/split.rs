//! A set beside larger ones of which more is known.
//!
//! What lies between both ends of a range of prices is, block by block, the same as what the rest of the filter lets
//! through there. So the values of all cards of a block are counted once, for whoever asks for another range, and what has
//! to be counted for one range are its ends, and blocks with cards that are elsewhere by now.

use super::{
    SlotSet,
    part::{Part, WORDS},
    set::slot,
    words::{flag, ones_of_both},
};
use crate::{
    cards::{Class, ClassColumn},
    facets::FacetId,
    known::KnownCards,
};

/// How many words a block has.
const BLOCK: usize = 64;
/// How many blocks a part has.
const BLOCKS: usize = WORDS / BLOCK;
/// How many slots a block has, as a power of two.
const BLOCK_BITS: u32 = 12;

/// About how long it takes to look for a set's part, and where a block is in it, in nanoseconds.
const LOOKING_NS: usize = 20;

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
    fn of(sets: &[&SlotSet], high: u16, words: &[u64]) -> Self {
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
    /// How many slots the largest of the larger sets has.
    of_slots: usize,
}

struct SplitPart<'s> {
    high: u16,
    larger: KnownCards<'s>,
    larger_part: &'s Part,
    /// The blocks that are as they are in the larger part; a bit for each.
    equal: u16,
    /// Those of the others that lack fewer slots of the larger part's than they have.
    nearly: u16,
    /// All slots in blocks that are not equal.
    rest: Rest,
    /// How many slots are lacking in what is nearly equal, and are there in what isn't.
    to_tally: usize,
}

/// Slots of some blocks.
struct Rest {
    blocks: u16,
    words: Vec<u64>,
    /// The slots themselves, where they are few.
    few: Option<Vec<u16>>,
}

/// The blocks whose bits are set.
fn blocks(bits: u16) -> impl Iterator<Item = usize> {
    (0..BLOCKS).filter(move |block| bits >> block & 1 == 1)
}

/// The words of a block, as far as there are any.
fn block_of(words: &[u64], block: usize) -> &[u64] {
    let start = (block * BLOCK).min(words.len());
    &words[start..(start + BLOCK).min(words.len())]
}

/// Which block a slot is in.
fn block(low: u16) -> usize {
    usize::from(low >> BLOCK_BITS)
}

impl Part {
    /// How many slots there are in each block.
    fn block_lens(&self) -> [u16; BLOCKS] {
        let mut lens = [0; BLOCKS];
        match self {
            Self::Listed(list) => list.iter().for_each(|low| lens[block(*low)] += 1),
            Self::Flagged(flags) => lens.iter_mut().enumerate().for_each(|(block, len)| {
                let words = block_of(flags.words(), block);
                *len = small(ones_of_both(words, words));
            }),
        }
        lens
    }

    /// How many slots of each block are flagged in words.
    fn count_blocks(&self, words: &[u64]) -> [u16; BLOCKS] {
        let mut counts = [0; BLOCKS];
        match self {
            Self::Listed(list) => {
                for low in list.iter() {
                    counts[block(*low)] += u16::from(flag(words, *low));
                }
            }
            Self::Flagged(flags) => counts.iter_mut().enumerate().for_each(|(block, count)| {
                *count = small(ones_of_both(block_of(flags.words(), block), block_of(words, block)));
            }),
        }
        counts
    }
}

/// Of a number of slots of one block.
fn small(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

impl Rest {
    fn of(part: &Part, blocks: u16) -> Self {
        let mut rest = Self { blocks, words: Vec::new(), few: None };
        if blocks == 0 {
            return rest;
        }
        rest.words = part.to_words();
        for (block, words) in rest.words.chunks_mut(BLOCK).enumerate() {
            if blocks >> block & 1 == 0 {
                words.fill(0);
            }
        }
        if let Part::Listed(list) = part {
            rest.few = Some(list.iter().copied().filter(|low| blocks >> block(*low) & 1 == 1).collect());
        }
        rest
    }

    /// How many of them a part has.
    fn count_in(&self, other: &Part) -> usize {
        match (other, &self.few) {
            (Part::Flagged(flags), Some(few)) if few.len() < flags.words().len() / 2 => {
                few.iter().filter(|low| other.contains(**low)).count()
            }
            (Part::Flagged(flags), _) if self.blocks == u16::MAX => ones_of_both(flags.words(), &self.words),
            (Part::Flagged(flags), _) => blocks(self.blocks)
                .map(|block| ones_of_both(block_of(flags.words(), block), block_of(&self.words, block)))
                .sum(),
            (Part::Listed(list), _) if self.blocks == u16::MAX => self.flagged(list),
            (Part::Listed(list), _) => blocks(self.blocks)
                .map(|block| {
                    let rank = |block: usize| list.partition_point(|low| self::block(*low) < block);
                    self.flagged(&list[rank(block)..rank(block + 1)])
                })
                .sum(),
        }
    }

    fn flagged(&self, list: &[u16]) -> usize {
        list.iter().map(|low| usize::from(flag(&self.words, *low))).sum()
    }
}

/// Reads which value of a class each of some slots has that are flagged in words, some blocks of a part.
fn read(class: &ClassColumn, high: u16, blocks: u16, word: impl Fn(usize) -> u64, mut act: impl FnMut(u32)) {
    for block in self::blocks(blocks) {
        for number in block * BLOCK..(block + 1) * BLOCK {
            let mut left = word(number);
            if left == 0 {
                continue;
            }
            // A chunk has whole words.
            let of_word = class.chunk_from(slot(high, small(64 * number)));
            while left != 0 {
                let Class(value) = of_word[left.trailing_zeros() as usize];
                act(value);
                left &= left - 1;
            }
        }
    }
}

impl<'s> SplitPart<'s> {
    /// `None`: none of the larger sets has a slot there.
    fn of(high: u16, part: &Part, larger: &[KnownCards<'s>]) -> Option<Self> {
        let of_larger = larger.iter().filter_map(|larger| Some((larger, larger.cards().part(high)?)));
        // All of the others' blocks that are equal are equal in the smallest.
        let (larger, larger_part) = of_larger.min_by_key(|(_, part)| part.len())?;
        if part.len() == larger_part.len() {
            let (equal, rest) = (u16::MAX, Rest::of(part, 0));
            return Some(Self { high, larger: *larger, larger_part, equal, nearly: 0, rest, to_tally: 0 });
        }
        let (mut equal, mut nearly, mut others, mut to_tally) = (0, 0, 0, 0);
        for (block, (len, of_larger)) in
            part.block_lens().into_iter().zip(larger_part.block_lens()).enumerate()
        {
            let lacking = of_larger - len;
            if len == 0 {
                continue;
            }
            match lacking {
                0 => equal |= 1 << block,
                _ if lacking < len => nearly |= 1 << block,
                _ => others |= 1 << block,
            }
            to_tally += usize::from(lacking.min(len));
        }
        let rest = Rest::of(part, nearly | others);
        Some(Self { high, larger: *larger, larger_part, equal, nearly, rest, to_tally })
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
    /// Splits a set by larger ones, each of which has all of its slots.
    pub(crate) fn of(set: &SlotSet, larger: &[KnownCards<'s>]) -> Self {
        let parts = set.parts().filter_map(|(high, part)| SplitPart::of(high, part, larger)).collect();
        Self { parts, of_slots: larger.iter().map(|larger| larger.cards().len()).max().unwrap_or_default() }
    }

    /// The values of how many slots are read by [`Split::tally`].
    pub(crate) fn to_tally(&self) -> usize {
        self.parts.iter().map(|part| part.to_tally).sum()
    }

    /// About how long it takes to count what isn't known, in nanoseconds.
    pub(crate) fn counting_ns(&self, sets: &[&SlotSet]) -> usize {
        let rests = self.parts.iter().map(|part| part.rest.blocks.count_ones() as usize);
        let (blocks, parts) =
            rests.filter(|rest| *rest > 0).fold((0, 0), |(blocks, parts), rest| (blocks + rest, parts + 1));
        let of_all: usize = sets.iter().map(|set| set.counting_ns()).sum();
        let share = of_all * (blocks << BLOCK_BITS) / self.of_slots.max(1 << BLOCK_BITS);
        share + parts * sets.len() * LOOKING_NS
    }

    /// How many slots each of the sets of a facet's values has in common with it.
    pub(crate) fn count(&self, facet: FacetId, sets: &[&SlotSet]) -> Vec<usize> {
        let mut counts = vec![0; sets.len()];
        for part in &self.parts {
            part.add_known(part.equal, facet, sets, &mut counts);
            if part.rest.blocks == 0 {
                continue;
            }
            for (count, set) in counts.iter_mut().zip(sets) {
                *count += set.part(part.high).map_or(0, |other| part.rest.count_in(other));
            }
        }
        counts
    }

    /// The same for a facet of which a card has one value at the most: which one is read where little is left to be
    /// counted.
    pub(crate) fn tally(&self, facet: FacetId, sets: &[&SlotSet], class: &ClassColumn) -> Vec<usize> {
        let mut counts = vec![0; sets.len()];
        for part in &self.parts {
            let SplitPart { high, larger_part, equal, nearly, ref rest, .. } = *part;
            part.add_known(equal | nearly, facet, sets, &mut counts);
            let mut add = |value: u32, count: isize| {
                if let Some(counted) = counts.get_mut(value as usize) {
                    *counted = counted.wrapping_add_signed(count);
                }
            };
            let word = |number: usize| rest.words.get(number).copied().unwrap_or_default();
            read(class, high, rest.blocks & !nearly, word, |value| add(value, 1));
            if nearly != 0 {
                let mut room = [0; WORDS];
                let larger = larger_part.words(&mut room);
                let lacking = |number: usize| larger.get(number).copied().unwrap_or_default() & !word(number);
                read(class, high, nearly, lacking, |value| add(value, -1));
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
            without in prop::collection::vec(0..LIMIT, 0..300),
            frequent in prop::bool::ANY,
        ) {
            // So few can have a value that they are listed.
            let class = |slot: u32| if frequent { slot % VALUES } else { (slot % 97).min(VALUES - 1) };
            let classes: ClassColumn = (0..LIMIT).map(|slot| Class(class(slot))).collect();
            let values: Vec<SlotSet> =
                (0..VALUES).map(|value| (0..LIMIT).filter(|slot| class(*slot) == value).collect()).collect();
            let sets: Vec<&SlotSet> = values.iter().collect();
            let (known, all) = (Known::default(), (0..LIMIT).collect());
            let larger = [&rest | &common, &other | &common].map(|slots| value(&slots));
            let larger: Vec<KnownCards<'_>> =
                larger.iter().map(|value| known.cards_with(value)).chain([known.all(&all)]).collect();
            let window = window.0..window.0 + window.1;
            // The first time what is known is counted, and then it is known.
            for _ in 0..2 {
                for (of, larger) in [(&rest & &common, &larger[..]), (&rest | &common, &larger[2..])] {
                    let mut cards: BTreeSet<u32> = of.into_iter().filter(|slot| window.contains(slot)).collect();
                    for slot in &without {
                        cards.remove(slot);
                    }
                    let has = |value: u32| cards.iter().filter(|slot| class(**slot) == value).count();
                    let expected: Vec<usize> = (0..VALUES).map(has).collect();
                    let cards = set(&cards);
                    let split = Split::of(&cards, larger);
                    prop_assert_eq!(&split.count(FacetId::Gpus, &sets), &expected);
                    prop_assert_eq!(&split.tally(FacetId::Gpus, &sets, &classes), &expected);
                }
            }
        }
    }
}

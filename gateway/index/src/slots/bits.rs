//! One bit for each slot, flat: for working things out, where each slot's bit is asked for in turn.

use super::{SlotSet, part::WORDS};

/// A set of slots below a limit.
#[derive(Clone, Debug)]
pub(crate) struct Bits {
    words: Vec<u64>,
    /// How many words slots can be in; the rest makes the last part whole.
    used: usize,
}

impl Bits {
    /// No slot; those below `limit` can be put in.
    pub(crate) fn below(limit: usize) -> Self {
        let used = limit.div_ceil(64);
        Self { words: vec![0; used.next_multiple_of(WORDS)], used }
    }

    /// The slots of a set; all of them must be below `limit`.
    pub(crate) fn of(set: &SlotSet, limit: usize) -> Self {
        let mut bits = Self::below(limit);
        set.add_to(&mut bits.words);
        bits
    }

    pub(crate) fn insert(&mut self, slot: u32) {
        self.words[slot as usize / 64] |= 1 << (slot % 64);
    }

    pub(crate) fn contains(&self, slot: u32) -> bool {
        self.words[slot as usize / 64] >> (slot % 64) & 1 == 1
    }

    pub(crate) fn insert_all<'s>(&mut self, stretches: impl Iterator<Item = &'s [u32]>) {
        stretches.flatten().for_each(|slot| self.insert(*slot));
    }

    /// The words of a part, and how many of them slots can be in.
    pub(super) fn part(&self, number: u16) -> (&[u64; WORDS], usize) {
        let number = usize::from(number);
        (&self.words.as_chunks().0[number], self.used.saturating_sub(number * WORDS).min(WORDS))
    }

    pub(crate) fn to_set(&self) -> SlotSet {
        SlotSet::from_words(&self.words)
    }
}

//! One bit for each slot, flat: for working things out, where each slot's bit is asked for in turn.

use super::{SlotSet, part::WORDS, words::each_word};

/// A set of slots below a limit.
#[derive(Clone, Debug)]
pub(crate) struct Bits {
    /// A part's all of them, also of the last one.
    words: Vec<u64>,
}

impl Bits {
    /// No slot; those below `limit` can be put in.
    pub(crate) fn below(limit: usize) -> Self {
        Self { words: vec![0; limit.div_ceil(64).next_multiple_of(WORDS)] }
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
        each_word(stretches, |number, bits| self.words[number as usize] |= bits);
    }

    pub(crate) fn to_set(&self) -> SlotSet {
        SlotSet::from_words(&self.words)
    }
}

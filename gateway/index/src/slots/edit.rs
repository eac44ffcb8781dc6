//! A set that is changed slot by slot, in many at once.

use super::{SlotSet, part::Part};

/// A set that is being changed. What is touched of it is spread out, the rest stays shared with other sets.
#[derive(Debug)]
pub(crate) struct Edit {
    set: SlotSet,
    /// By the slots' upper half.
    spread: Vec<Option<Vec<u64>>>,
}

impl Edit {
    pub(crate) fn of(set: SlotSet) -> Self {
        Self { set, spread: Vec::new() }
    }

    /// The word that has the bit of a slot.
    fn word(&mut self, slot: u32) -> &mut u64 {
        let (part, word) = ((slot >> 16) as usize, (slot & 0xffff) as usize / 64);
        if part >= self.spread.len() {
            self.spread.resize(part + 1, None);
        }
        let words = self.spread[part].get_or_insert_with(|| self.set.to_words(slot));
        if word >= words.len() {
            words.resize(word + 1, 0);
        }
        &mut words[word]
    }

    pub(crate) fn insert_all<'s>(&mut self, stretches: impl Iterator<Item = &'s [u32]>) {
        stretches.flatten().for_each(|slot| *self.word(*slot) |= 1 << (slot % 64));
    }

    pub(crate) fn remove_all<'s>(&mut self, stretches: impl Iterator<Item = &'s [u32]>) {
        stretches.flatten().for_each(|slot| *self.word(*slot) &= !(1 << (slot % 64)));
    }

    pub(crate) fn finish(mut self) -> SlotSet {
        for (high, words) in (0..).zip(self.spread) {
            if let Some(words) = words {
                self.set.exchange(high, Part::of_own_words(words));
            }
        }
        self.set
    }
}

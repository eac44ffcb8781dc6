//! A set that is changed slot by slot, in many at once.

use super::{
    SlotSet,
    part::{Part, WORDS},
    words::each_word,
};

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

    /// The word of a number.
    fn word(&mut self, number: u32) -> &mut u64 {
        let (part, word) = (number as usize / WORDS, number as usize % WORDS);
        if part >= self.spread.len() {
            self.spread.resize(part + 1, None);
        }
        let words = self.spread[part].get_or_insert_with(|| self.set.to_words(64 * number));
        if word >= words.len() {
            words.resize(word + 1, 0);
        }
        &mut words[word]
    }

    pub(crate) fn insert_all<'s>(&mut self, stretches: impl Iterator<Item = &'s [u32]>) {
        each_word(stretches, |number, bits| *self.word(number) |= bits);
    }

    pub(crate) fn remove_all<'s>(&mut self, stretches: impl Iterator<Item = &'s [u32]>) {
        each_word(stretches, |number, bits| *self.word(number) &= !bits);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_and_go_while_others_stay_shared() {
        let set: SlotSet = (0..1_000).chain(70_000..70_003).chain([200_000]).collect();
        let mut edit = Edit::of(set.clone());
        edit.remove_all([&[70_000, 70_001][..], &[70_002, 199_999, 200_000]].into_iter());
        edit.insert_all([&[131_072, 131_071][..], &[199_999]].into_iter());
        let edited = edit.finish();
        let expected: SlotSet = (0..1_000).chain([131_071, 131_072, 199_999]).collect();
        assert_eq!((edited.len(), edited.and(&expected).len()), (1_003, 1_003));
        let mut emptied = Edit::of(set);
        emptied.remove_all([&(0..200_001).collect::<Vec<_>>()[..]].into_iter());
        assert!(emptied.finish().is_empty());
    }
}

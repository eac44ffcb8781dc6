//! Which cards a query finds, and how well.

use super::{
    edits::Neighbourhood,
    words::{Run, Word, begins_a_code, words_of_query},
};
use crate::{index::Index, slots::SlotSet, sort::LEVELS};

/// A word that is known as it was typed is taken for a typo only of words that are so many times as frequent:
/// who asks for `dual` is not shown `duel`, but one misspelt name doesn't hide all `geforce` from `gefroce`.
const MUCH_MORE_FREQUENT: usize = 10;

/// The levels of fitting, each with all the cards of the better ones: all words as they stand; some only
/// begin what stands there; some have typos; some are found in codes only.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    best: SlotSet,
    /// None: no more than at the level before.
    others: [Option<SlotSet>; LEVELS - 1],
}

impl Found {
    /// What is found at a level or a better one.
    fn up_to(&self, level: usize) -> &SlotSet {
        self.others[..level].iter().rev().flatten().next().unwrap_or(&self.best)
    }

    /// All cards that are found.
    pub(crate) fn all(&self) -> &SlotSet {
        self.up_to(LEVELS - 1)
    }

    /// Whether a card is found at a level and at no better one.
    pub(crate) fn has(&self, level: usize, slot: u32) -> bool {
        let better = level.checked_sub(1).map(|better| self.up_to(better));
        self.up_to(level).contains(slot) && better.is_none_or(|better| !better.contains(slot))
    }

    /// How many are found at a level and at no better one.
    pub(crate) fn count(&self, level: usize) -> usize {
        let better = level.checked_sub(1).map_or(0, |better| self.up_to(better).len());
        self.up_to(level).len() - better
    }

    /// Those of a level and of no better one.
    pub(crate) fn only(&self, level: usize) -> SlotSet {
        match level.checked_sub(1) {
            None => self.best.clone(),
            Some(better) => self.up_to(level).and_not(self.up_to(better)),
        }
    }

    fn and(&self, other: &Self) -> Self {
        let level = |at: usize| {
            let differs = self.others[at].is_some() || other.others[at].is_some();
            differs.then(|| self.up_to(at + 1).and(other.up_to(at + 1)))
        };
        Self { best: self.best.and(&other.best), others: std::array::from_fn(level) }
    }

    /// Finds these too, at the last level.
    fn or_by_code(&mut self, cards: &SlotSet) {
        if !cards.is_empty() {
            self.others[LEVELS - 2] = Some(SlotSet::union([self.all(), cards]));
        }
    }
}

/// What a query finds; nothing to find: none.
pub(crate) fn look_up(index: &Index, text: &str) -> Option<Found> {
    let (words, whole) = words_of_query(text);
    let mut found = words.iter().map(|word| find_word(index, word)).reduce(|all, word| all.and(&word))?;
    if begins_a_code(&whole) {
        found.or_by_code(&index.codes.find(&index.cards, &whole, true));
    }
    Some(found)
}

fn find_word(index: &Index, word: &Word) -> Found {
    let runs = word.runs.iter().map(|run| find_run(index, run));
    let mut found = runs.reduce(|all, run| all.and(&run)).unwrap_or_default();
    if !word.code.is_empty() {
        let as_prefix = begins_a_code(&word.code);
        found.or_by_code(&index.codes.find(&index.cards, &word.code, as_prefix));
    }
    found
}

fn find_run(index: &Index, run: &Run) -> Found {
    let mut found = Found::default();
    if run.is_code() {
        let digits = run.text.trim_start_matches('0');
        found.or_by_code(&index.codes.find(&index.cards, digits, begins_a_code(digits)));
        return found;
    }
    found.best = index.vocabulary.exactly(&run.text).cloned().unwrap_or_default();
    let [begun, misspelt, _] = &mut found.others;
    if run.as_prefix {
        let terms = index.vocabulary.beginning(&run.text).map(|term| &term.cards);
        *begun = Some(SlotSet::union(terms)).filter(|cards| cards.len() > found.best.len());
    }
    let as_typed = begun.as_ref().unwrap_or(&found.best);
    let least = as_typed.len() * MUCH_MORE_FREQUENT;
    if run.typos() > 0 && least <= index.len() {
        let near = index.vocabulary.near(Neighbourhood::new(&run.text, run.typos(), run.as_prefix));
        let frequent = near.into_iter().map(|term| &term.cards).filter(|cards| cards.len() >= least);
        *misspelt =
            Some(SlotSet::union(frequent.chain([as_typed]))).filter(|cards| cards.len() > as_typed.len());
    }
    found
}

//! Which cards a query finds, and how well.

use super::{
    edits::Neighbourhood,
    vocabulary::Term,
    words::{Run, Word, begins_a_code, words_of_query},
};
use crate::{attribute::Value, facets::FacetId, index::Index, slots::SlotSet, sort::LEVELS};

/// A word that is known as it was typed is taken for a typo only of words that are so many times as frequent:
/// who asks for `dual` is not shown `duel`, but one misspelt name doesn't hide all `geforce` from `gefroce`.
const MUCH_MORE_FREQUENT: usize = 10;

/// The levels of fitting, each with all the cards of the better ones: all words as they stand; some only
/// begin what stands there; some have typos; some are found in codes only.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    levels: [SlotSet; LEVELS],
}

impl Found {
    /// All cards that are found.
    pub(crate) fn all(&self) -> &SlotSet {
        &self.levels[LEVELS - 1]
    }

    /// The level at which a card is found.
    pub(crate) fn level(&self, slot: u32) -> Option<usize> {
        self.levels.iter().position(|level| level.contains(slot))
    }

    /// How many are found at a level and at no better one.
    pub(crate) fn count(&self, level: usize) -> usize {
        let better = level.checked_sub(1).map_or(0, |better| self.levels[better].len());
        self.levels[level].len() - better
    }

    /// Those of a level and of no better one.
    pub(crate) fn only(&self, level: usize) -> SlotSet {
        match level.checked_sub(1) {
            None => self.levels[level].clone(),
            Some(better) => self.levels[level].and_not(&self.levels[better]),
        }
    }

    fn and(&self, other: &Self) -> Self {
        Self { levels: std::array::from_fn(|level| self.levels[level].and(&other.levels[level])) }
    }

    /// Finds these too, at the last level.
    fn or_by_code(&mut self, cards: &SlotSet) {
        if !cards.is_empty() {
            self.levels[LEVELS - 1] = SlotSet::union([&self.levels[LEVELS - 1], cards]);
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
    let none = || Found { levels: std::array::from_fn(|_| SlotSet::default()) };
    let mut found = runs.reduce(|all, run| all.and(&run)).unwrap_or_else(none);
    if !word.code.is_empty() {
        let as_prefix = begins_a_code(&word.code);
        found.or_by_code(&index.codes.find(&index.cards, &word.code, as_prefix));
    }
    found
}

fn find_run(index: &Index, run: &Run) -> Found {
    if run.is_code() {
        let digits = run.text.trim_start_matches('0');
        let by_code = index.codes.find(&index.cards, digits, begins_a_code(digits));
        let none = SlotSet::default();
        return Found { levels: [none.clone(), none.clone(), none, by_code] };
    }
    let named = || {
        let attributes = [FacetId::Brands, FacetId::Gpus].map(|facet| index.attribute(facet));
        attributes.into_iter().flat_map(|attribute| attribute.values().map(|value| &**value))
    };
    let exactly = SlotSet::union(
        index
            .vocabulary
            .exactly(&run.text)
            .into_iter()
            .chain(named().filter(|value| value.words.contains(&run.text)).map(|value| &value.cards)),
    );
    let as_typed = if run.as_prefix {
        let terms = index.vocabulary.beginning(&run.text).map(|term| &term.cards);
        let begins = |value: &&Value| value.words.iter().any(|word| word.starts_with(&run.text));
        SlotSet::union(terms.chain(named().filter(begins).map(|value| &value.cards)))
    } else {
        exactly.clone()
    };
    let with_typos = find_typos(index, run, &as_typed, named());
    Found { levels: [exactly, as_typed, with_typos.clone(), with_typos] }
}

/// What is found as it was typed, and what is a few typos away.
fn find_typos<'i>(
    index: &'i Index,
    run: &Run,
    as_typed: &SlotSet,
    named: impl Iterator<Item = &'i Value>,
) -> SlotSet {
    let most = run.typos();
    if most == 0 {
        return as_typed.clone();
    }
    let least = as_typed.len() * MUCH_MORE_FREQUENT;
    let near = || Neighbourhood::new(&run.text, most, run.as_prefix);
    let terms: Vec<&Term> = index.vocabulary.near(near());
    let mut neighbourhood = near();
    let values: Vec<&Value> =
        named.filter(|value| value.words.iter().any(|word| neighbourhood.has(word))).collect();
    let candidates = terms.iter().map(|term| &term.cards).chain(values.iter().map(|value| &value.cards));
    SlotSet::union(candidates.filter(|cards| cards.len() >= least).chain([as_typed]))
}

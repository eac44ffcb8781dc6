//! The dictionary of all runs in names, each with the cards that have it.

use std::{collections::HashMap, sync::Arc};

use super::edits::Neighbourhood;
use crate::{
    column::Column,
    order::{Order, Sought, mark_behind_text, mark_of_text},
    slots::SlotSet,
};

/// A run, and the cards whose names have it.
#[derive(Clone, Debug, Default)]
pub(super) struct Term {
    text: Box<str>,
    pub(super) cards: SlotSet,
}

/// The dictionary. A run that no card has any more is not kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vocabulary {
    terms: Column<Arc<Term>, 64>,
    /// Numbers of terms that are not in use.
    free: Vec<u32>,
    by_text: Order,
}

/// Numbers of terms by text, for filling the dictionary at once.
pub(crate) type TermNumbers = HashMap<String, u32>;

impl Vocabulary {
    fn text(&self, number: u32) -> &str {
        &self.terms.get(number).text
    }

    /// How many terms are before a text.
    fn rank(&self, text: &str) -> usize {
        self.by_text.rank(&Sought { mark: mark_of_text(text), precedes: |other| self.text(other) < text })
    }

    fn number(&self, text: &str) -> Option<u32> {
        let sought = Sought { mark: mark_of_text(text), precedes: |other| self.text(other) < text };
        self.by_text.first_from(&sought).filter(|number| self.text(*number) == text)
    }

    /// Says that a card's name has a run.
    pub(crate) fn add(&mut self, text: &str, slot: u32) {
        let number = self.number(text).unwrap_or_else(|| {
            let number = self.new_term(text);
            let terms = &self.terms;
            let precedes = |other| *terms.get(other).text < *text;
            let sought = Sought { mark: mark_of_text(text), precedes };
            self.by_text.insert(number, &sought, |other| mark_of_text(&terms.get(other).text));
            number
        });
        Arc::make_mut(self.terms.get_mut(number)).cards.insert(slot);
    }

    /// Says that a card's name has a run no more.
    pub(crate) fn remove(&mut self, text: &str, slot: u32) {
        let Some(number) = self.number(text) else { return };
        let term = Arc::make_mut(self.terms.get_mut(number));
        term.cards.remove(slot);
        if term.cards.is_empty() {
            let terms = &self.terms;
            let precedes = |other| *terms.get(other).text < *text;
            self.by_text.remove(number, &Sought { mark: mark_of_text(text), precedes });
            *self.terms.get_mut(number) = Arc::default();
            self.free.push(number);
        }
    }

    /// As [`Vocabulary::add`], but the dictionary can't be used before [`Vocabulary::finish`].
    pub(crate) fn fill(&mut self, numbers: &mut TermNumbers, text: &str, slot: u32) {
        let number = if let Some(number) = numbers.get(text) {
            *number
        } else {
            let number = self.new_term(text);
            numbers.insert(text.to_owned(), number);
            number
        };
        Arc::make_mut(self.terms.get_mut(number)).cards.insert(slot);
    }

    /// Sorts what was filled in. Cards get the slots that stand in `after` in the places of theirs.
    pub(crate) fn finish(&mut self, numbers: TermNumbers, after: &[u32]) {
        let mut numbers: Vec<u32> = numbers.into_values().collect();
        numbers.sort_unstable_by(|one, two| self.text(*one).cmp(self.text(*two)));
        for number in &numbers {
            let cards = &mut Arc::make_mut(self.terms.get_mut(*number)).cards;
            *cards = cards.reordered(after);
        }
        self.by_text = Order::from_sorted(&numbers, |number| mark_of_text(&self.terms.get(number).text));
    }

    fn new_term(&mut self, text: &str) -> u32 {
        let number = self.free.pop().unwrap_or_else(|| {
            self.terms.grow();
            u32::try_from(self.terms.len() - 1).unwrap_or(u32::MAX)
        });
        *self.terms.get_mut(number) = Arc::new(Term { text: text.into(), cards: SlotSet::default() });
        number
    }

    /// The cards with a run.
    pub(super) fn exactly(&self, text: &str) -> Option<&SlotSet> {
        Some(&self.terms.get(self.number(text)?).cards)
    }

    /// The terms that begin with a text.
    pub(super) fn beginning(&self, text: &str) -> impl Iterator<Item = &Term> {
        let begins = |other| self.text(other) < text || self.text(other).starts_with(text);
        let to = self.by_text.rank(&Sought { mark: mark_behind_text(text), precedes: begins });
        self.by_text.entries(self.rank(text)..to).map(|number| &**self.terms.get(number))
    }

    /// The terms of letters that are near a word.
    pub(super) fn near(&self, mut neighbourhood: Neighbourhood<'_>) -> Vec<&Term> {
        let letters = self.rank("a")..self.by_text.len();
        let terms = self.by_text.entries(letters).map(|number| &**self.terms.get(number));
        terms.filter(|term| neighbourhood.has(&term.text)).collect()
    }
}

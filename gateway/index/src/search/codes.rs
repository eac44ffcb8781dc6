//! All codes of all cards, sorted. Nearly every card has its own, so they are not worth a set of cards each;
//! the texts are those of the cards.

use super::words::MOST_CODES;
use crate::{
    build::sorted_texts,
    cards::Cards,
    order::{Order, Sought, mark_behind_text, mark_of_text},
    slots::{Bits, SlotSet},
};

/// From here on, cards are gathered as bits.
const MANY: usize = 1_000;

/// The codes, each as its card's slot and its place among the card's codes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Codes {
    sorted: Order,
}

/// None for slots so high that there is no room for the place, some hundred million cards away.
fn entry(slot: u32, place: usize) -> Option<u32> {
    let place = u32::try_from(place).ok().filter(|place| *place < MOST_CODES)?;
    Some(slot.checked_mul(MOST_CODES)? + place)
}

fn slot(entry: u32) -> u32 {
    entry / MOST_CODES
}

fn text(cards: &Cards, entry: u32) -> &str {
    let place = (entry % MOST_CODES) as usize;
    cards.codes.get(slot(entry)).split('\n').nth(place).unwrap_or_default()
}

/// A card's codes, as [`Cards::codes`] has them.
fn entries(cards: &Cards, slot: u32) -> impl Iterator<Item = u32> {
    let codes = cards.codes.get(slot);
    let count = if codes.is_empty() { 0 } else { codes.split('\n').count() };
    (0..count).filter_map(move |place| entry(slot, place))
}

impl Codes {
    /// Puts in the codes that a card has.
    pub(crate) fn add(&mut self, cards: &Cards, slot: u32) {
        for entry in entries(cards, slot) {
            let key = (text(cards, entry), entry);
            let precedes = |other| (text(cards, other), other) < key;
            let mark = |entry| mark_of_text(text(cards, entry));
            self.sorted.insert(entry, &Sought { mark: mark_of_text(key.0), precedes }, mark);
        }
    }

    /// Takes out the codes that a card still has.
    pub(crate) fn remove(&mut self, cards: &Cards, slot: u32) {
        for entry in entries(cards, slot) {
            let key = (text(cards, entry), entry);
            let precedes = |other| (text(cards, other), other) < key;
            self.sorted.remove(entry, &Sought { mark: mark_of_text(key.0), precedes });
        }
    }

    /// All at once.
    pub(crate) fn of(cards: &Cards) -> Self {
        let entries = (0..).take(cards.rows.len()).flat_map(|slot| entries(cards, slot));
        let sorted = sorted_texts(entries.map(|entry| (text(cards, entry), entry)));
        Self { sorted: Order::from_sorted(&sorted, |entry| mark_of_text(text(cards, entry))) }
    }

    /// The cards with a code, or with one that begins with it.
    pub(crate) fn find(&self, cards: &Cards, code: &str, as_prefix: bool) -> SlotSet {
        let fits = |found: &str| if as_prefix { found.starts_with(code) } else { found == code };
        let before = |other| text(cards, other) < code;
        let from = self.sorted.rank(&Sought { mark: mark_of_text(code), precedes: before });
        let fitting = |other| before(other) || fits(text(cards, other));
        let mark = if as_prefix { mark_behind_text(code) } else { mark_of_text(code) };
        let to = self.sorted.rank(&Sought { mark, precedes: fitting });
        let slots = self.sorted.entries(from..to).map(slot);
        if to - from < MANY {
            return slots.collect();
        }
        let mut bits = Bits::below(cards.rows.len());
        slots.for_each(|slot| bits.insert(slot));
        bits.to_set()
    }
}

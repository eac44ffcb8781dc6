//! Making an index of many cards at once: all is filled in first, and sorted afterwards.
//!
//! Cards get their slots in the order of their prices. What a filter by price lets through stands beside each other then,
//! in all sets: most of the memory needn't be read, and between both ends of the range a set has all that it has there. It
//! is a habit and no rule. Cards that come later, or at another price, may be anywhere; so the more cards change, the more
//! has to be read, as all would be otherwise.

use crate::{
    cards::{Axis, By, Cards, NO_VALUE, Row},
    facets::FacetId,
    facts::CardFacts,
    index::Index,
    order::{Order, mark_of_text},
    search::{Codes, TermNumbers, Vocabulary, codes_to_keep, each_term},
};

impl Index {
    /// An index of many cards, much faster than one after the other. It is fastest where their ids ascend; of
    /// an id that comes twice, the last one counts.
    pub fn build(cards: impl IntoIterator<Item = CardFacts>) -> Self {
        let mut filling = Filling::default();
        let (mut last, mut late) = (None, Vec::new());
        for facts in cards {
            if last.is_none_or(|last| last < facts.id) {
                last = Some(facts.id);
                filling.add(&facts);
            } else {
                late.push(facts);
            }
        }
        let mut index = filling.sort();
        for facts in late {
            index.upsert(&facts);
        }
        index
    }
}

/// An index that has cards in the order of their ids, but neither orders nor a dictionary yet.
#[derive(Default)]
struct Filling {
    index: Index,
    vocabulary: Vocabulary,
    terms: TermNumbers,
}

impl Filling {
    /// Takes in a card whose id is the highest so far.
    fn add(&mut self, facts: &CardFacts) {
        let index = &mut self.index;
        let slot = u32::try_from(index.cards.rows.len()).unwrap_or(u32::MAX);
        let (row, classes) = (Row::of(facts), index.classes(facts));
        index.cards.reach(slot);
        *index.cards.rows.get_mut(slot) = row;
        index.cards.classes.set(slot, classes);
        index.cards.names.set(slot, &facts.name_key);
        index.cards.codes.set(slot, &codes_to_keep(&facts.codes, &facts.name_key));
        for (facet, numbers) in index.values(facts) {
            index.attributes[facet as usize].add(slot, &numbers);
        }
        for (facet, number) in [
            (FacetId::Brands, classes.brand),
            (FacetId::Gpus, classes.gpu),
            (FacetId::MemoryGb, classes.memory),
        ] {
            index.attributes[facet as usize].exchange(slot, NO_VALUE, number.0);
        }
        each_term(index.names(slot), |term| self.vocabulary.fill(&mut self.terms, term, slot));
        index.all.insert(slot);
    }

    fn sort(self) -> Index {
        let Self { mut index, mut vocabulary, terms } = self;
        // Until here slots are places in the order of ids, which decide between equals.
        let cards = &index.cards;
        let price = |place| (cards.row(place).number(Axis::Price), place);
        let places = sorted((0..).take(cards.rows.len()).map(price));
        let mut slots = vec![0; places.len()];
        for (slot, place) in (0..).zip(&places) {
            slots[*place as usize] = slot;
        }
        index.cards.reorder(&places);
        index.attributes.iter_mut().for_each(|attribute| attribute.reorder(&slots));
        vocabulary.finish(terms, &slots);
        index.vocabulary = vocabulary;
        for by in By::ALL {
            let in_order = in_order(&index.cards, by, &places);
            let slots: Vec<u32> = in_order.into_iter().map(|place| slots[place as usize]).collect();
            index.orders[by.place()] = Order::from_sorted(&slots, |slot| index.cards.probe(by, slot).mark());
        }
        index.codes = Codes::of(&index.cards);
        index.all.shrink();
        index
    }
}

/// The places of all cards in an order, the lower one first where that is equal; by slot, `places` are theirs.
fn in_order(cards: &Cards, by: By, places: &[u32]) -> Vec<u32> {
    let slots = (0..).zip(places).map(|(slot, place): (u32, &u32)| (slot, *place));
    match by {
        By::Id => (0..).take(places.len()).collect(),
        By::Name => sorted_texts(slots.map(|(slot, place)| (cards.names.get(slot), place))),
        By::Brevity => sorted(slots.map(|(slot, place)| (cards.row(slot).brevity(), place))),
        By::Axis(axis) => sorted(slots.map(|(slot, place)| (cards.row(slot).number(axis), place))),
    }
}

/// Sorts by key, and by entry where keys are equal.
fn sorted<K: Ord>(keys: impl Iterator<Item = (K, u32)>) -> Vec<u32> {
    let mut keys: Vec<(K, u32)> = keys.collect();
    keys.sort_unstable();
    keys.into_iter().map(|(_, entry)| entry).collect()
}

/// The same for texts. Their marks are kept beside them, since looking at a text itself costs a look into far memory.
pub(crate) fn sorted_texts<'t>(keys: impl Iterator<Item = (&'t str, u32)>) -> Vec<u32> {
    sorted(keys.map(|(text, entry)| ((mark_of_text(text), text), entry)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::OfferFacts;

    #[test]
    fn cards_get_slots_in_the_order_of_their_prices() {
        // Some without a price, and some of one price, which their ids decide between.
        let price = |id: i64| (id % 5 != 0).then(|| id * 7_919 % 1_000);
        let card = |id| {
            let offers = OfferFacts { best_price_minor: price(id), ..OfferFacts::default() };
            CardFacts { id, offers, ..CardFacts::default() }
        };
        let index = Index::build((1..=10_000).map(card));
        let by_price = index.order(By::Axis(Axis::Price)).entries(0..10_000);
        assert!(by_price.eq(0..10_000));
        let in_order = |slot: &u32| {
            let key = |slot| (index.cards.row(slot).number(Axis::Price), index.cards.row(slot).id);
            key(*slot) < key(slot + 1)
        };
        assert!((0..9_999).all(|slot| in_order(&slot)));
    }
}

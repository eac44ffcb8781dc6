//! Making an index of many cards at once: all is filled in first, and sorted afterwards.

use crate::{
    attribute::Attribute,
    bands::Bands,
    cards::{Axis, By, NO_VALUE, Row},
    facets::FacetId,
    facts::CardFacts,
    index::Index,
    order::Order,
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

/// An index that has cards, but neither orders nor a dictionary yet.
#[derive(Default)]
struct Filling {
    index: Index,
    bands: Bands,
    /// The cards' slots in the order of their ids.
    by_id: Vec<u32>,
    vocabulary: Vocabulary,
    terms: TermNumbers,
}

impl Filling {
    /// Takes in a card whose id is the highest so far.
    fn add(&mut self, facts: &CardFacts) {
        let index = &mut self.index;
        let (row, classes) = (Row::of(facts), index.classes(facts));
        let slot = self.bands.slot(row.number(Axis::Price));
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
        self.by_id.push(slot);
    }

    fn sort(self) -> Index {
        let Self { mut index, mut vocabulary, terms, by_id, .. } = self;
        let cards = &index.cards;
        for by in By::ALL {
            // They are sorted by places in the order of ids, which decide between equals so.
            let slots = (0..).zip(&by_id).map(|(place, slot): (u32, &u32)| (place, *slot));
            let sorted = match by {
                By::Id => (0..).take(by_id.len()).collect(),
                By::Name => sorted_texts(slots.map(|(place, slot)| (cards.names.get(slot), place))),
                By::Brevity => sorted(slots.map(|(place, slot)| (cards.row(slot).brevity(), place))),
                By::Axis(axis) => sorted(slots.map(|(place, slot)| (cards.row(slot).number(axis), place))),
            };
            let sorted: Vec<u32> = sorted.into_iter().map(|place| by_id[place as usize]).collect();
            index.orders[by.place()] = Order::from_sorted(&sorted);
        }
        index.codes = Codes::of(&index.cards, by_id.into_iter());
        vocabulary.finish(terms);
        index.vocabulary = vocabulary;
        index.attributes.iter_mut().for_each(Attribute::shrink);
        index.all.shrink();
        index
    }
}

/// Sorts by key, and by entry where keys are equal.
fn sorted<K: Ord>(keys: impl Iterator<Item = (K, u32)>) -> Vec<u32> {
    let mut keys: Vec<(K, u32)> = keys.collect();
    keys.sort_unstable();
    keys.into_iter().map(|(_, entry)| entry).collect()
}

/// The same for texts. Their first bytes are kept beside them as a number, since looking at a text itself
/// costs a look into far memory.
pub(crate) fn sorted_texts<'t>(keys: impl Iterator<Item = (&'t str, u32)>) -> Vec<u32> {
    let start = |text: &str| {
        let mut start = [0; 8];
        start.iter_mut().zip(text.bytes()).for_each(|(to, byte)| *to = byte);
        u64::from_be_bytes(start)
    };
    sorted(keys.map(|(text, entry)| ((start(text), text), entry)))
}

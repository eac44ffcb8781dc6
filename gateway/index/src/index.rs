//! The index itself, and what changes it.

use std::ops::Range;

use crate::{
    attribute::Attribute,
    cards::{Axis, By, Cards, Classes, NO_VALUE, Probe, Row},
    facets::FacetId,
    facts::CardFacts,
    order::Order,
    search::{Codes, TermNumbers, Vocabulary, codes_to_keep, terms_of_name},
    slots::SlotSet,
};

/// An index of all served video cards. See [the crate's page](crate) for how it is held and shared.
///
/// A clone costs some tens of microseconds at a million cards, whatever has changed, and stays as it is while
/// the other one changes.
#[derive(Clone, Debug, Default)]
pub struct Index {
    pub(crate) cards: Cards,
    /// The slots that hold a card.
    pub(crate) all: SlotSet,
    orders: [Order; By::ALL.len()],
    attributes: [Attribute; FacetId::ALL.len()],
    pub(crate) vocabulary: Vocabulary,
    pub(crate) codes: Codes,
}

impl Index {
    /// An index without cards.
    pub fn new() -> Self {
        Self::default()
    }

    /// An index of many cards, much faster than one after the other. It is fastest where their ids ascend; of
    /// an id that comes twice, the last one counts.
    pub fn build(cards: impl IntoIterator<Item = CardFacts>) -> Self {
        let (mut index, mut terms) = (Self::default(), TermNumbers::new());
        let (mut last, mut late) = (None, Vec::new());
        for facts in cards {
            if last.is_none_or(|last| last < facts.id) {
                last = Some(facts.id);
                index.fill(&facts, &mut terms);
            } else {
                late.push(facts);
            }
        }
        index.finish(terms);
        for facts in late {
            index.upsert(&facts);
        }
        index
    }

    /// How many cards there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is no card.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether there is a card with this id.
    pub fn contains(&self, id: i64) -> bool {
        self.slot(id).is_some()
    }

    /// Says what is true of a card from now on, whether it was known before or not.
    pub fn upsert(&mut self, facts: &CardFacts) {
        let (slot, new) = match self.slot(facts.id) {
            Some(slot) => (slot, false),
            None => (self.free_slot(), true),
        };
        let row = Row::of(facts);
        let moved: Vec<By> = if new { By::ALL.to_vec() } else { self.moved(slot, &row, &facts.name_key) };
        if !new {
            for by in &moved {
                self.take_out(*by, slot);
            }
        }
        self.rename(slot, &facts.name_key);
        self.recode(slot, &codes_to_keep(&facts.codes, &facts.name_key));
        *self.cards.rows.get_mut(slot) = row;
        for by in &moved {
            self.put_in(*by, slot);
        }
        self.assign(slot, facts);
        self.all.insert(slot);
    }

    /// Forgets a card. Says whether it was known.
    pub fn remove(&mut self, id: i64) -> bool {
        let Some(slot) = self.slot(id) else { return false };
        for by in By::ALL {
            self.take_out(by, slot);
        }
        self.rename(slot, "");
        self.recode(slot, "");
        self.assign(slot, &CardFacts::default());
        *self.cards.rows.get_mut(slot) = Row::default();
        self.all.remove(slot);
        true
    }

    /// Says what people call a value of a facet. What brands and chips are called comes with the cards, and
    /// that of a size of memory is worked out; what was never told is shown as the value itself.
    pub fn set_label(&mut self, facet: FacetId, value: &str, label: &str) {
        let attribute = &mut self.attributes[facet as usize];
        let number = attribute.number(value);
        attribute.set_label(number, label);
    }

    pub(crate) fn attribute(&self, facet: FacetId) -> &Attribute {
        &self.attributes[facet as usize]
    }

    pub(crate) fn order(&self, by: By) -> &Order {
        &self.orders[by.place()]
    }

    /// The slot of a card.
    pub(crate) fn slot(&self, id: i64) -> Option<u32> {
        let order = self.order(By::Id);
        let rank = order.rank(|other| self.cards.row(other).id < id);
        order.get(rank).filter(|slot| self.cards.row(*slot).id == id)
    }

    /// Where in the order of an axis the numbers between two are, both included.
    pub(crate) fn ranks(&self, axis: Axis, min: i64, max: i64) -> Range<usize> {
        let order = self.order(By::Axis(axis));
        let number = |slot| self.cards.row(slot).number(axis);
        let start = order.rank(|slot| number(slot) < min);
        start..order.rank(|slot| number(slot) <= max).max(start)
    }

    fn free_slot(&mut self) -> u32 {
        let slots = self.cards.rows.len();
        if self.all.len() < slots {
            return self.all.first_gap();
        }
        self.cards.rows.grow();
        self.cards.classes.grow();
        u32::try_from(slots).unwrap_or(u32::MAX)
    }

    /// The orders in which a card gets another place.
    fn moved(&self, slot: u32, after: &Row, name: &str) -> Vec<By> {
        let before = self.cards.row(slot);
        let moves = |by: &By| match by {
            By::Id => false,
            By::Name => self.cards.names.get(slot) != name,
            By::Brevity => before.brevity() != after.brevity(),
            By::Axis(axis) => before.number(*axis) != after.number(*axis),
        };
        By::ALL.into_iter().filter(moves).collect()
    }

    fn take_out(&mut self, by: By, slot: u32) {
        let Self { cards, orders, .. } = self;
        let probe = cards.probe(by, slot);
        orders[by.place()].remove(slot, |other| cards.probe(by, other) < probe);
    }

    fn put_in(&mut self, by: By, slot: u32) {
        let Self { cards, orders, .. } = self;
        let probe = cards.probe(by, slot);
        orders[by.place()].insert(slot, |other| cards.probe(by, other) < probe);
    }

    fn rename(&mut self, slot: u32, name: &str) {
        let before = self.cards.names.get(slot);
        if before == name {
            return;
        }
        let (before, after) = (terms_of_name(before), terms_of_name(name));
        for term in before.iter().filter(|term| after.binary_search(term).is_err()) {
            self.vocabulary.remove(term, slot);
        }
        for term in after.iter().filter(|term| before.binary_search(term).is_err()) {
            self.vocabulary.add(term, slot);
        }
        self.cards.names.set(slot, name);
    }

    fn recode(&mut self, slot: u32, codes: &str) {
        if self.cards.codes.get(slot) != codes {
            self.codes.remove(&self.cards, slot);
            self.cards.codes.set(slot, codes);
            self.codes.add(&self.cards, slot);
        }
    }

    /// Gives a card its values, and takes those that it had before.
    fn assign(&mut self, slot: u32, facts: &CardFacts) {
        let maker = facts.gpu.as_ref().map(|gpu| gpu.maker.clone());
        for (facet, keys) in [
            (FacetId::Technologies, facts.technologies.as_slice()),
            (FacetId::Outputs, &facts.outputs),
            (FacetId::ChipMakers, maker.as_slice()),
            (FacetId::Availability, &facts.availabilities),
            (FacetId::Shops, &facts.shops),
        ] {
            let attribute = &mut self.attributes[facet as usize];
            let numbers: Vec<u32> = keys.iter().map(|key| attribute.number(key)).collect();
            attribute.assign(slot, &numbers);
        }
        let brand = facts.brand.as_ref().map(|brand| (brand.slug.as_str(), Some(brand.name.as_str())));
        let gpu = facts.gpu.as_ref().map(|gpu| (gpu.slug.as_str(), Some(gpu.name.as_str())));
        let memory = facts.memory_mb.filter(|mb| *mb > 0).map(|mb| mb.to_string());
        let after = Classes {
            brand: self.value(FacetId::Brands, brand),
            gpu: self.value(FacetId::Gpus, gpu),
            memory: self.value(FacetId::MemoryGb, memory.as_deref().map(|mb| (mb, None))),
        };
        let before = *self.cards.classes.get(slot);
        if before != after {
            *self.cards.classes.get_mut(slot) = after;
            self.attributes[FacetId::Brands as usize].exchange(slot, before.brand, after.brand);
            self.attributes[FacetId::Gpus as usize].exchange(slot, before.gpu, after.gpu);
            self.attributes[FacetId::MemoryGb as usize].exchange(slot, before.memory, after.memory);
        }
    }

    /// The number of a value, with its label where that comes along.
    fn value(&mut self, facet: FacetId, value: Option<(&str, Option<&str>)>) -> u32 {
        let Some((key, label)) = value else { return NO_VALUE };
        let attribute = &mut self.attributes[facet as usize];
        let number = attribute.number(key);
        if let Some(label) = label {
            attribute.set_label(number, label);
        }
        number
    }

    /// Takes in a card; [`Index::finish`] sorts them all.
    fn fill(&mut self, facts: &CardFacts, terms: &mut TermNumbers) {
        let slot = self.free_slot();
        *self.cards.rows.get_mut(slot) = Row::of(facts);
        self.cards.names.set(slot, &facts.name_key);
        self.cards.codes.set(slot, &codes_to_keep(&facts.codes, &facts.name_key));
        for term in terms_of_name(&facts.name_key) {
            self.vocabulary.fill(terms, term, slot);
        }
        self.assign(slot, facts);
        self.all.insert(slot);
    }

    fn finish(&mut self, terms: TermNumbers) {
        let slots = 0..u32::try_from(self.cards.rows.len()).unwrap_or(u32::MAX);
        for by in By::ALL {
            let mut keys: Vec<(Probe<'_>, u32)> =
                slots.clone().map(|slot| (self.cards.probe(by, slot), slot)).collect();
            keys.sort_unstable();
            let sorted: Vec<u32> = keys.into_iter().map(|(_, slot)| slot).collect();
            self.orders[by.place()] = Order::from_sorted(&sorted);
        }
        self.codes = Codes::of(&self.cards, slots);
        self.vocabulary.finish(terms);
        self.attributes.iter_mut().for_each(Attribute::shrink);
        self.all.shrink();
    }
}

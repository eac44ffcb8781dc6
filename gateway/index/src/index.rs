//! The index itself, and what changes it.

use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

use crate::{
    attribute::Attribute,
    cards::{Axis, By, Cards, Class, Classes, Row},
    facets::FacetId,
    facts::{CardFacts, OfferFacts},
    known::Known,
    order::{Order, Sought, mark_of_number},
    search::{Codes, Vocabulary, codes_to_keep, terms},
    slots::SlotSet,
    steps::Steps,
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
    pub(crate) orders: [Order; By::ALL.len()],
    /// How each order is cut into steps, once somebody has asked for that.
    steps: [OnceLock<Arc<Steps>>; By::ALL.len()],
    pub(crate) attributes: [Attribute; FacetId::ALL.len()],
    pub(crate) vocabulary: Vocabulary,
    pub(crate) codes: Codes,
    pub(crate) known: Known,
}

impl Index {
    /// An index without cards.
    pub fn new() -> Self {
        Self::default()
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

    /// The ids of the cards, in ascending order, from one on, which needn't be there.
    pub fn ids_from(&self, id: i64) -> impl Iterator<Item = i64> {
        let order = self.order(By::Id);
        let precedes = |slot| self.cards.row(slot).id < id;
        let first = order.rank(&Sought { mark: mark_of_number(id), precedes });
        order.entries(first..order.len()).map(|slot| self.cards.row(slot).id)
    }

    /// Says what is true of a card from now on, whether it was known before or not.
    pub fn upsert(&mut self, facts: &CardFacts) {
        self.known.forget();
        let (slot, new) = match self.slot(facts.id) {
            Some(slot) => (slot, false),
            None => (self.free_slot(), true),
        };
        let row = Row::of(facts);
        if new {
            self.describe(slot, facts);
            *self.cards.rows.get_mut(slot) = row;
            for by in By::ALL {
                self.put_in(by, slot);
            }
        } else {
            let renamed = self.cards.names.get(slot) != facts.name_key;
            self.replace(slot, row, renamed, |index| index.describe(slot, facts));
        }
        self.all.insert(slot);
    }

    /// Says what a card costs where from now on, while all else that is true of it stays so: it is all that most changes
    /// are about, and takes a fraction of [`Index::upsert`]. Says whether the card is known.
    pub fn reprice(&mut self, id: i64, offers: &OfferFacts) -> bool {
        let Some(slot) = self.slot(id) else { return false };
        self.known.forget();
        let row = self.cards.row(slot).with(offers);
        self.replace(slot, row, false, |index| {
            for (facet, numbers) in index.values_of_offers(offers) {
                index.attributes[facet as usize].assign(slot, &numbers);
            }
        });
        true
    }

    /// Forgets a card. Says whether it was known.
    pub fn remove(&mut self, id: i64) -> bool {
        let Some(slot) = self.slot(id) else { return false };
        self.known.forget();
        for by in By::ALL {
            self.take_out(by, slot);
        }
        self.describe(slot, &CardFacts::default());
        *self.cards.rows.get_mut(slot) = Row::default();
        self.all.remove(slot);
        true
    }

    /// Says what people call a value of a facet. Until then it is what came with the first card that had the
    /// value, for brands and chips, and the value itself for others; sizes of memory are called by their size.
    ///
    /// A search finds cards by what their brands and chips are called, so another name for one of these takes
    /// some microseconds for each of its cards.
    pub fn set_label(&mut self, facet: FacetId, value: &str, label: &str) {
        self.known.forget();
        let attribute = &mut self.attributes[facet as usize];
        let number = attribute.number(value, label);
        let Some(before) = attribute.value(number).filter(|value| *value.label != *label).cloned() else {
            return;
        };
        attribute.set_label(number, label);
        if matches!(facet, FacetId::Brands | FacetId::Gpus) {
            before.cards.for_each(|slot| {
                let mut names = self.names(slot);
                let after = terms(names);
                names[if facet == FacetId::Brands { 1 } else { 2 }] = &before.label;
                let before = terms(names);
                self.exchange_terms(slot, &before, &after);
            });
        }
    }

    /// How many cards have a value, a brand's slug or a technology's code, say.
    pub fn cards_with(&self, facet: FacetId, value: &str) -> usize {
        self.attribute(facet).find(value).map_or(0, |value| value.cards.len())
    }

    pub(crate) fn attribute(&self, facet: FacetId) -> &Attribute {
        &self.attributes[facet as usize]
    }

    pub(crate) fn order(&self, by: By) -> &Order {
        &self.orders[by.place()]
    }

    /// How the order of an axis is cut into steps; `None`: there are too few cards for that.
    pub(crate) fn steps(&self, axis: Axis) -> Option<&Steps> {
        let by = By::Axis(axis);
        let number = |slot| self.cards.row(slot).number(axis);
        let cut = || Arc::new(Steps::of(self.order(by), axis, number));
        Steps::are_worth_it(self.len()).then(|| &**self.steps[by.place()].get_or_init(cut))
    }

    /// The slot of a card.
    pub(crate) fn slot(&self, id: i64) -> Option<u32> {
        let precedes = |other| self.cards.row(other).id < id;
        let next = self.order(By::Id).first_from(&Sought { mark: mark_of_number(id), precedes })?;
        (self.cards.row(next).id == id).then_some(next)
    }

    /// Where in the order of an axis the numbers between two are, both included.
    pub(crate) fn ranks(&self, axis: Axis, min: i64, max: i64) -> Range<usize> {
        let start = self.rank(axis, min, |number| number < min);
        start..self.rank_behind(axis, max).max(start)
    }

    /// How many cards have this number on an axis, or a lower one.
    pub(crate) fn rank_behind(&self, axis: Axis, number: i64) -> usize {
        self.rank(axis, number, |other| other <= number)
    }

    /// How many cards have numbers on an axis that `precede`: all that are below one, and maybe those that are that one.
    fn rank(&self, axis: Axis, number: i64, precede: impl Fn(i64) -> bool) -> usize {
        let by = By::Axis(axis);
        let precedes = |slot: u32| precede(self.cards.row(slot).number(axis));
        let Some(steps) = self.steps[by.place()].get() else {
            return self.order(by).rank(&Sought { mark: mark_of_number(number), precedes });
        };
        let around = steps.around(&precede);
        let start = around.start;
        let stretches = self.order(by).stretches(around);
        start + stretches.map(|stretch| stretch.partition_point(|slot| precedes(*slot))).sum::<usize>()
    }

    /// What a card, its brand and its chip are called, for those who search.
    pub(crate) fn names(&self, slot: u32) -> [&str; 3] {
        let Classes { brand, gpu, .. } = self.cards.classes.get(slot);
        let label =
            |facet, Class(number)| self.attribute(facet).value(number).map_or("", |value| &*value.label);
        [self.cards.names.get(slot), label(FacetId::Brands, brand), label(FacetId::Gpus, gpu)]
    }

    fn free_slot(&mut self) -> u32 {
        let slots = self.cards.rows.len();
        if self.all.len() < slots {
            return self.all.first_gap();
        }
        let slot = u32::try_from(slots).unwrap_or(u32::MAX);
        self.cards.reach(slot);
        slot
    }

    /// Gives a card another row, and what `describe` does to it. It gets other places in the orders in which it moves.
    fn replace(&mut self, slot: u32, after: Row, renamed: bool, describe: impl FnOnce(&mut Self)) {
        let before = self.cards.row(slot);
        let moved = By::ALL.into_iter().filter(|by| match *by {
            By::Id => false,
            By::Name => renamed,
            By::Brevity => before.brevity() != after.brevity(),
            By::Axis(axis) => before.number(axis) != after.number(axis),
        });
        let moved: Vec<By> = moved.collect();
        for by in &moved {
            self.take_out(*by, slot);
        }
        describe(self);
        *self.cards.rows.get_mut(slot) = after;
        for by in moved {
            self.put_in(by, slot);
        }
    }

    fn take_out(&mut self, by: By, slot: u32) {
        let Self { cards, orders, steps, .. } = self;
        let probe = cards.probe(by, slot);
        steps[by.place()].take();
        let precedes = |other| cards.probe(by, other) < probe;
        orders[by.place()].remove(slot, &Sought { mark: probe.mark(), precedes });
    }

    fn put_in(&mut self, by: By, slot: u32) {
        let Self { cards, orders, steps, .. } = self;
        let probe = cards.probe(by, slot);
        steps[by.place()].take();
        let precedes = |other| cards.probe(by, other) < probe;
        let sought = Sought { mark: probe.mark(), precedes };
        orders[by.place()].insert(slot, &sought, |other| cards.probe(by, other).mark());
    }

    /// Gives a card its values, names and codes instead of those that it had.
    fn describe(&mut self, slot: u32, facts: &CardFacts) {
        for (facet, numbers) in self.values(facts) {
            self.attributes[facet as usize].assign(slot, &numbers);
        }
        let (before, after) = (self.cards.classes.get(slot), self.classes(facts));
        let renamed = self.cards.names.get(slot) != facts.name_key;
        if before != after || renamed {
            let terms_before = terms(self.names(slot));
            self.cards.classes.set(slot, after);
            for (facet, before, after) in [
                (FacetId::Brands, before.brand, after.brand),
                (FacetId::Gpus, before.gpu, after.gpu),
                (FacetId::MemoryGb, before.memory, after.memory),
            ] {
                self.attributes[facet as usize].exchange(slot, before.0, after.0);
            }
            if renamed {
                self.cards.names.set(slot, &facts.name_key);
            }
            let terms_after = terms(self.names(slot));
            self.exchange_terms(slot, &terms_before, &terms_after);
        }
        let codes = codes_to_keep(&facts.codes, &facts.name_key);
        if self.cards.codes.get(slot) != codes {
            self.codes.remove(&self.cards, slot);
            self.cards.codes.set(slot, &codes);
            self.codes.add(&self.cards, slot);
        }
    }

    fn exchange_terms(&mut self, slot: u32, before: &[String], after: &[String]) {
        for term in before.iter().filter(|term| after.binary_search(term).is_err()) {
            self.vocabulary.remove(term, slot);
        }
        for term in after.iter().filter(|term| before.binary_search(term).is_err()) {
            self.vocabulary.add(term, slot);
        }
    }

    /// The numbers of a card's values of the attributes of which it can have several, or which have few.
    pub(crate) fn values(&mut self, facts: &CardFacts) -> impl Iterator<Item = (FacetId, Vec<u32>)> + use<> {
        let maker = facts.gpu.as_ref().map(|gpu| gpu.maker.clone());
        let of_card = [
            (FacetId::Technologies, facts.technologies.as_slice()),
            (FacetId::Outputs, &facts.outputs),
            (FacetId::ChipMakers, maker.as_slice()),
        ];
        let of_card = of_card.map(|(facet, keys)| self.numbers(facet, keys));
        of_card.into_iter().chain(self.values_of_offers(&facts.offers))
    }

    /// Those of them that come with offers.
    fn values_of_offers(&mut self, offers: &OfferFacts) -> [(FacetId, Vec<u32>); 2] {
        [(FacetId::Availability, &offers.availabilities), (FacetId::Shops, &offers.shops)]
            .map(|(facet, keys)| self.numbers(facet, keys))
    }

    fn numbers(&mut self, facet: FacetId, keys: &[String]) -> (FacetId, Vec<u32>) {
        let attribute = &mut self.attributes[facet as usize];
        (facet, keys.iter().map(|key| attribute.number(key, key)).collect())
    }

    /// The numbers of a card's brand, chip and size of memory.
    pub(crate) fn classes(&mut self, facts: &CardFacts) -> Classes {
        let brand = facts.brand.as_ref().map(|brand| (brand.slug.as_str(), brand.name.as_str()));
        let gpu = facts.gpu.as_ref().map(|gpu| (gpu.slug.as_str(), gpu.name.as_str()));
        let memory = facts.memory_mb.filter(|mb| *mb > 0).map(|mb| mb.to_string());
        let mut number = |facet: FacetId, value: Option<(&str, &str)>| {
            let number =
                |(key, label): (&str, &str)| Class(self.attributes[facet as usize].number(key, label));
            value.map(number).unwrap_or_default()
        };
        Classes {
            brand: number(FacetId::Brands, brand),
            gpu: number(FacetId::Gpus, gpu),
            memory: number(FacetId::MemoryGb, memory.as_deref().map(|mb| (mb, mb))),
        }
    }
}

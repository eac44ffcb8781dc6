//! The values that cards have of an attribute: brands, technologies, shops and so on, each with its cards.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use crate::slots::SlotSet;

/// One value, with the cards that have it.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) key: Arc<str>,
    pub(crate) label: Arc<str>,
    pub(crate) cards: SlotSet,
}

/// The values of an attribute. A value keeps its number, also while no card has it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attribute {
    values: Vec<Arc<Value>>,
    numbers: Arc<HashMap<Arc<str>, u32>>,
    /// The values in the order of what they are called, once somebody has asked for that.
    by_label: OnceLock<Arc<[u32]>>,
}

impl Attribute {
    pub(crate) fn values(&self) -> impl ExactSizeIterator<Item = &Arc<Value>> {
        self.values.iter()
    }

    pub(crate) fn value(&self, number: u32) -> Option<&Arc<Value>> {
        self.values.get(number as usize)
    }

    /// The numbers of all values, in the order of what they are called.
    pub(crate) fn by_label(&self) -> &[u32] {
        self.by_label.get_or_init(|| {
            let mut numbers: Vec<u32> = (0..).take(self.values.len()).collect();
            numbers.sort_by_key(|number| self.value(*number).map(|value| (&value.label, &value.key)));
            numbers.into()
        })
    }

    pub(crate) fn find(&self, key: &str) -> Option<&Arc<Value>> {
        self.value(*self.numbers.get(key)?)
    }

    /// The number of a value. It is added, with the label, if it is new.
    pub(crate) fn number(&mut self, key: &str, label: &str) -> u32 {
        if let Some(number) = self.numbers.get(key) {
            return *number;
        }
        self.by_label.take();
        let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        self.values.push(Arc::new(Value { key: key.into(), label: label.into(), cards: SlotSet::default() }));
        Arc::make_mut(&mut self.numbers).insert(key.into(), number);
        number
    }

    pub(crate) fn set_label(&mut self, number: u32, label: &str) {
        if let Some(value) = self.values.get_mut(number as usize) {
            self.by_label.take();
            Arc::make_mut(value).label = label.into();
        }
    }

    /// Gives a card values besides those that it has.
    pub(crate) fn add(&mut self, slot: u32, numbers: &[u32]) {
        for number in numbers {
            if let Some(value) = self.values.get_mut(*number as usize) {
                Arc::make_mut(value).cards.insert(slot);
            }
        }
    }

    /// Makes these the only values that a card has.
    pub(crate) fn assign(&mut self, slot: u32, numbers: &[u32]) {
        for (number, value) in (0..).zip(&mut self.values) {
            let wanted = numbers.contains(&number);
            if wanted == value.cards.contains(slot) {
                continue;
            }
            let cards = &mut Arc::make_mut(value).cards;
            if wanted {
                cards.insert(slot);
            } else {
                cards.remove(slot);
            }
        }
    }

    /// Makes another value the only one, where the one before is known.
    pub(crate) fn exchange(&mut self, slot: u32, before: u32, after: u32) {
        if before == after {
            return;
        }
        if let Some(value) = self.values.get_mut(before as usize) {
            Arc::make_mut(value).cards.remove(slot);
        }
        if let Some(value) = self.values.get_mut(after as usize) {
            Arc::make_mut(value).cards.insert(slot);
        }
    }

    /// Cards get the slots that stand in `after` in the places of theirs.
    pub(crate) fn reorder(&mut self, after: &[u32]) {
        for value in &mut self.values {
            let cards = &mut Arc::make_mut(value).cards;
            *cards = cards.reordered(after);
        }
    }
}

//! The list of cards that a filter lets through.

use std::sync::{Arc, OnceLock};

use crate::{
    cards::By,
    condition::{Condition, Field, cards_of_all, conditions},
    filter::{Filter, FilterTooDeep},
    index::Index,
    search::Found,
    slots::SlotSet,
    steps::Steps,
};

/// The cards of an index that a filter lets through: a page of them, their number, their facets and prices, all
/// of one moment and without looking anything up twice.
///
/// What isn't asked for isn't worked out. It holds the index that it was made of, so a list that is kept keeps
/// all of that in memory.
#[derive(Debug)]
pub struct List {
    pub(crate) index: Arc<Index>,
    pub(crate) filter: Filter,
    pub(crate) conditions: Vec<(Field, Condition)>,
    matching: OnceLock<SlotSet>,
}

impl List {
    /// The cards that a filter lets through. Its search is looked up here, the rest when it is asked for.
    pub fn new(index: Arc<Index>, filter: Filter) -> Result<Self, FilterTooDeep> {
        let conditions = conditions(&index, &filter, 0)?;
        Ok(Self { index, filter, conditions, matching: OnceLock::new() })
    }

    /// How many cards there are.
    pub fn count(&self) -> usize {
        match self.matching.get() {
            Some(cards) => cards.len(),
            None => self.count_by_ranks().unwrap_or_else(|| self.matching().len()),
        }
    }

    /// The same by where the cards of a range of numbers stand in their order, without gathering them.
    fn count_by_ranks(&self) -> Option<usize> {
        let (field, range) = self.conditions.iter().find_map(|(field, condition)| match condition {
            Condition::Range(range) => Some((*field, range)),
            _ => None,
        })?;
        let ranks = range.ranks(&self.index);
        if self.conditions.len() == 1 {
            return Some(ranks.len());
        }
        let others = cards_of_all(&self.index, self.except(Some(field)));
        let order = self.index.order(By::Axis(range.axis));
        if others.len() < Steps::length(order.len(), range.axis) / 2 {
            // To look at each of them is quicker.
            return None;
        }
        let steps = self.index.steps(range.axis)?;
        Some(steps.count(order, &ranks, &others, &self.index.all))
    }

    /// Whether a card is in the list; quicker than a page or a count.
    pub fn contains(&self, id: i64) -> bool {
        let holds = |slot| self.conditions.iter().all(|(_, condition)| condition.holds(&self.index, slot));
        self.index.slot(id).is_some_and(holds)
    }

    /// What the search finds, if there is one.
    pub(crate) fn found(&self) -> Option<&Found> {
        self.conditions.iter().find_map(|(field, condition)| match (field, condition) {
            (Field::Search, Condition::Found(found)) => Some(&**found),
            _ => None,
        })
    }

    /// Whether the search is all that decides what is in the list.
    pub(crate) fn only_searches(&self) -> bool {
        self.conditions.iter().all(|(field, _)| *field == Field::Search)
    }

    /// All cards of the list.
    pub(crate) fn matching(&self) -> &SlotSet {
        self.matching.get_or_init(|| cards_of_all(&self.index, self.except(None)))
    }

    /// Whether there is a condition from a field.
    pub(crate) fn selects_by(&self, field: Field) -> bool {
        self.conditions.iter().any(|(found, _)| *found == field)
    }

    /// The conditions but for those from one field.
    pub(crate) fn except(&self, field: Option<Field>) -> impl Iterator<Item = &Condition> {
        let kept = self.conditions.iter().filter(move |(found, _)| Some(*found) != field);
        kept.map(|(_, condition)| condition)
    }
}

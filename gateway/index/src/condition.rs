//! A filter that was looked up in an index: its words became sets of slots, its numbers ranges.
//!
//! Each condition can be worked out in two ways that agree: for one card, and for all at once. Which one is
//! quicker depends on how many cards are left, so callers choose; [`Condition::bound`] tells them.

use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

use crate::{
    attribute::Value,
    cards::{Axis, By},
    facets::FacetId,
    filter::{Filter, FilterTooDeep, SetFilter, Span},
    index::Index,
    search::{Found, look_up},
    slots::{Bits, SlotSet},
    steps::Steps,
};

/// Which field of a filter a condition is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Facet(FacetId),
    Axis(Axis),
    Search,
    Combined,
}

/// A condition on a card.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    Nothing,
    Has(Arc<Value>),
    HasAny(Vec<Arc<Value>>),
    Range(Box<NumberRange>),
    Found(Arc<Found>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
}

/// A range of numbers that are known.
#[derive(Clone, Debug)]
pub(crate) struct NumberRange {
    pub(crate) axis: Axis,
    /// Included.
    pub(crate) min: i64,
    /// Included.
    pub(crate) max: i64,
    /// Finding them costs so much, as gathering the cards does, that it is done once.
    ranks: OnceLock<Range<usize>>,
    cards: OnceLock<SlotSet>,
}

/// The conditions of a filter, all of which must hold.
pub(crate) fn conditions(
    index: &Index,
    filter: &Filter,
    depth: usize,
) -> Result<Vec<(Field, Condition)>, FilterTooDeep> {
    if depth > Filter::DEEPEST {
        return Err(FilterTooDeep);
    }
    let mut all = Vec::new();
    for (axis, span) in [
        (Axis::Price, filter.price_minor),
        (Axis::Memory, filter.memory_mb),
        (Axis::BoardPower, filter.board_power_watts),
        (Axis::Length, filter.length_mm),
    ] {
        all.extend(span.map(|span| (Field::Axis(axis), range(axis, span))));
    }
    if let Some(since) = filter.updated_since {
        // What was cut off of a card's time makes it no older: the next microsecond is meant.
        let cut_off = i64::from(since.timestamp_subsec_nanos() % 1_000 > 0);
        let min = Some(since.timestamp_micros().saturating_add(cut_off));
        all.push((Field::Axis(Axis::Updated), range(Axis::Updated, Span { min, max: None })));
    }
    for (facet, set) in [(FacetId::Technologies, &filter.technologies), (FacetId::Outputs, &filter.outputs)] {
        let of_set = set.iter().flat_map(|set| in_set(index, facet, set));
        all.extend(of_set.map(|condition| (Field::Facet(facet), condition)));
    }
    for (facet, keys) in [
        (FacetId::Brands, &filter.brands),
        (FacetId::Gpus, &filter.gpus),
        (FacetId::ChipMakers, &filter.chip_makers),
        (FacetId::Availability, &filter.availabilities),
        (FacetId::Shops, &filter.shops),
    ] {
        all.extend(keys.as_ref().map(|keys| (Field::Facet(facet), any_of(index, facet, keys))));
    }
    let found = filter.search.as_ref().and_then(|text| look_up(index, text));
    all.extend(found.map(|found| (Field::Search, Condition::Found(Arc::new(found)))));
    combined(index, filter, depth, &mut all)?;
    Ok(all)
}

fn combined(
    index: &Index,
    filter: &Filter,
    depth: usize,
    all: &mut Vec<(Field, Condition)>,
) -> Result<(), FilterTooDeep> {
    let part = |part: &Filter| -> Result<Condition, FilterTooDeep> {
        let of_part = conditions(index, part, depth + 1)?;
        Ok(Condition::All(of_part.into_iter().map(|(_, condition)| condition).collect()))
    };
    for filter in filter.and.iter().flatten() {
        all.push((Field::Combined, part(filter)?));
    }
    if let Some(filters) = &filter.or {
        let any: Result<_, _> = filters.iter().map(part).collect();
        all.push((Field::Combined, Condition::Any(any?)));
    }
    if let Some(filter) = &filter.not {
        all.push((Field::Combined, Condition::Not(Box::new(part(filter)?))));
    }
    Ok(())
}

fn range(axis: Axis, span: Span) -> Condition {
    let (least, most) = axis.known();
    let (min, max) = (span.min.unwrap_or(least).max(least), span.max.unwrap_or(most).min(most));
    if min > max {
        return Condition::Nothing;
    }
    Condition::Range(Box::new(NumberRange { axis, min, max, ranks: OnceLock::new(), cards: OnceLock::new() }))
}

fn any_of(index: &Index, facet: FacetId, keys: &[String]) -> Condition {
    let mut values: Vec<_> =
        keys.iter().filter_map(|key| index.attribute(facet).find(key)).cloned().collect();
    match values.len() {
        0 => Condition::Nothing,
        1 => values.pop().map_or(Condition::Nothing, Condition::Has),
        _ => Condition::HasAny(values),
    }
}

fn in_set(index: &Index, facet: FacetId, set: &SetFilter) -> Vec<Condition> {
    let has =
        |key: &String| index.attribute(facet).find(key).cloned().map_or(Condition::Nothing, Condition::Has);
    let all_of = set.all_of.iter().flatten().map(has);
    let any = set.any_of.as_ref().map(|keys| any_of(index, facet, keys));
    let none = set.none_of.as_ref().map(|keys| Condition::Not(Box::new(any_of(index, facet, keys))));
    all_of.chain(any).chain(none).collect()
}

impl Condition {
    /// Whether it holds for the card in a slot.
    pub(crate) fn holds(&self, index: &Index, slot: u32) -> bool {
        match self {
            Self::Nothing => false,
            Self::Has(value) => value.cards.contains(slot),
            Self::HasAny(values) => values.iter().any(|value| value.cards.contains(slot)),
            Self::Range(range) => (range.min..=range.max).contains(&index.cards.row(slot).number(range.axis)),
            Self::Found(found) => found.all().contains(slot),
            Self::All(parts) => parts.iter().all(|part| part.holds(index, slot)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(index, slot)),
            Self::Not(part) => !part.holds(index, slot),
        }
    }

    /// How many cards it can hold for at the most.
    pub(crate) fn bound(&self, index: &Index) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Has(value) => value.cards.len(),
            Self::HasAny(values) => values.iter().map(|value| value.cards.len()).sum(),
            Self::Range(range) => range.ranks(index).len(),
            Self::Found(found) => found.all().len(),
            Self::All(parts) => parts.iter().map(|part| part.bound(index)).min().unwrap_or(usize::MAX),
            Self::Any(parts) => parts.iter().map(|part| part.bound(index)).fold(0, usize::saturating_add),
            Self::Not(_) => usize::MAX,
        }
        .min(index.len())
    }

    /// All cards that it holds for.
    pub(crate) fn cards(&self, index: &Index) -> SlotSet {
        match self {
            Self::Nothing => SlotSet::default(),
            Self::Has(value) => value.cards.clone(),
            Self::HasAny(values) => SlotSet::union(values.iter().map(|value| &value.cards)),
            Self::Range(range) => range.cards.get_or_init(|| range.gather(index)).clone(),
            Self::Found(found) => found.all().clone(),
            Self::All(parts) => cards_of_all(index, parts),
            Self::Any(parts) => {
                let sets: Vec<SlotSet> = parts.iter().map(|part| part.cards(index)).collect();
                SlotSet::union(&sets)
            }
            Self::Not(part) => index.all.and_not(&part.cards(index)),
        }
    }

    /// Whether its cards are gathered in steps.
    fn is_stepped(&self, index: &Index) -> bool {
        matches!(self, Self::Range(_)) && Steps::are_worth_it(index.len())
    }

    /// Whether its cards are at hand, so that nothing is won by asking card by card.
    fn is_at_hand(&self) -> bool {
        match self {
            Self::Nothing | Self::Has(_) | Self::Found(_) => true,
            Self::Range(range) => range.cards.get().is_some(),
            Self::HasAny(_) | Self::All(_) | Self::Any(_) | Self::Not(_) => false,
        }
    }
}

/// The cards for which all conditions hold.
pub(crate) fn cards_of_all<'c>(
    index: &Index,
    conditions: impl IntoIterator<Item = &'c Condition>,
) -> SlotSet {
    /// So many fewer cards make it quicker to ask for each than to gather the cards of a condition.
    const FEWER: usize = 4;
    /// So many fewer than all, where they are gathered in steps.
    const FEWER_THAN_ALL: usize = 256;
    let mut conditions: Vec<(usize, &Condition)> =
        conditions.into_iter().map(|condition| (condition.bound(index), condition)).collect();
    conditions.sort_by_key(|(bound, _)| *bound);
    let mut conditions = conditions.into_iter();
    let Some((_, first)) = conditions.next() else { return index.all.clone() };
    let mut cards = first.cards(index);
    for (bound, condition) in conditions {
        let few = if condition.is_stepped(index) { index.len() / FEWER_THAN_ALL } else { bound / FEWER };
        cards = if !condition.is_at_hand() && cards.len() < few {
            cards.filter(|slot| condition.holds(index, slot))
        } else {
            cards.and(&condition.cards(index))
        };
    }
    cards
}

impl NumberRange {
    pub(crate) fn ranks(&self, index: &Index) -> Range<usize> {
        self.ranks.get_or_init(|| index.ranks(self.axis, self.min, self.max)).clone()
    }

    fn gather(&self, index: &Index) -> SlotSet {
        let order = index.order(By::Axis(self.axis));
        let (ranks, limit) = (self.ranks(index), index.cards.rows.len());
        let gather = |ranks: [Range<usize>; 2]| {
            let mut bits = Bits::below(limit);
            bits.insert_all(ranks.into_iter().flat_map(|ranks| order.stretches(ranks)));
            bits.to_set()
        };
        if let Some(stepped) = index.steps(self.axis).and_then(|steps| steps.gather(order, &ranks)) {
            stepped
        } else if ranks.len() > order.len() / 2 {
            // Those outside are fewer.
            index.all.and_not(&gather([0..ranks.start, ranks.end..order.len()]))
        } else {
            gather([ranks, 0..0])
        }
    }
}

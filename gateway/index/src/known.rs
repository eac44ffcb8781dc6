//! What was counted for one list and holds for others of the same index.
//!
//! Readers who look for a price ask one filter with many ranges. What prices there are beside the range is the same for
//! all of them; and where some slots are within the range, the cards in them are those of the rest of the filter: see
//! [`Split`](crate::slots::Split). It is known as long as nothing of the index changes.

use std::{
    collections::{HashMap, hash_map::Entry},
    mem::size_of,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    attribute::Value,
    facets::FacetId,
    filter::{Filter, SetFilter},
    prices::PriceStats,
    slots::{PartCounts, SlotSet},
};

/// For how many filters it is known what prices there are.
const MOST_FILTERS: usize = 256;
/// The longest that the words of such a filter are in all, in bytes.
const LONGEST_FILTER: usize = 512;
/// How much memory all counts take that are known, in bytes.
const MOST_COUNTS_BYTES: usize = 4 * 1024 * 1024;
/// What those of one part and facet take besides the counts, about.
const COUNTS_BYTES: usize = 150;

/// What is known of one index. A copy of the index, which is made to be changed, begins without.
#[derive(Debug, Default)]
pub(crate) struct Known {
    prices: Mutex<HashMap<PricesKey, Option<PriceStats>>>,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    of_parts: HashMap<CountsKey, Arc<PartCounts>>,
    bytes: usize,
}

impl Counts {
    /// What somebody else has counted meanwhile stays.
    fn insert(&mut self, key: CountsKey, counts: &Arc<PartCounts>) {
        let bytes = counts.bytes() + COUNTS_BYTES;
        if bytes > MOST_COUNTS_BYTES / 4 {
            return;
        }
        if self.bytes + bytes > MOST_COUNTS_BYTES {
            *self = Self::default();
        }
        if let Entry::Vacant(place) = self.of_parts.entry(key) {
            place.insert(Arc::clone(counts));
            self.bytes += bytes;
        }
    }
}

impl Clone for Known {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// A filter without its range of prices, and how many buckets were wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PricesKey {
    filter: Filter,
    buckets: usize,
}

impl PricesKey {
    /// `None`: this isn't remembered, because it is long, or hardly ever asked for again.
    pub(crate) fn of(filter: &Filter, buckets: usize) -> Option<Self> {
        let Filter { search, and, or, not, updated_since, technologies, outputs, .. } = filter;
        if search.is_some() || and.is_some() || or.is_some() || not.is_some() || updated_since.is_some() {
            return None;
        }
        let lists =
            [&filter.brands, &filter.gpus, &filter.chip_makers, &filter.availabilities, &filter.shops];
        let sets = [technologies, outputs].into_iter().flatten();
        let lists = lists
            .into_iter()
            .chain(sets.flat_map(|SetFilter { all_of, any_of, none_of }| [all_of, any_of, none_of]));
        let bytes: usize = lists.flatten().flatten().map(|word| size_of::<String>() + word.len()).sum();
        (bytes <= LONGEST_FILTER)
            .then(|| Self { filter: Filter { price_minor: None, ..filter.clone() }, buckets })
    }
}

/// A part of some cards, and the facet whose values were counted in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct CountsKey {
    cards: Whose,
    high: u16,
    facet: FacetId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Whose {
    All,
    /// The value by its address: the index holds it.
    Value(usize),
}

/// Some cards of an index, and what is known of them.
#[derive(Clone, Copy)]
pub(crate) struct KnownCards<'k> {
    known: &'k Known,
    whose: Whose,
    cards: &'k SlotSet,
}

impl Known {
    /// Forgets everything, because the index changes.
    pub(crate) fn forget(&mut self) {
        self.prices.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
        let counts = self.counts.get_mut().unwrap_or_else(PoisonError::into_inner);
        if !counts.of_parts.is_empty() {
            *counts = Counts::default();
        }
    }

    /// What cards cost, as it is known or as `work_out` says.
    pub(crate) fn prices(
        &self,
        key: PricesKey,
        work_out: impl FnOnce() -> Option<PriceStats>,
    ) -> Option<PriceStats> {
        let known = || self.prices.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stats) = known().get(&key) {
            return stats.clone();
        }
        let stats = work_out();
        let mut known = known();
        if known.len() >= MOST_FILTERS {
            known.clear();
        }
        known.insert(key, stats.clone());
        stats
    }

    /// All cards of this index.
    pub(crate) fn all<'k>(&'k self, cards: &'k SlotSet) -> KnownCards<'k> {
        KnownCards { known: self, whose: Whose::All, cards }
    }

    /// The cards with a value of this index.
    pub(crate) fn cards_with<'k>(&'k self, value: &'k Arc<Value>) -> KnownCards<'k> {
        KnownCards { known: self, whose: Whose::Value(Arc::as_ptr(value).addr()), cards: &value.cards }
    }
}

impl<'k> KnownCards<'k> {
    /// The cards.
    pub(crate) fn cards(&self) -> &'k SlotSet {
        self.cards
    }

    /// How many cards of a part have each value of a facet, as it is known or as `count` says.
    pub(crate) fn counts(
        &self,
        facet: FacetId,
        high: u16,
        count: impl FnOnce() -> PartCounts,
    ) -> Arc<PartCounts> {
        let key = CountsKey { cards: self.whose, high, facet };
        let known = || self.known.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counts) = known().of_parts.get(&key) {
            return Arc::clone(counts);
        }
        let counts = Arc::new(count());
        known().insert(key, &counts);
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_known_within_a_bound_and_each_is_reckoned_once() {
        let (known, all) = (Known::default(), SlotSet::default());
        let cards = known.all(&all);
        let of = |high: u16, values: usize| {
            let sets = vec![&all; values];
            cards.counts(FacetId::Gpus, high, || PartCounts::of(&sets, high, &[]));
        };
        let taken = || {
            let counts = known.counts.lock().unwrap();
            (counts.of_parts.len(), counts.bytes)
        };
        // What somebody else counted meanwhile.
        let counts = Arc::new(PartCounts::of(&[&all], 0, &[]));
        let key = CountsKey { cards: Whose::All, high: 0, facet: FacetId::Gpus };
        (0..2).for_each(|_| known.counts.lock().unwrap().insert(key, &counts));
        assert_eq!(taken(), (1, counts.bytes() + COUNTS_BYTES));
        for high in 1..1_000 {
            of(high, 1_000);
            let (parts, bytes) = taken();
            assert!(parts > 0 && bytes <= MOST_COUNTS_BYTES, "{high}: {bytes}");
        }
        let before = taken();
        of(2_000, MOST_COUNTS_BYTES / 32);
        assert_eq!(taken(), before);
    }
}

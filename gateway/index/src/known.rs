//! What was counted for one list and holds for others of the same index.
//!
//! Readers who look for a price ask one filter with many ranges. What prices there are beside the range is the same for
//! all of them; and where a part of all slots lies within the range, the cards in it are those of the rest of the filter.
//! It is known as long as nothing of the index changes.

use std::{
    collections::HashMap,
    mem::size_of,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    attribute::Value,
    facets::FacetId,
    filter::{Filter, SetFilter},
    prices::PriceStats,
    slots::SlotSet,
};

/// For how many filters it is known what prices there are.
const MOST_FILTERS: usize = 256;
/// The longest that the words of such a filter are in all, in bytes.
const LONGEST_FILTER: usize = 512;
/// How many counts are known in all.
const MOST_COUNTS: usize = 256 * 1024;

/// What is known of one index. A copy of the index, which is made to be changed, begins without.
#[derive(Debug, Default)]
pub(crate) struct Known {
    prices: Mutex<HashMap<PricesKey, Option<PriceStats>>>,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    of_parts: HashMap<CountsKey, Arc<[u32]>>,
    all: usize,
}

impl Counts {
    fn insert(&mut self, key: CountsKey, counts: &Arc<[u32]>) {
        if self.all + counts.len() > MOST_COUNTS {
            *self = Self::default();
        }
        self.all += counts.len();
        self.of_parts.insert(key, Arc::clone(counts));
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

/// A part of the cards with a value, and the facet whose values were counted in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct CountsKey {
    /// The value by its address: the index holds it.
    value: usize,
    high: u16,
    facet: FacetId,
}

/// What is known of a value's cards, in each part of them.
pub(crate) struct KnownCounts<'k> {
    known: &'k Known,
    value: &'k Arc<Value>,
    facet: FacetId,
}

impl Known {
    /// Forgets everything, because the index changes.
    pub(crate) fn forget(&mut self) {
        self.prices.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
        let counts = self.counts.get_mut().unwrap_or_else(PoisonError::into_inner);
        if counts.all > 0 {
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

    /// What is known of the cards with a value of this index, where the values of a facet are counted in them.
    pub(crate) fn counts<'k>(&'k self, value: &'k Arc<Value>, facet: FacetId) -> KnownCounts<'k> {
        KnownCounts { known: self, value, facet }
    }
}

impl KnownCounts<'_> {
    /// The cards of which it is known.
    pub(crate) fn cards(&self) -> &SlotSet {
        &self.value.cards
    }

    /// The counts in a part of these cards, as they are known or as `count` says.
    pub(crate) fn of_part(&self, high: u16, count: impl FnOnce() -> Vec<usize>) -> Arc<[u32]> {
        let key = CountsKey { value: Arc::as_ptr(self.value).addr(), high, facet: self.facet };
        let known = || self.known.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counts) = known().of_parts.get(&key) {
            return Arc::clone(counts);
        }
        // A part has no more than 65,536 slots.
        let counts = count().into_iter().map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        let counts: Arc<[u32]> = counts.collect();
        known().insert(key, &counts);
        counts
    }
}

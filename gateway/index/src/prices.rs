//! What the cards of a list cost.

use std::{cell::OnceCell, ops::Range};

use crate::{
    cards::{Axis, By, UNKNOWN_PRICE},
    condition::{Field, cards_of_all},
    known::PricesKey,
    list::List,
    slots::{Bits, SlotSet},
    steps::Steps,
};

/// The most buckets that prices are counted in.
pub const MOST_BUCKETS: usize = 50;
/// Where so many times fewer cards have a price than the index has, they are sorted instead of looked for.
const RARE: usize = 40;

/// What the best offers of a list's cards cost, in minor units of the base currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceStats {
    /// The cheapest.
    pub min_minor: i64,
    /// The dearest.
    pub max_minor: i64,
    /// As many are cheaper as are dearer; of an even number of prices the lower one in the middle.
    pub median_minor: i64,
    /// All of one width. Each price is in one of them; the last can reach beyond the dearest.
    pub buckets: Vec<PriceBucket>,
}

/// How many cards cost how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceBucket {
    /// The least, in minor units.
    pub min_minor: i64,
    /// The most, in minor units, included.
    pub max_minor: i64,
    /// How many cards.
    pub count: usize,
}

impl List {
    /// What the cards of the list would cost without the filter's own price range. `buckets` is how many are
    /// wanted, from 1 to [`MOST_BUCKETS`] (others are taken for the nearest of these); there are fewer where so
    /// many of a whole width are enough. No card has a price: none.
    pub fn price_stats(&self, buckets: usize) -> Option<PriceStats> {
        match PricesKey::of(&self.filter, buckets) {
            Some(key) => self.index.known.prices(key, || self.work_out_prices(buckets)),
            None => self.work_out_prices(buckets),
        }
    }

    fn work_out_prices(&self, buckets: usize) -> Option<PriceStats> {
        let price = Field::Axis(Axis::Price);
        let without;
        let cards = if self.selects_by(price) {
            without = cards_of_all(&self.index, self.except(Some(price)));
            &without
        } else {
            self.matching()
        };
        let is_rare = cards.len() <= self.index.len() / RARE;
        if let Some(steps) = (!is_rare).then(|| self.index.steps(Axis::Price)).flatten() {
            return Walk::new(self, cards, steps).stats(buckets);
        }
        let price = |slot| self.index.cards.row(slot).number(Axis::Price);
        let mut prices = Vec::with_capacity(cards.len());
        if is_rare {
            cards.for_each(|slot| prices.push(price(slot)));
            prices.retain(|price| *price != UNKNOWN_PRICE);
            prices.sort_unstable();
        } else {
            let in_order = self.index.order(By::Axis(Axis::Price)).entries(0..priced(self));
            prices.extend(in_order.filter(|slot| cards.contains(*slot)).map(price));
        }
        let (min, max) = (*prices.first()?, *prices.last()?);
        let median = prices[(prices.len() - 1) / 2];
        let until = |end| prices.partition_point(|price| *price <= end);
        let ends = ends(min, max, buckets);
        Some(PriceStats {
            min_minor: min,
            max_minor: max,
            median_minor: median,
            buckets: counted(min, &ends, ends.iter().map(|end| until(*end))),
        })
    }
}

/// Prices that are counted by what is known of the cards before each step of their order.
struct Walk<'l> {
    list: &'l List,
    cards: &'l SlotSet,
    bits: Bits,
    steps: &'l Steps,
    /// How many of the cards are before each cut, once somebody has asked for that.
    before: Vec<OnceCell<usize>>,
    /// How many ranks have a price.
    priced: usize,
}

impl<'l> Walk<'l> {
    fn new(list: &'l List, cards: &'l SlotSet, steps: &'l Steps) -> Self {
        let before = vec![OnceCell::new(); steps.before().len()];
        Self {
            list,
            cards,
            bits: Bits::of(cards, list.index.cards.rows.len()),
            steps,
            before,
            priced: priced(list),
        }
    }

    /// Counts the cards before some cuts, each once.
    fn count(&self, cuts: impl Iterator<Item = usize>) {
        let mut cuts: Vec<usize> = cuts.filter(|cut| self.before[*cut].get().is_none()).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let sets: Vec<&SlotSet> = cuts.iter().map(|cut| &self.steps.before()[*cut]).collect();
        let counts = self.cards.count_each(&sets, &self.list.index.all);
        for (cut, count) in cuts.into_iter().zip(counts) {
            self.before[cut].get_or_init(|| count);
        }
    }

    /// How many cards are before a cut.
    fn before(&self, cut: usize) -> usize {
        self.count(std::iter::once(cut));
        self.before[cut].get().copied().unwrap_or_default()
    }

    fn members(&self, ranks: Range<usize>) -> impl DoubleEndedIterator<Item = u32> {
        let entries = self.list.index.order(By::Axis(Axis::Price)).entries(ranks);
        entries.filter(|slot| self.bits.contains(*slot))
    }

    /// How many cards are before a rank.
    fn count_before(&self, rank: usize) -> usize {
        let cut = self.steps.nearest(rank);
        let (before, at) = (self.before(cut), cut * self.steps.every());
        if at <= rank {
            before + self.members(at..rank).count()
        } else {
            before - self.members(rank..at).count()
        }
    }

    fn price(&self, slot: u32) -> i64 {
        self.list.index.cards.row(slot).number(Axis::Price)
    }

    /// The price of the card before which there are so many others; there must be such a card.
    fn price_at(&self, number: usize) -> Option<i64> {
        let (mut low, mut high) = (0, self.before.len());
        for (cut, before) in self.before.iter().enumerate() {
            match before.get() {
                Some(before) if *before <= number => low = cut,
                Some(_) => high = high.min(cut),
                None => {}
            }
        }
        while high - low > 1 {
            let middle = low.midpoint(high);
            if self.before(middle) <= number {
                low = middle;
            } else {
                high = middle;
            }
        }
        let every = self.steps.every();
        let ranks = low * every..self.priced.min((low + 1) * every);
        self.members(ranks).nth(number - self.before(low)).map(|slot| self.price(slot))
    }

    fn stats(&self, buckets: usize) -> Option<PriceStats> {
        let (every, priced) = (self.steps.every(), self.priced);
        // Mostly they are in the first step and in the last one.
        let first = self.members(0..priced.min(every)).next();
        let last = self.members(priced.saturating_sub(every)..priced).next_back();
        let all = self.count_before(priced);
        let min = first.map(|slot| self.price(slot)).or_else(|| self.price_at(0))?;
        let max = last.map(|slot| self.price(slot)).or_else(|| self.price_at(all.checked_sub(1)?))?;
        let ends = ends(min, max, buckets);
        let behind = |end: &i64| self.list.index.rank_behind(Axis::Price, (*end).min(max));
        let ranks: Vec<usize> = ends.iter().map(behind).collect();
        self.count(ranks.iter().map(|rank| self.steps.nearest(*rank)));
        let buckets = counted(min, &ends, ranks.iter().map(|rank| self.count_before(*rank)));
        let median_minor = self.price_at((all.checked_sub(1)?) / 2)?;
        Some(PriceStats { min_minor: min, max_minor: max, median_minor, buckets })
    }
}

/// How many ranks have a price.
fn priced(list: &List) -> usize {
    list.index.rank_behind(Axis::Price, UNKNOWN_PRICE - 1)
}

/// The highest price of each bucket.
fn ends(min: i64, max: i64, buckets: usize) -> Vec<i64> {
    let wanted = i64::try_from(buckets.clamp(1, MOST_BUCKETS)).unwrap_or(1);
    let width = ((max - min) / wanted).saturating_add(1);
    let mut ends = vec![min.saturating_add(width - 1)];
    while let Some(end) = ends.last().filter(|end| **end < max) {
        ends.push(end.saturating_add(width));
    }
    ends
}

/// Buckets that end there; `until` is how many prices there are up to each end.
fn counted(min: i64, ends: &[i64], until: impl Iterator<Item = usize>) -> Vec<PriceBucket> {
    let (mut start, mut before) = (min, 0);
    let bucket = |(end, until): (&i64, usize)| {
        let bucket = PriceBucket { min_minor: start, max_minor: *end, count: until - before };
        (start, before) = (end.saturating_add(1), until);
        bucket
    };
    ends.iter().zip(until).map(bucket).collect()
}

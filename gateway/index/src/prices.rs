//! What the cards of a list cost.

use std::{cell::OnceCell, ops::Range};

use crate::{
    cards::{Axis, By, UNKNOWN_PRICE},
    condition::{Field, cards_of_all},
    list::List,
    slots::Bits,
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
        let price = Field::Axis(Axis::Price);
        let without;
        let cards = if self.selects_by(price) {
            without = cards_of_all(&self.index, self.except(Some(price)));
            &without
        } else {
            self.matching()
        };
        if cards.len() > self.index.len() / RARE {
            let bits = Bits::of(cards, self.index.cards.rows.len());
            let walk = match self.index.steps(Axis::Price) {
                Some(steps) => Walk::in_steps(self, &bits, steps),
                None => Walk::new(self, &bits),
            };
            return walk.stats(buckets);
        }
        let mut prices = Vec::with_capacity(cards.len());
        cards.for_each(|slot| prices.push(self.index.cards.row(slot).number(Axis::Price)));
        prices.retain(|price| *price != UNKNOWN_PRICE);
        prices.sort_unstable();
        let (min, max) = (*prices.first()?, *prices.last()?);
        let median = prices[(prices.len() - 1) / 2];
        let below = |end| prices.partition_point(|price| *price <= end);
        Some(stats(min, max, median, buckets, below))
    }
}

/// Prices that are counted block by block of the cards in their order.
struct Walk<'l> {
    list: &'l List,
    cards: &'l Bits,
    /// How many ranks a block has.
    block: usize,
    /// For each block of ranks, how many cards are in the blocks before it; where the order is cut into steps, once
    /// somebody has asked for that.
    before: Vec<OnceCell<usize>>,
    steps: Option<&'l Steps>,
    /// How many ranks have a price.
    priced: usize,
}

/// How many ranks a block has that is read.
const BLOCK: usize = 4_096;

impl<'l> Walk<'l> {
    /// By what is known of the cards before each step.
    fn in_steps(list: &'l List, cards: &'l Bits, steps: &'l Steps) -> Self {
        let (priced, block) = (priced(list), steps.every());
        let whole = priced / block;
        let mut before = vec![OnceCell::new(); whole + 1];
        let mut walk = Self { list, cards, block, before: Vec::new(), steps: Some(steps), priced };
        let rest = walk.members(whole * block..priced).count();
        before.push(OnceCell::from(steps.before()[whole].count_in(cards) + rest));
        walk.before = before;
        walk
    }

    /// By reading all of them.
    fn new(list: &'l List, cards: &'l Bits) -> Self {
        let priced = priced(list);
        let mut before = vec![OnceCell::from(0)];
        let (mut count, mut read) = (0, 0);
        for stretch in list.index.order(By::Axis(Axis::Price)).stretches(0..priced) {
            // At a block's end, a stretch is cut.
            let mut rest = stretch;
            while !rest.is_empty() {
                let (now, later) = rest.split_at(rest.len().min(BLOCK - read % BLOCK));
                count += now.iter().filter(|slot| cards.contains(**slot)).count();
                read += now.len();
                if read.is_multiple_of(BLOCK) {
                    before.push(OnceCell::from(count));
                }
                rest = later;
            }
        }
        before.push(OnceCell::from(count));
        Self { list, cards, block: BLOCK, before, steps: None, priced }
    }

    /// How many cards are in the blocks before one.
    fn before(&self, block: usize) -> usize {
        let count = || self.steps.map_or(0, |steps| steps.before()[block].count_in(self.cards));
        *self.before[block].get_or_init(count)
    }

    fn members(&self, ranks: Range<usize>) -> impl DoubleEndedIterator<Item = u32> {
        let entries = self.list.index.order(By::Axis(Axis::Price)).entries(ranks);
        entries.filter(|slot| self.cards.contains(*slot))
    }

    /// How many cards are before a rank.
    fn count_before(&self, rank: usize) -> usize {
        let block = rank / self.block;
        self.before(block) + self.members(block * self.block..rank).count()
    }

    /// The price of the card before which there are so many others.
    fn price_at(&self, number: usize) -> Option<i64> {
        let blocks: Vec<usize> = (0..self.before.len()).collect();
        let block = blocks.partition_point(|block| self.before(*block) <= number).checked_sub(1)?;
        let ranks = block * self.block..self.priced.min((block + 1) * self.block);
        let slot = self.members(ranks).nth(number - self.before(block))?;
        Some(self.list.index.cards.row(slot).number(Axis::Price))
    }

    fn stats(&self, buckets: usize) -> Option<PriceStats> {
        let all = self.before(self.before.len() - 1);
        let (min, max) = (self.price_at(0)?, self.price_at(all.checked_sub(1)?)?);
        let median = self.price_at((all - 1) / 2)?;
        let below = |end| self.count_before(self.list.index.ranks(Axis::Price, 0, end).end);
        Some(stats(min, max, median, buckets, below))
    }
}

/// How many ranks have a price.
fn priced(list: &List) -> usize {
    list.index.ranks(Axis::Price, 0, UNKNOWN_PRICE - 1).end
}

/// `below` tells how many prices there are up to one, it included.
fn stats(min: i64, max: i64, median: i64, buckets: usize, below: impl Fn(i64) -> usize) -> PriceStats {
    let wanted = i64::try_from(buckets.clamp(1, MOST_BUCKETS)).unwrap_or(1);
    let width = ((max - min) / wanted).saturating_add(1);
    let mut counted = 0;
    let mut found = Vec::new();
    let mut start = min;
    loop {
        let end = start.saturating_add(width - 1);
        let until = below(end.min(max));
        found.push(PriceBucket { min_minor: start, max_minor: end, count: until - counted });
        counted = until;
        if end >= max {
            return PriceStats { min_minor: min, max_minor: max, median_minor: median, buckets: found };
        }
        start = end + 1;
    }
}

//! The same answers, worked out the plain way.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, BTreeSet},
};

use catalogue_index::{
    CardFacts, FacetId, Filter, Page, PriceBucket, PriceStats, SetFilter, Sort, Span, Stretch,
};
use chrono::{DateTime, NaiveDate, Utc};

/// A catalogue that is scanned for each answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plain(pub(crate) BTreeMap<i64, CardFacts>);

pub(crate) fn price(card: &CardFacts) -> Option<i64> {
    card.offers.best_price_minor.filter(|price| (0..i64::MAX).contains(price))
}

fn memory(card: &CardFacts) -> Option<i64> {
    card.memory_mb.filter(|mb| *mb > 0).map(i64::from)
}

fn updated(card: &CardFacts) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(card.offers.updated_at.timestamp_micros()).unwrap()
}

fn within(span: Option<Span>, number: Option<i64>) -> bool {
    span.is_none_or(|span| {
        number.is_some_and(|number| {
            span.min.is_none_or(|min| min <= number) && span.max.is_none_or(|max| number <= max)
        })
    })
}

fn any(wanted: Option<&Vec<String>>, has: &[String]) -> bool {
    wanted.is_none_or(|wanted| wanted.iter().any(|one| has.contains(one)))
}

fn set(wanted: Option<&SetFilter>, has: &[String]) -> bool {
    wanted.is_none_or(|wanted| {
        wanted.all_of.iter().flatten().all(|one| has.contains(one))
            && any(wanted.any_of.as_ref(), has)
            && !wanted.none_of.iter().flatten().any(|one| has.contains(one))
    })
}

/// Whether a filter without a search lets a card through.
pub(crate) fn lets_through(filter: &Filter, card: &CardFacts) -> bool {
    let one = |value: Option<&String>| value.cloned().into_iter().collect::<Vec<_>>();
    within(filter.price_minor, price(card))
        && set(filter.technologies.as_ref(), &card.technologies)
        && set(filter.outputs.as_ref(), &card.outputs)
        && any(filter.brands.as_ref(), &one(card.brand.as_ref().map(|brand| &brand.slug)))
        && any(filter.gpus.as_ref(), &one(card.gpu.as_ref().map(|gpu| &gpu.slug)))
        && any(filter.chip_makers.as_ref(), &one(card.gpu.as_ref().map(|gpu| &gpu.maker)))
        && within(filter.memory_mb, memory(card))
        && within(filter.board_power_watts, card.board_power_watts.map(i64::from))
        && within(filter.length_mm, card.length_mm.map(i64::from))
        && any(filter.availabilities.as_ref(), &card.offers.availabilities)
        && any(filter.shops.as_ref(), &card.offers.shops)
        && filter.updated_since.is_none_or(|since| updated(card) >= since)
        && filter.and.iter().flatten().all(|part| lets_through(part, card))
        && filter.or.as_ref().is_none_or(|parts| parts.iter().any(|part| lets_through(part, card)))
        && filter.not.as_ref().is_none_or(|part| !lets_through(part, card))
}

/// How two cards stand in an order that has nothing to do with a search.
pub(crate) fn compare(sort: Sort, one: &CardFacts, two: &CardFacts) -> Ordering {
    let by_price = |card: &CardFacts| price(card).unwrap_or(i64::MAX);
    let released = |card: &CardFacts| card.released_on.unwrap_or(NaiveDate::from_ymd_opt(1, 1, 1).unwrap());
    match sort {
        Sort::Relevance | Sort::PriceAsc => (by_price(one), one.id).cmp(&(by_price(two), two.id)),
        Sort::PriceDesc => (price(two).unwrap_or(-1), two.id).cmp(&(price(one).unwrap_or(-1), one.id)),
        Sort::DiscountDesc => (two.offers.discount_bp, two.id).cmp(&(one.offers.discount_bp, one.id)),
        Sort::MemoryDesc => (memory(two), two.id).cmp(&(memory(one), one.id)),
        Sort::NameAsc => (&one.name_key, one.id).cmp(&(&two.name_key, two.id)),
        Sort::ReleasedDesc => (released(two), two.id).cmp(&(released(one), one.id)),
        Sort::UpdatedDesc => (updated(two), two.id).cmp(&(updated(one), one.id)),
    }
}

impl Plain {
    /// The cards that a filter lets through, in order.
    pub(crate) fn list(&self, filter: &Filter, sort: Sort) -> Vec<i64> {
        let mut cards: Vec<&CardFacts> = self.0.values().filter(|card| lets_through(filter, card)).collect();
        cards.sort_by(|one, two| compare(sort, one, two));
        cards.iter().map(|card| card.id).collect()
    }

    /// Value, count and whether it is selected, in order.
    pub(crate) fn facet(&self, id: FacetId, filter: &Filter) -> Vec<(String, usize, bool)> {
        let mut others = filter.clone();
        match id {
            FacetId::Technologies => others.technologies = None,
            FacetId::Outputs => others.outputs = None,
            FacetId::Brands => others.brands = None,
            FacetId::Gpus => others.gpus = None,
            FacetId::ChipMakers => others.chip_makers = None,
            FacetId::MemoryGb => others.memory_mb = None,
            FacetId::Availability => others.availabilities = None,
            FacetId::Shops => others.shops = None,
        }
        if id == FacetId::MemoryGb {
            return self.sizes(filter, &others);
        }
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let selected = selected(id, filter);
        counts.extend(selected.iter().map(|value| (value.clone(), 0)));
        for card in self.0.values().filter(|card| lets_through(&others, card)) {
            for value in values(id, card) {
                *counts.entry(value).or_default() += 1;
            }
        }
        let mut facet: Vec<(String, usize, bool)> = counts
            .into_iter()
            .map(|(value, count)| {
                let is_selected = selected.contains(&value);
                (value, count, is_selected)
            })
            .collect();
        // What is made up has labels that sort as the values do.
        facet.sort_by_key(|(value, count, _)| (Reverse(*count), value.clone()));
        facet
    }

    fn sizes(&self, filter: &Filter, others: &Filter) -> Vec<(String, usize, bool)> {
        let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
        for card in self.0.values() {
            let Some(mb) = memory(card) else { continue };
            *counts.entry(mb).or_default() += usize::from(lets_through(others, card));
        }
        counts
            .into_iter()
            .map(|(mb, count)| {
                let selected = filter.memory_mb.is_some() && within(filter.memory_mb, Some(mb));
                ((f64::from(u32::try_from(mb).unwrap()) / 1024.0).to_string(), count, selected)
            })
            .filter(|(_, count, selected)| *count > 0 || *selected)
            .collect()
    }

    pub(crate) fn price_stats(&self, filter: &Filter, buckets: usize) -> Option<PriceStats> {
        let others = Filter { price_minor: None, ..filter.clone() };
        let cards = self.0.values().filter(|card| lets_through(&others, card));
        let mut prices: Vec<i64> = cards.filter_map(price).collect();
        prices.sort_unstable();
        let (min, max) = (*prices.first()?, *prices.last()?);
        let wanted = i128::try_from(buckets.clamp(1, 50)).unwrap();
        let span = i128::from(max) - i128::from(min) + 1;
        let width = span.div_euclid(wanted) + i128::from(span % wanted != 0);
        let count = |from: i128| {
            prices.iter().filter(|price| (from..from + width).contains(&i128::from(**price))).count()
        };
        let minor = |price: i128| i64::try_from(price).unwrap_or(i64::MAX);
        let starts = (0..wanted).map(|number| i128::from(min) + number * width);
        let buckets = starts.take_while(|start| *start <= i128::from(max)).map(|start| PriceBucket {
            min_minor: minor(start),
            max_minor: minor(start + width - 1),
            count: count(start),
        });
        Some(PriceStats {
            min_minor: min,
            max_minor: max,
            median_minor: prices[(prices.len() - 1) / 2],
            buckets: buckets.collect(),
        })
    }
}

/// What a page of a list must be. `list` is the whole list; places are told by where they cut it.
pub(crate) fn page(
    list: &[i64],
    stretch: &Stretch<'_>,
    after: usize,
    before: usize,
) -> (Vec<i64>, bool, bool) {
    let (from, to) = if stretch.from_the_end {
        let to = if stretch.before.is_some() { before } else { list.len() };
        let from = if stretch.after.is_some() { after.min(to) } else { 0 };
        (to - stretch.size.min(to - from), to)
    } else {
        let from = if stretch.after.is_some() { after } else { 0 };
        let to = if stretch.before.is_some() { before.max(from) } else { list.len() };
        (from, from + stretch.size.min(to - from))
    };
    (list[from..to].to_vec(), from > 0, to < list.len())
}

pub(crate) fn ids(page: &Page) -> Vec<i64> {
    page.places.iter().map(|place| place.id).collect()
}

fn values(id: FacetId, card: &CardFacts) -> BTreeSet<String> {
    match id {
        FacetId::Technologies => card.technologies.iter().cloned().collect(),
        FacetId::Outputs => card.outputs.iter().cloned().collect(),
        FacetId::Brands => card.brand.iter().map(|brand| brand.slug.clone()).collect(),
        FacetId::Gpus => card.gpu.iter().map(|gpu| gpu.slug.clone()).collect(),
        FacetId::ChipMakers => card.gpu.iter().map(|gpu| gpu.maker.clone()).collect(),
        FacetId::Availability => card.offers.availabilities.iter().cloned().collect(),
        FacetId::Shops => card.offers.shops.iter().cloned().collect(),
        FacetId::MemoryGb => BTreeSet::new(),
    }
}

fn selected(id: FacetId, filter: &Filter) -> BTreeSet<String> {
    let of_set = |set: &Option<SetFilter>| {
        let set = set.clone().unwrap_or_default();
        set.all_of.into_iter().chain(set.any_of).flatten().collect()
    };
    let of_list = |list: &Option<Vec<String>>| list.iter().flatten().cloned().collect();
    match id {
        FacetId::Technologies => of_set(&filter.technologies),
        FacetId::Outputs => of_set(&filter.outputs),
        FacetId::Brands => of_list(&filter.brands),
        FacetId::Gpus => of_list(&filter.gpus),
        FacetId::ChipMakers => of_list(&filter.chip_makers),
        FacetId::Availability => of_list(&filter.availabilities),
        FacetId::Shops => of_list(&filter.shops),
        FacetId::MemoryGb => BTreeSet::new(),
    }
}

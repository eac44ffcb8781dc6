//! Facets and price statistics of a list of cards.

use std::sync::Arc;

use async_graphql::{ID, SimpleObject};

use super::{
    money::Money,
    names::int,
    plan::Expected,
    straight::{Out, Straight},
};
use crate::rates::digits;

/// By which values of one kind a list can be narrowed.
#[derive(SimpleObject)]
pub struct Facet {
    /// The field of the filter that narrows by it: `technologies`.
    id: ID,
    /// What people call it: `Technologies`.
    label: String,
    /// Its values, those that most cards have first; sizes of memory by size.
    values: Vec<FacetValue>,
}

/// A value by which a list can be narrowed.
#[derive(SimpleObject)]
pub struct FacetValue {
    /// As the filter has it; memory in GB.
    value: Arc<str>,
    /// What people call it.
    label: Arc<str>,
    /// How many cards the list would have of it, whatever else is selected in this facet.
    count: i32,
    /// Whether the filter asks for it.
    selected: bool,
}

/// What the best offers of a list cost, in the base currency.
#[derive(SimpleObject)]
pub struct PriceStats {
    /// The cheapest.
    min: Money,
    /// The dearest.
    max: Money,
    /// As many are cheaper as are dearer.
    median: Money,
    /// How many cost how much. Each price is in one of them.
    buckets: Vec<PriceBucket>,
}

/// How many cards cost how much.
#[derive(SimpleObject)]
pub struct PriceBucket {
    /// The least.
    min: Money,
    /// The most, included.
    max: Money,
    /// How many cards.
    count: i32,
}

fn count(count: usize) -> i32 {
    int(i64::try_from(count).unwrap_or(i64::MAX))
}

impl From<catalogue_index::Facet> for Facet {
    fn from(facet: catalogue_index::Facet) -> Self {
        let values = facet.values.into_iter().map(|value| FacetValue {
            value: value.value,
            label: value.label,
            count: count(value.count),
            selected: value.selected,
        });
        Self { id: ID::from(facet.id.id()), label: facet.id.label().to_owned(), values: values.collect() }
    }
}

impl PriceStats {
    pub(crate) fn of(stats: &catalogue_index::PriceStats, currency: &str) -> Self {
        let digits = digits(currency);
        let money = |minor| Money::with_digits(minor, currency, digits);
        let bucket = |bucket: &catalogue_index::PriceBucket| PriceBucket {
            min: money(bucket.min_minor),
            max: money(bucket.max_minor),
            count: count(bucket.count),
        };
        Self {
            min: money(stats.min_minor),
            max: money(stats.max_minor),
            median: money(stats.median_minor),
            buckets: stats.buckets.iter().map(bucket).collect(),
        }
    }
}

impl Straight for Facet {
    const TYPE: &'static str = "Facet";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        match field.name.as_str() {
            "id" => out.text(&self.id),
            "label" => out.text(&self.label),
            "values" => out.list(&self.values, &field.fields),
            _ => false,
        }
    }
}

impl Straight for FacetValue {
    const TYPE: &'static str = "FacetValue";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        match field.name.as_str() {
            "value" => out.text(&self.value),
            "label" => out.text(&self.label),
            "count" => out.scalar(&self.count),
            "selected" => out.scalar(&self.selected),
            _ => false,
        }
    }
}

impl Straight for PriceStats {
    const TYPE: &'static str = "PriceStats";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        match field.name.as_str() {
            "min" => out.object(&self.min, &field.fields),
            "max" => out.object(&self.max, &field.fields),
            "median" => out.object(&self.median, &field.fields),
            "buckets" => out.list(&self.buckets, &field.fields),
            _ => false,
        }
    }
}

impl Straight for PriceBucket {
    const TYPE: &'static str = "PriceBucket";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        match field.name.as_str() {
            "min" => out.object(&self.min, &field.fields),
            "max" => out.object(&self.max, &field.fields),
            "count" => out.scalar(&self.count),
            _ => false,
        }
    }
}

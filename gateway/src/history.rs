//! What can be said of a card's price history. Pure: the points come from the database, the time from the request.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::offer::BUYABLE;

/// What a shop asked for a card from a moment on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricePoint {
    /// Since when.
    pub at: DateTime<Utc>,
    /// Whose listing it is.
    pub listing_id: i64,
    /// Which shop's.
    pub shop_id: i16,
    /// In minor units of `currency`.
    pub price_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// In minor units of the base currency.
    pub base_price_minor: i64,
    /// The database's word.
    pub availability: String,
}

impl PricePoint {
    fn is_buyable(&self) -> bool {
        BUYABLE.contains(&self.availability.as_str())
    }
}

/// About the most points that are told; a longer history is thinned.
const MOST_POINTS: usize = 500;

/// The points of a span, thinned where there are too many: of each stretch of time the lowest stays, and the last of each
/// listing. `points` are in order of time. What held when the span began counts as its first moment.
pub fn within(
    points: &[PricePoint],
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
) -> Vec<PricePoint> {
    let mut inside: Vec<PricePoint> = Vec::new();
    for point in points.iter().filter(|point| to.is_none_or(|to| point.at <= to)) {
        match from {
            Some(from) if point.at < from => {
                // A later point of the same listing before the span takes its place.
                inside.retain(|known| known.listing_id != point.listing_id);
                inside.push(PricePoint { at: from, ..point.clone() });
            }
            _ => inside.push(point.clone()),
        }
    }
    if inside.len() <= MOST_POINTS { inside } else { thinned(inside) }
}

fn thinned(points: Vec<PricePoint>) -> Vec<PricePoint> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return points };
    let (begin, span) = (first.at, (last.at - first.at).num_milliseconds().max(1));
    let listings = points.iter().map(|point| point.listing_id).collect::<BTreeSet<_>>().len();
    let stretches = i64::try_from((MOST_POINTS / (1 + listings)).max(1)).unwrap_or(1);
    let stretch_of = |point: &PricePoint| (point.at - begin).num_milliseconds() * (stretches - 1) / span;
    let mut thin = Vec::new();
    for stretch in points.chunk_by(|one, next| stretch_of(one) == stretch_of(next)) {
        let lowest = (0..stretch.len())
            .filter(|place| stretch[*place].is_buyable())
            .min_by_key(|place| stretch[*place].base_price_minor);
        // What a listing's line goes on with.
        let lasts = stretch.iter().enumerate().map(|(place, point)| (point.listing_id, place));
        let mut kept: BTreeSet<usize> = lasts.collect::<BTreeMap<_, _>>().into_values().collect();
        kept.extend(lowest);
        thin.extend(kept.into_iter().map(|place| stretch[place].clone()));
    }
    thin
}

/// The lowest price at which it could be bought; of equal ones the first.
pub fn low(points: &[PricePoint]) -> Option<&PricePoint> {
    points.iter().filter(|point| point.is_buyable()).min_by_key(|point| (point.base_price_minor, point.at))
}

/// The highest price at which it could be bought; of equal ones the first.
pub fn high(points: &[PricePoint]) -> Option<&PricePoint> {
    points
        .iter()
        .filter(|point| point.is_buyable())
        .min_by_key(|point| (std::cmp::Reverse(point.base_price_minor), point.at))
}

/// The lowest price at which it could be bought in the last 30 days, what held when they began included.
pub fn low_of_30_days(points: &[PricePoint], now: DateTime<Utc>) -> Option<i64> {
    let recent = within(points, Some(now - TimeDelta::days(30)), None);
    low(&recent).map(|point| point.base_price_minor)
}

/// How many whole days of a span the history covers: it begins with the first point, and ends now.
pub fn covered_days(
    points: &[PricePoint],
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> i64 {
    let Some(first) = points.first() else { return 0 };
    let begin = from.map_or(first.at, |from| from.max(first.at));
    let end = to.map_or(now, |to| to.min(now));
    (end - begin).num_days().max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(number)
    }

    fn point(at: i64, listing_id: i64, price: i64, availability: &str) -> PricePoint {
        PricePoint {
            at: day(at),
            listing_id,
            shop_id: 1,
            price_minor: price,
            currency: "USD".to_owned(),
            base_price_minor: price,
            availability: availability.to_owned(),
        }
    }

    #[test]
    fn a_span_begins_with_what_held_then() {
        let points = [
            point(1, 1, 100, "in_stock"),
            point(2, 2, 90, "in_stock"),
            point(5, 1, 80, "in_stock"),
            point(9, 1, 70, "in_stock"),
            point(12, 1, 60, "in_stock"),
        ];
        let span = within(&points, Some(day(6)), Some(day(10)));
        let told: Vec<_> = span.iter().map(|point| (point.at, point.listing_id, point.price_minor)).collect();
        assert_eq!(told, [(day(6), 2, 90), (day(6), 1, 80), (day(9), 1, 70)]);
        assert_eq!(within(&points, None, None), points);
    }

    #[test]
    fn only_what_could_be_bought_is_a_low_or_a_high() {
        let points = [
            point(1, 1, 100, "in_stock"),
            point(2, 1, 10, "out_of_stock"),
            point(3, 1, 80, "preorder"),
            point(4, 1, 200, "discontinued"),
        ];
        assert_eq!(low(&points).map(|point| point.price_minor), Some(80));
        assert_eq!(high(&points).map(|point| point.price_minor), Some(100));
        assert_eq!(low(&points[3..]), None);
    }

    #[test]
    fn the_low_of_thirty_days_counts_what_held_when_they_began() {
        let points = [point(1, 1, 50, "in_stock"), point(2, 1, 70, "in_stock"), point(50, 1, 90, "in_stock")];
        assert_eq!(low_of_30_days(&points, day(60)), Some(70));
        assert_eq!(low_of_30_days(&points, day(100)), Some(90));
        assert_eq!(low_of_30_days(&[], day(100)), None);
    }

    #[test]
    fn covered_days_never_promise_more_than_is_known() {
        let points = [point(10, 1, 50, "in_stock")];
        let cases = [
            ((None, None), 90),
            ((Some(day(0)), None), 90),
            ((Some(day(95)), None), 5),
            ((None, Some(day(20))), 10),
            ((None, Some(day(5))), 0),
            ((None, Some(day(500))), 90),
        ];
        for ((from, to), expected) in cases {
            assert_eq!(covered_days(&points, from, to, day(100)), expected, "{from:?} {to:?}");
        }
        assert_eq!(covered_days(&[], None, None, day(100)), 0);
    }

    #[test]
    fn a_long_history_is_thinned_and_keeps_its_lows_and_its_ends() {
        let points: Vec<_> = (0..10_000)
            .map(|at| point(at, at % 3, if at == 4321 { 1 } else { 100 + at % 7 }, "in_stock"))
            .collect();
        let thin = within(&points, None, None);
        assert!(thin.len() <= MOST_POINTS, "{}", thin.len());
        assert!(thin.is_sorted_by_key(|point| point.at));
        assert_eq!(low(&thin), low(&points));
        let ends = |points: &[PricePoint]| {
            let end = |listing| points.iter().rfind(|point| point.listing_id == listing).cloned();
            [0, 1, 2].map(end)
        };
        assert_eq!(ends(&thin), ends(&points));
    }
}

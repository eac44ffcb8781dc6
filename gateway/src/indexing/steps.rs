//! What changed from one version of the catalogue to another, as those who committed it have told.

use std::collections::{BTreeMap, BTreeSet};

use catalogue_index::OfferFacts;
use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgPool};

use super::availability_name;

/// Across more versions than this, what offers come to isn't read with them: a card that changes again and again is read
/// once, and what is in memory at one time stays small.
const FEW: i64 = 16;

/// Which cards changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// Those that must be read, by id.
    pub(super) unread: Vec<i64>,
    /// What the offers come to of those of which nothing else changed.
    pub(super) repriced: BTreeMap<i64, OfferFacts>,
}

/// Which cards changed with a version.
#[derive(Clone, Debug, Default, FromRow)]
struct Step {
    card_ids: Option<Vec<i64>>,
    repriced: Option<Vec<i64>>,
    best_prices_minor: Option<Vec<Option<i64>>>,
    discounts_bp: Option<Vec<i32>>,
    shop_slugs: Option<Vec<String>>,
    availabilities: Option<Vec<String>>,
    repriced_at: Option<DateTime<Utc>>,
}

impl Changes {
    /// Those after a version, up to another; `None` where they are not known of all versions between.
    pub(super) async fn between(pool: &PgPool, after: i64, through: i64) -> sqlx::Result<Option<Self>> {
        let steps: Vec<Step> = sqlx::query_as(include_str!("../../../sql/gateway/steps_after.sql"))
            .bind(after)
            .bind(through)
            .bind(FEW)
            .fetch_all(pool)
            .await?;
        let is_whole = i64::try_from(steps.len()).ok() == through.checked_sub(after);
        Ok(if is_whole { Self::of(steps) } else { None })
    }

    /// Those of some steps, the oldest first.
    fn of(steps: Vec<Step>) -> Option<Self> {
        let (mut unread, mut repriced) = (BTreeSet::new(), BTreeMap::new());
        for mut step in steps {
            let cards = step.card_ids.take()?;
            let offers = step.offers();
            unread.extend(cards.into_iter().filter(|card| !offers.contains_key(card)));
            repriced.extend(offers);
        }
        repriced.retain(|card, _| !unread.contains(card));
        Some(Self { unread: unread.into_iter().collect(), repriced })
    }

    /// All of them.
    pub(super) fn cards(&self) -> impl Iterator<Item = i64> {
        self.unread.iter().chain(self.repriced.keys()).copied()
    }
}

impl Step {
    /// What it tells of offers, if it is all there.
    fn offers(self) -> BTreeMap<i64, OfferFacts> {
        let Self { repriced: Some(cards), repriced_at: Some(at), .. } = self else { return BTreeMap::new() };
        let prices = self.best_prices_minor.unwrap_or_default();
        let discounts = self.discounts_bp.unwrap_or_default();
        let shops = self.shop_slugs.unwrap_or_default();
        let availabilities = self.availabilities.unwrap_or_default();
        let offers = prices.into_iter().zip(discounts).zip(shops.iter().zip(&availabilities));
        let facts = offers.map(|((best_price_minor, discount_bp), (shops, words))| OfferFacts {
            shops: lines(shops).map(str::to_owned).collect(),
            availabilities: lines(words).map(availability_name).collect(),
            best_price_minor,
            discount_bp: u32::try_from(discount_bp).unwrap_or_default(),
            updated_at: at,
        });
        cards.into_iter().zip(facts).collect()
    }
}

/// The lines of a text, of which an empty one has none.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn step(second: i64, cards: &[i64], repriced: &[(i64, Option<i64>)]) -> Step {
        Step {
            card_ids: Some(cards.to_vec()),
            repriced: Some(repriced.iter().map(|(card, _)| *card).collect()),
            best_prices_minor: Some(repriced.iter().map(|(_, price)| *price).collect()),
            discounts_bp: Some(repriced.iter().map(|_| 25).collect()),
            shop_slugs: Some(repriced.iter().map(|_| "countrylink\nnetvideo".to_owned()).collect()),
            availabilities: Some(repriced.iter().map(|_| String::new()).collect()),
            repriced_at: Some(DateTime::UNIX_EPOCH + TimeDelta::seconds(second)),
        }
    }

    /// Cards with what they cost since which second.
    fn repriced(changes: &Changes) -> Vec<(i64, Option<i64>, i64)> {
        let repriced = changes.repriced.iter().map(|(card, offers)| {
            (*card, offers.best_price_minor, (offers.updated_at - DateTime::UNIX_EPOCH).num_seconds())
        });
        repriced.collect()
    }

    #[test]
    fn of_a_card_that_changed_in_offers_alone_the_newest_counts_and_all_others_are_to_be_read() {
        let steps = vec![
            step(1, &[1, 2, 3, 4], &[(1, Some(10)), (2, Some(20)), (4, None)]),
            step(2, &[2, 5], &[(5, Some(50))]),
            step(3, &[1, 2, 3], &[(1, Some(11)), (2, Some(22)), (3, Some(33))]),
        ];
        let changes = Changes::of(steps).unwrap();
        assert_eq!(changes.unread, [2, 3]);
        assert_eq!(repriced(&changes), [(1, Some(11), 3), (4, None, 1), (5, Some(50), 2)]);
        assert_eq!(changes.cards().collect::<BTreeSet<_>>(), (1..=5).collect());
        let facts = &changes.repriced[&1];
        assert_eq!((facts.shops.join(" "), facts.discount_bp), ("countrylink netvideo".to_owned(), 25));
        assert!(facts.availabilities.is_empty());
    }

    #[test]
    fn what_is_not_told_whole_is_to_be_read() {
        let whole = step(1, &[1, 2], &[(1, Some(10)), (2, Some(20))]);
        let untold = Step { repriced: None, ..whole.clone() };
        let without_time = Step { repriced_at: None, ..whole.clone() };
        let too_short = Step { discounts_bp: Some(vec![25]), ..whole.clone() };
        let cases: [(Step, &[i64]); 4] =
            [(whole.clone(), &[]), (untold, &[1, 2]), (without_time, &[1, 2]), (too_short, &[2])];
        for (step, unread) in cases {
            assert_eq!(Changes::of(vec![step]).unwrap().unread, unread);
        }
        assert_eq!(Changes::of(vec![whole.clone(), Step { card_ids: None, ..whole }]), None);
    }
}

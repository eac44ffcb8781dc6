//! Listings of which only the offer is news: a few columns of a row that is there.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{CardId, Effect, ListingId, Newer, News, Offer};
use crate::{offer::availability_word, rates::ExchangeRates};

/// A column each, as `unnest` takes them.
#[derive(Default)]
struct Rows<'n> {
    ids: Vec<ListingId>,
    versions_before: Vec<i64>,
    versions: Vec<i64>,
    digests: Vec<i64>,
    observed_at: Vec<DateTime<Utc>>,
    missing_since: Vec<Option<DateTime<Utc>>>,
    prices_minor: Vec<i64>,
    currencies: Vec<&'n str>,
    previous_prices_minor: Vec<Option<i64>>,
    base_prices_minor: Vec<Option<i64>>,
    availabilities: Vec<&'static str>,
}

impl<'n> Rows<'n> {
    fn push(&mut self, newer: &'n Newer, rates: &ExchangeRates) {
        let (Some(known), Some(said)) = (&newer.known, &newer.state.said) else { return };
        let listing = &said.listing;
        self.ids.push(known.id);
        self.versions_before.push(known.version);
        self.versions.push(newer.state.version);
        self.digests.push(said.digest.at(newer.state.version));
        self.observed_at.push(newer.state.observed_at);
        self.missing_since.push(newer.state.missing_since);
        self.prices_minor.push(listing.price.amount_minor);
        self.currencies.push(&listing.price.currency);
        self.previous_prices_minor.push(known.previous_price_minor(&listing.price));
        self.base_prices_minor.push(rates.to_base_minor(&listing.price));
        self.availabilities.push(availability_word(listing.availability));
    }
}

/// Stores the offers of listings that are known. Those of which something else is known by now are left to `others`.
pub(super) async fn store(
    connection: &mut PgConnection,
    rates: &ExchangeRates,
    offers: Vec<Newer>,
    others: &mut Vec<Newer>,
) -> sqlx::Result<Vec<News>> {
    if offers.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows = Rows::default();
    for newer in &offers {
        rows.push(newer, rates);
    }
    let stored: Vec<(ListingId, Option<CardId>)> =
        sqlx::query_as(include_str!("../../../../sql/gateway/listings_offer.sql"))
            .bind(rows.ids)
            .bind(rows.versions_before)
            .bind(rows.versions)
            .bind(rows.digests)
            .bind(rows.observed_at)
            .bind(rows.missing_since)
            .bind(rows.prices_minor)
            .bind(rows.currencies)
            .bind(rows.previous_prices_minor)
            .bind(rows.base_prices_minor)
            .bind(rows.availabilities)
            .fetch_all(connection)
            .await?;
    let card_of: HashMap<ListingId, Option<CardId>> = stored.into_iter().collect();
    let mut stored = Vec::with_capacity(offers.len());
    for newer in offers {
        match news(&newer, &card_of, rates) {
            Some(news) => stored.push(news),
            None => others.push(newer),
        }
    }
    Ok(stored)
}

/// What is told of a listing, if it is among those that were stored, each with the card that it is a part of.
fn news(newer: &Newer, stored: &HashMap<ListingId, Option<CardId>>, rates: &ExchangeRates) -> Option<News> {
    let (known, listing) = newer.known.as_ref().zip(newer.state.listing())?;
    let card_id = *stored.get(&known.id)?;
    let news = newer.news(known.id, Effect::Offer, Vec::new(), rates);
    let previous_price_minor = known.previous_price_minor(&listing.price);
    let offer = |card_id| Offer::of(known.id, card_id, &newer.shop, listing, previous_price_minor, rates);
    let offer = card_id.map(offer);
    let comes_or_goes = known.is_served(rates) != rates.to_base_minor(&listing.price).is_some();
    Some(News { card_id, comes_or_goes, offer, ..news })
}

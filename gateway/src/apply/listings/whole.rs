//! Listings of which more than the offer may be news: they are read, and stored whole once it is known which card each
//! belongs to, so that each row is written once.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use events::Listing;
use merge::Identity;
use sqlx::{PgConnection, types::Json};

use super::{CardId, Effect, KnownIdentity, ListingId, Newer, News, Told};
use crate::{offer::availability_word, rates::ExchangeRates};

/// Reads listings, under ids that those have which are new too.
pub(super) async fn read(
    connection: &mut PgConnection,
    rates: &ExchangeRates,
    listings: Vec<Newer>,
) -> sqlx::Result<Vec<News>> {
    if listings.is_empty() {
        return Ok(Vec::new());
    }
    let mut before = identities(connection, &listings).await?;
    let mut fresh = fresh_ids(connection, &listings).await?.into_iter();
    let mut news = Vec::with_capacity(listings.len());
    for newer in listings {
        let known = newer.known.as_ref();
        let Some(id) = known.map(|known| known.id).or_else(|| fresh.next()) else { continue };
        let before = known.and_then(|known| before.remove(&known.id)).unwrap_or_default();
        let product = newer.state.product();
        let effect = newer.effect(product.map(|product| &product.identity), &before);
        let mut keys = before.match_keys;
        keys.extend(product.iter().flat_map(|product| product.match_keys.iter().cloned()));
        keys.sort_unstable();
        keys.dedup();
        let told = newer.news(id, effect, keys, rates);
        let (was_apart, is_first) = (known.is_some_and(|known| known.apart), known.is_none());
        let Newer { shop, shop_id, shop_listing_id, state, known: _ } = newer;
        let listing = Told { shop, shop_id, shop_listing_id, state, was_apart, is_first };
        news.push(News { told: Some(Box::new(listing)), ..told });
    }
    Ok(news)
}

/// Stores the listings that are not stored yet. `cards` are the cards of those that were grouped anew, `None` for what is
/// no video card.
pub(in crate::apply) async fn store(
    connection: &mut PgConnection,
    rates: &ExchangeRates,
    news: &[News],
    cards: &BTreeMap<ListingId, Option<CardId>>,
) -> sqlx::Result<()> {
    let mut rows = Rows::default();
    for news in news {
        if let Some(told) = &news.told {
            rows.push(news, told, cards, rates);
        }
    }
    if rows.ids.is_empty() { Ok(()) } else { rows.upsert(connection).await }
}

impl News {
    /// The card that a listing is a part of once all is stored. `cards` as in [`store`].
    pub(in crate::apply) fn card_after(&self, cards: &BTreeMap<ListingId, Option<CardId>>) -> Option<CardId> {
        match self.told {
            Some(_) => self.card_once_stored(cards),
            None => cards.get(&self.id).copied().unwrap_or(self.card_id),
        }
    }

    /// The card that a listing makes a part of, as far as its not being stored yet tells. `cards` as in [`store`].
    pub(in crate::apply) fn card_once_stored(
        &self,
        cards: &BTreeMap<ListingId, Option<CardId>>,
    ) -> Option<CardId> {
        let told = self.told.as_ref().filter(|told| told.state.said.is_some())?;
        match cards.get(&self.id) {
            Some(card) => *card,
            None => self.card_id.filter(|_| self.effect == Effect::Facts && !told.was_apart),
        }
    }
}

async fn fresh_ids(connection: &mut PgConnection, listings: &[Newer]) -> sqlx::Result<Vec<ListingId>> {
    let missing = listings.iter().filter(|newer| newer.known.is_none()).count();
    if missing == 0 {
        return Ok(Vec::new());
    }
    sqlx::query_scalar(include_str!("../../../../sql/gateway/listing_ids_reserve.sql"))
        .bind(i32::try_from(missing).unwrap_or(i32::MAX))
        .fetch_all(connection)
        .await
}

/// Which products those of the listings that are known were taken for.
async fn identities(
    connection: &mut PgConnection,
    listings: &[Newer],
) -> sqlx::Result<BTreeMap<ListingId, KnownIdentity>> {
    let ids: Vec<ListingId> = listings.iter().filter_map(|newer| Some(newer.known.as_ref()?.id)).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let known: Vec<KnownIdentity> =
        sqlx::query_as(include_str!("../../../../sql/gateway/listings_identities.sql"))
            .bind(ids)
            .fetch_all(connection)
            .await?;
    Ok(known.into_iter().map(|known| (known.id, known)).collect())
}

/// Rows of `gateway.listing`, a column each, as `unnest` takes them.
#[derive(Default)]
struct Rows<'n> {
    ids: Vec<ListingId>,
    shop_ids: Vec<i16>,
    shop_listing_ids: Vec<&'n str>,
    versions: Vec<i64>,
    gone: Vec<bool>,
    documents: Vec<Option<Json<&'n Listing>>>,
    identities: Vec<Option<Json<&'n Identity>>>,
    match_keys: Vec<String>,
    card_ids: Vec<Option<CardId>>,
    apart: Vec<bool>,
    titles: Vec<&'n str>,
    urls: Vec<&'n str>,
    observed_at: Vec<DateTime<Utc>>,
    missing_since: Vec<Option<DateTime<Utc>>>,
    prices_minor: Vec<Option<i64>>,
    currencies: Vec<Option<&'n str>>,
    base_prices_minor: Vec<Option<i64>>,
    availabilities: Vec<Option<&'static str>>,
    digests: Vec<Option<i64>>,
}

impl<'n> Rows<'n> {
    fn push(
        &mut self,
        news: &News,
        told: &'n Told,
        cards: &BTreeMap<ListingId, Option<CardId>>,
        rates: &ExchangeRates,
    ) {
        let (state, listing, product) = (&told.state, told.state.listing(), told.state.product());
        let card = cards.get(&news.id).copied();
        self.ids.push(news.id);
        self.shop_ids.push(told.shop_id);
        self.shop_listing_ids.push(&told.shop_listing_id);
        self.versions.push(state.version);
        self.gone.push(listing.is_none());
        self.documents.push(listing.map(Json));
        self.identities.push(product.map(|product| Json(&product.identity)));
        self.match_keys.push(product.map_or_else(String::new, |product| product.match_keys.join("\n")));
        // One that belongs to no card keeps the one that it was.
        self.card_ids.push(card.flatten().or(news.card_id));
        self.apart.push(card.map_or(told.was_apart, |card| card.is_none()));
        self.titles.push(listing.map_or("", |listing| &listing.title));
        self.urls.push(listing.map_or("", |listing| &listing.url));
        self.observed_at.push(state.observed_at);
        self.missing_since.push(state.missing_since);
        self.prices_minor.push(listing.map(|listing| listing.price.amount_minor));
        self.currencies.push(listing.map(|listing| listing.price.currency.as_str()));
        self.base_prices_minor.push(listing.and_then(|listing| rates.to_base_minor(&listing.price)));
        self.availabilities.push(listing.map(|listing| availability_word(listing.availability)));
        self.digests.push(state.said.as_ref().map(|said| said.digest.at(state.version)));
    }

    async fn upsert(&self, connection: &mut PgConnection) -> sqlx::Result<()> {
        sqlx::query(include_str!("../../../../sql/gateway/listings_upsert.sql"))
            .bind(&self.ids)
            .bind(&self.shop_ids)
            .bind(&self.shop_listing_ids)
            .bind(&self.versions)
            .bind(&self.gone)
            .bind(&self.documents)
            .bind(&self.identities)
            .bind(&self.match_keys)
            .bind(&self.card_ids)
            .bind(&self.apart)
            .bind(&self.titles)
            .bind(&self.urls)
            .bind(&self.observed_at)
            .bind(&self.missing_since)
            .bind(&self.prices_minor)
            .bind(&self.currencies)
            .bind(&self.base_prices_minor)
            .bind(&self.availabilities)
            .bind(&self.digests)
            .execute(connection)
            .await?;
        Ok(())
    }
}

//! Listings of which more than the offer may be news: they are read, and stored whole once it is known which card each
//! belongs to, so that each row is written once.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use events::Listing;
use merge::Identity;
use service::copy::Rows;
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
    let (mut first, mut known) = (Vec::new(), Vec::new());
    for news in news {
        if let Some(told) = &news.told {
            let rows = if told.is_first { &mut first } else { &mut known };
            rows.push(Row::of(news, told, cards, rates));
        }
    }
    copy(connection, &first).await?;
    upsert(connection, &known).await
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

/// A row of `gateway.listing`.
struct Row<'n> {
    id: ListingId,
    shop_id: i16,
    shop_listing_id: &'n str,
    version: i64,
    gone: bool,
    document: Option<Json<&'n Listing>>,
    identity: Option<Json<&'n Identity>>,
    match_keys: &'n [String],
    card_id: Option<CardId>,
    apart: bool,
    title: &'n str,
    url: &'n str,
    observed_at: DateTime<Utc>,
    missing_since: Option<DateTime<Utc>>,
    price_minor: Option<i64>,
    currency: Option<&'n str>,
    base_price_minor: Option<i64>,
    availability: Option<&'static str>,
    digest: Option<i64>,
}

impl<'n> Row<'n> {
    fn of(
        news: &News,
        told: &'n Told,
        cards: &BTreeMap<ListingId, Option<CardId>>,
        rates: &ExchangeRates,
    ) -> Self {
        let (state, listing, product) = (&told.state, told.state.listing(), told.state.product());
        let card = cards.get(&news.id).copied();
        Self {
            id: news.id,
            shop_id: told.shop_id,
            shop_listing_id: &told.shop_listing_id,
            version: state.version,
            gone: listing.is_none(),
            document: listing.map(Json),
            identity: product.map(|product| Json(&product.identity)),
            match_keys: product.map_or(&[], |product| &product.match_keys),
            // One that belongs to no card keeps the one that it was.
            card_id: card.flatten().or(news.card_id),
            apart: card.map_or(told.was_apart, |card| card.is_none()),
            title: listing.map_or("", |listing| &listing.title),
            url: listing.map_or("", |listing| &listing.url),
            observed_at: state.observed_at,
            missing_since: state.missing_since,
            price_minor: listing.map(|listing| listing.price.amount_minor),
            currency: listing.map(|listing| listing.price.currency.as_str()),
            base_price_minor: listing.and_then(|listing| rates.to_base_minor(&listing.price)),
            availability: listing.map(|listing| availability_word(listing.availability)),
            digest: state.said.as_ref().map(|said| said.digest.at(state.version)),
        }
    }
}

/// Writes listings of which nothing was known.
async fn copy(connection: &mut PgConnection, listings: &[Row<'_>]) -> sqlx::Result<()> {
    let mut rows = Rows::default();
    for row in listings {
        rows.row()
            .column(row.id)
            .column(row.shop_id)
            .column(row.shop_listing_id)
            .column(row.version)
            .column(row.gone)
            .column(row.document.as_ref())
            .column(row.identity.as_ref())
            .column(row.match_keys)
            .column(row.card_id)
            .column(row.apart)
            .column(row.title)
            .column(row.url)
            .column(row.observed_at)
            .column(row.missing_since)
            .column(row.price_minor)
            .column(row.currency)
            .column(row.base_price_minor)
            .column(row.availability)
            .column(row.digest);
    }
    rows.copy(connection, include_str!("../../../../sql/gateway/listings_copy.sql")).await
}

/// Writes listings that are known.
async fn upsert(connection: &mut PgConnection, rows: &[Row<'_>]) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("../../../../sql/gateway/listings_upsert.sql"))
        .bind(column(rows, |row| row.id))
        .bind(column(rows, |row| row.shop_id))
        .bind(column(rows, |row| row.shop_listing_id))
        .bind(column(rows, |row| row.version))
        .bind(column(rows, |row| row.gone))
        .bind(column(rows, |row| row.document.as_ref()))
        .bind(column(rows, |row| row.identity.as_ref()))
        .bind(column(rows, |row| row.match_keys.join("\n")))
        .bind(column(rows, |row| row.card_id))
        .bind(column(rows, |row| row.apart))
        .bind(column(rows, |row| row.title))
        .bind(column(rows, |row| row.url))
        .bind(column(rows, |row| row.observed_at))
        .bind(column(rows, |row| row.missing_since))
        .bind(column(rows, |row| row.price_minor))
        .bind(column(rows, |row| row.currency))
        .bind(column(rows, |row| row.base_price_minor))
        .bind(column(rows, |row| row.availability))
        .bind(column(rows, |row| row.digest))
        .execute(connection)
        .await?;
    Ok(())
}

/// One column of some rows.
fn column<'r, 'n, T>(rows: &'r [Row<'n>], of: impl Fn(&'r Row<'n>) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

//! Taking over what the shops say: which events are news, what each changes, and the rows that keep it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use events::{Listing, Price};
use merge::Identity;
use sqlx::{PgConnection, types::Json};

use super::{
    card_ids::{CardId, ListingId},
    latest::{ListingKey, ListingState},
    prices::{GONE, Point, points},
};
use crate::rates::ExchangeRates;

/// How far the news about a listing reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    /// Price or availability: the card's offers.
    Offer,
    /// What the shop says of the product: the card's fields.
    Facts,
    /// Which product it is, or whether it is there at all: which listings make a card.
    Identity,
}

/// A listing as the gateway knew it.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Known {
    shop_id: i16,
    shop_listing_id: String,
    version: i64,
    gone: bool,
    document: Option<Json<Listing>>,
    identity: Option<Json<Identity>>,
    match_keys: Vec<String>,
    card_id: Option<CardId>,
    price_minor: Option<i64>,
    currency: Option<String>,
    availability: Option<String>,
}

/// A listing about which there was news.
#[derive(Debug)]
pub(super) struct News {
    pub(super) id: ListingId,
    pub(super) effect: Effect,
    /// The card that it was part of.
    pub(super) card_id: Option<CardId>,
    /// The keys that it had before and has now.
    pub(super) keys: Vec<String>,
    /// What it cost since what was known, where that changed.
    pub(super) points: Vec<Point>,
    /// What it cost before in minor units of its currency, if it costs less now.
    pub(super) fell_from: Option<i64>,
    /// When the shop said so; `None`: it is not the shop that says something new.
    pub(super) observed_at: Option<DateTime<Utc>>,
}

impl Known {
    /// The version that is known, and what the listing cost in it.
    fn terms(&self) -> (i64, Option<(Price, String)>) {
        let price = self.price_minor.zip(self.currency.clone());
        let price = price.map(|(amount_minor, currency)| Price { amount_minor, currency });
        let availability = if self.gone { Some(GONE.to_owned()) } else { self.availability.clone() };
        (self.version, price.zip(availability))
    }
}

/// What a newer state of a listing changes.
fn effect(known: Option<&Known>, state: &ListingState, identity: Option<&Identity>) -> Effect {
    let Some(known) = known else { return Effect::Identity };
    let (Some(listing), Some(identity)) = (&state.listing, identity) else { return Effect::Identity };
    if known.gone || known.identity.as_deref() != Some(identity) {
        return Effect::Identity;
    }
    match &known.document {
        Some(document) if facts(document) == facts(listing) => Effect::Offer,
        _ => Effect::Facts,
    }
}

/// The price of a listing before it fell; `None` where it didn't, or can't be compared.
fn fell_from(known: &Known, state: &ListingState) -> Option<i64> {
    let (before, now) = (known.price_minor?, &state.listing.as_ref()?.price);
    let comparable = !known.gone && known.currency.as_ref() == Some(&now.currency);
    (comparable && now.amount_minor < before).then_some(before)
}

/// A listing without what belongs to the offer alone.
fn facts(listing: &Listing) -> impl PartialEq + '_ {
    (
        (&listing.title, &listing.url, &listing.brand, &listing.gpu, &listing.mpns, &listing.gtins),
        (&listing.images, &listing.specs, &listing.interfaces, &listing.technologies),
    )
}

/// Makes sure that the shops have rows; their ids by slug.
pub(super) async fn ensure_shops(
    connection: &mut PgConnection,
    slugs: &[&str],
) -> sqlx::Result<BTreeMap<String, i16>> {
    sqlx::query(include_str!("../../../sql/gateway/shops_ensure.sql"))
        .bind(slugs)
        .execute(&mut *connection)
        .await?;
    let rows: Vec<(i16, String)> = sqlx::query_as("select id, slug from gateway.shop where slug = any($1)")
        .bind(slugs)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|(id, slug)| (slug, id)).collect())
}

/// Stores the states that are newer than what is known, and says what each changes.
pub(super) async fn take_over(
    connection: &mut PgConnection,
    rates: &ExchangeRates,
    shop_ids: &BTreeMap<String, i16>,
    states: BTreeMap<ListingKey, ListingState>,
) -> sqlx::Result<Vec<News>> {
    let states: Vec<(i16, String, ListingState)> = states
        .into_iter()
        .filter_map(|((shop, listing_id), state)| Some((*shop_ids.get(&shop)?, listing_id, state)))
        .collect();
    let known = known(connection, &states).await?;
    let mut rows = Rows::default();
    let mut news = BTreeMap::new();
    for (shop_id, listing_id, state) in states {
        let known = known.get(&(shop_id, listing_id.clone()));
        if known.is_some_and(|known| known.version >= state.version) {
            continue;
        }
        let identity = state.listing.as_ref().map(Identity::read);
        let mut keys: Vec<String> =
            identity.iter().flat_map(Identity::keys).map(|key| key.to_string()).collect();
        let effect = effect(known, &state, identity.as_ref());
        let points = points(known.map(Known::terms), &state.terms);
        let fell_from = known.and_then(|known| fell_from(known, &state));
        let observed_at = state.observed_at;
        rows.push(shop_id, listing_id.clone(), state, identity, keys.join("\n"), rates);
        keys.extend(known.iter().flat_map(|known| known.match_keys.iter().cloned()));
        keys.sort_unstable();
        keys.dedup();
        news.insert(
            (shop_id, listing_id),
            (effect, known.and_then(|known| known.card_id), keys, points, fell_from, observed_at),
        );
    }
    if news.is_empty() {
        return Ok(Vec::new());
    }
    let stored = rows.upsert(connection).await?;
    Ok(stored
        .into_iter()
        .filter_map(|(id, shop_id, listing_id)| {
            let (effect, card_id, keys, points, fell_from, observed_at) =
                news.remove(&(shop_id, listing_id))?;
            let observed_at = Some(observed_at);
            Some(News { id, effect, card_id, keys, points, fell_from, observed_at })
        })
        .collect())
}

async fn known(
    connection: &mut PgConnection,
    states: &[(i16, String, ListingState)],
) -> sqlx::Result<BTreeMap<(i16, String), Known>> {
    let shop_ids: Vec<i16> = states.iter().map(|(shop_id, ..)| *shop_id).collect();
    let listing_ids: Vec<&str> = states.iter().map(|(_, listing_id, _)| listing_id.as_str()).collect();
    let known: Vec<Known> = sqlx::query_as(include_str!("../../../sql/gateway/listings_known.sql"))
        .bind(shop_ids)
        .bind(listing_ids)
        .fetch_all(connection)
        .await?;
    Ok(known.into_iter().map(|known| ((known.shop_id, known.shop_listing_id.clone()), known)).collect())
}

/// Rows of `gateway.listing`, a column each, as `unnest` takes them.
#[derive(Default)]
struct Rows {
    shop_ids: Vec<i16>,
    shop_listing_ids: Vec<String>,
    versions: Vec<i64>,
    gone: Vec<bool>,
    documents: Vec<Option<Json<Listing>>>,
    identities: Vec<Option<Json<Identity>>>,
    match_keys: Vec<String>,
    titles: Vec<String>,
    urls: Vec<String>,
    observed_at: Vec<DateTime<Utc>>,
    missing_since: Vec<Option<DateTime<Utc>>>,
    prices_minor: Vec<Option<i64>>,
    currencies: Vec<Option<String>>,
    base_prices_minor: Vec<Option<i64>>,
    availabilities: Vec<Option<&'static str>>,
}

impl Rows {
    fn push(
        &mut self,
        shop_id: i16,
        shop_listing_id: String,
        state: ListingState,
        identity: Option<Identity>,
        match_keys: String,
        rates: &ExchangeRates,
    ) {
        let listing = state.listing;
        self.shop_ids.push(shop_id);
        self.shop_listing_ids.push(shop_listing_id);
        self.versions.push(state.version);
        self.gone.push(listing.is_none());
        self.identities.push(identity.map(Json));
        self.match_keys.push(match_keys);
        self.titles.push(listing.as_ref().map(|listing| listing.title.clone()).unwrap_or_default());
        self.urls.push(listing.as_ref().map(|listing| listing.url.clone()).unwrap_or_default());
        self.observed_at.push(state.observed_at);
        self.missing_since.push(state.missing_since);
        self.prices_minor.push(listing.as_ref().map(|listing| listing.price.amount_minor));
        self.currencies.push(listing.as_ref().map(|listing| listing.price.currency.clone()));
        self.base_prices_minor.push(listing.as_ref().and_then(|listing| rates.to_base_minor(&listing.price)));
        self.availabilities
            .push(listing.as_ref().map(|listing| crate::offer::availability_word(listing.availability)));
        self.documents.push(listing.map(Json));
    }

    /// The id, the shop's id and the shop's listing id of each row that was newer.
    async fn upsert(&self, connection: &mut PgConnection) -> sqlx::Result<Vec<(ListingId, i16, String)>> {
        sqlx::query_as(include_str!("../../../sql/gateway/listings_upsert.sql"))
            .bind(&self.shop_ids)
            .bind(&self.shop_listing_ids)
            .bind(&self.versions)
            .bind(&self.gone)
            .bind(&self.documents)
            .bind(&self.identities)
            .bind(&self.match_keys)
            .bind(&self.titles)
            .bind(&self.urls)
            .bind(&self.observed_at)
            .bind(&self.missing_since)
            .bind(&self.prices_minor)
            .bind(&self.currencies)
            .bind(&self.base_prices_minor)
            .bind(&self.availabilities)
            .fetch_all(connection)
            .await
    }
}

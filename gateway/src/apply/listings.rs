//! Taking over what the shops say: which events are news, what each changes, and the rows that keep it.
//!
//! Most news are another price of a listing that is known. That the shop says the same of the product as before is told
//! by a digest, so that neither what was known has to be read for it nor what is said now be written.

mod offers;
mod whole;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use events::{Listing, Price};
use merge::Identity;
use sqlx::{PgConnection, types::Json};

pub(super) use self::whole::store;
use super::{
    Foresight,
    card_ids::{CardId, ListingId},
    latest::{ListingKey, ListingState},
    prices::{GONE, Point, points},
    summary::Offer,
};
use crate::{
    changes::PriceFall,
    offer::{BUYABLE, availability_word},
    rates::ExchangeRates,
};

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

/// A listing about which there was news.
#[derive(Debug)]
pub(super) struct News {
    pub(super) id: ListingId,
    pub(super) effect: Effect,
    /// The card that it was part of.
    pub(super) card_id: Option<CardId>,
    /// The keys that it had before and has now; none where they are the same.
    pub(super) keys: Vec<String>,
    /// What it cost since what was known, where that changed.
    pub(super) points: Vec<Point>,
    /// How far its price fell; `None`: it did not, or it can't be bought.
    pub(super) fall: Option<PriceFall>,
    /// Whether its offer is served now and was not before, or the other way round; not told of those that are stored whole.
    pub(super) comes_or_goes: bool,
    /// What it costs as a part of its card, where that is all that is news and is stored already.
    pub(super) offer: Option<Offer>,
    /// When the shop said so; `None`: it is not the shop that says something new.
    pub(super) observed_at: Option<DateTime<Utc>>,
    /// What is to be stored once it is known which card it belongs to; `None`: it is stored already.
    pub(super) told: Option<Box<Told>>,
}

/// What a shop says of a listing, and what was read from it.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) shop: String,
    pub(super) shop_id: i16,
    pub(super) shop_listing_id: String,
    pub(super) state: ListingState,
    /// Whether it was no part of its card before.
    was_apart: bool,
    /// Whether nothing was known of it.
    is_first: bool,
}

impl News {
    /// That it may have to be another card's part is news of what is stored, and not what its shop says.
    pub(super) fn of_stored(id: ListingId, card_id: Option<CardId>, keys: Vec<String>) -> Self {
        Self {
            id,
            effect: Effect::Identity,
            card_id,
            keys,
            points: Vec::new(),
            fall: None,
            comes_or_goes: false,
            offer: None,
            observed_at: None,
            told: None,
        }
    }

    /// Whether it tells of a listing of which nothing was known.
    pub(super) fn is_first_told(&self) -> bool {
        self.told.as_ref().is_some_and(|told| told.is_first)
    }
}

/// A listing as the gateway knew it.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Known {
    id: ListingId,
    shop_id: i16,
    shop_listing_id: String,
    version: i64,
    gone: bool,
    facts_digest: Option<i64>,
    card_id: Option<CardId>,
    apart: bool,
    price_minor: Option<i64>,
    currency: Option<String>,
    previous_price_minor: Option<i64>,
    availability: Option<String>,
}

/// Which product a listing was taken for.
#[derive(Debug, Default, sqlx::FromRow)]
struct KnownIdentity {
    id: ListingId,
    identity: Option<Json<Identity>>,
    match_keys: Vec<String>,
}

/// A newer state of a listing than what is known of it.
struct Newer {
    shop: String,
    shop_id: i16,
    shop_listing_id: String,
    state: ListingState,
    known: Option<Known>,
}

impl Known {
    /// The version that is known, and what the listing cost in it.
    fn terms(&self) -> (i64, Option<(Price, String)>) {
        let price = self.price_minor.zip(self.currency.clone());
        let price = price.map(|(amount_minor, currency)| Price { amount_minor, currency });
        let availability = if self.gone { Some(GONE.to_owned()) } else { self.availability.clone() };
        (self.version, price.zip(availability))
    }

    /// Whether a state is newer, and the listing in it as it was but for its offer.
    pub(super) fn is_another_offer(&self, state: &ListingState) -> bool {
        let digest = state.said.as_ref().map(|said| said.digest.at(self.version));
        self.version < state.version && !self.gone && digest.is_some() && self.facts_digest == digest
    }

    /// The card that it is a part of.
    pub(super) fn card(&self) -> Option<CardId> {
        self.card_id.filter(|_| !self.gone && !self.apart)
    }

    /// How far the price fell; `None` where it didn't, can't be compared, or is that of what can't be bought.
    fn fall(&self, listing: &Listing, rates: &ExchangeRates) -> Option<PriceFall> {
        let Price { amount_minor, currency } = &listing.price;
        let from_minor = self.price_minor.filter(|before| amount_minor < before)?;
        let is_comparable = !self.gone && self.currency.as_ref() == Some(currency);
        let is_buyable = BUYABLE.contains(&availability_word(listing.availability));
        let to_base_minor = rates.to_base_minor(&listing.price).filter(|_| is_comparable && is_buyable)?;
        let (listing_id, to_minor, currency) = (self.id, *amount_minor, currency.clone());
        Some(PriceFall { listing_id, from_minor, to_minor, to_base_minor, currency })
    }

    /// What it cost before it cost this, in minor units of the same currency.
    fn previous_price_minor(&self, price: &Price) -> Option<i64> {
        let known = self.price_minor.filter(|_| self.currency.as_ref() == Some(&price.currency))?;
        if known == price.amount_minor { self.previous_price_minor } else { Some(known) }
    }

    /// Whether the offer was served.
    fn is_served(&self, rates: &ExchangeRates) -> bool {
        let price = self.terms().1.map(|(price, _)| price);
        !self.gone && price.is_some_and(|price| rates.to_base_minor(&price).is_some())
    }
}

impl Newer {
    /// Without what is known of it.
    fn into_state(self) -> (ListingKey, ListingState) {
        ((self.shop, self.shop_listing_id), self.state)
    }

    /// Whether the listing is as it was, but for its offer.
    fn is_offer_alone(&self) -> bool {
        self.known.as_ref().is_some_and(|known| known.is_another_offer(&self.state))
    }

    /// What it changes, where more than the offer may be news.
    fn effect(&self, identity: Option<&Identity>, before: &KnownIdentity) -> Effect {
        let is_there = self.known.as_ref().is_some_and(|known| !known.gone);
        let is_same_product = identity.is_some() && before.identity.as_deref() == identity;
        if is_there && is_same_product { Effect::Facts } else { Effect::Identity }
    }

    /// The news, under an id.
    fn news(&self, id: ListingId, effect: Effect, keys: Vec<String>, rates: &ExchangeRates) -> News {
        let known = self.known.as_ref();
        News {
            id,
            effect,
            card_id: known.and_then(|known| known.card_id),
            keys,
            points: points(known.map(Known::terms), &self.state.terms),
            fall: known.zip(self.state.listing()).and_then(|(known, listing)| known.fall(listing, rates)),
            comes_or_goes: false,
            offer: None,
            observed_at: Some(self.state.observed_at),
            told: None,
        }
    }
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
    shop_ids(connection, slugs).await
}

/// The ids of shops that are known, by slug.
pub(super) async fn shop_ids(
    connection: &mut PgConnection,
    slugs: &[&str],
) -> sqlx::Result<BTreeMap<String, i16>> {
    let rows: Vec<(i16, String)> = sqlx::query_as("select id, slug from gateway.shop where slug = any($1)")
        .bind(slugs)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|(id, slug)| (slug, id)).collect())
}

/// Stores the states that are newer than what is known, where only the offer is news, and says of all what each changes.
pub(super) async fn take_over(
    connection: &mut PgConnection,
    rates: &ExchangeRates,
    shop_ids: &BTreeMap<String, i16>,
    states: BTreeMap<ListingKey, ListingState>,
    foresight: &mut Foresight,
) -> sqlx::Result<Vec<News>> {
    let foreseen = |key: &ListingKey| foresight.take(&key.0, &key.1);
    let Sorted { offers, mut others } = Sorted::of(shop_ids, states, foreseen);
    // What was foreseen tells that something is no news, or only another offer. Of all else it may have been too early.
    let mut news = offers::store(connection, rates, offers, &mut others).await?;
    if others.is_empty() {
        return Ok(news);
    }
    let states: BTreeMap<ListingKey, ListingState> = others.into_iter().map(Newer::into_state).collect();
    let asked = states.keys().map(|(shop, listing_id)| (shop.as_str(), listing_id.as_str()));
    let mut known = known(connection, shop_ids, asked).await?;
    let known = |(shop, listing_id): &ListingKey| known.remove(&(*shop_ids.get(shop)?, listing_id.clone()));
    let Sorted { offers, mut others } = Sorted::of(shop_ids, states, known);
    news.extend(offers::store(connection, rates, offers, &mut others).await?);
    news.extend(whole::read(connection, rates, others).await?);
    Ok(news)
}

/// What is newer than what is known.
struct Sorted {
    /// Of which only the offer is news.
    offers: Vec<Newer>,
    others: Vec<Newer>,
}

impl Sorted {
    fn of(
        shop_ids: &BTreeMap<String, i16>,
        states: BTreeMap<ListingKey, ListingState>,
        mut known: impl FnMut(&ListingKey) -> Option<Known>,
    ) -> Self {
        let newer = states.into_iter().filter_map(|(key, state)| {
            let shop_id = *shop_ids.get(&key.0)?;
            let known = known(&key);
            let is_newer = known.as_ref().is_none_or(|known| known.version < state.version);
            is_newer.then_some(Newer { shop: key.0, shop_id, shop_listing_id: key.1, state, known })
        });
        let (offers, others) = newer.partition(Newer::is_offer_alone);
        Self { offers, others }
    }
}

/// What is known of listings, by the shop and its own id of each; asked for by the shop's slug and that.
pub(super) async fn known<'a>(
    connection: &mut PgConnection,
    shop_ids: &BTreeMap<String, i16>,
    asked: impl Iterator<Item = (&'a str, &'a str)>,
) -> sqlx::Result<HashMap<(i16, String), Known>> {
    let asked = asked.filter_map(|(shop, listing_id)| Some((*shop_ids.get(shop)?, listing_id)));
    let (shop_ids, listing_ids): (Vec<i16>, Vec<&str>) = asked.unzip();
    let known: Vec<Known> = sqlx::query_as(include_str!("../../../sql/gateway/listings_known.sql"))
        .bind(shop_ids)
        .bind(listing_ids)
        .fetch_all(connection)
        .await?;
    Ok(known.into_iter().map(|known| ((known.shop_id, known.shop_listing_id.clone()), known)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_before_is_told_as_long_as_it_is_in_the_same_currency_and_another() {
        let price = |amount_minor, currency: &str| Price { amount_minor, currency: currency.to_owned() };
        let cases = [
            ("another", Some(600), Some("USD"), Some(700), price(500, "USD"), Some(600)),
            ("the same", Some(600), Some("USD"), Some(700), price(600, "USD"), Some(700)),
            ("the same, always", Some(600), Some("USD"), None, price(600, "USD"), None),
            ("in another currency", Some(600), Some("USD"), Some(700), price(500, "EUR"), None),
            ("as much in another currency", Some(600), Some("USD"), Some(700), price(600, "EUR"), None),
            ("the first", None, None, None, price(600, "USD"), None),
        ];
        for (name, price_minor, currency, previous_price_minor, now, expected) in cases {
            let known = Known {
                id: 1,
                shop_id: 1,
                shop_listing_id: "1".to_owned(),
                version: 1,
                gone: false,
                facts_digest: None,
                card_id: None,
                apart: false,
                price_minor,
                currency: currency.map(str::to_owned),
                previous_price_minor,
                availability: None,
            };
            assert_eq!(known.previous_price_minor(&now), expected, "{name}");
        }
    }
}

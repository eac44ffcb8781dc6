//! Making cards of all that shops say about them: what is news, and what was stored before.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use events::Listing;
use merge::{Card, Identity, ListingRef, Member};
use serde_json::value::{RawValue, to_raw_value};
use sqlx::{PgConnection, types::Json};
use tokio::task::yield_now;

use super::{
    card_ids::{CardId, ListingId},
    listings::News,
    regroup::Regrouped,
};
use crate::card::{CardDocument, sources_json};

/// A listing that was stored before.
#[derive(sqlx::FromRow)]
pub(super) struct Stored {
    id: ListingId,
    card_id: CardId,
    shop: String,
    shop_listing_id: String,
    observed_at: DateTime<Utc>,
    document: Json<Listing>,
    identity: Json<Identity>,
}

/// A listing of a card: the card, and the shop's own id by which the listings of one shop are in order.
struct OfCard<'l> {
    card: CardId,
    shop_listing_id: &'l str,
    member: Member<'l>,
}

impl<'l> OfCard<'l> {
    /// A listing that was stored before.
    fn stored(said: &'l Stored) -> Self {
        let member = Member {
            listing_ref: ListingRef(said.id),
            shop: &said.shop,
            observed_at: said.observed_at,
            listing: &said.document,
            identity: &said.identity,
        };
        Self { card: said.card_id, shop_listing_id: &said.shop_listing_id, member }
    }

    /// A listing that is news; `None`: it makes no part of any card, or it is not the shop that says something new.
    fn told(news: &'l News, card_of: &BTreeMap<ListingId, Option<CardId>>) -> Option<Self> {
        let (card, told) = (news.card_once_stored(card_of)?, news.told.as_ref()?);
        let member = Member {
            listing_ref: ListingRef(news.id),
            shop: &told.shop,
            observed_at: told.state.observed_at,
            listing: told.state.listing()?,
            identity: &told.state.product()?.identity,
        };
        Some(Self { card, shop_listing_id: &told.shop_listing_id, member })
    }
}

/// What is stored about cards and is not told anew.
pub(super) async fn stored(
    connection: &mut PgConnection,
    cards: &BTreeSet<CardId>,
    regrouped: &Regrouped,
    news: &[News],
) -> sqlx::Result<Vec<Stored>> {
    let cards: Vec<CardId> = cards.difference(&regrouped.first_told).copied().collect();
    if cards.is_empty() {
        return Ok(Vec::new());
    }
    let told: Vec<ListingId> = news.iter().filter(|news| news.told.is_some()).map(|news| news.id).collect();
    sqlx::query_as(include_str!("../../../sql/gateway/listings_of_cards.sql"))
        .bind(cards)
        .bind(told)
        .fetch_all(connection)
        .await
}

/// The cards that have listings, of those that are to be written.
pub(super) fn with_listings(regrouped: &Regrouped, news: &[News], stored: &[Stored]) -> BTreeSet<CardId> {
    let told = news.iter().filter_map(|news| news.card_once_stored(&regrouped.card_of));
    told.chain(stored.iter().map(|stored| stored.card_id)).collect()
}

/// A card that was made of its listings, and the parts of its row that are JSON.
pub(super) struct Made {
    pub(super) id: CardId,
    pub(super) card: Card,
    pub(super) document: Box<RawValue>,
    pub(super) sources: Box<RawValue>,
}

impl Made {
    fn of(id: CardId, members: &[Member<'_>]) -> serde_json::Result<Self> {
        let card = merge::assemble(members);
        let (document, sources) = (to_raw_value(&CardDocument::of(&card))?, sources_json(&card.sources)?);
        Ok(Self { id, card, document, sources })
    }
}

/// How many cards are made before others get a turn.
const MADE_AT_ONCE: usize = 10;

/// Makes cards of their listings. It waits for nothing: others get their turns in between, so that what is stored
/// meanwhile is.
pub(super) async fn make(
    cards: &BTreeSet<CardId>,
    regrouped: &Regrouped,
    news: &[News],
    stored: &[Stored],
) -> sqlx::Result<Vec<Made>> {
    let told = news.iter().filter_map(|news| OfCard::told(news, &regrouped.card_of));
    let mut of_cards: Vec<OfCard<'_>> = told.filter(|told| cards.contains(&told.card)).collect();
    of_cards.extend(stored.iter().map(OfCard::stored));
    of_cards.sort_by_key(|of_card| (of_card.card, of_card.member.shop, of_card.shop_listing_id));
    let mut made = Vec::new();
    for of_card in of_cards.chunk_by(|one, next| one.card == next.card) {
        let members: Vec<Member<'_>> = of_card.iter().map(|of_card| of_card.member).collect();
        let card = Made::of(of_card[0].card, &members).map_err(|error| sqlx::Error::Encode(error.into()))?;
        made.push(card);
        if made.len() % MADE_AT_ONCE == 0 {
            yield_now().await;
        }
    }
    Ok(made)
}

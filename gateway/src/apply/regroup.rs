//! Working out anew which listings are one card, for those whose identity changed and all that they touch.
//!
//! Two listings can only belong together if they share a key, directly or through others. So the
//! neighbourhood of what changed is read whole, and within it the answer doesn't depend on what was decided
//! before.

use std::collections::{BTreeMap, BTreeSet};

use merge::{Candidate, Identity, ListingRef, MatchKind};
use sqlx::{PgConnection, types::Json};

use super::{
    card_ids::{self, CardId, ListingId},
    listings::{Effect, News},
};

/// The most listings that one batch of events may draw into being grouped anew. Blocks are small (one
/// brand, chip and memory size); more than this means that something is wrong with the keys.
const LARGEST_NEIGHBOURHOOD: usize = 50_000;

#[derive(sqlx::FromRow)]
struct Neighbour {
    id: ListingId,
    shop: String,
    shop_listing_id: String,
    identity: Json<Identity>,
    match_keys: Vec<String>,
    card_id: Option<CardId>,
}

/// Why a card's listings are held to be one product.
#[derive(Debug)]
pub(super) struct Why {
    pub(super) by: MatchKind,
    pub(super) confidence: f64,
    pub(super) explanation: String,
}

/// What grouping anew changed.
#[derive(Debug, Default)]
pub(super) struct Regrouped {
    /// Cards whose listings are others than before, with why their listings are one card.
    pub(super) cards: BTreeMap<CardId, Why>,
    /// Cards without any listing, whose ids another card took over.
    pub(super) taken_over: BTreeMap<CardId, CardId>,
}

/// Groups anew whatever the news may have moved, and stores which card each listing belongs to.
pub(super) async fn regroup(connection: &mut PgConnection, news: &[News]) -> sqlx::Result<Regrouped> {
    let moved: Vec<&News> = news.iter().filter(|news| news.effect == Effect::Identity).collect();
    if moved.is_empty() {
        return Ok(Regrouped::default());
    }
    let keys = moved.iter().flat_map(|news| news.keys.iter().cloned()).collect();
    let seeds = moved.iter().map(|news| news.id).collect();
    let neighbours = neighbourhood(connection, seeds, keys).await?;
    let candidates: Vec<Candidate> = neighbours
        .iter()
        .map(|neighbour| Candidate {
            listing: ListingRef(neighbour.id),
            shop: &neighbour.shop,
            shop_listing_id: &neighbour.shop_listing_id,
            identity: &neighbour.identity,
        })
        .collect();
    let groups = merge::group(&candidates, &[]).groups;
    let members: Vec<Vec<ListingId>> =
        groups.iter().map(|group| group.members.iter().map(|listing| listing.0).collect()).collect();
    let current: BTreeMap<ListingId, CardId> = neighbours
        .iter()
        .filter_map(|neighbour| Some((neighbour.id, neighbour.card_id?)))
        // A listing that went or is no card any more still knows what it was.
        .chain(moved.iter().filter_map(|news| Some((news.id, news.card_id?))))
        .collect();
    let kept = card_ids::keep(&members, &current);
    let cards = with_new_cards(connection, kept.cards).await?;
    assign(connection, &members, &cards, &neighbours).await?;
    let mut before: BTreeMap<CardId, BTreeSet<ListingId>> = BTreeMap::new();
    for (listing, card) in &current {
        before.entry(*card).or_default().insert(*listing);
    }
    let moved: BTreeSet<ListingId> = moved.iter().map(|news| news.id).collect();
    let mut regrouped = Regrouped::default();
    for ((card, group), members) in cards.iter().zip(groups).zip(&members) {
        let as_before =
            before.get(card).is_some_and(|before| before.iter().eq(members.iter().collect::<BTreeSet<_>>()));
        if !as_before || members.iter().any(|listing| moved.contains(listing)) {
            let why = Why { by: group.by, confidence: group.confidence, explanation: group.explanation };
            regrouped.cards.insert(*card, why);
        }
    }
    regrouped.taken_over = kept.taken_over.into_iter().map(|(old, place)| (old, cards[place])).collect();
    Ok(regrouped)
}

/// All listings that share a key with the seeds, and those that share one with them, and so on.
async fn neighbourhood(
    connection: &mut PgConnection,
    seeds: Vec<ListingId>,
    keys: BTreeSet<String>,
) -> sqlx::Result<Vec<Neighbour>> {
    let mut found: Vec<Neighbour> = sqlx::query_as(include_str!("../../../sql/gateway/listings_moved.sql"))
        .bind(&seeds)
        .fetch_all(&mut *connection)
        .await?;
    let mut asked = BTreeSet::new();
    let mut frontier: Vec<String> = keys.into_iter().collect();
    while !frontier.is_empty() {
        let known: Vec<ListingId> = found.iter().map(|neighbour| neighbour.id).collect();
        let room = LARGEST_NEIGHBOURHOOD.saturating_sub(found.len());
        let next: Vec<Neighbour> =
            sqlx::query_as(include_str!("../../../sql/gateway/listings_neighbours.sql"))
                .bind(&frontier)
                .bind(&known)
                .bind(i64::try_from(room).unwrap_or(i64::MAX))
                .fetch_all(&mut *connection)
                .await?;
        if next.len() == room {
            tracing::warn!(
                listings = LARGEST_NEIGHBOURHOOD,
                seeds = seeds.len(),
                "too many listings share keys: only these were compared"
            );
            found.extend(next);
            break;
        }
        asked.extend(std::mem::take(&mut frontier));
        frontier = next
            .iter()
            .flat_map(|neighbour| &neighbour.match_keys)
            .filter(|key| !asked.contains(*key))
            .cloned()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        found.extend(next);
    }
    Ok(found)
}

async fn with_new_cards(
    connection: &mut PgConnection,
    kept: Vec<Option<CardId>>,
) -> sqlx::Result<Vec<CardId>> {
    let missing = kept.iter().filter(|card| card.is_none()).count();
    let mut fresh = Vec::new();
    if missing > 0 {
        fresh = sqlx::query_scalar(include_str!("../../../sql/gateway/card_ids_reserve.sql"))
            .bind(i32::try_from(missing).unwrap_or(i32::MAX))
            .fetch_all(connection)
            .await?;
    }
    let mut fresh = fresh.into_iter();
    Ok(kept.into_iter().filter_map(|card| card.or_else(|| fresh.next())).collect())
}

/// Stores which card each listing of the neighbourhood belongs to; what is no video card belongs to none.
async fn assign(
    connection: &mut PgConnection,
    members: &[Vec<ListingId>],
    cards: &[CardId],
    neighbours: &[Neighbour],
) -> sqlx::Result<()> {
    let mut card_of: BTreeMap<ListingId, Option<CardId>> =
        neighbours.iter().map(|neighbour| (neighbour.id, None)).collect();
    for (members, card) in members.iter().zip(cards) {
        card_of.extend(members.iter().map(|listing| (*listing, Some(*card))));
    }
    let (listings, cards): (Vec<ListingId>, Vec<Option<CardId>>) = card_of.into_iter().unzip();
    sqlx::query(include_str!("../../../sql/gateway/listings_assign.sql"))
        .bind(listings)
        .bind(cards)
        .execute(connection)
        .await?;
    Ok(())
}

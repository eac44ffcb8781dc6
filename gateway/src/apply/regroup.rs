//! Working out anew which listings are one card, for those whose identity changed and all that they touch.
//!
//! Two listings can only belong together if they share a key, directly or through others. So the
//! neighbourhood of what changed is read whole, and within it the answer doesn't depend on what was decided
//! before.

use std::collections::{BTreeMap, BTreeSet};

use merge::{Doubt, Grouping, MatchKind};
use sqlx::PgConnection;

use super::{
    card_ids::{self, CardId, ListingId},
    listings::{Effect, News},
    neighbourhood::{Neighbour, Neighbourhood},
};

/// Why a card's listings are held to be one product.
#[derive(Debug)]
pub(super) struct Why {
    pub(super) by: MatchKind,
    pub(super) confidence: f64,
    pub(super) explanation: String,
}

/// What grouping anew changes.
#[derive(Debug, Default)]
pub(super) struct Regrouped {
    /// Cards whose listings are others than before, with why their listings are one card.
    pub(super) cards: BTreeMap<CardId, Why>,
    /// Those of them that were not there before.
    pub(super) new: BTreeSet<CardId>,
    /// Those of these whose listings are all told for the first time: whatever is known of them is what the news tell.
    pub(super) first_told: BTreeSet<CardId>,
    /// Cards without any listing, whose ids another card took over.
    pub(super) taken_over: BTreeMap<CardId, CardId>,
    /// The card of each listing that was looked at; what is no video card belongs to none.
    pub(super) card_of: BTreeMap<ListingId, Option<CardId>>,
    /// Which pairs a person should look at, in place of those that were noted about these listings before.
    doubts: Vec<Doubt>,
}

/// Groups anew whatever the news may have moved.
pub(super) async fn regroup(connection: &mut PgConnection, news: &[News]) -> sqlx::Result<Regrouped> {
    let moved: Vec<&News> = news.iter().filter(|news| news.effect == Effect::Identity).collect();
    if moved.is_empty() {
        return Ok(Regrouped::default());
    }
    let neighbourhood = Neighbourhood::of(connection, &moved).await?;
    let Grouping { groups, doubts } = merge::group(&neighbourhood.candidates(), &neighbourhood.decisions);
    let neighbours = &neighbourhood.listings;
    let members: Vec<Vec<ListingId>> =
        groups.iter().map(|group| group.members.iter().map(|listing| listing.0).collect()).collect();
    let current: BTreeMap<ListingId, CardId> = neighbours
        .iter()
        .filter_map(|neighbour| Some((neighbour.id, neighbour.card_id?)))
        // A listing that went or is no card any more still knows what it was.
        .chain(moved.iter().filter_map(|news| Some((news.id, news.card_id?))))
        .collect();
    let kept = card_ids::keep(&members, &current);
    let is_new: Vec<bool> = kept.cards.iter().map(Option::is_none).collect();
    let cards = with_new_cards(connection, kept.cards).await?;
    let mut before: BTreeMap<CardId, BTreeSet<ListingId>> = BTreeMap::new();
    for (listing, card) in &current {
        before.entry(*card).or_default().insert(*listing);
    }
    let first_told: BTreeSet<ListingId> =
        moved.iter().filter(|news| news.is_first_told()).map(|news| news.id).collect();
    let moved: BTreeSet<ListingId> = moved.iter().map(|news| news.id).collect();
    let mut regrouped =
        Regrouped { doubts, card_of: card_of(neighbours, &members, &cards), ..Regrouped::default() };
    for (((card, is_new), group), members) in cards.iter().zip(is_new).zip(groups).zip(&members) {
        if is_new {
            regrouped.new.insert(*card);
            if members.iter().all(|listing| first_told.contains(listing)) {
                regrouped.first_told.insert(*card);
            }
        }
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

/// The card of each listing that was looked at.
fn card_of(
    neighbours: &[Neighbour],
    members: &[Vec<ListingId>],
    cards: &[CardId],
) -> BTreeMap<ListingId, Option<CardId>> {
    let mut card_of: BTreeMap<ListingId, Option<CardId>> =
        neighbours.iter().map(|neighbour| (neighbour.id, None)).collect();
    for (members, card) in members.iter().zip(cards) {
        card_of.extend(members.iter().map(|listing| (*listing, Some(*card))));
    }
    card_of
}

/// Stores which card each listing belongs to that is not stored anew.
pub(super) async fn assign(
    connection: &mut PgConnection,
    regrouped: &Regrouped,
    news: &[News],
) -> sqlx::Result<()> {
    if regrouped.card_of.is_empty() {
        return Ok(());
    }
    let with_their_cards: BTreeSet<ListingId> =
        news.iter().filter(|news| news.told.is_some()).map(|news| news.id).collect();
    let others = regrouped.card_of.iter().filter(|(listing, _)| !with_their_cards.contains(listing));
    let (listings, cards): (Vec<ListingId>, Vec<Option<CardId>>) =
        others.map(|(listing, card)| (*listing, *card)).unzip();
    if !listings.is_empty() {
        sqlx::query(include_str!("../../../sql/gateway/listings_assign.sql"))
            .bind(listings)
            .bind(cards)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
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

/// Keeps which pairs a person should look at, in place of those that were noted about these listings before.
pub(super) async fn note_doubts(connection: &mut PgConnection, regrouped: &Regrouped) -> sqlx::Result<()> {
    if regrouped.card_of.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("../../../sql/gateway/doubts_clear.sql"))
        .bind(regrouped.card_of.keys().copied().collect::<Vec<_>>())
        .execute(&mut *connection)
        .await?;
    let mut rows: (Vec<ListingId>, Vec<ListingId>, Vec<f64>, Vec<&str>) = Default::default();
    for doubt in &regrouped.doubts {
        rows.0.push(doubt.a.0.min(doubt.b.0));
        rows.1.push(doubt.a.0.max(doubt.b.0));
        rows.2.push(doubt.score);
        rows.3.push(&doubt.explanation);
    }
    if rows.0.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("../../../sql/gateway/doubts_note.sql"))
        .bind(rows.0)
        .bind(rows.1)
        .bind(rows.2)
        .bind(rows.3)
        .execute(connection)
        .await?;
    Ok(())
}

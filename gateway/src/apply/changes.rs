//! Noting what happened to cards, for those who follow them, with the commit that makes it happen.
//!
//! A card is noted when a reader could see a difference, not whenever its row was written: reading every listing
//! anew under new rules must not tell of a million changes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sqlx::{PgConnection, types::Json};

use super::{
    Applier, ApplyError,
    card_ids::{CardId, ListingId},
    listings::News,
};
use crate::{changes::CardChange, offer::BUYABLE};

/// For how long changes are kept, and how many at most: enough for a subscriber that was away for a moment.
const KEPT: TimeDelta = TimeDelta::hours(1);
const MOST_KEPT: i64 = 100_000;

/// How a card is served.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Served {
    id: CardId,
    /// Tells whether anything but prices and availabilities differs.
    fingerprint: String,
    /// Its row, if it lost its last listing.
    last: Option<Json<Value>>,
}

/// How those of `cards` look that are served.
pub(super) async fn look(
    connection: &mut PgConnection,
    cards: &BTreeSet<CardId>,
) -> sqlx::Result<BTreeMap<CardId, Served>> {
    let ids: Vec<CardId> = cards.iter().copied().collect();
    let served: Vec<Served> = sqlx::query_as(include_str!("../../../sql/gateway/cards_as_served.sql"))
        .bind(ids)
        .fetch_all(connection)
        .await?;
    Ok(served.into_iter().map(|served| (served.id, served)).collect())
}

/// What happened to a card that looked one way before and another after, `None` where it was not served.
/// `repriced`: a price or an availability changed.
fn what_happened(before: Option<&str>, after: Option<&str>, repriced: bool) -> Option<CardChange> {
    match (before, after) {
        (None, None) => None,
        (None, Some(_)) => Some(CardChange::Added),
        (Some(_), None) => Some(CardChange::Removed),
        (Some(before), Some(after)) if before != after => Some(CardChange::Changed),
        (Some(_), Some(_)) => repriced.then_some(CardChange::PriceChanged),
    }
}

/// Notes how `cards` differ from how they looked `before`, and which prices the news let fall.
pub(super) async fn note(
    connection: &mut PgConnection,
    cards: &BTreeSet<CardId>,
    mut before: BTreeMap<CardId, Served>,
    news: &[News],
) -> sqlx::Result<()> {
    let after = look(connection, cards).await?;
    let repriced: BTreeSet<CardId> =
        news.iter().filter(|news| !news.points.is_empty()).filter_map(|news| news.card_id).collect();
    let (mut kinds, mut changed, mut last) = (Vec::new(), Vec::new(), Vec::new());
    for card in cards {
        let (old, new) = (before.remove(card), after.get(card));
        let (looked, looks) = (old.as_ref().map(|old| &*old.fingerprint), new.map(|new| &*new.fingerprint));
        if let Some(change) = what_happened(looked, looks, repriced.contains(card)) {
            kinds.push(change.word());
            changed.push(*card);
            last.push(old.and_then(|old| old.last).filter(|_| change == CardChange::Removed));
        }
    }
    if !kinds.is_empty() {
        sqlx::query(include_str!("../../../sql/gateway/changes_note.sql"))
            .bind(kinds)
            .bind(changed)
            .bind(last)
            .execute(&mut *connection)
            .await?;
    }
    note_drops(connection, news).await
}

async fn note_drops(connection: &mut PgConnection, news: &[News]) -> sqlx::Result<()> {
    let (listings, from): (Vec<ListingId>, Vec<i64>) =
        news.iter().filter_map(|news| Some((news.id, news.fell_from?))).unzip();
    if listings.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("../../../sql/gateway/changes_note_drops.sql"))
        .bind(listings)
        .bind(from)
        .bind(BUYABLE)
        .execute(connection)
        .await?;
    Ok(())
}

impl Applier {
    /// Forgets changes that are older than an hour, or that far more have followed. How many these were.
    pub async fn forget_changes(&self, now: DateTime<Utc>) -> Result<i64, ApplyError> {
        let mut connection = self.pool.acquire().await?;
        let sql = include_str!("../../../sql/gateway/changes_forget.sql");
        Ok(sqlx::query_scalar(sql).bind(now - KEPT).bind(MOST_KEPT).fetch_one(&mut *connection).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_only_where_a_reader_could_see_a_difference() {
        use CardChange::{Added, Changed, PriceChanged, Removed};
        let cases = [
            ((None, None, true), None),
            ((None, Some("a"), true), Some(Added)),
            ((Some("a"), None, true), Some(Removed)),
            ((Some("a"), Some("b"), true), Some(Changed)),
            ((Some("a"), Some("b"), false), Some(Changed)),
            ((Some("a"), Some("a"), true), Some(PriceChanged)),
            ((Some("a"), Some("a"), false), None),
        ];
        for ((before, after, repriced), expected) in cases {
            assert_eq!(what_happened(before, after, repriced), expected, "{before:?} {after:?} {repriced}");
        }
    }
}

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
    cards::Written,
    listings::News,
    regroup::Regrouped,
    summary::Summary,
};
use crate::changes::{CardChange, PRICE_DROPPED, PriceFall};

/// For how long changes are kept, and how many at most: enough for a subscriber that was away for a moment.
const KEPT: TimeDelta = TimeDelta::hours(1);
const MOST_KEPT: i64 = 100_000;
/// Of how many versions it is known which cards changed with them: of a minute at least, which takes some 60 KB each at the
/// most. A gateway that is further behind looks through all cards.
const STEPS_KEPT: i64 = 2_000;

/// How a card is served that is not written whole.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Served {
    id: CardId,
    /// Tells whether anything but prices and availabilities differs.
    fingerprint: String,
    /// Its row, if it lost its last listing.
    last: Option<Json<Value>>,
}

/// What is known of how cards looked before, and of what their offers come to now.
#[derive(Debug)]
pub(super) struct Looked<'s> {
    /// Those that may look different in any way.
    pub(super) seen: BTreeSet<CardId>,
    /// How those of them were written that were there before and were written whole.
    pub(super) written: BTreeMap<CardId, Written>,
    /// How those of the others looked that were served.
    pub(super) before: BTreeMap<CardId, Served>,
    pub(super) now: &'s BTreeMap<CardId, Summary>,
    /// Those that are sold by other shops than before, of those that are not among `seen`.
    pub(super) elsewhere: BTreeSet<CardId>,
    /// What grouping anew has changed.
    pub(super) regrouped: &'s Regrouped,
}

/// Rows of `gateway.change`, a column each, as `unnest` takes them.
#[derive(Default)]
struct Rows<'n> {
    kinds: Vec<&'static str>,
    cards: Vec<CardId>,
    last_looks: Vec<Option<&'n Json<Value>>>,
    listings: Vec<Option<ListingId>>,
    from_minor: Vec<Option<i64>>,
    to_minor: Vec<Option<i64>>,
    to_base_minor: Vec<Option<i64>>,
    currencies: Vec<Option<&'n str>>,
}

impl<'n> Rows<'n> {
    fn push(&mut self, change: CardChange, card: CardId, last: Option<&'n Json<Value>>) {
        self.push_row(change.word(), card, last, None);
    }

    fn push_fall(&mut self, card: CardId, fall: &'n PriceFall) {
        self.push_row(PRICE_DROPPED, card, None, Some(fall));
    }

    fn push_row(
        &mut self,
        kind: &'static str,
        card: CardId,
        last: Option<&'n Json<Value>>,
        fall: Option<&'n PriceFall>,
    ) {
        self.kinds.push(kind);
        self.cards.push(card);
        self.last_looks.push(last);
        self.listings.push(fall.map(|fall| fall.listing_id));
        self.from_minor.push(fall.map(|fall| fall.from_minor));
        self.to_minor.push(fall.map(|fall| fall.to_minor));
        self.to_base_minor.push(fall.map(|fall| fall.to_base_minor));
        self.currencies.push(fall.map(|fall| fall.currency.as_str()));
    }

    async fn write(&self, connection: &mut PgConnection) -> sqlx::Result<()> {
        if self.kinds.is_empty() {
            return Ok(());
        }
        sqlx::query(include_str!("../../../sql/gateway/changes_note.sql"))
            .bind(&self.kinds)
            .bind(&self.cards)
            .bind(&self.last_looks)
            .bind(&self.listings)
            .bind(&self.from_minor)
            .bind(&self.to_minor)
            .bind(&self.to_base_minor)
            .bind(&self.currencies)
            .execute(connection)
            .await?;
        Ok(())
    }
}

/// How those of `cards` look that are served.
pub(super) async fn look(
    connection: &mut PgConnection,
    cards: &BTreeSet<CardId>,
) -> sqlx::Result<BTreeMap<CardId, Served>> {
    if cards.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<CardId> = cards.iter().copied().collect();
    let served: Vec<Served> = sqlx::query_as(include_str!("../../../sql/gateway/cards_as_served.sql"))
        .bind(ids)
        .fetch_all(connection)
        .await?;
    Ok(served.into_iter().map(|served| (served.id, served)).collect())
}

/// In what a card differs from how it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Difference {
    Nothing,
    /// In prices and availabilities alone.
    Offers,
    /// In anything else.
    Looks,
}

impl Difference {
    /// `looks`: whether anything but prices and availabilities differs. `offers`: whether these do.
    fn of(looks: bool, offers: bool) -> Self {
        match (looks, offers) {
            (true, _) => Self::Looks,
            (false, true) => Self::Offers,
            (false, false) => Self::Nothing,
        }
    }
}

/// What happened to a card that was served before and is now, or is not.
fn what_happened(was_served: bool, is_served: bool, difference: Difference) -> Option<CardChange> {
    match (was_served, is_served, difference) {
        (false, false, _) | (true, true, Difference::Nothing) => None,
        (false, true, _) => Some(CardChange::Added),
        (true, false, _) => Some(CardChange::Removed),
        (true, true, Difference::Looks) => Some(CardChange::Changed),
        (true, true, Difference::Offers) => Some(CardChange::PriceChanged),
    }
}

/// Notes how cards differ from how they looked, and which prices the news let fall.
pub(super) async fn note(
    connection: &mut PgConnection,
    looked: &Looked<'_>,
    news: &[News],
) -> sqlx::Result<()> {
    // How one looks that was not served before makes no difference.
    let after = look(connection, &looked.before.keys().copied().collect()).await?;
    let repriced: BTreeSet<CardId> =
        news.iter().filter(|news| !news.points.is_empty()).filter_map(|news| news.card_id).collect();
    let mut rows = Rows::default();
    for card in &looked.seen {
        let (old, new) = (looked.before.get(card), after.get(card));
        let (was_served, differs) = match looked.written.get(card) {
            Some(written) => (written.was_served, written.differs),
            None => (old.is_some(), old.map(|old| &old.fingerprint) != new.map(|new| &new.fingerprint)),
        };
        let is_served = looked.now.get(card).is_some_and(Summary::is_served);
        let difference = Difference::of(differs, repriced.contains(card));
        if let Some(change) = what_happened(was_served, is_served, difference) {
            let last = old.and_then(|old| old.last.as_ref()).filter(|_| change == CardChange::Removed);
            rows.push(change, *card, last);
        }
    }
    // All others are served, and show nothing but their offers and shops differently.
    let elsewhere = &looked.elsewhere;
    for card in elsewhere.union(&repriced).filter(|card| !looked.seen.contains(card)) {
        let change = if elsewhere.contains(card) { CardChange::Changed } else { CardChange::PriceChanged };
        rows.push(change, *card, None);
    }
    for news in news {
        if let Some((fall, card)) = news.fall.as_ref().zip(news.card_after(&looked.regrouped.card_of)) {
            rows.push_fall(*looked.regrouped.taken_over.get(&card).unwrap_or(&card), fall);
        }
    }
    rows.write(connection).await
}

impl Applier {
    /// Forgets changes that are older than an hour, or that far more have followed; how many these were. And forgets
    /// which cards came with versions that every gateway has long followed.
    pub async fn forget_changes(&self, now: DateTime<Utc>) -> Result<i64, ApplyError> {
        let mut connection = self.pool.acquire().await?;
        sqlx::query(include_str!("../../../sql/gateway/steps_forget.sql"))
            .bind(STEPS_KEPT)
            .execute(&mut *connection)
            .await?;
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
            (false, false, Difference::of(true, true), None),
            (false, true, Difference::of(true, true), Some(Added)),
            (false, true, Difference::of(false, false), Some(Added)),
            (true, false, Difference::of(true, true), Some(Removed)),
            (true, true, Difference::of(true, true), Some(Changed)),
            (true, true, Difference::of(true, false), Some(Changed)),
            (true, true, Difference::of(false, true), Some(PriceChanged)),
            (true, true, Difference::of(false, false), None),
        ];
        for (was_served, is_served, difference, expected) in cases {
            let happened = what_happened(was_served, is_served, difference);
            assert_eq!(happened, expected, "{was_served} {is_served} {difference:?}");
        }
    }
}

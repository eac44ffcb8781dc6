//! The catalogue's next version, and what changed with it: what every gateway's index follows.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{card_ids::CardId, summary::Columns};

/// What a commit changes.
#[derive(Debug, Default)]
pub(super) struct Touched {
    pub(super) cards: BTreeSet<CardId>,
    /// Of those of them of which nothing but offers changed, what these come to. A follower that knows the cards needn't
    /// read them.
    pub(super) repriced: Columns,
    /// When that was stored.
    pub(super) repriced_at: Option<DateTime<Utc>>,
}

/// Brings the catalogue to its next version, with which this changed; `None`: any card may have.
pub(super) async fn bump(connection: &mut PgConnection, touched: Option<&Touched>) -> sqlx::Result<i64> {
    let offers = touched.filter(|touched| touched.repriced_at.is_some()).map(|touched| &touched.repriced);
    sqlx::query_scalar(include_str!("../../../sql/gateway/catalogue_bump.sql"))
        .bind(touched.map(|touched| touched.cards.iter().copied().collect::<Vec<CardId>>()))
        .bind(offers.map(|offers| &offers.card_ids))
        .bind(offers.map(|offers| &offers.best_prices_minor))
        .bind(offers.map(|offers| &offers.discounts_bp))
        .bind(offers.map(|offers| &offers.shop_slugs))
        .bind(offers.map(|offers| &offers.availabilities))
        .bind(touched.and_then(|touched| touched.repriced_at))
        .fetch_one(connection)
        .await
}

//! Rows of `collector.listing`, one way and the other.

use chrono::{DateTime, Utc};
use events::{Listing, Price};
use sqlx::{FromRow, PgConnection, types::Json};

use super::StoreError;
use crate::{
    changes::{Known, Moment, Older, Presence, price::HeldPrice},
    reject::Reject,
};

/// What is read of a listing.
#[derive(FromRow)]
pub(super) struct ListingRow {
    listing_id: String,
    version: i64,
    presence: String,
    missing_since: Option<DateTime<Utc>>,
    missing_crawls: i32,
    document: Json<Listing>,
    last_seen_crawl: i64,
    held_price_minor: Option<i64>,
    held_price_currency: Option<String>,
    held_in_crawl: Option<i64>,
    older_crawls: i32,
    older_in_crawl: i64,
}

impl From<ListingRow> for Known {
    fn from(row: ListingRow) -> Self {
        let presence = match (row.presence.as_str(), row.missing_since) {
            ("missing", Some(since)) => {
                Presence::Missing { since, crawls: row.missing_crawls.try_into().unwrap_or_default() }
            }
            ("gone", _) => Presence::Gone,
            _ => Presence::Present,
        };
        let held_price = match (row.held_price_minor, row.held_price_currency, row.held_in_crawl) {
            (Some(amount_minor), Some(currency), Some(crawl)) => {
                Some(HeldPrice { price: Price { amount_minor, currency }, crawl })
            }
            _ => None,
        };
        let older = u32::try_from(row.older_crawls)
            .ok()
            .filter(|&crawls| crawls > 0)
            .map(|crawls| Older { crawls, last_crawl: row.older_in_crawl });
        Self {
            id: row.listing_id,
            version: row.version,
            presence,
            listing: row.document.0,
            last_seen_crawl: row.last_seen_crawl,
            held_price,
            older,
        }
    }
}

impl Presence {
    fn name(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Missing { .. } => "missing",
            Self::Gone => "gone",
        }
    }
}

/// Writes listings that were seen and of which something is different.
pub(super) async fn write_listings(
    connection: &mut PgConnection,
    moment: &Moment<'_>,
    listings: &[Known],
) -> Result<(), StoreError> {
    if listings.is_empty() {
        return Ok(());
    }
    let column = |of: fn(&Known) -> Option<i64>| listings.iter().map(of).collect::<Vec<_>>();
    let held = |known: &Known| known.held_price.as_ref().map(|held| held.price.currency.clone());
    sqlx::query(include_str!("../../../sql/collector/write_listings.sql"))
        .bind(moment.shop)
        .bind(moment.crawl)
        .bind(moment.now)
        .bind(listings.iter().map(|known| known.id.as_str()).collect::<Vec<_>>())
        .bind(listings.iter().map(|known| known.version).collect::<Vec<_>>())
        .bind(listings.iter().map(|known| known.presence.name()).collect::<Vec<_>>())
        .bind(listings.iter().map(|known| Json(&known.listing)).collect::<Vec<_>>())
        .bind(listings.iter().map(|known| known.listing.shop_updated_at).collect::<Vec<_>>())
        .bind(column(|known| known.held_price.as_ref().map(|held| held.price.amount_minor)))
        .bind(listings.iter().map(held).collect::<Vec<_>>())
        .bind(column(|known| known.held_price.as_ref().map(|held| held.crawl)))
        .bind(
            listings
                .iter()
                .map(|known| small(known.older.map_or(0, |older| older.crawls)))
                .collect::<Vec<_>>(),
        )
        .bind(
            listings.iter().map(|known| known.older.map_or(0, |older| older.last_crawl)).collect::<Vec<_>>(),
        )
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes listings that were not seen.
pub(super) async fn write_absences(
    connection: &mut PgConnection,
    moment: &Moment<'_>,
    listings: &[Known],
) -> Result<(), StoreError> {
    let missing = |known: &Known| match known.presence {
        Presence::Missing { since, crawls } => (Some(since), small(crawls)),
        Presence::Present | Presence::Gone => (None, 0),
    };
    sqlx::query(include_str!("../../../sql/collector/write_absences.sql"))
        .bind(moment.shop)
        .bind(moment.crawl)
        .bind(moment.now)
        .bind(listings.iter().map(|known| known.id.as_str()).collect::<Vec<_>>())
        .bind(listings.iter().map(|known| known.version).collect::<Vec<_>>())
        .bind(listings.iter().map(|known| known.presence.name()).collect::<Vec<_>>())
        .bind(listings.iter().map(|known| missing(known).0).collect::<Vec<_>>())
        .bind(listings.iter().map(|known| missing(known).1).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes what was refused.
pub(super) async fn write_rejects(
    connection: &mut PgConnection,
    shop: &str,
    now: DateTime<Utc>,
    rejects: &[Reject],
) -> Result<(), StoreError> {
    if rejects.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("../../../sql/collector/write_rejects.sql"))
        .bind(shop)
        .bind(now)
        .bind(rejects.iter().map(|reject| reject.listing_id.as_str()).collect::<Vec<_>>())
        .bind(rejects.iter().map(|reject| reject.kind.name()).collect::<Vec<_>>())
        .bind(rejects.iter().map(|reject| reject.field).collect::<Vec<_>>())
        .bind(rejects.iter().map(|reject| reject.reason.as_str()).collect::<Vec<_>>())
        .bind(rejects.iter().map(|reject| reject.content.as_slice()).collect::<Vec<_>>())
        .bind(rejects.iter().map(|reject| reject.content_bytes).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}

/// A count for a column of four bytes.
fn small(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

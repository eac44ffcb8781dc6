//! Rows of `collector.listing`, one way and the other.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use events::{Listing, Price};
use service::copy::Rows;
use sqlx::{FromRow, PgConnection, types::Json};

use super::StoreError;
use crate::{
    changes::{Known, Moment, Older, Presence, price::HeldPrice},
    reject::Reject,
};

/// What is read of a listing.
#[derive(FromRow)]
pub(super) struct ListingRow {
    pub(super) listing_id: String,
    version: i64,
    presence: String,
    missing_since: Option<DateTime<Utc>>,
    missing_crawls: i32,
    document: Json<Listing>,
    last_seen_crawl: i64,
    held_price_minor: Option<i64>,
    held_price_currency: Option<String>,
    held_in_crawl: Option<i64>,
    held_since: Option<DateTime<Utc>>,
    older_crawls: i32,
    older_in_crawl: i64,
    older_since: Option<DateTime<Utc>>,
    older_updated_at: Option<DateTime<Utc>>,
    released: bool,
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
                let price = Price { amount_minor, currency };
                Some(HeldPrice { price, crawl, since: row.held_since })
            }
            _ => None,
        };
        let older = u32::try_from(row.older_crawls).ok().filter(|&crawls| crawls > 0).map(|crawls| Older {
            crawls,
            last_crawl: row.older_in_crawl,
            since: row.older_since,
            updated_at: row.older_updated_at,
        });
        Self {
            id: row.listing_id,
            version: row.version,
            presence,
            listing: row.document.0,
            last_seen_crawl: row.last_seen_crawl,
            held_price,
            older,
            is_released: row.released,
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

/// The digests of the items that all that is known was read from, by listing.
pub(super) type Digests<'i> = HashMap<&'i str, i64>;

/// Writes listings that were seen and of which something is different.
pub(super) async fn write_listings(
    connection: &mut PgConnection,
    moment: &Moment<'_>,
    listings: &[&Known],
    digests: &Digests<'_>,
) -> Result<(), StoreError> {
    if listings.is_empty() {
        return Ok(());
    }
    let held = |known: &Known| known.held_price.clone();
    let older = |known: &Known| known.older;
    sqlx::query(include_str!("../../../sql/collector/write_listings.sql"))
        .bind(moment.shop)
        .bind(moment.crawl)
        .bind(moment.now)
        .bind(column(listings, |known| known.id.clone()))
        .bind(column(listings, |known| known.version))
        .bind(column(listings, |known| known.presence.name()))
        .bind(listings.iter().map(|known| Json(&known.listing)).collect::<Vec<_>>())
        .bind(column(listings, |known| known.listing.shop_updated_at))
        .bind(column(listings, |known| Some(held(known)?.price.amount_minor)))
        .bind(column(listings, |known| Some(held(known)?.price.currency)))
        .bind(column(listings, |known| Some(held(known)?.crawl)))
        .bind(column(listings, |known| held(known)?.since))
        .bind(column(listings, |known| older(known).map_or(0, |older| small(older.crawls))))
        .bind(column(listings, |known| older(known).map_or(0, |older| older.last_crawl)))
        .bind(column(listings, |known| older(known)?.since))
        .bind(column(listings, |known| older(known)?.updated_at))
        .bind(column(listings, |known| known.is_released))
        .bind(column(listings, |known| digests.get(known.id.as_str()).copied()))
        .execute(connection)
        .await?;
    Ok(())
}

/// One column of some listings.
fn column<T>(listings: &[&Known], of: impl Fn(&Known) -> T) -> Vec<T> {
    listings.iter().map(|known| of(known)).collect()
}

/// Copies listings that nobody knew: of these nothing waits to be believed.
pub(super) async fn copy_listings(
    connection: &mut PgConnection,
    moment: &Moment<'_>,
    listings: &[&Known],
    digests: &Digests<'_>,
) -> sqlx::Result<()> {
    let mut rows = Rows::default();
    for Known { id, version, presence, listing, .. } in listings {
        rows.row()
            .column(moment.shop)
            .column(id)
            .column(version)
            .column(presence.name())
            .column(Json(listing))
            .column(listing.shop_updated_at)
            .column(digests.get(id.as_str()))
            .column(version)
            .column(moment.now)
            .column(moment.now)
            .column(moment.crawl);
    }
    rows.copy(connection, include_str!("../../../sql/collector/copy_listings.sql")).await
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
        .bind(rejects.iter().map(|reject| reject.field.as_str()).collect::<Vec<_>>())
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

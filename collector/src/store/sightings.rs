//! Which listings a crawl has seen as they were: of most, that is all that is written.

use futures::TryStreamExt;
use sqlx::PgConnection;

use super::{Led, Sighting, Store, StoreError, in_time};
use crate::changes::again::{Gathering, Settled};

/// No more digests of a shop's items are held: they take 32 MiB, and their listings' identifiers 24 MiB at most. Beyond
/// them items are read each time.
const MOST_DIGESTS: i64 = 2_000_000;

impl Store {
    /// The items of a shop that need not be read again.
    pub async fn settled(&self, led: Led) -> Result<Settled, StoreError> {
        let rows = sqlx::query_as(include_str!("../../../sql/collector/settled_digests.sql"))
            .bind(led.shop)
            .bind(MOST_DIGESTS)
            .fetch(&self.database.pool);
        let add = |mut settled: Gathering, (digest, listing_id): (i64, String)| async move {
            settled.add(digest, &listing_id);
            Ok(settled)
        };
        in_time(rows.try_fold(Gathering::default(), add)).await.map(Gathering::done)
    }

    /// Forgets what crawls before this one have seen: only the one that ends says what is missing.
    pub(super) async fn forget_sightings(&self, led: Led, crawl: i64) -> Result<(), StoreError> {
        let forgotten = sqlx::query(include_str!("../../../sql/collector/forget_sightings.sql"))
            .bind(led.shop)
            .bind(crawl)
            .execute(&self.database.pool);
        in_time(forgotten).await.map(drop)
    }
}

/// Writes what some pages of a crawl have shown as it was, as if it stood on the first of them.
pub(super) async fn note_sightings(
    connection: &mut PgConnection,
    shop: &str,
    crawl: i64,
    sightings: Vec<Sighting>,
) -> Result<(), StoreError> {
    let Some(page) = sightings.first().map(|sighting| sighting.page) else { return Ok(()) };
    let ids: Vec<String> = sightings.into_iter().flat_map(|sighting| sighting.listing_ids).collect();
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("../../../sql/collector/note_sightings.sql"))
        .bind(shop)
        .bind(crawl)
        .bind(i64::from(page))
        .bind(ids)
        .execute(connection)
        .await?;
    Ok(())
}

//! A page of a crawl: what is known of its listings is read, decided on and written in one transaction.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection, types::Json};

use super::{
    Led, Store, StoreError, in_own_task, in_time,
    outbox::write_events,
    rows::{ListingRow, write_listings, write_rejects},
};
use crate::{
    changes::{
        Known, Moment,
        page::{self, Outcome},
    },
    listing::Items,
    reject::Reject,
    shops::Position,
};

/// A page as it was last read.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownPage {
    /// Its address.
    pub url: String,
    /// The shop's tag of it.
    pub etag: String,
    /// The listings on it.
    pub listing_ids: Vec<String>,
    /// Where to go on.
    pub next: Option<Position>,
}

#[derive(FromRow)]
struct PageRow {
    etag: String,
    listing_ids: Vec<String>,
    next_position: Option<Json<Position>>,
}

impl Store {
    /// A page as it was last read, unless one of its listings has to be read again in any case.
    pub async fn known_page(&self, shop: &str, url: &str) -> Result<Option<KnownPage>, StoreError> {
        let row = sqlx::query_as(include_str!("../../../sql/collector/known_page.sql"))
            .bind(shop)
            .bind(url)
            .fetch_optional(&self.database.pool);
        let row: Option<PageRow> = in_time(row).await?;
        Ok(row.map(|row| KnownPage {
            url: url.to_owned(),
            etag: row.etag,
            listing_ids: row.listing_ids,
            next: row.next_position.map(|position| position.0),
        }))
    }

    /// Decides on a page and writes what follows, with the page itself if it can be asked for by its tag.
    pub async fn write_page(
        &self,
        led: Led,
        crawl: i64,
        now: DateTime<Utc>,
        items: Items,
        page: Option<KnownPage>,
    ) -> Result<Outcome, StoreError> {
        let store = self.clone();
        in_own_task(async move {
            let moment = Moment { shop: led.shop, crawl, now };
            let mut transaction = store.begin(led).await?;
            let known = known_listings(&mut transaction, led.shop, page::ids(&items)).await?;
            let outcome = page::decide(known, items, &moment);
            write_outcome(&mut transaction, &moment, &outcome).await?;
            if let Some(page) = page {
                sqlx::query(include_str!("../../../sql/collector/write_page.sql"))
                    .bind(led.shop)
                    .bind(page.url)
                    .bind(page.etag)
                    .bind(page.listing_ids)
                    .bind(page.next.map(Json))
                    .bind(crawl)
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
            Ok(outcome)
        })
        .await
    }

    /// Writes that a page has not changed: all that it held is seen.
    pub async fn keep_page(
        &self,
        led: Led,
        crawl: i64,
        now: DateTime<Utc>,
        page: KnownPage,
    ) -> Result<(), StoreError> {
        let store = self.clone();
        in_own_task(async move {
            let moment = Moment { shop: led.shop, crawl, now };
            let mut transaction = store.begin(led).await?;
            touch_listings(&mut transaction, &moment, &page.listing_ids).await?;
            sqlx::query(include_str!("../../../sql/collector/keep_page.sql"))
                .bind(led.shop)
                .bind(page.url)
                .bind(crawl)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
            Ok(())
        })
        .await
    }

    /// Keeps a page that was refused.
    pub async fn write_refused_page(
        &self,
        led: Led,
        now: DateTime<Utc>,
        reject: Reject,
    ) -> Result<(), StoreError> {
        let store = self.clone();
        in_own_task(async move {
            let mut transaction = store.begin(led).await?;
            write_rejects(&mut transaction, led.shop, now, &[reject]).await?;
            transaction.commit().await?;
            Ok(())
        })
        .await
    }
}

pub(super) async fn known_listings(
    connection: &mut PgConnection,
    shop: &str,
    ids: Vec<String>,
) -> Result<Vec<Known>, StoreError> {
    let rows: Vec<ListingRow> = sqlx::query_as(include_str!("../../../sql/collector/known_listings.sql"))
        .bind(shop)
        .bind(ids)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(Known::from).collect())
}

pub(super) async fn write_outcome(
    connection: &mut PgConnection,
    moment: &Moment<'_>,
    outcome: &Outcome,
) -> Result<(), StoreError> {
    write_listings(connection, moment, &outcome.different).await?;
    touch_listings(connection, moment, &outcome.unchanged).await?;
    let (ids, items): (Vec<_>, Vec<_>) =
        outcome.received.iter().map(|(id, item)| (id.as_str(), item.as_str())).unzip();
    sqlx::query(include_str!("../../../sql/collector/write_received.sql"))
        .bind(moment.shop)
        .bind(moment.now)
        .bind(ids)
        .bind(items)
        .execute(&mut *connection)
        .await?;
    write_rejects(connection, moment.shop, moment.now, &outcome.rejects).await?;
    write_events(connection, Utc::now(), &outcome.events).await
}

async fn touch_listings(
    connection: &mut PgConnection,
    moment: &Moment<'_>,
    ids: &[String],
) -> Result<(), StoreError> {
    sqlx::query(include_str!("../../../sql/collector/touch_listings.sql"))
        .bind(moment.shop)
        .bind(moment.crawl)
        .bind(moment.now)
        .bind(ids)
        .execute(connection)
        .await?;
    Ok(())
}

//! Pages of a crawl: what is known of their listings is read, decided on and written in one transaction.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use service::copy::{self, Rows};
use sqlx::{Connection, FromRow, PgConnection, types::Json};

use super::{
    Led, Store, StoreError, in_own_task, in_time,
    outbox::write_events,
    rows::{Digests, ListingRow, copy_listings, write_listings, write_rejects},
    sightings::note_sightings,
    versions,
};
use crate::{
    changes::{
        Known, Moment, again,
        page::{self, Outcome, Received},
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

/// Listings that a page has shown as they were.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sighting {
    /// The page's number in the crawl.
    pub page: u32,
    /// The listings.
    pub listing_ids: Vec<String>,
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

    /// Decides on what was read of some pages and writes what follows, with what was seen as it was, and with those of the
    /// pages that can be asked for by their tags.
    pub async fn write_pages(
        &self,
        led: Led,
        crawl: i64,
        now: DateTime<Utc>,
        items: Items,
        sightings: Vec<Sighting>,
        pages: Vec<KnownPage>,
    ) -> Result<Outcome, StoreError> {
        let store = self.clone();
        in_own_task(async move {
            let moment = Moment { shop: led.shop, crawl, now };
            let mut transaction = store.begin_pages(led).await?;
            let known = known_listings(&mut transaction, led.shop, page::ids(&items)).await?;
            let outcome = page::decide(known, items, &moment);
            write_outcome(&mut transaction, &moment, &outcome, Some(led)).await?;
            versions::keep(&mut transaction, led.shop, Some(led.term), &outcome.versions).await?;
            note_sightings(&mut transaction, led.shop, crawl, sightings).await?;
            write_tagged_pages(&mut transaction, led.shop, crawl, pages).await?;
            transaction.commit().await?;
            Ok(outcome)
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
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<ListingRow> = sqlx::query_as(include_str!("../../../sql/collector/known_listings.sql"))
        .bind(shop)
        .bind(ids)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(Known::from).collect())
}

/// Writes pages that can be asked for by their tags.
async fn write_tagged_pages(
    connection: &mut PgConnection,
    shop: &str,
    crawl: i64,
    pages: Vec<KnownPage>,
) -> Result<(), StoreError> {
    // A crawl that began anew can come by a page twice: the later one counts.
    let pages: BTreeMap<String, KnownPage> = pages.into_iter().map(|page| (page.url.clone(), page)).collect();
    if pages.is_empty() {
        return Ok(());
    }
    let (mut urls, mut etags, mut next_positions) = (Vec::new(), Vec::new(), Vec::new());
    let (mut listing_ids, mut before, mut own) = (Vec::new(), Vec::new(), Vec::new());
    // A page has some thousand listings at most, and a batch some dozen pages.
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    for page in pages.into_values() {
        urls.push(page.url);
        etags.push(page.etag);
        next_positions.push(page.next.map(Json));
        before.push(number(listing_ids.len()));
        own.push(number(page.listing_ids.len()));
        listing_ids.extend(page.listing_ids);
    }
    sqlx::query(include_str!("../../../sql/collector/write_tagged_pages.sql"))
        .bind(shop)
        .bind(urls)
        .bind(etags)
        .bind(listing_ids)
        .bind(before)
        .bind(own)
        .bind(next_positions)
        .bind(crawl)
        .execute(connection)
        .await?;
    Ok(())
}

/// What is written of some listings: what is known of them, and what the shop sent.
#[derive(Default)]
struct Writes<'o> {
    listings: Vec<&'o Known>,
    received: Vec<&'o Received>,
}

impl<'o> Writes<'o> {
    /// Of listings that nobody knew, and of the others.
    fn of(outcome: &'o Outcome) -> (Self, Self) {
        let first: HashSet<&str> = outcome
            .versions
            .iter()
            .filter(|version| version.before.is_none())
            .map(|version| version.listing_id.as_str())
            .collect();
        let (mut of_first, mut of_others) = (Self::default(), Self::default());
        for known in &outcome.different {
            let writes = if first.contains(known.id.as_str()) { &mut of_first } else { &mut of_others };
            writes.listings.push(known);
        }
        for received in &outcome.received {
            let is_first = first.contains(received.listing_id.as_str());
            let writes = if is_first { &mut of_first } else { &mut of_others };
            writes.received.push(received);
        }
        (of_first, of_others)
    }

    fn extend(&mut self, more: Self) {
        self.listings.extend(more.listings);
        self.received.extend(more.received);
    }
}

/// From how many listings on it is worth copying those that nobody knew: that takes some statements more.
const COPIED_FROM: usize = 20;

/// Writes what follows from a page that the shop's leader has read, or somebody else by rules of their own. To keep the
/// digest of versions is left to the caller.
pub(super) async fn write_outcome(
    connection: &mut PgConnection,
    moment: &Moment<'_>,
    outcome: &Outcome,
    led: Option<Led>,
) -> Result<(), StoreError> {
    let digests = led.map(|led| digests(&outcome.received, led.rules_since)).unwrap_or_default();
    let (first, mut others) = Writes::of(outcome);
    if first.listings.len() < COPIED_FROM || !copy(connection, moment, &first, &digests).await? {
        others.extend(first);
    }
    write_listings(connection, moment, &others.listings, &digests).await?;
    touch_listings(connection, moment, &outcome.unchanged, &digests).await?;
    write_received(connection, moment, &others.received).await?;
    write_rejects(connection, moment.shop, moment.now, &outcome.rejects).await?;
    write_events(connection, Utc::now(), &outcome.events).await
}

/// Copies what is known of listings that nobody knew. Nothing is written, and false said, where something is known of one of
/// them after all, as after a person has deleted a half of it.
async fn copy(
    connection: &mut PgConnection,
    moment: &Moment<'_>,
    first: &Writes<'_>,
    digests: &Digests<'_>,
) -> Result<bool, StoreError> {
    let mut savepoint = connection.begin().await?;
    let copied = async {
        copy_listings(&mut savepoint, moment, &first.listings, digests).await?;
        copy_received(&mut savepoint, moment, &first.received).await
    };
    match copied.await {
        Ok(()) => savepoint.commit().await?,
        Err(error) if copy::is_there_already(&error) => {
            savepoint.rollback().await?;
            return Ok(false);
        }
        Err(error) => return Err(error.into()),
    }
    Ok(true)
}

/// The digests of items that need not be read again, by their listings.
fn digests(received: &[Received], rules_since: i64) -> Digests<'_> {
    let settled = received.iter().filter(|received| received.is_settled);
    settled
        .map(|received| (received.listing_id.as_str(), again::digest(rules_since, &received.item)))
        .collect()
}

/// Keeps what the shop sent of listings.
async fn write_received(
    connection: &mut PgConnection,
    moment: &Moment<'_>,
    received: &[&Received],
) -> Result<(), StoreError> {
    if received.is_empty() {
        return Ok(());
    }
    let (ids, items): (Vec<_>, Vec<_>) =
        received.iter().map(|received| (received.listing_id.as_str(), received.item.as_str())).unzip();
    sqlx::query(include_str!("../../../sql/collector/write_received.sql"))
        .bind(moment.shop)
        .bind(moment.now)
        .bind(ids)
        .bind(items)
        .execute(connection)
        .await?;
    Ok(())
}

/// Copies what the shop sent of listings of which it is not known.
async fn copy_received(
    connection: &mut PgConnection,
    moment: &Moment<'_>,
    received: &[&Received],
) -> sqlx::Result<()> {
    let mut rows = Rows::default();
    for Received { listing_id, item, .. } in received {
        rows.row().column(moment.shop).column(listing_id).column(item).column(moment.now);
    }
    rows.copy(connection, include_str!("../../../sql/collector/copy_received.sql")).await
}

/// Writes that listings were read and are as they were.
async fn touch_listings(
    connection: &mut PgConnection,
    moment: &Moment<'_>,
    ids: &[String],
    digests: &Digests<'_>,
) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("../../../sql/collector/touch_listings.sql"))
        .bind(moment.shop)
        .bind(moment.crawl)
        .bind(moment.now)
        .bind(ids)
        .bind(ids.iter().map(|id| digests.get(id.as_str()).copied()).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}

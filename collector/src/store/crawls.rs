//! The beginning and the end of a crawl, and what follows from what it has not seen.

use std::time::Duration;

use chrono::{DateTime, Utc};
use events::{CONTRACT_VERSION, CrawlEnded, CrawlKind, CrawlOutcome, ProductEvent};
use sqlx::{FromRow, PgConnection};

use super::{
    Led, Store, StoreError, in_own_task, in_time,
    outbox::write_events,
    rows::{ListingRow, write_absences},
    versions,
};
use crate::changes::{
    Known, Moment,
    absence::{self, CRAWLS_UNTIL_GONE, Tally},
    number,
};

/// So many absent listings are written in one transaction.
const BATCH: i64 = 500;
/// A refusal that was not seen for so long is history.
const REJECTS_KEPT: Duration = Duration::from_hours(24 * 30);
/// Of one shop no more refusals are kept.
const MOST_REJECTS: i64 = 100_000;
/// Of one shop no more bytes of what was refused are kept.
const MOST_REJECT_BYTES: i64 = 256 * 1024 * 1024;

/// What a crawl begins with.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct CrawlBegun {
    /// Its number, which grows with each crawl of the shop.
    #[sqlx(rename = "last_crawl")]
    pub crawl: i64,
    /// How many crawls have asked for changes only since the last complete full one, if there is one.
    pub changes_since_full: Option<i32>,
    /// From when on changes are to be asked for, by the shop's clock.
    pub changed_mark: Option<DateTime<Utc>>,
    /// Whether a listing is missing, or waits to be believed.
    pub is_unsettled: bool,
}

/// How a crawl has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct CrawlEnd {
    /// Its number.
    pub crawl: i64,
    /// The shop's name for people.
    pub shop_name: &'static str,
    /// What it asked for.
    pub kind: CrawlKind,
    /// Whether it read all of that.
    pub outcome: CrawlOutcome,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it began by the shop's clock, or by ours if the shop doesn't tell. A change time ahead of that is a slip
    /// of the shop's: with such a mark nothing would ever be newer.
    pub latest_mark: DateTime<Utc>,
    /// How long it took.
    pub took: Duration,
    /// The shop's interval.
    pub every: Duration,
    /// Whether it is told which versions of the shop's listings are known.
    pub tells_versions: bool,
}

/// What followed from what a complete full crawl did not see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Absences {
    /// Listings that went missing now.
    pub missing: u64,
    /// Listings that are gone now.
    pub gone: u64,
    /// Listings that would be gone, but that too many are already, or that the crawl can't be believed so far.
    pub held: i64,
}

#[derive(FromRow)]
struct Removals {
    listings: i64,
    missed: i64,
    gone: i64,
    doomed: i64,
    released: i64,
}

impl Store {
    /// Begins a crawl.
    pub async fn begin_crawl(&self, led: Led, now: DateTime<Utc>) -> Result<CrawlBegun, StoreError> {
        let begun = sqlx::query_as(include_str!("../../../sql/collector/begin_crawl.sql"))
            .bind(led.shop)
            .bind(led.term)
            .bind(number::after(0, now))
            .fetch_optional(&self.database.pool);
        let begun: CrawlBegun = in_time(begun).await?.ok_or(StoreError::LostLead)?;
        self.forget_sightings(led, begun.crawl).await?;
        Ok(begun)
    }

    /// Begins to keep what a crawl's end tells of versions, if no listing of the shop is known yet.
    pub async fn begin_versions(&self, led: Led, now: DateTime<Utc>) -> Result<(), StoreError> {
        let store = self.clone();
        in_own_task(async move {
            let mut transaction = store.begin(led).await?;
            versions::begin(&mut transaction, led.shop, led.term, now).await?;
            transaction.commit().await?;
            Ok(())
        })
        .await
    }

    /// Counts the listings that a complete full crawl has not seen as missing once more, and removes those that
    /// have been missing long enough, unless it met `unidentified` items: each could be any of them. What a person
    /// released is removed in any case.
    pub async fn write_absences(
        &self,
        led: Led,
        crawl: i64,
        unidentified: usize,
        now: DateTime<Utc>,
    ) -> Result<Absences, StoreError> {
        let mut absences = Absences::default();
        let missed = self.note_missed(led, crawl).await?;
        let mut counted = 0;
        while counted < missed {
            absences.missing += self.count_missed(led, crawl, now, counted).await?;
            counted += BATCH;
        }
        if missed == 0 {
            return Ok(absences);
        }
        let removals = sqlx::query_as(include_str!("../../../sql/collector/removals.sql"))
            .bind(led.shop)
            .bind(now - Duration::from_hours(1))
            .bind(CRAWLS_UNTIL_GONE.cast_signed())
            .fetch_one(&self.database.pool);
        let Removals { listings, missed, gone, doomed, released } = in_time(removals).await?;
        let tally = Tally { listings, missed, gone_within_an_hour: gone };
        let believed = if unidentified == 0 { absence::removable(tally) } else { 0 };
        let mut removable = released + believed.min(doomed - released);
        absences.held = doomed - removable;
        while removable > 0 {
            let removed = self.remove(led, crawl, now, removable.min(BATCH)).await?;
            if removed == 0 {
                break;
            }
            removable -= i64::try_from(removed).unwrap_or(i64::MAX);
            absences.gone += removed;
        }
        Ok(absences)
    }

    /// Notes what the crawl has not seen: how many listings.
    async fn note_missed(&self, led: Led, crawl: i64) -> Result<i64, StoreError> {
        let store = self.clone();
        in_own_task(async move {
            let mut transaction = store.begin(led).await?;
            sqlx::query(include_str!("../../../sql/collector/forget_missed.sql"))
                .bind(led.shop)
                .execute(&mut *transaction)
                .await?;
            sqlx::query(include_str!("../../../sql/collector/plan_for_sets.sql"))
                .execute(&mut *transaction)
                .await?;
            let noted = sqlx::query(include_str!("../../../sql/collector/note_missed.sql"))
                .bind(led.shop)
                .bind(crawl)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
            Ok(i64::try_from(noted.rows_affected()).unwrap_or(i64::MAX))
        })
        .await
    }

    /// One batch of missed listings behind a number: how many went missing now.
    async fn count_missed(
        &self,
        led: Led,
        crawl: i64,
        now: DateTime<Utc>,
        behind: i64,
    ) -> Result<u64, StoreError> {
        let store = self.clone();
        in_own_task(async move {
            let moment = Moment { shop: led.shop, crawl, now };
            let mut transaction = store.begin(led).await?;
            let rows: Vec<ListingRow> =
                sqlx::query_as(include_str!("../../../sql/collector/missed_listings.sql"))
                    .bind(led.shop)
                    .bind(crawl)
                    .bind(CRAWLS_UNTIL_GONE.cast_signed())
                    .bind(behind)
                    .bind(behind + BATCH)
                    .fetch_all(&mut *transaction)
                    .await?;
            let events = write_absent(&mut transaction, led, &moment, rows, absence::missed).await?;
            transaction.commit().await?;
            Ok(events)
        })
        .await
    }

    /// One batch of removals, at most `most`: how many.
    async fn remove(&self, led: Led, crawl: i64, now: DateTime<Utc>, most: i64) -> Result<u64, StoreError> {
        let store = self.clone();
        in_own_task(async move {
            let moment = Moment { shop: led.shop, crawl, now };
            let mut transaction = store.begin(led).await?;
            let rows: Vec<ListingRow> =
                sqlx::query_as(include_str!("../../../sql/collector/doomed_listings.sql"))
                    .bind(led.shop)
                    .bind(CRAWLS_UNTIL_GONE.cast_signed())
                    .bind(most)
                    .fetch_all(&mut *transaction)
                    .await?;
            let events = write_absent(&mut transaction, led, &moment, rows, removed).await?;
            transaction.commit().await?;
            Ok(events)
        })
        .await
    }

    /// Ends a crawl, tells of it, and tidies up.
    pub async fn end_crawl(&self, led: Led, end: CrawlEnd, now: DateTime<Utc>) -> Result<(), StoreError> {
        let store = self.clone();
        in_own_task(async move {
            let is_full = end.kind == CrawlKind::Full;
            let is_complete = end.outcome == CrawlOutcome::Complete;
            let mut transaction = store.begin(led).await?;
            let listings: i64 = sqlx::query_scalar(include_str!("../../../sql/collector/end_crawl.sql"))
                .bind(led.shop)
                .bind(end.crawl)
                .bind(is_full)
                .bind(is_complete)
                .bind(end.latest_mark)
                .bind(milliseconds(end.took))
                .bind(end.started_at)
                .fetch_one(&mut *transaction)
                .await?;
            if is_full && is_complete {
                sqlx::query(include_str!("../../../sql/collector/forget_pages.sql"))
                    .bind(led.shop)
                    .bind(end.crawl)
                    .execute(&mut *transaction)
                    .await?;
            }
            if is_full {
                sqlx::query(include_str!("../../../sql/collector/prune_rejects.sql"))
                    .bind(led.shop)
                    .bind(now - REJECTS_KEPT)
                    .bind(MOST_REJECTS)
                    .bind(MOST_REJECT_BYTES)
                    .execute(&mut *transaction)
                    .await?;
            }
            let mut told = None;
            if end.tells_versions {
                told = Some(versions::tell(&mut transaction, led.shop, led.term, now).await?);
            }
            let ended = ProductEvent::CrawlEnded(CrawlEnded {
                v: CONTRACT_VERSION,
                shop: led.shop.to_owned(),
                shop_name: end.shop_name.to_owned(),
                crawl: end.crawl,
                started_at: end.started_at,
                ended_at: now,
                kind: end.kind,
                outcome: end.outcome,
                listing_count: listings,
                collect_every_ms: milliseconds(end.every),
                versions: told,
            });
            write_events(&mut transaction, now, &[ended]).await?;
            transaction.commit().await?;
            Ok(())
        })
        .await
    }
}

fn removed(known: Known, moment: &Moment<'_>) -> (Known, Option<ProductEvent>) {
    let (known, event) = absence::removed(known, moment);
    (known, Some(event))
}

/// Writes what follows from listings not being seen, each by itself: how many events.
async fn write_absent(
    connection: &mut PgConnection,
    led: Led,
    moment: &Moment<'_>,
    rows: Vec<ListingRow>,
    absent: fn(Known, &Moment<'_>) -> (Known, Option<ProductEvent>),
) -> Result<u64, StoreError> {
    let (mut known, mut versions, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for before in rows.into_iter().map(Known::from) {
        let version = before.version;
        let (after, event) = absent(before, moment);
        versions.extend(after.version_since(Some(version)));
        known.push(after);
        events.extend(event);
    }
    write_absences(connection, moment, &known).await?;
    versions::keep(connection, led.shop, Some(led.term), &versions).await?;
    write_events(connection, moment.now, &events).await?;
    Ok(events.len() as u64)
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

//! When a shop is crawled: from start to start its interval passes, one crawl at a time, by one collector of
//! however many.
//!
//! Crawls never pile up: one that takes longer than the interval is followed by the next one at once, and what was
//! skipped is skipped.

use std::{convert::Infallible, time::Duration};

use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::{
    crawl::Crawler,
    measures,
    resend::{self, Requests},
    store::{Lease, Led, Store, StoreError},
};

/// How often a collector that stands by looks whether the lead is free, and how soon one tries again whose store
/// failed.
const STAND_BY: Duration = Duration::from_secs(1);

/// Crawls a shop on schedule whenever this collector leads it, until it is told to stop. A crawl that is under
/// way then is cut short: what it stored stays, and it counts for nothing more.
pub async fn run(mut crawler: Crawler, store: Store, mut requests: Requests, stop: CancellationToken) {
    stop.run_until_cancelled(async move {
        let mut is_told = false;
        loop {
            let Err(error) = lead(&mut crawler, &store, &mut requests, &mut is_told).await;
            if !is_told {
                tracing::warn!(shop.id = crawler.crawled.shop.slug(), %error, "crawling stops until the store can be used again");
            }
            is_told = true;
            sleep(STAND_BY).await;
        }
    })
    .await;
}

/// Waits for the lead of the shop, and crawls and sends again as long as it lasts. Ends only with the lead or the
/// store's failure.
async fn lead(
    crawler: &mut Crawler,
    store: &Store,
    requests: &mut Requests,
    is_told: &mut bool,
) -> Result<Infallible, StoreError> {
    let shop = crawler.crawled.shop.clone();
    let mut lease = stand_by(store, shop.slug()).await?;
    let led = store.take_term(shop.slug(), shop.name()).await?;
    tracing::info!(
        shop.id = led.shop,
        every_ms = crawler.crawled.every.as_millis(),
        "crawling a shop on schedule"
    );
    measures::scheduled(led.shop, crawler.crawled.every);
    *is_told = false;
    let wake = crawler.wake.clone();
    tokio::select! {
        ended = Box::pin(crawl(crawler, led, &mut lease)) => ended,
        never = resend::answer(led, store, &wake, requests) => match never {},
    }
}

/// Crawls on schedule as long as the lead lasts.
async fn crawl(crawler: &mut Crawler, led: Led, lease: &mut Lease) -> Result<Infallible, StoreError> {
    let mut is_first = true;
    loop {
        let started = Instant::now();
        crawler.crawl(led, lease, is_first).await?;
        is_first = false;
        sleep_until(next_start(started, crawler.crawled.every, crawler.not_before())).await;
    }
}

/// Waits until no other collector leads.
pub async fn stand_by(store: &Store, what: &str) -> Result<Lease, StoreError> {
    let mut is_told = false;
    loop {
        if let Some(lease) = store.try_lead(what).await? {
            return Ok(lease);
        }
        if !is_told {
            tracing::info!(lead = what, "another collector leads: standing by");
            is_told = true;
        }
        sleep(STAND_BY).await;
    }
}

/// When the next crawl starts; a moment that has passed means at once.
fn next_start(started: Instant, every: Duration, not_before: Option<Instant>) -> Instant {
    let due = started + every;
    not_before.map_or(due, |not_before| due.max(not_before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_start_to_start_the_interval_passes_unless_the_shop_asked_for_more() {
        let started = Instant::now();
        let seconds = Duration::from_secs;
        let every = seconds(60);
        assert_eq!(next_start(started, every, None), started + every);
        assert_eq!(next_start(started, every, Some(started + seconds(5))), started + every);
        assert_eq!(next_start(started, every, Some(started + seconds(90))), started + seconds(90));
    }
}

//! What crawls learn, and how it is told.

use std::time::Duration;

use chrono::Utc;
use events::{Availability, CrawlKind, CrawlOutcome, ProductEvent};
use serde_json::json;

use crate::harness::{World, get, until};

#[tokio::test]
async fn what_a_shop_says_is_told_once_and_goes_on_after_a_kill() {
    let world = World::with(3).await;
    let mut collector = world.collector().await;
    let mut inbox = world.inbox(&collector).await;

    let changed = inbox.changed(3).await;
    assert_eq!(changed.keys().collect::<Vec<_>>(), ["1", "2", "3"]);
    assert!(changed.values().all(|event| event.listing_version == 1));
    let ended = inbox.next_crawl(CrawlOutcome::Complete).await;
    assert_eq!((ended.listing_count, ended.kind, ended.collect_every_ms), (3, CrawlKind::Full, 100));

    collector.kill();
    world.shop.set(2, "price", "90.00");
    collector.restart().await.unwrap();
    let event = inbox.next_changed().await;
    assert_eq!((event.listing_id.as_str(), event.listing_version), ("2", 2));
    assert_eq!(event.listing.price.amount_minor, 9_000);

    world.shop.set(1, "stock", 0);
    let event = inbox.next_changed().await;
    assert_eq!((event.listing_id.as_str(), event.listing_version), ("1", 2), "nothing is told in between");
    assert_eq!(event.listing.availability, Availability::OutOfStock);
    let sent: i64 = world
        .number("select count(*) from collector.received where shop = 'netvideo' and item like '%Card%'")
        .await;
    assert_eq!(sent, 3, "what the shop sent is kept");
}

#[tokio::test]
async fn what_a_page_says_is_told_while_later_ones_are_waited_for() {
    let world = World::with(500).await;
    world.shop.inner().latency = Duration::from_secs(3);
    let collector = world.collector().await;
    world.inbox(&collector).await.next_changed().await;
    let answered = world.shop.inner().asked.len();
    assert!(answered < 3, "{answered} of three pages were sent");
}

#[tokio::test]
async fn between_full_crawls_only_changes_are_asked_for() {
    let world = World::with(3).await;
    let collector = world.collector_with(&[("FULL_CRAWL_EVERY", "4")]).await;
    let mut inbox = world.inbox(&collector).await;
    let mut kinds = Vec::new();
    while kinds.len() < 9 {
        kinds.push(inbox.next_crawl(CrawlOutcome::Complete).await.kind);
    }
    let (full, changes) = (CrawlKind::Full, CrawlKind::Changes);
    assert_eq!(kinds, [full, changes, changes, changes, full, changes, changes, changes, full]);
    let asked = world.shop.inner().asked.clone();
    let since = asked[1].query.get("updated_since").cloned();
    assert!(since.as_ref().is_some_and(|since| since.as_str() < "2026-11-20T10:12:00Z"), "{since:?}");
    assert!(
        since.is_some_and(|since| since.as_str() > "2026-11-20T10:11:00Z"),
        "the mark is the shop's own time"
    );
}

#[tokio::test]
async fn a_change_time_ahead_of_the_clock_hides_no_later_change() {
    let world = World::with(3).await;
    let ahead = Utc::now() + chrono::TimeDelta::hours(20);
    world.shop.inner().items.get_mut(&1).unwrap()["updated_at"] = json!(ahead.to_rfc3339());
    let collector = world.collector_with(&[("FULL_CRAWL_EVERY", "1000")]).await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(3).await;
    while inbox.next_crawl(CrawlOutcome::Complete).await.kind == CrawlKind::Full {}

    for price in ["90.00", "80.00"] {
        world.shop.set(2, "price", price);
        assert_eq!(inbox.next_changed().await.listing_id, "2");
        assert_eq!(inbox.next_crawl(CrawlOutcome::Complete).await.kind, CrawlKind::Changes);
    }
}

#[tokio::test]
async fn a_page_that_has_not_changed_is_not_sent_and_its_listings_are_seen() {
    let world = World::with(3).await;
    let collector = world.collector().await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(3).await;
    for _ in 0..6 {
        assert_eq!(inbox.next_crawl(CrawlOutcome::Complete).await.listing_count, 3);
    }
    let statuses: Vec<u16> = world.shop.inner().asked.iter().take(5).map(|asked| asked.status).collect();
    assert_eq!(statuses, [200, 304, 304, 304, 304]);
    assert_eq!(
        world
            .number("select count(*) from collector.listing where presence = 'present' and shop = 'netvideo'")
            .await,
        3
    );

    world.shop.set(2, "price", "90.00");
    assert_eq!(inbox.next_changed().await.listing_id, "2", "a page that changed is sent again");
}

#[tokio::test]
async fn a_listing_is_gone_after_three_complete_crawls_without_it() {
    let world = World::with(3).await;
    let collector = world.collector().await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(3).await;

    let taken = world.shop.inner().items.remove(&2).unwrap();
    let missing = inbox.next_changed().await;
    assert_eq!((missing.listing_id.as_str(), missing.listing_version), ("2", 2));
    assert!(missing.missing_since.is_some_and(|since| since <= Utc::now()));
    let mut ends = 0;
    let gone = loop {
        match inbox.next().await {
            ProductEvent::CrawlEnded(ended) => ends += u32::from(ended.outcome == CrawlOutcome::Complete),
            ProductEvent::ListingGone(gone) => break gone,
            ProductEvent::ListingChanged(event) => panic!("{event:?}"),
        }
    };
    assert_eq!((gone.listing_id.as_str(), gone.listing_version, ends), ("2", 3, 2));

    world.shop.inner().items.insert(2, taken);
    let back = inbox.next_changed().await;
    assert_eq!((back.listing_id.as_str(), back.listing_version, back.missing_since), ("2", 4, None));
}

#[tokio::test]
async fn a_catalogue_that_vanishes_is_not_believed() {
    let world = World::with(100).await;
    let collector = world.collector().await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(100).await;

    let items = world.shop.inner().items.clone();
    let missing = "select count(*) from collector.listing where presence = 'missing'";
    for left in [33, 0] {
        world.shop.inner().items.retain(|id, _| *id <= left);
        world.number_becomes(missing, 100 - i64::from(left)).await;
        for _ in 0..5 {
            inbox.next_crawl(CrawlOutcome::Complete).await;
        }
        let gone = "select count(*) from collector.listing where presence = 'gone'";
        assert_eq!(world.number(gone).await, 0, "with {left} of 100 listings left");
    }
    until("the collector says so", async || collector.log().contains("more listings have vanished")).await;

    world.shop.inner().items = items;
    world
        .number_becomes(
            "select count(*) from collector.listing where presence = 'present' and shop = 'netvideo'",
            100,
        )
        .await;
}

#[tokio::test]
async fn an_item_that_nobody_can_name_lets_listings_go_missing_but_not_be_gone() {
    let world = World::with(9).await;
    let collector = world.collector().await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(9).await;

    let taken = world.shop.inner().items.remove(&2);
    assert!(taken.is_some());
    world.shop.set(1, "id", json!(null));
    let missing = "select count(*) from collector.listing where presence = 'missing' and missing_crawls >= 3";
    world.number_becomes(missing, 2).await;
    for _ in 0..3 {
        inbox.next_crawl(CrawlOutcome::Complete).await;
    }
    assert_eq!(world.number(missing).await, 2);

    world.shop.set(1, "id", json!(1));
    world.number_becomes("select count(*) from collector.listing where presence = 'gone'", 1).await;
    world
        .number_becomes(
            "select count(*) from collector.listing where presence = 'present' and shop = 'netvideo'",
            8,
        )
        .await;
}

#[tokio::test]
async fn a_price_ten_times_higher_waits_until_a_later_crawl_sees_it_again() {
    let world = World::with(2).await;
    let collector =
        world.collector_with(&[("NETVIDEO_COLLECT_EVERY", "1s"), ("FULL_CRAWL_EVERY", "100")]).await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(2).await;

    world.shop.set(1, "price", "1000.00");
    world.number_becomes("select count(*) from collector.listing where held_price_minor = 100000", 1).await;
    let document =
        "select (document->'price'->>'amount_minor')::bigint from collector.listing where listing_id = '1'";
    assert_eq!(world.number(document).await, 10_000);
    let believed = inbox.next_changed().await;
    assert_eq!((believed.listing_id.as_str(), believed.listing.price.amount_minor), ("1", 100_000));
}

#[tokio::test]
async fn a_bad_item_is_kept_with_its_reason_and_harms_no_neighbour() {
    let world = World::with(4).await;
    let collector = world.collector().await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(4).await;

    world.shop.set(1, "title", json!("x".repeat(1_000_000)));
    world.shop.set(2, "price", json!(-5));
    world.shop.set(3, "title", json!("nul \u{0}"));
    world.shop.set(4, "price", "99.00");
    assert_eq!(inbox.next_changed().await.listing_id, "4");
    world
        .number_becomes("select count(*) from collector.reject where kind = 'item' and reason <> ''", 3)
        .await;
    let whole = "select count(*) from collector.reject where content_bytes > 1000000 and length(content) = content_bytes";
    assert_eq!(world.number(whole).await, 1, "what was refused is kept whole, for a parser that can read it");
    for _ in 0..5 {
        inbox.next_crawl(CrawlOutcome::Complete).await;
    }
    assert_eq!(
        world
            .number("select count(*) from collector.listing where presence = 'present' and shop = 'netvideo'")
            .await,
        4
    );

    world.shop.set(2, "price", "98.00");
    assert_eq!(inbox.next_changed().await.listing_id, "2");
}

#[tokio::test]
async fn what_is_measured_is_shown() {
    let world = World::with(3).await;
    let collector = world.collector().await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(3).await;
    inbox.next_crawl(CrawlOutcome::Complete).await;
    assert_eq!(get(&collector.url("/health")).await.0, 200);
    let (_, metrics) = get(&collector.url("/metrics")).await;
    for line in [
        "collector_items_seen_total{shop=\"netvideo\"}",
        "collector_events_total{shop=\"netvideo\",type=\"listing.changed\"} 3",
        "collector_crawls_total{shop=\"netvideo\",kind=\"full\",outcome=\"complete\"}",
        "collector_crawl_duration_seconds_bucket{",
        "collector_outbox_rows",
        "collector_outbox_age_seconds",
        "collector_published_total",
        "collector_sent_total",
        "collector_publish_lag_seconds_bucket{",
        "collector_requests_total{shop=\"netvideo\",outcome=\"sound\"}",
        "collector_shop_circuit_open{shop=\"netvideo\"} 0",
        "collector_shop_last_answer_timestamp_seconds{shop=\"netvideo\"}",
        "collector_shop_last_complete_crawl_timestamp_seconds{shop=\"netvideo\"}",
        "collector_held{shop=\"netvideo\",kind=\"price\"} 0",
    ] {
        assert!(metrics.contains(line), "{line}:\n{metrics}");
    }
}

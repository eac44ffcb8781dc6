//! What a consumer lost is noticed and sent again.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use events::{Buckets, CrawlOutcome, LACKING_CHANNEL, Lacking, ProductEvent, Versions};

use crate::harness::{Inbox, World, until};

/// The frozen example of a crawl's end with the versions of three listings.
const EXAMPLE: &str = include_str!("../../../events/fixtures/crawl.ended.versions.v1.json");

async fn ask(world: &World, payload: &str) {
    sqlx::query("select pg_notify($1, $2)")
        .bind(LACKING_CHANNEL)
        .bind(payload)
        .execute(&world.database)
        .await
        .unwrap();
}

fn lacking(buckets: Buckets) -> String {
    Lacking { shop: "netvideo".to_owned(), buckets }.encode()
}

/// The next so many listings: their versions, and whether they are in the shop.
async fn listings(inbox: &mut Inbox, count: usize) -> BTreeMap<String, (i64, bool)> {
    let mut listings = BTreeMap::new();
    let deadline = Instant::now() + Duration::from_secs(30);
    while listings.len() < count {
        assert!(Instant::now() < deadline, "{} of {count} came", listings.len());
        match inbox.next_listing().await {
            ProductEvent::ListingChanged(event) => {
                listings.insert(event.listing_id, (event.listing_version, true))
            }
            ProductEvent::ListingGone(event) => {
                listings.insert(event.listing_id, (event.listing_version, false))
            }
            ProductEvent::CrawlEnded(_) => unreachable!("it is about a listing"),
        };
    }
    listings
}

#[tokio::test]
async fn the_versions_told_are_those_of_the_contract() {
    let world = World::with(0).await;
    for id in [19, 24, 10_482] {
        world.shop.inner().items.insert(id, crate::shop::item(id));
    }
    let collector = world.collector().await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(3).await;
    inbox.next_crawl(CrawlOutcome::Complete).await;
    sqlx::query("update collector.listing set version = case listing_id when '19' then 1 when '24' then 2 else 17 end")
        .execute(&world.database)
        .await
        .unwrap();
    // Whoever writes versions by hand has the digest worked out again.
    sqlx::query("update collector.versions set digest = null").execute(&world.database).await.unwrap();
    let ProductEvent::CrawlEnded(example) = ProductEvent::decode(EXAMPLE.as_bytes()).unwrap() else {
        panic!("it is the end of a crawl")
    };
    // Crawls that ended before may be told first.
    let mut told = None;
    for _ in 0..100 {
        told = inbox.next_crawl(CrawlOutcome::Complete).await.versions;
        if told == example.versions {
            return;
        }
    }
    panic!("told {told:?}, expected {:?}", example.versions);
}

#[tokio::test]
async fn what_a_deleted_queue_held_is_sent_again() {
    let world = World::with(700).await;
    let collector = world.collector().await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(700).await;
    world.shop.set(1, "price", "90.00");
    assert_eq!(inbox.next_changed().await.listing_version, 2);
    assert!(world.shop.inner().items.remove(&2).is_some());
    world.number_becomes("select count(*) from collector.listing where presence = 'gone'", 1).await;
    // What is sent later would be in the new queue, and not be new when it is sent again.
    let unsent = "select count(*) from collector.outbox where message_id not like '%/crawl/%'";
    world.number_becomes(unsent, 0).await;

    inbox.close().await;
    world.sandbox.ask_rabbitmq("DELETE", "queues/{vhost}/product_events", "").await.unwrap();
    until("the queue is there again", async || {
        world.sandbox.ask_rabbitmq("GET", "queues/{vhost}/product_events", "").await.is_ok()
    })
    .await;
    let mut inbox = world.inbox(&collector).await;
    let ended = inbox.next_crawl(CrawlOutcome::Complete).await;
    let buckets = ended.versions.unwrap().differing(&Versions::default());
    ask(&world, "what is this?").await;
    // A question can be lost, and is asked again after each crawl until it is answered.
    until("it is sent again", async || {
        ask(&world, &lacking(buckets)).await;
        collector.log().contains("sent again what")
    })
    .await;
    let listings = listings(&mut inbox, 700).await;
    // Nobody saw the version in which the second was missing.
    assert_eq!((listings["1"], listings["2"], listings["3"]), ((2, true), (2, false), (1, true)));
    until("a strange notification is told", async || collector.log().contains("a notification is ignored"))
        .await;
}

#[tokio::test]
async fn only_what_is_lacking_is_sent_again_and_nothing_where_reconciliation_is_off() {
    let world = World::with(50).await;
    let mut collector = world.collector_with(&[("RECONCILE", "false")]).await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(50).await;
    assert_eq!(inbox.next_crawl(CrawlOutcome::Complete).await.versions, None);
    ask(&world, &lacking(Buckets::ALL)).await;
    let listeners = "select count(*) from pg_stat_activity where query like 'LISTEN%' and usename = 'collector' and datname = current_database()";
    assert_eq!(world.number(listeners).await, 0);
    assert!(collector.terminate().await.unwrap().success());
    inbox.close().await;

    let collector = world.collector().await;
    let mut inbox = world.inbox(&collector).await;
    world.number_becomes(listeners, 1).await;
    // MD5 of 19 begins with 1f, and that of no other identifier to 50 but 24.
    until("it is sent again", async || {
        ask(&world, &lacking(Buckets::from_iter([0x1f]))).await;
        collector.log().contains("sent again what")
    })
    .await;
    let sent = listings(&mut inbox, 2).await;
    assert_eq!(sent.into_keys().collect::<Vec<_>>(), ["19", "24"]);
}

/// Whether the digest that is kept is the one of all listings.
pub(crate) async fn digest_is_right(world: &World) -> bool {
    let mut transaction = world.database.begin().await.unwrap();
    sqlx::query("set transaction isolation level repeatable read").execute(&mut *transaction).await.unwrap();
    let of_all: String = sqlx::query_scalar(include_str!("../../../sql/collector/versions.sql"))
        .bind("netvideo")
        .fetch_one(&mut *transaction)
        .await
        .unwrap();
    let kept: Option<Option<Vec<u8>>> =
        sqlx::query_scalar("select digest from collector.versions where shop = 'netvideo'")
            .fetch_optional(&mut *transaction)
            .await
            .unwrap();
    kept.flatten().and_then(|kept| Versions::from_bytes(&kept)).map(|kept| kept.to_string()) == Some(of_all)
}

async fn spoil_digest(world: &World) {
    let spoil = "update collector.versions set digest = set_byte(digest, 9, 1 + get_byte(digest, 9) % 255)";
    sqlx::query(spoil).execute(&world.database).await.unwrap();
    assert!(!digest_is_right(world).await);
}

#[tokio::test]
async fn the_digest_of_versions_is_kept_through_all_that_happens_and_worked_out_again_where_it_is_in_doubt() {
    let world = World::with(300).await;
    let mut collector = world.collector().await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(300).await;
    inbox.next_crawl(CrawlOutcome::Complete).await;
    // It is kept from the first listing on, and not worked out of all of them.
    let since_the_first = "select count(*) from collector.versions
        where shop = 'netvideo' and counted_at <= (select min(first_seen_at) from collector.listing)";
    assert_eq!(world.number(since_the_first).await, 1);
    assert!(digest_is_right(&world).await);
    // Where listings are known and no digest is, as after a program that keeps none, it is worked out.
    sqlx::query("delete from collector.versions").execute(&world.database).await.unwrap();
    until("it is worked out", async || digest_is_right(&world).await).await;
    for id in 10..40 {
        world.shop.set(id, "price", "90.00");
    }
    world.shop.inner().items.insert(301, crate::shop::item(301));
    inbox.changed(31).await;
    assert!(world.shop.inner().items.remove(&2).is_some());
    world.number_becomes("select count(*) from collector.listing where presence = 'gone'", 1).await;
    world.shop.inner().items.insert(2, crate::shop::item(2));
    world.number_becomes("select count(*) from collector.listing where presence = 'gone'", 0).await;
    assert!(digest_is_right(&world).await);

    // Whoever lacks something may lack it by a mistake of the digest.
    spoil_digest(&world).await;
    until("it is sent again", async || {
        ask(&world, &lacking(Buckets::from_iter([0x1f]))).await;
        collector.log().contains("sent again what")
    })
    .await;
    until("it is worked out again", async || digest_is_right(&world).await).await;

    // The next leader goes on from it; one after another that may not have kept it does not.
    spoil_digest(&world).await;
    let crawls = "select last_crawl from collector.shop where shop = 'netvideo'";
    for is_right in [false, true] {
        assert!(collector.terminate().await.unwrap().success());
        if is_right {
            sqlx::query("update collector.shop set term = term + 1").execute(&world.database).await.unwrap();
        }
        let before = world.number(crawls).await;
        collector = world.collector().await;
        until("another crawl has ended", async || {
            let versions = "select count(*) from collector.versions join collector.shop using (shop)
                where shop = 'netvideo' and versions.term = shop.term";
            world.number(crawls).await > before && world.number(versions).await == 1
        })
        .await;
        assert_eq!(digest_is_right(&world).await, is_right);
    }
}

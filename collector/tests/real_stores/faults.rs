//! What holds when a shop, a store or the collector itself fails.

use std::time::{Duration, Instant};

use events::CrawlOutcome;

use crate::{
    harness::{World, get, until},
    shop::{Asked, Fault},
};

const PRESENT: &str =
    "select count(*) from collector.listing where presence = 'present' and shop = 'netvideo'";

fn gaps(asked: &[Asked]) -> Vec<Duration> {
    asked.windows(2).map(|pair| pair[1].at - pair[0].at).collect()
}

#[tokio::test]
async fn a_page_that_is_html_is_refused_whole_and_kept() {
    let world = World::with(3).await;
    let collector = world.collector().await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(3).await;

    world.shop.inner().fault = Some(Fault::Html);
    inbox.next_crawl(CrawlOutcome::Incomplete).await;
    assert_eq!(world.number(PRESENT).await, 3);
    let kept =
        "select count(*) from collector.reject where kind = 'page' and content like '<html>%' and count > 1";
    assert_eq!(world.number(kept).await, 1);

    world.shop.inner().fault = None;
    world.shop.set(1, "price", "90.00");
    assert_eq!(inbox.next_changed().await.listing_id, "1");
}

#[tokio::test]
async fn a_sick_shop_is_asked_once_a_second_at_most_and_loses_nothing() {
    let world = World::with(3).await;
    let collector = world.collector().await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(3).await;

    world.shop.inner().fault = Some(Fault::Status(500));
    inbox.next_crawl(CrawlOutcome::Incomplete).await;
    until("the next crawl asks too", async || sick(&world).len() > 4).await;
    let (_, metrics) = get(&collector.url("/metrics")).await;
    assert!(metrics.contains("collector_shop_circuit_open{shop=\"netvideo\"} 1"), "{metrics}");
    let sick = sick(&world);
    assert!(gaps(&sick).iter().all(|gap| *gap >= Duration::from_millis(990)), "{:?}", gaps(&sick));
    assert_eq!(world.number(PRESENT).await, 3);

    world.shop.inner().fault = None;
    inbox.next_crawl(CrawlOutcome::Complete).await;
}

#[tokio::test]
async fn a_shop_that_asks_for_a_pause_of_no_time_is_asked_once_a_second_at_most_and_given_up() {
    let world = World::with(3).await;
    world.shop.inner().fault = Some(Fault::Busy(0));
    let collector = world.collector().await;
    let mut inbox = world.inbox(&collector).await;
    inbox.next_crawl(CrawlOutcome::Incomplete).await;
    let asked = world.shop.inner().asked.clone();
    assert!((2..=8).contains(&asked.len()), "{}", asked.len());
    assert!(gaps(&asked).iter().all(|gap| *gap >= Duration::from_millis(990)), "{:?}", gaps(&asked));

    world.shop.inner().fault = None;
    inbox.changed(3).await;
}

fn sick(world: &World) -> Vec<Asked> {
    world.shop.inner().asked.iter().filter(|asked| asked.status == 500).cloned().collect()
}

#[tokio::test]
async fn a_shop_that_asks_for_a_pause_gets_it() {
    let world = World::with(3).await;
    world.shop.inner().fault = Some(Fault::Busy(2));
    let collector = world.collector().await;
    until("the shop is asked", async || !world.shop.inner().asked.is_empty()).await;
    world.shop.inner().fault = None;
    world.inbox(&collector).await.changed(3).await;
    let asked = world.shop.inner().asked.clone();
    assert_eq!((asked[0].status, asked[1].status), (429, 200));
    assert!(asked[1].at - asked[0].at >= Duration::from_millis(1_990));
}

#[tokio::test]
async fn events_wait_while_rabbitmq_is_down_and_then_all_come() {
    let world = World::with(250).await;
    let mut collector = world.collector_with(&[("AMQP_URL", "amqp://nobody@127.0.0.1:1/%2f")]).await;
    world
        .number_becomes(
            "select count(*) from collector.outbox where message_id ~ '^netvideo/[0-9]+/[0-9]+$'",
            250,
        )
        .await;
    let (status, reason) = get(&collector.url("/ready")).await;
    assert_eq!((status, reason.trim()), (503, "waiting for RabbitMQ"));
    assert_eq!(get(&collector.url("/health")).await.0, 200);
    assert!(get(&collector.url("/metrics")).await.1.contains("collector_outbox_rows 2"));
    assert!(collector.terminate().await.unwrap().success());

    let collector = world.collector().await;
    let changed = world.inbox(&collector).await.changed(250).await;
    assert!(changed.values().all(|event| event.listing_version == 1));
}

#[tokio::test]
async fn a_queue_that_was_deleted_is_declared_anew_and_nothing_is_lost() {
    let world = World::with(3).await;
    let collector = world.collector().await;
    world.inbox(&collector).await.changed(3).await;

    world.sandbox.ask_rabbitmq("DELETE", "queues/{vhost}/product_events", "").await.unwrap();
    world.shop.set(1, "price", "90.00");
    until("the queue is there again", async || {
        world.sandbox.ask_rabbitmq("GET", "queues/{vhost}/product_events", "").await.is_ok()
    })
    .await;
    assert_eq!(world.inbox(&collector).await.next_changed().await.listing_version, 2);
}

#[tokio::test]
async fn two_collectors_never_crawl_a_shop_at_once_and_one_takes_over() {
    let world = World::with(500).await;
    world.shop.inner().latency = Duration::from_millis(20);
    let mut first = world.collector().await;
    let mut inbox = world.inbox(&first).await;
    let second = world.collector().await;
    until("the second stands by", async || second.log().contains("standing by")).await;
    inbox.changed(500).await;
    for _ in 0..5 {
        inbox.next_crawl(CrawlOutcome::Complete).await;
    }
    assert_eq!(world.shop.inner().most_open, 1);

    first.kill();
    let before = Instant::now();
    until("the second crawls", async || second.log().contains("crawling a shop on schedule")).await;
    assert!(before.elapsed() < Duration::from_secs(5), "{:?}", before.elapsed());
    world.shop.set(1, "price", "90.00");
    assert_eq!(inbox.next_changed().await.listing_version, 2);
    assert_eq!(first.exit_status().map(|status| status.success()), Some(false));
}

/// Writes down each crawl that begins in the second term of a shop.
const NOTE_CRAWLS_OF_TERM_2: &str = "
    create table public.crawl_of_term_2 (crawl bigint);
    create function public.note_crawl() returns trigger language plpgsql security definer as $$
    begin
        insert into public.crawl_of_term_2 values (new.last_crawl);
        return new;
    end $$;
    create trigger note_crawl after update of last_crawl on collector.shop
        for each row when (new.term = 2) execute function public.note_crawl();
";

#[tokio::test]
async fn a_leader_whose_term_is_over_writes_nothing_more_until_it_leads_again() {
    let world = World::with(3).await;
    let collector = world.collector().await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(3).await;
    let term = "select term from collector.shop where shop = 'netvideo'";
    assert_eq!(world.number(term).await, 1);
    sqlx::raw_sql(NOTE_CRAWLS_OF_TERM_2).execute(&world.database).await.unwrap();
    let deposed = "update collector.shop set term = 2 where shop = 'netvideo' returning term";
    assert_eq!(world.number(deposed).await, 2);
    until("it notices", async || collector.log().contains("another collector leads the shop by now")).await;
    world.number_becomes(term, 3).await;
    let crawls = world.number("select count(*) from public.crawl_of_term_2").await;
    assert_eq!(crawls, 0, "no crawl began in a term that is not its own");
    world.shop.set(1, "price", "90.00");
    assert_eq!(inbox.next_changed().await.listing_version, 2);
}

#[tokio::test]
async fn a_collector_that_lost_its_connections_goes_on() {
    let world = World::with(3).await;
    let collector = world.collector().await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(3).await;
    world
        .number("select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'collector' and datname = current_database()")
        .await;
    world.shop.set(1, "price", "90.00");
    assert_eq!(inbox.next_changed().await.listing_version, 2);
    assert!(collector.log().contains("publishing stops for now"), "the publisher lost its lead");
    let sessions = collector.log().matches("connected to RabbitMQ").count();
    assert_eq!(sessions, 1, "RabbitMQ's session outlives a failure of Postgres");
}

#[tokio::test]
async fn told_to_stop_it_ends_well_although_a_shop_hangs() {
    let world = World::with(3).await;
    let mut collector = world.collector().await;
    world.inbox(&collector).await.changed(3).await;
    world.shop.inner().fault = Some(Fault::Hang);
    until("a request hangs", async || world.shop.inner().hanging > 0).await;
    let before = Instant::now();
    assert!(collector.terminate().await.unwrap().success());
    assert!(before.elapsed() < Duration::from_secs(5), "{:?}", before.elapsed());
}

#[tokio::test]
async fn a_forgotten_cursor_starts_the_crawl_again() {
    let world = World::with(0).await;
    world.shop.inner().forgotten_cursors = 2;
    let began = Instant::now();
    let _collector = world.collector().await;
    world.number_becomes("select count(*) from collector.listing where shop = 'countrylink'", 2).await;
    assert_eq!(world.shop.inner().countrylink_firsts, 3);
    assert!(began.elapsed() >= Duration::from_secs(4), "the shop is left alone in between");
}

#[tokio::test]
async fn a_cursor_of_eight_thousand_bytes_is_followed() {
    let world = World::with(0).await;
    // Bytes that no compression makes fit into an index.
    let mut random = 1_u64;
    let digits = std::iter::repeat_with(|| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("{random:016x}")
    });
    world.shop.inner().cursor = digits.take(500).collect();
    let _collector = world.collector().await;
    let complete =
        "select count(*) from collector.shop where shop = 'countrylink' and changes_since_full = 0";
    world.number_becomes(complete, 1).await;
    assert_eq!(world.number("select count(*) from collector.listing where shop = 'countrylink'").await, 2);
}

#[tokio::test]
async fn a_refused_key_names_the_variable_and_not_the_key() {
    let world = World::with(0).await;
    let collector = world.collector_with(&[("COUNTRYLINK_API_KEY", "wrong-key")]).await;
    until("it says so", async || collector.log().contains("check COUNTRYLINK_API_KEY")).await;
    assert!(!collector.log().contains("wrong-key"));
}

#[tokio::test]
async fn wrong_settings_are_explained_in_a_sentence() {
    for (name, value, expected) in [
        ("DATABASE_URL", "", "DATABASE_URL is not set: give the address of Postgres"),
        ("AMQP_URL", "mqtt://h", "AMQP_URL can't be used"),
        ("COLLECT_EVERY", "soon", "COLLECT_EVERY can't be used"),
        ("COLLECT_EVERY", "10M", "it is longer than a day"),
        ("COLLECTOR_LISTEN", "here", "COLLECTOR_LISTEN can't be used"),
        ("FULL_CRAWL_EVERY", "0", "FULL_CRAWL_EVERY can't be used"),
        ("FULL_CRAWL_EVERY", "often", "FULL_CRAWL_EVERY can't be used"),
        ("NETVIDEO_COLLECT_EVERY", "0s", "NETVIDEO_COLLECT_EVERY can't be used"),
        ("NETVIDEO_URL", "ftp://shop", "NETVIDEO_URL can't be used"),
        ("RUST_LOG", "=,=", "RUST_LOG can't be used"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT can't be used"),
        ("RECONCILE", "perhaps", "RECONCILE can't be used"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://h", "OTEL_EXPORTER_OTLP_ENDPOINT can't be used"),
    ] {
        let mut variables = vec![("DATABASE_URL", "postgres://u@h/d"), ("AMQP_URL", "amqp://h")];
        variables.push((name, value));
        let error = stores::process::Service::start("collector", variables).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{name}={value}: {error}");
    }
}

#[tokio::test]
async fn an_empty_variable_counts_as_absent() {
    let world = World::with(0).await;
    let empty = [
        "COLLECT_EVERY",
        "COUNTRYLINK_API_KEY",
        "FULL_CRAWL_EVERY",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "PUBLISH_EVERY",
        "RECONCILE",
    ];
    let collector = world.collector_with(&empty.map(|name| (name, ""))).await;
    let ended = world.inbox(&collector).await.next_crawl(CrawlOutcome::Complete).await;
    assert_eq!(ended.collect_every_ms, 60_000);
}

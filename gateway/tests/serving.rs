//! What the gateway's program serves, from which caches and stores, and what it tells of itself.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod support;

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use futures::future::join_all;
use reqwest::Client;
use serde_json::{Value, json};
use stores::{process::Service, sandbox::Sandbox};

use crate::support::{
    ask, consuming, eventually, http_client,
    pipeline::Pipeline,
    queue::Publisher,
    said::{changed, gtin, listing},
};

const TITLE: &str = "ASUS TUF Gaming GeForce RTX 4070 SUPER OC 12GB";
const PRICES: &str = "{ videoCards { nodes { bestOffer { price { amount } } } } }";
const SOON: Duration = Duration::from_secs(20);

/// A gateway, and the queue that it consumes.
async fn gateway(sandbox: &Sandbox) -> Service {
    Publisher::connect(sandbox).await;
    Service::start("gateway", Pipeline::gateway_variables(sandbox)).await.unwrap()
}

async fn price(http: &Client, gateway: &Service) -> Result<String, String> {
    let answer = ask(http, &gateway.url("/graphql"), PRICES, Value::Null).await;
    let price = &answer["data"]["videoCards"]["nodes"][0]["bestOffer"]["price"]["amount"];
    price.as_str().map(str::to_owned).ok_or_else(|| answer.to_string())
}

/// Whether a gateway tells that it gave answers that came from there.
fn gave(metrics: &str, from: &str) -> bool {
    let name = format!("gateway_answers_total{{from=\"{from}\"}} ");
    metrics.lines().filter_map(|line| line.strip_prefix(&name)).any(|count| count != "0")
}

#[tokio::test(flavor = "multi_thread")]
async fn none_of_three_gateways_serves_for_longer_than_a_second_what_was_replaced() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let without_redis =
        Pipeline::gateway_variables(&sandbox).into_iter().filter(|(name, _)| *name != "REDIS_URL");
    let without_redis = Service::start("gateway", without_redis).await.unwrap();
    let gateways = [gateway(&sandbox).await, gateway(&sandbox).await, without_redis];
    for gateway in &gateways {
        consuming(&http, gateway).await;
    }
    let publisher = Publisher::connect(&sandbox).await;
    let url = sandbox.gateway_database_url();
    let mut database = <sqlx::PgConnection as sqlx::Connection>::connect(&url).await.unwrap();
    for version in 1..=5 {
        let expected = format!("{}.00", 500 + version);
        publisher.publish(&changed("netvideo", "1", version, listing(TITLE, 50_000 + version * 100))).await;
        // One of them applies it; from its commit on, all have a second. They are asked all the while, so that answers
        // are in the caches.
        while sqlx::query_scalar::<_, i64>("select coalesce(max(version), 0) from gateway.listing")
            .fetch_one(&mut database)
            .await
            .unwrap()
            < version
        {
            join_all(gateways.iter().map(|gateway| price(&http, gateway))).await;
        }
        let committed = Instant::now();
        let served = gateways.iter().map(async |gateway| {
            eventually(SOON, || async {
                let price = price(&http, gateway).await?;
                if price == expected { Ok(()) } else { Err(price) }
            })
            .await;
        });
        join_all(served).await;
        assert!(committed.elapsed() < Duration::from_secs(1), "{:?}", committed.elapsed());
    }
    let told = gateways
        .iter()
        .map(async |gateway| http.get(gateway.url("/metrics")).send().await.unwrap().text().await.unwrap());
    let told = join_all(told).await;
    for metrics in &told {
        assert!(gave(metrics, "memory"), "{metrics}");
    }
    let quick = "gateway_request_duration_seconds_bucket{from=\"memory\",le=\"0.001\"}";
    assert!(told[0].contains(quick), "{}", told[0]);
    // Which of them applied the changes, nobody knows.
    assert!(told.concat().contains("gateway_lag_seconds_count"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_ahead_goes_on_without_a_card_that_cant_be_read() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let publisher = Publisher::connect(&sandbox).await;
    for number in 1..=3 {
        let mut card = listing(TITLE, 50_000);
        card.gtins = vec![gtin(number)];
        publisher.publish(&changed("netvideo", &number.to_string(), 1, card)).await;
    }
    let before = gateway(&sandbox).await;
    eventually(SOON, || async {
        let answer = ask(&http, &before.url("/graphql"), "{ videoCards { totalCount } }", Value::Null).await;
        if answer["data"]["videoCards"]["totalCount"] == 3 { Ok(()) } else { Err(answer.to_string()) }
    })
    .await;
    drop(before);
    let url = sandbox.gateway_database_url();
    let mut database = <sqlx::PgConnection as sqlx::Connection>::connect(&url).await.unwrap();
    let broken = "update gateway.card set document = '{\"specs\": 7}'
        where id = (select id from gateway.card order by id offset 1 limit 1)";
    sqlx::query(broken).execute(&mut database).await.unwrap();
    // Temporary files may be in memory, where no cards are kept as on a disk.
    let folder = ("CACHE_DISK_FOLDER", env!("CARGO_TARGET_TMPDIR").to_owned());
    let variables = Pipeline::gateway_variables(&sandbox).into_iter().chain([folder]);
    let gateway = Service::start("gateway", variables).await.unwrap();
    eventually(SOON, || async {
        let metrics = http.get(gateway.url("/metrics")).send().await.unwrap().text().await.unwrap();
        let is_told = |line: &str| metrics.lines().any(|told| told == line);
        if is_told("gateway_warm 1") && is_told("gateway_disk_rows 2") { Ok(()) } else { Err(gateway.log()) }
    })
    .await;
    assert!(gateway.log().contains("going on with the others"), "{}", gateway.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_one_gateway_worked_out_another_finds_in_redis() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let (one, other) = (gateway(&sandbox).await, gateway(&sandbox).await);
    consuming(&http, &one).await;
    consuming(&http, &other).await;
    let questions = AtomicU32::new(0);
    eventually(SOON, || async {
        // Each time another question: one that the other gateway has not heard before.
        let query = format!("{{ shops {{ id }} }} # {}", questions.fetch_add(1, Ordering::Relaxed));
        for gateway in [&one, &other] {
            ask(&http, &gateway.url("/graphql"), &query, Value::Null).await;
        }
        let metrics = http.get(other.url("/metrics")).send().await.unwrap().text().await.unwrap();
        if gave(&metrics, "redis") { Ok(()) } else { Err(metrics) }
    })
    .await;
    assert_ne!(sandbox.ask_redis("dbsize").await.unwrap(), ":0");
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_are_answered_from_the_replica_where_there_is_one() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let publisher = Publisher::connect(&sandbox).await;
    // Like on a replica, nothing can be written there.
    let mut replica = url::Url::parse(&sandbox.gateway_database_url()).unwrap();
    replica.query_pairs_mut().append_pair("options", "-c default_transaction_read_only=on");
    let with = async |replica: &url::Url| {
        let variables = Pipeline::gateway_variables(&sandbox).into_iter();
        Service::start("gateway", variables.chain([("DATABASE_READ_URL", replica.to_string())]))
            .await
            .unwrap()
    };
    let gateway = with(&replica).await;
    publisher.publish(&changed("netvideo", "1", 1, listing(TITLE, 50_000))).await;
    eventually(SOON, || async {
        let price = price(&http, &gateway).await?;
        if price == "500.00" { Ok(()) } else { Err(price) }
    })
    .await;
    // Nobody listens there, and the other one isn't asked instead.
    replica.set_port(Some(1)).unwrap();
    drop(gateway);
    let without = with(&replica).await;
    publisher.publish(&changed("netvideo", "1", 2, listing(TITLE, 40_000))).await;
    let url = sandbox.gateway_database_url();
    let mut database = <sqlx::PgConnection as sqlx::Connection>::connect(&url).await.unwrap();
    let applied = "select true from gateway.listing where version = 2";
    while sqlx::query_scalar::<_, bool>(applied).fetch_optional(&mut database).await.unwrap().is_none() {}
    let answer = http.post(without.url("/graphql")).json(&json!({ "query": PRICES })).send().await.unwrap();
    assert_eq!(answer.status(), 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_without_postgres_says_so_and_serves_once_it_is_there() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let nowhere = "postgres://nobody:hunter2@127.0.0.1:9/none";
    let variables = [("DATABASE_URL", nowhere), ("AMQP_URL", "amqp://nobody:hunter2@127.0.0.1:9/%2f")];
    let mut lost = Service::start("gateway", variables).await.unwrap();
    let ready = http.get(lost.url("/ready")).send().await.unwrap();
    assert_eq!(ready.status(), 503);
    assert!(ready.text().await.unwrap().contains("Postgres does not answer"));
    assert_eq!(http.get(lost.url("/health")).send().await.unwrap().status(), 200);
    let answer = ask(&http, &lost.url("/graphql"), PRICES, Value::Null).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{answer}");
    assert!(!answer.to_string().contains("127.0.0.1"), "{answer}");
    assert!(lost.terminate().await.unwrap().success());
    assert!(!lost.log().contains("hunter2"), "{}", lost.log());
    let found = gateway(&sandbox).await;
    consuming(&http, &found).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_metrics_can_stand_at_an_address_that_the_public_does_not_reach() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let mut variables = Pipeline::gateway_variables(&sandbox);
    variables.extend([
        ("GATEWAY_METRICS_LISTEN", "127.0.0.1:0".to_owned()),
        // While it lingers, this test looks at it.
        ("STOP_LINGER", "4s".to_owned()),
    ]);
    let mut gateway = Service::start("gateway", variables).await.unwrap();
    let inside = told_inside(&gateway);
    let status = async |url: String| http.get(url).send().await.map(|response| response.status().as_u16());
    for (path, served_inside, served_outside) in [
        ("/health", 200, 404),
        ("/metrics", 200, 404),
        ("/graphql?query={shops{id}}", 404, 200),
        ("/schema.graphql", 404, 200),
    ] {
        eventually(SOON, || async {
            let seen = (
                status(format!("http://{inside}{path}")).await.unwrap(),
                status(gateway.url(path)).await.unwrap(),
            );
            if seen == (served_inside, served_outside) { Ok(()) } else { Err(format!("{path}: {seen:?}")) }
        })
        .await;
    }
    let ready = || status(format!("http://{inside}/ready"));
    assert_eq!((ready().await.unwrap(), status(gateway.url("/ready")).await.unwrap()), (200, 404));
    gateway.tell_to_stop();
    eventually(SOON, || async {
        match ready().await {
            Ok(503) => Ok(()),
            seen => Err(format!("{seen:?}")),
        }
    })
    .await;
    assert_eq!(status(gateway.url("/schema.graphql")).await.unwrap(), 200);
    // Told a second time, it would end at once.
    let ended = eventually(SOON, || {
        let ended = gateway.exit_status();
        async move { ended.ok_or_else(|| "it goes on".to_owned()) }
    })
    .await;
    assert!(ended.success(), "{ended}");
}

/// Where a gateway says that it tells of its health and its metrics.
fn told_inside(gateway: &Service) -> SocketAddr {
    let lines = gateway.lines();
    let line = lines.iter().find(|line| line.contains("an address of their own")).expect("it says so");
    let line: Value = serde_json::from_str(line).unwrap();
    line["address"].as_str().unwrap().parse().unwrap()
}

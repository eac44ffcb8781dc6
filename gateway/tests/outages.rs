//! What readers get while a store is away, or while another version of the gateway runs, on real processes and stores.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod support;

use std::time::Duration;

use chrono::TimeDelta;
use events::{BUCKETS, Buckets, LACKING_CHANNEL, Lacking, ProductEvent, Versions};
use reqwest::{
    Client,
    header::{self, HeaderMap},
};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, postgres::PgListener};
use stores::{process::Service, sandbox::Sandbox};
use tokio::time::timeout;

use crate::support::{
    consuming, eventually, http_client,
    pipeline::Pipeline,
    postgres::Database,
    queue::Publisher,
    said::{changed, crawl, listing, start},
};

const KNOWN: &str = "{ videoCards { nodes { name bestOffer { price { amount } } } } }";
const UNKNOWN: &str = "{ videoCards { nodes { id } } }";
const TITLE: &str = "Sapphire Pulse Radeon RX 7600 8GB";
/// What a card of that title is called.
const NAME: &str = "Sapphire Pulse Radeon RX 7600 8 GB";
const SOON: Duration = Duration::from_secs(20);

/// What an answer says, before its body and in it.
struct Answered {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

async fn asked(http: &Client, gateway: &Service, query: &str) -> Answered {
    let request = json!({ "query": query, "extensions": { "cost": true } });
    let response = http.post(gateway.url("/graphql")).json(&request).send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answered { status, headers, body: serde_json::from_str(&response.text().await.unwrap()).unwrap() }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_postgres_is_away_readers_get_the_last_answer_and_are_told_of_when_it_is() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let publisher = Publisher::connect(&sandbox).await;
    let gateway = Service::start("gateway", Pipeline::gateway_variables(&sandbox)).await.unwrap();
    consuming(&http, &gateway).await;
    publisher.publish(&changed("netvideo", "1", 1, listing(TITLE, 30_000))).await;
    let fresh = eventually(SOON, || async {
        let answered = asked(&http, &gateway, KNOWN).await;
        let is_there =
            answered.body["data"]["videoCards"]["nodes"].as_array().is_some_and(|nodes| nodes.len() == 1);
        if is_there { Ok(answered.body) } else { Err(answered.body.to_string()) }
    })
    .await;
    let mut database = Database::of(&sandbox).await;
    database.away().await;
    let stale = eventually(SOON, || async {
        let answered = asked(&http, &gateway, KNOWN).await;
        let is_marked = answered.body["extensions"]["stale"].is_object();
        if is_marked { Ok(answered) } else { Err(answered.body.to_string()) }
    })
    .await;
    assert_eq!(stale.body["data"], fresh["data"], "{}", stale.body);
    assert_eq!(stale.body["extensions"]["cost"], fresh["extensions"]["cost"], "{}", stale.body);
    let as_of = stale.body["extensions"]["stale"]["asOf"].as_str().unwrap();
    let since = stale.headers["x-stale-since"].to_str().unwrap();
    let time = |text: &str| chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis();
    assert_eq!(time(as_of), time(since));
    assert_eq!(stale.headers[header::CACHE_CONTROL], "no-store");
    let refused = eventually(SOON, || async {
        let answered = asked(&http, &gateway, UNKNOWN).await;
        if answered.status == 503 { Ok(answered) } else { Err(answered.body.to_string()) }
    })
    .await;
    assert_eq!(refused.headers[header::RETRY_AFTER], "1");
    assert_eq!(refused.body["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{}", refused.body);
    assert!(refused.body.get("data").is_none(), "{}", refused.body);
    eventually(SOON, || async {
        let status = http.get(gateway.url("/ready")).send().await.unwrap().status();
        if status == 503 { Ok(()) } else { Err(status.to_string()) }
    })
    .await;
    database.back().await;
    eventually(SOON, || async {
        let answered = asked(&http, &gateway, UNKNOWN).await;
        if answered.body["errors"].is_null() { Ok(()) } else { Err(answered.body.to_string()) }
    })
    .await;
    let again = asked(&http, &gateway, KNOWN).await;
    assert_eq!(again.body["extensions"]["stale"], Value::Null, "{}", again.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn listings_that_are_lacking_are_asked_for() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let publisher = Publisher::connect(&sandbox).await;
    let gateway = Service::start("gateway", Pipeline::gateway_variables(&sandbox)).await.unwrap();
    consuming(&http, &gateway).await;
    let mut listener = PgListener::connect(&sandbox.gateway_database_url()).await.unwrap();
    listener.listen(LACKING_CHANNEL).await.unwrap();
    let mut database = PgConnection::connect(&sandbox.gateway_database_url()).await.unwrap();
    // The collector has sent both, and the first has arrived.
    let mut digests = [0; BUCKETS];
    let mut lacking = 0;
    for id in ["1", "2"] {
        let sql =
            "select get_byte(decode(md5($1), 'hex'), 0), ('x' || left(md5($1 || ':1'), 16))::bit(64)::bigint";
        let (bucket, digest): (i32, i64) =
            sqlx::query_as(sql).bind(id).fetch_one(&mut database).await.unwrap();
        lacking = u8::try_from(bucket).unwrap();
        digests[usize::from(lacking)] = digest.cast_unsigned();
    }
    publisher.publish(&changed("netvideo", "1", 1, listing(TITLE, 30_000))).await;
    let ProductEvent::CrawlEnded(mut ended) = crawl("netvideo", 1, start() + TimeDelta::hours(1)) else {
        unreachable!("it is a crawl's end")
    };
    ended.versions = Some(Versions::new(digests));
    publisher.publish(&ProductEvent::CrawlEnded(ended)).await;
    let asked = timeout(SOON, listener.recv()).await.expect("it is asked for").unwrap();
    let asked = Lacking::decode(asked.payload()).unwrap();
    assert_eq!(asked, Lacking { shop: "netvideo".to_owned(), buckets: Buckets::from_iter([lacking]) });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_serves_from_the_schema_that_a_newer_one_has_made() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    Publisher::connect(&sandbox).await;
    let mut newer = Service::start("gateway", Pipeline::gateway_variables(&sandbox)).await.unwrap();
    consuming(&http, &newer).await;
    let mut database = PgConnection::connect(&sandbox.gateway_database_url()).await.unwrap();
    let newest =
        "insert into gateway._sqlx_migrations (version, description, success, checksum, execution_time)
        values (9999, 'what only a newer one knows', true, '\\x00', 0)";
    sqlx::query(newest).execute(&mut database).await.unwrap();
    assert!(newer.terminate().await.unwrap().success());
    let older = Service::start("gateway", Pipeline::gateway_variables(&sandbox)).await.unwrap();
    consuming(&http, &older).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_follows_an_older_one_that_writes_less_than_it_does_itself() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let publisher = Publisher::connect(&sandbox).await;
    let gateway = Service::start("gateway", Pipeline::gateway_variables(&sandbox)).await.unwrap();
    let served = async |expected: &Value| {
        eventually(SOON, || async {
            let answer = asked(&http, &gateway, KNOWN).await.body;
            let card = &answer["data"]["videoCards"]["nodes"][0];
            if card == expected { Ok(()) } else { Err(answer.to_string()) }
        })
        .await;
    };
    let card =
        |name: &str, price: &str| json!({ "name": name, "bestOffer": { "price": { "amount": price } } });
    publisher.publish(&changed("netvideo", "1", 1, listing(TITLE, 25_000))).await;
    served(&card(NAME, "250.00")).await;

    // It tells neither a digest of what it has written nor which card has changed.
    let mut database = PgConnection::connect(&sandbox.gateway_database_url()).await.unwrap();
    let older = "begin;
        update gateway.listing set version = 2, price_minor = 24000, base_price_minor = 24000,
            document = jsonb_set(document, '{title}', '\"Something else\"');
        update gateway.card set name = 'Something else', best_price_minor = 24000,
            changed_version = (select version + 1 from gateway.catalogue);
        update gateway.catalogue set version = version + 1;
        commit";
    sqlx::raw_sql(older).execute(&mut database).await.unwrap();
    served(&card("Something else", "240.00")).await;

    publisher.publish(&changed("netvideo", "1", 3, listing(TITLE, 23_000))).await;
    served(&card(NAME, "230.00")).await;
}

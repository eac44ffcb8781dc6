//! Cards that are written to disk before anybody asks for them: they come as ever, and go once they change.

// Elsewhere no cards are kept as they are written.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod support;

use std::{io::IoSliceMut, time::Duration};

use events::Listing;
use reqwest::Client;
use rustix::io::{ReadWriteFlags, preadv2};
use serde_json::{Value, json};
use stores::{process::Service, sandbox::Sandbox};

use crate::support::{
    ask, consuming, eventually, http_client,
    pipeline::Pipeline,
    queue::Publisher,
    said::{changed, listing},
};

const SOON: Duration = Duration::from_secs(30);
const CARDS: i64 = 1_300;
/// What is often asked of cards in one way.
const ASKED: &str = "id name bestOffer { price { amount } stale } offers { url observedAt }";

/// Where files are that aren't in memory alone.
const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

/// Whether the file system can say what the kernel has in memory: where it can't, no cards are kept as they are written.
fn tells_what_is_in_memory() -> bool {
    let file = tempfile::tempfile_in(FOLDER).unwrap();
    preadv2(&file, &mut [IoSliceMut::new(&mut [0])], 0, ReadWriteFlags::NOWAIT).is_ok()
}

/// In minor units, another one for each card.
fn price(number: i64) -> i64 {
    20_000 + number * 100
}

fn card(number: i64) -> Listing {
    let mut card = listing("ASUS Dual GeForce RTX 4060 OC 8GB", price(number));
    card.mpns = vec![format!("DUAL-RTX4060-O8G-{number:04}")];
    card.url = format!("https://shop.example/{}/{number}", "a".repeat(1_900));
    card
}

async fn metrics(http: &Client, gateway: &Service) -> String {
    http.get(gateway.url("/metrics")).send().await.unwrap().text().await.unwrap()
}

async fn told(http: &Client, gateway: &Service, line: &str) {
    eventually(SOON, async || {
        let told = metrics(http, gateway).await;
        if told.lines().any(|told| told == line) { Ok(()) } else { Err(told) }
    })
    .await;
}

/// The first so many cards that cost as much as one of them, or more.
async fn cards(http: &Client, gateway: &Service, first: usize, number: i64, asked: &str) -> Vec<Value> {
    let query = format!(
        "query cards($first: Int!, $min: Decimal!) {{
            videoCards(first: $first, filter: {{ price: {{ min: $min }} }}) {{ nodes {{ {asked} }} }}
        }}"
    );
    let min = format!("{}.{:02}", price(number) / 100, price(number) % 100);
    let answer = ask(http, &gateway.url("/graphql"), &query, json!({ "first": first, "min": min })).await;
    answer["data"]["videoCards"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
}

/// All cards, from the cheapest to the dearest.
async fn all_cards(http: &Client, gateway: &Service, asked: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for number in (0..CARDS).step_by(100) {
        all.extend(cards(http, gateway, 100, number, asked).await);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_way_that_is_often_asked_for_all_cards_are_on_disk_until_they_change() {
    if !tells_what_is_in_memory() {
        return;
    }
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let publisher = Publisher::connect(&sandbox).await;
    let variables = Pipeline::gateway_variables(&sandbox)
        .into_iter()
        .chain([("CACHE_DISK_FOLDER", FOLDER.to_owned()), ("MAX_QUERY_COST", "1000000".to_owned())]);
    let applying = Service::start("gateway", variables.clone()).await.unwrap();
    consuming(&http, &applying).await;
    told(&http, &applying, "gateway_warm 1").await;
    for number in 0..CARDS {
        publisher.publish(&changed("netvideo", &number.to_string(), 1, card(number))).await;
    }
    let last = async || {
        let last = cards(&http, &applying, 1, CARDS - 1, "id").await;
        if last.len() == 1 { Ok(()) } else { Err("the last card is not there".to_owned()) }
    };
    eventually(SOON, last).await;
    // There was none when it started, and nobody asked for any but that one.
    told(&http, &applying, &format!("gateway_disk_rows {CARDS}")).await;
    let gateway = Service::start("gateway", variables).await.unwrap();
    told(&http, &gateway, "gateway_warm 1").await;
    // Their rows are too, before anybody asked for one.
    told(&http, &gateway, &format!("gateway_disk_rows {CARDS}")).await;

    // Until memory has no room for more.
    let large: Vec<String> = (0..16).map(|place| format!("o{place}: offers {{ url }}")).collect();
    for number in (100..CARDS).step_by(100) {
        cards(&http, &gateway, 100, number, &large.join(" ")).await;
    }
    // Far more often than is needed: one in many is kept in memory all the same.
    for (first, number) in (1..=4).flat_map(|first| (0..100).map(move |number| (first, number))) {
        cards(&http, &gateway, first, number, ASKED).await;
    }
    told(&http, &gateway, &format!("gateway_disk_written {CARDS}")).await;

    // What has a condition in it is never taken from what was written.
    let anew = all_cards(&http, &gateway, &ASKED.replacen("id", "id @include(if: true)", 1)).await;
    assert_eq!(anew.len(), usize::try_from(CARDS).unwrap());
    let written = |metrics: &str| {
        let line = metrics.lines().find(|line| line.starts_with("gateway_cards_total{by=\"straight\"}"));
        line.unwrap_or_else(|| panic!("{metrics}")).to_owned()
    };
    let before = written(&metrics(&http, &gateway).await);
    assert_eq!(all_cards(&http, &gateway, ASKED).await, anew);
    assert_eq!(written(&metrics(&http, &gateway).await), before);

    let mut cheaper = card(300);
    cheaper.price.amount_minor -= 1;
    publisher.publish(&changed("netvideo", "300", 2, cheaper)).await;
    told(&http, &gateway, &format!("gateway_disk_written {}", CARDS - 1)).await;
    told(&http, &gateway, &format!("gateway_disk_rows {CARDS}")).await;
    let now = cards(&http, &gateway, 2, 299, ASKED).await;
    assert_eq!(now[1]["bestOffer"]["price"]["amount"], "499.99");
}

//! Cards that were written for one answer and stand in another one: nobody can tell.

mod support;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use events::ProductEvent;
use gateway::catalogue::Catalogue;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::{
    catalogue::InProcess,
    eventually,
    hundred::with_hundred,
    said::{changed, crawl, listing, start},
};

const PATIENCE: Duration = Duration::from_secs(30);

/// Queries for the same cards in many ways, each with its variables.
fn queries() -> Vec<(&'static str, Value)> {
    const DIRECTIVES: &str =
        "query a($s: Boolean! = false, $l: String = \"de\") { videoCards(first: 3) { nodes {
        name @skip(if: $s) bestOffer { price { formatted(locale: $l) } } } } }";
    vec![
        ("{ videoCards(first: 5) { nodes { id name } } }", json!({})),
        ("{ videoCards(first: 7) { nodes { name id } } }", json!({})),
        ("{ videoCards(first: 5) { nodes { id title: name } totalCount } }", json!({})),
        ("{ videoCards(first: 5) { edges { cursor node { id offers { price { amount } stale observedAt } } } } }", json!({})),
        // Objects of several selections are one: of cards, and within them.
        ("{ videoCards(first: 5) { nodes { id } ...b } } fragment b on VideoCardConnection { nodes { slug brand { name } } }", json!({})),
        ("{ videoCards(first: 5) { nodes { id brand { id } ...b } } } fragment b on VideoCard { brand { name } }", json!({})),
        // One selection in two places.
        (
            "{ a: videoCards(first: 2) { ...c } b: videoCards(first: 3, sort: PRICE_DESC) { ...c } }
             fragment c on VideoCardConnection { nodes { __typename id gpu { architecture } sources { field value } } }",
            json!({}),
        ),
        ("{ videoCards(first: 5) { nodes { brand { name cardCount } priceHistory { points { at } } } } }", json!({})),
        (DIRECTIVES, json!({})),
        (DIRECTIVES, json!({ "s": true })),
        (DIRECTIVES, json!({ "l": "en" })),
        (DIRECTIVES, json!({ "l": null })),
        ("query a($v: [Availability!]) { videoCards(first: 5) { nodes { offers(availability: $v) { id } } } }", json!({ "v": ["IN_STOCK"] })),
        ("query a($v: [Availability!]) { videoCards(first: 5) { nodes { offers(availability: $v) { id } } } }", json!({ "v": ["OUT_OF_STOCK"] })),
        ("{ suggest(text: \"geforce\") { name technologies { code } } }", json!({})),
        // Something failed in one of them, and beside them.
        ("{ videoCards(first: 5) { nodes { id priceHistory(shop: \"none\") { points { at } } } } }", json!({})),
    ]
}

#[tokio::test]
async fn an_answer_is_the_same_whether_its_cards_were_written_before_or_not() {
    let (gateway, _) = with_hundred().await;
    let queries = queries();
    let mut last = queries.last().unwrap();
    for asked in &queries {
        let anew = gateway.ask_with(asked.0, asked.1.clone()).await;
        eventually(PATIENCE, async || {
            let state = gateway.state().await;
            // Written for another query, for this one, and found.
            for (query, variables) in [last, asked, asked] {
                let answer = gateway.ask_under(&state, query, variables.clone()).await;
                if std::ptr::eq(*query, asked.0) && *variables == asked.1 {
                    assert_eq!(answer, anew, "{query}");
                }
            }
            // Nothing is kept under a state that may be old by now.
            state.can_be_trusted().then_some(()).ok_or_else(|| "asking took too long".to_owned())
        })
        .await;
        last = asked;
    }
}

#[tokio::test]
async fn facets_are_the_same_however_they_are_asked_for() {
    // The last two can't be written at once.
    let forms = [
        "{ videoCards { facets { id values { value label n: count n: count selected __typename } } } }",
        "{ videoCards { facets { id values { ...v label ... { n: count } selected __typename } } } } fragment v on FacetValue { value }",
        "{ videoCards { facets { id values { value label } } ...f } }
         fragment f on VideoCardConnection { facets { values { n: count selected __typename } } }",
    ];
    let (gateway, _) = with_hundred().await;
    let answers = [gateway.ask(forms[0]).await, gateway.ask(forms[1]).await, gateway.ask(forms[2]).await];
    let values = answers[0]["videoCards"]["facets"][0]["values"].as_array().unwrap();
    assert_eq!(values[0]["__typename"], "FacetValue");
    assert!(values.iter().all(|value| value["n"].as_i64().unwrap() > 0));
    assert_eq!(answers[1], answers[0]);
    assert_eq!(answers[2], answers[0]);
}

#[tokio::test]
async fn when_offers_were_seen_is_told_as_it_is_now_of_a_card_that_was_written_before() {
    // The same card on its own, in a list, and in one that is resolved.
    const WAYS: [&str; 3] = [
        "{ videoCards { nodes { slug offers { title stale observedAt shop { slug } } bestOffer { stale } } } }",
        "{ videoCards { edges { node { slug offers { title stale observedAt shop { slug } } bestOffer { stale } } } } }",
        "{ videoCards { nodes { slug offers { title stale observedAt @include(if: true) shop { slug } } bestOffer { stale } } } }",
    ];
    let gateway = InProcess::start("").await;
    // One that follows the catalogue keeps cards from one version of it to the next.
    let catalogue = Catalogue::default();
    tokio::spawn(catalogue.clone().watch(gateway.pool.clone(), CancellationToken::new()));
    let apply = async |event: ProductEvent| {
        let version = gateway.apply(&[event]).await.version.unwrap();
        eventually(PATIENCE, async || {
            let state = catalogue.state().filter(|state| state.version >= version);
            state.ok_or_else(|| "it doesn't follow".to_owned())
        })
        .await
    };
    let (now, title) = (Utc::now(), "ASUS TUF Gaming GeForce RTX 4070 SUPER OC 12GB");
    apply(changed("netvideo", "1", 1, listing(title, 60_000))).await;
    for (number, crawled_at) in [(1, start()), (2, now), (3, now + TimeDelta::seconds(1))] {
        let state = apply(crawl("netvideo", number, crawled_at)).await;
        for way in WAYS {
            // Nothing is kept for one who doesn't follow.
            let anew = gateway.ask(way).await;
            let first = &anew["videoCards"].as_object().unwrap().values().next().unwrap()[0];
            let offer = &first.get("node").unwrap_or(first)["offers"][0];
            assert_eq!(offer["stale"], number == 1, "{anew}");
            if number > 1 {
                let seen: DateTime<Utc> = offer["observedAt"].as_str().unwrap().parse().unwrap();
                assert_eq!(seen.timestamp_micros(), crawled_at.timestamp_micros(), "{anew}");
            }
            for _ in 0..2 {
                assert_eq!(gateway.ask_under(&state, way, json!({})).await["data"], anew);
            }
        }
    }
}

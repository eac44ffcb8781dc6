//! Lists of cards in every order, page by page, both ways.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod support;

use serde_json::Value;

use crate::support::hundred::with_hundred;

const SORTS: [&str; 8] = [
    "RELEVANCE",
    "PRICE_ASC",
    "PRICE_DESC",
    "DISCOUNT_DESC",
    "MEMORY_DESC",
    "NAME_ASC",
    "RELEASED_DESC",
    "UPDATED_DESC",
];

#[tokio::test]
async fn pages_follow_each_other_both_ways_without_gap_or_repetition_under_every_sort() {
    let (gateway, _) = with_hundred().await;
    for sort in SORTS {
        let query = |arguments: &str| {
            format!(
                "{{ videoCards(sort: {sort}, {arguments}) {{ edges {{ cursor node {{ id }} }}
                    pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
            )
        };
        let page = async |arguments: String| gateway.ask(&query(&arguments)).await["videoCards"].clone();
        let ids = |page: &Value| -> Vec<String> {
            page["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["id"].to_string()).collect()
        };
        let whole = ids(&page("first: 100".to_owned()).await);
        assert_eq!(whole.len(), 100);
        for size in [1, 7, 33] {
            if size == 1 && sort != "PRICE_ASC" {
                continue;
            }
            let (mut forwards, mut arguments) = (Vec::new(), format!("first: {size}"));
            loop {
                let page = page(arguments).await;
                assert_eq!(page["pageInfo"]["hasPreviousPage"], !forwards.is_empty(), "{sort}");
                forwards.extend(ids(&page));
                assert_eq!(page["pageInfo"]["hasNextPage"], forwards.len() < 100, "{sort}");
                if page["pageInfo"]["hasNextPage"] == false {
                    break;
                }
                arguments = format!("first: {size}, after: {}", page["pageInfo"]["endCursor"]);
            }
            assert_eq!(forwards, whole, "{sort} by {size}");
            let (mut backwards, mut arguments) = (Vec::new(), format!("last: {size}"));
            loop {
                let page = page(arguments).await;
                assert_eq!(page["pageInfo"]["hasNextPage"], !backwards.is_empty(), "{sort}");
                backwards.splice(0..0, ids(&page));
                assert_eq!(page["pageInfo"]["hasPreviousPage"], backwards.len() < 100, "{sort}");
                if page["pageInfo"]["hasPreviousPage"] == false {
                    break;
                }
                arguments = format!("last: {size}, before: {}", page["pageInfo"]["startCursor"]);
            }
            assert_eq!(backwards, whole, "{sort} by {size}, backwards");
        }
    }
}

/// Sorts the other way round: the complement of each digit.
fn turned(digits: &str) -> String {
    digits
        .chars()
        .map(|c| c.to_digit(10).map_or(c, |digit| char::from_digit(9 - digit, 10).unwrap()))
        .collect()
}

/// What a sort goes by: unknown last, a number, a text.
type Rank = fn(&Value) -> (bool, f64, String);

#[tokio::test]
async fn every_sort_puts_first_what_it_says() {
    let (gateway, _) = with_hundred().await;
    let query = |sort: &str| {
        format!(
            "{{ videoCards(first: 100, sort: {sort}) {{ nodes {{ name updatedAt specs {{ memoryGb releasedOn }}
                bestOffer {{ price {{ minorUnits }} previousPrice {{ minorUnits }} }} }} }} }}"
        )
    };
    let ranks: [(&str, Rank); 7] = [
        ("PRICE_ASC", |card| {
            let price = &card["bestOffer"]["price"]["minorUnits"];
            (price.is_null(), price.as_f64().unwrap_or(0.0), String::new())
        }),
        ("PRICE_DESC", |card| {
            let price = &card["bestOffer"]["price"]["minorUnits"];
            (price.is_null(), -price.as_f64().unwrap_or(0.0), String::new())
        }),
        ("DISCOUNT_DESC", |card| {
            let now = card["bestOffer"]["price"]["minorUnits"].as_f64().unwrap_or(1.0);
            let before = card["bestOffer"]["previousPrice"]["minorUnits"].as_f64().unwrap_or(now);
            (false, -((before - now) / before * 10_000.0).round().max(0.0), String::new())
        }),
        ("MEMORY_DESC", |card| (false, -card["specs"]["memoryGb"].as_f64().unwrap(), String::new())),
        ("NAME_ASC", |card| (false, 0.0, card["name"].as_str().unwrap().to_lowercase())),
        ("RELEASED_DESC", |card| {
            let released = card["specs"]["releasedOn"].as_str();
            (released.is_none(), 0.0, turned(released.unwrap_or_default()))
        }),
        ("UPDATED_DESC", |card| {
            let at: chrono::DateTime<chrono::Utc> = card["updatedAt"].as_str().unwrap().parse().unwrap();
            // Later first: the complement of each digit sorts the other way.
            (false, 0.0, turned(&at.format("%Y%m%d%H%M%S%.6f").to_string()))
        }),
    ];
    for (sort, rank) in ranks {
        let data = gateway.ask(&query(sort)).await;
        let ranked: Vec<_> = data["videoCards"]["nodes"].as_array().unwrap().iter().map(rank).collect();
        assert!(ranked.is_sorted(), "{sort}: {ranked:?}");
        assert_ne!(ranked.first(), ranked.last(), "{sort} tells nothing apart here");
    }
}

//! Counts, facets and price statistics, held against a plain count over all cards as the API itself shows them.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod filters;
mod plain;
#[path = "../support/mod.rs"]
mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use serde_json::{Value, json};
use stores::sandbox::Sandbox;

use crate::{
    filters::{Question, questions},
    plain::{Card, FACETS, fits, fits_but, is_selected},
    support::pipeline::Pipeline,
};

const SOON: Duration = Duration::from_mins(1);
/// How many random questions are asked.
const QUESTIONS: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn counts_facets_and_price_statistics_are_what_a_plain_count_gives_for_any_filter() {
    let variables = [("MOCK_SHOPS_DRIFT", "0"), ("MOCK_SHOPS_CARDS", "300")];
    let pipeline = Pipeline::start(Sandbox::new().await, &variables).await;
    pipeline.settled(SOON).await;
    let cards = all_cards(&pipeline).await;
    let questions = questions(&cards);
    // The same questions each time.
    let mut random = TestRunner::deterministic();
    let mut searches: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let (mut fitting, mut empty) = (0, 0);
    for _ in 0..QUESTIONS {
        let question = questions.new_tree(&mut random).unwrap().current();
        let found = match &question.search {
            None => None,
            Some(search) => {
                if !searches.contains_key(search) {
                    searches.insert(search.clone(), found_by(&pipeline, search).await);
                }
                Some(&searches[search])
            }
        };
        let in_question: Vec<&Card> =
            cards.iter().filter(|card| found.is_none_or(|found| found.contains(&card.id))).collect();
        let count = check(&pipeline, &question, &in_question).await;
        *if count == 0 { &mut empty } else { &mut fitting } += 1;
    }
    assert!(fitting > QUESTIONS / 3 && empty > 0, "{fitting} questions find something, {empty} nothing");
}

/// Every card with what it is filtered and counted by.
async fn all_cards(pipeline: &Pipeline) -> Vec<Card> {
    const FIELDS: &str = "id name updatedAt brand { slug } gpu { slug maker }
        specs { memoryGb boardPowerWatts lengthMm } interfaces { outputs { kind } } technologies { code }
        offers { shop { slug } availability basePrice { minorUnits } } bestOffer { basePrice { minorUnits } }";
    pages(pipeline, FIELDS, Value::Null).await.iter().map(Card::read).collect()
}

/// The cards that a search finds.
async fn found_by(pipeline: &Pipeline, search: &str) -> BTreeSet<String> {
    let nodes = pages(pipeline, "id", json!(search)).await;
    nodes.iter().map(|card| card["id"].as_str().unwrap().to_owned()).collect()
}

async fn pages(pipeline: &Pipeline, fields: &str, search: Value) -> Vec<Value> {
    let query = format!(
        "query($after: String, $search: String) {{ videoCards(first: 100, after: $after, search: $search) {{
            nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    let (mut nodes, mut after) = (Vec::new(), Value::Null);
    loop {
        let data = pipeline.data(&query, json!({ "after": after, "search": search })).await;
        let page = &data["videoCards"];
        nodes.extend(page["nodes"].as_array().unwrap().iter().cloned());
        if page["pageInfo"]["hasNextPage"] == false {
            return nodes;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// Asks one question and holds the answer against the cards that its search finds. How many cards fit it.
async fn check(pipeline: &Pipeline, question: &Question, cards: &[&Card]) -> usize {
    const QUERY: &str = "query($filter: VideoCardFilter, $search: String, $buckets: Int) {
        videoCards(first: 100, filter: $filter, search: $search) {
            totalCount nodes { id } facets { id values { value count selected } }
            priceStats(buckets: $buckets) { min { minorUnits } max { minorUnits } median { minorUnits }
                buckets { min { minorUnits } max { minorUnits } count } } } }";
    let Question { filter, search, buckets } = question;
    let variables = json!({ "filter": filter, "search": search, "buckets": buckets });
    let data = pipeline.data(QUERY, variables).await;
    let list = &data["videoCards"];

    let expected: BTreeSet<&str> =
        cards.iter().filter(|card| fits(filter, card)).map(|card| card.id.as_str()).collect();
    assert_eq!(list["totalCount"], expected.len(), "{question:?}");
    let served: BTreeSet<&str> =
        list["nodes"].as_array().unwrap().iter().map(|card| card["id"].as_str().unwrap()).collect();
    assert_eq!(served.len(), expected.len().min(100), "{question:?}");
    assert!(served.is_subset(&expected), "{question:?}");

    check_facets(question, cards, &list["facets"]);
    check_prices(question, cards, &list["priceStats"]);
    expected.len()
}

/// A facet ignores its own field of the filter and obeys all else.
fn check_facets(question: &Question, cards: &[&Card], facets: &Value) {
    let facets = facets.as_array().unwrap();
    let ids: Vec<&str> = facets.iter().map(|facet| facet["id"].as_str().unwrap()).collect();
    assert_eq!(ids, FACETS);
    for (id, facet) in FACETS.into_iter().zip(facets) {
        let mut expected: BTreeMap<String, u64> = BTreeMap::new();
        for card in cards.iter().filter(|card| fits_but(id, &question.filter, card)) {
            for value in card.values_of(id) {
                *expected.entry(value).or_default() += 1;
            }
        }
        let values = facet["values"].as_array().unwrap();
        let mut served = BTreeMap::new();
        for value in values {
            let (name, count) = (value["value"].as_str().unwrap(), value["count"].as_u64().unwrap());
            let selected = is_selected(id, name, &question.filter);
            assert_eq!(value["selected"], selected, "{id}: {name}, {question:?}");
            assert!(count > 0 || selected, "{id}: {name} is of no use, {question:?}");
            if count > 0 {
                assert_eq!(served.insert(name.to_owned(), count), None, "{id}: {name} is there twice");
            }
        }
        assert_eq!(served, expected, "{id}: {question:?}");
        let in_order = if id == "memoryGb" {
            values.is_sorted_by_key(|value| value["value"].as_str().unwrap().parse::<f64>().unwrap())
        } else {
            values.is_sorted_by_key(|value| std::cmp::Reverse(value["count"].as_u64().unwrap()))
        };
        assert!(in_order, "{id}: {values:?}");
    }
}

/// Price statistics ignore the filter's own price range and obey all else.
fn check_prices(question: &Question, cards: &[&Card], stats: &Value) {
    let fitting = cards.iter().filter(|card| fits_but("price", &question.filter, card));
    let mut prices: Vec<i64> = fitting.filter_map(|card| card.price_minor).collect();
    prices.sort_unstable();
    let (Some(min), Some(max)) = (prices.first(), prices.last()) else {
        assert_eq!(*stats, Value::Null, "{question:?}");
        return;
    };
    let minor = |money: &Value| money["minorUnits"].as_i64().unwrap();
    assert_eq!(minor(&stats["min"]), *min, "{question:?}");
    assert_eq!(minor(&stats["max"]), *max, "{question:?}");
    assert_eq!(minor(&stats["median"]), prices[(prices.len() - 1) / 2], "{question:?}");

    let buckets = stats["buckets"].as_array().unwrap();
    assert!((1..=question.buckets).contains(&buckets.len()), "{question:?}");
    let ends: Vec<(i64, i64)> =
        buckets.iter().map(|bucket| (minor(&bucket["min"]), minor(&bucket["max"]))).collect();
    assert!(ends[0].0 == *min && ends[ends.len() - 1].1 >= *max, "{ends:?}");
    assert!(ends.windows(2).all(|pair| pair[0].1 + 1 == pair[1].0), "{ends:?} leave gaps");
    assert!(ends.windows(2).all(|pair| pair[0].1 - pair[0].0 == pair[1].1 - pair[1].0), "{ends:?}");
    for (bucket, (from, to)) in buckets.iter().zip(ends) {
        let expected = prices.iter().filter(|price| (from..=to).contains(*price)).count();
        assert_eq!(bucket["count"], expected, "{from} to {to}: {question:?}");
    }
}

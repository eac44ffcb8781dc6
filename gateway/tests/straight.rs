//! Objects that are written straight: nobody can tell them from those that are resolved field by field.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod support;

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use async_graphql::parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use reqwest::Client;
use serde_json::{Value, json};
use stores::{process::Service, sandbox::Sandbox};

use crate::support::{
    ask, consuming, eventually, http_client,
    hundred::with_hundred,
    pipeline::Pipeline,
    queue::Publisher,
    said::{changed, listing, technology},
};

const SOON: Duration = Duration::from_secs(20);

/// Fields that change by themselves: they are never written straight.
const NOT_LASTING: [&str; 3] = ["cardCount", "listingCount", "priceHistory"];

/// What else can be asked of a card: with arguments that are given as they stand, by variables and by a variable's default;
/// under other names, the same field twice, and in fragments.
const QUERIES: [&str; 5] = [
    "query($first: Int, $some: [Availability!], $fr: String = \"fr\", $none: [Availability!], $no: String) {
        videoCards(first: $first) { nodes { id RULE
            offers(availability: [IN_STOCK, PREORDER]) { id price { formatted(locale: \"de\") } }
            a: offers(availability: $some) { price { formatted(locale: $fr) b: formatted(locale: null) } }
            c: offers(availability: $none) { price { formatted(locale: $no) } } } } }",
    "query($first: Int) { videoCards(first: $first) { nodes { id RULE
        a: name b: offers { c: title title title } brand { name } brand { id name } } } }",
    "query($first: Int) { videoCards(first: $first) { nodes { id RULE
        ... { d: id gpu { id } } ... on VideoCard { gpu { name } e: slug name } } } }",
    "query($first: Int) { videoCards(first: $first) { nodes { id RULE ...more images } } }
     fragment more on VideoCard { brand { id } mpns x: bestOffer { id } }",
    "query($first: Int) { videoCards(first: $first) { ...page } } fragment page on VideoCardConnection {
        nodes { id RULE } pageInfo { hasNextPage } }",
];

/// To the parser, several selections stand in one place here: then none is written straight.
const IN_ONE_PLACE: &str = "query($first: Int) {videoCards(first: $first)\r{nodes\r{id RULE name\r}}}";

/// All that can be asked of an object without arguments, except what changes by itself.
fn everything(of: &str, types: &HashMap<String, Vec<(String, String)>>) -> String {
    let fields = types[of].iter().filter(|(name, _)| !NOT_LASTING.contains(&name.as_str()));
    let ask = |(name, of): &(String, String)| {
        if types.contains_key(of) { format!("{name} {{ {} }}", everything(of, types)) } else { name.clone() }
    };
    fields.map(ask).chain(["__typename".to_owned()]).collect::<Vec<_>>().join(" ")
}

/// The fields of each object type of the schema, with their types.
fn types() -> HashMap<String, Vec<(String, String)>> {
    let document = parse_schema(gateway::graphql::sdl()).unwrap();
    let types = document.definitions.into_iter().filter_map(|definition| {
        let TypeSystemDefinition::Type(definition) = definition else { return None };
        let TypeKind::Object(object) = definition.node.kind else { return None };
        let fields = object.fields.into_iter().map(|field| {
            let of = field.node.ty.node.to_string().replace(['[', ']', '!'], "");
            (field.node.name.node.to_string(), of)
        });
        Some((definition.node.name.node.to_string(), fields.collect()))
    });
    types.collect()
}

/// All of them; `rule` stands behind one field.
fn queries(rule: &str) -> Vec<String> {
    let types = types();
    let fields = everything("VideoCard", &types);
    let whole =
        format!("query($first: Int) {{ videoCards(first: $first) {{ nodes {{ id RULE {fields} }} }} }}");
    let queries = QUERIES.iter().map(|query| (*query).to_owned()).chain([whole]);
    queries.map(|query| query.replace("RULE", rule)).collect()
}

fn variables(first: u32) -> Value {
    json!({ "first": first, "some": ["OUT_OF_STOCK"] })
}

#[tokio::test]
async fn a_card_is_the_same_whether_it_is_written_straight_or_resolved() {
    let (gateway, _) = with_hundred().await;
    let queries = |rule| [queries(rule), vec![IN_ONE_PLACE.replace("RULE", rule)]].concat();
    for (straight, resolved) in queries("").iter().zip(queries("@include(if: true)")) {
        let answer =
            async |query: &str| gateway.text_under(&gateway.state().await, query, variables(100)).await;
        let written = answer(straight).await;
        let answered: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(answered["data"]["videoCards"]["nodes"].as_array().unwrap().len(), 100, "{written}");
        assert_eq!(written, answer(&resolved).await, "{straight}");
        // Of what was written straight before, only the least is executed.
        assert_eq!(written, answer(straight).await, "{straight}");
    }
}

#[tokio::test]
async fn all_of_a_document_is_executed_after_all_where_a_card_cant_be_written_straight() {
    let (gateway, _) = with_hundred().await;
    let state = gateway.state().await;
    let query = "{ videoCards(first: 3) { nodes { id brand { name } } pageInfo { hasNextPage } } }";
    let answer = async |state, query: &str| gateway.text_under(state, query, Value::Null).await;
    let written = answer(&state, query).await;
    assert_eq!(answer(&state, query).await, written);
    // Of these the cards are kept, and not their brands.
    let state = gateway.state().await;
    answer(&state, "{ videoCards(first: 3) { nodes { id } } }").await;
    gateway.pool.close().await;
    let failed = answer(&state, query).await;
    // The same, not known from before.
    assert_eq!(failed, answer(&state, &format!("{query} ")).await);
    let failed: Value = serde_json::from_str(&failed).unwrap();
    assert_eq!(failed["errors"][0]["path"], json!(["videoCards", "nodes", 0, "brand"]), "{failed}");
    assert!(failed["data"]["videoCards"]["nodes"][2]["id"].is_string(), "{failed}");
}

/// All that can be asked of a list besides its cards, and the same beside an empty list; `rule` stands behind one field of
/// each object.
fn list_queries(rule: &str) -> [String; 2] {
    let types = types();
    let ask = |of: &str| everything(of, &types).replacen(' ', &format!(" {rule} "), 1);
    let (facets, stats, page) = (ask("Facet"), ask("PriceStats"), ask("PageInfo"));
    let list = format!(
        "videoCards(first: $first, filter: {{ technologies: {{ anyOf: [\"dlss\", \"none such\"] }} }}) {{
            facets {{ {facets} }} priceStats(buckets: 3) {{ {stats} a: min {{ formatted(locale: $locale) }} }}
            pageInfo {{ {page} }} }}"
    );
    let none = format!(
        "none: videoCards(filter: {{ brands: [] }}) {{ facets {{ {facets} }} priceStats {{ {stats} }}
            pageInfo {{ {page} }} }}"
    );
    let query = |fields: &str| format!("query($first: Int, $locale: String) {{ {fields} }}");
    [query(&list), query(&(list.clone() + &none))]
}

#[tokio::test]
async fn what_is_told_of_a_list_is_the_same_whether_it_is_written_straight_or_resolved() {
    let (gateway, _) = with_hundred().await;
    let variables = json!({ "first": 3, "locale": "de" });
    for (straight, resolved) in list_queries("").iter().zip(list_queries("@include(if: true)")) {
        let answer =
            async |query: &str| gateway.text_under(&gateway.state().await, query, variables.clone()).await;
        let written = answer(straight).await;
        let answered: Value = serde_json::from_str(&written).unwrap();
        let list = &answered["data"]["videoCards"];
        assert_eq!(list["facets"].as_array().unwrap().len(), 8, "{written}");
        assert!(list["priceStats"]["buckets"][0]["min"]["amount"].is_string(), "{written}");
        assert_eq!(list["pageInfo"]["hasNextPage"], true, "{written}");
        assert_eq!(written, answer(&resolved).await);
        // Of what was written straight before, only the least is executed.
        assert_eq!(written, answer(straight).await);
    }
}

/// How many cards a gateway says that it gave in this way.
async fn given(http: &Client, gateway: &Service, by: &str) -> u64 {
    let metrics = http.get(gateway.url("/metrics")).send().await.unwrap().text().await.unwrap();
    let name = format!("gateway_cards_total{{by=\"{by}\"}} ");
    metrics.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_are_kept_or_written_straight_wherever_that_can_be() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let publisher = Publisher::connect(&sandbox).await;
    let gateway = Service::start("gateway", Pipeline::gateway_variables(&sandbox)).await.unwrap();
    consuming(&http, &gateway).await;
    let mut card = listing("ASUS TUF Gaming GeForce RTX 4070 SUPER OC 12GB", 50_000);
    card.technologies = Some(vec![technology("dlss")]);
    publisher.publish(&changed("netvideo", "1", 1, card)).await;
    let ask = async |query: &str| ask(&http, &gateway.url("/graphql"), query, Value::Null).await;
    eventually(SOON, async || {
        let answer = ask("{ videoCards { totalCount } }").await;
        (answer["data"]["videoCards"]["totalCount"] == 1).then_some(()).ok_or_else(|| answer.to_string())
    })
    .await;
    // All that can be written straight is.
    let queries = queries("");
    for query in &queries {
        let answer = self::ask(&http, &gateway.url("/graphql"), query, variables(1)).await;
        assert_eq!(answer["errors"], Value::Null, "{query}");
    }
    let straight = given(&http, &gateway, "straight").await;
    assert_eq!((straight, given(&http, &gateway, "resolved").await), (queries.len() as u64, 0));
    ask("{ videoCards { nodes { id @include(if: true) } } }").await;
    assert_eq!(given(&http, &gateway, "resolved").await, 1);
    // The same of the same card in another answer; under a state that is trusted, which it is most of the time.
    let asked = AtomicU32::new(0);
    eventually(SOON, async || {
        let first = 1 + asked.fetch_add(1, Ordering::Relaxed);
        let query = "query($first: Int) { videoCards(first: $first) { nodes { id } } }";
        self::ask(&http, &gateway.url("/graphql"), query, json!({ "first": first })).await;
        let kept = given(&http, &gateway, "kept").await;
        (kept > 0).then_some(()).ok_or_else(|| "nothing was kept".to_owned())
    })
    .await;
}

//! Pages of a list whose cards move while it is read, from the shops' changed prices to the cursors.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::{Value, json};
use stores::{process::Service, sandbox::Sandbox};

use crate::support::{eventually, http_client, pipeline::Pipeline};

const SOON: Duration = Duration::from_mins(1);
const PAGE: usize = 60;
/// Of so many cards one changes its price again and again.
const MOVES_EACH: usize = 4;

/// The sorts, what is searched for, and whether a card's place depends on its price.
const WALKS: [(&str, Option<&str>, bool); 9] = [
    ("RELEVANCE", None, true),
    ("RELEVANCE", Some("geforce"), true),
    ("PRICE_ASC", None, true),
    ("PRICE_DESC", None, true),
    ("DISCOUNT_DESC", None, true),
    ("MEMORY_DESC", None, false),
    ("NAME_ASC", None, false),
    ("RELEASED_DESC", None, false),
    ("UPDATED_DESC", None, true),
];

#[tokio::test(flavor = "multi_thread")]
async fn while_prices_change_no_page_repeats_or_drops_a_card_whose_own_place_stays() {
    let pipeline = started().await;
    pipeline.settled(SOON).await;
    let mut movers = Movers::chosen_from(&pipeline).await;
    let mut walks: Vec<Walk> = WALKS
        .into_iter()
        .flat_map(|(sort, search, by_price)| {
            [false, true].map(|backwards| Walk { sort, search, by_price, backwards, ..Walk::default() })
        })
        .collect();
    // All go on by a page, then prices change, and so on.
    while walks.iter().any(|walk| !walk.is_over) {
        for walk in walks.iter_mut().filter(|walk| !walk.is_over) {
            walk.step(&pipeline).await;
        }
        movers.change(&pipeline).await;
    }
    assert!(movers.rounds >= 4, "prices changed only {} times", movers.rounds);
    for walk in walks {
        let mut whole = Walk { seen: Vec::new(), cursor: Value::Null, is_over: false, ..walk.clone() };
        while !whole.is_over {
            whole.step(&pipeline).await;
        }
        let stays = |id: &&String| !walk.by_price || !movers.cards.contains_key(*id);
        let (seen, expected): (Vec<&String>, Vec<&String>) =
            (walk.seen.iter().filter(stays).collect(), whole.seen.iter().filter(stays).collect());
        let what = format!("{} {:?} {}", walk.sort, walk.search, walk.backwards);
        assert!(expected.len() > PAGE, "{what}: only {} cards stay", expected.len());
        assert_eq!(seen, expected, "{what}");
    }
}

/// Shops without changes but the test's, crawled five times a second.
async fn started() -> Pipeline {
    let sandbox = Sandbox::new().await;
    let shops = [("MOCK_SHOPS_DRIFT", "0"), ("MOCK_SHOPS_CARDS", "300"), ("MOCK_SHOPS_RATE_LIMIT", "10000")];
    let shops = Service::start("mock-shops", shops).await.unwrap();
    let mut variables = Pipeline::collector_variables(&sandbox, &shops);
    variables.retain(|(name, _)| *name != "COLLECT_EVERY");
    variables.extend([("COLLECT_EVERY", "200ms".to_owned()), ("PUBLISH_EVERY", "20ms".to_owned())]);
    let collector = Service::start("collector", variables).await.unwrap();
    let gateway = Service::start("gateway", Pipeline::gateway_variables(&sandbox)).await.unwrap();
    Pipeline { shops, collector, gateway, http: http_client(), sandbox }
}

/// A walk through a list, page by page.
#[derive(Clone, Debug, Default)]
struct Walk {
    sort: &'static str,
    search: Option<&'static str>,
    by_price: bool,
    backwards: bool,
    cursor: Value,
    seen: Vec<String>,
    is_over: bool,
}

impl Walk {
    async fn step(&mut self, pipeline: &Pipeline) {
        let (size, from, more, end) = if self.backwards {
            ("last", "before", "hasPreviousPage", "startCursor")
        } else {
            ("first", "after", "hasNextPage", "endCursor")
        };
        let query = format!(
            "query($from: String, $search: String) {{ videoCards({size}: {PAGE}, {from}: $from, sort: {},
                search: $search) {{ nodes {{ id }} pageInfo {{ {more} {end} }} }} }}",
            self.sort
        );
        let data = pipeline.data(&query, json!({ "from": self.cursor, "search": self.search })).await;
        let page = &data["videoCards"];
        let mut ids: Vec<String> = page["nodes"].as_array().unwrap().iter().map(id_of).collect();
        if self.backwards {
            ids.reverse();
        }
        self.seen.extend(ids);
        self.cursor = page["pageInfo"][end].clone();
        self.is_over = page["pageInfo"][more] == false;
    }
}

/// Cards whose prices change.
struct Movers {
    /// Each card's listings with their prices at first.
    cards: BTreeMap<String, Vec<Listing>>,
    rounds: u32,
}

struct Listing {
    shop: String,
    id: String,
    price_minor: i64,
}

impl Movers {
    /// Some of the first cards by name.
    async fn chosen_from(pipeline: &Pipeline) -> Self {
        const QUERY: &str = "{ videoCards(first: 100, sort: NAME_ASC) { nodes { id offers {
            shop { slug } url price { minorUnits } } } } }";
        let data = pipeline.data(QUERY, Value::Null).await;
        let listing = |offer: &Value| Listing {
            shop: offer["shop"]["slug"].as_str().unwrap().to_owned(),
            id: offer["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned(),
            price_minor: offer["price"]["minorUnits"].as_i64().unwrap(),
        };
        let cards = data["videoCards"]["nodes"].as_array().unwrap();
        let cards = cards
            .iter()
            .step_by(MOVES_EACH)
            .map(|card| (id_of(card), card["offers"].as_array().unwrap().iter().map(listing).collect()))
            .collect();
        Self { cards, rounds: 0 }
    }

    /// Makes half of them dear and half of them cheap, each time the other half, and waits until that is served.
    async fn change(&mut self, pipeline: &Pipeline) {
        self.rounds += 1;
        let mut expected = BTreeSet::new();
        for (number, listings) in (self.rounds..).zip(self.cards.values()) {
            for Listing { shop, id, price_minor } in listings {
                // No step is so large that it is not believed at once.
                let price = if number.is_multiple_of(2) { price_minor * 2 } else { price_minor / 2 };
                let url = pipeline.shops.url(&format!("/_mock/listings/{shop}/{id}"));
                let body = json!({ "price_minor": price });
                let changed = pipeline.http.patch(url).json(&body).send().await.unwrap();
                assert!(changed.status().is_success(), "{}", changed.text().await.unwrap());
                expected.insert((id.clone(), price));
            }
        }
        let ids: Vec<&String> = self.cards.keys().collect();
        eventually(SOON, || async {
            const QUERY: &str = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on VideoCard { offers { url
                price { minorUnits } } } } }";
            let answer = pipeline.ask(QUERY, json!({ "ids": ids })).await;
            let cards = answer["data"]["nodes"].as_array().ok_or_else(|| answer.to_string())?;
            let offers = cards.iter().flat_map(|card| card["offers"].as_array().unwrap());
            let served: BTreeSet<(String, i64)> = offers
                .map(|offer| {
                    let id = offer["url"].as_str().unwrap().rsplit('/').next().unwrap();
                    (id.to_owned(), offer["price"]["minorUnits"].as_i64().unwrap())
                })
                .collect();
            let late = expected.difference(&served).count();
            if late == 0 { Ok(()) } else { Err(format!("{late} prices are not served yet")) }
        })
        .await;
    }
}

fn id_of(card: &Value) -> String {
    card["id"].as_str().unwrap().to_owned()
}

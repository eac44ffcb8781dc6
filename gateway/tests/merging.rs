//! Whatever happens to listings, in whatever order it is told: the same cards come of it, no offer is lost, and
//! identifiers that were handed out go on finding a card.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use events::ProductEvent;
use serde_json::{Value, json};

use crate::support::{
    catalogue::InProcess,
    said::{changed, gone, listing},
};

const TITLES: [&str; 8] = [
    "ASUS TUF Gaming GeForce RTX 4070 SUPER OC 12GB",
    "ASUS TUF Gaming GeForce RTX 4070 SUPER 12GB",
    "TUF RTX4070S 12G OC",
    "Gigabyte EAGLE GeForce RTX 4060 Ti OC 8GB",
    "Gigabyte EAGLE GeForce RTX 4060 Ti OC 16GB",
    "Sapphire PULSE Radeon RX 7800 XT 16GB",
    "SAPPHIRE Pulse RX7800XT 16G",
    "Gigabyte EAGLE RTX 4060Ti 8G OC + monitor",
];
const CODES: [&str; 3] = ["04711387457092", "00889523164815", "04719331398149"];

/// Numbers that look random and are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }

    fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            values.swap(last, self.below(last + 1));
        }
    }
}

/// A story of a dozen listings that come, change what they are, go and come back.
fn story(dice: &mut Dice) -> Vec<ProductEvent> {
    let mut versions: BTreeMap<(&str, usize), i64> = BTreeMap::new();
    (0..60)
        .map(|_| {
            let shop = ["netvideo", "countrylink"][dice.below(2)];
            let number = dice.below(6);
            let version = versions.entry((shop, number)).and_modify(|version| *version += 1).or_insert(1);
            let id = number.to_string();
            if dice.below(6) == 0 {
                return gone(shop, &id, *version);
            }
            let mut said =
                listing(TITLES[dice.below(TITLES.len())], 10_000 + i64::try_from(dice.below(50)).unwrap());
            said.url = format!("https://{shop}.example/{id}");
            if dice.below(2) == 0 {
                said.gtins = vec![CODES[dice.below(CODES.len())].to_owned()];
            }
            changed(shop, &id, *version, said)
        })
        .collect()
}

/// The cards as sets of their offers' addresses, and the identifier of each.
async fn cards(gateway: &InProcess) -> BTreeMap<BTreeSet<String>, String> {
    let data =
        gateway.ask("{ videoCards(first: 100) { nodes { id offers { url price { amount } } } } }").await;
    let nodes = data["videoCards"]["nodes"].as_array().unwrap();
    nodes.iter().map(|card| (offers_of(card), card["id"].as_str().unwrap().to_owned())).collect()
}

fn offers_of(card: &Value) -> BTreeSet<String> {
    let offers = card["offers"].as_array().unwrap();
    offers.iter().map(|offer| format!("{} {}", offer["url"], offer["price"]["amount"])).collect()
}

fn url_of(offer: &str) -> String {
    offer.split('"').nth(1).unwrap().to_owned()
}

/// What is left at the end of a story, bundles aside: every listing's address.
fn left(story: &[ProductEvent]) -> BTreeSet<String> {
    let mut last: BTreeMap<(&str, &str), Option<String>> = BTreeMap::new();
    for event in story {
        match event {
            ProductEvent::ListingChanged(event) => {
                let is_card = !event.listing.title.contains("monitor");
                last.insert((&event.shop, &event.listing_id), is_card.then(|| event.listing.url.clone()));
            }
            ProductEvent::ListingGone(event) => {
                last.insert((&event.shop, &event.listing_id), None);
            }
            ProductEvent::CrawlEnded(_) => {}
        }
    }
    last.into_values().flatten().collect()
}

#[tokio::test]
async fn the_order_of_events_makes_no_difference_and_telling_them_again_none_either() {
    for seed in 0..6 {
        let mut dice = Dice(seed);
        let mut story = story(&mut dice);
        let expected_offers = left(&story);
        let in_order = InProcess::start("").await;
        for batch in story.chunks(5) {
            in_order.apply(batch).await;
        }
        let expected = cards(&in_order).await;
        let offers: Vec<String> = expected.keys().flatten().map(|offer| url_of(offer)).collect();
        assert_eq!(offers.len(), expected_offers.len(), "seed {seed}: each offer once");
        assert_eq!(offers.into_iter().collect::<BTreeSet<_>>(), expected_offers, "seed {seed}");
        let shuffled = InProcess::start("").await;
        dice.shuffle(&mut story);
        for batch in story.chunks(7) {
            shuffled.apply(batch).await;
        }
        let partition =
            |cards: &BTreeMap<BTreeSet<String>, String>| cards.keys().cloned().collect::<Vec<_>>();
        assert_eq!(partition(&cards(&shuffled).await), partition(&expected), "seed {seed}, shuffled");
        dice.shuffle(&mut story);
        for batch in story.chunks(11) {
            assert_eq!(shuffled.apply(batch).await.version, None, "seed {seed}: nothing is news");
        }
        assert_eq!(partition(&cards(&shuffled).await), partition(&expected), "seed {seed}, again");
    }
}

#[tokio::test]
async fn an_identifier_that_was_handed_out_finds_a_card_as_long_as_one_of_its_offers_is_there() {
    const QUERY: &str =
        "query($ids: [ID!]!) { nodes(ids: $ids) { ... on VideoCard { offers { url price { amount } } } } }";
    for seed in 10..14 {
        let story = story(&mut Dice(seed));
        let gateway = InProcess::start("").await;
        // By identifier, the offers of the card that it found last.
        let mut handed_out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for event in &story {
            gateway.apply(std::slice::from_ref(event)).await;
            let served = cards(&gateway).await;
            let there: BTreeSet<String> = served.keys().flatten().map(|offer| url_of(offer)).collect();
            let ids: Vec<String> = handed_out.keys().cloned().collect();
            let answer = gateway.ask_with(QUERY, json!({ "ids": ids })).await;
            for (id, node) in ids.iter().zip(answer["data"]["nodes"].as_array().unwrap()) {
                let known = handed_out.get_mut(id).unwrap();
                if *node == Value::Null {
                    assert!(known.is_disjoint(&there), "seed {seed}: {id} found {known:?}");
                } else {
                    *known = offers_of(node).iter().map(|offer| url_of(offer)).collect();
                }
            }
            for (offers, id) in served {
                handed_out.insert(id, offers.iter().map(|offer| url_of(offer)).collect());
            }
        }
        assert!(handed_out.len() > 6, "seed {seed}: {handed_out:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identifier_finds_its_card_before_the_gateway_has_heard_who_took_it_over() {
    let gateway = InProcess::start("").await;
    let said = |gtin: Option<&str>| {
        let mut said = listing(TITLES[0], 10_000);
        said.gtins = gtin.map(str::to_owned).into_iter().collect();
        said
    };
    let other = || listing(TITLES[5], 20_000);
    gateway
        .apply(&[changed("netvideo", "1", 1, said(Some(CODES[0]))), changed("countrylink", "1", 1, other())])
        .await;
    let ids: Vec<String> = cards(&gateway).await.into_values().collect();
    assert_eq!(ids.len(), 2);
    let before = gateway.state().await;
    gateway.apply(&[changed("countrylink", "1", 2, said(Some(CODES[0])))]).await;
    assert_eq!(cards(&gateway).await.len(), 1);
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on VideoCard { offers { id } } } }";
    let answer = gateway.ask_under(&before, query, json!({ "ids": ids })).await;
    for node in answer["data"]["nodes"].as_array().unwrap() {
        assert_eq!(node["offers"].as_array().map(Vec::len), Some(2), "{answer}");
    }
}

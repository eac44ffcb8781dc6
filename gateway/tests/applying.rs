//! What becomes of events: each once, in whatever order they come, and the cards that they make.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod support;

use clap::Parser;
use events::Listing;
use gateway::matches::{self, Matches};
use serde_json::{Value, json};

use crate::support::{
    catalogue::InProcess,
    said::{changed, gone, listing},
};

const TUF: &str = "ASUS TUF Gaming GeForce RTX 4070 SUPER OC 12GB";
const EAGLE: &str = "Gigabyte EAGLE GeForce RTX 4060 Ti OC 8GB";
const EAN: &str = "04711387457092";

async fn one_card(gateway: &InProcess) -> Value {
    let data = gateway.ask("{ videoCards { nodes { id slug name offers { title } match { by } } } }").await;
    let nodes = data["videoCards"]["nodes"].as_array().unwrap().clone();
    assert_eq!(nodes.len(), 1, "{nodes:?}");
    nodes[0].clone()
}

#[tokio::test]
async fn an_event_that_comes_again_or_late_changes_nothing() {
    let gateway = InProcess::start("").await;
    let first = changed("netvideo", "1", 1, listing(TUF, 60_000));
    let second = changed("netvideo", "1", 2, listing(TUF, 55_000));
    let third = gone("netvideo", "1", 3);
    assert!(gateway.apply(&[second.clone(), first.clone()]).await.version.is_some());
    assert_eq!(gateway.cards().await[0].1.as_deref(), Some("550.00"));
    for late in [&first, &second] {
        let applied = gateway.apply(std::slice::from_ref(late)).await;
        assert_eq!((applied.listings, applied.version), (0, None), "{late:?}");
    }
    gateway.apply(std::slice::from_ref(&third)).await;
    for late in [&first, &second, &third] {
        assert_eq!(gateway.apply(std::slice::from_ref(late)).await.version, None, "{late:?}");
        assert!(gateway.cards().await.is_empty(), "{late:?}");
    }
}

#[tokio::test]
async fn a_listing_that_went_before_it_was_known_stays_away() {
    let gateway = InProcess::start("").await;
    gateway.apply(&[gone("netvideo", "1", 2)]).await;
    gateway.apply(&[changed("netvideo", "1", 1, listing(TUF, 60_000))]).await;
    assert!(gateway.cards().await.is_empty());
    gateway.apply(&[changed("netvideo", "1", 3, listing(TUF, 60_000))]).await;
    assert_eq!(gateway.cards().await.len(), 1);
}

#[tokio::test]
async fn a_card_whose_listing_comes_back_is_the_same_card() {
    let gateway = InProcess::start("").await;
    gateway.apply(&[changed("netvideo", "1", 1, listing(TUF, 60_000))]).await;
    let before = one_card(&gateway).await;
    gateway.apply(&[gone("netvideo", "1", 2)]).await;
    let id = before["id"].as_str().unwrap();
    let answer = gateway.ask_with("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
    assert_eq!(answer["data"]["node"], Value::Null);
    gateway.apply(&[changed("netvideo", "1", 3, listing(TUF, 60_000))]).await;
    assert_eq!(one_card(&gateway).await, before);
}

#[tokio::test]
async fn listings_with_one_barcode_are_one_card_and_both_old_ids_find_it() {
    let gateway = InProcess::start("").await;
    let here = listing(TUF, 60_000);
    let mut there = listing("RTX4070S TUF 12G", 58_000);
    gateway
        .apply(&[changed("netvideo", "1", 1, here.clone()), changed("countrylink", "A", 1, there.clone())])
        .await;
    let data = gateway.ask("{ videoCards { nodes { id slug } } }").await;
    let apart = data["videoCards"]["nodes"].as_array().unwrap().clone();
    assert_eq!(apart.len(), 2);
    let with_code = |mut listing: Listing| {
        listing.gtins = vec![EAN.to_owned()];
        listing
    };
    there.brand = Some("Asus".to_owned());
    gateway
        .apply(&[
            changed("netvideo", "1", 2, with_code(here)),
            changed("countrylink", "A", 2, with_code(there)),
        ])
        .await;
    let card = one_card(&gateway).await;
    assert_eq!(card["match"]["by"], "GTIN");
    assert_eq!(card["offers"].as_array().unwrap().len(), 2);
    for old in apart {
        let query = "query($id: ID!, $slug: String!) {
            node(id: $id) { id } byId: videoCard(by: {id: $id}) { id } bySlug: videoCard(by: {slug: $slug}) { id }
            nodes(ids: [$id, \"none\"]) { id } }";
        let variables = json!({ "id": old["id"], "slug": old["slug"] });
        let data = gateway.ask_with(query, variables).await["data"].clone();
        for found in ["node", "byId", "bySlug"] {
            assert_eq!(data[found]["id"], card["id"], "{found} of {old}");
        }
        assert_eq!(data["nodes"], json!([{ "id": card["id"] }, null]));
    }
    for (by, expected) in [("gtin: \"4711387457092\"", true), ("gtin: \"4711387457093\"", false)] {
        let data = gateway.ask(&format!("{{ videoCard(by: {{{by}}}) {{ id }} }}")).await;
        assert_eq!(data["videoCard"]["id"] == card["id"], expected, "{by}");
    }
}

#[tokio::test]
async fn a_card_that_falls_apart_keeps_its_id_for_one_part() {
    let gateway = InProcess::start("").await;
    let with_code = |title| {
        let mut listing = listing(title, 60_000);
        listing.gtins = vec![EAN.to_owned()];
        listing
    };
    gateway
        .apply(&[changed("netvideo", "1", 1, with_code(TUF)), changed("countrylink", "A", 1, with_code(TUF))])
        .await;
    let whole = one_card(&gateway).await;
    gateway.apply(&[changed("countrylink", "A", 2, listing(EAGLE, 30_000))]).await;
    let data = gateway.ask("{ videoCards(sort: PRICE_DESC) { nodes { id offers { title } } } }").await;
    let cards = &data["videoCards"]["nodes"];
    assert_eq!(cards[0]["offers"], json!([{ "title": TUF }]));
    assert_eq!(cards[1]["offers"], json!([{ "title": EAGLE }]));
    assert_ne!(cards[0]["id"], cards[1]["id"]);
    assert!(cards[0]["id"] == whole["id"] || cards[1]["id"] == whole["id"], "{whole} {cards}");
}

#[tokio::test]
async fn what_a_person_decides_wins_over_the_rules_and_over_what_comes_later() {
    let gateway = InProcess::start("").await;
    let with_code = |title| {
        let mut listing = listing(title, 60_000);
        listing.gtins = vec![EAN.to_owned()];
        listing
    };
    gateway
        .apply(&[changed("netvideo", "1", 1, with_code(TUF)), changed("countrylink", "A", 1, with_code(TUF))])
        .await;
    one_card(&gateway).await;
    let decide = async |arguments: &[&str]| {
        let mut out = Vec::new();
        let command = Cli::parse_from([&["matches"], arguments].concat()).command;
        let done = matches::run(command, &gateway.pool, &gateway.applier, &mut out).await;
        (done.map_err(|error| error.to_string()), String::from_utf8(out).unwrap())
    };
    let (done, said) = decide(&["split", "netvideo/1", "countrylink/A", "--by", "ann"]).await;
    done.unwrap();
    assert!(said.contains("They are not one card.") && said.contains("ann decided at"), "{said}");
    assert_eq!(gateway.cards().await.len(), 2);
    // Neither news about a listing nor a third one with the same code bridges it.
    gateway.apply(&[changed("netvideo", "1", 2, with_code("ASUS TUF RTX 4070 SUPER 12GB OC"))]).await;
    gateway.apply(&[changed("netvideo", "3", 1, with_code(TUF))]).await;
    assert_eq!(gateway.cards().await.len(), 2);
    let (done, said) = decide(&["join", "countrylink/A", "netvideo/1", "--by", "bob"]).await;
    done.unwrap();
    assert!(said.contains("They are one card."), "{said}");
    let card = one_card(&gateway).await;
    assert_eq!(card["offers"].as_array().unwrap().len(), 3);
    // Two that have nothing in common but a person's word.
    gateway.apply(&[changed("countrylink", "B", 1, listing(EAGLE, 30_000))]).await;
    decide(&["join", "countrylink/B", "netvideo/1", "--by", "bob"]).await.0.unwrap();
    assert_eq!(one_card(&gateway).await["match"]["by"], "OVERRIDE");
    gateway
        .apply(&[changed(
            "countrylink",
            "B",
            2,
            listing("Gigabyte EAGLE GeForce RTX 4060 Ti 8GB OC", 30_000),
        )])
        .await;
    one_card(&gateway).await;
    for (arguments, expected) in [
        (["show", "netvideo", "countrylink/A"], "does not name a listing"),
        (["show", "netvideo/1", "countrylink/Z"], "countrylink/Z is not known"),
        (["show", "netvideo/1", "netvideo/1"], "given twice"),
    ] {
        let error = decide(&arguments).await.0.unwrap_err();
        assert!(error.contains(expected), "{arguments:?}: {error}");
    }
}

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Matches,
}

#[tokio::test]
async fn a_code_that_a_hundred_listings_share_is_nobodys_and_each_is_a_card_of_its_own() {
    let gateway = InProcess::start("").await;
    let events: Vec<_> = (0..100)
        .map(|number| {
            let chip = ["GeForce RTX 4070", "GeForce RTX 4060", "Radeon RX 7600", "Arc A770"][number % 4];
            let mut listing = listing(&format!("Seller {number} {chip}"), 30_000);
            listing.gtins = vec![EAN.to_owned()];
            changed("netvideo", &number.to_string(), 1, listing)
        })
        .collect();
    // One by one, as they would come in life: the code is somebody's until too many have it.
    for event in &events {
        gateway.apply(std::slice::from_ref(event)).await;
    }
    assert_eq!(gateway.cards().await.len(), 100);
}

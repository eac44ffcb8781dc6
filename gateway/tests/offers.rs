//! What is told of offers once events are applied: prices, whether they can be bought, their history, and cards beside
//! each other.

mod support;

use events::Availability;
use serde_json::{Value, json};

use crate::support::{
    catalogue::InProcess,
    said::{changed, crawl, gone, listing, start},
};

const TUF: &str = "ASUS TUF Gaming GeForce RTX 4070 SUPER OC 12GB";
const EAGLE: &str = "Gigabyte EAGLE GeForce RTX 4060 Ti OC 8GB";
const IN_BOTH_CURRENCIES: &str = "{ videoCards(sort: PRICE_ASC) { nodes {
    bestOffer { price { amount currency } basePrice { amount currency } } } } }";
const FRESHNESS: &str = "{ shops { name healthy lastSeenAt listingCount }
    videoCards { nodes { offers { stale observedAt previousPrice { amount } } } } }";
const COMPARE: &str =
    "query($ids: [ID!]!) { compare(ids: $ids) { cards { id } rows { field values differs } } }";
const EAN: &str = "04711387457092";

#[tokio::test]
async fn a_price_without_a_known_rate_is_not_offered_until_there_is_one() {
    let mut gateway = InProcess::start("").await;
    let mut euros = listing(TUF, 10_000);
    euros.price.currency = "EUR".to_owned();
    let mut yen = listing(EAGLE, 10_000);
    yen.price.currency = "JPY".to_owned();
    gateway.apply(&[changed("netvideo", "1", 1, euros), changed("netvideo", "2", 1, yen)]).await;
    let nothing = json!([{ "bestOffer": null }, { "bestOffer": null }]);
    assert_eq!(gateway.ask(IN_BOTH_CURRENCIES).await["videoCards"]["nodes"], nothing);
    gateway.with_rates("EUR=1.08,JPY=0.0065").await;
    let offers = gateway.ask(IN_BOTH_CURRENCIES).await["videoCards"]["nodes"].clone();
    assert_eq!(
        offers,
        json!([
            { "bestOffer": { "price": { "amount": "100.00", "currency": "EUR" }, "basePrice": { "amount": "108.00", "currency": "USD" } } },
            { "bestOffer": { "price": { "amount": "10000", "currency": "JPY" }, "basePrice": { "amount": "65.00", "currency": "USD" } } },
        ])
        .as_array()
        .map(|offers| json!([offers[1], offers[0]]))
        .unwrap()
    );
    gateway.with_rates("").await;
    assert_eq!(gateway.ask(IN_BOTH_CURRENCIES).await["videoCards"]["nodes"], nothing);
}

#[tokio::test]
async fn the_best_offer_is_the_cheapest_that_can_be_bought() {
    let gateway = InProcess::start("").await;
    let offer = |price, availability| {
        let mut listing = listing(TUF, price);
        listing.gtins = vec![EAN.to_owned()];
        listing.availability = availability;
        listing
    };
    let cases = [
        (Availability::OutOfStock, Availability::InStock, Some("700.00")),
        (Availability::Unknown, Availability::Discontinued, None),
        (Availability::Preorder, Availability::InStock, Some("600.00")),
        (Availability::OnOrder, Availability::OutOfStock, Some("600.00")),
    ];
    for (round, (cheap, dear, expected)) in (1..).zip(cases) {
        gateway
            .apply(&[
                changed("netvideo", "1", round, offer(60_000, cheap)),
                changed("countrylink", "A", round, offer(70_000, dear)),
            ])
            .await;
        let cards = gateway.cards().await;
        assert_eq!(cards.len(), 1);
        assert_eq!(cards[0].1.as_deref(), expected, "{cheap:?} {dear:?}");
        let filtered = gateway.ask("{ videoCards(filter: {price: {min: \"0\"}}) { totalCount } }").await;
        assert_eq!(filtered["videoCards"]["totalCount"] == 1, expected.is_some(), "{cheap:?} {dear:?}");
    }
}

#[tokio::test]
async fn a_shop_is_healthy_as_long_as_it_is_read_soundly() {
    let gateway = InProcess::start("").await;
    gateway.apply(&[changed("netvideo", "1", 1, listing(TUF, 60_000))]).await;
    let data = gateway.ask(FRESHNESS).await;
    assert_eq!(data["shops"][0]["name"], "netvideo", "nobody has said yet what people call it");
    assert_eq!(data["videoCards"]["nodes"][0]["offers"].as_array().map(Vec::len), Some(1));
    gateway.apply(&[crawl("netvideo", 7, start())]).await;
    let data = gateway.ask(FRESHNESS).await;
    assert_eq!(data["shops"][0]["name"], "The shop netvideo");
    assert_eq!(data["shops"][0]["healthy"], false, "it was read long ago");
    assert_eq!(data["videoCards"]["nodes"][0]["offers"][0]["stale"], true);
    let now = chrono::Utc::now();
    gateway.apply(&[changed("netvideo", "1", 2, listing(TUF, 50_000)), crawl("netvideo", 8, now)]).await;
    gateway.apply(&[crawl("netvideo", 7, start())]).await;
    let data = gateway.ask(FRESHNESS).await;
    assert_eq!(data["shops"][0]["healthy"], true);
    assert_eq!(data["shops"][0]["listingCount"], 1);
    let offer = &data["videoCards"]["nodes"][0]["offers"][0];
    assert_eq!(offer["stale"], false);
    assert_eq!(offer["previousPrice"]["amount"], "600.00");
    assert_eq!(offer["observedAt"], data["shops"][0]["lastSeenAt"], "it was there in the last full crawl");
}

#[tokio::test]
async fn the_price_history_holds_each_change_and_nothing_else() {
    const HISTORY: &str = "query($from: DateTime, $to: DateTime, $shop: String) { videoCards { nodes {
        offers { id } priceHistory(from: $from, to: $to, shop: $shop) {
            points { at offerId price { amount } shop { slug } availability }
            low { price { amount } } high { price { amount } } low30Days { amount } isAllTimeLow coveredDays } } } }";
    let gateway = InProcess::start("").await;
    let cost = |price_minor, availability| {
        let mut listing = listing(TUF, price_minor);
        listing.availability = availability;
        listing.gtins = vec![EAN.to_owned()];
        listing
    };
    let in_stock = |price_minor| cost(price_minor, Availability::InStock);
    // Two versions in one batch, a repetition, one that changes nothing, and a gap.
    gateway
        .apply(&[
            changed("netvideo", "1", 1, in_stock(60_000)),
            changed("netvideo", "1", 2, in_stock(50_000)),
        ])
        .await;
    gateway.apply(&[changed("netvideo", "1", 2, in_stock(50_000))]).await;
    gateway
        .apply(&[
            changed("netvideo", "1", 3, in_stock(50_000)),
            changed("countrylink", "A", 3, in_stock(70_000)),
        ])
        .await;
    gateway.apply(&[changed("netvideo", "1", 5, cost(40_000, Availability::OutOfStock))]).await;
    gateway.apply(&[gone("countrylink", "A", 6)]).await;
    let history = async |variables: Value| {
        let answer = gateway.ask_with(HISTORY, variables).await;
        let card = &answer["data"]["videoCards"]["nodes"][0];
        for point in card["priceHistory"]["points"].as_array().unwrap() {
            let is_there = point["offerId"] == card["offers"][0]["id"];
            assert_eq!(is_there, point["shop"]["slug"] == "netvideo", "the other one has gone: {card}");
        }
        card["priceHistory"].clone()
    };
    let told = |history: &Value| -> Vec<String> {
        let points = history["points"].as_array().unwrap().iter();
        points
            .map(|point| {
                let at = point["at"].as_str().unwrap().get(11..16).unwrap();
                let words = [&point["shop"]["slug"], &point["price"]["amount"], &point["availability"]];
                format!("{at} {}", words.map(|word| word.as_str().unwrap()).join(" "))
            })
            .collect()
    };
    let whole = history(json!({})).await;
    let expected = [
        "10:01 netvideo 600.00 IN_STOCK",
        "10:02 netvideo 500.00 IN_STOCK",
        "10:03 countrylink 700.00 IN_STOCK",
        "10:05 netvideo 400.00 OUT_OF_STOCK",
        "10:06 countrylink 700.00 OUT_OF_STOCK",
    ];
    assert_eq!(told(&whole), expected);
    assert_eq!(whole["low"]["price"]["amount"], "500.00");
    assert_eq!(whole["high"]["price"]["amount"], "700.00");
    assert_eq!(whole["isAllTimeLow"], false, "it can't be bought now");
    assert!(whole["coveredDays"].as_i64().unwrap() >= 0);
    let span =
        history(json!({ "from": "2026-11-20T10:02:30Z", "to": "2026-11-20T10:05:00Z", "shop": "netvideo" }))
            .await;
    assert_eq!(told(&span), ["10:02 netvideo 500.00 IN_STOCK", "10:05 netvideo 400.00 OUT_OF_STOCK"]);
    gateway.applier.forget_prices_before(start() + chrono::TimeDelta::minutes(4)).await.unwrap();
    assert_eq!(told(&history(json!({})).await), expected[1..]);
}

#[tokio::test]
async fn cards_are_compared_field_by_field() {
    let gateway = InProcess::start("").await;
    let mut tuf = listing(TUF, 60_000);
    tuf.specs.board_power_watts = Some(220);
    let mut eagle = listing(EAGLE, 30_000);
    eagle.specs.board_power_watts = Some(220);
    eagle.specs.length_mm = Some(261);
    gateway.apply(&[changed("netvideo", "1", 1, tuf), changed("netvideo", "2", 1, eagle)]).await;
    let data = gateway.ask("{ videoCards(sort: PRICE_DESC) { nodes { id } } }").await;
    let ids: Vec<&str> = data["videoCards"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|card| card["id"].as_str().unwrap())
        .collect();
    let answer = gateway.ask_with(COMPARE, json!({ "ids": ids })).await;
    let rows = answer["data"]["compare"]["rows"].as_array().unwrap();
    let row = |field: &str| rows.iter().find(|row| row["field"] == field).cloned().unwrap_or_default();
    assert_eq!(row("bestOffer")["values"], json!(["$600.00", "$300.00"]));
    assert_eq!(
        row("specs.memoryGb"),
        json!({ "field": "specs.memoryGb", "values": ["12 GB", "8 GB"], "differs": true })
    );
    assert_eq!(row("specs.boardPowerWatts")["differs"], false);
    assert_eq!(
        row("specs.lengthMm"),
        json!({ "field": "specs.lengthMm", "values": [null, "261 mm"], "differs": true })
    );
    assert_eq!(row("specs.processNm"), Value::Null, "no card has it");
    for wrong in [vec![], vec![ids[0]], vec![ids[0]; 9], vec![ids[0], "none"]] {
        let answer = gateway.ask_with(COMPARE, json!({ "ids": wrong })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{wrong:?}");
    }
}

//! What subscribers are told, over WebSocket and server-sent events, on real processes and stores.

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use stores::process::Service;

use crate::support::{
    ask, eventually,
    gateways::Gateways,
    said::gone,
    subscriber::{Events, Socket},
};

const SOON: Duration = Duration::from_secs(20);
const TITLE: &str = "ASUS TUF Gaming GeForce RTX 4070 SUPER OC 12GB";
const OTHER: &str = "Sapphire Pulse Radeon RX 7600 8GB";
const CHANGES: &str =
    "{ kind at cursor card { id name specs { memoryGb } bestOffer { price { amount } } offers { id } } }";

#[tokio::test(flavor = "multi_thread")]
async fn a_change_reaches_the_subscribers_of_every_gateway() {
    let gateways = Gateways::start().await;
    let query = format!("subscription {{ videoCardChanged {CHANGES} }}");
    let mut sockets = Vec::new();
    let mut streams = Vec::new();
    for gateway in [&gateways.one, &gateways.other] {
        let mut socket = Socket::connect(gateway).await;
        socket.subscribe("s", &query, Value::Null).await;
        sockets.push(socket);
        streams.push(Events::open(&gateways.http, gateway, &query).await);
    }
    let story = [
        (50_000, "ADDED", "500.00"),
        (49_900, "PRICE_CHANGED", "499.00"),
        (51_000, "PRICE_CHANGED", "510.00"),
    ];
    for (version, (price, kind, amount)) in (1..).zip(story) {
        gateways.says("1", version, TITLE, price).await;
        let mut told = Vec::new();
        for socket in &mut sockets {
            told.push(socket.next("s").await);
        }
        for stream in &mut streams {
            let (event, data) = stream.next().await.unwrap();
            assert_eq!(event, "next");
            told.push(serde_json::from_str::<Value>(&data).unwrap()["data"]["videoCardChanged"].clone());
        }
        for change in told {
            assert_eq!(change["kind"], kind, "{change}");
            assert_eq!(change["card"]["bestOffer"]["price"]["amount"], amount, "{change}");
        }
    }
    gateways.publisher.publish(&gone("netvideo", "1", 4)).await;
    for socket in &mut sockets {
        let change = socket.next("s").await;
        assert_eq!(change["kind"], "REMOVED", "{change}");
        assert_eq!(change["card"]["specs"]["memoryGb"], 12.0, "{change}");
        assert_eq!(change["card"]["offers"], json!([]), "{change}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_that_nobody_follows_are_not_read_and_whoever_begins_to_follow_hears_of_all_that_come_then() {
    let gateways = Gateways::start().await;
    let told = async |gateway: &Service| -> String {
        let text = gateways.http.get(gateway.url("/metrics")).send().await.unwrap().text().await.unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("gateway_changes_total "));
        line.unwrap_or("0").to_owned()
    };
    for version in 1..=3 {
        gateways.says("1", version, TITLE, 50_000 + version).await;
    }
    // Each may come alone: what comes after the subscription would be heard.
    eventually(SOON, || async {
        let query = "{ videoCards { nodes { bestOffer { price { amount } } } } }";
        let answer = ask(&gateways.http, &gateways.one.url("/graphql"), query, Value::Null).await;
        let price = &answer["data"]["videoCards"]["nodes"][0]["bestOffer"]["price"]["amount"];
        if price == "500.03" { Ok(()) } else { Err(answer.to_string()) }
    })
    .await;
    let query = format!("subscription {{ videoCardChanged {CHANGES} }}");
    let mut socket = Socket::connect(&gateways.one).await;
    socket.subscribe("s", &query, Value::Null).await;
    gateways.says("1", 4, TITLE, 49_000).await;
    assert_eq!(socket.next("s").await["card"]["bestOffer"]["price"]["amount"], "490.00");
    // The price's change and its fall.
    assert_eq!(told(&gateways.one).await, "2");
    assert_eq!(told(&gateways.other).await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_is_told_of_the_cards_and_prices_that_it_wants_and_of_no_others() {
    let gateways = Gateways::start().await;
    let mut socket = Socket::connect(&gateways.other).await;
    socket.subscribe("all", "subscription { videoCardChanged { kind } }", Value::Null).await;
    for (id, title) in [("1", TITLE), ("2", OTHER)] {
        gateways.says(id, 1, title, 25_000).await;
        assert_eq!(socket.next("all").await["kind"], "ADDED");
    }
    socket.send(json!({ "type": "complete", "id": "all" })).await;
    let id = gateways.id_of("7600").await;
    let cards =
        |arguments: &str| format!("subscription {{ videoCardChanged({arguments}) {{ card {{ name }} }} }}");
    let drops = |arguments: &str| {
        format!(
            "subscription {{ priceDropped{arguments} {{ card {{ name }} from {{ amount }} to {{ amount }} \
             offer {{ price {{ amount }} }} }} }}"
        )
    };
    socket.subscribe("large", &cards("filter: { memoryGb: { min: 12 } }"), Value::Null).await;
    socket.subscribe("one", &cards(&format!("ids: [\"{id}\"]")), Value::Null).await;
    socket.subscribe("drops", &drops(""), Value::Null).await;
    socket.subscribe("below", &drops("(below: \"240\")"), Value::Null).await;
    let mut said = Vec::new();
    // Dearer, then cheaper twice.
    for (version, (one, other)) in (2..).zip([(51_000, 26_000), (49_000, 24_500), (48_000, 23_900)]) {
        gateways.says("1", version, TITLE, one).await;
        gateways.says("2", version, OTHER, other).await;
    }
    // 3 of the large one, 3 of the other, 4 falls, 1 of them below the price.
    for _ in 0..11 {
        let message = socket.hear().await;
        let told = message["payload"]["data"]
            .as_object()
            .unwrap_or_else(|| panic!("{message}"))
            .values()
            .next()
            .unwrap()
            .clone();
        let name = told["card"]["name"].as_str().unwrap().to_owned();
        assert!(
            match message["id"].as_str().unwrap() {
                "large" => name.contains("4070"),
                "one" => name.contains("7600"),
                "drops" => told["offer"]["price"]["amount"].is_string(),
                _ => told["from"]["amount"] == "245.00" && told["to"]["amount"] == "239.00",
            },
            "{message}"
        );
        said.push(message["id"].as_str().unwrap().to_owned());
    }
    let count = |id: &str| said.iter().filter(|said| *said == id).count();
    assert_eq!((count("large"), count("one"), count("drops"), count("below")), (3, 3, 4, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_that_was_away_gets_what_it_missed_and_then_what_follows() {
    let gateways = Gateways::start().await;
    let query = format!("subscription($after: String) {{ videoCardChanged(after: $after) {CHANGES} }}");
    let mut socket = Socket::connect(&gateways.one).await;
    socket.subscribe("s", &query, Value::Null).await;
    gateways.says("1", 1, TITLE, 50_000).await;
    let cursor = socket.next("s").await["cursor"].clone();
    drop(socket);
    gateways.says("1", 2, TITLE, 49_000).await;
    gateways.says("2", 1, OTHER, 25_000).await;
    let mut socket = Socket::connect(&gateways.other).await;
    let payload = json!({ "query": query, "variables": { "after": cursor } });
    socket.send(json!({ "type": "subscribe", "id": "s", "payload": payload })).await;
    assert_eq!(socket.next("s").await["kind"], "PRICE_CHANGED");
    assert_eq!(socket.next("s").await["kind"], "ADDED");
    gateways.says("2", 2, OTHER, 24_000).await;
    assert_eq!(socket.next("s").await["kind"], "PRICE_CHANGED");
    for (cursor, code) in [("nonsense", "BAD_CURSOR"), ("Y2hhbmdlOjk5OTk5", "BAD_CURSOR"), ("", "BAD_CURSOR")]
    {
        let payload = json!({ "query": query, "variables": { "after": cursor } });
        socket.send(json!({ "type": "subscribe", "id": "bad", "payload": payload })).await;
        let message = socket.hear().await;
        assert_eq!(message["type"], "error", "{message}");
        assert_eq!(message["payload"][0]["extensions"]["code"], code, "{message}");
    }
    // What is forgotten is not passed over in silence.
    let url = gateways.sandbox.gateway_database_url();
    let mut database = <sqlx::PgConnection as sqlx::Connection>::connect(&url).await.unwrap();
    sqlx::query("update gateway.catalogue set changes_forgotten_through = 3")
        .execute(&mut database)
        .await
        .unwrap();
    let payload = json!({ "query": query, "variables": { "after": "Y2hhbmdlOjE" } });
    socket.send(json!({ "type": "subscribe", "id": "old", "payload": payload })).await;
    assert_eq!(socket.hear().await["payload"][0]["extensions"]["code"], "CURSOR_TOO_OLD");
}

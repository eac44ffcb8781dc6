//! Subscriptions from the outside: over WebSocket and server-sent events, on real processes and stores.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod support;

use std::{
    process::ExitStatus,
    time::{Duration, Instant},
};

use reqwest::{Client, header};
use serde_json::{Value, json};
use stores::{process::Service, sandbox::Sandbox};
use tokio_tungstenite::tungstenite::Error;

use crate::support::{
    ask, eventually, http_client,
    pipeline::Pipeline,
    queue::Publisher,
    said::{changed, gone, listing},
    subscriber::{Events, Socket},
};

const TITLE: &str = "ASUS TUF Gaming GeForce RTX 4070 SUPER OC 12GB";
const OTHER: &str = "Sapphire Pulse Radeon RX 7600 8GB";
const SOON: Duration = Duration::from_secs(20);
const CHANGES: &str =
    "{ kind at cursor card { id name specs { memoryGb } bestOffer { price { amount } } offers { id } } }";

/// Two gateways, and what puts events into their queue.
struct Gateways {
    http: Client,
    one: Service,
    other: Service,
    publisher: Publisher,
    sandbox: Sandbox,
}

impl Gateways {
    async fn start() -> Self {
        Self::start_with(&[]).await
    }

    async fn start_with(variables: &[(&'static str, &str)]) -> Self {
        let sandbox = Sandbox::new().await;
        let http = http_client();
        let start = || async {
            let mut all = Pipeline::gateway_variables(&sandbox);
            all.extend(variables.iter().map(|(name, value)| (*name, (*value).to_owned())));
            let gateway = Service::start("gateway", all).await.unwrap();
            eventually(SOON, || async {
                let ready =
                    http.get(gateway.url("/ready")).send().await.map_err(|error| error.to_string())?;
                let report: Value = serde_json::from_str(&ready.text().await.unwrap()).unwrap();
                if report["rabbitmq"] == "up" { Ok(()) } else { Err(report.to_string()) }
            })
            .await;
            gateway
        };
        let publisher = Publisher::connect(&sandbox).await;
        let (one, other) = (start().await, start().await);
        Self { http, one, other, publisher, sandbox }
    }

    /// A listing in a version, with a price in minor units; back once it is served.
    async fn says(&self, id: &str, version: i64, title: &str, price_minor: i64) {
        self.publisher.publish(&changed("netvideo", id, version, listing(title, price_minor))).await;
        self.applied(id, version).await;
    }

    async fn applied(&self, id: &str, version: i64) {
        let url = self.sandbox.gateway_database_url();
        let mut database = <sqlx::PgConnection as sqlx::Connection>::connect(&url).await.unwrap();
        let deadline = Instant::now() + SOON;
        loop {
            let query = sqlx::query_scalar("select version from gateway.listing where shop_listing_id = $1");
            let known: Option<i64> = query.bind(id).fetch_optional(&mut database).await.unwrap();
            if known.is_some_and(|known| known >= version) {
                return;
            }
            assert!(Instant::now() < deadline, "{id} is not applied");
        }
    }

    async fn id_of(&self, name: &str) -> String {
        eventually(SOON, || async {
            let query = "{ videoCards { nodes { id name } } }";
            let answer = ask(&self.http, &self.one.url("/graphql"), query, Value::Null).await;
            let nodes = answer["data"]["videoCards"]["nodes"].as_array().cloned().unwrap_or_default();
            let card = nodes.iter().find(|card| card["name"].as_str().unwrap().contains(name));
            card.map(|card| card["id"].as_str().unwrap().to_owned()).ok_or_else(|| answer.to_string())
        })
        .await
    }
}

/// How a gateway ended that was told to.
async fn ended(gateway: &mut Service) -> ExitStatus {
    let deadline = Instant::now() + SOON;
    loop {
        match gateway.exit_status() {
            Some(status) => return status,
            None => assert!(Instant::now() < deadline, "it still runs: {}", gateway.log()),
        }
        tokio::task::yield_now().await;
    }
}

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
    gateways.id_of("4070").await;
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

#[tokio::test(flavor = "multi_thread")]
async fn the_socket_speaks_its_protocol_to_the_letter() {
    let mut gateways = Gateways::start().await;
    let gateway = &gateways.one;
    let open = || async { Socket::open(gateway, "graphql-transport-ws").await.unwrap() };
    let refused = Socket::open(gateway, "graphql-ws").await.err().unwrap();
    assert!(matches!(&refused, Error::Http(response) if response.status() == 400), "{refused}");
    let silent = open().await;
    let subscribe =
        |id: &str, query: &str| json!({ "type": "subscribe", "id": id, "payload": { "query": query } });
    let forever = "subscription { videoCardChanged { at } }";
    let init = json!({ "type": "connection_init" });
    let long = json!({ "type": "ping", "payload": { "long": "x".repeat(200_000) } });
    let cases: [(&[Value], u16); 6] = [
        (&[json!({ "type": "start" })], 4400),
        (&[init.clone(), json!({ "type": "subscribe", "id": "1", "payload": { "query": 1 } })], 4400),
        (&[subscribe("1", forever)], 4401),
        (&[init.clone(), subscribe("1", forever), subscribe("1", forever)], 4409),
        (&[init.clone(), init.clone()], 4429),
        (&[init.clone(), long], 1009),
    ];
    for (messages, code) in cases {
        let mut socket = open().await;
        for message in messages {
            socket.send(message.clone()).await;
        }
        assert_eq!(socket.closed().await, code, "{}", messages.last().unwrap().to_string().len());
    }
    let mut socket = Socket::connect(gateway).await;
    socket.send(subscribe("q", "{ shops { id } }")).await;
    assert_eq!(
        socket.hear().await,
        json!({ "id": "q", "type": "next", "payload": { "data": { "shops": [] } } })
    );
    assert_eq!(socket.hear().await, json!({ "type": "complete", "id": "q" }));
    let bomb = "subscription { ...a ...a } fragment a on Subscription { ...b ...b } fragment b on Subscription { x }";
    let deep = format!("{{ a {} }}", "{ a ".repeat(40) + &" }".repeat(40));
    let refusals = [
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "subscription { a: videoCardChanged { at } b: videoCardChanged { at } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (bomb, "GRAPHQL_VALIDATION_FAILED"),
        (&deep, "QUERY_TOO_DEEP"),
        ("subscription { videoCardChanged(ids: [\"x\"]) { at } }", "BAD_USER_INPUT"),
        (
            "subscription { videoCardChanged(filter: { memoryGb: { min: 2, max: 1 } }) { at } }",
            "BAD_USER_INPUT",
        ),
    ];
    for (query, code) in refusals {
        socket.send(subscribe("r", query)).await;
        let message = socket.hear().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!("r")), "{message}");
        assert_eq!(message["payload"][0]["extensions"]["code"], code, "{message}");
    }
    for number in 0..50 {
        socket.send(subscribe(&number.to_string(), forever)).await;
    }
    socket.send(subscribe("one more", forever)).await;
    assert_eq!(socket.hear().await["payload"][0]["extensions"]["code"], "TOO_MANY_SUBSCRIPTIONS");
    socket.send(json!({ "type": "complete", "id": "0" })).await;
    socket.subscribe("one more", forever, Value::Null).await;
    // Meanwhile nothing was said on this one.
    let mut silent = silent;
    assert_eq!(silent.closed().await, 4408);
    gateways.one.tell_to_stop();
    assert_eq!(socket.closed().await, 1001);
    assert!(ended(&mut gateways.one).await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_stream_ends_with_complete_unless_the_gateway_stops() {
    let mut gateways = Gateways::start_with(&[("MAX_SUBSCRIBERS", "1")]).await;
    let queries = [
        ("{ shops { id } }", r#"{"data":{"shops":[]}}"#),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
    ];
    for (query, expected) in queries {
        let mut events = Events::open(&gateways.http, &gateways.one, query).await;
        let (event, data) = events.next().await.unwrap();
        assert_eq!(event, "next");
        assert!(data.contains(expected), "{data}");
        assert_eq!(events.next().await, Some(("complete".to_owned(), String::new())));
        assert_eq!(events.next().await, None);
    }
    let url = gateways.one.url("/graphql");
    let post = |body: &str| {
        let request = gateways.http.post(&url).header(header::ACCEPT, "text/event-stream");
        request.header(header::CONTENT_TYPE, "application/json").body(body.to_owned()).send()
    };
    assert_eq!(post("<html>").await.unwrap().status(), 400);
    let mut events =
        Events::open(&gateways.http, &gateways.one, "subscription { videoCardChanged { at } }").await;
    let full = post(r#"{"query":"subscription { videoCardChanged { at } }"}"#).await.unwrap();
    assert_eq!((full.status().as_u16(), &full.headers()[header::RETRY_AFTER]), (503, &"5".parse().unwrap()));
    assert!(full.text().await.unwrap().contains("TOO_MANY_SUBSCRIBERS"));
    gateways.one.tell_to_stop();
    assert_eq!(events.next().await, None);
    assert!(ended(&mut gateways.one).await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_for_a_request_holds_for_a_subscription() {
    let forever = "subscription { videoCardChanged { at } }";
    let manifest = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(manifest.path(), json!({ "live": forever }).to_string()).unwrap();
    let variables =
        [("TRUSTED_DOCUMENTS", manifest.path().to_str().unwrap()), ("TRUSTED_DOCUMENTS_ONLY", "true")];
    let gateways = Gateways::start_with(&variables).await;
    let other = "subscription { videoCardChanged { kind } }";
    let cases = [
        (json!({ "query": forever }), None),
        (json!({ "documentId": "live" }), None),
        (json!({ "query": other }), Some("DOCUMENT_NOT_TRUSTED")),
        (json!({ "documentId": "other" }), Some("DOCUMENT_NOT_TRUSTED")),
    ];
    let mut socket = Socket::connect(&gateways.one).await;
    for (payload, refused) in &cases {
        socket.send(json!({ "type": "subscribe", "id": "s", "payload": payload })).await;
        let Some(code) = refused else {
            socket.send(json!({ "type": "complete", "id": "s" })).await;
            continue;
        };
        let message = socket.hear().await;
        assert_eq!(message["payload"][0]["extensions"]["code"], *code, "{message}");
    }
    let url = gateways.one.url("/graphql");
    for (payload, refused) in cases.iter().filter(|(_, refused)| refused.is_some()) {
        let request = gateways.http.post(&url).header(header::ACCEPT, "text/event-stream").json(payload);
        let told = request.send().await.unwrap().text().await.unwrap();
        assert!(told.contains(refused.unwrap()) && told.contains("event: complete"), "{told}");
    }
    let answer = ask(&gateways.http, &url, forever, Value::Null).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "SUBSCRIPTION_NEEDS_A_STREAM", "{answer}");
}

//! How subscriptions are carried, to the letter: WebSocket and server-sent events, on real processes and stores.

mod support;

use reqwest::header;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Error;

use crate::support::{
    ask,
    gateways::{Gateways, ended},
    subscriber::{Events, Socket},
};

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

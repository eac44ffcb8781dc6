//! One trace from a crawl to the message.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State, routing::post};
use opentelemetry_proto::tonic::{collector::trace::v1::ExportTraceServiceRequest, trace::v1::Span};
use prost::Message;
use tokio::net::TcpListener;

use crate::harness::{World, until};

type Spans = Arc<Mutex<Vec<Span>>>;

/// A collector of spans that speaks OTLP over HTTP: its address, and the spans that came.
async fn receiver() -> (String, Spans) {
    async fn take(State(spans): State<Spans>, body: Bytes) {
        let request = ExportTraceServiceRequest::decode(body).unwrap();
        let scopes = request.resource_spans.into_iter().flat_map(|of_resource| of_resource.scope_spans);
        spans.lock().unwrap().extend(scopes.flat_map(|of_scope| of_scope.spans));
    }
    let spans = Spans::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/v1/traces", post(take)).with_state(spans.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, spans)
}

/// The trace and the span of a `traceparent`.
fn ids(traceparent: &str) -> (String, String) {
    let parts: Vec<_> = traceparent.split('-').collect();
    (parts[1].to_owned(), parts[2].to_owned())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x}").unwrap();
        digits
    })
}

#[tokio::test]
async fn a_trace_goes_from_the_crawl_to_the_shop_and_through_the_outbox_to_the_message() {
    let world = World::with(1).await;
    let (endpoint, spans) = receiver().await;
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"),
        ("COLLECT_EVERY", "1h"),
    ];
    let mut collector = world.collector_with(&variables).await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(1).await;
    let (trace, told) = ids(&inbox.traceparent.clone().unwrap());
    let (asked_trace, asked_in) = ids(&world.shop.inner().asked[0].traceparent.clone().unwrap());
    assert_eq!(asked_trace, trace);

    let find = |name: &str| {
        let spans = spans.lock().unwrap();
        spans.iter().find(|span| span.name == name && hex(&span.trace_id) == trace).cloned()
    };
    until("the whole crawl is told", async || find("crawl").is_some()).await;
    let [crawl, page, store] = ["crawl", "page", "store"].map(|name| find(name).unwrap());
    assert_eq!(crawl.parent_span_id, Vec::<u8>::new());
    assert_eq!((&page.parent_span_id, hex(&page.span_id)), (&crawl.span_id, asked_in));
    assert_eq!((&store.parent_span_id, hex(&store.span_id)), (&page.span_id, told));
    assert!(collector.terminate().await.unwrap().success());
}

#[tokio::test]
async fn without_an_endpoint_there_is_no_trace_and_one_that_is_away_holds_nothing_up() {
    let world = World::with(1).await;
    for endpoint in ["", "http://127.0.0.1:1"] {
        let mut collector = world.collector_with(&[("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)]).await;
        let mut inbox = world.inbox(&collector).await;
        world.shop.set(1, "stock", endpoint.len());
        inbox.next_changed().await;
        assert_eq!(inbox.traceparent.is_some(), !endpoint.is_empty());
        inbox.close().await;
        assert!(collector.terminate().await.unwrap().success());
    }
}

//! One trace from a crawl to the message.

use crate::{
    harness::{World, until},
    spans::{Spans, ids},
};

#[tokio::test]
async fn a_trace_goes_from_the_crawl_to_the_shop_and_through_the_outbox_to_the_message() {
    let world = World::with(1).await;
    let (endpoint, spans) = Spans::collect().await;
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

    let find = |name: &str| spans.find(|span| span.name == name && span.trace == trace);
    until("the whole crawl is told", async || find("crawl").is_some()).await;
    let [crawl, page, store] = ["crawl", "page", "store"].map(|name| find(name).unwrap());
    assert_eq!((crawl.service.as_str(), crawl.parent.as_str()), ("collector", ""));
    assert_eq!((&page.parent, &page.id), (&crawl.id, &asked_in));
    assert_eq!((&store.parent, &store.id), (&page.id, &told));
    assert!(collector.terminate().await.unwrap().success());
}

#[tokio::test]
async fn without_an_endpoint_there_is_no_trace_and_one_that_is_away_holds_nothing_up() {
    let world = World::with(1).await;
    let start = async |endpoint| world.collector_with(&[("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)]).await;
    let mut untraced = start("").await;
    // One inbox for both: what the first collector sent is no news from the second.
    let mut inbox = world.inbox(&untraced).await;
    assert_eq!(inbox.next_changed().await.listing_version, 1);
    assert_eq!(inbox.traceparent, None);
    assert!(untraced.terminate().await.unwrap().success());

    world.shop.set(1, "stock", 1);
    let mut unheard = start("http://127.0.0.1:1").await;
    assert_eq!(inbox.next_changed().await.listing_version, 2);
    assert_ne!(inbox.traceparent, None);
    assert!(unheard.terminate().await.unwrap().success());
}

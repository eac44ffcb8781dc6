//! One trace from a crawl to the moment from which answers of before are no longer given.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

#[path = "../../service/tests/support/spans.rs"]
mod spans;
mod support;

use std::time::Duration;

use serde_json::json;
use stores::{process::Service, sandbox::Sandbox};

use crate::{
    spans::{Span, Spans},
    support::{eventually, http_client, pipeline::Pipeline},
};

const SOON: Duration = Duration::from_mins(1);

/// The span, its parent, the parent of that, and so on, as `service name`.
fn way_up(spans: &Spans, from: &Span) -> Vec<String> {
    let mut way = vec![from.clone()];
    while let Some(parent) =
        spans.find(|span| span.trace == from.trace && span.id == way[way.len() - 1].parent)
    {
        way.push(parent);
    }
    way.iter().map(|span| format!("{} {}", span.service, span.name)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_trace_goes_from_the_crawl_through_the_transaction_to_the_new_version_of_answers() {
    let (endpoint, spans) = Spans::collect().await;
    let traced = |mut variables: Vec<(&'static str, String)>| {
        variables.push(("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.clone()));
        variables.push(("OTEL_BSP_SCHEDULE_DELAY", "50".to_owned()));
        variables
    };
    let sandbox = Sandbox::new().await;
    let shops = traced(vec![("MOCK_SHOPS_DRIFT", "0".to_owned()), ("MOCK_SHOPS_CARDS", "20".to_owned())]);
    let shops = Service::start("mock-shops", shops).await.unwrap();
    let gateway = Service::start("gateway", traced(Pipeline::gateway_variables(&sandbox))).await.unwrap();
    let mut variables = traced(Pipeline::collector_variables(&sandbox, &shops));
    variables.retain(|(name, _)| *name != "COLLECT_EVERY");
    let _collector = Service::start("collector", variables).await.unwrap();

    let expected =
        ["gateway renew", "gateway consume", "collector store", "collector page", "collector crawl"];
    let renewed = eventually(SOON, || async {
        let renewed = spans.find(|span| span.name == "renew" && way_up(&spans, span) == expected);
        renewed.ok_or_else(|| {
            let seen = spans.find(|span| span.name == "renew");
            format!("{:?}", seen.map(|span| way_up(&spans, &span)))
        })
    })
    .await;
    let in_trace = |name: &str| spans.find(|span| span.name == name && span.trace == renewed.trace);
    let [consumed, applied] = ["consume", "apply"].map(|name| in_trace(name).unwrap());
    assert_eq!((applied.parent, renewed.parent), (consumed.id.clone(), consumed.id));
    assert!(in_trace("answer").is_some_and(|span| span.service == "mock-shops"), "the shop is a part of it");

    let asked = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let query = json!({ "query": "query Shops { shops { name } }", "operationName": "Shops" });
    let request = http_client().post(gateway.url("/graphql")).header("traceparent", asked).json(&query);
    assert_eq!(request.send().await.unwrap().status(), 200);
    let (trace, asked_in) = spans::ids(asked);
    let answered = eventually(SOON, || async {
        spans.find(|span| span.trace == trace).ok_or_else(|| "no span of the request".to_owned())
    })
    .await;
    assert_eq!((answered.name.as_str(), answered.parent), ("answer", asked_in));
}

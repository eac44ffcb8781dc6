//! What the gateway's tests share.
#![expect(
    dead_code,
    clippy::unwrap_used,
    reason = "each test program uses another part, and a test that can't go on panics"
)]

pub(crate) mod catalogue;
pub(crate) mod gateways;
pub(crate) mod hundred;
pub(crate) mod pipeline;
pub(crate) mod postgres;
pub(crate) mod queue;
pub(crate) mod said;
pub(crate) mod subscriber;

use std::{future::Future, time::Duration};

use serde_json::{Value, json};
use stores::process::Service;
use tokio::time::Instant;

/// Waits until something is so. Panics with what was last seen when it takes too long.
pub(crate) async fn eventually<T, F: Future<Output = Result<T, String>>>(
    within: Duration,
    mut look: impl FnMut() -> F,
) -> T {
    let deadline = Instant::now() + within;
    loop {
        match look().await {
            Ok(found) => return found,
            Err(seen) if Instant::now() > deadline => panic!("not within {within:?}: {seen}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Waits until a gateway consumes, so that the queue is there.
pub(crate) async fn consuming(http: &reqwest::Client, gateway: &Service) {
    eventually(Duration::from_secs(20), || async {
        let ready = http.get(gateway.url("/ready")).send().await.map_err(|error| error.to_string())?;
        let (status, report) = (ready.status(), ready.text().await.unwrap());
        let report: Value = serde_json::from_str(&report).unwrap();
        if status == 200 && report["rabbitmq"] == "up" { Ok(()) } else { Err(report.to_string()) }
    })
    .await;
}

/// A client of HTTP.
pub(crate) fn http_client() -> reqwest::Client {
    // Each test may be a process of its own or not: the second time it is there already.
    rustls::crypto::ring::default_provider().install_default().ok();
    reqwest::Client::new()
}

/// Asks a gateway. Panics where the answer isn't JSON.
pub(crate) async fn ask(http: &reqwest::Client, url: &str, query: &str, variables: Value) -> Value {
    let body = json!({ "query": query, "variables": variables });
    let response = http.post(url).json(&body).send().await.expect("the gateway answers");
    let text = response.text().await.expect("the answer is whole");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

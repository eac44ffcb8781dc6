//! Two gateways on one queue, for what has to hold on each of them.

use std::{
    process::ExitStatus,
    time::{Duration, Instant},
};

use reqwest::Client;
use serde_json::Value;
use stores::{process::Service, sandbox::Sandbox};

use super::{
    ask, eventually, http_client,
    pipeline::Pipeline,
    queue::Publisher,
    said::{changed, listing},
};

const SOON: Duration = Duration::from_secs(20);

/// Two gateways, and what puts events into their queue.
pub(crate) struct Gateways {
    pub(crate) http: Client,
    pub(crate) one: Service,
    pub(crate) other: Service,
    pub(crate) publisher: Publisher,
    pub(crate) sandbox: Sandbox,
}

impl Gateways {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub(crate) async fn start_with(variables: &[(&'static str, &str)]) -> Self {
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
    pub(crate) async fn says(&self, id: &str, version: i64, title: &str, price_minor: i64) {
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

    pub(crate) async fn id_of(&self, name: &str) -> String {
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
pub(crate) async fn ended(gateway: &mut Service) -> ExitStatus {
    let deadline = Instant::now() + SOON;
    loop {
        match gateway.exit_status() {
            Some(status) => return status,
            None => assert!(Instant::now() < deadline, "it still runs: {}", gateway.log()),
        }
        tokio::task::yield_now().await;
    }
}

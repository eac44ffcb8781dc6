//! A sandbox, a shop, a collector, and what comes out of the queue.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use events::{CrawlEnded, CrawlOutcome, ListingChanged, ProductEvent, topology};
use futures::StreamExt;
use lapin::{
    Connection, ConnectionProperties,
    message::Delivery,
    options::{BasicAckOptions, BasicConsumeOptions},
    types::{AMQPValue, FieldTable},
};
use serde_json::Value;
use sqlx::PgPool;
use stores::{process::Service, sandbox::Sandbox};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::shop::Shop;

/// How long anything may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) shop: Shop,
    pub(crate) database: PgPool,
    seen: Seen,
}

/// The versions that came out of the queue, by listing. They follow the clock; the first is called 1 here, the next 2.
type Seen = Arc<Mutex<BTreeMap<String, BTreeSet<i64>>>>;

impl World {
    pub(crate) async fn with(listings: u32) -> Self {
        let sandbox = Sandbox::new().await;
        let shop = Shop::open(listings).await;
        let database = PgPool::connect(&sandbox.admin_database_url()).await.unwrap();
        Self { sandbox, shop, database, seen: Seen::default() }
    }

    /// The variables of a collector that crawls ten times a second and always asks for everything.
    pub(crate) fn variables(&self) -> BTreeMap<String, String> {
        let variables = [
            ("DATABASE_URL", self.sandbox.collector_database_url()),
            ("AMQP_URL", self.sandbox.collector_amqp_url()),
            ("NETVIDEO_URL", self.shop.url("netvideo")),
            ("COUNTRYLINK_URL", self.shop.url("countrylink")),
            ("COLLECT_EVERY", "100ms".to_owned()),
            ("COUNTRYLINK_COLLECT_EVERY", "1h".to_owned()),
            ("FULL_CRAWL_EVERY", "1".to_owned()),
            ("PUBLISH_EVERY", "20ms".to_owned()),
        ];
        variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    pub(crate) async fn collector(&self) -> Service {
        Service::start("collector", self.variables()).await.unwrap()
    }

    pub(crate) async fn collector_with(&self, changed: &[(&str, &str)]) -> Service {
        let mut variables = self.variables();
        variables.extend(changed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Service::start("collector", variables).await.unwrap()
    }

    /// What `collector` with these arguments prints, and whether it succeeds.
    pub(crate) async fn command(&self, arguments: &[&str]) -> (bool, String) {
        let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_collector"))
            .args(arguments)
            .env_clear()
            .envs(self.variables())
            .output()
            .await
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(text).unwrap())
    }

    /// The JSON objects that `collector` with these arguments prints.
    pub(crate) async fn objects(&self, arguments: &[&str]) -> Vec<Value> {
        let (is_well, text) = self.command(arguments).await;
        assert!(is_well, "{arguments:?}: {text}");
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// A number from a query of the database.
    pub(crate) async fn number(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.database).await.unwrap()
    }

    /// Waits until a query of the database gives a number.
    pub(crate) async fn number_becomes(&self, query: &'static str, expected: i64) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // Before the collector has migrated there is nothing to ask.
            let number = sqlx::query_scalar::<_, i64>(query).fetch_one(&self.database).await;
            if number.as_ref().is_ok_and(|number| *number == expected) {
                return;
            }
            assert!(Instant::now() < deadline, "{query}: {number:?}, expected {expected}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Consumes the queue, which a collector must have declared.
    pub(crate) async fn inbox(&self, collector: &Service) -> Inbox {
        until("the collector is ready", async || get(&collector.url("/ready")).await.0 == 200).await;
        Inbox::open(&self.sandbox.gateway_amqp_url(), &self.seen).await
    }
}

/// Waits until a condition holds.
pub(crate) async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < deadline, "it never came to this: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Status and body of a page.
pub(crate) async fn get(url: &str) -> (u16, String) {
    // Another test of this process may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match reqwest::get(url).await {
        Ok(response) => (response.status().as_u16(), response.text().await.unwrap_or_default()),
        Err(_) => (0, String::new()),
    }
}

/// A message: its event, and the trace that it was a part of.
type Message = (ProductEvent, Option<String>);

/// What came out of the queue. Like every consumer it ignores what it has had already.
pub(crate) struct Inbox {
    connection: Connection,
    /// Messages that were acknowledged, and in the end perhaps why no more are.
    messages: UnboundedReceiver<Result<Message, String>>,
    /// The trace that the last message was a part of.
    pub(crate) traceparent: Option<String>,
    versions: BTreeMap<String, i64>,
    seen: Seen,
}

impl Inbox {
    /// A queue that has just been declared anew may take a consumer and never say so: then another one is tried.
    async fn open(url: &str, seen: &Seen) -> Self {
        const ANSWERED: Duration = Duration::from_secs(3);
        loop {
            if let Ok(inbox) = tokio::time::timeout(ANSWERED, Self::consume(url, seen)).await {
                return inbox;
            }
        }
    }

    async fn consume(url: &str, seen: &Seen) -> Self {
        let connection = Connection::connect(url, ConnectionProperties::default()).await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        let mut consumer = channel
            .basic_consume(
                topology::QUEUE.into(),
                "inbox".into(),
                BasicConsumeOptions::default(),
                FieldTable::default(),
            )
            .await
            .unwrap();
        let (sender, messages) = unbounded_channel();
        tokio::spawn(async move {
            let _channel = channel;
            while let Some(delivery) = consumer.next().await {
                let message = take(delivery).await;
                let is_last = message.is_err();
                // Nobody listens any more to one that was closed or dropped.
                if sender.send(message).is_err() || is_last {
                    break;
                }
            }
        });
        Self { connection, messages, traceparent: None, versions: BTreeMap::new(), seen: Arc::clone(seen) }
    }

    /// Stops consuming. One that is only dropped takes another message with it.
    pub(crate) async fn close(self) {
        self.connection.close(200, "goodbye".into()).await.unwrap();
    }

    /// The next event of NetVideo, with the place of its version among those that were seen of the listing.
    pub(crate) async fn next(&mut self) -> ProductEvent {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.messages.recv()).await;
            let message = message.expect("an event comes in time").expect("the queue lasts");
            let (mut event, traceparent) = message.unwrap_or_else(|trouble| panic!("{trouble}"));
            self.traceparent = traceparent;
            if event.shop() == "netvideo" && self.is_new(&event) {
                self.number(&mut event);
                return event;
            }
        }
    }

    fn number(&self, event: &mut ProductEvent) {
        let (of, version) = match event {
            ProductEvent::ListingChanged(event) => (&event.listing_id, &mut event.listing_version),
            ProductEvent::ListingGone(event) => (&event.listing_id, &mut event.listing_version),
            ProductEvent::CrawlEnded(_) => return,
        };
        let mut seen = self.seen.lock().unwrap();
        let seen = seen.entry(of.clone()).or_default();
        seen.insert(*version);
        *version = i64::try_from(seen.range(..=*version).count()).unwrap();
    }

    fn is_new(&mut self, event: &ProductEvent) -> bool {
        let (of, version) = match event {
            ProductEvent::ListingChanged(event) => (event.listing_id.as_str(), event.listing_version),
            ProductEvent::ListingGone(event) => (event.listing_id.as_str(), event.listing_version),
            ProductEvent::CrawlEnded(event) => ("crawl", event.crawl),
        };
        let known = self.versions.entry(of.to_owned()).or_default();
        let is_new = version > *known;
        *known = version.max(*known);
        is_new
    }

    /// The next event about a listing.
    pub(crate) async fn next_listing(&mut self) -> ProductEvent {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let event = self.next().await;
            assert!(Instant::now() < deadline, "there are only ends of crawls");
            if !matches!(event, ProductEvent::CrawlEnded(_)) {
                return event;
            }
        }
    }

    /// The next event about a listing, which has to be a change.
    pub(crate) async fn next_changed(&mut self) -> ListingChanged {
        match self.next_listing().await {
            ProductEvent::ListingChanged(event) => *event,
            event => panic!("not a change: {event:?}"),
        }
    }

    /// The next end of a crawl with this outcome.
    pub(crate) async fn next_crawl(&mut self, outcome: CrawlOutcome) -> CrawlEnded {
        let deadline = Instant::now() + PATIENCE;
        loop {
            assert!(Instant::now() < deadline, "no crawl ends like that");
            if let ProductEvent::CrawlEnded(event) = self.next().await
                && event.outcome == outcome
            {
                return event;
            }
        }
    }

    /// The next so many changes, by listing.
    pub(crate) async fn changed(&mut self, count: usize) -> BTreeMap<String, ListingChanged> {
        let mut changed = BTreeMap::new();
        while changed.len() < count {
            let event = self.next_changed().await;
            changed.insert(event.listing_id.clone(), event);
        }
        changed
    }
}

/// Reads a message and acknowledges it. Where that is refused, the message is not ours: another consumer gets it.
async fn take(delivery: lapin::Result<Delivery>) -> Result<Message, String> {
    let delivery = delivery.map_err(|error| format!("RabbitMQ delivers no more: {error}"))?;
    let event = ProductEvent::decode(&delivery.data).map_err(|error| format!("not an event: {error}"))?;
    let id = delivery.properties.message_id().as_ref().map(ToString::to_string);
    if id.as_deref() != Some(event.message_id().as_str()) {
        return Err(format!("{} is called {id:?}", event.message_id()));
    }
    match delivery.ack(BasicAckOptions::default()).await {
        Ok(true) => {}
        Ok(false) => return Err("the channel was closed before the acknowledgement".to_owned()),
        Err(error) => return Err(format!("RabbitMQ takes no acknowledgement: {error}")),
    }
    let headers = delivery.properties.headers().as_ref();
    let traceparent = match headers.and_then(|headers| headers.inner().get("traceparent")) {
        Some(AMQPValue::LongString(text)) => Some(text.to_string()),
        _ => None,
    };
    Ok((event, traceparent))
}

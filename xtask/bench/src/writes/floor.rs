//! The floor of applying events: a plain consumer that decodes the same messages and upserts them, a batch by one
//! statement, with the version guard. It merges nothing, keeps no history, tells nobody.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use events::{Listing, ListingChanged, ProductEvent};
use futures::StreamExt;
use lapin::{
    Connection, ConnectionProperties, Consumer,
    message::Delivery,
    options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions},
    types::FieldTable,
};
use sqlx::{Connection as _, PgConnection, types::Json};
use stores::sandbox::Sandbox;

use crate::trouble::Trouble;

const PREFETCH: u16 = 1_000;
const BATCH: usize = 500;
/// How long is waited for the next message: it is there already.
const PATIENCE: Duration = Duration::from_secs(5);

/// Makes the table that is written to, with the listings that the gateway knows.
pub(crate) async fn prepare(sandbox: &Sandbox) -> Result<(), Trouble> {
    let mut connection = PgConnection::connect(&sandbox.admin_database_url()).await?;
    sqlx::raw_sql(include_str!("../../sql/floor_prepare.sql")).execute(&mut connection).await?;
    Ok(())
}

/// Drains so many messages of a queue; how long that took.
pub(crate) async fn drain(sandbox: &Sandbox, queue: &str, count: usize) -> Result<Duration, Trouble> {
    let mut database = PgConnection::connect(&sandbox.admin_database_url()).await?;
    let connection = Connection::connect(&sandbox.amqp_url(), ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    channel.basic_qos(PREFETCH, BasicQosOptions::default()).await?;
    let options = BasicConsumeOptions::default();
    let mut consumer = channel.basic_consume(queue.into(), "".into(), options, FieldTable::default()).await?;
    let began = Instant::now();
    let mut drained = 0;
    while drained < count {
        let deliveries = next(&mut consumer, BATCH.min(count - drained)).await?;
        let events = deliveries.iter().filter_map(|delivery| ProductEvent::decode(&delivery.data).ok());
        upsert(&mut database, events).await?;
        drained += deliveries.len();
        if let Some(last) = deliveries.last() {
            channel.basic_ack(last.delivery_tag, BasicAckOptions { multiple: true }).await?;
        }
    }
    let took = began.elapsed();
    connection.close(200, "drained".into()).await?;
    Ok(took)
}

async fn next(consumer: &mut Consumer, count: usize) -> Result<Vec<Delivery>, Trouble> {
    let mut deliveries = Vec::with_capacity(count);
    while deliveries.len() < count {
        match tokio::time::timeout(PATIENCE, consumer.next()).await {
            Ok(Some(delivery)) => deliveries.push(delivery?),
            Ok(None) | Err(_) => return Err(Trouble::foreign("RabbitMQ", "that there are no more messages")),
        }
    }
    Ok(deliveries)
}

/// A column each.
#[derive(Default)]
struct Rows {
    shops: Vec<String>,
    listing_ids: Vec<String>,
    versions: Vec<i64>,
    observed_at: Vec<DateTime<Utc>>,
    titles: Vec<String>,
    urls: Vec<String>,
    prices_minor: Vec<i64>,
    currencies: Vec<String>,
    documents: Vec<Json<Listing>>,
}

async fn upsert(
    database: &mut PgConnection,
    events: impl Iterator<Item = ProductEvent>,
) -> Result<(), Trouble> {
    let mut newest: HashMap<(String, String), Box<ListingChanged>> = HashMap::new();
    for event in events {
        if let ProductEvent::ListingChanged(event) = event {
            let key = (event.shop.clone(), event.listing_id.clone());
            if newest.get(&key).is_none_or(|known| known.listing_version < event.listing_version) {
                newest.insert(key, event);
            }
        }
    }
    let mut rows = Rows::default();
    for ((shop, listing_id), event) in newest {
        rows.shops.push(shop);
        rows.listing_ids.push(listing_id);
        rows.versions.push(event.listing_version);
        rows.observed_at.push(event.observed_at);
        rows.titles.push(event.listing.title.clone());
        rows.urls.push(event.listing.url.clone());
        rows.prices_minor.push(event.listing.price.amount_minor);
        rows.currencies.push(event.listing.price.currency.clone());
        rows.documents.push(Json(event.listing));
    }
    sqlx::query(include_str!("../../sql/floor_upsert.sql"))
        .bind(rows.shops)
        .bind(rows.listing_ids)
        .bind(rows.versions)
        .bind(rows.observed_at)
        .bind(rows.titles)
        .bind(rows.urls)
        .bind(rows.prices_minor)
        .bind(rows.currencies)
        .bind(rows.documents)
        .execute(database)
        .await?;
    Ok(())
}

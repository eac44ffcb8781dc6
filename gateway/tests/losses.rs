//! What readers get after the collector has lost all it knew.

mod support;

use std::time::Duration;

use serde_json::json;
use sqlx::{Connection, PgConnection};
use stores::sandbox::Sandbox;

use crate::support::{eventually, pipeline::Pipeline};

const SOON: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn news_are_served_although_the_collectors_database_was_lost_and_all_is_told_anew() {
    let sandbox = Sandbox::new().await;
    let mut pipeline =
        Pipeline::start(sandbox, &[("MOCK_SHOPS_DRIFT", "0"), ("MOCK_SHOPS_CARDS", "20")]).await;
    let (truth, _) = pipeline.settled(SOON).await;
    let ((shop, listing), (price, ..)) = truth.offers.first_key_value().unwrap();

    pipeline.collector.kill();
    let mut database = PgConnection::connect(&pipeline.sandbox.admin_database_url()).await.unwrap();
    for statement in ["drop schema collector cascade", "create schema collector authorization collector"] {
        sqlx::query(statement).execute(&mut database).await.unwrap();
    }
    let cheaper = json!({ "price_minor": price - 1 });
    let url = pipeline.shops.url(&format!("/_mock/listings/{shop}/{listing}"));
    let patched = pipeline.http.patch(url).json(&cheaper).send().await.unwrap();
    assert!(patched.status().is_success(), "{}", patched.text().await.unwrap());
    let seen_at = "{ shops { slug lastSeenAt } }";
    let before = pipeline.data(seen_at, json!({})).await;
    pipeline.collector.restart().await.unwrap();

    let (truth, served) = pipeline.settled(SOON).await;
    let key = (shop.clone(), listing.clone());
    assert_eq!((truth.offers[&key].0, served.offers[&key].0), (price - 1, price - 1));
    eventually(SOON, || async {
        let after = pipeline.data(seen_at, json!({})).await;
        let shops = before["shops"].as_array().unwrap().iter().zip(after["shops"].as_array().unwrap());
        let stands = shops.filter(|(before, after)| before["lastSeenAt"] == after["lastSeenAt"]).count();
        if stands == 0 { Ok(()) } else { Err(format!("no crawl counts: {after}")) }
    })
    .await;
}

//! How Postgres goes about what a crawl asks for each batch of pages: it must not cost more the more there is of the shop.

use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection, types::Json};

use crate::harness::World;

/// The first listings of a shop, which Postgres has not looked at yet: a plan that is made now is kept when there are more.
const NEW: &str = "
    alter table collector.listing set (autovacuum_enabled = off);
    insert into collector.listing (
        shop, listing_id, version, presence, document, shop_updated_at, first_seen_at, last_seen_at, last_seen_crawl
    )
    select 'netvideo', number::text, 1, 'present', '{}', now(), now(), now(), 1
    from generate_series(2, 20) as number;
";

/// The nodes of the plan of a statement.
async fn nodes(connection: &mut PgConnection, execute: &str) -> Vec<Value> {
    let explain = AssertSqlSafe(format!("explain (format json) {execute}"));
    let Json(mut plans): Json<Value> = sqlx::query_scalar(explain).fetch_one(connection).await.unwrap();
    let mut nodes = Vec::new();
    let mut left = vec![plans[0]["Plan"].take()];
    while let Some(mut node) = left.pop() {
        if let Value::Array(below) = node["Plans"].take() {
            left.extend(below);
        }
        nodes.push(node);
    }
    nodes
}

/// Fails where listings are looked for by anything but their whole keys.
fn assert_by_keys(nodes: &[Value], name: &str) {
    let conditions: Vec<&str> = nodes.iter().filter_map(|node| node["Index Cond"].as_str()).collect();
    assert!(!conditions.is_empty(), "{name}: {nodes:#?}");
    for condition in conditions {
        assert!(condition.contains("shop =") && condition.contains("listing_id ="), "{name}: {condition}");
    }
    assert!(nodes.iter().all(|node| node["Filter"].is_null()), "{name}: {nodes:#?}");
}

#[tokio::test]
async fn listings_of_pages_are_looked_for_by_their_keys_however_little_postgres_knows_of_them() {
    let world = World::with(1).await;
    let mut collector = world.collector().await;
    world.number_becomes("select count(*) from collector.listing", 1).await;
    collector.terminate().await.unwrap();
    sqlx::raw_sql(NEW).execute(&world.database).await.unwrap();
    let mut connection = world.database.acquire().await.unwrap();
    let prepare = concat!("prepare known as ", include_str!("../../../sql/collector/known_listings.sql"));
    sqlx::raw_sql(prepare).execute(&mut *connection).await.unwrap();
    let ids: Vec<String> = (1..=1_000).map(|number| number.to_string()).collect();
    let execute = format!("execute known ('netvideo', '{{{}}}')", ids.join(","));
    for mode in ["force_custom_plan", "force_generic_plan"] {
        let set = AssertSqlSafe(format!("set plan_cache_mode = {mode}"));
        sqlx::query(set).execute(&mut *connection).await.unwrap();
        assert_by_keys(&nodes(&mut connection, &execute).await, mode);
    }
}

//! How Postgres goes about what a crawl asks for each batch of pages: it must not cost more the more there is of the shop.

use collector::store::{LIMITS, SCHEMA, Store};
use secrecy::SecretString;
use serde_json::Value;
use service::database::Database;
use sqlx::{AssertSqlSafe, PgConnection, types::Json};

use crate::harness::World;

/// The first listings of a shop, which Postgres has not looked at yet.
const NEW: &str = "
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
async fn listings_of_pages_are_looked_for_by_their_keys_whatever_postgres_knows_of_them() {
    let world = world_with_new_listings().await;
    assert_all_plans_are_by_keys(&world, "not looked at").await;
    // There are so few that it would rather read all of them, and the plan is kept when there are more.
    sqlx::query("vacuum analyze collector.listing").execute(&world.database).await.unwrap();
    assert_all_plans_are_by_keys(&world, "looked at").await;
}

async fn assert_all_plans_are_by_keys(world: &World, name: &str) {
    let term = world.number("select term from collector.shop where shop = 'netvideo'").await;
    let ids: Vec<String> = (1..=1_000).map(|number| number.to_string()).collect();
    let execute = format!("execute known ('netvideo', '{{{}}}')", ids.join(","));
    for mode in ["force_custom_plan", "force_generic_plan"] {
        let mut transaction = world.database.begin().await.unwrap();
        let keep_term = include_str!("../../../sql/collector/keep_term_of_pages.sql");
        let kept = sqlx::query(keep_term).bind("netvideo").bind(term).fetch_optional(&mut *transaction).await;
        assert!(kept.unwrap().is_some());
        let known = include_str!("../../../sql/collector/known_listings.sql");
        let prepare = format!("set local plan_cache_mode = {mode}; prepare known as {known}");
        sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut *transaction).await.unwrap();
        assert_by_keys(&nodes(&mut transaction, &execute).await, &format!("{name}, {mode}"));
        sqlx::query("deallocate known").execute(&mut *transaction).await.unwrap();
    }
}

#[tokio::test]
async fn what_waits_to_be_believed_is_counted_without_reading_all_listings() {
    let world = world_with_new_listings().await;
    let forget = "select pg_stat_reset_single_table_counters('collector.listing_unsettled'::regclass)";
    sqlx::query(forget).execute(&world.database).await.unwrap();
    let url = SecretString::from(world.sandbox.collector_database_url());
    let database = Database::new(&url, SCHEMA, LIMITS).unwrap();
    let counts = Store::new(database.clone()).holds_count().await.unwrap();
    assert!(counts.iter().any(|count| count.shop == "netvideo"), "{counts:?}");
    // Postgres tells how it went about it once the connection has ended.
    database.pool.close().await;
    let by_index = "select idx_scan from pg_stat_user_indexes where indexrelname = 'listing_unsettled'";
    world.number_becomes(by_index, 1).await;
}

/// A world in which no collector runs any more, and Postgres won't look at its listings by itself.
async fn world_with_new_listings() -> World {
    let world = World::with(1).await;
    let mut collector = world.collector().await;
    world.number_becomes("select count(*) from collector.listing where shop = 'netvideo'", 1).await;
    collector.terminate().await.unwrap();
    let by_hand = "alter table collector.listing set (autovacuum_enabled = off)";
    sqlx::query(by_hand).execute(&world.database).await.unwrap();
    sqlx::query(NEW).execute(&world.database).await.unwrap();
    world
}

//! Pages that can be asked for by their tags are written together, each with what stood on it.

use serde_json::{Value, json};
use sqlx::types::Json;

use crate::harness::World;

#[tokio::test]
async fn pages_that_are_written_together_keep_their_own_listings() {
    let world = World::with(1).await;
    let mut collector = world.collector().await;
    world.number_becomes("select count(*) from collector.listing where shop = 'netvideo'", 1).await;
    collector.terminate().await.unwrap();
    let next = Json(json!({ "page": { "number": 2, "last": 3 } }));
    sqlx::query(include_str!("../../../sql/collector/write_tagged_pages.sql"))
        .bind("written together")
        .bind(vec!["/1", "/2", "/3"])
        .bind(vec!["one", "two", "three"])
        .bind(vec!["1", "2, {\"}", "3"])
        .bind(vec![0, 2, 2])
        .bind(vec![2, 0, 1])
        .bind(vec![Some(next.clone()), None, None])
        .bind(7_i64)
        .execute(&world.database)
        .await
        .unwrap();
    let sql = "
        select etag, listing_ids, next_position
        from collector.page
        where shop = 'written together' and last_crawl = 7
        order by url
    ";
    let pages: Vec<(String, Vec<String>, Option<Json<Value>>)> =
        sqlx::query_as(sql).fetch_all(&world.database).await.unwrap();
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let expected = [
        ("one".to_owned(), texts(&["1", "2, {\"}"]), Some(next)),
        ("two".to_owned(), texts(&[]), None),
        ("three".to_owned(), texts(&["3"]), None),
    ];
    assert_eq!(pages, expected);
}

//! What is not read again, since it is to the byte what was read before, and what has to be.

use events::CrawlOutcome;
use serde_json::json;

use crate::harness::World;

/// Crawls that happen when a collector starts, and at no other time.
const ONCE: [(&str, &str); 1] = [("COLLECT_EVERY", "1h")];

/// Makes NetVideo's listings say what nobody sent, so that it is told which of them are read again.
const SPOIL: &str = r#"
    update collector.listing set document = jsonb_set(document, '{title}', '"what nobody sent"') where shop = 'netvideo'
"#;

/// How many listings the last crawl has seen as they were.
const AS_THEY_WERE: &str = "
    select coalesce(sum(cardinality(listing_ids)), 0)
    from collector.sighting
    join collector.shop using (shop)
    where shop = 'netvideo' and crawl = last_crawl
";

#[tokio::test]
async fn an_item_that_is_as_it_was_is_seen_and_not_read_until_the_rules_or_the_leaders_are_others() {
    let world = World::with(3).await;
    world.shop.set(3, "ean", json!("no barcode"));
    let mut collector = world.collector_with(&ONCE).await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(3).await;
    inbox.next_crawl(CrawlOutcome::Complete).await;

    sqlx::raw_sql(SPOIL).execute(&world.database).await.unwrap();
    world.shop.set(2, "stock", 9);
    collector.restart().await.unwrap();
    let changed = inbox.changed(2).await;
    assert_eq!(
        changed.keys().collect::<Vec<_>>(),
        ["2", "3"],
        "one was changed, of one a field can't be read"
    );
    assert_eq!(inbox.next_crawl(CrawlOutcome::Complete).await.listing_count, 3);
    assert_eq!(world.number(AS_THEY_WERE).await, 1);
    let noted = "select max(count) from collector.reject where kind = 'field' and listing_id = '3'";
    assert_eq!(world.number(noted).await, 2, "it is noted each time");

    for other in ["rules = 'of another version'", "term = term + 1"] {
        sqlx::raw_sql(SPOIL).execute(&world.database).await.unwrap();
        let sql = format!("update collector.shop set {other} where shop = 'netvideo'");
        assert!(collector.terminate().await.unwrap().success());
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&world.database).await.unwrap();
        collector.restart().await.unwrap();
        assert_eq!(inbox.changed(3).await.len(), 3, "{other}");
        inbox.next_crawl(CrawlOutcome::Complete).await;
    }
}

#[tokio::test]
async fn an_item_is_read_again_if_its_listing_was_made_something_else_or_waits() {
    let otherwise = [
        "version = version + 1",
        "held_price_minor = 1, held_price_currency = 'USD', held_in_crawl = 1",
        "older_crawls = 1",
        "released = true",
        "presence = 'gone'",
        "presence = 'missing', missing_since = now(), missing_crawls = 1",
    ];
    let world = World::with(u32::try_from(otherwise.len()).unwrap() + 1).await;
    let mut collector = world.collector_with(&ONCE).await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(otherwise.len() + 1).await;
    inbox.next_crawl(CrawlOutcome::Complete).await;
    sqlx::raw_sql(SPOIL).execute(&world.database).await.unwrap();
    for (id, otherwise) in (1..).zip(otherwise) {
        let sql = format!("update collector.listing set {otherwise} where listing_id = '{id}'");
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&world.database).await.unwrap();
    }
    collector.restart().await.unwrap();
    let changed = inbox.changed(otherwise.len()).await;
    assert_eq!(changed.keys().collect::<Vec<_>>(), ["1", "2", "3", "4", "5", "6"]);
    inbox.next_crawl(CrawlOutcome::Complete).await;
    let present = "select count(*) from collector.listing where presence = 'present' and shop = 'netvideo'";
    assert_eq!(world.number(present).await, 7);
}

#[tokio::test]
async fn a_listing_that_was_seen_as_it_was_is_neither_missed_nor_older_than_what_was_refused_before() {
    let world = World::with(3).await;
    let mut collector = world.collector_with(&ONCE).await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(3).await;
    inbox.next_crawl(CrawlOutcome::Complete).await;
    let refused = "
        insert into collector.reject (shop, listing_id, kind, field, reason, content, content_bytes, first_seen_at, last_seen_at)
        select 'netvideo', '1', 'item', 'title', 'an old reason', content, length(content), now(), now()
        from convert_to(replace((select item from collector.received where shop = 'netvideo' and listing_id = '1'), '100.00', '80.00'), 'utf8') as content
    ";
    sqlx::raw_sql(refused).execute(&world.database).await.unwrap();
    assert!(world.shop.inner().items.remove(&3).is_some());
    collector.restart().await.unwrap();
    assert_eq!(inbox.next_changed().await.listing_id, "3", "it alone is missed");
    inbox.next_crawl(CrawlOutcome::Complete).await;
    let (_, applied) = world.command(&["replay", "--shop", "netvideo", "--apply"]).await;
    assert!(applied.contains("read, and outdated: the listing was seen later"), "{applied}");
}

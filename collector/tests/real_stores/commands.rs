//! What a person can do beside a collector that runs.

use std::process::Stdio;

use events::{CrawlOutcome, ProductEvent};
use serde_json::json;

use crate::{
    harness::{World, until},
    reconciliation::digest_is_right,
    shop::item,
};

/// Crawls that happen when a collector starts, and at no other time.
const ONCE: [(&str, &str); 2] = [("COLLECT_EVERY", "1h"), ("RECONCILE", "true")];

#[tokio::test]
async fn what_is_held_is_believed_by_the_next_crawl_once_a_person_releases_it() {
    let world = World::with(3).await;
    let mut collector = world.collector_with(&ONCE).await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(3).await;
    inbox.next_crawl(CrawlOutcome::Complete).await;
    assert!(world.command(&["holds", "list"]).await.1.contains("Nothing waits"));

    world.shop.set(1, "price", "1000.00");
    world.shop.set(2, "price", "90.00");
    world.shop.inner().items.get_mut(&2).unwrap()["updated_at"] = json!("2026-01-01T00:00:00Z");
    collector.restart().await.unwrap();
    inbox.next_crawl(CrawlOutcome::Complete).await;
    let holds = world.objects(&["holds", "list", "--shop", "netvideo", "--json"]).await;
    let told: Vec<_> =
        holds.iter().map(|hold| [&hold["listing"], &hold["kind"], &hold["known"], &hold["held"]]).collect();
    assert_eq!(
        json!(told),
        json!([
            ["1", "price", "100.00 USD", "1000.00 USD"],
            ["2", "older", "2026-11-20T10:12:00Z", "2026-01-01T00:00:00Z"],
        ])
    );
    assert!(holds.iter().all(|hold| hold["since"] != "unknown" && hold["released"] == false));

    for arguments in
        [["holds", "release", "netvideo/1", "--by", "ann"], ["holds", "release", "netvideo/2", "--by", "ann"]]
    {
        let (is_well, text) = world.command(&arguments).await;
        assert!(is_well && text.contains("Released 1 of"), "{text}");
    }
    let (is_well, text) = world.command(&["holds", "release", "netvideo/3", "--by", "ann"]).await;
    assert!(!is_well && text.contains("nothing of netvideo/3 waits"), "{text}");
    // Another price than the one held, and seen for the second time only: the rules alone would go on waiting.
    world.shop.set(1, "price", "3000.00");
    collector.restart().await.unwrap();
    let changed = inbox.changed(2).await;
    let prices: Vec<_> = changed.values().map(|event| event.listing.price.amount_minor).collect();
    assert_eq!(prices, [300_000, 9_000]);
    assert!(world.objects(&["holds", "list", "--json"]).await.is_empty());
    let recorded =
        "select count(*) from collector.release where released_by = 'ann' and kind in ('price', 'older')";
    assert_eq!(world.number(recorded).await, 2);
}

#[tokio::test]
async fn removals_beyond_what_is_believed_are_released_one_by_one_or_all() {
    let world = World::with(100).await;
    let collector = world.collector().await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(100).await;
    world.shop.inner().items.retain(|id, _| *id <= 30);
    let held = "select count(*) from collector.listing where missing_crawls >= 3 and presence = 'missing'";
    let gone = "select count(*) from collector.listing where presence = 'gone'";
    world.number_becomes(held, 70).await;
    let holds = world.objects(&["holds", "list", "--limit", "1000", "--json"]).await;
    assert_eq!(holds.iter().filter(|hold| hold["kind"] == "removal").count(), 70);

    assert!(world.command(&["holds", "release", "netvideo/31", "--by", "ann"]).await.0);
    world.number_becomes(gone, 1).await;
    inbox.next_crawl(CrawlOutcome::Complete).await;
    inbox.next_crawl(CrawlOutcome::Complete).await;
    assert_eq!(world.number(gone).await, 1, "what was not released stays");
    let arguments = ["holds", "release", "--all", "netvideo", "--kind", "removal", "--by", "ann"];
    assert!(world.command(&arguments).await.1.contains("Released 69 of netvideo"));
    world.number_becomes(gone, 70).await;
}

#[tokio::test]
async fn what_was_refused_is_shown_as_it_came() {
    let world = World::with(2).await;
    world.shop.set(1, "price", json!("-5 \u{1b}[2J"));
    let collector = world.collector_with(&ONCE).await;
    world.inbox(&collector).await.next_crawl(CrawlOutcome::Complete).await;

    let rejects = world.objects(&["rejects", "list", "--shop", "netvideo", "--json"]).await;
    assert_eq!(
        (&rejects[0]["listing"], &rejects[0]["kind"], &rejects[0]["field"]),
        (&json!("1"), &json!("item"), &json!("price"))
    );
    let id = rejects[0]["id"].to_string();
    let (_, raw) = world.command(&["rejects", "show", &id, "--raw"]).await;
    assert_eq!(serde_json::from_str::<serde_json::Value>(&raw).unwrap(), world.shop.inner().items[&1]);
    for arguments in [["rejects", "list"].as_slice(), &["rejects", "show", &id]] {
        let (is_well, text) = world.command(arguments).await;
        assert!(is_well && text.contains("price") && !text.contains('\u{1b}'), "{text}");
    }
    let (is_well, text) = world.command(&["rejects", "show", "999999"]).await;
    assert!(!is_well && text.contains("there is no refusal 999999"), "{text}");

    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_collector"))
        .args(["rejects", "list"])
        .envs(world.variables())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "a reader that goes away is no error: {output:?}");
}

/// Refuses something as an earlier collector would have, which could not read it.
async fn refuse(world: &World, listing_id: &str, kind: &str, field: &str, content: String, seen: &str) {
    let sql = format!(
        "insert into collector.reject (shop, listing_id, kind, field, reason, content, content_bytes, first_seen_at, last_seen_at) \
         values ('netvideo', $1, $2, $3, 'an old reason', convert_to($4, 'utf8'), octet_length($4), {seen}, {seen})"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(listing_id)
        .bind(kind)
        .bind(field)
        .bind(content)
        .execute(&world.database)
        .await
        .unwrap();
}

#[tokio::test]
async fn what_can_be_read_by_now_is_applied_where_nothing_newer_is_known() {
    let world = World::with(3).await;
    world.shop.set(3, "ean", json!("no barcode"));
    let collector = world.collector_with(&ONCE).await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(3).await;
    inbox.next_crawl(CrawlOutcome::Complete).await;
    let cheap = |id: u32| {
        let mut item = item(id);
        item["price"] = json!("80.00");
        item
    };
    refuse(&world, "7", "item", "title", cheap(7).to_string(), "now() - interval '1 day'").await;
    refuse(&world, "1", "item", "title", cheap(1).to_string(), "now() - interval '1 day'").await;
    let page = json!({"page": 4, "pages": 4, "total": 9, "items": [cheap(2), {"id": 9}]});
    refuse(&world, "", "page", "page 4", page.to_string(), "now()").await;

    let expected = [
        "netvideo/7  (item",
        "read, and news",
        "netvideo/1  (item",
        "read, and outdated: the listing was seen later",
        "netvideo/2  (page",
        "netvideo/9  (page",
        "still refused: title",
        "netvideo/3  (field)  read, and nothing new",
        "Of 5 listings, 4 can be read now, and 2 of them say something new.",
    ];
    let (_, trial) = world.command(&["replay", "--shop", "netvideo"]).await;
    assert!(expected.iter().all(|text| trial.contains(text)), "{trial}");
    assert!(trial.contains("Nothing was changed"), "{trial}");
    assert_eq!(world.number("select count(*) from collector.listing where listing_id = '7'").await, 0);

    let (_, applied) = world.command(&["replay", "--shop", "netvideo", "--apply"]).await;
    assert!(expected.iter().all(|text| applied.contains(text)), "{applied}");
    let changed = inbox.changed(2).await;
    let told: Vec<_> = changed
        .values()
        .map(|event| (event.listing_id.as_str(), event.listing_version, event.listing.price.amount_minor))
        .collect();
    assert_eq!(told, [("2", 2, 8_000), ("7", 1, 8_000)]);
    assert!(
        chrono::Utc::now() - changed["7"].observed_at > chrono::TimeDelta::hours(23),
        "it was seen a day ago"
    );
    let (_, again) = world.command(&["replay", "--shop", "netvideo", "--apply"]).await;
    assert!(again.contains("0 of them say something new"), "{again}");
    assert!(!collector.log().contains("another collector leads"), "{}", collector.log());
}

#[tokio::test]
async fn a_listing_that_stands_twice_on_a_refused_page_is_applied_in_its_order() {
    let world = World::with(3).await;
    let collector = world.collector_with(&ONCE).await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(3).await;
    inbox.next_crawl(CrawlOutcome::Complete).await;
    let at = |id: u32, price: &str| {
        let mut item = item(id);
        item["price"] = json!(price);
        item
    };
    let items = [at(2, "80.00"), at(7, "90.00"), at(2, "81.00"), at(7, "91.00")];
    let page = json!({"page": 4, "pages": 4, "total": 9, "items": items});
    refuse(&world, "", "page", "page 4", page.to_string(), "now()").await;
    let (is_well, _) = world.command(&["replay", "--shop", "netvideo", "--apply"]).await;
    assert!(is_well);
    let mut told = Vec::new();
    for _ in 0..4 {
        let event = inbox.next_changed().await;
        told.push((event.listing_id, event.listing_version, event.listing.price.amount_minor));
    }
    let expected = [("2", 2, 8_000), ("7", 1, 9_000), ("2", 3, 8_100), ("7", 2, 9_100)];
    assert_eq!(told, expected.map(|(id, version, price)| (id.to_owned(), version, price)));
    assert!(digest_is_right(&world).await);
}

#[tokio::test]
async fn what_is_known_is_sent_again_by_hand() {
    let world = World::with(3).await;
    let collector = world.collector_with(&ONCE).await;
    let mut inbox = world.inbox(&collector).await;
    inbox.changed(3).await;
    inbox.next_crawl(CrawlOutcome::Complete).await;
    inbox.close().await;

    let mut inbox = world.inbox(&collector).await;
    assert!(world.command(&["resend", "--listing", "netvideo/2"]).await.0);
    let ProductEvent::ListingChanged(event) = inbox.next_listing().await else { panic!("it is in the shop") };
    assert_eq!((event.listing_id.as_str(), event.listing_version), ("2", 1));
    let (_, text) = world.command(&["resend", "--shop", "netvideo"]).await;
    assert!(text.contains("3 listings of netvideo"), "{text}");
    inbox.changed(2).await;
    for (arguments, expected) in [
        (["resend", "--listing", "netvideo/99"], "the listing netvideo/99 is not known"),
        (["resend", "--listing", "99"], "does not name a listing"),
        (["resend", "--shop", "nowhere"], "there is no shop \"nowhere\"; there are netvideo, countrylink"),
    ] {
        let (is_well, text) = world.command(&arguments).await;
        assert!(!is_well && text.contains(expected), "{text}");
    }
    until("nothing waits", async || world.number("select count(*) from collector.outbox").await == 0).await;
}

//! What is noted of cards with the commit that changes them: what a reader could see of it, and nothing else.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod support;

use std::time::Duration;

use events::{Availability, Listing, Price, ProductEvent};
use gateway::{catalogue::Catalogue, changes::Changes};
use tokio::{sync::oneshot, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::support::{
    catalogue::InProcess,
    said::{changed, gone, listing, technology},
};

const TUF: &str = "ASUS TUF Gaming GeForce RTX 4070 SUPER OC 12GB";
const EAN: &str = "04711387457092";

/// What was noted after a change, and the last change.
async fn noted_after(gateway: &InProcess, last: &mut i64) -> Vec<String> {
    let rows: Vec<(i64, String)> =
        sqlx::query_as("select id, kind from gateway.change where id > $1 order by id")
            .bind(*last)
            .fetch_all(&gateway.pool)
            .await
            .unwrap();
    *last = rows.last().map_or(*last, |(id, _)| *id);
    rows.into_iter().map(|(_, kind)| kind).collect()
}

fn tuf(change: impl FnOnce(&mut Listing)) -> Listing {
    let mut said = listing(TUF, 60_000);
    said.gtins = vec![EAN.to_owned()];
    change(&mut said);
    said
}

#[tokio::test]
async fn a_card_is_noted_as_what_a_reader_could_see_of_it() {
    let netvideo = |version, change: fn(&mut Listing)| changed("netvideo", "1", version, tuf(change));
    let dlss = |said: &mut Listing| said.technologies = Some(vec![technology("dlss")]);
    let dlss_3 = |said: &mut Listing| {
        said.technologies = Some(vec![technology("dlss")]);
        said.technologies.iter_mut().flatten().for_each(|dlss| dlss.version = Some("3".to_owned()));
    };
    let cases: Vec<(&str, ProductEvent, &[&str])> = vec![
        ("a first listing", netvideo(1, |_| {}), &["added"]),
        ("said again", netvideo(2, |_| {}), &[]),
        ("another address", netvideo(3, |said| said.url.push('2')), &[]),
        (
            "a picture",
            netvideo(4, |said| said.images.push("https://shop.example/1.webp".to_owned())),
            &["changed"],
        ),
        ("a technology", netvideo(5, dlss), &["changed"]),
        ("a technology's version", netvideo(6, dlss_3), &["changed"]),
        ("the same", netvideo(7, dlss_3), &[]),
        ("a technology less", netvideo(8, |_| {}), &["changed"]),
        ("another price", netvideo(9, |said| said.price.amount_minor = 70_000), &["price_changed"]),
        (
            "another price, and another address",
            netvideo(10, |said| {
                said.url.push('3');
                said.price.amount_minor = 80_000;
            }),
            &["price_changed"],
        ),
        ("a second shop", changed("countrylink", "A", 1, tuf(|_| {})), &["changed"]),
        ("a shop less", gone("countrylink", "A", 2), &["changed"]),
        (
            "a lower price",
            netvideo(11, |said| said.price.amount_minor = 70_000),
            &["price_changed", "price_dropped"],
        ),
        (
            "a price that nobody can compare: the shop's offer isn't served",
            netvideo(12, |said| said.price = Price { amount_minor: 60_000, currency: "XAU".to_owned() }),
            &["changed"],
        ),
        (
            "another one",
            netvideo(13, |said| said.price = Price { amount_minor: 50_000, currency: "XAU".to_owned() }),
            &["price_changed"],
        ),
        ("one that can be compared", netvideo(14, |said| said.price.amount_minor = 70_000), &["changed"]),
        (
            "a lower price of what can't be bought",
            netvideo(15, |said| {
                said.price.amount_minor = 65_000;
                said.availability = Availability::OutOfStock;
            }),
            &["price_changed"],
        ),
        (
            "a lower price, and another address",
            netvideo(16, |said| {
                said.price.amount_minor = 60_000;
                said.url.push('4');
            }),
            &["price_changed", "price_dropped"],
        ),
        ("the last one less", gone("netvideo", "1", 17), &["removed"]),
        ("back again for less", netvideo(18, |said| said.price.amount_minor = 50_000), &["added"]),
    ];
    let gateway = InProcess::start("").await;
    let mut last = 0;
    for (what, event, expected) in cases {
        gateway.apply(&[event]).await;
        assert_eq!(noted_after(&gateway, &mut last).await, expected, "{what}");
    }
}

#[tokio::test]
async fn the_technologies_of_a_card_end_with_it() {
    let gateway = InProcess::start("").await;
    let said = |code: &str, gtin: &str| {
        let mut said = listing(TUF, 60_000);
        said.title.push_str(code);
        said.gtins = vec![gtin.to_owned()];
        said.technologies = Some(vec![technology(code)]);
        said
    };
    let here = changed("netvideo", "1", 1, said("dlss", EAN));
    let mut there = said("fsr", "00195553937153");
    there.title = "RTX4070S".to_owned();
    gateway.apply(&[here, changed("countrylink", "A", 1, there.clone())]).await;
    let rows = "select count(distinct card_id), count(*), count(*) filter (where not exists (
        select from gateway.card where card.id = card_id)) from gateway.card_technology";
    let of_two: (i64, i64, i64) = sqlx::query_as(rows).fetch_one(&gateway.pool).await.unwrap();
    assert_eq!(of_two, (2, 2, 0));
    there.gtins = vec![EAN.to_owned()];
    gateway.apply(&[changed("countrylink", "A", 2, there)]).await;
    let of_one: (i64, i64, i64) = sqlx::query_as(rows).fetch_one(&gateway.pool).await.unwrap();
    assert_eq!((of_one.0, of_one.2), (1, 0), "{of_one:?}");
}

#[tokio::test]
async fn who_listens_hears_of_all_that_came_since_changes_are_told() {
    let gateway = InProcess::start("").await;
    gateway.apply(&[changed("netvideo", "1", 1, tuf(|_| {}))]).await;
    let changes = Changes::new(gateway.pool.clone());
    let mut heard = changes.listen();
    let catalogue = Catalogue::default();
    let (begun, begins) = oneshot::channel();
    let stop = CancellationToken::new();
    let telling = tokio::spawn(changes.tell(catalogue.clone(), begun, stop.clone()));
    begins.await.unwrap();
    let cheaper = tuf(|said| said.price.amount_minor = 50_000);
    gateway.apply(&[changed("netvideo", "1", 2, cheaper)]).await;
    let batch = timeout(Duration::from_secs(20), async {
        loop {
            catalogue.refresh(&gateway.pool).await.unwrap();
            if let Ok(batch) = timeout(Duration::from_millis(50), heard.recv()).await {
                return batch.unwrap();
            }
        }
    })
    .await
    .unwrap();
    // The price's change and its fall; the card itself was known before.
    assert_eq!(batch.changes.len(), 2, "{:?}", batch.changes);
    stop.cancel();
    telling.await.unwrap();
}

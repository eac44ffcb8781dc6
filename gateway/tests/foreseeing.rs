//! What was known of listings a moment before they are applied: used as far as it is still true.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod support;

use events::{Availability, Listing, Price, ProductEvent};
use gateway::apply::{Applied, Foresight};
use serde_json::json;

use crate::support::{
    catalogue::InProcess,
    said::{changed, gone, listing},
};

const TUF: &str = "ASUS TUF Gaming GeForce RTX 4070 SUPER OC 12GB";
const EAN: &str = "04711387457092";

/// Applies what was foreseen before something else was applied.
async fn overtaken(gateway: &InProcess, by: &[ProductEvent], late: ProductEvent) -> Applied {
    let late = [late];
    let foresight = gateway.applier.foresee(&late).await;
    gateway.apply(by).await;
    gateway.applier.apply_foreseen(&late, foresight).await.unwrap()
}

#[tokio::test]
async fn what_was_foreseen_counts_only_as_long_as_it_is_true() {
    let gateway = InProcess::start("").await;
    let tuf = |version, price| changed("netvideo", "1", version, listing(TUF, price));
    let offers = async || {
        let data = gateway
            .ask("{ videoCards { nodes { offers { title price { amount } previousPrice { amount } } } } }")
            .await;
        data["videoCards"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|card| card["offers"].clone())
            .collect::<Vec<_>>()
    };
    let offer = |title: &str, price: &str, previous: Option<&str>| {
        let previous = previous.map(|amount| json!({ "amount": amount }));
        json!({ "title": title, "price": { "amount": price }, "previousPrice": previous })
    };
    gateway.apply(&[tuf(1, 60_000)]).await;
    let applied = overtaken(&gateway, &[], tuf(2, 59_000)).await;
    assert_eq!((applied.listings, applied.read), (1, 0));
    assert_eq!(offers().await, [json!([offer(TUF, "590.00", Some("600.00"))])]);

    overtaken(&gateway, &[tuf(3, 55_000)], tuf(4, 50_000)).await;
    assert_eq!(offers().await, [json!([offer(TUF, "500.00", Some("550.00"))])], "a price between");

    let applied = overtaken(&gateway, &[tuf(6, 45_000)], tuf(5, 40_000)).await;
    assert_eq!((applied.listings, applied.version), (0, None), "a newer one");

    let other = changed("netvideo", "1", 7, listing("Something else of ASUS", 45_000));
    overtaken(&gateway, &[other], tuf(8, 44_000)).await;
    assert_eq!(offers().await, [json!([offer(TUF, "440.00", Some("450.00"))])], "another product between");

    overtaken(&gateway, &[gone("netvideo", "1", 9)], tuf(10, 43_000)).await;
    assert_eq!(offers().await, [json!([offer(TUF, "430.00", Some("440.00"))])], "gone between");

    // It becomes a part of another card, and no other version of it is told.
    let coded = |mut listing: Listing| {
        listing.gtins = vec![EAN.to_owned()];
        listing
    };
    let known = changed("netvideo", "1", 11, coded(listing(TUF, 43_000)));
    let first = changed("countrylink", "A", 1, listing("RTX4070S TUF 12G", 58_000));
    gateway.apply(&[first, known]).await;
    let joined = changed("countrylink", "A", 2, coded(listing("RTX4070S TUF 12G", 58_000)));
    overtaken(&gateway, &[joined], changed("netvideo", "1", 12, coded(listing(TUF, 42_000)))).await;
    let expected = [offer(TUF, "420.00", Some("430.00")), offer("RTX4070S TUF 12G", "580.00", None)];
    assert_eq!(offers().await, [json!(expected)], "another card between");
    assert_eq!(gateway.cards().await[0].1.as_deref(), Some("420.00"));

    let bundle = async || {
        let sql = "update gateway.listing set apart = true where shop_listing_id = '1'";
        sqlx::query(sql).execute(&gateway.pool).await.unwrap();
    };
    let cheaper = [changed("netvideo", "1", 13, coded(listing(TUF, 41_000)))];
    let foresight = gateway.applier.foresee(&cheaper).await;
    bundle().await;
    let applied = gateway.applier.apply_foreseen(&cheaper, foresight).await.unwrap();
    assert_eq!((applied.listings, applied.cards), (1, 0), "no part of its card any more");
}

/// All that is stored of listings, cards, their history and what is told of them, but for when that was.
async fn stored(gateway: &InProcess) -> Vec<String> {
    let tables = [
        "select id, version, gone, card_id, apart, price_minor, currency, previous_price_minor, base_price_minor, \
         availability, facts_digest from gateway.listing order by id",
        "select id, name, listing_count, best_price_minor, discount_bp, shop_slugs, availabilities, changed_version \
         from gateway.card order by id",
        "select listing_id, at, price_minor, currency, base_price_minor, availability \
         from gateway.price_point order by listing_id, at",
        "select kind, card_id, listing_id, from_minor, to_minor, to_base_minor, currency from gateway.change order by kind, card_id, listing_id, to_minor",
        "select version, card_ids, repriced, best_prices_minor, discounts_bp, shop_slugs, availabilities \
         from gateway.step order by version desc limit 1",
    ];
    let mut stored = Vec::new();
    for table in tables {
        let sql = format!("select coalesce(string_agg(row::text, ' '), '') from ({table}) as row");
        stored.push(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&gateway.pool).await.unwrap());
    }
    stored
}

/// A listing that both shops have, by its code.
fn tuf(price: i64) -> Listing {
    Listing { gtins: vec![EAN.to_owned()], ..listing(TUF, price) }
}

fn netvideo(version: i64, price: i64) -> ProductEvent {
    changed("netvideo", "1", version, tuf(price))
}

fn countrylink(version: i64, price: i64) -> ProductEvent {
    changed("countrylink", "A", version, tuf(price))
}

/// Of another card.
fn eagle(version: i64, price: i64) -> ProductEvent {
    changed("countrylink", "B", version, listing("Gigabyte EAGLE GeForce RTX 4060 Ti OC 8GB", price))
}

/// What is applied between a look ahead and what was looked for, with a statement beside it, and that.
struct Story {
    name: &'static str,
    between: Vec<ProductEvent>,
    meanwhile: &'static str,
    late: Vec<ProductEvent>,
}

impl Story {
    fn new(name: &'static str, between: Vec<ProductEvent>, late: Vec<ProductEvent>) -> Self {
        Self { name, between, meanwhile: "select 1", late }
    }

    /// What is stored in the end; each event that comes between is applied by itself.
    async fn told(&self, foreseeing: bool) -> Vec<String> {
        let gateway = InProcess::start("EUR=1.25").await;
        gateway.apply(&[netvideo(1, 60_000), countrylink(1, 58_000)]).await;
        gateway.apply(&[eagle(1, 30_000)]).await;
        let foresight = gateway.applier.foresee(&self.late).await;
        for event in &self.between {
            gateway.apply(std::slice::from_ref(event)).await;
        }
        sqlx::query(self.meanwhile).execute(&gateway.pool).await.unwrap();
        if foreseeing {
            gateway.applier.apply_foreseen(&self.late, foresight).await.unwrap();
        } else {
            gateway.apply(&self.late).await;
        }
        stored(&gateway).await
    }
}

#[tokio::test]
async fn all_is_stored_as_without_a_look_ahead() {
    let sold_out = Listing { availability: Availability::OutOfStock, ..tuf(50_000) };
    let in_euros = Listing { price: Price { amount_minor: 40_000, currency: "EUR".to_owned() }, ..tuf(0) };
    let in_crowns = Listing { price: Price { amount_minor: 40_000, currency: "CZK".to_owned() }, ..tuf(0) };
    let joins = |version, price| changed("countrylink", "B", version, tuf(price));
    let leaves =
        |version| changed("countrylink", "A", version, listing("MSI VENTUS GeForce RTX 4060 8GB", 20_000));
    let countrylink_says = |version, said| changed("countrylink", "A", version, said);
    let mut stories = vec![
        Story::new("nothing between", vec![], vec![netvideo(2, 55_000)]),
        Story::new("both shops at once", vec![], vec![netvideo(2, 55_000), countrylink(2, 54_000)]),
        Story::new("dearer than the other", vec![], vec![countrylink(2, 70_000)]),
        Story::new("the same price again", vec![], vec![netvideo(2, 55_000), netvideo(3, 55_000)]),
        Story::new("sold out", vec![], vec![countrylink_says(2, sold_out)]),
        Story::new("in another currency", vec![], vec![countrylink_says(2, in_euros)]),
        Story::new("in one without a rate", vec![], vec![countrylink_says(2, in_crowns)]),
        Story::new(
            "gone, beside another price",
            vec![],
            vec![gone("countrylink", "A", 2), netvideo(2, 59_000)],
        ),
        Story::new(
            "a first one, beside it",
            vec![],
            vec![changed("countrylink", "C", 1, tuf(20_000)), netvideo(2, 59_000)],
        ),
        Story::new("no news, beside it", vec![], vec![countrylink(1, 10_000), netvideo(2, 59_000)]),
        Story::new("cheaper elsewhere", vec![countrylink(2, 40_000)], vec![netvideo(2, 55_000)]),
        Story::new("gone elsewhere", vec![gone("countrylink", "A", 2)], vec![netvideo(2, 59_000)]),
        Story::new(
            "gone and back",
            vec![gone("countrylink", "A", 2), countrylink(3, 57_000)],
            vec![netvideo(2, 59_000)],
        ),
        Story::new("one more of the card", vec![joins(2, 29_000)], vec![netvideo(2, 59_000)]),
        Story::new("that one itself", vec![joins(2, 29_000)], vec![joins(3, 28_000), netvideo(2, 59_000)]),
        Story::new("one less of the card", vec![leaves(2)], vec![netvideo(2, 59_000)]),
        Story::new("its own price twice", vec![netvideo(2, 50_000)], vec![netvideo(3, 55_000)]),
        Story::new(
            "another card's price",
            vec![eagle(2, 29_000)],
            vec![netvideo(2, 59_000), eagle(3, 28_000)],
        ),
        Story::new(
            "often",
            (2..=40).map(|version| countrylink(version, 60_000 - version)).collect(),
            vec![netvideo(2, 59_000)],
        ),
    ];
    for (name, meanwhile) in [
        ("by a gateway that doesn't tell", "delete from gateway.step"),
        ("of any card", "update gateway.step set card_ids = null"),
    ] {
        let between = vec![countrylink(2, 40_000)];
        stories.push(Story { meanwhile, ..Story::new(name, between, vec![netvideo(2, 55_000)]) });
    }
    for story in stories {
        let (foreseen, plain) = tokio::join!(story.told(true), story.told(false));
        assert_eq!(foreseen, plain, "{}", story.name);
    }
}

#[tokio::test]
async fn batches_that_were_foreseen_at_once_are_stored_as_one_after_the_other() {
    let batches = || {
        [vec![netvideo(2, 59_000), eagle(2, 29_000)], vec![countrylink(2, 57_000)], vec![netvideo(3, 56_000)]]
    };
    let mut ends = Vec::new();
    for foreseeing in [true, false] {
        let gateway = InProcess::start("").await;
        gateway.apply(&[netvideo(1, 60_000), countrylink(1, 58_000), eagle(1, 30_000)]).await;
        let mut foreseen = Vec::new();
        for batch in batches() {
            let foresight =
                if foreseeing { gateway.applier.foresee(&batch).await } else { Foresight::default() };
            foreseen.push((batch, foresight));
        }
        for (batch, foresight) in foreseen {
            gateway.applier.apply_foreseen(&batch, foresight).await.unwrap();
        }
        ends.push(stored(&gateway).await);
    }
    assert_eq!(ends[0], ends[1]);
}

#[tokio::test]
async fn what_stands_is_not_looked_for_again() {
    // Nobody writes like that: it shows whether the other offer is looked at.
    let meanwhile = "update gateway.listing set base_price_minor = 100 where shop_listing_id = 'A'";
    let cards = async |between: Vec<ProductEvent>| {
        let story = Story { meanwhile, ..Story::new("unseen", between, vec![netvideo(2, 55_000)]) };
        story.told(true).await[1].clone()
    };
    let is_seen = |cards: &str| cards.contains(",2,100,");
    for (between, expected) in
        [(vec![], false), (vec![eagle(2, 29_000)], false), (vec![countrylink(2, 57_000)], true)]
    {
        let cards = cards(between).await;
        assert_eq!(is_seen(&cards), expected, "{cards}");
    }
}

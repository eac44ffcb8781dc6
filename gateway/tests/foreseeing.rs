//! What was known of listings a moment before they are applied: used as far as it is still true.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod support;

use events::{Availability, Listing, Price, ProductEvent};
use gateway::apply::Applied;
use serde_json::json;

use crate::support::{
    catalogue::InProcess,
    said::{changed, gone, listing},
};

const TUF: &str = "ASUS TUF Gaming GeForce RTX 4070 SUPER OC 12GB";
const EAN: &str = "04711387457092";

/// Applies what was foreseen before something else was applied.
async fn overtaken(gateway: &InProcess, by: &[ProductEvent], late: ProductEvent) -> Applied {
    let foresight = gateway.applier.foresee([("netvideo", "1")]).await;
    gateway.apply(by).await;
    gateway.applier.apply_foreseen(&[late], foresight).await.unwrap()
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
    let foresight = gateway.applier.foresee([("netvideo", "1")]).await;
    bundle().await;
    let cheaper = changed("netvideo", "1", 13, coded(listing(TUF, 41_000)));
    let applied = gateway.applier.apply_foreseen(&[cheaper], foresight).await.unwrap();
    assert_eq!((applied.listings, applied.cards), (1, 0), "no part of its card any more");
}

/// What filters and sorts know of the cards' offers.
async fn summaries(gateway: &InProcess) -> Vec<(i64, i32, Option<i64>, i32, Vec<String>, Vec<String>)> {
    let sql = "select id, listing_count, best_price_minor, discount_bp, shop_slugs, availabilities \
               from gateway.card order by id";
    sqlx::query_as(sql).fetch_all(&gateway.pool).await.unwrap()
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

    /// How cards look in the end; each event that comes between is applied by itself.
    async fn told(
        &self,
        foreseeing: bool,
    ) -> (Applied, Vec<(i64, i32, Option<i64>, i32, Vec<String>, Vec<String>)>) {
        let gateway = InProcess::start("EUR=1.25").await;
        gateway.apply(&[netvideo(1, 60_000), countrylink(1, 58_000)]).await;
        gateway
            .apply(&[changed(
                "countrylink",
                "B",
                1,
                listing("Gigabyte EAGLE GeForce RTX 4060 Ti OC 8GB", 30_000),
            )])
            .await;
        let asked = [("netvideo", "1"), ("countrylink", "A"), ("countrylink", "B")];
        let foresight = gateway.applier.foresee(asked).await;
        for event in &self.between {
            gateway.apply(std::slice::from_ref(event)).await;
        }
        sqlx::query(self.meanwhile).execute(&gateway.pool).await.unwrap();
        let applied = if foreseeing {
            gateway.applier.apply_foreseen(&self.late, foresight).await.unwrap()
        } else {
            gateway.apply(&self.late).await
        };
        (applied, summaries(&gateway).await)
    }
}

#[tokio::test]
async fn what_cards_offers_come_to_is_the_same_as_without_a_look_ahead() {
    let sold_out = Listing { availability: Availability::OutOfStock, ..tuf(50_000) };
    let in_euros = Listing { price: Price { amount_minor: 40_000, currency: "EUR".to_owned() }, ..tuf(0) };
    let in_crowns = Listing { price: Price { amount_minor: 40_000, currency: "CZK".to_owned() }, ..tuf(0) };
    let joins = changed("countrylink", "B", 2, tuf(29_000));
    let mut stories = vec![
        Story::new("nothing between", vec![], vec![netvideo(2, 55_000)]),
        Story::new("both shops at once", vec![], vec![netvideo(2, 55_000), countrylink(2, 54_000)]),
        Story::new("dearer than the other", vec![], vec![countrylink(2, 70_000)]),
        Story::new("the same price again", vec![], vec![netvideo(2, 55_000), netvideo(3, 55_000)]),
        Story::new("sold out", vec![], vec![changed("countrylink", "A", 2, sold_out)]),
        Story::new("in another currency", vec![], vec![changed("countrylink", "A", 2, in_euros)]),
        Story::new("in one without a rate", vec![], vec![changed("countrylink", "A", 2, in_crowns)]),
        Story::new("gone and another price", vec![], vec![gone("countrylink", "A", 2), netvideo(2, 59_000)]),
        Story::new(
            "a first one beside another price",
            vec![],
            vec![changed("countrylink", "C", 1, tuf(20_000)), netvideo(2, 59_000)],
        ),
        Story::new("no news, and another price", vec![], vec![countrylink(1, 10_000), netvideo(2, 59_000)]),
        Story::new("cheaper elsewhere", vec![countrylink(2, 40_000)], vec![netvideo(2, 55_000)]),
        Story::new("gone elsewhere", vec![gone("countrylink", "A", 2)], vec![netvideo(2, 59_000)]),
        Story::new("one more of the card", vec![joins.clone()], vec![netvideo(2, 59_000)]),
        Story::new("its own price twice", vec![netvideo(2, 50_000)], vec![netvideo(3, 55_000)]),
        Story::new(
            "another card's price",
            vec![changed(
                "countrylink",
                "B",
                2,
                listing("Gigabyte EAGLE GeForce RTX 4060 Ti OC 8GB", 29_000),
            )],
            vec![netvideo(2, 59_000)],
        ),
        Story::new(
            "long ago",
            (2..=12).map(|version| countrylink(version, 60_000 - 1_000 * version)).collect(),
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
        let name = story.name;
        let ((foreseen, cards), (plain, expected)) = (story.told(true).await, story.told(false).await);
        assert_eq!(cards, expected, "{name}");
        assert_eq!((foreseen.listings, foreseen.cards), (plain.listings, plain.cards), "{name}");
    }
}

#[tokio::test]
async fn what_stands_is_not_looked_for_again() {
    // Nobody writes like that: it shows whether the other offer is looked at.
    let meanwhile = "update gateway.listing set base_price_minor = 100 where shop_listing_id = 'A'";
    let best = async |between: Vec<ProductEvent>| {
        let story = Story { meanwhile, ..Story::new("unseen", between, vec![netvideo(2, 55_000)]) };
        story.told(true).await.1[0].2
    };
    assert_eq!(best(vec![]).await, Some(55_000));
    assert_eq!(
        best(vec![changed(
            "countrylink",
            "B",
            2,
            listing("Gigabyte EAGLE GeForce RTX 4060 Ti OC 8GB", 29_000)
        )])
        .await,
        Some(55_000)
    );
    assert_eq!(best(vec![countrylink(2, 57_000)]).await, Some(100));
}

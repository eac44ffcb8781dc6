//! What was known of listings a moment before they are applied: used as far as it is still true.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod support;

use events::{Availability, Listing, Price, ProductEvent};
use gateway::apply::{Applied, Foresight};
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::support::{
    catalogue::InProcess,
    said::{changed, gone, gtin, listing},
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
        stored.push(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&gateway.pool).await.unwrap());
    }
    stored
}

/// What one story is about: a card that both shops sell, and another one. No other story's listings touch them.
struct Cast(i64);

impl Cast {
    fn said(&self, product: i64, price: i64) -> Listing {
        // The title names no line: codes alone tell what is one product.
        Listing {
            gtins: vec![gtin(10 * self.0 + product)],
            ..listing("ASUS GeForce RTX 4070 SUPER 12GB", price)
        }
    }

    fn shared(&self, price: i64) -> Listing {
        self.said(1, price)
    }

    fn at_netvideo(&self, version: i64, price: i64) -> ProductEvent {
        changed("netvideo", &format!("N{}", self.0), version, self.shared(price))
    }

    fn at_countrylink(&self, version: i64, price: i64) -> ProductEvent {
        self.countrylink_says(version, self.shared(price))
    }

    fn countrylink_says(&self, version: i64, listing: Listing) -> ProductEvent {
        changed("countrylink", &format!("A{}", self.0), version, listing)
    }

    fn countrylink_sells_no_more(&self, version: i64) -> ProductEvent {
        gone("countrylink", &format!("A{}", self.0), version)
    }

    /// The other card, as long as it is one.
    fn other(&self, version: i64, listing: Listing) -> ProductEvent {
        changed("countrylink", &format!("B{}", self.0), version, listing)
    }

    fn another(&self, version: i64, price: i64) -> ProductEvent {
        self.other(version, self.said(2, price))
    }
}

/// What is applied between a look ahead and what was looked for, each event by itself, with a statement beside it.
#[derive(Default)]
struct Story {
    between: Vec<ProductEvent>,
    meanwhile: String,
    late: Vec<ProductEvent>,
}

impl Story {
    async fn happens(self, cast: &Cast, gateway: &InProcess, foreseeing: bool) {
        gateway.apply(&[cast.at_netvideo(1, 60_000), cast.at_countrylink(1, 58_000)]).await;
        gateway.apply(&[cast.another(1, 30_000)]).await;
        let foresight =
            if foreseeing { gateway.applier.foresee(&self.late).await } else { Foresight::default() };
        for event in self.between {
            gateway.apply(&[event]).await;
        }
        sqlx::raw_sql(AssertSqlSafe(self.meanwhile)).execute(&gateway.pool).await.unwrap();
        gateway.applier.apply_foreseen(&self.late, foresight).await.unwrap();
    }
}

type Told = fn(&Cast) -> Story;

fn late(late: Vec<ProductEvent>) -> Story {
    Story { late, ..Story::default() }
}

fn after(between: Vec<ProductEvent>, late: Vec<ProductEvent>) -> Story {
    Story { between, late, ..Story::default() }
}

#[tokio::test]
async fn all_is_stored_as_without_a_look_ahead() {
    let stories: [(&str, Told); 21] = [
        ("nothing between", |cast| late(vec![cast.at_netvideo(2, 55_000)])),
        ("both shops at once", |cast| {
            late(vec![cast.at_netvideo(2, 55_000), cast.at_countrylink(2, 54_000)])
        }),
        ("dearer than the other", |cast| late(vec![cast.at_countrylink(2, 70_000)])),
        ("the same price again", |cast| late(vec![cast.at_netvideo(2, 55_000), cast.at_netvideo(3, 55_000)])),
        ("sold out", |cast| {
            let sold_out = Listing { availability: Availability::OutOfStock, ..cast.shared(50_000) };
            late(vec![cast.countrylink_says(2, sold_out)])
        }),
        ("in another currency", |cast| {
            late(vec![cast.countrylink_says(2, in_currency("EUR", cast.shared(40_000)))])
        }),
        ("in one without a rate", |cast| {
            late(vec![cast.countrylink_says(2, in_currency("CZK", cast.shared(40_000)))])
        }),
        ("gone, beside another price", |cast| {
            late(vec![cast.countrylink_sells_no_more(2), cast.at_netvideo(2, 59_000)])
        }),
        ("a first one, beside it", |cast| {
            let first = changed("countrylink", &format!("C{}", cast.0), 1, cast.shared(20_000));
            late(vec![first, cast.at_netvideo(2, 59_000)])
        }),
        ("no news, beside it", |cast| {
            late(vec![cast.at_countrylink(1, 10_000), cast.at_netvideo(2, 59_000)])
        }),
        ("cheaper elsewhere", |cast| {
            after(vec![cast.at_countrylink(2, 40_000)], vec![cast.at_netvideo(2, 55_000)])
        }),
        ("gone elsewhere", |cast| {
            after(vec![cast.countrylink_sells_no_more(2)], vec![cast.at_netvideo(2, 59_000)])
        }),
        ("gone and back", |cast| {
            let between = vec![cast.countrylink_sells_no_more(2), cast.at_countrylink(3, 57_000)];
            after(between, vec![cast.at_netvideo(2, 59_000)])
        }),
        ("one more of the card", |cast| {
            after(vec![cast.other(2, cast.shared(29_000))], vec![cast.at_netvideo(2, 59_000)])
        }),
        ("that one itself", |cast| {
            let late = vec![cast.other(3, cast.shared(28_000)), cast.at_netvideo(2, 59_000)];
            after(vec![cast.other(2, cast.shared(29_000))], late)
        }),
        ("one less of the card", |cast| {
            after(vec![cast.countrylink_says(2, cast.said(3, 20_000))], vec![cast.at_netvideo(2, 59_000)])
        }),
        ("its own price twice", |cast| {
            after(vec![cast.at_netvideo(2, 50_000)], vec![cast.at_netvideo(3, 55_000)])
        }),
        ("another card's price", |cast| {
            after(vec![cast.another(2, 29_000)], vec![cast.at_netvideo(2, 59_000), cast.another(3, 28_000)])
        }),
        ("often", |cast| {
            let between = (2..=40).map(|version| cast.at_countrylink(version, 60_000 - version)).collect();
            after(between, vec![cast.at_netvideo(2, 59_000)])
        }),
        ("by a gateway that doesn't tell", |cast| {
            let story = after(vec![cast.at_countrylink(2, 40_000)], vec![cast.at_netvideo(2, 55_000)]);
            Story { meanwhile: "delete from gateway.step".to_owned(), ..story }
        }),
        ("of any card", |cast| {
            let story = after(vec![cast.at_countrylink(2, 40_000)], vec![cast.at_netvideo(2, 55_000)]);
            Story { meanwhile: "update gateway.step set card_ids = null".to_owned(), ..story }
        }),
    ];
    let (foreseeing, plain) = tokio::join!(InProcess::start("EUR=1.25"), InProcess::start("EUR=1.25"));
    for (number, (name, told)) in (1..).zip(stories) {
        let cast = Cast(number);
        tokio::join!(
            told(&cast).happens(&cast, &foreseeing, true),
            told(&cast).happens(&cast, &plain, false)
        );
        let (foreseeing, plain) = tokio::join!(stored(&foreseeing), stored(&plain));
        assert_eq!(foreseeing, plain, "{name}");
    }
}

fn in_currency(currency: &str, listing: Listing) -> Listing {
    let price = Price { currency: currency.to_owned(), ..listing.price };
    Listing { price, ..listing }
}

#[tokio::test]
async fn batches_that_were_foreseen_at_once_are_stored_as_one_after_the_other() {
    let cast = Cast(1);
    let batches = [
        vec![cast.at_netvideo(2, 59_000), cast.another(2, 29_000)],
        vec![cast.at_countrylink(2, 57_000)],
        vec![cast.at_netvideo(3, 56_000)],
    ];
    let mut ends = Vec::new();
    for foreseeing in [true, false] {
        let gateway = InProcess::start("").await;
        gateway
            .apply(&[cast.at_netvideo(1, 60_000), cast.at_countrylink(1, 58_000), cast.another(1, 30_000)])
            .await;
        let mut foreseen = Vec::new();
        for batch in &batches {
            foreseen.push(if foreseeing {
                gateway.applier.foresee(batch).await
            } else {
                Foresight::default()
            });
        }
        for (batch, foresight) in batches.iter().zip(foreseen) {
            gateway.applier.apply_foreseen(batch, foresight).await.unwrap();
        }
        ends.push(stored(&gateway).await);
    }
    assert_eq!(ends[0], ends[1]);
}

#[tokio::test]
async fn what_stands_is_not_looked_for_again() {
    let gateway = InProcess::start("").await;
    let cases: [(Told, bool); 3] = [
        (|cast| late(vec![cast.at_netvideo(2, 55_000)]), false),
        (|cast| after(vec![cast.another(2, 29_000)], vec![cast.at_netvideo(2, 55_000)]), false),
        (|cast| after(vec![cast.at_countrylink(2, 57_000)], vec![cast.at_netvideo(2, 55_000)]), true),
    ];
    for (number, (told, expected)) in (1..).zip(cases) {
        let cast = Cast(number);
        // Nobody writes like that: it shows whether the other offer is looked at.
        let unseen = format!(
            "update gateway.listing set base_price_minor = {number} where shop_listing_id = 'A{number}'"
        );
        let story = Story { meanwhile: unseen, ..told(&cast) };
        story.happens(&cast, &gateway, true).await;
        let cards = stored(&gateway).await[1].clone();
        assert_eq!(cards.contains(&format!(",2,{number},")), expected, "{cards}");
    }
}

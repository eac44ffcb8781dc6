//! An index that follows what changes is what one is that reads everything anew.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod support;

use std::{sync::Arc, time::Duration};

use events::{Availability, Listing, ProductEvent};
use gateway::catalogue::{Catalogue, CatalogueState};
use serde_json::json;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::support::{
    catalogue::InProcess,
    said::{changed, gone, listing},
};

const CARDS: i64 = 12;

/// What netvideo says of a card; the part number tells the cards apart.
fn card(number: i64, price: i64) -> Listing {
    let mut said = listing(&format!("ASUS TUF Gaming GeForce RTX 4070 SUPER OC 12GB number {number}"), price);
    said.mpns = vec![format!("TUF-{number:04}-O12G")];
    said
}

fn netvideo(number: i64, version: i64, listing: Listing) -> ProductEvent {
    changed("netvideo", &number.to_string(), version, listing)
}

/// What `videoCards` answers in each order, with all counts.
async fn lists(gateway: &InProcess, state: &Arc<CatalogueState>) -> Vec<String> {
    let query = "query($sort: VideoCardSort!, $filter: VideoCardFilter) {
        videoCards(first: 50, sort: $sort, filter: $filter) {
            edges { cursor node { id updatedAt } } totalCount
            facets { id values { value count } }
            priceStats { min { amount } max { amount } median { amount } }
        } }";
    let mut lists = Vec::new();
    for sort in ["PRICE_ASC", "PRICE_DESC", "DISCOUNT_DESC", "NAME_ASC", "UPDATED_DESC", "RELEVANCE"] {
        for filter in
            [json!({}), json!({ "availability": ["IN_STOCK"] }), json!({ "shops": ["countrylink"] })]
        {
            let answer = gateway.text_under(state, query, json!({ "sort": sort, "filter": filter })).await;
            assert!(!answer.contains("\"errors\""), "{answer}");
            lists.push(answer);
        }
    }
    lists
}

/// The catalogue's state, once it has this version.
async fn with_version(catalogue: &Catalogue, version: i64) -> Arc<CatalogueState> {
    let mut moves = catalogue.moves();
    let is_there =
        |state: &Option<Arc<CatalogueState>>| state.as_ref().is_some_and(|state| state.version >= version);
    timeout(Duration::from_secs(10), moves.wait_for(is_there)).await.unwrap().unwrap();
    catalogue.latest().unwrap()
}

#[tokio::test]
async fn an_index_that_follows_is_what_one_is_that_reads_all_cards() {
    let gateway = InProcess::start("").await;
    let first: Vec<ProductEvent> =
        (0..CARDS).map(|number| netvideo(number, 1, card(number, 60_000 + number))).collect();
    let mut version = gateway.apply(&first).await.version.unwrap();
    let (catalogue, stop) = (Catalogue::default(), CancellationToken::new());
    let watching = tokio::spawn(catalogue.clone().watch(gateway.pool.clone(), stop.clone()));
    with_version(&catalogue, version).await;

    let sold_out = |number| {
        let mut said = card(number, 50_000);
        said.availability = Availability::OutOfStock;
        said
    };
    let unknown_money = |number| {
        let mut said = card(number, 50_000);
        said.price.currency = "XAU".to_owned();
        said
    };
    let there =
        |number, version, price| changed("countrylink", &format!("C{number}"), version, card(number, price));
    // More versions than what offers come to is read of, one by one; the last price counts.
    let many: Vec<Vec<ProductEvent>> = (10..50)
        .map(|version| {
            vec![
                netvideo(9, version, card(9, 70_000 - version)),
                netvideo(8, version, card(8, 100 * version)),
            ]
        })
        .collect();
    let steps: Vec<(&str, Vec<Vec<ProductEvent>>)> = vec![
        ("other prices", vec![vec![netvideo(0, 2, card(0, 10_000)), netvideo(1, 2, card(1, 90_000))]]),
        ("sold out", vec![vec![netvideo(2, 2, sold_out(2))]]),
        ("prices that can't be compared", vec![vec![netvideo(3, 2, unknown_money(3))]]),
        ("a second shop", vec![vec![there(4, 1, 55_000), there(5, 1, 65_000)]]),
        (
            "a price, and then a name",
            vec![
                vec![netvideo(6, 2, card(6, 30_000))],
                vec![netvideo(
                    6,
                    3,
                    Listing { title: "ASUS something else 6".to_owned(), ..card(6, 31_000) },
                )],
                vec![netvideo(
                    6,
                    4,
                    Listing { title: "ASUS something else 6".to_owned(), ..card(6, 32_000) },
                )],
            ],
        ),
        (
            "a price, and then gone",
            vec![vec![netvideo(7, 2, card(7, 30_000))], vec![gone("netvideo", "7", 3)]],
        ),
        (
            "back, and another price",
            vec![vec![netvideo(7, 4, card(7, 33_000))], vec![netvideo(7, 5, card(7, 34_000))]],
        ),
        (
            "a price, and part of another card",
            vec![
                vec![netvideo(11, 2, card(11, 20_000))],
                vec![
                    netvideo(11, 3, Listing { mpns: card(10, 1).mpns, ..card(10, 21_000) }),
                    there(10, 1, 22_000),
                ],
                vec![there(10, 2, 19_000)],
            ],
        ),
        ("many versions", many),
    ];
    for (what, batches) in steps {
        for events in batches {
            version = gateway.apply(&events).await.version.unwrap();
        }
        let followed = with_version(&catalogue, version).await;
        assert_eq!(lists(&gateway, &followed).await, lists(&gateway, &gateway.state().await).await, "{what}");
    }

    // As a gateway writes it that knows nothing of what offers come to.
    let mut transaction = gateway.pool.begin().await.unwrap();
    for sql in [
        "update gateway.card set best_price_minor = 12345, updated_at = now() where id = (select min(id) from gateway.card)",
        "update gateway.catalogue set version = version + 1",
        "insert into gateway.step (version, card_ids)
         select version, (select array[min(id)] from gateway.card) from gateway.catalogue",
    ] {
        sqlx::query(sql).execute(&mut *transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
    let followed = with_version(&catalogue, version + 1).await;
    assert_eq!(lists(&gateway, &followed).await, lists(&gateway, &gateway.state().await).await);
    stop.cancel();
    watching.await.unwrap();
}

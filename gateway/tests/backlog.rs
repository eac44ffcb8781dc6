//! A backlog: what waits in the queue is applied in large batches that are read ahead, as if it came piece by piece.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod support;

use std::time::Duration;

use events::{Listing, ProductEvent};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, postgres::PgPoolOptions};
use stores::{process::Service, sandbox::Sandbox};

use crate::support::{
    catalogue::InProcess,
    eventually,
    pipeline::Pipeline,
    queue::Publisher,
    said::{changed, gone, gtin, listing},
};

const SOON: Duration = Duration::from_mins(1);
/// Sold by both shops.
const PRODUCTS: i64 = 300;
/// How often each is told of: several batches, and some have two versions of a listing.
const ROUNDS: i64 = 7;

fn said(product: i64, shop: &str, version: i64) -> Listing {
    let price = 20_000 + (product * 7_919 + version * 104_729 + i64::from(shop == "netvideo") * 31) % 50_000;
    Listing { gtins: vec![gtin(product)], ..listing("ASUS GeForce RTX 4070 SUPER 12GB", price) }
}

/// What both shops say of a product in a round.
fn of_product(product: i64, round: i64) -> Vec<ProductEvent> {
    let (version, id) = (round, product.to_string());
    let mut netvideo = said(product, "netvideo", version);
    if product % 40 == 3 && round > 4 {
        netvideo.title.push_str(" OC");
    }
    let other = said(product, "countrylink", version);
    let mut events = vec![changed("netvideo", &id, version, netvideo)];
    match (product % 50, round) {
        (7, 4) => events.push(gone("countrylink", &id, version)),
        // Only as old as it was.
        (11, _) => events.push(changed("countrylink", &id, 1, said(product, "countrylink", 1))),
        // Both at once, the newer one first.
        (13, 5) => events.extend(
            [version, version - 1]
                .map(|version| changed("countrylink", &id, version, said(product, "countrylink", version))),
        ),
        _ => events.push(changed("countrylink", &id, version, other)),
    }
    events
}

/// What is told, round after round; some products are new in the last but one.
fn rounds() -> Vec<Vec<ProductEvent>> {
    let newer = |round| if round < ROUNDS - 1 { 0 } else { 20 };
    let round =
        |round| (1..=PRODUCTS + newer(round)).flat_map(|product| of_product(product, round)).collect();
    (1..=ROUNDS).map(round).collect()
}

/// What is stored, whatever ids it has got.
async fn stored(pool: &PgPool) -> Vec<String> {
    let named = "select slug || '/' || shop_listing_id as name, listing.* \
                 from gateway.listing join gateway.shop on shop.id = shop_id";
    let tables = [
        "select name, version, gone, apart, price_minor, currency, base_price_minor, availability from named order by name",
        "select array_agg(named.name order by named.name), card.name, listing_count, best_price_minor, card.shop_slugs, \
         card.availabilities from named join gateway.card on card.id = card_id where not gone group by card.id order by 1",
        "select name, at, point.price_minor, point.availability from named \
         join gateway.price_point as point on listing_id = named.id order by name, at",
    ];
    let mut stored = Vec::new();
    for table in tables {
        let sql = format!(
            "with named as ({named}), rows as ({table}) select coalesce(string_agg(rows::text, e'\n'), '') from rows"
        );
        stored.push(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(pool).await.unwrap());
    }
    stored
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_is_applied_as_if_it_came_piece_by_piece() {
    let piecemeal = InProcess::start("").await;
    for round in rounds() {
        piecemeal.apply(&round).await;
    }
    let expected = stored(&piecemeal.pool).await;

    let sandbox = Sandbox::new().await;
    let publisher = Publisher::connect(&sandbox).await;
    for (number, round) in rounds().into_iter().enumerate() {
        for (place, event) in round.iter().enumerate() {
            publisher.publish(event).await;
            if (number, place) == (3, 100) {
                // It can't be read, and what Postgres refuses has its batch halved.
                publisher.publish_bytes(b"<html>").await;
                let unspeakable = Listing { brand: Some("\0".to_owned()), ..listing("\0", 1) };
                publisher.publish(&changed("netvideo", "unspeakable", 1, unspeakable)).await;
            }
        }
    }
    let _gateway = Service::start("gateway", Pipeline::gateway_variables(&sandbox)).await.unwrap();
    let pool =
        PgPoolOptions::new().max_connections(1).connect(&sandbox.gateway_database_url()).await.unwrap();
    let last_round = rounds().pop().unwrap();
    let up_to_date =
        last_round.iter().filter(|event| event.message_id().ends_with(&format!("/{ROUNDS}"))).count();
    let up_to_date = i64::try_from(up_to_date).unwrap();
    let last = "select count(*) from gateway.listing where version >= $1";
    eventually(SOON, || async {
        let count: Result<i64, _> = sqlx::query_scalar(last).bind(ROUNDS).fetch_one(&pool).await;
        let count = count.map_err(|error| error.to_string())?;
        if count == up_to_date { Ok(()) } else { Err(format!("{count} listings are up to date")) }
    })
    .await;
    for (found, expected) in stored(&pool).await.iter().zip(&expected) {
        let different = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
        assert_eq!((different, found.lines().count()), (None, expected.lines().count()));
    }
    let mut admin = PgConnection::connect(&sandbox.admin_database_url()).await.unwrap();
    let looked_ahead = "select coalesce(sum(calls), 0)::bigint from public.pg_stat_statements \
                        join pg_database on pg_database.oid = dbid \
                        where datname = current_database() and query like '%Which cards changed with each version after $1, up to $2; null%'";
    let looked_ahead: i64 = sqlx::query_scalar(looked_ahead).fetch_one(&mut admin).await.unwrap();
    assert!(looked_ahead > 0, "no batch was foreseen");
}

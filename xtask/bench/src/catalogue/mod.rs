//! A catalogue of any size, straight in the gateway's schema.
//!
//! The first cards come about as in earnest: the gateway's own code applies events to a schema that its own migrations
//! made, so that nothing in here can say otherwise than the gateway what a row looks like. The others are copies of these
//! within Postgres, under other ids, names, codes and prices: a million listings would take as long as reading two shops.

mod copies;
mod listings;

use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use events::{CrawlEnded, CrawlKind, CrawlOutcome, ProductEvent};
use gateway::{apply::Applier, rates::ExchangeRates};
use secrecy::SecretString;
use service::database::{Database, Limits, Statements};
use sqlx::PgPool;
use stores::{Stores, progress::say, sandbox::Sandbox};

pub(crate) use self::{
    copies::Size,
    listings::{BRANDS, PRICES_FROM_MINOR, PRICES_SPAN_MINOR, TECHNOLOGIES, first_events},
};
use crate::trouble::Trouble;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../sql/gateway/migrations");

/// The most cards that come about as in earnest.
pub(crate) const MOST_APPLIED: u64 = 2_000;
const _: () = assert!(MOST_APPLIED <= listings::MOST_CARDS, "each of them needs a title of its own");
/// How many cards' events are applied at once: some 1,500 events.
const CARDS_A_BATCH: u64 = 250;
/// How often each listing cost something else before.
pub(crate) const EARLIER_PRICES: i64 = 2;
/// The interval of the shops' crawls, long enough that no offer gets stale meanwhile.
const COLLECT_EVERY: Duration = Duration::from_hours(24 * 30);
/// How long a statement may take.
const PATIENCE: Duration = Duration::from_mins(10);

/// Fills the sandbox's schema with so many cards.
pub(crate) async fn make(
    stores: &mut Stores,
    sandbox: &Sandbox,
    cards: u64,
    seed: u64,
) -> Result<Size, Trouble> {
    let limits = Limits {
        connections: 2,
        acquire: PATIENCE,
        statement: PATIENCE,
        lock: PATIENCE,
        statements: Statements::Large,
    };
    let url = SecretString::from(sandbox.gateway_database_url());
    let database = Database::new(&url, "gateway", limits)?;
    database.migrate_when_up(&MIGRATIONS).await?;
    let applier = Applier::new(database.pool.clone(), ExchangeRates::read("USD", "")?);
    applier.catch_up().await?;
    apply(&database.pool, &applier, cards.min(MOST_APPLIED), seed).await?;
    let size = copies::make(sandbox, cards).await?;
    // Otherwise writing down what was made up would fall into the first figures.
    tokio::task::block_in_place(|| stores.postgres.stop());
    tokio::task::block_in_place(|| stores.postgres.start())?;
    Ok(size)
}

/// Has the gateway's code apply the first events of cards.
async fn apply(pool: &PgPool, applier: &Applier, cards: u64, seed: u64) -> Result<(), Trouble> {
    let (began, mut events) = (Instant::now(), 0);
    let first = Utc::now() - TimeDelta::days(10);
    for from in (1..=cards).step_by(usize::try_from(CARDS_A_BATCH).unwrap_or(1)) {
        let batch: Vec<ProductEvent> = (from..=cards.min(from + CARDS_A_BATCH - 1))
            .flat_map(|card| first_events(seed, card, first))
            .flat_map(|event| {
                let later: Vec<_> = (2..=1 + EARLIER_PRICES)
                    .filter_map(|version| {
                        listings::at_another_price(&event, version, first + TimeDelta::days(version))
                    })
                    .collect();
                std::iter::once(event).chain(later)
            })
            .collect();
        events += batch.len();
        applier.apply(&batch).await?;
        if from == 1 {
            // Of tables that were empty a moment ago Postgres thinks so still, and reads them whole each time.
            sqlx::query("analyze").execute(pool).await?;
        }
    }
    applier.apply(&listings::SHOPS.map(crawl_ended)).await?;
    say(format_args!("{cards} cards made of {events} events in {:.1} s", began.elapsed().as_secs_f64()));
    Ok(())
}

fn crawl_ended(shop: &str) -> ProductEvent {
    ProductEvent::CrawlEnded(CrawlEnded {
        v: events::CONTRACT_VERSION,
        shop: shop.to_owned(),
        shop_name: shop.to_owned(),
        crawl: 1,
        started_at: Utc::now(),
        ended_at: Utc::now(),
        kind: CrawlKind::Full,
        outcome: CrawlOutcome::Complete,
        listing_count: 1,
        collect_every_ms: i64::try_from(COLLECT_EVERY.as_millis()).unwrap_or(i64::MAX),
        versions: None,
    })
}

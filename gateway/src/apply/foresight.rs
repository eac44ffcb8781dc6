//! Looking at what is known of listings while the events before are applied, so that whoever applies needn't wait for it.
//!
//! It may be overtaken until it is used. Versions only grow, so what was no news then is none; anything else is stored only
//! if the version that was seen still stands, and looked at again where it doesn't.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use sqlx::PgPool;
use tokio::time::timeout;

use super::{
    Applier,
    listings::{self, Known},
};

/// The longest wait for Postgres: what it doesn't say now is asked when it is needed.
const PATIENCE: Duration = Duration::from_secs(1);

/// What was known of some listings a moment ago.
#[derive(Debug, Default)]
pub struct Foresight {
    /// Shops by slug.
    pub(super) shop_ids: BTreeMap<String, i16>,
    /// By the shop and its own id of the listing.
    pub(super) known: HashMap<(i16, String), Known>,
}

impl Foresight {
    /// What was known of a listing.
    pub(super) fn take(&mut self, shop: &str, listing_id: &str) -> Option<Known> {
        self.known.remove(&(*self.shop_ids.get(shop)?, listing_id.to_owned()))
    }
}

impl Applier {
    /// What is known now of listings, each told by its shop's slug and the shop's own id of it. It is nothing where
    /// Postgres doesn't say it within a second.
    pub async fn foresee<'a>(&self, listings: impl IntoIterator<Item = (&'a str, &'a str)>) -> Foresight {
        let owned = |(shop, listing_id): (&str, &str)| (shop.to_owned(), listing_id.to_owned());
        let asked: BTreeSet<(String, String)> = listings.into_iter().map(owned).collect();
        // One that has taken too long still has its connection.
        let Ok(turn) = Arc::clone(&self.foreseeing).try_acquire_owned() else { return Foresight::default() };
        if asked.is_empty() {
            return Foresight::default();
        }
        let pool = self.pool.clone();
        // A task of its own: whoever waits may be cancelled or lose patience, the transaction must not be.
        let looking = tokio::spawn(async move {
            let seen = look(&pool, &asked).await;
            drop(turn);
            seen
        });
        let error = match timeout(PATIENCE, looking).await {
            Ok(Ok(Ok(seen))) => return seen,
            Ok(Ok(Err(error))) => error.to_string(),
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        tracing::debug!(error, "what is known of listings is looked for when they are applied");
        Foresight::default()
    }
}

async fn look(pool: &PgPool, asked: &BTreeSet<(String, String)>) -> sqlx::Result<Foresight> {
    let mut transaction = pool.begin().await?;
    sqlx::query(include_str!("../../../sql/gateway/plan_for_keys.sql")).execute(&mut *transaction).await?;
    let slugs: BTreeSet<&str> = asked.iter().map(|(shop, _)| shop.as_str()).collect();
    let shop_ids = listings::shop_ids(&mut transaction, &slugs.into_iter().collect::<Vec<_>>()).await?;
    let asked = asked.iter().map(|(shop, listing_id)| (shop.as_str(), listing_id.as_str()));
    let known = listings::known(&mut transaction, &shop_ids, asked).await?;
    transaction.rollback().await?;
    Ok(Foresight { shop_ids, known })
}

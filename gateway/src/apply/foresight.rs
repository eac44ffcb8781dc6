//! Looking at what is known of listings while the events before are applied, so that whoever applies needn't wait for it.
//!
//! It may be overtaken until it is used: each listing is stored only if the version that was seen still stands, and looked
//! at again where it doesn't.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use sqlx::PgConnection;
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
        let asked: BTreeSet<(&str, &str)> = listings.into_iter().collect();
        match timeout(PATIENCE, self.look(&asked)).await {
            Ok(Ok(seen)) => seen,
            failed => {
                tracing::debug!(?failed, "what is known of listings is looked for when they are applied");
                Foresight::default()
            }
        }
    }

    async fn look(&self, asked: &BTreeSet<(&str, &str)>) -> sqlx::Result<Foresight> {
        if asked.is_empty() {
            return Ok(Foresight::default());
        }
        let mut transaction = self.pool().begin().await?;
        plan_for_keys(&mut transaction).await?;
        let slugs: BTreeSet<&str> = asked.iter().map(|(shop, _)| *shop).collect();
        let shop_ids = listings::shop_ids(&mut transaction, &slugs.into_iter().collect::<Vec<_>>()).await?;
        let known = listings::known(&mut transaction, &shop_ids, asked.iter().copied()).await?;
        transaction.rollback().await?;
        Ok(Foresight { shop_ids, known })
    }
}

/// Has the transaction's statements planned as those that apply.
async fn plan_for_keys(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query(include_str!("../../../sql/gateway/plan_for_keys.sql")).execute(connection).await?;
    Ok(())
}

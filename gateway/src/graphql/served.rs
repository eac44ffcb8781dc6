//! Whether an identifier is of a card that is served: what a page's address answers before anybody asks for the card.
//!
//! Memory knows nearly all of them. Of Postgres, only those are asked for that aren't in the index: they were taken over,
//! have just come, or never were. It must never be a way to keep Postgres busy, nor make anybody wait for one that is
//! away: then nobody knows, which is an answer too.

use sqlx::PgPool;
use tokio::sync::Semaphore;

use super::{
    ids::{self, NodeType},
    loaders,
};
use crate::catalogue::Catalogue;

/// How many identifiers Postgres is asked about at once.
const MOST_LOOKUPS: usize = 4;

/// Knows which identifiers are of cards.
#[derive(Debug)]
pub(crate) struct ServedCards {
    catalogue: Catalogue,
    pool: PgPool,
    lookups: Semaphore,
}

impl ServedCards {
    pub(crate) fn new(catalogue: Catalogue, pool: PgPool) -> Self {
        Self { catalogue, pool, lookups: Semaphore::new(MOST_LOOKUPS) }
    }

    /// Whether an identifier is of a card that is served, itself or by the one that took it over; `None`: that can't be
    /// known now.
    pub(crate) async fn has(&self, id: &str) -> Option<bool> {
        let Some((NodeType::VideoCard, number)) = ids::decode(id) else { return Some(false) };
        if self.catalogue.latest()?.index.contains(number) {
            return Some(true);
        }
        if self.catalogue.is_lost() {
            return None;
        }
        // Who finds all of them taken doesn't wait: it isn't worth it.
        let _lookup = self.lookups.try_acquire().ok()?;
        let query = sqlx::query_scalar(include_str!("../../../sql/gateway/card_is_served.sql")).bind(number);
        tokio::select! {
            found = loaders::read(query.fetch_one(&self.pool)) => found.ok(),
            () = self.catalogue.lost() => None,
        }
    }
}

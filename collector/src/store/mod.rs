//! The schema `collector` in Postgres: what is known of the shops, and the outbox.
//!
//! What a crawl learns is written together with the events that tell of it, in one transaction, and only by the
//! collector that leads the shop: each transaction checks that its term still lasts. Transactions run in tasks
//! of their own, so that a crawl that is stopped leaves none open. The queries stand in `sql/collector/`.

mod crawls;
mod holds;
mod lease;
mod outbox;
mod pages;
mod rejects;
mod replay;
mod resend;
mod rows;
mod sightings;
mod versions;

use std::time::Duration;

use service::database::{Database, Limits, Statements};
use sqlx::{Postgres, Transaction, migrate::Migrator};
use tokio::time::timeout;
use tracing::Instrument;

pub use crawls::{Absences, CrawlBegun, CrawlEnd};
pub use holds::{Held, Hold, HoldKind, HoldsCount};
pub use lease::Lease;
pub use outbox::{OutboxState, Waiting};
pub use pages::{KnownPage, Sighting};
pub use rejects::{Refusal, Refused};
pub use replay::{Fate, Mark, Received, Replay};
pub use resend::Resent;

/// The schema's migrations.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../sql/collector/migrations");

/// The schema's name.
pub const SCHEMA: &str = "collector";

/// The rules by which this collector reads: a digest of all that it is made of. Whatever has changed, a shop that was
/// read by another one is read again.
const RULES: &str = env!("RULES");

/// How the collector uses Postgres. Each shop writes in one transaction at a time, and the publisher and the
/// health checks need one more each.
pub const LIMITS: Limits = Limits {
    connections: 8,
    acquire: Duration::from_secs(2),
    // The end of a crawl of a million listings looks at all of them.
    statement: Duration::from_secs(20),
    lock: Duration::from_secs(5),
    statements: Statements::Large,
};

/// The longest that anything takes before Postgres is held to hang; above the limits that it keeps itself.
const LONGEST: Duration = Duration::from_secs(30);

/// Why something could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Postgres failed. Whether a commit that went unanswered has happened is unknown; all that is written here
    /// can be written again.
    #[error("Postgres: {0}")]
    Postgres(#[from] sqlx::Error),
    /// Another collector leads the shop now.
    #[error("another collector leads the shop by now")]
    LostLead,
    /// No collector has ever crawled the shop.
    #[error("the shop has never been crawled")]
    NeverCrawled,
    /// Postgres is there and does not answer.
    #[error("Postgres does not answer")]
    Silent,
}

/// The schema.
#[derive(Clone, Debug)]
pub struct Store {
    database: Database,
}

/// A shop, and the term in which it is led.
#[derive(Clone, Copy, Debug)]
pub struct Led {
    /// The shop's slug.
    pub shop: &'static str,
    /// The term.
    pub term: i64,
    /// The term since which all leaders have read the shop by the same rules as this one.
    pub rules_since: i64,
}

impl Store {
    /// The schema in a database whose migrations have run.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// Whether Postgres answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("select 1").execute(&self.database.pool).await?;
        Ok(())
    }

    /// Takes the lead of `what` if it is free; `None` if another collector has it.
    pub async fn try_lead(&self, what: &str) -> Result<Option<Lease>, StoreError> {
        Lease::try_take(self.database.options(), what).await
    }

    /// Takes a shop's next term. Whoever led the shop before can no longer write.
    pub async fn take_term(&self, shop: &'static str, name: &str) -> Result<Led, StoreError> {
        let taken = sqlx::query_as(include_str!("../../../sql/collector/take_term.sql"))
            .bind(shop)
            .bind(name)
            .bind(RULES)
            .fetch_one(&self.database.pool);
        let (term, rules_since) = in_time(taken).await?;
        Ok(Led { shop, term, rules_since })
    }

    /// A transaction that only the shop's leader can have.
    async fn begin(&self, led: Led) -> Result<Transaction<'static, Postgres>, StoreError> {
        self.begin_by(include_str!("../../../sql/collector/keep_term.sql"), led).await
    }

    /// The same, to look for the listings of pages and write them by their keys.
    async fn begin_pages(&self, led: Led) -> Result<Transaction<'static, Postgres>, StoreError> {
        self.begin_by(include_str!("../../../sql/collector/keep_term_of_pages.sql"), led).await
    }

    async fn begin_by(
        &self,
        keep_term: &'static str,
        led: Led,
    ) -> Result<Transaction<'static, Postgres>, StoreError> {
        let mut transaction = self.database.pool.begin().await?;
        sqlx::query(keep_term)
            .bind(led.shop)
            .bind(led.term)
            .fetch_optional(&mut *transaction)
            .await?
            .ok_or(StoreError::LostLead)?;
        Ok(transaction)
    }

    /// A transaction beside which nobody else writes of the shop, its leader included: what has to be told in one
    /// order with what the leader tells, by it or by a person. With a term, only as long as that lasts. With it comes
    /// the number of the shop's last crawl.
    async fn begin_alone(
        &self,
        shop: &str,
        term: Option<i64>,
    ) -> Result<(Transaction<'static, Postgres>, i64), StoreError> {
        let mut transaction = self.database.pool.begin().await?;
        let present: Option<(i64, i64)> =
            sqlx::query_as(include_str!("../../../sql/collector/hold_shop.sql"))
                .bind(shop)
                .fetch_optional(&mut *transaction)
                .await?;
        match present {
            None => Err(StoreError::NeverCrawled),
            Some((present, _)) if term.is_some_and(|term| term != present) => Err(StoreError::LostLead),
            Some((_, last_crawl)) => Ok((transaction, last_crawl)),
        }
    }
}

/// Runs a transaction in a task of its own: it ends even if whoever waits for it is cancelled, and it ends in
/// time: a Postgres that hangs answers to no limit of its own.
async fn in_own_task<T: Send + 'static>(
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::spawn(in_time(work).in_current_span()).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // Only a runtime that is going down cancels it.
            Err(_) => Err(StoreError::Postgres(sqlx::Error::WorkerCrashed)),
        },
    }
}

/// A query or a transaction that ends in time.
async fn in_time<T, E>(work: impl Future<Output = Result<T, E>>) -> Result<T, StoreError>
where
    StoreError: From<E>,
{
    Ok(timeout(LONGEST, work).await.map_err(|_| StoreError::Silent)??)
}

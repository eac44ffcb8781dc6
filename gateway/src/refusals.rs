//! Why messages were put aside: kept in Postgres, since the broker keeps the messages and no reasons.

use std::fmt::{self, Display, Formatter};

use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 500;

/// Tells a message's bytes from any others: 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 8]);

impl Fingerprint {
    /// The fingerprint of a message.
    pub fn of(bytes: &[u8]) -> Self {
        let mut fingerprint = [0; 8];
        fingerprint.copy_from_slice(&blake3::hash(bytes).as_bytes()[..8]);
        Self(fingerprint)
    }
}

impl Display for Fingerprint {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

/// A message that is put aside, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Of the message.
    pub fingerprint: Fingerprint,
    /// For people. It may quote the message.
    pub reason: String,
}

impl Refusal {
    /// A refusal for the reason that `error` gives.
    pub fn new(fingerprint: Fingerprint, error: &impl Display) -> Self {
        // Postgres takes no NUL.
        let reason = error.to_string().chars().filter(|char| *char != '\0').take(LONGEST_REASON).collect();
        Self { fingerprint, reason }
    }
}

/// What is known of a message that was put aside.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Known {
    /// The message's, in digits.
    pub fingerprint: String,
    /// Why it was put aside, the last time.
    pub reason: String,
    /// How often.
    pub count: i64,
    /// When, the first time.
    pub first_at: DateTime<Utc>,
}

/// Keeps why messages are put aside.
pub async fn keep<'r>(
    pool: &PgPool,
    refusals: impl Iterator<Item = &'r Refusal>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    // A statement must not name a row twice.
    let refusals: std::collections::BTreeMap<Fingerprint, &str> =
        refusals.map(|refusal| (refusal.fingerprint, refusal.reason.as_str())).collect();
    let fingerprints: Vec<String> = refusals.keys().map(ToString::to_string).collect();
    let reasons: Vec<&str> = refusals.into_values().collect();
    sqlx::query(include_str!("../../sql/gateway/refusals_keep.sql"))
        .bind(fingerprints)
        .bind(reasons)
        .bind(now)
        .execute(pool)
        .await?;
    Ok(())
}

/// What is known of messages that were put aside.
pub async fn known(pool: &PgPool, fingerprints: &[Fingerprint]) -> sqlx::Result<Vec<Known>> {
    let fingerprints: Vec<String> = fingerprints.iter().map(ToString::to_string).collect();
    sqlx::query_as(include_str!("../../sql/gateway/refusals_known.sql"))
        .bind(fingerprints)
        .fetch_all(pool)
        .await
}

/// Forgets what was put aside before a moment; how many these were.
pub async fn forget_before(pool: &PgPool, moment: DateTime<Utc>) -> sqlx::Result<u64> {
    let query = sqlx::query(include_str!("../../sql/gateway/refusals_forget.sql")).bind(moment);
    Ok(query.execute(pool).await?.rows_affected())
}

//! What was refused, for a person who looks at it, and for a parser that has learnt to read it.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::{Store, StoreError, in_time};

/// Something that was refused, without its content.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct Refusal {
    /// Its number, by which it is asked for.
    pub id: i64,
    /// The shop's slug.
    pub shop: String,
    /// Of which listing; empty where that can't be told.
    pub listing_id: String,
    /// `page`, `item` or `field`.
    pub kind: String,
    /// The field that is to blame; of a page, where it stood.
    pub field: String,
    /// Why it was refused.
    pub reason: String,
    /// How often.
    pub count: i64,
    /// How long it was.
    pub content_bytes: i64,
    /// How much of it is kept.
    pub kept_bytes: i64,
    /// When it was refused first.
    pub first_seen_at: DateTime<Utc>,
    /// When it was refused last.
    pub last_seen_at: DateTime<Utc>,
    /// When it was read after all.
    pub replayed_at: Option<DateTime<Utc>>,
}

/// Something that was refused, and its content.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct Refused {
    /// All but its content.
    #[sqlx(flatten)]
    pub refusal: Refusal,
    /// What was refused, as it was last sent, cut if it was long.
    pub content: Vec<u8>,
}

impl Store {
    /// What was refused, the latest first: of one shop or of all, of one kind or of any.
    pub async fn rejects(
        &self,
        shop: Option<&str>,
        kind: Option<&str>,
        most: i64,
    ) -> Result<Vec<Refusal>, StoreError> {
        let rejects = sqlx::query_as(include_str!("../../../sql/collector/rejects.sql"))
            .bind(shop)
            .bind(kind)
            .bind(most)
            .fetch_all(&self.database.pool);
        in_time(rejects).await
    }

    /// One refusal; `None` if there is none of this number.
    pub async fn reject(&self, id: i64) -> Result<Option<Refused>, StoreError> {
        let reject = sqlx::query_as(include_str!("../../../sql/collector/reject.sql"))
            .bind(id)
            .fetch_optional(&self.database.pool);
        in_time(reject).await
    }
}

//! What is known of listings, put into the outbox once more.

use chrono::{DateTime, Utc};
use events::{Buckets, ProductEvent};
use sqlx::{FromRow, PgConnection};

use super::{Store, StoreError, in_own_task, in_time, outbox::write_events, rows::ListingRow, versions};
use crate::changes::{Known, Moment};

/// So many listings are sent again in one transaction. Nobody else writes of the shop meanwhile.
const BATCH: i64 = 500;

/// One batch of listings that were sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resent {
    /// How many.
    pub count: usize,
    /// The last of them if there may be more behind it.
    pub last: Option<String>,
}

#[derive(FromRow)]
struct StateRow {
    #[sqlx(flatten)]
    listing: ListingRow,
    observed_at: DateTime<Utc>,
}

impl Store {
    /// Puts the present state of a batch of a shop's listings into the outbox: those of some buckets that are
    /// behind a listing in the order of identifiers. With a term, only as long as that lasts.
    pub async fn resend(
        &self,
        shop: &'static str,
        term: Option<i64>,
        buckets: Buckets,
        behind: String,
    ) -> Result<Resent, StoreError> {
        let store = self.clone();
        in_own_task(async move {
            let (mut transaction, _) = store.begin_alone(shop, term).await?;
            if behind.is_empty() {
                // It may be told wrongly what there is, whoever made it so: that would be asked for again for ever.
                versions::doubt(&mut transaction, shop).await?;
            }
            let digits: Vec<_> = buckets.iter().map(|bucket| format!("{bucket:02x}")).collect();
            let rows: Vec<StateRow> =
                sqlx::query_as(include_str!("../../../sql/collector/listings_in_buckets.sql"))
                    .bind(shop)
                    .bind(behind)
                    .bind(digits)
                    .bind(BATCH)
                    .fetch_all(&mut *transaction)
                    .await?;
            let is_full = i64::try_from(rows.len()).is_ok_and(|rows| rows == BATCH);
            let last = rows.last().filter(|_| is_full).map(|row| row.listing.listing_id.clone());
            let count = rows.len();
            write_states(&mut transaction, shop, rows).await?;
            transaction.commit().await?;
            Ok(Resent { count, last })
        })
        .await
    }

    /// Puts the present state of one listing into the outbox. Whether there is such a listing.
    pub async fn resend_one(&self, shop: &'static str, listing_id: String) -> Result<bool, StoreError> {
        let store = self.clone();
        in_own_task(async move {
            let (mut transaction, _) = store.begin_alone(shop, None).await?;
            let row: Option<StateRow> =
                sqlx::query_as(include_str!("../../../sql/collector/listing_state.sql"))
                    .bind(shop)
                    .bind(listing_id)
                    .fetch_optional(&mut *transaction)
                    .await?;
            let is_known = row.is_some();
            write_states(&mut transaction, shop, row.into_iter().collect()).await?;
            transaction.commit().await?;
            Ok(is_known)
        })
        .await
    }

    /// How many events wait in the outbox, counted up to `most`.
    pub async fn outbox_length(&self, most: i64) -> Result<i64, StoreError> {
        let length = sqlx::query_scalar(include_str!("../../../sql/collector/outbox_length.sql"))
            .bind(most)
            .fetch_one(&self.database.pool);
        in_time(length).await
    }
}

async fn write_states(
    connection: &mut PgConnection,
    shop: &str,
    rows: Vec<StateRow>,
) -> Result<(), StoreError> {
    let event = |row: StateRow| {
        let known = Known::from(row.listing);
        known.state_event(&Moment { shop, crawl: known.last_seen_crawl, now: row.observed_at })
    };
    let events: Vec<ProductEvent> = rows.into_iter().map(event).collect();
    write_events(connection, Utc::now(), &events).await
}

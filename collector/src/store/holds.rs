//! What waits to be believed, for a person who looks at it and decides.

use chrono::{DateTime, Utc};
use events::Price;
use sqlx::FromRow;

use super::{Store, StoreError, in_own_task, in_time};
use crate::changes::absence::CRAWLS_UNTIL_GONE;

/// Something that a shop says of a listing and that is not believed yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Hold {
    /// The shop's slug.
    pub shop: String,
    /// The listing.
    pub listing_id: String,
    /// Its title.
    pub title: String,
    /// What waits.
    pub held: Held,
    /// Since when; `None` if that was not noted.
    pub since: Option<DateTime<Utc>>,
    /// Whether a person believes it already: the next crawl does.
    pub is_released: bool,
}

/// What waits.
#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    /// A price far from the known one.
    Price {
        /// What is told.
        known: Price,
        /// What the shop says.
        seen: Price,
    },
    /// All that a listing says whose own change time went back.
    Older {
        /// The change time of what is told.
        known: DateTime<Utc>,
        /// The change time that the shop says; `None` if that was not noted.
        seen: Option<DateTime<Utc>>,
        /// How many crawls in a row have seen it so.
        crawls: u32,
    },
    /// A listing that is not seen any more.
    Removal {
        /// How many complete crawls in a row have missed it, counted up to those that it takes.
        crawls: u32,
    },
}

/// Kinds of what waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum HoldKind {
    /// A price far from the known one.
    Price,
    /// A listing whose own change time went back.
    Older,
    /// A listing that is not seen any more.
    Removal,
}

impl HoldKind {
    /// Its name in the store and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::Older => "older",
            Self::Removal => "removal",
        }
    }
}

impl Held {
    /// What kind it is.
    pub fn kind(&self) -> HoldKind {
        match self {
            Self::Price { .. } => HoldKind::Price,
            Self::Older { .. } => HoldKind::Older,
            Self::Removal { .. } => HoldKind::Removal,
        }
    }
}

#[derive(Clone, FromRow)]
struct HoldRow {
    shop: String,
    listing_id: String,
    title: String,
    released: bool,
    price_currency: String,
    price_minor: i64,
    held_price_currency: Option<String>,
    held_price_minor: Option<i64>,
    held_since: Option<DateTime<Utc>>,
    shop_updated_at: DateTime<Utc>,
    older_updated_at: Option<DateTime<Utc>>,
    older_crawls: i32,
    older_since: Option<DateTime<Utc>>,
    missing_since: Option<DateTime<Utc>>,
    missing_crawls: i32,
}

impl HoldRow {
    fn holds(self) -> Vec<Hold> {
        let count = |crawls: i32| u32::try_from(crawls).unwrap_or_default();
        let mut waiting = Vec::new();
        if let (Some(amount_minor), Some(currency)) = (self.held_price_minor, self.held_price_currency) {
            let known = Price { amount_minor: self.price_minor, currency: self.price_currency };
            let seen = Price { amount_minor, currency };
            waiting.push((Held::Price { known, seen }, self.held_since));
        }
        if count(self.older_crawls) > 0 {
            let crawls = count(self.older_crawls);
            let seen = self.older_updated_at;
            waiting.push((Held::Older { known: self.shop_updated_at, seen, crawls }, self.older_since));
        }
        if count(self.missing_crawls) >= CRAWLS_UNTIL_GONE {
            waiting.push((Held::Removal { crawls: count(self.missing_crawls) }, self.missing_since));
        }
        let with_listing = |(held, since)| Hold {
            shop: self.shop.clone(),
            listing_id: self.listing_id.clone(),
            title: self.title.clone(),
            held,
            since,
            is_released: self.released,
        };
        waiting.into_iter().map(with_listing).collect()
    }
}

/// How much of a shop waits to be believed.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct HoldsCount {
    /// The shop's slug.
    pub shop: String,
    /// Prices far from the known ones.
    pub prices: i64,
    /// Listings whose own change time went back.
    pub older: i64,
}

impl Store {
    /// How much waits to be believed, by shop, but for removals: each crawl's end tells those.
    pub async fn holds_count(&self) -> Result<Vec<HoldsCount>, StoreError> {
        let store = self.clone();
        in_own_task(async move {
            let mut transaction = store.database.pool.begin().await?;
            sqlx::query(include_str!("../../../sql/collector/plan_for_indexes.sql"))
                .execute(&mut *transaction)
                .await?;
            let counts = sqlx::query_as(include_str!("../../../sql/collector/holds_count.sql"))
                .fetch_all(&mut *transaction)
                .await?;
            transaction.rollback().await?;
            Ok(counts)
        })
        .await
    }

    /// What waits to be believed: of one shop or of all, of one listing or of all, of at most `most` listings.
    pub async fn holds(
        &self,
        shop: Option<&str>,
        listing_id: Option<&str>,
        most: i64,
    ) -> Result<Vec<Hold>, StoreError> {
        let rows = sqlx::query_as(include_str!("../../../sql/collector/holds.sql"))
            .bind(shop)
            .bind(listing_id)
            .bind(CRAWLS_UNTIL_GONE.cast_signed())
            .bind(most)
            .fetch_all(&self.database.pool);
        let rows: Vec<HoldRow> = in_time(rows).await?;
        Ok(rows.into_iter().flat_map(HoldRow::holds).collect())
    }

    /// Notes that a person believes what waits of a shop: of one listing or of all, of one kind or of any. The next
    /// crawl follows it. Returns how much was released that was not before.
    pub async fn release(
        &self,
        shop: &'static str,
        listing_id: Option<String>,
        kind: Option<HoldKind>,
        by: String,
    ) -> Result<i64, StoreError> {
        let store = self.clone();
        in_own_task(async move {
            let (mut transaction, _) = store.begin_alone(shop, None).await?;
            let released = sqlx::query_scalar(include_str!("../../../sql/collector/release.sql"))
                .bind(shop)
                .bind(listing_id)
                .bind(kind.map(HoldKind::name))
                .bind(by)
                .bind(Utc::now())
                .bind(CRAWLS_UNTIL_GONE.cast_signed())
                .fetch_one(&mut *transaction)
                .await?;
            transaction.commit().await?;
            Ok(released)
        })
        .await
    }
}

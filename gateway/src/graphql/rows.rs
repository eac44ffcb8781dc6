//! The rows that queries read, and the statement that reads each kind.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{FromRow, PgPool, types::Json};

use super::{
    kept::{Kept, KeptRows},
    loaders::Kind,
    packed::PackedCard,
};
use crate::{
    card::{CardDocument, CardSource},
    history::PricePoint,
};

/// A video card.
#[derive(Debug, FromRow)]
pub(crate) struct CardRow {
    pub(crate) id: i64,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) brand_id: Option<i32>,
    pub(crate) gpu_id: Option<i32>,
    pub(crate) document: Json<CardDocument>,
    pub(crate) gtins: Vec<String>,
    pub(crate) match_by: String,
    pub(crate) match_confidence: f64,
    pub(crate) match_explanation: String,
    pub(crate) updated_at: DateTime<Utc>,
    /// The technologies that it supports, in no order, and of each the version if that is known.
    pub(crate) technology_ids: Vec<i32>,
    pub(crate) technology_versions: Vec<Option<String>>,
    /// What it costs where, cheapest first: rows of their own.
    #[sqlx(skip)]
    pub(crate) offers: Vec<Arc<OfferRow>>,
}

/// Where a card's values come from.
#[derive(Debug, FromRow)]
pub(crate) struct SourcesRow {
    id: i64,
    pub(crate) sources: Json<Vec<CardSource>>,
}

/// A shop's price for a card.
#[derive(Debug, FromRow)]
pub(crate) struct OfferRow {
    pub(crate) id: i64,
    pub(crate) card_id: i64,
    pub(crate) shop_id: i16,
    pub(crate) title: String,
    pub(crate) url: String,
    pub(crate) observed_at: DateTime<Utc>,
    pub(crate) missing: bool,
    pub(crate) price_minor: i64,
    pub(crate) currency: String,
    pub(crate) previous_price_minor: Option<i64>,
    pub(crate) base_price_minor: i64,
    pub(crate) availability: String,
}

/// A brand.
#[derive(Debug, FromRow)]
pub(crate) struct BrandRow {
    pub(crate) id: i32,
    pub(crate) slug: String,
    pub(crate) name: String,
}

/// A graphics chip.
#[derive(Debug, FromRow)]
pub(crate) struct GpuRow {
    pub(crate) id: i32,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) maker: String,
    pub(crate) architecture: Option<String>,
}

/// A technology.
#[derive(Debug, FromRow)]
pub(crate) struct TechnologyRow {
    pub(crate) id: i32,
    pub(crate) code: String,
    pub(crate) name: String,
}

/// A shop.
#[derive(Debug, FromRow)]
pub(crate) struct ShopRow {
    pub(crate) id: i16,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) last_seen_at: Option<DateTime<Utc>>,
    pub(crate) last_complete_at: Option<DateTime<Utc>>,
    collect_every_ms: i64,
}

impl ShopRow {
    /// Whether it has not been read soundly for more than three times its interval.
    pub(crate) fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        let patience = TimeDelta::milliseconds(self.collect_every_ms.saturating_mul(3));
        self.last_seen_at.is_none_or(|seen| now - seen > patience)
    }
}

/// What a listing of a card cost from a moment on.
#[derive(Debug, FromRow)]
pub(crate) struct PricePointRow {
    card_id: i64,
    listing_id: i64,
    shop_id: i16,
    at: DateTime<Utc>,
    price_minor: i64,
    currency: String,
    base_price_minor: i64,
    availability: String,
}

impl PricePointRow {
    pub(crate) fn to_point(&self) -> PricePoint {
        PricePoint {
            at: self.at,
            listing_id: self.listing_id,
            shop_id: self.shop_id,
            price_minor: self.price_minor,
            currency: self.currency.clone(),
            base_price_minor: self.base_price_minor,
            availability: self.availability.clone(),
        }
    }
}

/// The most points of one listing's price history that are read.
const MOST_PRICE_POINTS: i64 = 5000;

impl Kind for PricePointRow {
    type Key = i64;
    type Value = Vec<Self>;

    async fn load(pool: &PgPool, keys: &[i64]) -> sqlx::Result<HashMap<i64, Vec<Self>>> {
        let query = sqlx::query_as(include_str!("../../../sql/gateway/price_points_by_card.sql"));
        let rows: Vec<Self> = query.bind(keys).bind(MOST_PRICE_POINTS).fetch_all(pool).await?;
        let mut by_card: HashMap<i64, Vec<Self>> = HashMap::new();
        for row in rows {
            by_card.entry(row.card_id).or_default().push(row);
        }
        Ok(by_card)
    }
}

/// Reads rows that have one key each.
macro_rules! rows_by_id {
    ($row:ty, $key:ty, $of:expr, $sql:literal $(, $kept:ident, $card:expr, $bytes:expr)?) => {
        impl Kind for $row {
            type Key = $key;
            type Value = Self;

            $(
                fn kept(rows: &KeptRows) -> Option<&Kept<Self>> {
                    Some(&rows.$kept)
                }

                fn card(key: &$key) -> Option<i64> {
                    let card: fn($key) -> Option<i64> = $card;
                    card(*key)
                }

                fn bytes(row: &Self) -> usize {
                    let bytes: fn(&Self) -> usize = $bytes;
                    size_of::<Self>() + bytes(row)
                }
            )?

            async fn load(pool: &PgPool, keys: &[$key]) -> sqlx::Result<HashMap<$key, Self>> {
                let rows: Vec<Self> = sqlx::query_as(include_str!(concat!("../../../sql/gateway/", $sql)))
                    .bind(keys)
                    .fetch_all(pool)
                    .await?;
                let key: fn(&Self) -> $key = $of;
                Ok(rows.into_iter().map(|row| (key(&row), row)).collect())
            }
        }
    };
}

impl CardRow {
    /// Reads cards with their offers, as many as there are of them.
    pub(super) async fn with_offers(pool: &PgPool, ids: &[i64]) -> sqlx::Result<Vec<Self>> {
        let cards = sqlx::query_as(include_str!("../../../sql/gateway/cards_by_id.sql")).bind(ids);
        let offers = sqlx::query_as(include_str!("../../../sql/gateway/offers_by_card.sql")).bind(ids);
        let (mut cards, offers): (Vec<Self>, Vec<OfferRow>) =
            tokio::try_join!(cards.fetch_all(pool), offers.fetch_all(pool))?;
        let mut by_card: HashMap<i64, Vec<Arc<OfferRow>>> = HashMap::new();
        for offer in offers {
            by_card.entry(offer.card_id).or_default().push(Arc::new(offer));
        }
        for card in &mut cards {
            card.offers = by_card.remove(&card.id).unwrap_or_default();
        }
        Ok(cards)
    }
}

/// A card, and with it what it costs where: whoever asks for one mostly asks for the other.
impl Kind for PackedCard {
    type Key = i64;
    type Value = Self;

    async fn load(pool: &PgPool, keys: &[i64]) -> sqlx::Result<HashMap<i64, Self>> {
        let packed = |card: &CardRow| Self::of(card).map_err(|error| sqlx::Error::Decode(error.into()));
        let cards = CardRow::with_offers(pool, keys).await?;
        cards.iter().map(|card| Ok((card.id, packed(card)?))).collect()
    }

    fn kept(rows: &KeptRows) -> Option<&Kept<Self>> {
        Some(&rows.cards)
    }

    fn card(key: &i64) -> Option<i64> {
        Some(*key)
    }

    fn bytes(card: &Self) -> usize {
        size_of::<Self>() + card.bytes().len()
    }

    fn encoded(card: &Self) -> Option<&[u8]> {
        Some(card.bytes())
    }

    fn decoded(bytes: &[u8]) -> Option<Self> {
        Self::from_bytes(bytes)
    }
}

/// What one value of one shop takes, about, in bytes.
const SOURCE_BYTES: usize = 200;

rows_by_id!(SourcesRow, i64, |row| row.id, "card_sources_by_id.sql", sources, Some, |row| {
    row.sources.0.len() * SOURCE_BYTES
});
rows_by_id!(OfferRow, i64, |row| row.id, "offers_by_id.sql");
rows_by_id!(BrandRow, i32, |row| row.id, "brands_by_id.sql", brands, |_| None, |row| {
    row.slug.len() + row.name.len()
});
rows_by_id!(GpuRow, i32, |row| row.id, "gpus_by_id.sql", gpus, |_| None, |row| {
    row.slug.len() + row.name.len() + row.maker.len()
});
rows_by_id!(TechnologyRow, i32, |row| row.id, "technologies_by_id.sql", technologies, |_| None, |row| {
    row.code.len() + row.name.len()
});

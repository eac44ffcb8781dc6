//! The rows that queries read, and the statement that reads each kind.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgPool, types::Json};

use super::{
    kept::{Kept, KeptRows},
    loaders::Kind,
};
use crate::{
    card::{CardDocument, CardSource},
    history::PricePoint,
};

/// A video card.
#[derive(Debug, FromRow, Serialize, Deserialize)]
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
}

/// Where a card's values come from.
#[derive(Debug, FromRow)]
pub(crate) struct SourcesRow {
    id: i64,
    pub(crate) sources: Json<Vec<CardSource>>,
}

/// A shop's price for a card.
#[derive(Debug, FromRow, Serialize, Deserialize)]
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

/// How rows stand on disk: as MessagePack with the names of fields, since what is unknown is left out.
mod disk {
    use serde::{Serialize, de::DeserializeOwned};

    pub(super) fn encoded(row: &impl Serialize) -> Option<Vec<u8>> {
        rmp_serde::to_vec_named(row).ok()
    }

    pub(super) fn decoded<Row: DeserializeOwned>(bytes: &[u8]) -> Option<Row> {
        rmp_serde::from_slice(bytes).ok()
    }
}

/// The offers of a card, cheapest first.
pub(crate) struct OffersOfCard;

/// Reads rows that have one key each.
macro_rules! rows_by_id {
    ($row:ty, $key:ty, $of:expr, $sql:literal $(, $kept:ident, $card:expr, $bytes:expr $(, on $disk:ident)?)?) => {
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

                $(
                    fn encoded(row: &Self) -> Option<Vec<u8>> {
                        $disk::encoded(row)
                    }

                    fn decoded(bytes: &[u8]) -> Option<Self> {
                        $disk::decoded(bytes)
                    }
                )?
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

impl Kind for OffersOfCard {
    type Key = i64;
    type Value = Vec<Arc<OfferRow>>;

    async fn load(pool: &PgPool, keys: &[i64]) -> sqlx::Result<HashMap<i64, Self::Value>> {
        let query = sqlx::query_as(include_str!("../../../sql/gateway/offers_by_card.sql"));
        let rows: Vec<OfferRow> = query.bind(keys).fetch_all(pool).await?;
        // That a card has no offers is known then, and kept like any.
        let mut by_card: HashMap<i64, Self::Value> = keys.iter().map(|card| (*card, Vec::new())).collect();
        for row in rows {
            by_card.entry(row.card_id).or_default().push(Arc::new(row));
        }
        Ok(by_card)
    }

    fn kept(rows: &KeptRows) -> Option<&Kept<Self>> {
        Some(&rows.offers)
    }

    fn card(key: &i64) -> Option<i64> {
        Some(*key)
    }

    fn bytes(offers: &Self::Value) -> usize {
        let texts = |offer: &OfferRow| {
            [&offer.title, &offer.url, &offer.currency, &offer.availability].map(String::len)
        };
        offers.iter().map(|offer| size_of::<OfferRow>() + texts(offer).iter().sum::<usize>()).sum()
    }

    fn encoded(offers: &Self::Value) -> Option<Vec<u8>> {
        let offers: Vec<&OfferRow> = offers.iter().map(|offer| &**offer).collect();
        disk::encoded(&offers)
    }

    fn decoded(bytes: &[u8]) -> Option<Self::Value> {
        let offers: Vec<OfferRow> = disk::decoded(bytes)?;
        Some(offers.into_iter().map(Arc::new).collect())
    }
}

/// What the specifications and ports of a card take, about, in bytes.
const SPECS_BYTES: usize = 1500;
/// What one value of one shop takes, about, in bytes.
const SOURCE_BYTES: usize = 200;

fn card_bytes(card: &CardRow) -> usize {
    let CardDocument { mpns, images, .. } = &card.document.0;
    let texts = [&card.slug, &card.name, &card.match_by, &card.match_explanation];
    let texts = texts.into_iter().chain(mpns).chain(images).chain(&card.gtins);
    let texts = texts.chain(card.technology_versions.iter().flatten());
    let technologies = card.technology_ids.len() * (size_of::<i32>() + size_of::<Option<String>>());
    SPECS_BYTES + technologies + texts.map(|text| text.len() + size_of::<String>()).sum::<usize>()
}

rows_by_id!(CardRow, i64, |row| row.id, "cards_by_id.sql", cards, Some, card_bytes, on disk);
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

#[cfg(test)]
mod tests {
    use events::{Bus, Interfaces, Output, PowerConnector, Specs};

    use super::*;

    fn at(micros: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(micros).unwrap()
    }

    fn card(document: CardDocument) -> CardRow {
        CardRow {
            id: i64::MIN,
            slug: "slug".to_owned(),
            name: "Имя \u{0} \"".to_owned(),
            brand_id: None,
            gpu_id: Some(i32::MAX),
            document: Json(document),
            gtins: vec!["04711387123456".to_owned()],
            match_by: String::new(),
            match_confidence: 0.1 + 0.2,
            match_explanation: "why".to_owned(),
            updated_at: at(1_700_000_000_123_456),
            technology_ids: vec![3, 4],
            technology_versions: vec![None, Some("3.5".to_owned())],
        }
    }

    fn full() -> CardDocument {
        let number = Some(u32::MAX);
        let text = |text: &str| Some(text.to_owned());
        CardDocument {
            mpns: vec!["A-1".to_owned(), "A1".to_owned()],
            specs: Specs {
                memory_mb: number,
                memory_type: text("GDDR6X"),
                memory_bus_bits: number,
                memory_bandwidth_mbps: number,
                base_clock_mhz: Some(0),
                boost_clock_mhz: number,
                stream_processors: number,
                board_power_watts: number,
                recommended_psu_watts: number,
                length_mm: number,
                slot_width_hundredths: number,
                process_nm: number,
                architecture: text("Ada Lovelace"),
                released_on: chrono::NaiveDate::from_ymd_opt(2024, 2, 29),
            },
            interfaces: Interfaces {
                bus: Some(Bus { kind: "PCIe".to_owned(), version: text("4.0"), lanes: number }),
                outputs: Some(vec![Output { kind: "hdmi".to_owned(), version: None, count: 2 }]),
                power_connectors: Some(vec![PowerConnector { kind: "16-pin".to_owned(), count: 1 }]),
            },
            images: vec!["https://img.example/1".to_owned()],
        }
    }

    fn empty() -> CardDocument {
        let (specs, interfaces) = (Specs::default(), Interfaces::default());
        CardDocument { mpns: Vec::new(), specs, interfaces, images: Vec::new() }
    }

    fn offer(previous_price_minor: Option<i64>) -> Arc<OfferRow> {
        Arc::new(OfferRow {
            id: 1,
            card_id: 2,
            shop_id: 3,
            title: "title".to_owned(),
            url: "https://shop.example/1".to_owned(),
            observed_at: at(-1),
            missing: true,
            price_minor: i64::MAX,
            currency: "JPY".to_owned(),
            previous_price_minor,
            base_price_minor: -1,
            availability: "in_stock".to_owned(),
        })
    }

    #[test]
    fn rows_come_back_from_disk_as_they_were() {
        for document in [full(), empty()] {
            let row = card(document);
            let back = CardRow::decoded(&CardRow::encoded(&row).unwrap()).unwrap();
            assert_eq!(format!("{back:?}"), format!("{row:?}"));
        }
        for offers in [vec![], vec![offer(None), offer(Some(5))]] {
            let back = OffersOfCard::decoded(&OffersOfCard::encoded(&offers).unwrap()).unwrap();
            assert_eq!(format!("{back:?}"), format!("{offers:?}"));
        }
        assert!(CardRow::decoded(b"half a row").is_none() && OffersOfCard::decoded(&[]).is_none());
    }
}

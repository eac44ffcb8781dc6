//! A card with its offers, packed into one piece of bytes.
//!
//! So cards are kept, in memory and on disk: it is a third of what the rows take, and to read it nothing but lists has to
//! be allocated, since its texts stay where they are. Answers are written from it (see [`super::parts`]); what has to be
//! resolved is unpacked first.
//!
//! The bytes say nothing of their own form, and must never outlive the process that wrote them.

mod rows;
mod specs;

use chrono::{DateTime, Utc, serde::ts_microseconds};
use serde::{Deserialize, Serialize};

pub(super) use self::specs::SpecsView;
use super::{errors::StoreFailed, rows::CardRow};

/// A card with its offers, as it is kept.
#[derive(Debug)]
pub(crate) struct PackedCard {
    pub(super) id: i64,
    bytes: Box<[u8]>,
}

impl PackedCard {
    /// Packs a card.
    ///
    /// # Errors
    /// None that is known: memory takes whatever is written to it.
    pub(super) fn of(card: &CardRow) -> postcard::Result<Self> {
        Ok(Self { id: card.id, bytes: postcard::to_allocvec(&card.view())?.into() })
    }

    /// What was packed before; `None`: this wasn't.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        // The id comes first.
        let (id, _) = postcard::take_from_bytes(bytes).ok()?;
        Some(Self { id, bytes: bytes.into() })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Looks into it.
    ///
    /// # Errors
    /// These are no bytes of a card.
    pub(super) fn open(&self) -> Result<CardView<'_>, StoreFailed> {
        postcard::from_bytes(&self.bytes).map_err(|error| {
            tracing::error!(%error, "a card that was kept can't be read");
            StoreFailed
        })
    }
}

/// What a packed card holds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CardView<'p> {
    pub(super) id: i64,
    pub(super) slug: &'p str,
    pub(super) name: &'p str,
    pub(super) brand_id: Option<i32>,
    pub(super) gpu_id: Option<i32>,
    #[serde(borrow)]
    pub(super) mpns: Vec<&'p str>,
    #[serde(borrow)]
    pub(super) gtins: Vec<&'p str>,
    #[serde(borrow)]
    pub(super) images: Vec<&'p str>,
    #[serde(borrow)]
    pub(super) specs: SpecsView<'p>,
    #[serde(borrow)]
    pub(super) interfaces: InterfacesView<'p>,
    /// With versions, in no order.
    #[serde(borrow)]
    pub(super) technologies: Vec<(i32, Option<&'p str>)>,
    pub(super) match_by: &'p str,
    pub(super) match_confidence: f64,
    pub(super) match_explanation: &'p str,
    #[serde(with = "ts_microseconds")]
    pub(super) updated_at: DateTime<Utc>,
    /// Cheapest first.
    #[serde(borrow)]
    pub(super) offers: Vec<OfferView<'p>>,
}

/// A shop's price for a card.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct OfferView<'p> {
    pub(super) id: i64,
    pub(super) shop_id: i16,
    pub(super) title: &'p str,
    pub(super) url: &'p str,
    #[serde(with = "ts_microseconds")]
    pub(super) observed_at: DateTime<Utc>,
    pub(super) missing: bool,
    pub(super) price_minor: i64,
    pub(super) currency: &'p str,
    /// How many digits the currency has behind the point: to look that up takes longer than to write the price.
    pub(super) digits: u32,
    pub(super) previous_price_minor: Option<i64>,
    pub(super) base_price_minor: i64,
    pub(super) availability: &'p str,
}

/// Bus, outputs and power connectors.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct InterfacesView<'p> {
    #[serde(borrow)]
    pub(super) bus: Option<BusView<'p>>,
    #[serde(borrow)]
    pub(super) outputs: Option<Vec<OutputView<'p>>>,
    #[serde(borrow)]
    pub(super) power_connectors: Option<Vec<PowerConnectorView<'p>>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct BusView<'p> {
    pub(super) kind: &'p str,
    pub(super) version: Option<&'p str>,
    pub(super) lanes: Option<u32>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct OutputView<'p> {
    pub(super) kind: &'p str,
    pub(super) version: Option<&'p str>,
    pub(super) count: u32,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PowerConnectorView<'p> {
    pub(super) kind: &'p str,
    pub(super) count: u32,
}

//! What a card cost when.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};

use super::{
    errors::{ApiError, StoreFailed},
    filter::Availability,
    ids::{self, NodeType},
    money::Money,
    names::{Shop, int},
    request::data,
    rows::OfferRow,
};
use crate::history::{self, PricePoint as Point};

/// What a card cost when, in a span of time.
pub struct PriceHistory {
    /// All that is known of the shops that were asked for, in order of time.
    pub(crate) known: Vec<Point>,
    pub(crate) from: Option<DateTime<Utc>>,
    pub(crate) to: Option<DateTime<Utc>>,
    pub(crate) offers: Vec<Arc<OfferRow>>,
}

impl PriceHistory {
    fn span(&self) -> Vec<Point> {
        history::within(&self.known, self.from, self.to)
    }
}

/// What a card cost when, in a span of time. Only changes are kept, for as long as the service is set to.
#[Object]
impl PriceHistory {
    /// What each shop asked from a moment on, in order of time. A span begins with what held then; a long one is
    /// thinned, its lows kept.
    async fn points(&self) -> Vec<PricePoint> {
        self.span().into_iter().map(PricePoint).collect()
    }

    /// The lowest price of the span at which it could be bought; null: it could not.
    async fn low(&self) -> Option<PricePoint> {
        history::low(&self.span()).cloned().map(PricePoint)
    }

    /// The highest price of the span at which it could be bought; null: it could not.
    async fn high(&self) -> Option<PricePoint> {
        history::high(&self.span()).cloned().map(PricePoint)
    }

    /// The lowest price of the last 30 days at which it could be bought, in the base currency; null: it could not.
    async fn low30_days(&self, ctx: &Context<'_>) -> Option<Money> {
        let low = history::low_of_30_days(&self.known, data(ctx).now)?;
        Some(Money::of(low, data(ctx).base_currency))
    }

    /// Whether it can be bought now for no more than ever before, as far as the history is known.
    async fn is_all_time_low(&self) -> bool {
        let buyable = self.offers.iter().filter(|offer| offer.view().is_buyable());
        let best = buyable.map(|offer| offer.base_price_minor).min();
        best.zip(history::low(&self.known)).is_some_and(|(best, low)| best <= low.base_price_minor)
    }

    /// How many whole days of the span are covered: the history begins when the card became known here.
    async fn covered_days(&self, ctx: &Context<'_>) -> i32 {
        int(history::covered_days(&self.known, self.from, self.to, data(ctx).now))
    }
}

/// What a shop asked for a card from a moment on.
pub struct PricePoint(Point);

/// What a shop asked for a card from a moment on.
#[Object]
impl PricePoint {
    /// Since when.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// The price, in the shop's own currency.
    async fn price(&self) -> Money {
        Money::of(self.0.price_minor, &self.0.currency)
    }

    /// The identifier of the offer whose price it was: a shop with two offers has two prices at a time. The offer itself
    /// may have gone.
    async fn offer_id(&self) -> ID {
        ids::encode(NodeType::Offer, self.0.listing_id)
    }

    /// The shop.
    async fn shop(&self, ctx: &Context<'_>) -> Result<Shop, ApiError> {
        Ok(Shop(data(ctx).shop(self.0.shop_id).await?.ok_or(StoreFailed)?))
    }

    /// Whether it could be bought.
    async fn availability(&self) -> Availability {
        Availability::of(&self.0.availability)
    }
}

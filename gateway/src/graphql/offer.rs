//! A shop's price for a card.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};

use super::{
    errors::{ApiError, StoreFailed},
    filter::Availability,
    ids::{self, NodeType},
    money::Money,
    names::Shop,
    request::data,
    rows::{OfferRow, ShopRow},
    scalars::Url,
};

/// A shop's price for a card.
#[derive(Clone)]
pub struct Offer(pub(crate) Arc<OfferRow>);

impl Offer {
    async fn shop_row(&self, ctx: &Context<'_>) -> Result<Arc<ShopRow>, ApiError> {
        // A listing's row can't be without its shop's.
        let shop = data(ctx).shop(self.0.shop_id).await?;
        Ok(shop.ok_or(StoreFailed)?)
    }
}

/// A shop's price for a card.
#[Object]
impl Offer {
    /// Identifier, unique over all types.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(NodeType::Offer, self.0.id)
    }

    /// The shop that offers it.
    async fn shop(&self, ctx: &Context<'_>) -> Result<Shop, ApiError> {
        Ok(Shop(self.shop_row(ctx).await?))
    }

    /// The listing's title in the shop.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The listing's page in the shop.
    async fn url(&self) -> Url {
        Url(self.0.url.clone())
    }

    /// The price, in the shop's own currency.
    async fn price(&self) -> Money {
        Money::of(self.0.price_minor, &self.0.currency)
    }

    /// The price before it last changed; null: it has not changed since it became known.
    async fn previous_price(&self) -> Option<Money> {
        self.0.previous_price_minor.map(|price| Money::of(price, &self.0.currency))
    }

    /// The price in the base currency, in which prices are compared, sorted and filtered.
    async fn base_price(&self, ctx: &Context<'_>) -> Money {
        Money::of(self.0.base_price_minor, data(ctx).base_currency)
    }

    /// Whether it can be bought.
    async fn availability(&self) -> Availability {
        Availability::of(&self.0.availability)
    }

    /// When the shop was last seen to offer this.
    async fn observed_at(&self, ctx: &Context<'_>) -> Result<DateTime<Utc>, ApiError> {
        let crawl = if self.0.missing { None } else { self.shop_row(ctx).await?.last_complete_at };
        Ok(crawl.map_or(self.0.observed_at, |crawl| crawl.max(self.0.observed_at)))
    }

    /// Whether the offer may no longer be true: the shop has not been read soundly for more than three times
    /// its interval, or the listing was missing when the shop was last read whole.
    async fn stale(&self, ctx: &Context<'_>) -> Result<bool, ApiError> {
        Ok(self.0.missing || data(ctx).is_stale(&*self.shop_row(ctx).await?))
    }
}

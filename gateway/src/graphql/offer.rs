//! A shop's price for a card.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};

use super::{
    errors::{ApiError, StoreFailed},
    filter::Availability,
    gaps::Open,
    ids::{self, NodeType},
    money::{Amount, Money},
    names::Shop,
    packed::OfferView,
    plan::Expected,
    request::data,
    rows::{OfferRow, ShopRow},
    scalars::Url,
    straight::{Out, Straight},
};
use crate::offer::BUYABLE;

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
        self.0.view().price()
    }

    /// The price before it last changed; null: it has not changed since it became known.
    async fn previous_price(&self) -> Option<Money> {
        self.0.view().previous_price()
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
        Ok(self.0.view().seen_at(&*self.shop_row(ctx).await?))
    }

    /// Whether the offer may no longer be true: the shop has not been read soundly for more than three times
    /// its interval, or the listing was missing when the shop was last read whole.
    async fn stale(&self, ctx: &Context<'_>) -> Result<bool, ApiError> {
        Ok(self.0.missing || data(ctx).is_stale(&*self.shop_row(ctx).await?))
    }
}

impl OfferView<'_> {
    /// Whether it can be bought now.
    pub(super) fn is_buyable(self) -> bool {
        BUYABLE.contains(&self.availability)
    }

    /// Whether it has one of some availabilities; `None`: any will do.
    pub(super) fn is_any_of(self, wanted: Option<&[Availability]>) -> bool {
        wanted.is_none_or(|wanted| wanted.contains(&Availability::of(self.availability)))
    }

    fn price(self) -> Money {
        Money::of(self.price_minor, self.currency)
    }

    fn previous_price(self) -> Option<Money> {
        self.previous_price_minor.map(|price| Money::of(price, self.currency))
    }

    /// A price of this offer.
    fn amount(&self, minor: i64) -> Amount<'_> {
        Amount { minor, currency: self.currency, digits: self.digits }
    }

    /// When its shop was last seen to offer this.
    fn seen_at(self, shop: &ShopRow) -> DateTime<Utc> {
        if self.missing { self.observed_at } else { shop.seen_at(self.observed_at) }
    }
}

impl ShopRow {
    /// When it was last seen to offer what it did at this time, and still does.
    pub(super) fn seen_at(&self, observed_at: DateTime<Utc>) -> DateTime<Utc> {
        self.last_complete_at.map_or(observed_at, |crawl| crawl.max(observed_at))
    }
}

impl Straight for OfferView<'_> {
    const TYPE: &'static str = "Offer";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        match field.name.as_str() {
            "id" => out.id(NodeType::Offer, self.id),
            "title" => out.text(self.title),
            "url" => out.text(self.url),
            "price" => out.object(&self.amount(self.price_minor), &field.fields),
            "previousPrice" => {
                let price = self.previous_price_minor.map(|price| self.amount(price));
                out.nullable(price.as_ref(), &field.fields)
            }
            "basePrice" => {
                let (currency, digits) = (out.data.base_currency, out.data.base_digits);
                out.object(&Amount { minor: self.base_price_minor, currency, digits }, &field.fields)
            }
            "availability" => out.choice(Availability::of(self.availability)),
            // A listing's row can't be without its shop's.
            "shop" => out.shop(self.shop_id).is_some_and(|shop| out.shared(shop, &field.fields)),
            "observedAt" if self.missing => out.time(self.observed_at),
            "observedAt" => out.open(Open::SeenAt { shop: self.shop_id, observed_at: self.observed_at }),
            "stale" if self.missing => out.scalar(&true),
            "stale" => out.open(Open::Stale { shop: self.shop_id }),
            _ => false,
        }
    }
}

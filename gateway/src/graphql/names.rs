//! Brands, graphics chips, technologies and shops.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use catalogue_index::FacetId;
use chrono::{DateTime, Utc};

use super::{
    errors::ApiError,
    filter::ChipMaker,
    ids::{self, NodeType},
    plan::Expected,
    request::{RequestData, data},
    rows::{BrandRow, GpuRow, ShopRow, TechnologyRow},
    straight::{Out, Straight},
};

/// GraphQL's `Int` has 32 bits.
pub(crate) fn int(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// The house that sells a card under its name.
pub struct Brand(pub(crate) Arc<BrandRow>);

/// The house that sells a card under its name.
#[Object]
impl Brand {
    /// Identifier, unique over all types.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(NodeType::Brand, self.0.id.into())
    }

    /// Name for addresses and filters: `asus`.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Name for people: `ASUS`.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// How many cards it has.
    #[expect(clippy::unused_async, reason = "a field of the schema is what it is")]
    async fn card_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        cards_with(ctx, FacetId::Brands, &self.0.slug)
    }
}

impl Straight for BrandRow {
    const TYPE: &'static str = "Brand";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        match field.name.as_str() {
            "id" => out.id(NodeType::Brand, self.id),
            "slug" => out.text(&self.slug),
            "name" => out.text(&self.name),
            _ => false,
        }
    }
}

/// How many cards have a value, by what is in memory: Postgres would count a million rows.
fn cards_with(ctx: &Context<'_>, facet: FacetId, value: &str) -> Result<i32, ApiError> {
    let count = data(ctx).index()?.cards_with(facet, value);
    Ok(i32::try_from(count).unwrap_or(i32::MAX))
}

/// A graphics chip.
pub struct Gpu(pub(crate) Arc<GpuRow>);

/// A graphics chip.
#[Object]
impl Gpu {
    /// Identifier, unique over all types.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(NodeType::Gpu, self.0.id.into())
    }

    /// Name for addresses and filters: `geforce-rtx-4070-super`.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Name for people: `GeForce RTX 4070 SUPER`.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Who makes it.
    async fn maker(&self) -> ChipMaker {
        ChipMaker::of(&self.0.maker)
    }

    /// Its architecture: `Ada Lovelace`; null: no shop says.
    async fn architecture(&self) -> Option<&str> {
        self.0.architecture.as_deref()
    }
}

impl Straight for GpuRow {
    const TYPE: &'static str = "Gpu";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        match field.name.as_str() {
            "id" => out.id(NodeType::Gpu, self.id),
            "slug" => out.text(&self.slug),
            "name" => out.text(&self.name),
            "maker" => out.choice(ChipMaker::of(&self.maker)),
            "architecture" => out.text_or_null(self.architecture.as_deref()),
            _ => false,
        }
    }
}

/// A technology that cards support.
pub struct Technology(pub(crate) Arc<TechnologyRow>);

/// A technology that cards support.
#[Object]
impl Technology {
    /// Identifier, unique over all types.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(NodeType::Technology, self.0.id.into())
    }

    /// Code for filters: `ray-tracing`.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// Name for people: `Ray Tracing`.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// How many cards support it.
    #[expect(clippy::unused_async, reason = "a field of the schema is what it is")]
    async fn card_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        cards_with(ctx, FacetId::Technologies, &self.0.code)
    }
}

impl Straight for TechnologyRow {
    const TYPE: &'static str = "Technology";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        match field.name.as_str() {
            "id" => out.id(NodeType::Technology, self.id),
            "code" => out.text(&self.code),
            "name" => out.text(&self.name),
            _ => false,
        }
    }
}

/// A shop whose listings are collected.
pub struct Shop(pub(crate) Arc<ShopRow>);

/// A shop whose listings are collected.
#[Object]
impl Shop {
    /// Identifier, unique over all types.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(NodeType::Shop, self.0.id.into())
    }

    /// Name for addresses and filters: `netvideo`.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Name for people: `NetVideo`.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// When it was last read soundly; null: not yet.
    async fn last_seen_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_seen_at
    }

    /// Whether it is read soundly: false once that failed for more than three times its interval. Its offers
    /// are `stale` then.
    async fn healthy(&self, ctx: &Context<'_>) -> bool {
        is_healthy(&self.0, data(ctx))
    }

    /// How many listings it has.
    async fn listing_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        Ok(data(ctx).listings_of_shop(self.0.id).await?)
    }
}

fn is_healthy(shop: &ShopRow, data: &RequestData) -> bool {
    shop.last_seen_at.is_some() && !data.is_stale(shop)
}

impl Straight for ShopRow {
    const TYPE: &'static str = "Shop";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        match field.name.as_str() {
            "id" => out.id(NodeType::Shop, self.id),
            "slug" => out.text(&self.slug),
            "name" => out.text(&self.name),
            "lastSeenAt" => out.scalar(&self.last_seen_at.map(|at| at.to_rfc3339())),
            "healthy" => out.scalar(&is_healthy(self, out.data)),
            _ => false,
        }
    }
}

//! What the resolvers of one request share.

use std::sync::Arc;

use async_graphql::Context;
use sqlx::PgPool;
use tokio::sync::OnceCell;

use super::{
    errors::StoreFailed,
    loaders::{Loaders, read},
    rows::ShopRow,
};
use crate::catalogue::CatalogueState;

/// What the resolvers of one request share. Time doesn't pass within a request.
pub struct RequestData {
    pub(crate) pool: PgPool,
    pub(crate) loaders: Loaders,
    shops: OnceCell<Vec<Arc<ShopRow>>>,
    /// Ids of the shops that have not been read soundly for too long.
    stale_shops: Vec<i16>,
    pub(crate) base_currency: &'static str,
    pub(crate) base_digits: u32,
}

impl RequestData {
    /// For a request that is answered with what `catalogue` says of the shops.
    pub fn new(pool: &PgPool, catalogue: Option<&Arc<CatalogueState>>, base_currency: &'static str) -> Self {
        Self {
            pool: pool.clone(),
            loaders: Loaders::new(pool),
            shops: OnceCell::new(),
            stale_shops: catalogue.map(|state| state.stale_shops.clone()).unwrap_or_default(),
            base_currency,
            base_digits: crate::rates::digits(base_currency),
        }
    }

    /// All shops, by name: there are few of them.
    pub(crate) async fn shops(&self) -> Result<&[Arc<ShopRow>], StoreFailed> {
        let query = || async {
            let rows: Vec<ShopRow> = read(
                sqlx::query_as(include_str!("../../../sql/gateway/shops_all.sql")).fetch_all(&self.pool),
            )
            .await?;
            Ok(rows.into_iter().map(Arc::new).collect())
        };
        Ok(self.shops.get_or_try_init(query).await?)
    }

    pub(crate) fn is_stale(&self, shop_id: i16) -> bool {
        self.stale_shops.contains(&shop_id)
    }
}

/// The data of the request that a resolver works for.
pub(crate) fn data<'c>(ctx: &Context<'c>) -> &'c RequestData {
    ctx.data_unchecked::<RequestData>()
}

//! What the resolvers of one event share: a subscription lives for hours, and each of its events is answered with what
//! is true at its moment, not with what loaders remember of the last one.

use std::sync::Arc;

use async_graphql::{
    Data, Response,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
};
use chrono::Utc;
use sqlx::PgPool;

use super::request::RequestData;
use crate::catalogue::Catalogue;

/// Gives each event of a subscription data of its own. As an extension for the schema of subscriptions alone: on queries any
/// extension costs half as much again as the query.
#[derive(Clone, Debug)]
pub struct FreshData {
    /// Postgres.
    pub pool: PgPool,
    /// The catalogue, whose state of the moment counts.
    pub catalogue: Catalogue,
    /// The currency in which prices are compared.
    pub base_currency: &'static str,
}

impl FreshData {
    /// Data for one event, or for the request itself.
    pub fn now(&self) -> RequestData {
        RequestData::new(&self.pool, self.catalogue.latest().as_ref(), self.base_currency, Utc::now())
    }
}

impl ExtensionFactory for FreshData {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Extension for FreshData {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let mut data = Data::default();
        data.insert(self.now());
        next.run_with_data(ctx, operation_name, data).await
    }
}

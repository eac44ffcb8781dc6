//! The gateway's outside over HTTP.

mod graphiql;
mod graphql;
mod health;
pub mod limits;
mod negotiation;

use std::{future::ready, sync::Arc};

use async_graphql::{EmptyMutation, EmptySubscription, Schema};
use axum::{
    Router,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::PgPool;
use tokio::sync::watch;
use tower_http::compression::CompressionLayer;

use crate::{answers::Answers, catalogue::Catalogue, graphql::query::Query};

/// What requests are answered with.
#[derive(Clone)]
pub struct Gateway {
    /// Postgres.
    pub pool: PgPool,
    /// The GraphQL schema.
    pub schema: Schema<Query, EmptyMutation, EmptySubscription>,
    /// Which version of the catalogue is known.
    pub catalogue: Catalogue,
    /// The answers that are kept.
    pub answers: Answers,
    /// The currency in which prices are compared.
    pub base_currency: &'static str,
    /// Whether the playground is served.
    pub graphiql: bool,
    /// Whether events are being consumed.
    pub consuming: watch::Receiver<bool>,
    /// Whether Redis is there; `None`: it is not wanted.
    pub redis: Option<crate::answers::Redis>,
    /// Renders the metrics.
    pub metrics: PrometheusHandle,
}

/// All routes.
pub fn router(gateway: Gateway) -> Router {
    let metrics = gateway.metrics.clone();
    let graphiql = gateway.graphiql;
    let gateway = Arc::new(gateway);
    let mut router = Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post).fallback(graphql::other_method))
        .route("/schema.graphql", get(|| ready(text("text/plain; charset=utf-8", crate::graphql::sdl()))))
        .layer(CompressionLayer::new());
    if graphiql {
        router = router.merge(graphiql::routes());
    }
    router
        .route("/health", get(health::alive))
        .route("/ready", get(health::ready))
        .route(
            "/metrics",
            get(move || ready(text("text/plain; version=0.0.4; charset=utf-8", metrics.render()))),
        )
        .with_state(gateway)
}

fn text(content_type: &'static str, body: String) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))], body).into_response()
}

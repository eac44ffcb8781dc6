//! The gateway's outside over HTTP.

mod asked;
mod built_in;
mod compression;
mod cors;
mod documents;
mod graphiql;
mod graphql;
mod health;
mod heard;
pub mod limits;
mod negotiation;
mod overload;
pub mod persisted;
mod public;
mod refusal;
mod respond;
pub mod serve;
pub mod settings;
mod shared;
mod sse;
mod storefront;
mod subscribers;
mod traced;
mod websocket;

use std::{future::ready, sync::Arc};

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::PgPool;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;

use self::{graphql::GraphQl, persisted::Persisted, settings::HttpSettings};
pub use self::{public::Public, subscribers::Subscribers};
use crate::{
    answers::Answers,
    catalogue::Catalogue,
    graphql::{ServedSchema, served::ServedCards},
};

/// What requests are answered with.
#[derive(Clone)]
pub struct Gateway {
    /// Postgres.
    pub pool: PgPool,
    /// The GraphQL schema.
    pub schema: ServedSchema,
    /// Which version of the catalogue is known.
    pub catalogue: Catalogue,
    /// The answers that are kept.
    pub answers: Answers,
    /// The documents that can be asked for by name.
    pub persisted: Persisted,
    /// Clients that stay.
    pub subscribers: Subscribers,
    /// The currency in which prices are compared.
    pub base_currency: &'static str,
    /// Whether events are being consumed.
    pub consuming: watch::Receiver<bool>,
    /// Whether Redis is there; `None`: it is not wanted.
    pub redis: Option<crate::answers::Redis>,
    /// Cancelled once the gateway is told to stop.
    pub stopping: CancellationToken,
    /// Renders the metrics.
    pub metrics: PrometheusHandle,
}

/// What is for everybody, and what is for whoever runs the gateway: they can stand on two addresses.
pub struct Routes {
    /// GraphQL, the schema, the pages.
    pub public: Public,
    /// /health, /ready and /metrics.
    pub inside: Router,
}

/// All routes.
pub fn routes(gateway: Gateway, settings: &HttpSettings) -> Routes {
    let gateway = Arc::new(gateway);
    Routes { public: public(&gateway, settings), inside: inside(&gateway) }
}

fn inside(gateway: &Arc<Gateway>) -> Router {
    let metrics = gateway.metrics.clone();
    let measured = move || {
        service::process::measure();
        metrics.render()
    };
    Router::new()
        .route("/health", get(health::alive))
        .route("/ready", get(health::ready))
        .route("/metrics", get(move || ready(text("text/plain; version=0.0.4; charset=utf-8", measured()))))
        .with_state(gateway.clone())
}

fn public(gateway: &Arc<Gateway>, settings: &HttpSettings) -> Public {
    let graphql = Arc::new(GraphQl::new(gateway.clone(), settings));
    let sdl = settings.introspection.then(|| Bytes::from(crate::graphql::sdl()));
    let mut public = Router::new()
        .route("/schema.graphql", get(move || ready(schema(sdl.clone()))))
        .layer(CompressionLayer::new())
        .merge(graphql::routes(graphql.clone()));
    let cors = cors::layer(&settings.cors_origins);
    // With any other layer around GraphQL it is not plain either.
    let is_plain = cors.is_none();
    if let Some(cors) = cors {
        public = public.layer(cors);
    }
    if settings.graphiql {
        public = public.merge(graphiql::routes());
    }
    if settings.storefront {
        let cards = ServedCards::new(gateway.catalogue.clone(), gateway.pool.clone());
        public = public.merge(storefront::routes(cards));
    }
    let public = Public::routed(public.with_state(gateway.clone()));
    if is_plain { public.with_graphql(graphql) } else { public }
}

/// `None`: it isn't told.
fn schema(sdl: Option<Bytes>) -> Response {
    match sdl {
        Some(sdl) => text("text/plain; charset=utf-8", sdl),
        None => (StatusCode::NOT_FOUND, "The schema isn't told here: INTROSPECTION=false.\n").into_response(),
    }
}

fn text(content_type: &'static str, body: impl Into<Body>) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))], body.into()).into_response()
}

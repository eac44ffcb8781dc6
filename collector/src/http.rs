//! /health, /ready and /metrics: for whoever runs the collector.

use std::time::Duration;

use axum::{Router, extract::State, http::StatusCode, routing::get};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::{net::TcpListener, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{health::Health, measures, store::Store};

/// How long Postgres may take before it is said to be gone.
const PATIENCE: Duration = Duration::from_millis(800);

#[derive(Clone)]
struct Shared {
    health: Health,
    store: Store,
    metrics: PrometheusHandle,
}

/// Serves until told to stop.
pub async fn serve(
    listener: TcpListener,
    health: Health,
    store: Store,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let shared = Shared { health, store, metrics: measures::recorder() };
    let router = Router::new()
        .route("/health", get(async || "alive\n"))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(shared);
    axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await
}

async fn ready(State(shared): State<Shared>) -> (StatusCode, String) {
    let trouble = match shared.health.trouble() {
        Some(trouble) => Some(trouble),
        None => match timeout(PATIENCE, shared.store.ping()).await {
            Ok(Ok(())) => None,
            _ => Some("Postgres does not answer"),
        },
    };
    match trouble {
        None => (StatusCode::OK, "ready\n".to_owned()),
        Some(trouble) => (StatusCode::SERVICE_UNAVAILABLE, format!("{trouble}\n")),
    }
}

async fn metrics(State(shared): State<Shared>) -> String {
    // Without Postgres the other measures are still worth having.
    if shared.health.has_schema() {
        if let Ok(Ok(state)) = timeout(PATIENCE, shared.store.outbox_state()).await {
            measures::outbox(state);
        }
        if let Ok(Ok(counts)) = timeout(PATIENCE, shared.store.holds_count()).await {
            counts.iter().for_each(measures::held_of);
        }
    }
    service::process::measure();
    shared.metrics.run_upkeep();
    shared.metrics.render()
}

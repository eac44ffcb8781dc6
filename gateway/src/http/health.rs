//! Whether the gateway is alive, and whether it can serve.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Value, json};

use super::Gateway;

/// The process runs and answers.
pub(super) async fn alive() -> Json<Value> {
    Json(json!({ "status": "alive" }))
}

/// It can serve queries. What is away without that being needed is told all the same.
pub(super) async fn ready(State(gateway): State<Arc<Gateway>>) -> (StatusCode, Json<Value>) {
    let stopping = gateway.stopping.is_cancelled();
    let postgres = gateway.catalogue.state().is_some();
    let reason = match (stopping, postgres) {
        (true, _) => Some("it was told to stop"),
        (false, false) => Some("Postgres does not answer: nothing but the last answers can be given"),
        (false, true) => None,
    };
    let up = |up: bool| if up { "up" } else { "down" };
    let redis = gateway.redis.as_ref().map_or("not configured", |redis| up(redis.connected()));
    let report = json!({
        "status": if reason.is_none() { "ready" } else { "not ready" },
        "reason": reason,
        "postgres": up(postgres),
        "rabbitmq": up(*gateway.consuming.borrow()),
        "redis": redis,
    });
    (if reason.is_none() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(report))
}

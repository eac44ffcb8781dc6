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
    let postgres = gateway.catalogue.state().is_some();
    let up = |up: bool| if up { "up" } else { "down" };
    let redis = gateway.redis.as_ref().map_or("not configured", |redis| up(redis.connected()));
    let report = json!({
        "status": if postgres { "ready" } else { "not ready" },
        "reason": if postgres { Value::Null } else { "Postgres does not answer, so no query can be served".into() },
        "postgres": up(postgres),
        "rabbitmq": up(*gateway.consuming.borrow()),
        "redis": redis,
    });
    (if postgres { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(report))
}

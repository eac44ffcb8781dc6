//! What is measured of the shops, at `/metrics`: for whoever watches the whole system. What a test wants to know stands
//! below `/_mock/stats`, and can be forgotten.

use axum::{Router, routing::get};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder};

use crate::shop::Shop;

/// Starts measuring, once a process, and serves it.
pub(crate) fn routes() -> Result<Router, BuildError> {
    let metrics = PrometheusBuilder::new().install_recorder()?;
    let render = async move || {
        service::process::measure();
        metrics.render()
    };
    Ok(Router::new().route("/metrics", get(render)))
}

/// A request was answered with this status; `None`: its client left before.
pub(crate) fn answered(shop: Shop, status: Option<u16>) {
    let status = status.map_or_else(|| "none".to_owned(), |status| status.to_string());
    metrics::counter!("mock_shops_requests_total", "shop" => shop.slug(), "status" => status).increment(1);
}

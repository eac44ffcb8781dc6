//! What the collector measures, under the names that /metrics shows.

use std::{sync::OnceLock, time::Duration};

use chrono::{DateTime, Utc};
use events::{CrawlKind, CrawlOutcome, ProductEvent};
use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::{
    changes::page::Outcome,
    reject::RejectKind,
    store::{Absences, CrawlEnd, HoldsCount, OutboxState},
};

/// From a crawl for changes of a small shop to a full one of a large shop.
const DURATIONS_SECONDS: [f64; 12] =
    [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0];

/// From what nobody notices to an outage: what is promised is two seconds, and ten after a fault.
const LAGS_SECONDS: [f64; 11] = [0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 60.0, 600.0];

/// Starts measuring; once a process, however often it is called.
pub fn recorder() -> PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    let handle = RECORDER.get_or_init(|| {
        let durations = Matcher::Suffix("_duration_seconds".to_owned());
        let lags = Matcher::Suffix("_lag_seconds".to_owned());
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(durations, &DURATIONS_SECONDS)
            .and_then(|builder| builder.set_buckets_for_metric(lags, &LAGS_SECONDS));
        let recorder =
            builder.unwrap_or_else(|_| unreachable!("only no buckets are refused")).build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("something else measures in this process already; /metrics will stay empty");
        }
        handle
    });
    handle.clone()
}

/// A shop is crawled by this collector, so often.
pub fn scheduled(shop: &'static str, every: Duration) {
    gauge!("collector_shop_interval_seconds", "shop" => shop).set(every.as_secs_f64());
}

/// Items were read, or are known to be as they were.
pub fn seen(shop: &'static str, items: usize) {
    counter!("collector_items_seen_total", "shop" => shop).increment(items as u64);
}

/// Something was refused.
pub fn rejected(shop: &'static str, kind: RejectKind, count: u64) {
    counter!("collector_rejects_total", "shop" => shop, "kind" => kind.name()).increment(count);
}

/// A page was decided on.
pub fn decided(shop: &'static str, outcome: &Outcome) {
    for reject in &outcome.rejects {
        rejected(shop, reject.kind, 1);
    }
    let is_changed = |event: &&ProductEvent| matches!(event, ProductEvent::ListingChanged(_));
    told(shop, "listing.changed", outcome.events.iter().filter(is_changed).count() as u64);
}

/// A crawl has ended.
pub fn crawl_ended(shop: &'static str, end: &CrawlEnd, absences: Absences) {
    told(shop, "listing.changed", absences.missing);
    told(shop, "listing.gone", absences.gone);
    told(shop, "crawl.ended", 1);
    let outcome = match end.outcome {
        CrawlOutcome::Complete => "complete",
        CrawlOutcome::Incomplete => "incomplete",
    };
    let kind = kind_name(end.kind);
    counter!("collector_crawls_total", "shop" => shop, "kind" => kind, "outcome" => outcome).increment(1);
    histogram!("collector_crawl_duration_seconds", "shop" => shop, "kind" => kind)
        .record(end.took.as_secs_f64());
    held(shop, "removal", absences.held);
    if end.outcome == CrawlOutcome::Complete {
        gauge!("collector_shop_last_complete_crawl_timestamp_seconds", "shop" => shop).set(now_seconds());
    }
}

/// Listings were put into the outbox again.
pub fn resent(shop: &'static str, count: usize) {
    counter!("collector_listings_resent_total", "shop" => shop).increment(count as u64);
}

/// A shop was asked; `is_open` if it did not answer soundly, and is left alone for a time.
pub fn asked(shop: &'static str, is_open: bool) {
    counter!("collector_requests_total", "shop" => shop, "outcome" => if is_open { "failed" } else { "sound" })
        .increment(1);
    gauge!("collector_shop_circuit_open", "shop" => shop).set(if is_open { 1.0 } else { 0.0 });
    if !is_open {
        gauge!("collector_shop_last_answer_timestamp_seconds", "shop" => shop).set(now_seconds());
    }
}

/// Messages were sent to RabbitMQ.
pub fn sent(count: usize) {
    counter!("collector_sent_total").increment(count as u64);
}

/// Messages that happened at those moments were confirmed by RabbitMQ.
pub fn published(happened: impl Iterator<Item = DateTime<Utc>>) {
    let now = Utc::now();
    for at in happened {
        counter!("collector_published_total").increment(1);
        histogram!("collector_publish_lag_seconds").record((now - at).to_std().unwrap_or_default());
    }
}

/// How much of a shop waits to be believed, but for removals.
pub fn held_of(counts: &HoldsCount) {
    held(&counts.shop, "price", counts.prices);
    held(&counts.shop, "older", counts.older);
}

fn held(shop: &str, kind: &'static str, count: i64) {
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float, and no shop has so many listings")]
    gauge!("collector_held", "shop" => shop.to_owned(), "kind" => kind).set(count as f64);
}

/// How full the outbox is.
pub fn outbox(state: OutboxState) {
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float, and no outbox is so full")]
    gauge!("collector_outbox_rows").set(state.waiting as f64);
    let age = state.oldest.and_then(|oldest| (Utc::now() - oldest).to_std().ok()).unwrap_or_default();
    gauge!("collector_outbox_age_seconds").set(age.as_secs_f64());
}

/// A kind of crawl in logs and metrics.
pub fn kind_name(kind: CrawlKind) -> &'static str {
    match kind {
        CrawlKind::Full => "full",
        CrawlKind::Changes => "changes",
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds fit until the year 2255")]
fn now_seconds() -> f64 {
    Utc::now().timestamp_micros() as f64 / 1e6
}

fn told(shop: &'static str, event: &'static str, count: u64) {
    counter!("collector_events_total", "shop" => shop, "type" => event).increment(count);
}

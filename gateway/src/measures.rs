//! What the gateway measures besides plain counts: how long requests take, how far behind the shops it is, and which
//! errors clients get, under the names that /metrics shows.
//!
//! Labels only have values that stand in the code, never anything that a client or a shop said.

use std::{sync::LazyLock, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use metrics::{Counter, Histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use crate::answers::Origin;

const REQUEST_DURATION: &str = "gateway_request_duration_seconds";
const LAG: &str = "gateway_lag_seconds";

/// From an answer in memory to the longest that a query may take.
const DURATIONS_SECONDS: [f64; 13] =
    [0.000_1, 0.000_3, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0];
/// From what is promised, 2 s, down to the quickest and up to what was sent again after a day.
const LAGS_SECONDS: [f64; 12] = [0.03, 0.1, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 60.0, 600.0, 3_600.0, 86_400.0];
/// How often what was measured is summed up; until then each measurement takes memory.
const SUM_UP_EVERY: Duration = Duration::from_secs(5);

/// The codes that errors have.
const CODES: [&str; 34] = [
    "BAD_CURSOR",
    "BAD_PAGE_SIZE",
    "BAD_REQUEST",
    "BAD_USER_INPUT",
    "BODY_TOO_LARGE",
    "BODY_TOO_SLOW",
    "CURSOR_TOO_OLD",
    "DOCUMENT_NOT_TRUSTED",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "INTROSPECTION_DISABLED",
    "LIST_TOO_LONG",
    "METHOD_NOT_ALLOWED",
    "NOT_ACCEPTABLE",
    "OVERLOADED",
    "PERSISTED_QUERY_HASH_MISMATCH",
    "PERSISTED_QUERY_NOT_FOUND",
    "PERSISTED_QUERY_NOT_SUPPORTED",
    "QUERY_TOO_COSTLY",
    "QUERY_TOO_DEEP",
    "QUERY_TOO_LONG",
    "SUBSCRIBER_LAGGED",
    "SUBSCRIPTION_NEEDS_A_STREAM",
    "TIMEOUT",
    "TOO_MANY_ALIASES",
    "TOO_MANY_DEFINITIONS",
    "TOO_MANY_DIRECTIVES",
    "TOO_MANY_FIELDS",
    "TOO_MANY_ROOT_FIELDS",
    "TOO_MANY_SUBSCRIBERS",
    "TOO_MANY_SUBSCRIPTIONS",
    "UNAVAILABLE",
    "UNSUPPORTED_MEDIA_TYPE",
    OTHER,
];
/// An error whose code is not one of these.
const OTHER: &str = "OTHER";

/// Starts measuring, until it is told to stop.
pub(crate) fn recorder(stop: CancellationToken) -> Result<PrometheusHandle, BuildError> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(REQUEST_DURATION.to_owned()), &DURATIONS_SECONDS)?
        .set_buckets_for_metric(Matcher::Full(LAG.to_owned()), &LAGS_SECONDS)?
        .install_recorder()?;
    count_from_zero();
    let summing = handle.clone();
    tokio::spawn(async move {
        while stop.run_until_cancelled(tokio::time::sleep(SUM_UP_EVERY)).await.is_some() {
            summing.run_upkeep();
        }
    });
    Ok(handle)
}

/// What is rare is shown as zero before it happens: its first time has to be an increase for whoever watches, and a zero
/// can be told from what isn't measured.
fn count_from_zero() {
    for name in [
        "gateway_changes_total",
        "gateway_events_applied_total",
        "gateway_events_dead_total",
        "gateway_events_ignored_total",
        "gateway_subscribers_lagged_total",
    ] {
        metrics::counter!(name).increment(0);
    }
    for code in CODES {
        metrics::counter!("gateway_errors_total", "code" => code).increment(0);
    }
    for from in ["memory", "redis", "work", "last"] {
        metrics::counter!("gateway_answers_total", "from" => from).increment(0);
    }
    LazyLock::force(&CARDS_GIVEN);
    LazyLock::force(&DISK_ROWS);
    on_disk(0, 0, 0);
    warm(false);
    for store in ["postgres", "redis"] {
        metrics::counter!("gateway_store_errors_total", "store" => store).increment(0);
    }
    for transport in ["sse", "websocket"] {
        metrics::gauge!("gateway_subscribers", "transport" => transport).increment(0.0);
    }
    metrics::counter!("gateway_requests_refused_total", "reason" => "overload").increment(0);
}

/// How many cards stood in answers that were worked out, by how each came there.
pub(crate) static CARDS_GIVEN: LazyLock<CardsGiven> = LazyLock::new(|| {
    let by = |by: &'static str| metrics::counter!("gateway_cards_total", "by" => by);
    CardsGiven { kept: by("kept"), straight: by("straight"), resolved: by("resolved") }
});

/// How cards come into answers: from the fastest to the slowest.
pub(crate) struct CardsGiven {
    /// They were written for another answer.
    pub(crate) kept: Counter,
    /// They were written straight from their rows.
    pub(crate) straight: Counter,
    /// They were resolved field by field.
    pub(crate) resolved: Counter,
}

/// How many rows of cards that memory hadn't were looked for on disk.
pub(crate) static DISK_ROWS: LazyLock<DiskRows> = LazyLock::new(|| {
    let result = |result: &'static str| metrics::counter!("gateway_disk_reads_total", "result" => result);
    DiskRows { found: result("found"), missing: result("missing") }
});

/// What came of looking for rows on disk.
pub(crate) struct DiskRows {
    pub(crate) found: Counter,
    /// They were read from Postgres.
    pub(crate) missing: Counter,
}

/// Whether all cards have been read ahead that are to be.
pub(crate) fn warm(is_warm: bool) {
    metrics::gauge!("gateway_warm").set(if is_warm { 1.0 } else { 0.0 });
}

/// How many cards are kept on disk, how many as they were written, and how many bytes of a file they take.
pub(crate) fn on_disk(rows: usize, written: usize, bytes: u64) {
    let count = |count| u32::try_from(count).unwrap_or(u32::MAX);
    metrics::gauge!("gateway_disk_rows").set(count(rows));
    metrics::gauge!("gateway_disk_written").set(count(written));
    metrics::gauge!("gateway_disk_bytes")
        .set(u32::try_from(bytes >> 10).map_or(f64::MAX, f64::from) * 1024.0);
}

/// How long requests take, by where the answer comes from.
pub(crate) struct RequestDurations {
    memory: Histogram,
    redis: Histogram,
    work: Histogram,
    last: Histogram,
    refused: Histogram,
}

impl RequestDurations {
    pub(crate) fn new() -> Self {
        let from = |from: &'static str| metrics::histogram!(REQUEST_DURATION, "from" => from);
        Self {
            memory: from("memory"),
            redis: from("redis"),
            work: from("work"),
            last: from("last"),
            refused: from("refused"),
        }
    }

    /// A request was answered, or refused: `None`.
    pub(crate) fn note(&self, from: Option<Origin>, took: Duration) {
        let histogram = match from {
            Some(Origin::Memory) => &self.memory,
            Some(Origin::Redis) => &self.redis,
            Some(Origin::Work) => &self.work,
            Some(Origin::Last) => &self.last,
            None => &self.refused,
        };
        histogram.record(took);
    }
}

/// Listings were committed that the collector had observed at these times, by the collector's clock. What is sent again
/// keeps the time of its observation: since then readers have lacked it.
pub(crate) fn committed(observed_at: &[DateTime<Utc>], now: DateTime<Utc>) {
    let histogram = metrics::histogram!(LAG);
    for at in observed_at {
        // Of a clock that is ahead of ours, nothing is known but that it was soon.
        let lag = (now - at).max(TimeDelta::zero());
        histogram.record(lag.to_std().unwrap_or_default());
    }
}

/// An answer with errors was given; `body` is GraphQL's JSON.
pub(crate) fn errors_told(body: &[u8]) {
    count(codes(body));
}

/// An operation was refused or has failed on a socket or an event stream; `errors` is their list in JSON.
pub(crate) fn failure_told(errors: &[u8]) {
    count(codes_of_list(errors));
}

fn count(codes: Vec<&'static str>) {
    for code in codes {
        metrics::counter!("gateway_errors_total", "code" => code).increment(1);
    }
}

#[derive(Deserialize)]
struct AnswerWithErrors {
    #[serde(default)]
    errors: Vec<ErrorOfAnswer>,
}

#[derive(Deserialize)]
struct ErrorOfAnswer {
    extensions: Option<Extensions>,
}

#[derive(Deserialize)]
struct Extensions {
    code: Option<String>,
}

impl ErrorOfAnswer {
    fn code(self) -> &'static str {
        let code = self.extensions.and_then(|extensions| extensions.code);
        CODES.into_iter().find(|known| Some(*known) == code.as_deref()).unwrap_or(OTHER)
    }
}

/// The codes of the errors in an answer.
fn codes(body: &[u8]) -> Vec<&'static str> {
    let answer = serde_json::from_slice(body).unwrap_or(AnswerWithErrors { errors: Vec::new() });
    answer.errors.into_iter().map(ErrorOfAnswer::code).collect()
}

/// The codes of a list of errors.
fn codes_of_list(errors: &[u8]) -> Vec<&'static str> {
    let errors: Vec<ErrorOfAnswer> = serde_json::from_slice(errors).unwrap_or_default();
    errors.into_iter().map(ErrorOfAnswer::code).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_counted_by_codes_that_are_known() {
        let cases: [(&str, &[&str]); 5] = [
            (r#"{"data":{}}"#, &[]),
            (r#"{"errors":[{"message":"","extensions":{"code":"TIMEOUT"}}]}"#, &["TIMEOUT"]),
            (
                r#"{"data":{"a":[1]},"errors":[{"extensions":{"code":"UNAVAILABLE"}},{"message":"","path":["a"]}]}"#,
                &["UNAVAILABLE", OTHER],
            ),
            (r#"{"errors":[{"extensions":{"code":"a client's own"}}]}"#, &[OTHER]),
            ("<html>", &[]),
        ];
        for (body, expected) in cases {
            assert_eq!(codes(body.as_bytes()), expected, "{body}");
        }
        let list = r#"[{"message":"","extensions":{"code":"SUBSCRIBER_LAGGED"}},{"message":""}]"#;
        assert_eq!(codes_of_list(list.as_bytes()), ["SUBSCRIBER_LAGGED", OTHER]);
    }

    #[test]
    fn each_code_that_the_readme_tells_is_counted_by_itself() {
        let readme = include_str!("../README.md");
        let table = readme.split("| code | what it means | what to do |").nth(1).unwrap();
        let table = table.split("\n\n").next().unwrap();
        let rows = table.lines().filter_map(|row| row.strip_prefix("| `")?.split(" |").next());
        let told: Vec<&str> =
            rows.flat_map(|codes| codes.split([',', ' ', '`'])).filter(|code| !code.is_empty()).collect();
        assert!(told.len() > 20, "{told:?}");
        for code in told {
            assert!(CODES.contains(&code), "{code}");
        }
    }
}

//! Spans of operations: one for each that is answered, a part of the client's trace where it has one.
//!
//! What an operation says, its document and its variables, is never told to whoever collects traces: only what it is
//! called, what it cost and where its answer came from.

use axum::http::HeaderMap;
use service::traces::{self, SPANS};
use tracing::{Span, field::Empty};

use crate::answers::Origin;

/// Longer names are not told.
const LONGEST_NAME_BYTES: usize = 128;

/// The span of an operation, by its name if it has one. Where nothing listens it costs a look at a flag.
pub(super) fn span(operation: Option<&str>, headers: &HeaderMap) -> Span {
    let span = tracing::info_span!(
        target: SPANS,
        "answer",
        otel.kind = "server",
        graphql.operation.name = operation.filter(|name| name.len() <= LONGEST_NAME_BYTES),
        graphql.cost = Empty,
        answer.from = Empty,
    );
    if !span.is_disabled() {
        traces::follow(&span, headers.get(traces::HEADER).and_then(|value| value.to_str().ok()));
    }
    span
}

/// The operation whose span is the present one may cost so much.
pub(super) fn cost(cost: u64) {
    Span::current().record("graphql.cost", cost);
}

/// Where its answer came from; `None`: it was refused.
pub(super) fn answered(span: &Span, from: Option<Origin>) {
    let from = match from {
        Some(Origin::Memory) => "memory",
        Some(Origin::Redis) => "redis",
        Some(Origin::Work) => "work",
        Some(Origin::Last) => "last",
        None => "refused",
    };
    span.record("answer.from", from);
}

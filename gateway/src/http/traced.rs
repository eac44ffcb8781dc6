//! Spans of operations: one for each that is answered, a part of the client's trace where it has one.
//!
//! What an operation says, its document and its variables, is never told to whoever collects traces: only what it is
//! called, what it cost and where its answer came from.

use axum::http::HeaderMap;
use service::traces::{self, SPANS};
use tracing::{Span, field::Empty};

use super::{asked::Asked, refusal::Refusal};
use crate::answers::{Answer, Origin};

/// Longer names are not told.
const LONGEST_NAME_BYTES: usize = 128;

/// The span of an operation. Where nothing listens it costs a look at a flag.
pub(super) fn span(asked: &Asked, headers: &HeaderMap) -> Span {
    let span = tracing::info_span!(
        target: SPANS,
        "answer",
        otel.kind = "server",
        graphql.operation.name = name(asked),
        graphql.cost = Empty,
        answer.from = Empty,
    );
    if !span.is_disabled() {
        traces::follow(&span, headers.get(traces::HEADER).and_then(|value| value.to_str().ok()));
    }
    span
}

fn name(asked: &Asked) -> Option<&str> {
    asked.operation_name.as_deref().filter(|name| name.len() <= LONGEST_NAME_BYTES)
}

/// The operation whose span is the present one may cost so much.
pub(super) fn cost(cost: u64) {
    Span::current().record("graphql.cost", cost);
}

/// Where its answer came from.
pub(super) fn answered(span: &Span, answered: &Result<Answer, Refusal>) {
    let from = match answered.as_ref().map(|answer| answer.origin) {
        Ok(Origin::Memory) => "memory",
        Ok(Origin::Redis) => "redis",
        Ok(Origin::Work) => "work",
        Ok(Origin::Last) => "last",
        Err(_) => "refused",
    };
    span.record("answer.from", from);
}

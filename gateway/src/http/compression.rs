//! Answers in the coding that a client takes.

use axum::http::HeaderMap;
use bytes::Bytes;

use super::negotiation::accepts;
use crate::answers::Answer;

/// A shorter body fits a packet as it is.
const SHORTEST: usize = 1024;
/// A longer one is compressed where nobody else has to wait for that: this much takes half a millisecond.
const LONGEST_AT_ONCE: usize = 64 * 1024;

/// The body of an answer, compressed by gzip; `None`: it goes out as it is.
pub(super) async fn gzipped(answer: &Answer, request: &HeaderMap) -> Option<Bytes> {
    if answer.body.len() < SHORTEST || !accepts(request, "gzip") {
        return None;
    }
    if answer.body.len() <= LONGEST_AT_ONCE {
        return answer.gzipped();
    }
    let answer = answer.clone();
    tokio::task::spawn_blocking(move || answer.gzipped()).await.ok().flatten()
}

//! Operations as server-sent events, by the distinct connections mode of GraphQL over SSE: one request, one operation, an
//! event `next` for each answer and an event `complete` at its end. Without `complete` the connection broke, or the
//! gateway is stopping, and the client may ask again.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::stream::{self, BoxStream, Stream, StreamExt};
use tokio::time::timeout;

use super::{
    asked::Asked,
    graphql::{self, GraphQl},
    negotiation::MediaType,
    subscribers::begin,
    traced,
};
use crate::graphql::subscribe::Told;

/// How often a silent stream says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(10);
const COMMENT: &[u8] = b":\n\n";
/// Without a line of data browsers would not pass it on.
const COMPLETE: &[u8] = b"event: complete\ndata:\n\n";

/// Whether the client likes events at least as well as JSON: what it names first counts where it likes both.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    let mut best: Option<(&str, f32)> = None;
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    for range in values.flat_map(|value| value.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let known = ["text/event-stream", "application/json", "application/graphql-response+json"];
        let Some(name) = known.into_iter().find(|known| known.eq_ignore_ascii_case(name)) else { continue };
        let quality = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
        if quality > best.map_or(0.0, |(_, quality)| quality) {
            best = Some((name, quality));
        }
    }
    best.is_some_and(|(name, _)| name == "text/event-stream")
}

pub(super) async fn answer(graphql: Arc<GraphQl>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let most_bytes = graphql.limits.max_body_bytes;
    let asked = match parts.method {
        Method::POST => Asked::body(&parts.headers, body, most_bytes)
            .await
            .and_then(|body| Asked::read_post(&body, &parts.headers)),
        Method::GET => Asked::read_get(parts.uri.query().unwrap_or_default(), &parts.headers, most_bytes),
        _ => return graphql::other_method(),
    };
    let subscribers = &graphql.gateway.subscribers;
    let (asked, place) = match asked.and_then(|asked| Ok((asked, subscribers.place()?))) {
        Ok(begun) => begun,
        Err(refusal) => return refusal.respond(MediaType::Json),
    };
    let span = traced::span(asked.operation_name.as_deref(), &parts.headers);
    let gauge = Open::new();
    let complete = stream::once(async { Bytes::from_static(COMPLETE) });
    let events = begin(&graphql, asked, span)
        .map(next)
        .chain(complete)
        .take_until(subscribers.stop().clone().cancelled_owned())
        .map(move |event| {
            let _held = (&place, &gauge);
            event
        });
    let mut response = Body::from_stream(with_heartbeats(events.boxed())).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    // Else nginx gathers events before it passes them on.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// The event of an answer. Our JSON has no line breaks.
fn next(told: Told) -> Bytes {
    let (before, json, after): (&[u8], Bytes, &[u8]) = match told {
        Told::Next(answer) => (b"event: next\ndata: ", answer, b"\n\n"),
        Told::Failed(errors) => (b"event: next\ndata: {\"errors\":", errors, b"}\n\n"),
    };
    [before, &json, after].concat().into()
}

/// A comment first, so that the client knows at once that it is heard, and one whenever there was nothing else.
fn with_heartbeats(events: BoxStream<'static, Bytes>) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let hello = stream::once(async { Ok(Bytes::from_static(COMMENT)) });
    hello.chain(stream::unfold(events, async |mut events| match timeout(HEARTBEAT, events.next()).await {
        Ok(Some(event)) => Some((Ok(event), events)),
        Ok(None) => None,
        Err(_) => Some((Ok(Bytes::from_static(COMMENT)), events)),
    }))
}

/// Counts an event stream while it is open.
struct Open(metrics::Gauge);

impl Open {
    fn new() -> Self {
        let gauge = metrics::gauge!("gateway_subscribers", "transport" => "sse");
        gauge.increment(1.0);
        Self(gauge)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_sent_to_those_who_like_them_best() {
        let cases = [
            ("text/event-stream", true),
            ("Text/Event-Stream;charset=utf-8", true),
            ("text/event-stream, application/json", true),
            ("application/graphql-response+json, application/json, text/event-stream", false),
            ("application/json;q=0.5, text/event-stream;q=0.9", true),
            ("text/event-stream, */*", true),
            ("text/event-stream;q=0", false),
            ("*/*", false),
            ("application/json", false),
        ];
        for (accept, expected) in cases {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(is_wanted(&headers), expected, "{accept}");
        }
    }
}

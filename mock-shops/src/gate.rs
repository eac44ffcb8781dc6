//! What a request to a shop passes on its way in: it is counted, held to the rate limit, and may meet with a
//! fault that somebody asked for.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use service::traces::{self, SPANS};
use tracing::Instrument;

use crate::{answers::refuse, faults::FaultyBody, shop::Shop, stats::Visit, world::World};

/// Answers a request as a part of the trace that it came with.
pub(crate) async fn trace(request: Request, next: Next) -> Response {
    let span = tracing::info_span!(target: SPANS, "answer", url.path = request.uri().path());
    let traceparent = request.headers().get(traces::HEADER).and_then(|value| value.to_str().ok());
    traces::follow(&span, traceparent);
    next.run(request).instrument(span).await
}

/// A bucket that fills evenly with the right to ask, one second's worth at most.
#[derive(Debug)]
pub(crate) struct Limiter {
    /// Requests a second; 0 for no limit.
    rate: u32,
    left: f64,
    filled_at: Instant,
}

impl Limiter {
    /// A full bucket.
    pub(crate) fn new(rate: u32) -> Self {
        Self { rate, left: f64::from(rate), filled_at: Instant::now() }
    }

    /// Whether one more request may be made now.
    pub(crate) fn admits(&mut self, now: Instant) -> bool {
        if self.rate == 0 {
            return true;
        }
        let rate = f64::from(self.rate);
        let passed = now.saturating_duration_since(self.filled_at).as_secs_f64();
        self.left = (self.left + passed * rate).min(rate);
        self.filled_at = now;
        let admitted = self.left >= 1.0;
        if admitted {
            self.left -= 1.0;
        }
        admitted
    }
}

/// Lets a request through to a shop, or not.
pub(crate) async fn pass(
    State((world, shop)): State<(Arc<World>, Shop)>,
    mut request: Request,
    next: Next,
) -> Response {
    let mut visit = Visit::begin(&world, shop, &request);
    if !world.limiter(shop).admits(Instant::now()) {
        visit.answered(429);
        let mut response =
            refuse(StatusCode::TOO_MANY_REQUESTS, "that is more than the shop answers; slow down");
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        return response;
    }
    let fault = world.fault(shop).as_mut().and_then(|fault| fault.strikes().then(|| fault.clone()));
    let Some(fault) = fault else {
        let response = next.run(request).await;
        visit.answered(response.status().as_u16());
        return response;
    };
    if fault.body == Some(FaultyBody::Hang) {
        world.stopping.cancelled().await;
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "the shop is closing");
    }
    tokio::select! {
        () = tokio::time::sleep(Duration::from_millis(fault.latency_ms)) => {}
        () = world.stopping.cancelled() => {}
    }
    if fault.spoils_body() {
        request.headers_mut().remove(header::IF_NONE_MATCH);
    }
    let response = match fault.status.and_then(|status| StatusCode::from_u16(status).ok()) {
        Some(status) => refuse(status, "the shop is out of order"),
        None => next.run(request).await,
    };
    visit.answered(response.status().as_u16());
    fault.spoil(response, visit).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_admits_its_rate_and_no_more() {
        let start = Instant::now();
        let mut limiter = Limiter::new(10);
        limiter.filled_at = start;
        let admitted =
            |limiter: &mut Limiter, at_ms: u64| limiter.admits(start + Duration::from_millis(at_ms));
        assert_eq!((0..30).filter(|_| admitted(&mut limiter, 0)).count(), 10);
        assert_eq!((0..30).filter(|_| admitted(&mut limiter, 510)).count(), 5);
        assert_eq!((0..30).filter(|_| admitted(&mut limiter, 10_000)).count(), 10);
        let mut none = Limiter::new(0);
        assert!((0..1_000).all(|_| none.admits(start)));
    }
}

//! Traces: what led to what, over all services, exported by OTLP where an endpoint is set.
//!
//! - A span is `tracing::info_span!(target: SPANS, "apply", ...)`. Spans of this target are never logged, and where
//!   `OTEL_EXPORTER_OTLP_ENDPOINT` is not set nothing listens to them: they cost a look at a flag.
//! - Between services a trace goes on by W3C's `traceparent`: whoever sends puts [`current`] into the message's or
//!   the request's headers under [`HEADER`], and whoever receives calls [`follow`] on the span of its work, before it
//!   enters it. Work on many messages at once follows one of them and is linked with the others: [`follow_all`].
//! - The exporter's other settings are those of OpenTelemetry: `OTEL_EXPORTER_OTLP_HEADERS`,
//!   `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER`, `OTEL_BSP_…`.
//!
//! An endpoint that is away costs spans, which are dropped, and never holds anything up.

use std::{collections::HashMap, time::Duration};

use opentelemetry::{
    Context,
    propagation::TextMapPropagator,
    trace::{TraceContextExt, TracerProvider},
};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Layer, filter::Targets};
use url::Url;

use crate::{
    logs::{self, LogSettings},
    settings::SettingError,
};

/// The target of spans.
pub const SPANS: &str = "spans";

/// The header in which a trace goes on from one service to the next.
pub const HEADER: &str = "traceparent";

/// The variable that says where spans go.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// A value that would do.
const EXAMPLE: &str = "http://127.0.0.1:4318";
/// How long the last spans may take to be sent at the end.
const LAST_EXPORT: Duration = Duration::from_secs(1);
/// A `traceparent` is 55 bytes long, or somewhat longer in a later version of it.
const HEADER_BYTES: std::ops::RangeInclusive<usize> = 55..=128;

/// What exports spans, if anything does. To be kept as long as the process does its work.
#[derive(Debug, Default)]
pub struct Traces(Option<SdkTracerProvider>);

/// Starts logging, and tracing if `OTEL_EXPORTER_OTLP_ENDPOINT` is set. To be called once, first thing in `main`;
/// `service` is the service's name in traces, unless `OTEL_SERVICE_NAME` gives another.
pub fn init(settings: &LogSettings, service: &'static str) -> Result<Traces, SettingError> {
    let endpoint = std::env::var(ENDPOINT).unwrap_or_default();
    if endpoint.trim().is_empty() {
        logs::init(settings, Vec::new())?;
        return Ok(Traces::default());
    }
    let provider = provider(endpoint.trim(), service)?;
    let spans = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer(service))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_filter(Targets::new().with_target(SPANS, tracing::Level::INFO));
    logs::init(settings, vec![spans.boxed()])?;
    Ok(Traces(Some(provider)))
}

fn provider(endpoint: &str, service: &'static str) -> Result<SdkTracerProvider, SettingError> {
    let wrong = |problem: String| SettingError::wrong(ENDPOINT, problem, EXAMPLE);
    let url = Url::parse(endpoint).map_err(|error| wrong(error.to_string()))?;
    if !["http", "https"].contains(&url.scheme()) {
        return Err(wrong(format!("its scheme is `{}`, where http or https is understood", url.scheme())));
    }
    // The exporter's client wants one, whether it speaks TLS or not. Another can't be there but this very one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .build()
        .map_err(|error| wrong(error.to_string()))?;
    let name = std::env::var("OTEL_SERVICE_NAME").ok().filter(|name| !name.is_empty());
    let resource = Resource::builder().with_service_name(name.unwrap_or_else(|| service.to_owned())).build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

impl Traces {
    /// Sends what has not been sent, for a second at most. To be called last thing in `main`; it blocks.
    pub fn finish(self) {
        if let Some(provider) = self.0 {
            // Whoever collects the spans may be away.
            let _ = provider.shutdown_with_timeout(LAST_EXPORT);
        }
    }
}

/// What the present span is to whoever goes on with its trace; `None` where there is no trace.
pub fn current() -> Option<String> {
    let context = Span::current().context();
    if !context.span().span_context().is_valid() {
        return None;
    }
    let mut headers = HashMap::new();
    TraceContextPropagator::new().inject_context(&context, &mut headers);
    headers.remove(HEADER)
}

/// Makes a span, which was not entered yet, a part of the trace that it was received with. What is no `traceparent`
/// is ignored.
pub fn follow(span: &Span, traceparent: Option<&str>) {
    follow_all(span, traceparent);
}

/// Makes a span, which was not entered yet, a part of the first trace, and links it with the others.
pub fn follow_all<'t>(span: &Span, traceparents: impl IntoIterator<Item = &'t str>) {
    let mut contexts = traceparents.into_iter().filter_map(received);
    if let Some(first) = contexts.next() {
        // Refused only where nothing listens to the span.
        let _ = span.set_parent(first);
    }
    for other in contexts {
        span.add_link(other.span().span_context().clone());
    }
}

fn received(traceparent: &str) -> Option<Context> {
    if !HEADER_BYTES.contains(&traceparent.len()) {
        return None;
    }
    let headers = HashMap::from([(HEADER.to_owned(), traceparent.to_owned())]);
    let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &headers);
    context.span().span_context().is_valid().then_some(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_traceparent_is_ignored() {
        let sound = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let cases = [
            (sound.to_owned(), true),
            (String::new(), false),
            ("00-ab-cd-01".to_owned(), false),
            ("00-00000000000000000000000000000000-0000000000000000-01".to_owned(), false),
            (format!("{sound}{}", "-x".repeat(100)), false),
        ];
        for (text, is_sound) in cases {
            assert_eq!(received(&text).is_some(), is_sound, "{text}");
        }
        assert_eq!(current(), None, "nothing listens");
    }
}

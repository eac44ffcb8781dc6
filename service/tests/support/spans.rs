//! A collector of spans that speaks OTLP over HTTP, for tests of whatever exports traces.

use std::{
    fmt::Write,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Bytes, extract::State, routing::post};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::any_value::Value,
    trace::v1::{self, ResourceSpans},
};
use prost::Message;
use tokio::net::TcpListener;

/// The spans that came.
#[derive(Clone, Default)]
pub(crate) struct Spans(Arc<Mutex<Vec<Span>>>);

/// What was told of a span. Ids are in hexadecimal digits.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) service: String,
    pub(crate) name: String,
    pub(crate) trace: String,
    pub(crate) id: String,
    /// Empty: it begins the trace.
    pub(crate) parent: String,
}

impl Spans {
    /// Collects spans: the address to send them to, and where they gather.
    pub(crate) async fn collect() -> (String, Self) {
        async fn take(State(spans): State<Spans>, body: Bytes) {
            let request = ExportTraceServiceRequest::decode(body).expect("it is OTLP");
            spans.0.lock().unwrap().extend(request.resource_spans.iter().flat_map(read));
        }
        let spans = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("some port is free");
        let address = format!("http://{}", listener.local_addr().expect("it listens"));
        let router = Router::new().route("/v1/traces", post(take)).with_state(spans.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (address, spans)
    }

    /// A span that is like this, if one has come.
    pub(crate) fn find(&self, is_wanted: impl Fn(&Span) -> bool) -> Option<Span> {
        let come = self.0.lock().unwrap().clone();
        come.into_iter().find(is_wanted)
    }
}

/// The trace and the span of a `traceparent`.
pub(crate) fn ids(traceparent: &str) -> (String, String) {
    let parts: Vec<_> = traceparent.split('-').collect();
    (parts[1].to_owned(), parts[2].to_owned())
}

fn read(of_service: &ResourceSpans) -> Vec<Span> {
    let mut attributes = of_service.resource.iter().flat_map(|resource| &resource.attributes);
    let service = attributes.find(|attribute| attribute.key == "service.name");
    let service = match service.and_then(|attribute| attribute.value.as_ref()?.value.as_ref()) {
        Some(Value::StringValue(service)) => service.clone(),
        _ => String::new(),
    };
    let spans = of_service.scope_spans.iter().flat_map(|of_scope| &of_scope.spans);
    spans
        .map(|span: &v1::Span| Span {
            service: service.clone(),
            name: span.name.clone(),
            trace: hex(&span.trace_id),
            id: hex(&span.span_id),
            parent: hex(&span.parent_span_id),
        })
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x}").expect("a string takes everything");
        digits
    })
}

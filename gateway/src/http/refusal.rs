//! Why a request is not executed: what the client reads, with its status and its stable code.

use async_graphql::ServerError;
use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{limits::TooLarge, negotiation::MediaType, respond};
use crate::{
    graphql::errors::{LAGGED, LAGGED_MESSAGE, UNAVAILABLE, UNAVAILABLE_MESSAGE},
    measures,
};

/// A request that is not executed. Its answer has no `data`.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    status: Status,
    /// JSON by the GraphQL specification.
    body: Bytes,
    header: Option<(HeaderName, HeaderValue)>,
    /// The media type that it has, whatever the client likes best.
    media_type: Option<MediaType>,
}

/// What goes wrong decides the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// It is a request of GraphQL over HTTP, and its document is at fault: a client that asked for
    /// `application/json` expects 200.
    Document,
    /// Whatever the client asked for.
    Always(StatusCode),
}

impl Refusal {
    fn one(status: Status, code: &str, message: &str) -> Self {
        let body = json!({ "errors": [{ "message": message, "extensions": { "code": code } }] });
        Self { status, body: body.to_string().into(), header: None, media_type: None }
    }

    fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.header = Some((name, HeaderValue::from_static(value)));
        self
    }

    /// It isn't a request of GraphQL over HTTP.
    pub(super) fn request(status: StatusCode, code: &str, message: &str) -> Self {
        Self::one(Status::Always(status), code, message)
    }

    pub(super) fn bad_request(message: &str) -> Self {
        Self::request(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    /// Several queries in one request. Clients that send batches take whatever has GraphQL's own media type for
    /// the list of answers, and complain of its length alone; of `application/json` they tell status and text.
    pub(super) fn batch() -> Self {
        let message = "Batches are not served: send one query in a request.";
        Self { media_type: Some(MediaType::Json), ..Self::bad_request(message) }
    }

    /// The document can't be had, or mustn't be executed.
    pub(super) fn document(code: &str, message: &str) -> Self {
        Self::one(Status::Document, code, message)
    }

    /// The document can't be parsed.
    pub(super) fn unreadable(error: &async_graphql::parser::Error) -> Self {
        let told = ServerError::from(error.clone());
        let place =
            told.locations.first().map(|place| format!(" at line {}, column {}", place.line, place.column));
        let error = json!({
            "message": format!("The query can't be read{}: {}.", place.unwrap_or_default(), expected(&told.message)),
            "locations": told.locations,
            "extensions": { "code": "GRAPHQL_PARSE_FAILED" },
        });
        Self::invalid(json!({ "errors": [error] }).to_string().into())
    }

    /// The document doesn't fit the schema; `body` says where, in GraphQL's JSON form.
    pub(super) fn invalid(body: Bytes) -> Self {
        Self { status: Status::Document, body, header: None, media_type: None }
    }

    pub(super) fn method_not_allowed(message: &str, allowed: &'static str) -> Self {
        Self::request(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message)
            .with(header::ALLOW, allowed)
    }

    /// The query was given up after its time.
    pub(super) fn timeout() -> Self {
        let message = "The query took too long. Ask for less at once.";
        Self::request(StatusCode::SERVICE_UNAVAILABLE, "TIMEOUT", message).with(header::RETRY_AFTER, "1")
    }

    /// More is asked at once than can be worked out.
    pub(super) fn overloaded() -> Self {
        let message = "More is asked at once than can be answered. Try again in a second.";
        Self::request(StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED", message).with(header::RETRY_AFTER, "1")
    }

    /// A subscriber did not keep up.
    pub(super) fn lagged() -> Self {
        Self::document(LAGGED, LAGGED_MESSAGE)
    }

    /// A store that the answer needs is away.
    pub(super) fn unavailable() -> Self {
        Self::request(StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE, UNAVAILABLE_MESSAGE)
            .with(header::RETRY_AFTER, "1")
    }

    /// There are as many clients that stay as are let in.
    pub(super) fn no_place() -> Self {
        let message = "There are as many subscribers as this gateway takes. Try again in a few seconds.";
        Self::request(StatusCode::SERVICE_UNAVAILABLE, "TOO_MANY_SUBSCRIBERS", message)
            .with(header::RETRY_AFTER, "5")
    }

    /// The errors alone, a list in JSON.
    pub(super) fn errors(&self) -> Bytes {
        let body: Option<Value> = serde_json::from_slice(&self.body).ok();
        let errors = body.and_then(|mut body| body.get_mut("errors").map(Value::take));
        errors.unwrap_or_else(|| json!([])).to_string().into()
    }

    pub(super) fn respond(self, media_type: MediaType) -> Response {
        measures::errors_told(&self.body);
        let media_type = self.media_type.unwrap_or(media_type);
        let status = match self.status {
            Status::Document => media_type.refusal(),
            Status::Always(status) => status,
        };
        let mut response = respond::refused(status, media_type, self.body);
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

impl From<TooLarge> for Refusal {
    fn from(TooLarge { code, message }: TooLarge) -> Self {
        Self::document(code, &message)
    }
}

/// What the parser expected, without the query that it repeats and the names of its rules.
fn expected(message: &str) -> String {
    let last = message.lines().last().unwrap_or_default();
    last.trim_start_matches([' ', '=']).replace("EOI", "the end").replace('_', " ")
}

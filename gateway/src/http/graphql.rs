//! `/graphql`: from a request to an answer, stage by stage: negotiate, read, check, look up, execute, answer.

use std::{sync::Arc, time::Duration};

use async_graphql::{Request, Variables};
use axum::{
    body::{Body, to_bytes},
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use chrono::Utc;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{
    Gateway, limits,
    negotiation::{MediaType, accepted},
};
use crate::{
    answers::{Answer, Key},
    graphql::request::RequestData,
};

/// The longest body of a request, in bytes: the longest query and room for variables.
const LONGEST_BODY_BYTES: usize = 128 * 1024;
/// The longest that a query may take.
const LONGEST_QUERY: Duration = Duration::from_secs(10);
/// Tells versions of the gateway apart whose answers may differ.
const BUILD: &str = concat!(env!("CARGO_PKG_VERSION"), "/1");

/// A request by the specification of GraphQL over HTTP.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    query: String,
    operation_name: Option<String>,
    variables: Option<Value>,
    extensions: Option<Value>,
}

/// A request that isn't one: nothing is executed for it.
struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    fn answer(self, media_type: MediaType) -> Response {
        let body = json!({ "errors": [{ "message": self.message, "extensions": { "code": self.code } }] });
        respond(self.status, media_type, Bytes::from(body.to_string()))
    }
}

pub(super) async fn post(State(gateway): State<Arc<Gateway>>, headers: HeaderMap, body: Body) -> Response {
    let Some(media_type) = accepted(&headers) else { return not_acceptable() };
    match read_post(&headers, body).await {
        Ok(asked) => Box::pin(answer(&gateway, asked, media_type)).await,
        Err(refusal) => refusal.answer(media_type),
    }
}

pub(super) async fn get(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(media_type) = accepted(&headers) else { return not_acceptable() };
    match read_get(query.as_deref().unwrap_or_default()) {
        Ok(asked) => Box::pin(answer(&gateway, asked, media_type)).await,
        Err(refusal) => refusal.answer(media_type),
    }
}

pub(super) async fn other_method() -> Response {
    let refusal = Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "METHOD_NOT_ALLOWED",
        "GraphQL is served by POST with a JSON body, or by GET with the query in the address.",
    );
    let mut response = refusal.answer(MediaType::Json);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    response
}

fn not_acceptable() -> Response {
    Refusal::new(
        StatusCode::NOT_ACCEPTABLE,
        "NOT_ACCEPTABLE",
        "Answers are `application/graphql-response+json` or `application/json`, in UTF-8; `Accept` allows neither.",
    )
    .answer(MediaType::Json)
}

async fn read_post(headers: &HeaderMap, body: Body) -> Result<Asked, Refusal> {
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = content_type.split(';').map(str::trim);
    let utf8 = |parameter: &str| {
        parameter.split_once('=').is_none_or(|(name, value)| {
            !name.trim().eq_ignore_ascii_case("charset")
                || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
    };
    if !parts.next().unwrap_or_default().eq_ignore_ascii_case("application/json") || !parts.all(utf8) {
        return Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "Send the query as JSON, with the header `Content-Type: application/json`.",
        ));
    }
    let bytes = to_bytes(body, LONGEST_BODY_BYTES).await.map_err(|_| {
        Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "BODY_TOO_LARGE",
            format!("The body can't be read whole, or is longer than {LONGEST_BODY_BYTES} bytes."),
        )
    })?;
    let value: Value = serde_json::from_slice(&bytes)
        .map_err(|error| Refusal::bad_request(format!("The body is not JSON: {error}.")))?;
    if value.is_array() {
        return Err(Refusal::bad_request("Batches are not served: send one query in a request."));
    }
    Asked::read(value)
}

fn read_get(query: &str) -> Result<Asked, Refusal> {
    if query.len() > LONGEST_BODY_BYTES {
        return Err(Refusal::new(
            StatusCode::URI_TOO_LONG,
            "BODY_TOO_LARGE",
            "The address is too long: use POST.",
        ));
    }
    let mut fields = serde_json::Map::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let value = match &*name {
            "query" | "operationName" => Value::String(value.into_owned()),
            "variables" | "extensions" => serde_json::from_str(&value).map_err(|error| {
                Refusal::bad_request(format!("`{name}` in the address is not JSON: {error}."))
            })?,
            _ => continue,
        };
        fields.insert(name.into_owned(), value);
    }
    Asked::read(Value::Object(fields))
}

impl Asked {
    fn read(value: Value) -> Result<Self, Refusal> {
        let asked: Self = serde_json::from_value(value).map_err(|error| {
            Refusal::bad_request(format!(
                "The request is not one of GraphQL over HTTP: {error}. It is an object with `query`, and as needed \
                 `operationName`, `variables` and `extensions`."
            ))
        })?;
        for (name, value) in [("variables", &asked.variables), ("extensions", &asked.extensions)] {
            if value.as_ref().is_some_and(|value| !value.is_object() && !value.is_null()) {
                return Err(Refusal::bad_request(format!("`{name}` is not an object.")));
            }
        }
        Ok(asked)
    }
}

async fn answer(gateway: &Arc<Gateway>, asked: Asked, media_type: MediaType) -> Response {
    let catalogue = gateway.catalogue.state();
    let answer = match &catalogue {
        Some(state) => {
            let variables = asked.variables.as_ref().unwrap_or(&Value::Null);
            let key =
                Key::of(&build(gateway), state, &asked.query, asked.operation_name.as_deref(), variables);
            // On the heap: it is some forty kilobytes, and a hit needs none of it.
            let work = Box::pin(execute(gateway, asked, Some(state)));
            gateway.answers.answer(key, work).await
        }
        // Whether what is kept is still true can't be known now.
        None => execute(gateway, asked, gateway.catalogue.latest().as_ref()).await,
    };
    let status = if answer.refused { media_type.refusal() } else { StatusCode::OK };
    respond(status, media_type, answer.body)
}

fn build(gateway: &Gateway) -> String {
    format!("{BUILD}/{}", gateway.base_currency)
}

async fn execute(
    gateway: &Gateway,
    asked: Asked,
    catalogue: Option<&Arc<crate::catalogue::CatalogueState>>,
) -> Answer {
    let refused = |code: &str, message: &str| Answer {
        body: json!({ "errors": [{ "message": message, "extensions": { "code": code } }] })
            .to_string()
            .into(),
        complete: false,
        refused: true,
    };
    if let Err(limits::TooLarge { code, message }) = limits::check_text(&asked.query) {
        return refused(code, &message);
    }
    let mut request = Request::new(asked.query)
        .variables(asked.variables.map(Variables::from_json).unwrap_or_default())
        .data(RequestData::new(&gateway.pool, catalogue, gateway.base_currency, Utc::now()));
    request.operation_name = asked.operation_name;
    if let Ok(document) = request.parsed_query()
        && let Err(limits::TooLarge { code, message }) = limits::check(document)
    {
        return refused(code, &message);
    }
    let executing = crate::graphql::execute(&gateway.schema, request);
    let Ok(executed) = timeout(LONGEST_QUERY, executing).await else {
        return refused("TIMEOUT", "The query took too long. Ask for less at once.");
    };
    Answer { body: executed.body.into(), complete: executed.complete, refused: executed.refused }
}

fn respond(status: StatusCode, media_type: MediaType, body: Bytes) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type.content_type())),
        (header::VARY, HeaderValue::from_static("Accept")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (status, headers, body).into_response()
}

//! Reading a request by the specification of GraphQL over HTTP, from a POST's body or a GET's address.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, StatusCode, header},
};
use bytes::Bytes;
use futures::StreamExt;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::time::timeout;

use super::refusal::Refusal;

/// How long a body may take to arrive.
const LONGEST_ARRIVAL: Duration = Duration::from_secs(10);
/// The header by which a client asks what its query costs.
pub(super) const COST_HEADER: &str = "x-query-cost";

/// A request, as it was asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Asked {
    pub(super) query: Option<String>,
    /// What names a persisted document, by the appendix of the specification.
    pub(super) document_id: Option<String>,
    pub(super) operation_name: Option<String>,
    /// An object, if it is there.
    pub(super) variables: Option<Value>,
    pub(super) extensions: Option<Extensions>,
    /// Whether a GET asks, which changes nothing.
    #[serde(skip)]
    pub(super) safe: bool,
    /// Whether the answer shall tell what it cost.
    #[serde(skip)]
    pub(super) with_cost: bool,
}

/// What a request says beyond the specification.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Extensions {
    /// Asks what the query costs.
    cost: Option<bool>,
    /// An automatic persisted query.
    pub(super) persisted_query: Option<PersistedQuery>,
}

/// What names an automatic persisted query.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PersistedQuery {
    pub(super) version: u64,
    /// In hexadecimal digits.
    #[serde(default)]
    pub(super) sha256_hash: String,
}

impl Asked {
    /// The body of a POST that may hold a request.
    pub(super) async fn body(headers: &HeaderMap, body: Body, most_bytes: usize) -> Result<Bytes, Refusal> {
        if !is_json(headers) {
            drain(body).await;
            return Err(Refusal::request(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "UNSUPPORTED_MEDIA_TYPE",
                "Send the query as JSON in UTF-8, with the header `Content-Type: application/json`.",
            ));
        }
        if headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
            drain(body).await;
            return Err(Refusal::request(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "UNSUPPORTED_MEDIA_TYPE",
                "Send the body as it is: `Content-Encoding` isn't understood in requests.",
            ));
        }
        let too_large = || {
            Refusal::request(
                StatusCode::PAYLOAD_TOO_LARGE,
                "BODY_TOO_LARGE",
                &format!("The body can't be read whole, or is longer than {most_bytes} bytes."),
            )
        };
        let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        if length.and_then(|length| length.parse().ok()).is_some_and(|length: usize| length > most_bytes) {
            drain(body).await;
            return Err(too_large());
        }
        let mut reading = pin!(to_bytes(body, most_bytes));
        // Nearly always it came with the head: then there is nothing to wait for, nor to be timed.
        let read = match poll_fn(|context| Poll::Ready(reading.as_mut().poll(context))).await {
            Poll::Ready(read) => Ok(read),
            Poll::Pending => timeout(LONGEST_ARRIVAL, reading).await,
        };
        let Ok(bytes) = read else {
            return Err(Refusal::request(
                StatusCode::REQUEST_TIMEOUT,
                "BODY_TOO_SLOW",
                "The body did not arrive in time.",
            ));
        };
        bytes.map_err(|_| too_large())
    }

    /// Reads the body of a POST.
    pub(super) fn read_post(bytes: &[u8], headers: &HeaderMap) -> Result<Self, Refusal> {
        let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        if first == Some(&b'[') {
            return Err(Refusal::batch());
        }
        let asked: Self = serde_json::from_slice(bytes).map_err(|error| {
            if error.is_data() {
                not_a_request(&error)
            } else {
                Refusal::bad_request(&format!("The body is not JSON: {error}."))
            }
        })?;
        asked.checked(headers)
    }

    /// From the payload of a message that isn't HTTP's, whose words say what is wrong.
    pub(super) fn read_payload(payload: Value) -> Result<Self, String> {
        let asked: Self = serde_json::from_value(payload).map_err(|error| error.to_string())?;
        asked.checked(&HeaderMap::new()).map_err(|_| "`variables` is not an object".to_owned())
    }

    pub(super) fn read_get(query: &str, headers: &HeaderMap, most_bytes: usize) -> Result<Self, Refusal> {
        if query.len() > most_bytes {
            return Err(Refusal::request(
                StatusCode::URI_TOO_LONG,
                "BODY_TOO_LARGE",
                &format!("The address is longer than {most_bytes} bytes: use POST."),
            ));
        }
        let mut fields = Map::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let value = match &*name {
                "query" | "operationName" | "documentId" => Value::String(value.into_owned()),
                // An empty one is one that isn't there.
                "variables" | "extensions" if value.is_empty() => continue,
                "variables" | "extensions" => serde_json::from_str(&value).map_err(|error| {
                    Refusal::bad_request(&format!("`{name}` in the address is not JSON: {error}."))
                })?,
                _ => continue,
            };
            if fields.insert(name.clone().into_owned(), value).is_some() {
                return Err(Refusal::bad_request(&format!("`{name}` is in the address more than once.")));
            }
        }
        let mut asked: Self =
            serde_json::from_value(Value::Object(fields)).map_err(|error| not_a_request(&error))?;
        asked.safe = true;
        asked.checked(headers)
    }

    fn checked(mut self, headers: &HeaderMap) -> Result<Self, Refusal> {
        if self.variables.as_ref().is_some_and(|variables| !variables.is_object() && !variables.is_null()) {
            return Err(Refusal::bad_request("`variables` is not an object."));
        }
        // Clients send an empty name for an operation without one.
        self.operation_name = self.operation_name.filter(|name| !name.is_empty());
        let told = self.extensions.as_ref().and_then(|extensions| extensions.cost).unwrap_or(false);
        self.with_cost = told || headers.get(COST_HEADER).is_some_and(|value| value != "0");
        Ok(self)
    }
}

/// Takes in a body that nobody reads: a connection that is closed before could take the refusal with it. A client that
/// goes on for long isn't waited for.
async fn drain(body: Body) {
    const MOST_BYTES: usize = 1024 * 1024;
    const LONGEST: Duration = Duration::from_secs(1);
    let mut body = body.into_data_stream();
    let mut taken = 0;
    let _ = timeout(LONGEST, async {
        while taken < MOST_BYTES
            && let Some(Ok(bytes)) = body.next().await
        {
            taken += bytes.len();
        }
    })
    .await;
}

fn not_a_request(error: &serde_json::Error) -> Refusal {
    Refusal::bad_request(&format!(
        "The request is not one of GraphQL over HTTP: {error}. It is an object with `query` or `documentId`, and as \
         needed `operationName`, `variables` and `extensions`."
    ))
}

/// Whether the body is said to be JSON, in UTF-8.
fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut parts = content_type.unwrap_or_default().split(';').map(str::trim);
    let utf8 = |parameter: &str| {
        parameter.split_once('=').is_none_or(|(name, value)| {
            !name.trim().eq_ignore_ascii_case("charset")
                || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
    };
    parts.next().unwrap_or_default().eq_ignore_ascii_case("application/json") && parts.all(utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_request_is_refused() {
        let headers = HeaderMap::new();
        let cases = [
            (r#"{"query":"{a}"}"#, true),
            (r#"{"query":"{a}","variables":null,"operationName":null,"extensions":null}"#, true),
            (r#"{"query":"{a}","extensions":{"cost":true,"unheard":[1]}}"#, true),
            (r#"{"documentId":"a"}"#, true),
            (r#"{"query":1}"#, false),
            (r#"{"query":"{a}","variables":[1]}"#, false),
            (r#"{"query":"{a}","variables":"{}"}"#, false),
            (r#"{"query":"{a}","operationName":1}"#, false),
            (r#"{"query":"{a}","extensions":1}"#, false),
            (r#"{"query":"{a}","query":"{b}"}"#, false),
            (r#" [{"query":"{a}"}]"#, false),
            (r#""{a}""#, false),
            ("", false),
        ];
        for (body, accepted) in cases {
            assert_eq!(Asked::read_post(body.as_bytes(), &headers).is_ok(), accepted, "{body}");
        }
    }

    #[test]
    fn an_address_is_read_as_a_form_is() {
        let cases = [
            ("query=%7Ba%7D", true),
            ("query=%7Ba%7D&variables=&operationName=&extensions=&utm=1", true),
            ("query=%7Ba%7D&variables=%7B%22a%22%3A1%7D", true),
            ("documentId=sha256%3Aab", true),
            ("query=%7Ba%7D&variables=1", false),
            ("query=%7Ba%7D&variables=%7B", false),
            ("query=%7Ba%7D&query=%7Bb%7D", false),
        ];
        for (query, accepted) in cases {
            assert_eq!(Asked::read_get(query, &HeaderMap::new(), 1000).is_ok(), accepted, "{query}");
        }
        assert!(Asked::read_get(&"a".repeat(1001), &HeaderMap::new(), 1000).is_err());
    }
}

//! What all answers have in common: JSON, refusals in a sentence, numbers in queries.

use std::{collections::HashMap, ops::RangeInclusive};

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};

/// An answer in JSON.
pub(crate) fn json(status: StatusCode, body: Body) -> Response {
    let mut response = (status, body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A refusal, with a sentence that says what to do.
pub(crate) fn refuse(status: StatusCode, sentence: &str) -> Response {
    json(status, Body::from(serde_json::json!({ "error": sentence }).to_string()))
}

/// A whole number of a query, the usual one where it is not given.
pub(crate) fn number(
    parameters: &HashMap<String, String>,
    name: &str,
    usual: u32,
    range: RangeInclusive<u32>,
) -> Result<u32, String> {
    let Some(text) = parameters.get(name) else {
        return Ok(usual);
    };
    text.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| match range.end() {
        &u32::MAX => format!("{name} has to be a whole number from {} up", range.start()),
        end => format!("{name} has to be a whole number from {} to {end}", range.start()),
    })
}

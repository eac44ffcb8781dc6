//! From an answer to a response: media type, validators, how long it may be kept by others.
//!
//! An answer is the same for everyone who asks the same, since nobody logs in: it may be kept by shared
//! caches, for as long as a gateway itself goes without looking at the catalogue. A refusal, or an answer with
//! errors, is kept by nobody.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use chrono::SecondsFormat;

use super::{compression, negotiation::MediaType};
use crate::answers::Answer;

/// A gateway looks at the catalogue several times a second; whole seconds are the least that can be said.
const FRESH: HeaderValue = HeaderValue::from_static("public, max-age=1, must-revalidate");
const NOT_KEPT: HeaderValue = HeaderValue::from_static("no-store");
/// On an older answer, which is given because Postgres is away: when it was worked out.
const STALE_SINCE: HeaderName = HeaderName::from_static("x-stale-since");
const GZIP: HeaderValue = HeaderValue::from_static("gzip");
/// What decides which answer is given, besides the address.
const VARY: HeaderValue = HeaderValue::from_static("Accept, Accept-Encoding, X-Query-Cost");

/// The response to a request that was not executed. `body` is JSON.
pub(super) fn refused(status: StatusCode, media_type: MediaType, body: Bytes) -> Response {
    (status, headers(media_type, NOT_KEPT), body).into_response()
}

/// The response to a request that was executed.
pub(super) async fn answered(
    answer: Answer,
    media_type: MediaType,
    method: &Method,
    request: &HeaderMap,
) -> Response {
    let gzipped = compression::gzipped(&answer, request).await;
    let mut response = plain(answer, media_type, method, request);
    if let Some(gzipped) = gzipped.filter(|_| response.status() == StatusCode::OK) {
        response.headers_mut().insert(header::CONTENT_ENCODING, GZIP);
        *response.body_mut() = gzipped.into();
    }
    response
}

/// The same, not compressed. Only what was asked by GET can be kept by others, so only that has a validator.
fn plain(answer: Answer, media_type: MediaType, method: &Method, request: &HeaderMap) -> Response {
    if let Some(as_of) = answer.as_of {
        let mut response = (StatusCode::OK, headers(media_type, NOT_KEPT), answer.body).into_response();
        if let Ok(as_of) = HeaderValue::from_str(&as_of.to_rfc3339_opts(SecondsFormat::Millis, true)) {
            response.headers_mut().insert(STALE_SINCE, as_of);
        }
        return response;
    }
    if !answer.complete {
        return (StatusCode::OK, headers(media_type, NOT_KEPT), answer.body).into_response();
    }
    if method == Method::POST {
        return (StatusCode::OK, headers(media_type, FRESH), answer.body).into_response();
    }
    let tag = entity_tag(&answer.tag(), media_type);
    let (status, body) = if is_known(request, &tag) {
        (StatusCode::NOT_MODIFIED, Bytes::new())
    } else {
        (StatusCode::OK, answer.body)
    };
    let mut response = (status, headers(media_type, FRESH), body).into_response();
    // Sixteen bytes in hexadecimal digits are always a header's value.
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    if status == StatusCode::NOT_MODIFIED {
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    response
}

fn headers(media_type: MediaType, cache: HeaderValue) -> [(HeaderName, HeaderValue); 4] {
    [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type.content_type())),
        (header::CACHE_CONTROL, cache),
        (header::VARY, VARY),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ]
}

/// Weak, since the same answer goes out compressed in one way or another. The two media types of one answer
/// are two representations.
fn entity_tag(tag: &[u8; 16], media_type: MediaType) -> String {
    let kind = match media_type {
        MediaType::GraphQlResponse => 'g',
        MediaType::Json => 'j',
    };
    format!("W/\"{:032x}{kind}\"", u128::from_be_bytes(*tag))
}

/// Whether the client has the answer already. Tags are compared weakly.
fn is_known(request: &HeaderMap, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let tag = opaque(tag);
    request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim() == "*" || opaque(known) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_the_client_has_is_recognised() {
        let tag = entity_tag(&[7; 16], MediaType::Json);
        let cases = [
            (vec![tag.clone()], true),
            (vec![tag.trim_start_matches("W/").to_owned()], true),
            (vec![format!("\"other\", {tag}")], true),
            (vec!["\"other\"".to_owned(), tag.clone()], true),
            (vec!["*".to_owned()], true),
            (vec![entity_tag(&[7; 16], MediaType::GraphQlResponse)], false),
            (vec![entity_tag(&[8; 16], MediaType::Json)], false),
            (vec![String::new()], false),
            (vec![], false),
        ];
        for (values, known) in cases {
            let mut headers = HeaderMap::new();
            for value in &values {
                headers.append(header::IF_NONE_MATCH, value.parse().unwrap());
            }
            assert_eq!(is_known(&headers, &tag), known, "{values:?}");
        }
    }
}

//! Which of GraphQL's two media types a client gets, by the specification of GraphQL over HTTP, and in which coding.

use axum::http::{HeaderMap, StatusCode, header};

/// A media type of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the status says whether the request was executed.
    GraphQlResponse,
    /// `application/json`: the status says no more than whether the request was well formed.
    Json,
}

impl MediaType {
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::GraphQlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    /// The status of an answer that holds no `data` because the query itself can't be executed.
    pub(super) fn refusal(self) -> StatusCode {
        match self {
            Self::GraphQlResponse => StatusCode::BAD_REQUEST,
            Self::Json => StatusCode::OK,
        }
    }
}

/// The media type that the client likes best; `None`: it takes neither. One that doesn't name
/// `application/graphql-response+json` may not know it, and gets `application/json`.
pub(super) fn accepted(headers: &HeaderMap) -> Option<MediaType> {
    let accepts = || headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let (first, is_only) = (accepts().next(), accepts().nth(1).is_none());
    // What most clients say needs no weighing.
    if matches!((first, is_only), (None, _) | (Some("application/json" | "*/*"), true)) {
        return Some(MediaType::Json);
    }
    let ranges: Vec<(&str, f32)> = accepts().flat_map(|value| value.split(',')).filter_map(range).collect();
    let quality = |name: &str, kind: &str| {
        // The most specific range that fits says how much it is liked.
        let of = |wanted: &str| {
            ranges.iter().find(|(range, _)| range.eq_ignore_ascii_case(wanted)).map(|(_, q)| *q)
        };
        of(name).or_else(|| of(kind)).or_else(|| of("*/*")).unwrap_or(0.0)
    };
    let named =
        ranges.iter().any(|(range, _)| range.eq_ignore_ascii_case("application/graphql-response+json"));
    let response = quality("application/graphql-response+json", "application/*");
    let json = quality("application/json", "application/*");
    match (response, json) {
        (response, json) if response <= 0.0 && json <= 0.0 => None,
        (response, json) if response > json || (named && response >= json) => {
            Some(MediaType::GraphQlResponse)
        }
        _ => Some(MediaType::Json),
    }
}

/// A media range and how much it is liked. One that asks for another charset than UTF-8 is passed over.
fn range(text: &str) -> Option<(&str, f32)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next()?;
    let mut quality = 1.0;
    for parameter in parts {
        let (name, value) = parameter.split_once('=')?;
        match name.trim().to_ascii_lowercase().as_str() {
            "q" => quality = value.trim().parse().ok()?,
            "charset" if !value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8") => return None,
            _ => {}
        }
    }
    Some((name, quality))
}

/// Whether a client takes a coding: it names it, and not with a weight of zero.
pub(super) fn accepts(request: &HeaderMap, coding: &str) -> bool {
    request
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|item| {
            let (name, weight) = item.split_once(';').unwrap_or((item, "q=1"));
            let weight = weight.trim().trim_start_matches("q=").parse().unwrap_or(0.0_f32);
            name.trim().eq_ignore_ascii_case(coding) && weight > 0.0
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_media_type_is_the_one_that_the_client_likes_best() {
        use MediaType::{GraphQlResponse, Json};
        let cases = [
            (None, Some(Json)),
            (Some("*/*"), Some(Json)),
            (Some("application/*"), Some(Json)),
            (Some("application/graphql-response+json, */*"), Some(GraphQlResponse)),
            (Some("application/json;q=0, */*"), Some(GraphQlResponse)),
            (Some("application/json"), Some(Json)),
            (Some("application/json; charset=utf-8"), Some(Json)),
            (Some("application/graphql-response+json"), Some(GraphQlResponse)),
            (Some("application/graphql-response+json, application/json;q=0.9"), Some(GraphQlResponse)),
            (Some("application/json, application/graphql-response+json;q=0.9"), Some(Json)),
            (Some("application/json, */*;q=0.1"), Some(Json)),
            (Some("Application/JSON"), Some(Json)),
            (Some("text/html"), None),
            (Some("application/json;q=0"), None),
            (Some("application/json; charset=latin1"), None),
        ];
        for (accept, expected) in cases {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(header::ACCEPT, accept.parse().unwrap());
            }
            assert_eq!(accepted(&headers), expected, "{accept:?}");
        }
    }

    #[test]
    fn a_coding_is_taken_where_the_client_names_it() {
        let cases = [
            ("gzip, deflate, br, zstd", true),
            ("br;q=0.5", true),
            ("gzip, BR ; q=1.0", true),
            ("br;q=0", false),
            ("br;q=0.000, gzip", false),
            ("gzip", false),
            ("brotli", false),
            ("", false),
        ];
        for (value, expected) in cases {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, value.parse().unwrap())]);
            assert_eq!(accepts(&headers, "br"), expected, "{value}");
        }
        assert!(!accepts(&HeaderMap::new(), "br"));
    }
}

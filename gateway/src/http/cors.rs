//! Whose pages may read answers in a browser. Nobody else's can: without a header that allows it, the browser
//! keeps the answer to itself.

use std::{str::FromStr, time::Duration};

use axum::http::{HeaderValue, Method, header};
use tower_http::cors::{AllowHeaders, AllowOrigin, Any, CorsLayer};
use url::Url;

/// How long a browser may go by what it was told.
const MAX_AGE: Duration = Duration::from_hours(1);

/// Where a page comes from: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    /// Every page.
    Any,
    /// Pages of one origin, as browsers write it.
    One(HeaderValue),
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text == "*" {
            return Ok(Self::Any);
        }
        let wrong =
            || format!("{text:?} is not an origin: give scheme, host and port, like https://shop.example");
        let url = Url::parse(text).map_err(|_| wrong())?;
        // An origin is written without a default port, a path or a slash at its end, and in lower case.
        let origin = url.origin().ascii_serialization();
        if !matches!(url.scheme(), "http" | "https") || text.trim_end_matches('/') != origin {
            return Err(wrong());
        }
        HeaderValue::from_str(&origin).map(Self::One).map_err(|_| wrong())
    }
}

/// The origins of a list, separated by commas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(Vec<Origin>);

impl FromStr for Origins {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let origins = text.split(',').filter(|origin| !origin.trim().is_empty());
        origins.map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

/// What answers pages of these origins; `None`: there are none.
pub(super) fn layer(Origins(origins): &Origins) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let listed = origins.iter().filter_map(|origin| match origin {
        Origin::Any => None,
        Origin::One(origin) => Some(origin.clone()),
    });
    let allowed =
        if origins.contains(&Origin::Any) { AllowOrigin::from(Any) } else { AllowOrigin::list(listed) };
    Some(
        CorsLayer::new()
            .allow_origin(allowed)
            .allow_methods([Method::GET, Method::HEAD, Method::POST])
            // Clients add headers of their own; none of them means anything here.
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers([header::ETAG, header::RETRY_AFTER])
            .max_age(MAX_AGE),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        let cases = [
            ("*", true),
            ("https://shop.example", true),
            (" http://localhost:5173 ", true),
            ("https://shop.example/", true),
            ("https://shop.example/path", false),
            ("https://shop.example:443", false),
            ("https://Shop.example", false),
            ("shop.example", false),
            ("null", false),
            ("ftp://shop.example", false),
            ("", true),
            ("https://shop.example, http://localhost:5173,", true),
            ("https://shop.example,localhost", false),
        ];
        for (text, right) in cases {
            assert_eq!(text.parse::<Origins>().is_ok(), right, "{text:?}");
        }
    }
}

//! Pages that npm built and that are built into the binary: how their files are served, whichever page they are of.
//!
//! What the build compressed goes out as it is; the rest is compressed by the layer around the routes, where a client
//! wants it.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use rust_embed::EmbeddedFile;

use super::negotiation::accepts;

/// What npm made of one page.
#[derive(Clone, Copy, Debug)]
pub(super) struct BuiltIn {
    /// Looks a file up, `Embed::get`.
    pub(super) get: fn(&str) -> Option<EmbeddedFile>,
    /// What the page may load, as a `Content-Security-Policy`.
    pub(super) policy: &'static str,
    /// The page that says that there is none, where the gateway was compiled without it.
    pub(super) missing_page: &'static str,
}

/// Compressed forms of a file, the smallest first: as HTTP calls them, and what the file's name ends in then.
const CODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

impl BuiltIn {
    /// The page itself.
    pub(super) fn page(&self, request: &HeaderMap) -> Response {
        self.served("index.html", request, "no-cache")
            .unwrap_or_else(|| (StatusCode::NOT_FOUND, Html(self.missing_page)).into_response())
    }

    /// Any other file of it. Their names hold a hash of their content, so a browser may keep them for good.
    pub(super) fn file(&self, path: &str, request: &HeaderMap) -> Response {
        self.served(path, request, "public, max-age=31536000, immutable")
            .unwrap_or_else(|| (StatusCode::NOT_FOUND, "There is no such file.").into_response())
    }

    fn served(&self, path: &str, request: &HeaderMap, cache: &'static str) -> Option<Response> {
        let compressed = CODINGS.iter().find_map(|(coding, ending)| {
            let file = accepts(request, coding).then(|| (self.get)(&format!("{path}{ending}")))??;
            Some((*coding, file))
        });
        let (coding, file) = match compressed {
            Some((coding, file)) => (Some(coding), file),
            None => (None, (self.get)(path)?),
        };
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(content_type(path))),
            (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
            (header::VARY, HeaderValue::from_static("Accept-Encoding")),
            (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(self.policy)),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        ];
        let mut response = (headers, file.data).into_response();
        if let Some(coding) = coding {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        Some(response)
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json; charset=utf-8",
        "svg" => "image/svg+xml",
        "ttf" => "font/ttf",
        _ => "application/octet-stream",
    }
}

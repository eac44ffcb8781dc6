//! `/graphiql`: the playground, from files that are built into the binary. It loads nothing from elsewhere.

use std::sync::Arc;

use axum::{
    Router,
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use rust_embed::{Embed, EmbeddedFile};
use tower_http::compression::CompressionLayer;

use super::Gateway;

/// The page as `npm run build` in `gateway/graphiql` made it.
#[derive(Embed)]
#[folder = "graphiql/dist"]
struct Files;

const NOT_BUILT_IN: &str = "<!doctype html><title>GraphiQL</title><p>The playground is not built into this gateway: \
    it was compiled without <code>gateway/graphiql/dist</code>. Run <code>cargo xtask graphiql</code>, and build the \
    gateway again. The API itself is at <a href=\"/schema.graphql\">/graphql</a>.";

/// Nothing from other hosts; the editor makes styles of its own.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; \
    style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

pub(super) fn routes() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/graphiql", get(|| async { page() }))
        .route("/graphiql/", get(|| async { Redirect::permanent("../graphiql") }))
        .route("/graphiql/{*file}", get(|Path(path): Path<String>| async move { file(&path) }))
        .layer(CompressionLayer::new())
}

fn page() -> Response {
    match Files::get("index.html") {
        Some(page) => served("index.html", page, "no-cache"),
        None => (StatusCode::NOT_FOUND, Html(NOT_BUILT_IN)).into_response(),
    }
}

fn file(path: &str) -> Response {
    match Files::get(path) {
        // Names of files other than the page hold a hash of their content.
        Some(file) => served(path, file, "public, max-age=31536000, immutable"),
        None => (StatusCode::NOT_FOUND, "There is no such file.").into_response(),
    }
}

fn served(path: &str, file: EmbeddedFile, cache: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type(path))),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (headers, file.data).into_response()
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

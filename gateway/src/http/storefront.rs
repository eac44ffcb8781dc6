//! `/`, `/cards/{id}` and `/compare`: the storefront, from files that are built into the binary. It loads nothing from
//! elsewhere, and knows no more than the public API.
//!
//! One page answers at all of these addresses, and at no others: what is not a page of the storefront goes on being
//! nothing.

use std::{borrow::Cow, sync::Arc};

use axum::{Router, extract::Path, http::HeaderMap, routing::get};
use rust_embed::Embed;
use tower_http::compression::CompressionLayer;

use super::{Gateway, built_in::BuiltIn};

/// The page as `npm run build` in `gateway/storefront` made it.
#[derive(Embed)]
#[folder = "storefront/dist"]
struct Files;

/// The pages' addresses.
const PAGES: [&str; 3] = ["/", "/cards/{id}", "/compare"];

const STOREFRONT: BuiltIn = BuiltIn {
    get: Files::get,
    // Nothing from other hosts, and nothing that stands in the page itself but its icon.
    policy: "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
        form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    missing_page: "<!doctype html><title>Video cards</title><p>The storefront is not built into this gateway: it was \
        compiled without <code>gateway/storefront/dist</code>. Run <code>cargo xtask storefront</code>, and build the \
        gateway again. The API itself is at <a href=\"/schema.graphql\">/graphql</a>.",
};

/// The manifest of the documents that the page sends, by the names under which it sends them; `None`: the page is not
/// built in.
pub(crate) fn documents() -> Option<Cow<'static, [u8]>> {
    Files::get("documents.json").map(|file| file.data)
}

pub(super) fn routes() -> Router<Arc<Gateway>> {
    PAGES
        .into_iter()
        .fold(Router::new(), |routes, page| {
            routes.route(page, get(async |request: HeaderMap| STOREFRONT.page(&request)))
        })
        .route("/storefront/assets/{file}", get(file))
        .layer(CompressionLayer::new())
}

async fn file(Path(name): Path<String>, request: HeaderMap) -> axum::response::Response {
    STOREFRONT.file(&format!("assets/{name}"), &request)
}

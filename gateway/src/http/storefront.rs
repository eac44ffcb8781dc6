//! `/`, `/cards/{id}` and `/compare`: the storefront, from files that are built into the binary. It loads nothing from
//! elsewhere, and knows no more than the public API.
//!
//! One page answers at all of these addresses, and at no others: what is not a page of the storefront goes on being
//! nothing. At the address of a card that isn't there the same page says so to people, and the status to everyone else.

use std::{borrow::Cow, sync::Arc};

use axum::{
    Router,
    extract::{Path, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::get,
};
use rust_embed::Embed;
use tower_http::compression::CompressionLayer;

use super::{Gateway, built_in::BuiltIn};
use crate::graphql::served::ServedCards;

/// The page as `npm run build` in `gateway/storefront` made it.
#[derive(Embed)]
#[folder = "storefront/dist"]
struct Files;

/// The addresses of pages that are there whatever there is to be seen on them.
const PAGES: [&str; 2] = ["/", "/compare"];

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

pub(super) fn routes(cards: ServedCards) -> Router<Arc<Gateway>> {
    let cards = Arc::new(cards);
    PAGES
        .into_iter()
        .fold(Router::new(), |routes, page| {
            routes.route(page, get(async |request: HeaderMap| STOREFRONT.page(&request)))
        })
        .route(
            "/cards/{id}",
            get(move |id: Result<Path<String>, PathRejection>, request: HeaderMap| {
                let cards = Arc::clone(&cards);
                async move { card(&cards, id.ok(), &request).await }
            }),
        )
        .route("/storefront/assets/{file}", get(file))
        .layer(CompressionLayer::new())
}

/// `None`: what stands there is no text.
async fn card(cards: &ServedCards, id: Option<Path<String>>, request: &HeaderMap) -> Response {
    let known = match id {
        Some(Path(id)) => cards.has(&id).await,
        None => Some(false),
    };
    let mut page = STOREFRONT.page(request);
    if known == Some(false) {
        *page.status_mut() = StatusCode::NOT_FOUND;
    }
    page
}

async fn file(Path(name): Path<String>, request: HeaderMap) -> Response {
    STOREFRONT.file(&format!("assets/{name}"), &request)
}

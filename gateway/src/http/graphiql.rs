//! `/graphiql`: the playground, from files that are built into the binary. It loads nothing from elsewhere.

use std::sync::Arc;

use axum::{Router, extract::Path, http::HeaderMap, response::Redirect, routing::get};
use rust_embed::Embed;
use tower_http::compression::CompressionLayer;

use super::{Gateway, built_in::BuiltIn};

/// The page as `npm run build` in `gateway/graphiql` made it.
#[derive(Embed)]
#[folder = "graphiql/dist"]
struct Files;

const PLAYGROUND: BuiltIn = BuiltIn {
    get: Files::get,
    // Nothing from other hosts; the editor makes styles of its own.
    policy: "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; \
        font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
        frame-ancestors 'none'",
    missing_page: "<!doctype html><title>GraphiQL</title><p>The playground is not built into this gateway: it was \
        compiled without <code>gateway/graphiql/dist</code>. Run <code>cargo xtask graphiql</code>, and build the \
        gateway again. The API itself is at <a href=\"/schema.graphql\">/graphql</a>.",
};

pub(super) fn routes() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/graphiql", get(async |request: HeaderMap| PLAYGROUND.page(&request)))
        .route("/graphiql/", get(async || Redirect::permanent("../graphiql")))
        .route(
            "/graphiql/{*file}",
            get(async |Path(path): Path<String>, request: HeaderMap| PLAYGROUND.file(&path, &request)),
        )
        .layer(CompressionLayer::new())
}

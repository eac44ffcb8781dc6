//! `cargo xtask graphiql`: the playground's page. What comes of it is built into the gateway.

use crate::npm::NpmPackage;

/// The page.
pub(crate) const PAGE: NpmPackage = NpmPackage {
    name: "the playground's pages",
    folder: "gateway/graphiql",
    sources: &["index.html", "operations", "src", "vite.config.js"],
    made: "dist/index.html",
};

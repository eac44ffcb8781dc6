//! `cargo xtask storefront`: the storefront's pages. What comes of them is built into the gateway.

use anyhow::Result;
use stores::install::{self, Purpose};

use crate::npm::NpmPackage;

/// The pages.
pub(crate) const PAGES: NpmPackage = NpmPackage {
    name: "the storefront's pages",
    folder: "gateway/storefront",
    sources: &[
        "../../schema.graphql",
        "codegen.ts",
        "index.html",
        "operations",
        "src",
        "tsconfig.json",
        "vite.config.ts",
    ],
    made: "dist/documents.json",
};

/// Gets everything ready that the gateway's tests of the storefront run.
pub(crate) fn prepare() -> Result<()> {
    install::ensure_for(&[Purpose::Browser])?;
    PAGES.build_if_stale()
}

//! `cargo xtask clients`: the clients that frontends use, with which the gateway is tested, and what can be
//! said of the schema and of operations without a gateway.

use anyhow::Result;
use stores::install;

use crate::npm::NpmPackage;

/// The clients, and the operations with their generated types.
pub(crate) const CLIENTS: NpmPackage = NpmPackage {
    name: "the frontends' clients",
    folder: "gateway/clients",
    sources: &["../../schema.graphql", "codegen.ts", "operations", "test", "tsconfig.json"],
    made: "build/test/gateway.js",
};

/// Gets everything ready that the gateway's tests of the clients run.
pub(crate) fn prepare() -> Result<()> {
    install::ensure_browser()?;
    CLIENTS.build_if_stale()
}

/// Checks the schema and the operations by the rules in `eslint.config.js`, and says whether they keep them.
pub(crate) fn lint() -> Result<bool> {
    CLIENTS.run("lint", &[])
}

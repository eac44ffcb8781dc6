//! `cargo xtask clients` and `cargo xtask operations`: the clients that frontends use, with which the gateway is
//! tested, and what can be said of the schema and of operations without a gateway.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use stores::install::{self, Purpose};

use crate::{npm::NpmPackage, test::code};

/// The clients, and the operations with their generated types.
const CLIENTS: NpmPackage = NpmPackage {
    name: "the frontends' clients",
    folder: "gateway/clients",
    sources: &["../../schema.graphql", "codegen.ts", "compatibility", "operations", "test", "tsconfig.json"],
    made: "build/test/gateway.js",
};

/// Check that operations which worked still do.
///
/// The operations of the clients, of the storefront and of the playground, as they stand at another commit, are held against
/// schema.graphql as it is now. Prints what has changed that may break others, and fails where one of these
/// operations is refused, or answered with another type.
#[derive(Debug, Default, Args)]
pub(crate) struct Operations {
    /// The commit whose operations and schema are taken; without it the parent of the current one, if there is one.
    #[arg(long, value_name = "REVISION")]
    against: Option<String>,
}

impl Operations {
    pub(crate) fn run(&self) -> Result<ExitCode> {
        let against = self.against.iter().flat_map(|revision| ["--against", revision]);
        CLIENTS.run("compatibility", &against.collect::<Vec<_>>()).map(code)
    }
}

/// Gets everything ready that the gateway's tests of the clients run.
pub(crate) fn prepare() -> Result<()> {
    install::ensure_for(&[Purpose::Browser])?;
    CLIENTS.build_if_stale()
}

/// Checks the schema and the operations by the rules in `eslint.config.js`, and says whether they keep them.
pub(crate) fn lint() -> Result<bool> {
    CLIENTS.run("lint", &[])
}

//! `cargo xtask test`: the stores that the tests need, then the tests.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use stores::{Stores, TestAddresses};

use crate::{
    clients, graphiql,
    project::{cargo, cargo_has, compiling, status_of},
    storefront,
};

/// Run all tests on private Postgres, Redis and RabbitMQ.
///
/// Installs and starts what is missing, builds the services, and runs the tests by `cargo nextest` where it is
/// installed, by `cargo test` elsewhere. Test stores that `cargo xtask stores` keeps running are used when the
/// variables that it prints are set.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Only this package's tests; can be given several times.
    #[arg(short, long = "package", value_name = "PACKAGE")]
    packages: Vec<String>,
    /// Only tests whose names contain one of these.
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
}

impl Test {
    /// All tests of all packages.
    pub(crate) fn everything() -> Self {
        Self { packages: Vec::new(), filters: Vec::new() }
    }

    pub(crate) fn run(&self) -> Result<ExitCode> {
        if !build()? {
            return Ok(ExitCode::FAILURE);
        }
        if self.covers("gateway") {
            clients::prepare()?;
            storefront::prepare()?;
        }
        // Held until the tests have ended.
        let _stores;
        let addresses = if let Some(addresses) = TestAddresses::from_environment() {
            addresses
        } else {
            let stores = Stores::for_tests()?;
            let addresses = stores.test_addresses();
            _stores = stores;
            addresses
        };
        let mut command = cargo(self.arguments(cargo_has("nextest")));
        command.envs(addresses.variables());
        Ok(code(status_of(&mut command)?.success()))
    }

    fn covers(&self, package: &str) -> bool {
        self.packages.is_empty() || self.packages.iter().any(|covered| covered == package)
    }

    /// What cargo is called with. Neither runner stops at the first failure.
    fn arguments(&self, nextest: bool) -> Vec<&str> {
        let mut arguments = if nextest {
            vec!["nextest", "run", "--no-fail-fast"]
        } else {
            vec!["test", "--no-fail-fast", "--tests"]
        };
        if self.packages.is_empty() {
            arguments.push("--workspace");
        }
        for package in &self.packages {
            arguments.extend(["--package", package]);
        }
        if !self.filters.is_empty() {
            if !nextest {
                arguments.push("--");
            }
            arguments.extend(self.filters.iter().map(String::as_str));
        }
        arguments
    }
}

/// Builds the services and the tests in one go, so that both come from one choice of features and nothing is
/// compiled twice. A test that starts a service finds it built, whatever package the test is in.
pub(crate) fn build() -> Result<bool> {
    graphiql::PAGE.build_if_stale()?;
    storefront::PAGES.build_if_stale()?;
    Ok(status_of(&mut compiling(["build", "--workspace", "--bins", "--tests"])?)?.success())
}

pub(crate) fn code(success: bool) -> ExitCode {
    if success { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_runners_get_the_same_choice() {
        let all = Test::everything();
        let some = Test { packages: vec!["gateway".to_owned()], filters: vec!["price".to_owned()] };
        let cases = [
            (&all, true, "nextest run --no-fail-fast --workspace"),
            (&all, false, "test --no-fail-fast --tests --workspace"),
            (&some, true, "nextest run --no-fail-fast --package gateway price"),
            (&some, false, "test --no-fail-fast --tests --package gateway -- price"),
        ];
        for (test, nextest, expected) in cases {
            assert_eq!(test.arguments(nextest).join(" "), expected);
        }
    }
}

//! What starts, tests and checks the whole project: `cargo xtask <command>`.
//!
//! One module a command. What a command decides is in pure functions beside it; it never knows what a shop or
//! a video card is, and of the services no more than their addresses, variables and health.

mod alerts;
mod bench;
mod ci;
mod clients;
mod doctor;
mod faults;
mod graphiql;
mod logs;
mod manifests;
mod npm;
mod project;
mod schema;
mod services;
mod signals;
mod storefront;
mod test;
mod test_stores;
mod up;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Starts, tests and checks the project.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Up(up::Up),
    Doctor(doctor::Doctor),
    Test(test::Test),
    /// Start the test stores and keep them until Ctrl-C.
    ///
    /// Prints `export` lines; in a shell that has run them, tests find the stores, e.g. `cargo nextest run --workspace -E
    /// 'package(gateway)'`, and so does `cargo xtask test`.
    Stores,
    Schema(schema::Schema),
    /// Build the playground's page, which the gateway has built in, by npm.
    ///
    /// `up` and `test` do it when the page's sources are newer than what was built of them.
    Graphiql,
    /// Build the storefront's pages, which the gateway has built in, by npm.
    ///
    /// `up` and `test` do it when the pages' sources are newer than what was built of them.
    Storefront,
    /// Build the clients that frontends use, with which the gateway is tested, by npm.
    ///
    /// `test` does it when their sources are newer than what was built of them.
    Clients,
    Bench(bench::Bench),
    Faults(faults::Faults),
    Operations(clients::Operations),
    /// Check the alerts for Prometheus, and whether they come when they should.
    Alerts,
    /// Check the manifests for Kubernetes by its own schemas.
    Manifests,
    /// Check everything that a change has to pass: formatting, dependencies, lints, alerts, manifests, the schema,
    /// operations, the tests, and the faults that matter most.
    Ci,
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Up(up) => up.run(),
        Command::Doctor(doctor) => doctor.run(),
        Command::Test(test) => test.run(),
        Command::Stores => test_stores::run(),
        Command::Schema(schema) => schema.run(),
        Command::Graphiql => graphiql::PAGE.build().map(|()| ExitCode::SUCCESS),
        Command::Storefront => storefront::PAGES.build().map(|()| ExitCode::SUCCESS),
        Command::Operations(operations) => operations.run(),
        Command::Clients => clients::prepare().map(|()| ExitCode::SUCCESS),
        Command::Bench(bench) => bench.run(),
        Command::Faults(faults) => faults.run(),
        Command::Alerts => alerts::run(),
        Command::Manifests => manifests::run(),
        Command::Ci => ci::run(),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

//! `cargo xtask ci`: everything that a change has to pass.

use std::{
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::{
    alerts,
    clients::{self, Operations},
    faults, manifests,
    project::{cargo, cargo_has, compiling, status_of},
    schema,
    test::{Test, build, code},
};

/// One thing that is checked. The cheap ones come first; the schema needs the build that the tests need too.
struct Step {
    name: &'static str,
    run: fn() -> Result<Outcome>,
}

enum Outcome {
    Passed,
    Failed,
    Skipped(&'static str),
}

const STEPS: [Step; 11] = [
    Step { name: "formatting", run: || cargo_step(cargo(["fmt", "--all", "--check"])) },
    Step { name: "dependencies", run: dependencies },
    Step {
        name: "lints",
        run: || {
            let lints = ["clippy", "--locked", "--workspace", "--all-targets", "--", "--deny", "warnings"];
            cargo_step(compiling(lints)?)
        },
    },
    Step { name: "alerts", run: || alerts::check().map(passed) },
    Step { name: "manifests", run: || manifests::check().map(passed) },
    Step { name: "GraphQL lints", run: || clients::lint().map(passed) },
    Step { name: "build", run: || build().map(passed) },
    Step { name: "schema", run: || schema::check_built().map(|code| passed(code == ExitCode::SUCCESS)) },
    Step {
        name: "operations",
        run: || Operations::default().run().map(|code| passed(code == ExitCode::SUCCESS)),
    },
    Step { name: "tests", run: || Test::everything().run().map(|code| passed(code == ExitCode::SUCCESS)) },
    Step { name: "faults", run: || faults::run_short().map(|code| passed(code == ExitCode::SUCCESS)) },
];

pub(crate) fn run() -> Result<ExitCode> {
    for Step { name, run } in STEPS {
        let began = Instant::now();
        eprintln!("── {name}");
        match run()? {
            Outcome::Passed => eprintln!("── {name}: passed in {}", seconds(began.elapsed())),
            Outcome::Skipped(why) => eprintln!("── {name}: skipped, {why}"),
            Outcome::Failed => {
                eprintln!("── {name}: FAILED after {}", seconds(began.elapsed()));
                return Ok(code(false));
            }
        }
    }
    Ok(code(true))
}

fn passed(success: bool) -> Outcome {
    if success { Outcome::Passed } else { Outcome::Failed }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn cargo_step(mut command: Command) -> Result<Outcome> {
    Ok(passed(status_of(&mut command)?.success()))
}

/// Licences, bans and sources; advisories change from day to day and must not fail a change that has nothing to
/// do with them: `cargo deny check advisories` looks at those.
fn dependencies() -> Result<Outcome> {
    if !cargo_has("deny") {
        return Ok(Outcome::Skipped("cargo-deny is not installed (`cargo install cargo-deny --locked`)"));
    }
    cargo_step(cargo(["deny", "--locked", "check", "bans", "licenses", "sources"]))
}

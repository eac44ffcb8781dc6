//! `cargo xtask faults`: builds the services and what makes the faults, and runs it.

use std::process::{Command, ExitCode};

use anyhow::Result;
use clap::Args;

use crate::{
    project::{compiling, programs, status_of},
    test::code,
};

/// The package that makes the faults.
const PACKAGE: &str = "faults";

/// Make every fault happen that the project promises to stand, and print what was measured.
///
/// Everything after `faults` but `--release` is its own: `--list` says which faults there are, `--only` chooses,
/// `--short` is what CI runs, `--help` tells the rest.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Faults {
    /// Build and run the services as they are in earnest; figures are worth little without it.
    #[arg(long)]
    release: bool,
    /// Passed on.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    arguments: Vec<String>,
}

impl Faults {
    pub(crate) fn run(&self) -> Result<ExitCode> {
        // As the tests are built: another choice of packages would compile everything anew.
        let mut build = compiling(["build", "--workspace", "--bins"])?;
        build.args(self.release.then_some("--release"));
        if !status_of(&mut build)?.success() {
            return Ok(code(false));
        }
        run(self.release, &self.arguments)
    }
}

/// The rows that matter most, in brief, with the programs that the tests have built.
pub(crate) fn run_short() -> Result<ExitCode> {
    run(false, &["--short".to_owned()])
}

fn run(release: bool, arguments: &[String]) -> Result<ExitCode> {
    let mut command = Command::new(programs(release)?.join(PACKAGE));
    Ok(code(status_of(command.args(arguments))?.success()))
}

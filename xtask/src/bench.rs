//! `cargo xtask bench`: builds the gateway and what measures it, as in earnest, and runs it.

use std::process::{Command, ExitCode};

use anyhow::Result;
use clap::Args;

use crate::{
    project::{compiling, programs, status_of},
    test::code,
};

/// The package that measures.
const PACKAGE: &str = "bench";

/// Measure how fast the gateway answers, with 10,000 cards or a million, beside what the machine could reach at all.
///
/// Everything after `bench` is its own: `--help` tells.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Bench {
    /// Passed on.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    arguments: Vec<String>,
}

impl Bench {
    pub(crate) fn run(&self) -> Result<ExitCode> {
        // As the faults are built: another choice of packages would compile everything anew.
        if !status_of(&mut compiling(["build", "--workspace", "--bins", "--release"])?)?.success() {
            return Ok(code(false));
        }
        let mut command = Command::new(programs(true)?.join(PACKAGE));
        Ok(code(status_of(command.args(&self.arguments))?.success()))
    }
}

//! Where the project is, and how its cargo is called.

use std::{
    env,
    ffi::OsStr,
    path::PathBuf,
    process::{Command, ExitStatus},
};

use anyhow::{Context, Result};
use stores::install::{self, Purpose};

/// The folder of the checkout: cargo says at run time where this package is, so that a moved checkout is found.
pub(crate) fn root() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let package = PathBuf::from(package);
    package.parent().map_or_else(|| package.clone(), PathBuf::from)
}

/// The folder in which a profile's programs are: beside ourselves, for we are built by the `dev` profile.
pub(crate) fn programs(release: bool) -> Result<PathBuf> {
    let ourselves = env::current_exe().context("looking for the folder of built programs")?;
    let debug = ourselves.parent().context("looking for the folder of built programs")?;
    if !release {
        return Ok(debug.to_owned());
    }
    Ok(debug.parent().context("looking for the folder of built programs")?.join("release"))
}

/// A cargo command in the project's folder.
pub(crate) fn cargo<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    // Meant for ourselves. A build script that watches one of them (that of `ring` does) would be run anew, and all that
    // builds on it compiled again, whenever somebody calls cargo with and without us in turn.
    for (name, _) in env::vars_os().filter(|(name, _)| is_meant_for_ourselves(name)) {
        command.env_remove(name);
    }
    command
}

/// A cargo command that compiles services: what that takes beside Rust is installed.
pub(crate) fn compiling<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Result<Command> {
    install::ensure_for(&[Purpose::Build]).context("the services can't be built")?;
    Ok(cargo(arguments))
}

/// Whether cargo sets a variable for the one package that it runs.
fn is_meant_for_ourselves(variable: &OsStr) -> bool {
    variable
        .to_str()
        .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
}

/// Runs a command with our own input and output.
pub(crate) fn status_of(command: &mut Command) -> Result<ExitStatus> {
    command.status().with_context(|| format!("starting {}", command.get_program().display()))
}

/// Whether cargo has this subcommand, e.g. `nextest`.
pub(crate) fn cargo_has(subcommand: &str) -> bool {
    cargo([subcommand, "--version"]).output().is_ok_and(|output| output.status.success())
}

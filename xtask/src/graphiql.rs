//! `cargo xtask graphiql`: the playground's page. It is built by npm, and what comes of it is built into the
//! gateway; cargo itself never calls npm.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use anyhow::{Context, Result, bail};
use stores::install;

use crate::project::{root, status_of};

/// What the page is made of.
const SOURCES: [&str; 6] =
    ["index.html", "operations", "package.json", "package-lock.json", "src", "vite.config.js"];
/// What is made of it last.
const MADE: &str = "dist/index.html";

/// Builds the page when it was not built, or its sources have changed since.
pub(crate) fn build_if_stale() -> Result<()> {
    let folder = folder();
    let made = fs::metadata(folder.join(MADE)).and_then(|made| made.modified()).ok();
    let mut changed = SystemTime::UNIX_EPOCH;
    for source in SOURCES {
        changed = changed.max(newest(&folder.join(source)).context("looking at the playground's sources")?);
    }
    if made.is_some_and(|made| made >= changed) { Ok(()) } else { build() }
}

/// Builds the page.
pub(crate) fn build() -> Result<()> {
    install::ensure_npm().context("the playground is built by npm")?;
    eprintln!("building the playground by npm; this can take a minute …");
    for arguments in [&["ci", "--no-audit", "--no-fund"][..], &["run", "build", "--silent"]] {
        let mut npm = Command::new("npm");
        npm.args(arguments).current_dir(folder());
        if !status_of(&mut npm)?.success() {
            bail!("`npm {}` failed in {}", arguments.join(" "), folder().display());
        }
    }
    Ok(())
}

fn folder() -> PathBuf {
    root().join("gateway/graphiql")
}

/// When a file, or anything in a folder, was last changed.
fn newest(path: &Path) -> io::Result<SystemTime> {
    let metadata = fs::metadata(path)?;
    let mut newest = metadata.modified()?;
    if metadata.is_dir() {
        for entry in fs::read_dir(path)? {
            newest = newest.max(self::newest(&entry?.path())?);
        }
    }
    Ok(newest)
}

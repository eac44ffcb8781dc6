//! What npm builds: the pages of playground and storefront, and the frontends' clients. Cargo itself never calls npm.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use anyhow::{Context, Result, bail};
use stores::install::{self, Purpose};

use crate::project::{root, status_of};

/// A folder with a `package.json`.
pub(crate) struct NpmPackage {
    /// What people call it.
    pub(crate) name: &'static str,
    /// Where it is in the project.
    pub(crate) folder: &'static str,
    /// What it is built of, from there, besides its `package.json`.
    pub(crate) sources: &'static [&'static str],
    /// What its script `build` makes last, from there.
    pub(crate) made: &'static str,
}

impl NpmPackage {
    /// Builds it when it was not built, or its sources have changed since.
    pub(crate) fn build_if_stale(&self) -> Result<()> {
        let made = changed(&self.path(self.made));
        let mut newest = SystemTime::UNIX_EPOCH;
        for source in self.sources.iter().chain(&["package.json", "package-lock.json"]) {
            let source = self.path(source);
            newest =
                newest.max(newest_in(&source).with_context(|| format!("looking at {}", source.display()))?);
        }
        if made.is_some_and(|made| made >= newest) { Ok(()) } else { self.build() }
    }

    /// Builds it.
    pub(crate) fn build(&self) -> Result<()> {
        self.install_if_stale()?;
        eprintln!("building {} by npm …", self.name);
        self.must(&["run", "build", "--silent"])
    }

    /// Runs one of its scripts, and says whether that succeeded.
    pub(crate) fn run(&self, script: &str, arguments: &[&str]) -> Result<bool> {
        self.install_if_stale()?;
        self.npm(&[&["run", "--silent", script, "--"], arguments].concat())
    }

    /// Installs what its lock file says, unless nothing has changed in that since npm last did.
    fn install_if_stale(&self) -> Result<()> {
        install::ensure_for(&[Purpose::Npm]).with_context(|| format!("{} are built by npm", self.name))?;
        // npm writes it last.
        let installed = changed(&self.path("node_modules/.package-lock.json"));
        if installed.is_some_and(|installed| changed(&self.path("package-lock.json")) <= Some(installed)) {
            return Ok(());
        }
        eprintln!("installing what {} need by npm; this can take a minute …", self.name);
        self.must(&["ci", "--no-audit", "--no-fund", "--loglevel=error"])
    }

    fn must(&self, arguments: &[&str]) -> Result<()> {
        if !self.npm(arguments)? {
            bail!("`npm {}` failed in {}", arguments.join(" "), self.folder);
        }
        Ok(())
    }

    fn npm(&self, arguments: &[&str]) -> Result<bool> {
        let mut npm = Command::new("npm");
        Ok(status_of(npm.args(arguments).current_dir(self.path("")))?.success())
    }

    fn path(&self, name: &str) -> PathBuf {
        root().join(self.folder).join(name)
    }
}

/// When a file was last changed; `None`: it is not there.
fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

/// When a file, or anything in a folder, was last changed.
fn newest_in(path: &Path) -> io::Result<SystemTime> {
    let metadata = fs::metadata(path)?;
    let mut newest = metadata.modified()?;
    if metadata.is_dir() {
        for entry in fs::read_dir(path)? {
            newest = newest.max(newest_in(&entry?.path())?);
        }
    }
    Ok(newest)
}

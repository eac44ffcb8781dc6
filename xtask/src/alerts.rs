//! `cargo xtask alerts`: what Prometheus says of its settings and of the alerts, and whether these come when they should.

use std::process::{Command, ExitCode};

use anyhow::Result;
use stores::install::{self, Purpose};

use crate::{
    project::{root, status_of},
    test::code,
};

/// Where the alerts and their tests are.
const FOLDER: &str = "deploy/observe";

pub(crate) fn run() -> Result<ExitCode> {
    Ok(code(check()?))
}

/// Whether Prometheus takes its settings, and the alerts pass their tests.
pub(crate) fn check() -> Result<bool> {
    install::ensure_for(&[Purpose::Alerts])?;
    for arguments in [["check", "config", "prometheus.yml"], ["test", "rules", "alerts.test.yml"]] {
        let mut promtool = Command::new("promtool");
        if !status_of(promtool.args(arguments).current_dir(root().join(FOLDER)))?.success() {
            return Ok(false);
        }
    }
    Ok(true)
}

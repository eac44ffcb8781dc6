//! `cargo xtask schema`: the GraphQL schema that the code exports, kept as a file for people and frontends.

use std::{
    fs,
    process::{Command, ExitCode, Stdio},
};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{
    logs::say,
    project::{compiling, programs, root},
};

const FILE: &str = "schema.graphql";

/// Write schema.graphql as the gateway's code exports it.
#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// Only compare, and fail on a difference.
    #[arg(long)]
    check: bool,
}

impl Schema {
    pub(crate) fn run(&self) -> Result<ExitCode> {
        let exported = exported(&mut compiling(["run", "--package", "gateway", "--", "schema"])?)?;
        if self.check {
            return Ok(compare(&exported));
        }
        let path = root().join(FILE);
        fs::write(&path, exported).with_context(|| format!("writing {}", path.display()))?;
        say(&format!("wrote {}", path.display()));
        Ok(ExitCode::SUCCESS)
    }
}

/// Compares the file with what the gateway that is already built exports.
pub(crate) fn check_built() -> Result<ExitCode> {
    let gateway = programs(false)?.join("gateway");
    Ok(compare(&exported(Command::new(gateway).arg("schema"))?))
}

fn exported(gateway: &mut Command) -> Result<String> {
    let output = gateway.stderr(Stdio::inherit()).output().context("starting the gateway")?;
    let text = String::from_utf8(output.stdout).context("the gateway's schema is not UTF-8")?;
    if !output.status.success() || text.trim().is_empty() {
        bail!("`gateway schema` printed no schema ({})", output.status);
    }
    Ok(text)
}

fn compare(exported: &str) -> ExitCode {
    let path = root().join(FILE);
    let kept = fs::read_to_string(&path).unwrap_or_default();
    if let Some((line, kept, exported)) = first_difference(&kept, exported) {
        eprintln!(
            "{FILE} is not what the code exports; run `cargo xtask schema` and commit it. Line {line} is\n    \
             {kept}\nand should be\n    {exported}"
        );
        return ExitCode::FAILURE;
    }
    say(&format!("{FILE} is what the code exports"));
    ExitCode::SUCCESS
}

/// The first line (counted from 1) in which two texts differ, and that line in both; empty past an end.
fn first_difference<'a>(kept: &'a str, exported: &'a str) -> Option<(usize, &'a str, &'a str)> {
    let (mut kept, mut exported) = (kept.lines(), exported.lines());
    for line in 1.. {
        match (kept.next(), exported.next()) {
            (None, None) => return None,
            (one, other) if one == other => {}
            (one, other) => return Some((line, one.unwrap_or_default(), other.unwrap_or_default())),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_shown_with_its_line() {
        let cases = [
            ("a\nb\n", "a\nb\n", None),
            ("a\nb", "a\nb\n", None),
            ("a\nb\n", "a\nc\n", Some((2, "b", "c"))),
            ("", "a\n", Some((1, "", "a"))),
            ("a\nb\n", "a\n", Some((2, "b", ""))),
        ];
        for (kept, exported, expected) in cases {
            assert_eq!(first_difference(kept, exported), expected, "{kept:?} {exported:?}");
        }
    }
}

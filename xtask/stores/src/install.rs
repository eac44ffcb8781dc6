//! How what is missing gets onto this machine: by apt-get where we may, and by a person where we may not.
//!
//! What to do is decided by a pure function; [`ensure`] looks at the machine, asks it, and acts. What has to be there, and
//! where it is, says `needed`.

mod needed;

use std::process::{Command, Stdio};

use self::needed::in_path;
pub use self::needed::{Purpose, Store, missing, postgres_program, program};

/// Installs packages without side effects; run by a shell, as root.
const SCRIPT: &str = include_str!("install.sh");
/// How much of a failed installation's output is shown.
const LAST_LINES: usize = 15;

/// Something is missing and could not be installed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// We may not install anything here.
    #[error(
        "{} not installed here, and we may not install packages. Type this, then try again:\n    {command}",
        are(missing)
    )]
    NotAllowed {
        /// The missing packages.
        missing: Vec<&'static str>,
        /// What a person can type.
        command: String,
    },
    /// There is no apt-get.
    #[error(
        "{} not installed here, and this is no Debian or Ubuntu: install it (Postgres 14 or newer with its contrib modules, Redis 6 or newer, RabbitMQ 3.10 or newer, Node.js 18 or newer, Chromium), then try again",
        are(missing)
    )]
    NoPackageManager {
        /// The missing packages, as Debian calls them.
        missing: Vec<&'static str>,
    },
    /// apt-get failed.
    #[error("installing {} failed; apt-get's last words:\n{output}", missing.join(", "))]
    Failed {
        /// The missing packages.
        missing: Vec<&'static str>,
        /// The end of what it printed.
        output: String,
    },
    /// A program is not where any distribution puts it.
    #[error("{program} was not found, neither in PATH nor in {folders}")]
    NotFound {
        /// The program.
        program: String,
        /// The other folders that were looked at.
        folders: String,
    },
}

fn are(missing: &[&str]) -> String {
    format!("{} {}", missing.join(", "), if missing.len() == 1 { "is" } else { "are" })
}

/// What we may do on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rights {
    apt: bool,
    root: bool,
    /// sudo works without a password.
    sudo: bool,
}

/// How the missing packages come in.
#[derive(Debug, PartialEq, Eq)]
enum Plan {
    Nothing,
    /// Run the script behind these words.
    Run(&'static [&'static str]),
    Tell(String),
    GiveUp,
}

fn plan(missing: &[&str], rights: Rights) -> Plan {
    match rights {
        _ if missing.is_empty() => Plan::Nothing,
        Rights { apt: false, .. } => Plan::GiveUp,
        Rights { root: true, .. } => Plan::Run(&[]),
        Rights { sudo: true, .. } => Plan::Run(&["sudo", "--non-interactive"]),
        Rights { .. } => {
            Plan::Tell(format!("sudo apt-get update && sudo apt-get install --yes {}", missing.join(" ")))
        }
    }
}

/// Why missing packages could not be installed, with what a person can do; `None`: they would be installed when they are
/// needed.
pub fn obstacle(missing: Vec<&'static str>) -> Option<InstallError> {
    match plan(&missing, rights()) {
        Plan::Nothing | Plan::Run(_) => None,
        Plan::Tell(command) => Some(InstallError::NotAllowed { missing, command }),
        Plan::GiveUp => Some(InstallError::NoPackageManager { missing }),
    }
}

/// Installs what these stores lack, where we may.
///
/// # Errors
/// Something is missing and can't be installed; the error says what to type.
pub fn ensure(stores: &[Store]) -> Result<(), InstallError> {
    let purposes: Vec<Purpose> = stores.iter().copied().map(Purpose::Run).collect();
    ensure_for(&purposes)
}

/// Installs what programs for these purposes lack, where we may.
///
/// # Errors
/// Something is missing and can't be installed; the error says what to type.
pub fn ensure_for(purposes: &[Purpose]) -> Result<(), InstallError> {
    let missing = missing(purposes);
    if missing.is_empty() {
        return Ok(());
    }
    match plan(&missing, rights()) {
        Plan::Nothing => Ok(()),
        Plan::Run(before) => run(before, missing),
        Plan::Tell(command) => Err(InstallError::NotAllowed { missing, command }),
        Plan::GiveUp => Err(InstallError::NoPackageManager { missing }),
    }
}

fn rights() -> Rights {
    let root = rustix::process::geteuid().is_root();
    Rights { apt: in_path("apt-get").is_some(), root, sudo: !root && sudo_works() }
}

fn run(before: &[&str], missing: Vec<&'static str>) -> Result<(), InstallError> {
    eprintln!("installing {} by apt-get; this can take a minute …", missing.join(", "));
    let words: Vec<&str> =
        before.iter().chain(&["sh", "-c", SCRIPT, "install"]).chain(&missing).copied().collect();
    let output = Command::new(words[0]).args(&words[1..]).stdin(Stdio::null()).output();
    let output = match output {
        Ok(output) if output.status.success() => return Ok(()),
        Ok(output) => [output.stdout, output.stderr].concat(),
        Err(error) => error.to_string().into_bytes(),
    };
    let text = String::from_utf8_lossy(&output);
    let lines: Vec<&str> = text.lines().collect();
    let output = lines[lines.len().saturating_sub(LAST_LINES)..].join("\n");
    Err(InstallError::Failed { missing, output })
}

fn sudo_works() -> bool {
    Command::new("sudo")
        .args(["--non-interactive", "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_install_follows_from_our_rights() {
        let told = "sudo apt-get update && sudo apt-get install --yes postgresql redis-server";
        let cases = [
            (Rights { apt: true, root: true, sudo: false }, Plan::Run(&[])),
            (Rights { apt: true, root: false, sudo: true }, Plan::Run(&["sudo", "--non-interactive"])),
            (Rights { apt: true, root: false, sudo: false }, Plan::Tell(told.to_owned())),
            (Rights { apt: false, root: true, sudo: false }, Plan::GiveUp),
            (Rights { apt: false, root: false, sudo: true }, Plan::GiveUp),
        ];
        for (rights, expected) in cases {
            assert_eq!(plan(&["postgresql", "redis-server"], rights), expected, "{rights:?}");
            assert_eq!(plan(&[], rights), Plan::Nothing, "{rights:?}");
        }
    }

    #[test]
    fn a_person_who_may_not_install_is_told_what_to_type() {
        let error = InstallError::NotAllowed { missing: vec!["redis-server"], command: "sudo x".to_owned() };
        assert!(error.to_string().starts_with("redis-server is not installed here"), "{error}");
        assert!(error.to_string().ends_with("sudo x"), "{error}");
    }
}

//! What has to be installed, and how.
//!
//! What to do is decided by pure functions; [`ensure`] looks at the machine, asks them, and acts.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Installs packages without side effects; run by a shell, as root.
const SCRIPT: &str = include_str!("install.sh");
/// How much of a failed installation's output is shown.
const LAST_LINES: usize = 15;

/// One of the three stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// Postgres.
    Postgres,
    /// Redis.
    Redis,
    /// RabbitMQ.
    RabbitMq,
}

impl Store {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Postgres, Self::Redis, Self::RabbitMq];
}

/// A program that we run, the Debian package that brings it, and the folders beside `PATH` in which
/// distributions put it. A `*` stands for a version, of which the newest counts.
struct Needed {
    purpose: Purpose,
    program: &'static str,
    package: &'static str,
    folders: &'static [&'static str],
}

/// What a program is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Running a store.
    Run(Store),
    /// Building pages.
    Npm,
    /// Looking at pages.
    Browser,
    /// Measuring services and Postgres under load.
    Load,
    /// Checking the alerts.
    Alerts,
}

const POSTGRES_FOLDERS: &[&str] = &["/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"];

const NEEDED: [Needed; 12] = [
    Needed {
        purpose: Purpose::Run(Store::Postgres),
        program: "postgres",
        package: "postgresql",
        folders: POSTGRES_FOLDERS,
    },
    Needed {
        purpose: Purpose::Run(Store::Postgres),
        program: "initdb",
        package: "postgresql",
        folders: POSTGRES_FOLDERS,
    },
    Needed {
        purpose: Purpose::Run(Store::Postgres),
        program: "psql",
        package: "postgresql",
        folders: POSTGRES_FOLDERS,
    },
    Needed {
        purpose: Purpose::Run(Store::Redis),
        program: "redis-server",
        package: "redis-server",
        folders: &["/usr/bin", "/usr/local/bin"],
    },
    // Not the wrapper of the same name in /usr/sbin, which changes the user and the folder.
    Needed {
        purpose: Purpose::Run(Store::RabbitMq),
        program: "rabbitmq-server",
        package: "rabbitmq-server",
        folders: &["/usr/lib/rabbitmq/bin", "/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin"],
    },
    Needed {
        purpose: Purpose::Run(Store::RabbitMq),
        program: "epmd",
        package: "rabbitmq-server",
        folders: &["/usr/bin", "/usr/lib/erlang/bin"],
    },
    Needed { purpose: Purpose::Npm, program: "node", package: "nodejs", folders: &[] },
    Needed { purpose: Purpose::Npm, program: "npm", package: "npm", folders: &[] },
    Needed { purpose: Purpose::Browser, program: "chromium", package: "chromium", folders: &[] },
    Needed { purpose: Purpose::Alerts, program: "promtool", package: "prometheus", folders: &[] },
    Needed { purpose: Purpose::Load, program: "wrk", package: "wrk", folders: &[] },
    Needed { purpose: Purpose::Load, program: "pgbench", package: "postgresql", folders: POSTGRES_FOLDERS },
];

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

fn missing_packages(purposes: &[Purpose], is_there: impl Fn(&'static str) -> bool) -> Vec<&'static str> {
    let mut missing = Vec::new();
    for needed in NEEDED.iter().filter(|needed| purposes.contains(&needed.purpose)) {
        if !missing.contains(&needed.package) && !is_there(needed.program) {
            missing.push(needed.package);
        }
    }
    missing
}

/// The packages that are missing for these purposes, as Debian calls them.
pub fn missing(purposes: &[Purpose]) -> Vec<&'static str> {
    missing_packages(purposes, |program| self::program(program).is_ok())
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

/// Installs Node.js and npm if they are missing, where we may.
///
/// # Errors
/// They are missing and can't be installed; the error says what to type.
pub fn ensure_npm() -> Result<(), InstallError> {
    ensure_for(&[Purpose::Npm])
}

/// Installs the browser in which pages are tested if it is missing, where we may.
///
/// # Errors
/// It is missing and can't be installed; the error says what to type.
pub fn ensure_browser() -> Result<(), InstallError> {
    ensure_for(&[Purpose::Browser])
}

/// Installs what makes load, wrk and pgbench, if it is missing, where we may.
///
/// # Errors
/// It is missing and can't be installed; the error says what to type.
pub fn ensure_load() -> Result<(), InstallError> {
    ensure_for(&[Purpose::Load])
}

/// Installs promtool, which checks the alerts, if it is missing, where we may.
///
/// # Errors
/// It is missing and can't be installed; the error says what to type.
pub fn ensure_alerts() -> Result<(), InstallError> {
    ensure_for(&[Purpose::Alerts])
}

fn rights() -> Rights {
    let root = rustix::process::geteuid().is_root();
    Rights { apt: in_path("apt-get").is_some(), root, sudo: !root && sudo_works() }
}

fn ensure_for(purposes: &[Purpose]) -> Result<(), InstallError> {
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

/// Where a program of a store is: in the distributions' folders, the newest version first, then in `PATH`.
///
/// # Errors
/// [`InstallError::NotFound`].
pub fn program(name: &str) -> Result<PathBuf, InstallError> {
    let folders =
        NEEDED.iter().find(|needed| needed.program == name).map_or(&[][..], |needed| needed.folders);
    folders
        .iter()
        .flat_map(|pattern| matching(pattern))
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
        .or_else(|| in_path(name))
        .ok_or_else(|| InstallError::NotFound { program: name.to_owned(), folders: folders.join(" or ") })
}

/// Where the programs of one major version of Postgres are: data of one version can't be read by another.
///
/// # Errors
/// [`InstallError::NotFound`].
pub fn postgres_program(name: &str, version: &str) -> Result<PathBuf, InstallError> {
    POSTGRES_FOLDERS
        .iter()
        .map(|pattern| Path::new(&pattern.replace('*', version)).join(name))
        .find(|path| path.is_file())
        .map_or_else(|| program(name), Ok)
}

fn in_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// The folders that a pattern with at most one `*` stands for, the highest version first.
fn matching(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else { return vec![PathBuf::from(pattern)] };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let Ok(entries) = fs::read_dir(parent) else { return Vec::new() };
    let mut versions: Vec<String> = entries
        .flatten()
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_prefix(prefix)?.to_owned()))
        .collect();
    versions.sort_by_key(|version| std::cmp::Reverse(numbers(version)));
    versions.into_iter().map(|version| PathBuf::from(format!("{before}{version}{after}"))).collect()
}

/// A version as numbers, so that 10 is newer than 9.
fn numbers(version: &str) -> Vec<u32> {
    version.split(|letter: char| !letter.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_missing_program_asks_for_its_package_once() {
        let cases: [(&[&str], &[&str]); 5] = [
            (&[], &[]),
            (&["postgres"], &["postgresql"]),
            (&["postgres", "initdb", "psql"], &["postgresql"]),
            (&["redis-server", "epmd"], &["redis-server", "rabbitmq-server"]),
            (
                &["psql", "initdb", "rabbitmq-server", "epmd", "redis-server", "postgres"],
                &["postgresql", "redis-server", "rabbitmq-server"],
            ),
        ];
        for (absent, expected) in cases {
            assert_eq!(
                missing_packages(&Store::ALL.map(Purpose::Run), |program| !absent.contains(&program)),
                expected,
                "{absent:?}"
            );
        }
        let of_redis = missing_packages(&[Purpose::Run(Store::Redis)], |_| false);
        assert_eq!(of_redis, ["redis-server"], "only what is wanted");
        assert_eq!(missing_packages(&[Purpose::Npm], |_| false), ["nodejs", "npm"]);
        assert_eq!(missing_packages(&[Purpose::Browser], |_| false), ["chromium"]);
        assert_eq!(missing_packages(&[Purpose::Load], |_| false), ["wrk", "postgresql"]);
    }

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
    fn the_newest_version_is_found_first() {
        let folder = tempfile::tempdir().unwrap();
        for version in ["9.6", "15", "10", "notes"] {
            fs::create_dir_all(folder.path().join(version).join("bin")).unwrap();
        }
        let pattern = format!("{}/*/bin", folder.path().display());
        let found: Vec<String> = matching(&pattern)
            .iter()
            .map(|path| path.strip_prefix(folder.path()).unwrap().display().to_string())
            .collect();
        assert_eq!(found, ["15/bin", "10/bin", "9.6/bin", "notes/bin"]);
    }

    #[test]
    fn a_person_who_may_not_install_is_told_what_to_type() {
        let error = InstallError::NotAllowed { missing: vec!["redis-server"], command: "sudo x".to_owned() };
        assert!(error.to_string().starts_with("redis-server is not installed here"), "{error}");
        assert!(error.to_string().ends_with("sudo x"), "{error}");
    }
}

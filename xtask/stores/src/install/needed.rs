//! What has to be on this machine, for what, and where distributions put it.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use super::InstallError;

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
    /// Building the services, beside Rust.
    Build,
    /// Building pages.
    Npm,
    /// Looking at pages.
    Browser,
    /// Measuring services and Postgres under load.
    Load,
    /// Checking the alerts.
    Alerts,
    /// Installing what checks the manifests for Kubernetes.
    Manifests,
}

const POSTGRES_FOLDERS: &[&str] = &["/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"];

const NEEDED: [Needed; 15] = [
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
    Needed { purpose: Purpose::Build, program: "make", package: "make", folders: &[] },
    Needed { purpose: Purpose::Npm, program: "node", package: "nodejs", folders: &[] },
    Needed { purpose: Purpose::Npm, program: "npm", package: "npm", folders: &[] },
    Needed { purpose: Purpose::Browser, program: "chromium", package: "chromium", folders: &[] },
    Needed { purpose: Purpose::Alerts, program: "promtool", package: "prometheus", folders: &[] },
    Needed { purpose: Purpose::Manifests, program: "python3", package: "python3", folders: &[] },
    Needed { purpose: Purpose::Manifests, program: "pip3", package: "python3-pip", folders: &[] },
    Needed { purpose: Purpose::Load, program: "wrk", package: "wrk", folders: &[] },
    Needed { purpose: Purpose::Load, program: "pgbench", package: "postgresql", folders: POSTGRES_FOLDERS },
];

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

pub(super) fn in_path(name: &str) -> Option<PathBuf> {
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
        assert_eq!(missing_packages(&[Purpose::Build], |_| false), ["make"]);
        assert_eq!(missing_packages(&[Purpose::Npm], |_| false), ["nodejs", "npm"]);
        assert_eq!(missing_packages(&[Purpose::Browser], |_| false), ["chromium"]);
        assert_eq!(missing_packages(&[Purpose::Load], |_| false), ["wrk", "postgresql"]);
        assert_eq!(missing_packages(&[Purpose::Manifests], |_| false), ["python3", "python3-pip"]);
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
}

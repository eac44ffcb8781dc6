//! Postgres, with `pg_stat_statements` loaded.
//!
//! Postgres refuses to run as root, so root starts it as the user `postgres`, which has to be able to reach its
//! data: see [`Postgres::create`].

use std::{
    fs,
    io::Write,
    os::unix::fs::{MetadataExt, chown},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use rustix::process::Signal;
use url::Url;

use crate::{
    Error,
    child::Guarded,
    error::Doing,
    home::{Home, end_leftovers, make_folder},
    install,
    redis::write_private,
    secrets::Secrets,
    wait::Waiting,
};

const NAME: &str = "Postgres";
/// The user that runs Postgres where we are root; the packages make it.
const UNPRIVILEGED: &str = "postgres";
/// How long it may take to answer; after a crash it first repairs its data.
const START_PATIENCE: Duration = Duration::from_mins(1);
/// How long it may take to end after it was told to.
const STOP_PATIENCE: Duration = Duration::from_secs(20);
/// The roles and schemas that the services need.
const SETUP: &str = include_str!("../../../sql/setup.sql");

/// A Postgres of our own.
#[derive(Debug)]
pub struct Postgres {
    folder: PathBuf,
    port: u16,
    password: String,
    durable: bool,
    shared_buffers_mib: Option<u32>,
    child: Option<Guarded>,
}

impl Postgres {
    /// Prepares a Postgres and starts it. Without `durable` it does not wait for the disk: what is committed
    /// survives a kill, but not a power cut.
    ///
    /// Where we are root and the user `postgres` can't reach the data folder (as in a checkout below `/root`),
    /// its part of the data is kept below `/var/tmp`, and a line says so.
    ///
    /// # Errors
    /// It is not installed, or did not start.
    pub fn create(home: &Home, port: u16, password: &str, durable: bool) -> Result<Self, Error> {
        let folder = reachable_folder(home)?;
        end_leftovers(&folder)?;
        let password = password.to_owned();
        let mut postgres = Self { folder, port, password, durable, shared_buffers_mib: None, child: None };
        if !postgres.data().exists() {
            postgres.initialise()?;
        }
        postgres.start()?;
        Ok(postgres)
    }

    /// Starts it, if it does not run, on the same port and data.
    ///
    /// # Errors
    /// It did not start.
    pub fn start(&mut self) -> Result<(), Error> {
        if self.pid().is_some() {
            return Ok(());
        }
        end_leftovers(&self.folder)?;
        // Nobody runs on this data, so the file that says somebody does is stale; the process id in it can be
        // another's by now, and would keep Postgres from starting.
        let _ = fs::remove_file(self.data().join("postmaster.pid"));

        let log = self.folder.join("postgres.log");
        let output = fs::File::create(&log).doing(|| format!("creating {}", log.display()))?;
        let errors = output.try_clone().doing(|| format!("creating {}", log.display()))?;
        let version = fs::read_to_string(self.data().join("PG_VERSION")).unwrap_or_default();
        let mut command = unprivileged(&install::postgres_program("postgres", version.trim())?);
        command.arg("-D").arg(self.data());
        for setting in self.settings() {
            command.args(["-c", &setting]);
        }
        command.current_dir(&self.folder).stdout(Stdio::from(output)).stderr(Stdio::from(errors));
        let mut child = Guarded::spawn(&mut command).doing(|| "starting postgres")?;
        let waiting = Waiting { store: NAME, log: &log, patience: START_PATIENCE };
        waiting.until(&mut child, || psql(&self.url("postgres"), "select 1").is_ok())?;
        self.child = Some(child);
        Ok(())
    }

    /// Gives it so much memory for pages from its next start on, instead of as much as it takes by itself.
    pub fn set_shared_buffers(&mut self, mib: u32) {
        self.shared_buffers_mib = Some(mib);
    }

    /// Ends it with -9.
    pub fn kill(&mut self) {
        self.child = None;
    }

    /// Ends it in an orderly way, whoever is connected.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.stop(Signal::INT, STOP_PATIENCE);
        }
    }

    /// The id of its main process, while it runs.
    pub fn pid(&mut self) -> Option<u32> {
        let child = self.child.as_mut()?;
        matches!(child.exit_status(), Ok(None)).then(|| child.id())
    }

    /// The superuser's address of a database.
    ///
    /// # Panics
    /// See [`Postgres::url_of`].
    pub fn url(&self, database: &str) -> Url {
        self.url_of("postgres", &self.password, database)
    }

    /// A role's address of a database.
    ///
    /// # Panics
    /// A name or password has letters that an address can't have; ours have none.
    pub fn url_of(&self, role: &str, password: &str, database: &str) -> Url {
        let text = format!("postgres://{role}:{password}@127.0.0.1:{}/{database}", self.port);
        Url::parse(&text).expect("our own names and passwords are letters and digits")
    }

    /// Makes a database, unless it is there, with the services' roles and schemas.
    ///
    /// # Errors
    /// Postgres refused.
    pub fn prepare(&self, database: &str, secrets: &Secrets) -> Result<(), Error> {
        let create = format!(
            "select 'create database {database}' \
             where not exists (select from pg_database where datname = '{database}') \\gexec\n"
        );
        psql(&self.url("postgres"), &create)?;
        psql(&self.url(database), &setup(secrets)).map(drop)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Makes the data under another name first: a run that was killed half way is not taken for a whole one.
    fn initialise(&self) -> Result<(), Error> {
        let unfinished = self.folder.join("data.unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).doing(|| format!("removing {}", unfinished.display()))?;
        }
        let password_file = self.folder.join("password");
        write_private(&password_file, &self.password)?;
        give_to_unprivileged(&password_file)?;
        let mut command = unprivileged(&install::program("initdb")?);
        command
            .args(["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"])
            .arg("--pwfile")
            .arg(&password_file)
            .arg("--pgdata")
            .arg(&unfinished)
            .current_dir(&self.folder)
            .stdin(Stdio::null());
        if !self.durable {
            command.arg("--no-sync");
        }
        let output = command.output().doing(|| "starting initdb")?;
        let _ = fs::remove_file(&password_file);
        if !output.status.success() {
            let answer = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(Error::Refused { doing: "initdb failed".to_owned(), answer });
        }
        fs::rename(&unfinished, self.data()).doing(|| format!("renaming {}", unfinished.display()))
    }

    fn settings(&self) -> Vec<String> {
        let mut settings = vec![
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={}", self.port),
            // A socket's path has room for some hundred letters, and a project can lie deeper.
            "unix_socket_directories=".to_owned(),
            "shared_preload_libraries=pg_stat_statements".to_owned(),
            "max_connections=200".to_owned(),
            "timezone=UTC".to_owned(),
            "log_timezone=UTC".to_owned(),
            "log_line_prefix=%m [%p] %u@%d ".to_owned(),
        ];
        settings.extend(self.shared_buffers_mib.map(|mib| format!("shared_buffers={mib}MB")));
        if !self.durable {
            // Not synchronous_commit: what was committed must survive a kill.
            settings.extend(["fsync=off", "full_page_writes=off"].map(str::to_owned));
        }
        settings
    }
}

/// `sql/setup.sql` with the passwords that it wants, to be run by psql. Given this way they are in no process
/// list.
pub(crate) fn setup(secrets: &Secrets) -> String {
    let Secrets { collector, gateway, .. } = secrets;
    format!("\\set collector_password '{collector}'\n\\set gateway_password '{gateway}'\n{SETUP}")
}

/// Has psql run a script, and returns what it printed: values alone, a row a line.
///
/// # Errors
/// Postgres is not there, or refused a statement.
pub fn psql(database: &Url, script: &str) -> Result<String, Error> {
    let mut child = Command::new(install::program("psql")?)
        .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--file=-"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("PGHOST", database.host_str().unwrap_or("127.0.0.1"))
        .env("PGPORT", database.port().unwrap_or(5432).to_string())
        .env("PGUSER", database.username())
        .env("PGPASSWORD", database.password().unwrap_or_default())
        .env("PGDATABASE", database.path().trim_start_matches('/'))
        .env("PGCONNECT_TIMEOUT", "10")
        .env("PGOPTIONS", "-c client_min_messages=warning")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .doing(|| "starting psql")?;
    if let Some(mut input) = child.stdin.take() {
        // A psql that could not connect has stopped reading; its own words say more than this.
        let _ = input.write_all(script.as_bytes());
    }
    let output = child.wait_with_output().doing(|| "waiting for psql")?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let answer = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Error::Refused { doing: "Postgres refused".to_owned(), answer })
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A command as the user that may run Postgres: us, or `postgres` where we are root.
fn unprivileged(program: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args([
            &format!("--reuid={UNPRIVILEGED}"),
            &format!("--regid={UNPRIVILEGED}"),
            "--clear-groups",
            "--",
        ]);
        command.arg(program);
        command
    } else {
        Command::new(program)
    };
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("LANG", "C.UTF-8");
    command
}

/// A folder for Postgres that the user who runs it owns and can reach.
fn reachable_folder(home: &Home) -> Result<PathBuf, Error> {
    let folder = home.folder("postgres")?;
    give_to_unprivileged(&folder)?;
    if is_reachable(&folder)? { Ok(folder) } else { folder_elsewhere(home, &folder) }
}

/// A folder below `/var/tmp`, where the one in the data folder can't be reached.
fn folder_elsewhere(home: &Home, folder: &Path) -> Result<PathBuf, Error> {
    let fallback = fallback_folder(home.path());
    let marker = folder.join("kept-elsewhere");
    if !marker.exists() && fallback.exists() {
        // Of a data folder that somebody has removed since: its passwords are gone with it.
        fs::remove_dir_all(&fallback).doing(|| format!("removing {}", fallback.display()))?;
    }
    make_folder(&fallback)?;
    fs::write(&marker, fallback.display().to_string()).doing(|| format!("writing {}", marker.display()))?;
    // Everybody may write to /var/tmp: what stands there under this name must be a folder of ours, and no link.
    let found = fs::symlink_metadata(&fallback).doing(|| format!("looking at {}", fallback.display()))?;
    let ours = [rustix::process::geteuid().as_raw(), unprivileged_ids()?.0];
    if !found.is_dir() || !ours.contains(&found.uid()) {
        return Err(Error::Refused {
            doing: format!("{} is to hold Postgres's data", fallback.display()),
            answer: "it is not a folder of ours; remove it".to_owned(),
        });
    }
    give_to_unprivileged(&fallback)?;
    eprintln!(
        "Postgres runs as user {UNPRIVILEGED}, who can't reach {}: its data is kept in {}",
        folder.display(),
        fallback.display()
    );
    Ok(fallback)
}

/// A folder that everybody can reach, named after the one that not everybody can.
fn fallback_folder(home: &Path) -> PathBuf {
    Path::new("/var/tmp").join(format!("video-cards{}", home.display().to_string().replace('/', "~")))
}

fn is_reachable(folder: &Path) -> Result<bool, Error> {
    let status = unprivileged(Path::new("test"))
        .args(["-w".as_ref(), folder.as_os_str()])
        .current_dir("/")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .doing(|| "starting setpriv")?;
    Ok(status.success())
}

fn give_to_unprivileged(path: &Path) -> Result<(), Error> {
    if !is_root() {
        return Ok(());
    }
    let (user, group) = unprivileged_ids()?;
    chown(path, Some(user), Some(group)).doing(|| format!("giving {} to user {UNPRIVILEGED}", path.display()))
}

fn unprivileged_ids() -> Result<(u32, u32), Error> {
    let id = |kind: &str| {
        let output = Command::new("id").args([kind, UNPRIVILEGED]).output().doing(|| "starting id")?;
        String::from_utf8_lossy(&output.stdout).trim().parse().map_err(|_| Error::Refused {
            doing: "Postgres can't run as root".to_owned(),
            answer: format!("there is no user {UNPRIVILEGED} to run it as; run this as a normal user"),
        })
    };
    Ok((id("-u")?, id("-g")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_projects_never_share_a_fallback_folder() {
        let one = fallback_folder(Path::new("/root/a/.data"));
        assert_eq!(one, Path::new("/var/tmp/video-cards~root~a~.data"));
        assert_ne!(one, fallback_folder(Path::new("/root/a-b/.data")));
    }
}

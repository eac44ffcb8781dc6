//! One of our services as a child process, as tests want it: on a free port, with its log at hand, and killed
//! whatever becomes of the test.

use std::{
    collections::{BTreeMap, VecDeque},
    env,
    io::{self, BufRead, BufReader, Read},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::child::Guarded;

/// How long a service may take to listen.
const START_PATIENCE: Duration = Duration::from_mins(1);
/// How long a service may take to end after SIGTERM: the 10 s that it is allowed, and some for a busy machine.
const STOP_PATIENCE: Duration = Duration::from_secs(20);
/// How many of the latest log lines are kept.
const KEPT_LINES: usize = 2_000;
/// Variables that a service gets from our own environment; everything else it is told.
const PASSED_ON: [&str; 4] = ["PATH", "RUST_BACKTRACE", "RUST_LOG", "LLVM_PROFILE_FILE"];

/// A service could not be started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Its program was not built.
    #[error("{path} is not there: build it with `cargo build -p {name}`, or run `cargo xtask test`")]
    NotBuilt {
        /// The service.
        name: String,
        /// Where its program was looked for.
        path: String,
    },
    /// The operating system refused something.
    #[error("running {name}: {source}")]
    Io {
        /// The service.
        name: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// It ended before it listened.
    #[error("{name} ended before it listened ({status}); its log:\n{log}")]
    Ended {
        /// The service.
        name: String,
        /// Its exit status.
        status: String,
        /// Its log.
        log: String,
    },
    /// It never said that it listens.
    #[error("{name} did not say within {} s that it listens; its log:\n{log}", START_PATIENCE.as_secs())]
    Silent {
        /// The service.
        name: String,
        /// Its log.
        log: String,
    },
    /// It did not end after SIGTERM, and was killed.
    #[error("{name} still ran {} s after SIGTERM and was killed; its log:\n{log}", STOP_PATIENCE.as_secs())]
    DidNotStop {
        /// The service.
        name: String,
        /// Its log.
        log: String,
    },
}

type Lines = Arc<Mutex<VecDeque<String>>>;

/// A service that was started. Dropped, it is killed.
#[derive(Debug)]
pub struct Service {
    name: String,
    /// Where its program is; `None`: beside the running test.
    folder: Option<PathBuf>,
    variables: BTreeMap<String, String>,
    address: SocketAddr,
    child: Guarded,
    lines: Lines,
}

impl Service {
    /// Starts `collector`, `gateway` or `mock-shops` from the folder of the running test, with these environment
    /// variables, and waits until it listens: on a free port, unless a variable says otherwise.
    ///
    /// # Errors
    /// It is not built, or ended, or did not listen; the error shows its log.
    pub async fn start<K, V>(
        name: &str,
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, ServiceError>
    where
        K: Into<String>,
        V: Into<String>,
    {
        Self::start_in(None, name, variables).await
    }

    /// The same with the program in a folder, that of an older version say.
    ///
    /// # Errors
    /// See [`Service::start`].
    pub async fn start_from<K, V>(
        folder: PathBuf,
        name: &str,
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, ServiceError>
    where
        K: Into<String>,
        V: Into<String>,
    {
        Self::start_in(Some(folder), name, variables).await
    }

    async fn start_in<K, V>(
        folder: Option<PathBuf>,
        name: &str,
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, ServiceError>
    where
        K: Into<String>,
        V: Into<String>,
    {
        let mut all = BTreeMap::from([
            ("LOG_FORMAT".to_owned(), "json".to_owned()),
            (listen_variable(name), "127.0.0.1:0".to_owned()),
        ]);
        all.extend(variables.into_iter().map(|(name, value)| (name.into(), value.into())));
        let name = name.to_owned();
        blocking(move || Self::run(name, folder, all, Lines::default())).await
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// An address of its own, e.g. of `/graphql`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    pub fn exit_status(&mut self) -> Option<ExitStatus> {
        self.child.exit_status().ok().flatten()
    }

    /// Ends it with -9.
    pub fn kill(&mut self) {
        self.child.kill();
    }

    /// Sends SIGSTOP (it hangs) or SIGCONT (it goes on).
    pub fn hang(&mut self, hangs: bool) {
        self.child.signal(if hangs { Signal::STOP } else { Signal::CONT });
    }

    /// Sends SIGTERM, without waiting for what comes of it.
    pub fn tell_to_stop(&mut self) {
        self.child.signal(Signal::TERM);
    }

    /// Sends SIGTERM and waits for the end.
    ///
    /// # Errors
    /// [`ServiceError::DidNotStop`].
    pub async fn terminate(&mut self) -> Result<ExitStatus, ServiceError> {
        self.child.signal(Signal::TERM);
        let deadline = Instant::now() + STOP_PATIENCE;
        loop {
            if let Some(status) = self.exit_status() {
                return Ok(status);
            }
            if Instant::now() > deadline {
                self.child.kill();
                return Err(ServiceError::DidNotStop { name: self.name.clone(), log: self.log() });
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Starts it again on the same port, after killing it if it still runs. The log goes on.
    ///
    /// # Errors
    /// See [`Service::start`].
    pub async fn restart(&mut self) -> Result<(), ServiceError> {
        self.restart_from(self.folder.clone()).await
    }

    /// The same with the program in another folder, that of an older version say; `None`: the one beside the running
    /// test.
    ///
    /// # Errors
    /// See [`Service::start`].
    pub async fn restart_from(&mut self, folder: Option<PathBuf>) -> Result<(), ServiceError> {
        self.child.kill();
        let mut variables = self.variables.clone();
        variables.insert(listen_variable(&self.name), self.address.to_string());
        let (name, lines) = (self.name.clone(), Arc::clone(&self.lines));
        *self = blocking(move || Self::run(name, folder, variables, lines)).await?;
        Ok(())
    }

    /// The latest lines of its log, JSON each, oldest first.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// The latest lines of its log as one text.
    pub fn log(&self) -> String {
        self.lines().join("\n")
    }

    fn run(
        name: String,
        folder: Option<PathBuf>,
        variables: BTreeMap<String, String>,
        lines: Lines,
    ) -> Result<Self, ServiceError> {
        let program = program(folder.as_deref(), &name)?;
        let inherited = PASSED_ON.iter().filter_map(|name| Some((*name, env::var_os(name)?)));
        let mut command = Command::new(&program);
        command.env_clear().envs(inherited).envs(&variables).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child =
            Guarded::spawn(&mut command).map_err(|source| ServiceError::Io { name: name.clone(), source })?;
        let (listening, heard) = mpsc::channel();
        let pipes = child.pipes();
        read(pipes.stdout.take(), &lines, &listening);
        read(pipes.stderr.take(), &lines, &listening);
        drop(listening);
        match heard.recv_timeout(START_PATIENCE) {
            Ok(address) => Ok(Self { name, folder, variables, address, child, lines }),
            Err(RecvTimeoutError::Timeout) => Err(ServiceError::Silent { log: text(&lines), name }),
            // Both pipes were closed.
            Err(RecvTimeoutError::Disconnected) => {
                let status = child.wait(STOP_PATIENCE).ok().flatten();
                let status = status.map_or_else(|| "no status".to_owned(), |status| status.to_string());
                Err(ServiceError::Ended { log: text(&lines), name, status })
            }
        }
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("starting a service does not panic")
}

fn listen_variable(name: &str) -> String {
    format!("{}_LISTEN", name.to_uppercase().replace('-', "_"))
}

/// `<folder>/<name>`, or else `target/<profile>/<name>`, where the running test is `target/<profile>/deps/<something>`.
fn program(folder: Option<&Path>, name: &str) -> Result<PathBuf, ServiceError> {
    let test = env::current_exe().map_err(|source| ServiceError::Io { name: name.to_owned(), source })?;
    let folder = folder.or_else(|| test.ancestors().skip(1).find(|folder| !folder.ends_with("deps")));
    let path = folder.map_or_else(|| PathBuf::from(name), |folder| folder.join(name));
    if path.is_file() {
        return Ok(path);
    }
    Err(ServiceError::NotBuilt { name: name.to_owned(), path: path.display().to_string() })
}

/// Keeps the lines of a pipe, and tells where the service listens once it says so.
fn read(pipe: Option<impl Read + Send + 'static>, lines: &Lines, listening: &Sender<SocketAddr>) {
    let Some(pipe) = pipe else { return };
    let (lines, listening) = (Arc::clone(lines), listening.clone());
    thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            if let Some(address) = listening_address(&line) {
                let _ = listening.send(address);
            }
            let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
            if lines.len() == KEPT_LINES {
                lines.pop_front();
            }
            lines.push_back(line);
        }
    });
}

fn text(lines: &Lines) -> String {
    let lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
    lines.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
}

/// The address in the log line by which a service says that it listens.
fn listening_address(line: &str) -> Option<SocketAddr> {
    let event: serde_json::Value = serde_json::from_str(line).ok()?;
    if event.get("message")?.as_str()? != "listening" {
        return None;
    }
    event.get("address")?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_the_line_that_says_listening() {
        let cases = [
            (r#"{"level":"INFO","message":"listening","address":"127.0.0.1:41"}"#, Some("127.0.0.1:41")),
            (r#"{"level":"INFO","message":"connected","address":"127.0.0.1:41"}"#, None),
            (r#"{"level":"INFO","message":"listening"}"#, None),
            ("listening on 127.0.0.1:41", None),
        ];
        for (line, expected) in cases {
            assert_eq!(listening_address(line), expected.map(|address| address.parse().unwrap()), "{line}");
        }
    }

    #[test]
    fn a_service_is_told_where_to_listen_by_its_own_variable() {
        assert_eq!(listen_variable("mock-shops"), "MOCK_SHOPS_LISTEN");
        assert_eq!(listen_variable("gateway"), "GATEWAY_LISTEN");
    }

    #[tokio::test]
    async fn a_service_that_is_not_built_is_named_with_the_command_that_builds_it() {
        let error = Service::start("no-such-service", [("A", "b")]).await.unwrap_err().to_string();
        assert!(error.contains("cargo build -p no-such-service"), "{error}");
    }
}

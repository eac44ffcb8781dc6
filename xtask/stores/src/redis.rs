//! Redis as a cache: it forgets everything when it ends.

use std::{
    fs,
    io::{self, BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use rustix::process::Signal;

use crate::{Error, child::Guarded, error::Doing, home::Home, install, wait::Waiting};

const NAME: &str = "Redis";
/// How long it may take to answer after it was started.
const START_PATIENCE: Duration = Duration::from_secs(20);
/// How long it may take to end after it was told to.
const STOP_PATIENCE: Duration = Duration::from_secs(5);
/// How long an answer may take.
const ANSWER_PATIENCE: Duration = Duration::from_secs(10);

/// A Redis of our own.
#[derive(Debug)]
pub struct Redis {
    folder: PathBuf,
    port: u16,
    password: String,
    child: Option<Guarded>,
}

impl Redis {
    /// Prepares a Redis and starts it.
    ///
    /// # Errors
    /// It is not installed, or did not start.
    pub fn create(home: &Home, port: u16, password: &str) -> Result<Self, Error> {
        let folder = home.folder("redis")?;
        let mut redis = Self { folder, port, password: password.to_owned(), child: None };
        redis.start()?;
        Ok(redis)
    }

    /// Starts it, if it does not run, on the same port.
    ///
    /// # Errors
    /// It did not start.
    pub fn start(&mut self) -> Result<(), Error> {
        if self.pid().is_some() {
            return Ok(());
        }
        let settings = self.folder.join("redis.conf");
        let log = self.folder.join("redis.log");
        write_private(&settings, &self.settings())?;
        let output = fs::File::create(&log).doing(|| format!("creating {}", log.display()))?;
        let mut command = Command::new(install::program("redis-server")?);
        command.arg(&settings).current_dir(&self.folder).stdout(Stdio::from(output)).stderr(Stdio::null());
        let mut child = Guarded::spawn(&mut command).doing(|| "starting redis-server")?;
        let waiting = Waiting { store: NAME, log: &log, patience: START_PATIENCE };
        waiting.until(&mut child, || self.ask(0, "ping").is_ok_and(|answer| answer == "+PONG"))?;
        self.child = Some(child);
        Ok(())
    }

    /// Ends it with -9.
    pub fn kill(&mut self) {
        self.child = None;
    }

    /// Ends it in an orderly way.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.stop(Signal::TERM, STOP_PATIENCE);
        }
    }

    /// Its process id, while it runs.
    pub fn pid(&mut self) -> Option<u32> {
        let child = self.child.as_mut()?;
        matches!(child.exit_status(), Ok(None)).then(|| child.id())
    }

    /// Its address with the password; `database` is the number of a logical database.
    pub fn url(&self, database: u32) -> String {
        format!("redis://:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }

    fn ask(&self, database: u32, question: &str) -> io::Result<String> {
        ask(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)), &self.password, database, question)
    }

    fn settings(&self) -> String {
        format!(
            "bind 127.0.0.1\nport {}\nrequirepass {}\ndatabases 256\nsave \"\"\nappendonly no\nmaxmemory 256mb\n\
             maxmemory-policy allkeys-lru\ndaemonize no\n",
            self.port, self.password
        )
    }
}

/// Asks one question on a connection of its own, and returns the first line of the answer.
///
/// # Errors
/// Nobody listens, the password or the question was refused, or no answer came in time.
pub(crate) fn ask(address: SocketAddr, password: &str, database: u32, question: &str) -> io::Result<String> {
    let stream = TcpStream::connect_timeout(&address, ANSWER_PATIENCE)?;
    stream.set_read_timeout(Some(ANSWER_PATIENCE))?;
    stream.set_write_timeout(Some(ANSWER_PATIENCE))?;
    let mut writer = stream.try_clone()?;
    let mut lines = BufReader::new(stream).lines();
    let mut answer = String::new();
    let login = if password.is_empty() { None } else { Some(format!("auth {password}")) };
    for line in login.into_iter().chain([format!("select {database}"), question.to_owned()]) {
        writer.write_all(format!("{line}\r\n").as_bytes())?;
        answer = lines.next().unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into()))?;
        if let Some(problem) = answer.strip_prefix('-') {
            return Err(io::Error::other(problem.to_owned()));
        }
    }
    Ok(answer)
}

/// Writes a file that nobody else may read.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, "")
        .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(0o600)))
        .and_then(|()| fs::write(path, text))
        .doing(|| format!("writing {}", path.display()))
}

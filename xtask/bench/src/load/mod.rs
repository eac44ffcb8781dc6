//! Load from wrk: a process of its own, which shares the machine with those that it loads.

mod requests;

use std::{net::SocketAddr, path::Path, process::Stdio, time::Duration};

use serde::Deserialize;
use stores::install::{self, Purpose};
use tempfile::TempDir;
use tokio::process::Command;

pub(crate) use self::requests::Requests;
use crate::trouble::Trouble;

const SCRIPT: &str = include_str!("wrk.lua");
/// How long wrk waits for an answer; one that comes later is a failure.
const ANSWER_PATIENCE: &str = "10s";

/// wrk, and where its script is.
#[derive(Debug)]
pub(crate) struct Wrk {
    folder: TempDir,
    connections: u16,
}

/// What came of some seconds of load.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Loaded {
    /// Answers, whatever they were.
    pub(crate) requests: u64,
    pub(crate) duration_us: u64,
    pub(crate) p50_us: u64,
    pub(crate) p99_us: u64,
    /// Answers with a status of 400 and above.
    pub(crate) refused: u64,
    /// Connections that broke, and answers that never came.
    pub(crate) broken: u64,
}

impl Loaded {
    pub(crate) fn failures(self) -> u64 {
        self.refused + self.broken
    }
}

impl Wrk {
    /// Installs wrk, if it is missing.
    pub(crate) fn new(connections: u16) -> Result<Self, Trouble> {
        install::ensure_for(&[Purpose::Load])?;
        let folder = TempDir::new()?;
        std::fs::write(folder.path().join("wrk.lua"), SCRIPT)?;
        Ok(Self { folder, connections })
    }

    pub(crate) fn connections(&self) -> u16 {
        self.connections
    }

    /// A folder for files of requests.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Loads whoever listens there for some time, as hard as they can be, or with a pause before each request of a
    /// connection.
    pub(crate) async fn load(
        &self,
        address: SocketAddr,
        requests: &Requests,
        time: Duration,
        pause: Duration,
    ) -> Result<Loaded, Trouble> {
        let output = Command::new(install::program("wrk")?)
            .args(["--threads", "1", "--timeout", ANSWER_PATIENCE])
            .args(["--connections", &self.connections.to_string()])
            .args(["--duration", &format!("{}s", time.as_secs())])
            .arg("--script")
            .arg(self.folder.path().join("wrk.lua"))
            .arg(format!("http://{address}/graphql"))
            .arg("--")
            .arg(requests.path())
            .arg((pause.as_secs_f64() * 1000.0).to_string())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await?;
        let text = String::from_utf8_lossy(&output.stdout);
        let result = text.lines().find_map(|line| serde_json::from_str(line.strip_prefix("result ")?).ok());
        result.ok_or_else(|| {
            Trouble::foreign("wrk", format!("{text}{}", String::from_utf8_lossy(&output.stderr)))
        })
    }
}

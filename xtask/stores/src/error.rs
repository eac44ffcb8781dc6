//! What can go wrong with a store, as a sentence for the person who typed the command.

use std::{io, path::PathBuf, time::Duration};

/// A store could not be installed, started or used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refused something.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done, e.g. `creating the folder /x`.
        doing: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// Packages are missing and could not be installed.
    #[error(transparent)]
    Install(#[from] crate::install::InstallError),
    /// Another process holds the data folder.
    #[error("the stores below {} are already running, started by process {holder}", path.display())]
    InUse {
        /// The data folder.
        path: PathBuf,
        /// The process id of its holder, or `?`.
        holder: String,
    },
    /// A port that was asked for is taken.
    #[error("port {port} is taken, and {store} was to listen there")]
    PortTaken {
        /// Which store wanted it.
        store: &'static str,
        /// The port.
        port: u16,
    },
    /// A store ended while it was starting.
    #[error("{store} ended while it was starting ({status}); its last words:\n{log}")]
    Ended {
        /// Which store.
        store: &'static str,
        /// Its exit status.
        status: String,
        /// The end of its log.
        log: String,
    },
    /// A store did not answer in time.
    #[error("{store} did not answer within {} seconds; its last words:\n{log}", within.as_secs())]
    Silent {
        /// Which store.
        store: &'static str,
        /// How long it was waited for.
        within: Duration,
        /// The end of its log.
        log: String,
    },
    /// A store or one of its tools refused a request.
    #[error("{doing}: {answer}")]
    Refused {
        /// What was asked for.
        doing: String,
        /// What came back.
        answer: String,
    },
}

/// Adds what was being done to an error of the operating system.
pub(crate) trait Doing<T> {
    /// `doing` is worked out only when there is an error.
    fn doing<S: Into<String>>(self, doing: impl FnOnce() -> S) -> Result<T, Error>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing<S: Into<String>>(self, doing: impl FnOnce() -> S) -> Result<T, Error> {
        self.map_err(|source| Error::Io { doing: doing().into(), source })
    }
}

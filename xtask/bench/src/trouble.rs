//! Why a benchmark could not be run. A figure that falls short of what is promised is no trouble: it is printed.

use std::io;

/// Why a benchmark could not be run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// Something is not installed and can't be.
    #[error(transparent)]
    Install(#[from] stores::install::InstallError),
    /// A store did not do what it was told.
    #[error("a store: {0}")]
    Store(#[from] stores::Error),
    /// A gateway did not start.
    #[error("a gateway: {0}")]
    Service(#[from] stores::process::ServiceError),
    /// A gateway ended, or is still reading the catalogue.
    #[error("a gateway does not get ready; its log:\n{0}")]
    NotReady(String),
    /// Postgres refused something.
    #[error("Postgres: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be made.
    #[error("the schema: {0}")]
    Schema(#[from] service::database::SchemaError),
    /// A setting of ours is wrong.
    #[error(transparent)]
    Setting(#[from] service::settings::SettingError),
    /// The gateway's own code could not apply what was made up.
    #[error("filling the catalogue: {0}")]
    Apply(#[from] gateway::apply::ApplyError),
    /// RabbitMQ refused something.
    #[error("RabbitMQ: {0}")]
    Broker(#[from] lapin::Error),
    /// The operating system refused something.
    #[error("the operating system: {0}")]
    Io(#[from] io::Error),
    /// A gateway can't be asked.
    #[error("asking over HTTP: {0}")]
    Http(#[from] reqwest::Error),
    /// A program answered in a form that nobody expected.
    #[error("{what} answered {answer}")]
    Foreign {
        /// Who.
        what: &'static str,
        /// What it said, cut where it is long.
        answer: String,
    },
    /// A task of ours died.
    #[error("a task ended early: {0}")]
    Task(#[from] tokio::task::JoinError),
}

impl Trouble {
    /// Something answered in a form that nobody expected.
    pub(crate) fn foreign(what: &'static str, answer: impl std::fmt::Display) -> Self {
        Self::Foreign { what, answer: answer.to_string().chars().take(500).collect() }
    }
}

//! Why a benchmark could not be run. A figure that falls short of what is promised is no trouble: it is printed.

use std::{fmt::Display, io};

use stores::Foreign;

/// Why a benchmark could not be run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// Something is not installed and can't be.
    #[error(transparent)]
    Install(#[from] stores::install::InstallError),
    /// A store did not do what it was told.
    #[error("a store: {0}")]
    Store(#[from] stores::Error),
    /// A service did not start or stop.
    #[error("a service: {0}")]
    Service(#[from] stores::process::ServiceError),
    /// A service ended, or takes far too long for what it has to do.
    #[error("{who} does not get on; its log:\n{log}")]
    Stuck {
        /// Which service.
        who: &'static str,
        /// Its log.
        log: String,
    },
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
    /// A service can't be asked.
    #[error("asking over HTTP: {0}")]
    Http(#[from] reqwest::Error),
    /// A program answered in a form that nobody expected.
    #[error(transparent)]
    Foreign(#[from] Foreign),
    /// A task of ours died.
    #[error("a task ended early: {0}")]
    Task(#[from] tokio::task::JoinError),
}

impl Trouble {
    /// Something answered in a form that nobody expected.
    pub(crate) fn foreign(who: &'static str, answer: impl Display) -> Self {
        Foreign::new(who, answer).into()
    }
}

//! Why a row could not be run at all. A promise that isn't kept is no trouble: it is what rows are there to find.
//!
//! The benchmark's own [`Trouble`] has some of these kinds too. What both have them from is the crate `stores`, where it can:
//! that one knows no HTTP client, so that a new machine has little to compile before it starts anything.

use std::{fmt::Display, io};

use stores::Foreign;

/// Why a row could not be run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// A store did not do what it was told.
    #[error("a store: {0}")]
    Store(#[from] stores::Error),
    /// A service did not start or stop.
    #[error("a service: {0}")]
    Service(#[from] stores::process::ServiceError),
    /// The operating system refused something.
    #[error("the operating system: {0}")]
    Io(#[from] io::Error),
    /// The mock shops or a service can't be asked.
    #[error("asking over HTTP: {0}")]
    Http(#[from] reqwest::Error),
    /// Something answered in a form that nobody expected.
    #[error(transparent)]
    Foreign(#[from] Foreign),
    /// What had to be so before the fault never came to be.
    #[error("before the fault: {0}")]
    NeverSettled(String),
    /// It lacks what a person has to give it.
    #[error("left out: {0}")]
    LeftOut(&'static str),
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

//! What a person can do beside a collector that runs: look at what waits to be believed and at what was refused,
//! decide, read again, send again.
//!
//! A command never takes the lead of a shop away. It holds the shop for itself for one short transaction after
//! the other, in which its leader waits, so that both tell one order of things. What a command tells goes
//! through the outbox and is sent by the collector that runs.

mod holds;
mod output;
mod rejects;
mod replay;
mod resend;

use std::{io::Write, sync::Arc, time::Duration};

use service::{
    database::{Database, Limits, Statements},
    settings::SettingError,
};

use crate::{
    settings::Settings,
    shops::Shop,
    store::{SCHEMA, Store, StoreError},
};

pub use holds::Holds;
pub use rejects::{Kind, Rejects};
pub use replay::Replay;
pub use resend::Resend;

/// How a command uses Postgres: one thing after the other, patiently.
const LIMITS: Limits = Limits {
    connections: 1,
    acquire: Duration::from_secs(5),
    statement: Duration::from_mins(1),
    lock: Duration::from_secs(30),
    statements: Statements::Large,
};

/// The most rows that a list shows, if not told otherwise.
const ROWS: &str = "50";

/// What a person asks for.
#[derive(Clone, Debug)]
pub enum Task {
    /// Look at what waits to be believed, or believe it.
    Holds(Holds),
    /// Look at what was refused.
    Rejects(Rejects),
    /// Read again what was refused.
    Replay(Replay),
    /// Send again what is known.
    Resend(Resend),
}

/// Why a command did nothing, or not all.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A setting is missing or wrong.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such shop.
    #[error("there is no shop {0:?}; there are {1}")]
    NoShop(String, String),
    /// The text names no listing.
    #[error("{0:?} does not name a listing: write the shop and its own id of it, like netvideo/10482")]
    NoName(String),
    /// There is no such listing.
    #[error("the listing {0} is not known")]
    NoListing(String),
    /// There is no such refusal.
    #[error("there is no refusal {0}; `collector rejects list` shows which there are")]
    NoRefusal(i64),
    /// Nobody decides.
    #[error("who decides? give --by NAME, it is kept with the decision")]
    Nobody,
    /// Nothing waits.
    #[error("nothing of {0} waits to be believed")]
    NothingHeld(String),
    /// The output can't be written.
    #[error("the output can't be written: {0}")]
    Output(#[from] std::io::Error),
}

impl CommandError {
    /// Whether only whoever read the output has gone, as `head` does: no error of ours.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe)
    }
}

/// Does what a person asks for, and writes what there is to say.
pub async fn run(task: Task, settings: &Settings, out: &mut impl Write) -> Result<(), CommandError> {
    let store = Store::new(Database::new(&settings.database_url()?, SCHEMA, LIMITS)?);
    let shops = Shops(settings.shops()?);
    match task {
        Task::Holds(holds) => holds::run(holds, &store, &shops, out).await,
        Task::Rejects(rejects) => rejects::run(rejects, &store, &shops, out).await,
        Task::Replay(replay) => replay::run(replay, &store, &shops, out).await,
        Task::Resend(resend) => resend::run(resend, &store, &shops, out).await,
    }
}

/// The shops that there are.
struct Shops(Vec<Arc<dyn Shop>>);

impl Shops {
    /// A shop by its slug.
    fn named(&self, slug: &str) -> Result<&Arc<dyn Shop>, CommandError> {
        self.0.iter().find(|shop| shop.slug() == slug).ok_or_else(|| {
            let slugs: Vec<_> = self.0.iter().map(|shop| shop.slug()).collect();
            CommandError::NoShop(slug.to_owned(), slugs.join(", "))
        })
    }

    /// A shop by its slug, or all.
    fn chosen(&self, slug: Option<&str>) -> Result<Vec<&Arc<dyn Shop>>, CommandError> {
        match slug {
            Some(slug) => Ok(vec![self.named(slug)?]),
            None => Ok(self.0.iter().collect()),
        }
    }

    /// The shop and the identifier that a name such as `netvideo/10482` holds.
    fn listing(&self, name: &str) -> Result<(&'static str, String), CommandError> {
        let (slug, id) = name.split_once('/').ok_or_else(|| CommandError::NoName(name.to_owned()))?;
        if id.is_empty() {
            return Err(CommandError::NoName(name.to_owned()));
        }
        Ok((self.named(slug)?.slug(), id.to_owned()))
    }
}

//! The collector's settings: the command line and the environment, checked once at start.

use std::{
    net::{AddrParseError, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use secrecy::SecretString;
use service::{
    logs::LogSettings,
    settings::{AMQP, DATABASE, SettingError},
};
use url::Url;

use crate::{
    commands::{Holds, Rejects, Replay, Resend},
    crawl::Habits,
    shops::{Crawled, Shop, ShopSettings},
};

/// No shop is asked more seldom: a longer interval is a slip.
const LONGEST_INTERVAL: Duration = Duration::from_hours(24);

const LISTEN: Variable = Variable { name: "COLLECTOR_LISTEN", default: "127.0.0.1:8081" };
const COLLECT_EVERY: Variable = Variable { name: "COLLECT_EVERY", default: "60s" };
const FULL_CRAWL_EVERY: Variable = Variable { name: "FULL_CRAWL_EVERY", default: "5" };
const PUBLISH_EVERY: Variable = Variable { name: "PUBLISH_EVERY", default: "200ms" };
const RECONCILE: Variable = Variable { name: "RECONCILE", default: "true" };

/// A variable with a default. It is read as text and checked here, so that an empty one counts as absent and what
/// is wrong is told under the variable's name.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What holds where it is absent or empty.
    pub default: &'static str,
}

impl Variable {
    /// What was given, or the default if that is empty.
    pub fn given(self, text: &str) -> &str {
        let text = text.trim();
        if text.is_empty() { self.default } else { text }
    }

    /// It was given and can't be used.
    pub fn wrong(self, problem: impl Into<String>) -> SettingError {
        SettingError::wrong(self.name, problem, self.default)
    }
}

/// Collects what shops say about video cards, and sends what has changed to RabbitMQ.
#[derive(Clone, Debug, clap::Parser)]
#[command(version, about)]
pub struct Settings {
    /// What to do; without a command the collector runs.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Where /health, /ready and /metrics are served.
    #[arg(long, env = LISTEN.name, default_value = LISTEN.default)]
    listen: String,
    /// Postgres, e.g. postgres://user:password@127.0.0.1:5432/videocards. The schema `collector` is used.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<SecretString>,
    /// A file that holds DATABASE_URL, for secrets that are mounted.
    #[arg(long, env = "DATABASE_URL_FILE")]
    database_url_file: Option<PathBuf>,
    /// RabbitMQ, e.g. amqp://user:password@127.0.0.1:5672/%2f.
    #[arg(long, env = "AMQP_URL", hide_env_values = true)]
    amqp_url: Option<SecretString>,
    /// A file that holds AMQP_URL, for secrets that are mounted.
    #[arg(long, env = "AMQP_URL_FILE")]
    amqp_url_file: Option<PathBuf>,
    /// The time between the starts of two crawls of a shop, e.g. 15s or 10m.
    #[arg(long, env = COLLECT_EVERY.name, default_value = COLLECT_EVERY.default)]
    collect_every: String,
    /// Of how many crawls of a shop one asks for every listing; the others ask for what has changed.
    #[arg(long, env = FULL_CRAWL_EVERY.name, default_value = FULL_CRAWL_EVERY.default)]
    full_crawl_every: String,
    /// The longest that a change waits before it is sent to RabbitMQ.
    #[arg(long, env = PUBLISH_EVERY.name, default_value = PUBLISH_EVERY.default)]
    publish_every: String,
    /// Whether each crawl's end tells which versions are known, and what a consumer lacks is sent again.
    #[arg(long, env = RECONCILE.name, default_value = RECONCILE.default)]
    reconcile: String,
    #[command(flatten)]
    shops: ShopSettings,
    /// How the collector logs.
    #[command(flatten)]
    pub logs: LogSettings,
}

/// What else the program does.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    /// Asks the collector that listens on COLLECTOR_LISTEN whether it is alive, and exits 0 if it is.
    Health,
    /// What shops say that is not believed yet: look at it, or believe it.
    #[command(subcommand)]
    Holds(Holds),
    /// What shops sent that could not be read.
    #[command(subcommand)]
    Rejects(Rejects),
    /// Reads again what was refused, with the parser of this collector.
    Replay(Replay),
    /// Sends again what is known, for a consumer that lost it.
    Resend(Resend),
}

/// Settings that were checked.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Where /health, /ready and /metrics are served.
    pub listen: SocketAddr,
    /// Where Postgres is.
    pub database_url: SecretString,
    /// Where RabbitMQ is.
    pub amqp_url: SecretString,
    /// How shops are crawled.
    pub habits: Habits,
    /// The longest that a change waits before it is sent.
    pub publish_every: Duration,
    /// The shops.
    pub shops: Vec<Crawled>,
}

impl Settings {
    /// Checks all that the command line could not.
    pub fn check(&self) -> Result<Checked, SettingError> {
        let every = every(COLLECT_EVERY, &self.collect_every)?;
        Ok(Checked {
            listen: self.listen()?,
            database_url: self.database_url()?,
            amqp_url: AMQP.required(self.amqp_url.as_ref(), self.amqp_url_file.as_deref())?,
            habits: Habits {
                full_crawl_every: full_crawl_every(&self.full_crawl_every)?,
                reconciles: truth(RECONCILE, &self.reconcile)?,
            },
            publish_every: self::every(PUBLISH_EVERY, &self.publish_every)?,
            shops: self.shops.open(every)?,
        })
    }

    /// Where Postgres is.
    pub fn database_url(&self) -> Result<SecretString, SettingError> {
        DATABASE.required(self.database_url.as_ref(), self.database_url_file.as_deref())
    }

    /// The shops, whether they are crawled or not.
    pub fn shops(&self) -> Result<Vec<Arc<dyn Shop>>, SettingError> {
        let shops = self.shops.open(LONGEST_INTERVAL)?;
        Ok(shops.into_iter().map(|crawled| crawled.shop).collect())
    }

    /// Where /health, /ready and /metrics are served.
    pub fn listen(&self) -> Result<SocketAddr, SettingError> {
        LISTEN.given(&self.listen).parse().map_err(|error: AddrParseError| LISTEN.wrong(error.to_string()))
    }
}

/// A time such as `15s`; it must not be zero, since nothing can be done without a pause, nor longer than a day:
/// in humantime's units `10M` is ten months.
fn every(variable: Variable, text: &str) -> Result<Duration, SettingError> {
    let text = variable.given(text);
    let every = humantime::parse_duration(text).map_err(|error| variable.wrong(error.to_string()))?;
    if every < Duration::from_millis(1) {
        return Err(variable.wrong("it is shorter than a millisecond"));
    }
    if every > LONGEST_INTERVAL {
        return Err(variable.wrong("it is longer than a day (`m` is a minute and `M` a month)"));
    }
    Ok(every)
}

/// A shop's own interval, or the one for all where there is none or an empty one.
pub fn every_or(name: &'static str, text: Option<&str>, default: Duration) -> Result<Duration, SettingError> {
    match text.filter(|text| !text.trim().is_empty()) {
        Some(text) => every(Variable { name, ..COLLECT_EVERY }, text),
        None => Ok(default),
    }
}

fn full_crawl_every(text: &str) -> Result<u32, SettingError> {
    match FULL_CRAWL_EVERY.given(text).parse() {
        Ok(0) => Err(FULL_CRAWL_EVERY.wrong("it is zero, and one crawl in so many is full")),
        Ok(every) => Ok(every),
        Err(error) => Err(FULL_CRAWL_EVERY.wrong(error.to_string())),
    }
}

fn truth(variable: Variable, text: &str) -> Result<bool, SettingError> {
    variable.given(text).parse().map_err(|_| variable.wrong("it is neither `true` nor `false`"))
}

/// The address below which a shop's API is.
pub fn base_url(variable: Variable, text: &str) -> Result<Url, SettingError> {
    let url = Url::parse(variable.given(text)).map_err(|error| variable.wrong(error.to_string()))?;
    if !["http", "https"].contains(&url.scheme()) || !url.has_host() {
        let problem = format!("its scheme is `{}`, where http or https is understood", url.scheme());
        return Err(variable.wrong(problem));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(variable.wrong("it has a query or a fragment, to which no path can be added"));
    }
    Ok(url)
}

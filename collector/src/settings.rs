//! The collector's settings: the command line and the environment, checked once at start.

use std::{net::SocketAddr, time::Duration};

use secrecy::SecretString;
use service::{
    logs::LogSettings,
    settings::{AMQP, DATABASE, SettingError},
};
use url::Url;

use crate::shops::{Crawled, ShopSettings};

/// Collects what shops say about video cards, and sends what has changed to RabbitMQ.
#[derive(Clone, Debug, clap::Parser)]
#[command(version, about)]
pub struct Settings {
    /// What to do; without a command the collector runs.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Where /health, /ready and /metrics are served.
    #[arg(long, env = "COLLECTOR_LISTEN", default_value = "127.0.0.1:8081")]
    pub listen: SocketAddr,
    /// Postgres, e.g. postgres://user:password@127.0.0.1:5432/videocards. The schema `collector` is used.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<SecretString>,
    /// RabbitMQ, e.g. amqp://user:password@127.0.0.1:5672/%2f.
    #[arg(long, env = "AMQP_URL", hide_env_values = true)]
    amqp_url: Option<SecretString>,
    /// The time between the starts of two crawls of a shop, e.g. 15s or 10m.
    #[arg(long, env = "COLLECT_EVERY", default_value = "60s")]
    collect_every: String,
    /// Of how many crawls of a shop one asks for every listing; the others ask for what has changed.
    #[arg(long, env = "FULL_CRAWL_EVERY", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    full_crawl_every: u32,
    /// The longest that a change waits before it is sent to RabbitMQ.
    #[arg(long, env = "PUBLISH_EVERY", default_value = "200ms")]
    publish_every: String,
    #[command(flatten)]
    shops: ShopSettings,
    /// How the collector logs.
    #[command(flatten)]
    pub logs: LogSettings,
}

/// What else the program does.
#[derive(Clone, Copy, Debug, clap::Subcommand)]
pub enum Command {
    /// Asks the collector that listens on COLLECTOR_LISTEN whether it is alive, and exits 0 if it is.
    Health,
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
    /// Of how many crawls one is full.
    pub full_crawl_every: u32,
    /// The longest that a change waits before it is sent.
    pub publish_every: Duration,
    /// The shops.
    pub shops: Vec<Crawled>,
}

impl Settings {
    /// Checks all that the command line could not.
    pub fn check(&self) -> Result<Checked, SettingError> {
        let every = every("COLLECT_EVERY", &self.collect_every, "60s")?;
        Ok(Checked {
            listen: self.listen,
            database_url: DATABASE.required(self.database_url.as_ref())?,
            amqp_url: AMQP.required(self.amqp_url.as_ref())?,
            full_crawl_every: self.full_crawl_every,
            publish_every: self::every("PUBLISH_EVERY", &self.publish_every, "200ms")?,
            shops: self.shops.open(every)?,
        })
    }
}

/// A time such as `15s`; it must not be zero, since nothing can be done without a pause.
fn every(name: &'static str, text: &str, example: &'static str) -> Result<Duration, SettingError> {
    let every = humantime::parse_duration(text.trim())
        .map_err(|error| SettingError::wrong(name, error.to_string(), example))?;
    if every < Duration::from_millis(1) {
        return Err(SettingError::wrong(name, "it is shorter than a millisecond", example));
    }
    if every > Duration::from_hours(24 * 365) {
        return Err(SettingError::wrong(name, "it is longer than a year", example));
    }
    Ok(every)
}

/// A shop's own interval, or the one for all where there is none or an empty one.
pub fn every_or(name: &'static str, text: Option<&str>, default: Duration) -> Result<Duration, SettingError> {
    match text.filter(|text| !text.trim().is_empty()) {
        Some(text) => every(name, text, "60s"),
        None => Ok(default),
    }
}

/// The address below which a shop's API is.
pub fn base_url(name: &'static str, text: &str, example: &'static str) -> Result<Url, SettingError> {
    let wrong = |problem: String| SettingError::wrong(name, problem, example);
    let url = Url::parse(text.trim()).map_err(|error| wrong(error.to_string()))?;
    if !["http", "https"].contains(&url.scheme()) || !url.has_host() {
        return Err(wrong(format!("its scheme is `{}`, where http or https is understood", url.scheme())));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it has a query or a fragment, to which no path can be added".to_owned()));
    }
    Ok(url)
}

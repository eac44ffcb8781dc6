//! The gateway's settings, from the environment or the command line.

use std::{
    ffi::OsString,
    net::{AddrParseError, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Parser, Subcommand};
use secrecy::SecretString;
use service::{
    logs::LogSettings,
    settings::{AMQP, DATABASE, DATABASE_READ, REDIS, SettingError},
};

use crate::{dead::Dead, http::settings::HttpSettings, matches::Matches, rates::ExchangeRates};

/// Merges what the shops say into video cards and serves them over GraphQL.
#[derive(Debug, Parser)]
#[command(name = "gateway", version, about, long_about = None)]
pub struct Settings {
    /// What to do; without it, serve.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Where to listen.
    #[arg(long, env = "GATEWAY_LISTEN", default_value = "127.0.0.1:8000")]
    pub listen: SocketAddr,
    /// Where /health, /ready and /metrics are served instead of beside all else.
    #[arg(long, env = "GATEWAY_METRICS_LISTEN")]
    metrics_listen: Option<String>,
    /// Postgres, with the schema `gateway` (needed to serve).
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<SecretString>,
    /// A file that holds DATABASE_URL, for secrets that are mounted.
    #[arg(long, env = "DATABASE_URL_FILE")]
    database_url_file: Option<PathBuf>,
    /// A replica of that Postgres, from which readers are answered; without it DATABASE_URL serves them too.
    #[arg(long, env = "DATABASE_READ_URL", hide_env_values = true)]
    database_read_url: Option<SecretString>,
    /// A file that holds DATABASE_READ_URL, for secrets that are mounted.
    #[arg(long, env = "DATABASE_READ_URL_FILE")]
    database_read_url_file: Option<PathBuf>,
    /// RabbitMQ (needed to serve).
    #[arg(long, env = "AMQP_URL", hide_env_values = true)]
    amqp_url: Option<SecretString>,
    /// A file that holds AMQP_URL, for secrets that are mounted.
    #[arg(long, env = "AMQP_URL_FILE")]
    amqp_url_file: Option<PathBuf>,
    /// Redis; without it answers are cached in memory alone.
    #[arg(long, env = "REDIS_URL", hide_env_values = true)]
    redis_url: Option<SecretString>,
    /// A file that holds REDIS_URL, for secrets that are mounted.
    #[arg(long, env = "REDIS_URL_FILE")]
    redis_url_file: Option<PathBuf>,
    /// The currency in which prices are compared.
    #[arg(long, env = "BASE_CURRENCY", default_value = "USD")]
    base_currency: String,
    /// What one unit of other currencies is in the base currency, e.g. `EUR=1.08,RUB=0.011`.
    #[arg(long, env = "EXCHANGE_RATES", default_value = "")]
    exchange_rates: String,
    /// The most memory that cached answers take, in MB.
    #[arg(long, env = "CACHE_MB", default_value_t = 40)]
    pub cache_mb: u64,
    /// The most disk that cards take which memory has no room for, in MB; 0: none.
    #[arg(long, env = "CACHE_DISK_MB", default_value_t = 4096)]
    pub cache_disk_mb: u64,
    /// The folder on that disk; without it, that of temporary files, if it isn't memory itself.
    #[arg(long, env = "CACHE_DISK_FOLDER")]
    cache_disk_folder: Option<OsString>,
    /// The most connections to Postgres.
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value_t = 16, value_parser = clap::value_parser!(u32).range(4..=1000))]
    pub database_connections: u32,
    /// For how many days the history of prices is kept.
    #[arg(long, env = "PRICE_HISTORY_DAYS", default_value_t = 400, value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub price_history_days: u16,
    /// Notice listings that are lacking, and ask the collector to send them again.
    #[arg(long, env = "RECONCILE", default_value_t = true, action = clap::ArgAction::Set)]
    pub reconcile: bool,
    /// How long a gateway that is told to stop goes on serving while it says that it is not ready, so that a balancer
    /// sends nobody here any more.
    #[arg(long, env = "STOP_LINGER", default_value = "1s", value_parser = linger)]
    pub stop_linger: Duration,
    /// The outside over HTTP.
    #[command(flatten)]
    pub http: HttpSettings,
    /// How logs are written.
    #[command(flatten)]
    pub logs: LogSettings,
}

/// Together with what comes after it, a gateway has ended within ten seconds.
fn linger(text: &str) -> Result<Duration, String> {
    const LONGEST: Duration = Duration::from_secs(4);
    let linger = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if linger > LONGEST { Err("4s is the longest".to_owned()) } else { Ok(linger) }
}

/// What the gateway can do besides serving.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Print the schema in GraphQL's schema definition language.
    Schema,
    /// Look at pairs of listings that may be one product, and decide (needs DATABASE_URL).
    #[command(subcommand)]
    Matches(Matches),
    /// Look at messages that could not be applied, and have them tried again (needs DATABASE_URL and AMQP_URL).
    #[command(subcommand)]
    Dead(Dead),
    /// Ask the gateway that listens on GATEWAY_METRICS_LISTEN, or else on GATEWAY_LISTEN, whether it is alive.
    Health,
}

/// The settings that serving needs, checked.
#[derive(Clone, Debug)]
pub struct Stores {
    /// Postgres.
    pub database: SecretString,
    /// Postgres for what readers ask: the same one, or one replica of it. The catalogue's version and all that is read
    /// under it have to come from one server, or a row could be older than the version that it is kept under.
    pub reading: SecretString,
    /// RabbitMQ.
    pub amqp: SecretString,
    /// Redis, if there is one.
    pub redis: Option<SecretString>,
    /// The base currency and the rates to it.
    pub rates: ExchangeRates,
}

impl Settings {
    /// Checks where /health, /ready and /metrics are served; `None`, also where it is empty: beside all else.
    pub fn metrics_listen(&self) -> Result<Option<SocketAddr>, SettingError> {
        const NAME: &str = "GATEWAY_METRICS_LISTEN";
        let given = self.metrics_listen.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let wrong = |error: AddrParseError| SettingError::wrong(NAME, error.to_string(), "127.0.0.1:8001");
        given.map(|text| text.parse().map_err(wrong)).transpose()
    }

    /// The folder for cards on disk, if one is given.
    pub fn cache_disk_folder(&self) -> Option<&Path> {
        self.cache_disk_folder.as_deref().filter(|folder| !folder.is_empty()).map(Path::new)
    }

    /// Checks where Postgres is.
    pub fn database(&self) -> Result<SecretString, SettingError> {
        DATABASE.required(self.database_url.as_ref(), self.database_url_file.as_deref())
    }

    /// Checks where RabbitMQ is.
    pub fn amqp(&self) -> Result<SecretString, SettingError> {
        AMQP.required(self.amqp_url.as_ref(), self.amqp_url_file.as_deref())
    }

    /// Checks the base currency and the rates to it.
    pub fn rates(&self) -> Result<ExchangeRates, SettingError> {
        ExchangeRates::read(&self.base_currency, &self.exchange_rates)
    }

    /// Checks what serving needs.
    pub fn stores(&self) -> Result<Stores, SettingError> {
        let database = self.database()?;
        let replica = DATABASE_READ
            .optional(self.database_read_url.as_ref(), self.database_read_url_file.as_deref())?;
        Ok(Stores {
            reading: replica.unwrap_or_else(|| database.clone()),
            database,
            amqp: self.amqp()?,
            redis: REDIS.optional(self.redis_url.as_ref(), self.redis_url_file.as_deref())?,
            rates: self.rates()?,
        })
    }
}

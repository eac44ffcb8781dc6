//! Logs go to standard output, one event a line, as text for people or as JSON for machines.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::settings::SettingError;

/// How a log line is written (`LOG_FORMAT`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for log collectors.
    Json,
}

/// The settings of logging, to be flattened into a service's own.
#[derive(Clone, Debug, clap::Args)]
pub struct LogSettings {
    /// Which events are logged, e.g. `info` or `info,gateway=debug`.
    #[arg(long = "log-filter", env = "RUST_LOG", default_value = "info")]
    pub filter: String,
    /// How a line is written.
    #[arg(long = "log-format", env = "LOG_FORMAT", default_value = "text")]
    pub format: LogFormat,
}

/// Starts logging. To be called once, first thing in `main`.
pub fn init(settings: &LogSettings) -> Result<(), SettingError> {
    let filter = if settings.filter.trim().is_empty() { "info" } else { &settings.filter };
    let filter = EnvFilter::try_new(filter)
        .map_err(|error| SettingError::wrong("RUST_LOG", format!("{error}"), "info or info,gateway=debug"))?;
    let registry = tracing_subscriber::registry().with(filter);
    match settings.format {
        LogFormat::Text => {
            registry.with(fmt::layer().with_target(false).with_ansi(std::io::stdout().is_terminal())).init();
        }
        LogFormat::Json => registry.with(fmt::layer().json().flatten_event(true)).init(),
    }
    Ok(())
}

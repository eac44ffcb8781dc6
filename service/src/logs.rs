//! Logs go to standard output, one event a line, as text for people or as JSON for machines.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{settings::SettingError, traces::SPANS};

/// Clients of stores that log each failure on their own, with hosts and paths. The services tell of it once, where they
/// deal with it.
const CLIENTS_OFF: &str = "lapin=off,fred=off";

/// How a log line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LogFormat {
    /// For people.
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
    /// How a line is written: `text` for people, `json` for log collectors.
    #[arg(long = "log-format", env = "LOG_FORMAT", default_value = "text")]
    pub format: String,
}

impl LogSettings {
    fn filter(&self) -> Result<EnvFilter, SettingError> {
        let filter = if self.filter.trim().is_empty() { "info" } else { &self.filter };
        // What is wanted of a client by name is told. Spans are for traces alone: in a line they would stand before what
        // it says.
        EnvFilter::try_new(format!("{CLIENTS_OFF},{filter},{SPANS}=off"))
            .map_err(|error| SettingError::wrong("RUST_LOG", error.to_string(), "info or info,gateway=debug"))
    }

    fn format(&self) -> Result<LogFormat, SettingError> {
        match self.format.trim() {
            "" | "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err(SettingError::wrong("LOG_FORMAT", "it is neither `text` nor `json`", "text")),
        }
    }
}

/// Something that listens to what happens, beside the log.
pub(crate) type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Starts logging, and further layers, once a process: by [`crate::traces::init`].
pub(crate) fn init(settings: &LogSettings, mut layers: Vec<BoxedLayer>) -> Result<(), SettingError> {
    let filter = settings.filter()?;
    layers.push(match settings.format()? {
        LogFormat::Text => {
            let is_terminal = std::io::stdout().is_terminal();
            fmt::layer().with_target(false).with_ansi(is_terminal).with_filter(filter).boxed()
        }
        LogFormat::Json => fmt::layer().json().flatten_event(true).with_filter(filter).boxed(),
    });
    tracing_subscriber::registry().with(layers).init();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_of_stores_are_silent_unless_they_are_asked_for_by_name() {
        let cases = [("info", "lapin=off"), ("", "fred=off"), ("warn,lapin=debug", "lapin=debug")];
        for (filter, expected) in cases {
            let settings = LogSettings { filter: filter.to_owned(), format: String::new() };
            let read = settings.filter().unwrap().to_string();
            assert!(read.split(',').any(|directive| directive == expected), "{filter}: {read}");
        }
        let settings = LogSettings { filter: "lapin=debug".to_owned(), format: String::new() };
        assert!(!settings.filter().unwrap().to_string().contains("lapin=off"));
    }
}

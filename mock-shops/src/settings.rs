//! What can be set from outside. A wrong value ends the start with a sentence that names the variable, and a
//! variable that is empty counts as absent, as compose files leave those that nobody has set.

use std::{ffi::OsStr, net::SocketAddr};

use clap::{CommandFactory as _, FromArgMatches as _, builder::Resettable};
use secrecy::SecretString;
use service::logs::LogSettings;

/// The largest catalogue that can be asked for.
pub(crate) const MOST_CARDS: u32 = 1_000_000;
/// The most changes a second that drift can make: beyond it the shops would do little else.
const MOST_DRIFT: f64 = 10_000.0;

/// Serves the APIs of two made-up video card shops, NetVideo and CountryLink, for trying and testing whatever
/// reads them.
#[derive(Debug, clap::Parser)]
#[command(name = "mock-shops", version)]
pub(crate) struct Settings {
    /// What to do; without it, serve.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// The address and port to listen on; port 0 takes any free one, which the log then names.
    #[arg(long, env = "MOCK_SHOPS_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS", value_parser = listen)]
    pub(crate) listen: SocketAddr,
    /// How many products are made up, 1 to 1000000.
    #[arg(long, env = "MOCK_SHOPS_CARDS", default_value = "600", value_name = "COUNT", value_parser = cards)]
    pub(crate) cards: u32,
    /// From what the products and their listings are made up: the same seed gives the same shops.
    #[arg(long, env = "MOCK_SHOPS_SEED", default_value = "1", value_name = "NUMBER", value_parser = seed)]
    pub(crate) seed: u64,
    /// Price and stock changes a second in both shops together; 0 means that nothing changes by itself.
    #[arg(long, env = "MOCK_SHOPS_DRIFT", default_value = "1", value_name = "PER SECOND", value_parser = drift)]
    pub(crate) drift: f64,
    /// Requests a second that each shop answers before it says 429; 0 means no limit. The default lets a
    /// million listings be read in half a minute and still stops a client that has lost its pacing.
    #[arg(long, env = "MOCK_SHOPS_RATE_LIMIT", default_value = "200", value_name = "PER SECOND", value_parser = rate_limit)]
    pub(crate) rate_limit: u32,
    /// The key that CountryLink wants in the header X-Api-Key.
    #[arg(
        long,
        env = "MOCK_SHOPS_API_KEY",
        default_value = "demo-key",
        value_name = "KEY",
        hide_env_values = true
    )]
    pub(crate) api_key: SecretString,
    /// How the log is written.
    #[command(flatten)]
    pub(crate) logs: LogSettings,
}

/// What the shops can do besides serving.
#[derive(Clone, Copy, Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Ask the shops that listen on MOCK_SHOPS_LISTEN whether they are alive, and exit 0 if they are.
    Health,
}

impl Settings {
    /// The settings of this process. Wrong ones are told on standard error, and end it.
    pub(crate) fn of_process() -> Self {
        let is_empty = |name: &OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
        let matches = without(Self::command(), is_empty).get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

/// The command without the variables that are to count as absent.
fn without(command: clap::Command, is_absent: impl Fn(&OsStr) -> bool) -> clap::Command {
    command.mut_args(
        |arg| {
            if arg.get_env().is_some_and(&is_absent) { arg.env(Resettable::Reset) } else { arg }
        },
    )
}

fn listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "MOCK_SHOPS_LISTEN has to be an IP address and a port, for example 127.0.0.1:8080".to_owned()
    })
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| {
        format!("MOCK_SHOPS_SEED has to be a whole number from 0 to {}, for example 1", u64::MAX)
    })
}

fn rate_limit(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| {
        let most = u32::MAX;
        format!("MOCK_SHOPS_RATE_LIMIT has to be a whole number from 0 to {most}, for example 200")
    })
}

fn cards(text: &str) -> Result<u32, String> {
    text.parse().ok().filter(|count| (1..=MOST_CARDS).contains(count)).ok_or_else(|| {
        format!("MOCK_SHOPS_CARDS has to be a whole number from 1 to {MOST_CARDS}, for example 600")
    })
}

fn drift(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|rate| (0.0..=MOST_DRIFT).contains(rate)).ok_or_else(|| {
        format!("MOCK_SHOPS_DRIFT has to be a number from 0 to {MOST_DRIFT}, for example 1 or 0.5 or 0")
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[test]
    fn a_wrong_setting_is_named_and_explained() {
        let cases = [
            (["--cards", "0"], Some("MOCK_SHOPS_CARDS has to be")),
            (["--cards", "1000001"], Some("MOCK_SHOPS_CARDS has to be")),
            (["--cards", "many"], Some("MOCK_SHOPS_CARDS has to be")),
            (["--drift", "-1"], Some("MOCK_SHOPS_DRIFT has to be")),
            (["--drift", "NaN"], Some("MOCK_SHOPS_DRIFT has to be")),
            (["--listen", "8080"], Some("MOCK_SHOPS_LISTEN has to be")),
            (["--seed", "-1"], Some("MOCK_SHOPS_SEED has to be")),
            (["--rate-limit", "fast"], Some("MOCK_SHOPS_RATE_LIMIT has to be")),
            (["--cards", "1000000"], None),
            (["--drift", "0.5"], None),
        ];
        for ([name, value], expected) in cases {
            let result = Settings::try_parse_from(["mock-shops", &format!("{name}={value}")]);
            match (result, expected) {
                (Ok(_), None) => {}
                (Err(error), Some(part)) => {
                    assert!(error.to_string().contains(part), "{name} {value}: {error}");
                }
                (result, _) => panic!("{name} {value}: {result:?}"),
            }
        }
    }

    #[test]
    fn an_empty_variable_counts_as_absent() {
        // Every process has a path, so it stands for a variable that a shell has left empty.
        let command = || {
            let path = clap::Arg::new("number").env("PATH").default_value("1");
            clap::Command::new("mock-shops").arg(path.value_parser(seed))
        };
        assert!(command().try_get_matches_from(["mock-shops"]).is_err());
        let matches = without(command(), |name| name == "PATH").try_get_matches_from(["mock-shops"]).unwrap();
        assert_eq!(matches.get_one::<u64>("number"), Some(&1));
    }
}

//! What can be set from outside. A wrong value ends the start with a sentence that names the variable.

use std::net::SocketAddr;

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
    #[arg(long, env = "MOCK_SHOPS_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// How many products are made up, 1 to 1000000.
    #[arg(long, env = "MOCK_SHOPS_CARDS", default_value = "600", value_name = "COUNT", value_parser = cards)]
    pub(crate) cards: u32,
    /// From what the products and their listings are made up: the same seed gives the same shops.
    #[arg(long, env = "MOCK_SHOPS_SEED", default_value = "1", value_name = "NUMBER")]
    pub(crate) seed: u64,
    /// Price and stock changes a second in both shops together; 0 means that nothing changes by itself.
    #[arg(long, env = "MOCK_SHOPS_DRIFT", default_value = "1", value_name = "PER SECOND", value_parser = drift)]
    pub(crate) drift: f64,
    /// Requests a second that each shop answers before it says 429; 0 means no limit. The default lets a
    /// million listings be read in half a minute and still stops a client that has lost its pacing.
    #[arg(long, env = "MOCK_SHOPS_RATE_LIMIT", default_value = "200", value_name = "PER SECOND")]
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
            (["--listen", "8080"], Some("invalid value '8080'")),
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
}

//! `cargo xtask up`: everything on this machine, until Ctrl-C.
//!
//! A service that ends by itself is never started again in silence: it says so, and all is stopped. Whatever
//! ends us, nothing that we started outlives us.

use std::{
    env,
    path::Path,
    process::{Command, ExitCode, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};
use clap::{Args, value_parser};
use rustix::process::Signal;
use stores::{LastingStores, child::Guarded, home::Home, http, install::Store};

use crate::{
    graphiql,
    logs::{self, say},
    project::{compiling, programs, root},
    services::{self, ADVICE, Choices, NAMES, Plan, StoreAddresses},
    signals, storefront,
};

/// How often children are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How often a person is told what is still waited for.
const SAY_EVERY: Duration = Duration::from_secs(15);
/// How long a service may take to finish what it holds.
const STOP_PATIENCE: Duration = Duration::from_secs(10);

/// Start the stores, both mock shops, the collector and the gateway, until Ctrl-C.
///
/// Installs what is missing where it may (Debian and Ubuntu, as root or with sudo), starts private Postgres,
/// Redis and RabbitMQ with their data in .data, builds the services, starts them, and prints the addresses once
/// they answer.
///
/// Stores of your own are used instead when DATABASE_URL, AMQP_URL or REDIS_URL is set, or one of them with _FILE
/// behind it. Every other variable of the services can be set too; RUST_LOG=debug shows more.
#[derive(Debug, Args)]
pub(crate) struct Up {
    /// Added to every port, to run several at once: 100, 200, … up to 15000. Each has its own data.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = port_offset)]
    port_offset: u16,
    /// How many products the mock shops make up.
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=1_000_000))]
    cards: Option<u32>,
    /// Start the services as they were built last.
    #[arg(long)]
    no_build: bool,
    /// Build and start the services as they run for real: quicker, and built in twice the time.
    #[arg(long)]
    release: bool,
}

/// Offsets are a hundred apart: the ports of one run are closer to each other than that.
pub(crate) fn port_offset(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(offset) if offset <= 15_000 && offset % 100 == 0 => Ok(offset),
        _ => Err("give a multiple of 100, up to 15000".to_owned()),
    }
}

/// A service that was started.
struct Running {
    name: &'static str,
    child: Guarded,
}

/// Why it is over.
enum Over {
    Signal(&'static str),
    Ended(String),
}

impl Up {
    pub(crate) fn run(&self) -> Result<ExitCode> {
        let signals = signals::listen()?;
        let given = |name: &str| env::var(name).ok();
        let choices = Choices { port_offset: self.port_offset, cards: self.cards };
        services::check_ports(&services::plan(choices, &StoreAddresses::default(), given)?)?;

        let mut stores = self.start_stores(&wanted(given))?;
        if !self.no_build
            && let Some(over) = build(self.release, &signals)?
        {
            return Ok(stop(&over, Vec::new(), stores));
        }
        let plans = services::plan(choices, &addresses(stores.as_ref()), given)?;
        let folder = programs(self.release)?;
        let mut running = Vec::new();
        for (place, plan) in plans.iter().enumerate() {
            running.push(start(place, plan, &folder)?);
        }
        let over = watch(&signals, &plans, &mut running, &mut stores);
        Ok(stop(&over, running, stores))
    }

    fn start_stores(&self, wanted: &[Store]) -> Result<Option<LastingStores>> {
        if wanted.is_empty() {
            return Ok(None);
        }
        let folder = root().join(".data").join(format!("ports-{}", self.port_offset));
        eprintln!("starting the stores, with their data in {} …", folder.display());
        let stores = Home::claim(&folder)
            .and_then(|home| LastingStores::start(home, self.port_offset, wanted))
            .map_err(|error| match error {
                taken @ (stores::Error::InUse { .. } | stores::Error::PortTaken { .. }) => {
                    anyhow!("{taken}; {ADVICE}")
                }
                other => other.into(),
            })?;
        Ok(Some(stores))
    }
}

/// The stores that the environment does not bring.
fn wanted(given: impl Fn(&str) -> Option<String>) -> Vec<Store> {
    [(Store::Postgres, "DATABASE_URL"), (Store::RabbitMq, "AMQP_URL"), (Store::Redis, "REDIS_URL")]
        .into_iter()
        .filter(|(_, variable)| {
            let is_absent = |name: &str| given(name).is_none_or(|value| value.trim().is_empty());
            is_absent(variable) && is_absent(&format!("{variable}_FILE"))
        })
        .map(|(store, _)| store)
        .collect()
}

fn addresses(stores: Option<&LastingStores>) -> StoreAddresses {
    let Some(stores) = stores else { return StoreAddresses::default() };
    StoreAddresses {
        collector_database: stores.collector_database(),
        gateway_database: stores.gateway_database(),
        collector_amqp: stores.collector_amqp(),
        gateway_amqp: stores.gateway_amqp(),
        redis: stores.redis(),
    }
}

/// Builds the services, unless it is over before that.
fn build(release: bool, signals: &Receiver<&'static str>) -> Result<Option<Over>> {
    for (pages, address) in [(graphiql::PAGE, "/graphiql"), (storefront::PAGES, "/")] {
        if let Err(error) = pages.build_if_stale() {
            eprintln!(
                "warning: {error:#}\nwarning: everything but {} at {address} works without",
                pages.name
            );
        }
    }
    eprintln!("building the services …");
    let packages = NAMES.iter().flat_map(|name| ["--package", name]);
    let profile = release.then_some("--release");
    let mut cargo = compiling(["build"].into_iter().chain(profile).chain(packages))?;
    let mut cargo = Guarded::spawn(&mut cargo).context("starting cargo")?;
    loop {
        if let Some(status) = cargo.exit_status().context("watching cargo")? {
            let failed = || Over::Ended("the services could not be built".to_owned());
            return Ok((!status.success()).then(failed));
        }
        if let Some(over) = heard(signals) {
            return Ok(Some(over));
        }
    }
}

/// Waits a moment for a signal.
fn heard(signals: &Receiver<&'static str>) -> Option<Over> {
    match signals.recv_timeout(LOOK_EVERY) {
        Ok(signal) => Some(Over::Signal(signal)),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => {
            Some(Over::Ended("signals can't be heard any more".to_owned()))
        }
    }
}

fn start(place: usize, plan: &Plan, programs: &Path) -> Result<Running> {
    let program = programs.join(plan.name);
    let coloured = logs::is_coloured();
    let mut command = Command::new(&program);
    command.envs(&plan.variables).current_dir(root()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if !coloured {
        command.env("NO_COLOR", "1");
    }
    let mut child = Guarded::spawn(&mut command).with_context(|| not_started(&program))?;
    let pipes = child.pipes();
    logs::show(plan.name, place, coloured, pipes.stdout.take());
    logs::show(plan.name, place, coloured, pipes.stderr.take());
    Ok(Running { name: plan.name, child })
}

fn not_started(program: &Path) -> String {
    format!("starting {} (leave out --no-build to have it built)", program.display())
}

/// Waits until it is over, and says once that everything answers.
fn watch(
    signals: &Receiver<&'static str>,
    plans: &[Plan; 3],
    running: &mut [Running],
    stores: &mut Option<LastingStores>,
) -> Over {
    let mut waiting_for: Vec<&Plan> = plans.iter().collect();
    let mut said = Instant::now();
    loop {
        if let Some(over) = heard(signals) {
            return over;
        }
        if let Some(what) = ended(running, stores.as_mut()) {
            return Over::Ended(what);
        }
        if waiting_for.is_empty() {
            continue;
        }
        waiting_for.retain(|plan| !answers(plan));
        if waiting_for.is_empty() {
            let stores = stores.as_ref();
            let page = stores.and_then(LastingStores::amqp_page);
            let database = stores.and_then(LastingStores::admin_database);
            say("\nEverything answers. Ctrl-C stops it.\n");
            for line in services::addresses(plans, page.as_deref(), database.as_deref()) {
                say(&format!("    {line}"));
            }
            say("");
        } else if said.elapsed() > SAY_EVERY {
            said = Instant::now();
            let names: Vec<&str> = waiting_for.iter().map(|plan| plan.name).collect();
            eprintln!("waiting for {} to be ready …", names.join(", "));
        }
    }
}

fn answers(plan: &Plan) -> bool {
    http::get(services::reachable(plan.inside), plan.ready_path).is_ok_and(|answer| answer.is_success())
}

/// What ended by itself, if something did.
fn ended(running: &mut [Running], stores: Option<&mut LastingStores>) -> Option<String> {
    for Running { name, child } in running {
        if let Ok(Some(status)) = child.exit_status() {
            return Some(format!("{name} ended by itself ({status})"));
        }
    }
    let ended = stores?.ended();
    (!ended.is_empty()).then(|| format!("{} ended by itself", ended.join(" and ")))
}

/// Stops the services first, all at the same time, then the stores.
fn stop(why: &Over, mut running: Vec<Running>, stores: Option<LastingStores>) -> ExitCode {
    let (why, mut code) = match why {
        Over::Signal(signal) => (*signal, ExitCode::SUCCESS),
        Over::Ended(what) => (what.as_str(), ExitCode::FAILURE),
    };
    eprintln!("\n{why}: stopping everything; Ctrl-C ends it at once …");
    for Running { child, .. } in &mut running {
        child.signal(Signal::TERM);
    }
    let deadline = Instant::now() + STOP_PATIENCE;
    for Running { name, child } in &mut running {
        if matches!(child.wait(deadline.saturating_duration_since(Instant::now())), Ok(Some(_))) {
            continue;
        }
        eprintln!("{name} did not end within {} s and is killed", STOP_PATIENCE.as_secs());
        child.kill();
        code = ExitCode::FAILURE;
    }
    if let Some(stores) = stores {
        stores.stop();
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_a_hundred_apart_and_keep_ports_in_range() {
        let cases = [
            ("0", Some(0)),
            ("100", Some(100)),
            ("15000", Some(15_000)),
            ("80", None),
            ("15100", None),
            ("-100", None),
            ("x", None),
        ];
        for (text, expected) in cases {
            assert_eq!(port_offset(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn stores_that_the_environment_brings_are_not_started() {
        assert_eq!(wanted(|_| None), [Store::Postgres, Store::RabbitMq, Store::Redis]);
        assert_eq!(
            wanted(|name| (name == "DATABASE_URL").then(|| "x".to_owned())),
            [Store::RabbitMq, Store::Redis]
        );
        assert_eq!(wanted(|_| Some(" ".to_owned())).len(), 3);
        let in_files = |name: &str| name.ends_with("_FILE").then(|| "/run/secrets/x".to_owned());
        assert!(wanted(in_files).is_empty());
    }
}

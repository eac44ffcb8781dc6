//! `cargo xtask bench`: how fast a gateway answers, beside what the machine could reach at all.
//!
//! In flow order: [`catalogue`] makes up cards, [`ground`] starts gateways on them, [`queries`] says what is asked,
//! [`measure`] drives each query in every way by [`load`], beside its [`floors`], and [`report`] holds the figures against
//! what is promised. Everything comes from one seed, so that two runs ask the same.
//!
//! Load, gateway and stores share one machine: the ratios of one run count, and processor time, which noise moves least.

mod catalogue;
mod cost;
mod floors;
mod ground;
mod load;
mod measure;
mod metrics;
mod queries;
mod report;
mod slice;
mod trouble;
mod writes;

use std::{io::Write, process::ExitCode, time::Duration};

use anyhow::{Context, Result, bail};
use clap::Parser;
use serde_json::json;
use stores::{Stores, progress::say};

use crate::{
    cost::memory_mib,
    ground::{Ground, Plan},
    load::Wrk,
    measure::Driver,
    queries::{QUERIES, Query},
    report::Report,
    writes::Task,
};

/// Measures how fast a gateway answers, beside what the machine could reach at all.
///
/// The exit code is 0 if every answer was right. That promises are kept is printed, and no condition: it depends on the
/// machine and on what else runs there.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct Cli {
    /// How many cards there are, a multiple of 2,000.
    #[arg(long, value_name = "COUNT", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(2_000..=10_000_000))]
    cards: u64,
    /// Holds how long answers take against those of a smaller catalogue of so many cards, a multiple of 2,000: driven in turn,
    /// as hard as it goes, and with as many requests as leave half of the machine idle with the larger one.
    #[arg(long, value_name = "COUNT", conflicts_with = "writes", value_parser = clap::value_parser!(u64).range(2_000..=10_000_000))]
    smaller: Option<u64>,
    /// How long each query is driven in each way.
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// How long varied requests are driven before they count. A gateway whose catalogue is larger than its memory learns
    /// meanwhile which queries' cards are worth keeping on its disk, and fills that at no more than a modest rate.
    #[arg(long, value_name = "SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=600))]
    warm_up: u64,
    /// Drives the gateway that works each answer out as soon as it is ready, while it still reads the cards of a large
    /// catalogue to its disk.
    #[arg(long, conflicts_with = "writes")]
    at_once: bool,
    /// How many requests are under way at once.
    #[arg(long, value_name = "COUNT", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=120))]
    connections: u16,
    /// Only this query; can be given several times.
    #[arg(long, value_name = "QUERY")]
    only: Vec<String>,
    /// From which cards and variables are made up.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Measures instead how fast shops are read and events applied, beside a client and a consumer that do nothing else.
    #[arg(long, conflicts_with = "only")]
    writes: bool,
    /// How many events tell of other prices; 0 leaves that out.
    #[arg(long, value_name = "COUNT", default_value_t = 100_000, requires = "writes", value_parser = clap::value_parser!(u32).range(0..=10_000_000))]
    events: u32,
    /// How many products the shops have that are read and applied for the first time; 0 leaves that out.
    #[arg(long, value_name = "COUNT", default_value_t = 10_000, requires = "writes", value_parser = clap::value_parser!(u64).range(0..=1_000_000))]
    products: u64,
    /// How much memory Postgres has for pages, in MiB. As compose.yml says; a large catalogue is given more in earnest.
    #[arg(long, value_name = "MIB", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=1_048_576))]
    shared_buffers: u32,
    /// Print the results as JSON.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<bool> {
    // Gateways are asked over plain HTTP, but the client wants to know how it would encrypt.
    rustls::crypto::ring::default_provider().install_default().ok();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let (text, failures) =
        if cli.writes { runtime.block_on(write(cli))? } else { runtime.block_on(ask(cli))? };
    writeln!(std::io::stdout().lock(), "{text}").context("writing the results")?;
    Ok(failures == 0)
}

fn stores(cli: &Cli) -> Result<Stores> {
    say(format_args!("starting the stores, with {} MiB for Postgres' pages", cli.shared_buffers));
    let start = || {
        let mut stores = Stores::for_tests()?;
        stores.postgres.set_shared_buffers(cli.shared_buffers);
        stores.postgres.stop();
        stores.postgres.start()?;
        Ok::<_, stores::Error>(stores)
    };
    tokio::task::block_in_place(start).context("starting the stores")
}

/// How fast events are applied: the results, and how many failures there were.
async fn write(cli: &Cli) -> Result<(String, u64)> {
    let events = usize::try_from(cli.events)?;
    let task = Task { cards: cli.cards, events, products: cli.products, seed: cli.seed };
    let report = Box::pin(writes::measure(stores(cli)?, task)).await?;
    let json = || json!({ "report": report, "promises": report.promises() }).to_string();
    Ok((if cli.json { json() } else { report.table() }, 0))
}

/// How fast queries are answered: the results, and how many failures there were.
async fn ask(cli: &Cli) -> Result<(String, u64)> {
    let chosen = chosen(&cli.only)?;
    if cli.smaller.is_some_and(|smaller| smaller >= cli.cards) {
        bail!("--smaller has to be less than --cards, which is {}", cli.cards);
    }
    let wrk = Wrk::new(cli.connections).context("preparing the load")?;
    let (warm_up, time) = (Duration::from_secs(cli.warm_up), Duration::from_secs(cli.seconds));
    let driver = Driver { wrk, warm_up, time, seed: cli.seed };
    let report = Box::pin(measure(stores(cli)?, &driver, cli, &chosen)).await?;
    let json = || json!({ "report": report, "promises": report.promises() }).to_string();
    Ok((if cli.json { json() } else { report.table() }, report.failures()))
}

async fn measure(stores: Stores, driver: &Driver, cli: &Cli, chosen: &[&Query]) -> Result<Report> {
    let plan = Plan { cards: cli.cards, smaller: cli.smaller, seed: cli.seed, at_once: cli.at_once };
    let mut ground = Ground::open(stores, plan).await?;
    let gateway = ground.keeping.pid();
    let gateway_mib_at_start = memory_mib(gateway, "VmRSS");
    let mut measured = Vec::new();
    for query in chosen {
        measured.extend(driver.measure(&mut ground, query).await?);
    }
    Ok(Report {
        cards: ground.size.cards,
        smaller_cards: ground.smaller.as_ref().map(|smaller| smaller.size.cards),
        connections: cli.connections,
        seconds: cli.seconds,
        warm_up_s: cli.warm_up,
        ready_s: ground.ready_s,
        warm_s: ground.warm_s,
        gateway_mib_at_start,
        gateway_mib: memory_mib(gateway, "VmRSS"),
        gateway_peak_mib: memory_mib(gateway, "VmHWM"),
        measured,
    })
}

/// The queries that a person wants.
fn chosen(only: &[String]) -> Result<Vec<&'static Query>> {
    let is_wanted =
        |query: &&Query| only.is_empty() || only.iter().any(|name| name.eq_ignore_ascii_case(query.name));
    let chosen: Vec<&Query> = QUERIES.iter().filter(is_wanted).collect();
    if chosen.is_empty() {
        bail!("there is no such query: they are called Q1 to Q{}", QUERIES.len());
    }
    Ok(chosen)
}

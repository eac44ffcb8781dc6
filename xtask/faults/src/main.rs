//! `cargo xtask faults`: makes every fault happen that the project promises to stand, on real stores and with the
//! real programs, and prints what was measured beside what is promised.
//!
//! [`rows`] says which faults there are; [`world`] can make them; [`truth`] tells whether what is served is true.
//! Nothing in here may know more of the services than anybody can from outside: their addresses, variables, answers
//! and metrics, and what a superuser finds in the stores.

mod report;
mod rows;
mod trouble;
mod truth;
mod world;

use std::{io::Write, path::PathBuf, process::ExitCode, time::Instant};

use anyhow::{Context, Result, bail};
use clap::Parser;
use serde_json::{Value, json};
use stores::{Stores, progress};

use crate::{
    report::{Judged, Report},
    rows::{Ground, ROWS, Row, Wishes},
    trouble::Trouble,
};

/// Makes every fault happen that the project promises to stand, and prints what was measured.
///
/// Each row has a world of its own on private stores. The exit code is 0 if every row passed. A debug build is judged by
/// what is right or wrong alone: figures of speed that it misses are told with a `~`.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask faults", bin_name = "cargo xtask faults")]
struct Cli {
    /// Only rows whose names begin like this; can be given several times.
    #[arg(long, value_name = "ROW")]
    only: Vec<String>,
    /// Only the rows that matter most, in brief: some 100 seconds.
    #[arg(long)]
    short: bool,
    /// Say which rows there are, and what each promises.
    #[arg(long)]
    list: bool,
    /// Print the results as JSON.
    #[arg(long)]
    json: bool,
    /// From which chance takes its course; without it, from the clock.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Keep the services' logs below this folder, a folder a row.
    #[arg(long, value_name = "FOLDER")]
    logs: Option<PathBuf>,
    /// A folder with `collector` and `gateway` of an older version, for the row that runs both versions side by side.
    #[arg(long, value_name = "FOLDER")]
    previous: Option<PathBuf>,
    /// How many events are on their way in the rows that count them.
    #[arg(long, value_name = "COUNT", default_value_t = 2_000)]
    events: u64,
    /// How many processes are killed in the row that counts them.
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    kills: usize,
}

/// A row and what came of it.
struct Done {
    row: &'static Row,
    result: Result<Report, Trouble>,
    seconds: f64,
}

impl Done {
    /// What was left out did not fail.
    fn passed(&self, judged: Judged) -> bool {
        match &self.result {
            Ok(report) => report.passed(judged),
            Err(trouble) => matches!(trouble, Trouble::LeftOut(_)),
        }
    }

    fn word(&self, judged: Judged) -> &'static str {
        match &self.result {
            Err(Trouble::LeftOut(_)) => "left out",
            _ if self.passed(judged) => "passed",
            _ => "FAILED",
        }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<bool> {
    if cli.list {
        let lines = ROWS.iter().map(|row| format!("{:<28} {}", row.name, row.promise));
        print(&lines.collect::<Vec<_>>().join("\n"))?;
        return Ok(true);
    }
    let judged = Judged::of_this_build();
    let chosen = chosen(&cli.only, cli.short)?;
    let wishes = Wishes {
        seed: cli.seed.unwrap_or_else(|| u64::from(std::process::id())),
        short: cli.short,
        events: cli.events,
        kills: cli.kills,
    };
    // The gateways are asked over plain HTTP, but the client wants to know how it would encrypt.
    rustls::crypto::ring::default_provider().install_default().ok();
    progress::say(format_args!("{} rows with the seed {}: starting the stores", chosen.len(), wishes.seed));
    let mut ground = Ground {
        stores: Stores::for_tests().context("starting the stores")?,
        http: reqwest::Client::builder().no_proxy().build().context("making an HTTP client")?,
        wishes,
        logs: None,
        previous: cli.previous.clone(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done: Vec<Done> = runtime.block_on(async {
        let mut done = Vec::new();
        for row in chosen {
            ground.logs = cli.logs.as_ref().map(|folder| folder.join(row.name));
            done.push(run_row(row, &mut ground, judged).await);
        }
        done
    });
    let text = if cli.json { to_json(&done, wishes.seed, judged).to_string() } else { table(&done, judged) };
    print(&text)?;
    Ok(done.iter().all(|done| done.passed(judged)))
}

async fn run_row(row: &'static Row, ground: &mut Ground, judged: Judged) -> Done {
    progress::say(format_args!("── {}", row.name));
    let began = Instant::now();
    let result = (row.run)(ground).await;
    let done = Done { row, result, seconds: began.elapsed().as_secs_f64() };
    progress::say(format_args!("── {}: {} after {:.1} s", row.name, done.word(judged), done.seconds));
    done
}

/// The rows that a person wants.
fn chosen(only: &[String], short: bool) -> Result<Vec<&'static Row>> {
    let wanted = |row: &&Row| {
        (only.is_empty() || only.iter().any(|start| row.name.starts_with(start.as_str())))
            && (!short || row.is_short)
    };
    let chosen: Vec<&Row> = ROWS.iter().filter(wanted).collect();
    if chosen.is_empty() {
        bail!("no row begins like this; `--list` shows them");
    }
    Ok(chosen)
}

/// The results for people, a row a paragraph.
fn table(done: &[Done], judged: Judged) -> String {
    let mut lines = Vec::new();
    for done in done {
        lines.push(format!("{:<8}  {:<28} {}", done.word(judged), done.row.name, done.row.promise));
        match &done.result {
            Ok(report) => {
                lines.push(format!("      {}", report.summary(judged)));
                lines.extend(report.violations().iter().map(|one| format!("      ! {one}")));
            }
            Err(Trouble::LeftOut(why)) => lines.push(format!("      {why}")),
            Err(trouble) => lines.push(format!("      could not be run: {trouble}")),
        }
    }
    let failed = done.iter().filter(|done| !done.passed(judged)).count();
    lines.push(format!("{} rows, {failed} failed", done.len()));
    if judged == Judged::TruthAlone {
        lines.push("a debug build: figures of speed were told, and did not count".to_owned());
    }
    lines.join("\n")
}

/// The results for programs.
fn to_json(done: &[Done], seed: u64, judged: Judged) -> Value {
    let rows: Vec<Value> = done
        .iter()
        .map(|done| {
            let mut row = match &done.result {
                Ok(report) => report.to_json(judged),
                Err(trouble) => json!({ "passed": done.passed(judged), "trouble": trouble.to_string() }),
            };
            row["name"] = done.row.name.into();
            row["promise"] = done.row.promise.into();
            row["seconds"] = done.seconds.into();
            row
        })
        .collect();
    let passed = done.iter().all(|done| done.passed(judged));
    json!({ "seed": seed, "judged": judged, "passed": passed, "rows": rows })
}

fn print(text: &str) -> Result<()> {
    writeln!(std::io::stdout().lock(), "{text}").context("writing the results")
}

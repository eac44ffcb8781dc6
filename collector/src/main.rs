//! The collector's process.

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use collector::{
    run::run,
    settings::{Command, Settings},
};

#[tokio::main]
async fn main() -> ExitCode {
    let settings = Settings::parse();
    let result = match settings.command {
        Some(Command::Health) => check_health(&settings).await,
        None => collect(&settings).await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Logging may not have begun yet, or be what failed.
            eprintln!("collector: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn check_health(settings: &Settings) -> anyhow::Result<()> {
    service::health::check(settings.listen()?).await.context("the collector is not alive")
}

async fn collect(settings: &Settings) -> anyhow::Result<()> {
    service::logs::init(&settings.logs)?;
    let checked = settings.check()?;
    // Another provider can't be there: nothing has run yet.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let stop = service::shutdown::on_signals().context("signals can't be listened for")?;
    Ok(run(checked, stop).await?)
}

//! The gateway's program: serving, and what people do by hand.

use std::{io::Write, process::ExitCode, time::Duration};

use clap::Parser;
use gateway::{
    apply::Applier,
    graphql,
    matches::{self, Matches},
    run::run,
    settings::{Command, Settings},
};
use service::{
    database::{Database, Limits},
    health, logs, shutdown,
};

/// How long a person's command waits for Postgres.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::main]
async fn main() -> ExitCode {
    let settings = Settings::parse();
    // One TLS provider for all; another one can't have been installed before.
    rustls::crypto::ring::default_provider().install_default().ok();
    let result = match settings.command.clone() {
        Some(Command::Schema) => print_schema(),
        Some(Command::Matches(command)) => decide(&settings, command).await,
        Some(Command::Health) => health::check(settings.listen).await.map_err(Into::into),
        None => serve(settings).await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gateway: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn print_schema() -> anyhow::Result<()> {
    Ok(std::io::stdout().write_all(graphql::sdl().as_bytes())?)
}

async fn decide(settings: &Settings, command: Matches) -> anyhow::Result<()> {
    let limits = Limits { connections: 1, acquire: PATIENCE, statement: PATIENCE, lock: PATIENCE };
    let pool = Database::new(&settings.database()?, "gateway", limits)?.pool;
    let applier = Applier::new(pool.clone(), settings.rates()?);
    Ok(matches::run(command, &pool, &applier, &mut std::io::stdout().lock()).await?)
}

async fn serve(settings: Settings) -> anyhow::Result<()> {
    logs::init(&settings.logs)?;
    let told = shutdown::on_signals()?;
    Ok(run(settings, told).await?)
}

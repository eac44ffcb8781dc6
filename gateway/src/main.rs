//! The gateway's program: serving, and what people do by hand.

use std::{
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use clap::Parser;
use gateway::{
    apply::Applier,
    dead::{self, Dead},
    graphql,
    matches::{self, Matches},
    run::run,
    settings::{Command, Settings},
};
use service::{
    database::{Database, Limits, Statements},
    health, shutdown, traces,
};
use sqlx::PgPool;
use tikv_jemallocator::Jemalloc;
use tokio::runtime::Runtime;

/// Answers are many small pieces of memory that live for a moment, among some that live long: this one gives and takes them
/// back quickest, and wastes least of what lies between them.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// How long a person's command waits for Postgres.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long what is still being written to a disk may take once all else has ended.
const LAST_WRITES: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    take_memory_in_small_pages();
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("gateway: the operating system gives no threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(begin());
    // A disk that hangs must not keep the process: nobody needs what stands on it any more.
    runtime.shutdown_timeout(LAST_WRITES);
    code
}

/// Some machines give whatever is large pages of 2 MiB, of which those many small pieces touch a part: a third of the
/// process' memory would be nothing but the rest. Where it can't be refused, more memory is taken, and that is all.
fn take_memory_in_small_pages() {
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

async fn begin() -> ExitCode {
    let settings = Settings::parse();
    // One TLS provider for all; another one can't have been installed before.
    rustls::crypto::ring::default_provider().install_default().ok();
    let result = match settings.command.clone() {
        Some(Command::Schema) => print_schema(),
        Some(Command::Matches(command)) => decide(&settings, command).await,
        Some(Command::Dead(command)) => look_at_dead(&settings, command).await,
        Some(Command::Health) => check_health(&settings).await,
        None => serve(settings).await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // `gateway dead list | head` is done when `head` is.
        Err(error) if is_unread(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Each error tells its cause.
            eprintln!("gateway: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether what went wrong is that nobody reads on.
fn is_unread(error: &anyhow::Error) -> bool {
    let of =
        |cause: &(dyn std::error::Error + 'static)| cause.downcast_ref::<io::Error>().map(io::Error::kind);
    error.chain().any(|cause| of(cause) == Some(io::ErrorKind::BrokenPipe))
}

fn print_schema() -> anyhow::Result<()> {
    Ok(io::stdout().write_all(graphql::sdl().as_bytes())?)
}

async fn check_health(settings: &Settings) -> anyhow::Result<()> {
    Ok(health::check(settings.metrics_listen()?.unwrap_or(settings.listen)).await?)
}

/// What changes the catalogue by hand.
fn applier(settings: &Settings) -> anyhow::Result<(PgPool, Applier)> {
    let limits = Limits {
        connections: 1,
        acquire: PATIENCE,
        statement: PATIENCE,
        lock: PATIENCE,
        statements: Statements::Large,
    };
    let pool = Database::new(&settings.database()?, "gateway", limits)?.pool;
    Ok((pool.clone(), Applier::new(pool, settings.rates()?)))
}

async fn look_at_dead(settings: &Settings, command: Dead) -> anyhow::Result<()> {
    let (pool, applier) = applier(settings)?;
    Ok(dead::run(command, &settings.amqp()?, &pool, &applier, &mut io::stdout().lock()).await?)
}

async fn decide(settings: &Settings, command: Matches) -> anyhow::Result<()> {
    let (pool, applier) = applier(settings)?;
    Ok(matches::run(command, &pool, &applier, &mut io::stdout().lock()).await?)
}

async fn serve(settings: Settings) -> anyhow::Result<()> {
    let traces = traces::init(&settings.logs, "gateway")?;
    let told = shutdown::on_signals()?;
    let ended = run(settings, told).await;
    // Other work has ended; this blocks.
    tokio::task::block_in_place(|| traces.finish());
    Ok(ended?)
}

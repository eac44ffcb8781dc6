//! The gateway's process: read settings, reach the stores, consume, serve, stop.

use std::{net::SocketAddr, process::ExitCode, time::Duration};

use anyhow::Context;
use clap::Parser;
use gateway::{
    answers::{Answers, Redis},
    apply::Applier,
    catalogue::Catalogue,
    changes::Changes,
    consume::Consume,
    graphql::{self, fresh::FreshData},
    http::{
        self, Gateway, Subscribers,
        persisted::Persisted,
        serve::{self, Patience},
    },
    matches::{self, Matches},
    reconcile::Reconcile,
    settings::{Command, Settings},
};
use metrics_exporter_prometheus::PrometheusBuilder;
use service::{
    database::{Database, Limits},
    health, logs, shutdown,
};
use tokio::{net::TcpListener, time::timeout};
use tokio_util::sync::CancellationToken;

/// How Postgres is used: by queries that readers wait for, and by one transaction at a time that applies
/// events. A statement of the latter may touch some thousand rows.
const STATEMENT: Duration = Duration::from_millis(1500);
const LOCK: Duration = Duration::from_secs(5);
const ACQUIRE: Duration = Duration::from_millis(500);
const APPLYING_STATEMENT: Duration = Duration::from_secs(20);
const APPLYING_CONNECTIONS: u32 = 2;

/// How long requests that are under way have when the gateway is told to stop.
const DRAIN: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let settings = Settings::parse();
    let result = match settings.command.clone() {
        Some(Command::Schema) => print_schema(),
        Some(Command::Matches(command)) => run(decide(settings, command)),
        Some(Command::Health) => run(async { Ok(health::check(settings.listen).await?) }),
        None => run(serve(settings)),
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
    use std::io::Write;
    Ok(std::io::stdout().write_all(graphql::sdl().as_bytes())?)
}

async fn decide(settings: Settings, command: Matches) -> anyhow::Result<()> {
    rustls::crypto::ring::default_provider().install_default().ok();
    let limits = Limits {
        connections: 1,
        acquire: Duration::from_secs(5),
        statement: APPLYING_STATEMENT,
        lock: APPLYING_STATEMENT,
    };
    let pool = Database::new(&settings.database()?, "gateway", limits)?.pool;
    let applier = Applier::new(pool.clone(), settings.rates()?);
    Ok(matches::run(command, &pool, &applier, &mut std::io::stdout().lock()).await?)
}

fn run(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

async fn serve(settings: Settings) -> anyhow::Result<()> {
    logs::init(&settings.logs)?;
    let stores = settings.stores()?;
    // One TLS provider for all; another one can't have been installed before.
    rustls::crypto::ring::default_provider().install_default().ok();
    let metrics = PrometheusBuilder::new().install_recorder().context("metrics can't be recorded")?;
    let limits = Limits {
        connections: settings.database_connections,
        acquire: ACQUIRE,
        statement: STATEMENT,
        lock: LOCK,
    };
    let reading = Database::new(&stores.database, "gateway", limits)?;
    let applying = Database::new(
        &stores.database,
        "gateway",
        Limits { connections: APPLYING_CONNECTIONS, statement: APPLYING_STATEMENT, ..limits },
    )?;
    let stop = shutdown::on_signals()?;
    let redis = stores.redis.as_ref().map(Redis::connect).transpose()?;
    if redis.is_none() {
        tracing::warn!("REDIS_URL is not set: answers are cached in this process's memory alone");
    }
    let persisted = Persisted::new(
        settings.http.trusted_documents.as_deref(),
        settings.http.trusted_documents_only,
        redis.clone(),
    )?;
    let applier = Applier::new(applying.pool.clone(), stores.rates.clone());
    let catalogue = Catalogue::default();
    let reconcile = if settings.reconcile {
        let (reconcile, looking) = Reconcile::new(applying.pool.clone(), stop.clone());
        tokio::spawn(looking);
        reconcile
    } else {
        Reconcile::off()
    };
    let consume = Consume::new(stores.amqp, applier.clone(), catalogue.clone(), reconcile, stop.clone());
    let changes = Changes::new(reading.pool.clone());
    let fresh = FreshData {
        pool: reading.pool.clone(),
        catalogue: catalogue.clone(),
        base_currency: stores.rates.base(),
    };
    let subscribers = Subscribers::new(fresh, changes.clone(), settings.http.max_subscribers, stop.clone());
    let gateway = Gateway {
        pool: reading.pool.clone(),
        schema: graphql::schema(),
        catalogue: catalogue.clone(),
        answers: Answers::new(settings.cache_mb, redis.clone()),
        persisted,
        subscribers: subscribers.clone(),
        base_currency: stores.rates.base(),
        consuming: consume.connected(),
        redis,
        metrics,
    };
    let listener = bind(settings.listen).await?;
    let address = listener.local_addr()?;
    tracing::info!(%address, "listening");
    tokio::spawn(forget_old_prices(applier.clone(), settings.price_history_days, stop.clone()));
    tokio::spawn(forget_old_changes(applier.clone(), stop.clone()));
    // Of its own: however busy readers keep theirs, the version is known.
    let watching = Database::new(&stores.database, "gateway", Limits { connections: 1, ..limits })?;
    let watching = catalogue.clone().watch(watching.pool, stop.clone());
    let telling = changes.tell(catalogue, stop.clone());
    let watch = async {
        tokio::join!(watching, telling);
    };
    let consuming = tokio::spawn(consume_when_migrated(applying, applier, consume, watch, stop.clone()));
    let router = http::router(gateway, &settings.http);
    let serving = tokio::spawn(serve::serve(listener, router, Patience::default(), stop.clone()));
    let finished = wait(stop, consuming, serving, subscribers.gone()).await;
    tracing::info!("stopped");
    finished
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("can't listen on {address} (GATEWAY_LISTEN); is another gateway running?"))
}

/// Keeps the history of prices to its length.
async fn forget_old_prices(applier: Applier, days: u16, stop: CancellationToken) {
    const EVERY: Duration = Duration::from_hours(1);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        let before = chrono::Utc::now() - chrono::TimeDelta::days(days.into());
        match applier.forget_prices_before(before).await {
            Ok(points) => {
                tracing::info!(points, days, "forgot prices that are older than the history is kept");
            }
            Err(error) => {
                tracing::warn!(%error, "old prices can't be forgotten now: trying again in an hour");
            }
        }
    }
}

/// Keeps as many changes as subscribers can go on from.
async fn forget_old_changes(applier: Applier, stop: CancellationToken) {
    const EVERY: Duration = Duration::from_mins(1);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        match applier.forget_changes(chrono::Utc::now()).await {
            Ok(changes) => tracing::debug!(changes, "forgot old changes"),
            Err(error) => {
                tracing::warn!(%error, "old changes can't be forgotten now: trying again in a minute");
            }
        }
    }
}

/// Once the schema is up to date, the catalogue is watched, so that queries are answered, and events consumed.
async fn consume_when_migrated(
    database: Database,
    applier: Applier,
    consume: Consume,
    watch: impl Future<Output = ()> + Send + 'static,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    const PAUSE: Duration = Duration::from_millis(500);
    static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../sql/gateway/migrations");
    let prepare = async {
        database.migrate_when_up(&MIGRATIONS).await?;
        tokio::spawn(watch);
        while let Err(error) = applier.catch_up().await {
            tracing::warn!(%error, "the catalogue can't be brought up to date: trying again");
            tokio::time::sleep(PAUSE).await;
        }
        anyhow::Ok(())
    };
    tokio::select! {
        () = stop.cancelled() => return Ok(()),
        prepared = prepare => prepared?,
    }
    consume.run().await;
    Ok(())
}

/// Waits until the gateway is told to stop and has finished what it holds, or until something ends that
/// must not.
async fn wait(
    stop: CancellationToken,
    mut consuming: tokio::task::JoinHandle<anyhow::Result<()>>,
    serving: tokio::task::JoinHandle<()>,
    subscribers: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    tokio::select! {
        biased;
        () = stop.cancelled() => {}
        consumed = &mut consuming => {
            stop.cancel();
            return consumed?.and_then(|()| anyhow::bail!("consuming ended by itself"));
        }
    }
    let all = async { tokio::join!(consuming, serving, subscribers) };
    let Ok((consumed, served, ())) = timeout(DRAIN, all).await else {
        tracing::warn!("some connections did not end in time: closing them");
        return Ok(());
    };
    consumed??;
    Ok(served?)
}

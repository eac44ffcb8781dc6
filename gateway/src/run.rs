//! A gateway from its start to its end: what runs beside what, and in which order it stops.
//!
//! Told to stop, it first only says so: it is not ready any more and closes connections after their answers, so that
//! balancers and clients go elsewhere while it still serves whoever comes. Then it accepts nobody, finishes what is under
//! way, closes sockets with 1001 and leaves to the broker what it has not acknowledged.

use std::{io::ErrorKind, net::SocketAddr, path::Path, time::Duration};

use chrono::TimeDelta;
use metrics_exporter_prometheus::BuildError;
use secrecy::SecretString;
use service::{
    database::{Database, Limits, SchemaError, Statements},
    settings::SettingError,
};
use sqlx::PgPool;
use tokio::{
    net::TcpListener,
    sync::oneshot,
    task::{JoinError, JoinHandle},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::{
    answers::{Answers, Redis},
    apply::Applier,
    catalogue::Catalogue,
    changes::Changes,
    consume::Consume,
    graphql::{self, fresh::FreshData, kept::KeptRows, warming::warm},
    http::{
        self, Gateway, Routes, Subscribers,
        persisted::{ManifestError, Persisted},
        serve::{self, Patience, Stop},
    },
    measures,
    reconcile::Reconcile,
    refusals,
    settings::{Settings, Stores},
};

/// How Postgres is used: by queries that readers wait for, and by one transaction at a time that applies
/// events. A statement of the latter may touch some thousand rows.
const STATEMENT: Duration = Duration::from_millis(1500);
const LOCK: Duration = Duration::from_secs(5);
const ACQUIRE: Duration = Duration::from_millis(500);
const APPLYING_STATEMENT: Duration = Duration::from_secs(20);
const APPLYING_CONNECTIONS: u32 = 3;
const WATCHING_CONNECTIONS: u32 = 3;

/// How long the first look at the catalogue waits for changes to be told.
const HEAD_START: Duration = Duration::from_secs(1);

/// How long requests that are under way have once nobody is accepted any more.
const DRAIN: Duration = Duration::from_secs(5);
/// How often what is too old is forgotten.
const FORGET_PRICES_EVERY: Duration = Duration::from_hours(1);
/// How long it is known why a message was put aside.
const REFUSALS_KEPT: TimeDelta = TimeDelta::days(90);
const FORGET_CHANGES_EVERY: Duration = Duration::from_mins(1);

/// Why a gateway could not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A setting is wrong.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The manifest of trusted documents can't be used.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Nothing can be measured.
    #[error("metrics can't be recorded: {0}")]
    Metrics(#[from] BuildError),
    /// The address can't be listened on.
    #[error("can't listen on {0} ({1}): {2}; is another gateway running?")]
    Listen(SocketAddr, &'static str, std::io::Error),
    /// The schema can't be used.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The operating system gives no thread.
    #[error("the catalogue can't be watched: {0}")]
    Thread(std::io::Error),
    /// A part of the gateway broke off: a mistake of ours.
    #[error("a part of the gateway broke off: {0}")]
    BrokeOff(#[from] JoinError),
    /// Events are not consumed any more, though nobody said to stop.
    #[error("consuming ended by itself")]
    Ended,
}

/// The pools of a gateway: each waits for nobody but its own kind.
struct Pools {
    /// What readers ask.
    reading: Database,
    /// What events and people change.
    applying: Database,
}

fn reading(connections: u32) -> Limits {
    let statements = Statements::Small;
    Limits { connections, acquire: ACQUIRE, statement: STATEMENT, lock: LOCK, statements }
}

impl Pools {
    fn new(settings: &Settings, stores: &Stores) -> Result<Self, SettingError> {
        let limits = reading(settings.database_connections);
        let applying = Limits {
            connections: APPLYING_CONNECTIONS,
            statement: APPLYING_STATEMENT,
            statements: Statements::Large,
            ..limits
        };
        Ok(Self {
            reading: Database::new(&stores.reading, "gateway", limits)?,
            applying: Database::new(&stores.database, "gateway", applying)?,
        })
    }
}

/// Serves until it is told to stop by `told`.
pub async fn run(settings: Settings, told: CancellationToken) -> Result<(), RunError> {
    let stores = settings.stores()?;
    let pools = Pools::new(&settings, &stores)?;
    let stop = Stop { told, now: CancellationToken::new() };
    tokio::spawn(stop.clone().after(settings.stop_linger));
    let applier = Applier::new(pools.applying.pool.clone(), stores.rates.clone());
    let catalogue = Catalogue::keeping(kept_rows(&settings)?);
    let reconcile = reconcile(&settings, &pools, &stop);
    let consume =
        Consume::new(stores.amqp.clone(), applier.clone(), catalogue.clone(), reconcile, stop.told.clone());
    let changes = Changes::new(pools.reading.pool.clone());
    let gateway = gateway(&settings, &stores, &pools, (&catalogue, &changes, &consume), &stop)?;
    let subscribers = gateway.subscribers.clone();
    let listeners = Listeners::bind(&settings).await?;
    tokio::spawn(forget_old_prices(applier.clone(), settings.price_history_days, stop.told.clone()));
    tokio::spawn(forget_old_refusals(pools.applying.pool.clone(), stop.told.clone()));
    tokio::spawn(forget_old_changes(applier.clone(), stop.told.clone()));
    let warming = warm(fresh_data(&stores, &pools, &catalogue));
    tokio::spawn(stop.told.clone().run_until_cancelled_owned(warming));
    let watch = {
        let (database, stop) = (stores.reading.clone(), stop.now.clone());
        move || {
            let (begun, begins) = oneshot::channel();
            tokio::spawn(changes.tell(catalogue.clone(), begun, stop.clone()));
            watch(database, catalogue, begins, stop)
        }
    };
    let consuming =
        tokio::spawn(consume_when_migrated(pools.applying, applier, consume, watch, stop.told.clone()));
    let serving = tokio::spawn(listeners.serve(http::routes(gateway, &settings.http), stop.clone()));
    let finished = wait(stop, consuming, serving, subscribers.gone()).await;
    tracing::info!("stopped");
    finished
}

/// What is wrong with a folder that was given, and not with its disk.
const MISTAKES: [ErrorKind; 3] = [ErrorKind::NotFound, ErrorKind::NotADirectory, ErrorKind::PermissionDenied];

/// Where rows are kept: on disk too, if that is allowed.
fn kept_rows(settings: &Settings) -> Result<KeptRows, SettingError> {
    if settings.cache_disk_mb == 0 {
        return Ok(KeptRows::default());
    }
    let given = settings.cache_disk_folder();
    let folder = given.map_or_else(std::env::temp_dir, Path::to_owned);
    if is_memory(&folder) {
        tracing::warn!(folder = %folder.display(), "rows are kept in memory alone, since this folder is memory itself: CACHE_DISK_FOLDER can name one on a disk");
        return Ok(KeptRows::default());
    }
    match KeptRows::with_disk(&folder, settings.cache_disk_mb.saturating_mul(1 << 20)) {
        Ok(rows) => Ok(rows),
        // A disk that fails or is full is no mistake of whoever set the folder.
        Err(error) if given.is_some() && MISTAKES.contains(&error.kind()) => {
            let problem = format!("no file can be made in {}: {error}", folder.display());
            Err(SettingError::wrong("CACHE_DISK_FOLDER", problem, "/var/cache/gateway"))
        }
        Err(error) => {
            tracing::warn!(%error, folder = %folder.display(), "rows are kept in memory alone: set CACHE_DISK_FOLDER to a folder that can be written to");
            Ok(KeptRows::default())
        }
    }
}

/// Whether what is written to a folder takes memory that nobody else can have.
fn is_memory(folder: &Path) -> bool {
    #[cfg(target_os = "linux")]
    {
        const TMPFS: rustix::fs::FsWord = 0x0102_1994;
        rustix::fs::statfs(folder).is_ok_and(|system| system.f_type == TMPFS)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = folder;
        false
    }
}

fn fresh_data(stores: &Stores, pools: &Pools, catalogue: &Catalogue) -> FreshData {
    let (pool, catalogue) = (pools.reading.pool.clone(), catalogue.clone());
    FreshData { pool, catalogue, base_currency: stores.rates.base() }
}

/// What requests are answered with.
fn gateway(
    settings: &Settings,
    stores: &Stores,
    pools: &Pools,
    (catalogue, changes, consume): (&Catalogue, &Changes, &Consume),
    stop: &Stop,
) -> Result<Gateway, RunError> {
    let metrics = measures::recorder(stop.now.clone())?;
    let redis = stores.redis.as_ref().map(Redis::connect).transpose()?;
    if redis.is_none() {
        tracing::warn!("REDIS_URL is not set: answers are cached in this process's memory alone");
    }
    let persisted = Persisted::new(&settings.http, redis.clone())?;
    let fresh = fresh_data(stores, pools, catalogue);
    let most = settings.http.max_subscribers;
    Ok(Gateway {
        pool: fresh.pool.clone(),
        schema: graphql::ServedSchema::new(),
        catalogue: catalogue.clone(),
        answers: Answers::new(settings.cache_mb, redis.clone()),
        persisted,
        base_currency: fresh.base_currency,
        subscribers: Subscribers::new(fresh, changes.clone(), most, stop.now.clone()),
        consuming: consume.connected(),
        redis,
        stopping: stop.told.clone(),
        metrics,
    })
}

fn reconcile(settings: &Settings, pools: &Pools, stop: &Stop) -> Reconcile {
    if !settings.reconcile {
        return Reconcile::off();
    }
    let (reconcile, looking) = Reconcile::new(pools.applying.pool.clone(), stop.told.clone());
    tokio::spawn(looking);
    reconcile
}

/// Where a gateway is asked.
struct Listeners {
    public: TcpListener,
    /// Where health and metrics are told; `None`: beside all else.
    inside: Option<TcpListener>,
}

impl Listeners {
    async fn bind(settings: &Settings) -> Result<Self, RunError> {
        let inside = match settings.metrics_listen()? {
            Some(address) => Some(bind("GATEWAY_METRICS_LISTEN", address).await?),
            None => None,
        };
        let public = bind("GATEWAY_LISTEN", settings.listen).await?;
        if let Some(address) = inside.as_ref().and_then(|inside| inside.local_addr().ok()) {
            tracing::info!(%address, "health and metrics are told at an address of their own");
        }
        if let Ok(address) = public.local_addr() {
            tracing::info!(%address, "listening");
        }
        Ok(Self { public, inside })
    }

    async fn serve(self, Routes { public, inside }: Routes, stop: Stop) {
        let patience = Patience::default();
        match self.inside {
            Some(listener) => {
                let public = serve::serve(self.public, public, patience, stop.clone());
                tokio::join!(public, serve::serve(listener, inside, patience, stop));
            }
            None => serve::serve(self.public, public.merge(inside), patience, stop).await,
        }
    }
}

async fn bind(variable: &'static str, address: SocketAddr) -> Result<TcpListener, RunError> {
    TcpListener::bind(address).await.map_err(|error| RunError::Listen(address, variable, error))
}

/// Keeps the history of prices to its length.
async fn forget_old_prices(applier: Applier, days: u16, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(FORGET_PRICES_EVERY)).await.is_some() {
        match applier.forget_prices_before(chrono::Utc::now() - TimeDelta::days(days.into())).await {
            Ok(points) => {
                tracing::info!(points, days, "forgot prices that are older than the history is kept");
            }
            Err(error) => {
                tracing::warn!(%error, "old prices can't be forgotten now: trying again in an hour");
            }
        }
    }
}

/// Keeps the reasons of messages that were put aside as long as anybody may ask for them.
async fn forget_old_refusals(pool: PgPool, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(FORGET_PRICES_EVERY)).await.is_some() {
        if let Err(error) = refusals::forget_before(&pool, chrono::Utc::now() - REFUSALS_KEPT).await {
            tracing::debug!(%error, "old refusals can't be forgotten now: trying again in an hour");
        }
    }
}

/// Keeps only the changes that a subscriber may go on from.
async fn forget_old_changes(applier: Applier, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(FORGET_CHANGES_EVERY)).await.is_some() {
        if let Err(error) = applier.forget_changes(chrono::Utc::now()).await {
            tracing::debug!(%error, "old changes can't be forgotten now: trying again in a minute");
        }
    }
}

/// Watches the catalogue on a thread of its own. Among everything else that a busy gateway does its turn would come too
/// late: what is kept could not be trusted, and all of it would have to be worked out again just when that is too much.
///
/// With the first look the gateway is ready. Before it, changes `begin` to be told, so that who subscribes then misses none.
/// Readers don't wait long for that: it is said in the log where they don't.
fn watch(
    database: SecretString,
    catalogue: Catalogue,
    begins: oneshot::Receiver<()>,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let watch = async move {
        // One connection asks for the version, one feels the pulse, another one reads cards. The address was checked
        // before.
        let limits = Limits { statements: Statements::Large, ..reading(WATCHING_CONNECTIONS) };
        let Ok(Database { pool, .. }) = Database::new(&database, "gateway", limits) else { return };
        if timeout(HEAD_START, begins).await.is_err() {
            tracing::warn!("changes are not told yet: who subscribes now may miss what happens meanwhile");
        }
        catalogue.watch(pool, stop).await;
    };
    std::thread::Builder::new().name("catalogue".to_owned()).spawn(move || runtime.block_on(watch))?;
    Ok(())
}

/// Once the schema is up to date, the catalogue is watched, so that queries are answered, and events consumed.
async fn consume_when_migrated(
    database: Database,
    applier: Applier,
    consume: Consume,
    watch: impl FnOnce() -> std::io::Result<()>,
    stop: CancellationToken,
) -> Result<(), RunError> {
    const PAUSE: Duration = Duration::from_millis(500);
    static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../sql/gateway/migrations");
    let prepare = async {
        database.migrate_when_up(&MIGRATIONS).await?;
        watch().map_err(RunError::Thread)?;
        while let Err(error) = applier.catch_up().await {
            tracing::warn!(%error, "the catalogue can't be brought up to date: trying again");
            tokio::time::sleep(PAUSE).await;
        }
        Ok::<_, RunError>(())
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
    stop: Stop,
    mut consuming: JoinHandle<Result<(), RunError>>,
    serving: JoinHandle<()>,
    subscribers: impl Future<Output = ()>,
) -> Result<(), RunError> {
    tokio::select! {
        biased;
        () = stop.told.cancelled() => {}
        consumed = &mut consuming => {
            stop.now.cancel();
            return consumed?.and(Err(RunError::Ended));
        }
    }
    stop.now.cancelled().await;
    let all = async { tokio::join!(consuming, serving, subscribers) };
    let Ok((consumed, served, ())) = timeout(DRAIN, all).await else {
        tracing::warn!("some connections did not end in time: closing them");
        return Ok(());
    };
    consumed??;
    Ok(served?)
}

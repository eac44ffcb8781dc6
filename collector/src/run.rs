//! A collector from its start to its end: what runs beside what, and in which order it stops.

use std::time::Duration;

use service::{
    database::{Database, SchemaError},
    settings::SettingError,
};
use tokio::{net::TcpListener, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    crawl::Crawler,
    health::Health,
    http,
    publish::{Publisher, Wake},
    resend::{self, Desk},
    schedule,
    settings::Checked,
    shops::client::Client,
    store::{LIMITS, MIGRATIONS, SCHEMA, Store},
};

/// How long is left for what is under way after being told to stop; within ten seconds the process has ended.
const STOP: Duration = Duration::from_secs(8);

/// Why a collector could not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A setting is wrong.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The address can't be listened on.
    #[error("COLLECTOR_LISTEN can't be listened on: {0}")]
    Listen(std::io::Error),
    /// The schema can't be used.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// TLS can't be set up.
    #[error("requests to shops can't be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// Runs a collector until it is told to stop.
pub async fn run(settings: Checked, stop: CancellationToken) -> Result<(), RunError> {
    let database = Database::new(&settings.database_url, SCHEMA, LIMITS)?;
    let client = Client::new()?;
    let health = Health::default();
    let store = Store::new(database.clone());

    let listener = TcpListener::bind(settings.listen).await.map_err(RunError::Listen)?;
    let address = listener.local_addr().map_err(RunError::Listen)?;
    tracing::info!(%address, "listening");
    // Health is answered until the very end.
    let ended = CancellationToken::new();
    let server = tokio::spawn(http::serve(listener, health.clone(), store.clone(), ended.clone()));

    if let Some(migrated) = stop.run_until_cancelled(database.migrate_when_up(&MIGRATIONS)).await {
        migrated?;
        health.schema_is_ready();
        let tasks = TaskTracker::new();
        let wake = Wake::default();
        let mut desk = Desk::default();
        for crawled in settings.shops {
            let requests = desk.open(crawled.shop.slug());
            let crawler = Crawler::new(crawled, client.clone(), store.clone(), settings.habits, wake.clone());
            tasks.spawn(schedule::run(crawler, store.clone(), requests, stop.clone()));
        }
        if settings.habits.reconciles {
            let stop = stop.clone();
            tasks.spawn(async move { stop.run_until_cancelled(resend::listen(database, desk)).await });
        }
        let publisher = Publisher {
            store,
            amqp_url: settings.amqp_url,
            every: settings.publish_every,
            wake,
            health: health.clone(),
        };
        tasks.spawn(publisher.run(stop.clone()));
        tasks.close();

        stop.cancelled().await;
        health.stopping();
        if timeout(STOP, tasks.wait()).await.is_err() {
            tracing::warn!("ending with work under way: it will be done again");
        }
    }
    ended.cancel();
    // A client that holds its connection open must not hold up the end.
    let _ = timeout(Duration::from_millis(500), server).await;
    tracing::info!("stopped");
    Ok(())
}

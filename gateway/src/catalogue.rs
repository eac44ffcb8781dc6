//! Which version of the catalogue a gateway is looking at.
//!
//! Any gateway may commit a change, so each one asks Postgres a few times a second. An answer may come from
//! the cache only under a version that was confirmed a moment ago: with [`POLL`] and [`TRUST`] together below
//! a second, no reader sees what was before a commit for longer than that.

use std::{sync::Arc, time::Duration};

use catalogue_index::Index;
use sqlx::PgPool;
use tokio::{
    sync::{Notify, watch},
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::indexing::Indexing;

/// How often Postgres is asked.
const POLL: Duration = Duration::from_millis(200);
/// The longest wait for its answer.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long an answer counts, from the moment of asking.
const TRUST: Duration = Duration::from_millis(700);

/// What a cached answer depends on.
#[derive(Clone, Debug)]
pub struct CatalogueState {
    /// Tells the catalogue from any other.
    pub id: String,
    /// The catalogue's version.
    pub version: i64,
    /// Ids of the shops that have not been read soundly for too long.
    pub stale_shops: Vec<i16>,
    /// The cards at that version, or a little later.
    pub(crate) index: Arc<Index>,
    /// Just before it was asked for.
    asked_at: Instant,
}

impl CatalogueState {
    /// Whether it was confirmed a moment ago.
    pub fn can_be_trusted(&self) -> bool {
        self.asked_at.elapsed() < TRUST
    }
}

/// The catalogue's state as this gateway knows it.
#[derive(Clone, Debug)]
pub struct Catalogue {
    state: watch::Sender<Option<Arc<CatalogueState>>>,
    wake: Arc<Notify>,
}

impl Default for Catalogue {
    fn default() -> Self {
        Self { state: watch::Sender::new(None), wake: Arc::new(Notify::new()) }
    }
}

impl Catalogue {
    /// The newest known state, if it can be trusted.
    pub fn state(&self) -> Option<Arc<CatalogueState>> {
        self.state.borrow().clone().filter(|state| state.can_be_trusted())
    }

    /// The newest known state, however old it is: for answers that are worked out anew while Postgres is slow to say
    /// which version it has. Nothing may be cached under it.
    pub fn latest(&self) -> Option<Arc<CatalogueState>> {
        self.state.borrow().clone()
    }

    /// Tells each time that the state was asked for anew.
    pub fn moves(&self) -> watch::Receiver<Option<Arc<CatalogueState>>> {
        self.state.subscribe()
    }

    /// This gateway committed a change itself: ask at once.
    pub fn changed(&self) {
        self.wake.notify_one();
    }

    /// Asks once, and reads all cards anew; the error says why there was no answer, for the log.
    pub async fn refresh(&self, pool: &PgPool) -> Result<(), String> {
        self.look(pool, &mut Indexing::default()).await
    }

    async fn look(&self, pool: &PgPool, indexing: &mut Indexing) -> Result<(), String> {
        let state = ask(pool, indexing).await?;
        self.state.send_replace(Some(Arc::new(state)));
        Ok(())
    }

    /// Keeps asking until it is told to stop.
    pub async fn watch(self, pool: PgPool, stop: CancellationToken) {
        let mut away = false;
        let mut indexing = Indexing::default();
        while !stop.is_cancelled() {
            match self.look(&pool, &mut indexing).await {
                Ok(()) => {
                    if away {
                        tracing::info!("Postgres answers again");
                    }
                    away = false;
                }
                Err(reason) if !away => {
                    tracing::warn!(reason, "Postgres does not answer");
                    away = true;
                }
                Err(_) => {}
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.wake.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }
}

async fn ask(pool: &PgPool, indexing: &mut Indexing) -> Result<CatalogueState, String> {
    let asked_at = Instant::now();
    let query = sqlx::query_as(include_str!("../../sql/gateway/catalogue_state.sql")).fetch_one(pool);
    let (id, version, stale_shops) = timeout(PATIENCE, query)
        .await
        .map_err(|_| "no answer in time".to_owned())?
        .map_err(|e| e.to_string())?;
    let index = indexing.follow(pool, version).await.map_err(|error| error.to_string())?;
    Ok(CatalogueState { id, version, stale_shops, index, asked_at })
}

//! Which version of the catalogue a gateway is looking at.
//!
//! Any gateway may commit a change, so each one asks Postgres a few times a second. An answer may come from
//! the cache only under a version that was confirmed a moment ago: with [`POLL`] and [`TRUST`] together below
//! a second, no reader sees what was before a commit for longer than that. With the look that finds a commit of this
//! gateway, its trace ends: answers of before are no longer given.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use catalogue_index::Index;
use service::traces::{self, SPANS};
use sqlx::{PgPool, Postgres, pool::PoolConnection};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, Span, field::Empty};

use crate::{
    answers::StateHash,
    graphql::kept::{KeptRows, RowsAt},
    indexing::Indexing,
    measures,
    pulse::Pulse,
};

/// How often Postgres is asked, from one question to the next.
const POLL: Duration = Duration::from_millis(200);
/// The longest wait for its answer.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long an answer counts, from the moment of asking.
const TRUST: Duration = Duration::from_millis(700);
/// After so long without an answer Postgres is held to be away. One slow answer under load doesn't make it so.
const PRESUMED_AWAY: Duration = Duration::from_secs(1);
/// How many traces one look is told to be a part of.
const MOST_TRACES: usize = 64;

/// What a cached answer depends on.
#[derive(Clone, Debug)]
pub struct CatalogueState {
    /// Tells the catalogue from any other.
    pub id: String,
    /// The catalogue's version.
    pub version: i64,
    /// Ids of the shops that have not been read soundly for too long.
    pub stale_shops: Vec<i16>,
    /// Of all three.
    pub(crate) hash: StateHash,
    /// Grows with each chip of which more is known than before.
    pub(crate) chips_known: i64,
    /// How many cards were seen to change since this gateway looks at it, each as often as it did.
    pub(crate) cards_changed: u64,
    /// The cards at that version, or a little later.
    pub(crate) index: Arc<Index>,
    /// Rows that are kept up to that version.
    rows: Arc<KeptRows>,
    /// Just before it was asked for.
    asked_at: Instant,
}

impl CatalogueState {
    /// Rows that are kept, for a request that is answered under this state.
    pub(crate) fn rows(&self) -> RowsAt {
        RowsAt::new(Arc::clone(&self.rows), self.version)
    }

    /// Whether it was confirmed a moment ago.
    pub fn can_be_trusted(&self) -> bool {
        self.asked_at.elapsed() < TRUST
    }
}

/// The catalogue's state as this gateway knows it.
#[derive(Clone, Debug)]
pub struct Catalogue {
    state: watch::Sender<Option<Arc<CatalogueState>>>,
    /// Whether Postgres is away. It is until it has answered for the first time.
    away: watch::Sender<bool>,
    /// Whether it says nothing just now, which is known sooner.
    pulse: Pulse,
    wake: Arc<Notify>,
    /// The traces in which this gateway committed what it has not looked at yet.
    traceparents: Arc<Mutex<Vec<String>>>,
    /// Where rows are kept while it is watched.
    rows: Arc<KeptRows>,
}

/// Why there is no newer state.
#[derive(Debug, thiserror::Error)]
enum NoState {
    #[error("it did not answer in time")]
    Late,
    /// It can't be reached, or says that it will be gone.
    #[error("{0}")]
    Away(sqlx::Error),
    /// It answers, but not what was asked.
    #[error("{0}")]
    Failed(sqlx::Error),
    /// It has said which version there is, and the cards can't be read.
    #[error("the cards can't be read: {0}")]
    Unread(sqlx::Error),
}

impl Default for Catalogue {
    fn default() -> Self {
        Self {
            state: watch::Sender::new(None),
            away: watch::Sender::new(true),
            pulse: Pulse::default(),
            wake: Arc::new(Notify::new()),
            traceparents: Arc::default(),
            rows: Arc::default(),
        }
    }
}

impl Catalogue {
    /// A catalogue whose rows are kept in `rows`.
    pub(crate) fn keeping(rows: KeptRows) -> Self {
        Self { rows: Arc::new(rows), ..Self::default() }
    }

    /// The newest known state, if it can be trusted.
    pub fn state(&self) -> Option<Arc<CatalogueState>> {
        self.state.borrow().clone().filter(|state| state.can_be_trusted())
    }

    /// A look at the newest known state, if it can be trusted. It must be short: whoever brings the next one waits for it.
    pub fn look_at_state<T>(&self, look: impl FnOnce(&CatalogueState) -> T) -> Option<T> {
        let state = self.state.borrow();
        state.as_ref().filter(|state| state.can_be_trusted()).map(|state| look(state))
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
        if let Some(traceparent) = traces::current() {
            let mut traceparents = self.traceparents.lock().unwrap_or_else(PoisonError::into_inner);
            traceparents.truncate(MOST_TRACES - 1);
            traceparents.push(traceparent);
        }
        self.wake.notify_one();
    }

    /// A part of the traces of what was committed since the last look; none if nothing was.
    fn span_of_look(&self) -> Span {
        let traceparents =
            std::mem::take(&mut *self.traceparents.lock().unwrap_or_else(PoisonError::into_inner));
        if traceparents.is_empty() {
            return Span::none();
        }
        let span = tracing::info_span!(target: SPANS, "renew", catalogue.version = Empty);
        traces::follow_all(&span, traceparents.iter().map(String::as_str));
        span
    }

    /// Whether Postgres is away: nothing can be worked out, and nobody should wait for it.
    pub fn is_away(&self) -> bool {
        *self.away.borrow()
    }

    /// Whether nothing can be expected of Postgres at this moment: it is away, or doesn't answer.
    pub fn is_lost(&self) -> bool {
        self.is_away() || self.pulse.is_silent()
    }

    /// Waits until nothing can be expected of Postgres any more.
    pub async fn lost(&self) {
        let mut away = self.away.subscribe();
        tokio::select! {
            // The sender lives as long as `self`.
            _ = away.wait_for(|away| *away) => {}
            () = self.pulse.lost() => {}
        }
    }

    /// Asks once, and reads all cards anew; the error says why there was no answer, for the log.
    pub async fn refresh(&self, pool: &PgPool) -> Result<(), String> {
        // Rows are kept for one who follows the catalogue, and hears of each change.
        self.look(&mut Watcher::new(pool.clone(), Arc::default())).await.map_err(|error| error.to_string())
    }

    async fn look(&self, watcher: &mut Watcher) -> Result<(), NoState> {
        let state = watcher.ask().await?;
        Span::current().record("catalogue.version", state.version);
        self.state.send_replace(Some(Arc::new(state)));
        self.away.send_if_modified(|away| std::mem::replace(away, false));
        Ok(())
    }

    /// Keeps asking until it is told to stop.
    pub async fn watch(self, pool: PgPool, stop: CancellationToken) {
        let feeling = self.pulse.clone().feel(pool.clone(), stop.clone());
        tokio::join!(self.watch_version(pool, stop), feeling);
    }

    async fn watch_version(self, pool: PgPool, stop: CancellationToken) {
        let mut failing = false;
        let mut watcher = Watcher::new(pool, self.rows.clone());
        while !stop.is_cancelled() {
            let next = Instant::now() + POLL;
            match self.look(&mut watcher).instrument(self.span_of_look()).await {
                Ok(()) => {
                    if failing {
                        tracing::info!("Postgres answers again");
                    }
                    failing = false;
                }
                Err(error) => {
                    if !failing {
                        tracing::warn!(%error, "Postgres does not say which version the catalogue has");
                    }
                    failing = true;
                    let silence = self.latest().map_or(Duration::MAX, |state| state.asked_at.elapsed());
                    if error.is_absence(silence) && !self.away.send_replace(true) {
                        tracing::warn!("Postgres is away: readers get the last answers there were");
                    }
                }
            }
            let (rows, written, bytes) = self.rows.disk_size();
            measures::on_disk(rows, written, bytes);
            metrics::gauge!("gateway_postgres_up").set(if self.is_away() { 0.0 } else { 1.0 });
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.wake.notified() => {}
                () = sleep_until(next) => {}
            }
        }
    }
}

impl NoState {
    /// Whether Postgres is away, which has not answered for so long.
    fn is_absence(&self, silence: Duration) -> bool {
        match self {
            Self::Late | Self::Failed(_) => silence > PRESUMED_AWAY,
            Self::Away(_) => true,
            Self::Unread(_) => false,
        }
    }
}

impl From<sqlx::Error> for NoState {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error::{Database, Io, PoolClosed, PoolTimedOut, Protocol, Tls, WorkerCrashed};
        match &error {
            PoolTimedOut => Self::Late,
            Io(_) | Tls(_) | Protocol(_) | PoolClosed | WorkerCrashed => Self::Away(error),
            // 57P01 to 57P03: it stops, has crashed or is starting.
            Database(told)
                if told.code().is_some_and(|code| code.starts_with("57P0") || code.starts_with("08")) =>
            {
                Self::Away(error)
            }
            _ => Self::Failed(error),
        }
    }
}

/// What asks Postgres, over a connection that it keeps: a pool would look at its health before each question, and double
/// the way.
struct Watcher {
    pool: PgPool,
    connection: Option<PoolConnection<Postgres>>,
    indexing: Indexing,
}

impl Watcher {
    fn new(pool: PgPool, rows: Arc<KeptRows>) -> Self {
        Self { pool, connection: None, indexing: Indexing::new(rows) }
    }

    async fn ask(&mut self) -> Result<CatalogueState, NoState> {
        let asked_at = Instant::now();
        let (id, version, stale_shops, chips_known) = match timeout(PATIENCE, self.version()).await {
            Ok(Ok(version)) => version,
            failed => {
                // It may be in the middle of an answer.
                if let Some(connection) = self.connection.take() {
                    drop(connection.detach());
                }
                failed.map_err(|_| NoState::Late)??
            }
        };
        let index = self.indexing.follow(&self.pool, version).await.map_err(NoState::Unread)?;
        let rows = Arc::clone(self.indexing.rows());
        let cards_changed = self.indexing.changed();
        let hash = StateHash::of(&id, version, &stale_shops);
        Ok(CatalogueState {
            id,
            version,
            stale_shops,
            hash,
            chips_known,
            cards_changed,
            index,
            rows,
            asked_at,
        })
    }

    async fn version(&mut self) -> sqlx::Result<(String, i64, Vec<i16>, i64)> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(self.pool.acquire().await?),
        };
        sqlx::query_as(include_str!("../../sql/gateway/catalogue_state.sql"))
            .fetch_one(&mut **connection)
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgres_is_away_when_it_can_t_be_reached_or_has_been_silent_for_long() {
        let closed = || NoState::from(sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into()));
        let cases = [
            (NoState::Late, Duration::from_millis(600), false),
            (NoState::Late, Duration::from_millis(1_100), true),
            (NoState::from(sqlx::Error::PoolTimedOut), Duration::MAX, true),
            (closed(), Duration::ZERO, true),
            (NoState::from(sqlx::Error::RowNotFound), Duration::from_millis(600), false),
            (NoState::from(sqlx::Error::RowNotFound), Duration::MAX, true),
            (NoState::Unread(sqlx::Error::PoolTimedOut), Duration::MAX, false),
        ];
        for (error, silence, away) in cases {
            assert_eq!(error.is_absence(silence), away, "{error}");
        }
    }
}

//! Reading rows of cards to disk before anybody asks for them: those of all cards after the start, and then those of
//! cards that have changed or come.

use std::{
    io,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures::future::join_all;
use sqlx::PgPool;
use tokio::{
    sync::SetOnce,
    task::yield_now,
    time::{sleep, timeout},
};

use super::{
    changed,
    lap::{Lap, lie_apart},
    ms, read,
    rests::{LOOK, Rests},
    trusted,
};
use crate::{
    catalogue::Catalogue,
    graphql::{kept::FRESH, packed::PackedCard},
};

/// How many read side by side at the most: where requests wait for Postgres too, these have their share of it.
const LANES: u32 = 4;
/// How long each lane rests, as a multiple of the time that reading took: to read a card for a request costs Postgres
/// several times as much as to read it among those beside it.
const REST: u32 = 0;
/// The same where cards lie apart: then it costs as much.
const REST_APART: u32 = 7;
/// How often the same cards are tried before the others are read without them: it may be one of them that can't be.
const MOST_TRIES: usize = 3;
/// From one of these times to the next.
const AGAIN: Duration = Duration::from_secs(1);

/// Reads cards to disk, as many as there is room for, by their ids: so they stand in Postgres, and to read them as they stand
/// takes it a fifth of the time.
pub(super) struct Reading<'r> {
    pool: &'r PgPool,
    catalogue: &'r Catalogue,
    lap: Mutex<Lap>,
    began: Instant,
    cards: AtomicUsize,
    all_read: SetOnce<()>,
}

impl<'r> Reading<'r> {
    pub(super) fn new(pool: &'r PgPool, catalogue: &'r Catalogue) -> Self {
        let began = Instant::now();
        Self {
            pool,
            catalogue,
            lap: Mutex::new(Lap::new(began)),
            began,
            cards: AtomicUsize::default(),
            all_read: SetOnce::new(),
        }
    }

    /// Waits until all cards have been read for the first time, but for those that can't be.
    pub(super) async fn all_read(&self) {
        self.all_read.wait().await;
    }

    /// It never ends.
    pub(super) async fn go_on(&self) {
        // Each has two statements under way at once: half of the connections are left to requests.
        let lanes = (self.pool.options().get_max_connections() / 4).clamp(1, LANES);
        join_all((0..lanes).map(|lane| self.lane(lane == 0))).await;
    }

    /// Reads cards, beside others who do. While a backlog is applied, the first reads alone.
    async fn lane(&self, is_first: bool) {
        let mut rests = Rests::new(changed(self.catalogue), Instant::now());
        loop {
            if !is_first && rests.is_backlog(changed(self.catalogue), Instant::now()) {
                sleep(LOOK).await;
                continue;
            }
            let Some(ids) = self.next().await else {
                self.tell_if_over();
                sleep(LOOK).await;
                continue;
            };
            let took = self.to_disk_at_last(&ids).await;
            self.lap().done();
            self.tell_if_over();
            let rest = if lie_apart(&ids) { REST_APART } else { REST };
            sleep(rests.after(took, rest, changed(self.catalogue), Instant::now())).await;
        }
    }

    /// The next cards to read; `None`: there are none for now.
    async fn next(&self) -> Option<Vec<i64>> {
        loop {
            let state = trusted(self.catalogue).await;
            {
                let (mut lap, now) = (self.lap(), Instant::now());
                if !lap.goes_on(state.cards_changed, now) {
                    return None;
                }
                lap.look(&state.index, |ids| state.rows().lacking_on_disk(ids), now);
                if let Some(ids) = lap.take() {
                    return Some(ids);
                }
            }
            yield_now().await;
        }
    }

    /// Says how long reading them took. Those that can't be read after all are left to whoever asks for them.
    async fn to_disk_at_last(&self, ids: &[i64]) -> Duration {
        for _ in 1..MOST_TRIES {
            match self.to_disk(ids).await {
                Ok(took) => return took,
                Err(error) => tracing::debug!(%error, "cards can't be read ahead now: trying again"),
            }
            sleep(AGAIN).await;
        }
        let (mut took, mut failed) = (Duration::ZERO, 0);
        for id in ids {
            match self.to_disk(&[*id]).await {
                Ok(this_took) => took += this_took,
                Err(error) => {
                    failed += 1;
                    tracing::warn!(%error, card.id = id, "a card can't be read ahead: going on with the others");
                }
            }
            if failed == MOST_TRIES {
                // Then it is no matter of single cards.
                break;
            }
        }
        took
    }

    /// Says how long reading them took.
    async fn to_disk(&self, ids: &[i64]) -> sqlx::Result<Duration> {
        // No state is held for as long as that may take: it has an index.
        let rows = trusted(self.catalogue).await.rows();
        let read_at = Instant::now();
        let read = timeout(FRESH, read(self.pool, ids)).await.unwrap_or_else(|_| Err(too_long()))?;
        let took = read_at.elapsed();
        let in_order = ids.iter().filter_map(|id| Some((id, read.get(id)?)));
        if !rows.put_on_disk_ahead::<PackedCard>(in_order, read_at).await {
            return Err(too_long());
        }
        self.cards.fetch_add(read.len(), Ordering::Relaxed);
        Ok(took)
    }

    fn tell_if_over(&self) {
        if self.lap().is_over() && self.all_read.set(()).is_ok() {
            let (cards, duration_ms) = (self.cards.load(Ordering::Relaxed), ms(self.began.elapsed()));
            if cards > 0 {
                tracing::info!(cards, duration_ms, "cards were read to disk, as many as it has room for");
            }
        }
    }

    fn lap(&self) -> MutexGuard<'_, Lap> {
        self.lap.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What takes longer isn't kept.
fn too_long() -> sqlx::Error {
    sqlx::Error::Io(io::ErrorKind::TimedOut.into())
}

//! Reading the rows of all cards to disk, after the start.

use std::{
    io,
    time::{Duration, Instant},
};

use futures::future::join_all;
use sqlx::PgPool;
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};

use super::{
    AT_ONCE, changed, ms, read,
    rests::{LOOK, Rest, Rests},
    trusted,
};
use crate::{
    catalogue::Catalogue,
    graphql::{kept::FRESH, packed::PackedCard},
    indexing::Stretches,
};

/// How many read side by side at the most: where requests wait for Postgres too, these have their share of it.
const LANES: u32 = 4;
/// None, unless a backlog is applied: to read a card for a request costs Postgres several times as much as to read it so.
const REST: Rest = Rest { usual: 0, in_backlog: 20 };
/// How long to wait where cards can't be read.
const PAUSE: Duration = Duration::from_secs(5);
/// How often the same cards are tried before the others are read without them: it may be one of them that can't be.
const MOST_TRIES: u32 = 3;

/// Reads cards to disk, as many as there is room for, by their ids: so they stand in Postgres, and to read them as they stand
/// takes it a fifth of the time. What changes later stands where there is room.
pub(super) async fn read_all(pool: &PgPool, catalogue: &Catalogue) {
    let began = Instant::now();
    // Each has two statements under way at once: half of the connections are left to requests.
    let lanes = (pool.options().get_max_connections() / 4).clamp(1, LANES);
    let reading = Reading { pool, catalogue, stretches: Mutex::new(Stretches::of_all(AT_ONCE)) };
    let cards: usize = join_all((0..lanes).map(|lane| reading.lane(lane == 0))).await.into_iter().sum();
    if cards > 0 {
        let duration_ms = ms(began.elapsed());
        tracing::info!(cards, duration_ms, "cards were read to disk, as many as it has room for");
    }
}

struct Reading<'r> {
    pool: &'r PgPool,
    catalogue: &'r Catalogue,
    stretches: Mutex<Stretches>,
}

impl Reading<'_> {
    /// Reads one stretch after the other, beside others who do; says how many cards they had. While a backlog is applied, the
    /// first reads alone.
    async fn lane(&self, is_first: bool) -> usize {
        let mut cards = 0;
        let mut rests = Rests::new(REST, changed(self.catalogue), Instant::now());
        let mut told = !is_first;
        while self.catalogue.latest().is_some_and(|state| state.rows().has_room_on_disk()) {
            if !is_first && rests.is_backlog(changed(self.catalogue), Instant::now()) {
                sleep(LOOK).await;
                continue;
            }
            let ids = match self.next().await {
                Ok(Some(ids)) => ids,
                Ok(None) => break,
                Err(error) => {
                    if !told {
                        tracing::warn!(%error, "cards can't be read ahead: trying until they can");
                        told = true;
                    }
                    sleep(PAUSE).await;
                    continue;
                }
            };
            match self.to_disk_at_last(&ids).await {
                Ok(took) => {
                    cards += ids.len();
                    sleep(rests.after(took, changed(self.catalogue), Instant::now())).await;
                }
                Err(error) => {
                    let cards = ids.len();
                    tracing::warn!(%error, cards, "cards can't be read ahead: going on with the others");
                }
            }
        }
        cards
    }

    async fn next(&self) -> sqlx::Result<Option<Vec<i64>>> {
        let mut stretches = self.stretches.lock().await;
        in_time(stretches.next(self.pool)).await
    }

    /// Says how long reading them took, when it worked.
    async fn to_disk_at_last(&self, ids: &[i64]) -> sqlx::Result<Duration> {
        for _ in 1..MOST_TRIES {
            match self.to_disk(ids).await {
                Ok(took) => return Ok(took),
                Err(error) => tracing::debug!(%error, "cards can't be read ahead now: trying again"),
            }
            sleep(PAUSE).await;
        }
        self.to_disk(ids).await
    }

    /// Says how long reading them took.
    async fn to_disk(&self, ids: &[i64]) -> sqlx::Result<Duration> {
        let rows = trusted(self.catalogue).await.rows();
        let read_at = Instant::now();
        let read = in_time(read(self.pool, ids)).await?;
        let took = read_at.elapsed();
        let in_order = ids.iter().filter_map(|id| Some((id, read.get(id)?)));
        let is_kept = rows.put_on_disk_ahead::<PackedCard>(in_order, read_at).await;
        is_kept.then_some(took).ok_or_else(too_long)
    }
}

/// What takes longer wouldn't be kept.
async fn in_time<T>(read: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    timeout(FRESH, read).await.unwrap_or_else(|_| Err(too_long()))
}

fn too_long() -> sqlx::Error {
    sqlx::Error::Io(io::ErrorKind::TimedOut.into())
}

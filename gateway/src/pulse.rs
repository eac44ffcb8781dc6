//! Whether Postgres gives any sign of life.
//!
//! A Postgres that hangs refuses nothing: whoever asks it waits, and learns nothing by that, since a large question
//! takes as long. So whoever has waited for a moment has Postgres asked for next to nothing, over a connection that is
//! kept for this alone. Without an answer it is silent, and what waits for it need not wait any longer.
//!
//! How long an answer may take follows from how long answers took lately: a Postgres that is far away, or busy, is slow
//! and not silent. Nor is one that had no time to answer, as where a whole machine stands still for a moment: what this
//! process itself slept through hardly counts. Nothing is asked while nobody wonders.

use std::{sync::Arc, time::Duration};

use sqlx::{PgPool, Postgres, pool::PoolConnection};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// After so long a wait one wonders.
const WONDER: Duration = Duration::from_millis(100);
/// How long an answer may take at least. Together with [`WONDER`] it leaves something of the 300 ms after which readers
/// shall know.
const LEAST_PATIENCE: Duration = Duration::from_millis(150);
/// Patience is counted in so many pieces, each of which ends late where this process stands still: it counts as one.
const PIECES: u32 = 3;
/// How many times as long as the slowest answer of late.
const TIMES_AS_LONG: u32 = 3;
/// After that nothing will come of a question.
const GIVEN_UP: Duration = Duration::from_millis(1_500);
/// How soon a silent Postgres is asked again.
const AGAIN: Duration = Duration::from_millis(100);

/// Tells whether Postgres is silent.
#[derive(Clone, Debug)]
pub(crate) struct Pulse {
    silent: watch::Sender<bool>,
    wonder: Arc<Notify>,
}

impl Default for Pulse {
    fn default() -> Self {
        Self { silent: watch::Sender::new(false), wonder: Arc::new(Notify::new()) }
    }
}

impl Pulse {
    /// Whether nothing came when it was last asked.
    pub(crate) fn is_silent(&self) -> bool {
        *self.silent.borrow()
    }

    /// Waits until Postgres is silent, having waited for it for a moment.
    pub(crate) async fn lost(&self) {
        let mut silent = self.silent.subscribe();
        loop {
            sleep(WONDER).await;
            self.wonder.notify_one();
            // The sender lives as long as `self`. Each answer is told, so whoever waits on wonders again.
            if *silent.borrow_and_update() || (silent.changed().await.is_ok() && *silent.borrow_and_update())
            {
                return;
            }
        }
    }

    /// Asks whenever somebody wonders, until it is told to stop.
    pub(crate) async fn feel(self, pool: PgPool, stop: CancellationToken) {
        stop.run_until_cancelled(async {
            let mut finger = Finger { pool, connection: None, lately: Duration::ZERO };
            // Connecting takes longer than an answer: it is done before anybody wonders.
            let _ = finger.ask().await;
            loop {
                if self.is_silent() {
                    sleep(AGAIN).await;
                } else {
                    self.wonder.notified().await;
                }
                finger.feel(&self.silent).await;
            }
        })
        .await;
    }
}

/// What asks.
struct Finger {
    pool: PgPool,
    connection: Option<PoolConnection<Postgres>>,
    /// How long answers take at most, as far as that is remembered.
    lately: Duration,
}

impl Finger {
    /// Asks once, and tells whether an answer came in time; and if it comes later, that.
    async fn feel(&mut self, silent: &watch::Sender<bool>) {
        let (asked_at, patience) = (Instant::now(), patience(self.lately));
        let answered = {
            let asking = self.ask();
            tokio::pin!(asking);
            tokio::select! {
                biased;
                // However long this process slept meanwhile, it was in time.
                answered = &mut asking => answered.is_ok().then(|| asked_at.elapsed().min(patience)),
                () = awake_for(patience) => {
                    silent.send_replace(true);
                    let late = timeout(GIVEN_UP.saturating_sub(patience), asking).await;
                    late.is_ok_and(|late| late.is_ok()).then(|| asked_at.elapsed())
                }
            }
        };
        if let Some(took) = answered {
            self.lately = remembered(self.lately, took);
        } else if let Some(connection) = self.connection.take() {
            // It may be in the middle of an answer.
            drop(connection.detach());
        }
        silent.send_replace(answered.is_none());
    }

    async fn ask(&mut self) -> sqlx::Result<()> {
        if let Some(connection) = &mut self.connection
            && touch(connection).await.is_ok()
        {
            return Ok(());
        }
        // That a connection was closed says nothing about a new one.
        let connection = self.connection.insert(self.pool.acquire().await?);
        touch(connection).await
    }
}

async fn touch(connection: &mut PoolConnection<Postgres>) -> sqlx::Result<()> {
    sqlx::query("select 1").execute(&mut **connection).await.map(drop)
}

/// Ends once this process has been awake for so long: a moment in which it stood still, however long, counts as one of
/// the [`PIECES`].
async fn awake_for(time: Duration) {
    for _ in 0..PIECES {
        sleep(time / PIECES).await;
    }
}

/// How long to wait for an answer where answers took so long lately.
fn patience(lately: Duration) -> Duration {
    (lately * TIMES_AS_LONG).clamp(LEAST_PATIENCE, GIVEN_UP)
}

/// What is remembered of how long answers take, after one that took so long. A slow one is forgotten within a dozen.
fn remembered(lately: Duration, took: Duration) -> Duration {
    took.max(lately * 7 / 8)
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures::FutureExt;
    use tokio::time::advance;

    use super::*;

    #[test]
    fn patience_follows_the_slowest_answer_of_late() {
        let ms = Duration::from_millis;
        let mut lately = Duration::ZERO;
        // How long each answer takes, and how long is waited for the next one.
        for (took, expected) in [(1, 150), (40, 150), (300, 900), (10, 787), (900, 1_500)] {
            lately = remembered(lately, ms(took));
            assert_eq!(patience(lately).as_millis(), expected, "after {took} ms");
        }
        for _ in 0..24 {
            lately = remembered(lately, ms(1));
        }
        assert_eq!(patience(lately), LEAST_PATIENCE, "it is forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn what_this_process_slept_through_hardly_counts() {
        let pieces_after = async |stall: Duration| {
            let mut waiting = pin!(awake_for(LEAST_PATIENCE));
            assert!((&mut waiting).now_or_never().is_none());
            advance(stall).await;
            let awake_at = Instant::now();
            waiting.await;
            awake_at.elapsed().as_millis() / (LEAST_PATIENCE / PIECES).as_millis()
        };
        assert_eq!(pieces_after(Duration::ZERO).await, u128::from(PIECES));
        assert_eq!(pieces_after(LEAST_PATIENCE * 10).await, u128::from(PIECES - 1));
    }
}

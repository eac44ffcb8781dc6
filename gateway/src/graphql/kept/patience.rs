//! For how long rows are waited for that a disk doesn't give at once.
//!
//! A disk that answers nothing must not hold up readers: Postgres has the same rows. But one that is only slow, as after
//! the kernel gave its pages to others, is seldom slower than that of Postgres, which has far fewer connections than there
//! are readers: if all of them turned to it, they would wait there instead, and some in vain.

use std::{sync::Arc, time::Duration};

use tokio::{sync::Semaphore, task::JoinHandle, time::timeout};

/// After so long a read is given up, if few others were.
const SHORT: Duration = Duration::from_millis(50);
/// How many reads that were given up so may still wait for the disk.
const FEW: usize = 4;
/// After so long it is given up anyway.
const LONG: Duration = Duration::from_secs(1);

/// For how long reads are waited for.
#[derive(Debug)]
pub(super) struct Patience {
    given_up: Arc<Semaphore>,
}

impl Default for Patience {
    fn default() -> Self {
        Self { given_up: Arc::new(Semaphore::new(FEW)) }
    }
}

impl Patience {
    /// What a read gives; `None`: it broke off, or was given up.
    pub(super) async fn wait<T: Send + 'static>(&self, mut read: JoinHandle<T>) -> Option<T> {
        if let Ok(ended) = timeout(SHORT, &mut read).await {
            return ended.ok();
        }
        let Ok(permit) = Arc::clone(&self.given_up).try_acquire_owned() else {
            return timeout(LONG.saturating_sub(SHORT), read).await.ok()?.ok();
        };
        // It counts until it ends.
        tokio::spawn(async move {
            read.await.ok();
            drop(permit);
        });
        None
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, sleep};

    use super::*;

    /// Waits for a read that takes so many milliseconds; says what it gave, and after how many of them.
    async fn wait(patience: &Patience, ms: u64) -> (Option<u64>, u128) {
        let began = Instant::now();
        let read = tokio::spawn(async move {
            sleep(Duration::from_millis(ms)).await;
            ms
        });
        (patience.wait(read).await, began.elapsed().as_millis())
    }

    #[tokio::test(start_paused = true)]
    async fn few_reads_are_given_up_soon_and_the_others_only_if_they_take_far_too_long() {
        let patience = Patience::default();
        assert_eq!(wait(&patience, 40).await, (Some(40), 40));
        for _ in 0..FEW {
            assert_eq!(wait(&patience, 5_000).await, (None, 50));
        }
        assert_eq!(wait(&patience, 900).await, (Some(900), 900));
        assert_eq!(wait(&patience, 5_000).await, (None, 1_000));
        // Those that were given up have ended.
        sleep(Duration::from_secs(5)).await;
        assert_eq!(wait(&patience, 5_000).await, (None, 50));
    }
}

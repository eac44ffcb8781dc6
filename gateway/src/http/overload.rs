//! How much is worked out at once. Answers that are kept, and health, pass by: they cost next to nothing, and
//! are what is most wanted under load.

use std::time::Duration;

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

use super::refusal::Refusal;

/// The longest wait in the queue. A queue that is served moves on much faster; one that isn't, because a store
/// hangs, must not hold its clients for long.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Lets in so many at once, and has as many wait. Whoever comes then is refused at once.
#[derive(Debug)]
pub(super) struct Gate {
    /// Those that work and those that wait.
    inside: Semaphore,
    working: Semaphore,
}

/// Its holder may work.
#[derive(Debug)]
pub(super) struct Pass<'g> {
    _inside: SemaphorePermit<'g>,
    _working: SemaphorePermit<'g>,
}

impl Gate {
    pub(super) fn new(at_once: usize) -> Self {
        let working = at_once.clamp(1, Semaphore::MAX_PERMITS / 2);
        Self { inside: Semaphore::new(2 * working), working: Semaphore::new(working) }
    }

    pub(super) async fn enter(&self) -> Result<Pass<'_>, Refusal> {
        let refused = || {
            metrics::counter!("gateway_requests_refused_total", "reason" => "overload").increment(1);
            Refusal::overloaded()
        };
        let inside = self.inside.try_acquire().map_err(|_| refused())?;
        match timeout(LONGEST_WAIT, self.working.acquire()).await {
            Ok(Ok(working)) => Ok(Pass { _inside: inside, _working: working }),
            _ => Err(refused()),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn whoever_finds_the_queue_full_is_refused_at_once() {
        let gate = Gate::new(1);
        let working = gate.enter().await.unwrap();
        let mut waiting = Box::pin(gate.enter());
        assert!((&mut waiting).now_or_never().is_none());
        assert!(gate.enter().now_or_never().unwrap().is_err());
        drop(working);
        assert!(waiting.await.is_ok());
    }
}

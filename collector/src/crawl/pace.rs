//! How soon a shop may be asked again. It outlives a crawl: a shop that is sick or asks for a pause is left alone
//! by the next crawl too.

use std::time::Duration;

use tokio::time::Instant;

use super::plan;

/// A longer wait ends the crawl instead.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The pause of a shop that asks for one and doesn't say how long.
const UNTOLD_PAUSE: Duration = Duration::from_secs(5);

/// When a shop may be asked again.
#[derive(Debug, Default)]
pub(super) struct Pace {
    not_before: Option<Instant>,
    failures: u32,
}

impl Pace {
    /// The moment before which the shop must not be asked.
    pub(super) fn not_before(&self) -> Option<Instant> {
        self.not_before
    }

    /// Waits until the shop may be asked; false if that is too far away for a crawl to wait.
    pub(super) async fn wait(&self) -> bool {
        let Some(not_before) = self.not_before else { return true };
        if not_before.saturating_duration_since(Instant::now()) > LONGEST_WAIT {
            return false;
        }
        tokio::time::sleep_until(not_before).await;
        true
    }

    /// The shop has answered soundly.
    pub(super) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// The shop has failed.
    pub(super) fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
        self.leave_alone(plan::pause(self.failures, rand::random()));
    }

    /// The shop has asked for a pause.
    pub(super) fn busy(&mut self, retry_after: Option<Duration>) {
        self.leave_alone(retry_after.unwrap_or(UNTOLD_PAUSE));
    }

    fn leave_alone(&mut self, pause: Duration) {
        self.not_before = Some(Instant::now() + pause);
    }
}

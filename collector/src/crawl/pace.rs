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

    /// Whether the shop is left alone, for having failed or asked for it, until it answers soundly again.
    pub(super) fn is_open(&self) -> bool {
        self.not_before.is_some()
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
        let pause = self.next_pause();
        self.leave_alone(pause);
    }

    /// The shop has asked for a pause. One of no time at all, or until a moment that has passed, is as long as
    /// after a failure.
    pub(super) fn busy(&mut self, retry_after: Option<Duration>) {
        let least = self.next_pause();
        self.leave_alone(retry_after.unwrap_or(UNTOLD_PAUSE).max(least));
    }

    /// The shop has forgotten where the crawl was, for the `times`th time (from 1). The sound pages in between
    /// don't make it well: each round is two requests at least, and so its pause is twice as long.
    pub(super) fn forgotten(&mut self, times: u32) {
        self.leave_alone(plan::pause(times, rand::random()) * 2);
    }

    fn next_pause(&mut self) -> Duration {
        self.failures = self.failures.saturating_add(1);
        plan::pause(self.failures, rand::random())
    }

    fn leave_alone(&mut self, pause: Duration) {
        self.not_before = Some(Instant::now() + pause);
    }
}

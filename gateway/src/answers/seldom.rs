//! What is done whether it pays or not, but seldom.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// Lets something happen once in a while.
#[derive(Debug)]
pub(super) struct Seldom {
    every: Duration,
    began: Instant,
    /// From when on it may happen again, in microseconds since it began.
    due_us: AtomicU64,
}

impl Seldom {
    pub(super) fn new(every: Duration) -> Self {
        Self { every, began: Instant::now(), due_us: AtomicU64::new(0) }
    }

    /// Whether it is to happen now.
    pub(super) fn is_due(&self) -> bool {
        self.is_due_after(self.began.elapsed())
    }

    fn is_due_after(&self, elapsed: Duration) -> bool {
        let us = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let (now, due) = (us(elapsed), self.due_us.load(Ordering::Relaxed));
        let next = us(elapsed + self.every);
        now >= due && self.due_us.compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_happens_at_most_once_in_a_while_and_always_where_hardly_anybody_asks() {
        let seldom = Seldom::new(Duration::from_millis(10));
        let happens = |us: &u64| seldom.is_due_after(Duration::from_micros(*us));
        let times = [0, 1, 9_999, 10_000, 19_999, 50_000, 60_001, 70_000, 70_001, 70_002];
        let happened: Vec<u64> = times.into_iter().filter(happens).collect();
        assert_eq!(happened, [0, 10_000, 50_000, 60_001, 70_001]);
    }
}

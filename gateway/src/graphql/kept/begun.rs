//! Ways in which cards are kept on disk since a moment ago, for whoever writes all of them before they are asked for.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use tokio::sync::Notify;

use super::RowsAt;
use crate::graphql::written::WayAsked;

/// The most of them that are remembered: more than there is room for on disk at once.
const MOST: usize = 8;

/// Ways that nobody has taken up yet.
#[derive(Debug, Default)]
pub(super) struct Begun {
    ways: Mutex<VecDeque<WayAsked>>,
    told: Notify,
}

impl Begun {
    /// One more; beyond the most, the oldest is forgotten.
    pub(super) fn put(&self, way: WayAsked) {
        let mut ways = self.ways.lock().unwrap_or_else(PoisonError::into_inner);
        if ways.len() >= MOST {
            ways.pop_front();
        }
        ways.push_back(way);
        self.told.notify_one();
    }

    fn next(&self) -> Option<WayAsked> {
        self.ways.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

impl RowsAt {
    /// Waits for a way in which cards are kept on disk since a moment ago. For one at a time.
    pub(in crate::graphql) async fn begun(&self) -> WayAsked {
        loop {
            if let Some(way) = self.rows.begun.next() {
                return way;
            }
            self.rows.begun.told.notified().await;
        }
    }
}

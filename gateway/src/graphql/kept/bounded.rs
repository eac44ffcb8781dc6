//! A cache within a bound of memory.

use std::{
    hash::Hash,
    sync::atomic::{AtomicBool, Ordering},
};

use quick_cache::{Weighter, sync::Cache};

use crate::luck::Luck;

/// About how large an entry is, in bytes.
const USUAL_BYTES: u64 = 2 * 1024;

/// What is kept within a bound of memory.
pub(super) struct Bounded<Key, Value, Bytes> {
    cache: Cache<Key, Value, Bytes>,
    most_bytes: u64,
    /// Whether there is hardly any room left. It is worked out when something is put in: each card of a page asks for it.
    is_full: AtomicBool,
    luck: Luck,
}

impl<Key, Value, Bytes> Bounded<Key, Value, Bytes>
where
    Key: Eq + Hash,
    Value: Clone,
    Bytes: Weighter<Key, Value> + Clone,
{
    /// For what pays to be kept if one in so many is asked for again.
    pub(super) fn new(most_bytes: u64, paying: u64, bytes: Bytes) -> Self {
        // From how large an entry usually is, it is reckoned how many there may be.
        let count = usize::try_from(most_bytes / USUAL_BYTES).unwrap_or(usize::MAX);
        let cache = Cache::with_weighter(count, most_bytes, bytes);
        Self { cache, most_bytes, is_full: AtomicBool::default(), luck: Luck::paying(paying) }
    }

    /// What is asked for, which tells whether keeping pays.
    pub(super) fn get(&self, key: &Key) -> Option<Value> {
        let found = self.cache.get(key);
        self.luck.note(found.is_some());
        found
    }

    /// Whether one more is worth keeping: while there is room, and where what is kept is asked for again.
    pub(super) fn wants_more(&self) -> bool {
        !self.is_full.load(Ordering::Relaxed) || self.luck.pays()
    }

    /// What is there, for nobody who asked for it.
    pub(super) fn peek(&self, key: &Key) -> Option<Value> {
        self.cache.get(key)
    }

    pub(super) fn insert(&self, key: Key, value: Value) {
        self.cache.insert(key, value);
        self.is_full.store(self.cache.weight() >= self.most_bytes / 8 * 7, Ordering::Relaxed);
    }

    pub(super) fn remove(&self, key: &Key) {
        if self.cache.remove(key).is_some() {
            self.is_full.store(false, Ordering::Relaxed);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.cache.len()
    }
}

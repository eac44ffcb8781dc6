//! A cache within a bound of memory.

use std::hash::Hash;

use quick_cache::{Weighter, sync::Cache};

use crate::luck::Luck;

/// About how large an entry is, in bytes.
const USUAL_BYTES: u64 = 2 * 1024;

/// What is kept within a bound of memory.
pub(super) struct Bounded<Key, Value, Bytes> {
    cache: Cache<Key, Value, Bytes>,
    most_bytes: u64,
    luck: Luck,
}

impl<Key, Value, Bytes> Bounded<Key, Value, Bytes>
where
    Key: Eq + Hash,
    Value: Clone,
    Bytes: Weighter<Key, Value> + Clone,
{
    pub(super) fn new(most_bytes: u64, bytes: Bytes) -> Self {
        // From how large an entry usually is, it is reckoned how many there may be.
        let count = usize::try_from(most_bytes / USUAL_BYTES).unwrap_or(usize::MAX);
        Self { cache: Cache::with_weighter(count, most_bytes, bytes), most_bytes, luck: Luck::default() }
    }

    /// What is asked for, which tells whether keeping pays.
    pub(super) fn get(&self, key: &Key) -> Option<Value> {
        let found = self.cache.get(key);
        self.luck.note(found.is_some());
        found
    }

    /// Whether one more is worth keeping: while there is room, and where what is kept is asked for again.
    pub(super) fn wants_more(&self) -> bool {
        self.luck.pays() || self.cache.weight() < self.most_bytes / 8 * 7
    }

    /// What is there, for nobody who asked for it.
    pub(super) fn peek(&self, key: &Key) -> Option<Value> {
        self.cache.get(key)
    }

    pub(super) fn insert(&self, key: Key, value: Value) {
        self.cache.insert(key, value);
    }

    pub(super) fn remove(&self, key: &Key) {
        self.cache.remove(key);
    }

    pub(super) fn len(&self) -> usize {
        self.cache.len()
    }
}

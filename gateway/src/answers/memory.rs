//! Answers in this process's memory, within a bound of bytes. What is asked for once goes soonest.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use quick_cache::{Weighter, sync::Cache};

use super::{Answer, KEPT, Key, OVERHEAD_BYTES, derived::SHARE};

/// About how large an answer is, in bytes: from this it is reckoned how many there may be.
const USUAL_BYTES: u64 = 8 * 1024;

/// The answers in memory.
#[derive(Clone, Debug)]
pub(super) struct Memory(Option<Arc<Cache<Key, Arc<Kept>, Bytes>>>);

#[derive(Debug)]
struct Kept {
    answer: Answer,
    since: Instant,
    /// Whether Redis has it too.
    is_shared: AtomicBool,
}

#[derive(Clone, Debug)]
struct Bytes;

impl Weighter<Key, Arc<Kept>> for Bytes {
    fn weight(&self, _: &Key, kept: &Arc<Kept>) -> u64 {
        let plain = kept.answer.body.len();
        (plain + plain / SHARE + OVERHEAD_BYTES) as u64
    }
}

impl Memory {
    /// Nothing is kept in 0 bytes.
    pub(super) fn new(bytes: u64) -> Self {
        let count = usize::try_from(bytes / USUAL_BYTES).unwrap_or(usize::MAX);
        Self((bytes > 0).then(|| Arc::new(Cache::with_weighter(count, bytes, Bytes))))
    }

    /// An answer, and whether Redis has it too; to be told once, it is taken to have it from then on.
    pub(super) fn get(&self, key: &Key) -> Option<(Answer, bool)> {
        let kept = self.0.as_ref()?.get(key)?;
        if kept.since.elapsed() >= KEPT {
            return None;
        }
        let is_shared =
            kept.is_shared.load(Ordering::Relaxed) || kept.is_shared.swap(true, Ordering::Relaxed);
        Some((kept.answer.clone(), is_shared))
    }

    /// Keeps an answer.
    pub(super) fn put(&self, key: Key, answer: &Answer, is_shared: bool) {
        let Some(memory) = &self.0 else { return };
        let kept = Kept { answer: answer.clone(), since: Instant::now(), is_shared: is_shared.into() };
        memory.insert(key, Arc::new(kept));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> Answer {
        Answer::new(body.to_owned().into(), true, false)
    }

    #[test]
    fn an_answer_is_kept_within_the_bound_and_told_once_to_be_shared() {
        let memory = Memory::new(1024 * 1024);
        let key = Key::for_tests(1);
        memory.put(key, &answer("{}"), false);
        let told: Vec<_> = (0..3).map(|_| memory.get(&key).map(|(_, is_shared)| is_shared)).collect();
        assert_eq!(told, [Some(false), Some(true), Some(true)]);
        let large = "x".repeat(100 * 1024);
        let keys: Vec<Key> = (2..100).map(Key::for_tests).collect();
        for key in &keys {
            memory.put(*key, &answer(&large), true);
        }
        let bytes =
            keys.iter().filter_map(|key| memory.get(key)).map(|(answer, _)| answer.body.len()).sum::<usize>();
        assert!(bytes > 500 * 1024 && bytes <= 1024 * 1024, "{bytes}");
        assert!(Memory::new(0).get(&key).is_none());
    }
}

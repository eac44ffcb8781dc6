//! Which questions were asked lately: what is asked a second time is worth more than what is asked once.

use std::sync::Arc;

use quick_cache::sync::Cache;

use super::Question;

/// The most questions that are remembered; each takes some fifty bytes.
const MOST: usize = 64 * 1024;

/// Questions that were asked lately.
#[derive(Clone, Debug)]
pub(super) struct Asked(Arc<Cache<Question, ()>>);

impl Default for Asked {
    fn default() -> Self {
        Self(Arc::new(Cache::new(MOST)))
    }
}

impl Asked {
    /// Whether a question was asked before, as far as is known. From now on it was.
    pub(super) fn before(&self, question: Question) -> bool {
        let before = self.0.get(&question).is_some();
        if !before {
            self.0.insert(question, ());
        }
        before
    }
}

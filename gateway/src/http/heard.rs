//! Requests that were heard before, word for word: what they ask need not be read again.
//!
//! Only what an answer is kept for is remembered, and nothing is taken from here but which answer that is.

use std::sync::Arc;

use quick_cache::sync::Cache;

use crate::answers::Question;

/// The most requests that are remembered; each takes some hundred bytes.
const MOST: usize = 8 * 1024;

/// Tells a request from any other by its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Words([u8; 32]);

impl Words {
    /// The body of a POST.
    pub(super) fn of_post(body: &[u8]) -> Self {
        Self(*blake3::keyed_hash(b"graphql request in a POST's body", body).as_bytes())
    }

    /// What stands behind the question mark of a GET.
    pub(super) fn of_get(query: &str) -> Self {
        Self(*blake3::keyed_hash(b"graphql request in GET's address", query.as_bytes()).as_bytes())
    }
}

/// Requests that were heard before.
#[derive(Clone, Debug)]
pub(super) struct Heard(Arc<Cache<Words, Question>>);

impl Heard {
    pub(super) fn new() -> Self {
        Self(Arc::new(Cache::new(MOST)))
    }

    /// What was asked by these words.
    pub(super) fn get(&self, words: &Words) -> Option<Question> {
        self.0.get(words)
    }

    pub(super) fn remember(&self, words: Words, question: Question) {
        self.0.insert(words, question);
    }
}

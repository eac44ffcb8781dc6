//! Requests that were heard before, word for word: what they ask need not be read again.
//!
//! Only what an answer is kept for is remembered, and nothing is taken from here but which answer that is.

use std::sync::Arc;

use bytes::Bytes;
use quick_cache::{Weighter, sync::Cache};

use crate::answers::Question;

/// The most memory that they take, in bytes.
const MOST_BYTES: u64 = 8 * 1024 * 1024;
/// About how large one is, in bytes: from this it is reckoned how many there may be.
const USUAL_BYTES: u64 = 1024;
/// What one takes beyond its words, about.
const ENTRY_BYTES: usize = 150;
/// A longer one isn't remembered, in bytes.
const LONGEST: usize = 16 * 1024;

/// What a request says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Words {
    /// The body of a POST.
    Post(Bytes),
    /// What stands behind the question mark of a GET.
    Get(Bytes),
}

#[derive(Clone, Debug)]
struct BytesOfWords;

impl Weighter<Words, Question> for BytesOfWords {
    fn weight(&self, words: &Words, _: &Question) -> u64 {
        (words.len() + ENTRY_BYTES) as u64
    }
}

impl Words {
    fn len(&self) -> usize {
        let (Self::Post(bytes) | Self::Get(bytes)) = self;
        bytes.len()
    }

    /// The same, without the rest of what was read from the connection with it, which is many times as much.
    fn alone(&self) -> Self {
        match self {
            Self::Post(bytes) => Self::Post(Bytes::copy_from_slice(bytes)),
            Self::Get(bytes) => Self::Get(Bytes::copy_from_slice(bytes)),
        }
    }
}

/// Requests that were heard before.
#[derive(Clone, Debug)]
pub(super) struct Heard(Arc<Cache<Words, Question, BytesOfWords>>);

impl Heard {
    pub(super) fn new() -> Self {
        let count = usize::try_from(MOST_BYTES / USUAL_BYTES).unwrap_or(usize::MAX);
        Self(Arc::new(Cache::with_weighter(count, MOST_BYTES, BytesOfWords)))
    }

    /// What was asked by these words.
    pub(super) fn get(&self, words: &Words) -> Option<Question> {
        self.0.get(words)
    }

    pub(super) fn remember(&self, words: &Words, question: Question) {
        if words.len() <= LONGEST {
            self.0.insert(words.alone(), question);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_request_is_known_by_all_of_its_words() {
        let heard = Heard::new();
        let question = Question::of("", "{ shops { id } }", None, &Value::Null);
        let words = |text: &'static str| Bytes::from_static(text.as_bytes());
        heard.remember(&Words::Post(words("a")), question);
        heard.remember(&Words::Post(vec![b'b'; LONGEST + 1].into()), question);
        assert_eq!(heard.get(&Words::Post(words("a"))), Some(question));
        assert_eq!(heard.get(&Words::Get(words("a"))), None);
        assert_eq!(heard.get(&Words::Post(words("A"))), None);
        assert_eq!(heard.get(&Words::Post(vec![b'b'; LONGEST + 1].into())), None);
    }

    #[test]
    fn what_is_remembered_keeps_nothing_else_in_memory() {
        let heard = Heard::new();
        let question = Question::of("", "{ shops { id } }", None, &Value::Null);
        let read = Bytes::from(vec![b'a'; 8 * 1024]);
        let words = [Words::Post(read.slice(..10)), Words::Get(read.slice(10..30))];
        for words in &words {
            heard.remember(words, question);
            assert_eq!(heard.get(words), Some(question));
        }
        drop(words);
        assert!(read.is_unique());
    }
}

//! Which questions were asked lately: what is asked a second time is worth more than what is asked once.

use std::{sync::Arc, time::Duration};

use quick_cache::sync::Cache;

use super::Question;

/// The most questions that are remembered; each takes some fifty bytes.
const MOST: usize = 64 * 1024;
/// What it takes to be given an answer by Redis, about: to ask for it, and to send, look through and keep each KiB of it.
const TO_ASK: Duration = Duration::from_micros(100);
const PER_KIB: Duration = Duration::from_micros(1);

/// Questions that were asked lately.
#[derive(Clone, Debug)]
pub(super) struct Asked(Arc<Cache<Question, Quicker>>);

/// By what the answer to a question is had sooner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quicker {
    /// By working it out again.
    Work,
    /// By taking it from Redis, if that has it.
    Redis,
}

impl Quicker {
    /// For an answer of so many bytes that took so long to be worked out.
    pub(super) fn of(took: Duration, bytes: usize) -> Self {
        let kib = u32::try_from(bytes / 1024).unwrap_or(u32::MAX);
        if took > TO_ASK + PER_KIB * kib { Self::Redis } else { Self::Work }
    }
}

impl Default for Asked {
    fn default() -> Self {
        Self(Arc::new(Cache::new(MOST)))
    }
}

impl Asked {
    /// What was found when a question was asked before; `None`: as far as is known it wasn't.
    pub(super) fn before(&self, question: Question) -> Option<Quicker> {
        self.0.get(&question)
    }

    /// A question was asked.
    pub(super) fn note(&self, question: Question, quicker: Quicker) {
        if self.0.get(&question) != Some(quicker) {
            self.0.insert(question, quicker);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_worked_out_sooner_than_redis_could_send_it_is_worked_out_again() {
        let cases = [
            (20, 1 << 10, Quicker::Work),
            (200, 1 << 10, Quicker::Redis),
            // A large page of cards in memory.
            (200, 250 << 10, Quicker::Work),
            (5_000, 250 << 10, Quicker::Redis),
            (0, 0, Quicker::Work),
        ];
        for (took_us, bytes, quicker) in cases {
            let of = Quicker::of(Duration::from_micros(took_us), bytes);
            assert_eq!(of, quicker, "{took_us} us, {bytes} bytes");
        }
    }

    #[test]
    fn a_question_is_remembered_with_what_its_last_answer_took() {
        let (asked, question) = (Asked::default(), Question::for_tests(1));
        assert_eq!(asked.before(question), None);
        for quicker in [Quicker::Redis, Quicker::Work] {
            asked.note(question, quicker);
            assert_eq!(asked.before(question), Some(quicker));
        }
        assert_eq!(asked.before(Question::for_tests(2)), None);
    }
}

//! Which questions were asked lately, and what their answers took: what is asked a second time is worth more than what is
//! asked once, and what takes longer to be carried than to be worked out is worth less.
//!
//! Each question is judged by itself. A ratio over all of them would let some that hardly come again decide about those that
//! come all the time; and of what isn't kept, nothing can be found.

use std::{sync::Arc, time::Duration};

use quick_cache::sync::Cache;

use super::Question;

/// The most questions that are remembered; each takes some fifty bytes.
const MOST: usize = 64 * 1024;
/// What it takes to be given an answer by Redis, about: to ask for it, and to send, look through and keep each KiB of it.
/// Reckoned from loads with and without it, a page of 250 KiB took some half a millisecond of a processor from Redis, and a
/// fifth of one to be worked out of memory.
const TO_ASK: Duration = Duration::from_micros(100);
const TO_CARRY_KIB: Duration = Duration::from_micros(1);

/// Questions that were asked lately.
#[derive(Clone, Debug)]
pub(super) struct Asked(Arc<Cache<Question, Before>>);

/// What is known of a question that was asked before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Before {
    /// Whether its answer is had sooner from Redis, if that has it, than by working it out again.
    pub(super) redis_is_quicker: bool,
    /// Whether it was asked more than once.
    pub(super) again: bool,
}

/// What it took to work an answer out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work {
    pub(super) took: Duration,
    pub(super) bytes: usize,
}

impl Work {
    fn to_carry(self) -> Duration {
        TO_CARRY_KIB * u32::try_from(self.bytes / 1024).unwrap_or(u32::MAX)
    }

    /// Whether Redis would have had the answer here sooner.
    pub(super) fn redis_is_quicker(self) -> bool {
        self.took > TO_ASK + self.to_carry()
    }

    /// Whether to keep the answer of a question that was asked before costs little beside working it out. If not, as of a
    /// large page of cards in memory, it has to come a third time.
    pub(super) fn pays_to_keep(self, before: Before) -> bool {
        before.again || self.took > self.to_carry()
    }
}

impl Default for Asked {
    fn default() -> Self {
        Self(Arc::new(Cache::new(MOST)))
    }
}

impl Asked {
    /// What is known of a question; `None`: it wasn't asked before, as far as is known.
    pub(super) fn before(&self, question: Question) -> Option<Before> {
        self.0.get(&question)
    }

    /// A question was asked, of which this was known before.
    pub(super) fn note(&self, question: Question, before: Option<Before>, redis_is_quicker: bool) {
        let known = Before { redis_is_quicker, again: before.is_some() };
        if before != Some(known) {
            self.0.insert(question, known);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_worked_out_sooner_than_it_is_carried_is_worked_out_again() {
        let cases = [
            ("a card in memory", 20, 2 << 10, false, true),
            ("a card of Postgres", 900, 2 << 10, true, true),
            ("a large page of cards in memory", 200, 250 << 10, false, false),
            ("a large page on disk", 300, 250 << 10, false, true),
            ("a large page of Postgres", 9_000, 250 << 10, true, true),
            ("nothing", 0, 0, false, false),
        ];
        for (name, took_us, bytes, from_redis, kept) in cases {
            let work = Work { took: Duration::from_micros(took_us), bytes };
            let before = |again| Before { redis_is_quicker: true, again };
            assert_eq!(work.redis_is_quicker(), from_redis, "{name}");
            assert_eq!(work.pays_to_keep(before(false)), kept, "{name}");
            assert!(work.pays_to_keep(before(true)), "{name}, asked a third time");
        }
    }

    #[test]
    fn a_question_is_remembered_with_what_its_last_answer_took() {
        let (asked, question) = (Asked::default(), Question::for_tests(1));
        assert_eq!(asked.before(question), None);
        let mut seen = Vec::new();
        for redis_is_quicker in [true, false, false, true] {
            asked.note(question, asked.before(question), redis_is_quicker);
            let Before { redis_is_quicker, again } = asked.before(question).unwrap();
            seen.push((redis_is_quicker, again));
        }
        assert_eq!(seen, [(true, false), (false, true), (false, true), (true, true)]);
        assert_eq!(asked.before(Question::for_tests(2)), None);
    }
}

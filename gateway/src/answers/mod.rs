//! Whole answers, kept so that the same question isn't worked out twice: first in this process's memory, then
//! in Redis, which all gateways share.
//!
//! A key holds everything that an answer depends on, the catalogue's version included. So nothing is ever
//! purged: a new version asks under new keys, and what nobody asks for any more falls out.
//!
//! Beside that, the last answer to each question is kept for the time when Postgres is away.

mod asked;
mod derived;
mod flights;
mod key;
mod last;
mod memory;
mod redis;

use std::{fmt, future::Future, sync::Arc, time::Duration};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use metrics::Counter;

pub(crate) use self::last::with_extension;
use self::{
    asked::{Asked, Work},
    derived::Derived,
    flights::{Flights, Seat, landed},
    last::LastAnswers,
    memory::Memory,
};
pub use self::{
    key::{Key, Question, StateHash},
    redis::Redis,
};
use crate::{catalogue::CatalogueState, luck::Luck};

/// The least that an entry is counted as, in bytes: what it costs beyond its body.
const OVERHEAD_BYTES: usize = 256;
/// How long an answer is kept: a few of its fields go with the time, like how many days a history covers.
pub(crate) const KEPT: Duration = Duration::from_mins(1);
/// What part of the memory the last answers take: a quarter. Most are the same bytes as an answer that is kept anyway.
const LAST_SHARE: u64 = 4;
/// The largest answer that is kept, in bytes; a page of 100 cards with everything has some 400 KB.
const LARGEST_KEPT_BYTES: usize = 2 * 1024 * 1024;

/// Where an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// This process's memory, or another request for the same that was under way.
    Memory,
    /// Redis.
    Redis,
    /// It was worked out.
    Work,
    /// It is an older one, given because Postgres is away.
    Last,
}

/// The body of an answer to a query that was executed.
#[derive(Clone, Debug)]
pub struct Answer {
    /// JSON by the GraphQL specification.
    pub body: Bytes,
    /// Answers with errors are not kept: the next try may go better.
    pub complete: bool,
    /// Something is missing in it because a store is away.
    pub unavailable: bool,
    /// It is an older one, given because Postgres is away: when it was worked out.
    pub as_of: Option<DateTime<Utc>>,
    /// Where it comes from.
    pub origin: Origin,
    /// How long it took to work it out, without waiting for its turn.
    took: Duration,
    derived: Derived,
}

impl Answer {
    /// An answer; `complete` where it has no errors, `unavailable` where it has some for want of a store.
    pub fn new(body: Bytes, complete: bool, unavailable: bool) -> Self {
        let (as_of, origin, took, derived) = (None, Origin::Work, Duration::ZERO, Derived::default());
        Self { body, complete, unavailable, as_of, origin, took, derived }
    }

    /// The same, which took so long to be worked out, without waiting for its turn.
    #[must_use]
    pub fn that_took(self, took: Duration) -> Self {
        Self { took, ..self }
    }

    fn work(&self) -> Work {
        Work { took: self.took, bytes: self.body.len() }
    }

    /// Tells the body from any other one, for `ETag`.
    pub fn tag(&self) -> [u8; 16] {
        self.derived.tag(&self.body)
    }

    /// The body, compressed by gzip: once for all who are given this answer.
    pub fn gzipped(&self) -> Option<Bytes> {
        self.derived.gzipped(&self.body)
    }
}

/// The answers that are kept.
#[derive(Clone, Debug)]
pub struct Answers {
    memory: Memory,
    last: LastAnswers,
    flights: Flights,
    redis: Option<Redis>,
    /// With what is kept in memory, and with what is looked for in Redis: of what is asked for the first time here, and
    /// of what was asked before.
    luck: Arc<Luck>,
    luck_in_redis: Arc<Luck>,
    luck_in_redis_again: Arc<Luck>,
    asked: Asked,
    given: Given,
}

/// How many answers were given, by where they came from.
#[derive(Clone)]
struct Given {
    memory: Counter,
    redis: Counter,
    work: Counter,
    last: Counter,
}

impl Given {
    fn new() -> Self {
        let from = |from: &'static str| metrics::counter!("gateway_answers_total", "from" => from);
        Self { memory: from("memory"), redis: from("redis"), work: from("work"), last: from("last") }
    }
}

impl fmt::Debug for Given {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Given")
    }
}

impl Answers {
    /// Keeps up to `megabytes` in memory, and as much as Redis likes in Redis.
    pub fn new(megabytes: u64, redis: Option<Redis>) -> Self {
        let bytes = megabytes * 1024 * 1024;
        Self {
            memory: Memory::new(bytes - bytes / LAST_SHARE),
            last: LastAnswers::new(bytes / LAST_SHARE),
            flights: Flights::default(),
            redis,
            luck: Arc::default(),
            luck_in_redis: Arc::default(),
            luck_in_redis_again: Arc::default(),
            asked: Asked::default(),
            given: Given::new(),
        }
    }

    /// The last answer there was, which says of when it is; `has_extensions`: it says something else as well.
    pub fn last(&self, question: &Question, has_extensions: bool) -> Option<Answer> {
        let answer = self.last.get(question, has_extensions)?;
        self.given.last.increment(1);
        Some(answer)
    }

    /// The answer that is kept in memory under a state of the catalogue: a hit needs nothing that working it out would.
    pub fn known(&self, question: &Question, catalogue: &CatalogueState) -> Option<Answer> {
        let key = Key::of(question, catalogue);
        let found = self.memory.get(&key);
        self.luck.note(found.is_some());
        let (answer, is_shared) = found?;
        if !is_shared && let Some(redis) = &self.redis {
            // It is asked for again, so others may ask for it too.
            redis.put(&key, &answer.body);
        }
        self.given.memory.increment(1);
        Some(Answer { origin: Origin::Memory, ..answer })
    }

    /// The answer that is kept under a state of the catalogue, or the one that `work` gives; `Err`: `work` refused.
    /// However many ask at the same time, the work is done once, unless it is refused: then each is refused for itself.
    pub async fn answer<E>(
        &self,
        question: Question,
        catalogue: &CatalogueState,
        work: impl Future<Output = Result<Answer, E>>,
    ) -> Result<Answer, E> {
        let key = Key::of(&question, catalogue);
        let flight = match self.flights.board(key) {
            Seat::Pilot(flight) => Some(flight),
            Seat::Passenger(waiting) => {
                if let Some(answer) = landed(waiting).await {
                    self.given.memory.increment(1);
                    return Ok(Answer { origin: Origin::Memory, ..answer });
                }
                None
            }
        };
        let answer = self.find(question, key, work).await?;
        if let Some(flight) = flight {
            flight.land(&answer);
        }
        Ok(answer)
    }

    async fn find<E>(
        &self,
        question: Question,
        key: Key,
        work: impl Future<Output = Result<Answer, E>>,
    ) -> Result<Answer, E> {
        let before = self.asked.before(question);
        // A question that was asked here before is much likelier to have been asked elsewhere. Yet that it was is no more
        // than a guess: where what Redis is asked for isn't there, to ask it and to tell it costs a large answer dearly. And
        // what is worked out of memory is often there sooner than Redis could send it. What is asked for once more while
        // memory has it, Redis is told all the same: a gateway that has just started has little in memory.
        let (luck, may_be_quicker) = match before {
            Some(before) => (&self.luck_in_redis_again, before.redis_is_quicker),
            None => (&self.luck_in_redis, true),
        };
        // While Redis is away, nothing is learnt of what it would have.
        let redis = self.redis.as_ref().filter(|redis| may_be_quicker && redis.is_there() && luck.pays());
        if let Some(redis) = redis {
            let found = redis.get(&key).await;
            luck.note(found.is_some());
            if let Some(body) = found {
                self.given.redis.increment(1);
                self.asked.note(question, before, true);
                let answer = Answer { origin: Origin::Redis, ..Answer::new(body, true, false) };
                self.keep(question, key, &answer, true);
                return Ok(answer);
            }
        }
        let worked = work.await;
        let work = worked.as_ref().ok().filter(|answer| answer.complete).map(Answer::work);
        // What failed here another gateway may have.
        self.asked.note(question, before, work.is_none_or(Work::redis_is_quicker));
        let answer = worked?;
        self.given.work.increment(1);
        if let Some(work) = work.filter(|work| work.bytes <= LARGEST_KEPT_BYTES) {
            if let Some(redis) = redis {
                redis.put(&key, &answer.body);
            }
            if before.map_or_else(|| self.luck.pays(), |before| work.pays_to_keep(before)) {
                self.keep(question, key, &answer, redis.is_some());
            }
        }
        Ok(answer)
    }

    fn keep(&self, question: Question, key: Key, answer: &Answer, is_shared: bool) {
        // For long: without the room that it had to grow, or the rest of what came from Redis with it.
        let answer = Answer { body: Bytes::copy_from_slice(&answer.body), ..answer.clone() };
        self.memory.put(key, &answer, is_shared);
        self.last.remember(question, &answer);
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    /// Where the answers to a question come from that is asked again and again, where most others are asked once.
    async fn origins(took: Duration, bytes: usize) -> Vec<Origin> {
        let answers = Answers::new(64, None);
        (0..1_000).for_each(|_| answers.luck.note(false));
        // One in many is tried all the same: this one.
        assert!(answers.luck.pays() && !answers.luck.pays());
        let (question, key) = (Question::for_tests(1), Key::for_tests(1));
        let mut origins = Vec::new();
        for _ in 0..4 {
            let work = async {
                Ok::<_, Infallible>(Answer::new(vec![b' '; bytes].into(), true, false).that_took(took))
            };
            origins.push(match answers.memory.get(&key) {
                Some(_) => Origin::Memory,
                None => answers.find(question, key, work).await.unwrap().origin,
            });
        }
        origins
    }

    #[tokio::test]
    async fn what_is_asked_again_is_kept_a_large_answer_that_is_quickly_there_only_if_it_comes_a_third_time()
    {
        use Origin::{Memory, Work};
        let (card, page) = (2 << 10, 250 << 10);
        let quick = Duration::from_micros(20);
        assert_eq!(origins(quick, card).await, [Work, Work, Memory, Memory]);
        assert_eq!(origins(quick, page).await, [Work, Work, Work, Memory]);
        assert_eq!(origins(Duration::from_millis(5), page).await, [Work, Work, Memory, Memory]);
    }
}

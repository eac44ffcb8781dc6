//! Whole answers, kept so that the same question isn't worked out twice: first in this process's memory, then
//! in Redis, which all gateways share.
//!
//! A key holds everything that an answer depends on, the catalogue's version included. So nothing is ever
//! purged: a new version asks under new keys, and what nobody asks for any more falls out.
//!
//! Beside that, the last answer to each question is kept for the time when Postgres is away.

mod key;
mod last;
mod redis;

use std::{
    future::Future,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use moka::future::Cache;

use self::last::LastAnswers;
pub(crate) use self::last::with_extension;
pub use self::{
    key::{Key, Question},
    redis::Redis,
};
use crate::catalogue::CatalogueState;

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
    /// Tells the body from any other one, for `ETag`.
    pub tag: [u8; 16],
    /// Where it comes from.
    pub origin: Origin,
}

impl Answer {
    /// An answer; `complete` where it has no errors, `unavailable` where it has some for want of a store.
    pub fn new(body: Bytes, complete: bool, unavailable: bool) -> Self {
        let mut tag = [0; 16];
        // The tag of an answer that isn't kept isn't told to anybody.
        if complete {
            tag.copy_from_slice(&blake3::hash(&body).as_bytes()[..16]);
        }
        Self { body, complete, unavailable, as_of: None, tag, origin: Origin::Work }
    }
}

/// What is given to those who wait for it, and not kept.
enum NotKept<E> {
    Answer(Answer),
    Refused(E),
}

/// The answers that are kept.
#[derive(Clone, Debug)]
pub struct Answers {
    memory: Cache<Key, Answer>,
    last: LastAnswers,
    redis: Option<Redis>,
}

impl Answers {
    /// Keeps up to `megabytes` in memory, and as much as Redis likes in Redis.
    pub fn new(megabytes: u64, redis: Option<Redis>) -> Self {
        let bytes = megabytes * 1024 * 1024;
        let last = LastAnswers::new(bytes / LAST_SHARE);
        let memory = Cache::builder()
            .max_capacity(bytes - bytes / LAST_SHARE)
            .time_to_live(KEPT)
            .weigher(|_: &Key, answer: &Answer| {
                u32::try_from(answer.body.len() + OVERHEAD_BYTES).unwrap_or(u32::MAX)
            })
            .build();
        Self { memory, last, redis }
    }

    /// The last answer there was, which says of when it is; `has_extensions`: it says something else as well.
    pub fn last(&self, question: &Question, has_extensions: bool) -> Option<Answer> {
        let answer = self.last.get(question, has_extensions)?;
        metrics::counter!("gateway_answers_total", "from" => "last").increment(1);
        Some(answer)
    }

    /// The answer that is kept in memory under a state of the catalogue: a hit needs nothing that working it out would.
    pub async fn known(&self, question: &Question, catalogue: &CatalogueState) -> Option<Answer> {
        let answer = self.memory.get(&Key::of(question, catalogue)).await?;
        metrics::counter!("gateway_answers_total", "from" => "memory").increment(1);
        Some(Answer { origin: Origin::Memory, ..answer })
    }

    /// The answer that is kept under a state of the catalogue, or the one that `work` gives; `Err`: `work` refused.
    /// However many ask at the same time, the work is done once.
    pub async fn answer<E: Clone + Send + Sync + 'static>(
        &self,
        question: Question,
        catalogue: &CatalogueState,
        work: impl Future<Output = Result<Answer, E>> + Send,
    ) -> Result<Answer, E> {
        let key = Key::of(&question, catalogue);
        let fresh = AtomicBool::new(false);
        let find = async {
            fresh.store(true, Ordering::Relaxed);
            let found = self.find(&key, work).await;
            if let Ok(answer) = &found {
                self.last.remember(question, answer);
            }
            found
        };
        match self.memory.try_get_with(key, find).await {
            Ok(mut answer) => {
                if !fresh.load(Ordering::Relaxed) {
                    answer.origin = Origin::Memory;
                    metrics::counter!("gateway_answers_total", "from" => "memory").increment(1);
                }
                Ok(answer)
            }
            Err(not_kept) => match &*not_kept {
                NotKept::Answer(answer) => Ok(answer.clone()),
                NotKept::Refused(refusal) => Err(refusal.clone()),
            },
        }
    }

    async fn find<E>(
        &self,
        key: &Key,
        work: impl Future<Output = Result<Answer, E>> + Send,
    ) -> Result<Answer, NotKept<E>> {
        if let Some(redis) = &self.redis
            && let Some(body) = redis.get(key).await
        {
            metrics::counter!("gateway_answers_total", "from" => "redis").increment(1);
            return Ok(Answer { origin: Origin::Redis, ..Answer::new(body, true, false) });
        }
        let answer = work.await.map_err(NotKept::Refused)?;
        metrics::counter!("gateway_answers_total", "from" => "work").increment(1);
        if !answer.complete || answer.body.len() > LARGEST_KEPT_BYTES {
            return Err(NotKept::Answer(answer));
        }
        if let Some(redis) = &self.redis {
            redis.put(key, &answer.body);
        }
        Ok(answer)
    }
}

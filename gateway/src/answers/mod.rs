//! Whole answers, kept so that the same question isn't worked out twice: first in this process's memory, then
//! in Redis, which all gateways share.
//!
//! A key holds everything that an answer depends on, the catalogue's version included. So nothing is ever
//! purged: a new version asks under new keys, and what nobody asks for any more falls out.

mod key;
mod redis;

use std::{
    future::Future,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use bytes::Bytes;
use moka::future::Cache;

pub use self::{key::Key, redis::Redis};

/// The least that an entry is counted as, in bytes: what it costs beyond its body.
const OVERHEAD_BYTES: usize = 256;
/// How long an answer is kept: a few of its fields go with the time, like how many days a history covers.
pub(crate) const KEPT: Duration = Duration::from_mins(1);
/// The largest answer that is kept, in bytes; a page of 100 cards with everything has some 400 KB.
const LARGEST_KEPT_BYTES: usize = 2 * 1024 * 1024;

/// The body of an answer to a query that was executed.
#[derive(Clone, Debug)]
pub struct Answer {
    /// JSON by the GraphQL specification.
    pub body: Bytes,
    /// Answers with errors are not kept: the next try may go better.
    pub complete: bool,
    /// Tells the body from any other one, for `ETag`.
    pub tag: [u8; 16],
}

impl Answer {
    /// An answer; `complete` where it has no errors.
    pub fn new(body: Bytes, complete: bool) -> Self {
        let mut tag = [0; 16];
        // The tag of an answer that isn't kept isn't told to anybody.
        if complete {
            tag.copy_from_slice(&blake3::hash(&body).as_bytes()[..16]);
        }
        Self { body, complete, tag }
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
    redis: Option<Redis>,
}

impl Answers {
    /// Keeps up to `megabytes` in memory, and as much as Redis likes in Redis.
    pub fn new(megabytes: u64, redis: Option<Redis>) -> Self {
        let memory = Cache::builder()
            .max_capacity(megabytes * 1024 * 1024)
            .time_to_live(KEPT)
            .weigher(|_: &Key, answer: &Answer| {
                u32::try_from(answer.body.len() + OVERHEAD_BYTES).unwrap_or(u32::MAX)
            })
            .build();
        Self { memory, redis }
    }

    /// The answer that is kept under `key`, or the one that `work` gives; `Err`: `work` refused. However many
    /// ask at the same time, the work is done once.
    pub async fn answer<E: Clone + Send + Sync + 'static>(
        &self,
        key: Key,
        work: impl Future<Output = Result<Answer, E>> + Send,
    ) -> Result<Answer, E> {
        let fresh = AtomicBool::new(false);
        let find = async {
            fresh.store(true, Ordering::Relaxed);
            self.find(&key, work).await
        };
        match self.memory.try_get_with(key, find).await {
            Ok(answer) => {
                // From memory, or from another request for the same that was under way.
                if !fresh.load(Ordering::Relaxed) {
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
            return Ok(Answer::new(body, true));
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

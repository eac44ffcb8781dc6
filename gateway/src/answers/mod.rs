//! Whole answers, kept so that the same question isn't worked out twice: first in this process's memory, then
//! in Redis, which all gateways share.
//!
//! A key holds everything that an answer depends on, the catalogue's version included. So nothing is ever
//! purged: a new version asks under new keys, and what nobody asks for any more falls out.

mod key;
mod redis;

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
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

/// An answer's body, and whether it can be kept.
#[derive(Clone, Debug)]
pub struct Answer {
    /// JSON by the GraphQL specification.
    pub body: Bytes,
    /// Answers with errors are not kept: the next try may go better.
    pub complete: bool,
    /// Whether the request was refused before it was executed: there is no `data`.
    pub refused: bool,
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

    /// The answer that is kept under `key`, or the one that `work` gives. However many ask at the same time,
    /// the work is done once.
    pub async fn answer(&self, key: Key, work: impl Future<Output = Answer> + Send) -> Answer {
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
                answer
            }
            Err(answer) => Arc::unwrap_or_clone(answer),
        }
    }

    /// `Err` holds an answer that is not to be kept.
    async fn find(&self, key: &Key, work: impl Future<Output = Answer> + Send) -> Result<Answer, Answer> {
        if let Some(redis) = &self.redis
            && let Some(body) = redis.get(key).await
        {
            metrics::counter!("gateway_answers_total", "from" => "redis").increment(1);
            return Ok(Answer { body, complete: true, refused: false });
        }
        let answer = work.await;
        metrics::counter!("gateway_answers_total", "from" => "work").increment(1);
        if !answer.complete || answer.body.len() > LARGEST_KEPT_BYTES {
            return Err(answer);
        }
        if let Some(redis) = &self.redis {
            redis.put(key, &answer.body);
        }
        Ok(answer)
    }
}

//! Readers who ask one thing again and again, to tell what is answered from a cache from what is worked out.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::tally::Tally;
use crate::{
    trouble::Trouble,
    world::reader::{Answer, Reader},
};

/// How often each reader asks.
const EVERY: Duration = Duration::from_millis(20);

/// Of what this asks for, the gateway keeps nothing beside answers: Postgres has to be asked each time.
const HISTORIES: &str = "query($filter: VideoCardFilter) {
    videoCards(first: 20, sort: NAME_ASC, filter: $filter) { nodes { id priceHistory { points { at } } } }
}";

const QUERY: &str = "query($filter: VideoCardFilter) {
    videoCards(first: 20, sort: NAME_ASC, filter: $filter) {
        nodes { id name offers { shop { slug } price { amount currency } } }
    }
}";

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// Always the same: it is in the caches.
    Known,
    /// Each time another: it has to be worked out.
    New,
    /// The same, and Postgres has to be asked for it.
    NewOfPostgres,
}

impl Question {
    /// The query and its variables. A new question has a filter that lets everything pass, and that nobody had.
    pub(crate) fn words(self) -> (&'static str, Value) {
        static ASKED: AtomicU64 = AtomicU64::new(0);
        let new = || {
            let number = ASKED.fetch_add(1, Ordering::Relaxed);
            json!({ "filter": { "not": { "price": { "max": format!("0.{:02}", number % 100) } }, "memoryGb": { "max": 1_000_000 + number } } })
        };
        match self {
            Self::Known => (QUERY, json!({ "filter": null })),
            Self::New => (QUERY, new()),
            Self::NewOfPostgres => (HISTORIES, new()),
        }
    }
}

/// A reader at work. [`Probe::so_far`] parts what it saw into before, during and after.
#[derive(Debug)]
pub(crate) struct Probe {
    stop: CancellationToken,
    task: JoinHandle<()>,
    seen: Arc<Mutex<Seen>>,
}

/// What a probe saw since it was last asked.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// How its questions went.
    pub(crate) tally: Tally,
    /// Answers that were given although they could not be confirmed, and say so.
    pub(crate) marked: usize,
    /// What an error told that it must not tell.
    pub(crate) told: Vec<String>,
}

impl Probe {
    /// Sends a reader to ask.
    pub(crate) fn start(reader: &Reader, question: Question) -> Self {
        let stop = CancellationToken::new();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let task = tokio::spawn(ask(reader.clone(), question, Arc::clone(&seen), stop.clone()));
        Self { stop, task, seen }
    }

    /// What it saw since this was last called.
    pub(crate) fn so_far(&self) -> Seen {
        std::mem::take(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Calls it back.
    pub(crate) async fn end(self) -> Result<Seen, Trouble> {
        self.stop.cancel();
        self.task.await?;
        Ok(std::mem::take(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

async fn ask(reader: Reader, question: Question, seen: Arc<Mutex<Seen>>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut number = 0;
    while !stop.is_cancelled() {
        ticks.tick().await;
        let (query, variables) = question.words();
        let answer = reader.ask_any(number, query, &variables).await;
        number += 1;
        seen.lock().unwrap_or_else(PoisonError::into_inner).note(&answer);
    }
}

impl Seen {
    fn note(&mut self, answer: &Answer) {
        self.tally.add(answer);
        let Ok(said) = &answer.said else { return };
        self.marked += usize::from(said.is_marked());
        self.told.extend(said.tells_too_much());
    }
}

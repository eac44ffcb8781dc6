//! Clients behind a balancer that looks at `/ready`: what they ask while a gateway comes or goes must not fail.
//!
//! Unlike [`super::watch`]'s readers, these never ask again: a request that a gateway drops counts as failed.

use std::{
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{probe::Question, tally::Tally};
use crate::{trouble::Trouble, world::reader::Reader};

/// How often the balancer asks each gateway whether it is ready, and how long it waits for the answer.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long each client rests between two requests.
const REST: Duration = Duration::from_millis(5);

/// Clients at work.
#[derive(Debug)]
pub(crate) struct Balanced {
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    tally: Arc<Mutex<Tally>>,
}

/// The numbers of the gateways that were ready when they were last asked.
type Ready = Arc<RwLock<Vec<usize>>>;

impl Balanced {
    /// Sends clients to ask. `looked_at` are the gateways' addresses of `/ready`, in the reader's order.
    pub(crate) fn start(
        http: &reqwest::Client,
        reader: &Reader,
        looked_at: Vec<String>,
        clients: usize,
    ) -> Self {
        let stop = CancellationToken::new();
        let tally = Arc::new(Mutex::new(Tally::default()));
        let ready: Ready = Arc::new(RwLock::new((0..reader.gateways()).collect()));
        let mut tasks =
            vec![tokio::spawn(balance(http.clone(), looked_at, Arc::clone(&ready), stop.clone()))];
        for number in 0..clients {
            let asking = ask(reader.clone(), number, Arc::clone(&ready), Arc::clone(&tally), stop.clone());
            tasks.push(tokio::spawn(asking));
        }
        Self { stop, tasks, tally }
    }

    /// Calls them back, and says how their requests went.
    pub(crate) async fn end(self) -> Result<Tally, Trouble> {
        self.stop.cancel();
        for task in self.tasks {
            task.await?;
        }
        Ok(std::mem::take(&mut self.tally.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

async fn balance(http: reqwest::Client, looked_at: Vec<String>, ready: Ready, stop: CancellationToken) {
    while !stop.is_cancelled() {
        for (number, url) in looked_at.iter().enumerate() {
            let answer = http.get(url).timeout(LOOK_EVERY).send().await;
            let is_ready = answer.is_ok_and(|answer| answer.status().is_success());
            let mut ready = ready.write().unwrap_or_else(PoisonError::into_inner);
            ready.retain(|other| *other != number);
            if is_ready {
                ready.push(number);
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn ask(reader: Reader, first: usize, ready: Ready, tally: Arc<Mutex<Tally>>, stop: CancellationToken) {
    for number in first.. {
        if stop.is_cancelled() {
            return;
        }
        let gateway = {
            let ready = ready.read().unwrap_or_else(PoisonError::into_inner);
            ready.get(number % ready.len().max(1)).copied()
        };
        if let Some(gateway) = gateway {
            let question = if number % 2 == 0 { Question::Known } else { Question::New };
            let (query, variables) = question.words();
            let answer = reader.ask(gateway, query, &variables).await;
            tally.lock().unwrap_or_else(PoisonError::into_inner).add(&answer);
        }
        tokio::time::sleep(REST).await;
    }
}

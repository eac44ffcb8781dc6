//! What the broker hands out, batch by batch: events that can be read, and messages that can't.
//!
//! The next batch is read while the one before it is applied: reading takes the processor, applying mostly waits for
//! Postgres. What most of its listings will be asked for is made ready too: which product each is about where they are seen
//! for the first time, and what is known of them and of their cards' other offers where it is other prices that are told.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use events::ProductEvent;
use futures::StreamExt;
use lapin::{BasicProperties, Consumer, message::Delivery, types::AMQPValue};
use service::traces;
use tokio::{sync::mpsc, time::sleep};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::SessionError;
use crate::{
    apply::{Applier, Heard, Ready},
    refusals::{Fingerprint, Refusal},
};

/// How many messages are applied in one transaction.
const LARGEST: usize = 1000;
/// How long a batch that isn't full waits for more.
const LINGER: Duration = Duration::from_millis(10);
/// From how many events on it is worth looking at what is known of their listings. A smaller batch has come alone, and
/// nothing is applied meanwhile.
const FORESEEN_FROM: usize = 100;
/// How many batches that have been read wait to be applied.
const READ_AHEAD: usize = 1;

/// The broker's number of a delivery, valid within one channel.
pub(super) type DeliveryTag = u64;

/// What is known of a message besides what it says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Envelope {
    pub(super) tag: DeliveryTag,
    pub(super) fingerprint: Fingerprint,
}

/// How many traces a batch is told to be a part of. Messages of one page of a shop share theirs.
const MOST_TRACES: usize = 64;

/// Messages in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// What could be read, and each one's envelope.
    pub(super) events: Vec<Heard>,
    pub(super) envelopes: Vec<Envelope>,
    /// What could not, and why.
    pub(super) poison: Vec<(DeliveryTag, Refusal)>,
    /// The `traceparent`s that came with them, each once.
    pub(super) traceparents: Vec<String>,
    /// All the events as they are applied at once; `None`: they are not made ready yet.
    pub(super) ready: Option<Ready>,
}

impl Batch {
    fn push(&mut self, delivery: &Delivery, ahead: &Ahead) {
        let (tag, bytes) = (delivery.delivery_tag, delivery.data.as_slice());
        let fingerprint = Fingerprint::of(bytes);
        match ProductEvent::decode(bytes) {
            Ok(event) => {
                let event = Heard::of(event);
                if ahead.is_worth_it() {
                    event.read_ahead();
                }
                self.events.push(event);
                self.envelopes.push(Envelope { tag, fingerprint });
            }
            Err(error) => self.poison.push((tag, Refusal::new(fingerprint, &error))),
        }
        if let Some(traceparent) = traceparent(&delivery.properties)
            && self.traceparents.len() < MOST_TRACES
            && !self.traceparents.iter().any(|known| known == traceparent)
        {
            self.traceparents.push(traceparent.to_owned());
        }
    }

    pub(super) fn len(&self) -> usize {
        self.events.len() + self.poison.len()
    }
}

/// Whether it is worth reading which product listings are about before that is asked, instead of what is known of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Ahead(Arc<AtomicBool>);

impl Ahead {
    fn is_worth_it(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Of so many listings it was asked of some.
    pub(super) fn learn(&self, listings: usize, asked: usize) {
        self.0.store(2 * asked > listings, Ordering::Relaxed);
    }
}

/// The batches of one session with the broker, read ahead. Dropped, it reads no more.
pub(super) struct Batches {
    read: mpsc::Receiver<Result<Batch, SessionError>>,
    stop: CancellationToken,
    _reading: AbortOnDropHandle<()>,
}

impl Batches {
    /// Begins to read.
    pub(super) fn read(
        mut consumer: Consumer,
        applier: Applier,
        ahead: Ahead,
        stop: CancellationToken,
    ) -> Self {
        let (send, read) = mpsc::channel(READ_AHEAD);
        let reading = tokio::spawn(async move {
            loop {
                let mut batch = next(&mut consumer, &ahead).await;
                if let Ok(batch) = &mut batch {
                    let is_foreseen = batch.events.len() >= FORESEEN_FROM && !ahead.is_worth_it();
                    batch.ready = Some(if is_foreseen {
                        applier.look_ahead(&batch.events).await
                    } else {
                        Ready::of(&batch.events)
                    });
                }
                let is_last = batch.is_err();
                if send.send(batch).await.is_err() || is_last {
                    break;
                }
            }
        });
        Self { read, stop, _reading: AbortOnDropHandle::new(reading) }
    }

    /// The next batch; `None`: told to stop. What has been read then is left to the broker.
    pub(super) async fn next(&mut self) -> Result<Option<Batch>, SessionError> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Ok(None),
            batch = self.read.recv() => batch.unwrap_or(Err(SessionError::Ended)).map(Some),
        }
    }
}

/// The next messages, one at least.
async fn next(consumer: &mut Consumer, ahead: &Ahead) -> Result<Batch, SessionError> {
    let mut batch = Batch::default();
    let first = consumer.next().await.ok_or(SessionError::Ended)??;
    batch.push(&first, ahead);
    let full = sleep(LINGER);
    tokio::pin!(full);
    while batch.len() < LARGEST {
        tokio::select! {
            biased;
            delivery = consumer.next() => {
                batch.push(&delivery.ok_or(SessionError::Ended)??, ahead);
            }
            () = &mut full => break,
        }
    }
    Ok(batch)
}

/// The trace that a message is a part of, if it says so.
fn traceparent(properties: &BasicProperties) -> Option<&str> {
    match properties.headers().as_ref()?.inner().get(traces::HEADER)? {
        AMQPValue::LongString(text) => std::str::from_utf8(text.as_bytes()).ok(),
        _ => None,
    }
}

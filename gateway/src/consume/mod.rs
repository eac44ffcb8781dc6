//! Consuming `product_events`: batches go to [`crate::apply`], and are acknowledged once they are committed.
//!
//! A message is only ever given up for what it is: bytes that can't be read, or that the database refuses by
//! themselves. A database or broker that is away costs nothing but time.
//!
//! The gateway is content with the right to read its queues. Where it may, it declares them; where it may not, it waits
//! for the collector to have done so.

mod batch;
mod broker;

use std::time::Duration;

use events::topology;
use lapin::{
    Channel, Connection, Consumer,
    options::{BasicAckOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions},
    protocol::AMQPSoftError,
    types::FieldTable,
};
use secrecy::SecretString;
use service::traces::{self, SPANS};
use tokio::{sync::watch, time::timeout};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, Span};

use self::batch::{Ahead, Batch, Batches, DeliveryTag};
pub use self::broker::declare;
pub(crate) use self::broker::{connect, is_refused_for};
use crate::{
    apply::{Applied, Applier, ApplyError, Heard, Ready},
    catalogue::Catalogue,
    measures,
    reconcile::Reconcile,
    refusals::{self, Refusal},
};

/// How many messages the broker hands out before any is acknowledged: three batches, so that one is on its way and one is
/// read while another is applied.
const PREFETCH: u16 = 3000;
/// How long to wait before a batch is tried again that the database couldn't take.
const PAUSE: Duration = Duration::from_millis(250);
/// How long to wait before the next try to reach the broker.
const RECONNECT: Duration = Duration::from_millis(500);
/// How long to wait before the next look for a queue that only the collector may declare. The broker logs each look.
const LOOK_FOR_QUEUE: Duration = Duration::from_secs(1);
/// How long poison waits for its reasons to be kept: the queue must move on within a second.
const KEEP_REASONS: Duration = Duration::from_millis(300);
/// The longest that one transaction may take, however slow its statements are.
const LONGEST_APPLY: Duration = Duration::from_mins(1);

/// Consumes events until it is told to stop.
#[derive(Debug)]
pub struct Consume {
    amqp: SecretString,
    applier: Applier,
    catalogue: Catalogue,
    reconcile: Reconcile,
    connected: watch::Sender<bool>,
    ahead: Ahead,
    stop: CancellationToken,
}

/// Why a session with the broker ended.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The broker refused, or broke off.
    #[error("{0}")]
    Broker(#[from] lapin::Error),
    /// The broker says nothing.
    #[error("the broker did not answer in time")]
    Silent,
    /// There is nobody to consume for any more.
    #[error("the broker ended the consumer")]
    Ended,
}

/// The broker's answer, unless it says nothing: one that has just come up can take a declaration and then not answer.
async fn in_time<T>(answer: impl Future<Output = lapin::Result<T>>) -> Result<T, SessionError> {
    Ok(timeout(broker::PATIENCE, answer).await.map_err(|_| SessionError::Silent)??)
}

/// Declares the queue, if the broker lets us.
async fn declare_if_allowed(connection: &Connection) -> lapin::Result<Declared> {
    let channel = connection.create_channel().await?;
    match declare(&channel).await {
        Ok(()) => channel.close(200, "declared".into()).await.map(|()| Declared::ByUs),
        Err(error) if is_refused_for(&error, &AMQPSoftError::ACCESSREFUSED) => Ok(Declared::ByCollector),
        Err(error) => Err(error),
    }
}

async fn consume(connection: &Connection) -> lapin::Result<(Channel, Consumer)> {
    let channel = connection.create_channel().await?;
    channel.basic_qos(PREFETCH, BasicQosOptions::default()).await?;
    let options = BasicConsumeOptions::default();
    let consumer =
        channel.basic_consume(topology::QUEUE.into(), "".into(), options, FieldTable::default()).await?;
    Ok((channel, consumer))
}

/// A part of the trace of the first message, linked with those of the others.
fn span_of(batch: &Batch) -> Span {
    let span = tracing::info_span!(
        target: SPANS, "consume", otel.kind = "consumer", messaging.batch.message_count = batch.len()
    );
    traces::follow_all(&span, batch.traceparents.iter().map(String::as_str));
    span
}

/// Who declares the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Declared {
    ByUs,
    ByCollector,
}

impl Consume {
    /// A consumer of the queue behind `amqp`. `catalogue` and `reconcile` are told of every commit.
    pub fn new(
        amqp: SecretString,
        applier: Applier,
        catalogue: Catalogue,
        reconcile: Reconcile,
        stop: CancellationToken,
    ) -> Self {
        let (connected, ahead) = (watch::Sender::new(false), Ahead::default());
        Self { amqp, applier, catalogue, reconcile, connected, ahead, stop }
    }

    /// Whether it is connected to the broker and consuming.
    pub fn connected(&self) -> watch::Receiver<bool> {
        self.connected.subscribe()
    }

    /// Consumes until it is told to stop; what it holds then is finished or left to the broker.
    pub async fn run(self) {
        let mut told = false;
        while !self.stop.is_cancelled() {
            let result = self.session(&mut told).await;
            self.connected.send_replace(false);
            if let Err(error) = result
                && !told
            {
                tracing::warn!(%error, "RabbitMQ is away: serving what is known and trying again");
                told = true;
            }
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = tokio::time::sleep(RECONNECT) => {}
            }
        }
    }

    async fn session(&self, told: &mut bool) -> Result<(), SessionError> {
        let connection = connect(&self.amqp).await?;
        if let Some((channel, consumer)) = self.begin(&connection).await? {
            tracing::info!(queue = topology::QUEUE, "consuming events");
            *told = false;
            self.connected.send_replace(true);
            let mut batches =
                Batches::read(consumer, self.applier.clone(), self.ahead.clone(), self.stop.clone());
            while let Some(batch) = batches.next().await? {
                let span = span_of(&batch);
                self.settle(&connection, &channel, batch).instrument(span).await?;
            }
        }
        // What was handed out and not acknowledged goes back to the queue.
        in_time(connection.close(200, "stopping".into())).await
    }

    /// Begins to consume; `None`: told to stop while the queue was not there yet.
    async fn begin(&self, connection: &Connection) -> Result<Option<(Channel, Consumer)>, SessionError> {
        let declared = in_time(declare_if_allowed(connection)).await?;
        let mut told = false;
        loop {
            match in_time(consume(connection)).await {
                Err(SessionError::Broker(error))
                    if declared == Declared::ByCollector
                        && is_refused_for(&error, &AMQPSoftError::NOTFOUND) => {}
                begun => return begun.map(Some),
            }
            if !told {
                tracing::info!(
                    queue = topology::QUEUE,
                    "the queue is not there yet: waiting for the collector to declare it"
                );
                told = true;
            }
            tokio::select! {
                () = self.stop.cancelled() => return Ok(None),
                () = tokio::time::sleep(LOOK_FOR_QUEUE) => {}
            }
        }
    }

    /// Applies a batch and tells the broker what became of each message.
    async fn settle(
        &self,
        connection: &Connection,
        channel: &Channel,
        batch: Batch,
    ) -> Result<(), SessionError> {
        let Batch { envelopes, events, mut poison, mut ready, .. } = batch;
        for (_, Refusal { fingerprint, reason }) in &poison {
            tracing::error!(
                message.fingerprint = %fingerprint,
                reason,
                "a message can't be read: it goes to the dead letters"
            );
        }
        let mut todo = vec![(envelopes.as_slice(), events.as_slice())];
        while let Some((envelopes, events)) = todo.pop() {
            match self.apply(connection, events, ready.take()).await? {
                Ok(applied) => self.note(events, &applied),
                Err(error) if events.len() == 1 => {
                    let message_id = events[0].message_id();
                    tracing::error!(%error, message.id = message_id, "a message can't be applied: it goes to the dead letters");
                    poison.push((envelopes[0].tag, Refusal::new(envelopes[0].fingerprint, &error)));
                }
                // One of them is to blame: halve until it is alone.
                Err(_) => {
                    let middle = events.len() / 2;
                    todo.push((&envelopes[middle..], &events[middle..]));
                    todo.push((&envelopes[..middle], &events[..middle]));
                }
            }
        }
        self.put_aside(channel, &poison).await?;
        let last = envelopes
            .iter()
            .map(|envelope| envelope.tag)
            .filter(|tag| !poison.iter().any(|(dead, _)| dead == tag))
            .max();
        // A tag that was refused is unknown from then on.
        if let Some(last) = last {
            channel.basic_ack(last, BasicAckOptions { multiple: true }).await?;
        }
        Ok(())
    }

    /// Gives messages to the dead letters, and keeps why. A reason that can't be kept stands in the log.
    async fn put_aside(
        &self,
        channel: &Channel,
        poison: &[(DeliveryTag, Refusal)],
    ) -> Result<(), SessionError> {
        if poison.is_empty() {
            return Ok(());
        }
        metrics::counter!("gateway_events_dead_total").increment(poison.len() as u64);
        let refusals = poison.iter().map(|(_, refusal)| refusal);
        let kept = refusals::keep(self.applier.pool(), refusals, chrono::Utc::now());
        match timeout(KEEP_REASONS, kept).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "why messages are put aside can't be kept now"),
            Err(_) => tracing::warn!("why messages are put aside can't be kept in time"),
        }
        for (tag, _) in poison {
            channel.basic_nack(*tag, BasicNackOptions { multiple: false, requeue: false }).await?;
        }
        Ok(())
    }

    /// Applies events, however long the database is away, first as they are ready. The inner error is for good.
    async fn apply(
        &self,
        connection: &Connection,
        events: &[Heard],
        mut ready: Option<Ready>,
    ) -> Result<Result<Applied, ApplyError>, SessionError> {
        if events.is_empty() {
            return Ok(Ok(Applied::default()));
        }
        let mut told = false;
        loop {
            let ready = ready.take().unwrap_or_else(|| Ready::of(events));
            let error = match timeout(LONGEST_APPLY, self.applier.apply_ready(ready)).await {
                Ok(Ok(applied)) => {
                    if told {
                        tracing::info!(events = events.len(), "Postgres takes events again");
                    }
                    return Ok(Ok(applied));
                }
                Ok(Err(error)) if error.is_final() => return Ok(Err(error)),
                Ok(Err(error)) => error.to_string(),
                Err(_) => "the transaction took too long".to_owned(),
            };
            if !told {
                tracing::warn!(
                    error,
                    events = events.len(),
                    "Postgres can't take events now: trying until it can"
                );
                told = true;
            }
            tokio::time::sleep(PAUSE).await;
            // Told to stop, or without the broker, the messages go back to the queue unacknowledged.
            if self.stop.is_cancelled() || !connection.status().connected() {
                return Err(SessionError::Ended);
            }
        }
    }

    fn note(&self, events: &[Heard], applied: &Applied) {
        measures::committed(&applied.observed_at, chrono::Utc::now());
        self.reconcile.hand_in(events);
        self.ahead.learn(applied.listings, applied.read);
        let events = events.len();
        metrics::counter!("gateway_events_applied_total").increment(applied.listings as u64);
        metrics::counter!("gateway_events_ignored_total")
            .increment(events.saturating_sub(applied.listings) as u64);
        if applied.version.is_some() {
            self.catalogue.changed();
        }
        tracing::debug!(events, listings = applied.listings, cards = applied.cards, "applied events");
    }
}

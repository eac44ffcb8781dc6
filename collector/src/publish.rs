//! From the outbox to RabbitMQ.
//!
//! Events are sent in windows, in the order in which they happened, and leave the outbox only when RabbitMQ has
//! confirmed that it routed them. Whatever goes wrong, they are sent again: a consumer can see an event twice, but
//! never miss one. One collector publishes at a time, so that the order stays.

use std::{sync::Arc, time::Duration};

use events::topology;
use lapin::{
    BasicProperties, Channel, Confirmation, Connection, ConnectionProperties, ExchangeKind, PublisherConfirm,
    options::{
        BasicPublishOptions, ConfirmSelectOptions, ExchangeDeclareOptions, QueueBindOptions,
        QueueDeclareOptions,
    },
    types::{AMQPValue, FieldTable},
};
use secrecy::{ExposeSecret, SecretString};
use service::traces;
use tokio::{
    sync::Notify,
    time::{Instant, sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    health::Health,
    measures, schedule,
    store::{Lease, Store, StoreError, Waiting},
};

/// So many events are on their way at once: confirms cost most when they are waited for one by one.
const WINDOW: i64 = 500;
/// How long RabbitMQ may take to let us in.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a window may take to be confirmed.
const CONFIRM: Duration = Duration::from_secs(10);
/// The first pause after a failure; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause after a failure.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// After so long a trouble is a new one, and told.
const STEADY: Duration = Duration::from_secs(10);
/// How soon a silent broker is noticed.
const HEARTBEAT_SECONDS: &str = "10";
/// How long is left for what still waits when the collector is told to stop.
const LAST_ROUND: Duration = Duration::from_secs(3);

/// Wakes the publisher.
#[derive(Clone, Debug, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    /// There may be something to publish.
    pub fn wake(&self) {
        self.0.notify_one();
    }

    async fn woken(&self) {
        self.0.notified().await;
    }
}

/// Why publishing stopped.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// RabbitMQ failed.
    #[error("RabbitMQ: {0}")]
    RabbitMq(#[from] lapin::Error),
    /// RabbitMQ takes too long.
    #[error("RabbitMQ takes too long to {0}")]
    Slow(&'static str),
    /// The connection has ended.
    #[error("the connection to RabbitMQ has ended")]
    Ended,
    /// RabbitMQ did not take a message, or had no queue for it.
    #[error("RabbitMQ did not take a message: {0}")]
    NotTaken(&'static str),
    /// The outbox can't be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PublishError {
    /// Whether RabbitMQ is still there.
    fn leaves_rabbitmq(&self) -> bool {
        matches!(self, Self::NotTaken(_) | Self::Store(_))
    }
}

/// What publishes.
#[derive(Debug)]
pub struct Publisher {
    /// The outbox.
    pub store: Store,
    /// Where RabbitMQ is.
    pub amqp_url: SecretString,
    /// The longest that an event waits.
    pub every: Duration,
    /// Tells that there may be something to publish.
    pub wake: Wake,
    /// Where it says whether RabbitMQ is there.
    pub health: Health,
}

impl Publisher {
    /// Publishes until it is told to stop; then what waits is still sent, for a short time.
    pub async fn run(self, stop: CancellationToken) {
        let mut failures = Failures::default();
        while !stop.is_cancelled() {
            let began = Instant::now();
            let Some(ended) = stop.run_until_cancelled(self.connect()).await else { break };
            let ended = match ended {
                Ok(session) => {
                    tracing::info!("connected to RabbitMQ");
                    self.health.rabbitmq_is(true);
                    let ended = self.publish(&session, &stop).await;
                    session.close().await;
                    ended
                }
                Err(error) => Err(error),
            };
            let Err(error) = ended else { break };
            self.health.rabbitmq_is(error.leaves_rabbitmq());
            stop.run_until_cancelled(failures.pause(began, &error)).await;
        }
    }

    async fn connect(&self) -> Result<Session, PublishError> {
        let session = Session::open(self.amqp_url.expose_secret());
        timeout(CONNECT, session).await.map_err(|_| PublishError::Slow("let us in"))?
    }

    /// Publishes over one connection, which outlives failures of Postgres. Ends well only when told to stop.
    async fn publish(&self, session: &Session, stop: &CancellationToken) -> Result<(), PublishError> {
        let mut failures = Failures::default();
        loop {
            let began = Instant::now();
            let Err(error) = self.lead(session, stop).await else { return Ok(()) };
            if stop.is_cancelled() || !matches!(error, PublishError::Store(_)) {
                return Err(error);
            }
            stop.run_until_cancelled(session.while_connected(failures.pause(began, &error)))
                .await
                .transpose()?;
        }
    }

    /// Waits for the lead of the publishers and publishes as long as it lasts.
    async fn lead(&self, session: &Session, stop: &CancellationToken) -> Result<(), PublishError> {
        let lead = schedule::stand_by(&self.store, "publisher");
        let lead = stop.run_until_cancelled(session.while_connected(lead)).await;
        let Some(lead) = lead else { return Ok(()) };
        let mut lease: Lease = lead??;
        tracing::info!("publishing what waits in the outbox");
        let mut was_blocked = false;
        while !stop.is_cancelled() {
            session.check()?;
            let is_blocked = session.is_blocked();
            if is_blocked != was_blocked {
                tell_of_block(is_blocked);
                was_blocked = is_blocked;
            }
            let is_more = !is_blocked && self.window(session, &mut lease).await?;
            if !is_more {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = self.wake.woken() => {}
                    () = sleep(self.every) => {}
                }
            }
        }
        let deadline = Instant::now() + LAST_ROUND;
        while Instant::now() < deadline && !session.is_blocked() && self.window(session, &mut lease).await? {}
        lease.give_back().await;
        Ok(())
    }

    /// Publishes one window. Whether there was anything to publish.
    async fn window(&self, session: &Session, lease: &mut Lease) -> Result<bool, PublishError> {
        let window = self.store.outbox_window(WINDOW).await?;
        if window.is_empty() {
            return Ok(false);
        }
        lease.check().await?;
        let (confirmed, failure) = match timeout(CONFIRM, session.send(&window)).await {
            Ok(sent) => sent,
            Err(_) => (0, Some(PublishError::Slow("confirm"))),
        };
        // What comes behind the first failure is sent again, so that the order stays.
        let ids: Vec<i64> = window[..confirmed].iter().map(|event| event.id).collect();
        if !ids.is_empty() {
            self.store.delete_confirmed(&ids).await?;
            measures::published(window[..confirmed].iter().map(|event| event.created_at));
        }
        failure.map_or(Ok(true), Err)
    }
}

fn tell_of_block(is_blocked: bool) {
    if is_blocked {
        tracing::warn!("RabbitMQ is short of memory or disk and takes nothing; events wait in the outbox");
    } else {
        tracing::info!("RabbitMQ takes events again");
    }
}

/// Failures in a row: how long to wait after each, and whether they have been told of.
struct Failures {
    pause: Duration,
    is_told: bool,
}

impl Default for Failures {
    fn default() -> Self {
        Self { pause: FIRST_PAUSE, is_told: false }
    }
}

impl Failures {
    /// Waits after a failure of what began at a moment; tells the first of a row.
    async fn pause(&mut self, began: Instant, error: &PublishError) {
        if began.elapsed() > STEADY {
            *self = Self::default();
        }
        if !self.is_told {
            tracing::warn!(%error, "publishing stops for now; events wait in the outbox");
            self.is_told = true;
        }
        let pause = self.pause;
        self.pause = (pause * 2).min(LONGEST_PAUSE);
        sleep(pause).await;
    }
}

/// A connection to RabbitMQ on which everything is declared.
struct Session {
    connection: Connection,
    channel: Channel,
}

impl Session {
    async fn open(url: &str) -> Result<Self, PublishError> {
        let properties = ConnectionProperties::default().with_connection_name("collector".into());
        let connection = Connection::connect(&with_heartbeat(url), properties).await?;
        let channel = connection.create_channel().await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        declare(&channel).await?;
        Ok(Self { connection, channel })
    }

    fn check(&self) -> Result<(), PublishError> {
        let is_up = self.connection.status().connected() && self.channel.status().connected();
        if is_up { Ok(()) } else { Err(PublishError::Ended) }
    }

    /// Whether RabbitMQ takes nothing just now, for want of memory or disk.
    fn is_blocked(&self) -> bool {
        self.connection.status().blocked()
    }

    /// Does something else as long as the connection lasts.
    async fn while_connected<T>(&self, work: impl Future<Output = T>) -> Result<T, PublishError> {
        const LOOK: Duration = Duration::from_secs(1);
        tokio::pin!(work);
        loop {
            match timeout(LOOK, &mut work).await {
                Ok(result) => return Ok(result),
                Err(_) => self.check()?,
            }
        }
    }

    /// Sends a window: how many of its first events were confirmed, and what stopped the rest.
    async fn send(&self, window: &[Waiting]) -> (usize, Option<PublishError>) {
        let mut confirms = Vec::with_capacity(window.len());
        let mut failure = None;
        for event in window {
            match self.send_one(event).await {
                Ok(confirm) => confirms.push(confirm),
                Err(error) => {
                    failure = Some(error.into());
                    break;
                }
            }
        }
        measures::sent(confirms.len());
        let mut confirmed = 0;
        for confirm in confirms {
            let refusal = match confirm.await {
                Ok(Confirmation::Ack(None)) => {
                    confirmed += 1;
                    continue;
                }
                Ok(Confirmation::Ack(Some(_))) => PublishError::NotTaken("no queue is bound for it"),
                Ok(Confirmation::Nack(_)) => PublishError::NotTaken("the queue refused it"),
                Ok(Confirmation::NotRequested) => PublishError::NotTaken("it confirms nothing"),
                Err(error) => error.into(),
            };
            return (confirmed, Some(refusal));
        }
        (confirmed, failure)
    }

    async fn send_one(&self, event: &Waiting) -> lapin::Result<PublisherConfirm> {
        /// Kept on disk by the broker.
        const PERSISTENT: u8 = 2;
        let mut headers = FieldTable::default();
        if let Some(traceparent) = &event.traceparent {
            headers.insert(traces::HEADER.into(), AMQPValue::LongString(traceparent.as_str().into()));
        }
        let properties = BasicProperties::default()
            .with_headers(headers)
            .with_content_type("application/json".into())
            .with_delivery_mode(PERSISTENT)
            .with_message_id(event.message_id.as_str().into());
        self.channel
            .basic_publish(
                topology::EXCHANGE.into(),
                event.routing_key.as_str().into(),
                BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() },
                &event.payload,
                properties,
            )
            .await
    }

    async fn close(self) {
        const PATIENCE: Duration = Duration::from_secs(1);
        // It may be gone already.
        let _ = timeout(PATIENCE, self.connection.close(200, "goodbye".into())).await;
    }
}

/// The address with a heartbeat, unless it has one.
fn with_heartbeat(url: &str) -> String {
    let Ok(mut parsed) = Url::parse(url) else { return url.to_owned() };
    if parsed.query_pairs().all(|(name, _)| name != "heartbeat") {
        parsed.query_pairs_mut().append_pair("heartbeat", HEARTBEAT_SECONDS);
    }
    parsed.into()
}

/// Declares what the contract says: whoever comes first makes it, the others find it.
async fn declare(channel: &Channel) -> lapin::Result<()> {
    let durable = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
    for exchange in [topology::EXCHANGE, topology::DEAD_EXCHANGE] {
        channel
            .exchange_declare(exchange.into(), ExchangeKind::Topic, durable, FieldTable::default())
            .await?;
    }
    for (queue, arguments, exchange, key) in [
        (topology::DEAD_QUEUE, topology::DEAD_QUEUE_ARGUMENTS.as_slice(), topology::DEAD_EXCHANGE, "#"),
        (topology::QUEUE, topology::QUEUE_ARGUMENTS.as_slice(), topology::EXCHANGE, topology::BINDING),
    ] {
        let durable = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
        channel.queue_declare(queue.into(), durable, table(arguments)).await?;
        channel
            .queue_bind(
                queue.into(),
                exchange.into(),
                key.into(),
                QueueBindOptions::default(),
                FieldTable::default(),
            )
            .await?;
    }
    Ok(())
}

fn table(arguments: &[(&str, &str)]) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in arguments {
        table.insert((*name).into(), AMQPValue::LongString((*value).into()));
    }
    table
}

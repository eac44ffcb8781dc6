//! `gateway dead`: a person looks at the messages that were put aside, and has them tried again.
//!
//! The queue of dead letters is read as a consumer reads, and what isn't settled goes back to it. A message that can be
//! applied now, since the gateway has learned to, is applied right here and then taken out; the version guard holds for it
//! as for any other. Nothing is published: over RabbitMQ a gateway only reads.

use std::{collections::HashMap, io::Write, time::Duration};

use clap::Subcommand;
use events::{ProductEvent, topology};
use lapin::{
    Channel, Connection,
    message::BasicGetMessage,
    options::{BasicAckOptions, BasicGetOptions, QueueDeclareOptions},
    protocol::AMQPSoftError,
    types::FieldTable,
};
use secrecy::SecretString;
use sqlx::PgPool;
use tokio::time::timeout;

use crate::{
    apply::{Applier, ApplyError},
    consume::{self, SessionError},
    refusals::{self, Fingerprint, Known, Refusal},
};

/// The longest wait for the broker.
const PATIENCE: Duration = Duration::from_secs(5);
/// How much of a message that can't be read is shown, in characters.
const SHOWN: usize = 80;

/// What a person can do about messages that were put aside.
#[derive(Clone, Debug, Subcommand)]
pub enum Dead {
    /// List them, with what they say and why they were put aside.
    List {
        /// How many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
    /// Apply those that can be applied now; the others stay.
    Retry {
        /// How many are looked at.
        #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        limit: u32,
    },
    /// Take one out for good.
    Discard {
        /// What `list` shows of it.
        fingerprint: String,
    },
}

/// Why a command did nothing, or not all.
#[derive(Debug, thiserror::Error)]
pub enum DeadError {
    /// The broker refused, or is away.
    #[error("RabbitMQ: {0}")]
    Broker(#[from] lapin::Error),
    /// The broker can't be reached.
    #[error("RabbitMQ: {0}")]
    Session(#[from] SessionError),
    /// The broker says nothing.
    #[error("RabbitMQ does not answer: check AMQP_URL")]
    Silent,
    /// The collector has not declared the queue yet.
    #[error("there is no queue of dead letters yet: the collector declares it when it starts")]
    NoQueue,
    /// The database refused.
    #[error("the database: {0}")]
    Store(#[from] sqlx::Error),
    /// The database can't take what could be applied.
    #[error("Postgres can't take messages now: {0}")]
    Away(ApplyError),
    /// There is no such message.
    #[error("no dead letter has the fingerprint {0:?}; `gateway dead list` shows those that there are")]
    Unknown(String),
    /// Nobody reads the output.
    #[error("the output can't be written: {0}")]
    Output(#[from] std::io::Error),
}

/// Does what a person asked for, and writes what there is to say.
pub async fn run(
    command: Dead,
    amqp: &SecretString,
    pool: &PgPool,
    applier: &Applier,
    out: &mut impl Write,
) -> Result<(), DeadError> {
    let queue = Queue::open(amqp).await?;
    match command {
        Dead::List { limit } => list(&queue, limit, pool, out).await?,
        Dead::Retry { limit } => retry(&queue, limit, pool, applier, out).await?,
        Dead::Discard { fingerprint } => discard(&queue, &fingerprint, out).await?,
    }
    queue.close().await
}

/// The queue of dead letters. What was taken and not settled goes back when it is closed, or lost.
struct Queue {
    connection: Connection,
    channel: Channel,
    /// How many messages it had at first.
    depth: u32,
}

impl Queue {
    async fn open(amqp: &SecretString) -> Result<Self, DeadError> {
        let connection = consume::connect(amqp).await?;
        let channel = in_time(connection.create_channel()).await?;
        let passive = QueueDeclareOptions { passive: true, ..Default::default() };
        let looked = channel.queue_declare(topology::DEAD_QUEUE.into(), passive, FieldTable::default());
        let declared = match in_time(looked).await {
            Err(DeadError::Broker(error)) if consume::is_refused_for(&error, &AMQPSoftError::NOTFOUND) => {
                return Err(DeadError::NoQueue);
            }
            looked => looked?,
        };
        Ok(Self { connection, channel, depth: declared.message_count() })
    }

    async fn next(&self) -> Result<Option<BasicGetMessage>, DeadError> {
        in_time(self.channel.basic_get(topology::DEAD_QUEUE.into(), BasicGetOptions::default())).await
    }

    async fn settle(&self, message: &BasicGetMessage) -> Result<(), DeadError> {
        in_time(self.channel.basic_ack(message.delivery_tag, BasicAckOptions::default())).await
    }

    async fn close(self) -> Result<(), DeadError> {
        in_time(self.connection.close(200, "goodbye".into())).await
    }
}

async fn in_time<T>(answer: impl Future<Output = lapin::Result<T>>) -> Result<T, DeadError> {
    Ok(timeout(PATIENCE, answer).await.map_err(|_| DeadError::Silent)??)
}

async fn list(queue: &Queue, limit: u32, pool: &PgPool, out: &mut impl Write) -> Result<(), DeadError> {
    let mut messages = Vec::new();
    while messages.len() < limit as usize
        && let Some(message) = queue.next().await?
    {
        messages.push((Fingerprint::of(&message.data), what_it_says(&message.data)));
    }
    if messages.is_empty() {
        writeln!(out, "There are no dead letters.")?;
        return Ok(());
    }
    let fingerprints: Vec<Fingerprint> = messages.iter().map(|(fingerprint, _)| *fingerprint).collect();
    let known: HashMap<String, Known> = refusals::known(pool, &fingerprints)
        .await?
        .into_iter()
        .map(|known| (known.fingerprint.clone(), known))
        .collect();
    let shown = messages.len();
    for (fingerprint, what) in messages {
        writeln!(out, "{fingerprint}  {what}")?;
        match known.get(&fingerprint.to_string()) {
            Some(Known { reason, count, first_at, .. }) => {
                let times = if *count == 1 { String::new() } else { format!(", {count} times") };
                writeln!(out, "    {reason}\n    since {}{times}", first_at.format("%Y-%m-%d %H:%M:%S UTC"))?;
            }
            None => writeln!(out, "    its reason stands in the log alone")?,
        }
    }
    writeln!(out, "{shown} of {} dead letters.", queue.depth.max(u32::try_from(shown).unwrap_or(u32::MAX)))?;
    Ok(())
}

/// A message's event in short, or how it begins.
fn what_it_says(bytes: &[u8]) -> String {
    match ProductEvent::decode(bytes) {
        Ok(event) => event.message_id(),
        Err(_) => String::from_utf8_lossy(bytes).chars().take(SHOWN).flat_map(char::escape_debug).collect(),
    }
}

async fn retry(
    queue: &Queue,
    limit: u32,
    pool: &PgPool,
    applier: &Applier,
    out: &mut impl Write,
) -> Result<(), DeadError> {
    let (mut taken_out, mut refused) = (0_u32, Vec::new());
    // No more than there were: what is put aside meanwhile is for the next time.
    for _ in 0..limit.min(queue.depth) {
        let Some(message) = queue.next().await? else { break };
        let fingerprint = Fingerprint::of(&message.data);
        match attempt(applier, &message.data).await? {
            Ok(()) => {
                queue.settle(&message).await?;
                taken_out += 1;
                writeln!(out, "{fingerprint}  applied: {}", what_it_says(&message.data))?;
            }
            Err(reason) => {
                writeln!(out, "{fingerprint}  stays: {reason}")?;
                refused.push(Refusal::new(fingerprint, &reason));
            }
        }
    }
    refusals::keep(pool, refused.iter(), chrono::Utc::now()).await?;
    writeln!(out, "{taken_out} applied, {} stay.", refused.len())?;
    Ok(())
}

/// The inner error says why the message can't be applied, now as before.
async fn attempt(applier: &Applier, bytes: &[u8]) -> Result<Result<(), String>, DeadError> {
    let event = match ProductEvent::decode(bytes) {
        Ok(event) => event,
        Err(error) => return Ok(Err(error.to_string())),
    };
    match applier.apply(&[event]).await {
        Ok(_) => Ok(Ok(())),
        Err(error) if error.is_final() => Ok(Err(error.to_string())),
        Err(error) => Err(DeadError::Away(error)),
    }
}

async fn discard(queue: &Queue, fingerprint: &str, out: &mut impl Write) -> Result<(), DeadError> {
    while let Some(message) = queue.next().await? {
        if Fingerprint::of(&message.data).to_string() == fingerprint {
            queue.settle(&message).await?;
            writeln!(out, "{fingerprint}  discarded: {}", what_it_says(&message.data))?;
            return Ok(());
        }
    }
    Err(DeadError::Unknown(fingerprint.to_owned()))
}

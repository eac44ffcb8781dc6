//! The queue that is drained: filled while no gateway may read it, so that draining it alone is measured; and another one
//! with the same messages, which is there only once nothing else is measured: a broker that keeps everything twice takes
//! the processor from whoever fills it.

use std::time::Duration;

use events::topology;
use futures::StreamExt;
use gateway::consume::declare;
use lapin::{
    BasicProperties, Channel, Confirmation, Connection, ConnectionProperties, PublisherConfirm,
    message::Delivery,
    options::{
        BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions, ConfirmSelectOptions,
        QueueBindOptions, QueueDeclareOptions,
    },
    types::{AMQPValue, FieldTable},
};
use stores::{rabbitmq::rights::Rights, sandbox::Sandbox};
use tokio::time::timeout;

use crate::trouble::Trouble;

/// How many messages are sent before their confirmations are waited for.
const WINDOW: u16 = 1_000;
/// How long the broker may take for the next message: far less is usual, and one that is short of memory says nothing.
const PATIENCE: Duration = Duration::from_secs(30);
/// Kept on disk by the broker, as the collector sends it.
const PERSISTENT: u8 = 2;

/// The queue that the floor drains.
pub(crate) const FLOOR: &str = "floor";

/// The queue of a sandbox.
pub(crate) struct Queue<'s> {
    sandbox: &'s Sandbox,
    /// Held as long as the channel.
    connection: Connection,
    channel: Channel,
}

impl<'s> Queue<'s> {
    /// Declares the one that is drained.
    pub(crate) async fn declare(sandbox: &'s Sandbox) -> Result<Self, Trouble> {
        let connection = Connection::connect(&sandbox.amqp_url(), ConnectionProperties::default()).await?;
        let channel = connection.create_channel().await?;
        declare(&channel).await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        Ok(Self { sandbox, connection, channel })
    }

    /// Declares the other one, which from now on gets the same messages.
    async fn declare_floor(&self) -> Result<(), Trouble> {
        let mut quorum = FieldTable::default();
        quorum.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
        let durable = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
        self.channel.queue_declare(FLOOR.into(), durable, quorum).await?;
        let (exchange, binding) = (topology::EXCHANGE, topology::BINDING);
        self.channel
            .queue_bind(
                FLOOR.into(),
                exchange.into(),
                binding.into(),
                QueueBindOptions::default(),
                FieldTable::default(),
            )
            .await?;
        Ok(())
    }

    pub(crate) fn sandbox(&self) -> &'s Sandbox {
        self.sandbox
    }

    /// From now on no gateway may read it.
    pub(crate) async fn shut(&self) -> Result<(), Trouble> {
        Ok(self.sandbox.grant("gateway", Rights::NOTHING).await?)
    }

    /// From now on gateways may read it.
    pub(crate) async fn open(&self) -> Result<(), Trouble> {
        Ok(self.sandbox.grant("gateway", Rights::GATEWAY).await?)
    }

    /// Makes the other one, and puts messages into both.
    pub(crate) async fn fill(&self, messages: &[Vec<u8>]) -> Result<(), Trouble> {
        self.declare_floor().await?;
        let properties = BasicProperties::default().with_delivery_mode(PERSISTENT);
        let routing_key = topology::routing_key("bench");
        for window in messages.chunks(WINDOW.into()) {
            let mut sent = Vec::with_capacity(window.len());
            for message in window {
                sent.push(self.send(&routing_key, message, properties.clone()).await?);
            }
            taken(sent).await?;
        }
        Ok(())
    }

    /// Makes the other one, and puts the messages into it too that are in the one that is drained: so many.
    pub(crate) async fn copy(&self, count: usize) -> Result<(), Trouble> {
        let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let queue =
            self.channel.queue_declare(topology::QUEUE.into(), passive, FieldTable::default()).await?;
        if usize::try_from(queue.message_count()).ok() != Some(count) {
            let told = format!("{} messages where {count} were sent", queue.message_count());
            return Err(Trouble::foreign("RabbitMQ", told));
        }
        self.declare_floor().await?;
        let channel = self.connection.create_channel().await?;
        channel.basic_qos(WINDOW, BasicQosOptions::default()).await?;
        let options = BasicConsumeOptions::default();
        let mut consumer =
            channel.basic_consume(topology::QUEUE.into(), "".into(), options, FieldTable::default()).await?;
        let mut left = count;
        while left > 0 {
            // Each is sent anew, to both, before the old one is taken away.
            let (mut sent, mut last) = (Vec::new(), None);
            for _ in 0..left.min(WINDOW.into()) {
                let Ok(Some(delivery)) = timeout(PATIENCE, consumer.next()).await else {
                    return Err(Trouble::foreign("RabbitMQ", "that there are no more messages"));
                };
                let Delivery { routing_key, data, properties, delivery_tag, .. } = delivery?;
                sent.push(self.send(routing_key.as_str(), &data, properties).await?);
                last = Some(delivery_tag);
            }
            left -= sent.len();
            taken(sent).await?;
            if let Some(last) = last {
                channel.basic_ack(last, BasicAckOptions { multiple: true }).await?;
            }
        }
        // What was handed out beyond them goes back to its place.
        channel.close(200, "copied".into()).await?;
        Ok(())
    }

    async fn send(
        &self,
        routing_key: &str,
        message: &[u8],
        properties: BasicProperties,
    ) -> lapin::Result<PublisherConfirm> {
        let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
        self.channel
            .basic_publish(topology::EXCHANGE.into(), routing_key.into(), options, message, properties)
            .await
    }
}

/// Waits until messages are taken.
async fn taken(sent: Vec<PublisherConfirm>) -> Result<(), Trouble> {
    for confirmation in sent {
        let confirmation = timeout(PATIENCE, confirmation).await;
        if !matches!(confirmation, Ok(Ok(Confirmation::Ack(None)))) {
            return Err(Trouble::foreign("RabbitMQ", "that it takes no message"));
        }
    }
    Ok(())
}

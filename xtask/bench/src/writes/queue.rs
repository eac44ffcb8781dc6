//! The queue that is drained: filled while no gateway may read it, so that draining it alone is measured; and another one
//! with the same messages.

use events::topology;
use gateway::consume::declare;
use lapin::{
    BasicProperties, Channel, Confirmation, Connection, ConnectionProperties,
    options::{BasicPublishOptions, ConfirmSelectOptions, QueueBindOptions, QueueDeclareOptions},
    types::{AMQPValue, FieldTable},
};
use stores::{rabbitmq::rights::Rights, sandbox::Sandbox};

use crate::trouble::Trouble;

/// How many messages are sent before their confirmations are waited for.
const WINDOW: usize = 1_000;
/// Kept on disk by the broker, as the collector sends it.
const PERSISTENT: u8 = 2;

/// The queue that the floor drains.
pub(crate) const FLOOR: &str = "floor";

/// The queue of a sandbox.
pub(crate) struct Queue<'s> {
    sandbox: &'s Sandbox,
    /// Held as long as the channel.
    _connection: Connection,
    channel: Channel,
}

impl<'s> Queue<'s> {
    /// Declares both.
    pub(crate) async fn declare(sandbox: &'s Sandbox) -> Result<Self, Trouble> {
        let connection = Connection::connect(&sandbox.amqp_url(), ConnectionProperties::default()).await?;
        let channel = connection.create_channel().await?;
        declare(&channel).await?;
        let mut quorum = FieldTable::default();
        quorum.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
        let durable = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
        channel.queue_declare(FLOOR.into(), durable, quorum).await?;
        let (exchange, binding) = (topology::EXCHANGE, topology::BINDING);
        channel
            .queue_bind(
                FLOOR.into(),
                exchange.into(),
                binding.into(),
                QueueBindOptions::default(),
                FieldTable::default(),
            )
            .await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        Ok(Self { sandbox, _connection: connection, channel })
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

    /// Puts messages into both.
    pub(crate) async fn fill(&self, messages: &[Vec<u8>]) -> Result<(), Trouble> {
        let properties = BasicProperties::default().with_delivery_mode(PERSISTENT);
        let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
        for window in messages.chunks(WINDOW) {
            let mut confirmations = Vec::with_capacity(window.len());
            for message in window {
                let sent = self.channel.basic_publish(
                    topology::EXCHANGE.into(),
                    topology::routing_key("bench").as_str().into(),
                    options,
                    message,
                    properties.clone(),
                );
                confirmations.push(sent.await?);
            }
            for confirmation in confirmations {
                if !matches!(confirmation.await?, Confirmation::Ack(None)) {
                    return Err(Trouble::foreign("RabbitMQ", "that it takes no message"));
                }
            }
        }
        Ok(())
    }
}

//! Putting messages into the queue, as the collector would, and looking at the dead letters.

use events::{ProductEvent, topology};
use gateway::consume::declare;
use lapin::{
    BasicProperties, Channel, Connection, ConnectionProperties,
    options::{BasicPublishOptions, ConfirmSelectOptions},
};
use serde_json::Value;
use stores::sandbox::Sandbox;

pub(crate) struct Publisher {
    _connection: Connection,
    channel: Channel,
}

impl Publisher {
    /// Declares the queue, which no gateway consumes before that.
    pub(crate) async fn connect(sandbox: &Sandbox) -> Self {
        let url = sandbox.collector_amqp_url();
        let connection = Connection::connect(&url, ConnectionProperties::default()).await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        declare(&channel).await.unwrap();
        channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
        Self { _connection: connection, channel }
    }

    pub(crate) async fn publish(&self, event: &ProductEvent) {
        self.publish_bytes(&event.encode()).await;
    }

    pub(crate) async fn publish_bytes(&self, bytes: &[u8]) {
        self.publish_to(topology::EXCHANGE, bytes).await;
    }

    pub(crate) async fn publish_to(&self, exchange: &str, bytes: &[u8]) {
        let confirmation = self
            .channel
            .basic_publish(
                exchange.into(),
                "product.test".into(),
                BasicPublishOptions { mandatory: true, ..Default::default() },
                bytes,
                BasicProperties::default().with_delivery_mode(2),
            )
            .await
            .unwrap()
            .await
            .unwrap();
        assert!(matches!(confirmation, lapin::Confirmation::Ack(None)), "{confirmation:?}");
    }
}

/// How many messages a queue holds, those in a consumer's hands included.
pub(crate) async fn depth(sandbox: &Sandbox, queue: &str) -> Result<u64, String> {
    let answer = sandbox.ask_rabbitmq("GET", &format!("queues/{{vhost}}/{queue}"), "").await;
    let answer: Value = serde_json::from_str(&answer.map_err(|error| error.to_string())?).unwrap();
    answer["messages"].as_u64().ok_or_else(|| format!("no depth yet: {answer}"))
}

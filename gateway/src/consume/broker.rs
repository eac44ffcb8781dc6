//! Reaching RabbitMQ, and the queues there.

use std::time::Duration;

use events::topology;
use lapin::{
    Channel, Connection, ConnectionProperties, ErrorKind, ExchangeKind,
    options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions},
    protocol::{AMQPErrorKind, AMQPSoftError},
    types::{AMQPValue, FieldTable, LongString},
    uri::AMQPUri,
};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use super::SessionError;

/// The longest wait for the broker's answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// A broker that is silent for twice as long is held to be dead.
const HEARTBEAT_SECONDS: u16 = 10;

pub(crate) async fn connect(url: &SecretString) -> Result<Connection, SessionError> {
    let mut uri: AMQPUri = url.expose_secret().parse().map_err(|_| {
        lapin::Error::from(ErrorKind::InvalidConnectionState(lapin::ConnectionState::Initial))
    })?;
    uri.query.heartbeat = Some(HEARTBEAT_SECONDS);
    let properties = ConnectionProperties::default().with_connection_name("gateway".into());
    Ok(timeout(PATIENCE, Connection::connect_uri(uri, properties))
        .await
        .map_err(|_| SessionError::Silent)??)
}

/// Whether the broker refused an operation on a channel for this reason. It has closed the channel then.
pub(crate) fn is_refused_for(error: &lapin::Error, reason: &AMQPSoftError) -> bool {
    matches!(error.kind(), ErrorKind::ProtocolError(error) if *error.kind() == AMQPErrorKind::Soft(reason.clone()))
}

/// Declares what is consumed. Whoever comes first makes it, the collector or a gateway that is allowed to.
///
/// # Errors
/// The broker refused, for want of rights say, or is away.
pub async fn declare(channel: &Channel) -> Result<(), lapin::Error> {
    let durable = ExchangeDeclareOptions { durable: true, ..Default::default() };
    for exchange in [topology::EXCHANGE, topology::DEAD_EXCHANGE] {
        channel
            .exchange_declare(exchange.into(), ExchangeKind::Topic, durable, FieldTable::default())
            .await?;
    }
    let queues = [
        (topology::DEAD_QUEUE, topology::DEAD_EXCHANGE, "#", &topology::DEAD_QUEUE_ARGUMENTS[..]),
        (topology::QUEUE, topology::EXCHANGE, topology::BINDING, &topology::QUEUE_ARGUMENTS[..]),
    ];
    for (queue, exchange, binding, arguments) in queues {
        let mut table = FieldTable::default();
        for (name, value) in arguments {
            table.insert((*name).into(), AMQPValue::LongString(LongString::from(*value)));
        }
        let durable = QueueDeclareOptions { durable: true, ..Default::default() };
        channel.queue_declare(queue.into(), durable, table).await?;
        channel
            .queue_bind(
                queue.into(),
                exchange.into(),
                binding.into(),
                QueueBindOptions::default(),
                FieldTable::default(),
            )
            .await?;
    }
    Ok(())
}

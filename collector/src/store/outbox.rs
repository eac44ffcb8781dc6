//! The outbox: events that RabbitMQ has not confirmed.

use chrono::{DateTime, Utc};
use events::{ProductEvent, topology};
use service::{copy::Rows, traces};
use sqlx::{FromRow, PgConnection};

use super::{Store, StoreError, in_time};

/// An event that waits.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct Waiting {
    /// Its place in the outbox.
    pub id: i64,
    /// The message's identity, the same each time it is sent.
    pub message_id: String,
    /// Where it is sent to.
    pub routing_key: String,
    /// The message.
    pub payload: Vec<u8>,
    /// The trace that it is a part of, as W3C's `traceparent`.
    pub traceparent: Option<String>,
    /// When it was put into the outbox.
    pub created_at: DateTime<Utc>,
}

/// How full the outbox is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct OutboxState {
    /// How many events wait.
    pub waiting: i64,
    /// When the oldest of them happened.
    pub oldest: Option<DateTime<Utc>>,
}

/// Puts events into the outbox, in their order.
pub(super) async fn write_events(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
    events: &[ProductEvent],
) -> Result<(), StoreError> {
    let traceparent = traces::current();
    let mut rows = Rows::default();
    for event in events {
        rows.row()
            .column(event.message_id())
            .column(topology::routing_key(event.shop()))
            .column(event.encode())
            .column(traceparent.as_deref())
            .column(now);
    }
    rows.copy(connection, include_str!("../../../sql/collector/copy_events.sql")).await?;
    Ok(())
}

impl Store {
    /// The oldest events that wait, at most `most`.
    pub async fn outbox_window(&self, most: i64) -> Result<Vec<Waiting>, StoreError> {
        let window = sqlx::query_as(include_str!("../../../sql/collector/outbox_window.sql"))
            .bind(most)
            .fetch_all(&self.database.pool);
        in_time(window).await
    }

    /// Takes events out of the outbox that RabbitMQ has confirmed.
    pub async fn delete_confirmed(&self, ids: &[i64]) -> Result<(), StoreError> {
        let deleted = sqlx::query(include_str!("../../../sql/collector/delete_confirmed.sql"))
            .bind(ids)
            .execute(&self.database.pool);
        in_time(deleted).await.map(drop)
    }

    /// How full the outbox is.
    pub async fn outbox_state(&self) -> Result<OutboxState, StoreError> {
        let state = sqlx::query_as(include_str!("../../../sql/collector/outbox_state.sql"))
            .fetch_one(&self.database.pool)
            .await?;
        Ok(state)
    }
}

//! Who leads: one collector a shop crawls it, one publishes. The lead is a lock of a Postgres session, so that
//! it ends with the process that holds it, however that ends.

use std::time::Duration;

use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use tokio::time::timeout;

use super::StoreError;

/// A lock's connection that is silent for so long is lost.
const PATIENCE: Duration = Duration::from_secs(2);

/// The lead of something, as long as its connection lasts.
#[derive(Debug)]
pub struct Lease {
    connection: PgConnection,
}

impl Lease {
    pub(super) async fn try_take(options: PgConnectOptions, what: &str) -> Result<Option<Self>, StoreError> {
        // A Postgres that can't see a dead client would keep its lock for hours.
        let options = options.options([
            ("tcp_keepalives_idle", "5"),
            ("tcp_keepalives_interval", "2"),
            ("tcp_keepalives_count", "3"),
            ("statement_timeout", "2s"),
            ("idle_session_timeout", "0"),
        ]);
        // A Postgres that hangs in the middle of it must not keep the lead waiting for good.
        let taking = Box::pin(Self::take_with(options, what));
        timeout(PATIENCE, taking).await.map_err(|_| StoreError::Silent)?
    }

    async fn take_with(options: PgConnectOptions, what: &str) -> Result<Option<Self>, StoreError> {
        let mut connection = PgConnection::connect_with(&options).await?;
        let taken: bool = sqlx::query_scalar("select pg_try_advisory_lock(hashtextextended($1, 0))")
            .bind(format!("collector/{what}"))
            .fetch_one(&mut connection)
            .await?;
        if taken {
            return Ok(Some(Self { connection }));
        }
        // Whether the goodbye is heard or not, nothing was taken.
        let _ = connection.close().await;
        Ok(None)
    }

    /// Whether the lead still holds. After an error it does not.
    pub async fn check(&mut self) -> Result<(), StoreError> {
        timeout(PATIENCE, self.connection.ping()).await.map_err(|_| StoreError::Silent)??;
        Ok(())
    }

    /// Gives the lead back, so that another collector need not wait until Postgres sees that this one is gone.
    pub async fn give_back(self) {
        // Postgres gives it back by itself if the goodbye is not heard.
        let _ = timeout(PATIENCE, self.connection.close()).await;
    }
}

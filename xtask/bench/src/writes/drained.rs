//! A gateway that drains the queue, watched from outside: its own count of events, the processor's time, and what
//! Postgres says of its statements.

use std::time::{Duration, Instant};

use serde::Serialize;
use sqlx::{Connection, FromRow, PgConnection};
use stores::{process::Service, sandbox::Sandbox};

use super::LOOK_EVERY;
use crate::{cost::Workers, ground::wait_until_ready, metrics::Metrics, trouble::Trouble};

/// How long a gateway may do without applying an event.
const PATIENCE: Duration = Duration::from_mins(2);

/// How fast a queue was drained.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Drained {
    pub(crate) events: usize,
    pub(crate) events_per_s: f64,
    /// Of whoever drained, Postgres and RabbitMQ together.
    pub(crate) cpu_us_per_event: f64,
}

impl Drained {
    pub(crate) fn of(events: usize, took: Duration, cpu_ms: f64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "events are far fewer than 2^52")]
        let count = events as f64;
        Self { events, events_per_s: count / took.as_secs_f64(), cpu_us_per_event: cpu_ms * 1000.0 / count }
    }
}

/// What Postgres says of a statement.
#[derive(Clone, Debug, FromRow, Serialize)]
pub(crate) struct Statement {
    pub(crate) text: String,
    pub(crate) calls: i64,
    pub(crate) rows: i64,
    pub(crate) total_ms: f64,
}

/// A gateway, and the means to look at what it does.
pub(crate) struct Watched {
    gateway: Service,
    http: reqwest::Client,
    postgres: PgConnection,
}

impl Watched {
    /// Starts one that waits for its queue.
    pub(crate) async fn start(sandbox: &Sandbox) -> Result<Self, Trouble> {
        let variables =
            [("DATABASE_URL", sandbox.gateway_database_url()), ("AMQP_URL", sandbox.gateway_amqp_url())];
        let http = reqwest::Client::builder().no_proxy().build()?;
        let gateway = Service::start("gateway", variables).await?;
        wait_until_ready(&http, &gateway).await?;
        let postgres = PgConnection::connect(&sandbox.admin_database_url()).await?;
        Ok(Self { gateway, http, postgres })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.gateway.pid()
    }

    /// Waits until it has applied so many events. The time runs from the first.
    pub(crate) async fn drain(&mut self, count: usize, workers: &Workers) -> Result<Drained, Trouble> {
        let already = self.handled().await?;
        sqlx::query(include_str!("../../sql/statements_reset.sql")).execute(&mut self.postgres).await?;
        let (mut begun, mut last, mut at) = (None, already, Instant::now());
        loop {
            let handled = self.handled().await?;
            if handled > last {
                (last, at) = (handled, Instant::now());
                let (from, since, cpu_ms) = *begun.get_or_insert_with(|| (handled, at, workers.cpu_ms()));
                if handled - already >= count {
                    return Ok(Drained::of(handled - from, at - since, workers.cpu_ms() - cpu_ms));
                }
            }
            if at.elapsed() > PATIENCE {
                return Err(Trouble::Stuck { who: "a gateway", log: self.gateway.log() });
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// How many events it has applied or found to be no news.
    async fn handled(&self) -> Result<usize, Trouble> {
        let metrics = Metrics::of(&self.http, &self.gateway).await?;
        let handled =
            metrics.count("gateway_events_applied_total") + metrics.count("gateway_events_ignored_total");
        Ok(usize::try_from(handled).unwrap_or(usize::MAX))
    }

    /// Ends it; its costliest statements while it drained.
    pub(crate) async fn stop(mut self) -> Result<Vec<Statement>, Trouble> {
        let query = sqlx::query_as(include_str!("../../sql/statements_costliest.sql"));
        let statements = query.fetch_all(&mut self.postgres).await?;
        self.gateway.terminate().await?;
        Ok(statements)
    }
}

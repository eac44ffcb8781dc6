//! Where is measured: private stores with a catalogue, and two gateways before them, one that keeps answers and one that
//! works each out.

use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};
use stores::{Stores, process::Service, progress::say, sandbox::Sandbox};
use url::Url;

use crate::{
    catalogue::{self, Size},
    cost::Workers,
    metrics::Metrics,
    trouble::Trouble,
};

/// How long a gateway may take to read the catalogue.
const READY_PATIENCE: Duration = Duration::from_mins(10);
/// How often it is asked whether it has.
const ASK_EVERY: Duration = Duration::from_millis(20);

/// Everything that is driven. Dropped, it ends: the sandbox before the stores on which it is.
#[derive(Debug)]
pub(crate) struct Ground {
    /// A gateway as it comes, with Redis.
    pub(crate) keeping: Service,
    /// One without Redis and without memory for answers.
    pub(crate) forgetful: Service,
    /// From a gateway's start until it was ready.
    pub(crate) ready_s: f64,
    /// From there until both had read ahead what readers ask for.
    pub(crate) warm_s: f64,
    pub(crate) size: Size,
    pub(crate) http: reqwest::Client,
    watcher: PgConnection,
    pub(crate) sandbox: Sandbox,
    stores: Stores,
}

impl Ground {
    /// Starts everything, with so many cards.
    pub(crate) async fn open(mut stores: Stores, cards: u64, seed: u64) -> Result<Self, Trouble> {
        let sandbox = Sandbox::on(&stores).await;
        let size = catalogue::make(&mut stores, &sandbox, cards, seed).await?;
        let mut variables =
            vec![("DATABASE_URL", sandbox.gateway_database_url()), ("AMQP_URL", sandbox.amqp_url())];
        let http = reqwest::Client::builder().no_proxy().build()?;
        let began = Instant::now();
        let forgetful =
            Service::start("gateway", variables.iter().cloned().chain([("CACHE_MB", "0".to_owned())]))
                .await?;
        wait_until_ready(&http, &forgetful).await?;
        let ready_s = began.elapsed().as_secs_f64();
        say(format_args!("a gateway was ready after {ready_s:.1} s"));
        variables.push(("REDIS_URL", sandbox.redis_url()));
        let keeping = Service::start("gateway", variables).await?;
        wait_until_ready(&http, &keeping).await?;
        let began = Instant::now();
        for gateway in [&forgetful, &keeping] {
            wait_until_warm(&http, gateway).await?;
        }
        let warm_s = began.elapsed().as_secs_f64();
        say(format_args!("both had all cards at hand {warm_s:.1} s later"));
        let watcher = PgConnection::connect(&sandbox.admin_database_url()).await?;
        Ok(Self { keeping, forgetful, ready_s, warm_s, size, http, watcher, sandbox, stores })
    }

    /// The gateway's address of the database.
    pub(crate) fn database(&self) -> Result<Url, Trouble> {
        let url = self.sandbox.gateway_database_url();
        Url::parse(&url).map_err(|error| Trouble::foreign("the sandbox", error))
    }

    /// The stores that readers need, and who works before them.
    pub(crate) fn workers(&mut self, server: Option<u32>) -> Workers {
        let redis = self.stores.redis.pid();
        Workers {
            alone: server.into_iter().chain(redis).collect(),
            families: self.stores.postgres.pid().into_iter().collect(),
        }
    }

    /// How many statements readers have had executed so far.
    pub(crate) async fn statements(&mut self) -> Result<i64, Trouble> {
        Ok(sqlx::query_scalar(include_str!("../sql/statements.sql")).fetch_one(&mut self.watcher).await?)
    }
}

/// Waits until a gateway answers queries.
pub(crate) async fn wait_until_ready(http: &reqwest::Client, service: &Service) -> Result<(), Trouble> {
    let deadline = Instant::now() + READY_PATIENCE;
    while Instant::now() < deadline {
        match http.get(service.url("/ready")).send().await {
            Ok(answer) if answer.status().is_success() => return Ok(()),
            Ok(_) => tokio::time::sleep(ASK_EVERY).await,
            Err(_) => break,
        }
    }
    Err(Trouble::Stuck { who: "a gateway", log: service.log() })
}

/// Waits until a gateway has read ahead what readers ask for.
async fn wait_until_warm(http: &reqwest::Client, service: &Service) -> Result<(), Trouble> {
    let deadline = Instant::now() + READY_PATIENCE;
    while Instant::now() < deadline {
        if Metrics::of(http, service).await?.largest("gateway_warm") > 0.0 {
            return Ok(());
        }
        tokio::time::sleep(10 * ASK_EVERY).await;
    }
    Err(Trouble::Stuck { who: "a gateway", log: service.log() })
}

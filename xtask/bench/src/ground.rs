//! Where is measured: private stores with a catalogue, and two gateways before them, one that keeps answers and one that
//! works each out; and beside it, if that is wanted, a smaller catalogue with one that works each out.

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
    /// From there until it had read ahead what readers ask for.
    pub(crate) warm_s: f64,
    pub(crate) size: Size,
    /// What is held against it.
    pub(crate) smaller: Option<Smaller>,
    pub(crate) http: reqwest::Client,
    watcher: PgConnection,
    pub(crate) sandbox: Sandbox,
    stores: Stores,
}

/// A smaller catalogue, of the same seed.
#[derive(Debug)]
pub(crate) struct Smaller {
    /// A gateway without Redis and without memory for answers.
    pub(crate) forgetful: Service,
    pub(crate) size: Size,
    _sandbox: Sandbox,
}

/// What is to be driven.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// How many cards there are.
    pub(crate) cards: u64,
    /// How many there are in a smaller catalogue beside it.
    pub(crate) smaller: Option<u64>,
    pub(crate) seed: u64,
    /// Whether the gateway that works each answer out is driven as soon as it answers, while it still reads ahead.
    pub(crate) at_once: bool,
}

impl Ground {
    /// Starts everything.
    pub(crate) async fn open(mut stores: Stores, plan: Plan) -> Result<Self, Trouble> {
        let Plan { cards, smaller, seed, at_once } = plan;
        // Making a catalogue starts Postgres anew: both are made before any gateway starts.
        let small = match smaller {
            Some(cards) => Some(filled(&mut stores, cards, seed).await?),
            None => None,
        };
        let (sandbox, size) = filled(&mut stores, cards, seed).await?;
        let http = reqwest::Client::builder().no_proxy().build()?;
        let with_redis = variables(&sandbox).into_iter().chain([("REDIS_URL", sandbox.redis_url())]);
        let began = Instant::now();
        let keeping = Service::start("gateway", with_redis).await?;
        wait_until_ready(&http, &keeping).await?;
        let ready_s = began.elapsed().as_secs_f64();
        say(format_args!("a gateway was ready after {ready_s:.1} s"));
        let began = Instant::now();
        wait_until_warm(&http, &keeping).await?;
        let warm_s = began.elapsed().as_secs_f64();
        say(format_args!("it had all cards at hand {warm_s:.1} s later"));
        let smaller = match small {
            Some((sandbox, size)) => {
                let forgetful = start_forgetful(&http, &sandbox).await?;
                wait_until_warm(&http, &forgetful).await?;
                Some(Smaller { forgetful, size, _sandbox: sandbox })
            }
            None => None,
        };
        let forgetful = start_forgetful(&http, &sandbox).await?;
        if !at_once {
            wait_until_warm(&http, &forgetful).await?;
        }
        let watcher = PgConnection::connect(&sandbox.admin_database_url()).await?;
        Ok(Self { keeping, forgetful, ready_s, warm_s, size, smaller, http, watcher, sandbox, stores })
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

/// A sandbox with so many cards.
async fn filled(stores: &mut Stores, cards: u64, seed: u64) -> Result<(Sandbox, Size), Trouble> {
    let sandbox = Sandbox::on(stores).await;
    let size = catalogue::make(stores, &sandbox, cards, seed).await?;
    Ok((sandbox, size))
}

/// What each gateway on a sandbox is told.
fn variables(sandbox: &Sandbox) -> [(&'static str, String); 2] {
    [("DATABASE_URL", sandbox.gateway_database_url()), ("AMQP_URL", sandbox.amqp_url())]
}

/// Starts a gateway that works each answer out, and waits until it answers queries.
async fn start_forgetful(http: &reqwest::Client, sandbox: &Sandbox) -> Result<Service, Trouble> {
    let without_caches = variables(sandbox).into_iter().chain([("CACHE_MB", "0".to_owned())]);
    let forgetful = Service::start("gateway", without_caches).await?;
    wait_until_ready(http, &forgetful).await?;
    Ok(forgetful)
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

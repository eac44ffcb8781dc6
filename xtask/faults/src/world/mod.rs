//! A world for one row: both shops, collectors and gateways, the real programs, on a private piece of real stores,
//! with a proxy before each store and a front before the shops.
//!
//! What a row did to it ends with it, but for the stores, which are the same for all rows and running again when a
//! row begins. A world makes faults only where it is told to, and judges nothing but what must hold in every row.

pub(crate) mod front;
mod members;
pub(crate) mod proxy;
pub(crate) mod reader;

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use stores::{Stores, postgres::psql, process::Service, sandbox::Sandbox};
use url::Url;

pub(crate) use self::members::Member;
use self::{front::Front, proxy::Proxy, reader::Reader};
use crate::{
    report::Report,
    trouble::Trouble,
    truth::{
        market::Market,
        picture::{self, Picture},
    },
};

/// How often the shops are crawled.
pub(crate) const COLLECT_EVERY: Duration = Duration::from_secs(1);
/// How long everything may take to be served for the first time.
const FIRST_PATIENCE: Duration = Duration::from_mins(3);
/// The most memory that a gateway, and a collector, may ever take.
const GATEWAY_MIB: u64 = 256;
const COLLECTOR_MIB: u64 = 192;
/// Under which names memory is told.
pub(crate) const GATEWAY: &str = "gateway_mib";
pub(crate) const COLLECTOR: &str = "collector_mib";

/// What a world is made of.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// How many products the shops have.
    pub(crate) cards: u32,
    pub(crate) collectors: usize,
    pub(crate) gateways: usize,
    /// Variables of every gateway, beside the addresses.
    pub(crate) gateway: Vec<(&'static str, String)>,
    /// Variables of every collector, beside the addresses.
    pub(crate) collector: Vec<(&'static str, String)>,
    /// From which chance takes its course.
    pub(crate) seed: u64,
    /// Where the programs of collectors and gateways are; `None`: those that were built with this one.
    pub(crate) programs: Option<PathBuf>,
}

impl Plan {
    /// One collector, two gateways, and so many products that lists have some pages.
    pub(crate) fn usual(seed: u64) -> Self {
        let (gateway, collector) = (Vec::new(), Vec::new());
        Self { cards: 150, collectors: 1, gateways: 2, gateway, collector, seed, programs: None }
    }

    /// The variables of the shops.
    pub(crate) fn shop_variables(&self) -> [(&'static str, String); 3] {
        [
            ("MOCK_SHOPS_CARDS", self.cards.to_string()),
            ("MOCK_SHOPS_SEED", self.seed.to_string()),
            // Nothing changes but what we change, so that all that was ever true is known.
            ("MOCK_SHOPS_DRIFT", "0".to_owned()),
        ]
    }
}

/// Everything that a row needs.
pub(crate) struct World<'a> {
    pub(crate) shops: Service,
    pub(crate) collectors: Vec<Service>,
    pub(crate) gateways: Vec<Service>,
    /// Before the shops.
    pub(crate) front: Front,
    /// Before Postgres, for collectors and gateways.
    pub(crate) postgres: Proxy,
    /// Before RabbitMQ.
    pub(crate) rabbitmq: Proxy,
    /// Before Redis.
    pub(crate) redis: Proxy,
    pub(crate) reader: Reader,
    pub(crate) market: Market,
    pub(crate) http: reqwest::Client,
    /// The most memory that was seen, in KiB, by program.
    peaks_kib: BTreeMap<&'static str, u64>,
    /// Where the services' logs are kept.
    logs: Option<PathBuf>,
    // The services go before what they work on.
    pub(crate) sandbox: Sandbox,
    pub(crate) stores: &'a mut Stores,
}

impl<'a> World<'a> {
    /// Starts everything, and waits until what is true is served.
    pub(crate) async fn open(
        stores: &'a mut Stores,
        http: &reqwest::Client,
        plan: &Plan,
        logs: Option<PathBuf>,
    ) -> Result<Self, Trouble> {
        let sandbox = Sandbox::on(stores).await;
        let postgres = Proxy::before(port(&sandbox.gateway_database_url())?).await?;
        let rabbitmq = Proxy::before(port(&sandbox.amqp_url())?).await?;
        let redis = Proxy::before(port(&sandbox.redis_url())?).await?;

        let shops = Service::start("mock-shops", plan.shop_variables()).await?;
        let front = Front::before(shops.address()).await?;

        let mut collector_variables = vec![
            ("DATABASE_URL", by(&sandbox.collector_database_url(), &postgres)?),
            ("AMQP_URL", by(&sandbox.collector_amqp_url(), &rabbitmq)?),
            ("NETVIDEO_URL", front.url("netvideo")),
            ("COUNTRYLINK_URL", front.url("countrylink")),
            ("COUNTRYLINK_API_KEY", "demo-key".to_owned()),
            ("COLLECT_EVERY", format!("{}ms", COLLECT_EVERY.as_millis())),
        ];
        collector_variables.extend(plan.collector.clone());
        let mut gateway_variables = vec![
            ("DATABASE_URL", by(&sandbox.gateway_database_url(), &postgres)?),
            ("AMQP_URL", by(&sandbox.gateway_amqp_url(), &rabbitmq)?),
            ("REDIS_URL", by(&sandbox.redis_url(), &redis)?),
        ];
        gateway_variables.extend(plan.gateway.clone());
        let (mut collectors, mut gateways) = (Vec::new(), Vec::new());
        for _ in 0..plan.collectors {
            collectors.push(start("collector", plan, &collector_variables).await?);
        }
        for _ in 0..plan.gateways {
            gateways.push(start("gateway", plan, &gateway_variables).await?);
        }
        let reader = Reader::new(http.clone(), gateways.iter().map(|one| one.url("/graphql")).collect());
        let truth = picture::truth(http, &shops.url("")).await?;
        let market = Market::open(http.clone(), shops.url(""), &truth, plan.seed);
        let world = Self {
            shops,
            collectors,
            gateways,
            front,
            postgres,
            rabbitmq,
            redis,
            reader,
            market,
            http: http.clone(),
            peaks_kib: BTreeMap::new(),
            logs,
            sandbox,
            stores,
        };
        world.settled(FIRST_PATIENCE).await.map_err(Trouble::NeverSettled)?;
        Ok(world)
    }

    /// What is true now.
    pub(crate) async fn truth(&self) -> Result<Picture, Trouble> {
        picture::truth(&self.http, &self.shops.url("")).await
    }

    /// Waits until every gateway serves what is true, offer for offer, and says how long that took. The error is how
    /// they still differ.
    pub(crate) async fn settled(&self, within: Duration) -> Result<Duration, String> {
        let began = Instant::now();
        let mut differs = String::new();
        while began.elapsed() < within {
            match self.differs().await {
                None => return Ok(began.elapsed()),
                Some(difference) => differs = difference,
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(format!("not within {} s: {differs}; {}", within.as_secs(), self.under_way().await))
    }

    /// Where news is that has not arrived.
    async fn under_way(&self) -> String {
        let outbox = self.ask_postgres("select count(*) from collector.outbox").await;
        let outbox = outbox.map_or_else(|error| error.to_string(), |lines| lines.concat());
        let queue = self.queue_depth("product_events").await;
        let queue = queue.map_or_else(|error| error.to_string(), |messages| messages.to_string());
        format!("waiting in the outbox: {outbox}, in the queue: {queue}")
    }

    async fn differs(&self) -> Option<String> {
        let truth = match self.truth().await {
            Ok(truth) => truth,
            Err(trouble) => return Some(trouble.to_string()),
        };
        for gateway in 0..self.gateways.len() {
            let difference = match picture::served(&self.reader, gateway).await {
                Ok(served) => picture::difference(&truth, &served),
                Err(reason) => Some(reason),
            };
            if difference.is_some() {
                return difference.map(|difference| format!("gateway {gateway}: {difference}"));
            }
        }
        None
    }

    /// Asks the database as its superuser, past the proxy; a row a line.
    pub(crate) async fn ask_postgres(&self, script: &'static str) -> Result<Vec<String>, Trouble> {
        let url = Url::parse(&self.sandbox.admin_database_url())
            .map_err(|error| Trouble::foreign("the sandbox", error))?;
        let answer = tokio::task::spawn_blocking(move || psql(&url, script)).await??;
        Ok(answer.lines().map(str::to_owned).collect())
    }

    /// Sets what is wrong with a shop's answers, as the mock shops' own controls have it.
    pub(crate) async fn set_fault(&self, fault: Value) -> Result<(), Trouble> {
        let setting = self.http.put(self.shops.url("/_mock/faults")).json(&fault);
        setting.send().await?.error_for_status()?;
        Ok(())
    }

    /// Ends what was wrong with the shops' answers.
    pub(crate) async fn end_faults(&self) -> Result<(), Trouble> {
        self.http.delete(self.shops.url("/_mock/faults")).send().await?.error_for_status()?;
        Ok(())
    }

    /// What has been asked of a shop since the stats were last forgotten.
    pub(crate) async fn shop_stats(&self, shop: &str) -> Result<Value, Trouble> {
        let text = self.http.get(self.shops.url("/_mock/stats")).send().await?.text().await?;
        let all: Value =
            serde_json::from_str(&text).map_err(|_| Trouble::foreign("the mock shops", &text))?;
        Ok(all[shop].clone())
    }

    /// Counts what is asked of the shops anew.
    pub(crate) async fn forget_shop_stats(&self) -> Result<(), Trouble> {
        self.http.delete(self.shops.url("/_mock/stats")).send().await?.error_for_status()?;
        Ok(())
    }

    /// How many messages a queue holds.
    pub(crate) async fn queue_depth(&self, queue: &str) -> Result<u64, Trouble> {
        let answer = self.sandbox.ask_rabbitmq("GET", &format!("queues/{{vhost}}/{queue}"), "").await?;
        let answer: Value =
            serde_json::from_str(&answer).map_err(|_| Trouble::foreign("RabbitMQ", &answer))?;
        answer["messages"].as_u64().ok_or_else(|| Trouble::foreign("RabbitMQ", answer))
    }

    /// Puts a message into the exchange that the collector writes to.
    pub(crate) async fn publish(&self, payload: &str) -> Result<(), Trouble> {
        let message = json!({
            "routing_key": "product.test",
            "payload": payload,
            "payload_encoding": "string",
            "properties": { "delivery_mode": 2 },
        });
        let path = "exchanges/{vhost}/products/publish";
        self.sandbox.ask_rabbitmq("POST", path, &message.to_string()).await?;
        Ok(())
    }

    /// The most memory that any process of a program ([`COLLECTOR`], [`GATEWAY`]) has taken so far, in MiB.
    pub(crate) fn peak_mib(&mut self, program: &str) -> u64 {
        self.note_memory();
        self.peaks_kib.get(program).copied().unwrap_or_default() / 1024
    }

    /// Takes note of how much memory the services have taken at most, before one of them ends.
    fn note_memory(&mut self) {
        let collectors = self.collectors.iter().map(|service| (COLLECTOR, service.pid()));
        let gateways = self.gateways.iter().map(|service| (GATEWAY, service.pid()));
        for (program, pid) in collectors.chain(gateways).collect::<Vec<_>>() {
            let peak = self.peaks_kib.entry(program).or_default();
            *peak = (*peak).max(memory_kib(pid, "VmHWM").unwrap_or_default());
        }
    }

    /// Looks at what must hold in every row once all is quiet again: everything arrived once, nothing was given up,
    /// no log tells what it must not, memory was bounded.
    pub(crate) async fn finish(mut self, report: &mut Report) -> Result<(), Trouble> {
        let differ = self.ask_postgres(include_str!("../../sql/versions_that_differ.sql")).await?;
        report.none("lost_or_unsent", &differ);
        let doubled = self.ask_postgres(include_str!("../../sql/doubled_effects.sql")).await?;
        report.none("doubled", &doubled);
        report.at_most(GATEWAY, self.peak_mib(GATEWAY), GATEWAY_MIB);
        report.at_most(COLLECTOR, self.peak_mib(COLLECTOR), COLLECTOR_MIB);
        report.none("told_in_logs", &self.told_in_logs()?);
        self.keep_logs()
    }

    /// Writes the services' logs where a person wants them.
    fn keep_logs(&self) -> Result<(), Trouble> {
        let Some(folder) = &self.logs else { return Ok(()) };
        fs::create_dir_all(folder)?;
        for (program, services) in [("collector", &self.collectors), ("gateway", &self.gateways)] {
            for (number, service) in services.iter().enumerate() {
                fs::write(folder.join(format!("{program}-{number}.log")), service.log())?;
            }
        }
        Ok(())
    }

    /// Lines of the services' logs that hold a password, or tell of a panic.
    fn told_in_logs(&self) -> Result<Vec<String>, Trouble> {
        let url = Url::parse(&self.sandbox.gateway_database_url())
            .map_err(|error| Trouble::foreign("the sandbox", error))?;
        let password = url.password().unwrap_or("no password").to_owned();
        let services = self.collectors.iter().chain(&self.gateways);
        let lines = services.flat_map(Service::lines);
        Ok(lines.filter(|line| line.contains(&password) || line.contains("panicked")).collect())
    }
}

/// Starts a service of the version that the plan wants.
async fn start(name: &str, plan: &Plan, variables: &[(&'static str, String)]) -> Result<Service, Trouble> {
    let variables = variables.iter().cloned();
    Ok(match &plan.programs {
        Some(folder) => Service::start_from(folder.clone(), name, variables).await?,
        None => Service::start(name, variables).await?,
    })
}

/// How much memory a process has (`VmRSS`), or has had at most (`VmHWM`); `None` if it has ended.
pub(crate) fn memory_kib(pid: u32, field: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let value = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    value.split_whitespace().next()?.parse().ok()
}

fn port(url: &str) -> Result<u16, Trouble> {
    let url = Url::parse(url).map_err(|error| Trouble::foreign("the sandbox", error))?;
    url.port().ok_or_else(|| Trouble::foreign("the sandbox", "an address without a port"))
}

/// The same address by way of a proxy.
fn by(url: &str, proxy: &Proxy) -> Result<String, Trouble> {
    let mut url = Url::parse(url).map_err(|error| Trouble::foreign("the sandbox", error))?;
    url.set_port(Some(proxy.port())).map_err(|()| Trouble::foreign("the sandbox", "no port can be set"))?;
    Ok(url.into())
}

//! The shops, read from end to end: by a client that does nothing with their pages, and by the collector, which leaves a
//! queue full of first sightings behind.

use std::time::{Duration, Instant};

use serde::Deserialize;
use stores::{process::Service, sandbox::Sandbox};

use crate::{cost::memory_mib, metrics::Metrics, trouble::Trouble};

/// The collector's page sizes.
const PER_PAGE: usize = 200;
const LIMIT: usize = 500;
/// The key of CountryLink, as the shops come.
const KEY: &str = "demo-key";
/// How long reading all of it may take.
const PATIENCE: Duration = Duration::from_hours(1);
/// How often it is looked how far the collector is, which asks Postgres something: seldom beside what is measured, which
/// the collector times itself.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long all pages of both shops took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Read {
    pub(crate) bytes: usize,
    pub(crate) took: Duration,
}

/// What the collector made of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Collected {
    /// Until both crawls were complete.
    pub(crate) took: Duration,
    /// Listings that were read.
    pub(crate) items: u64,
    /// Messages that were sent.
    pub(crate) sent: usize,
    pub(crate) peak_mib: u64,
}

/// Starts shops in which nothing changes.
pub(crate) async fn open(cards: u64, seed: u64) -> Result<Service, Trouble> {
    let variables = [
        ("MOCK_SHOPS_CARDS", cards.to_string()),
        ("MOCK_SHOPS_SEED", seed.to_string()),
        ("MOCK_SHOPS_DRIFT", "0".to_owned()),
        ("MOCK_SHOPS_RATE_LIMIT", "0".to_owned()),
    ];
    Ok(Service::start("mock-shops", variables).await?)
}

/// Reads both shops at the same time, page after page over one connection each, as curl would.
pub(crate) async fn read(shops: &Service) -> Result<Read, Trouble> {
    let began = Instant::now();
    let (of_netvideo, of_countrylink) = tokio::try_join!(netvideo(shops), countrylink(shops))?;
    Ok(Read { bytes: of_netvideo + of_countrylink, took: began.elapsed() })
}

async fn netvideo(shops: &Service) -> Result<usize, Trouble> {
    #[derive(Deserialize)]
    struct First {
        pages: usize,
    }
    let http = client()?;
    let page = async |number: usize| -> Result<_, Trouble> {
        let url = shops.url(&format!("/netvideo/v1/videocards?page={number}&per_page={PER_PAGE}"));
        Ok(http.get(url).send().await?.error_for_status()?.bytes().await?)
    };
    let first = page(1).await?;
    let mut bytes = first.len();
    let First { pages } =
        serde_json::from_slice(&first).map_err(|error| Trouble::foreign("a shop", error))?;
    for number in 2..=pages {
        bytes += page(number).await?.len();
    }
    Ok(bytes)
}

async fn countrylink(shops: &Service) -> Result<usize, Trouble> {
    #[derive(Deserialize)]
    struct Next {
        next_cursor: Option<String>,
    }
    let http = client()?;
    let (mut bytes, mut cursor) = (0, String::new());
    loop {
        let url = shops.url(&format!("/countrylink/api/products?category=gpu&limit={LIMIT}{cursor}"));
        let answer = http.get(url).header("X-Api-Key", KEY).send().await?.error_for_status()?;
        let page = answer.bytes().await?;
        bytes += page.len();
        // The cursor stands at the end: what is before it need not be read.
        let end = page.windows(14).rposition(|bytes| bytes == b"\"next_cursor\":").unwrap_or_default();
        let rest = [b"{", &page[end..]].concat();
        let Next { next_cursor } =
            serde_json::from_slice(&rest).map_err(|error| Trouble::foreign("a shop", error))?;
        let Some(next) = next_cursor else { return Ok(bytes) };
        cursor = format!("&cursor={next}");
    }
}

fn client() -> Result<reqwest::Client, Trouble> {
    Ok(reqwest::Client::builder().no_proxy().gzip(true).build()?)
}

/// Has the collector read both shops once, and send all that it has to tell.
pub(crate) async fn collect(shops: &Service, sandbox: &Sandbox) -> Result<Collected, Trouble> {
    let variables = [
        ("DATABASE_URL", sandbox.collector_database_url()),
        ("AMQP_URL", sandbox.collector_amqp_url()),
        ("NETVIDEO_URL", shops.url("/netvideo")),
        ("COUNTRYLINK_URL", shops.url("/countrylink")),
        ("COUNTRYLINK_API_KEY", KEY.to_owned()),
        ("COLLECT_EVERY", "1h".to_owned()),
    ];
    let mut collector = Service::start("collector", variables).await?;
    let http = client()?;
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let metrics = Metrics::of(&http, &collector).await?;
        let sent = metrics.count("collector_published_total");
        if metrics.count("collector_crawls_total") >= 2 && sent >= metrics.count("collector_events_total") {
            // Both are crawled at the same time.
            let took = Duration::from_secs_f64(metrics.largest("collector_crawl_duration_seconds_sum"));
            let items = metrics.count("collector_items_seen_total");
            let peak_mib = memory_mib(collector.pid(), "VmHWM");
            collector.terminate().await?;
            return Ok(Collected {
                took,
                items,
                sent: usize::try_from(sent).unwrap_or(usize::MAX),
                peak_mib,
            });
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Err(Trouble::Stuck { who: "the collector", log: collector.log() })
}

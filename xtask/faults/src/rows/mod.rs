//! All rows: which fault, what is promised, and what makes it happen.
//!
//! A row opens a world of its own, makes its fault while readers watch, ends it, waits until all is quiet, and gives
//! figures with their bounds. Whether it passed follows from those alone.

mod catalogue;
mod clients;
mod load;
mod postgres;
mod rabbitmq;
mod redis;
mod services;
mod shops;
mod table;
mod versions;

use std::{path::PathBuf, pin::Pin, time::Duration};

use stores::Stores;
use tokio::time::sleep;

pub(crate) use self::table::ROWS;
use crate::{
    report::Report,
    trouble::Trouble,
    truth::watch::{Noticed, Watch},
    world::{COLLECT_EVERY, Plan, World},
};

/// How many changes a second are on their way while a fault goes on.
const CHANGES: f64 = 20.0;
/// How many readers watch meanwhile.
const READERS: usize = 2;
/// Within which everything is served after a fault has ended: ten seconds, and the next crawl.
const HEALED: Duration = Duration::from_secs(11);
/// How long that is waited for before it is given up.
const PATIENCE: Duration = Duration::from_mins(1);

/// What all rows share.
pub(crate) struct Ground {
    pub(crate) stores: Stores,
    pub(crate) http: reqwest::Client,
    pub(crate) wishes: Wishes,
    /// Where the logs of the row's services are kept, if a person wants them.
    pub(crate) logs: Option<PathBuf>,
    /// Where programs of an older version are, if a person has them.
    pub(crate) previous: Option<PathBuf>,
}

/// What a person chose on the command line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wishes {
    /// From which chance takes its course.
    pub(crate) seed: u64,
    /// Everything in brief: less of each fault, for a machine that has other things to do.
    pub(crate) short: bool,
    /// How many events are on their way in the rows that count them.
    pub(crate) events: u64,
    /// How many processes are killed in the row that counts them.
    pub(crate) kills: usize,
}

/// What a row does.
type Run = for<'a> fn(&'a mut Ground) -> Pin<Box<dyn Future<Output = Result<Report, Trouble>> + 'a>>;

/// One fault and what is promised of it.
pub(crate) struct Row {
    /// By which it is chosen.
    pub(crate) name: &'static str,
    pub(crate) promise: &'static str,
    /// Whether it is among those that are run when there is little time.
    pub(crate) is_short: bool,
    pub(crate) run: Run,
}

impl Wishes {
    /// So long, or half as long where there is little time.
    fn time(self, time: Duration) -> Duration {
        if self.short { time / 2 } else { time }
    }
}

impl Ground {
    /// Opens a world on stores that all run, whatever the row before did to them.
    async fn open(&mut self, plan: &Plan) -> Result<World<'_>, Trouble> {
        let stores = &mut self.stores;
        tokio::task::block_in_place(|| {
            stores.postgres.start()?;
            // Redis forgets its settings with its data.
            stores.redis.kill();
            stores.redis.start()?;
            stores.rabbitmq.start()
        })?;
        World::open(stores, &self.http, plan, self.logs.clone()).await
    }

    /// The usual world.
    async fn open_usual(&mut self) -> Result<World<'_>, Trouble> {
        let plan = Plan::usual(self.wishes.seed);
        self.open(&plan).await
    }
}

/// Makes a fault while changes are on their way and readers read, waits until all is quiet again, and adds what holds
/// of every fault. It says what the readers noticed.
async fn under_fault(
    world: World<'_>,
    report: &mut Report,
    fault: impl AsyncFnOnce(&mut World<'_>, &mut Report) -> Result<(), Trouble>,
) -> Result<Noticed, Trouble> {
    under_fault_with(CHANGES, world, report, fault).await
}

/// The same with so many changes a second; with none, answers that were cached stay true.
async fn under_fault_with(
    changes_per_s: f64,
    mut world: World<'_>,
    report: &mut Report,
    fault: impl AsyncFnOnce(&mut World<'_>, &mut Report) -> Result<(), Trouble>,
) -> Result<Noticed, Trouble> {
    let watch = Watch::start(&world.reader, &world.market, READERS);
    let flow = world.market.flow(changes_per_s);
    sleep(COLLECT_EVERY).await;
    fault(&mut world, report).await?;
    report.tell("changes", flow.end().await?);
    healed(&world, report, "healed_ms").await;
    let noticed = watch.end().await?;
    noticed.report(report);
    world.finish(report).await?;
    Ok(noticed)
}

/// Waits until what is true is served, and adds how long that took. `figure` is the name of the figure.
async fn healed(world: &World<'_>, report: &mut Report, figure: &str) {
    match world.settled(PATIENCE).await {
        Ok(took) => report.at_most(figure, took, HEALED),
        Err(differs) => report.none(format!("never_{figure}"), &[differs]),
    }
}

/// The number that a query of one value gives.
async fn number(world: &World<'_>, query: &'static str) -> Result<u64, Trouble> {
    let answer = world.ask_postgres(query).await?.concat();
    answer.parse().map_err(|_| Trouble::foreign("Postgres", answer))
}

/// How many events the collectors have written, those of crawls among them.
async fn events_so_far(world: &World<'_>) -> Result<u64, Trouble> {
    number(world, include_str!("../../sql/events.sql")).await
}

//! How fast shops are read and events are applied, beside what a client and a consumer reach that do nothing else.
//!
//! The queue is filled before any gateway may read it, so that a backlog is drained as after an outage: by a gateway in
//! earnest, which goes on following what it commits, and by the [`floor`], which has a queue with the same messages.
//! Twice: with everything that two shops have, told to a gateway that knows nothing, and with other prices of listings
//! that a large catalogue has.

mod drained;
mod floor;
mod prices;
mod queue;
mod report;
mod shops;

use std::time::{Duration, Instant};

use stores::{Stores, progress::say, sandbox::Sandbox};

pub(crate) use self::report::Report;
use self::{
    drained::{Drained, Watched},
    queue::Queue,
    report::{Backlog, Drain, Reading},
};
use crate::{catalogue, cost::Workers, trouble::Trouble};

/// How often it is looked how far a gateway is.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Stores are at rest once they have taken less than this part of a processor for so long. They are waited for no longer.
const REST: Duration = Duration::from_millis(500);
const BUSY: f64 = 0.1;
const LONGEST_REST: Duration = Duration::from_secs(30);

/// What is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task {
    /// How many cards the catalogue has whose prices change.
    pub(crate) cards: u64,
    /// How many events tell of other prices.
    pub(crate) events: usize,
    /// How many products the shops have that are read for the first time.
    pub(crate) products: u64,
    pub(crate) seed: u64,
}

/// Measures all of it.
pub(crate) async fn measure(mut stores: Stores, task: Task) -> Result<Report, Trouble> {
    let mut report = Report::default();
    if task.products > 0 {
        first_sightings(&mut stores, task, &mut report).await?;
    }
    if task.events > 0 {
        other_prices(&mut stores, task, &mut report).await?;
    }
    Ok(report)
}

/// Two shops are read, and what they have is applied to an empty catalogue.
async fn first_sightings(stores: &mut Stores, task: Task, report: &mut Report) -> Result<(), Trouble> {
    let sandbox = Sandbox::on(stores).await;
    let queue = Queue::declare(&sandbox).await?;
    queue.shut().await?;
    let shops = shops::open(task.products, task.seed).await?;
    rest(stores).await;
    let read = shops::read(&shops).await?;
    say(format_args!("a client has read {} MiB in {:.1} s", read.bytes >> 20, read.took.as_secs_f64()));
    let first = shops::collect(&shops, &sandbox).await?;
    rest(stores).await;
    // What is found as it was is not told again, but that the crawls have ended is.
    let again = shops::collect(&shops, &sandbox).await?;
    for collected in [first, again] {
        let took_s = collected.took.as_secs_f64();
        say(format_args!("the collector has read {} listings in {took_s:.2} s", collected.items));
    }
    drop(shops);
    report.reading = Some(Reading::of(read, first, again));
    queue.copy(first.sent + again.sent).await?;
    let watched = Watched::start(&sandbox).await?;
    let what = Backlog::FirstSightings { products: task.products };
    report.drains.push(drain(stores, &queue, watched, what, first.sent + again.sent).await?);
    Ok(())
}

/// Prices change of listings that a catalogue has.
async fn other_prices(stores: &mut Stores, task: Task, report: &mut Report) -> Result<(), Trouble> {
    let sandbox = Sandbox::on(stores).await;
    let size = catalogue::make(stores, &sandbox, task.cards, task.seed).await?;
    let queue = Queue::declare(&sandbox).await?;
    queue.shut().await?;
    let watched = Watched::start(&sandbox).await?;
    let cards = u64::try_from(size.cards).unwrap_or_default();
    let messages = prices::other_prices(task.seed, cards, task.events);
    queue.fill(&messages).await?;
    say(format_args!("{} messages wait", messages.len()));
    let what = Backlog::OtherPrices { cards };
    report.drains.push(drain(stores, &queue, watched, what, messages.len()).await?);
    Ok(())
}

/// Has the floor and a gateway drain the queue of so many messages.
async fn drain(
    stores: &mut Stores,
    queue: &Queue<'_>,
    mut watched: Watched,
    what: Backlog,
    messages: usize,
) -> Result<Drain, Trouble> {
    let sandbox = queue.sandbox();
    let workers = |stores: &mut Stores, who| Workers { alone: vec![who], families: families(stores) };
    floor::prepare(sandbox).await?;
    rest(stores).await;
    let costs = workers(stores, std::process::id());
    let cpu_before_ms = costs.cpu_ms();
    let took = floor::drain(sandbox, queue::FLOOR, messages).await?;
    let floor = Drained::of(messages, took, costs.cpu_ms() - cpu_before_ms);
    say(format_args!("a plain consumer kept {:.0} events/s", floor.events_per_s));
    rest(stores).await;
    let costs = workers(stores, watched.pid());
    queue.open().await?;
    let applied = watched.drain(messages, &costs).await?;
    say(format_args!("a gateway applied {:.0} events/s", applied.events_per_s));
    let statements = watched.stop().await?;
    Ok(Drain { what, applied, floor, statements })
}

fn families(stores: &mut Stores) -> Vec<u32> {
    stores.postgres.pid().into_iter().chain(stores.rabbitmq.pid()).collect()
}

/// Waits until the stores have done what is left to do of what came before, so that it doesn't count for what comes now.
async fn rest(stores: &mut Stores) {
    let workers = Workers { alone: Vec::new(), families: families(stores) };
    let deadline = Instant::now() + LONGEST_REST;
    let mut before_ms = workers.cpu_ms();
    while Instant::now() < deadline {
        tokio::time::sleep(REST).await;
        let now_ms = workers.cpu_ms();
        if now_ms - before_ms < REST.as_secs_f64() * 1000.0 * BUSY {
            return;
        }
        before_ms = now_ms;
    }
    say(format_args!("the stores are still busy with what came before: it counts for what comes now"));
}

//! Our own processes, and all others, killed, stopped for a while, told to end, several of each side by side.

use std::time::{Duration, Instant};

use rand::{Rng, SeedableRng, rngs::SmallRng};
use stores::progress;
use tokio::time::sleep;

use super::{CHANGES, Ground, PATIENCE, READERS, events_so_far, healed, under_fault};
use crate::{
    report::{Report, Speed},
    trouble::Trouble,
    truth::{
        balanced::Balanced,
        tally::{Tally, percentile},
        watch::{Watch, report_answers},
    },
    world::{COLLECT_EVERY, Member, Plan},
};

/// Within which a service is ready again after it was started.
const READY: Duration = Duration::from_secs(2);
/// Within which a service ends after SIGTERM.
const ENDED: Duration = Duration::from_secs(10);
/// A process that hangs does so for longer than others hold a lead for it.
const HANGING: Duration = Duration::from_secs(6);
/// How many clients ask all the time while gateways are told to end.
const CLIENTS: usize = 8;
/// With more events than this on their way, they come quicker.
const MANY_EVENTS: u64 = 20_000;
/// How many changes a second are made to get so many events in a bearable time.
const MANY_CHANGES: f64 = 600.0;
/// The longest pause before a process is killed, and between that and its start.
const LONGEST_PAUSE: Duration = Duration::from_millis(1_500);

/// Every process in turn, killed while changes are on their way and readers read.
pub(super) async fn killed(ground: &mut Ground) -> Result<Report, Trouble> {
    let mut report = Report::default();
    let wishes = ground.wishes;
    let mut world = ground.open_usual().await?;
    let watch = Watch::start(&world.reader, &world.market, READERS);
    let (mut ready, mut answers) = (Vec::new(), Tally::default());
    // One gateway is as good as another.
    let is_left_out = |member: &Member| wishes.short && *member == Member::Gateway(1);
    let members: Vec<Member> = world.members().into_iter().filter(|member| !is_left_out(member)).collect();
    for member in members.iter().copied() {
        let flow = world.market.flow(CHANGES);
        sleep(COLLECT_EVERY).await;
        watch.so_far();
        world.kill(member);
        progress::say(format_args!("killed {member}"));
        sleep(COLLECT_EVERY / 2).await;
        ready.extend(world.start(member).await?);
        flow.end().await?;
        healed(&world, &mut report, &format!("healed_ms_{member}")).await;
        let tally = watch.so_far();
        // What readers get without Postgres has rows of its own.
        if member != Member::Postgres {
            answers.merge(tally);
        }
    }
    report.tell("kills", members.len());
    report.at_most("ready_ms", percentile(ready, 99), READY);
    report_answers(&mut report, &answers);
    watch.end().await?.report(&mut report);
    world.finish(&mut report).await?;
    Ok(report)
}

/// Many kills of every process in turn at random moments, with many events on their way.
pub(super) async fn kills(ground: &mut Ground) -> Result<Report, Trouble> {
    let mut report = Report::default();
    let wishes = ground.wishes;
    let is_many = wishes.events > MANY_EVENTS;
    let cards = if is_many { 1_500 } else { 400 };
    let mut world = ground.open(&Plan { cards, ..Plan::usual(wishes.seed) }).await?;
    let mut dice = SmallRng::seed_from_u64(wishes.seed);
    let watch = Watch::start(&world.reader, &world.market, READERS);
    let flow = world.market.flow(if is_many { MANY_CHANGES } else { MANY_CHANGES / 4.0 });
    let before = events_so_far(&world).await?;
    let mut ready = Vec::new();
    let members = world.members();
    for number in 0..wishes.kills {
        let member = members[number % members.len()];
        sleep(LONGEST_PAUSE.mul_f64(dice.random())).await;
        world.kill(member);
        sleep(LONGEST_PAUSE.mul_f64(dice.random()) / 3).await;
        ready.extend(world.start(member).await?);
        if number % members.len() == members.len() - 1 {
            let events = events_so_far(&world).await? - before;
            progress::say(format_args!("{} kills, {events} events, {} changes", number + 1, flow.changes()));
        }
    }
    let mut events = events_so_far(&world).await? - before;
    let deadline = Instant::now() + PATIENCE * 10;
    while events < wishes.events && Instant::now() < deadline {
        sleep(COLLECT_EVERY).await;
        events = events_so_far(&world).await? - before;
    }
    report.tell("changes", flow.end().await?);
    healed(&world, &mut report, "healed_ms").await;
    report.tell("seed", wishes.seed);
    report.at_least("kills", wishes.kills, 1);
    report.at_least("events", events, wishes.events);
    report.at_most("ready_p99_ms", percentile(ready, 99), READY);
    let noticed = watch.end().await?;
    report.tell("reads", noticed.tally.total());
    noticed.report(&mut report);
    world.finish(&mut report).await?;
    Ok(report)
}

/// Two collectors and three gateways, of which any may die, or hang and come back to a world that went on.
pub(super) async fn several(ground: &mut Ground) -> Result<Report, Trouble> {
    let mut report = Report::default();
    let plan = Plan { collectors: 2, gateways: 3, ..Plan::usual(ground.wishes.seed) };
    let world = ground.open(&plan).await?;
    let noticed = under_fault(world, &mut report, async |world, report| {
        let mut ready = Vec::new();
        for number in 0..2 {
            world.kill(Member::Collector(number));
            sleep(COLLECT_EVERY * 2).await;
            ready.extend(world.start(Member::Collector(number)).await?);
            world.collectors[number].hang(true);
            sleep(HANGING).await;
            world.collectors[number].hang(false);
            sleep(COLLECT_EVERY).await;
        }
        for number in 0..3 {
            world.kill(Member::Gateway(number));
            sleep(COLLECT_EVERY / 2).await;
            ready.extend(world.start(Member::Gateway(number)).await?);
        }
        report.at_most("ready_ms", percentile(ready, 99), READY);
        Ok(())
    })
    .await?;
    report_answers(&mut report, &noticed.tally);
    Ok(report)
}

/// Three gateways, told to end one after the other while clients ask by way of a balancer; then a collector.
pub(super) async fn told_to_end(ground: &mut Ground) -> Result<Report, Trouble> {
    let mut report = Report::default();
    let plan = Plan { gateways: 3, ..Plan::usual(ground.wishes.seed) };
    let world = ground.open(&plan).await?;
    under_fault(world, &mut report, async |world, report| {
        let ready = world.gateways.iter().map(|gateway| gateway.url("/ready")).collect();
        let clients = Balanced::start(&world.http, &world.reader, ready, CLIENTS);
        let (mut ended, mut unclean) = (Vec::new(), Vec::new());
        let members = (0..3).map(Member::Gateway).chain([Member::Collector(0)]);
        for member in members {
            sleep(COLLECT_EVERY).await;
            let began = Instant::now();
            let status = match member {
                Member::Gateway(number) => world.gateways[number].terminate().await?,
                _ => world.collectors[0].terminate().await?,
            };
            ended.push(began.elapsed());
            unclean.extend((!status.success()).then(|| format!("{member} ended with {status}")));
            world.start(member).await?;
        }
        sleep(COLLECT_EVERY).await;
        let tally = clients.end().await?;
        report.at_least("requests", Speed(tally.total()), 100);
        tally.report_failures(report, "failed_requests");
        report.at_most("ended_ms", percentile(ended, 100), ENDED);
        report.none("unclean_ends", &unclean);
        Ok(())
    })
    .await?;
    Ok(report)
}

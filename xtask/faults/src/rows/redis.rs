//! Redis killed, hung, flushed, evicting, holding what isn't ours: readers must hardly notice.

use std::time::Duration;

use tokio::time::sleep;

use super::{Ground, PATIENCE, under_fault};
use crate::{
    report::{Report, Speed},
    trouble::Trouble,
    truth::probe::{Probe, Question},
    world::{COLLECT_EVERY, Member, World, proxy::Link},
};

/// How long Redis is away or sick.
const AWAY: Duration = Duration::from_secs(4);
/// In which readers are answered all the same.
const WITHIN: Duration = Duration::from_millis(150);
/// How many times as much Postgres may be asked after Redis was flushed.
const MORE_QUERIES: f64 = 3.0;

/// Makes Redis sick, has readers ask, and makes it well again. No question may fail.
async fn sick(
    ground: &mut Ground,
    fall_ill: impl AsyncFnOnce(&mut World<'_>) -> Result<(), Trouble>,
    get_well: impl AsyncFnOnce(&mut World<'_>) -> Result<(), Trouble>,
) -> Result<Report, Trouble> {
    let mut report = Report::default();
    let away = ground.wishes.time(AWAY);
    let world = ground.open_usual().await?;
    under_fault(world, &mut report, async |world, report| {
        let (known, new) =
            (Probe::start(&world.reader, Question::Known), Probe::start(&world.reader, Question::New));
        fall_ill(world).await?;
        sleep(away).await;
        get_well(world).await?;
        sleep(COLLECT_EVERY).await;
        let (mut all, new) = (known.end().await?, new.end().await?);
        report.at_least("reads", Speed(all.tally.total() + new.tally.total()), 40);
        report.at_most("hit_p99_ms", all.tally.p99_of_all(), WITHIN);
        report.at_most("miss_p99_ms", new.tally.p99_of_all(), WITHIN);
        all.tally.merge(new.tally);
        all.tally.report_failures(report, "errors");
        Ok(())
    })
    .await?;
    Ok(report)
}

/// Killed with -9.
pub(super) async fn killed(ground: &mut Ground) -> Result<Report, Trouble> {
    let kill = async |world: &mut World<'_>| {
        world.kill(Member::Redis);
        Ok(())
    };
    sick(ground, kill, async |world| world.start(Member::Redis).await.map(drop)).await
}

/// It accepts connections and says nothing.
pub(super) async fn hung(ground: &mut Ground) -> Result<Report, Trouble> {
    let hang = async |world: &mut World<'_>| {
        world.redis.set(Link::Hung);
        Ok(())
    };
    let go_on = async |world: &mut World<'_>| {
        world.redis.set(Link::Open);
        Ok(())
    };
    sick(ground, hang, go_on).await
}

/// It has room for next to nothing, and throws out what it has.
pub(super) async fn evicting(ground: &mut Ground) -> Result<Report, Trouble> {
    let shrink = async |world: &mut World<'_>| tell(world, "config set maxmemory 1500kb").await;
    sick(ground, shrink, async |world| tell(world, "config set maxmemory 256mb").await).await
}

/// Every entry is overwritten with something foreign while the gateways start anew and have nothing else to go by.
pub(super) async fn corrupt(ground: &mut Ground) -> Result<Report, Trouble> {
    /// Rubbish in every second entry; the others get each other's.
    const SPOIL: &str = "eval \"local all = redis.call('keys', '*') local last = 'rubbish' \
        for place, key in ipairs(all) do local now = redis.call('get', key) \
        if place % 2 == 0 then redis.call('set', key, 'rubbish') else redis.call('set', key, last) last = now end \
        end return #all\" 0";
    let mut report = Report::default();
    let mut world = ground.open_usual().await?;
    // Everything is read once, and so is in Redis.
    report.holds("settled", world.settled(PATIENCE).await.map(drop));
    let spoilt = world.sandbox.ask_redis(SPOIL).await?;
    report.at_least("entries_spoilt", spoilt.trim_start_matches(':').parse().unwrap_or(0_u64), 2);
    for gateway in 0..world.gateways.len() {
        world.kill(Member::Gateway(gateway));
        world.start(Member::Gateway(gateway)).await?;
    }
    report.holds("settled_again", world.settled(PATIENCE).await.map(drop));
    world.finish(&mut report).await?;
    Ok(report)
}

/// Flushed while readers ask as ever.
pub(super) async fn flushed(ground: &mut Ground) -> Result<Report, Trouble> {
    let mut report = Report::default();
    let world = ground.open_usual().await?;
    under_fault(world, &mut report, async |world, report| {
        let known = Probe::start(&world.reader, Question::Known);
        let before = queries_in(world, AWAY).await?;
        tell(world, "flushdb").await?;
        let after = queries_in(world, AWAY).await?;
        known.end().await?.tally.report_failures(report, "errors");
        report.tell("queries_before", before);
        #[expect(clippy::cast_precision_loss, reason = "no row asks 2^52 times")]
        report.at_most("queries_after_by_before", after as f64 / before.max(1) as f64, MORE_QUERIES);
        Ok(())
    })
    .await?;
    Ok(report)
}

/// How often the gateways ask Postgres in a time.
async fn queries_in(world: &World<'_>, time: Duration) -> Result<u64, Trouble> {
    let count = async || {
        let answer = world.ask_postgres(include_str!("../../sql/gateway_queries.sql")).await?.concat();
        answer.parse().map_err(|_| Trouble::foreign("Postgres", answer))
    };
    let before: u64 = count().await?;
    sleep(time).await;
    Ok(count().await? - before)
}

async fn tell(world: &World<'_>, what: &str) -> Result<(), Trouble> {
    world.sandbox.ask_redis(what).await?;
    Ok(())
}

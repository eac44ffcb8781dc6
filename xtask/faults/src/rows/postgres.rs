//! Postgres killed, restarted, hung, slow, deaf, out of connections, read-only, full.

use std::time::Duration;

use tokio::time::sleep;

use super::{CHANGES, Ground, under_fault_with};
use crate::{
    report::{Report, Speed},
    trouble::Trouble,
    truth::probe::{Probe, Question},
    world::{COLLECT_EVERY, Member, World, proxy::Link},
};

/// How long Postgres is away or sick.
const AWAY: Duration = Duration::from_secs(4);
/// How many listings change while it is sick and still answers.
const CHANGED: usize = 20;
/// How soon a typed error comes where there is no answer.
const ERROR_WITHIN: Duration = Duration::from_millis(300);
/// The same in which what is cached is answered, and what is worked out, by a Postgres that is sick but there.
const HIT_WITHIN: Duration = Duration::from_millis(50);
const MISS_WITHIN: Duration = Duration::from_millis(2_100);
/// What may be said instead of an answer while Postgres can't be asked.
const TYPED: [&str; 4] = ["ok", "UNAVAILABLE", "OVERLOADED", "TIMEOUT"];

/// What readers get while Postgres is as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Readers {
    /// What is cached; a typed error for the rest.
    CachedOnly,
    /// What is cached at once, the rest or a typed error a little later.
    All,
}

/// Makes Postgres sick, has readers ask for what is cached and what is not, and makes it well again.
async fn sick(
    ground: &mut Ground,
    readers: Readers,
    fall_ill: impl AsyncFnOnce(&mut World<'_>) -> Result<(), Trouble>,
    get_well: impl AsyncFnOnce(&mut World<'_>) -> Result<(), Trouble>,
) -> Result<Report, Trouble> {
    let mut report = Report::default();
    let away = ground.wishes.time(AWAY);
    let world = ground.open_usual().await?;
    let changes_per_s = match readers {
        Readers::CachedOnly => CHANGES,
        // A Postgres that still answers tells of each change, and what was cached is no longer asked for.
        Readers::All => 0.0,
    };
    under_fault_with(changes_per_s, world, &mut report, async |world, report| {
        let (known, new) =
            (Probe::start(&world.reader, Question::Known), Probe::start(&world.reader, Question::New));
        sleep(COLLECT_EVERY).await;
        known.so_far();
        new.so_far();
        fall_ill(world).await?;
        if readers == Readers::All {
            world.market.change(CHANGED).await?;
            sleep(COLLECT_EVERY).await;
            // What changed last is known by now.
            known.so_far();
            new.so_far();
        }
        sleep(away).await;
        let (hits, misses) = (known.so_far(), new.so_far());
        get_well(world).await?;
        known.end().await?;
        new.end().await?;

        let (hit_within, miss_within) = match readers {
            Readers::CachedOnly => (ERROR_WITHIN, ERROR_WITHIN),
            Readers::All => (HIT_WITHIN, MISS_WITHIN),
        };
        report.at_least("hits", Speed(hits.tally.total()), 20);
        report.at_least("hits_answered", Speed(hits.tally.share_within(hit_within)), 0.99);
        report.at_most("hit_p99_ms", hits.tally.p99_of_all(), hit_within);
        report.tell("hits_marked", hits.marked);
        report.tell("misses", misses.tally.total());
        report.at_most("miss_p99_ms", misses.tally.p99_of_all(), miss_within);
        let is_untyped = |outcome: &String| !TYPED.contains(&outcome.as_str());
        let mut failures = hits.tally.failures();
        failures.extend(misses.tally.failures());
        report.tell("typed_errors", failures.iter().filter(|outcome| !is_untyped(outcome)).count());
        report.none("untyped_errors", &failures.into_iter().filter(is_untyped).collect::<Vec<_>>());
        report.none("told_in_errors", &[hits.told, misses.told].concat());
        Ok(())
    })
    .await?;
    Ok(report)
}

/// Killed with -9.
pub(super) async fn killed(ground: &mut Ground) -> Result<Report, Trouble> {
    let kill = async |world: &mut World<'_>| {
        world.kill(Member::Postgres);
        Ok(())
    };
    let start = async |world: &mut World<'_>| world.start(Member::Postgres).await.map(drop);
    sick(ground, Readers::CachedOnly, kill, start).await
}

/// Stopped in an orderly way, and started.
pub(super) async fn restarted(ground: &mut Ground) -> Result<Report, Trouble> {
    let stop = async |world: &mut World<'_>| world.stop(Member::Postgres).await;
    let start = async |world: &mut World<'_>| world.start(Member::Postgres).await.map(drop);
    sick(ground, Readers::CachedOnly, stop, start).await
}

/// It accepts connections and says nothing.
pub(super) async fn hung(ground: &mut Ground) -> Result<Report, Trouble> {
    through(ground, Readers::CachedOnly, Link::Hung).await
}

/// It does what it is told, and nobody hears that it was done.
pub(super) async fn deaf(ground: &mut Ground) -> Result<Report, Trouble> {
    through(ground, Readers::CachedOnly, Link::Deaf).await
}

/// Each answer takes a tenth of a second longer.
pub(super) async fn slow(ground: &mut Ground) -> Result<Report, Trouble> {
    through(ground, Readers::All, Link::Slow(Duration::from_millis(100))).await
}

async fn through(ground: &mut Ground, readers: Readers, link: Link) -> Result<Report, Trouble> {
    let spoil = async |world: &mut World<'_>| {
        world.postgres.set(link);
        Ok(())
    };
    let mend = async |world: &mut World<'_>| {
        if link == Link::Deaf {
            // What was lost on the way is never made up for on the same connections.
            world.postgres.cut();
        }
        world.postgres.set(Link::Open);
        Ok(())
    };
    sick(ground, readers, spoil, mend).await
}

/// It has no connection left for us.
pub(super) async fn out_of_connections(ground: &mut Ground) -> Result<Report, Trouble> {
    by_script(
        ground,
        Readers::CachedOnly,
        include_str!("../../sql/no_connections.sql"),
        include_str!("../../sql/connections_again.sql"),
    )
    .await
}

/// It takes no writes.
pub(super) async fn read_only(ground: &mut Ground) -> Result<Report, Trouble> {
    by_script(
        ground,
        Readers::All,
        include_str!("../../sql/read_only.sql"),
        include_str!("../../sql/writable_again.sql"),
    )
    .await
}

/// It has no room left.
pub(super) async fn full(ground: &mut Ground) -> Result<Report, Trouble> {
    by_script(
        ground,
        Readers::All,
        include_str!("../../sql/disk_full.sql"),
        include_str!("../../sql/disk_has_room.sql"),
    )
    .await
}

async fn by_script(
    ground: &mut Ground,
    readers: Readers,
    fault: &'static str,
    end: &'static str,
) -> Result<Report, Trouble> {
    let make = async |world: &mut World<'_>| world.ask_postgres(fault).await.map(drop);
    let mend = async |world: &mut World<'_>| world.ask_postgres(end).await.map(drop);
    sick(ground, readers, make, mend).await
}

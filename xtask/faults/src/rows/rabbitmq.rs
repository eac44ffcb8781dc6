//! RabbitMQ killed, restarted, blocked, cut off, its queue deleted, its messages twice or poisonous, and a backlog.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::{Ground, PATIENCE, events_so_far, number, under_fault};
use crate::{
    report::Report,
    trouble::Trouble,
    truth::watch::report_answers,
    world::{COLLECT_EVERY, Member, Plan, World, proxy::Link},
};

/// How long RabbitMQ is away or sick, each time.
const AWAY: Duration = Duration::from_secs(2);
/// In how long a time an event of a backlog is worked off: 100,000 in two minutes.
const EACH: Duration = Duration::from_micros(1_200);
/// And how long a gateway takes until it begins.
const BEGUN: Duration = Duration::from_secs(2);
/// Within which a change is served: a crawl later, and two seconds.
const VISIBLE: Duration = Duration::from_secs(3);

/// Killed with -9, twice.
pub(super) async fn killed(ground: &mut Ground) -> Result<Report, Trouble> {
    let mut report = Report::default();
    let times = if ground.wishes.short { 1 } else { 2 };
    let world = ground.open_usual().await?;
    let noticed = under_fault(world, &mut report, async |world, _| {
        for _ in 0..times {
            world.kill(Member::RabbitMq);
            sleep(AWAY).await;
            world.start(Member::RabbitMq).await?;
            sleep(COLLECT_EVERY).await;
        }
        Ok(())
    })
    .await?;
    report_answers(&mut report, &noticed.tally);
    Ok(report)
}

/// Restarted in an orderly way.
pub(super) async fn restarted(ground: &mut Ground) -> Result<Report, Trouble> {
    let mut report = Report::default();
    let world = ground.open_usual().await?;
    let noticed = under_fault(world, &mut report, async |world, _| {
        world.stop(Member::RabbitMq).await?;
        world.start(Member::RabbitMq).await.map(drop)
    })
    .await?;
    report_answers(&mut report, &noticed.tally);
    Ok(report)
}

/// Blocked by its memory alarm: publishers are stopped, consumers are not.
pub(super) async fn blocked(ground: &mut Ground) -> Result<Report, Trouble> {
    let mut report = Report::default();
    let world = ground.open_usual().await?;
    let noticed = under_fault(world, &mut report, async |world, report| {
        set_memory_watermark(world, "0.00001")?;
        sleep(AWAY * 3).await;
        report.at_least("held_back", number(world, include_str!("../../sql/outbox.sql")).await?, 1);
        set_memory_watermark(world, "0.4")
    })
    .await?;
    report_answers(&mut report, &noticed.tally);
    Ok(report)
}

/// Above which share of the machine's memory RabbitMQ sounds its alarm.
fn set_memory_watermark(world: &World<'_>, share: &str) -> Result<(), Trouble> {
    tokio::task::block_in_place(|| {
        world.stores.rabbitmq.control(&["set_vm_memory_high_watermark", share]).map(drop)
    })?;
    Ok(())
}

/// Connections cut, half closed, hung, and deaf.
pub(super) async fn cut_off(ground: &mut Ground) -> Result<Report, Trouble> {
    let mut report = Report::default();
    let world = ground.open_usual().await?;
    let noticed = under_fault(world, &mut report, async |world, _| {
        world.rabbitmq.cut();
        sleep(AWAY).await;
        world.rabbitmq.half_close();
        sleep(AWAY).await;
        for link in [Link::Hung, Link::Deaf, Link::Refusing] {
            world.rabbitmq.set(link);
            sleep(AWAY * 2).await;
            // What was lost on the way is never made up for on the same connections.
            world.rabbitmq.cut();
            world.rabbitmq.set(Link::Open);
            sleep(COLLECT_EVERY).await;
        }
        Ok(())
    })
    .await?;
    report_answers(&mut report, &noticed.tally);
    Ok(report)
}

/// The queue deleted with messages in it, which nothing but reconciliation can make good.
pub(super) async fn queue_deleted(ground: &mut Ground) -> Result<Report, Trouble> {
    let mut report = Report::default();
    let world = ground.open_usual().await?;
    under_fault(world, &mut report, async |world, report| {
        let before = events_so_far(world).await?;
        for gateway in 0..world.gateways.len() {
            world.kill(Member::Gateway(gateway));
        }
        sleep(COLLECT_EVERY * 3).await;
        world.sandbox.ask_rabbitmq("DELETE", "queues/{vhost}/product_events", "").await?;
        report.at_least("events_deleted", events_so_far(world).await? - before, 1);
        for gateway in 0..world.gateways.len() {
            world.start(Member::Gateway(gateway)).await?;
        }
        Ok(())
    })
    .await?;
    Ok(report)
}

/// Messages that can't be read or applied, and old ones again.
pub(super) async fn poison(ground: &mut Ground) -> Result<Report, Trouble> {
    const UNREADABLE: [&str; 6] = [
        "this is no JSON",
        "{}",
        r#"{"v":1,"type":"listing.changed","shop":"netvideo"}"#,
        r#"{"v":99,"type":"listing.changed","shop":"netvideo","listing_id":"1","listing_version":1}"#,
        r#"{"v":1,"type":"listing.painted","shop":"netvideo"}"#,
        r#"{"v":1,"type":"listing.gone","shop":"netvideo","listing_id":7,"listing_version":"x"}"#,
    ];
    let mut report = Report::default();
    let world = ground.open_usual().await?;
    under_fault(world, &mut report, async |world, report| {
        // Copies of what was said before, and what claims to be older and says another price.
        let replayed = world.ask_postgres(include_str!("../../sql/events_again.sql")).await?;
        report.at_least("replayed", replayed.len(), 20);
        for payload in replayed.iter().map(String::as_str).chain(UNREADABLE) {
            world.publish(payload).await?;
        }
        world.market.change(1).await?;
        Ok(())
    })
    .await?;
    Ok(report)
}

/// Poison is put aside, and a change that came after it is served as soon as ever.
pub(super) async fn poison_holds_up_nobody(ground: &mut Ground) -> Result<Report, Trouble> {
    const POISON: usize = 50;
    let mut report = Report::default();
    let world = ground.open_usual().await?;
    for number in 0..POISON {
        world.publish(&format!("poison {number}")).await?;
    }
    world.market.change(1).await?;
    let began = Instant::now();
    report.holds("change_served", world.settled(PATIENCE).await.map(drop));
    report.at_most("visible_ms", began.elapsed(), VISIBLE);
    // The management interface counts messages every few seconds only.
    let mut dead = 0;
    while dead < POISON as u64 && began.elapsed() < PATIENCE {
        dead = world.queue_depth("product_events.dead").await.unwrap_or_default();
        sleep(COLLECT_EVERY / 2).await;
    }
    report.at_least("dead_letters", dead, POISON);
    world.finish(&mut report).await?;
    Ok(report)
}

/// Many events while there is no gateway, and then one that works them off.
pub(super) async fn backlog(ground: &mut Ground) -> Result<Report, Trouble> {
    let mut report = Report::default();
    let wanted = ground.wishes.events;
    let cards = u32::try_from(wanted / 20).unwrap_or(u32::MAX).clamp(150, 5_000);
    let plan = Plan { cards, gateways: 1, ..Plan::usual(ground.wishes.seed) };
    let mut world = ground.open(&plan).await?;
    world.kill(Member::Gateway(0));
    let before = events_so_far(&world).await?;
    let mut events = 0;
    let began = Instant::now();
    while events < wanted {
        // Each listing once: a crawl sees the last of several changes alone.
        let all = world.market.all();
        let due = (events + all.len() as u64).min(wanted);
        world.market.raise(all).await?;
        while events < due && began.elapsed() < PATIENCE * 20 {
            sleep(COLLECT_EVERY / 10).await;
            events = events_so_far(&world).await? - before;
        }
    }
    report.at_least("events", events, wanted);
    let started = Instant::now();
    world.start(Member::Gateway(0)).await?;
    let drained = drained(&world, PATIENCE * 5).await;
    let took = started.elapsed();
    report.holds("drained", drained);
    report.at_most("drained_ms", took, BEGUN + EACH * u32::try_from(events).unwrap_or(u32::MAX));
    report.holds("settled", world.settled(PATIENCE).await.map(drop));
    world.finish(&mut report).await?;
    Ok(report)
}

/// Waits until the gateway has applied all that the collector wrote.
async fn drained(world: &World<'_>, within: Duration) -> Result<(), String> {
    let deadline = Instant::now() + within;
    loop {
        let differ = world.ask_postgres(include_str!("../../sql/versions_that_differ.sql")).await;
        match differ {
            Ok(differ) if differ.is_empty() => return Ok(()),
            Ok(differ) if Instant::now() > deadline => return Err(format!("still lacking {differ:?}")),
            Ok(_) => {}
            Err(trouble) => return Err(trouble.to_string()),
        }
        sleep(Duration::from_millis(50)).await;
    }
}

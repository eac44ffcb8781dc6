//! More is asked than can be answered.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::{task::JoinSet, time::sleep};

use super::{Ground, healed};
use crate::{
    report::{Report, Speed},
    trouble::Trouble,
    truth::{
        probe::Question,
        tally::{Tally, percentile},
    },
    world::{Plan, World, proxy::Link},
};

/// How many queries the gateway works out at once in this row. With the time that each takes it makes a capacity that
/// this machine can be asked ten times as much of.
const AT_ONCE: usize = 4;
/// How long each answer of Postgres takes in this row.
const SLOW: Duration = Duration::from_millis(20);
/// How long each load is kept up.
const LOAD: Duration = Duration::from_secs(6);
/// How many times the capacity is asked.
const TIMES: f64 = 10.0;
/// Which share of the capacity is still served.
const STILL_SERVED: f64 = 0.9;
/// How many times as long what is accepted may take.
const TIMES_AS_LONG: f64 = 3.0;
/// How soon the surplus is refused, and health is told.
const REFUSED_WITHIN: Duration = Duration::from_millis(20);

/// Ten times the load that a gateway can carry.
pub(super) async fn overload(ground: &mut Ground) -> Result<Report, Trouble> {
    let mut report = Report::default();
    let at_once = vec![("MAX_CONCURRENT_REQUESTS", AT_ONCE.to_string())];
    let plan = Plan { gateways: 1, gateway: at_once, ..Plan::usual(ground.wishes.seed) };
    let world = ground.open(&plan).await?;
    world.postgres.set(Link::Slow(SLOW));

    let carried = as_fast_as_answered(&world).await?;
    let capacity_per_s = per_s(carried.count("ok"));
    let usual = carried.p99(&["ok"]);
    report.at_least("capacity_per_s", capacity_per_s, 1);
    report.tell("usual_p99_ms", usual);

    let (flooded, health, unhelpful) = flood(&world, capacity_per_s * TIMES).await?;
    let served_per_s = per_s(flooded.count("ok"));
    let refused = flooded.count("OVERLOADED");
    report.tell("asked_per_s", per_s(flooded.total()));
    report.at_least("served_of_capacity", Speed(served_per_s / capacity_per_s.max(1.0)), STILL_SERVED);
    let by_usual = flooded.p99(&["ok"]).as_secs_f64() / usual.as_secs_f64().max(0.001);
    report.at_most("accepted_p99_by_usual", Speed(by_usual), TIMES_AS_LONG);
    report.at_least("refused", refused, 1);
    report.at_most("refused_p99_ms", flooded.p99(&["OVERLOADED"]), REFUSED_WITHIN);
    report.none("refused_without_retry_after", &unhelpful);
    report.at_most("health_p99_ms", percentile(health, 99), REFUSED_WITHIN);
    let other = flooded.failures().into_iter().filter(|outcome| outcome != "OVERLOADED");
    report.none("other_errors", &other.collect::<Vec<_>>());

    world.postgres.set(Link::Open);
    healed(&world, &mut report, "healed_ms").await;
    world.finish(&mut report).await?;
    Ok(report)
}

#[expect(clippy::cast_precision_loss, reason = "no row asks 2^52 times")]
fn per_s(count: usize) -> f64 {
    count as f64 / LOAD.as_secs_f64()
}

/// As many clients as can be worked for, each asking anew once it is answered.
async fn as_fast_as_answered(world: &World<'_>) -> Result<Tally, Trouble> {
    let mut clients = JoinSet::new();
    for _ in 0..AT_ONCE {
        let reader = world.reader.clone();
        clients.spawn(async move {
            let (began, mut tally) = (Instant::now(), Tally::default());
            while began.elapsed() < LOAD {
                let (query, variables) = Question::NewOfPostgres.words();
                tally.add(&reader.ask(0, query, &variables).await);
            }
            tally
        });
    }
    let mut all = Tally::default();
    while let Some(tally) = clients.join_next().await {
        all.merge(tally?);
    }
    Ok(all)
}

/// So many questions a second, whether they are answered or not. Says how they went, how soon health was told
/// meanwhile, and which refusals did not say when to come back.
async fn flood(world: &World<'_>, per_second: f64) -> Result<(Tally, Vec<Duration>, Vec<String>), Trouble> {
    let seen = Arc::new(Mutex::new((Tally::default(), Vec::new())));
    let mut asking = JoinSet::new();
    let (began, mut asked, mut health) = (Instant::now(), 0.0, Vec::new());
    while began.elapsed() < LOAD {
        while asked < began.elapsed().as_secs_f64() * per_second {
            asked += 1.0;
            let (reader, seen) = (world.reader.clone(), Arc::clone(&seen));
            asking.spawn(async move {
                let (query, variables) = Question::NewOfPostgres.words();
                let answer = reader.ask(0, query, &variables).await;
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                seen.0.add(&answer);
                if let Ok(said) = &answer.said
                    && said.code() == Some("OVERLOADED")
                    && (said.status != 503 || !said.retry_after)
                {
                    seen.1.push(format!("status {}", said.status));
                }
            });
        }
        let asked_at = Instant::now();
        world.http.get(world.gateways[0].url("/health")).send().await?.error_for_status()?;
        health.push(asked_at.elapsed());
        sleep(Duration::from_millis(2)).await;
    }
    while let Some(done) = asking.join_next().await {
        done?;
    }
    let (tally, unhelpful) = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
    Ok((tally, health, unhelpful))
}

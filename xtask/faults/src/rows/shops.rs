//! Shops that fail, are too busy, hang, or answer with what is no page at all. The other shop must not notice, and the
//! sick one must be left in peace.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stores::progress;
use tokio::time::sleep;

use super::{Ground, PATIENCE, number, under_fault};
use crate::{
    report::Report,
    trouble::Trouble,
    truth::picture::ListingKey,
    world::{COLLECT_EVERY, COLLECTOR, World, front::Change, proxy::Proxy},
};

/// The shop that falls ill, and the other one.
pub(super) const SICK: &str = "netvideo";
const WELL: &str = "countrylink";
/// How long a shop is sick that answers at once.
const ILL: Duration = Duration::from_secs(6);
/// The same of one that hangs: longer than the collector waits for a word.
const HANGING: Duration = Duration::from_secs(12);
/// How often a sick shop may be asked in a second.
const SICK_PER_S: f64 = 1.0;
/// Within which a change in the other shop is served: a crawl later, and two seconds.
const VISIBLE: Duration = Duration::from_secs(3);
/// How much more memory the largest body may take, in MiB.
const MORE_MIB: u64 = 64;

/// What is expected of a collector whose shop is sick.
#[derive(Clone, Copy, Debug)]
struct Expected {
    /// For how long it is.
    ill: Duration,
    /// How often it may be asked in that time, beside the crawl that was under way.
    per_s: f64,
}

/// Makes a shop sick in a way that its controls have, and looks at what becomes of it and of the other.
async fn sick(ground: &mut Ground, fault: Value, expected: Expected) -> Result<Report, Trouble> {
    let mut report = Report::default();
    let world = ground.open_usual().await?;
    under_fault(world, &mut report, async |world, report| {
        world.forget_shop_stats().await?;
        world.set_fault(fault).await?;
        let began = Instant::now();
        other_shop_is_read(world, report).await?;
        sleep(expected.ill.saturating_sub(began.elapsed())).await;
        let stats = world.shop_stats(SICK).await?;
        let asked = stats["requests"].as_f64().unwrap_or(f64::INFINITY);
        // One more was due when it fell ill.
        report.at_most("sick_per_s", (asked - 1.0).max(0.0) / began.elapsed().as_secs_f64(), expected.per_s);
        report.at_most("open_at_once", stats["most_in_flight"].as_i64().unwrap_or(i64::MAX), 1);
        report.at_most("gone", gone(world).await?, 0);
        world.end_faults().await?;
        last_answer_is_over(world).await
    })
    .await?;
    Ok(report)
}

/// An answer that began while the shop was sick is sick to its end, which is the end of the fault.
async fn last_answer_is_over(world: &World<'_>) -> Result<(), Trouble> {
    let deadline = Instant::now() + PATIENCE;
    while world.shop_stats(SICK).await?["in_flight"] != 0 && Instant::now() < deadline {
        sleep(COLLECT_EVERY / 20).await;
    }
    Ok(())
}

/// Changes a price in the shop that is well, and waits until it is served.
async fn other_shop_is_read(world: &World<'_>, report: &mut Report) -> Result<(), Trouble> {
    let changed = world.market.some_of(WELL, 1);
    world.market.raise(changed.clone()).await?;
    let began = Instant::now();
    let served = price_served(world, &changed, PATIENCE).await;
    report.holds("other_shop", served);
    report.at_most("other_shop_ms", began.elapsed(), VISIBLE);
    Ok(())
}

/// Waits until the newest prices of these listings are served.
async fn price_served(world: &World<'_>, listings: &[ListingKey], within: Duration) -> Result<(), String> {
    let began = Instant::now();
    loop {
        let served = crate::truth::picture::served(&world.reader, 0).await?;
        let late = listings
            .iter()
            .find(|key| served.get(*key).map(|terms| terms.price_minor) < world.market.price_now(key));
        match late {
            None => return Ok(()),
            Some(late) if began.elapsed() > within => return Err(format!("{late:?} is not served as it is")),
            Some(_) => sleep(COLLECT_EVERY / 20).await,
        }
    }
}

/// How many listings are held to be gone.
pub(super) async fn gone(world: &World<'_>) -> Result<u64, Trouble> {
    number(world, include_str!("../../sql/gone.sql")).await
}

/// It answers 500.
pub(super) async fn answers_500(ground: &mut Ground) -> Result<Report, Trouble> {
    sick(ground, json!({ "shop": SICK, "status": 500 }), Expected { ill: ILL, per_s: SICK_PER_S }).await
}

/// It answers 429, and says when to come back.
pub(super) async fn answers_429(ground: &mut Ground) -> Result<Report, Trouble> {
    const PAUSE_S: u32 = 3;
    let fault = json!({ "shop": SICK, "status": 429, "retry_after_s": PAUSE_S });
    sick(ground, fault, Expected { ill: HANGING, per_s: 1.0 / f64::from(PAUSE_S) }).await
}

/// It answers 404.
pub(super) async fn answers_404(ground: &mut Ground) -> Result<Report, Trouble> {
    sick(ground, json!({ "shop": SICK, "status": 404 }), Expected { ill: ILL, per_s: SICK_PER_S }).await
}

/// It cuts connections in the middle of an answer.
pub(super) async fn cuts(ground: &mut Ground) -> Result<Report, Trouble> {
    sick(ground, json!({ "shop": SICK, "close": true }), Expected { ill: ILL, per_s: SICK_PER_S }).await
}

/// It takes requests and says nothing.
pub(super) async fn hangs(ground: &mut Ground) -> Result<Report, Trouble> {
    let fault = json!({ "shop": SICK, "body": "hang" });
    sick(ground, fault, Expected { ill: HANGING, per_s: SICK_PER_S }).await
}

/// It answers a byte a second.
pub(super) async fn drips(ground: &mut Ground) -> Result<Report, Trouble> {
    let fault = json!({ "shop": SICK, "body": "drip" });
    sick(ground, fault, Expected { ill: HANGING, per_s: SICK_PER_S }).await
}

/// It sends the client elsewhere.
pub(super) async fn redirects(ground: &mut Ground) -> Result<Report, Trouble> {
    let trap = Proxy::before(9).await?;
    let elsewhere = format!("http://127.0.0.1:{}/", trap.port());
    let fault = json!({ "shop": SICK, "status": 302, "location": elsewhere });
    let mut report = sick(ground, fault, Expected { ill: ILL, per_s: SICK_PER_S }).await?;
    report.at_most("requests_elsewhere", trap.accepted(), 0);
    Ok(report)
}

/// Its pages are truncated, or something else altogether.
pub(super) async fn foreign_bodies(ground: &mut Ground) -> Result<Report, Trouble> {
    const BODIES: [&str; 6] = ["truncated", "html", "empty", "bad_utf8", "bad_gzip", "deep"];
    let mut report = Report::default();
    let bodies = if ground.wishes.short { &BODIES[..2] } else { &BODIES };
    let world = ground.open_usual().await?;
    under_fault(world, &mut report, async |world, report| {
        for body in bodies {
            progress::say(format_args!("a body that is {body}"));
            world.set_fault(json!({ "shop": SICK, "body": body })).await?;
            // What was under way is over by then.
            sleep(COLLECT_EVERY).await;
            let events = number(world, include_str!("../../sql/events_of_sick_shop.sql")).await?;
            let refused = number(world, include_str!("../../sql/refused_pages.sql")).await?;
            let now_refused = refused_after(world, refused).await?;
            let changed = number(world, include_str!("../../sql/events_of_sick_shop.sql")).await? - events;
            report.at_most(format!("rows_changed_{body}"), changed, 0);
            report.at_least(format!("pages_refused_{body}"), now_refused - refused, 1);
        }
        report.at_most("gone", gone(world).await?, 0);
        world.end_faults().await
    })
    .await?;
    Ok(report)
}

/// Waits until more pages were refused, or it has taken too long: a shop that was sick is left in peace for a while.
async fn refused_after(world: &World<'_>, before: u64) -> Result<u64, Trouble> {
    let deadline = Instant::now() + HANGING;
    loop {
        let refused = number(world, include_str!("../../sql/refused_pages.sql")).await?;
        if refused > before || Instant::now() > deadline {
            return Ok(refused);
        }
        sleep(COLLECT_EVERY / 10).await;
    }
}

/// Its bodies are a gibibyte, packed or not.
pub(super) async fn bombs(ground: &mut Ground) -> Result<Report, Trouble> {
    let mut report = Report::default();
    let world = ground.open_usual().await?;
    under_fault(world, &mut report, async |world, report| {
        let before = world.peak_mib(COLLECTOR);
        for body in ["gzip_bomb", "huge"] {
            world.set_fault(json!({ "shop": "all", "body": body })).await?;
            sleep(ILL).await;
        }
        report.at_most("more_mib", world.peak_mib(COLLECTOR) - before, MORE_MIB);
        report.at_most("gone", gone(world).await?, 0);
        world.end_faults().await
    })
    .await?;
    Ok(report)
}

/// Its pages go round in a circle.
pub(super) async fn circles(ground: &mut Ground) -> Result<Report, Trouble> {
    let mut report = Report::default();
    let world = ground.open_usual().await?;
    under_fault(world, &mut report, async |world, report| {
        world.forget_shop_stats().await?;
        world.front.set("all", Change::Circle);
        sleep(ILL).await;
        let asked = world.shop_stats(SICK).await?["requests"].as_f64().unwrap_or(f64::INFINITY);
        // A crawl of one sound page asks once, and sees at the second that it has been there.
        report.at_most("requests_per_s", asked / ILL.as_secs_f64(), 4);
        report.at_most("gone", gone(world).await?, 0);
        world.front.set("all", Change::None);
        Ok(())
    })
    .await?;
    Ok(report)
}

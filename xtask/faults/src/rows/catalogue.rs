//! Shops whose answers are sound and can't be right: half of the catalogue gone, impossible prices, the past.

use std::time::Duration;

use serde_json::Value;
use stores::process::Service;
use tokio::time::sleep;

use super::{
    Ground, PATIENCE, healed,
    shops::{SICK, gone},
    under_fault, under_fault_with,
};
use crate::{
    report::Report,
    trouble::Trouble,
    truth::picture::ListingKey,
    world::{COLLECT_EVERY, Plan, World, front::Change},
};

/// How long the catalogue is not whole: some eight crawls.
const NOT_WHOLE: Duration = Duration::from_secs(8);
/// Where it matters how many crawls see something, they come so much apart.
const SELDOM: Duration = Duration::from_secs(3);
/// What lasts no longer than this is seen by one of them at most.
const ONE_CRAWL: Duration = Duration::from_millis(2_500);

/// More than half of it vanishes, then all of it.
pub(super) async fn vanishes(ground: &mut Ground) -> Result<Report, Trouble> {
    let mut report = Report::default();
    let not_whole = ground.wishes.time(NOT_WHOLE);
    let world = ground.open_usual().await?;
    under_fault(world, &mut report, async |world, report| {
        for change in [Change::MostMissing, Change::Nothing] {
            world.front.set("all", change);
            sleep(not_whole).await;
            report.at_most("removed", gone(world).await?, 0);
            // Offers that were missing are still served, and say that they are stale.
            report.holds("still_served", all_are_served(world).await);
            world.front.set("all", Change::None);
        }
        Ok(())
    })
    .await?;
    Ok(report)
}

/// Whether every listing that was ever on offer is served, at whatever price.
async fn all_are_served(world: &World<'_>) -> Result<(), String> {
    let served = crate::truth::picture::served(&world.reader, 0).await?;
    match world.market.all().iter().find(|key| !served.contains_key(*key)) {
        Some(lost) => Err(format!("{lost:?} is not served")),
        None => Ok(()),
    }
}

/// A few listings go for good: they are taken for gone after three crawls, and not before.
pub(super) async fn listings_go(ground: &mut Ground) -> Result<Report, Trouble> {
    const GOING: usize = 8;
    let mut report = Report::default();
    let world = ground.open_usual().await?;
    under_fault_with(0.0, world, &mut report, async |world, report| {
        let going: Vec<ListingKey> =
            [SICK, "countrylink"].iter().flat_map(|shop| world.market.some_of(shop, GOING / 2)).collect();
        world.market.remove(&going).await?;
        sleep(COLLECT_EVERY).await;
        report.at_most("gone_after_one_crawl", gone(world).await?, 0);
        healed(world, report, "taken_for_gone_ms").await;
        report.at_least("gone", gone(world).await?, GOING);
        Ok(())
    })
    .await?;
    Ok(report)
}

/// Prices that can't be right, each for the time of one crawl. The readers who watch know that they were never true.
pub(super) async fn prices_jump(ground: &mut Ground) -> Result<Report, Trouble> {
    type Jump = fn(i64) -> i64;
    const JUMPS: [Jump; 4] = [|price| price * 10, |price| price / 10, |_| 0, |price| -price];
    let mut report = Report::default();
    let seldom = vec![("COLLECT_EVERY", format!("{}ms", SELDOM.as_millis()))];
    let plan = Plan { collector: seldom, ..Plan::usual(ground.wishes.seed) };
    let world = ground.open(&plan).await?;
    under_fault(world, &mut report, async |world, report| {
        let listings: Vec<ListingKey> =
            [SICK, "countrylink"].iter().flat_map(|shop| world.market.some_of(shop, 2)).collect();
        for jump in JUMPS {
            for key in &listings {
                if let Some(price) = world.market.price_now(key) {
                    world.market.pretend_price(key, jump(price)).await?;
                }
            }
            sleep(ONE_CRAWL).await;
            for key in &listings {
                world.market.restore_price(key).await?;
            }
            sleep(SELDOM).await;
        }
        world.front.set("all", Change::OtherCurrency);
        sleep(ONE_CRAWL).await;
        world.front.set("all", Change::None);
        report.tell("jumps", listings.len() * JUMPS.len());
        Ok(())
    })
    .await?;
    Ok(report)
}

/// A replica answers that stopped before all changes: fewer than three crawls in a row see it.
pub(super) async fn answers_from_the_past(ground: &mut Ground) -> Result<Report, Trouble> {
    let mut report = Report::default();
    let seldom = vec![("COLLECT_EVERY", format!("{}ms", SELDOM.as_millis()))];
    let plan = Plan { collector: seldom, ..Plan::usual(ground.wishes.seed) };
    let world = ground.open(&plan).await?;
    let replica = Service::start("mock-shops", plan.shop_variables()).await?;
    under_fault_with(0.0, world, &mut report, async |world, report| {
        let all = world.market.all();
        world.market.raise(all).await?;
        report.holds("raised", world.settled(PATIENCE).await.map(drop));
        world.front.ask_instead("all", Some(replica.address()));
        sleep(SELDOM + ONE_CRAWL).await;
        world.front.ask_instead("all", None);
        Ok(())
    })
    .await?;
    Ok(report)
}

/// The shops say that everything changed a year from now, and then no longer do: changes are served all the same.
pub(super) async fn clocks_ahead(ground: &mut Ground) -> Result<Report, Trouble> {
    let mut report = Report::default();
    let world = ground.open_usual().await?;
    under_fault_with(0.0, world, &mut report, async |world, report| {
        for (change, figure) in [(Change::YearAhead, "served_ms_ahead"), (Change::None, "served_ms_back")] {
            world.front.set("all", change);
            sleep(COLLECT_EVERY * 2).await;
            world.market.raise(world.market.all()).await?;
            healed(world, report, figure).await;
        }
        Ok(())
    })
    .await?;
    Ok(report)
}

/// Items that can't be read among those that can.
pub(super) async fn bad_items(ground: &mut Ground) -> Result<Report, Trouble> {
    /// What the mock shops call them: fields that are missing or make no sense, and prices of nothing or less.
    const BAD: [&str; 2] = ["malformed", "price"];
    let mut report = Report::default();
    let plan = Plan { cards: 600, gateways: 1, ..Plan::usual(ground.wishes.seed) };
    let world = ground.open(&plan).await?;
    let text = world.http.get(world.shops.url("/_mock/products")).send().await?.text().await?;
    let truth: Value = serde_json::from_str(&text).map_err(|_| Trouble::foreign("the mock shops", &text))?;
    let products = truth["products"].as_array().into_iter().flatten();
    let listings = products.flat_map(|product| product["listings"].as_array().into_iter().flatten());
    // A price in a currency without a rate is no bad item: the gateway knows the listing, and doesn't offer it.
    let bad: Vec<String> = listings
        .filter(|listing| BAD.iter().any(|why| listing["why_not"] == *why))
        .map(|listing| {
            let text = |field: &str| listing[field].as_str().unwrap_or_default().to_owned();
            format!("{}/{}", text("shop"), text("id"))
        })
        .collect();
    let kept = world.ask_postgres(include_str!("../../sql/refused_items.sql")).await?;
    let not_kept: Vec<String> = bad.iter().filter(|key| !kept.contains(key)).cloned().collect();
    report.at_least("bad_items", bad.len(), 1);
    report.none("not_kept", &not_kept);
    // Settled once already: all others are served, and none of these.
    report.holds("neighbours_served", world.settled(PATIENCE).await.map(drop));
    world.finish(&mut report).await?;
    Ok(report)
}

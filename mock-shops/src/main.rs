//! Two made-up shops that sell video cards, NetVideo and CountryLink, for trying and testing whatever reads
//! them. They sell real chips on real lines of boards, made up into as many products as wanted; they are as
//! untidy as shops are; their prices drift; and they know the truth about themselves.
//!
//! The way from facts to an answer:
//!
//! - `catalogue` holds facts of chips and board partners; `products` makes up products from them (`variants`,
//!   `codes`), all from one seed (`dice`, `scramble`).
//! - `listings` makes up what each shop lists, `mess` how untidily. One listing is thirty-two bytes; what it
//!   says is worked out when a page is asked for (`titles`, `spelling`).
//! - `ledger` holds a shop's offer and is the only way to change it; `order` finds any page of it in a few
//!   steps. `drift` and `control` change it, `netvideo` and `countrylink` serve it, `truth` tells it.
//! - `gate` counts requests (`stats`, `measures`), holds them to a rate and applies the faults that were asked for
//!   (`faults`).
//!
//! Nothing here is a dependency of the real services, and nothing here reads or writes any file or database.

mod answers;
mod catalogue;
mod changes;
mod codes;
mod control;
mod countrylink;
mod cursors;
mod dice;
mod drift;
mod faults;
mod gate;
mod json;
mod ledger;
mod listings;
mod measures;
mod mess;
mod netvideo;
mod order;
mod products;
mod scramble;
mod settings;
mod shop;
mod spelling;
mod stats;
#[cfg(test)]
mod tests;
mod titles;
mod truth;
mod variants;
mod world;

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use tokio::net::TcpListener;

use crate::{
    settings::{Command, Settings},
    shop::Shop,
    world::World,
};

/// How long a stop waits for answers that are under way.
const LONGEST_STOP: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let settings = Settings::of_process();
    if let Some(Command::Health) = settings.command {
        return service::health::check(settings.listen).await.context("the shops are not alive");
    }
    let traces = service::traces::init(&settings.logs, "mock-shops")?;
    let stopping = service::shutdown::on_signals().context("the signals can't be listened for")?;
    let world =
        Arc::new(World::open(&settings, stopping.clone()).context("the built-in catalogue is damaged")?);
    let [netvideo, countrylink] = Shop::ALL.map(|shop| world.ledger(shop).len());
    let cards = world.products.len();
    tracing::info!(
        products = cards,
        netvideo.listings = netvideo,
        countrylink.listings = countrylink,
        "made up"
    );
    if cards < settings.cards {
        tracing::warn!(asked = settings.cards, made = cards, "the catalogue has no more distinct products");
    }
    let listener = TcpListener::bind(settings.listen).await.with_context(|| {
        format!("MOCK_SHOPS_LISTEN can't be used: {} can't be listened on", settings.listen)
    })?;
    let address = listener.local_addr().context("the listener has no address")?;
    tracing::info!(%address, "listening");
    tokio::spawn(drift::run(Arc::clone(&world), settings.drift));
    let until_stopped = stopping.clone();
    let app = world::app(&world).merge(measures::routes().context("nothing can be measured")?);
    let server = axum::serve(listener, app).with_graceful_shutdown(until_stopped.cancelled_owned());
    tokio::select! {
        result = server => result.context("the server failed")?,
        () = async { stopping.cancelled().await; tokio::time::sleep(LONGEST_STOP).await } => {
            tracing::warn!("some answers were still under way and are cut off");
        }
    }
    tracing::info!("stopped");
    // Nothing else is under way; this blocks.
    tokio::task::block_in_place(|| traces.finish());
    Ok(())
}

//! Reading the rows of many cards before anybody asks for them, so that a gateway that has just started answers like one
//! that has long been serving; and writing all cards in the ways in which some are often asked for.
//!
//! Nobody waits for it, and what isn't there is read or written when it is asked for, as ever.

mod rests;
mod ways;

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use catalogue_index::{Filter, Index, List, Place, Sort, Stretch};
use futures::future::join_all;
use sqlx::PgPool;
use tokio::{sync::Mutex, time::sleep};

use self::{
    rests::{Rest, Rests},
    ways::write_begun,
};
use super::{fresh::FreshData, loaders::Kind, packed::PackedCard};
use crate::{
    catalogue::{Catalogue, CatalogueState},
    indexing::Stretches,
    measures,
};

/// The most cards that are read into memory: about as many as are kept there beside a disk.
const MOST_CARDS: usize = 10_000;
/// How many are read at once.
const AT_ONCE: usize = 500;
/// How many read to disk side by side at the most: where requests wait for Postgres too, these have their share of it.
const LANES: u32 = 4;
/// None, unless a backlog is applied: until a card is on disk, it costs Postgres several times as much to read it for a request.
const REST: Rest = Rest { usual: 0, in_backlog: 80 };
/// How long to wait where cards can't be read.
const PAUSE: Duration = Duration::from_secs(5);
/// How often the same cards are tried before the others are read without them: it may be one of them that can't be.
const MOST_TRIES: u32 = 3;

/// Reads the rows of the cards that lists have first, once it is known which cards there are, and then those of all
/// cards, if there is a disk for them. Then it writes cards there for as long as the gateway runs.
pub(crate) async fn warm(fresh: FreshData) {
    let FreshData { pool, catalogue, .. } = &fresh;
    read_first(pool, catalogue).await;
    read_all(pool, catalogue).await;
    measures::warm(true);
    write_begun(&fresh).await;
}

async fn read_first(pool: &PgPool, catalogue: &Catalogue) {
    let mut states = catalogue.moves();
    let Ok(Some(state)) = states.wait_for(Option::is_some).await.map(|state| state.clone()) else { return };
    match read_under(pool, &state).await {
        Ok(cards) => tracing::info!(cards, "the cards that lists have first are in memory"),
        Err(error) => {
            tracing::warn!(%error, "cards can't be read ahead: they are read when they are asked for");
        }
    }
}

/// Says how many were read.
async fn read_under(pool: &PgPool, state: &CatalogueState) -> sqlx::Result<usize> {
    let mut ids: Vec<i64> = Vec::new();
    let mut last = None;
    while ids.len() < MOST_CARDS {
        let places = next(&state.index, last.as_ref());
        ids.extend(places.iter().map(|place| place.id));
        last = places.last().cloned();
        if last.is_none() {
            break;
        }
    }
    let rows = state.rows();
    for ids in ids.chunks(AT_ONCE) {
        for (id, card) in read(pool, ids).await? {
            rows.put::<PackedCard>(&id, &card);
        }
    }
    Ok(ids.len())
}

/// Reads cards to disk, as many as there is room for, by their ids: so they stand in Postgres, and to read them as they stand
/// takes it a fifth of the time. What changes later stands where there is room.
async fn read_all(pool: &PgPool, catalogue: &Catalogue) {
    let began = Instant::now();
    let stretches = Mutex::new(Stretches::of_all(AT_ONCE));
    // Each has two statements under way at once: half of the connections are left to requests.
    let lanes = (pool.options().get_max_connections() / 4).clamp(1, LANES);
    let lanes = (0..lanes).map(|_| read_stretches(pool, catalogue, &stretches));
    let cards: usize = join_all(lanes).await.into_iter().sum();
    if cards > 0 {
        let duration_ms = ms(began.elapsed());
        tracing::info!(cards, duration_ms, "cards were read to disk, as many as it has room for");
    }
}

/// Reads one stretch after the other, beside others who do; says how many cards it read.
async fn read_stretches(pool: &PgPool, catalogue: &Catalogue, stretches: &Mutex<Stretches>) -> usize {
    let mut cards = 0;
    let mut rests = Rests::new(REST, changed(catalogue), Instant::now());
    while catalogue.latest().is_some_and(|state| state.rows().has_room_on_disk()) {
        let next = stretches.lock().await.next(pool).await;
        let ids = match next {
            Ok(Some(ids)) => ids,
            Ok(None) => break,
            Err(error) => {
                tracing::debug!(%error, "cards can't be read ahead now: trying again");
                sleep(PAUSE).await;
                continue;
            }
        };
        match to_disk_at_last(pool, catalogue, &ids).await {
            Ok(took) => {
                cards += ids.len();
                sleep(rests.after(took, changed(catalogue), Instant::now())).await;
            }
            Err(error) => {
                tracing::warn!(%error, cards = ids.len(), "cards can't be read ahead: going on with the others");
            }
        }
    }
    cards
}

/// Says how long reading them took, when it worked.
async fn to_disk_at_last(pool: &PgPool, catalogue: &Catalogue, ids: &[i64]) -> sqlx::Result<Duration> {
    for _ in 1..MOST_TRIES {
        match to_disk(pool, catalogue, ids).await {
            Ok(took) => return Ok(took),
            Err(error) => tracing::debug!(%error, "cards can't be read ahead now: trying again"),
        }
        sleep(PAUSE).await;
    }
    to_disk(pool, catalogue, ids).await
}

/// The cards behind a place of the list of all by price, or the first.
fn next(index: &Arc<Index>, after: Option<&Place>) -> Vec<Place> {
    let Ok(all) = List::new(Arc::clone(index), Filter::default()) else { return Vec::new() };
    let stretch = Stretch { after, size: AT_ONCE, ..Stretch::default() };
    all.page(Sort::PriceAsc, &stretch).map(|page| page.places).unwrap_or_default()
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// How many cards were seen to change.
fn changed(catalogue: &Catalogue) -> u64 {
    catalogue.latest().map_or(0, |state| state.cards_changed)
}

/// Says how long reading them took.
async fn to_disk(pool: &PgPool, catalogue: &Catalogue, ids: &[i64]) -> sqlx::Result<Duration> {
    let rows = trusted(catalogue).await.rows();
    let read_at = Instant::now();
    let read = read(pool, ids).await?;
    let took = read_at.elapsed();
    let in_order = ids.iter().filter_map(|id| Some((id, read.get(id)?)));
    if let Some(written) = rows.put_on_disk::<PackedCard>(in_order, read_at) {
        written.await.ok();
    }
    Ok(took)
}

/// The newest state, once it can be trusted.
async fn trusted(catalogue: &Catalogue) -> Arc<CatalogueState> {
    let mut moves = catalogue.moves();
    loop {
        if let Some(state) = catalogue.state() {
            return state;
        }
        // The sender lives as long as `catalogue`.
        moves.changed().await.ok();
    }
}

async fn read(pool: &PgPool, ids: &[i64]) -> sqlx::Result<HashMap<i64, Arc<PackedCard>>> {
    Ok(PackedCard::load(pool, ids).await?.into_iter().map(|(id, row)| (id, row.into())).collect())
}

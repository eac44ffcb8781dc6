//! Reading the rows of many cards before anybody asks for them, so that a gateway that has just started answers like one
//! that has long been serving.
//!
//! Nobody waits for it, and a row that isn't there is read when it is asked for, as ever.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use catalogue_index::{Filter, List, Sort, Stretch};
use sqlx::PgPool;
use tokio::time::sleep;

use super::{loaders::Kind, packed::PackedCard};
use crate::{
    catalogue::{Catalogue, CatalogueState},
    indexing::Stretches,
    measures,
};

/// The most cards whose rows are read into memory: about as many as are kept there, or twice as many where there is a
/// disk.
const MOST_CARDS: usize = 10_000;
/// How many are read at once.
const AT_ONCE: usize = 500;
/// How long to wait where cards can't be read.
const PAUSE: Duration = Duration::from_secs(5);

/// Reads the rows of the cards that lists have first, once it is known which cards there are, and then those of all
/// cards, if there is a disk for them.
pub(crate) async fn warm(pool: PgPool, catalogue: Catalogue) {
    let mut states = catalogue.moves();
    let Ok(Some(state)) = states.wait_for(Option::is_some).await.map(|state| state.clone()) else { return };
    match read_first(&pool, &state).await {
        Ok(cards) => tracing::info!(cards, "the cards that lists have first are in memory"),
        Err(error) => {
            tracing::warn!(%error, "cards can't be read ahead: they are read when they are asked for");
        }
    }
    read_all(&pool, &catalogue).await;
    measures::warm(true);
}

/// Says how many were read.
async fn read_first(pool: &PgPool, state: &CatalogueState) -> sqlx::Result<usize> {
    let Ok(all) = List::new(state.index.clone(), Filter::default()) else { return Ok(0) };
    let first = Stretch { size: MOST_CARDS, ..Stretch::default() };
    let Ok(page) = all.page(Sort::PriceAsc, &first) else { return Ok(0) };
    let ids: Vec<i64> = page.places.iter().map(|place| place.id).collect();
    let rows = state.rows();
    for ids in ids.chunks(AT_ONCE) {
        for (id, card) in read(pool, ids).await? {
            rows.put::<PackedCard>(&id, &card);
        }
    }
    Ok(ids.len())
}

/// Reads cards to disk, as many as there is room for.
async fn read_all(pool: &PgPool, catalogue: &Catalogue) {
    let began = Instant::now();
    let mut all = Stretches::of_all();
    let mut cards = 0;
    while catalogue.latest().is_some_and(|state| state.rows().has_room_on_disk()) {
        match all.next(pool).await {
            Ok(Some(ids)) => {
                read_stretch(pool, catalogue, &ids).await;
                cards += ids.len();
            }
            Ok(None) => break,
            Err(error) => {
                tracing::debug!(%error, "cards can't be read ahead now: trying again");
                sleep(PAUSE).await;
            }
        }
    }
    if cards > 0 {
        let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(cards, duration_ms, "cards were read to disk, as many as it has room for");
    }
}

/// Leaves Postgres as much time as it takes, for those who wait for an answer.
async fn read_stretch(pool: &PgPool, catalogue: &Catalogue, ids: &[i64]) {
    for ids in ids.chunks(AT_ONCE) {
        let began = Instant::now();
        // What isn't read here is read when it is asked for.
        to_disk(pool, catalogue, ids).await.ok();
        sleep(began.elapsed()).await;
    }
}

async fn to_disk(pool: &PgPool, catalogue: &Catalogue, ids: &[i64]) -> sqlx::Result<()> {
    let rows = trusted(catalogue).await.rows();
    let read_at = Instant::now();
    let read = read(pool, ids).await?;
    if let Some(written) = rows.put_on_disk::<PackedCard>(&read, read_at) {
        written.await.ok();
    }
    Ok(())
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

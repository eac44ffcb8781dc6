//! Reading the rows of many cards before anybody asks for them, so that a gateway that has just started answers like one
//! that has long been serving; and writing all cards in the ways in which some are often asked for.
//!
//! Nobody waits for it, and what isn't there is read or written when it is asked for, as ever.

mod lap;
mod rests;
mod rows;
mod ways;

use std::{collections::HashMap, sync::Arc, time::Duration};

use catalogue_index::{Filter, Index, List, Place, Sort, Stretch};
use sqlx::PgPool;

use self::{rows::Reading, ways::write_begun};
use super::{fresh::FreshData, loaders::Kind, packed::PackedCard};
use crate::{
    catalogue::{Catalogue, CatalogueState},
    measures,
};

/// The most cards that are read into memory: about as many as are kept there beside a disk.
const MOST_CARDS: usize = 10_000;
/// How many are read at once: some milliseconds' work, and a megabyte.
const AT_ONCE: usize = 200;

/// Reads the rows of the cards that lists have first, once it is known which cards there are, and then those of all
/// cards, if there is a disk for them, and of those that change or come, for as long as the gateway runs. Once all were read
/// it writes cards there too.
pub(crate) async fn warm(fresh: FreshData) {
    let FreshData { pool, catalogue, .. } = &fresh;
    read_first(pool, catalogue).await;
    let reading = Reading::new(pool, catalogue);
    let writing = async {
        reading.all_read().await;
        measures::warm(true);
        write_begun(&fresh).await;
    };
    tokio::join!(reading.go_on(), writing);
}

async fn read_first(pool: &PgPool, catalogue: &Catalogue) {
    let mut states = catalogue.moves();
    let Ok(Some(state)) = states.wait_for(Option::is_some).await.map(|state| state.clone()) else { return };
    match read_under(pool, state).await {
        Ok(cards) => tracing::info!(cards, "the cards that lists have first are in memory"),
        Err(error) => {
            tracing::warn!(%error, "cards can't be read ahead: they are read when they are asked for");
        }
    }
}

/// Says how many were read.
async fn read_under(pool: &PgPool, state: Arc<CatalogueState>) -> sqlx::Result<usize> {
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
    // It has an index.
    drop(state);
    for ids in ids.chunks(AT_ONCE) {
        for (id, card) in read(pool, ids).await? {
            rows.put::<PackedCard>(&id, &card);
        }
    }
    Ok(ids.len())
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

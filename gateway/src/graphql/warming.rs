//! Reading the rows of many cards before anybody asks for them, so that a gateway that has just started answers like one
//! that has long been serving.
//!
//! Nobody waits for it, and a row that isn't there is read when it is asked for, as ever.

use catalogue_index::{Filter, List, Sort, Stretch};
use sqlx::PgPool;

use super::{
    kept::RowsAt,
    loaders::Kind,
    rows::{CardRow, OffersOfCard},
};
use crate::catalogue::{Catalogue, CatalogueState};

/// The most cards whose rows are read, about as many as are kept.
const MOST_CARDS: usize = 10_000;
/// How many are read at once.
const AT_ONCE: usize = 500;

/// Reads the rows of the cards that lists have first, once it is known which cards there are.
pub(crate) async fn warm(pool: PgPool, catalogue: Catalogue) {
    let mut states = catalogue.moves();
    let Ok(Some(state)) = states.wait_for(Option::is_some).await.map(|state| state.clone()) else { return };
    match read_first(&pool, &state).await {
        Ok(cards) => tracing::info!(cards, "the cards that lists have first are in memory"),
        Err(error) => {
            tracing::warn!(%error, "cards can't be read ahead: they are read when they are asked for");
        }
    }
}

/// Says how many were read.
async fn read_first(pool: &PgPool, state: &CatalogueState) -> sqlx::Result<usize> {
    let Ok(all) = List::new(state.index.clone(), Filter::default()) else { return Ok(0) };
    let first = Stretch { size: MOST_CARDS, ..Stretch::default() };
    let Ok(page) = all.page(Sort::PriceAsc, &first) else { return Ok(0) };
    let ids: Vec<i64> = page.places.iter().map(|place| place.id).collect();
    let rows = state.rows();
    for ids in ids.chunks(AT_ONCE) {
        read::<CardRow>(pool, &rows, ids).await?;
        read::<OffersOfCard>(pool, &rows, ids).await?;
    }
    Ok(ids.len())
}

async fn read<K: Kind<Key = i64>>(pool: &PgPool, rows: &RowsAt, ids: &[i64]) -> sqlx::Result<()> {
    for (id, row) in K::load(pool, ids).await? {
        rows.put::<K>(&id, &row.into());
    }
    Ok(())
}

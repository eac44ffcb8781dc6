//! Writing cards ahead: in a way that is often asked for, all of them, in the order of lists by price. A page of cards
//! that nobody has asked for before is then put together of what stands on disk, and no request pays for more.

use std::time::{Duration, Instant};

use catalogue_index::Place;
use tokio::{runtime::Handle, task::spawn_blocking, time::sleep};

use super::{changed, ms, next, rests::Rests, trusted};
use crate::graphql::{fresh::FreshData, written::WayAsked};

/// Half of the time is left to others.
const REST: u32 = 1;

/// Takes up one way after the other, as they begin to be kept on disk.
pub(super) async fn write_begun(fresh: &FreshData) {
    loop {
        // No state is held for as long as that may take: it has an index.
        let rows = trusted(&fresh.catalogue).await.rows();
        let way = rows.begun().await;
        write_all(fresh, &way).await;
    }
}

/// Writes cards in a way until all are written, or there is no room, or cards aren't kept so any more. What changes
/// meanwhile is written when it is asked for.
async fn write_all(fresh: &FreshData, way: &WayAsked) {
    let began = Instant::now();
    let (mut cards, mut last) = (0, None);
    let mut rests = Rests::new(changed(&fresh.catalogue), began);
    loop {
        let places = next(&trusted(&fresh.catalogue).await.index, last.as_ref());
        let Some(place) = places.last().cloned() else { break };
        let Some((written, took)) = write(fresh, way, places).await else { break };
        cards += written;
        last = Some(place);
        sleep(rests.after(took, REST, changed(&fresh.catalogue), Instant::now())).await;
    }
    tracing::info!(
        cards,
        duration_ms = ms(began.elapsed()),
        "cards were written to disk as they are often asked for"
    );
}

/// Says how many it wrote, and how long that took. `None`: no more are to be written.
async fn write(fresh: &FreshData, way: &WayAsked, places: Vec<Place>) -> Option<(usize, Duration)> {
    let (fresh, way) = (fresh.clone(), way.clone());
    // It waits for the disk, hardly ever for a store, and keeps a processor for some milliseconds: requests go on beside it.
    let write = spawn_blocking(move || {
        let began = Instant::now();
        let ids: Vec<i64> = places.into_iter().map(|place| place.id).collect();
        let written = Handle::current().block_on(way.write_ahead(&fresh.now(), &ids))?;
        Some((written, began.elapsed()))
    });
    write.await.ok().flatten()
}

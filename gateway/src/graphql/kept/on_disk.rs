//! Rows of cards on disk, for requests: nobody waits for them longer than for Postgres, and what was true when it was read
//! may not be any more when it is written.

use std::{
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use tokio::task::{JoinHandle, spawn_blocking};

use super::{
    KeptRows, RowsAt,
    disk::{Disk, Shelf, Written},
};
use crate::{graphql::loaders::Kind, measures::DISK_ROWS};

/// After so long since it was read, a row isn't kept any more: a change of it may be forgotten soon.
const FRESH: Duration = Duration::from_secs(5);
/// How many writes of rows may wait for the disk. What would have to wait longer isn't kept.
pub(super) const WRITES: usize = 8;
/// How many reads of rows may wait for the disk: others are read from Postgres. A read that hangs counts until it ends, so
/// that a disk that answers nothing is soon left alone.
pub(super) const READS: usize = 64;

impl RowsAt {
    /// Whether there is room on disk for rows of cards.
    pub(in crate::graphql) fn has_room_on_disk(&self) -> bool {
        self.rows.cards.disk.as_ref().is_some_and(|disk| disk.has_room())
    }

    /// The rows of keys that are kept on disk, in the order of the keys.
    pub(in crate::graphql) async fn on_disk<K: Kind>(&self, keys: &[K::Key]) -> Vec<Option<Arc<K::Value>>> {
        let mut rows = vec![None; keys.len()];
        let Some(disk) = K::kept(&self.rows).and_then(|kept| kept.disk.as_ref()) else { return rows };
        let Some(cards) = keys.iter().map(K::card).collect::<Option<Vec<i64>>>() else { return rows };
        let (found, waiting) = disk.read_now(Shelf::Rows, &cards);
        for (index, bytes) in found.rows() {
            rows[index] = K::decoded(bytes).map(Arc::new);
        }
        if !waiting.is_empty()
            && let Ok(permit) = Arc::clone(&self.rows.reads).try_acquire_owned()
        {
            let wanted: Vec<i64> = waiting.iter().map(|index| cards[*index]).collect();
            let disk = Arc::clone(disk);
            let read = move || {
                let found = disk.read(Shelf::Rows, &wanted);
                drop(permit);
                found.rows().map(|(index, bytes)| (index, K::decoded(bytes))).collect::<Vec<_>>()
            };
            // What isn't read so is read from Postgres.
            for (index, row) in self.rows.patience.wait(spawn_blocking(read)).await.unwrap_or_default() {
                rows[waiting[index]] = row.map(Arc::new);
            }
        }
        let mut found = 0;
        for (key, row) in keys.iter().zip(&rows).filter_map(|(key, row)| Some((key, row.as_ref()?))) {
            self.put::<K>(key, row);
            found += 1;
        }
        DISK_ROWS.found.increment(found);
        DISK_ROWS.missing.increment(keys.len() as u64 - found);
        rows
    }

    /// Keeps rows on disk that were read under this version, or after it, since `read_at`: beside each other, if they are
    /// new there. It ends when they are written, and nobody has to wait for that.
    pub(in crate::graphql) fn put_on_disk<'r, K: Kind>(
        &self,
        read: impl IntoIterator<Item = (&'r K::Key, &'r Arc<K::Value>)>,
        read_at: Instant,
    ) -> Option<JoinHandle<()>> {
        let disk = K::kept(&self.rows)?.disk.as_ref().filter(|disk| disk.takes_more()).map(Arc::clone)?;
        let permit = Arc::clone(&self.rows.writes).try_acquire_owned().ok()?;
        let at = self.clone();
        let read: Vec<(i64, Arc<K::Value>)> =
            read.into_iter().filter_map(|(key, row)| Some((K::card(key)?, Arc::clone(row)))).collect();
        Some(spawn_blocking(move || {
            let rows = read.iter().filter_map(|(card, row)| Some((*card, K::encoded(row)?)));
            at.settle(&disk, disk.write(Shelf::Rows, rows), read_at);
            drop(permit);
        }))
    }

    /// What was written of cards counts, if it comes of what was read under this version, or after it, since `read_at`, and
    /// is still true as far as is known.
    pub(super) fn settle(&self, disk: &Disk, written: Vec<Written>, read_at: Instant) {
        let changed = self.rows.changed.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = read_at.elapsed() < FRESH;
        for written in written {
            if is_fresh && KeptRows::is_true(&changed, Some(written.id), self.version) {
                disk.put(written);
            } else {
                disk.discard(written);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::packed::PackedCard;

    #[tokio::test]
    async fn what_memory_has_no_room_for_is_on_disk_until_its_card_changes() {
        let rows = Arc::new(KeptRows::with_disk(&std::env::temp_dir(), 1 << 20).unwrap());
        let at = |version| RowsAt::new(Arc::clone(&rows), version);
        let read = |version, read_at| {
            let card = Arc::new(PackedCard::from_bytes(&[7]).unwrap());
            at(version).put_on_disk::<PackedCard>([(&7, &card), (&8, &card)], read_at).unwrap()
        };
        let on_disk = async || {
            let found = at(9).on_disk::<PackedCard>(&[8, 9, 7]).await;
            found.iter().map(Option::is_some).collect::<Vec<_>>()
        };
        read(1, Instant::now()).await.unwrap();
        assert_eq!(on_disk().await, [true, false, true]);
        // Now it is in memory too.
        assert!(at(9).get::<PackedCard>(&7).is_some());
        rows.changed(&[7], 3);
        // Read before the change, written after it; and read so long ago that a change may be forgotten.
        read(2, Instant::now()).await.unwrap();
        read(3, Instant::now().checked_sub(FRESH).unwrap()).await.unwrap();
        assert_eq!(on_disk().await, [true, false, false]);
        assert!(at(9).get::<PackedCard>(&7).is_none());
        read(3, Instant::now()).await.unwrap();
        assert_eq!(on_disk().await, [true, false, true]);
    }
}

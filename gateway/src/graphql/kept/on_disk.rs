//! Rows of cards on disk, for requests: nobody waits for them longer than for Postgres, and what was true when it was read
//! may not be any more when it is written.

use std::{
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use tokio::{
    sync::OwnedSemaphorePermit,
    task::{JoinHandle, spawn_blocking},
};

use super::{
    KeptRows, RowsAt,
    disk::{Disk, Shelf, Written},
};
use crate::{graphql::loaders::Kind, measures::DISK_ROWS};

/// After so long since it was read, a row isn't kept any more: a change of it may be forgotten soon.
pub(in crate::graphql) const FRESH: Duration = Duration::from_secs(5);
/// How many writes of rows may wait for the disk. What would have to wait longer isn't kept.
pub(super) const WRITES: usize = 8;
/// How many reads of rows may wait for the disk: others are read from Postgres. A read that hangs counts until it ends, so
/// that a disk that answers nothing is soon left alone.
pub(super) const READS: usize = 64;

impl RowsAt {
    /// Those of some cards whose rows aren't on disk; `None`: there is no disk, or no room for another row, however large.
    pub(in crate::graphql) fn lacking_on_disk(&self, ids: &[i64]) -> Option<Vec<i64>> {
        self.rows.cards.disk.as_ref()?.lacking(Shelf::Rows, ids)
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
    /// new there, and if there isn't too much to write already. It ends when they are written, and nobody has to wait for that.
    pub(in crate::graphql) fn put_on_disk<'r, K: Kind>(
        &self,
        read: impl IntoIterator<Item = (&'r K::Key, &'r Arc<K::Value>)>,
        read_at: Instant,
    ) -> Option<JoinHandle<()>> {
        let disk = self.disk_for_more::<K>()?;
        let permit = Arc::clone(&self.rows.writes).try_acquire_owned().ok()?;
        Some(self.write_rows::<K>(disk, permit, read, read_at))
    }

    /// The same, once there isn't too much to write. Says whether it was done soon enough for them to be kept.
    pub(in crate::graphql) async fn put_on_disk_ahead<'r, K: Kind>(
        &self,
        read: impl IntoIterator<Item = (&'r K::Key, &'r Arc<K::Value>)>,
        read_at: Instant,
    ) -> bool {
        let Some(disk) = self.disk_for_more::<K>() else { return true };
        let Ok(permit) = Arc::clone(&self.rows.writes).acquire_owned().await else { return true };
        self.write_rows::<K>(disk, permit, read, read_at).await.is_ok() && read_at.elapsed() < FRESH
    }

    /// The disk, if it takes more rows.
    fn disk_for_more<K: Kind>(&self) -> Option<Arc<Disk>> {
        K::kept(&self.rows)?.disk.as_ref().filter(|disk| disk.takes_more()).map(Arc::clone)
    }

    fn write_rows<'r, K: Kind>(
        &self,
        disk: Arc<Disk>,
        permit: OwnedSemaphorePermit,
        read: impl IntoIterator<Item = (&'r K::Key, &'r Arc<K::Value>)>,
        read_at: Instant,
    ) -> JoinHandle<()> {
        let at = self.clone();
        let read: Vec<(i64, Arc<K::Value>)> =
            read.into_iter().filter_map(|(key, row)| Some((K::card(key)?, Arc::clone(row)))).collect();
        spawn_blocking(move || {
            let rows = read.iter().filter_map(|(card, row)| Some((*card, K::encoded(row)?)));
            at.settle(&disk, disk.write(Shelf::Rows, rows), read_at);
            drop(permit);
        })
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

    #[tokio::test]
    async fn what_is_read_ahead_waits_its_turn_to_be_written_and_tells_if_that_took_too_long() {
        let rows = Arc::new(KeptRows::with_disk(&std::env::temp_dir(), 1 << 20).unwrap());
        let at = RowsAt::new(Arc::clone(&rows), 1);
        let card = Arc::new(PackedCard::from_bytes(&[7]).unwrap());
        let put = async |read_at| at.put_on_disk_ahead::<PackedCard>([(&7, &card)], read_at).await;
        assert!(!put(Instant::now().checked_sub(FRESH).unwrap()).await);
        let all = rows.writes.acquire_many(u32::try_from(WRITES).unwrap()).await.unwrap();
        assert!(at.put_on_disk::<PackedCard>([(&7, &card)], Instant::now()).is_none());
        let (is_kept, ()) = tokio::join!(put(Instant::now()), async { drop(all) });
        assert!(is_kept);
        assert!(at.on_disk::<PackedCard>(&[7]).await[0].is_some());
    }
}

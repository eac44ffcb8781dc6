//! Cards as they were written for answers, on disk, for a catalogue that memory has no room for: to copy one from there
//! costs a fraction of writing it anew from its row. Nobody waits for any of it.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{
    KeptRows, RowsAt,
    disk::{Disk, Found, Shelf},
    on_disk::FRESH,
};
use crate::graphql::{straight::Page, written::WayKey};

/// How much is written in a second at the most, in bytes: others need the disk too.
const MOST_A_SECOND: u64 = 64 << 20;

/// How much was written lately.
#[derive(Debug)]
pub(super) struct Pace(Mutex<(Instant, u64)>);

impl Default for Pace {
    fn default() -> Self {
        Self(Mutex::new((Instant::now(), 0)))
    }
}

impl Pace {
    /// Whether so many bytes may be written now; then they count.
    fn allows(&self, bytes: u64, now: Instant) -> bool {
        let mut second = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_duration_since(second.0) >= Duration::from_secs(1) {
            *second = (now, 0);
        }
        let is_allowed = second.1 + bytes <= MOST_A_SECOND;
        if is_allowed {
            second.1 += bytes;
        }
        is_allowed
    }
}

impl RowsAt {
    /// Cards as they were written in this way, of those that are there without waiting.
    pub(in crate::graphql) fn written_on_disk(&self, way: WayKey, cards: &[i64]) -> Found {
        let Some(disk) = self.rows.cards.disk.as_ref().filter(|_| !cards.is_empty()) else {
            return Found::default();
        };
        let luck = &self.rows.luck_on_disk;
        if !luck.pays() {
            return Found::default();
        }
        let (found, waiting) = disk.read_now(Shelf::Written(way), cards);
        if !waiting.is_empty() {
            luck.note(false);
            let waiting: Vec<i64> = waiting.into_iter().map(|index| cards[index]).collect();
            disk.ask_ahead(Shelf::Written(way), &waiting);
        } else if !found.is_empty() {
            luck.note(true);
        }
        found
    }

    /// Keeps the cards of a page on disk that were written in this way of rows that were read under this version, or after
    /// it, since `read_at`: if they are often asked for so, and what is there is mostly in the kernel's memory.
    pub(super) fn put_written_on_disk(&self, way: WayKey, page: Page, read_at: Instant) {
        let is_worth_it = |disk: &&Arc<Disk>| self.rows.luck_on_disk.pays() && disk.keeps(way);
        let Some(disk) = self.rows.cards.disk.as_ref().filter(is_worth_it) else { return };
        let bytes: usize = page.written.iter().map(|card| card.at.len()).sum();
        if !self.rows.pace.allows(bytes as u64, Instant::now()) {
            return;
        }
        let Ok(permit) = Arc::clone(&self.rows.writes).try_acquire_owned() else { return };
        let (disk, at) = (Arc::clone(disk), self.clone());
        tokio::task::spawn_blocking(move || {
            let shelf = Shelf::Written(way);
            let ids: Vec<i64> = page.written.iter().map(|card| card.id).collect();
            let lacking: HashSet<i64> = disk.lacking(shelf, &ids).into_iter().collect();
            for card in page.written.iter().filter(|card| lacking.contains(&card.id)) {
                let write = |kept: Vec<u8>| disk.write(shelf, card.id, &kept);
                let Some(written) = page.keep(card).and_then(write) else { continue };
                let changed = at.rows.changed.lock().unwrap_or_else(PoisonError::into_inner);
                if read_at.elapsed() < FRESH && KeptRows::is_true(&changed, Some(card.id), at.version) {
                    disk.put(written);
                } else {
                    disk.discard(written);
                }
            }
            drop(permit);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{super::on_disk::WRITES, *};
    use crate::graphql::gaps::Opened;

    #[test]
    fn no_more_is_written_in_a_second_than_is_allowed() {
        let (pace, now) = (Pace::default(), Instant::now());
        let asked = [MOST_A_SECOND - 1, 2, 1, 1];
        assert_eq!(asked.map(|bytes| pace.allows(bytes, now)), [true, false, true, false]);
        assert!(pace.allows(MOST_A_SECOND, now + Duration::from_secs(1)));
    }

    #[tokio::test]
    async fn written_cards_that_memory_has_no_room_for_are_on_disk_until_they_change() {
        let rows = Arc::new(KeptRows::with_disk(&std::env::temp_dir(), 1 << 20).unwrap());
        let (way, at) = (WayKey::for_tests(1), |version| RowsAt::new(Arc::clone(&rows), version));
        let put = async |version, cards: &[(i64, &str)], read_at| {
            at(version).put_written_on_disk(way, Page::for_tests(cards), read_at);
            // Whoever writes holds one of these.
            drop(rows.writes.acquire_many(u32::try_from(WRITES).unwrap()).await.unwrap());
        };
        let found = || {
            let found = at(9).written_on_disk(way, &[7, 8, 9]);
            let json = |bytes| {
                String::from_utf8_lossy(Opened::of(bytes).unwrap().without_gaps().unwrap()).into_owned()
            };
            let mut found: Vec<_> = found.rows().map(|(index, bytes)| (index, json(bytes))).collect();
            found.sort();
            found
        };
        let is = |expected: &[(usize, &str)]| {
            let expected: Vec<_> =
                expected.iter().map(|(index, json)| (*index, (*json).to_owned())).collect();
            assert_eq!(found(), expected);
        };
        let page = [(7, "{7}"), (9, "{9}")];
        put(1, &page, Instant::now()).await;
        is(&[]);
        while !rows.cards.disk.as_ref().unwrap().keeps(way) {}
        put(1, &page, Instant::now()).await;
        is(&[(0, "{7}"), (2, "{9}")]);
        // What stands there isn't written again.
        let size = rows.disk_size();
        put(1, &[(7, "{70}"), (8, "{8}")], Instant::now()).await;
        is(&[(0, "{7}"), (1, "{8}"), (2, "{9}")]);
        assert_eq!(rows.disk_size().1, size.1 + 64);
        rows.changed(&[7], 3);
        is(&[(1, "{8}"), (2, "{9}")]);
        // Read before the change, written after it; and read so long ago that a change may be forgotten.
        put(2, &[(7, "{7}")], Instant::now()).await;
        put(3, &[(7, "{7}")], Instant::now().checked_sub(FRESH).unwrap()).await;
        is(&[(1, "{8}"), (2, "{9}")]);
        put(3, &[(7, "{77}")], Instant::now()).await;
        is(&[(0, "{77}"), (1, "{8}"), (2, "{9}")]);
    }
}

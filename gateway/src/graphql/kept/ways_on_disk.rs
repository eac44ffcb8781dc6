//! Cards as they were written for answers, on disk, for a catalogue that memory has no room for: to copy one from there
//! costs a fraction of writing it anew from its row. Nobody waits for any of it.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::time::sleep;

use super::{
    RowsAt,
    disk::{Disk, Found, Shelf},
};
use crate::graphql::{
    packed::PackedCard,
    straight::Page,
    written::{WayAsked, WayKey},
};

/// How much is written in a second at the most, in bytes: others need the disk too.
const MOST_A_SECOND: u64 = 64 << 20;
/// After how long to ask again whether something may be written.
const AGAIN: Duration = Duration::from_millis(50);
/// How many pages may wait to be written. What would have to wait longer isn't kept.
pub(super) const PAGES: usize = 4;
/// For how many pages the disk may be asked ahead at once. What others want stays on it, and they are written anew.
pub(super) const AHEAD: usize = 8;

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
    /// Cards as they were written in this way, of those that are there without waiting. `None`: it doesn't pay to look, since
    /// the kernel has little of what is there in memory.
    pub(in crate::graphql) fn written_on_disk(&self, way: WayKey, cards: &[i64]) -> Option<Found> {
        let disk = self.rows.cards.disk.as_ref()?;
        if cards.is_empty() {
            return Some(Found::default());
        }
        let luck = &self.rows.luck_on_disk;
        if !luck.pays() {
            return None;
        }
        let (found, waiting) = disk.read_now(Shelf::Written(way), cards);
        let in_memory = found.rows().count();
        if in_memory + waiting.len() > 0 {
            luck.note(in_memory >= waiting.len());
        }
        if !waiting.is_empty() {
            self.ask_ahead(disk, way, waiting.into_iter().map(|index| cards[index]).collect());
        }
        Some(found)
    }

    /// Has cards read into the kernel's memory, for those who ask next.
    fn ask_ahead(&self, disk: &Arc<Disk>, way: WayKey, cards: Vec<i64>) {
        if let Ok(permit) = Arc::clone(&self.rows.ahead).try_acquire_owned() {
            let disk = Arc::clone(disk);
            tokio::task::spawn_blocking(move || {
                disk.ask_ahead(Shelf::Written(way), &cards);
                drop(permit);
            });
        }
    }

    /// Keeps the cards of a page on disk that were written in this way of rows that were read under this version, or after
    /// it, since `read_at`, if they are often asked for so.
    pub(super) fn put_written_on_disk(&self, way: WayAsked, mut page: Page, read_at: Instant) {
        let Some(disk) = &self.rows.cards.disk else { return };
        let key = way.key;
        page.written.retain(|card| Disk::takes(card.at.len()));
        let ids: Vec<i64> = page.written.iter().map(|card| card.id).collect();
        if ids.is_empty() {
            return;
        }
        let wanted = disk.wanted(key, &ids);
        if wanted.all && way.is_for_all() {
            self.rows.begun.put(way);
        }
        let wanted: HashSet<i64> = wanted.cards.into_iter().collect();
        page.written.retain(|card| wanted.contains(&card.id));
        let bytes = page.bytes_written();
        if bytes == 0 || !self.rows.pace.allows(bytes as u64, Instant::now()) {
            return;
        }
        let Ok(permit) = Arc::clone(&self.rows.pages).try_acquire_owned() else { return };
        let (disk, at) = (Arc::clone(disk), self.clone());
        tokio::task::spawn_blocking(move || {
            at.write_page(&disk, key, &page, read_at);
            drop(permit);
        });
    }

    fn write_page(&self, disk: &Disk, way: WayKey, page: &Page, read_at: Instant) {
        let cards = page.written.iter().filter_map(|card| Some((card.id, page.keep(card)?)));
        self.settle(disk, disk.write(Shelf::Written(way), cards), read_at);
    }

    /// The rows of those of some cards that aren't on disk yet as they are written in a way, of those whose rows are there.
    /// `None`: cards aren't kept so any more, or there is no room. It may wait for the disk.
    pub(in crate::graphql) fn unwritten_on_disk(&self, way: WayKey, ids: &[i64]) -> Option<Vec<PackedCard>> {
        let disk = self.rows.cards.disk.as_ref()?;
        let lacking = disk.lacking(Shelf::Written(way), ids)?;
        let found = disk.read(Shelf::Rows, &lacking);
        let mut rows: Vec<(usize, PackedCard)> =
            found.rows().filter_map(|(index, bytes)| Some((index, PackedCard::from_bytes(bytes)?))).collect();
        // Those that are on one page stand side by side then.
        rows.sort_unstable_by_key(|(index, _)| *index);
        Some(rows.into_iter().map(|(_, card)| card).collect())
    }

    /// Keeps the cards of a page on disk that nobody has asked for, once that is allowed. It waits for the disk.
    pub(in crate::graphql) async fn put_ahead(&self, way: WayKey, mut page: Page, read_at: Instant) {
        let Some(disk) = &self.rows.cards.disk else { return };
        page.written.retain(|card| Disk::takes(card.at.len()));
        while !self.rows.pace.allows(page.bytes_written() as u64, Instant::now()) {
            sleep(AGAIN).await;
        }
        self.write_page(disk, way, &page, read_at);
    }
}

#[cfg(test)]
mod tests {
    use super::{super::KeptRows, *};
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
        let rows = Arc::new(KeptRows::with_disk(&std::env::temp_dir(), 4 << 20).unwrap());
        let disk = rows.cards.disk.as_ref().unwrap();
        let (asked, at) = (WayAsked::for_tests(1), |version| RowsAt::new(Arc::clone(&rows), version));
        let way = asked.key;
        let put = async |version, cards: &[(i64, &str)], read_at| {
            at(version).put_written_on_disk(asked.clone(), Page::for_tests(cards), read_at);
            // Whoever writes holds one of these.
            drop(rows.pages.acquire_many(u32::try_from(PAGES).unwrap()).await.unwrap());
        };
        let found = || {
            let found = at(9).written_on_disk(way, &[7, 8, 9]).unwrap();
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
        let asked = (0..1_000).any(|_| !disk.wanted(way, &[7]).cards.is_empty());
        assert_eq!(asked, disk.can_tell());
        if !asked {
            // The file system of temporary files can't say what is in memory: so none are kept.
            return;
        }
        put(1, &page, Instant::now()).await;
        is(&[(0, "{7}"), (2, "{9}")]);
        // What stands there isn't written again.
        let (_, _, size) = rows.disk_size();
        put(1, &[(7, "{70}"), (8, "{8}")], Instant::now()).await;
        is(&[(0, "{7}"), (1, "{8}"), (2, "{9}")]);
        assert_eq!(rows.disk_size(), (0, 3, size + 64));
        rows.changed(&[7], 3);
        is(&[(1, "{8}"), (2, "{9}")]);
        // Read before the change, written after it; and read so long ago that a change may be forgotten.
        put(2, &[(7, "{7}")], Instant::now()).await;
        put(3, &[(7, "{7}")], Instant::now().checked_sub(Duration::from_mins(1)).unwrap()).await;
        is(&[(1, "{8}"), (2, "{9}")]);
        put(3, &[(7, "{77}")], Instant::now()).await;
        is(&[(0, "{77}"), (1, "{8}"), (2, "{9}")]);
    }
}

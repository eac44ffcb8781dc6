//! Rows that are kept from one request to the next, so that a page whose cards haven't changed costs Postgres nothing.
//!
//! Nothing here is trusted for a time: a row of a card goes when the gateway learns that the card has changed, before it
//! gives out the catalogue's new version, and a row that was read before a change is not put in after it. So a reader sees
//! a change no later than without. Where the version isn't known just now, nothing is taken from here, nor put in.
//!
//! Of a catalogue that is far larger than what there is room for, a row is hardly ever asked for again while it is kept.
//! Then most aren't put in: each would only take the place of another one. What memory has no room for is kept on [`disk`],
//! if that is allowed.

mod begun;
mod bounded;
mod disk;
mod on_disk;
mod patience;
mod ways_on_disk;

use std::{
    collections::HashMap,
    fmt::{self, Debug, Formatter},
    io,
    marker::PhantomData,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use quick_cache::Weighter;
use tokio::sync::Semaphore;

use self::{
    begun::Begun,
    bounded::Bounded,
    disk::Disk,
    on_disk::{READS, WRITES},
    patience::Patience,
    ways_on_disk::{AHEAD, PAGES, Pace},
};
pub(super) use self::{disk::Found, on_disk::FRESH};
use super::{
    loaders::Kind,
    packed::PackedCard,
    rows::{BrandRow, GpuRow, ShopRow, SourcesRow, TechnologyRow},
    straight::Page,
    written::{WayAsked, WayKey, Ways},
};
use crate::luck::Luck;

/// The most memory that rows of each kind take, in bytes: what ten thousand cards have, or some more.
const CARDS_BYTES: u64 = 16 << 20;
const SOURCES_BYTES: u64 = 3 << 20;
/// Where there is a disk for cards, a part of that memory does: reading one there costs little more.
const BESIDE_DISK: u64 = 2;
/// The most memory that written cards take, in bytes.
const WRITTEN_BYTES: u64 = 32 << 20;
/// The same for each of the few things that many cards share.
const SHARED_BYTES: u64 = 1 << 20;
/// Rows pay to be kept in memory if one in so many is asked for again: to read one from Postgres costs a hundred times as
/// much as to keep it.
const ROWS_PAYING: u64 = 16;
/// The same for what there is anyway in another place, from where it costs a few times as much.
const COPIES_PAYING: u64 = 4;
/// What an entry takes beyond its row, about.
const ENTRY_BYTES: usize = 200;
/// How long a change is remembered: longer than any read of a row takes.
const REMEMBERED: Duration = Duration::from_secs(10);

/// All shops: there are few of them.
pub(super) type Shops = Arc<[Arc<ShopRow>]>;

/// Rows of one kind.
pub(crate) struct Kept<K: Kind> {
    /// Each with the version under which it was read.
    memory: Bounded<K::Key, At<K>, BytesOf<K>>,
    disk: Option<Arc<Disk>>,
}

/// A row, and the version under which it was read.
type At<K> = (i64, Arc<<K as Kind>::Value>);

/// How many bytes a row of a kind takes.
struct BytesOf<K>(PhantomData<K>);

impl<K> Clone for BytesOf<K> {
    fn clone(&self) -> Self {
        Self(PhantomData)
    }
}

impl<K: Kind> Weighter<K::Key, At<K>> for BytesOf<K> {
    fn weight(&self, _: &K::Key, (_, row): &At<K>) -> u64 {
        (K::bytes(row) + ENTRY_BYTES) as u64
    }
}

impl<K: Kind> Kept<K> {
    fn new(most_bytes: u64) -> Self {
        Self { memory: Bounded::new(most_bytes, ROWS_PAYING, BytesOf(PhantomData)), disk: None }
    }

    /// On disk, and a part of it in memory.
    fn on(disk: Disk, most_bytes_in_memory: u64) -> Self {
        let memory = Bounded::new(most_bytes_in_memory, COPIES_PAYING, BytesOf(PhantomData));
        Self { memory, disk: Some(disk.into()) }
    }
}

/// How many bytes a card takes in all the ways in which it was written.
#[derive(Clone)]
struct BytesOfWays;

impl Weighter<i64, Ways> for BytesOfWays {
    fn weight(&self, _: &i64, ways: &Ways) -> u64 {
        (ways.bytes() + ENTRY_BYTES) as u64
    }
}

/// All rows that are kept.
pub(crate) struct KeptRows {
    pub(super) cards: Kept<PackedCard>,
    pub(super) sources: Kept<SourcesRow>,
    pub(super) brands: Kept<BrandRow>,
    pub(super) gpus: Kept<GpuRow>,
    pub(super) technologies: Kept<TechnologyRow>,
    /// Cards as they were written for answers.
    written: Bounded<i64, Ways, BytesOfWays>,
    shops: Mutex<Option<(i64, Shops)>>,
    /// Cards that have changed lately, and with which version. Held while rows of cards are put in or taken out.
    changed: Mutex<HashMap<i64, (i64, Instant)>>,
    writes: Arc<Semaphore>,
    reads: Arc<Semaphore>,
    patience: Patience,
    pages: Arc<Semaphore>,
    ahead: Arc<Semaphore>,
    pace: Pace,
    begun: Begun,
    /// With what stands on disk as it was written: whether the kernel has it in memory.
    luck_on_disk: Luck,
}

impl Default for KeptRows {
    fn default() -> Self {
        Self {
            cards: Kept::new(CARDS_BYTES),
            sources: Kept::new(SOURCES_BYTES),
            brands: Kept::new(SHARED_BYTES),
            gpus: Kept::new(SHARED_BYTES),
            technologies: Kept::new(SHARED_BYTES),
            written: Bounded::new(WRITTEN_BYTES, COPIES_PAYING, BytesOfWays),
            shops: Mutex::default(),
            changed: Mutex::default(),
            writes: Arc::new(Semaphore::new(WRITES)),
            reads: Arc::new(Semaphore::new(READS)),
            patience: Patience::default(),
            pages: Arc::new(Semaphore::new(PAGES)),
            ahead: Arc::new(Semaphore::new(AHEAD)),
            pace: Pace::default(),
            begun: Begun::default(),
            luck_on_disk: Luck::paying(COPIES_PAYING),
        }
    }
}

impl Debug for KeptRows {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.debug_struct("KeptRows").field("cards", &self.cards.memory.len()).finish_non_exhaustive()
    }
}

impl KeptRows {
    /// Rows that are kept on disk too, in `folder`, up to `most_bytes` of them.
    pub(crate) fn with_disk(folder: &Path, most_bytes: u64) -> io::Result<Self> {
        let cards = Kept::on(Disk::new(folder, most_bytes)?, CARDS_BYTES / BESIDE_DISK);
        Ok(Self { cards, ..Self::default() })
    }

    /// How many cards are kept on disk, how many of them as they were written, each as often as in different ways, and how
    /// many bytes of a file they take.
    pub(crate) fn disk_size(&self) -> (usize, usize, u64) {
        self.cards.disk.as_ref().map_or((0, 0, 0), |disk| disk.size())
    }

    /// Cards have changed, as is known now that the catalogue has `version`. To be said before anybody reads under it.
    pub(crate) fn changed(&self, cards: &[i64], version: i64) {
        let now = Instant::now();
        let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        changed.retain(|_, (_, at)| now.duration_since(*at) < REMEMBERED);
        for card in cards {
            changed.insert(*card, (version, now));
            self.cards.memory.remove(card);
            self.sources.memory.remove(card);
            self.written.remove(card);
        }
        if let Some(disk) = &self.cards.disk {
            disk.remove(cards);
        }
    }

    /// Whether what was read of a card under `version`, or after it, is still true as far as is known. The changes that
    /// were known then have to be held until it is kept.
    fn is_true(changed: &HashMap<i64, (i64, Instant)>, card: Option<i64>, version: i64) -> bool {
        let known = card.and_then(|card| changed.get(&card));
        known.is_none_or(|(changed, _)| *changed <= version)
    }
}

/// The rows that are kept, for a request that is answered under one version of the catalogue.
#[derive(Clone, Debug)]
pub(crate) struct RowsAt {
    rows: Arc<KeptRows>,
    version: i64,
}

impl RowsAt {
    pub(crate) fn new(rows: Arc<KeptRows>, version: i64) -> Self {
        Self { rows, version }
    }

    /// A row, if it is kept in memory and stands. What no card owns stands as long as the version.
    pub(super) fn get<K: Kind>(&self, key: &K::Key) -> Option<Arc<K::Value>> {
        let (version, row) = K::kept(&self.rows)?.memory.get(key)?;
        (version == self.version || K::card(key).is_some()).then_some(row)
    }

    /// Keeps a row in memory that was read under this version, or after it.
    pub(super) fn put<K: Kind>(&self, key: &K::Key, row: &Arc<K::Value>) {
        let Some(kept) = K::kept(&self.rows).filter(|kept| kept.memory.wants_more()) else { return };
        let changed = self.rows.changed.lock().unwrap_or_else(PoisonError::into_inner);
        if KeptRows::is_true(&changed, K::card(key), self.version) {
            kept.memory.insert(key.clone(), (self.version, Arc::clone(row)));
        }
    }

    /// A card as it was written in this way.
    pub(super) fn written(&self, card: i64, way: WayKey) -> Option<Bytes> {
        self.rows.written.get(&card)?.get(way)
    }

    /// Whether one more written card is worth keeping in memory.
    pub(super) fn wants_written(&self) -> bool {
        self.rows.written.wants_more()
    }

    /// Keeps a card as it was written of rows that were read under this version, or after it, as [`super::gaps`] says.
    pub(super) fn put_written(&self, card: i64, way: WayKey, kept: Vec<u8>) {
        let changed = self.rows.changed.lock().unwrap_or_else(PoisonError::into_inner);
        if KeptRows::is_true(&changed, Some(card), self.version) {
            let ways = self.rows.written.peek(&card).unwrap_or_default();
            self.rows.written.insert(card, ways.with(way, kept.into()));
        }
    }

    /// Keeps the cards of a page that were written in this way of rows that were read under this version, or after it, since
    /// `read_at`: in memory where that pays, or else on disk, if it `may_be_on_disk`.
    pub(super) fn put_page(&self, way: WayAsked, mut page: Page, read_at: Instant, may_be_on_disk: bool) {
        let mut written = std::mem::take(&mut page.written);
        written.retain(|card| {
            let is_for_memory = self.wants_written();
            if is_for_memory && let Some(kept) = page.keep(card) {
                self.put_written(card.id, way.key, kept);
            }
            !is_for_memory
        });
        if may_be_on_disk && !written.is_empty() {
            page.written = written;
            self.put_written_on_disk(way, page, read_at);
        }
    }

    /// All shops, if they are kept.
    pub(super) fn shops(&self) -> Option<Shops> {
        let kept = self.rows.shops.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(version, _)| *version == self.version).map(|(_, shops)| Arc::clone(shops))
    }

    /// Keeps all shops, as they were read under this version, or after it.
    pub(super) fn put_shops(&self, shops: &Shops) {
        let mut kept = self.rows.shops.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.as_ref().is_none_or(|(version, _)| *version < self.version) {
            *kept = Some((self.version, Arc::clone(shops)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brand(id: i32) -> Arc<BrandRow> {
        Arc::new(BrandRow { id, slug: String::new(), name: String::new() })
    }

    #[test]
    fn a_row_of_a_card_stands_until_the_card_changes_and_never_comes_back_older() {
        let rows = Arc::new(KeptRows::default());
        let at = |version| RowsAt::new(Arc::clone(&rows), version);
        let card = Arc::new(PackedCard::from_bytes(&[7]).unwrap());
        let is_kept = |version| at(version).get::<PackedCard>(&7).is_some();
        at(1).put::<PackedCard>(&7, &card);
        assert!(is_kept(1) && is_kept(2));
        rows.changed(&[8], 2);
        assert!(is_kept(2));
        rows.changed(&[7], 3);
        assert!(!is_kept(3));
        // Read before the change, put in after it.
        at(2).put::<PackedCard>(&7, &card);
        assert!(!is_kept(3));
        at(3).put::<PackedCard>(&7, &card);
        assert!(is_kept(3) && is_kept(4));
    }

    #[test]
    fn where_nothing_is_asked_for_again_most_of_what_has_no_room_isnt_kept() {
        const EACH: u64 = 1024;
        const ROOM: u64 = WRITTEN_BYTES / EACH;
        let rows = Arc::new(KeptRows::default());
        let (at, way) = (RowsAt::new(Arc::clone(&rows), 1), WayKey::for_tests(1));
        let ask = |card: u64| {
            let card = i64::try_from(card).unwrap();
            let is_kept = at.written(card, way).is_some();
            if !is_kept && at.wants_written() {
                at.put_written(card, way, vec![b' '; usize::try_from(EACH).unwrap()]);
            }
            is_kept
        };
        let kept_of = |cards: std::ops::Range<u64>| cards.filter(|card| ask(*card)).count();
        assert_eq!(kept_of(0..ROOM / 2), 0);
        assert_eq!(kept_of(0..ROOM / 2), usize::try_from(ROOM / 2).unwrap());
        // Far more than there is room for.
        assert_eq!(kept_of(ROOM..ROOM * 4), 0);
        let last = (ROOM * 4 - 1_000..ROOM * 4).map(|card| i64::try_from(card).unwrap());
        let kept = last.filter(|card| rows.written.peek(card).is_some()).count();
        assert!(kept < 1_000 / 8, "{kept}");
        // Once some are asked for again and again, they are.
        assert!((0..100).map(|_| kept_of(0..100)).sum::<usize>() > 0);
        assert_eq!(kept_of(0..100), 100);
    }

    #[test]
    fn a_written_card_goes_with_its_rows() {
        let rows = Arc::new(KeptRows::default());
        let at = |version| RowsAt::new(Arc::clone(&rows), version);
        let (one, other) = (WayKey::for_tests(1), WayKey::for_tests(2));
        let json = |text: &'static str| Bytes::from_static(text.as_bytes());
        at(1).put_written(7, one, b"{1}".into());
        at(1).put_written(7, other, b"{2}".into());
        at(1).put_written(7, one, b"{3}".into());
        assert_eq!((at(2).written(7, one), at(2).written(7, other)), (Some(json("{3}")), Some(json("{2}"))));
        rows.changed(&[7], 3);
        assert_eq!(at(3).written(7, one), None);
        // Written of rows from before the change, put in after it.
        at(2).put_written(7, one, b"{1}".into());
        assert_eq!(at(3).written(7, one), None);
    }

    #[test]
    fn what_cards_share_stands_as_long_as_the_version() {
        let rows = Arc::new(KeptRows::default());
        let at = |version| RowsAt::new(Arc::clone(&rows), version);
        at(1).put::<BrandRow>(&7, &brand(7));
        assert!(at(1).get::<BrandRow>(&7).is_some());
        assert!(at(2).get::<BrandRow>(&7).is_none());
        at(2).put_shops(&Arc::from([]));
        at(1).put_shops(&Arc::from([]));
        assert!(at(2).shops().is_some() && at(1).shops().is_none() && at(3).shops().is_none());
    }
}

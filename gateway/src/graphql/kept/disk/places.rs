//! What of which card stands where in a file: its row, and how it was written for answers, in a few ways at once. It reads
//! and writes nothing itself.

use std::{
    collections::HashMap,
    ops::Range,
    time::{Duration, Instant},
};

use super::space::{Chunks, LARGEST, Place, Space, units};
use crate::graphql::written::WayKey;

/// Ids are known in blocks of so many, since most of them follow each other.
const BLOCK: usize = 512;
/// The most ways in which cards are kept as they were written. Where they stand takes memory, eight bytes for each card.
const MOST_SHELVES: usize = 3;
/// Cards are kept as written in a way once pages with cards that there was no room for were asked for so often in it.
const ASKED_ENOUGH: u32 = 100;
/// The most ways of which it is counted how often they were asked for.
const MOST_COUNTED: usize = 256;
/// After so long, a way that nobody asks for makes room for another one.
const IDLE: Duration = Duration::from_mins(1);
/// What part of the file cards take as they were written: a half. They are two to five times as large as rows, which there
/// must be room for beside them.
const WRITTEN_SHARE: u64 = 2;

/// What is kept of cards, each kind of it by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::graphql::kept) enum Shelf {
    /// Their rows.
    Rows,
    /// How they were written in this way.
    Written(WayKey),
}

/// Where all that is kept of cards stands.
#[derive(Debug)]
pub(super) struct Places {
    chunks: Chunks,
    /// The number of the last writing; after the greatest they begin anew.
    writing: u16,
    rows: Kind,
    written: Vec<Way>,
    asked: HashMap<WayKey, u32>,
}

/// Things of one kind.
#[derive(Debug, Default)]
struct Kind {
    blocks: Blocks,
    space: Space,
    /// How many places are being written to, and are nobody's yet.
    pending: usize,
}

/// Cards as they were written in one way.
#[derive(Debug)]
struct Way {
    key: WayKey,
    kind: Kind,
    used: Instant,
    /// There was no room for one more.
    is_full: bool,
    /// There is room since a moment ago, and nobody was told yet.
    begins: bool,
}

/// What should be kept as it was written in a way.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::graphql::kept) struct Wanted {
    /// Those of the cards that were asked for.
    pub(in crate::graphql::kept) cards: Vec<i64>,
    /// All others too: until now there was no room for them. It is said once.
    pub(in crate::graphql::kept) all: bool,
}

/// Where things of one kind stand, by card.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    blocks: HashMap<i64, Box<[Option<Place>; BLOCK]>>,
    len: usize,
}

impl Blocks {
    pub(super) fn get(&self, id: i64) -> Option<Place> {
        let (block, index) = block(id);
        self.blocks.get(&block)?[index]
    }

    /// Those of some cards of which there is nothing.
    fn lacking(&self, ids: &[i64]) -> Vec<i64> {
        ids.iter().copied().filter(|id| self.get(*id).is_none()).collect()
    }

    /// Which place it takes the place of.
    fn put(&mut self, id: i64, place: Place) -> Option<Place> {
        let (block, index) = block(id);
        let block = self.blocks.entry(block).or_insert_with(|| Box::new([None; BLOCK]));
        let before = block[index].replace(place);
        self.len += usize::from(before.is_none());
        before
    }

    fn remove(&mut self, id: i64) -> Option<Place> {
        let (block, index) = block(id);
        let place = self.blocks.get_mut(&block)?[index].take()?;
        self.len -= 1;
        Some(place)
    }
}

impl Kind {
    fn take(
        &mut self,
        bytes: usize,
        writing: u16,
        chunk: impl FnOnce() -> Option<Range<u64>>,
    ) -> Option<Place> {
        let place = self.space.take(bytes, writing, chunk)?;
        self.pending += 1;
        Some(place)
    }

    fn put(&mut self, id: i64, place: Place) {
        self.pending -= 1;
        if let Some(before) = self.blocks.put(id, place) {
            self.space.give_back(before);
        }
    }

    fn give_back(&mut self, place: Place) {
        self.pending -= 1;
        self.space.give_back(place);
    }

    /// Whether there was something.
    fn remove(&mut self, id: i64) -> bool {
        let place = self.blocks.remove(id);
        place.inspect(|place| self.space.give_back(*place)).is_some()
    }
}

impl Places {
    /// Of a file of so many units at the most.
    pub(super) fn new(most_units: u64) -> Self {
        let (chunks, asked) = (Chunks::new(most_units), HashMap::new());
        Self { chunks, writing: 0, rows: Kind::default(), written: Vec::new(), asked }
    }

    /// How many units of the file were ever written to, about.
    pub(super) fn units(&self) -> u64 {
        let open = self.written.iter().map(|way| &way.kind).chain([&self.rows]).map(|kind| kind.space.open());
        self.chunks.end().saturating_sub(open.sum())
    }

    /// How many rows there are, and how many written cards.
    pub(super) fn len(&self) -> (usize, usize) {
        (self.rows.blocks.len, self.written.iter().map(|way| way.kind.blocks.len).sum())
    }

    /// Whether there is room for one more row, however large.
    fn has_room(&self) -> bool {
        self.rows.space.open().max(self.chunks.next()) >= units(LARGEST)
    }

    /// Whether there is any room for rows.
    pub(super) fn is_room_left(&self) -> bool {
        self.rows.space.is_left() || self.chunks.next() > 0
    }

    fn way(&mut self, key: WayKey) -> Option<&mut Way> {
        self.written.iter_mut().find(|way| way.key == key)
    }

    /// Where things of one kind stand, for one who asks for some of them now; `None`: they aren't kept.
    pub(super) fn on(&mut self, what: Shelf, now: Instant) -> Option<&Blocks> {
        match what {
            Shelf::Rows => Some(&self.rows.blocks),
            Shelf::Written(key) => self.way(key).map(|way| {
                way.used = now;
                &way.kind.blocks
            }),
        }
    }

    /// Those of some cards that should be kept as they were written in a way, one more page of which memory had no room
    /// for: what isn't there, if cards are kept so.
    pub(super) fn wanted(&mut self, key: WayKey, ids: &[i64], now: Instant) -> Wanted {
        if !self.keeps(key, now) {
            return Wanted::default();
        }
        let Some(way) = self.way(key) else { return Wanted::default() };
        Wanted { cards: way.kind.blocks.lacking(ids), all: std::mem::take(&mut way.begins) }
    }

    /// Those of some cards of which there is nothing of one kind, for one who wasn't asked for them; `None`: they aren't kept
    /// so any more, or there is no room.
    pub(super) fn lacking(&self, what: Shelf, ids: &[i64]) -> Option<Vec<i64>> {
        let blocks = match what {
            Shelf::Rows => self.has_room().then_some(&self.rows.blocks)?,
            Shelf::Written(key) => {
                &self.written.iter().find(|way| way.key == key && !way.is_full)?.kind.blocks
            }
        };
        Some(blocks.lacking(ids))
    }

    /// Whether cards are kept in a way, and there is room for one more. What is seldom asked for isn't kept.
    fn keeps(&mut self, key: WayKey, now: Instant) -> bool {
        if let Some(is_full) = self.way(key).map(|way| {
            way.used = now;
            way.is_full
        }) {
            let has_room = !is_full || self.end_idle_way(now);
            if let Some(way) = self.way(key) {
                way.is_full = !has_room;
                way.begins |= is_full && has_room;
            }
            return has_room;
        }
        if self.asked.len() >= MOST_COUNTED {
            self.asked.clear();
        }
        let asked = self.asked.entry(key).or_default();
        *asked = asked.saturating_add(1);
        if *asked < ASKED_ENOUGH || (self.written.len() >= MOST_SHELVES && !self.end_idle_way(now)) {
            return false;
        }
        self.asked.remove(&key);
        self.written.push(Way { key, kind: Kind::default(), used: now, is_full: false, begins: true });
        true
    }

    /// Says whether there was one that nobody asks for any more.
    fn end_idle_way(&mut self, now: Instant) -> bool {
        let is_idle = |way: &Way| now.saturating_duration_since(way.used) >= IDLE;
        // A place that is still being written to must not be given to others.
        let Some(at) = self.written.iter().position(|way| is_idle(way) && way.kind.pending == 0) else {
            return false;
        };
        self.chunks.give_back(self.written.swap_remove(at).kind.space.into_chunks());
        true
    }

    /// Room for so many bytes, which nobody else has.
    pub(super) fn take(&mut self, what: Shelf, bytes: usize) -> Option<Place> {
        let writing = self.writing.wrapping_add(1);
        let units: u64 = self.written.iter().map(|way| way.kind.space.units()).sum();
        let may_have_more = units + self.chunks.next() <= self.chunks.most() / WRITTEN_SHARE;
        let chunks = &mut self.chunks;
        let place = match what {
            Shelf::Rows => self.rows.take(bytes, writing, || chunks.take()),
            Shelf::Written(key) => {
                let way = self.written.iter_mut().find(|way| way.key == key)?;
                let chunk = || if may_have_more { chunks.take() } else { None };
                let place = way.kind.take(bytes, writing, chunk);
                way.is_full = place.is_none();
                place
            }
        }?;
        self.writing = writing;
        Some(place)
    }

    /// What was to stand there doesn't.
    pub(super) fn give_back(&mut self, what: Shelf, place: Place) {
        self.settle(what, |kind| kind.give_back(place));
    }

    /// What was written of a card stands there from now on.
    pub(super) fn put(&mut self, what: Shelf, id: i64, place: Place) {
        self.settle(what, |kind| kind.put(id, place));
    }

    /// A kind isn't ended while there is a place of it to be settled.
    fn settle(&mut self, what: Shelf, settle: impl FnOnce(&mut Kind)) {
        match what {
            Shelf::Rows => settle(&mut self.rows),
            Shelf::Written(key) => {
                if let Some(way) = self.way(key) {
                    settle(&mut way.kind);
                }
            }
        }
    }

    /// Forgets all that is kept of a card.
    pub(super) fn remove(&mut self, id: i64) {
        self.rows.remove(id);
        for way in &mut self.written {
            // Its place fits those of about its size.
            way.is_full &= !way.kind.remove(id);
        }
    }
}

/// The block that knows a card, and its index there.
fn block(id: i64) -> (i64, usize) {
    let of_block = i64::try_from(BLOCK).unwrap_or(i64::MAX);
    (id.div_euclid(of_block), usize::try_from(id.rem_euclid(of_block)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{
        super::space::{CHUNK, UNIT},
        *,
    };

    fn way(number: u8) -> WayKey {
        WayKey::for_tests(number)
    }

    /// Whether the last time a card was wanted.
    fn ask(places: &mut Places, key: WayKey, times: u32, now: Instant) -> bool {
        (0..times).map(|_| !places.wanted(key, &[i64::MAX], now).cards.is_empty()).last().unwrap()
    }

    fn put(places: &mut Places, what: Shelf, id: i64, bytes: usize) -> bool {
        places.take(what, bytes).map(|place| places.put(what, id, place)).is_some()
    }

    fn has(places: &mut Places, what: Shelf, id: i64, now: Instant) -> bool {
        places.on(what, now).is_some_and(|blocks| blocks.get(id).is_some())
    }

    #[test]
    fn cards_are_kept_in_the_ways_that_are_often_asked_for() {
        let (mut places, now) = (Places::new(10 * CHUNK), Instant::now());
        assert!(!ask(&mut places, way(1), ASKED_ENOUGH - 1, now));
        assert_eq!(places.wanted(way(1), &[7, 8], now), Wanted { cards: vec![7, 8], all: true });
        assert!(put(&mut places, Shelf::Written(way(1)), 7, UNIT));
        assert_eq!(places.wanted(way(1), &[7, 8], now), Wanted { cards: vec![8], all: false });
        assert_eq!(places.lacking(Shelf::Written(way(1)), &[7, 8, 9]), Some(vec![8, 9]));
        assert_eq!(places.lacking(Shelf::Written(way(2)), &[7]), None);
        assert!(!ask(&mut places, way(2), 1, now));
        assert!(!put(&mut places, Shelf::Written(way(2)), 7, UNIT));
    }

    #[test]
    fn a_way_that_nobody_asks_for_makes_room_for_another_one() {
        let (mut places, now) = (Places::new(10 * CHUNK), Instant::now());
        let ways = u8::try_from(MOST_SHELVES).unwrap();
        for number in 0..ways {
            assert!(ask(&mut places, way(number), ASKED_ENOUGH, now));
            assert!(put(&mut places, Shelf::Written(way(number)), 7, UNIT));
        }
        assert!(!ask(&mut places, way(ways), 2 * ASKED_ENOUGH, now));
        let later = now + IDLE;
        assert!((1..ways).all(|number| has(&mut places, Shelf::Written(way(number)), 7, later)));
        // It goes once nothing is being written for it.
        let pending = places.take(Shelf::Written(way(0)), UNIT).unwrap();
        assert!(!ask(&mut places, way(ways), 1, later));
        places.put(Shelf::Written(way(0)), 9, pending);
        assert!(ask(&mut places, way(ways), 1, later));
        assert!(places.on(Shelf::Written(way(0)), later).is_none());
        assert_eq!(places.len(), (0, 2));
    }

    #[test]
    fn a_way_that_nobody_asks_for_makes_room_for_larger_cards_and_rows_have_theirs_all_the_while() {
        // Half of it is one chunk for cards as they were written.
        let (mut places, now) = (Places::new(3 * CHUNK), Instant::now());
        let all = i64::try_from(CHUNK).unwrap();
        let fill = |places: &mut Places, shelf, bytes| {
            (0..4 * all).filter(|id| put(places, shelf, *id, bytes)).count() as u64
        };
        let (one, other) = (Shelf::Written(way(1)), Shelf::Written(way(2)));
        assert!(ask(&mut places, way(1), ASKED_ENOUGH, now) && ask(&mut places, way(2), ASKED_ENOUGH, now));
        assert_eq!(fill(&mut places, one, UNIT), CHUNK);
        assert!(!ask(&mut places, way(1), 1, now));
        assert_eq!(fill(&mut places, other, 2 * UNIT), 0);
        assert_eq!(places.lacking(other, &[i64::MAX]), None);
        let later = now + IDLE;
        assert!(
            places.wanted(way(2), &[i64::MAX], later).all && !places.wanted(way(2), &[i64::MAX], later).all
        );
        assert_eq!(fill(&mut places, other, 2 * UNIT), CHUNK / 2);
        assert_eq!(places.lacking(Shelf::Rows, &[i64::MAX]), Some(vec![i64::MAX]));
        assert_eq!(fill(&mut places, Shelf::Rows, 2 * UNIT), CHUNK);
        assert!(!places.has_room() && !places.is_room_left());
        assert_eq!(places.lacking(Shelf::Rows, &[i64::MAX]), None);
        // What a card leaves is taken by another one.
        places.remove(3);
        assert!(!has(&mut places, other, 3, now) && !has(&mut places, Shelf::Rows, 3, now));
        assert!(ask(&mut places, way(2), 1, later) && put(&mut places, other, all, 2 * UNIT));
        assert!(places.is_room_left() && put(&mut places, Shelf::Rows, all, 2 * UNIT));
        assert!(!put(&mut places, other, all + 1, 2 * UNIT) && !put(&mut places, Shelf::Rows, all + 1, UNIT));
    }
}

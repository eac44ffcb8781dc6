//! What of which card stands where in a file: its row, and how it was written for answers, in a few ways at once. It reads
//! and writes nothing itself.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use super::space::{Place, Space, units};
use crate::graphql::written::WayKey;

/// Ids are known in blocks of so many, since most of them follow each other.
const BLOCK: usize = 512;
/// The most ways in which cards are kept as they were written. Where they stand takes memory, eight bytes for each card.
const MOST_WAYS: usize = 3;
/// Cards are kept as written in a way once pages with cards that there was no room for were asked for so often in it.
const ASKED_ENOUGH: u32 = 100;
/// The most ways of which it is counted how often they were asked for.
const MOST_COUNTED: usize = 256;
/// How many blocks of a way are emptied at once: others wait meanwhile.
const EMPTIED_AT_ONCE: usize = 4;
/// After so long, a way that nobody asks for makes room for another one.
const IDLE: Duration = Duration::from_mins(1);
/// What part of the room cards take as they were written: a half. They are two to five times as large as rows, which there
/// must be room for beside them.
const WAYS_SHARE: u64 = 2;

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
    most_units: u64,
    space: Space,
    rows: Blocks,
    ways: Vec<Way>,
    /// How many units what is kept as it was written takes.
    units_of_ways: u64,
    asked: HashMap<WayKey, u32>,
}

/// Where cards stand as they were written in one way.
#[derive(Debug)]
struct Way {
    key: WayKey,
    blocks: Blocks,
    used: Instant,
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

    /// Empties some of them, and says which places nobody has any more.
    fn take_some(&mut self) -> Vec<Place> {
        let some: Vec<i64> = self.blocks.keys().copied().take(EMPTIED_AT_ONCE).collect();
        let blocks = some.iter().filter_map(|block| self.blocks.remove(block));
        let places: Vec<Place> = blocks.flat_map(|block| block.into_iter().flatten()).collect();
        self.len -= places.len();
        places
    }
}

impl Places {
    /// Of a file of so many units at the most.
    pub(super) fn new(most_units: u64) -> Self {
        let (space, rows, asked) = (Space::default(), Blocks::default(), HashMap::new());
        Self { most_units, space, rows, ways: Vec::new(), units_of_ways: 0, asked }
    }

    /// Where nothing has been written yet, in units.
    pub(super) fn end(&self) -> u64 {
        self.space.end()
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.rows.len
    }

    /// Whether there is room for something that takes so many units beyond all that there is.
    pub(super) fn has_room_for(&self, units: u64) -> bool {
        self.space.end() + units <= self.most_units
    }

    /// Whether there is any room.
    pub(super) fn is_room_left(&self) -> bool {
        self.space.is_left(self.most_units)
    }

    /// Where things of one kind stand, for one who asks for some of them now; `None`: they aren't kept.
    pub(super) fn on(&mut self, shelf: Shelf, now: Instant) -> Option<&Blocks> {
        match shelf {
            Shelf::Rows => Some(&self.rows),
            Shelf::Written(key) => self.ways.iter_mut().find(|way| way.key == key).map(|way| {
                way.used = now;
                &way.blocks
            }),
        }
    }

    /// Whether cards are kept as they were written in a way, one more page of which memory had no room for. What is seldom
    /// asked for isn't.
    pub(super) fn keeps(&mut self, key: WayKey, now: Instant) -> bool {
        if self.on(Shelf::Written(key), now).is_some() {
            return true;
        }
        if self.asked.len() >= MOST_COUNTED {
            self.asked.clear();
        }
        let asked = self.asked.entry(key).or_default();
        *asked += 1;
        if *asked < ASKED_ENOUGH || !self.makes_room_for_a_way(now) {
            return false;
        }
        self.asked.remove(&key);
        self.ways.push(Way { key, blocks: Blocks::default(), used: now });
        true
    }

    fn makes_room_for_a_way(&mut self, now: Instant) -> bool {
        if self.ways.len() < MOST_WAYS {
            return true;
        }
        let idle = |way: &Way| now.saturating_duration_since(way.used) >= IDLE;
        let Some(at) = self.ways.iter().position(idle) else { return false };
        for place in self.ways[at].blocks.take_some() {
            self.units_of_ways -= place.units();
            self.space.give_back(place);
        }
        let is_empty = self.ways[at].blocks.len == 0;
        if is_empty {
            self.ways.swap_remove(at);
        }
        is_empty
    }

    /// Room for so many bytes, which nobody else has.
    pub(super) fn take(&mut self, shelf: Shelf, bytes: usize) -> Option<Place> {
        if shelf == Shelf::Rows {
            return self.space.take(bytes, self.most_units);
        }
        let all = self.units_of_ways + units(bytes);
        if all > self.most_units / WAYS_SHARE {
            return None;
        }
        let place = self.space.take(bytes, self.most_units)?;
        self.units_of_ways = all;
        Some(place)
    }

    pub(super) fn give_back(&mut self, shelf: Shelf, place: Place) {
        if shelf != Shelf::Rows {
            self.units_of_ways -= place.units();
        }
        self.space.give_back(place);
    }

    /// What was written of a card stands there from now on, if such things are still kept.
    pub(super) fn put(&mut self, shelf: Shelf, id: i64, place: Place) {
        let blocks = match shelf {
            Shelf::Rows => Some(&mut self.rows),
            Shelf::Written(key) => self.ways.iter_mut().find(|way| way.key == key).map(|way| &mut way.blocks),
        };
        let free = match blocks {
            Some(blocks) => blocks.put(id, place),
            None => Some(place),
        };
        if let Some(free) = free {
            self.give_back(shelf, free);
        }
    }

    /// Forgets all that is kept of a card.
    pub(super) fn remove(&mut self, id: i64) {
        if let Some(place) = self.rows.remove(id) {
            self.space.give_back(place);
        }
        for way in &mut self.ways {
            if let Some(place) = way.blocks.remove(id) {
                self.units_of_ways -= place.units();
                self.space.give_back(place);
            }
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
    use super::{super::space::UNIT, *};

    const ROOM: u64 = 10_000;

    fn way(number: u8) -> WayKey {
        WayKey::for_tests(number)
    }

    fn ask(places: &mut Places, key: WayKey, times: u32, now: Instant) -> bool {
        (0..times).map(|_| places.keeps(key, now)).last().unwrap()
    }

    fn put(places: &mut Places, shelf: Shelf, id: i64, bytes: usize) -> bool {
        places.take(shelf, bytes).map(|place| places.put(shelf, id, place)).is_some()
    }

    fn has(places: &mut Places, shelf: Shelf, id: i64, now: Instant) -> bool {
        places.on(shelf, now).is_some_and(|blocks| blocks.get(id).is_some())
    }

    #[test]
    fn cards_are_kept_in_the_ways_that_are_often_asked_for() {
        let (mut places, now) = (Places::new(ROOM), Instant::now());
        assert!(!ask(&mut places, way(1), ASKED_ENOUGH - 1, now));
        assert!(ask(&mut places, way(1), 1, now));
        assert!(!ask(&mut places, way(2), 1, now));
    }

    #[test]
    fn a_way_makes_room_for_another_one_once_nobody_asks_for_it() {
        let (mut places, now) = (Places::new(ROOM), Instant::now());
        let ways = u8::try_from(MOST_WAYS).unwrap();
        for number in 0..ways {
            assert!(ask(&mut places, way(number), ASKED_ENOUGH, now));
            assert!(put(&mut places, Shelf::Written(way(number)), 7, UNIT));
        }
        let far = i64::try_from(BLOCK * (EMPTIED_AT_ONCE + 1)).unwrap();
        assert!(put(&mut places, Shelf::Written(way(0)), far, UNIT));
        assert!(!ask(&mut places, way(ways), 2 * ASKED_ENOUGH, now));
        let later = now + IDLE;
        assert!((1..ways).all(|number| has(&mut places, Shelf::Written(way(number)), 7, later)));
        assert!(ask(&mut places, way(ways), EMPTIED_AT_ONCE.try_into().unwrap(), later));
        assert!(places.on(Shelf::Written(way(0)), later).is_none());
        assert_eq!(places.units_of_ways, u64::from(ways) - 1);
        // What was written meanwhile in the old way finds no shelf, and its place is given back.
        let (end, written) = (places.end(), put(&mut places, Shelf::Written(way(0)), 9, UNIT));
        assert!(written && put(&mut places, Shelf::Rows, 9, UNIT));
        assert_eq!((places.end(), places.units_of_ways), (end, u64::from(ways) - 1));
    }

    #[test]
    fn what_is_kept_as_it_was_written_leaves_half_of_the_room_to_rows_and_goes_with_its_card() {
        let (mut places, now) = (Places::new(8), Instant::now());
        let written = Shelf::Written(way(1));
        assert!(ask(&mut places, way(1), ASKED_ENOUGH, now));
        let kept = (0..8).filter(|id| put(&mut places, written, *id, UNIT)).count();
        assert_eq!(kept, 4);
        assert!((0..4).all(|id| put(&mut places, Shelf::Rows, id, UNIT)));
        assert!(!put(&mut places, Shelf::Rows, 4, UNIT));
        places.remove(3);
        assert!(!has(&mut places, written, 3, now) && !has(&mut places, Shelf::Rows, 3, now));
        assert!(has(&mut places, written, 2, now) && has(&mut places, Shelf::Rows, 2, now));
        assert!(put(&mut places, written, 5, UNIT) && !put(&mut places, written, 6, UNIT));
        assert!(put(&mut places, Shelf::Rows, 6, UNIT));
        assert_eq!((places.rows(), places.units_of_ways), (4, 4));
    }
}

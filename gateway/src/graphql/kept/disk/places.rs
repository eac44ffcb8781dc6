//! Which row stands where in a file, and which places nobody has. It reads and writes nothing itself.

use std::{
    collections::{BTreeMap, HashMap},
    num::NonZeroU16,
};

/// Places begin at multiples of so many bytes, and take as many.
pub(super) const UNIT: usize = 64;
/// The largest row that is kept, head and all, in bytes.
pub(super) const LARGEST: usize = u16::MAX as usize;
/// Ids are known in blocks of so many, since most of them follow each other.
const BLOCK: usize = 512;

/// Where the rows of all cards stand.
#[derive(Debug, Default)]
pub(super) struct Places {
    blocks: HashMap<i64, Box<[Option<Place>; BLOCK]>>,
    /// Places that were given back, by how many units they have.
    free: BTreeMap<u64, Vec<u64>>,
    /// Where nothing has been written yet, in units.
    end: u64,
    /// The number of the last writing; after the greatest they begin anew.
    writing: u16,
    rows: usize,
}

/// Where a row stands: the unit that it begins with, how many bytes it has, head and all, and with which writing it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    unit: u32,
    bytes: NonZeroU16,
    writing: u16,
}

impl Place {
    /// How many bytes the row has, head and all.
    pub(super) fn bytes(self) -> usize {
        self.bytes.get().into()
    }

    pub(super) fn writing(self) -> u16 {
        self.writing
    }

    fn units(self) -> u64 {
        units(self.bytes.get().into())
    }

    /// Where it begins in the file, in bytes.
    pub(super) fn at(self) -> u64 {
        u64::from(self.unit) * UNIT as u64
    }
}

/// How many units so many bytes take.
pub(super) fn units(bytes: usize) -> u64 {
    bytes.div_ceil(UNIT) as u64
}

impl Places {
    /// Where nothing has been written yet, in units.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Whether there is any room, of so many units in all.
    pub(super) fn is_room_left(&self, most_units: u64) -> bool {
        self.end < most_units || !self.free.is_empty()
    }

    pub(super) fn get(&self, id: i64) -> Option<Place> {
        let (block, index) = block(id);
        self.blocks.get(&block)?[index]
    }

    /// Room for so many bytes, which nobody else has.
    pub(super) fn take(&mut self, bytes: usize, most_units: u64) -> Option<Place> {
        let units = units(bytes);
        let unit = self.take_freed(units).or_else(|| {
            let unit = self.end;
            (unit + units <= most_units).then(|| {
                self.end += units;
                unit
            })
        })?;
        let bytes = u16::try_from(bytes).ok()?.try_into().ok()?;
        self.writing = self.writing.wrapping_add(1);
        Some(Place { unit: u32::try_from(unit).ok()?, bytes, writing: self.writing })
    }

    fn take_freed(&mut self, units: u64) -> Option<u64> {
        let places = self.free.get_mut(&units)?;
        let unit = places.pop();
        if places.is_empty() {
            self.free.remove(&units);
        }
        unit
    }

    pub(super) fn give_back(&mut self, place: Place) {
        self.free.entry(place.units()).or_default().push(place.unit.into());
    }

    pub(super) fn put(&mut self, id: i64, place: Place) {
        let (block, index) = block(id);
        let block = self.blocks.entry(block).or_insert_with(|| Box::new([None; BLOCK]));
        match block[index].replace(place) {
            Some(before) => self.give_back(before),
            None => self.rows += 1,
        }
    }

    pub(super) fn remove(&mut self, id: i64) {
        let (block, index) = block(id);
        if let Some(place) = self.blocks.get_mut(&block).and_then(|block| block[index].take()) {
            self.rows -= 1;
            self.give_back(place);
        }
    }
}

/// The block that knows a card, and its index there.
fn block(id: i64) -> (i64, usize) {
    let of_block = i64::try_from(BLOCK).unwrap_or(i64::MAX);
    (id.div_euclid(of_block), usize::try_from(id.rem_euclid(of_block)).unwrap_or_default())
}

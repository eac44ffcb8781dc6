//! Room in a file: which places are taken, and which nobody has. It reads and writes nothing itself.

use std::{collections::BTreeMap, num::NonZeroU16};

/// Places begin at multiples of so many bytes, and take as many.
pub(super) const UNIT: usize = 64;
/// The largest row that is kept, head and all, in bytes.
pub(super) const LARGEST: usize = u16::MAX as usize;

/// The room of a file.
#[derive(Debug, Default)]
pub(super) struct Space {
    /// Places that were given back, by how many units they have.
    free: BTreeMap<u64, Vec<u64>>,
    /// Where nothing has been written yet, in units.
    end: u64,
    /// The number of the last writing; after the greatest they begin anew.
    writing: u16,
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

    pub(super) fn units(self) -> u64 {
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

impl Space {
    /// Where nothing has been written yet, in units.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// Whether there is any room, of so many units in all.
    pub(super) fn is_left(&self, most_units: u64) -> bool {
        self.end < most_units || !self.free.is_empty()
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
}

//! Room in a file: which places are taken, and which nobody has. It reads and writes nothing itself.
//!
//! The file is given out in chunks, so that what one kind of things leaves fits any other.

use std::{collections::BTreeMap, num::NonZeroU16, ops::Range};

/// Places begin at multiples of so many bytes, and take as many.
pub(super) const UNIT: usize = 64;
/// The largest row that is kept, head and all, in bytes.
pub(super) const LARGEST: usize = u16::MAX as usize;
/// How many units a chunk has: a megabyte.
pub(super) const CHUNK: u64 = 16 * 1024;

/// The chunks of a file, in units.
#[derive(Debug)]
pub(super) struct Chunks {
    free: Vec<Range<u64>>,
    /// Where no chunk has been given out yet.
    end: u64,
    most: u64,
}

impl Chunks {
    /// Of a file of so many units at the most.
    pub(super) fn new(most: u64) -> Self {
        Self { free: Vec::new(), end: 0, most }
    }

    /// The most units that the file can have.
    pub(super) fn most(&self) -> u64 {
        self.most
    }

    /// Where no chunk has been given out yet.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// How many units the next one has.
    pub(super) fn next(&self) -> u64 {
        self.free.last().map_or_else(|| CHUNK.min(self.most - self.end), |chunk| chunk.end - chunk.start)
    }

    /// A chunk that nobody else has; the last of the file may be a short one.
    pub(super) fn take(&mut self) -> Option<Range<u64>> {
        if let Some(chunk) = self.free.pop() {
            return Some(chunk);
        }
        let chunk = self.end..self.end + self.next();
        self.end = chunk.end;
        (!chunk.is_empty()).then_some(chunk)
    }

    pub(super) fn give_back(&mut self, chunks: Vec<Range<u64>>) {
        self.free.extend(chunks);
    }
}

/// The room that things of one kind have.
#[derive(Debug, Default)]
pub(super) struct Space {
    /// Places that were given back, by how many units they have.
    free: BTreeMap<u64, Vec<u64>>,
    /// What of the last chunk nobody has had yet.
    open: Range<u64>,
    chunks: Vec<Range<u64>>,
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

    /// Where the next one can begin.
    pub(super) fn end(self) -> u64 {
        self.at() + self.units() * UNIT as u64
    }
}

/// How many units so many bytes take.
pub(super) fn units(bytes: usize) -> u64 {
    bytes.div_ceil(UNIT) as u64
}

impl Space {
    /// How many units its chunks have that nobody has had yet.
    pub(super) fn open(&self) -> u64 {
        self.open.end - self.open.start
    }

    /// How many units its chunks have, about: the last of the file may be a short one.
    pub(super) fn units(&self) -> u64 {
        self.chunks.len() as u64 * CHUNK
    }

    /// Whether it has any room without one more chunk.
    pub(super) fn is_left(&self) -> bool {
        self.open() > 0 || !self.free.is_empty()
    }

    /// Room for so many bytes, which nobody else has, with one more chunk if need be.
    pub(super) fn take(
        &mut self,
        bytes: usize,
        writing: u16,
        chunk: impl FnOnce() -> Option<Range<u64>>,
    ) -> Option<Place> {
        let units = units(bytes);
        let unit = self.take_freed(units).or_else(|| self.take_open(units, chunk))?;
        let bytes = u16::try_from(bytes).ok()?.try_into().ok()?;
        Some(Place { unit: u32::try_from(unit).ok()?, bytes, writing })
    }

    fn take_freed(&mut self, units: u64) -> Option<u64> {
        let places = self.free.get_mut(&units)?;
        let unit = places.pop();
        if places.is_empty() {
            self.free.remove(&units);
        }
        unit
    }

    fn take_open(&mut self, units: u64, chunk: impl FnOnce() -> Option<Range<u64>>) -> Option<u64> {
        if self.open() < units {
            let chunk = chunk()?;
            if !self.open.is_empty() {
                self.free.entry(self.open()).or_default().push(self.open.start);
            }
            self.chunks.push(chunk.clone());
            self.open = chunk;
        }
        let unit = self.open.start;
        (self.open() >= units).then(|| {
            self.open.start += units;
            unit
        })
    }

    pub(super) fn give_back(&mut self, place: Place) {
        self.free.entry(place.units()).or_default().push(place.unit.into());
    }

    /// All of its chunks, for others.
    pub(super) fn into_chunks(self) -> Vec<Range<u64>> {
        self.chunks
    }
}

//! Reading rows of a file, and telling whether they are what was written.
//!
//! A row stands behind a head that tells whose it is, and a checksum in which the number of its writing counts too. Its
//! place may be given to another row while it is being read, or may still have what stood there before if the disk lost
//! what was written: what doesn't fit its checksum, for that reason or any other, counts as not there. So does an older
//! row of the same card.

use std::ops::Range;

use super::{
    runs::{Run, runs},
    space::Place,
};

/// A card's id, and the checksum of it, the number of the writing, and the row.
pub(super) const HEAD: usize = size_of::<i64>() + size_of::<u32>();

/// What was read of some cards.
#[derive(Debug, Default)]
pub(in crate::graphql) struct Found {
    bytes: Vec<u8>,
    /// Each with its card's place among those that were asked for.
    rows: Vec<(usize, Range<usize>)>,
}

impl Found {
    /// The rows, each with its card's place among those that were asked for, in no order.
    pub(in crate::graphql) fn rows(&self) -> impl Iterator<Item = (usize, &[u8])> {
        self.rows.iter().map(|(index, range)| (*index, &self.bytes[range.clone()]))
    }

    /// Reads a stretch of the file, and finds the rows in it that are what was written; false: it can't be read.
    fn add(&mut self, ids: &[i64], run: &Run<'_>, read: impl FnOnce(&Run<'_>, &mut [u8]) -> bool) -> bool {
        let begin = self.bytes.len();
        self.bytes.resize(begin + run.bytes, 0);
        if !read(run, &mut self.bytes[begin..]) {
            self.bytes.truncate(begin);
            return false;
        }
        for (index, place) in run.rows {
            let (range, bytes) = (run.range(*place), &self.bytes[begin..]);
            if is_of(ids[*index], place.writing(), &bytes[range.clone()]) {
                self.rows.push((*index, begin + range.start + HEAD..begin + range.end));
            }
        }
        true
    }
}

/// Reads rows that are given in the order of their places; says of which it couldn't. Where it can't read all of a run it
/// tries each row.
pub(super) fn read(
    ids: &[i64],
    rows: &[(usize, Place)],
    mut read: impl FnMut(&Run<'_>, &mut [u8]) -> bool,
) -> (Found, Vec<usize>) {
    let bytes = runs(rows).map(|run| run.bytes).sum();
    let mut found = Found { bytes: Vec::with_capacity(bytes), rows: Vec::with_capacity(rows.len()) };
    let mut failed = Vec::new();
    for run in runs(rows) {
        if found.add(ids, &run, &mut read) {
            continue;
        }
        if let [(index, _)] = run.rows {
            failed.push(*index);
            continue;
        }
        for alone in run.each() {
            if !found.add(ids, &alone, &mut read) {
                failed.extend(alone.rows.iter().map(|(index, _)| *index));
            }
        }
    }
    (found, failed)
}

pub(super) fn head(id: i64, writing: u16, row: &[u8]) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    let (whose, checksum) = head.split_at_mut(size_of::<i64>());
    whose.copy_from_slice(&id.to_le_bytes());
    checksum.copy_from_slice(&checksum_of(whose, writing, row).to_le_bytes());
    head
}

fn checksum_of(whose: &[u8], writing: u16, row: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(whose);
    hasher.update(&writing.to_le_bytes());
    hasher.update(row);
    hasher.finalize()
}

/// Whether it is the row of a card from one writing, head and all, that stands here.
fn is_of(id: i64, writing: u16, bytes: &[u8]) -> bool {
    bytes.split_at_checked(HEAD).is_some_and(|(given, row)| given == head(id, writing, row))
}

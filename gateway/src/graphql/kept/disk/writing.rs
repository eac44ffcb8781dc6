//! Writing rows to the file: first they have room there, then they stand there, and at last they count.

use std::{iter::repeat_n, os::unix::fs::FileExt, sync::atomic::Ordering};

use super::{
    Disk, Shelf,
    heads::{HEAD, head},
    space::{LARGEST, Place, UNIT},
};

/// What stands in the file of a card, and nobody finds there yet.
#[must_use]
#[derive(Debug)]
pub(in crate::graphql::kept) struct Written {
    shelf: Shelf,
    pub(in crate::graphql::kept) id: i64,
    place: Place,
}

impl Disk {
    /// Writes rows of cards, those that there is room for. They count once they are [put](Self::put).
    pub(in crate::graphql::kept) fn write<Row: AsRef<[u8]>>(
        &self,
        what: Shelf,
        rows: impl IntoIterator<Item = (i64, Row)>,
    ) -> Vec<Written> {
        let rows = self.with_room(what, rows);
        // Each write costs more than its bytes do, and what is new mostly stands side by side.
        let stretches = rows.chunk_by(|(one, _), (next, _)| one.place.end() == next.place.at());
        let stand: Vec<bool> =
            stretches.flat_map(|rows| repeat_n(self.write_stretch(rows), rows.len())).collect();
        let mut written = Vec::with_capacity(rows.len());
        for ((row, _), stands) in rows.into_iter().zip(stand) {
            if stands {
                written.push(row);
            } else {
                self.discard(row);
            }
        }
        written
    }

    /// Has room taken for rows, as far as there is some.
    fn with_room<Row: AsRef<[u8]>>(
        &self,
        what: Shelf,
        rows: impl IntoIterator<Item = (i64, Row)>,
    ) -> Vec<(Written, Row)> {
        if self.failed.load(Ordering::Relaxed) {
            return Vec::new();
        }
        // Made before anybody has to wait for the places.
        let rows: Vec<(i64, Row)> = rows.into_iter().collect();
        let mut places = self.places();
        let with_room = rows.into_iter().filter_map(|(id, row)| {
            let length = HEAD + row.as_ref().len();
            let place = if length > LARGEST { None } else { places.take(what, length) }?;
            Some((Written { shelf: what, id, place }, row))
        });
        with_room.collect()
    }

    /// Writes rows whose places are side by side; false: it can't be done.
    fn write_stretch<Row: AsRef<[u8]>>(&self, rows: &[(Written, Row)]) -> bool {
        let [(first, _), ..] = rows else { return true };
        let mut bytes = Vec::new();
        for (Written { id, place, .. }, row) in rows {
            bytes.extend_from_slice(&head(*id, place.writing(), row.as_ref()));
            bytes.extend_from_slice(row.as_ref());
            bytes.resize(bytes.len().next_multiple_of(UNIT), 0);
        }
        let Err(error) = self.file.write_all_at(&bytes, first.place.at()) else { return true };
        if !self.failed.swap(true, Ordering::Relaxed) {
            tracing::warn!(%error, "no more cards can be kept on disk: they are read from Postgres");
        }
        false
    }

    /// What was written counts from now on.
    pub(in crate::graphql::kept) fn put(&self, Written { shelf, id, place }: Written) {
        self.places().put(shelf, id, place);
    }

    /// What was written isn't true any more.
    pub(in crate::graphql::kept) fn discard(&self, Written { shelf, place, .. }: Written) {
        self.places().give_back(shelf, place);
    }
}

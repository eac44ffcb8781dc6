//! Cards in a file, for a catalogue that memory has no room for: their rows, and how they were written for answers.
//!
//! Postgres takes a tenth of a millisecond for what is a microsecond's work here: the kernel holds in its page cache what is
//! read often, and gives that memory to whoever needs it more. The file has no name and goes with the process, so nothing
//! in it outlives the one who knows what has changed.

mod heads;
mod kernel;
mod places;
mod runs;
mod space;
mod writing;

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::Path,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

pub(in crate::graphql) use self::heads::Found;
use self::{
    heads::{HEAD, read},
    kernel::{ask_ahead, read_from_memory, read_no_more_than_asked, tells_what_is_in_memory},
    places::Places,
    runs::{in_order, runs},
    space::{LARGEST, Place, UNIT},
};
pub(super) use self::{
    places::{Shelf, Wanted},
    writing::Written,
};
use crate::graphql::written::WayKey;

/// Cards in a file.
#[derive(Debug)]
pub(super) struct Disk {
    file: File,
    places: Mutex<Places>,
    /// Whether the file system says what of the file is in memory.
    can_tell: bool,
    /// Whether nothing can be written any more.
    failed: AtomicBool,
}

impl Disk {
    /// A file in `folder` that takes `most_bytes` at most.
    pub(super) fn new(folder: &Path, most_bytes: u64) -> io::Result<Self> {
        let file = tempfile::tempfile_in(folder)?;
        read_no_more_than_asked(&file);
        let places = Places::new((most_bytes / UNIT as u64).min(u32::MAX.into()));
        let can_tell = tells_what_is_in_memory(&file);
        Ok(Self { file, places: Mutex::new(places), can_tell, failed: AtomicBool::default() })
    }

    /// Whether it takes rows of so many bytes at all.
    pub(super) fn takes(bytes: usize) -> bool {
        HEAD + bytes <= LARGEST
    }

    #[cfg(test)]
    pub(super) fn can_tell(&self) -> bool {
        self.can_tell
    }

    /// Whether a row may find room, if it isn't too large for what is left.
    pub(super) fn takes_more(&self) -> bool {
        let is_left = self.places().is_room_left();
        is_left && !self.failed.load(Ordering::Relaxed)
    }

    /// Those of some cards that should be kept as they were written in a way, one more page of which memory had no room for.
    /// Where it takes waiting to find out what there is of them, none should: to write them anew is quicker.
    pub(super) fn wanted(&self, way: WayKey, ids: &[i64]) -> Wanted {
        if !self.can_tell || self.failed.load(Ordering::Relaxed) {
            return Wanted::default();
        }
        self.places().wanted(way, ids, Instant::now())
    }

    /// Those of some cards of which there is nothing of one kind, though nobody asks for them; `None`: they aren't kept so any
    /// more, or there is no room.
    pub(super) fn lacking(&self, what: Shelf, ids: &[i64]) -> Option<Vec<i64>> {
        let lacking = self.places().lacking(what, ids);
        lacking.filter(|_| !self.failed.load(Ordering::Relaxed))
    }

    /// How many rows there are, how many written cards, and how many bytes of the file they have.
    pub(super) fn size(&self) -> (usize, usize, u64) {
        let places = self.places();
        let (rows, written) = places.len();
        (rows, written, places.units() * UNIT as u64)
    }

    /// What there is of cards, if there is no need to wait for the disk, and for which cards there is: what stands in the
    /// file but not in memory.
    pub(super) fn read_now(&self, what: Shelf, ids: &[i64]) -> (Found, Vec<usize>) {
        read(ids, &self.rows(what, ids), |run, bytes| read_from_memory(&self.file, bytes, run.at))
    }

    /// Has what there is of cards read into memory, for those who ask next.
    pub(super) fn ask_ahead(&self, what: Shelf, ids: &[i64]) {
        runs(&self.rows(what, ids)).for_each(|run| ask_ahead(&self.file, &run));
    }

    /// What there is of cards. It may wait for the disk.
    pub(super) fn read(&self, what: Shelf, ids: &[i64]) -> Found {
        let rows = self.rows(what, ids);
        for run in runs(&rows) {
            ask_ahead(&self.file, &run);
        }
        // What can't be read isn't there.
        read(ids, &rows, |run, bytes| self.file.read_exact_at(bytes, run.at).is_ok()).0
    }

    /// Where those of some cards stand that there are, in the order of their places, each with its card's place among those
    /// that are asked for.
    fn rows(&self, what: Shelf, ids: &[i64]) -> Vec<(usize, Place)> {
        let mut places = self.places();
        let Some(blocks) = places.on(what, Instant::now()) else { return Vec::new() };
        let rows = ids.iter().enumerate().filter_map(|(index, id)| Some((index, blocks.get(*id)?))).collect();
        drop(places);
        in_order(rows)
    }

    /// Forgets all that is kept of cards.
    pub(super) fn remove(&self, ids: &[i64]) {
        let mut places = self.places();
        for id in ids {
            places.remove(*id);
        }
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::{collection::vec, prelude::*};

    use super::{heads::head, runs::Run, *};

    fn disk(most_bytes: u64) -> Disk {
        Disk::new(&std::env::temp_dir(), most_bytes).unwrap()
    }

    fn put_on(disk: &Disk, shelf: Shelf, id: i64, row: &[u8]) -> bool {
        disk.write(shelf, [(id, row)]).pop().map(|written| disk.put(written)).is_some()
    }

    fn put(disk: &Disk, id: i64, row: &[u8]) -> bool {
        put_on(disk, Shelf::Rows, id, row)
    }

    fn get_from(disk: &Disk, shelf: Shelf, ids: &[i64]) -> Vec<Option<Vec<u8>>> {
        let mut rows = vec![None; ids.len()];
        for (index, row) in disk.read(shelf, ids).rows() {
            rows[index] = Some(row.to_vec());
        }
        rows
    }

    fn get(disk: &Disk, ids: &[i64]) -> Vec<Option<Vec<u8>>> {
        get_from(disk, Shelf::Rows, ids)
    }

    fn place(disk: &Disk, id: i64) -> Place {
        disk.places().on(Shelf::Rows, Instant::now()).unwrap().get(id).unwrap()
    }

    #[test]
    fn a_row_is_found_by_its_card_until_it_is_forgotten_or_written_anew() {
        let disk = disk(1 << 20);
        assert!(put(&disk, 7, b"seven") && put(&disk, -1, b"minus one") && put(&disk, i64::MAX, b""));
        let all = || get(&disk, &[i64::MAX, 8, 7, -1]);
        assert_eq!(all(), [Some(vec![]), None, Some(b"seven".to_vec()), Some(b"minus one".to_vec())]);
        let twice = disk.read(Shelf::Rows, &[7, 7]);
        assert_eq!(twice.rows().map(|(index, _)| index).sum::<usize>(), 1);
        assert_eq!(twice.rows().count(), 2);
        assert!(put(&disk, 7, &[b'7'; 1000]));
        assert_eq!(all()[2], Some(vec![b'7'; 1000]));
        disk.remove(&[7, 8]);
        assert_eq!(all()[2], None);
        assert_eq!(disk.size().0, 2);
    }

    #[test]
    fn what_was_written_is_found_only_once_it_counts() {
        let disk = disk(1 << 20);
        let write = |row| disk.write(Shelf::Rows, [(7, row)]).pop().unwrap();
        let (one, other) = (write("one"), write("other"));
        assert_eq!(get(&disk, &[7]), [None]);
        disk.put(one);
        disk.discard(other);
        assert_eq!(get(&disk, &[7]), [Some(b"one".to_vec())]);
    }

    #[test]
    fn what_lies_in_memory_is_given_without_waiting_where_the_file_system_can_tell() {
        let disk = disk(1 << 20);
        assert!(put(&disk, 7, b"seven"));
        let (found, waiting) = disk.read_now(Shelf::Rows, &[8, 7]);
        let rows: Vec<_> = found.rows().map(|(index, row)| (index, row.to_vec())).collect();
        // One that can't, as that of temporary files often is, has to be waited for.
        let can_tell = disk.can_tell;
        assert_eq!(read_from_memory(&disk.file, &mut [0], 0), can_tell);
        let given = (vec![(1, b"seven".to_vec())], vec![]);
        assert_eq!((rows, waiting), if can_tell { given } else { (vec![], vec![1]) });
    }

    #[test]
    fn rows_beside_one_that_cant_be_read_are_found_all_the_same() {
        let disk = disk(1 << 20);
        assert!([7, 8, 9].iter().all(|id| put(&disk, *id, &id.to_le_bytes())));
        let (ids, eighth) = ([9, 8, 6, 7], place(&disk, 8).at());
        let read_but_eighth = |run: &Run<'_>, bytes: &mut [u8]| {
            let has_it = (run.at..run.at + run.bytes as u64).contains(&eighth);
            !has_it && disk.file.read_exact_at(bytes, run.at).is_ok()
        };
        let (found, failed) = read(&ids, &disk.rows(Shelf::Rows, &ids), read_but_eighth);
        let mut found: Vec<_> = found.rows().map(|(index, row)| (index, row.to_vec())).collect();
        found.sort_unstable();
        assert_eq!(failed, [1]);
        assert_eq!(found, [(0, 9_i64.to_le_bytes().to_vec()), (3, 7_i64.to_le_bytes().to_vec())]);
    }

    #[test]
    fn rows_that_are_written_together_are_found_whether_they_stand_side_by_side_or_not() {
        let disk = disk(1 << 20);
        let put_all = |rows: &[(i64, &[u8])]| {
            let written = disk.write(Shelf::Rows, rows.iter().copied());
            assert_eq!(written.iter().map(|written| written.id).collect::<Vec<_>>(), [1, 2, 3]);
            for written in written {
                disk.put(written);
            }
        };
        put_all(&[(1, &[1; 10]), (2, &[2; 2 * UNIT]), (3, b"")]);
        assert_eq!(place(&disk, 3).end() - place(&disk, 1).at(), 5 * UNIT as u64);
        assert_eq!(get(&disk, &[1, 2, 3]), [Some(vec![1; 10]), Some(vec![2; 2 * UNIT]), Some(vec![])]);
        disk.remove(&[1]);
        // One of them has the place that was left.
        put_all(&[(1, &[7; 2 * UNIT]), (2, &[8; 10]), (3, &[9; UNIT])]);
        assert!(place(&disk, 2).at() < place(&disk, 1).at());
        assert_eq!(get(&disk, &[1, 2, 3]), [Some(vec![7; 2 * UNIT]), Some(vec![8; 10]), Some(vec![9; UNIT])]);
        // What is too large doesn't keep the others out.
        let written = disk.write(Shelf::Rows, [(1, vec![0; LARGEST]), (2, vec![])]);
        assert_eq!(written.iter().map(|written| written.id).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn what_the_disk_refuses_leaves_its_room_to_others() {
        let mut disk = disk(2 * UNIT as u64);
        let readable = File::open(std::env::current_exe().unwrap()).unwrap();
        let file = std::mem::replace(&mut disk.file, readable);
        assert!(disk.write(Shelf::Rows, [(1, "one"), (2, "two")]).is_empty() && !disk.takes_more());
        (disk.file, disk.failed) = (file, AtomicBool::default());
        assert!(put(&disk, 1, b"one") && put(&disk, 2, b"two"));
        assert_eq!(get(&disk, &[1, 2]), [Some(b"one".to_vec()), Some(b"two".to_vec())]);
    }

    #[test]
    fn room_is_given_to_others_and_never_exceeded() {
        const EACH: usize = UNIT - HEAD;
        let disk = disk(4 * UNIT as u64);
        let kept = (0..6).filter(|id| put(&disk, *id, &[1; EACH])).count();
        assert_eq!(kept, 4);
        assert_eq!(disk.size(), (4, 0, 4 * UNIT as u64));
        disk.remove(&[1]);
        assert!(put(&disk, 5, &[5; EACH]) && !put(&disk, 6, &[6; EACH]));
        assert_eq!(get(&disk, &[1, 5]), [None, Some(vec![5; EACH])]);
        assert!(!put(&disk, 0, &vec![0; LARGEST]));
    }

    #[test]
    fn a_place_is_given_to_others_once_its_row_is_written_anew_or_discarded() {
        let disk = disk(2 * UNIT as u64);
        for other in 2..100 {
            assert!(put(&disk, 1, b"one") && put(&disk, 1, b"anew"), "{other}");
            disk.discard(disk.write(Shelf::Rows, [(other, "not true any more")]).pop().unwrap());
            assert!(put(&disk, other, b"other"), "{other}");
            disk.remove(&[other]);
        }
        assert_eq!(get(&disk, &[1]), [Some(b"anew".to_vec())]);
    }

    #[test]
    fn a_place_that_was_given_to_another_row_meanwhile_counts_as_empty() {
        let disk = disk(1 << 20);
        assert!(put(&disk, 7, b"seven"));
        let place = place(&disk, 7);
        let row = |id, writing| [head(id, writing, b"seven").as_slice(), b"seven"].concat();
        let others = [
            row(8, place.writing()),
            // Of the same card, from another writing.
            row(7, place.writing().wrapping_sub(1)),
            b"half a row, perhaps".to_vec(),
        ];
        for other in others {
            disk.file.write_all_at(&other, place.at()).unwrap();
            assert_eq!(get(&disk, &[7]), [None]);
        }
        disk.file.write_all_at(&row(7, place.writing()), place.at()).unwrap();
        assert_eq!(get(&disk, &[7]), [Some(b"seven".to_vec())]);
    }

    proptest! {
        #[test]
        fn it_is_a_map_from_cards_to_rows(
            steps in vec((vec((0..6_i64, 0..400_usize), 0..5), 0..6_i64), 1..100)
        ) {
            let disk = disk(1 << 20);
            let mut map = HashMap::new();
            for (step, (rows, removed)) in steps.into_iter().enumerate() {
                let byte = u8::try_from(step).unwrap();
                let rows: Vec<_> = rows.into_iter().map(|(id, length)| (id, vec![byte; length])).collect();
                let written = disk.write(Shelf::Rows, rows.iter().map(|(id, row)| (*id, row)));
                prop_assert_eq!(written.len(), rows.len());
                for written in written {
                    disk.put(written);
                }
                map.extend(rows);
                disk.remove(&[removed]);
                map.remove(&removed);
                let expected: Vec<_> = (0..6).map(|id| map.get(&id).cloned()).collect();
                prop_assert_eq!(get(&disk, &[0, 1, 2, 3, 4, 5]), expected);
            }
            prop_assert_eq!(disk.size().0, map.len());
        }
    }
}

//! Which rows are read at once.
//!
//! Lists by price are what is asked for most, so cards are written for answers beside those of like prices (see
//! [`crate::graphql::warming`]), and a page of those is mostly one read instead of one for each card. Rows stand in the order
//! of their ids.

use super::space::Place;

/// What lies between two rows is read with them if it isn't longer, in bytes: to copy a page of memory costs less than to
/// ask for another one.
const GAP: u64 = 4 * 1024;
/// The most that is read at once, in bytes; a row alone may be as long as rows can be.
const MOST: u64 = 256 * 1024;

/// A stretch of the file with rows in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run<'r> {
    /// Where it begins in the file, in bytes.
    pub(super) at: u64,
    pub(super) bytes: usize,
    /// Where its rows stand in the file, each with the number by which it was given.
    pub(super) rows: &'r [(usize, Place)],
}

impl Run<'_> {
    /// Each of its rows alone.
    pub(super) fn each(self) -> impl Iterator<Item = Self> {
        self.rows.chunks(1).flat_map(runs)
    }

    /// Where a row stands in the stretch.
    pub(super) fn range(&self, row: Place) -> std::ops::Range<usize> {
        // A row isn't before the stretch that it is in, and the stretch isn't longer than memory.
        let begin = usize::try_from(row.at() - self.at).unwrap_or(usize::MAX);
        begin..begin.saturating_add(row.bytes())
    }
}

/// Puts rows in the order in which [`runs`] takes them.
pub(super) fn in_order(mut rows: Vec<(usize, Place)>) -> Vec<(usize, Place)> {
    rows.sort_unstable_by_key(|(_, place)| place.at());
    rows
}

/// Puts rows together that stand close to each other, of rows in the order of their places.
pub(super) fn runs(rows: &[(usize, Place)]) -> impl Iterator<Item = Run<'_>> {
    let mut left = rows;
    std::iter::from_fn(move || {
        let at = left.first()?.1.at();
        let (mut end, mut count) = (at, 0);
        for (_, place) in left {
            let end_of_row = place.at() + place.bytes() as u64;
            if count > 0 && (place.at() > end + GAP || end_of_row - at > MOST) {
                break;
            }
            // The same row can be asked for twice.
            (end, count) = (end.max(end_of_row), count + 1);
        }
        let (rows, others) = left.split_at(count);
        left = others;
        Some(Run { at, bytes: usize::try_from(end - at).unwrap_or(usize::MAX), rows })
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::space::{Space, UNIT},
        *,
    };

    /// Rows of so many bytes, one behind the other.
    fn places(bytes: &[usize]) -> Vec<(usize, Place)> {
        let mut space = Space::default();
        bytes.iter().map(|bytes| space.take(*bytes, 0, || Some(0..u64::MAX)).unwrap()).enumerate().collect()
    }

    fn numbers(rows: Vec<(usize, Place)>) -> Vec<Vec<usize>> {
        runs(&in_order(rows)).map(|run| run.rows.iter().map(|(number, _)| *number).collect()).collect()
    }

    #[test]
    fn rows_are_read_together_that_stand_close_to_each_other() {
        let gap = usize::try_from(GAP).unwrap();
        let all = places(&[100, UNIT, gap, 100, gap + 1, UNIT, 2 * UNIT]);
        let some = |numbers: &[usize]| numbers.iter().map(|number| all[*number]).collect::<Vec<_>>();
        assert_eq!(numbers(some(&[])), Vec::<Vec<usize>>::new());
        assert_eq!(numbers(some(&[3, 0, 1])), [[0, 1, 3]]);
        assert_eq!(numbers(some(&[5, 3, 6, 1])), [[1, 3], [5, 6]]);
        let rows = in_order(some(&[6, 5]));
        let run = runs(&rows).next().unwrap();
        assert_eq!((run.at, run.bytes), (all[5].1.at(), 3 * UNIT));
        assert_eq!([run.range(all[5].1), run.range(all[6].1)], [0..UNIT, UNIT..3 * UNIT]);
        let each: Vec<_> = run.each().map(|run| (run.at, run.bytes, run.rows)).collect();
        let alone = [&all[5], &all[6]].map(|row| (row.1.at(), row.1.bytes(), std::slice::from_ref(row)));
        assert_eq!(each, alone);
        // The same row twice.
        assert_eq!(runs(&[all[5], all[5]]).map(|run| run.bytes).collect::<Vec<_>>(), [UNIT]);
    }

    #[test]
    fn no_more_is_read_at_once_than_is_allowed() {
        let each = 32 * 1024;
        let all = places(&[each; 20]);
        assert_eq!(runs(&all).map(|run| run.rows.len()).collect::<Vec<_>>(), [8, 8, 4]);
        assert!(runs(&all).all(|run| run.bytes as u64 <= MOST));
    }
}

//! Which rows are read at once.
//!
//! Lists by price are what is asked for most, so cards of like prices are written beside each other (see
//! [`crate::graphql::warming`]), and a page is mostly one read instead of one for each of its cards.

use super::space::Place;

/// What lies between two rows is read with them if it isn't longer, in bytes: to copy a page of memory costs less than to
/// ask for another one.
const GAP: u64 = 4 * 1024;
/// The most that is read at once, in bytes; a row alone may be as long as rows can be.
const MOST: u64 = 256 * 1024;

/// A stretch of the file with rows in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// Where it begins in the file, in bytes.
    pub(super) at: u64,
    pub(super) bytes: usize,
    /// Where its rows stand in the file, each with the number by which it was given.
    pub(super) rows: Vec<(usize, Place)>,
}

impl Run {
    /// One row alone.
    pub(super) fn of(row: (usize, Place)) -> Self {
        Self { at: row.1.at(), bytes: row.1.bytes(), rows: vec![row] }
    }

    /// Where a row stands in the stretch.
    pub(super) fn range(&self, row: Place) -> std::ops::Range<usize> {
        // A row isn't before the stretch that it is in, and the stretch isn't longer than memory.
        let begin = usize::try_from(row.at() - self.at).unwrap_or(usize::MAX);
        begin..begin.saturating_add(row.bytes())
    }
}

/// Puts rows together that stand close to each other.
pub(super) fn runs(mut rows: Vec<(usize, Place)>) -> Vec<Run> {
    rows.sort_unstable_by_key(|(_, place)| place.at());
    let mut runs: Vec<Run> = Vec::new();
    for (number, place) in rows {
        let end = place.at() + place.bytes() as u64;
        if let Some(run) = runs.last_mut()
            && place.at() <= run.at + run.bytes as u64 + GAP
            && end - run.at <= MOST
        {
            // The same row can be asked for twice.
            run.bytes = run.bytes.max(run.range(place).end);
            run.rows.push((number, place));
        } else {
            runs.push(Run::of((number, place)));
        }
    }
    runs
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
        runs(rows).iter().map(|run| run.rows.iter().map(|(number, _)| *number).collect()).collect()
    }

    #[test]
    fn rows_are_read_together_that_stand_close_to_each_other() {
        let gap = usize::try_from(GAP).unwrap();
        let all = places(&[100, UNIT, gap, 100, gap + 1, UNIT, 2 * UNIT]);
        let some = |numbers: &[usize]| numbers.iter().map(|number| all[*number]).collect::<Vec<_>>();
        assert_eq!(numbers(some(&[])), Vec::<Vec<usize>>::new());
        assert_eq!(numbers(some(&[3, 0, 1])), [[0, 1, 3]]);
        assert_eq!(numbers(some(&[5, 3, 6, 1])), [[1, 3], [5, 6]]);
        let [run] = &runs(some(&[6, 5]))[..] else { unreachable!() };
        assert_eq!((run.at, run.bytes), (all[5].1.at(), 3 * UNIT));
        assert_eq!([run.range(all[5].1), run.range(all[6].1)], [0..UNIT, UNIT..3 * UNIT]);
        // The same row twice.
        assert_eq!(runs(vec![all[5], all[5]])[0].bytes, UNIT);
    }

    #[test]
    fn no_more_is_read_at_once_than_is_allowed() {
        let each = 32 * 1024;
        let all = runs(places(&[each; 20]));
        assert_eq!(all.iter().map(|run| run.rows.len()).collect::<Vec<_>>(), [8, 8, 4]);
        assert!(all.iter().all(|run| run.bytes as u64 <= MOST));
    }
}

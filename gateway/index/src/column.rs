//! A vector that can be copied in no time: what is not changed is shared between the copies.
//!
//! Two levels of shared slices. A change copies the one chunk that it lands in and the list of chunks around
//! it, if a copy of the column still holds them, and nothing else.

use std::sync::Arc;

/// How many chunks a group has.
const GROUP: usize = 64;

/// A vector of `T`; `CHUNK` is how many of them are copied together.
#[derive(Clone, Debug)]
pub(crate) struct Column<T, const CHUNK: usize> {
    groups: Vec<Arc<[Arc<[T]>]>>,
    len: usize,
    /// What a chunk is until something of it is changed.
    blank: Option<Arc<[T]>>,
}

impl<T, const CHUNK: usize> Default for Column<T, CHUNK> {
    fn default() -> Self {
        Self { groups: Vec::new(), len: 0, blank: None }
    }
}

impl<T: Clone + Default, const CHUNK: usize> Column<T, CHUNK> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The value at a place below [`Column::len`].
    pub(crate) fn get(&self, place: u32) -> &T {
        let place = place as usize;
        &self.groups[place / (CHUNK * GROUP)][place / CHUNK % GROUP][place % CHUNK]
    }

    /// The value at a place below [`Column::len`], to be changed.
    pub(crate) fn get_mut(&mut self, place: u32) -> &mut T {
        let place = place as usize;
        let group = Arc::make_mut(&mut self.groups[place / (CHUNK * GROUP)]);
        let chunk = Arc::make_mut(&mut group[place / CHUNK % GROUP]);
        &mut chunk[place % CHUNK]
    }

    /// The values of these places.
    pub(crate) fn reordered(&self, places: &[u32]) -> Self {
        places.iter().map(|place| self.get(*place).clone()).collect()
    }

    /// Adds a default value at the end.
    pub(crate) fn grow(&mut self) {
        if self.len.is_multiple_of(CHUNK) {
            let blank = self.blank.get_or_insert_with(|| vec![T::default(); CHUNK].into());
            let chunk = Arc::clone(blank);
            if self.len.is_multiple_of(CHUNK * GROUP) {
                self.groups.push([chunk].into());
            } else if let Some(group) = self.groups.last_mut() {
                *group = group.iter().cloned().chain([chunk]).collect();
            }
        }
        self.len += 1;
    }
}

impl<T: Clone + Default, const CHUNK: usize> FromIterator<T> for Column<T, CHUNK> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let (mut values, mut len, mut groups) = (values.into_iter(), 0, Vec::new());
        loop {
            let mut group: Vec<Arc<[T]>> = Vec::new();
            while group.len() < GROUP {
                let mut chunk: Vec<T> = values.by_ref().take(CHUNK).collect();
                if chunk.is_empty() {
                    break;
                }
                len += chunk.len();
                chunk.resize(CHUNK, T::default());
                group.push(chunk.into());
            }
            if group.is_empty() {
                return Self { groups, len, blank: None };
            }
            groups.push(group.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_keeps_what_it_had() {
        let mut column = Column::<u32, 4>::default();
        for place in 0..1000 {
            column.grow();
            *column.get_mut(place) = place * 3;
        }
        let copy = column.clone();
        *column.get_mut(500) = 7;
        column.grow();
        assert_eq!((*copy.get(500), copy.len()), (1500, 1000));
        assert_eq!((*column.get(500), *column.get(501), *column.get(1000)), (7, 1503, 0));
    }

    #[test]
    fn one_that_is_made_at_once_can_be_changed_and_grows() {
        for len in [0, 1, 4, 5, 255, 256, 257, 1000] {
            let mut column: Column<u32, 4> = (0..len).map(|value| value * 3).collect();
            column.grow();
            *column.get_mut(len) = 7;
            let backwards: Vec<u32> = (0..=len).rev().collect();
            let backwards = column.reordered(&backwards);
            assert_eq!(backwards.len(), len as usize + 1);
            let expected = (0..len).rev().map(|value| value * 3);
            assert!(
                (0..=len).map(|place| *backwards.get(place)).eq([7].into_iter().chain(expected)),
                "{len}"
            );
        }
    }
}

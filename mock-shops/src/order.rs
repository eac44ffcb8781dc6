//! The rows of a shop by the time of their last change, with any place reachable in a few steps even among a
//! million rows, while rows keep moving to the newest end.
//!
//! Rows stand in an ever-growing line of places; a row that changes leaves its place empty and takes the next
//! one. A Fenwick tree counts the taken places. When the line is full it is closed up, which starts a new
//! generation: places that were handed out before (in a cursor) mean nothing then.

/// A place whose row has moved on.
const EMPTY: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Place {
    row: u32,
    at: u32,
}

/// Rows by the time of their last change, oldest first.
#[derive(Debug)]
pub(crate) struct Order {
    places: Vec<Place>,
    /// A Fenwick tree over the places, counted from 1.
    counts: Vec<u32>,
    /// Where each row stands.
    place_of: Vec<u32>,
    capacity: usize,
    len: u32,
    generation: u32,
}

impl Order {
    /// An order of rows that come with the times of their last changes, oldest first.
    pub(crate) fn new(rows: &[(u32, u32)], spare: usize) -> Self {
        let capacity = rows.len() + rows.len().max(spare);
        let mut order = Self {
            places: Vec::with_capacity(capacity),
            counts: vec![0; capacity + 1],
            place_of: vec![EMPTY; rows.len()],
            capacity,
            len: 0,
            generation: 0,
        };
        for (at, row) in rows {
            order.push(*row, *at);
        }
        order
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    /// Which closing-up of the line the places of now belong to.
    pub(crate) fn generation(&self) -> u32 {
        self.generation
    }

    /// Makes a row the newest one, changed at that time, which must not be before the newest one's.
    pub(crate) fn touch(&mut self, row: u32, at: u32) {
        self.remove(row);
        if self.places.len() == self.capacity {
            self.close_up();
        }
        self.push(row, at);
    }

    /// Takes a row out.
    pub(crate) fn remove(&mut self, row: u32) {
        let place = std::mem::replace(&mut self.place_of[row as usize], EMPTY);
        if place != EMPTY {
            self.places[place as usize].row = EMPTY;
            self.recount(place as usize, |count| count - 1);
            self.len -= 1;
        }
    }

    /// The row with so many older ones.
    pub(crate) fn nth(&self, older: u32) -> Option<u32> {
        (older < self.len).then(|| self.places[self.place_of_nth(older)].row)
    }

    /// The place of the row with so many older ones.
    pub(crate) fn place_of_nth(&self, older: u32) -> usize {
        let (mut place, mut left) = (0, older);
        let mut step = self.counts.len().next_power_of_two() >> 1;
        while step > 0 {
            let next = place + step;
            if next < self.counts.len() && self.counts[next] <= left {
                place = next;
                left -= self.counts[next];
            }
            step >>= 1;
        }
        place
    }

    /// How many rows stand before this place.
    pub(crate) fn rows_before_place(&self, place: usize) -> u32 {
        let mut index = place.min(self.capacity);
        let mut sum = 0;
        while index > 0 {
            sum += self.counts[index];
            index &= index - 1;
        }
        sum
    }

    /// How many rows changed before this time.
    pub(crate) fn rows_before_time(&self, at: u64) -> u32 {
        self.rows_before_place(self.places.partition_point(|place| u64::from(place.at) < at))
    }

    fn push(&mut self, row: u32, at: u32) {
        let place = self.places.len();
        self.places.push(Place { row, at });
        self.place_of[row as usize] = u32::try_from(place).unwrap_or(EMPTY);
        self.recount(place, |count| count + 1);
        self.len += 1;
    }

    /// Changes all counts that a place is in.
    fn recount(&mut self, place: usize, change: impl Fn(u32) -> u32) {
        let mut index = place + 1;
        while index < self.counts.len() {
            self.counts[index] = change(self.counts[index]);
            index += index & index.wrapping_neg();
        }
    }

    fn close_up(&mut self) {
        let places = std::mem::replace(&mut self.places, Vec::with_capacity(self.capacity));
        self.counts.fill(0);
        self.len = 0;
        self.generation = self.generation.wrapping_add(1);
        for place in places.into_iter().filter(|place| place.row != EMPTY) {
            self.push(place.row, place.at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::{Dice, Purpose};

    #[test]
    fn it_agrees_with_a_sorted_list_through_many_changes() {
        let rows: Vec<_> = (0..50).map(|row| (100 + row / 3, row)).collect();
        let mut order = Order::new(&rows, 16);
        let mut plain = rows;
        let mut dice = Dice::new(7, Purpose::Drift, 0);
        for at in 200..1_200 {
            let row = dice.below(50);
            plain.retain(|(_, other)| *other != row);
            if dice.hits(1_500) {
                order.remove(row);
            } else {
                order.touch(row, at);
                plain.push((at, row));
            }
            let sorted: Vec<_> = (0..order.len()).filter_map(|older| order.nth(older)).collect();
            assert_eq!(sorted, plain.iter().map(|(_, row)| *row).collect::<Vec<_>>());
            assert_eq!(order.nth(order.len()), None);
            let since = 90 + dice.below(1_200);
            let before = plain.iter().filter(|(at, _)| *at < since).count();
            assert_eq!(order.rows_before_time(u64::from(since)) as usize, before);
            for older in 0..order.len() {
                assert_eq!(order.rows_before_place(order.place_of_nth(older)), older);
            }
        }
        assert!(order.generation() > 0, "the line was never closed up");
    }
}

//! What is looked for in an order, and how: as few entries as can be are compared, since each is a look at a card somewhere in
//! memory.

use std::cmp::Ordering;

/// How many entries of a leaf are looked at together.
const TOGETHER: usize = 8;

/// A number that stands for what an entry is sorted by: of two entries, the one with the lower mark is before the other.
/// Equal marks say nothing.
pub(crate) type Mark = u64;

/// The mark of a number.
pub(crate) fn mark_of_number(number: i64) -> Mark {
    number.cast_unsigned() ^ (1 << 63)
}

/// The mark of a text that is sorted byte by byte: its first bytes.
pub(crate) fn mark_of_text(text: &str) -> Mark {
    mark_of_start(text, 0)
}

/// The highest mark of a text that begins with this one.
pub(crate) fn mark_behind_text(text: &str) -> Mark {
    mark_of_start(text, u8::MAX)
}

fn mark_of_start(text: &str, rest: u8) -> Mark {
    let mut start = [rest; 8];
    start.iter_mut().zip(text.bytes()).for_each(|(to, byte)| *to = byte);
    Mark::from_be_bytes(start)
}

/// What an entry is looked for by: its mark, and which entries precede it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sought<P> {
    /// Entries with a lower mark must precede, those with a higher one must not.
    pub(crate) mark: Mark,
    /// All entries that do must be before those that don't.
    pub(crate) precedes: P,
}

impl<P: Fn(u32) -> bool> Sought<P> {
    /// The last of so many stretches of entries that begins before it, or the first. Each begins behind a mark, with an
    /// entry.
    pub(super) fn last_before(
        &self,
        len: usize,
        mark: impl Fn(usize) -> Mark,
        first: impl Fn(usize) -> u32,
    ) -> usize {
        let (mut from, mut to) = (0, len);
        while from < to {
            let middle = usize::midpoint(from, to);
            let begins_before = match mark(middle).cmp(&self.mark) {
                Ordering::Less => true,
                Ordering::Equal => (self.precedes)(first(middle)),
                Ordering::Greater => false,
            };
            if begins_before {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        from.saturating_sub(1)
    }

    /// How many of a leaf's entries precede it. To look at one is to wait for memory, so some are looked at together.
    pub(super) fn rank_in(&self, leaf: &[u32]) -> usize {
        let (mut from, mut left) = (0, leaf);
        while !left.is_empty() {
            let step = left.len().div_ceil(TOGETHER + 1);
            let before = left.iter().step_by(step).filter(|entry| (self.precedes)(**entry)).count();
            // All up to the last of these precede it; the next of them doesn't.
            let start = if before == 0 { 0 } else { (before - 1) * step + 1 };
            let end = (before * step).min(left.len());
            (from, left) = (from + start, &left[start.min(end)..end]);
        }
        from
    }
}

//! Whether it pays to keep something, and to look for it elsewhere.
//!
//! Where readers ask for the same things, what was worked out is soon asked for again, and another gateway often has it.
//! Where each of them asks for something else, keeping and looking cost more than they ever bring. What was found lately
//! tells one from the other.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// How many tries count before it is judged by them.
const ENOUGH: u64 = 64;
/// After so many, older ones count half.
const FORGET_AFTER: u64 = 256;
/// It pays if one in so many is found, where nothing else is said.
const PAYING: u64 = 16;
/// While it doesn't pay, one in so many is tried all the same, to see when it does again. More would be felt: to keep an
/// answer costs more than to work it out.
const TRIED: u32 = 128;

/// What came of looking lately. Counts of several threads may miss each other: it's a guess anyway.
#[derive(Debug)]
pub(crate) struct Luck {
    /// How often was asked, in the upper half, and how often something was found, in the lower one: each card of a page is
    /// noted, and two counts would cost twice as much.
    counts: AtomicU64,
    passed: AtomicU32,
    paying: u64,
}

impl Default for Luck {
    fn default() -> Self {
        Self::paying(PAYING)
    }
}

/// One more time asked.
const ASKED: u64 = 1 << 32;

fn halves(counts: u64) -> (u64, u64) {
    (counts / ASKED, counts % ASKED)
}

impl Luck {
    /// For what pays if one in so many is found.
    pub(crate) fn paying(one_in: u64) -> Self {
        Self { counts: AtomicU64::default(), passed: AtomicU32::default(), paying: one_in }
    }

    /// Whether to try.
    pub(crate) fn pays(&self) -> bool {
        let (asked, found) = halves(self.counts.load(Ordering::Relaxed));
        asked < ENOUGH
            || found * self.paying >= asked
            || self.passed.fetch_add(1, Ordering::Relaxed).is_multiple_of(TRIED)
    }

    /// An answer was looked for, and found or not.
    pub(crate) fn note(&self, is_found: bool) {
        let one = ASKED + u64::from(is_found);
        let (asked, found) = halves(self.counts.fetch_add(one, Ordering::Relaxed) + one);
        if asked >= FORGET_AFTER {
            self.counts.store(asked / 2 * ASKED + found / 2, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(luck: &Luck, times: usize) -> usize {
        (0..times).filter(|_| luck.pays()).count()
    }

    #[test]
    fn asking_goes_on_as_long_as_something_is_found() {
        let luck = Luck::default();
        assert_eq!(asked(&luck, 100), 100);
        (0..1_000).for_each(|number| luck.note(number % 10 == 0));
        assert_eq!(asked(&luck, 100), 100);
    }

    #[test]
    fn it_is_tried_now_and_then_while_nothing_is_found_and_resumed_when_something_is() {
        let luck = Luck::default();
        (0..1_000).for_each(|_| luck.note(false));
        assert_eq!(asked(&luck, 1_280), 10);
        (0..100).for_each(|_| luck.note(true));
        assert_eq!(asked(&luck, 1_280), 1_280);
    }
}

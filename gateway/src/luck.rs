//! Whether it pays to keep what nobody has asked for before, and to look for it elsewhere.
//!
//! Where readers ask for the same things, what was worked out is soon asked for again, and another gateway often has it.
//! Where each of them asks for something else, keeping and looking cost more than they ever bring. What was found lately
//! tells one from the other.

use std::sync::atomic::{AtomicU32, Ordering};

/// How many tries count before it is judged by them.
const ENOUGH: u32 = 64;
/// After so many, older ones count half.
const FORGET_AFTER: u32 = 256;
/// It pays if one in so many is found.
const PAYING: u32 = 16;
/// While it doesn't pay, one in so many is tried all the same, to see when it does again. More would be felt: to keep an
/// answer costs more than to work it out.
const TRIED: u32 = 128;

/// What came of looking lately. Counts of several threads may miss each other: it's a guess anyway.
#[derive(Debug, Default)]
pub(crate) struct Luck {
    asked: AtomicU32,
    found: AtomicU32,
    passed: AtomicU32,
}

impl Luck {
    /// Whether to try.
    pub(crate) fn pays(&self) -> bool {
        let asked = self.asked.load(Ordering::Relaxed);
        asked < ENOUGH
            || self.found.load(Ordering::Relaxed) * PAYING >= asked
            || self.passed.fetch_add(1, Ordering::Relaxed).is_multiple_of(TRIED)
    }

    /// An answer was looked for, and found or not.
    pub(crate) fn note(&self, is_found: bool) {
        let found = self.found.fetch_add(u32::from(is_found), Ordering::Relaxed) + u32::from(is_found);
        let asked = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        if asked >= FORGET_AFTER {
            self.asked.store(asked / 2, Ordering::Relaxed);
            self.found.store(found / 2, Ordering::Relaxed);
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

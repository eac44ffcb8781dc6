//! Numbers that look arbitrary and never clash: a one-to-one map of a range onto itself that can be turned
//! round. Shops' ids and products' serial numbers come from it, so nothing about them has to be stored.

use crate::dice::{Dice, Purpose};

/// A one-to-one map of `0..modulus` onto itself: `index * multiplier + offset`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scramble {
    multiplier: u64,
    inverse: u64,
    offset: u64,
    modulus: u64,
}

impl Scramble {
    /// A map of `0..modulus`, told apart from others of the same seed by `what`.
    pub(crate) fn new(seed: u64, what: u8, modulus: u32) -> Self {
        let modulus = u64::from(modulus.max(1));
        let mut dice = Dice::new(seed, Purpose::Numbers(what), 0);
        let offset = dice.roll() % modulus;
        // About six in ten numbers share no factor with a typical modulus, so this ends soon; 1 always would do.
        let mut multiplier = (dice.roll() % modulus).max(1);
        let inverse = loop {
            if let Some(inverse) = inverse(multiplier, modulus) {
                break inverse;
            }
            multiplier = multiplier % modulus + 1;
        };
        Self { multiplier, inverse, offset, modulus }
    }

    /// The number of `index`, which has to be below the modulus.
    pub(crate) fn number(self, index: u32) -> u32 {
        narrow((u64::from(index) * self.multiplier + self.offset) % self.modulus)
    }

    /// The index that has this number, if any number of that size exists.
    pub(crate) fn index(self, number: u32) -> Option<u32> {
        let number = u64::from(number);
        (number < self.modulus).then(|| {
            narrow((number + self.modulus - self.offset) % self.modulus * self.inverse % self.modulus)
        })
    }
}

/// A remainder of a modulus that was made from a `u32` fits a `u32`.
fn narrow(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// The number that undoes a multiplication by `value` (extended Euclid), if there is one.
fn inverse(value: u64, modulus: u64) -> Option<u64> {
    let (mut remainder, mut next_remainder) = (i128::from(modulus), i128::from(value));
    let (mut factor, mut next_factor) = (0_i128, 1_i128);
    while next_remainder != 0 {
        let quotient = remainder / next_remainder;
        (remainder, next_remainder) = (next_remainder, remainder - quotient * next_remainder);
        (factor, next_factor) = (next_factor, factor - quotient * next_factor);
    }
    let modulus = i128::from(modulus);
    (remainder == 1).then(|| u64::try_from(factor.rem_euclid(modulus)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_once_and_leads_back() {
        for modulus in [1, 2, 6, 600, 9_999, 10_000] {
            for seed in 0..5 {
                let scramble = Scramble::new(seed, 1, modulus);
                let mut seen = vec![false; modulus as usize];
                for index in 0..modulus {
                    let number = scramble.number(index);
                    assert!(
                        !std::mem::replace(&mut seen[number as usize], true),
                        "{number} twice of {modulus}"
                    );
                    assert_eq!(scramble.index(number), Some(index));
                }
                assert_eq!(scramble.index(modulus), None);
            }
        }
    }
}

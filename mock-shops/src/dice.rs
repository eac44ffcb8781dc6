//! Reproducible chance: everything that is made up comes from the seed, and each thing has dice of its own, so
//! that one more roll in one place changes nothing elsewhere. No clock and no other source of randomness is
//! ever asked.

/// Dice of one thing, named by what they are for and by its number.
#[derive(Clone, Debug)]
pub(crate) struct Dice {
    state: u64,
}

/// What dice are for: two purposes never share rolls.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    /// The order in which chips, brands and lines become products.
    Bases,
    /// Which variants of a base become products.
    Variants,
    /// Which cards are followed by a bundle.
    Bundles,
    /// In which shops a product is sold.
    Shelf,
    /// Which products a shop lists twice.
    Seconds(u8),
    /// The mess of a listing, by shop.
    Mess(u8),
    /// What the words of a listing are, by shop.
    Words(u8),
    /// The scrambling of numbers, by what is numbered.
    Numbers(u8),
    /// Changes while the shops run.
    Drift,
    /// Whether a fault strikes.
    Faults,
}

impl Dice {
    /// The dice of thing number `index` for one purpose.
    pub(crate) fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        let stream: u64 = match purpose {
            Purpose::Bases => 1,
            Purpose::Variants => 2,
            Purpose::Bundles => 3,
            Purpose::Shelf => 4,
            Purpose::Drift => 5,
            Purpose::Faults => 6,
            Purpose::Mess(shop) => 0x100 + u64::from(shop),
            Purpose::Words(shop) => 0x200 + u64::from(shop),
            Purpose::Numbers(what) => 0x300 + u64::from(what),
            Purpose::Seconds(shop) => 0x400 + u64::from(shop),
        };
        let state = mix(mix(seed ^ 0x9e37_79b9_7f4a_7c15).wrapping_add(stream)).wrapping_add(index);
        Self { state: mix(state) }
    }

    /// Any number.
    pub(crate) fn roll(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// A number below `bound`; 0 if that is 0.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        // The upper half of a product of two 32-bit numbers is below the second of them, so it fits.
        u32::try_from(((self.roll() >> 32) * u64::from(bound)) >> 32).unwrap_or(0)
    }

    /// True so many times in ten thousand.
    pub(crate) fn hits(&mut self, per_ten_thousand: u32) -> bool {
        self.below(10_000) < per_ten_thousand
    }

    /// One of several; there has to be at least one.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let count = u32::try_from(from.len()).unwrap_or(u32::MAX);
        &from[self.below(count) as usize]
    }

    /// A number from 0 (included) to 1 (excluded).
    pub(crate) fn fraction(&mut self) -> f64 {
        f64::from(self.below(u32::MAX)) / f64::from(u32::MAX)
    }
}

/// Spreads the bits of a number over all of it (the finalizer of splitmix64).
fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
